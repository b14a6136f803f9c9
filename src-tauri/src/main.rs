//! The desktop shell: one window over the use cases of `slipway-app`.
//!
//! Wrappers take a request, call the app and hand the reply back. **It must not know** how
//! anything is planned, built or deployed; a wrapper that branches is a bug.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod command;
#[cfg(test)]
mod fuzz;
mod logging;
mod shell;

use clap::Parser;
use slipway_app::{AppOptions, Overrides};
use std::path::PathBuf;
use std::process::ExitCode;

/// Draw an API, wire its routes to containers, deploy with one click.
#[derive(Debug, Parser)]
#[command(name = "slipway-desktop", version)]
struct Arguments {
    /// Project folder to open.
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
    /// Environment to choose in it.
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Profile of the AWS CLI's files to sign in with.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Project folder to open, as a file manager hands it over.
    #[arg(value_name = "DIR", conflicts_with = "project")]
    folder: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Kept until the end: it writes what is still buffered.
    let _log = logging::start();
    let options = AppOptions {
        open: arguments.project.or(arguments.folder),
        environment: arguments.env,
        overrides: Overrides::from_env(arguments.profile),
    };
    match shell::run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            shell::say_fatal(&error);
            ExitCode::FAILURE
        }
    }
}
