//! The state of one environment on disk: `.slipway/state/ENVIRONMENT.json`.

use crate::atomic;
use crate::private_folder::{at, file_stem, path, prepare};
use crate::state_lock::FileLock;
use async_trait::async_trait;
use serde_json::{Map, Value};
use slipway_engine::port::{StateError, StateLock, StateStore};
use slipway_plan::{STATE_VERSION, State};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Name of the folder below `.slipway`.
const FOLDER: &str = "state";
/// Earlier versions that are kept.
const HISTORY: usize = 10;

/// State files of one environment of one project. Cheap to clone.
#[derive(Debug, Clone)]
pub struct FileState {
    project: PathBuf,
    folder: PathBuf,
    stem: String,
}

impl FileState {
    /// Makes nothing yet: folders come with the first save or lock.
    pub fn new(project_folder: &Path, environment: &str) -> Self {
        Self {
            project: project_folder.to_owned(),
            folder: path(project_folder, FOLDER),
            stem: file_stem(environment),
        }
    }

    /// Where the state is.
    pub fn file(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.stem))
    }

    /// Where its last ten versions are, `SERIAL.json` each.
    pub fn history(&self) -> PathBuf {
        self.folder.join("history").join(&self.stem)
    }

    fn read(&self) -> Result<Option<(Value, State)>, StateError> {
        let file = self.file();
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StateError::Read(at(&file, &error))),
        };
        let damaged = |error: serde_json::Error| StateError::Damaged {
            path: file.display().to_string(),
            why: format!("{error}{}", self.advice()),
        };
        let value: Value = serde_json::from_slice(&bytes).map_err(damaged)?;
        let version = value.get("version").and_then(Value::as_u64).unwrap_or(0);
        if version > u64::from(STATE_VERSION) {
            return Err(StateError::Newer {
                found: u32::try_from(version).unwrap_or(u32::MAX),
            });
        }
        let state = serde_json::from_value(value.clone()).map_err(damaged)?;
        Ok(Some((value, state)))
    }

    /// Where the version before is, for a message.
    fn advice(&self) -> String {
        match self.versions() {
            Ok(versions) => versions.last().map_or_else(String::new, |last| {
                format!("; an earlier version is {}", last.display())
            }),
            Err(error) => format!("; earlier versions could not be listed: {error}"),
        }
    }

    /// Earlier versions, oldest first.
    fn versions(&self) -> io::Result<Vec<PathBuf>> {
        let folder = self.history();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(at(&folder, &error)),
        };
        let mut versions = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| at(&folder, &error))?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                versions.push(path);
            }
        }
        versions.sort();
        Ok(versions)
    }

    fn write(&self, state: &State) -> Result<u64, StateError> {
        let stored = self.read()?;
        let found = stored.as_ref().map_or(0, |(_, stored)| stored.serial);
        if found != state.serial {
            return Err(StateError::Moved {
                expected: state.serial,
                found,
            });
        }
        let serial = found + 1;
        let next = State {
            serial,
            ..state.clone()
        };
        let mut value = serde_json::to_value(&next)
            .map_err(|error| StateError::Write(io::Error::other(error)))?;
        if let Some((before, _)) = &stored {
            keep_unknown(before, &mut value);
        }
        let mut text = serde_json::to_vec_pretty(&value)
            .map_err(|error| StateError::Write(io::Error::other(error)))?;
        text.push(b'\n');
        self.replace(&text, stored.is_some().then_some(found))
            .map_err(StateError::Write)?;
        Ok(serial)
    }

    fn replace(&self, text: &[u8], serial_before: Option<u64>) -> io::Result<()> {
        prepare(&self.project, FOLDER, &self.folder)?;
        let file = self.file();
        if let Some(serial) = serial_before {
            self.archive(&file, serial)?;
        }
        atomic::replace(&file, text).map_err(|error| at(&file, &error))
    }

    /// Keeps the present version under its serial, and ten of them in all.
    fn archive(&self, file: &Path, serial: u64) -> io::Result<()> {
        let folder = self.history();
        fs::create_dir_all(&folder).map_err(|error| at(&folder, &error))?;
        let kept = folder.join(format!("{serial:012}.json"));
        // A second name for the same content; where the disk knows no such thing, a copy.
        if !kept.exists() && fs::hard_link(file, &kept).is_err() {
            fs::copy(file, &kept).map_err(|error| at(&kept, &error))?;
        }
        let versions = self.versions()?;
        for old in versions.iter().rev().skip(HISTORY) {
            fs::remove_file(old).map_err(|error| at(old, &error))?;
        }
        Ok(())
    }
}

/// Carries over what another version of this program wrote beside what this one knows.
fn keep_unknown(before: &Value, now: &mut Value) {
    let (Some(before), Some(now)) = (before.as_object(), now.as_object_mut()) else {
        return;
    };
    carry(
        before,
        now,
        &["version", "project", "environment", "serial", "resources"],
    );
    let (Some(before), Some(now)) = (
        before.get("resources").and_then(Value::as_object),
        now.get_mut("resources").and_then(Value::as_object_mut),
    ) else {
        return;
    };
    for (addr, entry) in now {
        if let (Some(before), Some(entry)) = (
            before.get(addr).and_then(Value::as_object),
            entry.as_object_mut(),
        ) {
            carry(before, entry, &["spec", "outputs", "run"]);
        }
    }
}

fn carry(before: &Map<String, Value>, now: &mut Map<String, Value>, known: &[&str]) {
    for (key, value) in before {
        if !known.contains(&key.as_str()) {
            now.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// Runs what blocks apart from the threads that must not; `failed` says what a panic of it means.
async fn apart<T: Send + 'static>(
    failed: fn(io::Error) -> StateError,
    work: impl FnOnce() -> Result<T, StateError> + Send + 'static,
) -> Result<T, StateError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(failed(io::Error::other(error))))
}

#[async_trait]
impl StateStore for FileState {
    async fn load(&self) -> Result<Option<State>, StateError> {
        let own = self.clone();
        apart(StateError::Read, move || {
            Ok(own.read()?.map(|(_, state)| state))
        })
        .await
    }

    async fn save(&self, state: &State) -> Result<u64, StateError> {
        let (own, state) = (self.clone(), state.clone());
        apart(StateError::Write, move || own.write(&state)).await
    }

    async fn lock(&self, run: &str) -> Result<Box<dyn StateLock>, StateError> {
        let (own, run) = (self.clone(), run.to_owned());
        apart(StateError::Write, move || {
            prepare(&own.project, FOLDER, &own.folder).map_err(StateError::Write)?;
            let lock = FileLock::take(&own.folder, &own.stem, &run)?;
            Ok(Box::new(lock) as Box<dyn StateLock>)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_plan::{
        LogGroupSpec, Outputs, ResourceAddr, ResourceKind, ResourceSpec, StateEntry, Tags,
    };
    use std::collections::BTreeMap;
    use std::time::{Duration, SystemTime};

    fn state(groups: &[&str]) -> State {
        let resources = groups
            .iter()
            .map(|name| {
                let entry = StateEntry {
                    spec: ResourceSpec::LogGroup(LogGroupSpec {
                        name: (*name).to_owned(),
                        retention_days: None,
                        tags: Tags::new(),
                    }),
                    outputs: Outputs::new(),
                    run: "r1".to_owned(),
                };
                (ResourceAddr::new(ResourceKind::LogGroup, *name), entry)
            })
            .collect::<BTreeMap<_, _>>();
        State {
            version: STATE_VERSION,
            project: "shop".to_owned(),
            environment: "dev".to_owned(),
            serial: 0,
            resources,
        }
    }

    fn store() -> (tempfile::TempDir, FileState) {
        let home = tempfile::tempdir().unwrap();
        let store = FileState::new(home.path(), "dev");
        (home, store)
    }

    #[tokio::test]
    async fn the_last_ten_versions_are_kept_and_git_ignores_all_of_it() {
        let (home, store) = store();
        assert_eq!(store.load().await.unwrap(), None);
        let mut state = state(&["a"]);
        for serial in 1..=15 {
            state.serial = store.save(&state).await.unwrap();
            assert_eq!(state.serial, serial);
        }
        assert_eq!(store.load().await.unwrap(), Some(state));
        let versions = store.versions().unwrap();
        assert_eq!(versions.len(), HISTORY);
        assert!(versions[0].ends_with("000000000005.json"));
        let ignore = fs::read_to_string(home.path().join(".slipway/state/.gitignore")).unwrap();
        assert_eq!(ignore, "*\n");
    }

    #[tokio::test]
    async fn a_state_that_moved_is_not_overwritten() {
        let (_home, store) = store();
        let mut first = state(&["a"]);
        first.serial = store.save(&first).await.unwrap();
        let stale = state(&["b"]);
        assert!(matches!(
            store.save(&stale).await,
            Err(StateError::Moved {
                expected: 0,
                found: 1
            })
        ));
        assert_eq!(store.load().await.unwrap(), Some(first));
    }

    #[tokio::test]
    async fn what_another_version_wrote_survives_and_a_newer_one_is_left_alone() {
        let (_home, store) = store();
        store.save(&state(&["a", "b"])).await.unwrap();
        let mut value: Value = serde_json::from_slice(&fs::read(store.file()).unwrap()).unwrap();
        value["note"] = "kept".into();
        value["resources"]["log_group:a"]["mark"] = 7.into();
        value["resources"]["log_group:b"]["mark"] = 8.into();
        fs::write(store.file(), value.to_string()).unwrap();
        let mut next = store.load().await.unwrap().unwrap();
        next.resources.pop_last();
        next.serial = store.save(&next).await.unwrap();
        let mut value: Value = serde_json::from_slice(&fs::read(store.file()).unwrap()).unwrap();
        assert_eq!(value["note"], "kept");
        assert_eq!(value["resources"]["log_group:a"]["mark"], 7);
        assert!(value["resources"].get("log_group:b").is_none());

        value["version"] = (STATE_VERSION + 1).into();
        let newer = value.to_string();
        fs::write(store.file(), &newer).unwrap();
        assert!(matches!(
            store.load().await,
            Err(StateError::Newer { found }) if found == STATE_VERSION + 1
        ));
        assert!(store.save(&next).await.is_err());
        assert_eq!(fs::read_to_string(store.file()).unwrap(), newer);
    }

    #[tokio::test]
    async fn a_damaged_file_is_kept_and_the_version_before_is_named() {
        let (_home, store) = store();
        let mut state = state(&["a"]);
        state.serial = store.save(&state).await.unwrap();
        state.serial = store.save(&state).await.unwrap();
        let whole = fs::read(store.file()).unwrap();
        // Cut anywhere: never a panic, never taken for less than it was, never overwritten.
        for length in 0..whole.len() - 1 {
            fs::write(store.file(), &whole[..length]).unwrap();
            let Err(StateError::Damaged { path, why }) = store.load().await else {
                panic!("{length} bytes of {} were taken for a state", whole.len());
            };
            assert!(path.ends_with("dev.json") && why.contains("000000000001.json"));
            assert!(store.save(&state).await.is_err());
            assert_eq!(fs::read(store.file()).unwrap(), &whole[..length]);
        }
    }

    #[tokio::test]
    async fn a_save_cut_off_at_any_byte_leaves_the_version_before() {
        let (_home, store) = store();
        let mut old = state(&["a"]);
        old.serial = store.save(&old).await.unwrap();
        let new = serde_json::to_vec_pretty(&state(&["a", "b"])).unwrap();
        for length in 0..=new.len() {
            // What a kill before the rename leaves behind.
            let cut = store.folder.join(format!(".slipway-{length}.tmp"));
            fs::write(&cut, &new[..length]).unwrap();
            let hours_ago = SystemTime::now() - Duration::from_secs(7200);
            let file = fs::File::options().write(true).open(&cut).unwrap();
            file.set_modified(hours_ago).unwrap();
            assert_eq!(store.load().await.unwrap().as_ref(), Some(&old));
        }
        drop(store.lock("r2").await.unwrap());
        let left = fs::read_dir(&store.folder)
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_string_lossy().ends_with(".tmp")
            })
            .count();
        assert_eq!(left, 0, "a lock holder clears what kills left behind");
    }

    #[tokio::test]
    async fn what_cant_be_written_is_an_error_with_its_path() {
        let (home, store) = store();
        fs::write(
            home.path().join(".slipway"),
            "a file where a folder should be",
        )
        .unwrap();
        let error = store.save(&state(&["a"])).await.unwrap_err();
        assert!(error.to_string().contains(".slipway"), "{error}");
    }
}
