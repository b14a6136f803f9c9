//! Reading the file: everything of the schema, positions, wrong values.

use slipway_design::*;

const FULL: &str = include_str!("files/full.toml");

fn codes(text: &str) -> Vec<(String, String, u32, u32)> {
    Document::parse(text)
        .diagnostics()
        .iter()
        .map(|d| {
            let at = d.position.expect("every diagnostic of a file has a place");
            (d.code.clone(), d.subject.clone(), at.line, at.column)
        })
        .collect()
}

/// The file is wrong in exactly this way, among others.
#[track_caller]
fn check(text: &str, code: &str, subject: &str, line: u32, column: u32) {
    let found = codes(text);
    let expect = (code.to_owned(), subject.to_owned(), line, column);
    assert!(
        found.contains(&expect),
        "{expect:?} is not among {found:#?}"
    );
}

#[test]
fn the_whole_schema_is_read() {
    let document = Document::parse(FULL);
    assert_eq!(document.text(), FULL);
    let errors: Vec<_> = document
        .diagnostics()
        .iter()
        .filter(|d| d.severity < Severity::Info)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let design = document.design().unwrap();
    assert_eq!(design.name, "shop");
    assert_eq!(design.defaults.arch, Some(Arch::Arm64));
    assert_eq!(
        design.functions["orders"].allow[0].actions,
        ["dynamodb:GetItem", "dynamodb:PutItem"]
    );
    assert_eq!(
        design.functions["orders"].secrets["API_KEY"],
        SecretRef::SecretsManager("shop/api-key".to_owned())
    );
    assert!(matches!(
        &design.functions["chat"].image,
        Some(Image::Ecr {
            digest: Some(_),
            tag: None,
            ..
        })
    ));
    let web = &design.services["web"];
    assert_eq!(
        web.count,
        Some(Count::Range {
            min: 2,
            max: 6,
            cpu: Some(60),
            memory: None
        })
    );
    assert_eq!(web.containers["metrics"].essential, Some(false));
    let public = &design.apis["public"];
    assert_eq!(public.cors.as_ref().unwrap().max_age, Some(600));
    assert!(
        matches!(&public.authorizers["users"], Authorizer::Jwt { issuer, .. } if issuer.contains("login"))
    );
    assert_eq!(
        public.routes["GET /old/{proxy+}"].target,
        Target::Url("https://old.shop.example/{proxy}".to_owned())
    );
    assert_eq!(
        public.routes["POST /orders"].throttle,
        Some(Throttle {
            rate: Some(50.0),
            burst: Some(100)
        })
    );
    assert_eq!(design.apis["live"].routes["send"].reply, Some(true));
    assert!(design.environments["prod"].protected);
    assert!(design.environments["emulator"].is_emulator());
    assert_eq!(
        design.environments["prod"].functions["orders"].memory,
        Some(1024)
    );
}

#[test]
fn every_setting_has_a_place() {
    let document = Document::parse(FULL);
    let at = |path: &str| {
        document
            .source()
            .get(&Path::parse(path).unwrap())
            .map(|place| &FULL[place.value.range()])
    };
    assert_eq!(at("schema"), Some("1"));
    assert_eq!(at("functions.orders"), Some("[functions.orders]"));
    assert_eq!(
        at("functions.orders.image.build"),
        Some("\"services/orders\"")
    );
    assert_eq!(
        at("functions.orders.allow[0].actions[1]"),
        Some("\"dynamodb:PutItem\"")
    );
    assert_eq!(
        at("apis.public.routes.\"POST /orders\".authorizer"),
        Some("\"users\"")
    );
    assert_eq!(
        at("environments.prod.functions.orders.memory"),
        Some("1024")
    );
    assert_eq!(at("functions"), Some("functions"));
    assert_eq!(at("nothing"), None);
}

#[test]
fn resolving_merges_defaults_and_overrides() {
    let document = Document::parse(FULL);
    let design = document.design().unwrap();
    let dev = design.resolve("dev").unwrap();
    let orders = &dev.functions["orders"];
    assert_eq!(orders.memory, 512);
    assert_eq!(orders.env.get("LOG").map(String::as_str), Some("info"));
    assert_eq!(orders.env.get("TABLE").map(String::as_str), Some("orders"));
    assert_eq!(orders.log_retention, Some(14));
    assert_eq!(orders.function_name, "shop-dev-orders");
    let auth = &dev.functions["auth"];
    assert_eq!(
        (auth.memory, auth.timeout, auth.ephemeral_storage, auth.arch),
        (128, 3, 512, Arch::Arm64)
    );
    let prod = design.resolve("prod").unwrap();
    let orders = &prod.functions["orders"];
    assert_eq!(orders.memory, 1024);
    assert_eq!(
        orders.env.get("TABLE").map(String::as_str),
        Some("orders-prod")
    );
    assert_eq!(orders.env.get("LOG").map(String::as_str), Some("info"));
    assert_eq!(prod.apis["public"].stage, "$default");
    assert_eq!(prod.apis["live"].stage, "live");
    let error = design.resolve("prdo").unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no environment `prdo`: the design has dev, prod, emulator"
    );
}

#[test]
fn wrong_types_are_named_and_the_rest_is_kept() {
    let text = "schema = 1\nname = \"a\"\n[functions.f]\nmemory = \"512\"\ntimeout = 5\nimage = { build = \"f\" }\n";
    check(text, "wrong-type", "functions.f.memory", 4, 10);
    let document = Document::parse(text);
    let f = &document.design().unwrap().functions["f"];
    assert_eq!((f.memory, f.timeout), (None, Some(5)));

    check("schema = 1\nname = 5", "wrong-type", "name", 2, 8);
    check(
        "schema = 1\nfunctions = 5",
        "wrong-type",
        "functions",
        2,
        13,
    );
    check("[functions]\nf = 1", "wrong-type", "functions.f", 2, 5);
    check(
        "[functions.f]\nenv = { A = 1 }",
        "wrong-type",
        "functions.f.env.A",
        2,
        13,
    );
    check(
        "[functions.f]\nmemory = -1",
        "out-of-range",
        "functions.f.memory",
        2,
        10,
    );
    check(
        "[functions.f]\nmemory = 99999999999",
        "out-of-range",
        "functions.f.memory",
        2,
        10,
    );
    check(
        "[services.s]\nport = 70000",
        "out-of-range",
        "services.s.port",
        2,
        8,
    );
    check(
        "[functions.f]\nallow = [1]",
        "wrong-type",
        "functions.f.allow[0]",
        2,
        10,
    );
    check(
        "[apis.a]\nkind = \"htpp\"",
        "unknown-word",
        "apis.a.kind",
        2,
        8,
    );
    check(
        "[apis.a.routes]\n\"GET /\" = 1",
        "wrong-type",
        "apis.a.routes.\"GET /\"",
        2,
        11,
    );
    check(
        "[apis.a]\nthrottle = { rate = inf }",
        "out-of-range",
        "apis.a.throttle.rate",
        2,
        21,
    );
    check(
        "[apis.a.routes]\n\"GET /\" = { timeout = 1e300 }",
        "out-of-range",
        "apis.a.routes.\"GET /\".timeout",
        2,
        23,
    );
}

#[test]
fn images_have_one_source() {
    check(
        "[functions.f]\nimage = {}",
        "image-missing",
        "functions.f.image",
        2,
        9,
    );
    check(
        "[functions.f]\nimage = { build = \"a\", ecr = \"b\" }",
        "image-ambiguous",
        "functions.f.image",
        2,
        9,
    );
    check(
        "[functions.f]\nimage = { ecr = \"b\", target = \"x\" }",
        "image-key-misplaced",
        "functions.f.image.target",
        2,
        31,
    );
}

#[test]
fn unknown_keys_are_warned_about() {
    let text = "schema = 1\nname = \"a\"\n[functions.f]\nmemroy = 5\nimage = { build = \".\" }\n";
    check(text, "unknown-key", "functions.f.memroy", 4, 1);
    let document = Document::parse(text);
    let found = document
        .diagnostics()
        .iter()
        .find(|d| d.code == "unknown-key")
        .unwrap();
    assert_eq!(found.fix.as_deref(), Some("Did you mean `memory`?"));
    assert_eq!(found.severity, Severity::Warning);
    assert_eq!(document.text(), text);
}

#[test]
fn a_pasted_secret_is_not_repeated() {
    let text = "[functions.f]\nsecrets = { A = \"hunter2-canary\" }\n";
    check(
        text,
        "secret-not-a-reference",
        "functions.f.secrets.A",
        2,
        17,
    );
    assert!(!format!("{:?}", Document::parse(text).diagnostics()).contains("canary"));
}

#[test]
fn newer_formats_open_for_reading() {
    let document = Document::parse("schema = 2\nname = \"a\"\nnew = 1\n");
    assert!(document.is_read_only());
    assert_eq!(document.design().unwrap().name, "a");
    assert_eq!(
        document
            .diagnostics()
            .iter()
            .map(|d| d.code.as_str())
            .collect::<Vec<_>>(),
        ["schema-newer"]
    );
}

#[test]
fn syntax_errors_have_a_place() {
    check("schema = 1\nname = ", "toml-syntax", "", 2, 8);
    check("schema = 1\nschema = 2", "toml-syntax", "", 2, 1);
    let document = Document::parse("a = [");
    assert!(document.design().is_none());
    assert_eq!(document.text(), "a = [");
}

#[test]
fn a_route_that_is_not_wired_is_kept() {
    let text = "schema = 1\nname = \"shop\"\n[apis.a]\nkind = \"http\"\n[apis.a.routes]\n\"GET /a\" = {}\n\"GET /b\" = \"\"\n\"GET /c\" = { to = \"\", payload = \"1.0\" }\n";
    let document = Document::parse(text);
    let routes = &document.design().unwrap().apis["a"].routes;
    assert_eq!(routes.len(), 3);
    assert!(routes.values().all(|it| it.target == Target::Open));
    let missing = |key: &str, line, column| {
        let subject = Path::route("a", key).to_string();
        ("route-target-missing".to_owned(), subject, line, column)
    };
    assert_eq!(
        codes(text),
        [
            missing("GET /a", 6, 12),
            missing("GET /b", 7, 12),
            missing("GET /c", 8, 12),
        ]
    );
}

#[test]
fn what_is_missing_is_said() {
    check("", "schema-missing", "", 1, 1);
    check("", "name-missing", "", 1, 1);
    check("[apis.a]", "api-kind-missing", "apis.a", 1, 1);
    check(
        "[environments.dev]",
        "environment-incomplete",
        "environments.dev",
        1,
        1,
    );
    check(
        "[apis.a.routes]\n\"GET /\" = {}",
        "route-target-missing",
        "apis.a.routes.\"GET /\"",
        2,
        11,
    );
    check(
        "[apis.a.authorizers]\nj = { kind = \"jwt\" }",
        "authorizer-incomplete",
        "apis.a.authorizers.j",
        2,
        5,
    );
}

#[test]
fn hostile_files_end_in_a_finding() {
    for depth in [50, 100, 10_000, 200_000] {
        for text in [
            format!("a = {}{}", "[".repeat(depth), "]".repeat(depth)),
            format!("a = {}1{}", "{a=".repeat(depth), "}".repeat(depth)),
            format!("a{} = 1", ".a".repeat(depth)),
            format!("[a{}]", ".a".repeat(depth)),
            "[a".repeat(depth),
        ] {
            let document = Document::parse(&text);
            assert_eq!(document.text().len(), text.len());
        }
    }
}
