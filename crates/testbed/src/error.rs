//! Why a bed could not be brought up or taken down.

use std::io;
use std::path::PathBuf;

/// A failure of the bed itself. The text says what happened and, where a person can act, what to do.
#[derive(Debug, thiserror::Error)]
pub enum BedError {
    /// A program the bed needs is not installed.
    #[error("{program} was not found: {hint}")]
    Missing {
        /// The program's name, as it would be typed.
        program: String,
        /// What to install.
        hint: String,
    },
    /// A program ended with an error during set-up.
    #[error("{what} failed: {output}")]
    Command {
        /// What was being done.
        what: String,
        /// The end of what the program wrote.
        output: String,
    },
    /// A service was started and did not become healthy.
    #[error("{service} did not become ready: {reason}. Its log is {}", log.display())]
    NotReady {
        /// Which service.
        service: String,
        /// The last thing seen: an answer, a refusal, the exit status.
        reason: String,
        /// Where its output went.
        log: PathBuf,
    },
    /// A file, a socket or a process could not be used.
    #[error("{what}: {source}")]
    Io {
        /// What was being done, with the path.
        what: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The engine answered something else than expected.
    #[error("the Docker engine at {host} refused {what}: {reason}")]
    Engine {
        /// Where the engine listens.
        host: String,
        /// What was asked.
        what: String,
        /// Its answer.
        reason: String,
    },
    /// No engine runs and none can be started here.
    #[error("no Docker engine answers: {reason}")]
    NoEngine {
        /// What was tried, and what to do.
        reason: String,
    },
    /// The record of a bed that was left running cannot be read.
    #[error("{} is not the record of a bed: {reason}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// Why it cannot be used.
        reason: String,
    },
    /// botocore's service models cannot be read.
    #[error(transparent)]
    Model(#[from] crate::model::ModelError),
}

/// Adds what was being done to an I/O error.
pub(crate) trait During<T> {
    fn during(self, what: impl FnOnce() -> String) -> Result<T, BedError>;
}

impl<T> During<T> for io::Result<T> {
    fn during(self, what: impl FnOnce() -> String) -> Result<T, BedError> {
        self.map_err(|source| BedError::Io {
            what: what(),
            source,
        })
    }
}
