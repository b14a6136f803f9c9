//! The rules between things: what one says of another, and what an environment makes of both.

use slipway_design::*;

const HEAD: &str = "schema = 1\nname = \"shop\"\n";
const F: &str = "[functions.f]\nimage = { build = \"f\" }\n";
const P: &str = "[apis.p]\nkind = \"http\"\n";

fn environment(name: &str, account: &str, lines: &str) -> String {
    format!("[environments.{name}]\naccount = \"{account}\"\nregion = \"eu-west-1\"\n{lines}\n")
}

/// The design has exactly these findings, in the order of the file, besides things that no route leads to.
#[track_caller]
fn check(body: &str, expect: &[&str]) {
    let document = Document::parse(&format!("{HEAD}{body}"));
    let found: Vec<String> = document
        .diagnostics()
        .iter()
        .filter(|it| it.code != "unused")
        .map(|it| {
            assert!(it.fix.is_some() && it.position.is_some(), "{it:?}");
            let weight = match it.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            };
            format!("{weight} {} {}", it.code, it.subject)
        })
        .collect();
    assert_eq!(found, expect, "{body}");
}

const A: &str = "123456789012";
const B: &str = "210987654321";

#[test]
fn routes_that_give_up_before_the_function_does() {
    let route = |function: &str, route: &str, expect: &[&str]| {
        check(
            &format!("{F}{function}\n{P}routes = {{ \"GET /\" = {route} }}\n"),
            expect,
        );
    };
    route("timeout = 30", "\"f\"", &[]);
    route(
        "timeout = 31",
        "\"f\"",
        &["warning timeout-shorter functions.f.timeout"],
    );
    route("timeout = 5", "{ to = \"f\", timeout = 5 }", &[]);
    let explicit = "warning timeout-shorter apis.p.routes.\"GET /\".timeout";
    route("timeout = 5", "{ to = \"f\", timeout = 4.9 }", &[explicit]);
    route("timeout = 60", "{ to = \"f\", timeout = 30 }", &[explicit]);
    // Its own time is 3 s when nothing says so.
    route("", "{ to = \"f\", timeout = 2 }", &[explicit]);
    route("", "{ to = \"f\", timeout = 3 }", &[]);
    check(
        &format!("[defaults]\ntimeout = 60\n{F}{P}routes = {{ \"GET /\" = \"f\" }}\n"),
        &["warning timeout-shorter functions.f.timeout"],
    );
    // A WebSocket API waits a second less.
    check(
        &format!(
            "{F}timeout = 30\n[apis.w]\nkind = \"websocket\"\nselect = \"$request.body.a\"\nroutes = {{ a = \"f\" }}\n"
        ),
        &["warning timeout-shorter functions.f.timeout"],
    );
    // Once where the function says it, and once more where an environment makes it longer.
    let here = |function: &str, over: &str, expect: &[&str]| {
        let dev = environment("dev", A, &format!("functions.f = {{ {over} }}"));
        check(
            &format!("{F}{function}\n{P}routes = {{ \"GET /\" = \"f\" }}\n{dev}"),
            expect,
        );
    };
    here(
        "timeout = 10",
        "timeout = 40",
        &["warning timeout-shorter environments.dev.functions.f.timeout"],
    );
    here(
        "timeout = 40",
        "timeout = 40",
        &["warning timeout-shorter functions.f.timeout"],
    );
    here(
        "timeout = 40",
        "memory = 128",
        &["warning timeout-shorter functions.f.timeout"],
    );
    // A route of the environment, against the function as it is there.
    let dev = environment(
        "dev",
        A,
        "functions.f = { timeout = 9 }\napis.p.routes = { \"GET /\" = { to = \"f\", timeout = 8 } }",
    );
    check(
        &format!("{F}{P}routes = {{ \"GET /\" = \"f\" }}\n{dev}"),
        &["warning timeout-shorter environments.dev.apis.p.routes.\"GET /\".timeout"],
    );
    // An authorizer has ten seconds.
    let authorizer = |seconds: u32, expect: &[&str]| {
        check(
            &format!(
                "{F}timeout = {seconds}\n{P}authorizers = {{ x = {{ kind = \"lambda\", to = \"f\" }} }}\n"
            ),
            expect,
        );
    };
    authorizer(10, &[]);
    authorizer(11, &["warning timeout-shorter functions.f.timeout"]);
}

#[test]
fn integrations_are_counted_as_they_are_shared() {
    let api = |kind: &str, routes: &str| {
        format!("{F}timeout = 1\n[apis.p]\n{kind}\n[apis.p.routes]\n{routes}")
    };
    let http = "kind = \"http\"";
    let distinct = |count: usize| {
        (0..count)
            .map(|n| {
                format!(
                    "\"GET /r{n}\" = {{ to = \"f\", timeout = {} }}\n",
                    2.0 + n as f64 / 1000.0
                )
            })
            .collect::<String>()
    };
    check(&api(http, &distinct(300)), &[]);
    let routes = "warning quota-exceeded apis.p.routes";
    let integrations = "error quota-exceeded apis.p.routes";
    check(&api(http, &distinct(301)), &[integrations, routes]);
    // The same target, event and time share one, however they are written.
    let shared =
        "\"GET /a\" = \"f\"\n\"GET /b\" = { to = \"f\", timeout = 30, payload = \"2.0\" }\n";
    check(&api(http, &format!("{}{shared}", distinct(298))), &[]);
    let shared = format!("{}{shared}", distinct(300));
    check(&api(http, &shared), &[integrations, routes]);
    // A WebSocket API may have more when AWS is asked.
    let websocket = "kind = \"websocket\"\nselect = \"$request.body.a\"";
    check(
        &api(websocket, &distinct(301).replace("GET /", "")),
        &[
            "warning quota-exceeded apis.p.routes",
            "warning quota-exceeded apis.p.routes",
        ],
    );
    // An environment that replaces a route adds nothing, one that changes its time does.
    let over = |route: &str| {
        let dev = environment("dev", A, &format!("apis.p.routes = {{ {route} }}"));
        format!(
            "{}{dev}",
            api(
                http,
                &distinct(300).replacen("timeout = 2 }", "timeout = 2.001 }", 1)
            )
        )
    };
    check(&over("\"GET /r5\" = { to = \"f\", timeout = 5 }"), &[]);
    check(&over("\"GET /r0\" = { to = \"f\", timeout = 5 }"), &[]);
    // Both of those that shared one are replaced, so nothing needs it any more.
    let two =
        "\"GET /r0\" = { to = \"f\", timeout = 5 }, \"GET /r1\" = { to = \"f\", timeout = 6 }";
    check(&over(two), &[]);
    check(
        &over(&format!(
            "{two}, \"GET /new\" = {{ to = \"f\", timeout = 7 }}"
        )),
        &[
            "error quota-exceeded environments.dev.apis.p.routes",
            "warning quota-exceeded environments.dev.apis.p.routes",
        ],
    );
}

#[test]
fn custom_domains() {
    let api = |routes: &str| format!("{F}{P}routes = {{ {routes} }}\n");
    let domain =
        |name: &str, domains: &str| environment(name, A, &format!("domains = {{ {domains} }}"));
    let ping = api(
        "\"GET /ping\" = \"f\", \"ANY /sping\" = \"f\", \"GET /a/ping\" = \"f\", \"GET /{ping}\" = \"f\"",
    );
    // Only a custom domain has reserved paths.
    check(&format!("{ping}{}", environment("dev", A, "")), &[]);
    check(
        &format!("{ping}{}", domain("dev", "p = \"a.example\"")),
        &[
            "warning path-reserved apis.p.routes.\"GET /ping\"",
            "warning path-reserved apis.p.routes.\"ANY /sping\"",
        ],
    );
    let two = format!("{}[apis.q]\nkind = \"http\"\n", api("\"GET /\" = \"f\""));
    check(
        &format!(
            "{two}{}",
            domain("dev", "p = \"a.example\", q = \"b.example\"")
        ),
        &[],
    );
    check(
        &format!(
            "{two}{}",
            domain("dev", "p = \"a.example\", q = \"A.example\"")
        ),
        &["error domain-taken environments.dev.domains.q"],
    );
    check(
        &format!(
            "{two}{}{}",
            domain("dev", "p = \"a.example\""),
            domain("prod", "p = \"a.example\"")
        ),
        &["error domain-taken environments.prod.domains.p"],
    );
    let elsewhere = domain("prod", "p = \"a.example\"").replace("eu-west-1", "us-east-1");
    check(
        &format!("{two}{}{elsewhere}", domain("dev", "p = \"a.example\"")),
        &[],
    );
}

#[test]
fn roles_are_of_the_account() {
    let role = |account: &str| format!("role = \"arn:aws:iam::{account}:role/x\"");
    let function = format!("{F}{}\n", role(A));
    let dev = environment("dev", A, "");
    check(&format!("{function}{dev}"), &[]);
    let foreign = "error account-differs functions.f.role";
    check(
        &format!("{function}{dev}{}", environment("prod", B, "")),
        &[foreign],
    );
    // What the other account has instead is right.
    for over in [
        role(B),
        "allow = [{ actions = [\"s3:*\"], resources = [\"*\"] }]".to_owned(),
    ] {
        let prod = environment("prod", B, &format!("functions.f = {{ {over} }}"));
        check(&format!("{function}{dev}{prod}"), &[]);
    }
    let prod = environment("prod", B, &format!("functions.f = {{ {} }}", role(A)));
    check(
        &format!("{F}{prod}"),
        &["error account-differs environments.prod.functions.f.role"],
    );
    // An emulator has accounts of its own making.
    let emulator = environment("emulator", B, "endpoint = \"http://localhost:4566\"");
    check(&format!("{function}{dev}{emulator}"), &[]);
    check(
        &format!(
            "[services.s]\nimage = {{ build = \"s\" }}\n{}\n{}",
            role(A),
            environment("prod", B, "")
        ),
        &["error account-differs services.s.role"],
    );
    check(
        &environment(
            "dev",
            A,
            &format!("permissions_boundary = \"arn:aws:iam::{B}:policy/b\""),
        ),
        &["error account-differs environments.dev.permissions_boundary"],
    );
    // Managed policies are attached to a role of Slipway's, not to one of the user's.
    let policies = |over: &str| {
        environment(
            "dev",
            A,
            &format!("functions.f = {{ policies = [\"arn:aws:iam::aws:policy/X\"]{over} }}"),
        )
    };
    check(
        &format!("{function}{}", policies("")),
        &["error role-and-allow environments.dev.functions.f.policies"],
    );
    check(
        &format!(
            "{function}{}",
            policies(", allow = [{ actions = [\"s3:*\"], resources = [\"*\"] }]")
        ),
        &[],
    );
}

#[test]
fn variables_and_secrets_of_one_name() {
    let dev = |lines: &str| environment("dev", A, &format!("functions.f = {{ {lines} }}"));
    let secret = "secrets = { KEY = \"ssm:/a\" }";
    check(
        &format!("[defaults]\nenv = {{ KEY = \"a\" }}\n{F}{secret}\n"),
        &["error variable-twice functions.f.secrets.KEY"],
    );
    check(
        &format!("{F}env = {{ KEY = \"a\" }}\n{}", dev(secret)),
        &["error variable-twice environments.dev.functions.f.secrets.KEY"],
    );
    check(
        &format!("{F}{secret}\n{}", dev("env = { KEY = \"a\" }")),
        &["error variable-twice environments.dev.functions.f.env.KEY"],
    );
    check(
        &format!(
            "{F}{secret}\n{}",
            dev("env = { KEY = \"a\" }, secrets = { OTHER = \"ssm:/b\" }")
        ),
        &[],
    );
}

#[test]
fn findings_are_said_once_whatever_the_number_of_environments() {
    let big = format!("env = {{ BIG = \"{}\" }}", "x".repeat(4096));
    let environments = format!(
        "{}{}",
        environment("dev", A, ""),
        environment("prod", B, "")
    );
    check(
        &format!("{F}{big}\n{environments}"),
        &["error env-too-big functions.f"],
    );
    check(
        &format!("[services.s]\nimage = {{ build = \"s\" }}\ncpu = 300\n{environments}"),
        &["error fargate-size services.s"],
    );
    // Where every environment has a size of its own, the one outside of them is never used.
    let sized =
        |name: &str, account: &str| environment(name, account, "services.s = { cpu = 256 }");
    check(
        &format!(
            "[services.s]\nimage = {{ build = \"s\" }}\ncpu = 300\n{}{}",
            sized("dev", A),
            sized("prod", B)
        ),
        &[],
    );
    check(
        &format!(
            "{F}{big}\n{}{}",
            environment("dev", A, "functions.f = { env = { BIG = \"\" } }"),
            environment("prod", B, "")
        ),
        &["error env-too-big functions.f"],
    );
}

#[test]
fn addresses_with_stage_variables() {
    let url = |url: &str, expect: &[&str]| {
        check(
            &format!(
                "{P}variables = {{ host = \"a.example\", home = \"127.0.0.1\" }}\nroutes = {{ \"GET /{{x}}\" = {{ url = \"{url}\" }} }}\n"
            ),
            expect,
        );
    };
    const AT: &str = "apis.p.routes.\"GET /{x}\".url";
    url("https://${stageVariables.host}/{x}", &[]);
    url("https://a.example/${stageVariables.host}", &[]);
    url(
        "https://${stageVariables.home}/",
        &[&format!("warning url-private {AT}")],
    );
    url(
        "https://${stageVariables.hots}/",
        &[&format!("error stage-variable-unknown {AT}")],
    );
    url(
        "https://a.example/{stageVariables.host}",
        &[&format!("error url-parameter {AT}")],
    );
    for private in [
        "[::1]:80",
        "[fd00::1]",
        "100.64.0.1",
        "0.0.0.0",
        "ip-10-0-0-1.ec2.internal",
        "[::ffff:10.0.0.1]",
    ] {
        url(
            &format!("http://{private}/"),
            &[&format!("warning url-private {AT}")],
        );
    }
    for public in ["[2600::1]:80", "100.128.0.1", "8.8.8.8:8080"] {
        url(&format!("http://{public}/"), &[]);
    }
}

#[test]
fn authorizers_read_what_their_kind_of_api_has() {
    let http =
        |it: &str, expect: &[&str]| check(&format!("{F}{P}authorizers = {{ x = {it} }}\n"), expect);
    let websocket = |it: &str, expect: &[&str]| {
        check(
            &format!(
                "{F}[apis.p]\nkind = \"websocket\"\nselect = \"$request.body.a\"\nauthorizers = {{ x = {it} }}\n"
            ),
            expect,
        );
    };
    let lambda = |identity: &str| {
        format!("{{ kind = \"lambda\", to = \"f\", identity = [\"{identity}\"] }}")
    };
    let wrong = "error identity-invalid apis.p.authorizers.x.identity[0]";
    http(&lambda("$request.header.Authorization"), &[]);
    http(&lambda("$context.identity.sourceIp"), &[]);
    http(&lambda("route.request.header.Authorization"), &[wrong]);
    http(&lambda("Authorization"), &[wrong]);
    http(&lambda("$request.header."), &[wrong]);
    websocket(&lambda("route.request.querystring.token"), &[]);
    websocket(&lambda("$request.querystring.token"), &[wrong]);
    websocket(
        "{ kind = \"lambda\", to = \"f\", ttl = 5 }",
        &["error wrong-api-kind apis.p.authorizers.x.ttl"],
    );
    http(
        "{ kind = \"jwt\", issuer = \"https://a.example\", audience = [] }",
        &["error authorizer-incomplete apis.p.authorizers.x.audience"],
    );
    let document = Document::parse(&format!(
        "{HEAD}{F}{P}authorizers = {{ x = {} }}\n",
        lambda("route.request.header.A")
    ));
    let found = document
        .diagnostics()
        .iter()
        .find(|it| it.code == "identity-invalid")
        .unwrap();
    assert_eq!(found.fix.as_deref(), Some("Write \"$request.header.A\""));
}

#[test]
fn what_a_websocket_api_cannot_do() {
    let api = |lines: &str, expect: &[&str]| {
        check(
            &format!(
                "{F}[services.s]\nimage = {{ build = \"s\" }}\nport = 80\n[apis.w]\nkind = \"websocket\"\n{lines}\n"
            ),
            expect,
        );
    };
    let routes = |routes: &str| format!("select = \"$request.body.a\"\nroutes = {{ {routes} }}");
    api(
        &routes("a = \"s\""),
        &["warning websocket-to-service apis.w.routes.a"],
    );
    api(
        &routes("\"$disconnect\" = { to = \"f\", reply = true }"),
        &["warning reply-to-nobody apis.w.routes.\"$disconnect\".reply"],
    );
    api("select = \"${request.body.a}/${request.body.b}\"", &[]);
    api(
        "select = \"$request.header.a\"",
        &["error select-invalid apis.w.select"],
    );
}

#[test]
fn services_and_their_parts() {
    let service = |lines: &str, expect: &[&str]| {
        check(
            &format!("[services.s]\nimage = {{ build = \"s\" }}\n{lines}\n"),
            expect,
        )
    };
    let container =
        |name: usize| format!("[services.s.containers.c{name}]\nimage = {{ build = \"c\" }}\n");
    service(&(0..9).map(container).collect::<String>(), &[]);
    service(
        &(0..10).map(container).collect::<String>(),
        &["error quota-exceeded services.s.containers"],
    );
    service(
        "containers.s = { image = { build = \"c\" } }",
        &["error key-taken services.s.containers.s"],
    );
    let checked = |lines: &str| format!("ingress = \"alb\"\nhealth = {{ path = \"/h\"{lines} }}");
    service(&checked(", interval = 6"), &[]);
    service(
        &checked(", interval = 5"),
        &["error health-order services.s.health"],
    );
    service(
        &checked(", timeout = 30"),
        &["error health-order services.s.health"],
    );
    service("health = { command = [\"/h\"], interval = 5 }", &[]);
    // An environment that takes the load balancer away, or adds the path without one.
    let dev = |lines: &str| environment("dev", A, &format!("services.s = {{ {lines} }}"));
    let wrong = "error health-path-needs-alb environments.dev.services.s.health.path";
    service(
        &format!("{}\n{}", checked(""), dev("ingress = \"cloud-map\"")),
        &[wrong],
    );
    service(&dev("health = { path = \"/h\" }"), &[wrong]);
    service(&dev("ingress = \"alb\", health = { path = \"/h\" }"), &[]);
    check(
        &format!("{F}concurrency = 0"),
        &["warning concurrency-zero functions.f.concurrency"],
    );
    let ids = |prefix: &str, count: usize| {
        (0..count)
            .map(|n| format!("\"{prefix}-{n}\""))
            .collect::<Vec<_>>()
            .join(", ")
    };
    check(
        &environment(
            "dev",
            A,
            &format!(
                "network = {{ subnets = [{}], security_groups = [{}] }}",
                ids("subnet", 17),
                ids("sg", 6)
            ),
        ),
        &[
            "error quota-exceeded environments.dev.network.subnets",
            "error quota-exceeded environments.dev.network.security_groups",
        ],
    );
    check(
        &format!(
            "{F}policies = [{}]",
            vec!["\"arn:aws:iam::aws:policy/X\""; 21].join(", ")
        ),
        &["error quota-exceeded functions.f.policies"],
    );
}

#[test]
fn preflight_requests_behind_an_authorizer() {
    let api = |routes: &str, lines: &str| {
        format!(
            "{F}{P}{lines}routes = {{ \"$default\" = {{ to = \"f\", authorizer = \"iam\" }}{routes} }}\n"
        )
    };
    let cors = "cors = { origins = [\"*\"] }\n";
    let swallowed = "warning cors-swallowed apis.p.routes.\"$default\"";
    check(&api("", cors), &[swallowed]);
    check(&api(", \"OPTIONS /{proxy+}\" = \"f\"", cors), &[]);
    check(&api(", \"ANY /{proxy+}\" = \"f\"", cors), &[]);
    // Those that do not help: of one path, or guarded themselves.
    check(&api(", \"OPTIONS /a\" = \"f\"", cors), &[swallowed]);
    check(
        &api(
            ", \"OPTIONS /{proxy+}\" = { to = \"f\", authorizer = \"iam\" }",
            cors,
        ),
        &[swallowed],
    );
    // CORS of one environment only.
    let dev = environment("dev", A, &format!("apis.p.{cors}"));
    check(
        &format!("{}{dev}", api("", "")),
        &["warning cors-swallowed environments.dev.apis.p.routes.\"$default\""],
    );
}

#[test]
fn an_empty_list_clears_what_it_overrides() {
    let allow = "allow = [{ actions = [\"s3:*\"], resources = [\"*\"] }]";
    let policies = "policies = [\"arn:aws:iam::aws:policy/X\"]";
    let resolved = |lines: &str, over: &str| {
        let dev = environment("dev", A, &format!("functions.f = {{ {over} }}"));
        let text = format!("{HEAD}{F}{lines}\nsecrets = {{ KEY = \"ssm:/a\" }}\n{dev}");
        let document = Document::parse(&text);
        assert!(!document.has_errors(), "{:?}", document.diagnostics());
        document.design().unwrap().resolve("dev").unwrap().functions["f"].clone()
    };
    let both = format!("{allow}\n{policies}");
    let kept = resolved(&both, "memory = 128");
    assert_eq!(
        (kept.allow.len(), kept.policies.len(), kept.secrets.len()),
        (1, 1, 1)
    );
    let cleared = resolved(&both, "allow = [], policies = [], secrets = {}");
    assert_eq!(
        (
            cleared.allow.len(),
            cleared.policies.len(),
            cleared.secrets.len()
        ),
        (0, 0, 0)
    );
    let role = format!("role = \"arn:aws:iam::{A}:role/x\"");
    let owned = resolved(&both, &role);
    assert_eq!(
        (
            owned.allow.len(),
            owned.policies.len(),
            owned.role.is_some()
        ),
        (0, 0, true)
    );
    assert_eq!(resolved(&role, "allow = []").role, None);
    assert!(resolved(&role, "memory = 128").role.is_some());
}

#[test]
fn slips_are_told_with_what_was_meant() {
    #[track_caller]
    fn fix(body: &str, code: &str, expect: &str) {
        let text = format!("{HEAD}{body}");
        let document = Document::parse(&text);
        let found = document.diagnostics().iter().find(|it| it.code == code);
        let found = found.unwrap_or_else(|| panic!("{code}: {:?}", document.diagnostics()));
        assert_eq!(found.fix.as_deref(), Some(expect), "{body}");
    }
    fix(
        "[functions.f]\nimage = \"services/f\"",
        "wrong-type",
        "Write image = { build = \"services/f\" }",
    );
    fix(
        &format!("{F}memory = \"512MB\""),
        "wrong-type",
        "Write the number alone, without quotes: memory = 512",
    );
    fix(
        &format!("{F}network = \"true\""),
        "wrong-type",
        "Write it without quotes: network = true",
    );
    fix(
        &format!("{F}policies = \"x\""),
        "wrong-type",
        "Write policies = [\"x\"]",
    );
    fix(
        &format!("{F}allow = {{ actions = [] }}"),
        "wrong-type",
        "Put it in brackets: allow = [{ ... }]",
    );
    fix(
        "[apis.p]\nkind = \"http\"\ncors = true",
        "wrong-type",
        "Write cors = { origins = [\"https://shop.example\"], methods = [\"GET\"] }",
    );
    fix(
        "[defaults]\narch = \"amd64\"",
        "unknown-word",
        "Did you mean \"x86_64\"?",
    );
    fix(
        "[apis.p]\nkind = \"REST\"",
        "unknown-word",
        "Did you mean \"http\"?",
    );
    fix(
        &format!("{F}timeout = 30000"),
        "out-of-range",
        "It is in seconds: write timeout = 30",
    );
    fix(
        &format!("{F}memory = 1"),
        "out-of-range",
        "It is in MiB: write memory = 1024",
    );
    fix(
        &format!("{F}memory = 64"),
        "out-of-range",
        "Write memory = 128",
    );
    fix(
        "[environments.dev]\naccount = \"1234-5678-9012\"\nregion = \"eu-west-1\"",
        "account-invalid",
        "Write account = \"123456789012\"",
    );
    fix(
        &environment("dev", A, "").replace("west-1", "west-1a"),
        "region-invalid",
        "Write region = \"eu-west-1\": the letter after it names an Availability Zone",
    );
    fix(
        "[functions.f]\nimage = { build = \"a/f/Dockerfile\" }",
        "build-is-a-file",
        "Write build = \"a/f\", dockerfile = \"Dockerfile\"",
    );
    fix(
        "[functions.f]\nimage = { ecr = \"123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/orders:v1\" }",
        "image-reference",
        "Write ecr = \"shop/orders\", tag = \"v1\"",
    );
    fix(
        &format!("{F}secrets = {{ KEY = \"arn:aws:secretsmanager:eu-west-1:{A}:secret:a\" }}"),
        "secret-not-a-reference",
        "Put secretsmanager: before the ARN",
    );
    let route = |key: &str, code: &str, expect: &str| {
        fix(
            &format!("{F}{P}routes = {{ \"{key}\" = \"f\" }}"),
            code,
            expect,
        )
    };
    route(
        "GET /a/:id",
        "route-key-literal",
        "Write {id} for a parameter",
    );
    route(
        "GET /a/*",
        "route-key-literal",
        "Write {proxy+} for all that follows",
    );
    route(
        "GET /*/a",
        "route-key-literal",
        "Write {name} for any one segment",
    );
    route("* /a", "route-key-invalid", "Write ANY for every method");
    route(
        "GET,POST /a",
        "route-key-invalid",
        "Write one route for each method, or ANY for every method",
    );
    let message = |key: &str, expect: &str| {
        fix(
            &format!(
                "{F}[apis.w]\nkind = \"websocket\"\nselect = \"$request.body.a\"\nroutes = {{ \"{key}\" = \"f\" }}"
            ),
            "route-key-literal",
            expect,
        );
    };
    message(
        "connect",
        "Write \"$connect\" for the route that API Gateway chooses itself",
    );
    message(
        "GET /a",
        "Write what the messages hold, or make this an HTTP API",
    );
    // What could not be read is not missing as well.
    check(
        &format!(
            "{P}authorizers = {{ x = {{ kind = \"jwt\", issuer = \"https://a.example\", audience = \"a\" }} }}"
        ),
        &["error wrong-type apis.p.authorizers.x.audience"],
    );
    check(
        "[functions.f]\nimagee = { build = \"f\" }",
        &[
            "error image-missing functions.f",
            "warning unknown-key functions.f.imagee",
        ],
    );
}
