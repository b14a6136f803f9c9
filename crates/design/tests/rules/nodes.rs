//! Functions, services, and what they are made of.

use crate::*;

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
