//! What is kept of each project outside its folder: its earlier texts and its picture.

use crate::atomic::{self, sync_folder};
use crate::digest::hex_digest;
use crate::private_folder::at;
use std::collections::HashMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Names the folder that this is kept in, instead of the platform's.
const FOLDER_VARIABLE: &str = "SLIPWAY_STATE_DIR";
/// Texts that are kept of one project.
const KEPT: usize = 10;
/// Bytes that are kept of one project; the newest text is kept whatever its size.
const KEPT_BYTES: u64 = 16 << 20;
/// Projects of which something is kept.
const PROJECTS: usize = 50;
/// Texts that follow each other within this time are one version: its last.
const STRETCH: Duration = Duration::from_secs(60);
/// Longest picture, in bytes.
const PICTURE_LIMIT: u64 = 16 << 10;

#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("this system names no folder for what programs remember")]
    NoFolder,
    #[error("what is kept of the project could not be {verb}: {source}")]
    Io {
        verb: &'static str,
        source: io::Error,
    },
    #[error("no version `{id}` is kept")]
    NoVersion { id: String },
    #[error("version `{id}` is damaged")]
    Damaged { id: String },
}

impl ArchiveError {
    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::NoFolder => format!("Set {FOLDER_VARIABLE} to a folder of your own."),
            Self::Io { .. } => {
                "Look at the rights of that folder and at the space on its disk.".to_owned()
            }
            Self::NoVersion { .. } | Self::Damaged { .. } => {
                "Look at the list of versions again and take another one.".to_owned()
            }
        }
    }
}

fn reading(source: io::Error) -> ArchiveError {
    ArchiveError::Io {
        verb: "read",
        source,
    }
}

fn writing(source: io::Error) -> ArchiveError {
    ArchiveError::Io {
        verb: "written",
        source,
    }
}

/// An earlier text of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub id: String,
    /// When it was the project's text, milliseconds since 1970.
    pub saved: u64,
    /// Bytes.
    pub size: u64,
}

/// The version that this process is writing of a project.
#[derive(Debug)]
struct Stretch {
    began: u64,
    /// Its id, unless its text turned out to be one that is kept already.
    id: Option<String>,
}

/// Earlier texts and pictures of all projects. Clones share it.
#[derive(Debug, Clone)]
pub struct ProjectArchive {
    folder: Arc<PathBuf>,
    stretches: Arc<Mutex<HashMap<PathBuf, Stretch>>>,
}

impl ProjectArchive {
    /// In the platform's folder for state, or where `SLIPWAY_STATE_DIR` says.
    pub fn of_user() -> Result<Self, ArchiveError> {
        let folder = match std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty()) {
            Some(folder) => PathBuf::from(folder),
            None => {
                let folders = directories::ProjectDirs::from("dev", "slipway", "slipway")
                    .ok_or(ArchiveError::NoFolder)?;
                folders
                    .state_dir()
                    .unwrap_or_else(|| folders.data_local_dir())
                    .to_owned()
            }
        };
        Ok(Self::in_folder(&folder))
    }

    pub fn in_folder(folder: &Path) -> Self {
        Self {
            folder: Arc::new(folder.to_owned()),
            stretches: Arc::default(),
        }
    }

    /// Keeps `before`, which a save is about to replace: what somebody else wrote, or an earlier
    /// session left, is a version of its own.
    pub(crate) fn keep_before(&self, project: &Path, before: &str) -> Result<(), ArchiveError> {
        self.keep_before_at(project, before, now())
    }

    /// Keeps `text`, which was saved just now. Within a minute it takes the place of the text that
    /// was kept before it.
    pub(crate) fn keep_saved(&self, project: &Path, text: &str) -> Result<(), ArchiveError> {
        self.keep_saved_at(project, text, now())
    }

    fn keep_before_at(&self, project: &Path, text: &str, now: u64) -> Result<(), ArchiveError> {
        let folder = self.prepare(project).map_err(writing)?;
        let versions = list(&folder).map_err(reading)?;
        let digest = short_digest(text);
        if versions
            .iter()
            .any(|version| digest_of(&version.id) == digest)
        {
            return Ok(());
        }
        add(&folder, &versions, text, now).map_err(writing)?;
        // The next text of ours must not take its place.
        self.stretches().remove(project);
        prune(&folder).map_err(writing)
    }

    fn keep_saved_at(&self, project: &Path, text: &str, now: u64) -> Result<(), ArchiveError> {
        let folder = self.prepare(project).map_err(writing)?;
        let versions = list(&folder).map_err(reading)?;
        let digest = short_digest(text);
        let known = versions
            .iter()
            .find(|version| digest_of(&version.id) == digest);
        let mut stretches = self.stretches();
        let stretch = stretches
            .remove(project)
            .filter(|stretch| now.saturating_sub(stretch.began) < millis(STRETCH));
        let (began, replaced) = stretch.map_or((now, None), |stretch| (stretch.began, stretch.id));
        let id = match known {
            // It is kept as what it was: the stretch goes on without a version of its own.
            Some(known) => (replaced.as_ref() == Some(&known.id)).then(|| known.id.clone()),
            None => Some(add(&folder, &versions, text, now).map_err(writing)?),
        };
        if let Some(replaced) = replaced.filter(|replaced| id.as_ref() != Some(replaced)) {
            remove(&folder, &replaced).map_err(writing)?;
        }
        stretches.insert(project.to_owned(), Stretch { began, id });
        prune(&folder).map_err(writing)
    }

    /// The kept texts of a project, newest first.
    pub fn versions(&self, project: &Path) -> Result<Vec<Version>, ArchiveError> {
        let mut versions = list(&self.of(project)).map_err(reading)?;
        // A kill may have left one more, until the next save.
        versions.truncate(KEPT);
        Ok(versions)
    }

    /// One of them.
    pub fn read_version(&self, project: &Path, id: &str) -> Result<String, ArchiveError> {
        // Only what was listed can be read: an id is never a path.
        let folder = self.of(project);
        if !self
            .versions(project)?
            .iter()
            .any(|version| version.id == id)
        {
            return Err(ArchiveError::NoVersion { id: id.to_owned() });
        }
        let path = version_path(&folder, id);
        let bytes = fs::read(&path).map_err(|error| reading(at(&path, &error)))?;
        String::from_utf8(bytes)
            .ok()
            .filter(|text| short_digest(text) == digest_of(id))
            .ok_or_else(|| ArchiveError::Damaged { id: id.to_owned() })
    }

    /// Keeps the picture of a project, in the words of whoever draws it.
    pub fn save_picture(&self, project: &Path, picture: &str) -> Result<(), ArchiveError> {
        let folder = self.prepare(project).map_err(writing)?;
        let path = folder.join("picture.json");
        if picture.len() as u64 > PICTURE_LIMIT {
            return Err(writing(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("the picture has {} bytes", picture.len()),
            )));
        }
        atomic::replace(&path, picture.as_bytes()).map_err(|error| writing(at(&path, &error)))
    }

    /// The picture of a project that was kept last.
    pub fn picture(&self, project: &Path) -> Result<Option<String>, ArchiveError> {
        let path = self.of(project).join("picture.json");
        let file = match fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(reading(at(&path, &error))),
        };
        let mut text = String::new();
        file.take(PICTURE_LIMIT)
            .read_to_string(&mut text)
            .map_err(|error| reading(at(&path, &error)))?;
        Ok(Some(text))
    }

    /// Forgets the picture; the texts stay.
    pub fn forget_picture(&self, project: &Path) -> Result<(), ArchiveError> {
        let path = self.of(project).join("picture.json");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(writing(at(&path, &error)))
            }
            _ => Ok(()),
        }
    }

    fn stretches(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Stretch>> {
        self.stretches
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn projects(&self) -> PathBuf {
        self.folder.join("projects")
    }

    /// The folder of a project; its name follows from the project's path.
    fn of(&self, project: &Path) -> PathBuf {
        let key = hex_digest(project.as_os_str().as_encoded_bytes());
        self.projects().join(&key[..32])
    }

    /// The same, made where it is missing; then the project that nobody saved for longest makes
    /// room.
    fn prepare(&self, project: &Path) -> io::Result<PathBuf> {
        let folder = self.of(project);
        if folder.join("project").is_file() {
            return Ok(folder);
        }
        private(&folder)?;
        // For people who look into it.
        let name = folder.join("project");
        atomic::replace(&name, project.display().to_string().as_bytes())
            .map_err(|error| at(&name, &error))?;
        sync_folder(&self.projects())?;
        self.make_room(&folder)?;
        Ok(folder)
    }

    fn make_room(&self, own: &Path) -> io::Result<()> {
        let mut folders = Vec::new();
        let projects = self.projects();
        for entry in fs::read_dir(&projects).map_err(|error| at(&projects, &error))? {
            let path = entry.map_err(|error| at(&projects, &error))?.path();
            let used = fs::metadata(&path).and_then(|about| about.modified());
            match used {
                Ok(used) if path != own => folders.push((used, path)),
                Ok(_) => {}
                // Another process made room.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(at(&path, &error)),
            }
        }
        folders.sort();
        let many = (folders.len() + 1).saturating_sub(PROJECTS);
        for (_, folder) in folders.into_iter().take(many) {
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(at(&folder, &error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// A folder that only its owner looks into: a design may name what is nobody else's business.
fn private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| at(folder, &error))
}

/// Milliseconds since 1970.
fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, millis)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn short_digest(text: &str) -> String {
    let mut digest = hex_digest(text.as_bytes());
    digest.truncate(16);
    digest
}

fn digest_of(id: &str) -> &str {
    id.split_once('-').map_or("", |(_, digest)| digest)
}

fn version_path(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.toml"))
}

/// The time that an id holds; `None` when it is none.
fn time_of(id: &str) -> Option<u64> {
    let (time, digest) = id.split_once('-')?;
    let is_id = time.len() == 13
        && time.bytes().all(|byte| byte.is_ascii_digit())
        && digest.len() == 16
        && digest
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if is_id { time.parse().ok() } else { None }
}

/// Newest first.
fn list(folder: &Path) -> io::Result<Vec<Version>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(at(folder, &error)),
    };
    let mut versions = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| at(folder, &error))?;
        let name = entry.file_name();
        let Some(id) = name.to_str().and_then(|name| name.strip_suffix(".toml")) else {
            continue;
        };
        let Some(saved) = time_of(id) else { continue };
        match entry.metadata() {
            Ok(about) => versions.push(Version {
                id: id.to_owned(),
                saved,
                size: about.len(),
            }),
            // Another process replaced it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(&entry.path(), &error)),
        }
    }
    versions.sort_by(|one, other| other.id.cmp(&one.id));
    Ok(versions)
}

/// Later than all others, whatever the clock says.
fn add(folder: &Path, versions: &[Version], text: &str, now: u64) -> io::Result<String> {
    let after = versions.first().map_or(0, |newest| newest.saved + 1);
    let id = format!("{:013}-{}", now.max(after), short_digest(text));
    let path = version_path(folder, &id);
    atomic::replace_saved(&path, text.as_bytes(), |_| Ok(true))
        .map_err(|error| at(&path, &error))?;
    Ok(id)
}

fn remove(folder: &Path, id: &str) -> io::Result<()> {
    let path = version_path(folder, id);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(&path, &error)),
        _ => Ok(()),
    }
}

fn prune(folder: &Path) -> io::Result<()> {
    let mut bytes = 0;
    for (number, version) in list(folder)?.into_iter().enumerate() {
        bytes += version.size;
        if number > 0 && (number >= KEPT || bytes > KEPT_BYTES) {
            remove(folder, &version.id)?;
        }
    }
    // Texts come under the project's save lock, pictures do not.
    atomic::clear_saves(folder)?;
    atomic::clear_leftovers(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;
    /// Some time in 2026.
    const START: u64 = 1_767_225_600_000;

    fn archive() -> (tempfile::TempDir, ProjectArchive) {
        let home = tempfile::tempdir().unwrap();
        let archive = ProjectArchive::in_folder(&home.path().join("not/there/yet"));
        (home, archive)
    }

    /// What a save does with the archive, so long after the start.
    fn save(archive: &ProjectArchive, before: &str, text: &str, after: u64) {
        let project = Path::new("/shop");
        archive
            .keep_before_at(project, before, START + after)
            .unwrap();
        archive.keep_saved_at(project, text, START + after).unwrap();
    }

    /// The kept texts, newest first.
    fn kept(archive: &ProjectArchive) -> Vec<String> {
        let project = Path::new("/shop");
        archive
            .versions(project)
            .unwrap()
            .iter()
            .map(|version| archive.read_version(project, &version.id).unwrap())
            .collect()
    }

    #[test]
    fn a_minute_of_editing_is_one_version_and_what_was_there_before_is_another() {
        let (_home, archive) = archive();
        assert_eq!(kept(&archive), [""; 0]);
        save(&archive, "a", "b", 0);
        save(&archive, "b", "c", 1000);
        save(&archive, "c", "d", MINUTE - 1);
        assert_eq!(kept(&archive), ["d", "a"]);
        save(&archive, "d", "e", MINUTE);
        save(&archive, "e", "f", MINUTE + 1);
        assert_eq!(kept(&archive), ["f", "d", "a"]);
    }

    #[test]
    fn what_another_editor_or_session_wrote_is_never_replaced() {
        let (_home, archive) = archive();
        save(&archive, "a", "b", 0);
        save(&archive, "theirs", "ours", 1000);
        assert_eq!(kept(&archive), ["ours", "theirs", "b", "a"]);
        let again = ProjectArchive::in_folder(&archive.folder);
        save(&again, "ours", "later", 2000);
        assert_eq!(kept(&again), ["later", "ours", "theirs", "b", "a"]);
    }

    #[test]
    fn going_back_to_a_kept_text_neither_doubles_nor_loses_it() {
        let (_home, archive) = archive();
        save(&archive, "a", "b", 0);
        save(&archive, "b", "a", 1000);
        assert_eq!(kept(&archive), ["a"]);
        save(&archive, "a", "c", 2000);
        save(&archive, "c", "c", 3000);
        save(&archive, "c", "d", 4000);
        assert_eq!(kept(&archive), ["d", "a"]);
    }

    #[test]
    fn ten_are_kept_whatever_the_clock_does() {
        let (_home, archive) = archive();
        for number in 0..30_u64 {
            // It goes back an hour at each step.
            let now = START + (30 - number) * 60 * MINUTE;
            let project = Path::new("/shop");
            archive
                .keep_before_at(project, &number.to_string(), now)
                .unwrap();
        }
        let wanted: Vec<String> = (20..30).rev().map(|number| number.to_string()).collect();
        assert_eq!(kept(&archive), wanted);
    }

    #[test]
    fn long_texts_are_kept_until_their_bytes_are_used_up() {
        let (_home, archive) = archive();
        let long = |letter: &str| letter.repeat(7 << 20);
        for letter in ["a", "b", "c"] {
            let project = Path::new("/shop");
            archive
                .keep_before_at(project, &long(letter), START)
                .unwrap();
        }
        assert_eq!(kept(&archive), [long("c"), long("b")]);
    }

    #[test]
    fn an_id_is_never_a_path_and_a_torn_version_is_said() {
        let (home, archive) = archive();
        let project = Path::new("/shop");
        save(&archive, "a", "b", 0);
        fs::write(home.path().join("secret.toml"), "x").unwrap();
        for id in [
            "../../../../secret",
            "/etc/passwd",
            "",
            "picture",
            "1-2",
            "é",
        ] {
            assert!(matches!(
                archive.read_version(project, id),
                Err(ArchiveError::NoVersion { .. })
            ));
        }
        let newest = archive.versions(project).unwrap().remove(0);
        let path = version_path(&archive.of(project), &newest.id);
        fs::write(path, "").unwrap();
        assert!(matches!(
            archive.read_version(project, &newest.id),
            Err(ArchiveError::Damaged { .. })
        ));
        // The others are as good as before, and the next save keeps its text.
        save(&archive, "a", "c", MINUTE);
        assert!(archive.versions(project).unwrap().len() >= 3);
    }

    #[test]
    fn of_many_projects_the_last_are_kept() {
        let (_home, archive) = archive();
        for number in 0..PROJECTS + 5 {
            let project = PathBuf::from(format!("/{number}"));
            archive.keep_before_at(&project, "a", START).unwrap();
        }
        assert_eq!(fs::read_dir(archive.projects()).unwrap().count(), PROJECTS);
        let last = PathBuf::from(format!("/{}", PROJECTS + 4));
        assert_eq!(archive.versions(&last).unwrap().len(), 1);
    }

    #[test]
    fn a_picture_is_kept_beside_the_texts_until_it_is_forgotten() {
        let (_home, archive) = archive();
        let project = Path::new("/shop");
        assert_eq!(archive.picture(project).unwrap(), None);
        archive.forget_picture(project).unwrap();
        archive.save_picture(project, "one").unwrap();
        archive.save_picture(project, "two").unwrap();
        save(&archive, "a", "b", 0);
        assert_eq!(archive.picture(project).unwrap().unwrap(), "two");
        let long = "x".repeat(usize::try_from(PICTURE_LIMIT).unwrap() + 1);
        assert!(archive.save_picture(project, &long).is_err());
        archive.forget_picture(project).unwrap();
        assert_eq!(archive.picture(project).unwrap(), None);
        assert_eq!(kept(&archive), ["b", "a"]);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_looks_into_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_home, archive) = archive();
        save(&archive, "a", "b", 0);
        let about = fs::metadata(archive.of(Path::new("/shop"))).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o700);
    }
}
