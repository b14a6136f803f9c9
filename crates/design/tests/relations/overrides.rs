//! Things with what environments make of them.

use crate::*;

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
