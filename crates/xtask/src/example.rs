//! The programs of the examples: static, of this machine's architecture, each put beside its Dockerfile as `bootstrap`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{paths, shell};

/// The example that `start` opens.
pub(crate) fn folder() -> PathBuf {
    paths::root().join("examples/shop")
}

/// All examples, each a template of new projects.
pub(crate) fn folders() -> Result<Vec<PathBuf>> {
    let examples = paths::root().join("examples");
    let mut folders = Vec::new();
    for entry in
        fs::read_dir(&examples).with_context(|| format!("cannot read {}", examples.display()))?
    {
        let folder = entry?.path();
        if folder.join("Cargo.toml").is_file() {
            folders.push(folder);
        }
    }
    folders.sort();
    Ok(folders)
}

/// The part of cargo's messages that names a finished program.
#[derive(Debug, Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    executable: Option<PathBuf>,
}

/// Compiles every program of the examples and copies it beside the Dockerfile of its folder.
pub(crate) fn build() -> Result<()> {
    let examples = folders()?;
    if !examples.contains(&folder()) {
        bail!("{} has no Cargo.toml", folder().display());
    }
    let target = static_target()?;
    for example in examples {
        build_one(&example, &target)?;
    }
    Ok(())
}

fn build_one(example: &Path, target: &str) -> Result<()> {
    let mut command = shell::command("cargo");
    command
        .current_dir(example)
        .args(["build", "--release", "--locked", "--target", target])
        .arg("--message-format=json-render-diagnostics")
        // What the examples share is compiled once.
        .env("CARGO_TARGET_DIR", paths::target()?.join("example"))
        .env("RUSTFLAGS", "-C target-feature=+crt-static")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .stderr(Stdio::inherit());
    let line = shell::shown(&command);
    let name = example.strip_prefix(paths::root()).unwrap_or(example);
    println!("    $ (cd {} && {line})", name.display());
    let output = command
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!(
            "{} does not compile: `{line}` ended with {}",
            name.display(),
            output.status
        );
    }
    let programs = programs(&String::from_utf8_lossy(&output.stdout))?;
    if programs.is_empty() {
        bail!(
            "no program of {} has a Dockerfile beside its Cargo.toml",
            name.display()
        );
    }
    for (program, folder) in programs {
        place(&program, &folder.join("bootstrap"))?;
    }
    Ok(())
}

/// Programs whose package lies beside a Dockerfile, with that folder.
fn programs(messages: &str) -> Result<Vec<(PathBuf, PathBuf)>> {
    let mut seen = BTreeSet::new();
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message: Message =
            serde_json::from_str(line).context("cannot read a message of cargo")?;
        if message.reason != "compiler-artifact" {
            continue;
        }
        if let (Some(program), Some(manifest)) = (message.executable, message.manifest_path) {
            let folder = manifest
                .parent()
                .context("a manifest lies in a folder")?
                .to_path_buf();
            if folder.join("Dockerfile").is_file() {
                seen.insert((program, folder));
            }
        }
    }
    Ok(seen.into_iter().collect())
}

/// Copies only what changed, so that an unchanged program is an unchanged build context.
fn place(program: &Path, to: &Path) -> Result<()> {
    let new = fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
    if fs::read(to).is_ok_and(|old| old == new) {
        return Ok(());
    }
    // A temporary name beside it: the folder never holds half a program under its real name.
    let partial = to.with_extension("new");
    fs::copy(program, &partial).with_context(|| format!("cannot write {}", partial.display()))?;
    fs::rename(&partial, to)?;
    println!(
        "    {} {} kB",
        to.strip_prefix(paths::root()).unwrap_or(to).display(),
        new.len() / 1000
    );
    Ok(())
}

/// The target for a static Linux program of this machine's architecture.
fn static_target() -> Result<String> {
    let version = shell::output(shell::command("rustc").arg("-vV"))?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc does not say for which host it compiles")?;
    if host.contains("-linux-") {
        return Ok(host.to_owned());
    }
    // Containers run Linux everywhere: elsewhere the musl target and its bundled linker do.
    let architecture = host.split('-').next().unwrap_or("x86_64");
    let target = format!("{architecture}-unknown-linux-musl");
    let there = shell::output(shell::command("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        &target,
    ]))
    .is_ok_and(|folder| Path::new(folder.trim()).is_dir());
    if !there {
        bail!(
            "the example's programs run in Linux containers; missing here: `rustup target add {target}`"
        );
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_programs_beside_a_dockerfile_count() {
        let folder = std::env::temp_dir().join(format!("slipway-example-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("Dockerfile"), "FROM scratch").unwrap();
        let manifest = folder.join("Cargo.toml");
        let messages = format!(
            "{}\n{}\n{}\n",
            serde_json::json!({"reason": "compiler-artifact", "manifest_path": manifest, "executable": "/t/orders"}),
            serde_json::json!({"reason": "compiler-artifact", "manifest_path": "/nowhere/Cargo.toml", "executable": "/t/other"}),
            serde_json::json!({"reason": "build-finished", "success": true}),
        );
        assert_eq!(
            programs(&messages).unwrap(),
            [(PathBuf::from("/t/orders"), folder.clone())]
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}
