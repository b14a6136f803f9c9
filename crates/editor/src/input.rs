//! What comes in from pointer, wheel and keys, and what is asked of the window in return.

use crate::{Direction, ElementId, Point, Refusal};

/// The buttons of a pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    Primary,
    Middle,
    Secondary,
}

/// The keys that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modifiers {
    pub shift: bool,
    /// Ctrl, or Cmd on a Mac.
    pub command: bool,
    pub alt: bool,
}

/// A pointer's place and what is held with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pointer {
    /// In pixels of the viewport, from its upper left corner.
    pub at: Point,
    pub button: Button,
    pub modifiers: Modifiers,
    /// 2 for the second press of a double click.
    pub clicks: u32,
}

/// The keys that belong to the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Escape,
    Space,
    Arrow(Direction),
    ZoomIn,
    ZoomOut,
    /// One unit is one pixel.
    LifeSize,
    Fit,
}

/// Something that a person did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Input {
    Down(Pointer),
    Move(Pointer),
    Up(Pointer),
    /// The pointer was taken away, or the window lost the focus.
    Cancel,
    /// Distances in pixels; `zooms` with Ctrl or Cmd, which is how a pinch arrives.
    Wheel {
        at: Point,
        dx: f64,
        dy: f64,
        zooms: bool,
    },
    KeyDown(Key, Modifiers),
    KeyUp(Key),
    /// A frame passed while [`crate::Editor::drifts`].
    Frame,
}

/// What the window is asked to do or to say after an input.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A command was done; its name.
    Applied(String),
    /// A command was not done.
    Refused(Refusal),
    /// Edit the name in place; `fresh` when it was made just now.
    EditName { id: ElementId, fresh: bool },
    /// Edit the key of a route in place.
    EditRoute(ElementId),
    /// An arrow key leads to another element.
    Focus(ElementId),
}
