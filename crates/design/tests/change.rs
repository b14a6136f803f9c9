//! Renames and removals follow the thing wherever the file names it.

use slipway_design::*;

const TEXT: &str = r#"schema = 1
name = "shop"

[functions.orders] # takes orders
image = { build = "orders" }

[functions.orders.env]
LOG = "info"

[functions.auth]
image = { build = "auth" }

[services.web]
image = { build = "web" }
port = 80

[services.web.containers.metrics]
image = { registry = "public.example/metrics:1" }

[apis.public]
kind = "http"

[apis.public.authorizers]
users = { kind = "lambda", to = "auth", identity = ["$request.header.A"] }

[apis.public.routes]
"GET /orders" = "orders" # all
"POST /orders" = { to = "orders", authorizer = "users" }
"PUT /orders" = { to = "orders" }
"$default" = "web"

[apis.public.routes."GET /orders/{id}"]
to = "orders"

[environments.prod]
account = "123456789012"
region = "eu-west-1"
domains = { public = "api.shop.example" }

[environments.prod.functions.orders]
memory = 512

[environments.prod.services.web.containers.metrics]
image = { registry = "public.example/metrics:2" }

[environments.prod.apis.public.routes]
"GET /orders" = { to = "orders", authorizer = "users" }
"#;

fn function(key: &str) -> Keyed {
    Keyed::Function(key.to_owned())
}

fn route(key: &str) -> Keyed {
    Keyed::Route {
        api: "public".to_owned(),
        key: key.to_owned(),
    }
}

#[track_caller]
fn made(before: &str, edits: Result<Vec<Edit>, ChangeError>) -> Document {
    let edits = edits.unwrap_or_else(|error| panic!("{error}"));
    let mut document = Document::parse(before);
    let done = document
        .edit_all(&edits)
        .unwrap_or_else(|error| panic!("{error}: {edits:?}"));
    assert_eq!(done.inverse(before).apply(document.text()), before);
    document
}

#[track_caller]
fn renamed(before: &str, it: &Keyed, to: &str, record_move: bool) -> Document {
    made(
        before,
        rename(&Document::parse(before), it, to, record_move),
    )
}

#[track_caller]
fn removed(before: &str, it: &Keyed) -> Document {
    made(before, remove(&Document::parse(before), it))
}

/// Errors and warnings.
fn findings(document: &Document) -> Vec<(String, String)> {
    let wrong = document
        .diagnostics()
        .iter()
        .filter(|it| it.severity < Severity::Info);
    wrong
        .map(|it| (it.code.clone(), it.subject.clone()))
        .collect()
}

#[track_caller]
fn refused(it: &Keyed, to: &str, why: &str) {
    let error = rename(&Document::parse(TEXT), it, to, true).expect_err("it is refused");
    assert_eq!(error.to_string(), why);
    assert!(!error.hint().is_empty());
}

#[test]
fn the_text_has_no_findings() {
    assert_eq!(findings(&Document::parse(TEXT)), []);
}

#[test]
fn a_function_takes_its_references_along() {
    let after = renamed(TEXT, &function("orders"), "shop-orders", true);
    let expect = TEXT
        .replace("functions.orders", "functions.shop-orders")
        .replace("= \"orders\"", "= \"shop-orders\"")
        .replace("build = \"shop-orders\"", "build = \"orders\"")
        .replace(
            "image = { build = \"orders\" }\n",
            "image = { build = \"orders\" }\nwas = \"orders\"\n",
        );
    assert_eq!(after.text(), expect);
    assert_eq!(findings(&after), []);
    let after = renamed(TEXT, &function("auth"), "guard", false);
    let expect = TEXT
        .replace("functions.auth", "functions.guard")
        .replace("to = \"auth\"", "to = \"guard\"");
    assert_eq!(after.text(), expect);
}

#[test]
fn the_oldest_name_is_kept_and_goes_when_it_is_taken_again() {
    let once = renamed(TEXT, &function("orders"), "b", true);
    let twice = renamed(once.text(), &function("b"), "c", true);
    assert_eq!(
        twice.design().unwrap().functions["c"].was.as_deref(),
        Some("orders")
    );
    for record_move in [true, false] {
        let back = renamed(twice.text(), &function("c"), "orders", record_move);
        assert_eq!(back.text(), TEXT);
    }
    // Nothing changes when nothing is to change.
    let same = rename(&Document::parse(TEXT), &function("orders"), "orders", true);
    assert_eq!(same, Ok(Vec::new()));
}

#[test]
fn services_apis_and_what_is_inside() {
    let web = Keyed::Service("web".to_owned());
    let after = renamed(TEXT, &web, "site", true);
    let design = after.design().unwrap();
    assert_eq!(
        design.apis["public"].routes["$default"].target,
        Target::Node("site".to_owned())
    );
    assert!(
        design.environments["prod"].services["site"]
            .containers
            .contains_key("metrics")
    );
    assert_eq!(findings(&after), []);
    let container = Keyed::Container {
        service: "web".to_owned(),
        key: "metrics".to_owned(),
    };
    let after = renamed(TEXT, &container, "stats", true);
    assert_eq!(
        after.text(),
        TEXT.replace("containers.metrics", "containers.stats")
    );
    let after = renamed(TEXT, &Keyed::Api("public".to_owned()), "shop", true);
    let design = after.design().unwrap();
    assert_eq!(design.apis["shop"].was.as_deref(), Some("public"));
    assert_eq!(
        design.environments["prod"].domains["shop"],
        "api.shop.example"
    );
    assert_eq!(findings(&after), []);
    let users = Keyed::Authorizer {
        api: "public".to_owned(),
        key: "users".to_owned(),
    };
    let after = renamed(TEXT, &users, "people", true);
    let expect = TEXT
        .replace("users =", "people =")
        .replace("\"users\"", "\"people\"");
    assert_eq!(after.text(), expect);
    let after = renamed(TEXT, &Keyed::Environment("prod".to_owned()), "live", true);
    assert_eq!(
        after.text(),
        TEXT.replace("environments.prod", "environments.live")
    );
    let after = renamed(TEXT, &route("GET /orders"), "GET /all-orders", true);
    assert_eq!(
        after.text(),
        TEXT.replace("\"GET /orders\"", "\"GET /all-orders\"")
    );
}

#[test]
fn names_that_cannot_be_are_refused() {
    let orders = function("orders");
    let taken = |by: &str, key: &str| format!("`{key}` cannot be used: {by} is called so already");
    refused(&orders, "auth", &taken("a function", "auth"));
    refused(&orders, "web", &taken("a service", "web"));
    refused(
        &orders,
        "Orders",
        "`Orders` cannot be the name of a function: it has 1 to 64 lower-case letters, digits and hyphens, starts with a letter and does not end in a hyphen",
    );
    refused(
        &function("gone"),
        "x",
        "there is no function `gone` in the design",
    );
    refused(
        &route("GET /orders"),
        "get /orders",
        "`get /orders` is not a route key: a method stands in capitals: `GET`",
    );
    refused(
        &route("GET /orders"),
        "GET /orders/{other}",
        "`GET /orders/{other}` cannot be used: it matches the same requests as `GET /orders/{id}`",
    );
    let authorizer = Keyed::Authorizer {
        api: "public".to_owned(),
        key: "users".to_owned(),
    };
    refused(
        &authorizer,
        "none",
        "`none` cannot be the name of an authorizer: it has 1 to 128 letters, digits, `.`, `_` and `-`, and is not `iam` or `none`",
    );
    let container = Keyed::Container {
        service: "web".to_owned(),
        key: "metrics".to_owned(),
    };
    refused(
        &container,
        "web",
        &taken("the service's own container", "web"),
    );
    let moved = renamed(TEXT, &orders, "b", true);
    let error = rename(&moved, &function("auth"), "orders", true).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`orders` cannot be used: it is the former name of `b`"
    );
    let broken = Document::parse("a = ");
    assert_eq!(
        rename(&broken, &orders, "x", true),
        Err(ChangeError::NotToml)
    );
    // A parameter may be called otherwise.
    let after = renamed(
        TEXT,
        &route("GET /orders/{id}"),
        "GET /orders/{number}",
        true,
    );
    assert_eq!(findings(&after), []);
}

#[test]
fn what_leads_to_a_removed_function_is_open() {
    let after = removed(TEXT, &function("orders"));
    let design = after.design().unwrap();
    assert!(!design.functions.contains_key("orders"));
    assert!(design.environments["prod"].functions.is_empty());
    let routes = &design.apis["public"].routes;
    assert_eq!(routes.len(), 5);
    for (key, route) in routes {
        let expect = if key == "$default" {
            Target::Node("web".to_owned())
        } else {
            Target::Open
        };
        assert_eq!(route.target, expect, "{key}");
    }
    assert_eq!(routes["POST /orders"].authorizer.as_deref(), Some("users"));
    assert!(after.text().contains("\"GET /orders\" = {} # all\n"));
    assert!(after.text().contains("\"PUT /orders\" = {}\n"));
    let codes: Vec<String> = findings(&after).into_iter().map(|it| it.0).collect();
    assert_eq!(codes, ["route-target-missing"; 5]);
    // What it guards stays guarded, by something that is not there.
    let after = removed(TEXT, &function("auth"));
    assert_eq!(
        findings(&after),
        [(
            "target-unknown".to_owned(),
            "apis.public.authorizers.users.to".to_owned()
        )]
    );
}

#[test]
fn an_api_goes_with_its_overrides_and_domains() {
    let after = removed(TEXT, &Keyed::Api("public".to_owned()));
    let design = after.design().unwrap();
    assert!(design.apis.is_empty());
    assert!(design.environments["prod"].apis.is_empty());
    assert!(design.environments["prod"].domains.is_empty());
    assert_eq!(findings(&after), []);
    let after = removed(TEXT, &route("GET /orders"));
    let design = after.design().unwrap();
    assert_eq!(design.apis["public"].routes.len(), 4);
    assert_eq!(design.environments["prod"].apis["public"].routes.len(), 0);
}

#[test]
fn a_route_is_led_elsewhere() {
    let lead = |key: &str, to: Option<&str>| {
        let at = Path::route("public", key);
        let document = Document::parse(TEXT);
        made(TEXT, retarget(&document, &at, to))
            .text()
            .lines()
            .find(|line| line.starts_with(&format!("\"{key}\"")))
            .map(str::to_owned)
    };
    let line = |text: &str| Some(text.to_owned());
    assert_eq!(
        lead("GET /orders", Some("web")),
        line("\"GET /orders\" = \"web\" # all")
    );
    assert_eq!(
        lead("POST /orders", Some("web")),
        line("\"POST /orders\" = { to = \"web\", authorizer = \"users\" }")
    );
    assert_eq!(
        lead("POST /orders", None),
        line("\"POST /orders\" = { authorizer = \"users\" }")
    );
    assert_eq!(lead("PUT /orders", None), line("\"PUT /orders\" = {}"));
    let missing = retarget(
        &Document::parse(TEXT),
        &Path::route("public", "GET /x"),
        None,
    );
    assert_eq!(
        missing.unwrap_err().to_string(),
        "there is no route `GET /x` in the design"
    );
    // An address goes where a function comes.
    let text = "[apis.p.routes]\n\"GET /\" = { url = \"https://a.example\", timeout = 5 }\n";
    let document = Document::parse(text);
    let after = made(
        text,
        retarget(&document, &Path::route("p", "GET /"), Some("f")),
    );
    assert_eq!(
        after.text(),
        "[apis.p.routes]\n\"GET /\" = { timeout = 5, to = \"f\" }\n"
    );
}

#[test]
fn big_designs_stay_right_and_come_back() {
    for seed in 0..4 {
        let size = sample::Size {
            functions: 6,
            routes: 30,
            apis: 2,
            ..sample::Size::default()
        };
        let text = sample::generate(seed, size, Arch::Arm64);
        let document = Document::parse(&text);
        let design = document.design().unwrap();
        let functions = design.functions.keys().cloned().map(Keyed::Function);
        let apis = design.apis.keys().cloned().map(Keyed::Api);
        let environments = design.environments.keys().cloned().map(Keyed::Environment);
        let routes = design.apis.iter().flat_map(|(api, it)| {
            it.routes.keys().map(|key| Keyed::Route {
                api: api.clone(),
                key: key.clone(),
            })
        });
        for it in functions.chain(apis).chain(environments).chain(routes) {
            let to = match it {
                Keyed::Route { .. } => "GET /a-path-that-no-word-is",
                _ => "a-new-name",
            };
            let after = renamed(&text, &it, to, true);
            assert_eq!(findings(&after), [], "{it:?}");
            assert!(after.source().get(&it.path()).is_none(), "{it:?}");
            let new = match it.clone() {
                Keyed::Function(_) => Keyed::Function(to.to_owned()),
                Keyed::Api(_) => Keyed::Api(to.to_owned()),
                Keyed::Environment(_) => Keyed::Environment(to.to_owned()),
                Keyed::Route { api, .. } => Keyed::Route {
                    api,
                    key: to.to_owned(),
                },
                other => other,
            };
            let back = renamed(after.text(), &new, it.key(), true);
            assert_eq!(back.text(), text, "{it:?}");
            // What is left is right but for the routes and the environment that led to it.
            for (code, subject) in findings(&removed(&text, &it)) {
                assert_eq!(code, "route-target-missing", "{it:?}: {subject}");
            }
        }
    }
}
