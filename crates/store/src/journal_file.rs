//! The journals of one environment on disk: `.slipway/journal/ENVIRONMENT/RUN.jsonl`.

use crate::atomic::sync_folder;
use crate::private_folder::{at, blocking, file_stem, path, prepare};
use async_trait::async_trait;
use slipway_engine::port::{Journal, JournalError, RecordEntry};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Name of the folder below `.slipway`.
const FOLDER: &str = "journal";
/// Runs that are kept.
const KEPT: usize = 20;

/// The file of the run that is being written.
#[derive(Debug)]
struct Open {
    run: String,
    path: PathBuf,
    file: File,
    /// Bytes that are whole records.
    length: u64,
}

/// Journals of one environment of one project. Clones share the open file.
#[derive(Debug, Clone)]
pub struct FileJournal {
    project: PathBuf,
    folder: PathBuf,
    open: Arc<Mutex<Option<Open>>>,
}

impl FileJournal {
    /// Makes nothing yet: folders come with the first record.
    pub fn new(project_folder: &Path, environment: &str) -> Self {
        Self {
            project: project_folder.to_owned(),
            folder: path(project_folder, FOLDER).join(file_stem(environment)),
            open: Arc::default(),
        }
    }

    fn start(&self, run: &str) -> io::Result<Open> {
        prepare(&self.project, FOLDER, &self.folder)?;
        let path = self.folder.join(format!("{}.jsonl", file_stem(run)));
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(&path)
            .map_err(|error| at(&path, &error))?;
        sync_folder(&self.folder).map_err(|error| at(&self.folder, &error))?;
        for old in self.files()?.iter().rev().skip(KEPT) {
            fs::remove_file(old).map_err(|error| at(old, &error))?;
        }
        Ok(Open {
            run: run.to_owned(),
            path,
            file,
            length: 0,
        })
    }

    /// Journals of all runs, oldest first: ids of runs sort by time.
    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(at(&self.folder, &error)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| at(&self.folder, &error))?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "jsonl")
            {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    fn write(&self, entry: &RecordEntry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry).map_err(io::Error::other)?;
        line.push(b'\n');
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.as_ref().is_none_or(|open| open.run != entry.run) {
            *open = Some(self.start(&entry.run)?);
        }
        let journal = open.as_mut().expect("it was opened just now");
        let written = journal
            .file
            .write_all(&line)
            .and_then(|()| journal.file.sync_data());
        match written {
            Ok(()) => {
                journal.length += line.len() as u64;
                Ok(())
            }
            Err(error) => {
                let error = at(&journal.path, &error);
                // Half a record must not stand before a whole one.
                match journal.file.set_len(journal.length) {
                    Ok(()) => Err(error),
                    Err(second) => Err(io::Error::new(
                        error.kind(),
                        format!("{error}; taking back half a record failed too: {second}"),
                    )),
                }
            }
        }
    }

    fn read(&self) -> io::Result<Vec<RecordEntry>> {
        // A run that was killed before its first record was whole has done nothing.
        for path in self.files()?.iter().rev() {
            let entries = read_entries(path)?;
            if !entries.is_empty() {
                return Ok(entries);
            }
        }
        Ok(Vec::new())
    }
}

/// Whole records; what follows the last line end was torn off by a kill.
fn read_entries(path: &Path) -> io::Result<Vec<RecordEntry>> {
    let bytes = fs::read(path).map_err(|error| at(path, &error))?;
    let whole = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(&[][..], |end| &bytes[..end]);
    whole
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .enumerate()
        .map(|(number, line)| {
            serde_json::from_slice(line).map_err(|error| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("{}: line {}: {error}", path.display(), number + 1),
                )
            })
        })
        .collect()
}

#[async_trait]
impl Journal for FileJournal {
    async fn append(&self, entry: &RecordEntry) -> Result<(), JournalError> {
        let (own, entry) = (self.clone(), entry.clone());
        blocking(move || own.write(&entry))
            .await
            .map_err(|source| JournalError {
                verb: "written",
                source,
            })
    }

    async fn last_run(&self) -> Result<Vec<RecordEntry>, JournalError> {
        let own = self.clone();
        blocking(move || own.read())
            .await
            .map_err(|source| JournalError {
                verb: "read",
                source,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_engine::port::Record;

    fn entry(run: &str, seq: u64) -> RecordEntry {
        RecordEntry {
            run: run.to_owned(),
            seq,
            at: 1_767_225_600_000 + seq,
            record: Record::RunFinished {
                status: format!("step {seq}"),
            },
        }
    }

    #[tokio::test]
    async fn the_newest_run_is_read_and_twenty_are_kept() {
        let home = tempfile::tempdir().unwrap();
        let journal = FileJournal::new(home.path(), "dev");
        assert_eq!(journal.last_run().await.unwrap(), []);
        for run in 0..25 {
            for seq in 1..=2 {
                journal
                    .append(&entry(&format!("run-{run:02}"), seq))
                    .await
                    .unwrap();
            }
        }
        assert_eq!(
            journal.last_run().await.unwrap(),
            [entry("run-24", 1), entry("run-24", 2)]
        );
        assert_eq!(journal.files().unwrap().len(), KEPT);
        assert!(home.path().join(".slipway/journal/.gitignore").exists());
    }

    #[tokio::test]
    async fn a_journal_cut_at_any_byte_gives_its_whole_records() {
        let home = tempfile::tempdir().unwrap();
        let journal = FileJournal::new(home.path(), "dev");
        for seq in 1..=3 {
            journal.append(&entry("run-1", seq)).await.unwrap();
        }
        let path = journal.files().unwrap().remove(0);
        let whole = fs::read(&path).unwrap();
        for length in 0..=whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let lines = whole[..length]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count();
            let read = FileJournal::new(home.path(), "dev")
                .last_run()
                .await
                .unwrap();
            assert_eq!(read.len(), lines, "cut at {length}");
        }
    }

    #[tokio::test]
    async fn damage_in_the_middle_is_said_with_its_line() {
        let home = tempfile::tempdir().unwrap();
        let journal = FileJournal::new(home.path(), "dev");
        journal.append(&entry("run-1", 1)).await.unwrap();
        let path = journal.files().unwrap().remove(0);
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend_from_slice(b"{\"run\":\n");
        fs::write(&path, bytes).unwrap();
        let error = journal.last_run().await.unwrap_err();
        assert!(error.source.to_string().contains("line 2"), "{error}");
    }
}
