//! Reading a folder for an import, within bounds: how deep, how many entries, how many bytes.
//!
//! Links are followed to files inside of the folder and to nothing else.

use slipway_import::{DEPTH, ENTRIES, FILE_LIMIT, Sources, is_skipped};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// Most bytes that are read in all.
const TOTAL: usize = 64 << 20;

/// The files of `folder`, which is absolute with links resolved, and the texts that an import needs of them.
/// The second are words on what was not looked at.
///
/// # Errors
/// When the folder itself cannot be listed.
pub(crate) fn read(
    folder: &Path,
    root: Option<String>,
    only: Option<String>,
) -> io::Result<(Sources, Vec<String>)> {
    let mut walk = Walk {
        folder,
        files: BTreeSet::new(),
        seen: 0,
        deep: false,
        unreadable: Vec::new(),
        odd_names: 0,
    };
    if let Some(only) = &only {
        // Beside the one file only what stands next to it can matter.
        walk.files.insert(only.clone());
        walk.list(folder, "", 0)?;
    } else {
        walk.all()?;
    }
    let notes = walk.notes();
    let mut sources = Sources {
        root,
        name: folder
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        files: walk.files,
        only,
        ..Sources::default()
    };
    let mut left = TOTAL;
    for file in sources.wanted() {
        match text(&folder.join(&file), left) {
            Ok(text) => {
                left -= text.len();
                sources.texts.insert(file, text);
            }
            Err(why) => {
                sources.unread.insert(file, why);
            }
        }
    }
    Ok((sources, notes))
}

struct Walk<'a> {
    folder: &'a Path,
    files: BTreeSet<String>,
    seen: usize,
    deep: bool,
    unreadable: Vec<String>,
    odd_names: usize,
}

impl Walk<'_> {
    /// Level by level, so that what is near is found when there is too much.
    fn all(&mut self) -> io::Result<()> {
        let mut level = self.list(self.folder, "", 0)?;
        for depth in 1.. {
            let mut next = Vec::new();
            for folder in level {
                if self.seen >= ENTRIES {
                    return Ok(());
                }
                match self.list(&self.folder.join(&folder), &folder, depth) {
                    Ok(folders) => next.extend(folders),
                    Err(error) => self.unreadable.push(format!("{folder} ({error})")),
                }
            }
            if next.is_empty() {
                break;
            }
            if depth >= DEPTH {
                self.deep = true;
                break;
            }
            level = next;
        }
        Ok(())
    }

    /// Takes the files of one folder; gives the folders in it that are looked into.
    fn list(&mut self, folder: &Path, at: &str, depth: usize) -> io::Result<Vec<String>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder)? {
            self.seen += 1;
            if self.seen > ENTRIES {
                break;
            }
            entries.push(entry?);
        }
        entries.sort_by_key(fs::DirEntry::file_name);
        let mut folders = Vec::new();
        for entry in entries {
            let Ok(name) = entry.file_name().into_string() else {
                self.odd_names += 1;
                continue;
            };
            let path = if at.is_empty() {
                name.clone()
            } else {
                format!("{at}/{name}")
            };
            let kind = entry.file_type()?;
            if kind.is_file() || (kind.is_symlink() && self.is_file_inside(&entry.path())) {
                self.files.insert(path);
            } else if kind.is_dir() && !is_skipped(&name) && depth <= DEPTH {
                folders.push(path);
            }
        }
        Ok(folders)
    }

    fn is_file_inside(&self, link: &Path) -> bool {
        fs::canonicalize(link).is_ok_and(|to| to.starts_with(self.folder) && to.is_file())
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.seen > ENTRIES {
            notes.push(format!(
                "The folder has more than {ENTRIES} entries; what lies beyond was not looked at."
            ));
        }
        if self.deep {
            notes.push(format!(
                "Folders more than {DEPTH} levels deep were not looked into."
            ));
        }
        if self.odd_names > 0 {
            notes.push("Files whose names are not UTF-8 were passed over.".to_owned());
        }
        for folder in self.unreadable.iter().take(10) {
            notes.push(format!("{folder} could not be looked into."));
        }
        notes
    }
}

/// The text of a file, or why it is not read.
fn text(path: &Path, left: usize) -> Result<String, String> {
    let words = |error: io::Error| format!("it could not be read: {error}");
    let too_large = || {
        format!(
            "it is larger than {} MiB, the most that is read",
            FILE_LIMIT >> 20
        )
    };
    let there = fs::metadata(path).map_err(words)?;
    // What is no plain file may wait for ever when it is opened.
    if !there.is_file() {
        return Err("it is not a plain file".to_owned());
    }
    if there.len() > FILE_LIMIT as u64 {
        return Err(too_large());
    }
    let file = File::open(path).map_err(words)?;
    let mut bytes = Vec::new();
    let limit = FILE_LIMIT.min(left);
    file.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(words)?;
    // It may have grown meanwhile.
    if bytes.len() > FILE_LIMIT {
        return Err(too_large());
    }
    if bytes.len() > limit {
        return Err(format!(
            "the files of this folder are larger than {} MiB together",
            TOTAL >> 20
        ));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        format!(
            "it is not UTF-8 (byte {})",
            error.utf8_error().valid_up_to()
        )
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, std::path::PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let path = fs::canonicalize(home.path()).unwrap();
        (home, path)
    }

    fn put(folder: &Path, file: &str, content: impl AsRef<[u8]>) {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    #[test]
    fn what_is_wanted_is_read_and_the_rest_is_only_named() {
        let (_home, folder) = folder();
        put(&folder, "compose.yaml", "\u{feff}services: {}");
        put(&folder, "README.md", "hello");
        put(&folder, "a/b/Dockerfile", "FROM x");
        put(&folder, "node_modules/y/Dockerfile", "FROM y");
        put(&folder, ".git/Dockerfile", "FROM z");
        put(&folder, "c/Dockerfile", b"FROM \xff");
        put(&folder, "1/2/3/4/5/6/7/8/9/10/Dockerfile", "FROM deep");
        let (sources, notes) = read(&folder, Some(String::new()), None).unwrap();
        let read: Vec<&str> = sources.texts.keys().map(String::as_str).collect();
        assert_eq!(read, ["a/b/Dockerfile", "compose.yaml"]);
        assert_eq!(sources.texts["compose.yaml"], "services: {}");
        assert!(sources.files.contains("README.md"));
        assert!(sources.unread["c/Dockerfile"].contains("UTF-8"));
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].contains("levels deep"));
    }

    #[test]
    fn files_that_are_too_large_are_not_read() {
        let (_home, folder) = folder();
        let file = File::create(folder.join("compose.yaml")).unwrap();
        file.set_len(FILE_LIMIT as u64 + 1).unwrap();
        for n in 0..8 {
            let path = folder.join(format!("{n}.openapi.yaml"));
            let file = File::create(path).unwrap();
            file.set_len(FILE_LIMIT as u64).unwrap();
        }
        let (sources, _) = read(&folder, None, None).unwrap();
        assert!(sources.unread["compose.yaml"].contains("10 MiB"));
        assert!(sources.unread["7.openapi.yaml"].contains("together"));
        assert_eq!(sources.texts.len(), 6);
    }

    #[test]
    fn too_many_entries_end_the_walk_with_words() {
        let (_home, folder) = folder();
        put(&folder, "near/Dockerfile", "FROM x");
        for n in 0..ENTRIES {
            File::create(folder.join("near").join(n.to_string())).unwrap();
        }
        let (_, notes) = read(&folder, None, None).unwrap();
        assert!(notes[0].contains("entries"), "{notes:?}");
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_files_inside_only() {
        use std::os::unix::fs::symlink;
        let (_home, folder) = folder();
        let (_other, outside) = self::folder();
        put(&outside, "Dockerfile", "FROM outside");
        put(&folder, "a/Dockerfile", "FROM inside");
        symlink(folder.join("a/Dockerfile"), folder.join("Dockerfile")).unwrap();
        symlink(outside.join("Dockerfile"), folder.join("Dockerfile.out")).unwrap();
        symlink(&outside, folder.join("out")).unwrap();
        symlink(&folder, folder.join("a/loop")).unwrap();
        let (sources, notes) = read(&folder, None, None).unwrap();
        let files: Vec<&str> = sources.files.iter().map(String::as_str).collect();
        assert_eq!(files, ["Dockerfile", "a/Dockerfile"]);
        assert_eq!(notes, Vec::<String>::new());
    }
}
