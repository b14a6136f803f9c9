//! What an import reads: the names of a folder's files, and the text of those that were asked for. Never the disk itself.

use std::collections::{BTreeMap, BTreeSet};

/// Folders that are never looked into: what tools put there is not the project's own.
const SKIPPED: [&str; 6] = [
    "node_modules",
    "target",
    "vendor",
    "venv",
    "__pycache__",
    "bower_components",
];

/// Most folders below each other that are looked into.
pub const DEPTH: usize = 8;
/// Most entries of folders that are looked at.
pub const ENTRIES: usize = 20_000;
/// Most files whose text is asked for.
const TEXTS: usize = 500;

/// Whether a folder of this name is passed over. Hidden ones are.
pub fn is_skipped(folder: &str) -> bool {
    folder.starts_with('.') || SKIPPED.contains(&folder)
}

/// A folder that is looked at.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Where the folder is, relative to the project's: empty for the project's own, `None` when it is outside.
    pub root: Option<String>,
    /// The folder's own name.
    pub name: String,
    /// Its files, relative to it, with forward slashes.
    pub files: BTreeSet<String>,
    /// The one file that is meant, when it is not the whole folder.
    pub only: Option<String>,
    /// Texts of the files that [`Sources::wanted`] names.
    pub texts: BTreeMap<String, String>,
    /// Files that are wanted and were not read, and why.
    pub unread: BTreeMap<String, String>,
}

impl Sources {
    /// The files whose text is needed, by their names alone.
    pub fn wanted(&self) -> Vec<String> {
        let docker_folders: BTreeSet<&str> = self
            .files
            .iter()
            .filter(|file| is_dockerfile(file))
            .map(|file| folder_of(file))
            .collect();
        let whole = self.only.is_none();
        self.files
            .iter()
            .filter(|file| {
                Some(*file) == self.only.as_ref()
                    || is_dotenv(file)
                    || (whole
                        && (is_dockerfile(file)
                            || is_compose(file)
                            || is_template(file)
                            || is_openapi(file)
                            || is_copilot(file)))
                    || (is_manifest(file) && docker_folders.contains(folder_of(file)))
            })
            .take(TEXTS)
            .cloned()
            .collect()
    }

    pub(crate) fn text(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(String::as_str)
    }

    /// The files of this kind that are meant, and were read or should have been.
    pub(crate) fn of_kind(&self, kind: fn(&str) -> bool) -> Vec<&str> {
        self.files
            .iter()
            .map(String::as_str)
            .filter(|file| match &self.only {
                Some(only) => only == file,
                None => kind(file),
            })
            .collect()
    }

    /// A path of this folder as the design writes it: relative to the project, without `.` and `..`.
    pub(crate) fn in_project(&self, path: &str) -> Result<String, &'static str> {
        let Some(root) = &self.root else {
            return Err("it is outside of the project's folder, and only what is inside is built");
        };
        if path.contains("://") || path.starts_with("git@") {
            return Err(
                "its build context is an address, and Slipway builds folders of the project",
            );
        }
        if path.contains('\\') || path.chars().any(char::is_control) {
            return Err("its path is not one with forward slashes");
        }
        if path.starts_with(['/', '~']) || path.as_bytes().get(1) == Some(&b':') {
            return Err("its path is absolute, and would be another one on another computer");
        }
        let joined = format!("{root}/{path}");
        match normal(&joined) {
            None => Err("it is outside of the project's folder, and only what is inside is built"),
            Some(path) if path.is_empty() => Ok(".".to_owned()),
            Some(path) => Ok(path),
        }
    }
}

/// A path without `.` and `..`; `None` when it leaves the folder it starts in.
pub(crate) fn normal(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

pub(crate) fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

pub(crate) fn name_of(file: &str) -> &str {
    file.rsplit_once('/').map_or(file, |(_, name)| name)
}

fn depth(file: &str) -> usize {
    file.matches('/').count()
}

/// `Dockerfile`, `Dockerfile.worker`, `api.Dockerfile`; not what a builder keeps beside one.
pub(crate) fn is_dockerfile(file: &str) -> bool {
    let name = name_of(file);
    let lower = name.to_ascii_lowercase();
    !lower.ends_with(".dockerignore")
        && !["~", ".bak", ".orig", ".swp", ".md", ".tmpl", ".j2"]
            .iter()
            .any(|end| lower.ends_with(end))
        && (name == "Dockerfile"
            || name == "Containerfile"
            || (name.starts_with("Dockerfile.") && name.len() > 11)
            || (lower.ends_with(".dockerfile") && name.len() > 11))
}

/// In the order in which compose takes them.
pub(crate) const COMPOSE: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];

/// A compose file of the folder itself, override files included.
pub(crate) fn is_compose(file: &str) -> bool {
    depth(file) == 0
        && is_yaml(file)
        && (file.starts_with("compose.") || file.starts_with("docker-compose."))
}

fn is_dotenv(file: &str) -> bool {
    file == ".env"
}

fn is_yaml(file: &str) -> bool {
    file.ends_with(".yaml") || file.ends_with(".yml")
}

fn is_data(file: &str) -> bool {
    is_yaml(file) || file.ends_with(".json")
}

/// A template of CloudFormation, by the names that SAM looks for.
pub(crate) fn is_template(file: &str) -> bool {
    let name = name_of(file);
    depth(file) <= 3 && is_data(file) && (name.starts_with("template.") || name.starts_with("sam."))
}

pub(crate) fn is_openapi(file: &str) -> bool {
    let lower = name_of(file).to_ascii_lowercase();
    depth(file) <= 5 && is_data(file) && (lower.contains("openapi") || lower.contains("swagger"))
}

/// `copilot/NAME/manifest.yml`, and the file with the application's name.
pub(crate) fn is_copilot(file: &str) -> bool {
    is_copilot_manifest(file) || file == COPILOT_WORKSPACE
}

pub(crate) const COPILOT_WORKSPACE: &str = "copilot/.workspace";

pub(crate) fn is_copilot_manifest(file: &str) -> bool {
    let mut parts = file.split('/');
    matches!(
        (parts.next(), parts.next(), parts.next(), parts.next()),
        (
            Some("copilot"),
            Some(_),
            Some("manifest.yml" | "manifest.yaml"),
            None
        )
    )
}

/// What says which libraries a program uses.
fn is_manifest(file: &str) -> bool {
    matches!(
        name_of(file),
        "Cargo.toml"
            | "package.json"
            | "go.mod"
            | "requirements.txt"
            | "pyproject.toml"
            | "Gemfile"
            | "pom.xml"
            | "build.gradle"
            | "build.gradle.kts"
    )
}

/// The manifests in a folder.
pub(crate) fn manifests<'s>(sources: &'s Sources, folder: &str) -> Vec<(&'s str, &'s str)> {
    sources
        .texts
        .iter()
        .filter(|(file, _)| is_manifest(file) && folder_of(file) == folder)
        .map(|(file, text)| (file.as_str(), text.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_dockerfiles() {
        for file in [
            "Dockerfile",
            "a/Dockerfile",
            "Dockerfile.worker",
            "docker/api.Dockerfile",
            "web.dockerfile",
            "Containerfile",
        ] {
            assert!(is_dockerfile(file), "{file}");
        }
        for file in [
            "Dockerfile.dockerignore",
            "Dockerfile.",
            ".dockerfile",
            "dockerfile-notes.txt",
            "Dockerfile.bak",
            "Dockerfile/readme",
        ] {
            assert!(!is_dockerfile(file), "{file}");
        }
    }

    #[test]
    fn only_what_is_needed_is_asked_for() {
        let sources = Sources {
            files: [
                ".env",
                "README.md",
                "api/Dockerfile",
                "api/package.json",
                "compose.yaml",
                "copilot/web/manifest.yml",
                "docs/openapi.yaml",
                "lib/package.json",
                "sub/compose.yaml",
                "template.yaml",
            ]
            .map(str::to_owned)
            .into(),
            ..Sources::default()
        };
        assert_eq!(
            sources.wanted(),
            [
                ".env",
                "api/Dockerfile",
                "api/package.json",
                "compose.yaml",
                "copilot/web/manifest.yml",
                "docs/openapi.yaml",
                "template.yaml"
            ]
        );
        let one = Sources {
            only: Some("docs/openapi.yaml".to_owned()),
            ..sources
        };
        assert_eq!(
            one.wanted(),
            [".env", "api/package.json", "docs/openapi.yaml"]
        );
    }

    #[test]
    fn paths_of_the_project() {
        let at = |root: Option<&str>, path: &str| {
            let sources = Sources {
                root: root.map(str::to_owned),
                ..Sources::default()
            };
            sources.in_project(path).ok()
        };
        assert_eq!(at(Some(""), "."), Some(".".to_owned()));
        assert_eq!(at(Some(""), "./a/../b"), Some("b".to_owned()));
        assert_eq!(at(Some("apps/x"), ".."), Some("apps".to_owned()));
        assert_eq!(at(Some("x"), "../.."), None);
        assert_eq!(at(None, "a"), None);
        for path in [
            "/a",
            "~/a",
            "C:/a",
            "https://example.com/r.git",
            "git@x:y",
            "a\\b",
        ] {
            assert_eq!(at(Some(""), path), None, "{path}");
        }
    }
}
