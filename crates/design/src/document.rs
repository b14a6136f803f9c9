//! A project file: its exact text and everything that was read out of it.

use std::collections::HashSet;
use std::ops::Range;

use toml_edit::{ArrayOfTables, Item, TableLike, Value};

use crate::read::{KEY_BYTES, Reader};
use crate::source::{LineIndex, Place, SourceMap};
use crate::{Design, Diagnostic, Path, Position, Segment, read_design, validate};

/// A `slipway.toml` as it stands in a file, a text field or a review.
///
/// Parsing never fails: what is wrong is in [`Document::diagnostics`].
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    tree: Option<toml_edit::Document<String>>,
    design: Option<Design>,
    diagnostics: Vec<Diagnostic>,
    source: SourceMap,
    read_only: bool,
}

impl Document {
    /// Reads a file, as far as it can be read, and checks it.
    pub fn parse(text: &str) -> Self {
        let lines = LineIndex::new(text);
        let tree = match toml_edit::Document::parse(text.to_owned()) {
            Ok(tree) => tree,
            Err(error) => return Self::unreadable(text, &lines, &error),
        };
        let mut source = SourceMap::default();
        let mut mapper = Mapper {
            text,
            lines: &lines,
            source: &mut source,
            trail: Vec::new(),
            findings: Vec::new(),
        };
        mapper.table(tree.as_table(), SourceMap::ROOT);
        let mut diagnostics = mapper.findings;

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
            source,
            read_only: newer,
        };
        let mut diagnostics = std::mem::take(&mut document.diagnostics);
        document.locate(&mut diagnostics);
        document.diagnostics = diagnostics;
        document
    }

    fn unreadable(text: &str, lines: &LineIndex, error: &toml_edit::TomlError) -> Self {
        let at = error.span().map_or(text.len(), |span| span.start);
        let diagnostic = Diagnostic::error(
            "toml-syntax",
            &Path::root(),
            format!("The file is not TOML: {}", error.message()),
        )
        .detail("TOML has to be right as a whole before anything in it means something.")
        .fix(syntax_fix(error.message()))
        .at(lines.position(text, at));
        Self {
            text: text.to_owned(),
            tree: None,
            design: None,
            diagnostics: vec![diagnostic],
            source: SourceMap::default(),
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
        &self.source
    }

    /// Whether the file is of a newer format: it may be looked at and not changed.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Gives findings of others (a planner's, an export's) their places in this file, and sorts them.
    pub fn locate(&self, diagnostics: &mut [Diagnostic]) {
        for diagnostic in diagnostics.iter_mut() {
            if diagnostic.position.is_none() {
                let found = self.source.nearest(&diagnostic.subject).map(|place| {
                    let about_key =
                        matches!(diagnostic.code.as_str(), "unknown-key" | "name-invalid")
                            || diagnostic.code.starts_with("route-key");
                    if about_key {
                        place.key.unwrap_or(place.value).position
                    } else {
                        place.position()
                    }
                });
                diagnostic.position = Some(found.unwrap_or(Position { line: 1, column: 1 }));
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

/// Walks the tree and notes where everything stands. The depth is bounded by the parser.
struct Mapper<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    source: &'a mut SourceMap,
    /// The way to where the walk is.
    trail: Vec<Segment>,
    findings: Vec<Diagnostic>,
}

impl Mapper<'_> {
    fn table(&mut self, table: &dyn TableLike, at: usize) {
        for (name, item) in table.iter() {
            let key = table.get_key_value(name).and_then(|(key, _)| key.span());
            if name.len() > KEY_BYTES {
                self.too_long(name, key);
                continue;
            }
            let step = self.source.key(at, name);
            let own = match item {
                // A table's span is its header; one that has none is found by its key.
                Item::Table(table) if table.is_implicit() || table.is_dotted() => None,
                item => item.span(),
            };
            if let Some(value) = own.or_else(|| key.clone()) {
                self.note(step, key, value);
            }
            self.trail.push(Segment::Key(name.to_owned()));
            self.item(item, step);
            self.trail.pop();
        }
    }

    fn item(&mut self, item: &Item, at: usize) {
        match item {
            Item::Table(table) => self.table(table, at),
            Item::ArrayOfTables(array) => self.tables(array, at),
            Item::Value(value) => self.value(value, at),
            Item::None => {}
        }
    }

    fn tables(&mut self, array: &ArrayOfTables, at: usize) {
        for (place, table) in array.iter().enumerate() {
            let step = self.source.element(at);
            if let Some(span) = table.span() {
                self.note(step, None, span);
            }
            self.trail.push(Segment::Index(place));
            self.table(table, step);
            self.trail.pop();
        }
    }

    fn value(&mut self, value: &Value, at: usize) {
        match value {
            Value::Array(array) => {
                for (place, value) in array.iter().enumerate() {
                    let step = self.source.element(at);
                    if let Some(span) = value.span() {
                        self.note(step, None, span);
                    }
                    self.trail.push(Segment::Index(place));
                    self.value(value, step);
                    self.trail.pop();
                }
            }
            Value::InlineTable(table) => self.table(table, at),
            _ => {}
        }
    }

    fn note(&mut self, at: usize, key: Option<Range<usize>>, value: Range<usize>) {
        let key = key.map(|range| self.lines.span(self.text, range));
        let value = self.lines.span(self.text, value);
        self.source.note(at, Place { key, value });
    }

    /// A key that no setting can have, with everything inside it, is left out.
    fn too_long(&mut self, name: &str, key: Option<Range<usize>>) {
        let place = self
            .trail
            .iter()
            .fold(Path::root(), |path, segment| match segment {
                Segment::Key(key) => path.key(key),
                Segment::Index(index) => path.index(*index),
            });
        let start: String = name.chars().take(20).collect();
        let at = key.map_or(0, |range| range.start);
        self.findings.push(
            Diagnostic::error(
                "key-too-long",
                &place,
                format!("The key that starts with `{start}` has {} bytes", name.len()),
            )
            .detail(format!(
                "No name, variable or route is longer than {KEY_BYTES} bytes. What it holds is not read."
            ))
            .fix("Shorten the key")
            .at(self.lines.position(self.text, at)),
        );
    }
}
