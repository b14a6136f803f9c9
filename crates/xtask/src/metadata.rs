//! What cargo knows of the workspace: packages, their dependencies, their licences.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::shell;

/// The part of `cargo metadata` that the checks read.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) workspace_members: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    pub(crate) license_file: Option<PathBuf>,
    /// `None` for a package of a path.
    pub(crate) source: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

/// A library, a program or a test of a package.
#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
    /// Whether it is compiled once more for its unit tests.
    pub(crate) test: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` for an ordinary dependency, else `dev` or `build`.
    pub(crate) kind: Option<String>,
    /// Set for a dependency within the workspace.
    pub(crate) path: Option<PathBuf>,
}

/// Asks cargo; nothing is downloaded that the lock file does not name.
pub(crate) fn read(with_dependencies: bool) -> Result<Metadata> {
    let mut command = shell::cargo()?;
    command.args(["metadata", "--format-version=1", "--locked"]);
    if !with_dependencies {
        command.arg("--no-deps");
    }
    let text = shell::output(&mut command)?;
    serde_json::from_str(&text).context("cannot read what cargo metadata says")
}

impl Metadata {
    /// The packages of the workspace itself.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }
}
