//! The compiler for wasm32, by one of two roads.
//!
//! The ordinary one is `rustup target add`. Where that is refused (no rustup, or its server cannot be reached) Debian's own
//! compiler is taken, and the standard library is built once from the sources that Debian ships, into a folder of the cache
//! that serves as its sysroot. `SLIPWAY_WASM=rustup` or `=debian` forces a road.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use super::packages;
use crate::{paths, shell};

/// The target that the webview runs.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// How to come by a compiler for wasm32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Road {
    /// `rustup target add wasm32-unknown-unknown`.
    Rustup,
    /// Debian's `rustc-web`, with a standard library built from `rust-web-src`.
    Debian,
}

/// A cargo that can compile for wasm32, with what it needs to know.
#[derive(Clone, Debug)]
pub(crate) struct WasmCompiler {
    /// The road it came by.
    pub(crate) road: Road,
    cargo: PathBuf,
    environment: Vec<(&'static str, OsString)>,
    target_folder: PathBuf,
    rustflags: Vec<String>,
}

impl WasmCompiler {
    /// `cargo` with this compiler; further flags for the wasm crates may be given. Two compilers never share a folder of results.
    pub(crate) fn cargo(&self, more_rustflags: &[&str]) -> Command {
        let mut command = shell::command(&self.cargo);
        command.env("CARGO_TARGET_DIR", &self.target_folder);
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        if self.road == Road::Debian {
            command.env_remove("RUSTUP_TOOLCHAIN");
        }
        let mut flags: Vec<&str> = self.rustflags.iter().map(String::as_str).collect();
        flags.extend(more_rustflags);
        if !flags.is_empty() {
            // The separated form, since a path may contain a blank. It applies to the target only, as `--target` is given.
            command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        }
        command
    }

    /// `cargo clippy` with this compiler. Debian's is called directly: by name cargo would find another toolchain's.
    pub(crate) fn clippy(&self, more_rustflags: &[&str]) -> Command {
        let mut command = match self.road {
            Road::Rustup => self.cargo(more_rustflags),
            Road::Debian => {
                let from = self.cargo(more_rustflags);
                let mut command = shell::command("/usr/bin/cargo-clippy");
                for (name, value) in from.get_envs() {
                    match value {
                        Some(value) => command.env(name, value),
                        None => command.env_remove(name),
                    };
                }
                command.env("CARGO", &self.cargo);
                command
            }
        };
        command.arg("clippy");
        command
    }

    /// Where a profile's results for wasm32 lie.
    pub(crate) fn results(&self, profile_folder: &str) -> PathBuf {
        self.target_folder.join(TARGET).join(profile_folder)
    }
}

/// The road asked for by `SLIPWAY_WASM`, if any.
pub(crate) fn forced() -> Result<Option<Road>> {
    match env::var("SLIPWAY_WASM") {
        Ok(name) if !name.is_empty() => match Road::from_str(&name, true) {
            Ok(road) => Ok(Some(road)),
            Err(_) => bail!("SLIPWAY_WASM is `{name}`: it may be `rustup` or `debian`"),
        },
        _ => Ok(None),
    }
}

/// Finds or makes a compiler for wasm32.
pub(crate) fn ensure(forced: Option<Road>) -> Result<WasmCompiler> {
    match forced {
        Some(Road::Rustup) => by_rustup(),
        Some(Road::Debian) => by_debian(),
        None => {
            if rustup_target_is_there() {
                return by_rustup();
            }
            if let Some(ready) = debian_if_ready()? {
                println!(
                    "    Debian's compiler was set up before: {}",
                    ready.cargo.display()
                );
                return Ok(ready);
            }
            by_rustup().or_else(|refusal| {
                println!("    the ordinary road is closed ({refusal:#}); taking Debian's compiler");
                by_debian().with_context(|| format!("no compiler for {TARGET}: `rustup target add {TARGET}` was refused too ({refusal:#})"))
            })
        }
    }
}

/// Which compiler for wasm32 is ready, if one is; changes nothing.
pub(crate) fn ready() -> Result<Option<String>> {
    if rustup_target_is_there() {
        return Ok(Some("in the toolchain".to_owned()));
    }
    Ok(debian_if_ready()?
        .map(|compiler| format!("Debian's compiler, {}", compiler.cargo.display())))
}

fn rustup_target_is_there() -> bool {
    let folder = shell::output(shell::command("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        TARGET,
    ]));
    folder.is_ok_and(|folder| has_core(Path::new(folder.trim())))
}

fn has_core(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
    })
}

fn by_rustup() -> Result<WasmCompiler> {
    if rustup_target_is_there() {
        println!("    the toolchain has {TARGET}");
    } else {
        if paths::program("rustup").is_none() {
            bail!("there is no rustup, and the Rust compiler here has no {TARGET}");
        }
        shell::run(shell::command("rustup").args(["target", "add", TARGET]))?;
    }
    Ok(WasmCompiler {
        road: Road::Rustup,
        cargo: "cargo".into(),
        environment: Vec::new(),
        target_folder: paths::target()?,
        rustflags: Vec::new(),
    })
}

/// Debian's compiler; the plain names on `PATH` may be rustup's, so the full paths are meant.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";

/// The `rust-version` of the workspace, 1.95, without its first number.
const OLDEST_MINOR: u32 = 95;

fn debian_if_ready() -> Result<Option<WasmCompiler>> {
    if !Path::new(DEBIAN_RUSTC).is_file()
        || !Path::new(DEBIAN_CARGO).is_file()
        || paths::program("wasm-ld").is_none()
    {
        return Ok(None);
    }
    // A compiler that is too old is no compiler here; going that road will say why.
    let Ok(sysroot) = debian_sysroot() else {
        return Ok(None);
    };
    has_core(&library_folder(&sysroot))
        .then(|| debian_compiler(&sysroot))
        .transpose()
}

fn by_debian() -> Result<WasmCompiler> {
    if !packages::is_debian() {
        bail!("the second road to {TARGET} is Debian's compiler, and this is not a Debian");
    }
    packages::ensure(&packages::WASM.iter().copied().collect::<BTreeSet<_>>())?;
    let sysroot = debian_sysroot()?;
    if has_core(&library_folder(&sysroot)) {
        println!(
            "    the standard library for {TARGET} is there: {}",
            sysroot.display()
        );
    } else {
        build_std(&sysroot)?;
    }
    debian_compiler(&sysroot)
}

fn library_folder(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

/// The sysroot belongs to one exact compiler: its folder carries that compiler's version and commit.
fn debian_sysroot() -> Result<PathBuf> {
    let version = shell::output(&mut debian_command(DEBIAN_RUSTC, &["-vV"]))?;
    let field = |name: &str| {
        version
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .map(|value| value.trim().to_owned())
    };
    let release = field("release:").context("Debian's rustc does not say its release")?;
    let commit = field("commit-hash:").unwrap_or_default();
    let minor = release
        .strip_prefix("1.")
        .and_then(|rest| rest.split('.').next()?.parse::<u32>().ok());
    if minor.is_none_or(|minor| minor < OLDEST_MINOR) {
        bail!(
            "Debian's compiler is Rust {release}, and 1.{OLDEST_MINOR} is needed: does apt know the security updates of this Debian?"
        );
    }
    let short = commit.get(..9).unwrap_or("unknown");
    Ok(paths::cache()?.join(format!("wasm-sysroot-{release}-{short}")))
}

fn debian_command(program: &str, words: &[&str]) -> Command {
    let mut command = shell::command(program);
    command
        .args(words)
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("RUSTC", DEBIAN_RUSTC);
    command
}

fn debian_compiler(sysroot: &Path) -> Result<WasmCompiler> {
    Ok(WasmCompiler {
        road: Road::Debian,
        cargo: DEBIAN_CARGO.into(),
        environment: vec![
            ("RUSTC", DEBIAN_RUSTC.into()),
            (
                "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER",
                "wasm-ld".into(),
            ),
        ],
        target_folder: paths::target()?.join("debian-wasm"),
        rustflags: vec![format!("--sysroot={}", sysroot.display())],
    })
}

/// Builds std from an empty crate and keeps its libraries as a sysroot. Takes about 40 s on two cores.
fn build_std(sysroot: &Path) -> Result<()> {
    let parent = sysroot
        .parent()
        .context("the sysroot lies in the cache folder")?;
    let work = parent.join("wasm-std-build");
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| format!("cannot clear {}", work.display()))?;
    }
    fs::create_dir_all(work.join("src"))?;
    fs::write(
        work.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n",
    )?;
    fs::write(work.join("src/lib.rs"), "#![no_std]\n")?;
    println!("    building the standard library for {TARGET} from Debian's sources, once");
    let mut build = debian_command(
        DEBIAN_CARGO,
        &[
            "build",
            "--release",
            "-Zbuild-std=std,panic_abort,test,proc_macro",
            "--target",
            TARGET,
        ],
    );
    build
        .current_dir(&work)
        .env("CARGO_TARGET_DIR", work.join("target"))
        .env("RUSTC_BOOTSTRAP", "1")
        // With bitcode inside, link-time optimisation of the UI works.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes");
    shell::run(&mut build)?;

    let staged = parent.join("wasm-sysroot.new");
    if staged.exists() {
        fs::remove_dir_all(&staged)?;
    }
    let libraries = library_folder(&staged);
    fs::create_dir_all(&libraries)?;
    let built = work.join("target").join(TARGET).join("release/deps");
    for entry in fs::read_dir(&built).with_context(|| format!("cannot read {}", built.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(entry.path(), libraries.join(&name))?;
        }
    }
    if !has_core(&libraries) {
        bail!(
            "the build of the standard library left no libcore in {}",
            built.display()
        );
    }
    fs::rename(&staged, sysroot)
        .with_context(|| format!("cannot put the libraries at {}", sysroot.display()))?;
    fs::remove_dir_all(&work)?;
    Ok(())
}

/// Whether clippy can be run with this compiler; on Debian's road that is one more package.
pub(crate) fn ensure_clippy(compiler: &WasmCompiler) -> Result<()> {
    if compiler.road == Road::Debian {
        packages::ensure(&BTreeSet::from(["rust-web-clippy"]))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_compiler_is_the_workspace_s() {
        let manifest = fs::read_to_string(paths::root().join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("rust-version = \"1.{OLDEST_MINOR}\"")));
    }
}
