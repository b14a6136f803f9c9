//! The program `slipway-desktop`: its arguments, and the window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

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
    let _log = slipway_desktop::log();
    let options = AppOptions {
        open: arguments.project.or(arguments.folder),
        environment: arguments.env,
        overrides: Overrides::from_env(arguments.profile),
    };
    match slipway_desktop::run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            slipway_desktop::say_fatal(&error);
            ExitCode::FAILURE
        }
    }
}
