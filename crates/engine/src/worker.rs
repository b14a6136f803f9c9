//! One node, carried out apart from the run's state: inputs in, messages out.

use crate::cancel::Cancel;
use crate::limiter::Limiter;
use crate::port::{CloudError, JournalError, Progress, ProgressSink, RegistryLogin, Settled};
use crate::redaction::Redaction;
use crate::request::Ports;
use crate::{RunError, cloud_step, image_step};
use futures::FutureExt as _;
use slipway_plan::{Node, NodeId, Observed, Operation, Outputs, ResourceSpec, Scope, Step};
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{OnceCell, oneshot};

/// What a worker tells the run.
pub(crate) enum Message {
    /// An effect is about to happen; it happens when the reply says that this is on disk.
    Intent {
        node: NodeId,
        attempt: u32,
        reply: oneshot::Sender<Result<(), JournalError>>,
    },
    Progress {
        node: NodeId,
        news: Progress,
    },
    Ended {
        node: NodeId,
        end: End,
    },
}

/// How a node ended.
#[derive(Debug)]
pub(crate) enum End {
    Done {
        outputs: Outputs,
    },
    /// It had been done before: found by looking.
    Adopted {
        outputs: Outputs,
    },
    /// Nothing had to be done.
    Unneeded,
    /// `unknown`: the effect may be there all the same.
    Failed {
        error: RunError,
        unknown: bool,
    },
    Cancelled {
        unknown: bool,
    },
}

impl End {
    /// What the journal says of the step's effect; nothing when nobody knows.
    pub(crate) fn settled(&self) -> Option<Settled> {
        match self {
            Self::Done { outputs } => Some(Settled::Done {
                outputs: outputs.clone(),
            }),
            Self::Adopted { outputs } => Some(Settled::Adopted {
                outputs: outputs.clone(),
            }),
            Self::Failed {
                error,
                unknown: false,
            } => Some(Settled::Failed {
                code: error.code.as_str().to_owned(),
                message: error.message.clone(),
            }),
            Self::Cancelled { unknown: false } => Some(Settled::Cancelled),
            Self::Unneeded
            | Self::Failed { unknown: true, .. }
            | Self::Cancelled { unknown: true } => None,
        }
    }
}

/// What all workers of a run share.
pub(crate) struct Surroundings {
    pub(crate) ports: Ports,
    pub(crate) scope: Scope,
    pub(crate) run: String,
    pub(crate) root: PathBuf,
    pub(crate) limiter: Limiter,
    pub(crate) cancel: Cancel,
    pub(crate) redaction: Redaction,
    /// Asked for once a run: it lasts for hours.
    pub(crate) login: OnceCell<RegistryLogin>,
    pub(crate) messages: UnboundedSender<Message>,
}

/// What one worker is given.
pub(crate) struct Task {
    pub(crate) node: Node,
    /// Every text known.
    pub(crate) spec: ResourceSpec,
    pub(crate) observed: Option<Observed>,
    pub(crate) outputs: Outputs,
    /// Something that comes before was created in this run, and may not show everywhere yet.
    pub(crate) fresh: bool,
    /// Id of the image that an earlier node built.
    pub(crate) image: Option<String>,
    /// The outcome can be known without doing anything.
    pub(crate) needed: bool,
}

impl Surroundings {
    /// Announces an effect and returns when that is on disk.
    pub(crate) async fn intend(&self, node: &NodeId, attempt: u32) -> Result<(), End> {
        let (reply, answer) = oneshot::channel();
        let announced = self.messages.send(Message::Intent {
            node: node.clone(),
            attempt,
            reply,
        });
        if announced.is_err() {
            // The run is gone; nobody reads how this node ended.
            return Err(End::Cancelled { unknown: false });
        }
        match answer.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(End::Failed {
                error: RunError::of_journal(&error),
                unknown: false,
            }),
            Err(_) => Err(End::Cancelled { unknown: false }),
        }
    }

    pub(crate) fn say(&self, node: &NodeId, message: impl Into<String>) {
        self.voice(node).tell(Progress::Message(message.into()));
    }

    pub(crate) fn voice<'a>(&'a self, node: &'a NodeId) -> Voice<'a> {
        Voice {
            surroundings: self,
            node,
        }
    }

    /// Sleeps, unless the run is called off first; says whether it slept to the end.
    pub(crate) async fn pause(&self, duration: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.cancel.stop().cancelled() => false,
            () = self.ports.clock.sleep(duration) => true,
        }
    }

    pub(crate) fn failed(&self, node: &Node, error: &CloudError, tried: u32) -> RunError {
        self.redacted(RunError::of_cloud(&node.title, error, tried))
    }

    pub(crate) fn redacted(&self, error: RunError) -> RunError {
        let clean = |text| self.redaction.clean(text);
        RunError {
            code: error.code,
            message: clean(error.message),
            hint: clean(error.hint),
            detail: error.detail.map(clean),
            log_tail: error.log_tail.into_iter().map(clean).collect(),
        }
    }
}

/// Progress of one node, without secrets.
pub(crate) struct Voice<'a> {
    surroundings: &'a Surroundings,
    node: &'a NodeId,
}

impl ProgressSink for Voice<'_> {
    fn tell(&self, news: Progress) {
        let clean = |text| self.surroundings.redaction.clean(text);
        let news = match news {
            Progress::Message(text) => Progress::Message(clean(text)),
            Progress::Log(line) => Progress::Log(clean(line)),
            Progress::Part {
                id,
                title,
                done,
                total,
                finished,
                cached,
            } => Progress::Part {
                id,
                title: clean(title),
                done,
                total,
                finished,
                cached,
            },
        };
        let told = self.surroundings.messages.send(Message::Progress {
            node: self.node.clone(),
            news,
        });
        if told.is_err() {
            tracing::trace!(node = self.node.0, "the run is gone");
        }
    }
}

/// Carries out one node and reports its end, whatever happens: a panic ends the node.
pub(crate) async fn work(surroundings: Arc<Surroundings>, task: Task) {
    let node = task.node.id.clone();
    let title = task.node.title.clone();
    let end = AssertUnwindSafe(carry_out(&surroundings, task))
        .catch_unwind()
        .await
        .unwrap_or_else(|panic| {
            let why = surroundings.redaction.clean(panic_text(panic.as_ref()));
            tracing::error!(node = node.0, why, "a step panicked");
            End::Failed {
                error: RunError::new(
                    crate::FailureCode::Internal,
                    format!("{title} failed: a fault in Slipway itself ({why})"),
                    "Report it with the log of this run. Deploying again goes on from what exists.",
                ),
                unknown: true,
            }
        });
    if surroundings
        .messages
        .send(Message::Ended { node, end })
        .is_err()
    {
        tracing::trace!("the run is gone");
    }
}

async fn carry_out(surroundings: &Surroundings, task: Task) -> End {
    if !task.needed {
        return End::Unneeded;
    }
    match task.node.step {
        Step::Do(Operation::BuildImage) => image_step::build(surroundings, &task).await,
        Step::Do(Operation::PushImage) => image_step::push(surroundings, &task).await,
        Step::Do(operation) => cloud_step::call(surroundings, &task, operation).await,
        Step::Wait => cloud_step::wait(surroundings, &task).await,
        Step::WaitGone => cloud_step::wait_gone(surroundings, &task).await,
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}
