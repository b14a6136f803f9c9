//! Compiling the two programs, `slipway` and `slipway-desktop`.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::shell;

/// The workspace without the UI. Every native build names it like this and asks for test targets too: cargo then settles
/// on one set of features for `start` and `test`, and nothing is compiled twice.
pub(crate) const NATIVE: &[&str] = &[
    "--workspace",
    "--exclude",
    "slipway-ui",
    "--features",
    "xtask/packaging",
];

/// A test target that costs next to nothing and, being asked for, makes cargo count the features of tests in.
const SMALL_TEST: &str = "commands";

/// Where the programs are after a build.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    /// `slipway`, the terminal.
    pub(crate) terminal: PathBuf,
    /// `slipway-desktop`, the window.
    pub(crate) window: PathBuf,
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    executable: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// Compiles both.
pub(crate) fn build(release: bool) -> Result<Programs> {
    let mut command = shell::cargo()?;
    command
        .arg("build")
        .args(NATIVE)
        .args(["--bin", "slipway", "--bin", "slipway-desktop"]);
    if release {
        command.arg("--release");
    } else {
        command.args(["--test", SMALL_TEST]);
    }
    command
        .args(["--locked", "--message-format=json-render-diagnostics"])
        .stderr(Stdio::inherit());
    let line = shell::shown(&command);
    println!("    $ {line}");
    let output = command
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` ended with {}", output.status);
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    Ok(Programs {
        terminal: find(&messages, "slipway")?,
        window: find(&messages, "slipway-desktop")?,
    })
}

fn find(messages: &str, name: &str) -> Result<PathBuf> {
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message: Message =
            serde_json::from_str(line).context("cannot read a message of cargo")?;
        if message.reason == "compiler-artifact"
            && message.target.is_some_and(|target| target.name == name)
            && message.profile.is_some_and(|profile| !profile.test)
            && let Some(executable) = message.executable
        {
            return Ok(executable);
        }
    }
    bail!("cargo built no program called {name}")
}
