//! Every rule: a design that breaks it, and the findings that come of it, all of them.

use slipway_design::*;

const HEAD: &str = "schema = 1\nname = \"shop\"\n";

fn findings(text: &str) -> Vec<String> {
    let document = Document::parse(text);
    for it in document.diagnostics() {
        assert!(
            it.fix.as_ref().is_some_and(|fix| !fix.is_empty()),
            "no fix: {it:?}"
        );
        assert!(!it.summary.ends_with('.'), "full stop: {it:?}");
        assert!(it.position.is_some(), "no place: {it:?}");
    }
    document
        .diagnostics()
        .iter()
        .filter(|it| it.code != "unused")
        .map(|it| {
            let weight = match it.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            };
            format!("{weight} {} {}", it.code, it.subject)
        })
        .collect()
}

/// The design has exactly these findings, in the order of the file.
#[track_caller]
fn check(body: &str, expect: &[&str]) {
    assert_eq!(findings(&format!("{HEAD}{body}")), expect, "{body}");
}

/// A function `f` with these further lines.
#[track_caller]
fn function(lines: &str, expect: &[&str]) {
    check(
        &format!("[functions.f]\nimage = {{ build = \"f\" }}\n{lines}\n"),
        expect,
    );
}

/// A service `s` with these further lines.
#[track_caller]
fn service(lines: &str, expect: &[&str]) {
    check(
        &format!("[services.s]\nimage = {{ build = \"s\" }}\n{lines}\n"),
        expect,
    );
}

/// An HTTP API `p` with these lines, and functions and services it can lead to.
#[track_caller]
fn http(lines: &str, expect: &[&str]) {
    check(
        &format!("{NODES}[apis.p]\nkind = \"http\"\n{lines}\n"),
        expect,
    );
}

/// A WebSocket API `w` with these lines.
#[track_caller]
fn websocket(lines: &str, expect: &[&str]) {
    check(
        &format!("{NODES}[apis.w]\nkind = \"websocket\"\n{lines}\n"),
        expect,
    );
}

/// An environment `dev` with these further lines.
#[track_caller]
fn environment(lines: &str, expect: &[&str]) {
    check(
        &format!(
            "{NODES}[environments.dev]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n{lines}\n"
        ),
        expect,
    );
}

const NODES: &str = "[functions.f]\nimage = { build = \"f\" }\n[services.s]\nimage = { build = \"s\" }\nport = 80\n";

#[track_caller]
fn fix(text: &str, code: &str, expect: &str) {
    let document = Document::parse(&format!("{HEAD}{text}"));
    let found = document
        .diagnostics()
        .iter()
        .find(|it| it.code == code)
        .expect("the finding is there");
    assert_eq!(found.fix.as_deref(), Some(expect));
}

#[test]
fn names() {
    check("", &[]);
    for (text, subject) in [
        (
            "[functions.Orders]\nimage = { build = \"f\" }",
            "functions.Orders",
        ),
        (
            "[functions.\"a b\"]\nimage = { build = \"f\" }",
            "functions.\"a b\"",
        ),
        ("[functions.a-]\nimage = { build = \"f\" }", "functions.a-"),
        ("[services.1a]\nimage = { build = \"f\" }", "services.1a"),
        ("[apis.P]\nkind = \"http\"", "apis.P"),
        (
            "[environments.Prod]\naccount = \"123456789012\"\nregion = \"eu-west-1\"",
            "environments.Prod",
        ),
    ] {
        check(text, &[&format!("error name-invalid {subject}")]);
    }
    let long = "k".repeat(65);
    check(
        &format!("[functions.{long}]\nimage = {{ build = \"f\" }}"),
        &[&format!("error name-invalid functions.{long}")],
    );
    assert_eq!(
        findings("schema = 1\nname = \"Shop\"\n"),
        ["error name-invalid name"]
    );
    assert_eq!(
        findings(&format!("schema = 1\nname = \"{}\"\n", "n".repeat(41))),
        ["error name-invalid name"]
    );
    assert_eq!(
        findings(&format!("schema = 1\nname = \"{}\"\n", "n".repeat(40))),
        Vec::<String>::new()
    );
    check(
        "[functions.a]\nimage = { build = \"f\" }\n[services.a]\nimage = { build = \"f\" }",
        &["error key-taken services.a"],
    );
    fix(
        "[functions.My_Orders]\nimage = { build = \"f\" }",
        "name-invalid",
        "Call it `my-orders`",
    );
}

#[test]
fn derived_names_do_not_collide() {
    let env = |name: &str, account: &str| {
        format!("[environments.{name}]\naccount = \"{account}\"\nregion = \"eu-west-1\"\n")
    };
    let functions =
        "[functions.b-c]\nimage = { build = \"f\" }\n[functions.c]\nimage = { build = \"f\" }\n";
    let same = "123456789012";
    check(
        &format!("{functions}{}{}", env("a", same), env("a-b", same)),
        &["error name-collision environments.a-b"],
    );
    check(
        &format!(
            "{functions}{}{}",
            env("a", same),
            env("a-b", "210987654321")
        ),
        &[],
    );
}

#[test]
fn numbers_of_functions() {
    for (line, ok) in [
        ("memory = 127", false),
        ("memory = 128", true),
        ("memory = 10240", true),
        ("memory = 10241", false),
        ("timeout = 0", false),
        ("timeout = 1", true),
        ("timeout = 900", true),
        ("timeout = 901", false),
        ("ephemeral_storage = 511", false),
        ("ephemeral_storage = 512", true),
        ("ephemeral_storage = 10240", true),
        ("ephemeral_storage = 10241", false),
    ] {
        let key = line.split(' ').next().unwrap();
        let expect = format!("error out-of-range functions.f.{key}");
        function(
            line,
            if ok {
                &[]
            } else {
                std::slice::from_ref(&expect)
            }
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .as_slice(),
        );
    }
    fix(
        "[functions.f]\nimage = { build = \"f\" }\nmemory = 64",
        "out-of-range",
        "Write memory = 128",
    );
    check(
        "[defaults]\ntimeout = 1000",
        &["error out-of-range defaults.timeout"],
    );
    function("log_retention = 14", &[]);
    function(
        "log_retention = 10",
        &["error log-retention functions.f.log_retention"],
    );
    fix(
        "[defaults]\nlog_retention = 15",
        "log-retention",
        "Write log_retention = 30",
    );
    fix(
        "[defaults]\nlog_retention = 9999",
        "log-retention",
        "Write log_retention = 3653",
    );
    function(
        &format!("title = \"{}\"", "ä".repeat(257)),
        &["error too-long functions.f.title"],
    );
}

#[test]
fn images() {
    let image =
        |image: &str, expect: &[&str]| check(&format!("[functions.f]\nimage = {image}\n"), expect);
    let digest = format!("sha256:{}", "0a".repeat(32));
    check("[functions.f]", &["error image-missing functions.f"]);
    image("{}", &["error image-missing functions.f.image"]);
    image("\"f\"", &["error wrong-type functions.f.image"]);
    for path in ["f", ".", "a/b/c", "./a", "a/../b"] {
        image(&format!("{{ build = \"{path}\" }}"), &[]);
    }
    for path in [
        "..",
        "../x",
        "a/../../x",
        "/etc",
        "~/x",
        "C:/x",
        "https://example.org/x.git",
        "git@example.org:x",
    ] {
        image(
            &format!("{{ build = \"{path}\" }}"),
            &["error path-outside functions.f.image.build"],
        );
    }
    image(
        "{ build = \"\" }",
        &["error path-invalid functions.f.image.build"],
    );
    image(
        "{ build = 'a\\b' }",
        &["error path-invalid functions.f.image.build"],
    );
    image("{ build = \"a/b\", dockerfile = \"../Dockerfile\" }", &[]);
    image("{ build = \".\", dockerfile = \"Dockerfile.api\" }", &[]);
    image(
        "{ build = \".\", dockerfile = \"/Dockerfile\" }",
        &["error path-outside functions.f.image.dockerfile"],
    );
    image(
        "{ build = \"a\", dockerfile = \"../../Dockerfile\" }",
        &["error path-outside functions.f.image.dockerfile"],
    );
    image(
        "{ build = \"a\", dockerfile = \"/Dockerfile\" }",
        &["error path-outside functions.f.image.dockerfile"],
    );
    image(
        &format!("{{ ecr = \"shop/chat\", digest = \"{digest}\" }}"),
        &[],
    );
    image(
        "{ ecr = \"shop/chat\", tag = \"v1\" }",
        &["warning image-digest-missing functions.f.image"],
    );
    image(
        "{ ecr = \"shop/chat\" }",
        &["error image-digest-missing functions.f.image"],
    );
    image(
        &format!("{{ ecr = \"Shop\", digest = \"{digest}\" }}"),
        &["error image-reference functions.f.image.ecr"],
    );
    image(
        "{ ecr = \"shop/chat\", digest = \"sha256:0\" }",
        &["error image-reference functions.f.image.digest"],
    );
    image(
        &format!("{{ ecr = \"ab\", digest = \"{digest}\", tag = \"a b\" }}"),
        &["error image-reference functions.f.image.tag"],
    );
    image(
        "{ registry = \"public.example/a:1\" }",
        &["error image-not-for-lambda functions.f.image.registry"],
    );
    check(
        "[services.s]\nimage = { registry = \"public.example/a:1\" }",
        &[],
    );
    check(
        "[services.s]\nimage = { registry = \"a b\" }",
        &["error image-reference services.s.image.registry"],
    );
}

#[test]
fn variables_and_secrets() {
    function("env = { LOG_LEVEL = \"info\" }", &[]);
    for (key, code) in [
        ("A", "variable-name"),
        ("1A", "variable-name"),
        ("_A", "variable-name"),
        ("A-B", "variable-name"),
        ("AWS_REGION", "variable-reserved"),
    ] {
        function(
            &format!("env = {{ {key} = \"x\" }}"),
            &[&format!("error {code} functions.f.env.{key}")],
        );
    }
    service("env = { A-B = \"x\" }", &[]);
    service(
        "env = { \"A=B\" = \"x\" }",
        &["error variable-name services.s.env.\"A=B\""],
    );
    function(
        "env = { KEY = \"AKIAIOSFODNN7EXAMPLE\" }",
        &["warning secret-in-file functions.f.env.KEY"],
    );
    function(
        "env = { KEY = \"-----BEGIN PRIVATE KEY-----\" }",
        &["warning secret-in-file functions.f.env.KEY"],
    );
    let big = |bytes: usize| format!("env = {{ BIG = \"{}\" }}", "x".repeat(bytes - 3));
    function(&big(4096), &[]);
    function(&big(4097), &["error env-too-big functions.f"]);
    check(
        &format!(
            "[defaults]\n{}\n[functions.f]\nimage = {{ build = \"f\" }}\nenv = {{ XX = \"xx\" }}\n",
            big(4095)
        ),
        &["error env-too-big functions.f"],
    );
    for (reference, expect) in [
        ("secretsmanager:shop/key", None),
        ("ssm:/shop/key", None),
        ("keychain:key", Some("secret-on-this-computer")),
        ("hunter2", Some("secret-not-a-reference")),
        ("ssm:", Some("secret-not-a-reference")),
        ("vault:x", Some("secret-not-a-reference")),
        ("ssm:/a b", Some("secret-reference")),
        ("secretsmanager:a b", Some("secret-reference")),
    ] {
        let expect: Vec<String> = expect
            .iter()
            .map(|code| format!("error {code} functions.f.secrets.KEY"))
            .collect();
        function(
            &format!("secrets = {{ KEY = \"{reference}\" }}"),
            &expect.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }
    function(
        "env = { KEY = \"a\" }\nsecrets = { KEY = \"ssm:/a\" }",
        &["error variable-twice functions.f.secrets.KEY"],
    );
    check("[local]\nsecrets = { KEY = \"keychain:a\" }", &[]);
    check(
        "[local]\nsecrets = { KEY = \"ssm:/a\" }",
        &["error local-secret local.secrets.KEY"],
    );
}

#[test]
fn tags() {
    function("tags = { team = \"web\" }", &[]);
    function(
        "tags = { \"aws:x\" = \"y\" }",
        &["error tag-reserved functions.f.tags.\"aws:x\""],
    );
    function(
        "tags = { \"slipway:x\" = \"y\" }",
        &["error tag-reserved functions.f.tags.\"slipway:x\""],
    );
    function(
        "tags = { \"a{\" = \"y\" }",
        &["error tag-invalid functions.f.tags.\"a{\""],
    );
    let many: Vec<String> = (0..47).map(|n| format!("t{n} = \"\"")).collect();
    function(
        &format!("tags = {{ {} }}", many.join(", ")),
        &["error quota-exceeded functions.f.tags"],
    );
}

#[test]
fn permissions() {
    let allow =
        |statement: &str, expect: &[&str]| function(&format!("allow = [{statement}]"), expect);
    allow(
        "{ actions = [\"s3:GetObject\"], resources = [\"arn:aws:s3:::b/*\"] }",
        &[],
    );
    allow("{ actions = [\"s3:*\"], resources = [\"*\"] }", &[]);
    allow(
        "{ actions = [\"GetObject\"], resources = [\"*\"] }",
        &["error action-invalid functions.f.allow[0].actions[0]"],
    );
    allow(
        "{ actions = [\"*\"], resources = [\"*\"] }",
        &["warning allow-everything functions.f.allow[0].actions[0]"],
    );
    allow(
        "{ actions = [\"s3:*\"], resources = [\"bucket\"] }",
        &["error arn-invalid functions.f.allow[0].resources[0]"],
    );
    allow(
        "{ actions = [\"s3:*\"] }",
        &["error allow-incomplete functions.f.allow[0]"],
    );
    function("role = \"arn:aws:iam::123456789012:role/x\"", &[]);
    function("role = \"x\"", &["error arn-invalid functions.f.role"]);
    function(
        "role = \"arn:aws:iam::123456789012:role/x\"\nallow = [{ actions = [\"s3:*\"], resources = [\"*\"] }]",
        &["error role-and-allow functions.f.allow"],
    );
    function(
        "policies = [\"arn:aws:iam::aws:policy/X\"]\nrole = \"arn:aws:iam::123456789012:role/x\"",
        &["error role-and-allow functions.f.policies"],
    );
    function(
        "policies = [\"X\"]",
        &["error arn-invalid functions.f.policies[0]"],
    );
}

#[test]
fn services() {
    service("port = 8080", &[]);
    service("port = 0", &["error out-of-range services.s.port"]);
    service("cpu = 256\nmemory = 512", &[]);
    service(
        "cpu = 300\nmemory = 512",
        &["error fargate-size services.s"],
    );
    service("cpu = 1024", &["error fargate-size services.s"]);
    fix(
        "[services.s]\nimage = { build = \"s\" }\ncpu = 256\nmemory = 3000\n",
        "fargate-size",
        "Write cpu = 512 and memory = 3072",
    );
    service("count = 2", &[]);
    service("count = { min = 2, max = 6, cpu = 60 }", &[]);
    service(
        "count = { min = 6, max = 2, cpu = 60 }",
        &["error count-order services.s.count.min"],
    );
    service(
        "count = { min = 1, max = 2 }",
        &["error count-incomplete services.s.count"],
    );
    service(
        "count = { min = 1, cpu = 5 }",
        &["error count-incomplete services.s.count"],
    );
    service(
        "count = { min = 1, max = 2, cpu = 101 }",
        &["error out-of-range services.s.count.cpu"],
    );
    service(
        "ephemeral_storage = 20",
        &["error out-of-range services.s.ephemeral_storage"],
    );
    service("ingress = \"alb\"\nhealth = { path = \"/healthz\" }", &[]);
    service(
        "health = { path = \"/healthz\" }",
        &["error health-path-needs-alb services.s.health.path"],
    );
    service(
        "ingress = \"alb\"\nhealth = { path = \"healthz\" }",
        &["error health-path services.s.health.path"],
    );
    service(
        "health = {}",
        &["error health-incomplete services.s.health"],
    );
    service(
        "ingress = \"alb\"\nhealth = { path = \"/h\", command = [\"/h\"] }",
        &["error health-ambiguous services.s.health"],
    );
    service(
        "health = { command = [\"/h\"], interval = 4 }",
        &["error out-of-range services.s.health.interval"],
    );
    service(
        "port = 80\n[services.s.containers.m]\nimage = { build = \"m\" }\nport = 80",
        &["error port-taken services.s.containers.m.port"],
    );
    service(
        "ingress = \"nlb\"",
        &["error unknown-word services.s.ingress"],
    );
}

#[test]
fn route_keys() {
    let routes =
        |routes: &str, expect: &[&str]| http(&format!("[apis.p.routes]\n{routes}"), expect);
    routes("\"GET /orders/{id}\" = \"f\"\n\"$default\" = \"s\"", &[]);
    routes(
        "\"get /orders\" = \"f\"",
        &["error route-key-invalid apis.p.routes.\"get /orders\""],
    );
    routes(
        "\"GET /a/{p+}/b\" = \"f\"",
        &["error route-key-invalid apis.p.routes.\"GET /a/{p+}/b\""],
    );
    routes(
        "\"$connect\" = \"f\"",
        &["error route-key-invalid apis.p.routes.\"$connect\""],
    );
    routes(
        "\"GET /a/{x}\" = \"f\"\n\"GET /a/{y}\" = \"f\"",
        &["error route-duplicate apis.p.routes.\"GET /a/{y}\""],
    );
    routes("\"GET /a/{x+}\" = \"f\"\n\"GET /a/{y}\" = \"f\"", &[]);
    fix(
        &format!("{NODES}[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"get /x\" = \"f\"\n"),
        "route-key-invalid",
        "Write GET",
    );
    let many = |count: usize| {
        (0..count)
            .map(|n| format!("\"GET /r{n}\" = \"f\"\n"))
            .collect::<String>()
    };
    routes(&many(300), &[]);
    routes(&many(301), &["warning quota-exceeded apis.p.routes"]);
}

#[test]
fn route_targets() {
    let route = |route: &str, expect: &[&str]| {
        http(
            &format!("[apis.p.routes]\n\"GET /{{x}}\" = {route}"),
            expect,
        )
    };
    const AT: &str = "apis.p.routes.\"GET /{x}\"";
    route("\"g\"", &[&format!("error target-unknown {AT}")]);
    route(
        "{ to = \"f\", url = \"https://a.example\" }",
        &[&format!("error route-target-ambiguous {AT}")],
    );
    route("{ url = \"https://a.example/{x}\" }", &[]);
    route(
        "{ url = \"https://a.example/{y}\" }",
        &[&format!("error url-parameter {AT}.url")],
    );
    route(
        "{ url = \"a.example\" }",
        &[&format!("error url-invalid {AT}.url")],
    );
    for host in [
        "localhost",
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
    ] {
        route(
            &format!("{{ url = \"http://{host}/\" }}"),
            &[&format!("warning url-private {AT}.url")],
        );
    }
    route("{ url = \"http://172.32.0.1/\" }", &[]);
    route(
        "{ to = \"f\", timeout = 0.05 }",
        &[&format!("warning timeout-shorter {AT}.timeout")],
    );
    route("{ to = \"s\", timeout = 0.05 }", &[]);
    route("{ to = \"f\", timeout = 30 }", &[]);
    route(
        "{ to = \"f\", timeout = 30.1 }",
        &[&format!("error out-of-range {AT}.timeout")],
    );
    route(
        "{ to = \"f\", timeout = 0.04 }",
        &[
            &format!("error out-of-range {AT}.timeout"),
            &format!("warning timeout-shorter {AT}.timeout"),
        ],
    );
    route(
        "{ to = \"f\", reply = true }",
        &[&format!("error wrong-api-kind {AT}.reply")],
    );
    route(
        "{ to = \"f\", throttle = {} }",
        &[&format!("error throttle-incomplete {AT}.throttle")],
    );
    route(
        "{ to = \"f\", payload = \"3.0\" }",
        &[&format!("error unknown-word {AT}.payload")],
    );
    fix(
        "[functions.orders]\nimage = { build = \"f\" }\n[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"GET /\" = \"oders\"\n",
        "target-unknown",
        "Did you mean `orders`?",
    );
    check(
        "[services.w]\nimage = { build = \"w\" }\ningress = \"none\"\n[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"GET /\" = \"w\"\n",
        &["error target-without-ingress apis.p.routes.\"GET /\""],
    );
    check(
        "[services.w]\nimage = { build = \"w\" }\n[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"GET /\" = \"w\"\n",
        &["error target-without-port apis.p.routes.\"GET /\""],
    );
}

#[test]
fn api_settings() {
    http("variables = { channel = \"web\" }", &[]);
    http(
        "variables = { \"a-b\" = \"web\" }",
        &["error stage-variable apis.p.variables.a-b"],
    );
    http(
        "variables = { ab = \"a b\" }",
        &["error stage-variable apis.p.variables.ab"],
    );
    let many: Vec<String> = (0..101).map(|n| format!("v{n} = \"x\"")).collect();
    http(
        &format!("variables = {{ {} }}", many.join(", ")),
        &["error quota-exceeded apis.p.variables"],
    );
    http("stage = \"v1\"", &[]);
    http("stage = \"$default\"", &[]);
    http("stage = \"v.1\"", &["error stage-name apis.p.stage"]);
    http(
        "select = \"$request.body.action\"",
        &["error wrong-api-kind apis.p.select"],
    );
    check(
        "[apis.p]\nkind = \"rest\"",
        &["error unknown-word apis.p.kind"],
    );
}

#[test]
fn cors() {
    let cors = |lines: &str, expect: &[&str]| {
        let origins = if lines.contains("origins") {
            ""
        } else {
            "origins = [\"https://shop.example\"], "
        };
        http(&format!("cors = {{ {origins}{lines} }}"), expect);
    };
    http(
        "cors = { methods = [\"GET\"] }",
        &["warning cors-without-origins apis.p.cors"],
    );
    for origin in [
        "*",
        "https://*",
        "http://*",
        "https://shop.example",
        "http://localhost:3000",
        "chrome-extension://abc",
    ] {
        cors(&format!("origins = [\"{origin}\"]"), &[]);
    }
    for origin in [
        "shop.example",
        "https://shop.example/",
        "https://*.shop.example",
        "https://a.example/x",
        "",
    ] {
        cors(
            &format!("origins = [\"{origin}\"]"),
            &["error cors-origin apis.p.cors.origins[0]"],
        );
    }
    cors("methods = [\"GET\", \"*\"]", &[]);
    cors(
        "methods = [\"get\"]",
        &["error cors-method apis.p.cors.methods[0]"],
    );
    cors(
        "methods = [\"ANY\"]",
        &["error cors-method apis.p.cors.methods[0]"],
    );
    cors(
        "headers = [\"x y\"]",
        &["error cors-header apis.p.cors.headers[0]"],
    );
    cors("max_age = -1", &[]);
    cors("max_age = 86400", &[]);
    cors(
        "max_age = 86401",
        &["error out-of-range apis.p.cors.max_age"],
    );
    cors("max_age = -2", &["error out-of-range apis.p.cors.max_age"]);
    cors(
        "origins = [\"*\"], credentials = true",
        &["warning cors-credentials apis.p.cors.credentials"],
    );
    http(
        "cors = { origins = [\"*\"] }\n[apis.p.routes]\n\"$default\" = { to = \"f\", authorizer = \"iam\" }",
        &["warning cors-swallowed apis.p.routes.$default"
            .replace("$default", "\"$default\"")
            .as_str()],
    );
    http(
        "cors = { origins = [\"*\"] }\n[apis.p.routes]\n\"$default\" = { to = \"f\", authorizer = \"iam\" }\n\"OPTIONS /{proxy+}\" = \"f\"",
        &[],
    );
}

#[test]
fn authorizers() {
    const JWT: &str = "[apis.p.authorizers]\nj = { kind = \"jwt\", issuer = \"https://l.example\", audience = [\"a\"] }\nl = { kind = \"lambda\", to = \"f\" }\n[apis.p.routes]\n";
    let route = |route: &str, expect: &[&str]| http(&format!("{JWT}\"GET /\" = {route}"), expect);
    const AT: &str = "apis.p.routes.\"GET /\"";
    for name in ["j", "l", "iam", "none"] {
        route(&format!("{{ to = \"f\", authorizer = \"{name}\" }}"), &[]);
    }
    route(
        "{ to = \"f\", authorizer = \"k\" }",
        &[&format!("error authorizer-unknown {AT}.authorizer")],
    );
    route("{ to = \"f\", authorizer = \"j\", scopes = [\"a\"] }", &[]);
    route(
        "{ to = \"f\", authorizer = \"l\", scopes = [\"a\"] }",
        &[&format!("error scopes-without-jwt {AT}.scopes")],
    );
    route(
        "{ to = \"f\", scopes = [\"a\"] }",
        &[&format!("error scopes-without-jwt {AT}.scopes")],
    );
    route(
        "{ to = \"f\", authorizer = \"j\", scopes = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"] }",
        &[&format!("error quota-exceeded {AT}.scopes")],
    );
    let authorizer =
        |it: &str, expect: &[&str]| http(&format!("[apis.p.authorizers]\nx = {it}"), expect);
    authorizer(
        "{ kind = \"jwt\", issuer = \"http://l.example\", audience = [\"a\"] }",
        &["error issuer-invalid apis.p.authorizers.x.issuer"],
    );
    authorizer(
        "{ kind = \"lambda\", to = \"s\" }",
        &["error authorizer-not-a-function apis.p.authorizers.x.to"],
    );
    authorizer(
        "{ kind = \"lambda\", to = \"g\" }",
        &["error target-unknown apis.p.authorizers.x.to"],
    );
    authorizer(
        "{ kind = \"lambda\", to = \"f\", ttl = 300 }",
        &["error authorizer-ttl apis.p.authorizers.x.ttl"],
    );
    authorizer(
        "{ kind = \"lambda\", to = \"f\", ttl = 3601, identity = [\"$request.header.A\"] }",
        &["error out-of-range apis.p.authorizers.x.ttl"],
    );
    http(
        "[apis.p.authorizers]\niam = { kind = \"iam\" }",
        &["error name-invalid apis.p.authorizers.iam"],
    );
    let many: String = (0..11)
        .map(|n| format!("a{n} = {{ kind = \"lambda\", to = \"f\" }}\n"))
        .collect();
    http(
        &format!("[apis.p.authorizers]\n{many}"),
        &["warning quota-exceeded apis.p.authorizers"],
    );
}

#[test]
fn websocket_apis() {
    const SELECT: &str = "select = \"$request.body.action\"\n";
    websocket(
        &format!(
            "{SELECT}[apis.w.routes]\n\"$connect\" = \"f\"\n\"$disconnect\" = \"f\"\n\"send\" = {{ to = \"f\", reply = true }}"
        ),
        &[],
    );
    websocket("", &["error select-missing apis.w"]);
    websocket(
        "select = \"action\"",
        &["error select-invalid apis.w.select"],
    );
    websocket(
        &format!("{SELECT}cors = {{ origins = [\"*\"] }}"),
        &["error wrong-api-kind apis.w.cors"],
    );
    websocket(
        &format!("{SELECT}stage = \"$default\""),
        &["error stage-name apis.w.stage"],
    );
    websocket(
        &format!("{SELECT}[apis.w.routes]\n\"$x\" = \"f\""),
        &["error route-key-invalid apis.w.routes.\"$x\""],
    );
    websocket(
        &format!("{SELECT}[apis.w.routes]\n\"a\" = {{ to = \"f\", payload = \"2.0\" }}"),
        &["error wrong-api-kind apis.w.routes.a.payload"],
    );
    websocket(
        &format!("{SELECT}[apis.w.routes]\n\"a\" = {{ to = \"f\", timeout = 29.5 }}"),
        &["error out-of-range apis.w.routes.a.timeout"],
    );
    websocket(
        &format!(
            "{SELECT}[apis.w.authorizers]\nj = {{ kind = \"jwt\", issuer = \"https://l.example\", audience = [\"a\"] }}"
        ),
        &["error wrong-api-kind apis.w.authorizers.j"],
    );
    websocket(
        &format!(
            "{SELECT}[apis.w.authorizers]\nl = {{ kind = \"lambda\", to = \"f\" }}\n[apis.w.routes]\n\"$connect\" = {{ to = \"f\", authorizer = \"l\" }}\n\"a\" = {{ to = \"f\", authorizer = \"l\" }}"
        ),
        &["error authorizer-not-connect apis.w.routes.a.authorizer"],
    );
}

#[test]
fn environments() {
    environment("", &[]);
    environment(
        "endpoint = \"http://localhost:4566\"\nregistry = \"localhost:4566\"",
        &[],
    );
    environment(
        "endpoint = \"localhost:4566\"",
        &["error endpoint-invalid environments.dev.endpoint"],
    );
    environment(
        "endpoint = \"http://localhost:4566/x\"",
        &["error endpoint-invalid environments.dev.endpoint"],
    );
    environment(
        "registry = \"localhost:4566\"",
        &["error registry-without-endpoint environments.dev.registry"],
    );
    environment(
        "endpoint = \"http://localhost:4566\"\nregistry = \"http://x\"",
        &["error registry-invalid environments.dev.registry"],
    );
    environment(
        "network = { vpc = \"vpc-0abc\", subnets = [\"subnet-0a\"], security_groups = [\"sg-1\"] }",
        &[],
    );
    environment(
        "network = { vpc = \"0abc\", subnets = [\"subnet-0a\"] }",
        &["error network-id environments.dev.network.vpc"],
    );
    environment(
        "network = { subnets = [\"vpc-0a\"] }",
        &["error network-id environments.dev.network.subnets[0]"],
    );
    environment(
        "network = { vpc = \"vpc-0abc\" }",
        &["error network-incomplete environments.dev.network"],
    );
    environment(
        "domains = { p = \"a.example\" }",
        &["error override-unknown environments.dev.domains.p"],
    );
    environment(
        "permissions_boundary = \"x\"",
        &["error arn-invalid environments.dev.permissions_boundary"],
    );
    environment(
        "functions.f = { memory = 64 }",
        &["error out-of-range environments.dev.functions.f.memory"],
    );
    environment(
        "functions.g = { memory = 128 }",
        &["error override-unknown environments.dev.functions.g"],
    );
    environment(
        "functions.f = { was = \"g\" }",
        &["error override-not-allowed environments.dev.functions.f.was"],
    );
    environment(
        "services.s = { cpu = 1024 }",
        &["error fargate-size environments.dev.services.s"],
    );
    environment("services.s = { cpu = 1024, memory = 2048 }", &[]);
    environment(
        "[apis.p]\nkind = \"http\"\n[environments.dev.apis.p]\nkind = \"http\"",
        &["error override-not-allowed environments.dev.apis.p.kind"],
    );
    environment(
        "[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"GET /{a}\" = \"f\"\n[environments.dev.apis.p.routes]\n\"GET /{b}\" = \"f\"",
        &["error route-duplicate environments.dev.apis.p.routes.\"GET /{b}\""],
    );
    environment(
        "[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"GET /{a}\" = \"f\"\n[environments.dev.apis.p.routes]\n\"GET /{a}\" = \"s\"",
        &[],
    );
    check(
        "[environments.dev]\naccount = \"12\"\nregion = \"Ireland\"",
        &[
            "error account-invalid environments.dev.account",
            "error region-invalid environments.dev.region",
        ],
    );
    check(
        "[environments.dev]\naccount = 123456789012\nregion = \"eu-west-1\"",
        &["error wrong-type environments.dev.account"],
    );
}

#[test]
fn renames_and_leftovers() {
    function("was = \"g\"", &[]);
    function("was = \"f\"", &["error was-exists functions.f.was"]);
    let document = Document::parse(&format!("{HEAD}{NODES}"));
    let unused: Vec<_> = document
        .diagnostics()
        .iter()
        .map(|it| (it.code.as_str(), it.subject.as_str(), it.severity))
        .collect();
    assert_eq!(
        unused,
        [
            ("unused", "functions.f", Severity::Info),
            ("unused", "services.s", Severity::Info)
        ]
    );
}

#[test]
fn all_findings_are_collected() {
    check(
        "[functions.F]\nimage = { build = \"/x\" }\nmemory = 1\ntimeout = 0\n[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"GET x\" = \"nope\"\n",
        &[
            "error name-invalid functions.F",
            "error path-outside functions.F.image.build",
            "error out-of-range functions.F.memory",
            "error out-of-range functions.F.timeout",
            "error route-key-invalid apis.p.routes.\"GET x\"",
            "error target-unknown apis.p.routes.\"GET x\"",
        ],
    );
}
