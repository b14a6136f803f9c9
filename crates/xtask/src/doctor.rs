//! `cargo xtask doctor`: what this machine has for `start` and `test`, without changing it.

use anyhow::{Result, bail};

use crate::setup::{self, Needs, engine, packages, wasm};
use crate::{paths, shell};

/// Prints one line for each thing, with what to do about what is missing. Ends with an error when set-up could not get it.
pub(crate) fn run() -> Result<()> {
    let mut blocked = 0;
    let mut line = |name: &str, finding: Finding| {
        let (mark, text) = match finding {
            Finding::There(text) => ("ok  ", text),
            Finding::SetUp(text) => ("get ", text),
            Finding::Blocked(text) => {
                blocked += 1;
                ("MISS", text)
            }
        };
        println!("{mark}  {name:<18} {text}");
    };
    line("rust", version("rustc", "install Rust from rustup.rs"));
    line("rustfmt", component("fmt", "rustup component add rustfmt"));
    line("clippy", component("clippy", "rustup component add clippy"));
    line(
        "C linker",
        program("cc", "Debian: apt-get install gcc libc6-dev"),
    );
    line("wasm32", wasm_state());
    line("packages", package_state()?);
    line(
        "Docker engine",
        match engine::answering() {
            Some(address) => Finding::There(address),
            None if packages::is_root() => {
                Finding::SetUp("none answers; the test bed starts one".to_owned())
            }
            None => Finding::Blocked(
                "none answers, and only root can start one: start Docker".to_owned(),
            ),
        },
    );
    line(
        "display",
        match setup::has_display() {
            true => Finding::There("a desktop session".to_owned()),
            false => {
                Finding::SetUp("none; windows open on Xvfb, where nobody sees them".to_owned())
            }
        },
    );
    line(
        "build results",
        Finding::There(paths::target()?.display().to_string()),
    );
    line(
        "cache",
        Finding::There(paths::cache()?.display().to_string()),
    );
    if blocked > 0 {
        bail!("{blocked} things are missing that set-up cannot get here");
    }
    Ok(())
}

enum Finding {
    There(String),
    SetUp(String),
    Blocked(String),
}

fn version(program: &str, advice: &str) -> Finding {
    match shell::output(shell::command(program).arg("--version")) {
        Ok(said) => Finding::There(said.trim().to_owned()),
        Err(_) => Finding::Blocked(advice.to_owned()),
    }
}

fn component(name: &str, advice: &str) -> Finding {
    match shell::output(shell::command("cargo").args([name, "--version"])) {
        Ok(said) => Finding::There(said.trim().to_owned()),
        Err(_) => Finding::Blocked(format!("`test` needs it: {advice}")),
    }
}

fn program(name: &str, advice: &str) -> Finding {
    match paths::program(name) {
        Some(path) => Finding::There(path.display().to_string()),
        None => Finding::Blocked(advice.to_owned()),
    }
}

fn wasm_state() -> Finding {
    match wasm::ready() {
        Ok(Some(text)) => Finding::There(text),
        Ok(None) => Finding::SetUp("by `rustup target add`, else by Debian's compiler".to_owned()),
        Err(error) => Finding::Blocked(format!("{error:#}")),
    }
}

fn package_state() -> Result<Finding> {
    let wanted = setup::wanted(Needs {
        build: true,
        bed: true,
        suites: true,
        window: true,
        window_tests: true,
    });
    if !packages::is_debian() {
        return Ok(match packages::ensure(&wanted) {
            Ok(()) => Finding::There("not a Debian; what is needed is there".to_owned()),
            Err(error) => Finding::Blocked(format!("{error:#}")),
        });
    }
    let missing = packages::missing(&wanted)?;
    Ok(if missing.is_empty() {
        Finding::There(format!("all {}", wanted.len()))
    } else if packages::rights().is_ok() {
        Finding::SetUp(missing.join(" "))
    } else {
        Finding::Blocked(format!(
            "sudo apt-get install --no-install-recommends {}",
            missing.join(" ")
        ))
    })
}
