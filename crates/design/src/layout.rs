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

    /// How many of the steps of `path` lead to the value, when the entry stands in a table that the first `depth`
    /// steps lead to; `None` when they do not lead to it.
    pub(crate) fn reached(&self, depth: usize, path: &Path) -> Option<usize> {
        let rest = path.segments().get(depth..)?;
        (rest.len() >= self.keys.len() && steps_agree(rest, &self.keys))
            .then_some(depth + self.keys.len())
    }

    /// Whether the value is `path` or inside it, when the entry stands in a table that the first `depth` steps lead to.
    pub(crate) fn is_inside(&self, depth: usize, path: &Path) -> bool {
        path.segments()
            .get(depth..)
            .is_some_and(|rest| rest.len() <= self.keys.len() && steps_agree(rest, &self.keys))
    }
}

/// Whether steps and keys are the same, as far as the shorter of the two goes.
fn steps_agree(steps: &[Segment], keys: &[KeyToken]) -> bool {
    steps
        .iter()
        .zip(keys)
        .all(|(step, key)| matches!(step, Segment::Key(name) if *name == key.name))
}

/// A table with a header, or the root, which has none.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    /// With the index of the element in an array of tables.
    pub(crate) path: Path,
    /// From bracket to bracket; `None` for the root.
    pub(crate) header: Option<Range<usize>>,
    /// Whether it is an element of an array of tables: `[[a]]`.
    pub(crate) is_element: bool,
    pub(crate) keys: Vec<KeyToken>,
    pub(crate) entries: Vec<Entry>,
}

impl Section {
    /// The byte after its last token.
    pub(crate) fn end(&self) -> Option<usize> {
        let last = self.entries.last().map(|entry| entry.node.span.end);
        last.or(self.header.as_ref().map(|header| header.end))
    }

    /// The first byte that belongs to it.
    pub(crate) fn start(&self) -> usize {
        self.header.as_ref().map_or(0, |header| header.start)
    }

    /// Moves it by so many bytes.
    pub(crate) fn shift(&mut self, by: isize) {
        if by == 0 {
            return;
        }
        if let Some(header) = &mut self.header {
            shift(header, by);
        }
        self.keys
            .iter_mut()
            .for_each(|key| shift(&mut key.span, by));
        shift_entries(&mut self.entries, by);
    }
}

fn shift(span: &mut Range<usize>, by: isize) {
    *span = span.start.saturating_add_signed(by)..span.end.saturating_add_signed(by);
}

fn shift_entries(entries: &mut [Entry], by: isize) {
    for entry in entries {
        entry
            .keys
            .iter_mut()
            .for_each(|key| shift(&mut key.span, by));
        shift_node(&mut entry.node, by);
    }
}

fn shift_node(node: &mut Node, by: isize) {
    shift(&mut node.span, by);
    match &mut node.inner {
        Inner::Scalar => {}
        Inner::Array(items) => items.iter_mut().for_each(|item| shift_node(item, by)),
        Inner::Table(entries) => shift_entries(entries, by),
    }
}

/// Reads the tokens of a text that is known to be TOML.
pub(crate) fn layout(text: &str) -> Vec<Section> {
    read(text, HashMap::new())
}

/// Reads a part of a text that starts at the header of a section, as [`layout`] of the whole text reads it.
/// `before` are the sections in front of it.
pub(crate) fn layout_part(text: &str, range: Range<usize>, before: &[Section]) -> Vec<Section> {
    let mut arrays = HashMap::new();
    for section in before.iter().filter(|section| section.is_element) {
        if let (Some(array), Some(Segment::Index(index))) =
            (section.path.parent(), section.path.segments().last())
        {
            arrays.insert(array, index + 1);
        }
    }
    let by = isize::try_from(range.start).unwrap_or(isize::MAX);
    let mut sections = read(&text[range], arrays);
    // What stands in front of the first header is the root's, and here that is nothing.
    sections.remove(0);
    sections.iter_mut().for_each(|section| section.shift(by));
    sections
}

fn read(text: &str, arrays: HashMap<Path, usize>) -> Vec<Section> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut builder = Builder {
        text,
        sections: vec![Section {
            path: Path::root(),
            header: None,
            is_element: false,
            keys: Vec::new(),
            entries: Vec::new(),
        }],
        header: None,
        keys: vec![Vec::new()],
        frames: Vec::new(),
        arrays,
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
            is_element: array,
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
        let around = section.path.contains(path);
        if around || path.contains(&section.path) {
            tokens(
                &Path::root(),
                &section.keys,
                Some(&section.path),
                path,
                &mut spans,
            );
        }
        if around {
            let depth = section.path.segments().len();
            for entry in &section.entries {
                if entry.is_inside(depth, path) || entry.reached(depth, path).is_some() {
                    entry_tokens(&section.path, entry, path, &mut spans);
                }
            }
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
