//! `cargo xtask bundle`: an installable .deb and .rpm of both programs, with nothing downloaded for it.

mod deb;
mod layout;
mod rpm;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::fresh::tree::{self, Kind};
use crate::setup::wasm::Road;
use crate::setup::{self, Needs, packages};
use crate::steps::Steps;
use crate::ui::{self, Build, Bundle};
use crate::{paths, programs};

/// What both kinds of package say about themselves.
const SUMMARY: &str = "Draw an API, wire its routes to containers, deploy to AWS";
const DESCRIPTION: &str = "Slipway shows an API as a drawing: routes of API Gateway wired to Lambda functions and Fargate \
    services that are container images. One click builds the images with the local Docker engine, pushes them to ECR and \
    provisions AWS by direct calls. With the same in the terminal: slipway.";
const MAINTAINER: &str = "The Slipway authors <slipway@localhost>";

/// The version of the workspace.
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Compiles everything as users get it and writes both packages to `bundle` among the build results; returns the .deb.
pub(crate) fn bundle(steps: &mut Steps, road: Option<Road>) -> Result<PathBuf> {
    setup::machine(
        steps,
        Needs {
            build: true,
            ..Needs::default()
        },
    )?;
    steps.run("set-up: packaging", || {
        packages::ensure(&BTreeSet::from(["dpkg-dev"]))
    })?;
    let compiler = setup::wasm_compiler(steps, road)?;
    steps.run("ui bundle", || {
        ui::bundle(&compiler, Bundle::Window, Build::Release)
    })?;
    let programs = steps.run("programs", || programs::build(true))?;
    let files = layout::files(&programs)?;
    let folder = paths::target()?.join("bundle");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let deb = steps.run(".deb", || deb::write(&folder, &files))?;
    steps.run(".rpm", || rpm::write(&folder, &files))?;
    Ok(deb)
}

/// Installs the .deb in a bare Debian, makes a project with the installed command and opens the installed window.
pub(crate) fn try_out(steps: &mut Steps, deb: &Path) -> Result<()> {
    let bare = steps.run("bare tree", tree::bare)?;
    let mut copy = bare.copy(false)?;
    let name = deb
        .file_name()
        .context("the package has a name")?
        .to_string_lossy()
        .into_owned();
    copy.show(Kind::Copied, deb, &format!("/opt/{name}"));
    let script = copy.work().join("trial.sh");
    std::fs::write(&script, include_str!("packaging/trial.sh"))?;
    copy.show(Kind::Copied, script, "/opt/trial.sh");
    steps.run("install and start", || {
        copy.run(&format!("sh /opt/trial.sh /opt/{name}"))
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::programs::Programs;
    use crate::shell;

    #[test]
    fn both_packages_hold_the_programs_the_licences_and_the_template() {
        if paths::program("dpkg-shlibdeps").is_none() || paths::program("objdump").is_none() {
            println!("not a Debian with dpkg-dev: packages cannot be made here");
            return;
        }
        let any = paths::program("true").unwrap();
        let files = layout::files(&Programs {
            terminal: any.clone(),
            window: any,
        })
        .unwrap();
        let folder = std::env::temp_dir().join(format!("slipway-packages-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let deb = deb::write(&folder, &files).unwrap();
        rpm::write(&folder, &files).unwrap();
        let listing =
            shell::output(shell::command("dpkg-deb").arg("--contents").arg(&deb)).unwrap();
        for (mode, path) in [
            ("-rwxr-xr-x root/root", "./usr/bin/slipway"),
            ("-rwxr-xr-x root/root", "./usr/bin/slipway-desktop"),
            ("-rw-r--r-- root/root", "./usr/share/doc/slipway/copyright"),
            (
                "-rw-r--r-- root/root",
                "./usr/share/applications/slipway.desktop",
            ),
            (
                "-rw-r--r-- root/root",
                "./usr/share/slipway/templates/shop/slipway.toml",
            ),
        ] {
            assert!(
                listing
                    .lines()
                    .any(|line| line.starts_with(mode) && line.ends_with(path)),
                "{mode} {path} is not in\n{listing}"
            );
        }
        assert!(
            !listing.contains("/bootstrap") && !listing.contains("/target/"),
            "{listing}"
        );
        let depends = shell::output(
            shell::command("dpkg-deb")
                .arg("--field")
                .arg(&deb)
                .arg("Depends"),
        )
        .unwrap();
        assert!(depends.contains("libc6 (>= "), "{depends}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
