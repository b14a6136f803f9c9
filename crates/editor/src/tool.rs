//! What a press on the canvas is about to become.

use crate::snap::Guide;
use crate::{Button, ElementId, ElementKind, New, Point, Rect, Refusal, Selection};
use std::sync::Arc;

/// The state of the pointer's work. Escape leads back to [`Tool::Idle`] from anywhere.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Tool {
    #[default]
    Idle,
    Panning(Pan),
    /// A press on a card or a row, not moved yet.
    PointingNode(Press),
    DraggingNodes(Drag),
    /// A press on a port or an edge, not moved yet. The route is the one to wire.
    PointingPort(Press),
    Connecting(Wire),
    /// A wire was dropped on empty canvas: what is to be made there?
    Choosing(Wire),
    Brushing(Brush),
    /// Something of the palette is carried.
    Placing(Carried),
}

impl Tool {
    /// A word for style sheets and tests.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Panning(_) => "panning",
            Self::PointingNode(_) => "pointing-node",
            Self::DraggingNodes(_) => "dragging-nodes",
            Self::PointingPort(_) => "pointing-port",
            Self::Connecting(_) => "connecting",
            Self::Choosing(_) => "choosing",
            Self::Brushing(_) => "brushing",
            Self::Placing(_) => "placing",
        }
    }

    /// The wire that is drawn, or waits for a choice.
    pub fn wire(&self) -> Option<&Wire> {
        match self {
            Self::Connecting(wire) | Self::Choosing(wire) => Some(wire),
            _ => None,
        }
    }

    /// The lines that show what a drag is in line with.
    pub fn guides(&self) -> &[Guide] {
        match self {
            Self::DraggingNodes(drag) => &drag.guides,
            _ => &[],
        }
    }

    /// The rubber band, in world units.
    pub fn band(&self) -> Option<Rect> {
        match self {
            Self::Brushing(brush) => Some(brush.rect()),
            _ => None,
        }
    }
}

/// The viewport follows the pointer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pan {
    pub(crate) button: Button,
    /// In viewport pixels.
    pub(crate) from: Point,
    pub(crate) last: Point,
    pub(crate) moved: bool,
    /// A press on empty canvas that does not move takes the selection away.
    pub(crate) clears: bool,
}

/// A press that has not moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Press {
    pub(crate) id: ElementId,
    /// In viewport pixels.
    pub(crate) from: Point,
    /// What a release without a move does to the selection.
    pub(crate) click: Click,
    /// A drag takes an edge's end to another target.
    pub(crate) rewires: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Click {
    /// Selected already by the press.
    Nothing,
    /// Only this stays selected.
    Only,
    Toggle,
}

/// Cards that follow the pointer.
#[derive(Debug, Clone, PartialEq)]
pub struct Drag {
    /// Each with the place it came from.
    pub(crate) origins: Vec<(ElementId, Point)>,
    /// Where the pointer took hold, in world units.
    pub(crate) from: Point,
    /// What holds all of them where they came from.
    pub(crate) bounds: Rect,
    /// How far they are now.
    pub by: Point,
    pub guides: Vec<Guide>,
}

impl Drag {
    /// The cards that are dragged.
    pub fn ids(&self) -> impl Iterator<Item = &ElementId> {
        self.origins.iter().map(|(id, _)| id)
    }

    pub(crate) fn places(&self, by: Point) -> Vec<(ElementId, Point)> {
        self.origins
            .iter()
            .map(|(id, at)| (id.clone(), Point::new(at.x + by.x, at.y + by.y)))
            .collect()
    }
}

/// A wire from a route's port to the pointer.
#[derive(Debug, Clone, PartialEq)]
pub struct Wire {
    pub route: ElementId,
    /// The route has an edge already, which is hidden meanwhile.
    pub rewires: bool,
    /// The route's port, in world units.
    pub from: Point,
    /// The pointer, or the port that it would be wired to.
    pub to: Point,
    /// The card under the pointer, with what is said against it.
    pub over: Option<(ElementId, Result<(), Refusal>)>,
    /// Every card a route can lead to, with what is said against it.
    pub targets: Arc<Vec<(ElementId, Result<(), Refusal>)>>,
}

impl Wire {
    /// Why the card under the pointer cannot be the target.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.over.as_ref()?.1.as_ref().err()
    }

    /// Whether a card may be the target; `None` for an API.
    pub fn allows(&self, id: &ElementId) -> Option<bool> {
        let target = self.targets.iter().find(|(target, _)| target == id);
        target.map(|(_, verdict)| verdict.is_ok())
    }
}

/// What can be made where a wire was dropped.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    pub kind: ElementKind,
    pub verdict: Result<(), Refusal>,
}

/// A rubber band.
#[derive(Debug, Clone, PartialEq)]
pub struct Brush {
    /// Both in world units.
    pub(crate) from: Point,
    pub(crate) to: Point,
    /// What was selected before stays so.
    pub(crate) before: Selection,
}

impl Brush {
    pub fn rect(&self) -> Rect {
        Rect::new(
            self.from.x.min(self.to.x),
            self.from.y.min(self.to.y),
            (self.from.x - self.to.x).abs(),
            (self.from.y - self.to.y).abs(),
        )
    }
}

/// Something of the palette under the pointer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Carried {
    pub what: New,
    /// In viewport pixels; outside of the viewport too.
    pub(crate) from: Point,
    pub at: Point,
    pub moved: bool,
    /// Where its card would stand, in world units; `None` outside of the viewport.
    pub place: Option<Rect>,
}
