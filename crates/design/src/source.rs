//! Where things stand in the file.

use std::collections::HashMap;
use std::ops::Range;

use crate::{Path, Position};

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

/// Dotted path to the place in the file, for every key and array element of it.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    places: HashMap<String, Place>,
}

impl SourceMap {
    /// The place of exactly this path.
    pub fn get(&self, path: &Path) -> Option<&Place> {
        self.places.get(&path.to_string())
    }

    /// The place of this dotted path, or of the nearest thing around it; `None` when nothing of it is in the file.
    pub fn nearest(&self, subject: &str) -> Option<&Place> {
        if let Some(place) = self.places.get(subject) {
            return Some(place);
        }
        let mut path = Path::parse(subject).ok()?;
        while let Some(parent) = path.parent() {
            if let Some(place) = self.get(&parent) {
                return Some(place);
            }
            path = parent;
        }
        None
    }

    /// How many places are known.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(crate) fn insert(&mut self, path: &Path, place: Place) {
        self.places.entry(path.to_string()).or_insert(place);
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
