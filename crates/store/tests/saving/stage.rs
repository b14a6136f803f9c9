//! A project whose texts are numbered, so that a torn or a mixed one is seen.

use slipway_store::{Project, ProjectArchive, ProjectError, Save, Saved};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Says which part of a test the process that was started plays.
const PART: &str = "SLIPWAY_TEST_SAVING";
const FOLDER: &str = "SLIPWAY_TEST_FOLDER";

pub(crate) struct Stage {
    pub(crate) folder: PathBuf,
    _home: Option<tempfile::TempDir>,
}

impl Stage {
    /// A project with text 0.
    pub(crate) fn new() -> Self {
        Self::within(&std::env::temp_dir())
    }

    /// A project with text 0 where every user can come, which `$TMPDIR` need not be.
    pub(crate) fn for_every_user() -> Self {
        Self::within(Path::new("/tmp"))
    }

    fn within(folder: &Path) -> Self {
        let home = tempfile::tempdir_in(folder).unwrap();
        let stage = Self {
            folder: home.path().canonicalize().unwrap(),
            _home: Some(home),
        };
        stage.fill();
        stage
    }

    pub(crate) fn fill(&self) {
        fs::create_dir_all(self.folder.join("shop")).unwrap();
        fs::write(self.file(), text(0)).unwrap();
    }

    /// The stage of the process that started this one.
    pub(crate) fn of_parent() -> Self {
        Self {
            folder: std::env::var_os(FOLDER).unwrap().into(),
            _home: None,
        }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("shop/slipway.toml")
    }

    pub(crate) fn own(&self) -> PathBuf {
        self.folder.join("shop/.slipway")
    }

    pub(crate) fn project(&self) -> Project {
        Project::find(&self.folder.join("shop")).unwrap()
    }

    pub(crate) fn archive(&self) -> ProjectArchive {
        ProjectArchive::in_folder(&self.folder.join("kept"))
    }

    /// Number of the text on disk, which is whole.
    pub(crate) fn number(&self) -> u64 {
        number(&self.project().read().unwrap().text)
    }

    /// Saves text and layout of that number over the text that is there.
    pub(crate) fn save(&self, number: u64) -> Result<Saved, ProjectError> {
        let base = self.project().read().unwrap().revision;
        self.save_from(&base, number)
    }

    pub(crate) fn save_from(&self, base: &str, number: u64) -> Result<Saved, ProjectError> {
        let save = Save {
            base,
            text: &text(number),
            layout: Some(&|_| layout(number)),
        };
        self.project().save(save, &self.archive())
    }

    /// The kept texts, newest first, all of them whole.
    pub(crate) fn kept(&self) -> Vec<String> {
        let (project, archive) = (self.project(), self.archive());
        let versions = archive.versions(project.folder()).unwrap();
        versions
            .iter()
            .map(|version| archive.read_version(project.folder(), &version.id).unwrap())
            .collect()
    }

    /// Temporary files anywhere below the stage.
    pub(crate) fn leftovers(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "tmp") {
                    found.push(path);
                }
            }
        }
        found
    }

    /// This very program, as another process that plays `part` on this stage.
    pub(crate) fn process(&self, part: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args([part, "--exact", "--nocapture", "--test-threads=1"])
            .env(PART, part)
            .env(FOLDER, &self.folder);
        command
    }
}

/// Whether this process was started to play `part`, the full name of a test.
pub(crate) fn plays(part: &str) -> bool {
    std::env::var_os(PART).is_some_and(|played| played == part)
}

/// Some pages long; every line says the number.
pub(crate) fn text(number: u64) -> String {
    let mut text = format!("schema = 1\nname = \"shop\"\n# {number}\n");
    for line in 0..400 + number % 200 {
        writeln!(text, "# line {line} of text {number}").unwrap();
    }
    text
}

/// The number of a text of [`text`]; anything else fails the test.
pub(crate) fn number(found: &str) -> u64 {
    let number = found
        .lines()
        .nth(2)
        .and_then(|line| line.strip_prefix("# "))
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("torn: {found:?}"));
    assert!(found == text(number), "text {number} is torn");
    number
}

pub(crate) fn layout(number: u64) -> String {
    format!(
        "{{\"schema\":1,\"nodes\":{{{}\"z\":{{\"x\":{number},\"y\":0}}}}}}",
        "\"a\":{\"x\":1,\"y\":2},".repeat(100)
    )
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
