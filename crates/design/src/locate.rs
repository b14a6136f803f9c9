//! Where things stand: in the tree for the few that are asked for, as a map for all of them.

use std::ops::Range;

use toml_edit::{Array, ArrayOfTables, Item, Table, TableLike, Value};

use crate::read::KEY_BYTES;
use crate::source::{LineIndex, Place, SourceMap};
use crate::{Diagnostic, Path, Segment};

/// Bytes of a key and of a value.
pub(crate) struct Stretch {
    pub(crate) key: Option<Range<usize>>,
    pub(crate) value: Range<usize>,
}

/// Something in the tree that other things are inside of.
#[derive(Clone, Copy)]
enum Inside<'t> {
    Table(&'t dyn TableLike),
    Tables(&'t ArrayOfTables),
    Array(&'t Array),
    Nothing,
}

impl<'t> Inside<'t> {
    fn of_item(item: &'t Item) -> Self {
        match item {
            Item::Table(table) => Self::Table(table),
            Item::ArrayOfTables(array) => Self::Tables(array),
            Item::Value(value) => Self::of_value(value),
            Item::None => Self::Nothing,
        }
    }

    fn of_value(value: &'t Value) -> Self {
        match value {
            Value::Array(array) => Self::Array(array),
            Value::InlineTable(table) => Self::Table(table),
            _ => Self::Nothing,
        }
    }

    /// The thing of one step further in, and where it stands.
    fn step(self, segment: &Segment) -> Option<(Self, Option<Stretch>)> {
        match (self, segment) {
            (Self::Table(table), Segment::Key(name)) if name.len() <= KEY_BYTES => {
                let (key, item) = table.get_key_value(name)?;
                Some((Self::of_item(item), stretch(key.span(), item)))
            }
            (Self::Tables(array), Segment::Index(index)) => {
                let table = array.get(*index)?;
                Some((Self::Table(table), element(table.span())))
            }
            (Self::Array(array), Segment::Index(index)) => {
                let value = array.get(*index)?;
                Some((Self::of_value(value), element(value.span())))
            }
            _ => None,
        }
    }
}

/// A table's span is its header; one that has none is found by its key.
fn stretch(key: Option<Range<usize>>, item: &Item) -> Option<Stretch> {
    let own = match item {
        Item::Table(table) if table.is_implicit() || table.is_dotted() => None,
        item => item.span(),
    };
    let value = own.or_else(|| key.clone())?;
    Some(Stretch { key, value })
}

fn element(span: Option<Range<usize>>) -> Option<Stretch> {
    span.map(|value| Stretch { key: None, value })
}

/// Where this dotted path stands, or the nearest thing around it; `None` when nothing of it is in the file.
pub(crate) fn nearest(root: &Table, subject: &str) -> Option<Stretch> {
    let path = Path::parse(subject).ok()?;
    let mut inside = Inside::Table(root);
    let mut nearest = None;
    for segment in path.segments() {
        let Some((next, place)) = inside.step(segment) else {
            break;
        };
        inside = next;
        nearest = place.or(nearest);
    }
    nearest
}

/// Where everything stands. The depth is bounded by the parser.
pub(crate) fn source_map(text: &str, root: &Table) -> SourceMap {
    let mut mapper = Mapper {
        text,
        lines: &LineIndex::new(text),
        source: SourceMap::default(),
    };
    mapper.inside(Inside::Table(root), SourceMap::ROOT);
    mapper.source
}

struct Mapper<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    source: SourceMap,
}

impl Mapper<'_> {
    fn inside(&mut self, inside: Inside<'_>, at: usize) {
        match inside {
            Inside::Table(table) => {
                for (name, item) in table.iter().filter(|(name, _)| name.len() <= KEY_BYTES) {
                    let key = table.get_key_value(name).and_then(|(key, _)| key.span());
                    let step = self.source.key(at, name);
                    self.note(step, stretch(key, item));
                    self.inside(Inside::of_item(item), step);
                }
            }
            Inside::Tables(array) => {
                for table in array.iter() {
                    let step = self.source.element(at);
                    self.note(step, element(table.span()));
                    self.inside(Inside::Table(table), step);
                }
            }
            Inside::Array(array) => {
                for value in array.iter() {
                    let step = self.source.element(at);
                    self.note(step, element(value.span()));
                    self.inside(Inside::of_value(value), step);
                }
            }
            Inside::Nothing => {}
        }
    }

    fn note(&mut self, at: usize, stretch: Option<Stretch>) {
        let Some(stretch) = stretch else { return };
        let key = stretch.key.map(|range| self.lines.span(self.text, range));
        let value = self.lines.span(self.text, stretch.value);
        self.source.note(at, Place { key, value });
    }
}

/// A finding for each key that no setting can have; it is left out with everything inside it.
pub(crate) fn long_keys(text: &str, root: &Table) -> Vec<Diagnostic> {
    // A key stands on one line, and no spelling of it is shorter than the key.
    if text.split('\n').all(|line| line.len() <= KEY_BYTES) {
        return Vec::new();
    }
    let mut walk = LongKeys {
        text,
        trail: Vec::new(),
        findings: Vec::new(),
    };
    walk.inside(Inside::Table(root));
    walk.findings
}

struct LongKeys<'t> {
    text: &'t str,
    /// The way to where the walk is.
    trail: Vec<Step<'t>>,
    findings: Vec<Diagnostic>,
}

enum Step<'t> {
    Key(&'t str),
    Index(usize),
}

impl<'t> LongKeys<'t> {
    fn inside(&mut self, inside: Inside<'t>) {
        match inside {
            Inside::Table(table) => {
                for (name, item) in table.iter() {
                    if name.len() > KEY_BYTES {
                        let key = table.get_key_value(name).and_then(|(key, _)| key.span());
                        self.found(name, key);
                    } else {
                        self.go(Step::Key(name), Inside::of_item(item));
                    }
                }
            }
            Inside::Tables(array) => {
                for (index, table) in array.iter().enumerate() {
                    self.go(Step::Index(index), Inside::Table(table));
                }
            }
            Inside::Array(array) => {
                for (index, value) in array.iter().enumerate() {
                    self.go(Step::Index(index), Inside::of_value(value));
                }
            }
            Inside::Nothing => {}
        }
    }

    fn go(&mut self, step: Step<'t>, inside: Inside<'t>) {
        if matches!(inside, Inside::Nothing) {
            return;
        }
        self.trail.push(step);
        self.inside(inside);
        self.trail.pop();
    }

    fn found(&mut self, name: &str, key: Option<Range<usize>>) {
        let place = self
            .trail
            .iter()
            .fold(Path::root(), |path, step| match step {
                Step::Key(key) => path.key(*key),
                Step::Index(index) => path.index(*index),
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
            .at(LineIndex::new(self.text).position(self.text, at)),
        );
    }
}
