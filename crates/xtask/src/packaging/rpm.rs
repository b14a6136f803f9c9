//! The .rpm, written by a library; dependencies are sonames, which rpm distributions resolve by themselves.

use std::collections::BTreeSet;
use std::env;
use std::path::Path;

use anyhow::{Context, Result};
use rpm::{CompressionWithLevel, Dependency, FileOptions, PackageBuilder};

use super::layout::Installed;
use super::{DESCRIPTION, SUMMARY, version};
use crate::shell;

/// Writes `slipway-VERSION-1.ARCH.rpm` into the folder.
pub(crate) fn write(folder: &Path, files: &[Installed]) -> Result<()> {
    let architecture = env::consts::ARCH;
    let mut builder = PackageBuilder::new(
        "slipway",
        version(),
        "MIT OR Apache-2.0",
        architecture,
        SUMMARY,
    );
    builder
        .using_config(rpm::BuildConfig::v4().compression(CompressionWithLevel::Gzip(9)))
        .release("1")
        .description(DESCRIPTION)
        .requires(Dependency::any("ca-certificates"));
    for file in files {
        let mode = if file.runs { 0o755 } else { 0o644 };
        builder.with_file_contents(
            file.content.clone(),
            FileOptions::new(file.path.clone()).permissions(mode),
        )?;
    }
    for library in libraries(files)? {
        builder.requires(Dependency::any(library));
    }
    let package = builder.build()?;
    let path = folder.join(format!("slipway-{}-1.{architecture}.rpm", version()));
    package
        .write_file(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    let read = rpm::Package::open(&path).context("the written package cannot be read back")?;
    let count = read.metadata.get_file_paths()?.len();
    anyhow::ensure!(
        count == files.len(),
        "the package holds {count} files instead of {}",
        files.len()
    );
    println!(
        "    {} {} kB, {count} files",
        path.display(),
        std::fs::metadata(&path)?.len() / 1000
    );
    Ok(())
}

/// The shared libraries that the programs name, as rpm writes them: `libc.so.6()(64bit)`.
fn libraries(files: &[Installed]) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let suffix = if cfg!(target_pointer_width = "64") {
        "()(64bit)"
    } else {
        ""
    };
    for file in files.iter().filter(|file| file.runs) {
        let staged = crate::paths::target()?
            .join("deb")
            .join(file.path.trim_start_matches('/'));
        let said = shell::output(shell::command("objdump").arg("-p").arg(&staged))?;
        found.extend(
            said.lines()
                .filter_map(|line| line.trim().strip_prefix("NEEDED"))
                .map(|name| format!("{}{suffix}", name.trim())),
        );
    }
    Ok(found)
}
