//! The document of a Slipway project: functions, services, APIs, routes and
//! environments, their rules, AWS's name rules and the `slipway.toml` format.
//!
//! **It must not know** any other crate of the workspace, the disk, the clock,
//! Docker or AWS's API: it is data and pure functions over it.

mod change;
mod diagnostic;
mod document;
mod edit;
mod edit_batch;
mod edit_make;
mod edit_pieces;
mod edit_plan;
mod edit_slot;
pub mod fargate;
mod findings;
mod fix;
mod fix_parts;
mod grammar;
mod keyed;
mod layout;
mod literal;
mod locate;
mod merge;
mod merge_tree;
mod model;
pub mod names;
mod path;
mod read;
mod read_design;
mod read_nodes;
mod resolve;
mod route;
mod route_repair;
pub mod sample;
mod sample_drawing;
mod schema;
mod settings;
mod source;
mod suggest;
pub mod support;
pub mod template;
mod validate;
mod validate_api;
mod validate_authorizer;
mod validate_cors;
mod validate_environment;
mod validate_image;
mod validate_merged;
mod validate_node;
mod validate_permissions;
mod validate_route;
mod validate_timeout;
mod validate_variable;

pub use change::{remove, rename, retarget};
pub use diagnostic::{Diagnostic, Position, Severity};
pub use document::Document;
pub use edit::{Edit, EditError, Literal, TextEdit, TextEdits};
pub use fix::{Fix, fixes};
pub use grammar::looks_secret;
pub use keyed::{ChangeError, Keyed};
pub use merge::{Conflict, Conflicts, Merge, Side, Version, merge};
pub use model::*;
pub use path::{Path, PathError, Segment, is_bare_key, toml_key, toml_string};
pub use resolve::*;
pub use route::{RouteKey, RouteKeyError, RouteMethod, RoutePath, RouteSegment};
pub use schema::json_schema;
pub use source::{LineIndex, Place, SourceMap, Span};
pub use validate::validate;
pub use validate_node::LOG_RETENTION_DAYS;

/// The version of the file format that this build reads and writes.
pub const SCHEMA: u32 = 1;

/// The file name of a design, in the project folder.
pub const FILE_NAME: &str = "slipway.toml";
