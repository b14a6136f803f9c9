//! `cargo xtask bench canvas`: the designer's canvas beside React Flow, in Chromium and in the web view of the window.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{machine, peers};
use crate::setup::wasm::WasmCompiler;
use crate::ui::{self, Build, Bundle};
use crate::{paths, serve, shell};

/// Nodes of the drawings; each has half as many edges more.
const CHROMIUM: &str = "200,1000,2000,5000";
/// The web view draws in software.
const WEB_VIEW: &str = "200,1000,2000";
/// Nodes of the drawings that people act on; each has twice as many edges.
const ACTED_ON: &str = "1000,2000,5000";

/// Builds both pages, serves them and has them measured; prints the tables.
pub(crate) fn run(compiler: &WasmCompiler) -> Result<()> {
    needs(&["chromium", "chromedriver", "WebKitWebDriver", "Xvfb"])?;
    ui::bundle(compiler, Bundle::Demo, Build::Release)?;
    let slipway = serve::start(Bundle::Demo.folder()?, 0)?;
    let folder = peer_page()?;
    let peer = serve::start(folder.clone(), 0)?;
    println!("\nMachine: {}.", machine());
    for (title, sizes, web_view) in [
        ("Chromium, headless, software-rendered", CHROMIUM, false),
        ("WebKitGTK, software-rendered", WEB_VIEW, true),
    ] {
        println!("\n## {title}");
        let mut command = measured(sizes, &slipway)?;
        command.args(["--peer", &peer, "--graphs"]).arg(&folder);
        if web_view {
            command.arg("--webkit");
        }
        shell::run(&mut command)?;
    }
    Ok(())
}

/// Builds the page, serves it and has people's acts measured; prints the table.
pub(crate) fn acts(compiler: &WasmCompiler) -> Result<()> {
    needs(&["chromium", "chromedriver"])?;
    ui::bundle(compiler, Bundle::Demo, Build::Release)?;
    let slipway = serve::start(Bundle::Demo.folder()?, 0)?;
    println!("\nMachine: {}.", machine());
    shell::run(measured(ACTED_ON, &slipway)?.arg("--acts"))
}

fn needs(programs: &[&str]) -> Result<()> {
    match programs.iter().find(|name| paths::program(name).is_none()) {
        Some(program) => bail!(
            "{program} is not on PATH: the benchmark needs Debian's chromium, chromium-driver, webkit2gtk-driver and xvfb"
        ),
        None => Ok(()),
    }
}

/// The program that measures pages.
fn measured(sizes: &str, slipway: &str) -> Result<Command> {
    let mut command = shell::cargo()?;
    command
        .args(["run", "--quiet", "--package", "slipway-tests"])
        .args(["--bin", "bench_canvas", "--", "--sizes", sizes])
        .args(["--slipway", slipway]);
    Ok(command)
}

/// The peer's page, built into a folder of its own.
fn peer_page() -> Result<std::path::PathBuf> {
    let peers = peers()?;
    let folder = paths::target()?.join("bench/canvas-peer");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    shell::run(
        shell::command(peers.join("node_modules/.bin/esbuild"))
            .arg("canvas/page.jsx")
            .args(["--bundle", "--minify", "--format=esm", "--jsx=automatic"])
            .arg("--define:process.env.NODE_ENV='production'")
            .arg(format!("--outfile={}", folder.join("page.js").display()))
            .current_dir(&peers),
    )
    .context("cannot build the page to compare with")?;
    let page = peers.join("canvas/index.html");
    fs::copy(&page, folder.join("index.html"))
        .with_context(|| format!("cannot copy {}", page.display()))?;
    Ok(folder)
}
