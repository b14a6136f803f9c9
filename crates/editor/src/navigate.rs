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
