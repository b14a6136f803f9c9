//! Running other programs: what is run is printed, what fails is said with its output.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::paths;

/// Variables that `cargo run` gives to this program and that must not reach the programs it starts.
fn is_of_the_outer_cargo(name: &str) -> bool {
    name == "CARGO"
        || name == "CARGO_BIN_NAME"
        || name == "CARGO_CRATE_NAME"
        || name == "CARGO_PRIMARY_PACKAGE"
        || name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
}

/// `LD_LIBRARY_PATH` without the folders that the outer cargo put in front of it.
fn library_path() -> Option<OsString> {
    let given = env::var_os("LD_LIBRARY_PATH")?;
    let ours = paths::target().ok();
    let kept: Vec<PathBuf> = env::split_paths(&given)
        .filter(|folder| {
            !folder.as_os_str().is_empty()
                && !ours
                    .as_ref()
                    .is_some_and(|target| folder.starts_with(target))
                && !folder.starts_with(paths::root().join("target"))
                && !folder
                    .components()
                    .any(|part| part.as_os_str() == "toolchains")
        })
        .collect();
    if kept.is_empty() {
        None
    } else {
        env::join_paths(kept).ok()
    }
}

/// A command as the user's own shell would start it, in the root of the checkout.
pub(crate) fn command(program: impl Into<OsString>) -> Command {
    let mut command = Command::new(program.into());
    command.current_dir(paths::root());
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_of_the_outer_cargo) {
            command.env_remove(name);
        }
    }
    match library_path() {
        Some(path) => command.env("LD_LIBRARY_PATH", path),
        None => command.env_remove("LD_LIBRARY_PATH"),
    };
    command
}

/// Cargo with the native compiler and the folder of build results of [`paths::target`].
pub(crate) fn cargo() -> Result<Command> {
    let mut command = command("cargo");
    command.env("CARGO_TARGET_DIR", paths::target()?);
    Ok(command)
}

/// The command line as a person would type it, without the environment.
pub(crate) fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| {
        let word = word.to_string_lossy();
        if word.is_empty()
            || word.contains(|c: char| c.is_whitespace() || "'\"$&;|<>*?".contains(c))
        {
            format!("'{}'", word.replace('\'', r"'\''"))
        } else {
            word.into_owned()
        }
    }));
    words.join(" ")
}

/// Prints the command, runs it with our own terminal, and fails when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = shown(command);
    println!("    $ {line}");
    let status = command
        .status()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// Runs the command quietly and returns what it printed; a failure carries its error output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = shown(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{line}` ended with {}: {}", output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether the command runs and succeeds; its output is dropped.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
