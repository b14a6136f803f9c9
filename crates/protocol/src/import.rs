//! What other tools' files would add to a project.

use serde::{Deserialize, Serialize};

/// What a proposal was read out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportSource {
    Copilot,
    Sam,
    Compose,
    OpenApi,
    Dockerfiles,
}

/// Everything that was found, against the project as it is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportView {
    /// Project folder, absolute.
    pub project: String,
    /// The folder has no `slipway.toml` yet: `begin_project` makes it.
    pub is_new: bool,
    /// The text that the edits are for.
    pub text: String,
    /// The revision of `text`; empty when it is new.
    pub revision: String,
    /// What was looked at, absolute.
    pub from: String,
    /// Names are unique over all of them: any choice of any of them can be added together.
    pub proposals: Vec<ProposalView>,
    /// What was not looked at, one sentence each.
    pub notes: Vec<String>,
}

/// What one file, or the Dockerfiles of a folder, would bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalView {
    pub source: ImportSource,
    /// `compose.yaml: 3 services`
    pub title: String,
    pub additions: Vec<AdditionView>,
    pub left_out: Vec<LeftOutView>,
    /// Some of it is not added because the design has it already.
    pub in_design: bool,
    /// Worth knowing before it is added, one sentence each.
    pub notes: Vec<String>,
}

/// One thing that can be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdditionView {
    /// Unique in the whole view: `service:web`, `route:public/GET /orders`.
    pub id: String,
    pub kind: AdditionKind,
    /// Key in the design.
    pub name: String,
    /// What it is, in one line.
    pub summary: String,
    /// Where it came from: `compose.yaml:7`.
    pub place: String,
    /// Ids of the additions that it cannot be without: it is chosen only with them.
    pub needs: Vec<String>,
    /// What is wrong with it until someone does something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
    /// The edits that add it, in order: a JSON array of `slipway_design::Edit`.
    pub edits: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdditionKind {
    Function,
    Service,
    Api,
    Authorizer,
    Route,
    /// What is different in one environment.
    Environment,
}

/// Something that was found and has no place in a design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutView {
    /// `compose.yaml:7`
    pub place: String,
    /// `services.db.volumes`; never a value.
    pub what: String,
    pub why: String,
}
