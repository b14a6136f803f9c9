//! Calling off a run, in two stages.

use tokio_util::sync::CancellationToken;

/// Handed to a run and kept by whoever may call it off. Clones share the stages.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    stop: CancellationToken,
    abandon: CancellationToken,
}

impl Cancel {
    pub fn new() -> Self {
        Self::default()
    }

    /// The first call stops: nothing new starts, builds, pushes and waits end, calls under way
    /// are awaited. The second abandons the calls under way too; the journal then says which
    /// ones have no known outcome.
    pub fn ask(&self) {
        if self.stop.is_cancelled() {
            self.abandon.cancel();
        } else {
            self.stop.cancel();
        }
    }

    pub fn is_asked(&self) -> bool {
        self.stop.is_cancelled()
    }

    pub(crate) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    pub(crate) fn abandon(&self) -> &CancellationToken {
        &self.abandon
    }
}
