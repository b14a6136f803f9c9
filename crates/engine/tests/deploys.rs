//! Whole runs against fakes: what is planned is what happens, and nothing twice.

use slipway_engine::port::Clock as _;
use slipway_engine::{
    Cancel, Limits, NodeStatus, RunEvent, RunOptions, RunRequest, RunStatus, Service,
};
use slipway_plan::{LifecycleRule, Operation, ResourceAddr, ResourceKind, ResourceSpec, Step};
use slipway_testkit::{Bench, CANARY, Outcome, designs};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Operations of the cloud that the plan's graph holds, by address.
fn planned(outcome: &Outcome) -> BTreeMap<ResourceAddr, Vec<Operation>> {
    let mut planned: BTreeMap<ResourceAddr, Vec<Operation>> = BTreeMap::new();
    for node in &outcome.plan.graph.nodes {
        if let Step::Do(operation) = node.step
            && operation.aws_call().is_some()
        {
            planned
                .entry(node.addr.clone())
                .or_default()
                .push(operation);
        }
    }
    planned
}

#[test]
fn a_first_deploy_makes_exactly_the_planned_calls_and_serves() {
    let bench = Bench::new(&designs::shop());
    bench.clock.block_on(async {
        let outcome = bench.deploy().await.expect_success();
        assert_eq!(bench.cloud.applied_by_addr(), planned(&outcome));
        assert_eq!(
            outcome.report.outputs.apis.keys().collect::<Vec<_>>(),
            ["admin", "live", "public"]
        );
        let stage = ResourceAddr::new(ResourceKind::Stage, "public/$default");
        let (_, outputs) = bench.cloud.resource(&stage).unwrap();
        assert_eq!(outcome.report.outputs.apis["public"].url, outputs["url"]);
        assert!(
            outcome
                .report
                .nodes
                .values()
                .all(|status| *status == NodeStatus::Succeeded)
        );
        bench.assert_converged().await;
    });
}

#[test]
fn a_second_deploy_writes_nothing_also_without_the_state_file() {
    let bench = Bench::new(&designs::shop());
    bench.clock.block_on(async {
        let first = bench.deploy().await.expect_success();
        bench.cloud.forget_calls();
        let again = bench.deploy().await.expect_success();
        assert_eq!(again.report.outputs, first.report.outputs);
        bench.state.lose();
        let rebuilt = bench.deploy().await.expect_success();
        assert_eq!(bench.cloud.calls(), []);
        assert_eq!(bench.builder.builds().len(), 3);
        assert_eq!(rebuilt.report.outputs, first.report.outputs);
        bench.assert_converged().await;
    });
}

#[test]
fn new_code_updates_that_function_and_nothing_else() {
    let bench = Bench::new(&designs::shop());
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        bench.cloud.forget_calls();
        bench.builder.set_content("services/orders", "v2", "v2");
        let outcome = bench.deploy().await.expect_success();
        let orders = |kind| ResourceAddr::new(kind, "orders");
        assert_eq!(
            bench.cloud.applied_by_addr(),
            BTreeMap::from([
                (
                    orders(ResourceKind::Function),
                    vec![Operation::UpdateFunctionCode]
                ),
                (
                    orders(ResourceKind::Alias),
                    vec![Operation::PublishVersion, Operation::UpdateAlias]
                ),
            ])
        );
        assert_eq!(bench.cloud.applied_by_addr(), planned(&outcome));
        bench.assert_converged().await;
    });
}

#[test]
fn a_build_that_leads_to_the_same_image_ends_without_a_write() {
    let bench = Bench::new(&designs::shop());
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        bench.cloud.forget_calls();
        bench
            .builder
            .set_content("services/orders", "a comment more", "services/orders");
        let outcome = bench.deploy().await.expect_success();
        assert_eq!(bench.cloud.calls(), []);
        let unchanged = outcome
            .events
            .iter()
            .filter(|event| {
                matches!(&event.event, RunEvent::NodeFinished { end, .. }
                    if end.unchanged && end.status == NodeStatus::Succeeded)
            })
            .count();
        assert!(unchanged >= 3, "code, version and alias had nothing to do");
        bench.assert_converged().await;
    });
}

/// Two computers deploy the same content at the same time, and builds are not reproducible. Would the
/// later push take the tag, the image that the first one deployed had none, and ECR would expire it.
#[test]
fn of_two_images_of_one_content_the_first_keeps_the_tag_and_both_deploys_run_it() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        bench.state.lose();
        bench.builder.set_content("services/orders", "v2", "v2");
        let plan = bench.plan(None).await;
        bench.deploy().await.expect_success();
        let image = ResourceAddr::new(ResourceKind::Image, "orders");
        let function = ResourceAddr::new(ResourceKind::Function, "orders");
        let first = bench.cloud.resource(&function).unwrap();

        // The other computer planned before that, and its build yields something else.
        bench.state.lose();
        bench
            .builder
            .set_content("services/orders", "v2", "built elsewhere");
        let late = bench.apply(plan, Cancel::new()).await.expect_success();
        assert_eq!(bench.registry.pushes(), 3);
        assert_eq!(bench.cloud.resource(&function).unwrap(), first);
        let ResourceSpec::Function(spec) = &first.0 else {
            panic!("a function")
        };
        let state = bench.state.current().unwrap();
        assert_eq!(
            Some(&state.resources[&image].outputs["uri"]),
            spec.image.known().map(str::to_owned).as_ref()
        );
        assert!(late.events.iter().any(|event| {
            matches!(&event.event, RunEvent::NodeFinished { node, end, .. }
                if node.0.starts_with("push_image") && end.unchanged)
        }));
        bench.assert_converged().await;
    });
}

#[test]
fn rules_that_somebody_set_on_a_repository_are_taken_back_by_one_call() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        let repository = ResourceAddr::new(ResourceKind::Repository, "orders");
        assert!(bench.cloud.tamper(&repository, |spec| {
            if let ResourceSpec::Repository(spec) = spec {
                spec.lifecycle = vec![LifecycleRule::Untagged { untagged_days: 1 }];
            }
        }));
        bench.cloud.forget_calls();
        bench.deploy().await.expect_success();
        assert_eq!(
            bench.cloud.applied_by_addr(),
            BTreeMap::from([(repository, vec![Operation::PutLifecyclePolicy])])
        );
        bench.assert_converged().await;
    });
}

#[test]
fn a_changed_setting_a_tag_less_and_a_route_more_are_updates() {
    let bench = Bench::new(&designs::shop());
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        bench.cloud.forget_calls();
        let edited = designs::shop()
            .replace("memory = 512", "memory = 1024")
            .replace("tags = { team = \"web\" }\n", "")
            .replace(
                "\"POST /orders\" = \"orders\"",
                "\"POST /orders\" = \"orders\"\n\"GET /more\" = \"catalog\"",
            )
            .replace("\"GET /catalog\" = \"catalog\"\n", "");
        bench.edit(&edited);
        let outcome = bench.deploy().await.expect_success();
        assert_eq!(bench.cloud.applied_by_addr(), planned(&outcome));
        bench.assert_converged().await;
    });
}

#[test]
fn drift_is_taken_back_and_what_vanished_is_made_again() {
    let bench = Bench::new(&designs::shop());
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        let function = ResourceAddr::new(ResourceKind::Function, "orders");
        assert!(bench.cloud.tamper(&function, |spec| {
            if let ResourceSpec::Function(spec) = spec {
                spec.memory = 3008;
            }
        }));
        let route = ResourceAddr::new(ResourceKind::Route, "public/POST /orders");
        assert!(bench.cloud.vanish(&route));
        bench.deploy().await.expect_success();
        bench.assert_converged().await;
    });
}

#[test]
fn a_destroy_leaves_nothing_of_ours() {
    let bench = Bench::new(&designs::shop());
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        bench.cloud.forget_calls();
        let outcome = bench.destroy().await.expect_success();
        assert_eq!(bench.cloud.ours(), []);
        assert_eq!(bench.cloud.applied_by_addr(), planned(&outcome));
        let state = bench.state.current().unwrap();
        let known: Vec<_> = state.resources.keys().collect();
        assert!(known.is_empty(), "{known:?}");
        assert!(outcome.report.outputs.apis.is_empty());
    });
}

#[test]
fn events_are_numbered_and_end_once() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        bench.builder.set_log(&["step 1", "step 2"]);
        let outcome = bench.deploy().await.expect_success();
        let numbers: Vec<u32> = outcome.events.iter().map(|event| event.seq).collect();
        let expected: Vec<u32> = (1..=u32::try_from(numbers.len()).unwrap()).collect();
        assert_eq!(numbers, expected);
        assert!(matches!(
            outcome.events[0].event,
            RunEvent::RunStarted { .. }
        ));
        let ends = outcome
            .events
            .iter()
            .filter(|event| matches!(event.event, RunEvent::RunFinished { .. }))
            .count();
        assert_eq!(ends, 1);
        assert!(matches!(
            outcome.events.last().unwrap().event,
            RunEvent::RunFinished {
                status: RunStatus::Succeeded,
                ..
            }
        ));
        for node in &outcome.plan.graph.nodes {
            let of_node: Vec<_> = outcome
                .events
                .iter()
                .filter_map(|event| match &event.event {
                    RunEvent::NodeStarted { node: id } if *id == node.id => Some("started"),
                    RunEvent::NodeFinished { node: id, .. } if *id == node.id => Some("finished"),
                    _ => None,
                })
                .collect();
            assert_eq!(of_node, ["started", "finished"], "{}", node.id.0);
        }
    });
}

#[test]
fn the_password_of_the_registry_stands_nowhere() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        let outcome = bench.deploy().await.expect_success();
        let logs = outcome
            .events
            .iter()
            .filter(|event| matches!(event.event, RunEvent::NodeLog { .. }))
            .count();
        assert!(
            logs > 0,
            "the fake registry writes the password into its log"
        );
        for text in [
            format!("{:?}", outcome.events),
            format!("{:?}", outcome.report),
            format!("{:?}", bench.journal.entries()),
            format!("{:?}", bench.state.current()),
        ] {
            assert!(!text.contains(CANARY));
        }
    });
}

#[test]
fn the_quota_of_the_api_gateway_is_kept_by_waiting() {
    let mut design = designs::small();
    for number in 0..120 {
        design.push_str(&format!("\"GET /r{number}\" = \"orders\"\n"));
    }
    let bench = Bench::new(&design);
    bench.clock.block_on(async {
        bench.cloud.enforce(Limits::aws());
        bench.deploy().await.expect_success();
        assert_eq!(bench.cloud.throttled(), 0);
        // About 125 calls, 40 of them at once and 10 a second after.
        let calls = bench
            .cloud
            .calls()
            .iter()
            .filter(|call| Service::of(call.addr.kind) == Service::ApiGateway)
            .count();
        let quota = (calls - 40) as f64 / 10.0;
        assert!(bench.seconds() > quota && bench.seconds() < quota * 1.5 + 30.0);
        bench.assert_converged().await;
    });
}

#[test]
fn a_service_that_throttles_for_a_minute_fails_nothing_and_holds_up_no_other() {
    let bench = Bench::new(&designs::shop());
    bench.clock.block_on(async {
        let minute = Duration::from_secs(60);
        bench.cloud.throttle_until(Service::Iam, minute);
        bench.deploy().await.expect_success();
        let of = |kind| {
            bench
                .cloud
                .calls()
                .into_iter()
                .filter(move |call| call.addr.kind == kind)
        };
        assert!(of(ResourceKind::LogGroup).all(|call| call.applied && call.at < minute));
        assert!(of(ResourceKind::Api).all(|call| call.applied && call.at < minute));
        let needed = of(ResourceKind::Role).filter(|call| call.applied).count();
        let late = of(ResourceKind::Role)
            .filter(|call| call.at >= minute)
            .count();
        assert_eq!(late, needed, "no call too many after the recovery");
        assert!(bench.seconds() < 100.0);
        bench.assert_converged().await;
    });
}

#[test]
fn a_role_that_is_not_ready_yet_is_waited_for_and_no_longer() {
    for delay in [0.5, 5.0, 45.0] {
        let usual = {
            let bench = Bench::new(&designs::small());
            bench.clock.block_on(async {
                bench.deploy().await.expect_success();
                bench.seconds()
            })
        };
        let bench = Bench::new(&designs::small());
        bench.clock.block_on(async {
            bench.cloud.set_role_delay(Duration::from_secs_f64(delay));
            bench.deploy().await.expect_success();
            assert!(
                bench.seconds() <= usual + delay + 2.0,
                "{} s after {usual} s without the delay of {delay} s",
                bench.seconds()
            );
            bench.assert_converged().await;
        });
    }
}

#[test]
fn a_role_that_never_becomes_ready_is_named_as_the_cause() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        bench.cloud.set_role_delay(Duration::from_secs(3600));
        let outcome = bench.deploy().await;
        assert_eq!(outcome.report.status, RunStatus::Failed);
        let error = outcome.report.error.unwrap();
        assert!(error.message.contains("cannot be assumed") && error.hint.contains("role"));
    });
}

#[test]
fn what_was_just_created_may_show_late() {
    let bench = Bench::new(&designs::shop());
    bench.clock.block_on(async {
        bench.cloud.set_ready_delay(Duration::from_secs(20));
        bench.cloud.set_visibility_delay(Duration::from_secs(6));
        let outcome = bench.deploy().await.expect_success();
        assert_eq!(bench.cloud.applied_by_addr(), planned(&outcome));
        bench.clock.sleep(Duration::from_secs(6)).await;
        bench.assert_converged().await;
    });
}

#[test]
fn a_function_that_fails_to_become_ready_fails_the_run_with_awss_reason() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        bench
            .cloud
            .set_function_failure(Some("ImageDeleted: the image was deleted"));
        let outcome = bench.deploy().await;
        assert_eq!(outcome.report.status, RunStatus::Failed);
        assert!(
            outcome
                .report
                .error
                .unwrap()
                .message
                .contains("ImageDeleted")
        );
        let alias = ResourceAddr::new(ResourceKind::Alias, "orders");
        assert_eq!(bench.cloud.resource(&alias), None);
    });
}

#[test]
fn a_function_that_never_becomes_ready_ends_with_a_reason() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        bench.cloud.set_ready_delay(Duration::from_secs(100_000));
        let outcome = bench.deploy().await;
        let message = outcome.report.error.unwrap().message;
        assert!(message.contains("not ready after 60"), "{message}");
    });
}

#[test]
fn a_run_can_be_spawned_on_any_runtime() {
    fn spawnable<T: Send + 'static>(_: &T) {}
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        let plan = bench.plan(None).await;
        let request = RunRequest {
            run: "run-1".to_owned(),
            fingerprint: plan.fingerprint.clone(),
            plan,
            root: PathBuf::from("/project"),
            options: RunOptions::default(),
        };
        let (events, _) = tokio::sync::mpsc::unbounded_channel();
        let run = slipway_engine::run(request, bench.ports(), events, Cancel::new());
        spawnable(&run);
        // Nobody listens; the run ends well all the same.
        assert_eq!(
            tokio::spawn(run).await.unwrap().status,
            RunStatus::Succeeded
        );
    });
}

#[test]
fn an_update_that_fails_leaves_the_version_that_serves() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        let alias = ResourceAddr::new(ResourceKind::Alias, "orders");
        let serves = bench.cloud.resource(&alias);
        bench.builder.set_content("services/orders", "v2", "v2");
        bench
            .cloud
            .set_function_failure(Some("ImageDeleted: the image was deleted"));
        let outcome = bench.deploy().await;
        assert_eq!(outcome.report.status, RunStatus::Failed);
        assert_eq!(bench.cloud.resource(&alias), serves);
        bench.cloud.set_function_failure(None);
        bench.deploy().await.expect_success();
        assert_ne!(bench.cloud.resource(&alias), serves);
        bench.assert_converged().await;
    });
}

#[test]
fn any_service_may_throttle_for_a_minute() {
    let minute = Duration::from_secs(60);
    for (design, service) in [
        (designs::shop(), Service::Ecr),
        (designs::shop(), Service::Logs),
        (designs::shop(), Service::Lambda),
        (designs::shop(), Service::ApiGateway),
        (designs::services(), Service::VpcLink),
        (designs::services(), Service::Ecs),
        (designs::services(), Service::Ec2),
        (designs::services(), Service::CloudMap),
        (designs::services(), Service::AutoScaling),
    ] {
        let bench = Bench::new(&design);
        bench.clock.block_on(async {
            bench.cloud.throttle_until(service, minute);
            bench.deploy().await.expect_success();
            let of_it = |call: &slipway_testkit::LoggedCall| Service::of(call.addr.kind) == service;
            let calls = bench.cloud.calls();
            assert!(bench.cloud.throttled() > 0, "{service:?} was never asked");
            let in_vain = calls
                .iter()
                .filter(|call| of_it(call) && call.at >= minute && !call.applied);
            assert_eq!(in_vain.count(), 0, "{service:?}: after the recovery");
            assert!(bench.seconds() < 120.0, "{service:?}: {}", bench.seconds());
            bench.assert_converged().await;
        });
    }
}
