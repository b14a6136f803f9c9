//! Test programs: compiled in one go with the real binaries, then run one by one, part by part.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::programs::NATIVE;
use crate::{paths, shell};

/// A test program that runs longer than this hangs.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// Tests by what they need of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Inside the crates.
    Unit,
    /// `tests/` folders of the crates: adapters against a real engine and the test bed.
    Suite,
    /// The whole program in the terminal.
    EndToEnd,
    /// The whole program in its window.
    Window,
}

impl Part {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Unit => "unit tests",
            Self::Suite => "suites of the crates",
            Self::EndToEnd => "end to end, terminal",
            Self::Window => "end to end, window",
        }
    }
}

/// Sums of what the test programs said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

#[derive(Debug)]
struct Program {
    package: String,
    folder: PathBuf,
    name: String,
    part: Part,
    executable: PathBuf,
}

/// Everything that was compiled.
#[derive(Debug)]
pub(crate) struct Built {
    tests: Vec<Program>,
    binaries: BTreeMap<String, PathBuf>,
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    executable: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// Compiles all programs and all tests of the native workspace at once.
pub(crate) fn build() -> Result<Built> {
    let mut command = shell::cargo()?;
    command
        .arg("build")
        .args(NATIVE)
        .args([
            "--bins",
            "--tests",
            "--locked",
            "--message-format=json-render-diagnostics",
        ])
        .stderr(Stdio::inherit());
    let line = shell::shown(&command);
    println!("    $ {line}");
    let output = command
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` ended with {}", output.status);
    }
    read(&String::from_utf8_lossy(&output.stdout))
}

fn read(messages: &str) -> Result<Built> {
    let mut built = Built {
        tests: Vec::new(),
        binaries: BTreeMap::new(),
    };
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message: Message =
            serde_json::from_str(line).context("cannot read a message of cargo")?;
        let (Some(executable), Some(target), Some(profile)) =
            (message.executable, message.target, message.profile)
        else {
            continue;
        };
        if message.reason != "compiler-artifact" {
            continue;
        }
        if !profile.test {
            built.binaries.insert(target.name, executable);
            continue;
        }
        let folder = message
            .manifest_path
            .parent()
            .unwrap_or(Path::new(""))
            .to_path_buf();
        let package = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let part = part(&package, &target);
        built.tests.push(Program {
            package,
            folder,
            name: target.name,
            part,
            executable,
        });
    }
    built
        .tests
        .sort_by(|a, b| (&a.package, &a.name).cmp(&(&b.package, &b.name)));
    Ok(built)
}

fn part(package: &str, target: &Target) -> Part {
    if !target.kind.iter().any(|kind| kind == "test") {
        Part::Unit
    } else if package != "tests" {
        Part::Suite
    } else if target.name.starts_with("window") {
        Part::Window
    } else {
        Part::EndToEnd
    }
}

impl Built {
    pub(crate) fn has(&self, part: Part) -> bool {
        self.tests.iter().any(|program| program.part == part)
    }

    /// Runs the programs of one part; a program that fails does not stop the others.
    /// They find Docker at `engine`.
    pub(crate) fn run(&self, part: Part, engine: Option<&str>) -> Result<Counts> {
        let mut sum = Counts::default();
        for program in self.tests.iter().filter(|program| program.part == part) {
            println!("    {} ({})", program.package, program.name);
            let mut command = shell::command(&program.executable);
            command
                .current_dir(&program.folder)
                .env("CARGO", "cargo")
                .env("CARGO_MANIFEST_DIR", &program.folder)
                .env("CARGO_PKG_NAME", &program.package)
                .env("CARGO_TARGET_DIR", paths::target()?);
            if let Some(engine) = engine {
                command.env("DOCKER_HOST", engine);
            }
            if let Some(folder) = self.binaries.get("slipway").and_then(|path| path.parent()) {
                command.env("SLIPWAY_BIN_DIR", folder);
            }
            if paths::in_ci() {
                // A snapshot that differs fails and leaves no file behind.
                command.env("INSTA_UPDATE", "no");
            }
            sum.add(run_counted(&mut command)?);
        }
        Ok(sum)
    }
}

/// The examples in the documentation, which only rustdoc can run.
pub(crate) fn doc_tests() -> Result<Counts> {
    let mut command = shell::cargo()?;
    command
        .args(["test", "--doc", "--no-fail-fast", "--locked"])
        .args(NATIVE);
    println!("    $ {}", shell::shown(&command));
    run_counted(&mut command)
}

/// Runs a program that speaks like Rust's test harness, shows what it says, and counts. A program that ends badly without
/// naming a failed test counts as one failure.
fn run_counted(command: &mut Command) -> Result<Counts> {
    let line = shell::shown(command);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{line}`"))?;
    let (ended, watch) = mpsc::channel::<()>();
    let id = child.id();
    let watchdog = thread::spawn(move || {
        if watch.recv_timeout(LIMIT) == Err(mpsc::RecvTimeoutError::Timeout) {
            eprintln!("    no end after {} min: stopped", LIMIT.as_secs() / 60);
            kill_group(id);
        }
    });
    let mut counts = Counts::default();
    let stdout = child.stdout.take().context("its output is a pipe")?;
    for text in BufReader::new(stdout).split(b'\n') {
        let text = text?;
        let text = String::from_utf8_lossy(&text);
        println!("{text}");
        if let Some(result) = counts_of(&text) {
            counts.add(result);
        }
    }
    let status = child.wait()?;
    drop(ended);
    if watchdog.join().is_err() {
        bail!("the watch over `{line}` broke");
    }
    if !status.success() && counts.failed == 0 {
        eprintln!("    `{line}` ended with {status}");
        counts.failed = 1;
    }
    Ok(counts)
}

/// `test result: ok. 5 passed; 0 failed; 1 ignored; ...`
fn counts_of(line: &str) -> Option<Counts> {
    let numbers = line.trim_start().strip_prefix("test result: ")?;
    let number = |what: &str| {
        numbers
            .split([';', '.'])
            .find_map(|part| part.trim().strip_suffix(what)?.trim().parse().ok())
    };
    Some(Counts {
        passed: number("passed")?,
        failed: number("failed")?,
    })
}

#[cfg(unix)]
fn kill_group(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw)
        && let Err(error) = kill_process_group(group, Signal::KILL)
    {
        eprintln!("    it could not be stopped: {error}");
    }
}

#[cfg(not(unix))]
fn kill_group(id: u32) {
    eprintln!("    process {id} has to be ended by hand");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_of_a_test_program_is_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.05s";
        assert_eq!(
            counts_of(line),
            Some(Counts {
                passed: 12,
                failed: 3
            })
        );
        assert_eq!(counts_of("running 3 tests"), None);
    }

    #[test]
    fn programs_are_sorted_into_parts() {
        let artifact = |folder: &str, name: &str, kind: &str, test: bool| {
            serde_json::json!({
                "reason": "compiler-artifact", "manifest_path": format!("/r/{folder}/Cargo.toml"),
                "executable": format!("/t/{name}"), "target": {"name": name, "kind": [kind]}, "profile": {"test": test},
            })
            .to_string()
        };
        let messages = [
            artifact("crates/design", "slipway_design", "lib", true),
            artifact("crates/docker", "engine", "test", true),
            artifact("tests", "window", "test", true),
            artifact("tests", "terminal", "test", true),
            artifact("crates/cli", "slipway", "bin", false),
        ];
        let built = read(&messages.join("\n")).unwrap();
        let parts: Vec<_> = built
            .tests
            .iter()
            .map(|program| (program.name.as_str(), program.part))
            .collect();
        assert_eq!(
            parts,
            [
                ("slipway_design", Part::Unit),
                ("engine", Part::Suite),
                ("terminal", Part::EndToEnd),
                ("window", Part::Window),
            ]
        );
        assert_eq!(built.binaries["slipway"], PathBuf::from("/t/slipway"));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_ends_badly_is_a_failure_even_without_a_count() {
        let mut command = Command::new("false");
        assert_eq!(
            run_counted(&mut command).unwrap(),
            Counts {
                passed: 0,
                failed: 1
            }
        );
    }
}
