//! Visits what a context packs, in an order that depends on names only.

use std::fs::{FileType, Metadata};
use std::path::{Path, PathBuf};

use crate::ignore::Matches;
use crate::source::{ContextError, ContextSource};

/// One thing that is packed.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Relative to the context, with slashes; the archive's name unless `raw` differs.
    pub(crate) path: String,
    /// The same as the system has it.
    pub(crate) raw: PathBuf,
    /// Where to read it.
    pub(crate) full: PathBuf,
    pub(crate) kind: EntryKind,
    pub(crate) metadata: Metadata,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EntryKind {
    Folder,
    File,
    /// Stored as it is; never followed.
    Link(PathBuf),
    Socket,
}

/// A folder that is being visited.
struct Frame {
    /// Names still to come, the last first.
    names: Vec<std::ffi::OsString>,
    raw: PathBuf,
    matches: Matches,
    /// The folder itself, if it was ignored so far: told once something in it is packed.
    untold: Option<Entry>,
}

/// Calls `visit` for everything that is packed: parents first, siblings by the bytes of their
/// names. Memory grows with the depth and the longest folder, not with the context.
///
/// # Errors
/// What `visit` returns, and what cannot be read or packed.
pub(crate) fn walk(
    source: &ContextSource,
    visit: &mut dyn FnMut(&Entry) -> Result<(), ContextError>,
) -> Result<(), ContextError> {
    let mut frames = vec![Frame {
        names: names(&source.folder, &source.name)?,
        raw: PathBuf::new(),
        matches: Matches::default(),
        untold: None,
    }];
    while let Some(frame) = frames.last_mut() {
        let Some(name) = frame.names.pop() else {
            frames.pop();
            continue;
        };
        let raw = frame.raw.join(name);
        let path = crate::source::slashed(&raw);
        let (is_ignored, matches) = source.rules.decide(&path, &frame.matches);
        let is_packed = !is_ignored || source.is_needed(&path);
        let full = source.folder.join(&raw);
        let read = |error| ContextError::Read {
            path: shown(source, &path),
            error,
        };
        let metadata = match full.symlink_metadata() {
            Ok(metadata) => metadata,
            // Gone since the folder was listed, and nobody asked for it.
            Err(_) if !is_packed => continue,
            Err(error) => return Err(read(error)),
        };
        let file_type = metadata.file_type();
        if file_type.is_dir() {
            let is_entered =
                is_packed || source.rules.may_keep_below(&path) || source.holds_needed(&path);
            if !is_entered {
                continue;
            }
            let names = names(&full, &shown(source, &path))?;
            let entry = Entry {
                path,
                raw: raw.clone(),
                full,
                kind: EntryKind::Folder,
                metadata,
            };
            let untold = if is_packed {
                tell(&mut frames, &entry, visit)?;
                None
            } else {
                Some(entry)
            };
            frames.push(Frame {
                names,
                raw,
                matches,
                untold,
            });
        } else if is_packed {
            let kind = if file_type.is_symlink() {
                EntryKind::Link(full.read_link().map_err(read)?)
            } else {
                kind(&file_type).map_err(|kind| ContextError::Special {
                    context: source.name.clone(),
                    path: path.clone(),
                    kind,
                })?
            };
            let entry = Entry {
                path,
                raw,
                full,
                kind,
                metadata,
            };
            tell(&mut frames, &entry, visit)?;
        }
    }
    Ok(())
}

/// Tells the ignored parents of an entry, once, and the entry.
fn tell(
    frames: &mut [Frame],
    entry: &Entry,
    visit: &mut dyn FnMut(&Entry) -> Result<(), ContextError>,
) -> Result<(), ContextError> {
    for frame in frames {
        if let Some(folder) = frame.untold.take() {
            visit(&folder)?;
        }
    }
    visit(entry)
}

/// The names in a folder, the last first.
fn names(folder: &Path, shown: &str) -> Result<Vec<std::ffi::OsString>, ContextError> {
    let read = |error| ContextError::Read {
        path: shown.to_owned(),
        error,
    };
    let mut names = Vec::new();
    for entry in folder.read_dir().map_err(read)? {
        names.push(entry.map_err(read)?.file_name());
    }
    names.sort_unstable_by(|a, b| b.as_encoded_bytes().cmp(a.as_encoded_bytes()));
    Ok(names)
}

fn shown(source: &ContextSource, path: &str) -> String {
    match source.name.trim_end_matches('/') {
        "" | "." => path.to_owned(),
        name => format!("{name}/{path}"),
    }
}

/// What an entry that is neither folder nor link is; the error names what cannot be packed.
#[cfg(unix)]
fn kind(file_type: &FileType) -> Result<EntryKind, &'static str> {
    use std::os::unix::fs::FileTypeExt as _;
    if file_type.is_file() {
        Ok(EntryKind::File)
    } else if file_type.is_socket() {
        Ok(EntryKind::Socket)
    } else if file_type.is_fifo() {
        Err("FIFO")
    } else {
        Err("device")
    }
}

#[cfg(not(unix))]
fn kind(file_type: &FileType) -> Result<EntryKind, &'static str> {
    if file_type.is_file() {
        Ok(EntryKind::File)
    } else {
        Err("device")
    }
}

impl Entry {
    /// Permission bits as they are stored.
    #[cfg(unix)]
    pub(crate) fn mode(&self) -> u32 {
        use std::os::unix::fs::MetadataExt as _;
        self.metadata.mode() & 0o7777
    }

    /// Permission bits as they are stored: as Docker's client does it where there are none.
    #[cfg(not(unix))]
    pub(crate) fn mode(&self) -> u32 {
        0o755
    }

    /// Opens the file, and makes sure that it is the one that was looked at.
    pub(crate) fn open(&self, source: &ContextSource) -> Result<std::fs::File, ContextError> {
        let read = |error| ContextError::Read {
            path: shown(source, &self.path),
            error,
        };
        let file = std::fs::File::open(&self.full).map_err(read)?;
        if is_same(&self.metadata, &file.metadata().map_err(read)?) {
            Ok(file)
        } else {
            Err(self.changed(source))
        }
    }

    pub(crate) fn changed(&self, source: &ContextSource) -> ContextError {
        ContextError::Changed {
            context: source.name.clone(),
            path: self.path.clone(),
        }
    }

    pub(crate) fn unreadable(&self, source: &ContextSource, error: std::io::Error) -> ContextError {
        ContextError::Read {
            path: shown(source, &self.path),
            error,
        }
    }
}

#[cfg(unix)]
fn is_same(before: &Metadata, now: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    now.is_file() && (before.dev(), before.ino()) == (now.dev(), now.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, now: &Metadata) -> bool {
    now.is_file()
}
