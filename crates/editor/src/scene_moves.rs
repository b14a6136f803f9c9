//! Moving cards of a scene that is there: only what depends on them is looked at again.

use crate::{EdgePath, ElementId, Point, Rect, Scene};

/// What looks different now. A card or an edge may be named more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    pub cards: Vec<ElementId>,
    /// By their routes.
    pub edges: Vec<ElementId>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.cards.is_empty() && self.edges.is_empty()
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.cards.extend(other.cards);
        self.edges.extend(other.edges);
    }
}

impl Scene {
    /// Puts cards somewhere else; the result is the scene that would be drawn from nothing.
    pub fn moved(&mut self, to: &[(ElementId, Point)]) -> Changes {
        let moved = self.put(to);
        let mut own = self.edges_of_all(&moved);
        let rects: Vec<(usize, Rect)> = moved
            .iter()
            .map(|&card| (card, self.cards[card].rect))
            .collect();
        for &edge in &own {
            self.follow(edge);
        }
        let ends: Vec<_> = own.iter().map(|&edge| (edge, self.ends[edge])).collect();
        own.extend(self.routes.moved(&rects, &ends));
        own.sort_unstable();
        own.dedup();
        for &edge in &own {
            let path = self.routes.path(edge).clone();
            self.set_path(edge, path);
        }
        self.named(&moved, &own)
    }

    /// Shows cards elsewhere while they are dragged. Their own edges follow on simple ways and all
    /// others stay as they are, until [`Scene::moved`] says where the cards end.
    pub fn dragged(&mut self, to: &[(ElementId, Point)]) -> Changes {
        let moved = self.put(to);
        let own = self.edges_of_all(&moved);
        for &edge in &own {
            let (from, to) = self.follow(edge);
            let resting = self.routes.path(edge);
            let by = |now: Point, before: Point| Point::new(now.x - before.x, now.y - before.y);
            let (a, b) = (by(from, resting.from()), by(to, resting.to()));
            let path = if a == b {
                resting.translated(a)
            } else {
                EdgePath::direct(from, to)
            };
            self.set_path(edge, path);
        }
        self.named(&moved, &own)
    }

    /// Places the cards that are there; their indices.
    fn put(&mut self, to: &[(ElementId, Point)]) -> Vec<usize> {
        let mut moved = Vec::with_capacity(to.len());
        for (id, at) in to {
            let Some(&card) = self.index.get(id) else {
                continue;
            };
            self.cards[card].place(at.x, at.y);
            self.card_grid.moved(card, self.cards[card].rect);
            moved.push(card);
        }
        self.bounds = self
            .cards
            .iter()
            .map(|card| card.rect)
            .reduce(Rect::union)
            .unwrap_or_default();
        moved
    }

    /// Every edge at these cards once, ascending.
    fn edges_of_all(&self, cards: &[usize]) -> Vec<usize> {
        let mut edges: Vec<usize> = cards
            .iter()
            .flat_map(|&card| self.edges_of[card].iter().copied())
            .collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// Brings the ends of an edge to its ports.
    fn follow(&mut self, edge: usize) -> (Point, Point) {
        let ends = &mut self.ends[edge];
        let route = &self.edges[edge].route;
        let row = self.cards[ends.source]
            .rows()
            .iter()
            .find(|row| &row.id == route);
        if let (Some(row), Some(to)) = (row, self.cards[ends.target].port()) {
            (ends.from, ends.to) = (row.port(), to);
        }
        (ends.from, ends.to)
    }

    fn set_path(&mut self, edge: usize, path: EdgePath) {
        self.edge_grid.moved(edge, path.bounds());
        self.edges[edge].path = path;
    }

    fn named(&self, cards: &[usize], edges: &[usize]) -> Changes {
        Changes {
            cards: cards
                .iter()
                .map(|&card| self.cards[card].id.clone())
                .collect(),
            edges: edges
                .iter()
                .map(|&edge| self.edges[edge].route.clone())
                .collect(),
        }
    }
}
