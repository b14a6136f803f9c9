//! The run: one task that owns all state of it, and workers that carry out nodes.

use crate::admission::{Admitted, admit};
use crate::announcer::Announcer;
use crate::cancel::Cancel;
use crate::event::{NodeEnd, NumberedEvent, PlannedNode, RunEvent, RunOutputs, RunStatus};
use crate::failure::{FailureCode, RunError};
use crate::image_step::LOCAL_IMAGE;
use crate::ledger::Ledger;
use crate::lifecycle::{Lifecycle, lifecycle};
use crate::limiter::{Limiter, Limits};
use crate::port::{Record, StateLock};
use crate::redaction::Redaction;
use crate::request::{Ports, RunReport, RunRequest};
use crate::schedule::Schedule;
use crate::worker::{End, Message, Surroundings, Task, work};
use crate::{NodeStatus, Turn};
use slipway_plan::{
    Action, Change, Node, NodeId, Observed, Operation, Ownership, Plan, ResourceAddr, ResourceSpec,
    Step, goes_with,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

/// Carries out the plan's graph and nothing else.
///
/// Refused, with nothing begun, when another run holds the environment, when the design or the
/// state moved since the plan was made, or when the credentials belong to another account.
/// However it ends, exactly one `RunFinished` is the last event, and the report says the same.
/// Dropping the future ends the run at once, like a kill: the journal stays resumable.
pub async fn run(
    request: RunRequest,
    ports: Ports,
    events: UnboundedSender<NumberedEvent>,
    cancel: Cancel,
) -> RunReport {
    let mut announcer = Announcer::new(events);
    let begun = ports.clock.now();
    let mut report = match admit(&request, &ports).await {
        Err(error) => RunReport {
            run: request.run.clone(),
            status: RunStatus::Refused,
            error: Some(error),
            outputs: RunOutputs::default(),
            nodes: BTreeMap::new(),
            serial: request.plan.serial,
        },
        Ok(admitted) => {
            let run = Run::new(request, ports.clone(), &mut announcer, cancel, admitted);
            run.carry_out().await
        }
    };
    if report.status == RunStatus::Succeeded {
        report.error = None;
    }
    announcer.tell(RunEvent::RunFinished {
        status: report.status,
        error: report.error.clone(),
        outputs: report.outputs.clone(),
        duration_ms: millis(ports.clock.now().saturating_sub(begun)),
    });
    report
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

struct Run<'a> {
    plan: Plan,
    announcer: &'a mut Announcer,
    surroundings: Arc<Surroundings>,
    messages: UnboundedReceiver<Message>,
    workers: JoinSet<()>,
    parallelism: usize,
    running: usize,
    schedule: Schedule,
    ledger: Ledger,
    /// Where the change of each address stands in the plan.
    changes: BTreeMap<ResourceAddr, usize>,
    /// Operations of each address that have not ended well yet.
    open: BTreeMap<ResourceAddr, usize>,
    /// Nodes that had nothing to do.
    unneeded: BTreeSet<NodeId>,
    /// Addresses deleted in this run (and maybe made anew).
    removed: BTreeSet<ResourceAddr>,
    /// Ids of images built in this run.
    built: BTreeMap<ResourceAddr, String>,
    intended: BTreeSet<NodeId>,
    failure: Option<RunError>,
    _lock: Box<dyn StateLock>,
}

impl<'a> Run<'a> {
    fn new(
        request: RunRequest,
        ports: Ports,
        announcer: &'a mut Announcer,
        cancel: Cancel,
        admitted: Admitted,
    ) -> Self {
        let RunRequest {
            run,
            plan,
            root,
            fingerprint: _,
            options,
        } = request;
        let limits = options.limits.unwrap_or_else(|| {
            if plan.scope.emulator {
                Limits::none()
            } else {
                Limits::aws()
            }
        });
        let (sender, messages) = unbounded_channel();
        let mut open: BTreeMap<ResourceAddr, usize> = BTreeMap::new();
        for node in &plan.graph.nodes {
            if matches!(node.step, Step::Do(_)) {
                *open.entry(node.addr.clone()).or_default() += 1;
            }
        }
        Self {
            ledger: Ledger::open(&ports, &run, &plan, admitted.state),
            changes: plan
                .changes
                .iter()
                .enumerate()
                .map(|(at, change)| (change.addr.clone(), at))
                .collect(),
            surroundings: Arc::new(Surroundings {
                limiter: Limiter::new(Arc::clone(&ports.clock), limits),
                scope: plan.scope.clone(),
                ports,
                run,
                root,
                cancel,
                redaction: Redaction::default(),
                login: OnceCell::new(),
                messages: sender,
            }),
            plan,
            announcer,
            messages,
            workers: JoinSet::new(),
            parallelism: options.parallelism.get(),
            running: 0,
            schedule: admitted.schedule,
            open,
            unneeded: BTreeSet::new(),
            removed: BTreeSet::new(),
            built: BTreeMap::new(),
            intended: BTreeSet::new(),
            failure: None,
            _lock: admitted.lock,
        }
    }

    async fn carry_out(mut self) -> RunReport {
        let nodes: Vec<PlannedNode> = self
            .schedule
            .nodes()
            .map(|slot| PlannedNode {
                id: slot.node.id.clone(),
                addr: slot.node.addr.clone(),
                step: slot.node.step,
                title: slot.node.title.clone(),
                after: slot.node.after.clone(),
            })
            .collect();
        self.announcer.tell(RunEvent::RunStarted {
            run: self.surroundings.run.clone(),
            destroy: self.plan.destroy,
            scope: self.plan.scope.clone(),
            nodes: nodes.clone(),
        });
        let started = Record::RunStarted {
            plan: self.plan.fingerprint.clone(),
            destroy: self.plan.destroy,
            serial: self.plan.serial,
            nodes,
        };
        if let Err(error) = self.ledger.record(started).await {
            self.fail(RunError::of_journal(&error));
        }
        self.save().await;
        loop {
            self.start_what_may();
            if self.running == 0 {
                break;
            }
            let message = self
                .messages
                .recv()
                .await
                .expect("the run itself keeps a sender");
            self.take(message).await;
        }
        self.finish().await
    }

    fn start_what_may(&mut self) {
        while self.running < self.parallelism
            && self.failure.is_none()
            && !self.surroundings.cancel.is_asked()
        {
            let Some(id) = self.schedule.next_ready() else {
                return;
            };
            let now = self.surroundings.ports.clock.now();
            self.schedule.turn(&id, Turn::Start, now);
            self.announcer
                .tell(RunEvent::NodeStarted { node: id.clone() });
            let node = self.schedule.slot(&id).node.clone();
            self.running += 1;
            match self.task(node) {
                Ok(task) => {
                    self.workers
                        .spawn(work(Arc::clone(&self.surroundings), task));
                }
                Err(error) => {
                    let end = End::Failed {
                        error,
                        unknown: false,
                    };
                    let sent = self
                        .surroundings
                        .messages
                        .send(Message::Ended { node: id, end });
                    sent.expect("the run itself holds the receiver");
                }
            }
        }
    }

    /// Gathers what a worker needs, texts filled in.
    fn task(&self, node: Node) -> Result<Task, RunError> {
        let broken = |why: String| {
            RunError::new(
                FailureCode::Internal,
                format!("{} failed: {why}", node.title),
                "Report it with the plan. Deploying again goes on from what exists.",
            )
        };
        let change = self
            .change(&node.addr)
            .ok_or_else(|| broken(format!("the plan holds no change of {}", node.addr)))?;
        let observed = self.observed(change);
        let was = observed.as_ref().map(|observed| &observed.spec);
        let removes =
            matches!(node.step, Step::Do(operation) if lifecycle(operation) == Lifecycle::Removes);
        let spec = if node.step == Step::WaitGone {
            // The state has forgotten what was deleted a moment ago.
            change.observed.as_ref().map(|it| &it.spec)
        } else if removes {
            was.or(change.desired.as_ref())
        } else {
            change.desired.as_ref().or(was)
        };
        let spec = spec
            .ok_or_else(|| broken(format!("the plan does not say what {} is", node.addr)))?
            .fill(&self.ledger.outputs);
        spec.check_known()
            .map_err(|unresolved| broken(unresolved.to_string()))?;
        let needed = self.is_needed(&node, change, &spec, observed.as_ref());
        let mut outputs = self
            .ledger
            .outputs
            .get(&node.addr)
            .cloned()
            .unwrap_or_default();
        if let Some(copy) = &node.surplus {
            outputs.insert("id".to_owned(), copy.clone());
        }
        Ok(Task {
            fresh: self.schedule.any_before(
                &node.id,
                |before| matches!(before.step, Step::Do(operation) if lifecycle(operation) == Lifecycle::Creates),
            ),
            image: self.built.get(&node.addr).cloned(),
            spec,
            observed,
            outputs,
            needed,
            node,
        })
    }

    fn change(&self, addr: &ResourceAddr) -> Option<&Change> {
        self.changes.get(addr).map(|at| &self.plan.changes[*at])
    }

    /// What is there now: as the plan saw it, or as this run made it.
    fn observed(&self, change: &Change) -> Option<Observed> {
        let entry = self.ledger.state.resources.get(&change.addr);
        match (&change.observed, entry) {
            (Some(observed), Some(entry)) if !self.removed.contains(&change.addr) => {
                Some(Observed {
                    outputs: entry.outputs.clone(),
                    ..observed.clone()
                })
            }
            (_, Some(entry)) => Some(Observed {
                addr: change.addr.clone(),
                spec: entry.spec.clone(),
                outputs: entry.outputs.clone(),
                ownership: Ownership::Ours,
                surplus: Vec::new(),
            }),
            (_, None) => None,
        }
    }

    /// Whether the step still has something to do, now that more is known than when it was planned:
    /// a build may have led to the digest that is deployed already.
    fn is_needed(
        &self,
        node: &Node,
        change: &Change,
        spec: &ResourceSpec,
        observed: Option<&Observed>,
    ) -> bool {
        if let Some(copy) = &node.surplus {
            // What was to take its place turned out to be the same: then it is no copy.
            return !observed.is_some_and(|it| it.outputs.values().any(|id| id == copy));
        }
        if change.action != Action::Update {
            return true;
        }
        match (node.step, observed) {
            (Step::Do(operation), Some(observed)) => {
                slipway_plan::still_needed(operation, spec, &observed.spec)
            }
            (Step::Do(_), None) => true,
            // Nothing was done that it could wait for.
            (_, _) => !node.after.iter().all(|id| self.unneeded.contains(id)),
        }
    }

    async fn take(&mut self, message: Message) {
        match message {
            Message::Intent {
                node,
                attempt,
                reply,
            } => {
                let answer = self.intend(&node, attempt).await;
                if reply.send(answer).is_err() {
                    tracing::debug!(
                        node = node.0,
                        "the worker ended before its intent was written"
                    );
                }
            }
            Message::Progress { node, news } => {
                self.announcer.tell(RunEvent::of_progress(node, news));
            }
            Message::Ended { node, end } => self.end(&node, end).await,
        }
    }

    async fn intend(&mut self, id: &NodeId, attempt: u32) -> Result<(), crate::port::JournalError> {
        let node = &self.schedule.slot(id).node;
        let Step::Do(operation) = node.step else {
            return Ok(());
        };
        let name = self
            .change(&node.addr)
            .map(|change| change.name.clone())
            .unwrap_or_default();
        let record = Record::Intent {
            node: id.clone(),
            operation,
            addr: node.addr.clone(),
            name,
            attempt,
        };
        self.ledger.record(record).await?;
        self.intended.insert(id.clone());
        Ok(())
    }

    async fn end(&mut self, id: &NodeId, end: End) {
        self.running -= 1;
        if self.intended.contains(id)
            && let Some(settled) = end.settled()
        {
            let outcome = Record::Outcome {
                node: id.clone(),
                settled,
            };
            if let Err(error) = self.ledger.record(outcome).await {
                self.fail(RunError::of_journal(&error));
            }
        }
        let (turn, unchanged, error) = match end {
            End::Done { outputs } => {
                self.apply(id, outputs);
                (Turn::Succeed, false, None)
            }
            End::Adopted { outputs } => {
                self.apply(id, outputs);
                (Turn::Succeed, true, None)
            }
            End::Unneeded => {
                self.pass(id);
                (Turn::Succeed, true, None)
            }
            End::Failed { error, .. } => (Turn::Fail, false, Some(error)),
            End::Cancelled { .. } => (Turn::Cancel, false, None),
        };
        self.save().await;
        let now = self.surroundings.ports.clock.now();
        let status = self.schedule.turn(id, turn, now);
        let started = self.schedule.slot(id).started;
        self.announcer.tell(RunEvent::NodeFinished {
            node: id.clone(),
            end: NodeEnd {
                status,
                unchanged,
                duration_ms: millis(now.saturating_sub(started)),
                error: error.clone(),
            },
        });
        if let Some(error) = error {
            self.fail(error);
        }
    }

    /// One operation of the address less to do; says whether it was the last.
    fn close(&mut self, id: &NodeId) -> bool {
        let node = &self.schedule.slot(id).node;
        if !matches!(node.step, Step::Do(_)) {
            return false;
        }
        let open = self.open.entry(node.addr.clone()).or_default();
        *open = open.saturating_sub(1);
        *open == 0
    }

    /// Takes what a step that ended well has changed into the books.
    fn apply(&mut self, id: &NodeId, mut outputs: slipway_plan::Outputs) {
        let complete = self.close(id);
        let node = self.schedule.slot(id).node.clone();
        let operation = match node.step {
            Step::Wait | Step::WaitGone => {
                self.ledger.learn(&node.addr, outputs);
                return;
            }
            Step::Do(operation) => operation,
        };
        if operation == Operation::BuildImage {
            if let Some(image) = outputs.remove(LOCAL_IMAGE) {
                self.built.insert(node.addr, image);
            }
        } else if node.surplus.is_some() {
            tracing::debug!(addr = %node.addr, "a further copy is gone");
        } else if lifecycle(operation) == Lifecycle::Removes {
            self.remove(&node.addr);
        } else if let Some(spec) = self.wanted(&node.addr) {
            self.ledger
                .applied(&node.addr, operation, &spec, outputs, complete);
        }
    }

    /// A resource is gone, and with it what AWS deletes together with it, and with that again.
    fn remove(&mut self, addr: &ResourceAddr) {
        let mut gone = vec![addr.clone()];
        let mut looked = 0;
        while let Some(parent) = gone.get(looked).cloned() {
            let children = self
                .plan
                .changes
                .iter()
                .filter(|change| matches!(change.action, Action::Delete | Action::Replace))
                .map(|change| &change.addr)
                .filter(|child| goes_with(child).as_ref() == Some(&parent));
            gone.extend(children.cloned());
            looked += 1;
        }
        for addr in gone {
            self.ledger.forget(&addr);
            self.removed.insert(addr);
        }
    }

    /// What the plan wants of an address, as far as its texts are known now.
    fn wanted(&self, addr: &ResourceAddr) -> Option<ResourceSpec> {
        let change = self.change(addr)?;
        let was = change.observed.as_ref().map(|observed| &observed.spec);
        let spec = change.desired.as_ref().or(was)?;
        Some(spec.fill(&self.ledger.outputs))
    }

    /// A step turned out to have nothing to do.
    fn pass(&mut self, id: &NodeId) {
        self.unneeded.insert(id.clone());
        let addr = self.schedule.slot(id).node.addr.clone();
        if self.close(id)
            && let Some(spec) = self.wanted(&addr)
        {
            self.ledger.settled(&addr, &spec);
        }
    }

    /// Keeps the first failure; nothing starts after it.
    fn fail(&mut self, error: RunError) {
        if self.failure.is_none() {
            self.failure = Some(error);
        } else {
            tracing::warn!(%error, "a further step failed");
        }
    }

    async fn save(&mut self) {
        if let Err(error) = self.ledger.save().await {
            self.fail(RunError::of_state(&error));
        }
    }

    async fn finish(mut self) -> RunReport {
        let now = self.surroundings.ports.clock.now();
        for id in self.schedule.waiting() {
            let status = self.schedule.turn(&id, Turn::Skip, now);
            self.announcer.tell(RunEvent::NodeFinished {
                node: id,
                end: NodeEnd {
                    status,
                    unchanged: true,
                    duration_ms: 0,
                    error: None,
                },
            });
        }
        self.save().await;
        let mut status = self.status();
        let finished = Record::RunFinished {
            status: status.as_str().to_owned(),
        };
        if let Err(error) = self.ledger.record(finished).await {
            self.fail(RunError::of_journal(&error));
            status = self.status();
        }
        let error = self.failure.take().or_else(|| {
            (status == RunStatus::Cancelled).then(|| {
                RunError::new(
                    FailureCode::Cancelled,
                    format!("The run was cancelled: {}", self.tally()),
                    "Deploy again to go on from what exists, or destroy to take it away.",
                )
            })
        });
        RunReport {
            run: self.surroundings.run.clone(),
            status,
            error,
            outputs: RunOutputs::of(&self.ledger.state),
            nodes: self
                .schedule
                .nodes()
                .map(|slot| (slot.node.id.clone(), slot.status))
                .collect(),
            serial: self.ledger.state.serial,
        }
    }

    fn status(&self) -> RunStatus {
        if self.failure.is_some() {
            RunStatus::Failed
        } else if self
            .schedule
            .nodes()
            .all(|slot| slot.status == NodeStatus::Succeeded)
        {
            RunStatus::Succeeded
        } else {
            RunStatus::Cancelled
        }
    }

    fn tally(&self) -> String {
        let count = |status| {
            self.schedule
                .nodes()
                .filter(|slot| slot.status == status)
                .count()
        };
        format!(
            "{} steps are done, {} were called off, {} were not begun",
            count(NodeStatus::Succeeded),
            count(NodeStatus::Cancelled),
            count(NodeStatus::Skipped)
        )
    }
}
