//! Edits that have nothing to do with each other: planned on one text, and made at once.

use std::collections::BTreeSet;

use crate::Path;
use crate::edit::{Edit, TextEdit, TextEdits};
use crate::edit_pieces::Pieces;
use crate::edit_plan::Planner;

/// What is planned and not made yet.
#[derive(Default)]
pub(crate) struct Batch {
    edits: Vec<TextEdit>,
    paths: BTreeSet<Path>,
}

impl Batch {
    /// Whether an edit is about something that an edit of the batch is about, or about something in it or around it.
    pub(crate) fn meets(&self, edit: &Edit) -> bool {
        paths(edit).any(|path| {
            let around =
                (0..path.segments().len()).any(|depth| self.paths.contains(&path.first(depth)));
            // A path stands right before those inside it.
            let inside = self.paths.range(path.clone()..).next();
            around || inside.is_some_and(|other| path.contains(other))
        })
    }

    pub(crate) fn add(&mut self, edit: &Edit, step: TextEdits) {
        self.edits.extend(step.0);
        self.paths.extend(paths(edit));
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

/// What an edit is about.
fn paths(edit: &Edit) -> impl Iterator<Item = Path> {
    let renamed = match edit {
        Edit::RenameKey { path, key } => path.parent().map(|parent| parent.key(key)),
        _ => None,
    };
    std::iter::once(edit.path().clone()).chain(renamed)
}
