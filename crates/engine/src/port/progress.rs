//! What a long step tells while it runs.

/// One piece of news about the step that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// What it does now, replacing what it did: `waiting until Lambda can assume the role`.
    Message(String),
    /// A part of the step (a build step, a layer) began, moved or ended.
    Part {
        /// Stable within the step.
        id: String,
        title: String,
        /// Bytes, of `total` if it is known.
        done: u64,
        total: Option<u64>,
        finished: bool,
        /// Nothing had to be done: from cache, or already in the registry.
        cached: bool,
    },
    /// A line of the log, without its line end.
    Log(String),
}

/// Takes news; never blocks for long and never fails.
pub trait ProgressSink: Send + Sync {
    fn tell(&self, news: Progress);
}

/// Drops everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl ProgressSink for Silent {
    fn tell(&self, _: Progress) {}
}
