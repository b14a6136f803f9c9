//! What is mounted of the scene: a signal for each card and edge, so that a change touches only its own.

use leptos::prelude::*;
use slipway_editor::{Card, Changes, Edge, ElementId, Point, Pointer, Scene};
use std::collections::HashMap;

/// The signals of a mounted card.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DrawnCard {
    /// At the origin: what is written on it.
    pub(crate) card: RwSignal<Card>,
    /// Its upper left corner, in world units.
    pub(crate) place: RwSignal<Point>,
}

/// Everything that is mounted, and what waits for the next frame.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    cards: HashMap<ElementId, DrawnCard>,
    /// The `d` of each edge, by its route.
    edges: HashMap<ElementId, RwSignal<String>>,
    /// The last move of the pointer that the editor has not seen.
    pub(crate) pointer: Option<Pointer>,
    pub(crate) frame_waits: bool,
}

impl Drawn {
    /// Makes the signals of a card that is being mounted.
    pub(crate) fn mount_card(&mut self, card: &Card) -> DrawnCard {
        let drawn = DrawnCard {
            card: RwSignal::new(card.unplaced()),
            place: RwSignal::new(Point::new(card.rect.x, card.rect.y)),
        };
        self.cards.insert(card.id.clone(), drawn);
        drawn
    }

    /// Forgets a card, unless it is mounted anew already.
    pub(crate) fn unmount_card(&mut self, id: &ElementId, drawn: DrawnCard) {
        if self.cards.get(id).is_some_and(|now| now.card == drawn.card) {
            self.cards.remove(id);
        }
    }

    pub(crate) fn mount_edge(&mut self, edge: &Edge) -> RwSignal<String> {
        let path = RwSignal::new(edge.path.svg_path());
        self.edges.insert(edge.route.clone(), path);
        path
    }

    pub(crate) fn unmount_edge(&mut self, route: &ElementId, path: RwSignal<String>) {
        if self.edges.get(route) == Some(&path) {
            self.edges.remove(route);
        }
    }

    /// Shows what changed of the scene, nothing else.
    pub(crate) fn show(&self, scene: &Scene, changes: &Changes) {
        for id in &changes.cards {
            if let (Some(drawn), Some(card)) = (self.cards.get(id), scene.card(id)) {
                place(drawn, card);
            }
        }
        for route in &changes.edges {
            if let (Some(path), Some(edge)) = (self.edges.get(route), scene.edge(route)) {
                draw(*path, edge);
            }
        }
    }

    /// Shows another scene: what is mounted gets what is new about it.
    pub(crate) fn show_all(&self, scene: &Scene) {
        for (id, drawn) in &self.cards {
            let Some(card) = scene.card(id) else { continue };
            place(drawn, card);
            let unplaced = card.unplaced();
            if drawn.card.with_untracked(|now| *now != unplaced) {
                drawn.card.set(unplaced);
            }
        }
        for (route, path) in &self.edges {
            if let Some(edge) = scene.edge(route) {
                draw(*path, edge);
            }
        }
    }
}

fn place(drawn: &DrawnCard, card: &Card) {
    let at = Point::new(card.rect.x, card.rect.y);
    if drawn.place.with_untracked(|now| *now != at) {
        drawn.place.set(at);
    }
}

fn draw(path: RwSignal<String>, edge: &Edge) {
    let now = edge.path.svg_path();
    if path.with_untracked(|before| *before != now) {
        path.set(now);
    }
}
