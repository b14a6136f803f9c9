//! Python environments of the bed's own, with fixed versions.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use crate::assets::{content_key, lock, remove_folder};
use crate::error::{BedError, During};
use crate::options::Progress;

/// MiniStack, the engine client without which it runs no image, and an independent AWS client with its models.
pub(crate) const MINISTACK: Requirements = Requirements {
    name: "ministack",
    packages: &["ministack==1.5.33", "docker==7.2.0", "boto3==1.43.106"],
};
pub(crate) const MOTO: Requirements = Requirements {
    name: "moto",
    packages: &["moto[server]==5.2.5"],
};

pub(crate) struct Requirements {
    name: &'static str,
    packages: &'static [&'static str],
}

/// An installed environment.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Its interpreter.
    pub(crate) fn python(&self) -> PathBuf {
        self.program("python")
    }

    /// A program that one of its packages installed.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        let folder = if cfg!(windows) { "Scripts" } else { "bin" };
        self.folder.join(folder).join(name)
    }

    /// botocore's service models.
    pub(crate) fn service_models(&self) -> Result<PathBuf, BedError> {
        let what = "finding botocore's service models";
        let output = run(
            Command::new(self.python()).args([
                "-c",
                "import botocore, os; print(os.path.dirname(botocore.__file__))",
            ]),
            what,
        )?;
        Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()).join("data"))
    }
}

/// Installs `wanted` unless this very set is there already.
pub(crate) fn install(
    cache: &Path,
    wanted: &Requirements,
    progress: &Progress,
) -> Result<Environment, BedError> {
    let key = content_key(wanted.packages.iter().copied());
    let environment = Environment {
        folder: cache.join(format!("python-{}-{key}", wanted.name)),
    };
    let _lock = lock(cache, &format!("python-{}", wanted.name))?;
    let complete = environment.folder.join("complete");
    if complete.is_file() {
        return Ok(environment);
    }
    let began = Instant::now();
    progress.say(format!("installing {} (once)", wanted.packages.join(", ")));
    // What an interrupted installation left is not trusted.
    remove_folder(&environment.folder)?;
    let python = std::env::var_os("SLIPWAY_TESTBED_PYTHON").unwrap_or_else(|| "python3".into());
    run(
        Command::new(&python)
            .args(["-m", "venv"])
            .arg(&environment.folder),
        "creating a Python environment (Debian: python3-venv)",
    )?;
    run(
        Command::new(environment.python())
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-input",
            ])
            .args(wanted.packages),
        &format!("installing {}", wanted.packages.join(", ")),
    )?;
    fs::write(&complete, wanted.packages.join("\n"))
        .during(|| format!("writing {}", complete.display()))?;
    progress.say(format!(
        "installed {} in {:.1} s",
        wanted.name,
        began.elapsed().as_secs_f64()
    ));
    Ok(environment)
}

fn run(command: &mut Command, what: &str) -> Result<Output, BedError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => BedError::Missing {
            program,
            hint: "install Python 3.10 or newer with its venv module".to_owned(),
        },
        _ => BedError::Io {
            what: what.to_owned(),
            source,
        },
    })?;
    if output.status.success() {
        return Ok(output);
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let tail: Vec<&str> = text.lines().rev().take(12).collect();
    Err(BedError::Command {
        what: what.to_owned(),
        output: tail.into_iter().rev().collect::<Vec<_>>().join("\n"),
    })
}
