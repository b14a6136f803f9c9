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
    /// Name of the attribute; with a key for maps: `environment.TABLE`, `tags.team`.
    pub name: String,
    /// `None` when the resource or the attribute does not exist.
    pub before: Option<Value>,
    pub after: After,
    /// The attribute can't be changed in place.
    pub needs_replace: bool,
    /// The value must not be shown: `before` and `after` hold [`MASK`] in its place.
    pub sensitive: bool,
}

/// What stands for a value that must not be shown.
pub const MASK: &str = "••••••";

impl AttributeChange {
    /// The attribute without the key: `environment` of `environment.TABLE`.
    pub fn top_name(&self) -> &str {
        self.name
            .split_once('.')
            .map_or(self.name.as_str(), |(top, _)| top)
    }
}
