//! The .deb: a staged tree, packed by dpkg's own program; dependencies come from what the programs really link.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::layout::Installed;
use super::{DESCRIPTION, MAINTAINER, SUMMARY, version};
use crate::{paths, shell};

/// Writes `slipway_VERSION_ARCH.deb` into the folder and returns its path.
pub(crate) fn write(folder: &Path, files: &[Installed]) -> Result<PathBuf> {
    for program in ["dpkg-deb", "dpkg-shlibdeps"] {
        if paths::program(program).is_none() {
            bail!("{program} is missing (Debian: dpkg-dev)");
        }
    }
    let staging = tree(files)?;
    let architecture = shell::output(shell::command("dpkg").arg("--print-architecture"))?
        .trim()
        .to_owned();
    let depends = dependencies(&staging)?;
    let size: usize = files.iter().map(|file| file.content.len()).sum();
    let control = format!(
        "Package: slipway\nVersion: {}\nArchitecture: {architecture}\nMaintainer: {MAINTAINER}\n\
         Installed-Size: {}\nDepends: {depends}\nRecommends: docker.io | docker-ce\nSection: devel\nPriority: optional\n\
         Description: {SUMMARY}\n{}\n",
        version(),
        size.div_ceil(1024),
        wrapped(DESCRIPTION),
    );
    fs::create_dir_all(staging.join("DEBIAN"))?;
    fs::write(staging.join("DEBIAN/control"), control)?;
    let package = folder.join(format!("slipway_{}_{architecture}.deb", version()));
    shell::run(
        shell::command("dpkg-deb")
            .args(["--build", "--root-owner-group", "-Zxz"])
            .arg(&staging)
            .arg(&package),
    )?;
    println!(
        "    {} {} kB, needs {depends}",
        package.display(),
        fs::metadata(&package)?.len() / 1000
    );
    Ok(package)
}

/// Lays the files out as they will be on the user's system.
fn tree(files: &[Installed]) -> Result<PathBuf> {
    let staging = paths::target()?.join("deb");
    if staging.exists() {
        fs::remove_dir_all(&staging)?;
    }
    for file in files {
        let path = staging.join(file.path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().expect("a file lies in a folder"))?;
        fs::write(&path, &file.content)
            .with_context(|| format!("cannot write {}", path.display()))?;
        set_mode(&path, if file.runs { 0o755 } else { 0o644 })?;
    }
    Ok(staging)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(mode))?)
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) -> Result<()> {
    bail!("a .deb is made on Debian")
}

/// The packages of the libraries that the programs link, with the versions they need.
fn dependencies(staging: &Path) -> Result<String> {
    let work = paths::target()?.join("deb-shlibdeps");
    fs::create_dir_all(work.join("debian"))?;
    // The tool wants to stand in a source package.
    fs::write(
        work.join("debian/control"),
        "Source: slipway\n\nPackage: slipway\nArchitecture: any\nDescription: x\n",
    )?;
    let mut command = shell::command("dpkg-shlibdeps");
    command.current_dir(&work).arg("-O");
    for program in ["slipway", "slipway-desktop"] {
        command.arg(staging.join("usr/bin").join(program));
    }
    let said = shell::output(&mut command)?;
    said.lines()
        .find_map(|line| line.strip_prefix("shlibs:Depends="))
        .map(|depends| format!("{}, ca-certificates", depends.trim()))
        .context("dpkg-shlibdeps named no dependencies")
}

/// The long description as a control file wants it: lines that begin with a blank.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if line.len() + word.len() > 76 {
            lines.push(format!(" {word}"));
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_description_begins_with_a_blank_and_is_short() {
        let text = wrapped(DESCRIPTION);
        assert!(
            text.lines()
                .all(|line| line.starts_with(' ') && !line.starts_with("  ") && line.len() <= 78),
            "{text}"
        );
        assert_eq!(
            text.split_whitespace().count(),
            DESCRIPTION.split_whitespace().count()
        );
    }
}
