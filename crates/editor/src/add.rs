//! New things: what the palette offers.

use crate::{
    API_WIDTH, Command, Editor, Effect, ElementKind, NODE_WIDTH, Offer, Point, Size, change,
};
use slipway_design::ApiKind;

/// Something that can be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum New {
    HttpApi,
    WebsocketApi,
    Function,
    Service,
    /// A function whose image is in ECR already.
    Image,
}

impl New {
    /// In the order of the palette.
    pub const ALL: [Self; 5] = [
        Self::HttpApi,
        Self::WebsocketApi,
        Self::Function,
        Self::Service,
        Self::Image,
    ];

    pub fn kind(self) -> ElementKind {
        match self {
            Self::HttpApi | Self::WebsocketApi => ElementKind::Api,
            Self::Function | Self::Image => ElementKind::Function,
            Self::Service => ElementKind::Service,
        }
    }

    /// The command that adds it with its upper left corner at `at`.
    pub fn command(self, at: Option<Point>) -> Command {
        match self {
            Self::HttpApi => Command::AddApi {
                kind: ApiKind::Http,
                at,
            },
            Self::WebsocketApi => Command::AddApi {
                kind: ApiKind::Websocket,
                at,
            },
            Self::Function => Command::AddFunction { at },
            Self::Service => Command::AddService { at },
            Self::Image => Command::AddImage { at },
        }
    }

    /// The size of its card.
    pub fn size(self) -> Size {
        match self.kind() {
            ElementKind::Api | ElementKind::Route => Size::new(API_WIDTH, 100.0),
            ElementKind::Function | ElementKind::Service => Size::new(NODE_WIDTH, 124.0),
        }
    }
}

impl Editor {
    /// Adds something, at a free place without one, and asks for its name.
    pub fn add(&mut self, what: New, at: Option<Point>) -> Vec<Effect> {
        self.apply_for(&what.command(at), true)
    }

    /// What can be made where the wire was dropped; empty without one.
    pub fn offers(&self) -> Vec<Offer> {
        let Some(wire) = self.tool.wire() else {
            return Vec::new();
        };
        [ElementKind::Function, ElementKind::Service]
            .map(|kind| Offer {
                kind,
                verdict: change::allows_new(self, &wire.route, kind),
            })
            .into()
    }

    /// Makes what was chosen where the wire was dropped and wires it.
    pub fn choose(&mut self, kind: ElementKind) -> Vec<Effect> {
        let Some(wire) = self.tool.wire().cloned() else {
            return Vec::new();
        };
        // The new card's port is where the wire ended.
        let at = Point::new(wire.to.x, wire.to.y - crate::HEAD_HEIGHT / 2.0);
        let command = Command::ConnectNew {
            route: wire.route,
            kind,
            at: Some(at),
        };
        self.apply_for(&command, true)
    }

    /// Takes the dropped wire off its route.
    pub fn choose_none(&mut self) -> Vec<Effect> {
        let Some(wire) = self.tool.wire().cloned() else {
            return Vec::new();
        };
        self.apply_for(&Command::Disconnect { route: wire.route }, false)
    }

    /// Does a command that the pointer or a key asked for.
    pub(crate) fn apply_for(&mut self, command: &Command, names: bool) -> Vec<Effect> {
        match self.apply(command) {
            Err(refusal) => vec![Effect::Refused(refusal)],
            Ok(()) => {
                let title = self.undo_title().unwrap_or_default().to_owned();
                let mut effects = vec![Effect::Applied(title)];
                if let (true, Some(id)) = (names, self.selection().only()) {
                    effects.push(Effect::EditName {
                        id: id.clone(),
                        fresh: true,
                    });
                }
                effects
            }
        }
    }
}
