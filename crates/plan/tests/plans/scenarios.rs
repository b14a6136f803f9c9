//! Cases with one point each.

use crate::setup::{Project, SHOP};
use crate::world::World;
use slipway_plan::*;

fn addr(text: &str) -> ResourceAddr {
    text.parse().unwrap()
}

/// Everything of a plan that is not a no-op, as `action address`.
fn acts(plan: &Plan) -> Vec<String> {
    plan.changes
        .iter()
        .filter(|change| change.action != Action::NoOp)
        .map(|change| format!("{} {}", render_action(change.action), change.addr))
        .collect()
}

fn render_action(action: Action) -> String {
    serde_json::to_value(action)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

fn log(world: &World) -> Vec<String> {
    world
        .log
        .iter()
        .map(|(operation, addr)| format!("{} {addr}", operation.name()))
        .collect()
}

#[test]
fn a_build_that_yields_the_same_digest_writes_nothing_else() {
    let mut world = Project::new(SHOP, "dev").deployed();
    let changed = Project::with(SHOP, "dev", |fingerprints| {
        fingerprints.insert(addr("image:orders"), "comment-only".into());
    });
    let plan = changed.plan(&world, None);
    assert_eq!(
        acts(&plan),
        [
            "update image:orders",
            "update function:orders",
            "update alias:orders"
        ]
    );
    let ResourceSpec::Function(function) = &world.resources[&addr("function:orders")].0 else {
        panic!("a function")
    };
    let image = function.image.known().unwrap();
    let digest = image.split_once('@').unwrap().1.to_owned();
    world.yields.insert("comment-only".into(), digest);
    world.apply(&plan);
    assert_eq!(
        log(&world),
        ["build_image image:orders", "push_image image:orders"]
    );
    assert!(changed.plan(&world, None).summary.is_empty());
}

#[test]
fn a_changed_configuration_is_published() {
    let mut world = Project::new(SHOP, "dev").deployed();
    let changed = Project::new(&SHOP.replace("EUR", "USD"), "dev");
    world.apply(&changed.plan(&world, None));
    assert_eq!(
        log(&world),
        [
            "update_function_configuration function:orders",
            "publish_version alias:orders",
            "update_alias alias:orders",
        ]
    );
}

#[test]
fn an_alias_left_behind_is_moved() {
    let before = Project::new(SHOP, "dev").deployed();
    let changed = Project::new(&SHOP.replace("EUR", "USD"), "dev");
    let mut world = before.clone();
    world.apply(&changed.plan(&world, None));
    // As if the run had ended between the function and its alias.
    let alias = before.resources[&addr("alias:orders")].clone();
    world.resources.insert(addr("alias:orders"), alias);
    assert_eq!(acts(&changed.plan(&world, None)), ["update alias:orders"]);
}

#[test]
fn what_others_own_stops_the_plan_with_all_of_it() {
    let shop = Project::new(SHOP, "dev");
    let mut observed = Vec::new();
    for one in &shop.desired {
        if ["role:orders", "log_group:faults"].contains(&one.addr.to_string().as_str()) {
            observed.push(Observed {
                addr: one.addr.clone(),
                spec: one.spec.clone(),
                outputs: Outputs::new(),
                ownership: Ownership::Foreign {
                    found: "no tags".into(),
                },
                surplus: Vec::new(),
            });
        }
    }
    let error = plan(PlanInputs {
        scope: &shop.scope,
        desired: &shop.desired,
        observed: &observed,
        state: None,
        destroy: None,
        shared_with: &[],
    })
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "names that this project needs belong to somebody else: log group `/aws/lambda/shop-dev-faults` (no tags); \
         IAM role `shop-dev-orders` (no tags)"
    );
}

#[test]
fn an_api_deleted_by_hand_is_made_again_with_all_that_hung_from_it() {
    let shop = Project::new(SHOP, "dev");
    let mut world = shop.deployed();
    world.resources.retain(|addr, _| {
        !matches!(
            addr.kind,
            ResourceKind::Api
                | ResourceKind::Integration
                | ResourceKind::Route
                | ResourceKind::Stage
        )
    });
    let plan = shop.plan(&world, Some(&world.state(1)));
    let permission = plan
        .changes
        .iter()
        .find(|change| change.addr == addr("permission:public/orders"))
        .unwrap();
    assert_eq!(permission.action, Action::Replace);
    assert_eq!(
        permission.operations,
        [Operation::RemovePermission, Operation::AddPermission]
    );
    world.apply(&plan);
    assert!(shop.plan(&world, None).summary.is_empty());
}

#[test]
fn a_further_copy_is_deleted() {
    let shop = Project::new(SHOP, "dev");
    let mut world = shop.deployed();
    world
        .surplus
        .insert(addr("api:public"), vec!["copy1".into(), "copy2".into()]);
    let plan = shop.plan(&world, None);
    assert_eq!(acts(&plan), ["update api:public"]);
    assert_eq!(plan.graph.nodes.len(), 2);
    world.apply(&plan);
    assert_eq!(log(&world), ["delete_api api:public"; 2]);
    assert!(world.surplus[&addr("api:public")].is_empty());
    assert!(shop.plan(&world, None).summary.is_empty());
}

#[test]
fn tags_of_others_are_left_alone_and_ours_go_when_the_design_drops_them() {
    let tagged = SHOP.replace("[defaults]\n", "[defaults]\ntags = { team = \"web\" }\n");
    let mut world = Project::new(&tagged, "dev").deployed();
    let ResourceSpec::Role(role) = &mut world.resources.get_mut(&addr("role:orders")).unwrap().0
    else {
        panic!("a role")
    };
    role.tags.insert("cost-centre".into(), "7".into());
    role.tags.insert(TAG_RUN.into(), "run".into());
    let state = Project::new(&tagged, "dev").deployed().state(1);

    assert!(
        Project::new(&tagged, "dev")
            .plan(&world, None)
            .summary
            .is_empty()
    );
    let plan = Project::new(SHOP, "dev").plan(&world, Some(&state));
    let change = plan
        .changes
        .iter()
        .find(|change| change.addr == addr("role:orders"))
        .unwrap();
    assert_eq!(change.operations, [Operation::UntagRole]);
    let names: Vec<&str> = change
        .attributes
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["tags.team"]);
    let observed = change.observed.as_ref().unwrap().spec.tags().unwrap();
    assert!(!observed.contains_key("cost-centre") && !observed.contains_key(TAG_RUN));
}

#[test]
fn drift_is_named() {
    let shop = Project::new(SHOP, "dev");
    let mut world = shop.deployed();
    let state = world.state(4);
    let function = world.resources.get_mut(&addr("function:orders")).unwrap();
    let ResourceSpec::Function(spec) = &mut function.0 else {
        panic!("a function")
    };
    spec.memory = 3008;
    let reason = |plan: &Plan| {
        let of = |one: &&Change| one.addr == addr("function:orders");
        plan.changes.iter().find(of).unwrap().reason.clone()
    };
    assert_eq!(
        reason(&shop.plan(&world, Some(&state))),
        "memory was changed outside Slipway"
    );
    assert_eq!(reason(&shop.plan(&world, None)), "memory changes");
}

#[test]
fn what_is_kept_is_named_once_and_then_left_alone() {
    let shop = Project::new(SHOP, "dev");
    let mut world = shop.deployed();
    let keep = Some(DestroyOptions::default());
    let plan = shop.make(&world, None, keep).unwrap();
    world.apply(&plan);
    let left: Vec<ResourceKind> = world.resources.keys().map(|addr| addr.kind).collect();
    assert!(
        left.iter().all(|kind| matches!(
            kind,
            ResourceKind::Repository | ResourceKind::Image | ResourceKind::LogGroup
        )),
        "{left:?}"
    );
    let again = shop.make(&world, None, keep).unwrap();
    assert!(again.summary.is_empty() && again.graph.nodes.is_empty());
    // And a later deploy takes them up again.
    let plan = shop.plan(&world, None);
    assert!(acts(&plan).iter().all(|act| !act.contains("log_group")));
    world.apply(&plan);
    assert!(shop.plan(&world, None).summary.is_empty());
}

#[test]
fn a_shared_repository_is_never_destroyed() {
    let shop = Project::new(SHOP, "dev");
    let world = shop.deployed();
    let plan = plan(PlanInputs {
        scope: &shop.scope,
        desired: &shop.desired,
        observed: &world.observe(&shop.desired),
        state: None,
        destroy: Some(DestroyOptions {
            images: true,
            logs: true,
        }),
        shared_with: &["test".to_owned()],
    })
    .unwrap();
    for change in plan.changes {
        if change.addr.kind == ResourceKind::Repository {
            assert_eq!(change.action, Action::Forget);
            assert!(change.reason.contains("test"), "{}", change.reason);
        }
    }
}

#[test]
fn a_stale_plan_is_refused() {
    let shop = Project::new(SHOP, "dev");
    let world = World::default();
    let plan = shop.plan(&world, Some(&world.state(7)));
    let now = |project: &Project| fingerprint(&project.scope, &project.desired, None);
    assert_eq!(can_apply(&plan, &now(&shop), 7), Ok(()));
    assert_eq!(
        can_apply(&plan, &now(&shop), 8),
        Err(Stale::State { planned: 7, now: 8 })
    );
    let edited = Project::new(&SHOP.replace("memory = 512", "memory = 513"), "dev");
    assert_eq!(can_apply(&plan, &now(&edited), 7), Err(Stale::Design));
    let rebuilt = Project::with(SHOP, "dev", |fingerprints| {
        fingerprints.insert(addr("image:faults"), "edited".into());
    });
    assert_eq!(can_apply(&plan, &now(&rebuilt), 7), Err(Stale::Design));
}

#[test]
fn a_plan_survives_the_wire() {
    let shop = Project::new(SHOP, "dev");
    let plan = shop.plan(&World::default(), None);
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
}

#[test]
fn a_role_of_another_name_is_made_anew_with_its_policy() {
    let shop = Project::new(SHOP, "dev");
    let mut world = shop.deployed();
    let old = "arn:aws:iam::123456789012:role/old";
    for (spec, _) in world.resources.values_mut() {
        match spec {
            ResourceSpec::Role(role) if role.name == "shop-dev-orders" => role.name = "old".into(),
            ResourceSpec::RolePolicy(policy) if policy.role == "shop-dev-orders" => {
                policy.role = "old".into();
            }
            ResourceSpec::Function(function) if function.name == "shop-dev-orders" => {
                function.role = old.into();
            }
            _ => {}
        }
    }
    let plan = shop.plan(&world, None);
    assert_eq!(
        acts(&plan),
        [
            "replace role:orders",
            "replace role_policy:orders",
            "update function:orders"
        ]
    );
    assert_eq!(
        plan.changes
            .iter()
            .find(|change| change.addr == addr("role:orders"))
            .unwrap()
            .reason,
        "name changes: an IAM role can't be renamed"
    );
    world.apply(&plan);
    assert_eq!(
        log(&world),
        [
            "delete_role_policy role_policy:orders",
            "delete_role role:orders",
            "create_role role:orders",
            "put_role_policy role_policy:orders",
            "update_function_configuration function:orders",
        ]
    );
    assert!(shop.plan(&world, None).summary.is_empty());
}

#[test]
fn logs_are_not_lost_when_their_group_gets_another_name() {
    let shop = Project::new(SHOP, "dev");
    let mut world = shop.deployed();
    let group = world.resources.get_mut(&addr("log_group:orders")).unwrap();
    let ResourceSpec::LogGroup(spec) = &mut group.0 else {
        panic!("a log group")
    };
    spec.name = "old".into();
    let plan = shop.plan(&world, None);
    let of = |one: &&Change| one.addr == addr("log_group:orders");
    let change = plan.changes.iter().find(of).unwrap();
    assert_eq!(change.action, Action::Replace);
    assert_eq!(
        change.operations,
        [Operation::CreateLogGroup, Operation::PutRetentionPolicy]
    );
}

#[test]
fn an_image_of_an_earlier_fingerprint_tells_nothing_about_the_next_digest() {
    let shop = Project::new(SHOP, "dev");
    let world = shop.deployed();
    let mut observed = world.observe(&shop.desired);
    for one in &mut observed {
        if let ResourceSpec::Image(image) = &mut one.spec {
            image.fingerprint = "earlier".into();
        }
    }
    let plan = plan(PlanInputs {
        scope: &shop.scope,
        desired: &shop.desired,
        observed: &observed,
        state: None,
        destroy: None,
        shared_with: &[],
    })
    .unwrap();
    let of = |one: &&Change| one.addr == addr("function:faults");
    let change = plan.changes.iter().find(of).unwrap();
    assert_eq!(change.operations, [Operation::UpdateFunctionCode]);
    assert!(matches!(change.attributes[0].after, After::Unknown(_)));
}
