//! Edits that have nothing to do with each other: planned on one text, and made at once.

use std::collections::BTreeSet;

use crate::Path;
use crate::edit::{TextEdit, TextEdits};
use crate::edit_pieces::Pieces;
use crate::edit_plan::Planner;

/// What is planned and not made yet.
#[derive(Default)]
pub(crate) struct Batch {
    edits: Vec<TextEdit>,
    paths: BTreeSet<Path>,
}

impl Batch {
    /// Whether one of these paths is that of an edit of the batch, or in it, or around it.
    pub(crate) fn meets(&self, paths: &[Path]) -> bool {
        paths.iter().any(|path| {
            let around =
                (0..path.segments().len()).any(|depth| self.paths.contains(&path.first(depth)));
            // A path stands right before those inside it.
            let inside = self.paths.range(path.clone()..).next();
            around || inside.is_some_and(|other| path.contains(other))
        })
    }

    /// Adds what was planned, and the paths that it is about.
    pub(crate) fn add(&mut self, paths: Vec<Path>, step: TextEdits) {
        self.edits.extend(step.0);
        self.paths.extend(paths);
    }

    /// Makes all of them; the batch is then empty.
    pub(crate) fn make(&mut self, planner: &mut Planner, pieces: &mut Pieces) {
        self.paths.clear();
        if self.edits.is_empty() {
            return;
        }
        let mut edits = std::mem::take(&mut self.edits);
        edits.sort_by_key(|edit| (edit.start, edit.end));
        let edits = TextEdits(edits);
        planner.make(&edits);
        pieces.make(edits);
    }
}
