//! Every developer and CI chore of Slipway, and the two commands of the README.
//!
//! `cargo xtask start` and `cargo xtask test` set a machine up by themselves: packages, the wasm32 compiler, the UI, the
//! example and the test bed. Each step says what it does and how long it took. The parts also run alone.
//!
//! **Must not know:** how the product works inside. It builds and starts programs and reads what they print; it links
//! none of the product's crates but the test bed, and it compiles on a machine that has a Rust toolchain and nothing else.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's tool talks on the terminal"
)]

mod bench;
mod cli;
mod doctor;
mod edges;
mod example;
#[cfg(not(feature = "packaging"))]
mod extra;
mod fresh;
#[cfg(feature = "packaging")]
mod icons;
mod licences;
mod metadata;
#[cfg(feature = "packaging")]
mod packaging;
mod paths;
mod programs;
mod serve;
mod setup;
mod shell;
mod start;
mod steps;
mod suite;
mod ui;
mod watch;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
