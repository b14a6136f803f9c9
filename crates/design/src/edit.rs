//! Edits that change only the tokens they must: comments, order, unknown keys,
//! line endings and everything else in the file stay as they are.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::edit_batch::Batch;
use crate::edit_pieces::Pieces;
use crate::edit_plan::Planner;
use crate::path::{toml_key, toml_string};
use crate::{Document, Path};

/// A value to write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Literal {
    String(String),
    Integer(i64),
    /// Must be finite.
    Float(f64),
    Boolean(bool),
    /// A date, a time or both, as TOML writes them.
    Datetime(String),
    Array(Vec<Literal>),
    /// Keys and values in order.
    Table(Vec<(String, Literal)>),
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<i64> for Literal {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Literal {
    fn from(flag: bool) -> Self {
        Self::Boolean(flag)
    }
}

impl Literal {
    /// As TOML 1.0 writes it, on one line.
    pub fn to_toml(&self) -> String {
        match self {
            Self::String(text) => toml_string(text),
            Self::Integer(number) => number.to_string(),
            Self::Float(number) => {
                let text = number.to_string();
                if text.contains(['.', 'e', 'n', 'i']) {
                    text
                } else {
                    format!("{text}.0")
                }
            }
            Self::Boolean(flag) => flag.to_string(),
            Self::Datetime(text) => text.clone(),
            Self::Array(items) => {
                format!(
                    "[{}]",
                    items
                        .iter()
                        .map(Self::to_toml)
                        .collect::<Vec<_>>()
                        .join(", ")
                )
            }
            Self::Table(entries) if entries.is_empty() => "{}".to_owned(),
            Self::Table(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{} = {}", toml_key(key), value.to_toml()))
                    .collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }
}

/// A change of the document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Edit {
    /// Replaces the value at a path, or adds it with whatever tables it needs.
    Set { path: Path, value: Literal },
    /// Adds a value that is not there yet; at the index after the last, appends to an array.
    Insert { path: Path, value: Literal },
    /// Removes a setting, or a table with everything in it. Comments on lines of their own stay.
    Remove { path: Path },
    /// Gives a key another name wherever the file spells it as part of this path.
    /// References to it (routes, overrides) are edits of their own.
    RenameKey { path: Path, key: String },
}

/// One replacement in a text: the bytes of a range by another text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextEdit {
    /// First byte that is replaced.
    pub start: usize,
    /// The byte after the last one; `start` for an insertion.
    pub end: usize,
    pub text: String,
}

/// Replacements of one edit, from the front of the text to its end, not overlapping. The ranges
/// are those of the text before the edit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TextEdits(pub Vec<TextEdit>);

impl TextEdits {
    /// The text with all replacements made. Ranges that do not fit the text are left out.
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 64);
        let mut at = 0;
        for edit in &self.0 {
            let (Some(kept), Some(_)) = (text.get(at..edit.start), text.get(edit.start..edit.end))
            else {
                continue;
            };
            out.push_str(kept);
            out.push_str(&edit.text);
            at = edit.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }

    /// What takes these replacements back: applied to the changed text it gives `before` again, byte for byte.
    #[must_use]
    pub fn inverse(&self, before: &str) -> Self {
        let mut shift: isize = 0;
        let mut back = Vec::with_capacity(self.0.len());
        for edit in &self.0 {
            let Some(old) = before.get(edit.start..edit.end) else {
                continue;
            };
            let start = edit.start.saturating_add_signed(shift);
            back.push(TextEdit {
                start,
                end: start + edit.text.len(),
                text: old.to_owned(),
            });
            shift += edit.text.len() as isize - old.len() as isize;
        }
        Self(back)
    }

    pub(crate) fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self(vec![TextEdit {
            start: range.start,
            end: range.end,
            text: text.into(),
        }])
    }
}

/// Why an edit was not made. The document is then unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("the file is of a newer format and opened for reading only")]
    ReadOnly,
    #[error("the file is not TOML, so nothing in it can be changed but its text")]
    NotToml,
    #[error("there is no `{path}` in the file")]
    Missing { path: Path },
    #[error("`{path}` is in the file already")]
    Exists { path: Path },
    #[error("`{path}` is a table with lines of its own: change its keys one by one")]
    IsTable { path: Path },
    #[error("`{path}` cannot hold a value")]
    NoPlace { path: Path },
    #[error("a number that is infinite or none cannot be written")]
    NotFinite,
    #[error("`{text}` is no date or time")]
    NotDatetime { text: String },
    #[error("the change of `{path}` would leave a file that is not TOML: {why}")]
    WouldBreak { path: Path, why: String },
}

impl Edit {
    /// What the edit is about.
    pub fn path(&self) -> &Path {
        match self {
            Self::Set { path, .. }
            | Self::Insert { path, .. }
            | Self::Remove { path }
            | Self::RenameKey { path, .. } => path,
        }
    }
}

impl Document {
    /// Makes a change, and says which bytes it replaced. [`TextEdits::inverse`] takes it back.
    ///
    /// # Errors
    /// [`EditError`]; the document is then as it was.
    pub fn edit(&mut self, edit: &Edit) -> Result<TextEdits, EditError> {
        self.edit_all(std::slice::from_ref(edit))
    }

    /// Makes changes one after the other, each on what the ones before it left, and reads the result once. All of
    /// them are made or none. The replacements are of the text before the first one, so that one
    /// [`TextEdits::inverse`] takes all of them back.
    ///
    /// # Errors
    /// [`EditError`] of the first change that cannot be made; the document is then as it was.
    pub fn edit_all(&mut self, edits: &[Edit]) -> Result<TextEdits, EditError> {
        let (next, made) = self.edited(edits)?;
        *self = next;
        Ok(made)
    }

    /// The document that [`Document::edit_all`] leaves; this one stays.
    ///
    /// # Errors
    /// As [`Document::edit_all`].
    pub fn edited(&self, edits: &[Edit]) -> Result<(Self, TextEdits), EditError> {
        if self.is_read_only() {
            return Err(EditError::ReadOnly);
        }
        if self.tree().is_none() {
            return Err(EditError::NotToml);
        }
        let (text, made) = replay(self.text(), edits)?;
        let next = Self::parse(&text);
        if next.tree().is_none() {
            return Err(self.what_breaks(edits, &next));
        }
        Ok((next, made))
    }

    /// The first of these edits that leaves a text which is not TOML; `next` is what all of them leave.
    fn what_breaks(&self, edits: &[Edit], next: &Self) -> EditError {
        let broken = |count: usize| match replay(self.text(), &edits[..count]) {
            Ok((text, _)) => toml_edit::Document::parse(text).is_err(),
            Err(_) => true,
        };
        let (mut whole, mut wrong) = (0, edits.len());
        while wrong - whole > 1 {
            let middle = whole.midpoint(wrong);
            if broken(middle) {
                wrong = middle;
            } else {
                whole = middle;
            }
        }
        EditError::WouldBreak {
            path: edits
                .get(whole)
                .map(|edit| edit.path().clone())
                .unwrap_or_default(),
            why: next
                .diagnostics()
                .first()
                .map(|it| it.summary.clone())
                .unwrap_or_default(),
        }
    }
}

/// The text after these edits, and all that they replaced in the text before them.
pub(crate) fn replay(text: &str, edits: &[Edit]) -> Result<(String, TextEdits), EditError> {
    let mut planner = Planner::new(text.to_owned());
    let mut pieces = Pieces::of(text);
    let mut batch = Batch::default();
    for edit in edits {
        if let Edit::Set { value, .. } | Edit::Insert { value, .. } = edit {
            check(value)?;
        }
        let about = planner.about(edit);
        let alone = about.as_ref().is_none_or(|paths| batch.meets(paths));
        if alone {
            batch.make(&mut planner, &mut pieces);
        }
        batch.add(about.unwrap_or_default(), planner.plan(edit)?);
        // What was planned as new may stand next to anything.
        if alone {
            batch.make(&mut planner, &mut pieces);
        }
    }
    batch.make(&mut planner, &mut pieces);
    Ok((planner.text, pieces.edits()))
}

/// Whether TOML has a way to write it.
fn check(value: &Literal) -> Result<(), EditError> {
    match value {
        Literal::Float(number) if !number.is_finite() => Err(EditError::NotFinite),
        Literal::Datetime(text) if text.parse::<toml_edit::Datetime>().is_err() => {
            Err(EditError::NotDatetime { text: text.clone() })
        }
        Literal::Array(items) => items.iter().try_for_each(check),
        Literal::Table(entries) => entries.iter().try_for_each(|(_, value)| check(value)),
        _ => Ok(()),
    }
}
