//! Runs of services and of whole projects that break off at every possible place, and what follows:
//! another run, a destroy, a plan made at once.

use slipway_engine::RunStatus;
use slipway_engine::port::{Clock as _, CloudErrorKind};
use slipway_plan::ResourceKind;
use slipway_testkit::{Bench, Cut, Fault, Outcome, designs};
use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

/// A design, and what it becomes.
struct Edit {
    before: String,
    after: String,
    /// The build of this context leads to another image.
    content: &'static str,
}

impl Edit {
    fn of_services() -> Self {
        Self {
            before: designs::services(),
            after: designs::services()
                .replace("GREETING = \"Hello\"", "GREETING = \"Ahoy\"")
                .replace("max = 4", "max = 6")
                .replace("memory = 70 ", "")
                .replace("count = 2", "count = 3")
                .replace("\"$default\" = \"web\"", "\"GET /{all+}\" = \"web\""),
            content: "services/web",
        }
    }

    fn of_functions() -> Self {
        Self {
            before: designs::shop(),
            after: designs::shop()
                .replace("memory = 512", "memory = 1024")
                .replace("team = \"web\"", "team = \"shop\"")
                .replace(
                    "\"GET /catalog\" = \"catalog\"\n",
                    "\"GET /new\" = \"catalog\"\n",
                ),
            content: "services/orders",
        }
    }

    /// The service goes, and with it all that is shared for its sake.
    fn away_from_services() -> Self {
        Self {
            before: designs::services(),
            after: designs::small(),
            content: "services/orders",
        }
    }

    fn all() -> [Self; 3] {
        [
            Self::of_services(),
            Self::of_functions(),
            Self::away_from_services(),
        ]
    }

    /// Deployed, and edited since.
    fn bench(&self) -> Bench {
        let bench = Bench::new(&self.before);
        bench.clock.block_on(bench.deploy()).expect_success();
        bench.edit(&self.after);
        bench.builder.set_content(self.content, "v2", "v2");
        bench
    }

    /// How many calls a clean deploy of it makes.
    fn calls(&self) -> usize {
        let bench = self.bench();
        let before = bench.cloud.calls().len();
        bench.clock.block_on(bench.deploy()).expect_success();
        bench.cloud.calls().len() - before
    }
}

/// Runs until the journal breaks off; `false` when the run ended before.
async fn breaks_off(bench: &Bench, run: impl Future<Output = Outcome>) -> bool {
    let broke_off = tokio::select! {
        _ = run => false,
        () = bench.journal.died() => true,
    };
    bench.journal.cut(None);
    broke_off
}

/// Every record of what `one` does: it is killed before and after each, until it is through.
fn at_each_record(least: usize, one: impl Fn(&dyn Fn(usize) -> Cut) -> bool) {
    for at in 1.. {
        let before = one(&|done| Cut::Before(done + at));
        let after = one(&|done| Cut::After(done + at));
        assert_eq!(before, after, "record {at}");
        if !before {
            assert!(at > least, "{at} records only");
            return;
        }
    }
}

fn assert_no_duplicates(bench: &Bench) {
    let mut ours = bench.cloud.ours();
    // The revision before stays until the service has moved.
    ours.retain(|addr| addr.kind != ResourceKind::TaskDefinition);
    let distinct: BTreeSet<_> = ours.iter().collect();
    assert_eq!(distinct.len(), ours.len(), "{ours:?}");
}

#[test]
fn services_killed_at_any_record_are_completed_by_the_next_run() {
    at_each_record(60, |cut| {
        let bench = Bench::new(&designs::services());
        bench.clock.block_on(async {
            bench.journal.cut(Some(cut(0)));
            let broke_off = breaks_off(&bench, bench.deploy()).await;
            bench.deploy().await.expect_success();
            assert_no_duplicates(&bench);
            bench.assert_converged().await;
            broke_off
        })
    });
}

#[test]
fn an_update_killed_at_any_record_is_completed_by_the_next_run() {
    for edit in Edit::all() {
        at_each_record(10, |cut| {
            let bench = edit.bench();
            bench.clock.block_on(async {
                bench.journal.cut(Some(cut(bench.journal.appended())));
                let broke_off = breaks_off(&bench, bench.deploy()).await;
                bench.deploy().await.expect_success();
                assert_no_duplicates(&bench);
                bench.assert_converged().await;
                broke_off
            })
        });
    }
}

#[test]
fn a_destroy_killed_at_any_record_is_completed_by_the_next_one() {
    for design in [designs::services(), designs::shop()] {
        at_each_record(20, |cut| {
            let bench = Bench::new(&design);
            bench.clock.block_on(async {
                bench.deploy().await.expect_success();
                bench.journal.cut(Some(cut(bench.journal.appended())));
                let broke_off = breaks_off(&bench, bench.destroy()).await;
                bench.destroy().await.expect_success();
                assert_eq!(bench.cloud.ours(), []);
                broke_off
            })
        });
    }
}

/// Nothing but the tags tells the destroy what there is: it is not completed first. Lists may be
/// seconds behind.
#[test]
fn a_destroy_right_after_a_kill_leaves_nothing() {
    for design in [designs::services(), designs::shop()] {
        for (forgets, late) in [(true, 0), (false, 6)] {
            at_each_record(60, |cut| {
                let bench = Bench::new(&design);
                bench.cloud.set_visibility_delay(Duration::from_secs(late));
                bench.clock.block_on(async {
                    bench.journal.cut(Some(cut(0)));
                    let broke_off = breaks_off(&bench, bench.deploy()).await;
                    if forgets {
                        bench.state.lose();
                    }
                    bench.destroy().await.expect_success();
                    assert_eq!(bench.cloud.ours(), [], "state lost: {forgets}");
                    broke_off
                })
            });
        }
    }
}

#[test]
fn a_destroy_right_after_an_update_that_failed_leaves_nothing() {
    for edit in Edit::all() {
        for nth in 1..=edit.calls() {
            for kind in [CloudErrorKind::AccessDenied, CloudErrorKind::Credentials] {
                let bench = edit.bench();
                bench.clock.block_on(async {
                    bench.cloud.inject(nth, Fault::Refuse(kind));
                    let failed = bench.deploy().await;
                    assert_eq!(failed.report.status, RunStatus::Failed, "call {nth}");
                    // What the state says is there, is there.
                    let ours = bench.cloud.ours();
                    for addr in bench.state.current().unwrap().resources.keys() {
                        assert!(addr.kind == ResourceKind::Image || ours.contains(addr));
                    }
                    bench.destroy().await.expect_success();
                    assert_eq!(bench.cloud.ours(), [], "call {nth}");
                });
            }
        }
    }
}

#[test]
fn a_lost_reply_of_any_call_of_an_update_makes_nothing_twice() {
    for edit in Edit::all() {
        for nth in 1..=edit.calls() {
            for fault in [Fault::LoseReply, Fault::LoseRequest] {
                for delay in [0, 4] {
                    let bench = edit.bench();
                    bench.clock.block_on(async {
                        let delay = Duration::from_secs(delay);
                        bench.cloud.set_visibility_delay(delay);
                        bench.cloud.inject(nth, fault.clone());
                        bench.deploy().await.expect_success();
                        bench.clock.sleep(delay).await;
                        assert_no_duplicates(&bench);
                        bench.assert_converged().await;
                    });
                }
            }
        }
    }
}

#[test]
fn a_lost_reply_of_any_call_of_a_destroy_leaves_nothing() {
    for design in [designs::services(), designs::shop()] {
        let calls = {
            let bench = Bench::new(&design);
            bench.clock.block_on(async {
                bench.deploy().await.expect_success();
                bench.cloud.forget_calls();
                bench.destroy().await.expect_success();
                bench.cloud.calls().len()
            })
        };
        for nth in 1..=calls {
            for fault in [Fault::LoseReply, Fault::LoseRequest] {
                let bench = Bench::new(&design);
                bench.clock.block_on(async {
                    bench.deploy().await.expect_success();
                    bench.cloud.inject(nth, fault);
                    bench.destroy().await.expect_success();
                    assert_eq!(bench.cloud.ours(), [], "call {nth}");
                });
            }
        }
    }
}

/// Nobody waits between the two runs, and lists are seconds behind.
#[test]
fn a_run_right_after_a_kill_sees_what_was_made() {
    for design in [designs::services(), designs::small()] {
        at_each_record(20, |cut| {
            let bench = Bench::new(&design);
            bench.clock.block_on(async {
                bench.cloud.set_visibility_delay(Duration::from_secs(6));
                bench.journal.cut(Some(cut(0)));
                let broke_off = breaks_off(&bench, bench.deploy()).await;
                bench.deploy().await.expect_success();
                assert_no_duplicates(&bench);
                bench.assert_converged().await;
                broke_off
            })
        });
    }
}

#[test]
fn a_plan_right_after_a_run_shows_no_false_drift() {
    for design in [designs::services(), designs::shop()] {
        let bench = Bench::new(&design);
        bench.clock.block_on(async {
            bench.cloud.set_visibility_delay(Duration::from_secs(15));
            bench.deploy().await.expect_success();
            let ended = bench.clock.now();
            bench.assert_converged().await;
            assert!(bench.clock.now() - ended < Duration::from_secs(20));

            // Whatever shows is not waited for.
            let before = bench.clock.now();
            bench.plan(None).await;
            assert!(bench.clock.now() - before < Duration::from_secs(1));
        });
    }
}

/// What never shows again is waited for no longer than what was made shows late.
#[test]
fn what_was_taken_away_right_after_a_run_is_made_again() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        bench.deploy().await.expect_success();
        let api = slipway_plan::ResourceAddr::new(ResourceKind::Api, "public");
        assert!(bench.cloud.vanish(&api));
        let before = bench.clock.now();
        let plan = bench.plan(None).await;
        assert!(bench.clock.now() - before < Duration::from_secs(25));
        assert!(
            plan.changes
                .iter()
                .any(|change| change.addr == api && change.action == slipway_plan::Action::Create)
        );
        bench.deploy().await.expect_success();
    });
}
