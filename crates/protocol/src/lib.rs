//! Everything that crosses between the webview and the backend: requests, replies,
//! events and the one error. The terminal's `--json` prints the same types.
//!
//! Wire rules: enums are tagged by `type`, names are snake case, no 64-bit integer is a
//! JSON number, no map has a struct for a key. A snapshot test pins every message.
//! **It must not know** Tauri, the DOM, the disk, or how a request is served.

mod check;
mod error;
mod import;
mod layout;
mod plan;
mod project;
mod request;
mod run;

pub use check::*;
pub use error::{ApiError, ErrorCode};
pub use import::*;
pub use layout::*;
pub use plan::*;
pub use project::*;
pub use request::*;
pub use run::*;
