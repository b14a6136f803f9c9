//! One run at a time for each environment, across processes.

use crate::atomic::clear_leftovers;
use crate::private_folder::at;
use serde::{Deserialize, Serialize};
use slipway_engine::port::{StateError, StateLock};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Who holds it, for the message that another one gets.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    run: String,
    /// Seconds since 1970.
    since: u64,
}

/// The operating system's lock on a file: it ends with the process, whatever ends that.
#[derive(Debug)]
pub(crate) struct FileLock {
    _file: File,
}

impl StateLock for FileLock {}

fn seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

impl FileLock {
    /// Refuses at once when it is held. The holder's name stands in a file of its own, because some
    /// systems let nobody read a locked one.
    pub(crate) fn take(folder: &Path, stem: &str, run: &str) -> Result<Self, StateError> {
        let path = folder.join(format!("{stem}.lock"));
        let holder = folder.join(format!("{stem}.holder.json"));
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| StateError::Write(at(&path, &error)))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StateError::Locked {
                    holder: describe(&holder),
                });
            }
            Err(TryLockError::Error(error)) => return Err(StateError::Write(at(&path, &error))),
        }
        let content = serde_json::to_vec(&Holder {
            pid: std::process::id(),
            run: run.to_owned(),
            since: seconds(),
        })
        .map_err(|error| StateError::Write(io::Error::other(error)))?;
        fs::write(&holder, content).map_err(|error| StateError::Write(at(&holder, &error)))?;
        clear_leftovers(folder).map_err(StateError::Write)?;
        Ok(Self { _file: file })
    }
}

fn describe(path: &Path) -> String {
    let read = fs::read(path)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Holder>(&bytes).ok());
    match read {
        Some(holder) => format!(
            "process {}, run {}, for {} s",
            holder.pid,
            holder.run,
            seconds().saturating_sub(holder.since)
        ),
        // Between taking the lock and writing the name.
        None => "a process that began just now".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::{Command, Stdio};

    const CHILD_FOLDER: &str = "SLIPWAY_TEST_LOCK_FOLDER";

    /// Not a test of its own: what the second process of the test below does.
    #[test]
    fn second_process() {
        let Some(folder) = std::env::var_os(CHILD_FOLDER) else {
            return;
        };
        let _lock = FileLock::take(Path::new(&folder), "dev", "run-of-child").unwrap();
        println!("\nheld");
        // Until the parent ends it, or is gone itself.
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    }

    #[test]
    fn another_process_keeps_the_lock_until_it_dies() {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "state_lock::tests::second_process",
                "--nocapture",
            ])
            .env(CHILD_FOLDER, folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let held = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .any(|line| line.unwrap() == "held");
        assert!(held, "the second process got the lock");

        let refused = FileLock::take(folder.path(), "dev", "run-of-parent").unwrap_err();
        let StateError::Locked { holder } = refused else {
            panic!("{refused}");
        };
        assert!(holder.contains(&child.id().to_string()) && holder.contains("run-of-child"));
        FileLock::take(folder.path(), "prod", "run-of-parent").unwrap();

        child.kill().unwrap();
        child.wait().unwrap();
        FileLock::take(folder.path(), "dev", "run-of-parent").unwrap();
    }

    #[test]
    fn of_two_holders_in_one_process_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let first = FileLock::take(folder.path(), "dev", "r1").unwrap();
        assert!(FileLock::take(folder.path(), "dev", "r2").is_err());
        drop(first);
        FileLock::take(folder.path(), "dev", "r2").unwrap();
    }
}
