//! The use cases, one function each: what the window and the terminal both do.
//!
//! It composes the pure crates, the engine and the adapters. **It must not know** Tauri, the
//! webview, the terminal or how anything is shown.

mod doctor;
mod elsewhere;
mod environment;
mod error;
mod events;
mod import;
mod import_disk;
mod planning;
mod project;
mod running;
mod runs;
mod saving;
mod status;
mod template;
mod views;

pub use environment::{Adapters, CloudTarget, Overrides, RealAdapters};
pub use project::ExternalTarget;
pub use runs::RunLog;
pub use template::{Created, create as create_project, host_arch, templates};

use planning::Plans;
use runs::Runs;
use slipway_protocol::ApiError;
use slipway_store::{ProjectArchive, SettingsStore};
use std::path::PathBuf;
use std::sync::Arc;

/// How the program was started.
#[derive(Debug, Clone, Default)]
pub struct AppOptions {
    /// Project named on the command line.
    pub open: Option<PathBuf>,
    /// Environment named on the command line.
    pub environment: Option<String>,
    pub overrides: Overrides,
}

/// Everything a face needs; one per process, shared.
pub struct App {
    options: AppOptions,
    adapters: Arc<dyn Adapters>,
    settings: SettingsStore,
    archive: ProjectArchive,
    runs: Arc<Runs>,
    plans: Plans,
}

impl App {
    /// The app on real parts, with what the user's folders hold.
    pub fn new(options: AppOptions) -> Result<Arc<Self>, ApiError> {
        let settings = SettingsStore::of_user().map_err(error::settings)?;
        let archive = ProjectArchive::of_user().map_err(error::archive)?;
        Ok(Self::with(
            options,
            Arc::new(RealAdapters::default()),
            settings,
            archive,
        ))
    }

    /// The app on given parts.
    pub fn with(
        options: AppOptions,
        adapters: Arc<dyn Adapters>,
        settings: SettingsStore,
        archive: ProjectArchive,
    ) -> Arc<Self> {
        Arc::new(Self {
            options,
            adapters,
            settings,
            archive,
            runs: Arc::default(),
            plans: Plans::default(),
        })
    }

    /// Whether a run is at work in this process.
    pub fn is_busy(&self) -> bool {
        self.runs.any_at_work()
    }

    /// Waits until no run is at work in this process.
    pub async fn settled(&self) {
        self.runs.settled().await;
    }

    /// The log of a run of this process.
    pub fn run_log(&self, run: &str) -> Option<Arc<RunLog>> {
        self.runs.get(run)
    }
}
