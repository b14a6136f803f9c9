//! Everything that can be done to a design.

use crate::{Clip, ElementId, ElementKind, Point};
use slipway_design::{ApiKind, Edit, Literal, Path};

/// A change that somebody wants. Each is one step of the history.
///
/// Places are world units, of a card's upper left corner; without one, a free place is found.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    AddApi {
        kind: ApiKind,
        at: Option<Point>,
    },
    AddFunction {
        at: Option<Point>,
    },
    AddService {
        at: Option<Point>,
    },
    /// Adds a function whose image is in ECR, in a repository of its name until somebody says another.
    AddImage {
        at: Option<Point>,
    },
    /// Adds a route; without a key, one that is free. An open route leads nowhere yet.
    AddRoute {
        api: String,
        key: Option<String>,
        target: Option<ElementId>,
    },
    /// Gives a route another key; everything else about it stays.
    SetRouteKey {
        api: String,
        key: String,
        to: String,
    },
    /// Wires a route to a function or service.
    Connect {
        route: ElementId,
        target: ElementId,
    },
    /// Wires a route to a function or service that is made for it.
    ConnectNew {
        route: ElementId,
        kind: ElementKind,
        at: Option<Point>,
    },
    /// Leaves a route open.
    Disconnect {
        route: ElementId,
    },
    /// Removes elements with all that only they have; routes to them are left open.
    Remove {
        ids: Vec<ElementId>,
    },
    Duplicate {
        ids: Vec<ElementId>,
    },
    /// Adds what was copied, with new keys where the old ones are taken. `at` is where the upper
    /// left corner of all of it goes.
    Paste {
        clip: Clip,
        at: Option<Point>,
    },
    /// Puts cards somewhere.
    Move {
        to: Vec<(ElementId, Point)>,
    },
    /// Moves cards a little; again and again it is one step.
    Nudge {
        ids: Vec<ElementId>,
        by: Point,
    },
    /// Gives everything back to the automatic layout.
    Tidy,
    /// Changes the key, which is the identity, and every reference to it. `record_move` notes the
    /// old key as `was`, so that a deployed resource is moved and not made anew.
    Rename {
        id: ElementId,
        to: String,
        record_move: bool,
    },
    /// Sets or, with `None`, takes away a setting.
    Set {
        path: Path,
        value: Option<Literal>,
    },
    /// Changes with a name of their own: a quick fix, an import.
    Edit {
        title: String,
        edits: Vec<Edit>,
        /// What is selected afterwards.
        select: Vec<ElementId>,
    },
    /// Replaces the whole text: a merge, an older version.
    Replace {
        title: String,
        text: String,
    },
}

/// Why a command was not done. The document is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// `{what happened}: {why}`
    pub message: String,
    /// What to do instead.
    pub hint: Option<String>,
}

impl Refusal {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
