//! The tool state machine: every input, what it does to the editor, and what it asks of the window.

use crate::input::{Button, Effect, Input, Key, Modifiers, Pointer};
use crate::snap::snap;
use crate::tool::{Brush, Carried, Click, Drag, Pan, Press, Tool, Wire};
use crate::{
    Command, Direction, Editor, ElementId, ElementKind, Hit, New, Point, Rect, Selection, neighbour,
};
use std::sync::Arc;

/// Below this zoom details are neither drawn nor taken by the pointer.
pub const DETAIL_ZOOM: f64 = 0.42;
/// Below this zoom cards are shapes without words: the pointer means them whole, and never an edge.
pub const SHAPE_ZOOM: f64 = 0.2;
/// A press that moves less than this many pixels is a click.
const STILL: f64 = 4.0;
/// This near an edge, in pixels, is on it.
const EDGE_REACH: f64 = 8.0;
/// Half of the smallest square that takes the pointer for a port, in pixels.
pub(crate) const PORT_REACH: f64 = 12.0;
/// Ports of neighbouring rows never overlap beyond this, in world units.
const PORT_MOST: f64 = 15.0;
/// A neighbour this near pulls, in pixels.
const SNAP_REACH: f64 = 6.0;
/// Neighbours are looked for this far around what is dragged, in world units.
const SNAP_AROUND: f64 = 900.0;
/// This near its border, the viewport drifts; both in pixels.
const DRIFT_EDGE: f64 = 28.0;
const DRIFT_STEP: f64 = 9.0;
/// An arrow key moves by this much, with Shift by the other; in world units.
const NUDGE: f64 = 4.0;
const NUDGE_FAR: f64 = 40.0;
/// Of Ctrl and the wheel, for each pixel; a trackpad's pinch sends many small steps, a wheel few large ones.
const WHEEL_ZOOM: f64 = 0.006;
const WHEEL_MOST: f64 = 60.0;
const KEY_ZOOM: f64 = 1.2;

impl Editor {
    pub fn tool(&self) -> &Tool {
        &self.tool
    }

    /// Whether a press on the canvas would pan: Space is held.
    pub fn is_grabbing(&self) -> bool {
        self.space
    }

    /// Whether the pointer rests so near the border that [`Input::Frame`] moves the viewport.
    pub fn drifts(&self) -> bool {
        self.drift() != Point::default()
    }

    /// Picks something up from the palette; moves and the release follow as inputs.
    pub fn carry(&mut self, what: New, at: Point) {
        self.cancel();
        self.pointer = at;
        self.tool = Tool::Placing(Carried {
            what,
            from: at,
            at,
            moved: false,
            place: None,
        });
    }

    /// Leaves the tool; what it showed is taken back. `false` when there was nothing to leave.
    pub fn cancel(&mut self) -> bool {
        match std::mem::take(&mut self.tool) {
            Tool::Idle => return false,
            Tool::DraggingNodes(drag) => self.shift(&drag.origins),
            Tool::Connecting(wire) | Tool::Choosing(wire) => self.changes.edges.push(wire.route),
            Tool::Brushing(brush) => self.selection = brush.before,
            Tool::Panning(_) | Tool::PointingNode(_) | Tool::PointingPort(_) | Tool::Placing(_) => {
            }
        }
        true
    }

    /// Takes one input in.
    pub fn handle(&mut self, input: Input) -> Vec<Effect> {
        match input {
            Input::Down(pointer) => self.down(pointer),
            Input::Move(pointer) => {
                self.pointer = pointer.at;
                self.pointer_moved(pointer);
                Vec::new()
            }
            Input::Up(pointer) => self.up(pointer),
            Input::Cancel => {
                self.space = false;
                self.cancel();
                Vec::new()
            }
            Input::Wheel { at, dx, dy, zooms } => {
                let camera = self.camera;
                self.move_camera(if zooms {
                    camera.zoomed((-dy.clamp(-WHEEL_MOST, WHEEL_MOST) * WHEEL_ZOOM).exp(), at)
                } else {
                    camera.panned(-dx, -dy)
                });
                Vec::new()
            }
            Input::KeyDown(key, modifiers) => self.key(key, modifiers),
            Input::KeyUp(Key::Space) => {
                self.space = false;
                Vec::new()
            }
            Input::KeyUp(_) => Vec::new(),
            Input::Frame => {
                let by = self.drift();
                if by != Point::default() {
                    self.move_camera(self.camera.panned(by.x, by.y));
                    let at = self.pointer;
                    self.pointer_moved(Pointer {
                        at,
                        button: Button::Primary,
                        modifiers: Modifiers::default(),
                        clicks: 1,
                    });
                }
                Vec::new()
            }
        }
    }

    /// What is under a place of the viewport.
    pub fn hit(&self, at: Point) -> Option<Hit> {
        let zoom = self.camera.zoom;
        let ports = if zoom < DETAIL_ZOOM {
            0.0
        } else {
            (PORT_REACH / zoom).clamp(PORT_REACH, PORT_MOST)
        };
        let world = self.camera.to_world(at);
        if zoom < SHAPE_ZOOM {
            let hit = self.scene.hit_with(world, 0.0, 0.0)?;
            let is_edge = matches!(hit, Hit::Edge(_));
            return (!is_edge).then(|| Hit::Card(hit.into_id().card()));
        }
        self.scene.hit_with(world, EDGE_REACH / zoom, ports)
    }

    fn down(&mut self, pointer: Pointer) -> Vec<Effect> {
        if !matches!(self.tool, Tool::Idle | Tool::Choosing(_)) {
            // A second button during a drag.
            return Vec::new();
        }
        self.cancel();
        let Pointer { at, modifiers, .. } = pointer;
        self.pointer = at;
        let pan = |clears| {
            Tool::Panning(Pan {
                button: pointer.button,
                from: at,
                last: at,
                moved: false,
                clears,
            })
        };
        let adds = modifiers.command || modifiers.shift;
        if pointer.button == Button::Middle || (pointer.button == Button::Primary && self.space) {
            self.tool = pan(false);
            return Vec::new();
        }
        let hit = self.hit(at);
        if pointer.button == Button::Secondary {
            if let Some(id) = hit.map(Hit::into_id)
                && !self.selection.contains(&id)
            {
                self.select(Selection::one(id));
            }
            return Vec::new();
        }
        match hit {
            None if modifiers.shift => {
                let world = self.camera.to_world(at);
                let before = self.selection.clone();
                self.tool = Tool::Brushing(Brush {
                    from: world,
                    to: world,
                    before,
                });
            }
            None => self.tool = pan(!adds),
            Some(Hit::Port(id)) => match self.wire_of_port(&id) {
                Some((route, rewires)) if !adds => {
                    self.tool = Tool::PointingPort(Press {
                        id: route,
                        from: at,
                        click: Click::Only,
                        rewires,
                    });
                }
                _ => return self.press(id, pointer),
            },
            Some(Hit::Edge(route)) if !adds => {
                self.tool = Tool::PointingPort(Press {
                    id: route,
                    from: at,
                    click: Click::Only,
                    rewires: true,
                });
            }
            Some(Hit::Edge(id) | Hit::Row(id) | Hit::Card(id)) => return self.press(id, pointer),
        }
        Vec::new()
    }

    /// The route that a drag from a port wires, and whether it takes an edge's end along.
    fn wire_of_port(&self, id: &ElementId) -> Option<(ElementId, bool)> {
        if id.kind() == ElementKind::Route {
            return Some((id.clone(), false));
        }
        let mut edges = self.scene.edges_at(id);
        let selected = self
            .scene
            .edges_at(id)
            .find(|edge| self.selection.contains(&edge.route));
        let edge = selected.or_else(|| edges.next_back())?;
        Some((edge.route.clone(), true))
    }

    fn press(&mut self, id: ElementId, pointer: Pointer) -> Vec<Effect> {
        let adds = pointer.modifiers.command || pointer.modifiers.shift;
        if pointer.clicks >= 2 && !adds {
            self.select(Selection::one(id.clone()));
            return vec![match id.kind() {
                ElementKind::Route => Effect::EditRoute(id),
                _ => Effect::EditName { id, fresh: false },
            }];
        }
        let click = if adds {
            Click::Toggle
        } else if self.selection.contains(&id) {
            Click::Only
        } else {
            self.select(Selection::one(id.clone()));
            Click::Nothing
        };
        self.tool = Tool::PointingNode(Press {
            id,
            from: pointer.at,
            click,
            rewires: false,
        });
        Vec::new()
    }

    fn pointer_moved(&mut self, pointer: Pointer) {
        let Pointer { at, modifiers, .. } = pointer;
        let world = self.camera.to_world(at);
        match std::mem::take(&mut self.tool) {
            Tool::Idle => {}
            Tool::Panning(pan) => {
                let moved = pan.moved || at.distance(pan.from) > STILL;
                if moved {
                    let (dx, dy) = (at.x - pan.last.x, at.y - pan.last.y);
                    self.move_camera(self.camera.panned(dx, dy));
                }
                let last = if moved { at } else { pan.last };
                self.tool = Tool::Panning(Pan { last, moved, ..pan });
            }
            Tool::PointingNode(press) if at.distance(press.from) > STILL => {
                self.begin_drag(&press);
                self.drag_to(world, modifiers);
            }
            Tool::PointingPort(press) if at.distance(press.from) > STILL => {
                self.begin_wire(press);
                self.wire_to(world);
            }
            Tool::DraggingNodes(drag) => {
                self.tool = Tool::DraggingNodes(drag);
                self.drag_to(world, modifiers);
            }
            Tool::Connecting(wire) => {
                self.tool = Tool::Connecting(wire);
                self.wire_to(world);
            }
            Tool::Brushing(brush) => {
                let brush = Brush { to: world, ..brush };
                let inside = self
                    .scene
                    .cards_in(brush.rect())
                    .map(|card| card.id.clone());
                let before = brush.before.ids().iter().cloned();
                self.selection = Selection::of(before.chain(inside));
                self.tool = Tool::Brushing(brush);
            }
            Tool::Placing(carried) => {
                let moved = carried.moved || at.distance(carried.from) > STILL;
                let place = (moved && self.is_inside(at))
                    .then(|| self.place_for(carried.what, world, modifiers));
                self.tool = Tool::Placing(Carried {
                    at,
                    moved,
                    place,
                    ..carried
                });
            }
            other => self.tool = other,
        }
    }

    fn begin_drag(&mut self, press: &Press) {
        let cards = if self.selection.contains(&press.id) {
            self.selection.cards()
        } else {
            vec![press.id.card()]
        };
        let rects = cards
            .iter()
            .filter_map(|id| Some((id.clone(), self.scene.card(id)?.rect)));
        let rects: Vec<(ElementId, Rect)> = rects.collect();
        let Some(bounds) = rects.iter().map(|(_, rect)| *rect).reduce(Rect::union) else {
            return;
        };
        self.tool = Tool::DraggingNodes(Drag {
            origins: rects
                .into_iter()
                .map(|(id, rect)| (id, Point::new(rect.x, rect.y)))
                .collect(),
            from: self.camera.to_world(press.from),
            bounds,
            by: Point::default(),
            guides: Vec::new(),
        });
    }

    fn drag_to(&mut self, world: Point, modifiers: Modifiers) {
        let Tool::DraggingNodes(drag) = &self.tool else {
            return;
        };
        let raw = Point::new(world.x - drag.from.x, world.y - drag.from.y);
        let there = Rect::new(
            drag.bounds.x + raw.x,
            drag.bounds.y + raw.y,
            drag.bounds.width,
            drag.bounds.height,
        );
        // With Alt nothing pulls.
        let (by, guides) = if modifiers.alt {
            (raw, Vec::new())
        } else {
            let others: Vec<Rect> = self
                .neighbours(there)
                .filter(|card| drag.ids().all(|id| id != &card.id))
                .map(|card| card.rect)
                .collect();
            let (by, guides) = snap(there, &others, SNAP_REACH / self.camera.zoom);
            (Point::new(raw.x + by.x, raw.y + by.y), guides)
        };
        let is_same = drag.by == by;
        let places = drag.places(by);
        if let Tool::DraggingNodes(drag) = &mut self.tool {
            (drag.by, drag.guides) = (by, guides);
        }
        if !is_same {
            let changes = Arc::make_mut(&mut self.scene).dragged(&places);
            self.changes.add(changes);
        }
    }

    /// The cards that are seen around a rectangle.
    fn neighbours(&self, around: Rect) -> impl Iterator<Item = &crate::Card> {
        let seen = self.seen();
        self.scene
            .cards_in(around.grown(SNAP_AROUND))
            .filter(move |card| card.rect.touches(seen))
    }

    fn place_for(&self, what: New, world: Point, modifiers: Modifiers) -> Rect {
        let size = what.size();
        let raw = Rect::new(
            world.x - size.width / 2.0,
            world.y - 20.0,
            size.width,
            size.height,
        );
        if modifiers.alt {
            return raw;
        }
        let others: Vec<Rect> = self.neighbours(raw).map(|card| card.rect).collect();
        let (by, _) = snap(raw, &others, SNAP_REACH / self.camera.zoom);
        Rect::new(raw.x + by.x, raw.y + by.y, raw.width, raw.height)
    }

    fn up(&mut self, pointer: Pointer) -> Vec<Effect> {
        if let Tool::Panning(pan) = &self.tool
            && pan.button != pointer.button
        {
            return Vec::new();
        }
        if !matches!(self.tool, Tool::Panning(_)) && pointer.button != Button::Primary {
            return Vec::new();
        }
        self.pointer = pointer.at;
        self.pointer_moved(pointer);
        match std::mem::take(&mut self.tool) {
            Tool::Panning(pan) => {
                if pan.clears && !pan.moved {
                    self.select(Selection::default());
                }
            }
            Tool::PointingNode(press) | Tool::PointingPort(press) => {
                if matches!(press.id.kind(), ElementKind::Route)
                    && pointer.clicks >= 2
                    && press.click == Click::Only
                {
                    self.select(Selection::one(press.id.clone()));
                    return vec![Effect::EditRoute(press.id)];
                }
                match press.click {
                    Click::Nothing => {}
                    Click::Only => self.select(Selection::one(press.id)),
                    Click::Toggle => {
                        let mut selection = self.selection.clone();
                        selection.toggle(press.id);
                        self.select(selection);
                    }
                }
            }
            Tool::DraggingNodes(drag) => return self.drop_cards(drag),
            Tool::Connecting(wire) => return self.drop_wire(wire, pointer.at),
            Tool::Placing(carried) => {
                return match (carried.moved, carried.place) {
                    (false, _) => self.add(carried.what, None),
                    (true, Some(place)) => {
                        self.add(carried.what, Some(Point::new(place.x, place.y)))
                    }
                    (true, None) => Vec::new(),
                };
            }
            Tool::Brushing(brush) => {
                let selection = self.selection.clone();
                self.selection = brush.before;
                self.select(selection);
            }
            other @ (Tool::Idle | Tool::Choosing(_)) => self.tool = other,
        }
        Vec::new()
    }

    fn drop_cards(&mut self, drag: Drag) -> Vec<Effect> {
        let to = drag.places(drag.by);
        // The command starts from what was there.
        self.tool = Tool::DraggingNodes(drag);
        let stays = matches!(&self.tool, Tool::DraggingNodes(drag) if drag.by == Point::default());
        self.cancel();
        if stays {
            return Vec::new();
        }
        self.apply_for(&Command::Move { to }, false)
    }

    fn drop_wire(&mut self, wire: Wire, at: Point) -> Vec<Effect> {
        self.changes.edges.push(wire.route.clone());
        match wire.over.clone() {
            Some((target, Ok(()))) => {
                let is_there = self
                    .scene
                    .edge(&wire.route)
                    .is_some_and(|edge| edge.to == target);
                if is_there {
                    return Vec::new();
                }
                let route = wire.route;
                self.apply_for(&Command::Connect { route, target }, false)
            }
            Some((_, Err(refusal))) => vec![Effect::Refused(refusal)],
            None => {
                let world = self.camera.to_world(at);
                let card = self.scene.rect(&wire.route.card());
                let on_own_card = card.is_some_and(|rect| rect.contains(world));
                if self.is_inside(at) && !on_own_card {
                    self.tool = Tool::Choosing(wire);
                }
                Vec::new()
            }
        }
    }

    fn key(&mut self, key: Key, modifiers: Modifiers) -> Vec<Effect> {
        let middle = Point::new(self.view.width / 2.0, self.view.height / 2.0);
        match key {
            Key::Escape => {
                self.space = false;
                if !self.cancel() {
                    self.select(Selection::default());
                }
            }
            Key::Space => self.space = true,
            Key::ZoomIn => self.move_camera(self.camera.zoomed(KEY_ZOOM, middle)),
            Key::ZoomOut => self.move_camera(self.camera.zoomed(1.0 / KEY_ZOOM, middle)),
            Key::LifeSize => self.move_camera(self.camera.zoomed_to(1.0, middle)),
            Key::Fit => self.fit(),
            Key::Arrow(direction) => return self.arrow(direction, modifiers),
        }
        Vec::new()
    }

    /// Moves the selected cards, or with Alt, or without a card, goes to the neighbour.
    fn arrow(&mut self, direction: Direction, modifiers: Modifiers) -> Vec<Effect> {
        let is_card = |id: &ElementId| id.kind() != ElementKind::Route;
        let from = self.selection.last().cloned();
        if !modifiers.alt && from.as_ref().is_some_and(is_card) {
            let step = if modifiers.shift { NUDGE_FAR } else { NUDGE };
            let by = match direction {
                Direction::Up => Point::new(0.0, -step),
                Direction::Down => Point::new(0.0, step),
                Direction::Left => Point::new(-step, 0.0),
                Direction::Right => Point::new(step, 0.0),
            };
            let ids = self.selection.cards();
            return self.apply_for(&Command::Nudge { ids, by }, false);
        }
        let to = match from {
            Some(from) => neighbour(&self.scene, &from, direction),
            None => self.scene.cards.first().map(|card| card.id.clone()),
        };
        let Some(to) = to else { return Vec::new() };
        self.select(Selection::one(to.clone()));
        self.reveal(&to);
        vec![Effect::Focus(to)]
    }

    fn is_inside(&self, at: Point) -> bool {
        Rect::new(0.0, 0.0, self.view.width, self.view.height).contains(at)
    }

    /// How far the viewport goes in a frame while something is carried at its border.
    fn drift(&self) -> Point {
        let carries = match &self.tool {
            Tool::DraggingNodes(_) | Tool::Connecting(_) | Tool::Brushing(_) => true,
            Tool::Placing(carried) => carried.place.is_some(),
            _ => false,
        };
        if !carries {
            return Point::default();
        }
        let axis = |at: f64, room: f64| {
            if room < 4.0 * DRIFT_EDGE {
                0.0
            } else if at < DRIFT_EDGE {
                DRIFT_STEP
            } else if at > room - DRIFT_EDGE {
                -DRIFT_STEP
            } else {
                0.0
            }
        };
        Point::new(
            axis(self.pointer.x, self.view.width),
            axis(self.pointer.y, self.view.height),
        )
    }
}

#[cfg(test)]
#[path = "handle_tests.rs"]
mod tests;
