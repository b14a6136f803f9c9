//! A project file: its exact text and everything that was read out of it.

use std::collections::HashSet;
use std::sync::OnceLock;

use crate::read::Reader;
use crate::source::{LineIndex, SourceMap};
use crate::{Design, Diagnostic, Path, Position, locate, read_design, validate};

/// A `slipway.toml` as it stands in a file, a text field or a review.
///
/// Parsing never fails: what is wrong is in [`Document::diagnostics`].
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    tree: Option<toml_edit::Document<String>>,
    design: Option<Design>,
    diagnostics: Vec<Diagnostic>,
    /// Made when it is first asked for.
    source: OnceLock<SourceMap>,
    read_only: bool,
}

impl Document {
    /// Reads a file, as far as it can be read, and checks it.
    pub fn parse(text: &str) -> Self {
        let tree = match toml_edit::Document::parse(text.to_owned()) {
            Ok(tree) => tree,
            Err(error) => return Self::unreadable(text, &error),
        };
        let mut diagnostics = locate::long_keys(text, tree.as_table());
        let reader = Reader::default();
        let (design, newer) = read_design::design(&reader, tree.as_table());
        diagnostics.append(&mut reader.diagnostics.into_inner());
        if newer {
            // A newer format has keys that this one cannot know.
            diagnostics.retain(|diagnostic| diagnostic.code != "unknown-key");
        } else {
            // An image that could not be read has a finding of its own, which says more than "missing".
            let unread: HashSet<String> = diagnostics
                .iter()
                .filter(|it| it.is_error())
                .filter_map(|it| {
                    let (node, rest) = it.subject.rsplit_once(".image")?;
                    (rest.is_empty() || rest.starts_with('.')).then(|| node.to_owned())
                })
                .collect();
            let wrong: HashSet<String> = diagnostics
                .iter()
                .filter(|it| it.is_error())
                .map(|it| it.subject.clone())
                .collect();
            diagnostics.extend(
                validate(&design)
                    .into_iter()
                    .filter(|it| match it.code.as_str() {
                        "image-missing" => !unread.contains(&it.subject),
                        "authorizer-incomplete" => !wrong.contains(&it.subject),
                        _ => true,
                    }),
            );
        }
        let mut document = Self {
            text: text.to_owned(),
            tree: Some(tree),
            design: Some(design),
            diagnostics,
            source: OnceLock::new(),
            read_only: newer,
        };
        let mut diagnostics = std::mem::take(&mut document.diagnostics);
        document.locate(&mut diagnostics);
        document.diagnostics = diagnostics;
        document
    }

    fn unreadable(text: &str, error: &toml_edit::TomlError) -> Self {
        let at = error.span().map_or(text.len(), |span| span.start);
        let diagnostic = Diagnostic::error(
            "toml-syntax",
            &Path::root(),
            format!("The file is not TOML: {}", error.message()),
        )
        .detail("TOML has to be right as a whole before anything in it means something.")
        .fix(syntax_fix(error.message()))
        .at(LineIndex::new(text).position(text, at));
        Self {
            text: text.to_owned(),
            tree: None,
            design: None,
            diagnostics: vec![diagnostic],
            source: OnceLock::new(),
            read_only: false,
        }
    }

    /// The file, byte for byte as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The lossless tree; `None` when the text is not TOML.
    pub fn tree(&self) -> Option<&toml_edit::Table> {
        self.tree.as_ref().map(toml_edit::Document::as_table)
    }

    /// What could be read; `None` when the text is not TOML.
    pub fn design(&self) -> Option<&Design> {
        self.design.as_ref()
    }

    /// Everything that is wrong or odd, in the order of the file.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Whether a finding stops a plan.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Where each setting stands.
    pub fn source(&self) -> &SourceMap {
        self.source.get_or_init(|| {
            self.tree()
                .map(|tree| locate::source_map(&self.text, tree))
                .unwrap_or_default()
        })
    }

    /// Whether the file is of a newer format: it may be looked at and not changed.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Gives findings of others (a planner's, an export's) their places in this file, and sorts them.
    pub fn locate(&self, diagnostics: &mut [Diagnostic]) {
        if diagnostics.iter().any(|it| it.position.is_none()) {
            let lines = LineIndex::new(&self.text);
            for diagnostic in diagnostics.iter_mut().filter(|it| it.position.is_none()) {
                let found = self
                    .tree()
                    .and_then(|tree| locate::nearest(tree, &diagnostic.subject));
                let about_key = matches!(diagnostic.code.as_str(), "unknown-key" | "name-invalid")
                    || diagnostic.code.starts_with("route-key");
                diagnostic.position = Some(match found {
                    Some(found) => {
                        let stretch = match found.key {
                            Some(key) if about_key => key,
                            _ => found.value,
                        };
                        lines.position(&self.text, stretch.start)
                    }
                    None => Position { line: 1, column: 1 },
                });
            }
        }
        diagnostics.sort_by(|a, b| {
            (a.position, a.severity, &a.code, &a.subject)
                .cmp(&(b.position, b.severity, &b.code, &b.subject))
        });
    }
}

/// What to do about what the parser says.
fn syntax_fix(message: &str) -> &'static str {
    if message.contains("duplicate") {
        "Write each table and each key once: put what belongs to it in one place"
    } else if message.contains("key with no value") {
        "Write key = value; a key with spaces or slashes, such as a route, stands in quotes"
    } else if message.contains("invalid basic string") {
        "Close the string with a quotation mark on the same line; write \\\\ for a backslash"
    } else if message.contains("array") || message.contains("inline table") {
        "Close the bracket, and put commas between the items"
    } else {
        "Correct the line that is named; https://toml.io/en/v1.0.0 has the rules"
    }
}
