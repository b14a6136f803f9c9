//! What was done, so that it can be undone.

use crate::places::{Place, Places};
use crate::{ElementId, Selection};
use slipway_design::TextEdits;

/// More steps than anybody goes back.
const DEEPEST: usize = 1000;

/// A card's place before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) id: ElementId,
    pub(crate) from: Option<Place>,
    pub(crate) to: Option<Place>,
}

/// One replacement in the text and what takes it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextChange {
    pub(crate) forth: TextEdits,
    pub(crate) back: TextEdits,
}

/// All that one step changed; both ways.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Patch {
    pub(crate) title: String,
    /// In the order they were made.
    pub(crate) text: Vec<TextChange>,
    pub(crate) moved: Vec<Moved>,
    pub(crate) before: Selection,
    pub(crate) after: Selection,
    /// Steps in a row with the same key are one.
    pub(crate) squash: Option<String>,
}

impl Patch {
    /// What it did, for a menu: `Add function`.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    pub(crate) fn changes_nothing(&self) -> bool {
        self.text.is_empty() && self.moved.is_empty()
    }

    pub(crate) fn place(&self, places: &mut Places) {
        for moved in &self.moved {
            places.set(&moved.id, moved.to);
        }
    }

    pub(crate) fn unplace(&self, places: &mut Places) {
        for moved in self.moved.iter().rev() {
            places.set(&moved.id, moved.from);
        }
    }

    fn swallow(&mut self, next: Self) {
        self.text.extend(next.text);
        self.moved.extend(next.moved);
        self.after = next.after;
    }
}

/// Steps done and steps undone.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    done: Vec<Patch>,
    undone: Vec<Patch>,
}

impl History {
    /// Notes a step; what was undone before can't be redone any more.
    pub(crate) fn note(&mut self, patch: Patch) {
        self.undone.clear();
        match self.done.last_mut() {
            Some(last) if last.squash.is_some() && last.squash == patch.squash => {
                last.swallow(patch);
            }
            _ => {
                self.done.push(patch);
                if self.done.len() > DEEPEST {
                    self.done.remove(0);
                }
            }
        }
    }

    /// Later steps are no longer one with the last.
    pub(crate) fn part(&mut self) {
        if let Some(last) = self.done.last_mut() {
            last.squash = None;
        }
    }

    pub(crate) fn step_back(&mut self) -> Option<&Patch> {
        self.undone.push(self.done.pop()?);
        self.undone.last()
    }

    pub(crate) fn step_forth(&mut self) -> Option<&Patch> {
        self.done.push(self.undone.pop()?);
        self.done.last()
    }

    pub(crate) fn next_undo(&self) -> Option<&Patch> {
        self.done.last()
    }

    pub(crate) fn next_redo(&self) -> Option<&Patch> {
        self.undone.last()
    }
}
