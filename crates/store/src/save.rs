//! Saving a project: never half, never over what somebody else wrote.

use crate::project::{FILE_LIMIT, revision};
use crate::save_lock::{PATIENCE, SaveLock};
use crate::{Project, ProjectArchive, ProjectError, ProjectFile, atomic};
use slipway_design::Document;
use std::fs;
use std::io;
use std::path::PathBuf;

/// What the layout becomes, of what is there; `None` where nothing is or nothing can be read.
pub type Relayout<'a> = &'a dyn Fn(Option<&str>) -> String;

/// What is to be written.
#[derive(Clone, Copy)]
pub struct Save<'a> {
    /// Revision of the text that `text` was made from.
    pub base: &'a str,
    pub text: &'a str,
    /// `None` leaves the layout as it is.
    pub layout: Option<Relayout<'a>>,
}

/// How a save ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// All of it is on stable storage.
    Written { revision: String },
    /// The file is neither what the text was made from nor what it is now: nothing was written.
    Conflict(ProjectFile),
}

impl Project {
    /// Writes text and layout, each in one step, unless the text on disk is no longer that of
    /// `base`. A text that is there already is not written again. Waits for saves of other
    /// processes; between the last look at the file and its replacement lies one system call.
    ///
    /// The text that is replaced and the one that is written are kept in `archive`; where that
    /// fails, the save goes on and the log says so.
    pub fn save(&self, save: Save<'_>, archive: &ProjectArchive) -> Result<Saved, ProjectError> {
        let path = self.file();
        let failed = |source| write_failed(&path, source);
        if save.text.len() as u64 > FILE_LIMIT {
            let size = save.text.len() as u64;
            return Err(ProjectError::TooLong { path, size });
        }
        // Looked at first, so that a project that is gone gets no new folder.
        self.present()?;
        let _lock = SaveLock::take(self.folder(), PATIENCE)
            .map_err(failed)?
            .ok_or_else(|| ProjectError::Busy {
                path: path.clone(),
                seconds: PATIENCE.as_secs(),
            })?;
        let there = self.present()?;
        if there.text != save.text {
            if there.revision != save.base {
                return Ok(Saved::Conflict(there));
            }
            if let Some(conflict) = self.replace(&there, save.text, archive)? {
                return Ok(Saved::Conflict(conflict));
            }
        }
        if let Some(layout) = save.layout {
            self.write_layout(layout).map_err(failed)?;
        }
        Ok(Saved::Written {
            revision: revision(save.text),
        })
    }

    /// The file, or that it is gone.
    fn present(&self) -> Result<ProjectFile, ProjectError> {
        self.read().map_err(|error| match error {
            ProjectError::Read { path, source } if source.kind() == io::ErrorKind::NotFound => {
                ProjectError::Gone { path }
            }
            other => other,
        })
    }

    /// What is there instead, where it is not `there` any more.
    fn replace(
        &self,
        there: &ProjectFile,
        text: &str,
        archive: &ProjectArchive,
    ) -> Result<Option<ProjectFile>, ProjectError> {
        let path = self.file();
        let failed = |source| write_failed(&path, source);
        if [there.text.as_str(), text]
            .into_iter()
            .any(|text| Document::parse(text).is_read_only())
        {
            return Err(ProjectError::Newer { path });
        }
        let real = fs::canonicalize(&path).map_err(failed)?;
        // The rename would not ask.
        if fs::metadata(&real)
            .map_err(failed)?
            .permissions()
            .readonly()
        {
            return Err(ProjectError::Protected { path });
        }
        if let Some(folder) = real.parent() {
            atomic::clear_saves(folder).map_err(failed)?;
        }
        if let Err(error) = archive.keep_before(self.folder(), &there.text) {
            tracing::warn!("{}: {error}", path.display());
        }
        let written = atomic::replace_saved(&path, text.as_bytes(), |real| {
            Ok(fs::read(real)? == there.text.as_bytes())
        });
        match written {
            Ok(true) => {
                if let Err(error) = archive.keep_saved(self.folder(), text) {
                    tracing::warn!("{}: {error}", path.display());
                }
                Ok(None)
            }
            // Read again, with all that reading checks.
            Ok(false) => self.present().map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.exists() => {
                Err(ProjectError::Gone { path })
            }
            Err(error) => Err(failed(error)),
        }
    }
}

fn write_failed(path: &std::path::Path, source: io::Error) -> ProjectError {
    ProjectError::Write {
        path: PathBuf::from(path),
        source,
    }
}
