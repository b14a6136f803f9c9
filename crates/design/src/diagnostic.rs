//! A user's mistake as data: collected, never thrown, never first-only.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing can be planned or served with it.
    Error,
    /// Works, and is likely not what was meant.
    Warning,
    Info,
}

/// A place in the file: 1-based, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// One finding about the design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Stable, kebab-case: `route-key-invalid`.
    pub code: String,
    /// Dotted path of what it is about: `apis.public.routes."GET /orders"`. Empty: the whole file.
    pub subject: String,
    /// One line without a full stop.
    pub summary: String,
    /// More, when there is more to say: the rule and its source.
    pub detail: Option<String>,
    /// What to do next.
    pub fix: Option<String>,
    pub position: Option<Position>,
}
