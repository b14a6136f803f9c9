//! The project folder and its file.

use sha2::{Digest, Sha256};
use slipway_design::FILE_NAME;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Longest project file that is read, in bytes: 300 routes take some 30 kB.
const FILE_LIMIT: u64 = 8 << 20;

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
}

impl ProjectError {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => {
                "Name the project folder with --project, or make a project with `slipway new`."
            }
            Self::Read { .. } => "Give yourself the right to read it.",
            Self::Write { .. } => {
                "Look at the rights of the folder and at the space on its disk; nothing was changed."
            }
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
        let size = fs::metadata(&path).map_err(failed)?.len();
        if size > FILE_LIMIT {
            return Err(ProjectError::TooLong { path, size });
        }
        let bytes = fs::read(&path).map_err(failed)?;
        let text = String::from_utf8(bytes).map_err(|error| ProjectError::NotText {
            path: path.clone(),
            at: error.utf8_error().valid_up_to(),
        })?;
        let revision = revision(&text);
        Ok(ProjectFile { text, revision })
    }

    /// Replaces the file in one step.
    pub fn write(&self, text: &str) -> Result<String, ProjectError> {
        crate::atomic::replace(&self.file(), text.as_bytes()).map_err(|source| {
            ProjectError::Write {
                path: self.file(),
                source,
            }
        })?;
        Ok(revision(text))
    }
}

fn revision(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .fold(String::new(), |mut hex, byte| {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
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
        let saved = project.write("schema = 1 # new\n").unwrap();
        let after = project.read().unwrap();
        assert_eq!(after.revision, saved);
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
