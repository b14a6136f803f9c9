//! The runs of this process: what each has told so far, and who follows it.
//!
//! A run belongs to nobody's window: it goes on when its followers leave, and a follower that
//! comes late gets everything from the first event on.

use slipway_engine::Cancel;
use slipway_protocol::{DeployEvent, RunEventView, RunSnapshot};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Log lines that are kept of each step, for those who come late.
const KEPT_LINES: usize = 400;

/// One run and its events.
#[derive(Debug)]
pub struct RunLog {
    pub run: String,
    pub environment: String,
    /// The project folder.
    pub path: String,
    /// `None`: another process runs it, and only that one can call it off.
    cancel: Option<Cancel>,
    events: Mutex<Kept>,
    /// The number of the newest event.
    newest: watch::Sender<u32>,
}

#[derive(Debug, Default)]
struct Kept {
    /// In order of `seq`; old log events may have been thinned out.
    events: VecDeque<DeployEvent>,
    seq: u32,
    /// Log lines kept, by step.
    lines: BTreeMap<String, usize>,
    finished: bool,
}

impl RunLog {
    pub fn new(run: String, environment: String, path: String) -> Arc<Self> {
        Self::with(run, environment, path, Some(Cancel::new()))
    }

    /// A run of another process.
    pub(crate) fn elsewhere(run: String, environment: String, path: String) -> Arc<Self> {
        Self::with(run, environment, path, None)
    }

    fn with(run: String, environment: String, path: String, cancel: Option<Cancel>) -> Arc<Self> {
        Arc::new(Self {
            run,
            environment,
            path,
            cancel,
            events: Mutex::default(),
            newest: watch::Sender::new(0),
        })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing is done under this lock that can leave it half changed.
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an event. What comes after the last one (`RunFinished`) is dropped.
    pub fn tell(&self, event: RunEventView) {
        let mut kept = self.kept();
        if kept.finished {
            return;
        }
        kept.seq += 1;
        kept.finished = matches!(event, RunEventView::RunFinished { .. });
        let seq = kept.seq;
        if let RunEventView::NodeLog { id, lines } = &event {
            *kept.lines.entry(id.clone()).or_default() += lines.len();
        }
        let grown = match &event {
            RunEventView::NodeLog { id, .. } => Some(id.clone()),
            _ => None,
        };
        kept.events.push_back(DeployEvent { seq, event });
        if let Some(id) = grown {
            kept.thin_out(&id);
        }
        drop(kept);
        self.newest.send_replace(seq);
    }

    pub fn is_finished(&self) -> bool {
        self.kept().finished
    }

    pub fn snapshot(&self) -> RunSnapshot {
        let kept = self.kept();
        RunSnapshot {
            run: self.run.clone(),
            environment: self.environment.clone(),
            path: self.path.clone(),
            events: kept.events.iter().cloned().collect(),
            finished: kept.finished,
        }
    }

    /// The events after `seq`, waiting for at least one; `None` when the last one is behind.
    pub async fn after(&self, seq: u32) -> Option<Vec<DeployEvent>> {
        let mut newest = self.newest.subscribe();
        loop {
            {
                let kept = self.kept();
                // The newest event is never thinned out, so this is not empty.
                if kept.seq > seq {
                    return Some(
                        kept.events
                            .iter()
                            .filter(|event| event.seq > seq)
                            .cloned()
                            .collect(),
                    );
                }
                if kept.finished {
                    return None;
                }
            }
            // The sender lives in `self`, so it can't have gone.
            newest.changed().await.ok()?;
        }
    }

    /// First call: nothing more starts. Second: waits are given up too. `false` when another
    /// process runs it.
    pub fn cancel(&self) -> bool {
        if let Some(cancel) = &self.cancel {
            cancel.ask();
        }
        self.cancel.is_some()
    }

    /// What the run is called off with.
    pub(crate) fn canceller(&self) -> Cancel {
        self.cancel.clone().unwrap_or_default()
    }

    fn is_at_work_here(&self) -> bool {
        self.cancel.is_some() && !self.is_finished()
    }
}

impl Kept {
    /// Keeps the last lines of a step that has told too many. Its newest event stays, as do the
    /// numbers of all others.
    fn thin_out(&mut self, id: &str) {
        let told = self.lines.get(id).copied().unwrap_or_default();
        let mut surplus = told.saturating_sub(KEPT_LINES);
        self.lines.insert(id.to_owned(), told - surplus);
        while surplus > 0 {
            let oldest = self
                .events
                .iter_mut()
                .enumerate()
                .find_map(|(at, kept)| match &mut kept.event {
                    RunEventView::NodeLog { id: of, lines } if of == id => Some((at, lines)),
                    _ => None,
                });
            let Some((at, lines)) = oldest else { return };
            if lines.len() > surplus {
                lines.drain(..surplus);
                return;
            }
            surplus -= lines.len();
            self.events.remove(at);
        }
    }
}

/// All runs of this process, by id.
#[derive(Debug, Default)]
pub(crate) struct Runs(Mutex<BTreeMap<String, Arc<RunLog>>>);

impl Runs {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Arc<RunLog>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a run, unless one of the same project is at work: that one comes back then.
    pub(crate) fn admit(&self, log: Arc<RunLog>) -> Result<(), Arc<RunLog>> {
        let mut all = self.all();
        if let Some(busy) = all
            .values()
            .find(|other| other.path == log.path && !other.is_finished())
        {
            return Err(busy.clone());
        }
        all.insert(log.run.clone(), log);
        Ok(())
    }

    pub(crate) fn get(&self, run: &str) -> Option<Arc<RunLog>> {
        self.all().get(run).cloned()
    }

    /// The newest run of a project, at work or not. Run ids sort by time.
    pub(crate) fn newest_of(&self, path: &str) -> Option<Arc<RunLog>> {
        self.all().values().rfind(|log| log.path == path).cloned()
    }

    pub(crate) fn any_at_work(&self) -> bool {
        self.all().values().any(|log| log.is_at_work_here())
    }

    /// Waits until no run is at work.
    pub(crate) async fn settled(&self) {
        loop {
            let Some(log) = self
                .all()
                .values()
                .find(|log| log.is_at_work_here())
                .cloned()
            else {
                return;
            };
            let mut seq = 0;
            while let Some(events) = log.after(seq).await {
                seq = events.last().map_or(seq, |event| event.seq);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_protocol::{RunOutputs, RunStatus};

    fn started(id: &str) -> RunEventView {
        RunEventView::NodeStarted { id: id.into() }
    }

    fn finished() -> RunEventView {
        RunEventView::RunFinished {
            status: RunStatus::Succeeded,
            error: None,
            outputs: RunOutputs::default(),
        }
    }

    #[tokio::test]
    async fn a_late_follower_gets_everything_once_and_in_order() {
        let log = RunLog::new("r1".into(), "dev".into(), "/p".into());
        log.tell(started("a"));
        let snapshot = log.snapshot();
        assert_eq!(snapshot.events.len(), 1);
        let follower = {
            let log = log.clone();
            tokio::spawn(async move {
                let mut seen = Vec::new();
                let mut seq = 1;
                while let Some(events) = log.after(seq).await {
                    for event in events {
                        seq = event.seq;
                        seen.push(event.seq);
                    }
                }
                seen
            })
        };
        log.tell(started("b"));
        log.tell(finished());
        log.tell(started("never"));
        assert_eq!(follower.await.unwrap(), [2, 3]);
        assert!(log.snapshot().finished);
    }

    #[tokio::test]
    async fn a_batch_above_the_limit_still_reaches_its_followers() {
        let log = RunLog::new("r1".into(), "dev".into(), "/p".into());
        log.tell(RunEventView::NodeLog {
            id: "loud".into(),
            lines: vec![String::new(); KEPT_LINES + 1],
        });
        assert_eq!(lines_of(&log.after(0).await.unwrap()), KEPT_LINES);
        log.tell(RunEventView::NodeLog {
            id: "loud".into(),
            lines: vec!["last".into()],
        });
        assert_eq!(lines_of(&log.snapshot().events), KEPT_LINES);
        assert_eq!(log.after(1).await.unwrap().len(), 1);
    }

    fn lines_of(events: &[DeployEvent]) -> usize {
        events
            .iter()
            .map(|kept| match &kept.event {
                RunEventView::NodeLog { lines, .. } => lines.len(),
                _ => 0,
            })
            .sum()
    }

    #[test]
    fn one_run_a_project() {
        let runs = Runs::default();
        let log = |run: &str, path: &str| RunLog::new(run.into(), "dev".into(), path.into());
        let first = log("r1", "/p");
        runs.admit(first.clone()).unwrap();
        runs.admit(log("r2", "/q")).unwrap();
        assert_eq!(runs.admit(log("r3", "/p")).unwrap_err().run, "r1");
        first.tell(finished());
        runs.admit(log("r4", "/p")).unwrap();
    }

    #[test]
    fn old_log_lines_are_thinned_out_by_step() {
        let log = RunLog::new("r1".into(), "dev".into(), "/p".into());
        log.tell(RunEventView::NodeLog {
            id: "quiet".into(),
            lines: vec!["kept".into()],
        });
        for number in 0..10_000 {
            log.tell(RunEventView::NodeLog {
                id: "loud".into(),
                lines: vec![number.to_string()],
            });
        }
        let events = log.snapshot().events;
        assert_eq!(events.len(), KEPT_LINES + 1);
        assert!(matches!(&events[0].event, RunEventView::NodeLog { id, .. } if id == "quiet"));
        assert_eq!(events.last().unwrap().seq, 10_001);
    }
}
