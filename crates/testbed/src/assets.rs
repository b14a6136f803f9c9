//! The files that travel inside the program and are laid out in the cache: the Python corrections and the
//! source of the Lambda environment.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::error::{BedError, During};
use crate::options::Progress;

const PYTHON: [(&str, &str); 9] = [
    ("lifeline.py", include_str!("../python/lifeline.py")),
    (
        "ministack_bed.py",
        include_str!("../python/ministack_bed.py"),
    ),
    (
        "ministack_bed_apigateway.py",
        include_str!("../python/ministack_bed_apigateway.py"),
    ),
    (
        "ministack_bed_containers.py",
        include_str!("../python/ministack_bed_containers.py"),
    ),
    (
        "ministack_bed_ecr.py",
        include_str!("../python/ministack_bed_ecr.py"),
    ),
    (
        "ministack_bed_lambda.py",
        include_str!("../python/ministack_bed_lambda.py"),
    ),
    ("moto_bed.py", include_str!("../python/moto_bed.py")),
    (
        "ministack_bed_websocket.py",
        include_str!("../python/ministack_bed_websocket.py"),
    ),
    (
        "ministack_bed_services.py",
        include_str!("../python/ministack_bed_services.py"),
    ),
];

const LAMBDA_ENVIRONMENT: [(&str, &str); 2] = [
    ("main.rs", include_str!("../emulator/main.rs")),
    ("http.rs", include_str!("../emulator/http.rs")),
];

/// The first 16 hexadecimal digits of a SHA-256 over all parts: enough to tell one content from another.
pub(crate) fn content_key<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Lays out the Python files in a folder named for their content, and returns it.
pub(crate) fn python_folder(cache: &Path) -> Result<PathBuf, BedError> {
    let folder = cache.join(format!(
        "corrections-{}",
        content_key(PYTHON.iter().flat_map(|(n, t)| [*n, *t]))
    ));
    let _lock = lock(cache, "corrections")?;
    if folder.is_dir() {
        return Ok(folder);
    }
    let draft = cache.join("corrections.draft");
    remove_folder(&draft)?;
    fs::create_dir_all(&draft).during(|| format!("creating {}", draft.display()))?;
    for (name, text) in PYTHON {
        let path = draft.join(name);
        fs::write(&path, text).during(|| format!("writing {}", path.display()))?;
    }
    fs::rename(&draft, &folder).during(|| format!("creating {}", folder.display()))?;
    Ok(folder)
}

/// The static program that stands in front of a function image's own, compiled once for each content.
pub(crate) fn lambda_environment(cache: &Path, progress: &Progress) -> Result<PathBuf, BedError> {
    let program = cache.join(format!(
        "lambda-environment-{}",
        content_key(LAMBDA_ENVIRONMENT.iter().flat_map(|(n, t)| [*n, *t]))
    ));
    let _lock = lock(cache, "lambda-environment")?;
    if program.is_file() {
        return Ok(program);
    }
    progress.say("compiling the Lambda environment");
    let folder = cache.join("lambda-environment-source");
    fs::create_dir_all(&folder).during(|| format!("creating {}", folder.display()))?;
    for (name, text) in LAMBDA_ENVIRONMENT {
        let path = folder.join(name);
        fs::write(&path, text).during(|| format!("writing {}", path.display()))?;
    }
    let draft = program.with_extension("draft");
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&compiler)
        .args([
            "--edition",
            "2024",
            "--crate-name",
            "lambda_environment",
            "-Copt-level=2",
            "-Cstrip=symbols",
        ])
        .args(["-Cpanic=abort", "-Ctarget-feature=+crt-static", "-o"])
        .arg(&draft)
        .arg(folder.join("main.rs"))
        // A wrapper or flags meant for the workspace do not concern this program.
        .env_remove("RUSTC_WRAPPER")
        .env_remove("RUSTFLAGS")
        .output()
        .map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => BedError::Missing {
                program: compiler.to_string_lossy().into_owned(),
                hint: "install Rust, or set RUSTC to its compiler".to_owned(),
            },
            _ => BedError::Io {
                what: "starting rustc".to_owned(),
                source,
            },
        })?;
    if !output.status.success() {
        return Err(BedError::Command {
            what: "compiling the Lambda environment".to_owned(),
            output: String::from_utf8_lossy(&output.stderr).into_owned(),
        });
    }
    fs::rename(&draft, &program).during(|| format!("creating {}", program.display()))?;
    Ok(program)
}

/// Holds off other beds while one sets up `what`; released when dropped.
pub(crate) fn lock(cache: &Path, what: &str) -> Result<File, BedError> {
    fs::create_dir_all(cache).during(|| format!("creating {}", cache.display()))?;
    let path = cache.join(format!("{what}.lock"));
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .during(|| format!("opening {}", path.display()))?;
    file.lock()
        .during(|| format!("locking {}", path.display()))?;
    Ok(file)
}

/// Removes a folder that may not be there.
pub(crate) fn remove_folder(path: &Path) -> Result<(), BedError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).during(|| format!("removing {}", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_key_depends_on_the_borders_of_its_parts() {
        assert_ne!(content_key(["ab", "c"]), content_key(["a", "bc"]));
        assert_eq!(content_key(["ab", "c"]).len(), 16);
    }

    #[test]
    fn the_corrections_are_laid_out_once_and_whole() {
        let cache = tempfile::tempdir().unwrap();
        let first = python_folder(cache.path()).unwrap();
        assert_eq!(fs::read_dir(&first).unwrap().count(), PYTHON.len());
        assert_eq!(python_folder(cache.path()).unwrap(), first);
    }
}
