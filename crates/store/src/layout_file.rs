//! Where the cards of a project stand: `.slipway/layout.json`, a text that others read.

use crate::private_folder::{at, own_folder};
use crate::save::Relayout;
use crate::{Project, atomic};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

const FILE: &str = "layout.json";
/// What an unreadable one is called before it is replaced.
const ASIDE: &str = "layout.unreadable.json";
/// Longest layout, in bytes: 5,000 cards take some 300 kB.
pub(crate) const LAYOUT_LIMIT: u64 = 4 << 20;

/// Why a layout is not used. The design opens without it.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    #[error("it is longer than {} MiB", LAYOUT_LIMIT >> 20)]
    TooLong,
    #[error("it is not text in UTF-8 (byte {at} is wrong)")]
    NotText { at: usize },
    #[error("it is not a file")]
    NotAFile,
    #[error("it leads out of the project folder by a link")]
    Outside,
    #[error("{0}")]
    Read(io::Error),
}

impl Project {
    /// The text of the layout; `None` when there is none.
    pub fn read_layout(&self) -> Result<Option<String>, LayoutError> {
        let path = layout_path(self.folder());
        let whole = match fs::canonicalize(&path) {
            Ok(whole) => whole,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(LayoutError::Read(error)),
        };
        if !whole.starts_with(self.folder()) {
            return Err(LayoutError::Outside);
        }
        // Reading from a pipe would wait for ever.
        if !fs::metadata(&whole).map_err(LayoutError::Read)?.is_file() {
            return Err(LayoutError::NotAFile);
        }
        let mut bytes = Vec::new();
        fs::File::open(&whole)
            .and_then(|file| file.take(LAYOUT_LIMIT + 1).read_to_end(&mut bytes))
            .map_err(LayoutError::Read)?;
        if bytes.len() as u64 > LAYOUT_LIMIT {
            return Err(LayoutError::TooLong);
        }
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|error| LayoutError::NotText {
                at: error.utf8_error().valid_up_to(),
            })
    }

    /// Replaces the layout in one step, under the save lock. What was there and can't be read is
    /// put aside first.
    pub(crate) fn write_layout(&self, layout: Relayout<'_>) -> io::Result<()> {
        let path = layout_path(self.folder());
        let there = self.read_layout();
        let known = there.as_ref().ok().and_then(Option::as_deref);
        let text = layout(known);
        if text.len() as u64 > LAYOUT_LIMIT {
            let error = io::Error::new(io::ErrorKind::FileTooLarge, LayoutError::TooLong);
            return Err(at(&path, &error));
        }
        let folder = own_folder(self.folder())?;
        atomic::clear_saves(&folder)?;
        match there {
            Ok(Some(there)) if there == text => return Ok(()),
            Ok(_) => {}
            Err(LayoutError::Outside) => {
                let error = io::Error::new(io::ErrorKind::PermissionDenied, LayoutError::Outside);
                return Err(at(&path, &error));
            }
            Err(LayoutError::Read(error)) => return Err(at(&path, &error)),
            Err(LayoutError::TooLong | LayoutError::NotText { .. } | LayoutError::NotAFile) => {
                fs::rename(&path, folder.join(ASIDE)).map_err(|error| at(&path, &error))?;
            }
        }
        atomic::replace_saved(&path, text.as_bytes(), |_| Ok(true))
            .map(|_| ())
            .map_err(|error| at(&path, &error))
    }
}

fn layout_path(project: &Path) -> PathBuf {
    crate::private_folder::path(project, FILE)
}
