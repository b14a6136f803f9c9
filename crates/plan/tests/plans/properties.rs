//! What holds for every design.

use crate::setup::{Project, fingerprints, resolve, scope};
use crate::world::World;
use proptest::prelude::*;
use slipway_design::{Arch, sample};
use slipway_plan::*;
use std::collections::BTreeSet;

fn size() -> impl Strategy<Value = sample::Size> {
    (1usize..6, 1usize..25, 1usize..4).prop_map(|(functions, routes, apis)| sample::Size {
        functions,
        routes,
        apis,
    })
}

fn project(seed: u64, size: sample::Size, revision: &str) -> Project {
    let text = sample::generate(seed, size, Arch::Arm64);
    let resolved = resolve(&text, sample::ENVIRONMENT);
    let scope = scope(&resolved);
    let fingerprints = fingerprints(&resolved, revision);
    let desired = lower(&resolved, &scope, &fingerprints).unwrap();
    Project { scope, desired }
}

/// Two designs of one project: what is deployed, and what comes after.
fn moved(from: &Project, to: &Project) -> Project {
    Project {
        scope: from.scope.clone(),
        desired: to.desired.clone(),
    }
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
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn applied_once_nothing_is_left(seed in any::<u64>(), size in size()) {
        let project = project(seed, size, "r1");
        let mut world = World::default();
        let plan = project.plan(&world, None);
        check_graph(&plan);
        prop_assert_eq!(plan.summary.create as usize, project.desired.len());
        world.apply(&plan);
        for state in [None, Some(world.state(1))] {
            let again = project.plan(&world, state.as_ref());
            prop_assert!(again.summary.is_empty(), "{}", render(&again, Detail::Concise));
            prop_assert!(again.graph.nodes.is_empty());
        }
    }

    #[test]
    fn from_any_design_to_any_other(seed in any::<u64>(), other in any::<u64>(), size in size(), then in size(), remembered in any::<bool>()) {
        let first = project(seed, size, "r1");
        let second = moved(&first, &project(other, then, "r2"));
        let mut world = first.deployed();
        let state = world.state(1);
        let plan = second.plan(&world, remembered.then_some(&state));
        check_graph(&plan);
        world.apply(&plan);
        let again = second.plan(&world, None);
        prop_assert!(again.summary.is_empty(), "{}", render(&again, Detail::Concise));
    }

    #[test]
    fn a_new_revision_updates_and_makes_nothing(seed in any::<u64>(), size in size()) {
        let first = project(seed, size, "r1");
        let second = project(seed, size, "r2");
        let mut world = first.deployed();
        let plan = second.plan(&world, None);
        check_graph(&plan);
        prop_assert_eq!((plan.summary.create, plan.summary.replace, plan.summary.delete), (0, 0, 0));
        world.apply(&plan);
        prop_assert!(second.plan(&world, None).summary.is_empty());
    }

    #[test]
    fn destroyed_everything_is_gone(seed in any::<u64>(), size in size()) {
        let project = project(seed, size, "r1");
        let mut world = project.deployed();
        let all = Some(DestroyOptions { images: true, logs: true });
        let plan = project.make(&world, None, all).unwrap();
        check_graph(&plan);
        world.apply(&plan);
        prop_assert!(world.resources.is_empty(), "{:?}", world.resources.keys());
        let again = project.make(&world, None, all).unwrap();
        prop_assert!(again.summary.is_empty());
    }

    /// Cut off anywhere, the next plan finishes what is left.
    #[test]
    fn cut_off_at_any_step_the_next_plan_goes_on(seed in any::<u64>(), size in size(), cut in 0.0f64..1.0) {
        let project = project(seed, size, "r1");
        let mut world = World::default();
        let mut plan = project.plan(&world, None);
        let keep = (plan.graph.nodes.len() as f64 * cut) as usize;
        plan.graph.nodes.truncate(keep);
        world.apply(&plan);
        let rest = project.plan(&world, None);
        check_graph(&rest);
        world.apply(&rest);
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
