//! `slipway-testbed`: brings the test bed up for people and for programs that do not link it.
//!
//! **Must not know**: how a bed works. It parses a command line and calls the library.

use std::io::{IsTerminal, Read};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use clap::{Args, Parser, Subcommand};
use slipway_testbed::{Bed, BedError, BedOptions, BedRecord, Progress};

#[derive(Parser)]
#[command(
    name = "slipway-testbed",
    about = "An AWS that answers, on this computer, for tests and first steps"
)]
struct CommandLine {
    #[command(subcommand)]
    command: Wish,
}

#[derive(Subcommand)]
enum Wish {
    /// Brings a bed up and prints its endpoints as JSON. It ends with Ctrl-C, or with standard input when that is
    /// no terminal.
    Up(Up),
    /// Takes down the bed that was left running.
    Down(Record),
    /// Prints the record of the bed that was left running.
    Status(Record),
}

#[derive(Args)]
struct Up {
    /// Also start moto.
    #[arg(long)]
    moto: bool,
    /// Also start Debian's docker-registry.
    #[arg(long)]
    registry: bool,
    /// Start an engine of the bed's own, also when one runs.
    #[arg(long)]
    own_engine: bool,
    /// The port of the recording proxy.
    #[arg(long)]
    port: Option<u16>,
    /// Leave it running, and write its record.
    #[arg(long)]
    detach: bool,
    /// Run until a signal, whatever standard input does. What `--detach` starts.
    #[arg(long, hide = true)]
    until_signal: bool,
    #[command(flatten)]
    record: Record,
}

#[derive(Args)]
struct Record {
    /// The file that says where the bed is [default: bed.json in the cache folder].
    #[arg(long)]
    file: Option<PathBuf>,
}

impl Record {
    fn path(&self) -> PathBuf {
        self.file
            .clone()
            .unwrap_or_else(|| BedOptions::default().cache.join("bed.json"))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match CommandLine::parse().command {
        Wish::Up(up) if up.detach => detach(&up),
        Wish::Up(up) => run(up).await,
        Wish::Down(record) => down(&record.path()),
        Wish::Status(record) => status(&record.path()),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            tell(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn run(up: Up) -> Result<ExitCode, BedError> {
    let options = BedOptions {
        moto: up.moto,
        registry: up.registry,
        own_engine: up.own_engine,
        port: up.port,
        progress: Progress::new(tell),
        ..BedOptions::default()
    };
    let bed = tokio::select! {
        bed = Bed::start(options) => bed?,
        _ = interrupted() => return Ok(ExitCode::FAILURE),
    };
    let path = up.record.path();
    if up.until_signal {
        bed.record().write(&path)?;
    }
    print_record(&bed.record());
    if up.until_signal || std::io::stdin().is_terminal() {
        interrupted().await;
    } else {
        let (closed, close) = tokio::sync::oneshot::channel();
        // A thread of its own: a blocked read must not hold up the end of the program.
        std::thread::spawn(move || {
            let mut rest = Vec::new();
            // An error ends standard input like its end does.
            std::io::stdin().read_to_end(&mut rest).ok();
            closed.send(()).ok();
        });
        tokio::select! {
            _ = close => {}
            () = interrupted() => {}
        }
    }
    tell("taking the bed down");
    bed.stop().await?;
    if up.until_signal {
        remove(&path)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Starts this program again in the background and waits until it has written its record.
fn detach(up: &Up) -> Result<ExitCode, BedError> {
    let path = up.record.path();
    if let Some(record) = running(&path)? {
        tell(&format!("a bed runs already (process {})", record.pid));
        print_record(&record);
        return Ok(ExitCode::SUCCESS);
    }
    let folder = path
        .parent()
        .map_or_else(|| PathBuf::from("."), PathBuf::from);
    let failed = |what: &str| {
        let what = what.to_owned();
        move |source| BedError::Io { what, source }
    };
    std::fs::create_dir_all(&folder).map_err(failed("creating the record's folder"))?;
    let log = path.with_extension("log");
    let output = std::fs::File::create(&log).map_err(failed("creating the bed's log"))?;
    let errors = output
        .try_clone()
        .map_err(failed("opening the bed's log"))?;
    let program = std::env::current_exe().map_err(failed("finding this program"))?;
    let mut command = Command::new(program);
    command.args(["up", "--until-signal", "--file"]).arg(&path);
    let port = up.port.map(|port| format!("--port={port}"));
    let wishes = [
        (up.moto, "--moto"),
        (up.registry, "--registry"),
        (up.own_engine, "--own-engine"),
    ];
    command
        .args(
            wishes
                .iter()
                .filter(|(wanted, _)| *wanted)
                .map(|(_, flag)| flag),
        )
        .args(port);
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(failed("starting the bed"))?;
    loop {
        if let Some(record) = running(&path)?.filter(|record| record.pid == child.id()) {
            print_record(&record);
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(status) = child.try_wait().map_err(failed("watching the bed"))? {
            let output = std::fs::read_to_string(&log).map_err(failed("reading the bed's log"))?;
            return Err(BedError::Command {
                what: format!("bringing up the bed ({status})"),
                output,
            });
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn down(path: &std::path::Path) -> Result<ExitCode, BedError> {
    let Some(record) = running(path)? else {
        tell("no bed runs");
        return Ok(ExitCode::SUCCESS);
    };
    signal(record.pid)?;
    let began = Instant::now();
    while alive(record.pid) {
        if began.elapsed() > Duration::from_secs(60) {
            return Err(BedError::Command {
                what: format!("taking down the bed of process {}", record.pid),
                output: "it still runs after 60 s".to_owned(),
            });
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    // The bed removes its record itself; one that was killed meanwhile could not.
    remove(path)?;
    tell(&format!("the bed of process {} is down", record.pid));
    Ok(ExitCode::SUCCESS)
}

fn status(path: &std::path::Path) -> Result<ExitCode, BedError> {
    match running(path)? {
        Some(record) => {
            print_record(&record);
            Ok(ExitCode::SUCCESS)
        }
        None => {
            tell("no bed runs");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The record of a bed whose process runs.
fn running(path: &std::path::Path) -> Result<Option<BedRecord>, BedError> {
    if !path.exists() {
        return Ok(None);
    }
    let record = BedRecord::read(path)?;
    Ok(alive(record.pid).then_some(record))
}

/// Whether this process runs, and is a bed: the number may belong to another program by now.
#[cfg(target_os = "linux")]
fn alive(pid: u32) -> bool {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    line.split(|byte| *byte == 0)
        .any(|word| word == b"--until-signal")
}

#[cfg(all(unix, not(target_os = "linux")))]
fn alive(pid: u32) -> bool {
    process_id(pid).is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
}

#[cfg(not(unix))]
fn alive(_: u32) -> bool {
    false
}

#[cfg(unix)]
fn process_id(pid: u32) -> Option<rustix::process::Pid> {
    i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
}

#[cfg(unix)]
fn signal(pid: u32) -> Result<(), BedError> {
    let Some(process) = process_id(pid) else {
        return Ok(());
    };
    match rustix::process::kill_process(process, rustix::process::Signal::TERM) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(BedError::Io {
            what: format!("stopping process {pid}"),
            source: error.into(),
        }),
    }
}

#[cfg(not(unix))]
fn signal(_: u32) -> Result<(), BedError> {
    Ok(())
}

/// Returns when the program is asked to end.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    tokio::signal::ctrl_c().await.ok();
}

fn remove(path: &std::path::Path) -> Result<(), BedError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(BedError::Io {
            what: format!("removing {}", path.display()),
            source,
        }),
        _ => Ok(()),
    }
}

fn print_record(record: &BedRecord) {
    print(&serde_json::to_string_pretty(record).expect("a record is plain text and numbers"));
}

#[expect(
    clippy::print_stdout,
    reason = "the result of a command goes to standard output"
)]
fn print(text: &str) {
    println!("{text}");
}

#[expect(
    clippy::print_stderr,
    reason = "progress and errors of a command go to standard error"
)]
fn tell(text: &str) {
    eprintln!("{text}");
}
