//! What `check` and `doctor` say.

use serde::{Deserialize, Serialize};
use slipway_design::{Diagnostic, Severity};

/// One line of `check --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosticView {
    pub severity: Severity,
    pub code: String,
    pub subject: String,
    pub summary: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// 1-based; absent when it is about the whole file.
    pub line: Option<u32>,
    /// 1-based, in characters.
    pub column: Option<u32>,
}

impl From<Diagnostic> for DiagnosticView {
    fn from(from: Diagnostic) -> Self {
        Self {
            severity: from.severity,
            code: from.code,
            subject: from.subject,
            summary: from.summary,
            detail: from.detail,
            fix: from.fix,
            line: from.position.map(|at| at.line),
            column: from.position.map(|at| at.column),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CheckReport {
    pub diagnostics: Vec<DiagnosticView>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    Ok,
    Warning,
    Failed,
    /// Could not be looked at, because something before it failed.
    Skipped,
}

/// One thing that a deploy needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorCheck {
    /// `engine`, `credentials`, `account`, `permissions`, `disk`, `design`.
    pub id: String,
    pub title: String,
    pub status: CheckStatus,
    /// What was found.
    pub detail: String,
    /// What to do when it is not `Ok`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DoctorReport {
    pub checks: Vec<DoctorCheck>,
}
