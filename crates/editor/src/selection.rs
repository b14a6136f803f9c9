//! What is selected.

use crate::ElementId;

/// Elements in the order they were selected; the last one is the one that the inspector shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection(Vec<ElementId>);

impl Selection {
    pub fn one(id: ElementId) -> Self {
        Self(vec![id])
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
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contains(&self, id: &ElementId) -> bool {
        self.0.contains(id)
    }

    /// The one that was selected last.
    pub fn last(&self) -> Option<&ElementId> {
        self.0.last()
    }

    /// The only one, when it is alone.
    pub fn only(&self) -> Option<&ElementId> {
        match self.0.as_slice() {
            [id] => Some(id),
            _ => None,
        }
    }

    /// Makes it the last one.
    pub fn add(&mut self, id: ElementId) {
        self.0.retain(|known| *known != id);
        self.0.push(id);
    }

    pub fn toggle(&mut self, id: ElementId) {
        if self.contains(&id) {
            self.0.retain(|known| *known != id);
        } else {
            self.0.push(id);
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&ElementId) -> bool) {
        self.0.retain(keep);
    }

    /// The cards that are selected, also by one of their routes; each once.
    pub fn cards(&self) -> Vec<ElementId> {
        let mut cards: Vec<ElementId> = Vec::new();
        for id in &self.0 {
            let card = id.card();
            if !cards.contains(&card) {
                cards.push(card);
            }
        }
        cards
    }
}
