//! Arrow keys: the card or row that lies next in a direction.

use crate::{ElementId, Point, Scene};

/// Where an arrow key points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
    Left,
    Right,
}

/// Something on the canvas that has the focus.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stop {
    /// A card, or a row of one.
    Element(ElementId),
    /// The edge of a route.
    Edge(ElementId),
}

impl Stop {
    /// Whether it is there.
    pub fn is_in(&self, scene: &Scene) -> bool {
        match self {
            Self::Element(id) => scene.rect(id).is_some(),
            Self::Edge(route) => scene.edge(route).is_some(),
        }
    }

    /// The card that it is, or stands on; of an edge where it begins.
    pub fn card(&self) -> ElementId {
        match self {
            Self::Element(id) | Self::Edge(id) => id.card(),
        }
    }

    /// The stop next to this one, as [`neighbour`] has it, with the edges between rows and cards:
    /// right from a wired row is its edge, and up and down from an edge are the edges before and
    /// after it.
    pub fn next(&self, scene: &Scene, direction: Direction) -> Option<Self> {
        let (id, is_edge) = match self {
            Self::Element(id) => (id, false),
            Self::Edge(route) => (route, true),
        };
        match direction {
            Direction::Right if !is_edge && scene.edge(id).is_some() => {
                Some(Self::Edge(id.clone()))
            }
            Direction::Left if is_edge => Some(Self::Element(id.clone())),
            Direction::Up | Direction::Down if is_edge => {
                let at = scene.edges.iter().position(|edge| edge.route == *id)?;
                let next = match direction {
                    Direction::Down => at.checked_add(1),
                    _ => at.checked_sub(1),
                }?;
                let edge = scene.edges.get(next)?;
                Some(Self::Edge(edge.route.clone()))
            }
            _ => neighbour(scene, id, direction).map(Self::Element),
        }
    }
}

/// The element next to `from`. Up and down walk the rows of an API and then the cards of the
/// column; right follows a route's edge to its target; left goes back to the first route that
/// leads here. Without an edge it is the nearest card on that side.
pub fn neighbour(scene: &Scene, from: &ElementId, direction: Direction) -> Option<ElementId> {
    match direction {
        Direction::Up | Direction::Down => vertical(scene, from, direction == Direction::Down),
        Direction::Right => scene
            .edges
            .iter()
            .find(|edge| edge.route == *from || edge.from == *from)
            .map(|edge| edge.to.clone())
            .or_else(|| sideways(scene, from, true)),
        Direction::Left => match from {
            ElementId::Route { .. } => Some(from.card()),
            _ => scene
                .edges
                .iter()
                .find(|edge| edge.to == *from)
                .map(|edge| edge.route.clone())
                .or_else(|| sideways(scene, from, false)),
        },
    }
}

fn vertical(scene: &Scene, from: &ElementId, down: bool) -> Option<ElementId> {
    // Every stop of the column, top to bottom: each card, and after it its rows.
    let column = scene.rect(&from.card())?.x;
    let mut cards: Vec<_> = scene
        .cards
        .iter()
        .filter(|card| (card.rect.x - column).abs() < 1.0)
        .collect();
    cards.sort_by(|a, b| a.rect.y.total_cmp(&b.rect.y));
    let stops: Vec<&ElementId> = cards
        .iter()
        .flat_map(|card| std::iter::once(&card.id).chain(card.rows().iter().map(|row| &row.id)))
        .collect();
    let at = stops.iter().position(|stop| *stop == from)?;
    let next = if down {
        at.checked_add(1)
    } else {
        at.checked_sub(1)
    }?;
    stops.get(next).map(|stop| (*stop).clone())
}

fn sideways(scene: &Scene, from: &ElementId, right: bool) -> Option<ElementId> {
    let here = scene.rect(from)?.center();
    let beyond = |at: Point| if right { at.x > here.x } else { at.x < here.x };
    scene
        .cards
        .iter()
        .filter(|card| card.id != from.card() && beyond(card.rect.center()))
        .min_by(|a, b| {
            a.rect
                .center()
                .distance(here)
                .total_cmp(&b.rect.center().distance(here))
        })
        .map(|card| card.id.clone())
}
