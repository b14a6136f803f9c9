//! A plan as it is shown. Sensitive values were masked before it was made.

use crate::DiagnosticView;
use serde::{Deserialize, Serialize};
use slipway_plan::{Action, Operation, Scope, Summary};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanView {
    /// Names this very plan in a later deploy.
    pub plan_id: String,
    pub scope: Scope,
    pub destroy: bool,
    /// Changed ones first come first; `no_op` included, so that a list can be filtered.
    pub changes: Vec<ChangeView>,
    pub summary: Summary,
    /// Warnings that do not stop it.
    pub warnings: Vec<DiagnosticView>,
    /// The environment asks for its name to be typed.
    pub protected: bool,
    /// Credentials it was made with, in words.
    pub identity: String,
    /// An earlier run of this environment that did not end, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeView {
    /// `function:orders`
    pub address: String,
    pub action: Action,
    /// Kind in words: `Lambda function`.
    pub kind: String,
    /// Physical name, as far as it is known.
    pub name: String,
    pub reason: String,
    pub because: String,
    /// Key of the function, service or API that it belongs to, for rings on the canvas.
    pub node: String,
    pub attributes: Vec<AttributeView>,
    pub operations: Vec<Operation>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributeView {
    pub name: String,
    /// Absent when there was none.
    pub before: Option<String>,
    /// Absent when it goes away; `known after apply` when unknown.
    pub after: Option<String>,
    pub unknown: bool,
    pub needs_replace: bool,
}
