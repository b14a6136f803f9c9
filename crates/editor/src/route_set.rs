//! The ways of all edges, kept right while cards move: an edge is routed again only when a card
//! came or went where its way was looked for, and the result is that of routing everything anew.

use crate::route::{Trace, would_block};
use crate::route_looks::Span;
use crate::route_search::Search;
use crate::{EdgePath, Ends, Rect, Router};

/// A ray notices cards no farther than this; more than any margin.
const NOTICED: f64 = 13.0;

/// When more cards than these have moved, everything is routed anew: each edge is asked about each move.
const FEW: usize = 32;

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
    area: Option<Span>,
}

impl Kept {
    fn new(ends: Ends, router: &Router, search: &mut Search) -> Self {
        let trace = router.trace(ends, search);
        let area = trace.looked.area();
        Self { ends, trace, area }
    }

    /// Whether moves that the router has seen may have changed the way.
    fn depends_on(&self, moves: &[Move], router: &Router) -> bool {
        let would_block =
            |card: usize, rect: Rect| would_block(rect, self.ends.is_end(card), self.ends);
        let Some(area) = self.area else {
            return moves.iter().any(|to| would_block(to.card, to.new));
        };
        let is_seen = |to: &Move| {
            (area.touches(to.seen_old) || area.touches(to.seen_new))
                && self.trace.looked.are_changed_by(to.card, to.new)
        };
        moves.iter().any(is_seen)
            || (moves.iter().any(|to| would_block(to.card, to.old))
                && !router.needs_turns(self.ends))
    }
}

/// A card that was moved, with the room in which rays notice it.
struct Move {
    card: usize,
    old: Rect,
    new: Rect,
    seen_old: Span,
    seen_new: Span,
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

    /// The same for other cards and edges; what nothing changed for is taken over.
    #[must_use]
    pub fn again(&self, cards: &[Rect], edges: &[Ends]) -> Self {
        if cards.len() != self.router.cards() || edges.len() != self.edges.len() {
            return Self::new(cards, edges);
        }
        let moves: Vec<(usize, Rect)> = (0..)
            .zip(cards.iter().copied())
            .filter(|&(index, rect)| self.router.card(index) != rect)
            .collect();
        if moves.len() > FEW {
            return Self::new(cards, edges);
        }
        let ends: Vec<(usize, Ends)> = (0..)
            .zip(edges.iter().copied())
            .filter(|&(index, ends)| self.edges[index].ends != ends)
            .collect();
        let mut routes = self.clone();
        routes.moved(&moves, &ends);
        routes
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
                let seen = |rect: Rect| Span::of(rect).grown(NOTICED);
                moves.push(Move {
                    card,
                    old,
                    new,
                    seen_old: seen(old),
                    seen_new: seen(new),
                });
            }
        }
        let edges = self.edges.iter();
        let mut touched: Vec<bool> = edges
            .map(|edge| edge.depends_on(&moves, &self.router))
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
