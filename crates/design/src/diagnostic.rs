//! A user's mistake as data: collected, never thrown, never first-only.

use serde::{Deserialize, Serialize};

use crate::Path;

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
    /// What would be right in the place of what is wrong, when that can be told: a value as TOML writes it, for a wrong
    /// key or name the right one as it is. Quick fixes are made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    pub position: Option<Position>,
}

impl Diagnostic {
    /// A finding of the given weight; detail, fix and position are added by the methods below.
    pub fn new(severity: Severity, code: &str, subject: &Path, summary: impl Into<String>) -> Self {
        Self {
            severity,
            code: code.to_owned(),
            subject: subject.to_string(),
            summary: shown(summary.into(), 300),
            detail: None,
            fix: None,
            instead: None,
            position: None,
        }
    }

    /// Nothing can be planned or served with it.
    pub fn error(code: &str, subject: &Path, summary: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, subject, summary)
    }

    /// Works, and is likely not what was meant.
    pub fn warning(code: &str, subject: &Path, summary: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, subject, summary)
    }

    /// Worth knowing.
    pub fn info(code: &str, subject: &Path, summary: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, subject, summary)
    }

    /// Adds the rule and its source.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(shown(detail.into(), 1000));
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(shown(fix.into(), 300));
        self
    }

    /// Adds what would be right.
    #[must_use]
    pub fn instead(mut self, instead: impl Into<String>) -> Self {
        self.instead = Some(instead.into());
        self
    }

    /// Adds what would be right, when it is known.
    #[must_use]
    pub fn perhaps(self, instead: Option<impl Into<String>>) -> Self {
        match instead {
            Some(instead) => self.instead(instead),
            None => self,
        }
    }

    /// Adds the place in the file.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }

    /// Whether the finding stops a plan.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A text as one line of bounded length: it may repeat what stands in the file, which may be anything.
fn shown(text: String, most: usize) -> String {
    if text.len() <= most && !text.chars().any(char::is_control) {
        return text;
    }
    let mut out = String::new();
    for c in text.chars().take(most) {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    if text.chars().nth(most).is_some() {
        out.push('\u{2026}');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_one_line_of_bounded_length() {
        assert_eq!(shown("\u{e4}bc".to_owned(), 3), "\u{e4}bc");
        assert_eq!(shown("\u{e4}bcd".to_owned(), 3), "\u{e4}bc\u{2026}");
        assert_eq!(shown("a\nb\u{1b}".to_owned(), 9), "a\\nb\\u{1b}");
    }
}
