//! The state in memory.

use async_trait::async_trait;
use slipway_engine::port::{StateError, StateLock, StateStore};
use slipway_plan::State;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
struct Inner {
    state: Option<State>,
    saves: usize,
    fail_at: Option<usize>,
}

#[derive(Debug, Default)]
pub struct MemoryState {
    inner: Mutex<Inner>,
    holder: Arc<Mutex<Option<String>>>,
}

impl MemoryState {
    pub fn new() -> Self {
        Self::default()
    }

    fn lock_inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn current(&self) -> Option<State> {
        self.lock_inner().state.clone()
    }

    /// As when somebody deleted the file.
    pub fn lose(&self) {
        self.lock_inner().state = None;
    }

    /// How often it was saved.
    pub fn saves(&self) -> usize {
        self.lock_inner().saves
    }

    /// Every save from this one on fails as on a full disk, counted from 1.
    pub fn fail_from(&self, save: Option<usize>) {
        self.lock_inner().fail_at = save;
    }
}

struct MemoryLock {
    holder: Arc<Mutex<Option<String>>>,
}

impl StateLock for MemoryLock {}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        *self.holder.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[async_trait]
impl StateStore for MemoryState {
    async fn load(&self) -> Result<Option<State>, StateError> {
        Ok(self.current())
    }

    async fn save(&self, state: &State) -> Result<u64, StateError> {
        let mut inner = self.lock_inner();
        inner.saves += 1;
        if inner.fail_at.is_some_and(|at| inner.saves >= at) {
            return Err(StateError::Write(io::Error::from(
                io::ErrorKind::StorageFull,
            )));
        }
        let found = inner.state.as_ref().map_or(0, |state| state.serial);
        if found != state.serial {
            return Err(StateError::Moved {
                expected: state.serial,
                found,
            });
        }
        let serial = found + 1;
        inner.state = Some(State {
            serial,
            ..state.clone()
        });
        Ok(serial)
    }

    async fn lock(&self, run: &str) -> Result<Box<dyn StateLock>, StateError> {
        let mut holder = self.holder.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(run) = holder.as_ref() {
            return Err(StateError::Locked {
                holder: format!("run {run}"),
            });
        }
        *holder = Some(run.to_owned());
        Ok(Box::new(MemoryLock {
            holder: Arc::clone(&self.holder),
        }))
    }
}
