//! The file as tokens: where each table, key and value stands, in the order of
//! the file. An edit is planned on this, so that it touches nothing else.

use std::collections::HashMap;
use std::ops::Range;

use toml_parser::decoder::Encoding;
use toml_parser::parser::{EventReceiver, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, Source, Span};

use crate::{Path, Segment};

/// Nesting that is read; `toml_edit` has the same bound.
const DEPTH: u32 = 80;

/// A key as it is written, and what it means.
#[derive(Debug, Clone)]
pub(crate) struct KeyToken {
    pub(crate) name: String,
    pub(crate) span: Range<usize>,
}

/// A value, and what is in it.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) inner: Inner,
}

#[derive(Debug, Clone)]
pub(crate) enum Inner {
    Scalar,
    Array(Vec<Node>),
    Table(Vec<Entry>),
}

/// `key = value`, also with a dotted key.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) keys: Vec<KeyToken>,
    pub(crate) node: Node,
}

impl Entry {
    pub(crate) fn start(&self) -> usize {
        self.keys
            .first()
            .map_or(self.node.span.start, |key| key.span.start)
    }

    /// The path of the value, when the entry stands in the table at `at`.
    pub(crate) fn path(&self, at: &Path) -> Path {
        self.keys
            .iter()
            .fold(at.clone(), |path, key| path.key(&key.name))
    }
}

/// A table with a header, or the root, which has none.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    /// With the index of the element in an array of tables.
    pub(crate) path: Path,
    /// From bracket to bracket; `None` for the root.
    pub(crate) header: Option<Range<usize>>,
    pub(crate) keys: Vec<KeyToken>,
    pub(crate) entries: Vec<Entry>,
}

impl Section {
    /// The byte after its last token.
    pub(crate) fn end(&self) -> Option<usize> {
        let last = self.entries.last().map(|entry| entry.node.span.end);
        last.or(self.header.as_ref().map(|header| header.end))
    }
}

/// Reads the tokens of a text that is known to be TOML.
pub(crate) fn layout(text: &str) -> Vec<Section> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut builder = Builder {
        text,
        sections: vec![Section {
            path: Path::root(),
            header: None,
            keys: Vec::new(),
            entries: Vec::new(),
        }],
        header: None,
        keys: vec![Vec::new()],
        frames: Vec::new(),
        arrays: HashMap::new(),
    };
    let mut guard = RecursionGuard::new(&mut builder, DEPTH);
    // The text has been parsed before, so there are no errors to report here.
    parse_document(&tokens, &mut guard, &mut ());
    builder.sections
}

enum Frame {
    Array(usize, Vec<Node>),
    Table(usize, Vec<Entry>),
}

struct Builder<'t> {
    text: &'t str,
    sections: Vec<Section>,
    /// Start of the header that is being read.
    header: Option<usize>,
    /// Keys read and not yet used, one list for each table that is open.
    keys: Vec<Vec<KeyToken>>,
    frames: Vec<Frame>,
    /// How many elements each array of tables has.
    arrays: HashMap<Path, usize>,
}

impl Builder<'_> {
    fn value(&mut self, node: Node) {
        match self.frames.last_mut() {
            Some(Frame::Array(_, items)) => items.push(node),
            Some(Frame::Table(_, entries)) => {
                let keys = self.keys.last_mut().map(std::mem::take).unwrap_or_default();
                entries.push(Entry { keys, node });
            }
            None => {
                let keys = self.keys.last_mut().map(std::mem::take).unwrap_or_default();
                if let Some(section) = self.sections.last_mut() {
                    section.entries.push(Entry { keys, node });
                }
            }
        }
    }

    fn close_header(&mut self, end: usize, array: bool) {
        let Some(start) = self.header.take() else {
            return;
        };
        let keys = self.keys.last_mut().map(std::mem::take).unwrap_or_default();
        let mut path = Path::root();
        for (place, key) in keys.iter().enumerate() {
            path = path.key(&key.name);
            let last = place + 1 == keys.len();
            if last && array {
                let count = self.arrays.entry(path.clone()).or_insert(0);
                path = path.index(*count);
                *count += 1;
            } else if let Some(count) = self.arrays.get(&path) {
                path = path.index(count.saturating_sub(1));
            }
        }
        self.sections.push(Section {
            path,
            header: Some(start..end),
            keys,
            entries: Vec::new(),
        });
    }
}

impl EventReceiver for Builder<'_> {
    fn std_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.header = Some(span.start());
    }

    fn std_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close_header(span.end(), false);
    }

    fn array_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.header = Some(span.start());
    }

    fn array_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.close_header(span.end(), true);
    }

    fn inline_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        self.frames.push(Frame::Table(span.start(), Vec::new()));
        self.keys.push(Vec::new());
        true
    }

    fn inline_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        if let Some(Frame::Table(start, entries)) = self.frames.pop() {
            self.keys.pop();
            self.value(Node {
                span: start..span.end(),
                inner: Inner::Table(entries),
            });
        }
    }

    fn array_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        self.frames.push(Frame::Array(span.start(), Vec::new()));
        true
    }

    fn array_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        if let Some(Frame::Array(start, items)) = self.frames.pop() {
            self.value(Node {
                span: start..span.end(),
                inner: Inner::Array(items),
            });
        }
    }

    fn simple_key(&mut self, span: Span, kind: Option<Encoding>, _: &mut dyn ErrorSink) {
        let raw = &self.text[span.start()..span.end()];
        let name = match kind {
            None => raw.to_owned(),
            Some(_) => toml_edit::Key::parse(raw)
                .ok()
                .and_then(|keys| keys.first().map(|key| key.get().to_owned()))
                .unwrap_or_else(|| raw.to_owned()),
        };
        if let Some(keys) = self.keys.last_mut() {
            keys.push(KeyToken {
                name,
                span: span.start()..span.end(),
            });
        }
    }

    fn scalar(&mut self, span: Span, _: Option<Encoding>, _: &mut dyn ErrorSink) {
        self.value(Node {
            span: span.start()..span.end(),
            inner: Inner::Scalar,
        });
    }
}

/// Every token that spells the last step of a path, in the order of the file.
pub(crate) fn key_tokens(sections: &[Section], path: &Path) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    for section in sections {
        tokens(
            &Path::root(),
            &section.keys,
            Some(&section.path),
            path,
            &mut spans,
        );
        for entry in &section.entries {
            entry_tokens(&section.path, entry, path, &mut spans);
        }
    }
    spans
}

/// The key tokens that spell the last step of `path`, in a list of keys that stands at `at`. `full` is the
/// resolved path of a header, which also has the indexes of arrays of tables.
fn tokens(
    at: &Path,
    keys: &[KeyToken],
    full: Option<&Path>,
    path: &Path,
    spans: &mut Vec<Range<usize>>,
) {
    let mut own = at.clone();
    for key in keys {
        own = own.key(&key.name);
        if let Some(full) = full
            && !full.is_root()
        {
            if own == *path && full.contains(path) | path.contains(full) {
                spans.push(key.span.clone());
                return;
            }
            // The next step of the resolved path may be an index.
            if let Some(Segment::Index(index)) = full.segments().get(own.segments().len()) {
                own = own.index(*index);
            }
        } else if own == *path {
            spans.push(key.span.clone());
            return;
        }
    }
}

fn entry_tokens(at: &Path, entry: &Entry, path: &Path, spans: &mut Vec<Range<usize>>) {
    tokens(at, &entry.keys, None, path, spans);
    node_tokens(&entry.path(at), &entry.node, path, spans);
}

fn node_tokens(at: &Path, node: &Node, path: &Path, spans: &mut Vec<Range<usize>>) {
    if !at.contains(path) {
        return;
    }
    match &node.inner {
        Inner::Scalar => {}
        Inner::Table(entries) => entries
            .iter()
            .for_each(|entry| entry_tokens(at, entry, path, spans)),
        Inner::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| node_tokens(&at.index(index), item, path, spans));
        }
    }
}
