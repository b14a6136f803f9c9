//! What is selected.

use crate::ElementId;
use std::collections::HashSet;

/// Elements in the order they were selected; the last one is the one that the inspector shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    ids: Vec<ElementId>,
    /// The same: everything that is drawn asks whether it is among them.
    known: HashSet<ElementId>,
}

impl Selection {
    pub fn one(id: ElementId) -> Self {
        Self::of([id])
    }

    /// Each once.
    pub fn of(ids: impl IntoIterator<Item = ElementId>) -> Self {
        let mut selection = Self::default();
        for id in ids {
            selection.add(id);
        }
        selection
    }

    pub fn ids(&self) -> &[ElementId] {
        &self.ids
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub fn contains(&self, id: &ElementId) -> bool {
        self.known.contains(id)
    }

    /// The one that was selected last.
    pub fn last(&self) -> Option<&ElementId> {
        self.ids.last()
    }

    /// The only one, when it is alone.
    pub fn only(&self) -> Option<&ElementId> {
        match self.ids.as_slice() {
            [id] => Some(id),
            _ => None,
        }
    }

    /// Makes it the last one.
    pub fn add(&mut self, id: ElementId) {
        self.remove(&id);
        self.known.insert(id.clone());
        self.ids.push(id);
    }

    pub fn toggle(&mut self, id: ElementId) {
        if !self.remove(&id) {
            self.add(id);
        }
    }

    /// Whether it was selected.
    fn remove(&mut self, id: &ElementId) -> bool {
        let was_known = self.known.remove(id);
        if was_known {
            self.ids.retain(|known| known != id);
        }
        was_known
    }

    pub fn clear(&mut self) {
        self.ids.clear();
        self.known.clear();
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&ElementId) -> bool) {
        let known = &mut self.known;
        self.ids.retain(|id| {
            let stays = keep(id);
            if !stays {
                known.remove(id);
            }
            stays
        });
    }

    /// The cards that are selected, also by one of their routes; each once.
    pub fn cards(&self) -> Vec<ElementId> {
        let mut known = HashSet::new();
        let cards = self.ids.iter().map(ElementId::card);
        cards.filter(|card| known.insert(card.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_selecting_and_each_is_there_once() {
        let id = |name: &str| ElementId::Function(name.to_owned());
        let mut selection = Selection::of([id("a"), id("b"), id("a"), id("c")]);
        assert_eq!(selection.ids(), [id("b"), id("a"), id("c")]);
        selection.toggle(id("a"));
        assert!(!selection.contains(&id("a")) && selection.contains(&id("b")));
        selection.toggle(id("a"));
        assert_eq!(selection.last(), Some(&id("a")));
        selection.retain(|known| *known != id("b"));
        assert_eq!(selection, Selection::of([id("c"), id("a")]));
        assert_ne!(selection, Selection::of([id("a"), id("c")]));
        let row = ElementId::Route {
            api: "x".to_owned(),
            key: "GET /".to_owned(),
        };
        selection.add(row.clone());
        selection.add(ElementId::Api("x".to_owned()));
        assert_eq!(selection.cards(), [id("c"), id("a"), row.card()]);
        selection.clear();
        assert_eq!(selection, Selection::default());
    }
}
