//! Set-up: what a command needs of the machine is looked for, and got when it is missing.

pub(crate) mod axe;
pub(crate) mod engine;
pub(crate) mod packages;
pub(crate) mod wasm;

use std::collections::BTreeSet;
use std::env;

use anyhow::Result;

use crate::paths;
use crate::steps::Steps;
use wasm::{Road, WasmCompiler};

/// What a command is about to do, and so what the machine must have.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Needs {
    /// Compile the native crates, the shell among them.
    pub(crate) build: bool,
    /// Start the test bed and a Docker engine.
    pub(crate) bed: bool,
    /// Run the suites of the adapters.
    pub(crate) suites: bool,
    /// Open a window: a display, or a virtual one.
    pub(crate) window: bool,
    /// Drive the window in tests.
    pub(crate) window_tests: bool,
}

/// The Debian packages for these needs on this machine.
pub(crate) fn wanted(needs: Needs) -> BTreeSet<&'static str> {
    let mut wanted = BTreeSet::new();
    if needs.build {
        wanted.extend(packages::BUILD);
    }
    if needs.bed {
        wanted.extend(packages::BED);
        if engine::answering().is_none() {
            wanted.extend(packages::ENGINE);
        }
    }
    if needs.suites {
        wanted.extend(packages::SUITES);
    }
    if needs.window {
        wanted.extend(packages::BUS);
        if !has_display() {
            wanted.extend(packages::DISPLAY);
        }
    }
    if needs.window_tests {
        wanted.extend(packages::WINDOW_TESTS);
        if paths::program("npm").is_none() {
            wanted.extend(packages::NPM);
        }
    }
    wanted
}

/// Whether a desktop session is there to open a window in.
pub(crate) fn has_display() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Gets the packages; quick when nothing is missing.
pub(crate) fn machine(steps: &mut Steps, needs: Needs) -> Result<()> {
    steps.run("set-up: packages", || packages::ensure(&wanted(needs)))?;
    if needs.window_tests {
        steps.run("set-up: axe-core", axe::ensure)?;
    }
    Ok(())
}

/// Gets the wasm32 compiler; quick when nothing is missing.
pub(crate) fn wasm_compiler(steps: &mut Steps, road: Option<Road>) -> Result<WasmCompiler> {
    let forced = match road {
        Some(road) => Some(road),
        None => wasm::forced()?,
    };
    steps.run("set-up: wasm32 compiler", || wasm::ensure(forced))
}
