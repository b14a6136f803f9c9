//! What keeps an image in service from being thrown away.

use crate::setup::{Project, SHOP};
use crate::world::World;
use slipway_plan::*;

const AT: &str = "repository:orders";

fn repository(world: &mut World) -> &mut RepositorySpec {
    match world.resources.get_mut(&AT.parse().unwrap()) {
        Some((ResourceSpec::Repository(spec), _)) => spec,
        other => panic!("{other:?} is no repository"),
    }
}

fn change(plan: &Plan) -> &Change {
    let mut changes = plan.changes.iter();
    changes.find(|one| one.addr.to_string() == AT).unwrap()
}

/// Keeps the last ten images, whatever they are called: what somebody may set in the console.
fn by_count() -> LifecycleRule {
    LifecycleRule::Other(serde_json::json!({
        "action": { "type": "expire" },
        "rulePriority": 1,
        "selection": { "countNumber": 10, "countType": "imageCountMoreThan", "tagStatus": "any" },
    }))
}

#[test]
fn what_is_deployed_keeps_its_tag_and_only_what_has_none_goes() {
    let project = Project::new(SHOP, "dev");
    let mut repositories = 0;
    for one in &project.desired {
        if let ResourceSpec::Repository(spec) = &one.spec {
            repositories += 1;
            assert!(spec.immutable_tags, "{}", one.addr);
            assert_eq!(
                spec.lifecycle,
                [LifecycleRule::Untagged { untagged_days: 30 }],
                "{}",
                one.addr
            );
        }
    }
    assert_eq!(repositories, 3);
}

#[test]
fn the_policy_is_put_after_the_repository_and_before_the_push() {
    let project = Project::new(SHOP, "dev");
    let mut world = World::default();
    world.apply(&project.plan(&world, None));
    let steps: Vec<String> = world
        .log
        .iter()
        .filter(|(_, addr)| addr.path == "orders")
        .map(|(operation, _)| operation.name())
        .collect();
    let at = |name: &str| steps.iter().position(|step| step == name).unwrap();
    assert!(at("create_repository") < at("put_lifecycle_policy"));
    assert!(at("put_lifecycle_policy") < at("push_image"));
}

#[test]
fn rules_of_others_are_shown_whole_before_they_are_replaced() {
    let project = Project::new(SHOP, "dev");
    let mut world = project.deployed();
    let state = world.state(1);
    repository(&mut world).lifecycle = vec![by_count()];
    let plan = project.plan(&world, Some(&state));
    let change = change(&plan);
    assert_eq!(change.reason, "lifecycle was changed outside Slipway");
    assert_eq!(change.operations, [Operation::PutLifecyclePolicy]);
    let shown = render(&plan, Detail::Full);
    let line = shown.lines().find(|line| line.contains("lifecycle:"));
    assert_eq!(
        line.unwrap().trim(),
        r#"lifecycle: [{"action":{"type":"expire"},"rulePriority":1,"selection":{"countNumber":10,"countType":"imageCountMoreThan","tagStatus":"any"}}] -> [{"untagged_days":30}]"#
    );
    world.apply(&plan);
    assert!(project.plan(&world, None).summary.is_empty());
}

#[test]
fn a_repository_of_before_gets_both_and_one_that_lost_them_gets_them_back() {
    let project = Project::new(SHOP, "dev");
    let mut world = project.deployed();
    let spec = repository(&mut world);
    spec.immutable_tags = false;
    spec.lifecycle.clear();
    let plan = project.plan(&world, None);
    let of_repository = change(&plan);
    assert_eq!(of_repository.reason, "immutable_tags and lifecycle change");
    assert_eq!(
        of_repository.operations,
        [
            Operation::PutImageTagMutability,
            Operation::PutLifecyclePolicy
        ]
    );
    assert_eq!(plan.graph.nodes.len(), 2);
    world.apply(&plan);
    assert!(project.plan(&world, None).summary.is_empty());
}

/// They stay with the repository, and go with it.
#[test]
fn a_destroy_needs_no_step_for_the_policy() {
    let project = Project::new(SHOP, "dev");
    let world = project.deployed();
    let options = DestroyOptions {
        images: true,
        logs: false,
    };
    let plan = project.make(&world, None, Some(options)).unwrap();
    assert_eq!(change(&plan).operations, [Operation::DeleteRepository]);
}

#[test]
fn a_state_from_before_these_settings_is_read() {
    let text = r#"{"kind":"repository","name":"shop/orders","scan_on_push":true,"tags":{}}"#;
    let ResourceSpec::Repository(spec) = serde_json::from_str(text).unwrap() else {
        panic!("a repository")
    };
    assert!(!spec.immutable_tags && spec.lifecycle.is_empty());
    let mut spec = spec;
    spec.lifecycle = vec![LifecycleRule::Untagged { untagged_days: 30 }, by_count()];
    let text = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<RepositorySpec>(&text).unwrap(), spec);
}
