//! The terminal program, run as a user would.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use slipway_testbed::Endpoints;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// Where the built programs are: named by `SLIPWAY_BIN_DIR`, else beside the tests.
pub fn binary(name: &str) -> Result<PathBuf> {
    let folder = match std::env::var_os("SLIPWAY_BIN_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => {
            let test = std::env::current_exe()?;
            // target/debug/deps/test-hash
            test.parent()
                .and_then(Path::parent)
                .context("the test has no folder above it")?
                .to_owned()
        }
    };
    let path = folder
        .join(name)
        .with_extension(std::env::consts::EXE_EXTENSION);
    ensure!(
        path.is_file(),
        "{} is not built: run `cargo build -p slipway-cli -p slipway-desktop` first",
        path.display()
    );
    Ok(path)
}

/// The terminal program with an environment of its own: no credentials of the user, no settings.
pub struct Program {
    binary: PathBuf,
    home: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Program {
    /// Without a bed: nothing it talks to answers.
    pub fn alone() -> Result<Self> {
        Ok(Self {
            binary: binary("slipway")?,
            home: tempfile::tempdir()?,
            variables: Vec::new(),
        })
    }

    pub fn on(endpoints: &Endpoints) -> Result<Self> {
        let mut program = Self::alone()?;
        for (name, value) in endpoints.environment() {
            program = program.with(name, &value);
        }
        Ok(program)
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).env_clear().stdin(Stdio::null());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
            .env("HOME", self.home.path())
            .env("XDG_CONFIG_HOME", self.home.path().join("config"))
            .env("XDG_CACHE_HOME", self.home.path().join("cache"))
            .env("XDG_STATE_HOME", self.home.path().join("state"))
            // No instance of a cloud is asked for credentials.
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The folder that the program takes for the user's own.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Result<Ended> {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(arguments).output()?;
        let code = status.code().context("it was killed by a signal")?;
        Ok(Ended {
            code,
            stdout: String::from_utf8(stdout)?,
            stderr: String::from_utf8(stderr)?,
        })
    }

    pub fn spawn<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Result<Child> {
        Ok(self
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?)
    }

    pub fn plan(&self, project: &Path, environment: &str) -> Result<Value> {
        self.run([
            OsStr::new("plan"),
            "--json".as_ref(),
            "--env".as_ref(),
            environment.as_ref(),
            "--project".as_ref(),
            project.as_ref(),
        ])?
        .succeeded()?
        .json()
    }

    /// A deploy that must end well; its last event.
    pub fn deploy(&self, project: &Path, environment: &str) -> Result<Value> {
        let ended = self
            .apply("deploy", project, environment, &[])?
            .succeeded()?;
        ended.finish()
    }

    /// `deploy` or `destroy`, however it ends.
    pub fn apply(
        &self,
        verb: &str,
        project: &Path,
        environment: &str,
        more: &[&str],
    ) -> Result<Ended> {
        let mut arguments = vec![
            OsStr::new(verb),
            "--json".as_ref(),
            "--yes".as_ref(),
            "--env".as_ref(),
            environment.as_ref(),
            "--project".as_ref(),
            project.as_ref(),
        ];
        arguments.extend(more.iter().map(OsStr::new));
        self.run(arguments)
    }
}

impl Ended {
    pub fn succeeded(self) -> Result<Self> {
        ensure!(
            self.code == 0,
            "it ended with {}\n{}\n{}",
            self.code,
            self.stdout,
            self.stderr
        );
        Ok(self)
    }

    /// What was printed, as one JSON value.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.stdout).with_context(|| format!("not JSON: {}", self.stdout))
    }

    /// What was printed, as one JSON value a line.
    pub fn events(&self) -> Result<Vec<Value>> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).with_context(|| format!("not JSON: {line}")))
            .collect()
    }

    /// The last event, which must be the only `run_finished`.
    pub fn finish(&self) -> Result<Value> {
        let events = self.events()?;
        let finished: Vec<usize> = events
            .iter()
            .enumerate()
            .filter(|(_, event)| event["type"] == "run_finished")
            .map(|(at, _)| at)
            .collect();
        if finished != [events.len().saturating_sub(1)] {
            bail!(
                "run_finished is not the one last event: {}\n{}",
                self.stdout,
                self.stderr
            );
        }
        Ok(events.into_iter().next_back().expect("there is one"))
    }
}
