//! A Fargate service through the whole of a run, against a cloud in memory.

use slipway_engine::{RunEvent, RunStatus};
use slipway_plan::{Operation, ResourceAddr, ResourceKind, ResourceSpec, Text};
use slipway_testkit::{Bench, Fault, designs};
use std::collections::BTreeMap;
use std::time::Duration;

fn addr(text: &str) -> ResourceAddr {
    text.parse().expect("it is an address")
}

#[test]
fn a_service_comes_stays_and_goes() {
    let bench = Bench::new(&designs::services());
    bench.cloud.set_ready_delay(Duration::from_secs(40));
    bench.clock.block_on(async {
        let outcome = bench.deploy().await.expect_success();
        bench.assert_converged().await;
        let said: Vec<String> = outcome
            .events
            .iter()
            .filter_map(|event| match &event.event {
                RunEvent::NodeMessage { message, .. } => Some(message.clone()),
                _ => None,
            })
            .collect();
        assert!(
            said.iter().any(|words| words.starts_with("PENDING: ")),
            "the cloud's own words are passed on: {said:?}"
        );
        bench.cloud.forget_calls();
        bench.deploy().await.expect_success();
        bench.state.lose();
        bench.deploy().await.expect_success();
        assert_eq!(bench.cloud.calls(), []);
        bench.destroy().await.expect_success();
        assert_eq!(bench.cloud.ours(), []);
    });
}

#[test]
fn new_code_makes_one_revision_and_takes_the_old_one_away_at_the_end() {
    let bench = Bench::new(&designs::services());
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        bench.cloud.forget_calls();
        bench.builder.set_content("services/web", "v2", "v2");
        bench.deploy().await.expect_success();
        assert_eq!(
            bench.cloud.applied_by_addr(),
            BTreeMap::from([
                (
                    addr("task_definition:web"),
                    vec![
                        Operation::RegisterTaskDefinition,
                        Operation::DeregisterTaskDefinition
                    ]
                ),
                (addr("service:web"), vec![Operation::UpdateService]),
            ])
        );
        bench.assert_converged().await;
    });
}

#[test]
fn a_build_of_the_same_image_leaves_the_revision_alone() {
    let bench = Bench::new(&designs::services());
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        bench.cloud.forget_calls();
        bench
            .builder
            .set_content("services/web", "a comment more", "services/web");
        bench.deploy().await.expect_success();
        assert_eq!(bench.cloud.calls(), []);
        bench.assert_converged().await;
    });
}

#[test]
fn a_rule_that_somebody_added_is_taken_away_again() {
    let bench = Bench::new(&designs::services());
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        bench.cloud.forget_calls();
        bench.cloud.tamper(&addr("security_group:web"), |spec| {
            if let ResourceSpec::SecurityGroup(group) = spec {
                let rules = group.ingress.known().unwrap_or_default();
                group.ingress = Text::from(format!("tcp 22 from 0.0.0.0/0, {rules}"));
            }
        });
        bench.deploy().await.expect_success();
        assert_eq!(
            bench.cloud.applied_by_addr(),
            BTreeMap::from([(
                addr("security_group:web"),
                vec![Operation::RevokeSecurityGroupIngress]
            )])
        );
        bench.assert_converged().await;
    });
}

/// Every mutating call once loses its reply: nothing is made twice, and what is there is taken over.
#[test]
fn a_lost_reply_makes_nothing_twice() {
    let calls = {
        let bench = Bench::new(&designs::services());
        bench.clock.block_on(async {
            bench.deploy().await.expect_success();
            bench.cloud.calls().len()
        })
    };
    for nth in 1..=calls {
        for fault in [Fault::LoseReply, Fault::LoseRequest] {
            let bench = Bench::new(&designs::services());
            bench.clock.block_on(async {
                bench.cloud.inject(nth, fault);
                let outcome = bench.deploy().await;
                assert_eq!(
                    outcome.report.status,
                    RunStatus::Succeeded,
                    "call {nth}: {:?}",
                    outcome.report.error
                );
                bench.assert_converged().await;
            });
        }
    }
}

/// Refused at every call in turn: deploying again converges, and destroying leaves nothing.
#[test]
fn a_run_that_stops_anywhere_goes_on() {
    use slipway_engine::port::CloudErrorKind;
    let total = {
        let bench = Bench::new(&designs::services());
        bench.clock.block_on(async {
            bench.deploy().await.expect_success();
            let made = bench.cloud.calls().len();
            bench.destroy().await.expect_success();
            (made, bench.cloud.calls().len() - made)
        })
    };
    for nth in 1..=total.0 {
        let bench = Bench::new(&designs::services());
        bench.clock.block_on(async {
            bench
                .cloud
                .inject(nth, Fault::Refuse(CloudErrorKind::AccessDenied));
            assert_eq!(bench.deploy().await.report.status, RunStatus::Failed);
            bench.deploy().await.expect_success();
            bench.assert_converged().await;
        });
    }
    for nth in 1..=total.1 {
        let bench = Bench::new(&designs::services());
        bench.clock.block_on(async {
            bench.deploy().await.expect_success();
            bench
                .cloud
                .inject(nth, Fault::Refuse(CloudErrorKind::AccessDenied));
            assert_eq!(bench.destroy().await.report.status, RunStatus::Failed);
            bench.destroy().await.expect_success();
            assert_eq!(bench.cloud.ours(), [], "call {nth}");
        });
    }
}

#[test]
fn what_is_shared_goes_with_its_last_user() {
    let bench = Bench::new(&designs::services());
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        bench.edit(&designs::small());
        bench.deploy().await.expect_success();
        let left: Vec<ResourceAddr> = bench
            .cloud
            .ours()
            .into_iter()
            .filter(|addr| {
                matches!(
                    addr.kind,
                    ResourceKind::Cluster
                        | ResourceKind::VpcLink
                        | ResourceKind::Namespace
                        | ResourceKind::SecurityGroup
                        | ResourceKind::Service
                        | ResourceKind::TaskDefinition
                )
            })
            .collect();
        assert_eq!(left, []);
    });
}
