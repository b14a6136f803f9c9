//! The headless twin: binary `slipway`, everything the window can do, on the same code.
//!
//! Data goes to standard output only, words to standard error. Exit codes: 0 done, 1 failed,
//! 2 the design or the arguments are wrong, 3 cancelled, 4 the plan has changes (`plan --exit-code`).
//! **It must not know** any SDK, Docker's API or how anything is planned.

mod arguments;
mod command;
mod echo;
mod exit;
mod import;
mod live;
mod output;
mod tree;

use arguments::Arguments;
use clap::Parser;
use exit::Exit;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    // clap's own exit code for wrong arguments is 2, as ours.
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_env("SLIPWAY_LOG").unwrap_or_else(|_| EnvFilter::new("off")),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            output::say(&format!("slipway could not start: {error}"));
            return Exit::Failed.into();
        }
    };
    let exit = runtime.block_on(command::run(arguments));
    // Work that was abandoned must not hold the process.
    runtime.shutdown_background();
    match output::lost() {
        Some(error) if exit == Exit::Done || exit == Exit::Changes => {
            output::say(&format!("error: The output could not be written: {error}"));
            Exit::Failed.into()
        }
        _ => exit.into(),
    }
}
