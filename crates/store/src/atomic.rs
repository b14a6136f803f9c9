//! Replacing a file in one step.

use crate::private_folder::at;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// What temporary files of any kind begin and end with.
const PREFIX: &str = ".slipway-";
const SUFFIX: &str = ".tmp";
/// What those of a project's save begin with.
const SAVE_PREFIX: &str = ".slipway-save-";

/// Writes `content` to a new file beside `path`, syncs it, renames it over `path` and syncs the
/// folder: whoever reads sees the old content or the new one, also after a power cut. Keeps the
/// permissions of the file that was there.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_when(path, content, PREFIX, |_| Ok(true)).map(|_| ())
}

/// The same for a file of a save, when `go` says so: it is asked last before the rename, with the
/// path of what will be replaced, links resolved. Whether it was replaced.
pub(crate) fn replace_saved(
    path: &Path,
    content: &[u8],
    go: impl FnOnce(&Path) -> io::Result<bool>,
) -> io::Result<bool> {
    replace_when(path, content, SAVE_PREFIX, go)
}

fn replace_when(
    path: &Path,
    content: &[u8],
    prefix: &str,
    go: impl FnOnce(&Path) -> io::Result<bool>,
) -> io::Result<bool> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    // A link stays a link: what it points to is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(folder);
    let mut file = tempfile::Builder::new()
        .prefix(prefix)
        .suffix(SUFFIX)
        .tempfile_in(folder)?;
    file.write_all(content)?;
    match fs::metadata(path) {
        Ok(there) => file.as_file().set_permissions(there.permissions())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => readable(file.as_file())?,
        Err(error) => return Err(error),
    }
    file.as_file().sync_all()?;
    if !go(path)? {
        return Ok(false);
    }
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)?;
    Ok(true)
}

/// A write takes milliseconds; a temporary file of a minute ago is nobody's any more.
const LEFT: Duration = Duration::from_secs(60);

/// Removes temporary files of writes that a kill cut off long ago; others may be under way.
pub(crate) fn clear_leftovers(folder: &Path) -> io::Result<()> {
    clear(folder, PREFIX, |entry| {
        match entry.metadata().and_then(|about| about.modified()) {
            Ok(modified) => Ok(SystemTime::now()
                .duration_since(modified)
                .is_ok_and(|age| age > LEFT)),
            // Its own writer renamed it meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(at(&entry.path(), &error)),
        }
    })
}

/// Removes temporary files of saves that a kill cut off. Whoever holds the project's save lock
/// knows that none is under way.
pub(crate) fn clear_saves(folder: &Path) -> io::Result<()> {
    clear(folder, SAVE_PREFIX, |_| Ok(true))
}

fn clear(
    folder: &Path,
    prefix: &str,
    is_left: impl Fn(&fs::DirEntry) -> io::Result<bool>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder).map_err(|error| at(folder, &error))? {
        let entry = entry.map_err(|error| at(folder, &error))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(prefix) && name.ends_with(SUFFIX) && is_left(&entry)? {
            match fs::remove_file(entry.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(at(&entry.path(), &error));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// A new file gets the permissions that any program gives one, not those of a temporary file.
#[cfg(unix)]
fn readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Other systems have no such thing, or do it with the file.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let link = folder.path().join("link.txt");
        fs::write(&path, "one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&path, &link).unwrap();
        replace(&link, b"two").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn what_was_changed_in_the_last_moment_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        replace(&path, b"one").unwrap();
        let replaced = replace_saved(&path, b"two", |path| {
            // Both files are whole now: only the rename is missing.
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
            fs::write(path, "theirs").map(|()| false)
        });
        assert!(!replaced.unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn leftovers_are_told_from_writes_under_way() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, age: u64| {
            let file = File::create(folder.path().join(name)).unwrap();
            let then = SystemTime::now() - Duration::from_secs(age);
            file.set_modified(then).unwrap();
        };
        make(".slipway-old.tmp", 7200);
        make(".slipway-new.tmp", 0);
        make(".slipway-save-new.tmp", 0);
        make(".slipway-save-notes.txt", 7200);
        make("mine.tmp", 7200);
        let names = || {
            let mut names: Vec<_> = fs::read_dir(folder.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        clear_leftovers(folder.path()).unwrap();
        assert_eq!(names().len(), 4);
        clear_saves(folder.path()).unwrap();
        assert_eq!(
            names(),
            [".slipway-new.tmp", ".slipway-save-notes.txt", "mine.tmp"]
        );
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(replace(&folder.path().join("no/a.txt"), b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
