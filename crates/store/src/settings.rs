//! The user's settings: recent projects, chosen environments, consents, theme. No secret is ever
//! among them.

use crate::atomic;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Names the folder that settings are kept in, instead of the platform's.
const FOLDER_VARIABLE: &str = "SLIPWAY_CONFIG_DIR";
const FILE: &str = "settings.toml";
/// Seconds within which a project that is opened again was never left.
const SAME_VISIT: u64 = 3600;
/// Recent projects that are kept.
const RECENT: usize = 20;

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("this system names no folder for settings")]
    NoFolder,
    #[error("{path} could not be {verb}: {source}")]
    Io {
        path: PathBuf,
        verb: &'static str,
        source: io::Error,
    },
    /// The file is left as it is.
    #[error("{path} is damaged: {why}")]
    Damaged { path: PathBuf, why: String },
}

impl SettingsError {
    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::NoFolder => format!("Set {FOLDER_VARIABLE} to a folder of your own."),
            Self::Io { .. } => {
                "Look at the rights of that folder and at the space on its disk.".to_owned()
            }
            Self::Damaged { .. } => {
                "Correct the file, or move it away: it holds only recent projects and preferences."
                    .to_owned()
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentEntry {
    /// Absolute.
    pub path: PathBuf,
    pub name: String,
    /// Seconds since 1970.
    pub opened: u64,
    /// The environment chosen last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UserSettings {
    pub theme: ThemeChoice,
    /// How large everything in the window is, in percent; as it is drawn without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u16>,
    /// Hosts that are not this computer and that emulator environments may go to.
    pub allowed_hosts: BTreeSet<String>,
    /// Newest first.
    pub recent: Vec<RecentEntry>,
    /// What a newer version wrote; kept.
    #[serde(flatten)]
    pub others: BTreeMap<String, toml::Value>,
}

impl UserSettings {
    /// The environment chosen last in the project at `folder`.
    pub fn environment_of(&self, folder: &Path) -> Option<&str> {
        self.recent
            .iter()
            .find(|entry| entry.path == folder)?
            .environment
            .as_deref()
    }
}

/// The settings file. Clones share it.
#[derive(Debug, Clone)]
pub struct SettingsStore {
    path: Arc<PathBuf>,
    /// Changes of this process come one after the other.
    changing: Arc<Mutex<()>>,
}

impl SettingsStore {
    /// In the platform's configuration folder, or where `SLIPWAY_CONFIG_DIR` says.
    pub fn of_user() -> Result<Self, SettingsError> {
        let folder = match std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty()) {
            Some(folder) => PathBuf::from(folder),
            None => directories::ProjectDirs::from("dev", "slipway", "slipway")
                .ok_or(SettingsError::NoFolder)?
                .config_dir()
                .to_owned(),
        };
        Ok(Self::in_folder(&folder))
    }

    pub fn in_folder(folder: &Path) -> Self {
        Self {
            path: Arc::new(folder.join(FILE)),
            changing: Arc::default(),
        }
    }

    /// What is stored; defaults when nothing is.
    pub fn load(&self) -> Result<UserSettings, SettingsError> {
        match fs::read_to_string(&*self.path) {
            Ok(text) => toml::from_str(&text).map_err(|error| SettingsError::Damaged {
                path: self.path.to_path_buf(),
                why: why(&text, &error),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(UserSettings::default()),
            Err(source) => Err(self.io("read", source)),
        }
    }

    /// Puts a project at the head of the recent ones.
    pub fn remember_project(&self, folder: &Path, name: &str) -> Result<(), SettingsError> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        self.change(|settings| {
            // Looking at the same project again and again is one opening of it.
            if settings.recent.first().is_some_and(|head| {
                head.path == folder
                    && head.name == name
                    && now.saturating_sub(head.opened) < SAME_VISIT
            }) {
                return;
            }
            let environment = settings.environment_of(folder).map(str::to_owned);
            settings.recent.retain(|entry| entry.path != folder);
            settings.recent.insert(
                0,
                RecentEntry {
                    path: folder.to_owned(),
                    name: name.to_owned(),
                    opened: now,
                    environment,
                },
            );
            settings.recent.truncate(RECENT);
        })
    }

    pub fn forget_project(&self, folder: &Path) -> Result<(), SettingsError> {
        self.change(|settings| settings.recent.retain(|entry| entry.path != folder))
    }

    /// Remembers the environment chosen in a project that was opened before.
    pub fn choose_environment(
        &self,
        folder: &Path,
        environment: &str,
    ) -> Result<(), SettingsError> {
        self.change(|settings| {
            for entry in settings
                .recent
                .iter_mut()
                .filter(|entry| entry.path == folder)
            {
                entry.environment = Some(environment.to_owned());
            }
        })
    }

    /// `page_size` in percent; `None` for as it is drawn.
    pub fn choose_look(
        &self,
        theme: ThemeChoice,
        page_size: Option<u16>,
    ) -> Result<(), SettingsError> {
        self.change(|settings| {
            settings.theme = theme;
            settings.page_size = page_size;
        })
    }

    /// Says yes to a host, once and for all.
    pub fn allow_host(&self, host: &str) -> Result<(), SettingsError> {
        self.change(|settings| {
            settings.allowed_hosts.insert(host.to_owned());
        })
    }

    fn change(&self, change: impl FnOnce(&mut UserSettings)) -> Result<(), SettingsError> {
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut settings = self.load()?;
        let before = settings.clone();
        change(&mut settings);
        if settings == before {
            return Ok(());
        }
        let text = toml::to_string_pretty(&settings)
            .map_err(|error| self.io("written", io::Error::other(error)))?;
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(|source| self.io("written", source))?;
        }
        atomic::replace(&self.path, text.as_bytes()).map_err(|source| self.io("written", source))
    }

    fn io(&self, verb: &'static str, source: io::Error) -> SettingsError {
        SettingsError::Io {
            path: self.path.to_path_buf(),
            verb,
            source,
        }
    }
}

/// What is wrong, with the line it stands in.
fn why(text: &str, error: &toml::de::Error) -> String {
    match error.span() {
        Some(span) => {
            let before = text.get(..span.start).unwrap_or(text);
            format!(
                "line {}: {}",
                before.matches('\n').count() + 1,
                error.message()
            )
        }
        None => error.message().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, SettingsStore) {
        let home = tempfile::tempdir().unwrap();
        let store = SettingsStore::in_folder(&home.path().join("not/there/yet"));
        (home, store)
    }

    #[test]
    fn recent_projects_are_kept_newest_first_with_their_environment() {
        let (_home, store) = store();
        assert_eq!(store.load().unwrap(), UserSettings::default());
        store.remember_project(Path::new("/a"), "a").unwrap();
        store.choose_environment(Path::new("/a"), "dev").unwrap();
        store.remember_project(Path::new("/b"), "b").unwrap();
        store.remember_project(Path::new("/a"), "a").unwrap();
        let settings = store.load().unwrap();
        let names: Vec<_> = settings
            .recent
            .iter()
            .map(|entry| entry.name.as_str())
            .collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(settings.environment_of(Path::new("/a")), Some("dev"));
        for number in 0..RECENT {
            store
                .remember_project(Path::new(&format!("/{number}")), "more")
                .unwrap();
        }
        assert_eq!(store.load().unwrap().recent.len(), RECENT);
        store.forget_project(Path::new("/0")).unwrap();
        assert_eq!(store.load().unwrap().recent.len(), RECENT - 1);
    }

    #[test]
    fn what_a_newer_version_wrote_stays() {
        let (_home, store) = store();
        store.allow_host("emulator.example").unwrap();
        let text = fs::read_to_string(&*store.path).unwrap();
        fs::write(
            &*store.path,
            format!("shiny = 3\n{text}\n[future]\nx = 1\n"),
        )
        .unwrap();
        store.choose_look(ThemeChoice::Dark, Some(150)).unwrap();
        let settings = store.load().unwrap();
        assert_eq!(settings.theme, ThemeChoice::Dark);
        assert_eq!(settings.page_size, Some(150));
        assert!(settings.allowed_hosts.contains("emulator.example"));
        assert!(settings.others.contains_key("shiny") && settings.others.contains_key("future"));
    }

    #[test]
    fn a_damaged_file_is_said_and_left_alone() {
        let (_home, store) = store();
        store.choose_look(ThemeChoice::Dark, Some(150)).unwrap();
        for (text, line) in [
            ("theme = ", 1),
            ("\ntheme = \"blue\"\n", 2),
            ("recent = []\n\npage_size = \"large\"\n", 3),
            ("page_size = 99999\n", 1),
        ] {
            fs::write(&*store.path, text).unwrap();
            let fault = store.load().unwrap_err();
            let SettingsError::Damaged { why, .. } = &fault else {
                panic!("{fault:?}");
            };
            assert!(
                why.starts_with(&format!("line {line}: ")),
                "{text:?}: {why}"
            );
            assert!(store.choose_look(ThemeChoice::Light, None).is_err());
            assert_eq!(fs::read_to_string(&*store.path).unwrap(), text);
        }
    }
}
