//! Numbers the events of one run and hands them on.

use crate::event::{NumberedEvent, RunEvent};
use tokio::sync::mpsc::UnboundedSender;

pub(crate) struct Announcer {
    events: UnboundedSender<NumberedEvent>,
    seq: u32,
}

impl Announcer {
    pub(crate) fn new(events: UnboundedSender<NumberedEvent>) -> Self {
        Self { events, seq: 0 }
    }

    /// A receiver that went away does not stop a run: the report and the journal remain.
    pub(crate) fn tell(&mut self, event: RunEvent) {
        self.seq = self.seq.saturating_add(1);
        let numbered = NumberedEvent {
            seq: self.seq,
            event,
        };
        if self.events.send(numbered).is_err() {
            tracing::trace!(seq = self.seq, "nobody listens to this run");
        }
    }
}
