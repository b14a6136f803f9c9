//! The document of a Slipway project: functions, services, APIs, routes and
//! environments, their rules, AWS's name rules and the `slipway.toml` format.
//!
//! **It must not know** any other crate of the workspace, the disk, the clock,
//! Docker or AWS's API: it is data and pure functions over it.

mod diagnostic;
mod model;

pub use diagnostic::{Diagnostic, Position, Severity};
pub use model::*;

/// The version of the file format that this build reads and writes.
pub const SCHEMA: u32 = 1;

/// The file name of a design, in the project folder.
pub const FILE_NAME: &str = "slipway.toml";
