//! What a build reads: the context's folder, the Dockerfile and the ignore rules, each checked to
//! lie inside of the project.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use slipway_plan::BuildSource;

use crate::ignore::{IgnoreError, IgnoreRules};
use crate::syntax::{self, ForeignSyntax};

/// Longest Dockerfile and longest `.dockerignore` that are read, in bytes.
const TEXT_LIMIT: u64 = 1 << 20;

/// Name of a Dockerfile in the archive that does not lie in the context.
const OUTSIDE_NAME: &str = ".slipway.Dockerfile";

/// What one build reads. Nothing else is ever opened.
#[derive(Debug, Clone)]
pub struct ContextSource {
    /// The context's folder, links resolved.
    pub(crate) folder: PathBuf,
    /// As the design names it, for messages.
    pub(crate) name: String,
    pub(crate) rules: IgnoreRules,
    /// Name of the Dockerfile in the archive, with slashes.
    pub(crate) dockerfile: String,
    /// The Dockerfile's text.
    pub(crate) text: Vec<u8>,
    /// The Dockerfile lies in the project but not in the context.
    pub(crate) is_outside: bool,
}

/// Why a context cannot be built from.
#[derive(Debug, thiserror::Error)]
pub enum ContextError {
    /// The context or the Dockerfile is a URL.
    #[error("the build context `{0}` is refused: it is remote")]
    Remote(String),
    /// A file or folder is not there.
    #[error("{what} `{path}` is missing")]
    Missing {
        /// `the build context` and the like.
        what: &'static str,
        /// As the design names it.
        path: String,
    },
    /// It is there and is something else.
    #[error("{what} `{path}` is not a {expected}")]
    WrongKind {
        /// `the build context` and the like.
        what: &'static str,
        /// As the design names it.
        path: String,
        /// `folder` or `file`.
        expected: &'static str,
    },
    /// It lies outside of the project, once links are resolved.
    #[error("{what} `{path}` is refused: it leads out of the project")]
    Outside {
        /// `the build context` and the like.
        what: &'static str,
        /// As the design names it.
        path: String,
    },
    /// A Dockerfile or an ignore file is larger than any real one.
    #[error("{what} `{path}` is refused: it is larger than 1 MiB")]
    TooLong {
        /// `the Dockerfile` and the like.
        what: &'static str,
        /// As the design names it.
        path: String,
    },
    /// A pattern cannot be read.
    #[error("`{path}` cannot be read: {error}")]
    Ignore {
        /// Of the ignore file.
        path: String,
        /// Line and reason.
        #[source]
        error: IgnoreError,
    },
    /// The Dockerfile asks for a program of somebody else to read it.
    #[error("the Dockerfile `{path}` is refused: {error}")]
    Syntax {
        /// As the design names it.
        path: String,
        /// Which program.
        #[source]
        error: ForeignSyntax,
    },
    /// A FIFO or a device cannot be packed.
    #[error("`{path}` in the build context `{context}` cannot be packed: it is a {kind}")]
    Special {
        /// The context, as the design names it.
        context: String,
        /// Relative to the context.
        path: String,
        /// `FIFO` or `device`.
        kind: &'static str,
    },
    /// More than the limits allow.
    #[error("the build context `{context}` is refused: {found}, more than {limit}{}", largest_file(largest.as_deref()))]
    TooLarge {
        /// The context, as the design names it.
        context: String,
        /// How much there is, and which file is the largest.
        found: String,
        /// The limit that was passed.
        limit: String,
        /// The largest file.
        largest: Option<String>,
    },
    /// A file changed between being measured and being read.
    #[error("`{path}` in the build context `{context}` changed while it was packed")]
    Changed {
        /// The context, as the design names it.
        context: String,
        /// Relative to the context.
        path: String,
    },
    /// The system refused to read.
    #[error("`{path}` cannot be read: {error}")]
    Read {
        /// What was read.
        path: String,
        /// The system's reason.
        #[source]
        error: std::io::Error,
    },
    /// Whoever took the archive stopped taking it.
    #[error("packing was stopped")]
    Stopped,
}

impl ContextError {
    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::Remote(_) => "Put the sources into the project and name their folder.".into(),
            Self::Missing { .. } => "Create it, or correct `image` in slipway.toml; paths are relative to that file, and `dockerfile` is relative to the context.".into(),
            Self::WrongKind { .. } => "Correct `image` in slipway.toml: `build` names a folder, `dockerfile` a file.".into(),
            Self::Outside { .. } => "Copy what is needed into the project: Slipway reads nothing outside of it.".into(),
            Self::TooLong { .. } => "Check that it is the file you mean.".into(),
            Self::Ignore { .. } => "Correct the pattern; a literal `[`, `*`, `?` or backslash is written with a backslash before it.".into(),
            Self::Syntax { .. } => "Use `# syntax=docker/dockerfile:1`, or leave the line away.".into(),
            Self::Special { .. } => "Remove it, or name it in .dockerignore.".into(),
            Self::TooLarge { .. } => "Name what the image does not need in .dockerignore.".into(),
            Self::Changed { .. } => "Try again once nothing writes there, or name it in .dockerignore.".into(),
            Self::Read { .. } => "Check its permissions, or name it in .dockerignore.".into(),
            Self::Stopped => "Try again.".into(),
        }
    }
}

impl ContextSource {
    /// Finds and checks what `source` names below the project folder `root`.
    ///
    /// Blocks on the disk. Reads the Dockerfile and the ignore file, nothing else.
    ///
    /// # Errors
    /// Whatever is missing, unreadable or outside of the project.
    pub fn open(root: &Path, source: &BuildSource) -> Result<Self, ContextError> {
        let name = source.context.clone();
        for text in [&source.context, &source.dockerfile] {
            if text.contains("://") || text.starts_with("git@") {
                return Err(ContextError::Remote(text.clone()));
            }
        }
        let root = canonical(root, "the project folder", &root.display().to_string())?;
        let what = "the build context";
        let folder = canonical(&root.join(&source.context), what, &name)?;
        inside(&root, &folder, what, &name)?;
        if !folder.is_dir() {
            return Err(ContextError::WrongKind {
                what,
                path: name,
                expected: "folder",
            });
        }

        let what = "the Dockerfile";
        let given = match source.dockerfile.as_str() {
            "" => "Dockerfile",
            given => given,
        };
        let shown = joined(&source.context, given);
        let dockerfile = canonical(&folder.join(given), what, &shown)?;
        inside(&root, &dockerfile, what, &shown)?;
        let text = read_text(&dockerfile, what, &shown)?;
        syntax::check(&text, &source.args).map_err(|error| ContextError::Syntax {
            path: shown.clone(),
            error,
        })?;

        let own = format!("{given}.dockerignore");
        let rules = match ignore_file(&root, &folder, &source.context, &own)? {
            Some(rules) => rules,
            None => {
                ignore_file(&root, &folder, &source.context, ".dockerignore")?.unwrap_or_default()
            }
        };

        let relative = dockerfile.strip_prefix(&folder).ok().map(slashed);
        let is_outside = relative.is_none();
        let dockerfile = match relative {
            Some(relative) => relative,
            None => free_name(&folder),
        };
        Ok(Self {
            folder,
            name,
            rules,
            dockerfile,
            text,
            is_outside,
        })
    }

    /// The Dockerfile's text.
    pub fn dockerfile_text(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    /// Paths that go into the archive whatever the rules say: the builder reads them itself.
    pub(crate) fn is_needed(&self, path: &str) -> bool {
        path == ".dockerignore" || (!self.is_outside && path == self.dockerfile)
    }

    /// Whether an ignored folder holds the Dockerfile.
    pub(crate) fn holds_needed(&self, folder: &str) -> bool {
        !self.is_outside
            && self
                .dockerfile
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Reads the rules of an ignore file of the context, unless there is none.
fn ignore_file(
    root: &Path,
    folder: &Path,
    context: &str,
    name: &str,
) -> Result<Option<IgnoreRules>, ContextError> {
    let what = "the ignore file";
    let shown = joined(context, name);
    let path = match canonical(&folder.join(name), what, &shown) {
        Ok(path) => path,
        Err(ContextError::Missing { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    inside(root, &path, what, &shown)?;
    let text = read_text(&path, what, &shown)?;
    IgnoreRules::parse(&text)
        .map(Some)
        .map_err(|error| ContextError::Ignore { path: shown, error })
}

fn canonical(path: &Path, what: &'static str, shown: &str) -> Result<PathBuf, ContextError> {
    path.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => ContextError::Missing {
            what,
            path: shown.to_owned(),
        },
        _ => ContextError::Read {
            path: shown.to_owned(),
            error,
        },
    })
}

fn inside(root: &Path, path: &Path, what: &'static str, shown: &str) -> Result<(), ContextError> {
    if path.starts_with(root) {
        Ok(())
    } else {
        Err(ContextError::Outside {
            what,
            path: shown.to_owned(),
        })
    }
}

fn read_text(path: &Path, what: &'static str, shown: &str) -> Result<Vec<u8>, ContextError> {
    let read = |error| ContextError::Read {
        path: shown.to_owned(),
        error,
    };
    // Asked before it is opened: opening a FIFO would wait for a writer.
    if !path.metadata().map_err(read)?.is_file() {
        return Err(ContextError::WrongKind {
            what,
            path: shown.to_owned(),
            expected: "file",
        });
    }
    let mut text = Vec::new();
    let file = std::fs::File::open(path).map_err(read)?;
    file.take(TEXT_LIMIT + 1)
        .read_to_end(&mut text)
        .map_err(read)?;
    if text.len() as u64 > TEXT_LIMIT {
        return Err(ContextError::TooLong {
            what,
            path: shown.to_owned(),
        });
    }
    Ok(text)
}

/// A name for the Dockerfile's copy that nothing in the context has.
fn free_name(folder: &Path) -> String {
    let mut name = OUTSIDE_NAME.to_owned();
    let mut count = 1_u32;
    while folder.join(&name).symlink_metadata().is_ok() {
        count += 1;
        name = format!("{OUTSIDE_NAME}.{count}");
    }
    name
}

fn joined(context: &str, name: &str) -> String {
    match context.trim_end_matches('/') {
        "" | "." => name.to_owned(),
        context => format!("{context}/{name}"),
    }
}

/// A relative path with slashes.
pub(crate) fn slashed(path: &Path) -> String {
    path.components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        })
        .collect::<Vec<_>>()
        .join("/")
}

fn largest_file(largest: Option<&str>) -> String {
    largest
        .map(|file| format!("; the largest file is {file}"))
        .unwrap_or_default()
}
