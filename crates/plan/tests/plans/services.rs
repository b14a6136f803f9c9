//! What a Fargate service implies, and in which order it comes and goes.

use crate::setup::{Project, network, resolve, scope};
use crate::world::World;
use slipway_plan::*;
use std::collections::BTreeMap;

const WEB: &str = r#"
schema = 1
name = "shop"
[services.web]
image = { build = "web" }
port = 8080
count = { min = 1, max = 4, cpu = 60 }
health = { command = ["/web", "health"] }
env = { GREETING = "Hello" }
secrets = { DB = "ssm:/shop/db", KEY = "secretsmanager:shop/key" }
allow = [{ actions = ["s3:GetObject"], resources = ["*"] }]
[services.worker]
image = { registry = "public.example/worker:1" }
ingress = "none"
count = 2
spot = true
[apis.public]
kind = "http"
[apis.public.routes]
"$default" = "web"
[environments.dev]
account = "123456789012"
region = "eu-west-1"
"#;

fn shop() -> Project {
    Project::new(WEB, "dev")
}

fn desired<'a>(project: &'a Project, addr: &str) -> &'a Desired {
    let addr: ResourceAddr = addr.parse().unwrap();
    let found = project.desired.iter().find(|one| one.addr == addr);
    found.unwrap_or_else(|| panic!("no {addr}"))
}

fn position(plan: &Plan, id: &str) -> usize {
    let nodes = &plan.graph.nodes;
    nodes
        .iter()
        .position(|node| node.id.0 == id)
        .unwrap_or_else(|| {
            let ids: Vec<&str> = nodes.iter().map(|node| node.id.0.as_str()).collect();
            panic!("no step {id} in {ids:#?}")
        })
}

/// Whether `later` waits for `earlier`, at once or through others.
fn waits(plan: &Plan, later: &str, earlier: &str) -> bool {
    let nodes = &plan.graph.nodes;
    let mut open = vec![position(plan, later)];
    let target = position(plan, earlier);
    while let Some(at) = open.pop() {
        if at == target {
            return true;
        }
        open.extend(nodes[at].after.iter().map(|id| position(plan, &id.0)));
    }
    false
}

#[test]
fn each_element_says_why_it_is_there() {
    let project = shop();
    let because: Vec<String> = project
        .desired
        .iter()
        .map(|one| format!("{}: {}", one.addr, one.because))
        .collect();
    insta::assert_snapshot!(because.join("\n"));
}

#[test]
fn only_what_the_api_sends_may_come_in() {
    let project = shop();
    let ResourceSpec::SecurityGroup(web) = &desired(&project, "security_group:web").spec else {
        panic!("a group")
    };
    let outputs = BTreeMap::from([(
        "security_group:shared/vpc-link".parse().unwrap(),
        Outputs::from([("id".to_owned(), "sg-link".to_owned())]),
    )]);
    let rules = web.ingress.fill(&outputs);
    assert_eq!(rules.known(), Some("tcp 8080 from sg-link"));
    for nothing in ["security_group:worker", "security_group:shared/vpc-link"] {
        let ResourceSpec::SecurityGroup(group) = &desired(&project, nothing).spec else {
            panic!("a group")
        };
        assert_eq!(group.ingress.known(), Some(""), "{nothing}");
    }
}

#[test]
fn the_role_of_ecs_may_pull_log_and_read_secrets_and_that_of_the_program_what_allow_says() {
    let project = shop();
    let actions = |addr: &str| -> Vec<String> {
        let ResourceSpec::RolePolicy(policy) = &desired(&project, addr).spec else {
            panic!("a policy")
        };
        let texts = policy
            .statements
            .iter()
            .map(|one| format!("{} on {}", one.actions.join(" "), one.resources.join(" ")));
        texts.collect()
    };
    assert_eq!(
        actions("role_policy:web/execution"),
        [
            "logs:CreateLogStream logs:PutLogEvents on arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/shop-dev-web:*",
            "ecr:GetAuthorizationToken on *",
            "ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer on arn:aws:ecr:eu-west-1:123456789012:repository/shop/web",
            "ssm:GetParameters on arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db",
            "secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/key-??????",
        ]
    );
    assert_eq!(actions("role_policy:web"), ["s3:GetObject on *"]);
    let worker: ResourceAddr = "role_policy:worker".parse().unwrap();
    assert!(!project.desired.iter().any(|one| one.addr == worker));
}

#[test]
fn the_backend_does_not_see_the_stage() {
    let project = shop();
    let ResourceSpec::Integration(spec) = &desired(&project, "integration:public/web").spec else {
        panic!("an integration")
    };
    assert_eq!(spec.integration_type, IntegrationType::HttpProxy);
    assert_eq!(spec.payload_version, "1.0");
    assert_eq!(spec.parameters["overwrite:path"], "$request.path");
    let references = spec.connection.references();
    assert_eq!(references, [&"vpc_link:shared".parse().unwrap()]);
}

#[test]
fn a_first_deploy_goes_from_what_is_needed_to_what_needs_it() {
    let plan = shop().plan(&World::default(), None);
    for (later, earlier) in [
        (
            "create_service service:web",
            "register_task_definition task_definition:web",
        ),
        (
            "create_service service:web",
            "create_cluster cluster:shared",
        ),
        (
            "create_service service:web",
            "create_discovery discovery:web",
        ),
        (
            "create_service service:web",
            "put_role_policy role_policy:web/execution",
        ),
        (
            "create_service service:web",
            "authorize_security_group_ingress security_group:web",
        ),
        (
            "create_discovery discovery:web",
            "wait_create_private_dns_namespace namespace:shared",
        ),
        (
            "register_task_definition task_definition:web",
            "push_image image:web",
        ),
        (
            "create_integration integration:public/web",
            "wait_create_vpc_link vpc_link:shared",
        ),
        (
            "create_route route:public/$default",
            "wait_create_service service:web",
        ),
        (
            "put_scaling_policy scaling_policy:web/cpu",
            "register_scalable_target scalable_target:web",
        ),
        (
            "register_scalable_target scalable_target:web",
            "wait_create_service service:web",
        ),
    ] {
        assert!(waits(&plan, later, earlier), "{later} waits for {earlier}");
    }
    // Minutes of AWS's that nothing else waits for.
    assert!(!waits(
        &plan,
        "create_service service:web",
        "wait_create_vpc_link vpc_link:shared"
    ));
}

/// Everything as it was made, with the outputs that AWS would give.
fn deployed(project: &Project) -> Vec<Observed> {
    let outputs: BTreeMap<ResourceAddr, Outputs> = project
        .desired
        .iter()
        .map(|one| {
            let of = |name: &str| (name.to_owned(), format!("{name} of {}", one.addr));
            let names = ["id", "arn", "digest", "uri"].map(of);
            (one.addr.clone(), Outputs::from(names))
        })
        .collect();
    project
        .desired
        .iter()
        .map(|one| Observed {
            addr: one.addr.clone(),
            spec: one.spec.fill(&outputs),
            outputs: outputs[&one.addr].clone(),
            ownership: Ownership::Ours,
            surplus: Vec::new(),
        })
        .collect()
}

fn plan_of(project: &Project, observed: &[Observed], destroy: bool) -> Plan {
    plan(PlanInputs {
        scope: &project.scope,
        desired: &project.desired,
        observed,
        state: None,
        destroy: destroy.then(DestroyOptions::default),
        shared_with: &[],
    })
    .unwrap()
}

fn action(plan: &Plan, addr: &str) -> Action {
    let addr: ResourceAddr = addr.parse().unwrap();
    plan.changes
        .iter()
        .find(|one| one.addr == addr)
        .unwrap()
        .action
}

#[test]
fn a_second_plan_does_nothing_also_when_the_service_was_scaled() {
    let project = shop();
    let mut observed = deployed(&project);
    for one in &mut observed {
        if let ResourceSpec::Service(service) = &mut one.spec {
            service.start = 3;
            if one.addr.path == "web" {
                service.count = Some(3);
            }
        }
    }
    let plan = plan_of(&project, &observed, false);
    assert!(
        plan.summary.is_empty(),
        "{}",
        render(&plan, Detail::Concise)
    );
}

#[test]
fn a_new_revision_takes_the_place_of_the_one_before_when_it_serves() {
    let project = shop();
    let observed = deployed(&project);
    let changed = Project::new(&WEB.replace("Hello", "Good day"), "dev");
    let plan = plan_of(&changed, &observed, false);
    assert_eq!(action(&plan, "task_definition:web"), Action::Update);
    assert_eq!(action(&plan, "service:web"), Action::Update);
    assert_eq!(plan.summary.update, 2);
    let old = "deregister_task_definition task_definition:web copy arn of task_definition:web";
    assert!(waits(&plan, old, "wait_update_service service:web"));
    assert!(waits(
        &plan,
        "update_service service:web",
        "register_task_definition task_definition:web"
    ));
    assert!(
        !render(&plan, Detail::Full).contains("Good day"),
        "values stay masked"
    );
}

#[test]
fn rules_are_added_before_others_are_revoked() {
    let project = shop();
    let mut observed = deployed(&project);
    for one in &mut observed {
        if let (ResourceSpec::SecurityGroup(group), "web") = (&mut one.spec, one.addr.path.as_str())
        {
            group.ingress = Text::from("tcp 22 from 0.0.0.0/0");
        }
    }
    let plan = plan_of(&project, &observed, false);
    let change = plan
        .changes
        .iter()
        .find(|one| one.addr.to_string() == "security_group:web")
        .unwrap();
    assert_eq!(
        change.operations,
        [
            Operation::AuthorizeSecurityGroupIngress,
            Operation::RevokeSecurityGroupIngress
        ]
    );
}

#[test]
fn a_destroy_drains_before_it_takes_away() {
    let project = shop();
    let plan = plan_of(&project, &deployed(&project), true);
    for (later, earlier) in [
        (
            "delete_service service:web",
            "deregister_scalable_target scalable_target:web",
        ),
        (
            "delete_security_group security_group:web",
            "wait_delete_service service:web",
        ),
        (
            "delete_cluster cluster:shared",
            "wait_delete_service service:web",
        ),
        (
            "delete_cluster cluster:shared",
            "wait_delete_service service:worker",
        ),
        (
            "delete_discovery discovery:web",
            "wait_delete_service service:web",
        ),
        (
            "delete_namespace namespace:shared",
            "delete_discovery discovery:web",
        ),
        ("delete_vpc_link vpc_link:shared", "delete_api api:public"),
        (
            "delete_security_group security_group:shared/vpc-link",
            "wait_delete_vpc_link vpc_link:shared",
        ),
        (
            "delete_security_group security_group:shared/vpc-link",
            "delete_security_group security_group:web",
        ),
        (
            "deregister_task_definition task_definition:web",
            "wait_delete_service service:web",
        ),
        (
            "delete_role role:web/execution",
            "delete_role_policy role_policy:web/execution",
        ),
        (
            "delete_role_policy role_policy:web/execution",
            "wait_delete_service service:web",
        ),
    ] {
        assert!(waits(&plan, later, earlier), "{later} waits for {earlier}");
    }
}

#[test]
fn what_is_shared_goes_with_its_last_user() {
    let project = shop();
    let observed = deployed(&project);
    let without = WEB.replace("\"$default\" = \"web\"\n", "");
    let plan = plan_of(&Project::new(&without, "dev"), &observed, false);
    for gone in [
        "vpc_link:shared",
        "namespace:shared",
        "security_group:shared/vpc-link",
        "discovery:web",
    ] {
        assert_eq!(action(&plan, gone), Action::Delete, "{gone}");
    }
    assert_eq!(action(&plan, "cluster:shared"), Action::NoOp);
    assert_eq!(action(&plan, "service:web"), Action::Update);
    // The record of the service goes when it registers there no more.
    assert!(waits(
        &plan,
        "delete_discovery discovery:web",
        "wait_update_service service:web"
    ));
    assert!(waits(
        &plan,
        "delete_security_group security_group:shared/vpc-link",
        "revoke_security_group_ingress security_group:web"
    ));
    let functions_only = "schema = 1\nname = \"shop\"\n[environments.dev]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n";
    let plan = plan_of(&Project::new(functions_only, "dev"), &observed, false);
    assert_eq!(action(&plan, "cluster:shared"), Action::Delete);
}

#[test]
fn a_foreign_cluster_is_joined_and_not_managed() {
    let text = WEB
        .replace("port = 8080", "port = 8080\ncluster = \"theirs\"")
        .replace(
            "ingress = \"none\"",
            "ingress = \"none\"\ncluster = \"theirs\"",
        );
    let project = Project::new(&text, "dev");
    assert!(
        !project
            .desired
            .iter()
            .any(|one| one.addr.kind == ResourceKind::Cluster)
    );
    let ResourceSpec::Service(service) = &desired(&project, "service:web").spec else {
        panic!("a service")
    };
    assert_eq!(service.cluster, "theirs");
}

#[test]
fn without_a_network_there_is_no_plan() {
    let resolved = resolve(WEB, "dev");
    assert!(needs_network(&resolved));
    let errors = lower(&resolved, &scope(&resolved), &BTreeMap::new(), None).unwrap_err();
    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        ["services.web can't be planned: the network that it joins was not read"]
    );
    assert!(network().is_public());
}

#[test]
fn what_is_not_whole_yet_is_refused_by_name() {
    let text = WEB
        .replace("port = 8080", "port = 8080\ningress = \"alb\"\nvpc_link = \"vl1\"\nwas = \"old\"\npolicies = [\"arn:aws:iam::aws:policy/X\"]")
        .replace("count = 2", "count = 2\n[services.worker.containers.side]\nimage = { registry = \"public.example/x:1\" }")
        .replace("spot = true\n", "");
    let resolved = resolve(&text, "dev");
    let fingerprints = build_sources(&resolved)
        .into_iter()
        .map(|(addr, _)| (addr, "f".to_owned()))
        .collect();
    let errors = lower(
        &resolved,
        &scope(&resolved),
        &fingerprints,
        Some(&network()),
    )
    .unwrap_err();
    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "services.web.was can't be planned: a renamed service can't be deployed yet",
            "services.web.ingress can't be planned: a load balancer can't be deployed yet",
            "services.web.vpc_link can't be planned: a VPC link that is not ours can't be deployed yet",
            "services.worker.containers can't be planned: a further container can't be deployed yet",
        ]
    );
}
