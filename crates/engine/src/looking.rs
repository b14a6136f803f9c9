//! Looking at what is there before a plan, also moments after a run that made some of it.

use crate::backoff::{self, MAYBE_CREATED_WITHIN, NOT_VISIBLE_WITHIN};
use crate::lifecycle::{Lifecycle, lifecycle};
use crate::port::{Clock, Cloud, CloudError, Record, RecordEntry, Refresh};
use slipway_plan::{NodeId, Observed, Operation, Outputs, ResourceAddr, ResourceKind};
use std::collections::BTreeMap;
use std::time::Duration;

/// What AWS shows, once it shows what the last run made.
///
/// Lists and lookups may leave out for some seconds what was just created. A plan made from such an
/// answer would make it a second time, where AWS lets it, or tell people that somebody deleted it; a
/// destroy would leave it behind. So while something is missing that the run has made in these seconds,
/// or may have made without an answer, it is looked again. Where nothing is missing, and after these
/// seconds, this is one refresh.
///
/// `last_run` holds the entries of the newest run, oldest first; none while that run is at work.
///
/// # Errors
/// That of the refresh.
pub async fn look(
    cloud: &dyn Cloud,
    clock: &dyn Clock,
    last_run: &[RecordEntry],
    refresh: Refresh<'_>,
) -> Result<Vec<Observed>, CloudError> {
    let mut expected = expected_of(last_run);
    // An image is looked up by what it is to be built from now.
    expected.retain(|addr, it| {
        addr.kind != ResourceKind::Image
            || (refresh.desired.iter()).any(|(at, spec)| at == addr && spec.name() == it.name)
    });
    let begun = clock.now();
    let mut looked = 0;
    loop {
        let observed = cloud.refresh(refresh.clone()).await?;
        // The clock of people may be set back meanwhile; the other one never is.
        let now = clock.unix_millis();
        let in_time = clock.now().saturating_sub(begun) < NOT_VISIBLE_WITHIN;
        let missing = expected
            .iter()
            .filter(|(_, it)| in_time && it.may_come(now))
            .find(|(addr, it)| !it.shows_in(addr, &observed));
        let Some((addr, _)) = missing else {
            return Ok(observed);
        };
        tracing::debug!(%addr, "made a moment ago and not shown yet: looking again");
        looked += 1;
        clock.sleep(backoff::look_again(looked)).await;
    }
}

/// How it is known that the thing itself shows, and not one of before.
#[derive(Debug, PartialEq)]
enum Sign {
    /// That there is one.
    Any,
    /// Its `id`, or the ARN of a revision.
    Id(String),
    /// There may be one more of what was there before, and nothing tells which.
    None,
}

/// What a run has made, or may have made.
#[derive(Debug, PartialEq)]
struct Expected {
    /// As people know it.
    name: String,
    sign: Sign,
    /// When it was made. Milliseconds since 1970.
    at: u64,
    /// From then on it shows, or is not there.
    within: Duration,
}

impl Expected {
    fn may_come(&self, now: u64) -> bool {
        Duration::from_millis(now.saturating_sub(self.at)) < self.within
    }

    fn shows_in(&self, addr: &ResourceAddr, observed: &[Observed]) -> bool {
        let mut there = observed.iter().filter(|one| one.addr == *addr);
        match &self.sign {
            Sign::Any => there.next().is_some(),
            // Of several the oldest counts, and the others are named beside it.
            Sign::Id(id) => {
                there.any(|one| id_of(addr, &one.outputs) == Some(id) || one.surplus.contains(id))
            }
            Sign::None => false,
        }
    }
}

fn id_of<'a>(addr: &ResourceAddr, outputs: &'a Outputs) -> Option<&'a String> {
    outputs.get(match addr.kind {
        ResourceKind::TaskDefinition => "arn",
        _ => "id",
    })
}

/// Whether the resource is there afterwards, which it may not have been before.
fn makes(operation: Operation) -> bool {
    lifecycle(operation) == Lifecycle::Creates
        || matches!(
            operation,
            // What is put is made or changed.
            Operation::PutRolePolicy
                | Operation::RegisterScalableTarget
                | Operation::PutScalingPolicy
        )
}

/// What a run leaves behind, by its journal.
fn expected_of(entries: &[RecordEntry]) -> BTreeMap<ResourceAddr, Expected> {
    let mut steps: BTreeMap<&NodeId, (Operation, &ResourceAddr, &str)> = BTreeMap::new();
    let mut expected = BTreeMap::new();
    for entry in entries {
        match &entry.record {
            Record::Intent {
                node,
                operation,
                addr,
                name,
                attempt: _,
            } => {
                steps.insert(node, (*operation, addr, name));
                if makes(*operation) {
                    let it = Expected {
                        name: name.clone(),
                        sign: match operation {
                            Operation::RegisterTaskDefinition => Sign::None,
                            _ => Sign::Any,
                        },
                        at: entry.at,
                        within: MAYBE_CREATED_WITHIN,
                    };
                    expected.insert(addr.clone(), it);
                }
            }
            Record::Outcome { node, settled } => {
                let Some((operation, addr, name)) = steps.get(node).copied() else {
                    continue;
                };
                match settled.outputs() {
                    Some(outputs) if makes(operation) => {
                        let it = Expected {
                            name: name.to_owned(),
                            sign: id_of(addr, outputs).cloned().map_or(Sign::Any, Sign::Id),
                            at: entry.at,
                            within: NOT_VISIBLE_WITHIN,
                        };
                        expected.insert(addr.clone(), it);
                    }
                    // It failed, or was called off before.
                    None if makes(operation) => {
                        expected.remove(addr);
                    }
                    // A removal comes before what takes its place, or is that of a copy.
                    _ => {}
                }
            }
            Record::RunStarted { .. } | Record::RunFinished { .. } => {}
        }
    }
    expected
}
