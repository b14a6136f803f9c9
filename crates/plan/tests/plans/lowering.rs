//! What a design implies.

use crate::setup::{Project, SHOP, fingerprints, network, resolve, scope};
use slipway_design::Document;
use slipway_plan::*;
use std::collections::BTreeMap;

const HEAD: &str = "schema = 1\nname = \"p\"\n[environments.dev]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n";

fn project(body: &str) -> Project {
    Project::new(&format!("{HEAD}{body}"), "dev")
}

fn addresses(project: &Project) -> Vec<String> {
    let texts = project.desired.iter().map(|one| one.addr.to_string());
    texts.collect()
}

fn spec(project: &Project, addr: &str) -> ResourceSpec {
    let addr: ResourceAddr = addr.parse().unwrap();
    let found = project.desired.iter().find(|one| one.addr == addr);
    found.unwrap_or_else(|| panic!("no {addr}")).spec.clone()
}

fn errors(body: &str) -> Vec<String> {
    let resolved = resolve(&format!("{HEAD}{body}"), "dev");
    let fingerprints = fingerprints(&resolved, "r1");
    lower(
        &resolved,
        &scope(&resolved),
        &fingerprints,
        Some(&network()),
    )
    .unwrap_err()
    .iter()
    .map(ToString::to_string)
    .collect()
}

#[test]
fn a_role_may_do_what_the_design_says_and_write_its_log() {
    let project = project(
        "[functions.f]\nimage = { build = \"f\" }\n\
         allow = [{ actions = [\"s3:GetObject\"], resources = [\"arn:aws:s3:::b/*\"] }]\n\
         secrets = { KEY = \"secretsmanager:p/key\", URL = \"ssm:/p/url\" }\n",
    );
    let ResourceSpec::RolePolicy(policy) = spec(&project, "role_policy:f") else {
        panic!("a role policy")
    };
    let statements: Vec<String> = policy
        .statements
        .iter()
        .map(|one| format!("{} on {}", one.actions.join(" "), one.resources.join(" ")))
        .collect();
    assert_eq!(
        statements,
        [
            "logs:CreateLogStream logs:PutLogEvents on arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/p-dev-f:*",
            "secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:123456789012:secret:p/key-??????",
            "ssm:GetParameter on arn:aws:ssm:eu-west-1:123456789012:parameter/p/url",
            "s3:GetObject on arn:aws:s3:::b/*",
        ]
    );
    let ResourceSpec::Function(function) = spec(&project, "function:f") else {
        panic!("a function")
    };
    assert_eq!(
        function.environment["URL"],
        "arn:aws:ssm:eu-west-1:123456789012:parameter/p/url"
    );
}

#[test]
fn a_role_of_the_user_is_used_and_not_managed() {
    let arn = "arn:aws:iam::123456789012:role/team/of-the-user";
    let project = project(&format!(
        "[functions.f]\nimage = {{ build = \"f\" }}\nrole = \"{arn}\"\n"
    ));
    let kinds = addresses(&project);
    assert!(
        !kinds.iter().any(|addr| addr.starts_with("role")),
        "{kinds:?}"
    );
    let ResourceSpec::Function(function) = spec(&project, "function:f") else {
        panic!("a function")
    };
    assert_eq!(function.role, Text::from(arn));
    let ResourceSpec::Alias(alias) = spec(&project, "alias:f") else {
        panic!("an alias")
    };
    assert_eq!(
        alias.configuration,
        function.version_configuration("of-the-user")
    );
    project.deployed();
}

#[test]
fn an_image_that_exists_is_neither_built_nor_kept() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let project = project(&format!(
        "[functions.f]\nimage = {{ ecr = \"ready-made\", digest = \"{digest}\" }}\n"
    ));
    assert_eq!(
        addresses(&project),
        [
            "log_group:f",
            "role:f",
            "role_policy:f",
            "function:f",
            "alias:f"
        ]
    );
    let ResourceSpec::Function(function) = spec(&project, "function:f") else {
        panic!("a function")
    };
    assert_eq!(
        function.image.known().unwrap(),
        format!("123456789012.dkr.ecr.eu-west-1.amazonaws.com/ready-made@{digest}")
    );
}

#[test]
fn routes_share_integrations_and_permissions() {
    let project = project(
        "[functions.f]\nimage = { build = \"f\" }\n[functions.g]\nimage = { build = \"g\" }\n\
         [apis.a]\nkind = \"http\"\n[apis.a.routes]\n\"GET /1\" = \"f\"\n\"GET /2\" = \"f\"\n\"GET /3\" = { to = \"f\", payload = \"1.0\" }\n\
         \"GET /4\" = { to = \"f\", timeout = 5 }\n\"GET /5\" = { to = \"f\", timeout = 5, payload = \"1.0\" }\n\
         \"$default\" = \"g\"\n[apis.b]\nkind = \"http\"\n[apis.b.routes]\n\"$default\" = \"g\"\n",
    );
    let of = |kind: &str| -> Vec<String> {
        addresses(&project)
            .into_iter()
            .filter_map(|addr| addr.strip_prefix(kind).map(str::to_owned))
            .collect()
    };
    assert_eq!(
        of("integration:"),
        [
            "a/f",
            "a/f@1.0",
            "a/f@1.0@5000ms",
            "a/f@5000ms",
            "a/g",
            "b/g"
        ]
    );
    assert_eq!(of("permission:"), ["a/f", "a/g", "b/g"]);
    assert_eq!(of("stage:"), ["a/$default", "b/$default"]);
    let mut world = project.deployed();
    assert!(project.plan(&world, None).summary.is_empty());
    world.apply(
        &project
            .make(&world, None, Some(DestroyOptions::default()))
            .unwrap(),
    );
}

#[test]
fn everything_that_cannot_be_deployed_is_named_at_once() {
    assert_eq!(
        errors(
            "[functions.f]\nimage = { build = \"f\" }\nnetwork = true\n\
             [services.s]\nimage = { build = \"s\" }\nport = 80\ningress = \"alb\"\n\
             [apis.a]\nkind = \"http\"\n\
             [apis.a.routes]\n\"GET /1\" = \"f\"\n\"GET /2\" = \"s\"\n"
        ),
        [
            "functions.f.network can't be planned: a network that names no subnets or no security groups can't be deployed yet",
            "services.s.ingress can't be planned: a load balancer can't be deployed yet",
        ]
    );
}

#[test]
fn a_function_joins_the_network_of_its_environment() {
    let text = format!(
        "{HEAD}network = {{ vpc = \"vpc-0a\", subnets = [\"subnet-0b\", \"subnet-0a\"], security_groups = [\"sg-0a\"] }}\n\
         [functions.f]\nimage = {{ build = \"f\" }}\nnetwork = true\nconcurrency = 3\n"
    );
    let project = Project::new(&text, "dev");
    let ResourceSpec::Function(function) = spec(&project, "function:f") else {
        panic!("a function")
    };
    let subnets: Vec<&str> = function.subnets.iter().map(String::as_str).collect();
    assert_eq!(subnets, ["subnet-0a", "subnet-0b"]);
    assert_eq!(function.security_groups.len(), 1);
    assert_eq!(function.concurrency, Some(3));
    let ResourceSpec::RolePolicy(policy) = spec(&project, "role_policy:f") else {
        panic!("a role policy")
    };
    assert!(
        policy.statements[1]
            .actions
            .contains(&"ec2:CreateNetworkInterface".to_owned())
    );
    let world = project.deployed();
    assert!(project.plan(&world, None).summary.is_empty());
    let apart = Project::new(&text.replace("network = true\nconcurrency = 3", ""), "dev");
    let plan = apart.plan(&world, None);
    let steps: Vec<String> = plan
        .changes
        .iter()
        .flat_map(|change| &change.operations)
        .map(|operation| operation.name())
        .collect();
    assert_eq!(
        steps,
        [
            "put_role_policy",
            "update_function_configuration",
            "delete_function_concurrency",
            "publish_version",
            "update_alias"
        ]
    );
}

#[test]
fn sources_must_have_been_read() {
    let resolved = resolve(SHOP, "dev");
    let errors = lower(
        &resolved,
        &scope(&resolved),
        &BTreeMap::new(),
        Some(&network()),
    )
    .unwrap_err();
    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        ["orders", "catalog", "faults"]
            .map(|key| format!("image:{key} can't be planned: its sources were not read"))
    );
}

#[test]
fn environments_of_one_account_and_region_share_their_repositories() {
    let text = SHOP.replace(
        "[environments.dev]",
        "[environments.test]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\ntags = { for = \"test\" }\n[environments.dev]",
    );
    let (dev, test) = (Project::new(&text, "dev"), Project::new(&text, "test"));
    assert_eq!(
        spec(&dev, "repository:orders"),
        spec(&test, "repository:orders")
    );
    assert_ne!(spec(&dev, "role:orders"), spec(&test, "role:orders"));
    let document = Document::parse(&text);
    let design = document.design().unwrap();
    assert_eq!(shared_with(design, "dev"), ["test"]);
    assert_eq!(shared_with(design, "emulator"), Vec::<String>::new());
    assert_eq!(shared_with(design, "nowhere"), Vec::<String>::new());
}
