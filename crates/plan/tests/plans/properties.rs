//! What holds for every design.

use crate::setup::{Project, fingerprints, network, resolve, scope};
use crate::world::World;
use proptest::prelude::*;
use slipway_design::{ApiKind, Arch, Payload, Target, sample};
use slipway_plan::*;
use std::collections::BTreeSet;

fn size() -> impl Strategy<Value = sample::Size> {
    (1usize..6, 1usize..25, 1usize..4).prop_map(|(functions, routes, apis)| sample::Size {
        functions,
        routes,
        apis,
        ..sample::Size::default()
    })
}

fn project(seed: u64, size: sample::Size, revision: &str) -> Project {
    let text = sample::generate(seed, size, Arch::Arm64);
    let resolved = resolve(&text, sample::ENVIRONMENT);
    let scope = scope(&resolved);
    let fingerprints = fingerprints(&resolved, revision);
    let desired = lower(&resolved, &scope, &fingerprints, Some(&network())).unwrap();
    Project { scope, desired }
}

/// A part of a design, and how it differs from the whole.
#[derive(Debug, Clone)]
struct Edit {
    /// Bits: which functions and routes are there.
    functions: u8,
    routes: u32,
    /// Bits: which functions and routes are changed.
    changed: u8,
    turned: u32,
    /// Bits: which APIs are WebSocket APIs.
    sockets: u8,
    revision: &'static str,
}

fn edit() -> impl Strategy<Value = Edit> {
    let revision = prop_oneof![Just("r1"), Just("r2")];
    (
        any::<u8>(),
        any::<u32>(),
        any::<u8>(),
        any::<u32>(),
        any::<u8>(),
        revision,
    )
        .prop_map(
            |(functions, routes, changed, turned, sockets, revision)| Edit {
                functions,
                routes,
                changed,
                turned,
                sockets,
                revision,
            },
        )
}

fn bit(bits: u32, at: usize) -> bool {
    bits >> (at % 32) & 1 == 1
}

/// The design of a seed with functions and routes left out, changed and turned to other targets.
/// Two edits of one seed are two moments in the life of one project.
fn edited(seed: u64, size: sample::Size, edit: &Edit) -> Project {
    let text = sample::generate(seed, size, Arch::Arm64);
    let mut resolved = resolve(&text, sample::ENVIRONMENT);
    let keys: Vec<String> = resolved.functions.keys().cloned().collect();
    for (at, key) in keys.iter().enumerate() {
        if !bit(edit.functions.into(), at) {
            resolved.functions.shift_remove(key);
        } else if bit(edit.changed.into(), at) {
            let function = &mut resolved.functions[key];
            function.memory += 1;
            function.log_retention = None;
            function.tags.insert("changed".into(), "yes".into());
            if at % 2 == 0 {
                function.arch = Arch::X86_64;
                function.allow.clear();
            } else {
                function.role = Some("arn:aws:iam::000000000000:role/of-the-user".into());
            }
        }
    }
    let left: Vec<String> = resolved.functions.keys().cloned().collect();
    for (number, api) in resolved.apis.values_mut().enumerate() {
        if bit(edit.sockets.into(), number) {
            api.kind = ApiKind::Websocket;
            api.stage = "live".into();
            api.select = Some("$request.body.action".into());
            for (place, route) in api.routes.values_mut().enumerate() {
                route.payload = Payload::V1;
                route.timeout_ms = 29_000;
                route.reply = bit(edit.turned, place + 7);
            }
        }
        let mut at = 0;
        api.routes.retain(|_, route| {
            at += 1;
            if bit(edit.turned, at) && !left.is_empty() {
                route.target = Target::Node(left[at % left.len()].clone());
                if api.kind == ApiKind::Http {
                    route.payload = Payload::V2;
                }
            }
            let Target::Node(key) = &route.target else {
                return false;
            };
            bit(edit.routes, at) && left.contains(key)
        });
        if edit.turned.is_multiple_of(3) {
            api.variables.insert("turned".into(), "yes".into());
            api.title = "turned".into();
        }
    }
    if edit.routes.is_multiple_of(5) {
        resolved.apis.shift_remove_index(0);
    }
    let scope = scope(&resolved);
    let fingerprints = fingerprints(&resolved, edit.revision);
    let desired = lower(&resolved, &scope, &fingerprints, Some(&network())).unwrap();
    Project { scope, desired }
}

/// Carries out `share` of the steps, in an order that follows from `order` and that the graph allows.
fn run(world: &mut World, plan: &Plan, order: u64, share: f64) {
    let mut dice = order;
    let steps = (plan.graph.nodes.len() as f64 * share).ceil() as usize;
    world.apply_steps(plan, steps, |ready| {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as usize % ready
    });
}

fn check_graph(plan: &Plan) {
    let mut seen = BTreeSet::new();
    let mut done = Vec::new();
    for node in &plan.graph.nodes {
        assert!(
            node.after.iter().all(|before| seen.contains(before)),
            "{:?}",
            node.id
        );
        assert!(seen.insert(node.id.clone()), "{:?} twice", node.id);
        if let Step::Do(operation) = node.step {
            done.push((node.addr.clone(), operation));
        }
    }
    let mut wanted: Vec<_> = plan
        .changes
        .iter()
        .flat_map(|change| {
            change
                .operations
                .iter()
                .map(|operation| (change.addr.clone(), *operation))
        })
        .collect();
    wanted.sort();
    done.sort();
    assert_eq!(done, wanted, "one node for each operation");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn applied_once_nothing_is_left(seed in any::<u64>(), size in size(), order in any::<u64>()) {
        let project = project(seed, size, "r1");
        let mut world = World::default();
        let plan = project.plan(&world, None);
        check_graph(&plan);
        prop_assert_eq!(plan.summary.create as usize, project.desired.len());
        run(&mut world, &plan, order, 1.0);
        for state in [None, Some(world.state(1))] {
            let again = project.plan(&world, state.as_ref());
            prop_assert!(again.summary.is_empty(), "{}", render(&again, Detail::Concise));
            prop_assert!(again.graph.nodes.is_empty());
        }
    }

    /// Also when the run is cut off in the middle, and whatever the state file remembers.
    #[test]
    fn from_any_moment_of_a_project_to_any_other(
        seed in any::<u64>(), size in size(), before in edit(), after in edit(), cut in 0.0f64..1.2, remembered in any::<bool>(), order in any::<u64>(),
    ) {
        let first = edited(seed, size, &before);
        let second = edited(seed, size, &after);
        let mut world = first.deployed();
        let state = world.state(1);
        let state = remembered.then_some(&state);
        let plan = second.plan(&world, state);
        check_graph(&plan);
        run(&mut world, &plan, order, cut);
        let rest = second.plan(&world, state);
        check_graph(&rest);
        run(&mut world, &rest, order, 1.0);
        let again = second.plan(&world, None);
        prop_assert!(again.summary.is_empty(), "{}", render(&again, Detail::Concise));
        let left: BTreeSet<&ResourceAddr> = world.resources.keys().collect();
        let wanted: BTreeSet<&ResourceAddr> = second.desired.iter().map(|one| &one.addr).collect();
        prop_assert!(wanted.is_subset(&left));
        for extra in left.difference(&wanted) {
            prop_assert!(matches!(extra.kind, ResourceKind::Repository | ResourceKind::Image | ResourceKind::LogGroup), "{extra}");
        }
    }

    #[test]
    fn a_new_revision_updates_and_makes_nothing(seed in any::<u64>(), size in size(), order in any::<u64>()) {
        let first = project(seed, size, "r1");
        let second = project(seed, size, "r2");
        let mut world = first.deployed();
        let plan = second.plan(&world, None);
        check_graph(&plan);
        prop_assert_eq!((plan.summary.create, plan.summary.replace, plan.summary.delete), (0, 0, 0));
        run(&mut world, &plan, order, 1.0);
        prop_assert!(second.plan(&world, None).summary.is_empty());
    }

    #[test]
    fn destroyed_everything_is_gone(seed in any::<u64>(), size in size(), order in any::<u64>()) {
        let project = project(seed, size, "r1");
        let mut world = project.deployed();
        let all = Some(DestroyOptions { images: true, logs: true });
        let plan = project.make(&world, None, all).unwrap();
        check_graph(&plan);
        run(&mut world, &plan, order, 1.0);
        prop_assert!(world.resources.is_empty(), "{:?}", world.resources.keys());
        let again = project.make(&world, None, all).unwrap();
        prop_assert!(again.summary.is_empty());
    }

    /// Cut off anywhere, the next plan finishes what is left.
    #[test]
    fn cut_off_at_any_step_the_next_plan_goes_on(seed in any::<u64>(), size in size(), cut in 0.0f64..1.0, order in any::<u64>()) {
        let project = project(seed, size, "r1");
        let mut world = World::default();
        let plan = project.plan(&world, None);
        run(&mut world, &plan, order, cut);
        let rest = project.plan(&world, None);
        check_graph(&rest);
        run(&mut world, &rest, order, 1.0);
        prop_assert!(project.plan(&world, None).summary.is_empty());
    }

    #[test]
    fn plans_are_deterministic_and_survive_any_order_of_what_was_seen(seed in any::<u64>(), size in size()) {
        let project = project(seed, size, "r1");
        let world = project.deployed();
        let mut observed = world.observe(&project.desired);
        let mut inputs = PlanInputs {
            scope: &project.scope,
            desired: &project.desired,
            observed: &observed.clone(),
            state: None,
            destroy: Some(DestroyOptions::default()),
            shared_with: &[],
        };
        let one = plan(inputs).unwrap();
        observed.reverse();
        inputs.observed = &observed;
        prop_assert_eq!(one, plan(inputs).unwrap());
    }

    #[test]
    fn values_of_the_environment_are_never_shown(secret in "[a-zA-Z0-9]{12,24}", other in "[a-zA-Z0-9]{12,24}") {
        let text = |value: &str| format!(
            "schema = 1\nname = \"p\"\n[functions.f]\nimage = {{ build = \"f\" }}\nenv = {{ KEY = \"{value}\" }}\n[environments.dev]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n"
        );
        let first = Project::new(&text(&secret), "dev");
        let second = Project::new(&text(&other), "dev");
        for plan in [first.plan(&World::default(), None), second.plan(&first.deployed(), None)] {
            let attributes: Vec<_> = plan.changes.iter().flat_map(|change| &change.attributes).collect();
            let shown = format!("{}{attributes:?}", render(&plan, Detail::Full));
            prop_assert!(!shown.contains(&secret) && !shown.contains(&other), "{shown}");
            prop_assert!(shown.contains("environment.KEY"), "{shown}");
        }
    }
}
