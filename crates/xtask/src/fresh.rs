//! `cargo xtask fresh`: both commands of the README on a machine that has nothing but a Rust toolchain.
//!
//! The machine is a bare Debian tree in which only the toolchain, the download cache of cargo, the network's configuration
//! and the socket of the Docker engine appear. Everything else has to come by the commands themselves.

pub(crate) mod tree;

use std::env;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::setup::wasm::{Road, TARGET};
use crate::steps::{self, Steps};
use crate::{paths, shell};
use tree::{Copy, Kind};

/// One of the two commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Which {
    /// `cargo xtask start --once`
    Start,
    /// `cargo xtask test`
    Test,
}

impl Which {
    fn command(self) -> &'static str {
        match self {
            Self::Start => "cargo xtask start --once",
            Self::Test => "cargo xtask test",
        }
    }
}

/// What to run on the fresh machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Only one of the two commands.
    pub(crate) only: Option<Which>,
    /// Another command instead, in the clone.
    pub(crate) instead: Option<String>,
    /// The road to wasm32, when forced.
    pub(crate) road: Option<Road>,
    /// Leave the tree behind.
    pub(crate) keep: bool,
}

impl Options {
    fn commands(&self) -> Vec<String> {
        match (&self.instead, self.only) {
            (Some(command), _) => vec![command.clone()],
            (None, Some(which)) => vec![which.command().to_owned()],
            (None, None) => [Which::Start, Which::Test]
                .iter()
                .map(|which| which.command().to_owned())
                .collect(),
        }
    }
}

/// Runs the commands one after the other in one fresh tree, from a clean clone of what is committed.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::new();
    let bare = steps.run("bare tree", tree::bare)?;
    let mut copy = bare.copy(options.keep)?;
    let result = prepare_and_run(&mut steps, &mut copy, options);
    steps.run("clean up", || {
        drop(copy);
        Ok(())
    })?;
    steps.table();
    result
}

fn prepare_and_run(steps: &mut Steps, copy: &mut Copy, options: &Options) -> Result<()> {
    steps.run("clone", || clone(copy))?;
    steps.run("toolchain", || toolchain(copy))?;
    let socket = PathBuf::from("/var/run/docker.sock");
    if crate::setup::engine::answering()
        .is_some_and(|address| address.ends_with("/var/run/docker.sock"))
    {
        println!("    the Docker engine of this machine is used");
        copy.share_engine(&socket)?;
    } else {
        println!("    no Docker engine runs here: the commands have to start one");
    }
    if let Some(road) = options.road {
        let name = road.to_possible_value().context("every road has a name")?;
        copy.set("SLIPWAY_WASM", name.get_name());
    }
    let mut failed = Vec::new();
    for command in options.commands() {
        let began = Instant::now();
        let done = steps.keep_going(&command, || {
            copy.run(&format!("cd /root/slipway && {command}"))
        });
        println!("    `{command}` took {}", steps::seconds(began.elapsed()));
        if done.is_none() {
            failed.push(command);
        }
    }
    if !failed.is_empty() {
        bail!("on a fresh machine this fails: {}", failed.join(", "));
    }
    Ok(())
}

/// A clean clone of the commit that is checked out; what is not committed is not in it.
fn clone(copy: &mut Copy) -> Result<()> {
    let root = paths::root();
    let changed = shell::output(shell::command("git").args(["status", "--porcelain"]))?;
    if !changed.trim().is_empty() {
        println!(
            "    mind: {} uncommitted changes are not part of this",
            changed.lines().count()
        );
    }
    let commit = shell::output(shell::command("git").args(["rev-parse", "HEAD"]))?;
    let clone = copy.work().join("clone");
    shell::run(
        shell::command("git")
            .args(["clone", "--quiet", "--no-hardlinks", "--no-checkout"])
            .arg(&root)
            .arg(&clone),
    )?;
    shell::run(shell::command("git").current_dir(&clone).args([
        "checkout",
        "--quiet",
        "--detach",
        commit.trim(),
    ]))?;
    copy.show(Kind::Shared, clone, "/root/slipway");
    Ok(())
}

/// The toolchain as `rustup` installs it, without the wasm32 target that this machine's may have got since.
fn toolchain(copy: &mut Copy) -> Result<()> {
    let home = env::home_dir().context("no home folder")?;
    let folder = |name: &str, default: &str| {
        env::var_os(name).map_or_else(|| home.join(default), PathBuf::from)
    };
    let (rustup, cargo) = (
        folder("RUSTUP_HOME", ".rustup"),
        folder("CARGO_HOME", ".cargo"),
    );
    if !rustup.is_dir() || !cargo.join("bin").is_dir() {
        bail!(
            "there is no rustup here: {} and {} are needed",
            rustup.display(),
            cargo.join("bin").display()
        );
    }
    copy.show(Kind::Forgetting, rustup, "/root/.rustup");
    copy.show(Kind::ReadOnly, cargo.join("bin"), "/root/.cargo/bin");
    copy.show(
        Kind::Forgetting,
        cargo.join("registry"),
        "/root/.cargo/registry",
    );
    for file in ["config.toml", "config"] {
        copy.show(
            Kind::Copied,
            cargo.join(file),
            &format!("/root/.cargo/{file}"),
        );
    }
    // On a copy that forgets, rustup cannot move folders and has to copy them.
    copy.set("RUSTUP_PERMIT_COPY_RENAME", "1");
    copy.run(&format!(
        "rustc --version && if rustup target list --installed | grep -qx {TARGET}; then rustup target remove {TARGET}; fi"
    ))
}
