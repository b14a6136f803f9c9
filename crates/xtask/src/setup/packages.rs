//! Debian packages: which ones a command needs, which are missing, and getting them.

use std::collections::BTreeSet;
use std::io::IsTerminal as _;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{paths, shell};

/// To compile the workspace natively: the C toolchain for the crates with C inside, and the webview's headers.
pub(crate) const BUILD: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "libgtk-3-dev",
    "libsoup-3.0-dev",
    "librsvg2-dev",
];

/// For the test bed: the emulators run in Python environments of their own.
pub(crate) const BED: &[&str] = &["python3-venv", "ca-certificates"];

/// A Docker engine, when none answers.
pub(crate) const ENGINE: &[&str] = &["docker.io", "iptables"];

/// A display for a machine that has none.
pub(crate) const DISPLAY: &[&str] = &["xvfb"];

/// A session bus, which GTK and the keychain expect.
pub(crate) const BUS: &[&str] = &["dbus"];

/// For the tests of adapters: an independent implementation of the push protocol.
pub(crate) const SUITES: &[&str] = &["docker-registry"];

/// To drive the real window in tests, which always get a display of their own, and to read it as a screen reader does.
pub(crate) const WINDOW_TESTS: &[&str] = &["webkit2gtk-driver", "xvfb", "dbus", "at-spi2-core"];

/// To get the accessibility checks that run in the window, where there is no npm yet.
pub(crate) const NPM: &[&str] = &["npm"];

/// The second road to wasm32: Debian's own compiler, with the sources of its standard library and a linker for wasm.
pub(crate) const WASM: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld"];

/// Whether this is a Debian or one of its children.
pub(crate) fn is_debian() -> bool {
    paths::program("dpkg-query").is_some() && paths::program("apt-get").is_some()
}

/// Makes sure that the packages are there. On a system without apt it checks for what they bring and names what is missing.
pub(crate) fn ensure(wanted: &BTreeSet<&str>) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    if !is_debian() {
        return check_elsewhere(wanted);
    }
    let missing = missing(wanted)?;
    if missing.is_empty() {
        println!("    all {} packages are installed", wanted.len());
        return Ok(());
    }
    println!("    missing: {}", missing.join(" "));
    install(&missing)
}

/// The wanted packages that dpkg does not know as installed.
pub(crate) fn missing<'a>(wanted: &BTreeSet<&'a str>) -> Result<Vec<&'a str>> {
    // dpkg-query ends with 1 when it does not know one of the names; what it knows it prints all the same.
    let output = Command::new("dpkg-query")
        .args(["-W", "-f", "${Package} ${db:Status-Abbrev}\n"])
        .args(wanted)
        .stderr(Stdio::null())
        .output()
        .context("cannot start dpkg-query")?;
    Ok(not_installed(
        wanted,
        &String::from_utf8_lossy(&output.stdout),
    ))
}

fn not_installed<'a>(wanted: &BTreeSet<&'a str>, listing: &str) -> Vec<&'a str> {
    let installed: BTreeSet<&str> = listing
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(_, status)| status.starts_with("ii"))
        .map(|(name, _)| name)
        .collect();
    wanted
        .iter()
        .copied()
        .filter(|name| !installed.contains(name))
        .collect()
}

fn install(packages: &[&str]) -> Result<()> {
    let by_hand = format!(
        "sudo apt-get update && sudo apt-get install --no-install-recommends {}",
        packages.join(" ")
    );
    let prefix = rights().with_context(|| {
        format!("these Debian packages are missing; install them with\n  {by_hand}")
    })?;
    // Old lists name old versions, or versions that are not there any more. Without a network the lists at hand may do.
    if let Err(error) = shell::run(apt(prefix).arg("update")) {
        println!("    the package lists stay as they are: {error:#}");
    }
    shell::run(
        apt(prefix)
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages),
    )
    .with_context(|| {
        format!("the packages could not be installed: is the network there and are the sources of apt right?\n  by hand: {by_hand}")
    })
}

fn apt(prefix: &[&str]) -> Command {
    let mut words = prefix.iter().copied().chain(["apt-get", "--quiet"]);
    let mut command = shell::command(words.next().expect("apt-get is always a word of it"));
    command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// The words to put before a command that needs root: none for root, else sudo; an error when neither is possible.
pub(crate) fn rights() -> Result<&'static [&'static str]> {
    if is_root() {
        return Ok(&[]);
    }
    if paths::program("sudo").is_some() {
        if shell::succeeds(Command::new("sudo").args(["-n", "true"]))
            || std::io::stdin().is_terminal()
        {
            return Ok(&[
                "sudo",
                "--preserve-env=DEBIAN_FRONTEND,http_proxy,https_proxy,no_proxy",
            ]);
        }
        bail!("this needs root, and sudo wants a password that nobody is here to type");
    }
    bail!("this needs root, and there is no sudo");
}

/// Whether this process runs as root; never true off Unix.
pub(crate) fn is_root() -> bool {
    #[cfg(unix)]
    {
        rustix::process::geteuid().is_root()
    }
    #[cfg(not(unix))]
    {
        false
    }
}

/// What a package brings, on a system with other package names: a program, or a library known to pkg-config.
fn brings(package: &str) -> Option<(&'static str, Kind)> {
    Some(match package {
        "build-essential" => ("cc", Kind::Program),
        "pkg-config" => ("pkg-config", Kind::Program),
        "libwebkit2gtk-4.1-dev" => ("webkit2gtk-4.1", Kind::Library),
        "libgtk-3-dev" => ("gtk+-3.0", Kind::Library),
        "libsoup-3.0-dev" => ("libsoup-3.0", Kind::Library),
        "librsvg2-dev" => ("librsvg-2.0", Kind::Library),
        "python3-venv" => ("python3", Kind::Program),
        "docker-registry" => ("docker-registry", Kind::Program),
        "docker.io" => ("dockerd", Kind::Program),
        "xvfb" => ("Xvfb", Kind::Program),
        "dbus" => ("dbus-run-session", Kind::Program),
        "webkit2gtk-driver" => ("WebKitWebDriver", Kind::Program),
        "npm" => ("npm", Kind::Program),
        "lld" => ("wasm-ld", Kind::Program),
        _ => return None,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Program,
    Library,
}

fn check_elsewhere(wanted: &BTreeSet<&str>) -> Result<()> {
    let linux = cfg!(target_os = "linux");
    let mut missing = Vec::new();
    for (name, kind) in wanted.iter().filter_map(|package| brings(package)) {
        // The webview of macOS and Windows belongs to the system; its Linux headers and displays are not asked for there.
        let only_linux = kind == Kind::Library
            || matches!(
                name,
                "pkg-config"
                    | "Xvfb"
                    | "dbus-run-session"
                    | "WebKitWebDriver"
                    | "dockerd"
                    | "docker-registry"
            );
        if only_linux && !linux {
            continue;
        }
        match kind {
            Kind::Program if paths::program(name).is_none() => {
                missing.push(format!("the program `{name}`"))
            }
            Kind::Library
                if !shell::succeeds(Command::new("pkg-config").args(["--exists", name])) =>
            {
                missing.push(format!(
                    "the library `{name}` with its headers (pkg-config name)"
                ));
            }
            _ => {}
        }
    }
    if missing.is_empty() {
        println!("    not a Debian: used what is there, nothing is missing");
        return Ok(());
    }
    bail!(
        "this system has no apt, and set-up by itself knows only Debian; missing here:\n  {}\ninstall them with the system's own package tool and start again",
        missing.join("\n  ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_dpkg_calls_installed_counts() {
        let wanted = BTreeSet::from(["cmake", "dbus", "lld", "xvfb"]);
        let listing = "dbus ii \nlld rc \nxvfb un \n";
        assert_eq!(not_installed(&wanted, listing), ["cmake", "lld", "xvfb"]);
    }
}
