//! The nodes that go to the cloud: one operation, with the only retries there are, or a wait.

use crate::backoff::{
    self, CONFLICT, THROTTLED, TRANSIENT, UNANSWERED, maybe_created, not_visible_yet,
    role_not_ready,
};
use crate::lifecycle::{Lifecycle, lifecycle};
use crate::limiter::Service;
use crate::port::{Call, CloudError, CloudErrorKind, Readiness};
use crate::worker::{End, Surroundings, Task};
use crate::{FailureCode, RunError};
use slipway_plan::{Observed, Operation, Outputs, Ownership, Step};
use std::time::Duration;

/// How often each kind of failure was met in one step; each has a bound of its own.
#[derive(Debug, Default)]
struct Failures {
    throttled: u32,
    transient: u32,
    conflict: u32,
    role: u32,
    not_visible: u32,
    unanswered: u32,
}

impl Failures {
    /// Counts one and says how long to wait before the next try; `None` gives up.
    fn next(
        &mut self,
        kind: CloudErrorKind,
        task: &Task,
        operation: Operation,
    ) -> Option<Duration> {
        let count = |counter: &mut u32| {
            *counter += 1;
            *counter
        };
        match kind {
            CloudErrorKind::Throttled => THROTTLED.delay(count(&mut self.throttled)),
            CloudErrorKind::Transient => TRANSIENT.delay(count(&mut self.transient)),
            CloudErrorKind::Conflict => CONFLICT.delay(count(&mut self.conflict)),
            CloudErrorKind::RoleNotReady => role_not_ready(count(&mut self.role)),
            CloudErrorKind::OutcomeUnknown => UNANSWERED.delay(count(&mut self.unanswered)),
            // What this run made a moment ago may not show everywhere yet.
            CloudErrorKind::NotFound
                if task.fresh && lifecycle(operation) != Lifecycle::Removes =>
            {
                not_visible_yet(count(&mut self.not_visible))
            }
            CloudErrorKind::NotFound
            | CloudErrorKind::AlreadyExists
            | CloudErrorKind::AccessDenied
            | CloudErrorKind::Credentials
            | CloudErrorKind::Invalid
            | CloudErrorKind::Failed
            | CloudErrorKind::TimedOut => None,
        }
    }
}

fn reason(kind: CloudErrorKind) -> &'static str {
    match kind {
        CloudErrorKind::Throttled => "AWS asks to slow down",
        CloudErrorKind::Conflict => "another change of it is under way",
        CloudErrorKind::RoleNotReady => "waiting until the new role can be assumed",
        CloudErrorKind::NotFound => "waiting until what was just created shows everywhere",
        CloudErrorKind::OutcomeUnknown => "no answer came, and looking shows that it is not done",
        _ => "AWS did not answer as it should",
    }
}

/// What looking after a call says.
enum Look {
    Settled(End),
    /// Nothing there, or not as it is meant to be.
    Undone,
}

/// Carries out one operation until it is done, refused, given up or called off.
pub(crate) async fn call(surroundings: &Surroundings, task: &Task, operation: Operation) -> End {
    let service = Service::of(task.node.addr.kind);
    let node = &task.node.id;
    let mut failures = Failures::default();
    let mut attempt = 0;
    loop {
        tokio::select! {
            biased;
            () = surroundings.cancel.stop().cancelled() => return End::Cancelled { unknown: false },
            () = surroundings.limiter.acquire(service) => {}
        }
        attempt += 1;
        if let Err(end) = surroundings.intend(node, attempt).await {
            return end;
        }
        let answer = surroundings.ports.cloud.call(Call {
            scope: &surroundings.scope,
            operation,
            addr: &task.node.addr,
            spec: &task.spec,
            observed: task.observed.as_ref(),
            outputs: &task.outputs,
            run: &surroundings.run,
        });
        let error = tokio::select! {
            answer = answer => match answer {
                Ok(outputs) => return End::Done { outputs },
                Err(error) => error,
            },
            () = surroundings.cancel.abandon().cancelled() => return End::Cancelled { unknown: true },
        };
        tracing::debug!(node = node.0, attempt, %error, kind = ?error.kind, "a call failed");
        match settle(surroundings, task, operation, &error, attempt).await {
            Ok(Look::Settled(end)) => return end,
            Ok(Look::Undone) => {}
            Err(end) => return end,
        }
        let Some(delay) = failures.next(error.kind, task, operation) else {
            return End::Failed {
                error: surroundings.failed(&task.node, &error, attempt),
                // Looking showed nothing; a call that was repeated in vain may still arrive.
                unknown: error.kind == CloudErrorKind::OutcomeUnknown,
            };
        };
        let delay = error
            .retry_after
            .map_or(delay, |wish| delay.max(wish.min(Duration::from_secs(60))));
        if error.kind == CloudErrorKind::Throttled {
            surroundings.limiter.hold(service, delay);
        }
        surroundings.say(
            node,
            format!(
                "{}; trying again in {:.1} s",
                reason(error.kind),
                delay.as_secs_f32()
            ),
        );
        if !surroundings.pause(delay).await {
            // A call without an answer may still arrive, whatever looking said a moment ago.
            return End::Cancelled {
                unknown: error.kind == CloudErrorKind::OutcomeUnknown,
            };
        }
    }
}

/// Looks, for those failures after which the effect may be there all the same.
async fn settle(
    surroundings: &Surroundings,
    task: &Task,
    operation: Operation,
    error: &CloudError,
    attempt: u32,
) -> Result<Look, End> {
    match (error.kind, lifecycle(operation)) {
        // Somebody was faster, or an earlier try of this step: what was to go is gone.
        (CloudErrorKind::NotFound, Lifecycle::Removes) => Ok(Look::Settled(End::Adopted {
            outputs: Outputs::new(),
        })),
        (CloudErrorKind::AlreadyExists, Lifecycle::Creates) => {
            let found = look_for_a_while(surroundings, task, attempt).await?;
            Ok(Look::Settled(match found {
                Some(observed) => adopt(surroundings, task, observed),
                None => End::Failed {
                    error: surroundings.failed(&task.node, error, attempt),
                    unknown: false,
                },
            }))
        }
        (CloudErrorKind::OutcomeUnknown, lifecycle) => {
            surroundings.say(&task.node.id, "no answer came: looking whether it was done");
            if task.node.surplus.is_some() {
                // Looking finds the resource itself, not the copy that is to go; deleting the copy
                // again is harmless.
                return Ok(Look::Undone);
            }
            let found = if operation.is_blind() {
                look_for_a_while(surroundings, task, attempt).await?
            } else {
                look(surroundings, task, attempt).await?
            };
            Ok(match (lifecycle, found) {
                (Lifecycle::Removes, None) => Look::Settled(End::Adopted {
                    outputs: Outputs::new(),
                }),
                (Lifecycle::Creates, Some(observed)) => {
                    Look::Settled(adopt(surroundings, task, observed))
                }
                (Lifecycle::Changes, Some(observed)) if observed.spec == task.spec => {
                    Look::Settled(adopt(surroundings, task, observed))
                }
                _ => Look::Undone,
            })
        }
        _ => Ok(Look::Undone),
    }
}

/// Takes what was found for what this step was to make, unless it is somebody else's.
fn adopt(surroundings: &Surroundings, task: &Task, observed: Observed) -> End {
    match observed.ownership {
        Ownership::Ours => {
            surroundings.say(&task.node.id, "it is there already, and ours: taken over");
            End::Adopted {
                outputs: observed.outputs,
            }
        }
        Ownership::Foreign { found } => End::Failed {
            error: surroundings.redacted(RunError::new(
                FailureCode::Foreign,
                format!(
                    "{} failed: {} exists already and is not this project's ({found})",
                    task.node.title,
                    task.spec.name()
                ),
                "Rename the function, API or project, or remove what is there if nobody needs it. \
                 Slipway never changes what does not carry its tags.",
            )),
            unknown: false,
        },
    }
}

/// Whether looking shows what the step is to make another one of, and not that other one: each
/// registration of a task definition makes a revision beside those before it.
fn was_there_before(task: &Task, found: &Observed) -> bool {
    let makes =
        matches!(task.node.step, Step::Do(operation) if lifecycle(operation) == Lifecycle::Creates);
    makes
        && task.observed.as_ref().is_some_and(|before| {
            ["arn", "id"]
                .iter()
                .all(|name| before.outputs.get(*name) == found.outputs.get(*name))
        })
}

/// Looks again and again for some seconds, because what was just created may not show at once.
pub(crate) async fn look_for_a_while(
    surroundings: &Surroundings,
    task: &Task,
    attempt: u32,
) -> Result<Option<Observed>, End> {
    let mut looked = 0;
    loop {
        let found = look(surroundings, task, attempt).await?;
        if let Some(observed) = found.filter(|observed| !was_there_before(task, observed)) {
            return Ok(Some(observed));
        }
        looked += 1;
        let Some(delay) = maybe_created(looked) else {
            return Ok(None);
        };
        if !surroundings.pause(delay).await {
            return Err(End::Cancelled { unknown: true });
        }
    }
}

/// One look, repeated only while no answer comes.
async fn look(
    surroundings: &Surroundings,
    task: &Task,
    attempt: u32,
) -> Result<Option<Observed>, End> {
    let service = Service::of(task.node.addr.kind);
    let mut failures = 0;
    loop {
        tokio::select! {
            biased;
            () = surroundings.limiter.acquire(service) => {}
            () = surroundings.cancel.stop().cancelled() => return Err(End::Cancelled { unknown: true }),
        }
        let finding =
            surroundings
                .ports
                .cloud
                .find(&surroundings.scope, &task.node.addr, &task.spec);
        let error = tokio::select! {
            found = finding => match found {
                Ok(found) => return Ok(found),
                Err(error) if error.kind == CloudErrorKind::NotFound => return Ok(None),
                Err(error) => error,
            },
            () = surroundings.cancel.abandon().cancelled() => {
                return Err(End::Cancelled { unknown: true });
            }
        };
        failures += 1;
        let delay = retry_of_read(&error, failures);
        let Some(delay) = delay else {
            return Err(End::Failed {
                error: surroundings.failed(&task.node, &error, attempt),
                unknown: true,
            });
        };
        if error.kind == CloudErrorKind::Throttled {
            surroundings.limiter.hold(service, delay);
        }
        if !surroundings.pause(delay).await {
            return Err(End::Cancelled { unknown: true });
        }
    }
}

/// A read has no effect, so that an answer that did not come is only a reason to ask again.
fn retry_of_read(error: &CloudError, failures: u32) -> Option<Duration> {
    match error.kind {
        CloudErrorKind::Throttled => THROTTLED.delay(failures),
        CloudErrorKind::Transient | CloudErrorKind::OutcomeUnknown | CloudErrorKind::Conflict => {
            TRANSIENT.delay(failures)
        }
        _ => None,
    }
}

/// What polling asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    Ready,
    Gone,
}

/// Asks until the resource can be used: fast first, then slower, up to a deadline.
pub(crate) async fn wait(surroundings: &Surroundings, task: &Task) -> End {
    poll(surroundings, task, Question::Ready).await
}

/// Asks until the resource is gone.
pub(crate) async fn wait_gone(surroundings: &Surroundings, task: &Task) -> End {
    poll(surroundings, task, Question::Gone).await
}

async fn ask(
    surroundings: &Surroundings,
    task: &Task,
    question: Question,
) -> Result<Readiness, CloudError> {
    let cloud = &surroundings.ports.cloud;
    let (scope, addr, spec) = (&surroundings.scope, &task.node.addr, &task.spec);
    match question {
        Question::Ready => cloud.ready(scope, addr, spec).await,
        Question::Gone => match cloud.find(scope, addr, spec).await {
            Ok(None) => Ok(Readiness::Ready(Outputs::new())),
            Ok(Some(_)) => Ok(Readiness::NotYet("AWS is still taking it away".to_owned())),
            Err(error) if error.kind == CloudErrorKind::NotFound => {
                Ok(Readiness::Ready(Outputs::new()))
            }
            Err(error) => Err(error),
        },
    }
}

async fn poll(surroundings: &Surroundings, task: &Task, question: Question) -> End {
    let clock = &surroundings.ports.clock;
    let service = Service::of(task.node.addr.kind);
    let deadline = backoff::readiness_deadline(task.node.addr.kind);
    let begun = clock.now();
    let mut asked = 0;
    let mut failures = 0;
    let mut last = "it is still being prepared".to_owned();
    let mut told = String::new();
    loop {
        let asking = async {
            surroundings.limiter.acquire(service).await;
            ask(surroundings, task, question).await
        };
        // A question has no effect: it is dropped at the first stage already.
        let answer = tokio::select! {
            biased;
            () = surroundings.cancel.stop().cancelled() => return End::Cancelled { unknown: false },
            answer = asking => answer,
        };
        let delay = match answer {
            Ok(Readiness::Ready(outputs)) => return End::Done { outputs },
            Ok(Readiness::NotYet(words)) => {
                failures = 0;
                if !words.is_empty() {
                    last.clone_from(&words);
                    // AWS's own words, whenever they change; at once those of what takes long.
                    if asked >= 3 && told != words {
                        surroundings.say(&task.node.id, words.clone());
                        told = words;
                    }
                }
                backoff::poll(asked)
            }
            Err(error) if error.kind == CloudErrorKind::NotFound => {
                last = format!("AWS does not show it yet ({})", error.message);
                backoff::poll(asked)
            }
            Err(error) => {
                failures += 1;
                let Some(delay) = retry_of_read(&error, failures) else {
                    return End::Failed {
                        error: surroundings.failed(&task.node, &error, failures),
                        unknown: false,
                    };
                };
                if error.kind == CloudErrorKind::Throttled {
                    surroundings.limiter.hold(service, delay);
                }
                last = error.message;
                delay
            }
        };
        asked += 1;
        let waited = clock.now().saturating_sub(begun);
        if waited >= deadline {
            let error = CloudError {
                kind: CloudErrorKind::TimedOut,
                operation: "wait".to_owned(),
                code: None,
                message: format!("not ready after {} s: {last}", waited.as_secs()),
                hint: None,
                request_id: None,
                retry_after: None,
            };
            return End::Failed {
                error: surroundings.failed(&task.node, &error, 1),
                unknown: false,
            };
        }
        if asked == 4 && told.is_empty() {
            surroundings.say(&task.node.id, "waiting until it can be used");
        }
        if !surroundings.pause(delay).await {
            return End::Cancelled { unknown: false };
        }
    }
}
