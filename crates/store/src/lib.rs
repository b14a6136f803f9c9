//! What is kept on disk: the project file, the user's settings, state and journal.
//!
//! Everything written replaces its file in one step and is on stable storage before it counts.
//! **It must not know** AWS, Docker, or what the state and the journal mean.

mod atomic;
mod journal_file;
mod private_folder;
mod project;
mod settings;
mod state_file;
mod state_lock;

pub use journal_file::FileJournal;
pub use project::{Project, ProjectError, ProjectFile};
pub use settings::{RecentEntry, SettingsError, SettingsStore, ThemeChoice, UserSettings};
pub use state_file::FileState;

/// Bytes that may still be written where `path` lies.
pub fn free_space(path: &std::path::Path) -> std::io::Result<u64> {
    fs4::available_space(path)
}
