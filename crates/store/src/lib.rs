//! What is kept on disk: the project file, the user's settings, state and journal.
//!
//! Everything written replaces its file in one step and is on stable storage before it counts.
//! **It must not know** AWS, Docker, or what the state and the journal mean.

mod atomic;
mod project;
mod settings;

pub use project::{Project, ProjectError, ProjectFile};
pub use settings::{RecentEntry, SettingsError, SettingsStore, ThemeChoice, UserSettings};
