//! The ways of all edges, kept right while cards move: an edge is routed again only when a card
//! came or went where its way was looked for, and the result is that of routing everything anew.

use crate::route::{Look, Trace, would_block};
use crate::route_search::Search;
use crate::{EdgePath, Ends, Rect, Router};

/// Every edge with its way.
#[derive(Debug, Clone, Default)]
pub struct Routes {
    router: Router,
    edges: Vec<Kept>,
    search: Search,
}

#[derive(Debug, Clone)]
struct Kept {
    ends: Ends,
    trace: Trace,
    /// What holds all that was looked at; `None` for a curve that nothing was in the way of.
    area: Option<Look>,
}

impl Kept {
    fn new(ends: Ends, router: &Router, search: &mut Search) -> Self {
        let trace = router.trace(ends, search);
        let area = trace.looked.iter().copied().reduce(Look::union);
        Self { ends, trace, area }
    }

    /// Whether a card that left `old` for `new` may change the way.
    fn depends_on(&self, card: usize, old: Rect, new: Rect) -> bool {
        let is_end = self.ends.is_end(card);
        let Some(area) = self.area else {
            return would_block(new, is_end, self.ends);
        };
        let looked =
            |rect: Rect| area.sees(rect) && self.trace.looked.iter().any(|look| look.sees(rect));
        looked(old) || looked(new) || would_block(old, is_end, self.ends)
    }
}

impl Routes {
    /// Routes every edge around the cards, which [`Ends`] name by index.
    pub fn new(cards: &[Rect], edges: &[Ends]) -> Self {
        let router = Router::new(cards);
        let mut search = Search::default();
        let edges = edges
            .iter()
            .map(|&ends| Kept::new(ends, &router, &mut search))
            .collect();
        Self {
            router,
            edges,
            search,
        }
    }

    pub fn len(&self) -> usize {
        self.edges.len()
    }

    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// The way of an edge, by its index.
    pub fn path(&self, edge: usize) -> &EdgePath {
        &self.edges[edge].trace.path
    }

    /// Moves cards (index and new rectangle) and gives edges that end on them their new ends (index and
    /// ends). Returns the edges whose way is another one now, ascending.
    pub fn moved(&mut self, cards: &[(usize, Rect)], ends: &[(usize, Ends)]) -> Vec<usize> {
        let mut moves = Vec::with_capacity(cards.len());
        for &(card, new) in cards {
            let old = self.router.card(card);
            if old != new {
                self.router.moved(card, new);
                moves.push((card, old, new));
            }
        }
        let mut touched: Vec<bool> = self
            .edges
            .iter()
            .map(|edge| {
                moves
                    .iter()
                    .any(|&(card, old, new)| edge.depends_on(card, old, new))
            })
            .collect();
        for &(edge, ends) in ends {
            touched[edge] |= self.edges[edge].ends != ends;
            self.edges[edge].ends = ends;
        }
        let mut changed = Vec::new();
        for (index, edge) in self.edges.iter_mut().enumerate() {
            if !touched[index] {
                continue;
            }
            let routed = Kept::new(edge.ends, &self.router, &mut self.search);
            if routed.trace.path != edge.trace.path {
                changed.push(index);
            }
            *edge = routed;
        }
        changed
    }
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
