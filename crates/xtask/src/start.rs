//! `cargo xtask start`: from a bare machine to the window with the example opened and an emulated AWS to deploy it to.

mod answer;
mod display;
mod process;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use slipway_testbed::{Bed, BedOptions, Progress};

use crate::programs::{self, Programs};
use crate::setup::wasm::Road;
use crate::setup::{self, Needs};
use crate::steps::{self, Steps};
use crate::ui::{self, Build, Bundle};
use crate::{example, paths, shell};
use display::Display;
use process::Companion;

/// The environment of the example that stands for an emulator on this computer.
const ENVIRONMENT: &str = "emulator";

/// A window that has not painted after this long never will.
const FIRST_PAINT: Duration = Duration::from_secs(60);

/// How to start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// End when the window has painted and the example's URL has answered.
    pub(crate) once: bool,
    /// Compile as users get it.
    pub(crate) release: bool,
    /// The road to wasm32, when forced.
    pub(crate) road: Option<Road>,
}

/// Sets up, builds, brings up the test bed and opens the window. Nothing is left running after it.
pub(crate) fn run(options: Options) -> Result<()> {
    let mut steps = Steps::new();
    let programs = prepare(&mut steps, options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(async {
        tokio::select! {
            result = with_bed(&mut steps, &programs, options) => result,
            () = interrupted() => Err(anyhow::anyhow!("interrupted")),
        }
    });
    steps.table();
    result
}

fn prepare(steps: &mut Steps, options: Options) -> Result<Programs> {
    setup::machine(
        steps,
        Needs {
            build: true,
            bed: true,
            window: true,
            ..Needs::default()
        },
    )?;
    let compiler = setup::wasm_compiler(steps, options.road)?;
    steps.run("example", example::build)?;
    let build = if options.release {
        Build::Release
    } else {
        Build::Dev
    };
    steps.run("ui bundle", || ui::bundle(&compiler, Bundle::Window, build))?;
    steps.run("programs", || programs::build(options.release))
}

async fn with_bed(steps: &mut Steps, programs: &Programs, options: Options) -> Result<()> {
    println!("==> test bed: a Docker engine and an emulated AWS on this computer");
    let started = Instant::now();
    let bed = Bed::start(BedOptions {
        progress: Progress::new(|line| println!("    {line}")),
        ..BedOptions::default()
    })
    .await
    .context("the test bed did not come up")?;
    steps.note("test bed", started.elapsed());
    let variables = bed.endpoints().environment();
    for (name, value) in &variables {
        println!("    {name}={value}");
    }
    let result = if options.once {
        once(steps, programs, &variables).await
    } else {
        until_closed(programs, &variables).await
    };
    println!("==> stopping the test bed");
    let stopped = bed
        .stop()
        .await
        .context("the test bed did not stop cleanly");
    result.and(stopped)
}

/// The window as a user has it.
async fn until_closed(programs: &Programs, variables: &[(&'static str, String)]) -> Result<()> {
    let display = display::open()?;
    let mut window = open_window(&display, programs, variables, None)?;
    println!(
        "==> the window is open on {}; close it to end",
        shown(&example::folder())
    );
    println!(
        "    in another terminal: {} status --project {} --env {ENVIRONMENT}",
        shown(&programs.terminal),
        shown(&example::folder())
    );
    loop {
        if let Some(status) = window.has_ended()? {
            if !status.success() {
                bail!("the window's program ended with {status}");
            }
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The window paints, the example answers, everything ends.
async fn once(
    steps: &mut Steps,
    programs: &Programs,
    variables: &[(&'static str, String)],
) -> Result<()> {
    let display = display::open()?;
    let ready = ready_file()?;
    let started = Instant::now();
    println!("==> window");
    let mut window = open_window(&display, programs, variables, Some(&ready))?;
    let painted = painted(&mut window, &ready).await;
    // The file has said what it had to; when it never came there is nothing to remove.
    if ready.exists() {
        std::fs::remove_file(&ready)?;
    }
    painted?;
    println!("    painted after {}", steps::seconds(started.elapsed()));
    steps.note("window", started.elapsed());

    let (terminal, own) = (programs.clone(), variables.to_vec());
    let project = example::folder();
    let work = project.clone();
    let started = Instant::now();
    println!("==> deploy");
    let urls =
        tokio::task::spawn_blocking(move || answer::deploy(&terminal, &work, ENVIRONMENT, &own))
            .await??;
    steps.note("deploy", started.elapsed());
    let started = Instant::now();
    println!("==> the example's URL");
    tokio::task::spawn_blocking(move || answer::ask(&project, &urls)).await??;
    steps.note("answer", started.elapsed());
    if let Some(status) = window.has_ended()? {
        bail!("the window's program ended with {status} before it was asked to");
    }
    window.stop();
    Ok(())
}

fn open_window(
    display: &Display,
    programs: &Programs,
    variables: &[(&'static str, String)],
    ready: Option<&Path>,
) -> Result<Companion> {
    let mut command = display.command(&programs.window);
    command
        .arg("--project")
        .arg(example::folder())
        .args(["--env", ENVIRONMENT])
        .envs(variables.iter().map(|(name, value)| (name, value)));
    if let Some(ready) = ready {
        command.env("SLIPWAY_READY_FILE", ready);
    }
    println!("    $ {}", shell::shown(&command));
    Companion::start("the window", &mut command)
}

/// The file that the window's program writes when its page has painted.
fn ready_file() -> Result<PathBuf> {
    let file = paths::target()?.join(format!("window-{}.ready", std::process::id()));
    if file.exists() {
        std::fs::remove_file(&file)?;
    }
    Ok(file)
}

async fn painted(window: &mut Companion, ready: &Path) -> Result<()> {
    let started = Instant::now();
    loop {
        if ready.is_file() {
            return Ok(());
        }
        if let Some(status) = window.has_ended()? {
            bail!("the window's program ended with {status} before it painted");
        }
        if started.elapsed() > FIRST_PAINT {
            bail!(
                "the window has not painted within {}",
                steps::seconds(FIRST_PAINT)
            );
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn shown(path: &Path) -> String {
    path.strip_prefix(paths::root())
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Comes back on Ctrl-C or, on Unix, a request to end; everything started is then taken down by its owner.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut end) => tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = end.recv() => {}
            },
            Err(_) => drop(tokio::signal::ctrl_c().await),
        }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
}
