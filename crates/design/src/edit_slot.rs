//! Finding what stands at a path.

use crate::edit::Edit;
use crate::edit_plan::Planner;
use crate::layout::{Entry, Inner, Node, Section};
use crate::{Path, Segment};

/// A value found in the file.
pub(crate) struct Slot<'p> {
    pub(crate) node: &'p Node,
    /// The section whose line it is.
    pub(crate) section: &'p Section,
    /// The entry of the section that it is, or is inside of.
    pub(crate) line: &'p Entry,
    pub(crate) place: SlotPlace<'p>,
}

/// What surrounds a value.
#[derive(Clone, Copy)]
pub(crate) enum SlotPlace<'p> {
    Line,
    Inline(&'p [Entry], usize),
    Item(&'p [Node], usize),
}

impl Planner {
    /// The value at a path, when it is written as one.
    pub(crate) fn slot(&self, path: &Path) -> Option<Slot<'_>> {
        self.sections
            .iter()
            .filter(|section| section.path.contains(path))
            .find_map(|section| {
                let depth = section.path.segments().len();
                section.entries.iter().find_map(|entry| {
                    let (node, place) = in_entry(entry, SlotPlace::Line, depth, path)?;
                    Some(Slot {
                        node,
                        section,
                        line: entry,
                        place,
                    })
                })
            })
    }

    /// What an edit is about, when it changes or takes away what stands there already: all that it depends on is at
    /// these paths, so that edits of which none is about something inside another's can be planned on the same text.
    /// `None` for those that add something, whose place depends on what is around.
    pub(crate) fn about(&self, edit: &Edit) -> Option<Vec<Path>> {
        let path = edit.path();
        // What follows an element that is removed has another index.
        path.keys()?;
        match edit {
            Edit::Insert { .. } => None,
            Edit::Set { value, .. } => self
                .stays_inline(&self.slot(path)?, value)
                .then(|| vec![path.clone()]),
            Edit::Remove { .. } => Some(vec![match self.slot(path) {
                // What is inside one value shares its commas.
                Some(slot) if !matches!(slot.place, SlotPlace::Line) => {
                    slot.line.path(&slot.section.path)
                }
                _ => path.clone(),
            }]),
            Edit::RenameKey { key, .. } => Some(vec![path.clone(), path.parent()?.key(key)]),
        }
    }
}

/// The value that a path leads to, from an entry of a table that its first `depth` steps lead to.
fn in_entry<'p>(
    entry: &'p Entry,
    place: SlotPlace<'p>,
    depth: usize,
    path: &Path,
) -> Option<(&'p Node, SlotPlace<'p>)> {
    let depth = entry.reached(depth, path)?;
    if depth == path.segments().len() {
        return Some((&entry.node, place));
    }
    in_node(&entry.node, depth, path)
}

fn in_node<'p>(node: &'p Node, depth: usize, path: &Path) -> Option<(&'p Node, SlotPlace<'p>)> {
    match &node.inner {
        Inner::Scalar => None,
        Inner::Table(entries) => entries.iter().enumerate().find_map(|(index, entry)| {
            in_entry(entry, SlotPlace::Inline(entries, index), depth, path)
        }),
        Inner::Array(items) => {
            let Some(Segment::Index(index)) = path.segments().get(depth) else {
                return None;
            };
            let item = items.get(*index)?;
            if depth + 1 == path.segments().len() {
                Some((item, SlotPlace::Item(items, *index)))
            } else {
                in_node(item, depth + 1, path)
            }
        }
    }
}
