//! Where the state is kept.

use async_trait::async_trait;
use slipway_plan::State;

#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("the state could not be read: {0}")]
    Read(#[source] std::io::Error),
    #[error("the state could not be written: {0}")]
    Write(#[source] std::io::Error),
    /// The file is kept as it is.
    #[error("the state file {path} is damaged: {why}")]
    Damaged { path: String, why: String },
    #[error("the state file is of version {found}, newer than this program understands")]
    Newer { found: u32 },
    #[error("another run is at work on this environment: {holder}")]
    Locked { holder: String },
    #[error("the state moved from serial {expected} to {found} since it was read")]
    Moved { expected: u64, found: u64 },
}

/// Held during a run; given back when dropped, also when the process dies.
pub trait StateLock: Send {}

#[async_trait]
pub trait StateStore: Send + Sync {
    /// `None` when there is none yet.
    async fn load(&self) -> Result<Option<State>, StateError>;

    /// Saves `state` with `serial` grown by one, if the stored serial still is `state.serial`.
    /// Returns the new serial.
    async fn save(&self, state: &State) -> Result<u64, StateError>;

    /// Refuses at once when another holder is alive.
    async fn lock(&self, run: &str) -> Result<Box<dyn StateLock>, StateError>;
}
