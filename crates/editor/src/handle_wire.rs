//! A wire that follows the pointer, with what is said against the card under it.

use crate::handle::PORT_REACH;
use crate::tool::{Press, Tool, Wire};
use crate::{Editor, ElementId, Point, Rect, Selection};
use std::sync::Arc;

impl Editor {
    pub(crate) fn begin_wire(&mut self, press: Press) {
        let row = self
            .scene
            .card(&press.id.card())
            .and_then(|card| card.rows().iter().find(|row| row.id == press.id));
        let Some(from) = row.map(crate::Row::port) else {
            return;
        };
        let targets = Arc::new(self.targets_for(&press.id));
        self.selection = Selection::one(press.id.clone());
        self.changes.edges.push(press.id.clone());
        let rewires = press.rewires || self.scene.edge(&press.id).is_some();
        self.tool = Tool::Connecting(Wire {
            route: press.id,
            rewires,
            from,
            to: from,
            over: None,
            targets,
        });
    }

    pub(crate) fn wire_to(&mut self, world: Point) {
        let reach = PORT_REACH / self.camera.zoom.min(1.0);
        let around = Rect::new(world.x, world.y, 0.0, 0.0);
        let card = self
            .scene
            .cards_in(around)
            .next()
            .or_else(|| self.scene.cards_in(around.grown(reach)).next());
        let (over, port) = card.map_or((None, None), |card| (Some(card.id.clone()), card.port()));
        let Tool::Connecting(wire) = &mut self.tool else {
            return;
        };
        let from_own_card = over.as_ref() == Some(&wire.route.card());
        let known = |id: &ElementId| {
            wire.targets
                .iter()
                .find(|(target, _)| target == id)
                .map(|(_, verdict)| verdict.clone())
        };
        let verdict = over.as_ref().and_then(known);
        let route = wire.route.clone();
        let over = match (over, verdict) {
            (Some(id), Some(verdict)) => Some((id, verdict)),
            // Nothing is said while the wire is still on the card it comes from.
            (Some(_), None) if from_own_card => None,
            (Some(id), None) => {
                let verdict = self.may_connect(&route, &id);
                Some((id, verdict))
            }
            (None, _) => None,
        };
        let to = match (&over, port) {
            (Some((_, Ok(()))), Some(port)) => port,
            _ => world,
        };
        if let Tool::Connecting(wire) = &mut self.tool {
            (wire.over, wire.to) = (over, to);
        }
    }
}
