//! A place for the window: the desktop session, or a virtual display when there is none.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::process::Companion;
use crate::{paths, setup, shell};

/// Where the window opens.
#[derive(Debug)]
pub(crate) enum Display {
    /// The session's own.
    Session,
    /// An Xvfb of ours, with its number as `DISPLAY` wants it.
    Virtual { name: String, _server: Companion },
}

/// Takes the session's display, else starts a virtual one.
pub(crate) fn open() -> Result<Display> {
    if setup::has_display() {
        return Ok(Display::Session);
    }
    if paths::program("Xvfb").is_none() {
        bail!(
            "no display: DISPLAY and WAYLAND_DISPLAY are not set, and there is no Xvfb to stand in for one"
        );
    }
    let mut command = shell::command("Xvfb");
    command
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1440x900x24",
            "-nolisten",
            "tcp",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut server = Companion::start("Xvfb", &mut command)?;
    let stdout = server.stdout().context("its output is a pipe")?;
    let mut number = String::new();
    // It writes its number when it is ready for clients, and nothing when it cannot start.
    BufReader::new(stdout).read_line(&mut number)?;
    if number.trim().is_empty() {
        bail!("Xvfb did not start");
    }
    let name = format!(":{}", number.trim());
    println!(
        "    no display here: the window opens on a virtual one, Xvfb {name}, where nobody sees it"
    );
    Ok(Display::Virtual {
        name,
        _server: server,
    })
}

impl Display {
    /// The program as it has to be started on this display, with a session bus of its own where there is none.
    pub(crate) fn command(&self, program: &std::path::Path) -> Command {
        let has_bus =
            std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty());
        let needs_bus =
            cfg!(target_os = "linux") && !has_bus && paths::program("dbus-run-session").is_some();
        let mut command = if needs_bus {
            let mut command = shell::command("dbus-run-session");
            command.arg("--").arg(program);
            command
        } else {
            shell::command(program)
        };
        if let Self::Virtual { name, .. } = self {
            command
                .env("DISPLAY", name)
                .env("GDK_BACKEND", "x11")
                .env_remove("WAYLAND_DISPLAY");
        }
        command
    }
}
