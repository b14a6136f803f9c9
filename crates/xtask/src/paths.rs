//! Where things are: the checkout, the folders of build results, the cache that outlives a checkout.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root of the checkout this program was compiled from.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("crates/xtask lies two folders below the root")
        .to_path_buf()
}

/// The folder of build results: `CARGO_TARGET_DIR` when set; in CI a folder of the cache, so that the next clone starts
/// warm; else `target` in the checkout.
pub(crate) fn target() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("CARGO_TARGET_DIR").filter(|value| !value.is_empty()) {
        return Ok(root().join(folder));
    }
    if in_ci() {
        return Ok(cache()?.join("target"));
    }
    Ok(root().join("target"))
}

/// Whether this runs unattended (`CI` set and not `false`).
pub(crate) fn in_ci() -> bool {
    env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// The platform's cache folder for Slipway; made when missing.
pub(crate) fn cache() -> Result<PathBuf> {
    let base = match env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => {
            let home = env::home_dir().context("no home folder: set HOME")?;
            match env::consts::OS {
                "macos" => home.join("Library/Caches"),
                "windows" => {
                    env::var_os("LOCALAPPDATA").map_or(home.join("AppData/Local"), PathBuf::from)
                }
                _ => home.join(".cache"),
            }
        }
    };
    let folder = base.join("slipway");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// Looks a program up on `PATH`.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
        .find(|candidate| candidate.is_file())
}
