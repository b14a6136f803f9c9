//! axe-core, the accessibility checks that the tests of the window run in it: got by npm, as the lock file of `tests/axe`
//! says, into a folder of the build results.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{paths, shell};

/// What says which version, and by checksum that it is the right one.
const LOCK_FILES: [&str; 2] = ["package.json", "package-lock.json"];

/// Where the tests look for it, in the folder of build results.
const FOLDER: &str = "axe";

/// The file that counts, in that folder.
const SCRIPT: &str = "node_modules/axe-core/axe.min.js";

/// Makes sure that the checks are there; quick when they are.
pub(crate) fn ensure() -> Result<()> {
    let from = paths::root().join("tests/axe");
    let to = paths::target()?.join(FOLDER);
    if is_as_locked(&from, &to)? {
        println!("    axe-core is there as locked");
        return Ok(());
    }
    if paths::program("npm").is_none() {
        bail!("npm is not on PATH: axe-core, which the tests of the window run, comes by it");
    }
    fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
    // What an interrupted installation left is not taken for a whole one.
    let script = to.join(SCRIPT);
    if script.exists() {
        fs::remove_file(&script).with_context(|| format!("cannot remove {}", script.display()))?;
    }
    for name in LOCK_FILES {
        let (from, to) = (from.join(name), to.join(name));
        fs::copy(&from, &to)
            .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    }
    shell::run(
        shell::command("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&to),
    )
    .context("axe-core could not be installed: is the network there and is npm set up for it?")?;
    if !script.is_file() {
        bail!("npm has run, but {} is not there", script.display());
    }
    Ok(())
}

/// Whether what is installed in `to` is what the lock file in `from` asks for.
fn is_as_locked(from: &Path, to: &Path) -> Result<bool> {
    if !to.join(SCRIPT).is_file() {
        return Ok(false);
    }
    for name in LOCK_FILES {
        let path = from.join(name);
        let wanted = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if fs::read(to.join(name)).ok().as_deref() != Some(&wanted[..]) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_lock_file_is_another_installation() {
        let folder = std::env::temp_dir().join(format!("slipway-axe-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        fs::create_dir_all(&from).unwrap();
        fs::create_dir_all(to.join(SCRIPT).parent().unwrap()).unwrap();
        for name in LOCK_FILES {
            fs::write(from.join(name), name).unwrap();
            fs::write(to.join(name), name).unwrap();
        }
        assert!(!is_as_locked(&from, &to).unwrap(), "nothing is installed");
        fs::write(to.join(SCRIPT), "checks").unwrap();
        assert!(is_as_locked(&from, &to).unwrap());
        fs::write(from.join(LOCK_FILES[1]), "newer").unwrap();
        assert!(!is_as_locked(&from, &to).unwrap());
        fs::remove_dir_all(&folder).unwrap();
    }
}
