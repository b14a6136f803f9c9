//! Per-attribute changes.

use crate::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an attribute will be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    Value(Value),
    /// Known only after other resources exist.
    Unknown(Text),
    Absent,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributeChange {
    pub name: String,
    /// `None` when the resource or the attribute does not exist.
    pub before: Option<Value>,
    pub after: After,
    /// The attribute can't be changed in place.
    pub needs_replace: bool,
    /// The value must not be shown.
    pub sensitive: bool,
}
