//! Runs that fail, break off or are called off at every possible place, and the run after.

use slipway_engine::port::{
    Clock as _, CloudErrorKind, ImageError, ImageErrorKind, Record, Settled,
};
use slipway_engine::{Cancel, FailureCode, NodeStatus, RunEvent, RunStatus, fold, unfinished};
use slipway_plan::{LogGroupSpec, Operation, ResourceAddr, ResourceKind, ResourceSpec, Tags};
use slipway_testkit::{Bench, CANARY, Cut, Fault, Outcome, designs};
use std::collections::BTreeSet;
use std::time::Duration;

/// What holds after every run, however it ended.
fn assert_sound(bench: &Bench, outcome: &Outcome) {
    let ours = bench.cloud.ours();
    let distinct: BTreeSet<_> = ours.iter().collect();
    assert_eq!(distinct.len(), ours.len(), "no duplicates");
    let ends = outcome
        .events
        .iter()
        .filter(|event| matches!(event.event, RunEvent::RunFinished { .. }))
        .count();
    assert_eq!(ends, 1, "one terminal event");
    assert!(
        outcome
            .report
            .nodes
            .values()
            .all(|status| status.is_final())
    );
    for node in &outcome.plan.graph.nodes {
        let started = outcome.report.nodes[&node.id] != NodeStatus::Skipped;
        let before_succeeded = node
            .after
            .iter()
            .all(|id| outcome.report.nodes[id] == NodeStatus::Succeeded);
        assert!(!started || before_succeeded, "{} ran too early", node.id.0);
    }
    for text in [
        format!("{:?}", outcome.events),
        format!("{:?}", outcome.report),
        format!("{:?}", bench.journal.entries()),
        format!("{:?}", bench.state.current()),
    ] {
        assert!(!text.contains(CANARY));
    }
    assert_intents_come_first(bench);
}

/// Every outcome follows an intent of the same node in the same run.
fn assert_intents_come_first(bench: &Bench) {
    let mut intended: BTreeSet<(String, String)> = BTreeSet::new();
    for entry in bench.journal.entries() {
        match entry.record {
            Record::Intent { node, .. } => {
                intended.insert((entry.run, node.0));
            }
            Record::Outcome { node, .. } => {
                assert!(intended.contains(&(entry.run, node.0)));
            }
            Record::RunStarted { .. } | Record::RunFinished { .. } => {}
        }
    }
}

/// How many mutating calls a clean first deploy makes.
fn calls_of_a_deploy(design: &str) -> usize {
    let bench = Bench::new(design);
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        bench.cloud.calls().len()
    })
}

/// How many journal records a clean first deploy writes.
fn records_of_a_deploy(design: &str) -> usize {
    let bench = Bench::new(design);
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        bench.journal.entries().len()
    })
}

#[test]
fn after_a_refusal_of_any_call_the_next_run_goes_on() {
    let design = designs::shop();
    let calls = calls_of_a_deploy(&design);
    assert!(calls >= 30, "{calls}");
    for nth in 1..=calls {
        let bench = Bench::new(&design);
        bench.clock.block_on(async {
            bench
                .cloud
                .inject(nth, Fault::Refuse(CloudErrorKind::AccessDenied));
            let failed = bench.deploy().await;
            assert_eq!(failed.report.status, RunStatus::Failed, "call {nth}");
            let error = failed.report.error.as_ref().unwrap();
            assert_eq!(error.code, FailureCode::AccessDenied);
            assert!(error.hint.contains("Allow `"), "{}", error.hint);
            assert_sound(&bench, &failed);
            let failures = failed
                .report
                .nodes
                .values()
                .filter(|status| **status == NodeStatus::Failed)
                .count();
            assert_eq!(failures, 1);
            // What the state says is there, is there.
            let ours = bench.cloud.ours();
            for addr in bench.state.current().unwrap().resources.keys() {
                assert!(addr.kind == ResourceKind::Image || ours.contains(addr));
            }
            bench.deploy().await.expect_success();
            for (addr, mut applied) in bench.cloud.applied_by_addr() {
                // Publishing what did not change makes no second version.
                applied.retain(|operation| *operation != Operation::PublishVersion);
                let distinct: BTreeSet<_> = applied.iter().collect();
                assert_eq!(
                    distinct.len(),
                    applied.len(),
                    "{addr}: what was done is not done again: {applied:?}"
                );
            }
            bench.assert_converged().await;
        });
    }
}

#[test]
fn a_lost_reply_of_any_call_is_settled_by_looking() {
    let design = designs::shop();
    for nth in 1..=calls_of_a_deploy(&design) {
        for fault in [Fault::LoseReply, Fault::LoseRequest] {
            for delay in [0, 4] {
                let bench = Bench::new(&design);
                bench.clock.block_on(async {
                    bench.cloud.set_visibility_delay(Duration::from_secs(delay));
                    bench.cloud.inject(nth, fault.clone());
                    let outcome = bench.deploy().await.expect_success();
                    assert_sound(&bench, &outcome);
                    bench.clock.sleep(Duration::from_secs(delay)).await;
                    bench.assert_converged().await;
                });
            }
        }
    }
}

#[test]
fn a_lost_reply_of_any_call_of_an_update_or_a_destroy_is_settled_too() {
    let edited = designs::shop()
        .replace("memory = 512", "memory = 1024")
        .replace("team = \"web\"", "team = \"shop\"")
        .replace("\"GET /catalog\" = \"catalog\"\n", "");
    for nth in 1..=60 {
        let bench = Bench::new(&designs::shop());
        bench.clock.block_on(async {
            bench.deploy().await.expect_success();
            bench.edit(&edited);
            bench.cloud.inject(nth, Fault::LoseReply);
            let outcome = bench.deploy().await.expect_success();
            assert_sound(&bench, &outcome);
            bench.cloud.clear_faults();
            bench.assert_converged().await;
            bench.cloud.inject(nth, Fault::LoseReply);
            bench.destroy().await.expect_success();
            assert_eq!(bench.cloud.ours(), []);
        });
    }
}

#[test]
fn transient_failures_of_every_call_cost_only_time() {
    let design = designs::shop();
    for kind in [
        CloudErrorKind::Transient,
        CloudErrorKind::Throttled,
        CloudErrorKind::Conflict,
    ] {
        let bench = Bench::new(&design);
        bench.clock.block_on(async {
            for nth in (1..200).step_by(2) {
                bench.cloud.inject(nth, Fault::Refuse(kind));
            }
            let outcome = bench.deploy().await.expect_success();
            assert_sound(&bench, &outcome);
            bench.assert_converged().await;
        });
    }
}

#[test]
fn a_failure_that_stays_is_given_up_with_the_number_of_tries() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        for nth in 1..500 {
            bench
                .cloud
                .inject(nth, Fault::Refuse(CloudErrorKind::Transient));
        }
        let outcome = bench.deploy().await;
        assert_eq!(outcome.report.status, RunStatus::Failed);
        let error = outcome.report.error.unwrap();
        assert!(error.message.contains("tried 9 times"), "{}", error.message);
        assert!(bench.seconds() < 60.0);
        assert!(bench.cloud.calls().len() < 60, "bounded");
    });
}

#[test]
fn a_kill_at_any_record_leaves_what_the_next_run_completes() {
    let design = designs::shop();
    let records = records_of_a_deploy(&design);
    assert!(records >= 60, "{records}");
    for at in 1..=records {
        for cut in [Cut::Before(at), Cut::After(at)] {
            let bench = Bench::new(&design);
            bench.clock.block_on(async {
                bench.journal.cut(Some(cut));
                tokio::select! {
                    outcome = bench.deploy() => {
                        panic!("{cut:?}: the run ended: {:?}", outcome.report);
                    }
                    () = bench.journal.died() => {}
                }
                bench.journal.cut(None);
                let open = unfinished(bench.journal.as_ref()).await.unwrap();
                assert_eq!(
                    open.is_some(),
                    at > 1 && cut != Cut::After(records) || cut == Cut::After(1),
                    "{cut:?}"
                );
                let outcome = bench.deploy().await.expect_success();
                assert_sound(&bench, &outcome);
                bench.assert_converged().await;
                assert_eq!(unfinished(bench.journal.as_ref()).await.unwrap(), None);
            });
        }
    }
}

#[test]
fn a_kill_at_any_record_of_an_update_or_a_destroy_converges_too() {
    let edited = designs::small().replace("log_retention = 14", "memory = 1024\ntimeout = 9");
    for at in 1..80 {
        let bench = Bench::new(&designs::small());
        bench.clock.block_on(async {
            bench.deploy().await.expect_success();
            let done = bench.journal.appended();
            bench.edit(&edited);
            bench.builder.set_content("services/orders", "v2", "v2");
            bench.journal.cut(Some(Cut::Before(done + at)));
            let died = tokio::select! {
                _ = bench.deploy() => false,
                () = bench.journal.died() => true,
            };
            bench.journal.cut(None);
            bench.deploy().await.expect_success();
            bench.assert_converged().await;

            let done = bench.journal.appended();
            bench.journal.cut(Some(Cut::After(done + at)));
            let died_again = tokio::select! {
                _ = bench.destroy() => false,
                () = bench.journal.died() => true,
            };
            bench.journal.cut(None);
            bench.destroy().await.expect_success();
            assert_eq!(bench.cloud.ours(), [], "cut at {at}: {died} {died_again}");
        });
    }
}

#[test]
fn a_cancel_at_any_moment_stops_soon_and_the_next_run_goes_on() {
    let design = designs::shop();
    let whole = {
        let bench = Bench::new(&design);
        bench.clock.block_on(async {
            bench.deploy().await.expect_success();
            bench.seconds()
        })
    };
    for step in 0..60_u32 {
        for twice in [false, true] {
            let bench = Bench::new(&design);
            bench.clock.block_on(async {
                bench.cloud.set_role_delay(Duration::from_secs(20));
                let cancel = Cancel::new();
                let moment = Duration::from_secs_f64(whole * f64::from(step) / 40.0);
                let plan = bench.plan(None).await;
                let run = bench.apply(plan, cancel.clone());
                tokio::pin!(run);
                let ended = tokio::select! {
                    outcome = &mut run => Some(outcome),
                    () = bench.clock.sleep(moment) => None,
                };
                let outcome = match ended {
                    Some(outcome) => outcome,
                    None => {
                        cancel.ask();
                        if twice {
                            cancel.ask();
                        }
                        let asked = bench.seconds();
                        let outcome = run.await;
                        assert!(
                            bench.seconds() - asked <= 1.0,
                            "stopped after {} s",
                            bench.seconds() - asked
                        );
                        assert_eq!(outcome.report.status, RunStatus::Cancelled);
                        outcome
                    }
                };
                assert_sound(&bench, &outcome);
                bench.deploy().await.expect_success();
                bench.assert_converged().await;
            });
        }
    }
}

#[test]
fn a_call_that_hangs_is_left_behind_by_the_second_cancel_only() {
    for nth in 1..=calls_of_a_deploy(&designs::small()) {
        let bench = Bench::new(&designs::small());
        bench.clock.block_on(async {
            bench.cloud.inject(nth, Fault::Hang);
            let cancel = Cancel::new();
            let plan = bench.plan(None).await;
            let run = bench.apply(plan, cancel.clone());
            tokio::pin!(run);
            let hour = bench.clock.sleep(Duration::from_secs(3600));
            tokio::select! {
                _ = &mut run => panic!("call {nth} hangs"),
                () = hour => cancel.ask(),
            }
            tokio::select! {
                _ = &mut run => panic!("the first stage awaits what is under way"),
                () = bench.clock.sleep(Duration::from_secs(60)) => cancel.ask(),
            }
            let outcome = run.await;
            assert_eq!(outcome.report.status, RunStatus::Cancelled);
            assert_sound(&bench, &outcome);
            let open = unfinished(bench.journal.as_ref()).await.unwrap().unwrap();
            assert_eq!(
                open.unknown.len(),
                1,
                "the call without an outcome is known"
            );
            assert_eq!(open.ended.as_deref(), Some("cancelled"));
            bench.cloud.clear_faults();
            bench.deploy().await.expect_success();
            bench.assert_converged().await;
        });
    }
}

#[test]
fn a_panic_ends_its_node_and_not_the_program() {
    for nth in 1..=calls_of_a_deploy(&designs::small()) {
        let bench = Bench::new(&designs::small());
        bench.clock.block_on(async {
            bench.cloud.inject(nth, Fault::Panic);
            let outcome = bench.deploy().await;
            assert_eq!(outcome.report.status, RunStatus::Failed);
            assert_eq!(
                outcome.report.error.as_ref().unwrap().code,
                FailureCode::Internal
            );
            assert_sound(&bench, &outcome);
            bench.deploy().await.expect_success();
            bench.assert_converged().await;
        });
    }
}

#[test]
fn a_full_disk_stops_the_run_before_the_effect() {
    let design = designs::small();
    for at in 1..=records_of_a_deploy(&design) {
        let bench = Bench::new(&design);
        bench.clock.block_on(async {
            bench.journal.cut(Some(Cut::Full(at)));
            let outcome = bench.deploy().await;
            assert_eq!(outcome.report.status, RunStatus::Failed);
            assert_eq!(
                outcome.report.error.as_ref().unwrap().code,
                FailureCode::Journal
            );
            assert_sound(&bench, &outcome);
            bench.journal.cut(None);
            bench.deploy().await.expect_success();
            bench.assert_converged().await;
        });
    }
    for save in 1..=8 {
        let bench = Bench::new(&design);
        bench.clock.block_on(async {
            bench.state.fail_from(Some(save));
            let outcome = bench.deploy().await;
            assert_eq!(outcome.report.status, RunStatus::Failed, "save {save}");
            assert_eq!(
                outcome.report.error.as_ref().unwrap().code,
                FailureCode::State
            );
            bench.state.fail_from(None);
            bench.deploy().await.expect_success();
            bench.assert_converged().await;
        });
    }
}

#[test]
fn builds_and_pushes_that_fail_say_why() {
    let error = |kind, message: &str| ImageError {
        kind,
        message: message.to_owned(),
        hint: None,
        log_tail: vec!["error[E0432]: unresolved import".to_owned()],
    };
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        bench.builder.fail_at(
            1,
            error(ImageErrorKind::Build, "step 3 of 5 ended with 101"),
        );
        let outcome = bench.deploy().await;
        let failure = outcome.report.error.clone().unwrap();
        assert_eq!(failure.code, FailureCode::Build);
        assert_eq!(failure.log_tail, ["error[E0432]: unresolved import"]);
        assert_sound(&bench, &outcome);

        bench.registry.fail_at(
            1,
            error(ImageErrorKind::Refused, &format!("denied for {CANARY}")),
        );
        let outcome = bench.deploy().await;
        assert_eq!(
            outcome.report.error.clone().unwrap().code,
            FailureCode::Push
        );
        assert_sound(&bench, &outcome);

        // The registry says that the tag is there, and nobody finds it.
        bench
            .registry
            .fail_at(2, error(ImageErrorKind::TagExists, "the tag is immutable"));
        let outcome = bench.deploy().await;
        let failure = outcome.report.error.clone().unwrap();
        assert_eq!(failure.code, FailureCode::Push);
        assert!(failure.message.contains("immutable"), "{failure:?}");
        assert_sound(&bench, &outcome);

        bench
            .registry
            .fail_at(3, error(ImageErrorKind::Transient, "connection reset"));
        bench.deploy().await.expect_success();
        assert_eq!(bench.registry.pushes(), 4);
        bench.assert_converged().await;
    });
}

#[test]
fn an_image_index_is_refused_before_lambda_does() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        bench
            .registry
            .set_media_type("application/vnd.oci.image.index.v1+json");
        let outcome = bench.deploy().await;
        let error = outcome.report.error.unwrap();
        assert_eq!(error.code, FailureCode::Push);
        assert!(error.message.contains("Lambda takes a single image"));
        assert!(error.hint.contains("BUILDX_NO_DEFAULT_ATTESTATIONS=1"));
    });
}

#[test]
fn the_wrong_account_a_stale_plan_and_a_second_run_are_refused() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        bench.cloud.set_account("999999999999");
        let outcome = bench.deploy().await;
        assert_eq!(outcome.report.status, RunStatus::Refused);
        let error = outcome.report.error.unwrap();
        assert_eq!(error.code, FailureCode::WrongAccount);
        assert!(error.message.contains("999999999999"));
        assert_eq!(outcome.events.len(), 1);
        bench.cloud.set_account("123456789012");

        let plan = bench.plan(None).await;
        bench.edit(&designs::shop());
        let outcome = bench.apply(plan.clone(), Cancel::new()).await;
        assert_eq!(outcome.report.error.unwrap().code, FailureCode::PlanStale);
        bench.edit(&designs::small());
        bench.deploy().await.expect_success();
        let calls = bench.cloud.calls();
        let outcome = bench.apply(plan, Cancel::new()).await;
        assert_eq!(outcome.report.status, RunStatus::Refused);
        assert_eq!(outcome.report.error.unwrap().code, FailureCode::PlanStale);
        assert_eq!(bench.cloud.calls(), calls);

        bench.builder.set_content("services/orders", "v2", "v2");
        let plan = bench.plan(None).await;
        let (first, second) = tokio::join!(
            bench.apply(plan.clone(), Cancel::new()),
            bench.apply(plan, Cancel::new())
        );
        first.expect_success();
        assert_eq!(second.report.status, RunStatus::Refused);
        assert_eq!(second.report.error.unwrap().code, FailureCode::Busy);
    });
}

#[test]
fn what_is_not_ours_is_neither_taken_over_nor_changed() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        let plan = bench.plan(None).await;
        let group = plan
            .changes
            .iter()
            .find(|change| change.addr.kind == ResourceKind::LogGroup)
            .unwrap();
        let foreign = ResourceSpec::LogGroup(LogGroupSpec {
            name: group.name.clone(),
            retention_days: Some(1),
            tags: Tags::new(),
        });
        // It comes between the plan and the run.
        bench.cloud.add_foreign(foreign);
        let outcome = bench.apply(plan, Cancel::new()).await;
        let error = outcome.report.error.clone().unwrap();
        assert_eq!(error.code, FailureCode::Foreign, "{}", error.message);
        assert_sound(&bench, &outcome);
        let addr = ResourceAddr::new(ResourceKind::LogGroup, "orders");
        assert!(!bench.cloud.ours().contains(&addr));
    });
}

#[test]
fn an_adopted_call_is_marked_as_such_in_the_journal() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        bench.cloud.inject(1, Fault::LoseReply);
        bench.deploy().await.expect_success();
        let entries = bench.journal.entries();
        let adopted = entries
            .iter()
            .filter(|entry| {
                matches!(
                    &entry.record,
                    Record::Outcome {
                        settled: Settled::Adopted { .. },
                        ..
                    }
                )
            })
            .count();
        assert_eq!(adopted, 1);
        assert_eq!(fold(&entries), None);
    });
}
