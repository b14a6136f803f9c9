//! Folders inside `.slipway` that git ignores and that never leave the project.

use crate::atomic::sync_folder;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder in a project that is Slipway's own.
const OWN_FOLDER: &str = ".slipway";

/// `.slipway/NAME` of a project.
pub(crate) fn path(project: &Path, name: &str) -> PathBuf {
    project.join(OWN_FOLDER).join(name)
}

/// Makes `folder` (below `.slipway/NAME`) where it is missing, and the file that makes git ignore
/// everything below `.slipway/NAME`.
pub(crate) fn prepare(project: &Path, name: &str, folder: &Path) -> io::Result<()> {
    make_inside(project, folder)?;
    let ignored = path(project, name);
    let file = ignored.join(".gitignore");
    if !file.exists() {
        fs::write(&file, "*\n").map_err(|error| at(&file, &error))?;
        sync_folder(&ignored).map_err(|error| at(&ignored, &error))?;
    }
    Ok(())
}

/// `.slipway` of a project, made where it is missing.
pub(crate) fn own_folder(project: &Path) -> io::Result<PathBuf> {
    let folder = project.join(OWN_FOLDER);
    make_inside(project, &folder)?;
    Ok(folder)
}

fn make_inside(project: &Path, folder: &Path) -> io::Result<()> {
    let project = &fs::canonicalize(project).map_err(|error| at(project, &error))?;
    // Nothing is made behind a link that leads out, either.
    let own = project.join(OWN_FOLDER);
    if own.exists() {
        check_inside(project, &own)?;
    }
    fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
    check_inside(project, folder)
}

fn check_inside(project: &Path, folder: &Path) -> io::Result<()> {
    let inside = fs::canonicalize(folder).map_err(|error| at(folder, &error))?;
    if inside.starts_with(project) {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!(
            "{}: it leads out of the project folder by a link",
            folder.display()
        ),
    ))
}

/// The error with the path it is about.
pub(crate) fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// A file name that follows from `text` and is safe whatever the text is: names of environments
/// come from a file that somebody else may have written.
pub(crate) fn file_stem(text: &str) -> String {
    let mut stem = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            stem.push(char::from(byte));
        } else {
            stem.push_str(&format!("%{byte:02X}"));
        }
    }
    stem
}

/// Runs what blocks apart from the threads that must not.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(io::Error::other(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_its_folder() {
        assert_eq!(file_stem("dev-1_a"), "dev-1_a");
        assert_eq!(file_stem("../x"), "%2E%2E%2Fx");
        assert_ne!(file_stem("a/b"), file_stem("a_b"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_project_is_refused() {
        let (home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(other.path(), home.path().join(OWN_FOLDER)).unwrap();
        let folder = path(home.path(), "state");
        let error = prepare(home.path(), "state", &folder).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        assert!(!other.path().join("state/.gitignore").exists());
    }
}
