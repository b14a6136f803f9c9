//! The project folder and its file.

use crate::digest::hex_digest;
use slipway_design::FILE_NAME;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Longest project file that is read, in bytes: 300 routes take some 30 kB.
pub(crate) const FILE_LIMIT: u64 = 8 << 20;

#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    #[error("there is no {FILE_NAME} in {path} or above it")]
    NotFound { path: PathBuf },
    #[error("{path} could not be read: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path} could not be written: {source}")]
    Write { path: PathBuf, source: io::Error },
    #[error("{path} is not text in UTF-8 (byte {at} is wrong)")]
    NotText { path: PathBuf, at: usize },
    #[error("{path} is {size} bytes long, more than any design")]
    TooLong { path: PathBuf, size: u64 },
    #[error("{path} leads out of the project folder by a link")]
    Outside { path: PathBuf },
    #[error("{path} is not there any more")]
    Gone { path: PathBuf },
    #[error("{path} is of a newer format than this version of Slipway writes")]
    Newer { path: PathBuf },
    #[error("{path} is write-protected")]
    Protected { path: PathBuf },
    #[error("another process has been saving {path} for {seconds} s")]
    Busy { path: PathBuf, seconds: u64 },
}

impl ProjectError {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => {
                "Choose the folder that holds it, or make a project in this one."
            }
            Self::Read { .. } => "Give yourself the right to read it.",
            Self::Write { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "Free some space on that disk. What you drew is still here and is saved with the next change."
                }
                io::ErrorKind::PermissionDenied => {
                    "Give yourself the right to write there. What you drew is still here and is saved with the next change."
                }
                io::ErrorKind::ReadOnlyFilesystem => {
                    "Make the disk writable, or copy the project to another one. What you drew is still here."
                }
                _ => {
                    "Look at the folder and its disk. What you drew is still here and is saved with the next change."
                }
            },
            Self::Outside { .. } => "Put the file itself into the project folder.",
            Self::Gone { .. } => {
                "Put the file back, from git or from the earlier versions. What you drew is still here."
            }
            Self::Newer { .. } => "Update Slipway; until then the project can be looked at.",
            Self::Protected { .. } => {
                "Take the write protection off. What you drew is still here and is saved with the next change."
            }
            Self::Busy { .. } => "End that process if it hangs; the lock goes with it.",
            Self::NotText { .. } => "Save the file as UTF-8 with your editor.",
            Self::TooLong { .. } => "Check that this is the right file.",
        }
    }
}

/// A folder with a `slipway.toml` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    folder: PathBuf,
}

/// The file as it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectFile {
    pub text: String,
    /// SHA-256 of the text in hex: changes whenever the text does.
    pub revision: String,
}

impl Project {
    /// Finds the project at `path`: its file, its folder, or a folder below it.
    pub fn find(path: &Path) -> Result<Self, ProjectError> {
        let start = fs::canonicalize(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => ProjectError::NotFound {
                path: path.to_owned(),
            },
            _ => ProjectError::Read {
                path: path.to_owned(),
                source,
            },
        })?;
        let named_file = start.is_file() && start.file_name().is_some_and(|name| name == FILE_NAME);
        let first = if named_file {
            start.parent()
        } else {
            Some(start.as_path())
        };
        first
            .into_iter()
            .flat_map(Path::ancestors)
            .find(|folder| folder.join(FILE_NAME).is_file())
            .map(|folder| Self {
                folder: folder.to_owned(),
            })
            .ok_or_else(|| ProjectError::NotFound {
                path: path.to_owned(),
            })
    }

    /// Absolute, links resolved.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn file(&self) -> PathBuf {
        self.folder.join(FILE_NAME)
    }

    pub fn read(&self) -> Result<ProjectFile, ProjectError> {
        let path = self.file();
        let failed = |source| ProjectError::Read {
            path: path.clone(),
            source,
        };
        self.check_inside(&path, failed)?;
        let file = fs::File::open(&path).map_err(failed)?;
        let mut bytes = Vec::new();
        // A file that grows meanwhile is not read for ever.
        (&file)
            .take(FILE_LIMIT + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.len() as u64 > FILE_LIMIT {
            let size = file.metadata().map_err(failed)?.len();
            return Err(ProjectError::TooLong { path, size });
        }
        let text = String::from_utf8(bytes).map_err(|error| ProjectError::NotText {
            path: path.clone(),
            at: error.utf8_error().valid_up_to(),
        })?;
        let revision = revision(&text);
        Ok(ProjectFile { text, revision })
    }

    /// Nothing is read or written through a link that leads out of the folder.
    fn check_inside(
        &self,
        path: &Path,
        failed: impl Fn(io::Error) -> ProjectError,
    ) -> Result<(), ProjectError> {
        if fs::canonicalize(path)
            .map_err(failed)?
            .starts_with(&self.folder)
        {
            Ok(())
        } else {
            Err(ProjectError::Outside {
                path: path.to_owned(),
            })
        }
    }
}

pub(crate) fn revision(text: &str) -> String {
    hex_digest(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> (tempfile::TempDir, Project) {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(FILE_NAME), "schema = 1\n").unwrap();
        let project = Project::find(home.path()).unwrap();
        (home, project)
    }

    #[test]
    fn a_project_is_found_from_its_file_its_folder_and_below() {
        let (home, project) = project();
        let below = home.path().join("services/orders");
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join("Dockerfile"), "").unwrap();
        assert_eq!(Project::find(&below).unwrap(), project);
        assert_eq!(
            Project::find(&home.path().join(FILE_NAME)).unwrap(),
            project
        );
    }

    #[test]
    fn no_project_is_said_with_its_path() {
        let home = tempfile::tempdir().unwrap();
        let missing = home.path().join("missing");
        for path in [home.path(), &missing] {
            assert!(
                matches!(Project::find(path), Err(ProjectError::NotFound { path: said }) if said == path)
            );
        }
    }

    #[test]
    fn the_revision_follows_the_text() {
        let (_home, project) = project();
        let before = project.read().unwrap();
        assert_eq!(before.text, "schema = 1\n");
        fs::write(project.file(), "schema = 1 # new\n").unwrap();
        let after = project.read().unwrap();
        assert_ne!(after.revision, before.revision);
    }

    #[test]
    fn what_is_not_text_is_refused_with_the_place() {
        let (_home, project) = project();
        fs::write(project.file(), b"name = \"\xff\"").unwrap();
        assert!(matches!(
            project.read(),
            Err(ProjectError::NotText { at: 8, .. })
        ));
        let long = fs::File::create(project.file()).unwrap();
        long.set_len(FILE_LIMIT + 1).unwrap();
        assert!(matches!(project.read(), Err(ProjectError::TooLong { .. })));
    }
}
