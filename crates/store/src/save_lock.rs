//! One save of a project at a time, across processes.

use crate::private_folder::{at, path, prepare};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// Where the lock is, below `.slipway`: git ignores it there. No environment's state has a name
/// that begins with a dot.
const FOLDER: &str = "state";
const FILE: &str = ".save.lock";
/// A save takes milliseconds; who waits longer waits for a process that hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// Between two tries.
const TRY_EVERY: Duration = Duration::from_millis(5);

/// The operating system's lock on a file: it ends with the process, whatever ends that.
#[derive(Debug)]
pub(crate) struct SaveLock {
    _file: File,
}

impl SaveLock {
    /// Waits for another save to end; `None` when it does not.
    pub(crate) fn take(project: &Path, patience: Duration) -> io::Result<Option<Self>> {
        let folder = path(project, FOLDER);
        prepare(project, FOLDER, &folder)?;
        let path = folder.join(FILE);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| at(&path, &error))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { _file: file })),
                Err(TryLockError::WouldBlock) if begun.elapsed() < patience => {
                    std::thread::sleep(TRY_EVERY);
                }
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                    // Some network disks have no locks. The text is still compared before it is replaced.
                    tracing::warn!("{}: this disk has no locks: {error}", path.display());
                    return Ok(Some(Self { _file: file }));
                }
                Err(TryLockError::Error(error)) => return Err(at(&path, &error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_gets_it_when_the_other_has_ended_and_not_before() {
        let home = tempfile::tempdir().unwrap();
        let first = SaveLock::take(home.path(), PATIENCE).unwrap().unwrap();
        assert!(
            SaveLock::take(home.path(), Duration::ZERO)
                .unwrap()
                .is_none()
        );
        let waiting = std::thread::spawn({
            let folder = home.path().to_owned();
            move || SaveLock::take(&folder, PATIENCE).unwrap().is_some()
        });
        drop(first);
        assert!(waiting.join().unwrap());
    }
}
