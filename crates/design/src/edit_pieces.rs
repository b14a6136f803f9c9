//! Several changes of a text as one: the text as pieces of the first one and new ones.

use std::ops::Range;

use crate::edit::{TextEdit, TextEdits};

enum Piece {
    /// Bytes of the text before the changes.
    Kept(Range<usize>),
    New(String),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Self::Kept(range) => range.len(),
            Self::New(text) => text.len(),
        }
    }

    /// What of it lies in these of its bytes.
    fn part(&self, part: Range<usize>) -> Self {
        match self {
            Self::Kept(range) => Self::Kept(range.start + part.start..range.start + part.end),
            Self::New(text) => Self::New(text[part].to_owned()),
        }
    }
}

/// A text after changes.
pub(crate) struct Pieces {
    /// Bytes of the text before the changes.
    length: usize,
    pieces: Vec<Piece>,
}

impl Pieces {
    /// A text before any change.
    pub(crate) fn of(text: &str) -> Self {
        Self {
            length: text.len(),
            pieces: vec![Piece::Kept(0..text.len())],
        }
    }

    /// Makes changes, whose ranges are those of the text as the changes before them left it.
    pub(crate) fn make(&mut self, edits: TextEdits) {
        let mut out = Vec::with_capacity(self.pieces.len() + 2 * edits.0.len());
        let mut old = std::mem::take(&mut self.pieces).into_iter();
        let mut open = old.next();
        // Where the open piece begins.
        let mut at = 0;
        let mut take = |until: usize, keep: bool, out: &mut Vec<Piece>| {
            while at < until {
                let Some(piece) = open.take() else { return };
                let length = piece.len();
                if at + length <= until {
                    at += length;
                    open = old.next();
                    if keep {
                        out.push(piece);
                    }
                } else {
                    let cut = until - at;
                    if keep {
                        out.push(piece.part(0..cut));
                    }
                    open = Some(piece.part(cut..length));
                    at = until;
                }
            }
        };
        for edit in edits.0 {
            take(edit.start, true, &mut out);
            take(edit.end, false, &mut out);
            if !edit.text.is_empty() {
                out.push(Piece::New(edit.text));
            }
        }
        take(usize::MAX, true, &mut out);
        self.pieces = out;
    }

    /// All changes as one, on the text before them.
    pub(crate) fn edits(self) -> TextEdits {
        let mut edits = Vec::new();
        let mut at = 0;
        let mut text = String::new();
        let mut close = |at: usize, start: usize, text: &mut String| {
            if start > at || !text.is_empty() {
                edits.push(TextEdit {
                    start: at,
                    end: start,
                    text: std::mem::take(text),
                });
            }
        };
        for piece in self.pieces {
            match piece {
                Piece::New(new) => text.push_str(&new),
                Piece::Kept(range) => {
                    close(at, range.start, &mut text);
                    at = range.end;
                }
            }
        }
        close(at, self.length, &mut text);
        TextEdits(edits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_changes_are_one_change() {
        let edit = |start, end, text: &str| TextEdit {
            start,
            end,
            text: text.to_owned(),
        };
        let before = "0123456789";
        let mut pieces = Pieces::of(before);
        let mut text = before.to_owned();
        for step in [
            vec![edit(0, 0, "a"), edit(2, 4, "")],
            vec![edit(1, 3, "bcd"), edit(9, 9, "z")],
            vec![edit(0, 2, "")],
            vec![edit(2, 2, "--")],
        ] {
            let step = TextEdits(step);
            text = step.apply(&text);
            pieces.make(step);
        }
        let all = pieces.edits();
        assert_eq!(all.apply(before), text);
        assert_eq!(all.inverse(before).apply(&text), before);
        assert!(all.0.is_sorted_by(|a, b| a.end <= b.start));
    }
}
