//! Where things stand in the file.

use std::collections::HashMap;
use std::ops::Range;

use crate::{Path, Position, Segment};

/// A stretch of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// Line and column of the first character.
    pub position: Position,
}

impl Span {
    /// The bytes as a range, for slicing the text.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// Where a setting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its key; `None` for an array element.
    pub key: Option<Span>,
    /// Its value; for a table its header, or its key when it has no header of its own.
    pub value: Span,
}

impl Place {
    /// Where an editor should put the cursor: the value of a setting.
    pub fn position(&self) -> Position {
        self.value.position
    }
}

/// Where each key and array element of the file stands.
///
/// It is a tree, so that its size is that of the file whatever the names in it: the path of each place, written
/// out, would take the square of it for a long name with many things inside.
#[derive(Debug, Clone)]
pub struct SourceMap {
    steps: Vec<Step>,
    places: usize,
}

/// One table, key or array element, and what is inside it, as indexes of [`SourceMap::steps`].
#[derive(Debug, Clone, Default)]
struct Step {
    place: Option<Place>,
    keys: HashMap<String, usize>,
    elements: Vec<usize>,
}

impl Default for SourceMap {
    fn default() -> Self {
        Self {
            steps: vec![Step::default()],
            places: 0,
        }
    }
}

impl SourceMap {
    /// The whole file.
    pub(crate) const ROOT: usize = 0;

    /// The place of exactly this path.
    pub fn get(&self, path: &Path) -> Option<&Place> {
        let mut at = Self::ROOT;
        for segment in path.segments() {
            at = self.inside(at, segment)?;
        }
        self.steps[at].place.as_ref()
    }

    /// The place of this dotted path, or of the nearest thing around it; `None` when nothing of it is in the file.
    pub fn nearest(&self, subject: &str) -> Option<&Place> {
        let path = Path::parse(subject).ok()?;
        let mut at = Self::ROOT;
        let mut nearest = None;
        for segment in path.segments() {
            let Some(next) = self.inside(at, segment) else {
                break;
            };
            at = next;
            nearest = self.steps[at].place.as_ref().or(nearest);
        }
        nearest
    }

    /// How many places are known.
    pub fn len(&self) -> usize {
        self.places
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.places == 0
    }

    fn inside(&self, at: usize, segment: &Segment) -> Option<usize> {
        match segment {
            Segment::Key(key) => self.steps[at].keys.get(key).copied(),
            Segment::Index(index) => self.steps[at].elements.get(*index).copied(),
        }
    }

    /// The step of a key inside another step.
    pub(crate) fn key(&mut self, at: usize, key: &str) -> usize {
        if let Some(known) = self.steps[at].keys.get(key) {
            return *known;
        }
        let step = self.step();
        self.steps[at].keys.insert(key.to_owned(), step);
        step
    }

    /// The step of the next array element inside another step.
    pub(crate) fn element(&mut self, at: usize) -> usize {
        let step = self.step();
        self.steps[at].elements.push(step);
        step
    }

    fn step(&mut self) -> usize {
        self.steps.push(Step::default());
        self.steps.len() - 1
    }

    /// Notes where a step stands; the first note stays.
    pub(crate) fn note(&mut self, at: usize, place: Place) {
        let step = &mut self.steps[at];
        if step.place.is_none() {
            step.place = Some(place);
            self.places += 1;
        }
    }
}

/// Bytes between two counts of characters, so that a very long line costs no more than a short one.
const STRIDE: usize = 256;

/// Turns byte offsets into lines and columns.
#[derive(Debug, Clone)]
pub struct LineIndex {
    /// Offsets of the first byte of each line.
    starts: Vec<usize>,
    /// Characters that start before each multiple of [`STRIDE`].
    counts: Vec<usize>,
}

impl LineIndex {
    /// Looks through the text once.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        }];
        starts.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, b)| *b == b'\n')
                .map(|(at, _)| at + 1),
        );
        let mut counts = vec![0];
        let mut count = 0;
        for block in text.as_bytes().chunks(STRIDE) {
            count += characters(block);
            counts.push(count);
        }
        Self { starts, counts }
    }

    /// Line and column, 1-based, columns in characters; a byte order mark does not count.
    /// An offset past the end stands for the end, one inside a character for its start.
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset).max(1) - 1;
        let start = self.starts[line].min(offset);
        let column = self.before(text, offset) - self.before(text, start) + 1;
        Position {
            line: to_u32(line + 1),
            column: to_u32(column),
        }
    }

    /// Characters that start before the offset.
    fn before(&self, text: &str, offset: usize) -> usize {
        let block = offset / STRIDE;
        self.counts[block] + characters(&text.as_bytes()[block * STRIDE..offset])
    }

    /// The span of a byte range.
    pub fn span(&self, text: &str, range: Range<usize>) -> Span {
        Span {
            position: self.position(text, range.start),
            start: range.start,
            end: range.end,
        }
    }
}

/// Characters that start in these bytes of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xc0) != 0x80).count()
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_from_one() {
        let check = |text: &str, offset: usize, line: u32, column: u32| {
            assert_eq!(
                LineIndex::new(text).position(text, offset),
                Position { line, column },
                "{text:?} at {offset}"
            );
        };
        check("", 0, 1, 1);
        check("a", 9, 1, 2);
        check("a\nb", 2, 2, 1);
        check("ä=1", 2, 1, 2);
        check("ä=1", 1, 1, 1);
        check("a\r\nbc", 4, 2, 2);
        check("\u{feff}a", 3, 1, 1);
        check("\u{feff}a", 0, 1, 1);
        check(&format!("{}x", "ä".repeat(700)), 1400, 1, 701);
        check(&format!("\n{}x", "ä".repeat(700)), 1401, 2, 701);
    }
}
