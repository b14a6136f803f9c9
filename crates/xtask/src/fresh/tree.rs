//! A bare Debian tree, kept in the cache, and throw-away copies of it to run commands in.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::setup::packages;
use crate::{paths, shell};

/// The release that set-up by itself is written for.
const RELEASE: &str = "bookworm";

/// Beside the smallest Debian: what the Rust toolchain itself asks for, a C linker with its headers, and certificates.
const INCLUDE: &str = "ca-certificates,gcc,libc6-dev";

/// A folder with a bare Debian in it.
#[derive(Debug)]
pub(crate) struct BareTree {
    folder: PathBuf,
}

/// Makes the tree, once. Needs root.
pub(crate) fn bare() -> Result<BareTree> {
    if !packages::is_root() {
        bail!(
            "a bare tree needs root: chroot and mounts are not allowed otherwise; start this with sudo"
        );
    }
    packages::ensure(&std::collections::BTreeSet::from([
        "debootstrap",
        "git",
        "util-linux",
    ]))?;
    let folder = paths::cache()?.join(format!("bare-{RELEASE}"));
    if folder.join("etc/debian_version").is_file() {
        println!("    {} was made before", folder.display());
        return Ok(BareTree { folder });
    }
    let draft = paths::cache()?.join(format!("bare-{RELEASE}.new"));
    if draft.exists() {
        fs::remove_dir_all(&draft)?;
    }
    shell::run(
        shell::command("debootstrap")
            .args([
                "--variant=minbase",
                &format!("--include={INCLUDE}"),
                RELEASE,
            ])
            .arg(&draft)
            .args(mirror()),
    )?;
    fs::rename(&draft, &folder)?;
    Ok(BareTree { folder })
}

/// The machine's own mirror; without one, debootstrap knows its default.
fn mirror() -> Option<String> {
    let texts = apt_sources()
        .into_iter()
        .filter_map(|path| fs::read_to_string(path).ok());
    texts
        .flat_map(|text| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .find(|word| word.starts_with("http") && word.trim_end_matches('/').ends_with("/debian"))
}

/// The files that name Debian's own archives; those of other vendors are not part of a bare Debian.
fn apt_sources() -> Vec<PathBuf> {
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    if let Ok(entries) = fs::read_dir("/etc/apt/sources.list.d") {
        files.extend(entries.flatten().map(|entry| entry.path()));
    }
    files.retain(|path| fs::read_to_string(path).is_ok_and(|text| names_debian_only(&text)));
    files
}

fn names_debian_only(text: &str) -> bool {
    let addresses: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(str::split_whitespace)
        .filter(|word| word.contains("://"))
        .collect();
    !addresses.is_empty() && addresses.iter().all(|address| address.contains("/debian"))
}

/// How a path of this machine appears in the copy.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// The same files, read only.
    ReadOnly,
    /// The same files.
    Shared,
    /// A copy on write; changes are forgotten.
    Forgetting,
    /// Copied now.
    Copied,
}

/// A throw-away copy of the tree. Dropping it removes the folder.
#[derive(Debug)]
pub(crate) struct Copy {
    base: PathBuf,
    work: PathBuf,
    mounts: Vec<(Kind, PathBuf, String)>,
    environment: BTreeMap<String, String>,
    keep: bool,
}

impl BareTree {
    /// A fresh copy that sees this machine's network, package sources and Docker socket, and nothing else of it.
    pub(crate) fn copy(&self, keep: bool) -> Result<Copy> {
        let work = paths::cache()?.join(format!("fresh-{}", std::process::id()));
        fs::create_dir_all(&work)?;
        let mut copy = Copy {
            base: self.folder.clone(),
            work,
            mounts: Vec::new(),
            environment: BTreeMap::new(),
            keep,
        };
        copy.set("HOME", "/root");
        copy.set("LANG", "C.UTF-8");
        copy.set(
            "PATH",
            "/root/.cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        );
        copy.carry_configuration()?;
        Ok(copy)
    }
}

/// Variables that say which mirrors, proxies and certificates are used here.
fn is_configuration(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper.ends_with("_PROXY")
        || [
            "NPM_CONFIG_REGISTRY",
            "PIP_",
            "SSL_CERT_",
            "CARGO_HTTP_",
            "CARGO_NET_",
            "CARGO_REGISTR",
            "CARGO_SOURCE_",
            "RUSTUP_DIST",
            "RUSTUP_UPDATE",
            "RUSTUP_AUTO",
        ]
        .iter()
        .any(|prefix| upper.starts_with(prefix))
}

impl Copy {
    /// The folder of this copy on this machine.
    pub(crate) fn work(&self) -> &Path {
        &self.work
    }

    /// Sets a variable for the commands.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Shows a path of this machine in the copy, when it exists here.
    pub(crate) fn show(&mut self, kind: Kind, from: impl Into<PathBuf>, to: &str) {
        let from = from.into();
        if from.exists() {
            self.mounts.push((kind, from, to.to_owned()));
        }
    }

    fn carry_configuration(&mut self) -> Result<()> {
        for (name, value) in env::vars() {
            if !is_configuration(&name) {
                continue;
            }
            // A variable may point to a folder of packages or a file of certificates.
            for word in value.split_whitespace() {
                let path = word.strip_prefix("file://").unwrap_or(word);
                if path.starts_with('/') && !path.starts_with("/etc/ssl") {
                    self.show(Kind::ReadOnly, path, path);
                }
            }
            self.set(&name, &value);
        }
        for file in [
            "/etc/resolv.conf",
            "/etc/hosts",
            "/etc/pip.conf",
            "/etc/npmrc",
            "/etc/ssl/certs/ca-certificates.crt",
        ] {
            self.show(Kind::Copied, file, file);
        }
        if let Some(home) = env::home_dir() {
            for file in [".config/pip/pip.conf", ".pip/pip.conf"] {
                self.show(Kind::Copied, home.join(file), &format!("/root/{file}"));
            }
        }
        for file in apt_sources() {
            let to = file.to_string_lossy().into_owned();
            self.show(Kind::Copied, file, &to);
        }
        self.show(Kind::Copied, "/etc/apt/apt.conf", "/etc/apt/apt.conf");
        for entry in fs::read_dir("/etc/apt/apt.conf.d")
            .into_iter()
            .flatten()
            .flatten()
        {
            // Only how to fetch; what the machine keeps or removes is its own business.
            if fs::read_to_string(entry.path()).is_ok_and(|text| text.contains("Acquire")) {
                let to = entry.path().to_string_lossy().into_owned();
                self.show(Kind::Copied, entry.path(), &to);
            }
        }
        // Downloaded packages are kept between runs, as cargo's are.
        let archives = paths::cache()?.join("bare-archives");
        fs::create_dir_all(archives.join("partial"))?;
        self.show(Kind::Shared, archives, "/var/cache/apt/archives");
        Ok(())
    }

    /// The engine of this machine, and folders that it and the copy see under the same path, since it mounts by path.
    pub(crate) fn share_engine(&mut self, socket: &Path) -> Result<()> {
        self.show(Kind::Shared, socket, "/run/docker.sock");
        let shared = self.work.join("shared");
        fs::create_dir_all(shared.join("tmp"))?;
        let path = shared.to_string_lossy().into_owned();
        self.set("TMPDIR", &format!("{path}/tmp"));
        self.set("XDG_CACHE_HOME", &format!("{path}/cache"));
        self.show(Kind::Shared, shared, &path);
        Ok(())
    }

    /// Runs a shell command in the copy; all of its processes and mounts end with it.
    pub(crate) fn run(&self, script: &str) -> Result<()> {
        let kind = |kind: Kind| match kind {
            Kind::ReadOnly => "ro",
            Kind::Shared => "rw",
            Kind::Forgetting => "cow",
            Kind::Copied => "copy",
        };
        let mounts: String = self
            .mounts
            .iter()
            .map(|(how, from, to)| format!("{}\t{}\t{to}\n", kind(*how), from.display()))
            .collect();
        fs::write(self.work.join("mounts"), mounts)?;
        let environment: String = self
            .environment
            .iter()
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect();
        fs::write(self.work.join("environment"), environment)?;
        fs::write(self.work.join("enter.sh"), include_str!("enter.sh"))?;
        println!("    in the bare tree: {script}");
        let status = shell::command("unshare")
            .args([
                "--mount",
                "--propagation",
                "private",
                "--pid",
                "--fork",
                "--kill-child",
                "/bin/sh",
            ])
            .arg(self.work.join("enter.sh"))
            .arg(&self.base)
            .arg(&self.work)
            .args(["/bin/sh", "-euc", script])
            .status()
            .context("cannot start unshare (Debian: util-linux)")?;
        if !status.success() {
            bail!("in the bare tree `{script}` ended with {status}");
        }
        Ok(())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if self.keep {
            println!("    kept: {}", self.work.display());
        } else if let Err(error) = fs::remove_dir_all(&self.work) {
            eprintln!("    cannot remove {}: {error}", self.work.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sources_of_debian_are_carried() {
        assert!(names_debian_only(
            "deb http://mirror.example/debian bookworm main\n# deb http://x.example/apt y\n"
        ));
        assert!(names_debian_only(
            "Types: deb\nURIs: http://mirror.example/debian-security\n"
        ));
        assert!(!names_debian_only(
            "deb https://vendor.example/apt stable main\n"
        ));
        assert!(!names_debian_only("# nothing\n"));
    }

    #[test]
    fn secrets_of_the_environment_stay_outside() {
        assert!(is_configuration("PIP_INDEX_URL") && is_configuration("https_proxy"));
        assert!(!is_configuration("AWS_SECRET_ACCESS_KEY") && !is_configuration("GITHUB_TOKEN"));
    }
}
