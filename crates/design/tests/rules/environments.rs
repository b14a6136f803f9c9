//! Environments, and the file as a whole.

use crate::*;

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
