//! What is kept on disk: the project's files and their earlier texts, the user's settings, state
//! and journal.
//!
//! Everything written replaces its file in one step and is on stable storage before it counts.
//! **It must not know** AWS, Docker, or what the state and the journal mean.

mod archive;
mod atomic;
mod digest;
mod journal_file;
mod layout_file;
mod private_folder;
mod project;
mod save;
mod save_lock;
mod settings;
mod state_file;
mod state_lock;

pub use archive::{ArchiveError, ProjectArchive, Version};
pub use journal_file::FileJournal;
pub use layout_file::LayoutError;
pub use project::{Project, ProjectError, ProjectFile};
pub use save::{Relayout, Save, Saved};
pub use settings::{RecentEntry, SettingsError, SettingsStore, ThemeChoice, UserSettings};
pub use state_file::FileState;

/// Bytes that may still be written where `path` lies.
pub fn free_space(path: &std::path::Path) -> std::io::Result<u64> {
    fs4::available_space(path)
}
