//! The desktop shell: one window over the use cases of `slipway-app`.
//!
//! Wrappers take a request, call the app and hand the reply back. **It must not know** how
//! anything is planned, built or deployed; a wrapper that branches is a bug.
//!
//! A library, and the only unit that is compiled with the webview's files in it: Tauri's macro
//! writes them compressed into a folder that all units of a package share, and takes a file that
//! is there already for whole. Two units that are compiled at once (a program and its unit tests)
//! can so take half a file in, and the window stays blank.

mod arguments;
mod closing;
mod command;
mod drops;
#[cfg(target_os = "linux")]
mod handover;
mod logging;
mod page;
mod recovery;
mod shell;

pub use arguments::Arguments;
pub use closing::Closing;
pub use logging::start as log;
pub use page::Page;
pub use shell::{commands, context, run, say_fatal};
