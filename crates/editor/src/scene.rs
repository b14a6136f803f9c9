//! The scene: every card and edge of a design, with its place.

use crate::effective::View;
use crate::layout::{Arrangement, Link, arrange};
use crate::{Card, EdgePath, ElementId, Ends, Grid, PORT_SIZE, Places, Point, Rect, Routes, Size};
use slipway_design::{Authorizer, Design, Target};
use std::collections::HashMap;
use std::sync::Arc;

/// A route's way to its target.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// The route it belongs to, which is its identity.
    pub route: ElementId,
    pub from: ElementId,
    pub to: ElementId,
    pub path: EdgePath,
}

/// What is under the pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hit {
    /// The port of a route or of a target.
    Port(ElementId),
    Row(ElementId),
    Card(ElementId),
    /// The edge of a route.
    Edge(ElementId),
}

impl Hit {
    /// The element that was hit.
    pub fn into_id(self) -> ElementId {
        match self {
            Self::Port(id) | Self::Row(id) | Self::Card(id) | Self::Edge(id) => id,
        }
    }
}

/// Everything there is to draw. Two scenes are equal when they look the same.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// APIs first, then functions and services; each in the order of the file.
    pub cards: Vec<Card>,
    pub edges: Vec<Edge>,
    /// What holds all cards; empty without any.
    pub bounds: Rect,
    laid: Arc<Laid>,
    pub(crate) card_grid: Grid,
    pub(crate) edge_grid: Grid,
    pub(crate) routes: Routes,
    /// Of each edge, by its index.
    pub(crate) ends: Vec<Ends>,
    /// The edges that begin or end at each card, by its index.
    pub(crate) edges_of: Vec<Vec<usize>>,
    pub(crate) index: HashMap<ElementId, usize>,
}

/// A layout, and what it follows from.
#[derive(Debug, Default)]
struct Laid {
    left: Vec<Size>,
    right: Vec<Size>,
    links: Vec<Link>,
    arrangement: Arrangement,
}

impl Laid {
    fn out(left: &[Card], right: &[Card], links: Vec<Link>) -> Self {
        let (left, right) = (sizes(left), sizes(right));
        Self {
            arrangement: arrange(&left, &right, &links),
            left,
            right,
            links,
        }
    }

    fn is_of(&self, left: &[Card], right: &[Card], links: &[Link]) -> bool {
        self.links == links && self.left == sizes(left) && self.right == sizes(right)
    }
}

fn sizes(cards: &[Card]) -> Vec<Size> {
    let rects = cards.iter().map(|card| card.rect);
    rects
        .map(|rect| Size::new(rect.width, rect.height))
        .collect()
}

impl PartialEq for Scene {
    fn eq(&self, other: &Self) -> bool {
        // The rest follows from these.
        self.cards == other.cards && self.edges == other.edges && self.bounds == other.bounds
    }
}

impl Scene {
    /// The scene of a design as one environment sees it. With places, each card stands where it
    /// was put and only the rest is laid out.
    pub fn of(design: &Design, environment: Option<&str>, places: &Places) -> Self {
        Self::default().again(design, environment, places)
    }

    /// The same after a change: what nothing changed for is taken over.
    #[must_use]
    pub fn again(&self, design: &Design, environment: Option<&str>, places: &Places) -> Self {
        let uses = uses(design);
        let view = View {
            design,
            environment,
        };
        let mut left: Vec<Card> = design
            .apis
            .iter()
            .map(|(key, api)| Card::api(design, key, api))
            .collect();
        let mut right: Vec<Card> = Vec::new();
        for key in design.functions.keys() {
            right.extend(Card::function(
                view,
                key,
                uses.get(key.as_str()).copied().unwrap_or(0),
            ));
        }
        for key in design.services.keys() {
            // A name that a function has already taken is an error of the design; one card shows it.
            if !design.functions.contains_key(key) {
                right.extend(Card::service(
                    view,
                    key,
                    uses.get(key.as_str()).copied().unwrap_or(0),
                ));
            }
        }
        let by_id: HashMap<ElementId, usize> = right
            .iter()
            .enumerate()
            .map(|(index, card)| (card.id.clone(), index))
            .collect();
        let mut links = Vec::new();
        for (left_index, card) in left.iter().enumerate() {
            for (row_index, row) in card.rows().iter().enumerate() {
                if let Some(&right) = row.target.as_ref().and_then(|id| by_id.get(id)) {
                    links.push(Link {
                        left: left_index,
                        row: row_index,
                        right,
                    });
                }
            }
        }
        let laid = match self.laid.is_of(&left, &right, &links) {
            true => Arc::clone(&self.laid),
            false => Arc::new(Laid::out(&left, &right, links)),
        };
        let Laid {
            arrangement, links, ..
        } = &*laid;
        for (card, at) in left.iter_mut().zip(&arrangement.left) {
            card.place(at.x, at.y);
        }
        for (card, at) in right.iter_mut().zip(&arrangement.right) {
            card.place(at.x, at.y);
        }
        for card in left.iter_mut().chain(&mut right) {
            if let Some(place) = places.get(&card.id) {
                let at = place.point();
                card.place(at.x, at.y);
            }
        }
        let targets = left.len();
        let (mut edges, ends): (Vec<Edge>, Vec<Ends>) = links
            .iter()
            .filter_map(|link| {
                let row = &left[link.left].rows()[link.row];
                let target = &right[link.right];
                let (from, to) = (row.port(), target.port()?);
                let edge = Edge {
                    route: row.id.clone(),
                    from: left[link.left].id.clone(),
                    to: target.id.clone(),
                    path: EdgePath::direct(from, to),
                };
                let ends = Ends {
                    from,
                    to,
                    source: link.left,
                    target: targets + link.right,
                    track: u32::try_from(link.row).unwrap_or_default(),
                };
                Some((edge, ends))
            })
            .unzip();
        let cards: Vec<Card> = left.into_iter().chain(right).collect();
        let rects: Vec<Rect> = cards.iter().map(|card| card.rect).collect();
        let routes = self.routes.again(&rects, &ends);
        for (index, edge) in edges.iter_mut().enumerate() {
            edge.path = routes.path(index).clone();
        }
        let bounds = cards
            .iter()
            .map(|card| card.rect)
            .reduce(Rect::union)
            .unwrap_or_default();
        let mut edges_of = vec![Vec::new(); cards.len()];
        for (edge, ends) in ends.iter().enumerate() {
            edges_of[ends.source].push(edge);
            edges_of[ends.target].push(edge);
        }
        let ids = cards.iter().map(|card| card.id.clone());
        Self {
            laid,
            card_grid: Grid::new(rects),
            edge_grid: Grid::new(edges.iter().map(|edge| edge.path.bounds()).collect()),
            index: ids.zip(0..).collect(),
            edges_of,
            routes,
            ends,
            cards,
            edges,
            bounds,
        }
    }

    pub fn card(&self, id: &ElementId) -> Option<&Card> {
        self.index.get(id).map(|&index| &self.cards[index])
    }

    /// The edge of a route, when it has one.
    pub fn edge(&self, route: &ElementId) -> Option<&Edge> {
        let card = *self.index.get(&route.card())?;
        let mut edges = self.edges_of[card].iter().map(|&edge| &self.edges[edge]);
        edges.find(|edge| &edge.route == route)
    }

    /// The edges that begin or end at a card.
    pub fn edges_at(&self, id: &ElementId) -> impl DoubleEndedIterator<Item = &Edge> {
        let edges = self.index.get(id).map(|&card| self.edges_of[card].iter());
        edges.into_iter().flatten().map(|&edge| &self.edges[edge])
    }

    /// The part of the world that an element covers.
    pub fn rect(&self, id: &ElementId) -> Option<Rect> {
        let card = self.card(&id.card())?;
        match id {
            ElementId::Route { .. } => card
                .rows()
                .iter()
                .find(|row| &row.id == id)
                .map(|row| row.rect),
            _ => Some(card.rect),
        }
    }

    /// The cards that an area shows, in their order.
    pub fn cards_in(&self, area: Rect) -> impl Iterator<Item = &Card> {
        self.card_grid
            .touching(area)
            .into_iter()
            .map(|index| &self.cards[index])
    }

    /// The edges that may cross an area, in their order.
    pub fn edges_in(&self, area: Rect) -> impl Iterator<Item = &Edge> {
        self.edge_grid
            .touching(area)
            .into_iter()
            .map(|index| &self.edges[index])
    }

    /// What is at a place: ports before rows, rows before cards, cards before edges.
    /// `reach` is how far from an edge still counts, in world units.
    pub fn hit(&self, at: Point, reach: f64) -> Option<Hit> {
        self.hit_with(at, reach, PORT_SIZE / 2.0)
    }

    /// Like [`Scene::hit`], with squares of `half` around a port; without any, 0.
    pub(crate) fn hit_with(&self, at: Point, reach: f64, half: f64) -> Option<Hit> {
        let near = |port: Point| (port.x - at.x).abs() <= half && (port.y - at.y).abs() <= half;
        let around = Rect::new(at.x, at.y, 0.0, 0.0);
        let ports = (half > 0.0).then(|| self.cards_in(around.grown(half)));
        for card in ports.into_iter().flatten() {
            if card.port().is_some_and(near) {
                return Some(Hit::Port(card.id.clone()));
            }
            if let Some(row) = card.rows().iter().find(|row| near(row.port())) {
                return Some(Hit::Port(row.id.clone()));
            }
        }
        for card in self.cards_in(around) {
            if let Some(row) = card.rows().iter().find(|row| row.rect.contains(at)) {
                return Some(Hit::Row(row.id.clone()));
            }
            if card.rect.contains(at) {
                return Some(Hit::Card(card.id.clone()));
            }
        }
        self.edges_in(around.grown(reach))
            .map(|edge| (edge.path.distance(at), edge))
            .filter(|(distance, _)| *distance <= reach)
            .min_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, edge)| Hit::Edge(edge.route.clone()))
    }

    /// The elements that light up with `id`: itself, its edges' other ends and their routes.
    pub fn lit_with(&self, id: &ElementId) -> Vec<ElementId> {
        let card = id.card();
        let mut lit = vec![id.clone()];
        if &card != id {
            lit.push(card.clone());
        }
        for edge in self.edges_at(&card) {
            let touches = !matches!(id, ElementId::Route { .. }) || &edge.route == id;
            if touches {
                for part in [&edge.route, &edge.from, &edge.to] {
                    if !lit.contains(part) {
                        lit.push(part.clone());
                    }
                }
            }
        }
        lit
    }
}

/// How many routes and authorizers lead to each function and service.
fn uses(design: &Design) -> HashMap<&str, usize> {
    let mut uses = HashMap::new();
    for api in design.apis.values() {
        let routes = api.routes.values().filter_map(|route| match &route.target {
            Target::Node(to) => Some(to.as_str()),
            Target::Url(_) | Target::Open => None,
        });
        let authorizers = api.authorizers.values().filter_map(|value| match value {
            Authorizer::Lambda { to, .. } => Some(to.as_str()),
            _ => None,
        });
        for to in routes.chain(authorizers) {
            *uses.entry(to).or_default() += 1;
        }
    }
    uses
}

#[cfg(test)]
#[path = "scene_tests.rs"]
mod tests;
