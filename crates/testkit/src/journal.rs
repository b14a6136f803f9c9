//! A journal in memory that can break off like a killed program.

use async_trait::async_trait;
use slipway_engine::port::{Journal, JournalError, RecordEntry};
use std::future::pending;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// What happens at one record, counted over the life of the journal from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The program dies before the record is on disk.
    Before(usize),
    /// The program dies right after.
    After(usize),
    /// The disk is full.
    Full(usize),
}

#[derive(Debug, Default)]
struct Inner {
    entries: Vec<RecordEntry>,
    appended: usize,
    cut: Option<Cut>,
}

#[derive(Debug, Default)]
pub struct MemoryJournal {
    inner: Mutex<Inner>,
    died: Notify,
}

impl MemoryJournal {
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn cut(&self, cut: Option<Cut>) {
        self.lock().cut = cut;
    }

    /// All entries of all runs.
    pub fn entries(&self) -> Vec<RecordEntry> {
        self.lock().entries.clone()
    }

    /// How many records were tried to be written so far.
    pub fn appended(&self) -> usize {
        self.lock().appended
    }

    /// Returns when a [`Cut::Before`] or [`Cut::After`] was reached: the caller then drops the run.
    pub async fn died(&self) {
        self.died.notified().await;
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn append(&self, entry: &RecordEntry) -> Result<(), JournalError> {
        let dies = {
            let mut inner = self.lock();
            inner.appended += 1;
            let at = inner.appended;
            let cut = inner.cut;
            if cut == Some(Cut::Full(at)) {
                return Err(JournalError {
                    verb: "written",
                    source: io::Error::from(io::ErrorKind::StorageFull),
                });
            }
            if cut != Some(Cut::Before(at)) {
                inner.entries.push(entry.clone());
            }
            matches!(cut, Some(Cut::Before(n) | Cut::After(n)) if n == at)
        };
        if dies {
            self.died.notify_one();
            pending::<()>().await;
        }
        Ok(())
    }

    async fn last_run(&self) -> Result<Vec<RecordEntry>, JournalError> {
        let inner = self.lock();
        let Some(last) = inner.entries.last() else {
            return Ok(Vec::new());
        };
        Ok(inner
            .entries
            .iter()
            .filter(|entry| entry.run == last.run)
            .cloned()
            .collect())
    }
}
