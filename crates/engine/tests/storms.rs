//! Whole lives of projects under misfortunes that a seed chooses: edits, refusals, lost replies,
//! kills, cancels, throttling, late visibility, changes by others. However it went, one quiet run
//! later everything is as designed, once each, and a destroy leaves nothing.
//!
//! `SLIPWAY_RUNS=NUMBER` makes more of them, `SLIPWAY_SEED=NUMBER` one of them again.

use slipway_engine::port::{Clock as _, CloudErrorKind};
use slipway_engine::{Cancel, Limits, RunStatus, Service};
use slipway_plan::ResourceKind;
use slipway_testkit::{Bench, CANARY, Cut, Dice, Fault, Outcome, designs};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Lives of one execution.
const RUNS: u64 = 300;

/// Says which seed it was when a life ends in a panic.
struct Teller(u64);

impl Drop for Teller {
    #[expect(
        clippy::print_stdout,
        reason = "whoever reads the failure needs the seed"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!(
                "again: SLIPWAY_SEED={} cargo test -p slipway-engine --test storms",
                self.0
            );
        }
    }
}

fn seconds(dice: &mut Dice, limit: u32) -> Duration {
    Duration::from_millis(u64::from(dice.below(limit * 1000)))
}

/// Faults of some of the next calls, and services that throttle for a while.
fn bring_misfortune(bench: &Bench, dice: &mut Dice) {
    for _ in 0..dice.below(4) {
        let nth = 1 + dice.below(50) as usize;
        let fault = match dice.below(8) {
            0 | 1 => Fault::LoseReply,
            2 => Fault::LoseRequest,
            3 => Fault::Panic,
            _ => Fault::Refuse(*dice.pick(&[
                CloudErrorKind::AccessDenied,
                CloudErrorKind::Invalid,
                CloudErrorKind::Transient,
                CloudErrorKind::Throttled,
                CloudErrorKind::Conflict,
            ])),
        };
        bench.cloud.inject(nth, fault);
    }
    if dice.one_in(4) {
        let services = [
            Service::Ecr,
            Service::Logs,
            Service::Iam,
            Service::Lambda,
            Service::ApiGateway,
        ];
        let until = bench.clock.now() + seconds(dice, 60);
        bench.cloud.throttle_until(*dice.pick(&services), until);
    }
}

/// Somebody takes away something that a deploy makes again by itself.
fn take_something(bench: &Bench, dice: &mut Dice) {
    let loose: Vec<_> = bench
        .cloud
        .ours()
        .into_iter()
        .filter(|addr| {
            matches!(
                addr.kind,
                ResourceKind::Route
                    | ResourceKind::RouteResponse
                    | ResourceKind::Stage
                    | ResourceKind::Permission
                    | ResourceKind::RolePolicy
            )
        })
        .collect();
    if !loose.is_empty() {
        bench.cloud.vanish(dice.pick(&loose));
    }
}

/// One run that ends by itself, is killed at some record, or is called off at some moment.
async fn try_once(bench: &Bench, dice: &mut Dice) {
    let plan = bench.plan(None).await;
    match dice.below(4) {
        0 => {
            let at = bench.journal.appended() + 1 + dice.below(80) as usize;
            let cut = if dice.one_in(2) {
                Cut::Before(at)
            } else {
                Cut::After(at)
            };
            bench.journal.cut(Some(cut));
            let ended = tokio::select! {
                outcome = bench.apply(plan, Cancel::new()) => Some(outcome),
                () = bench.journal.died() => None,
            };
            bench.journal.cut(None);
            if let Some(outcome) = ended {
                assert_sound(bench, &outcome);
            }
        }
        1 => {
            let (cancel, moment, twice) = (Cancel::new(), seconds(dice, 40), dice.one_in(2));
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
                    let asked = bench.clock.now();
                    let outcome = run.await;
                    let took = bench.clock.now() - asked;
                    assert!(took <= Duration::from_secs(5), "stopped after {took:?}");
                    outcome
                }
            };
            assert_sound(bench, &outcome);
        }
        _ => {
            let outcome = bench.apply(plan, Cancel::new()).await;
            assert_sound(bench, &outcome);
        }
    }
}

/// What holds after every run that ended.
fn assert_sound(bench: &Bench, outcome: &Outcome) {
    let mut ours = bench.cloud.ours();
    // A run that broke off may leave the revision before beside the new one; the next run ends that.
    ours.retain(|addr| addr.kind != ResourceKind::TaskDefinition);
    let distinct: BTreeSet<_> = ours.iter().collect();
    assert_eq!(distinct.len(), ours.len(), "no duplicates: {ours:?}");
    assert_ne!(outcome.report.status, RunStatus::Refused, "{outcome:?}");
    assert!(
        outcome
            .report
            .nodes
            .values()
            .all(|status| status.is_final())
    );
    assert!(!format!("{:?}", outcome.events).contains(CANARY));
}

fn live(seed: u64) {
    let _teller = Teller(seed);
    let dice = &mut Dice::new(seed);
    let functions = 1 + dice.below(3);
    let bench = Bench::new(&designs::moment(functions, dice));
    if dice.one_in(2) {
        // Nobody waits until what the last run did shows.
        bench.cloud.set_visibility_delay(seconds(dice, 10));
    }
    bench.cloud.set_role_delay(seconds(dice, 20));
    bench.cloud.set_ready_delay(seconds(dice, 20));
    if dice.one_in(4) {
        bench.cloud.enforce(Limits::aws());
    }
    bench.clock.block_on(async {
        for _ in 0..=dice.below(3) {
            bring_misfortune(&bench, dice);
            try_once(&bench, dice).await;
            bench.cloud.clear_faults();
            if dice.one_in(3) {
                take_something(&bench, dice);
            }
            if dice.one_in(2) {
                bench.edit(&designs::moment(functions, dice));
            }
        }
        bench.deploy().await.expect_success();
        bench.assert_converged().await;
        if dice.one_in(3) {
            bring_misfortune(&bench, dice);
            let outcome = bench.destroy().await;
            assert_sound(&bench, &outcome);
            bench.cloud.clear_faults();
        }
        bench.destroy().await.expect_success();
        assert_eq!(bench.cloud.ours(), [], "a destroy leaves nothing");
    });
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

#[test]
fn however_it_went_a_quiet_run_makes_it_as_designed() {
    if let Some(seed) = number("SLIPWAY_SEED") {
        live(seed);
        return;
    }
    let runs = number("SLIPWAY_RUNS").unwrap_or(RUNS);
    let begun = Instant::now();
    for seed in 0..runs {
        live(seed);
    }
    let took = begun.elapsed().as_secs_f64();
    println!(
        "{runs} lives in {took:.1} s: {:.0} a minute",
        runs as f64 * 60.0 / took
    );
}
