//! The program `slipway-desktop`: one window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use clap::Parser;
use slipway_app::{AppOptions, Overrides};
use slipway_desktop::Arguments;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Kept until the end: it writes what is still buffered.
    let _log = slipway_desktop::log();
    let options = AppOptions {
        open: arguments.opens().map(Path::to_owned),
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
