//! Cards: how large each one is and what stands on it.

use crate::effective::View;
use crate::{ElementId, Point, Rect, Size};
use slipway_design::{Api, ApiKind, Arch, Authorizer, Count, Design, Image, Route, Target};

/// Width of the card of an API.
pub const API_WIDTH: f64 = 284.0;
/// Width of the card of a function or a service.
pub const NODE_WIDTH: f64 = 240.0;
/// Height of the part with icon, name and kind.
pub const HEAD_HEIGHT: f64 = 40.0;
/// Height of a route's row.
pub const ROW_HEIGHT: f64 = 30.0;
/// Height of the status strip.
pub const FOOT_HEIGHT: f64 = 30.0;
/// Side of the square around a port that takes the pointer.
pub const PORT_SIZE: f64 = 24.0;
/// Height of the two lines of chips.
const CHIPS_HEIGHT: f64 = 54.0;

/// A short fact on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    pub text: String,
    /// What it is, for people who can't guess it.
    pub label: &'static str,
    /// A path or a name of the machine's world.
    pub code: bool,
}

/// What a row cannot do, shown in place of an edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marker {
    /// Its target does not exist.
    Dangling(String),
    /// It is drawn and not wired yet.
    Open,
    /// It leads to an address outside.
    Outside(String),
}

/// A route on the card of its API.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub id: ElementId,
    /// `GET`, `ANY`, `ELSE` for `$default`; `ROUTE` on a WebSocket API.
    pub method: String,
    /// The path, or the route key where it has none.
    pub path: String,
    /// Name of its authorizer.
    pub authorizer: Option<String>,
    /// The card it leads to.
    pub target: Option<ElementId>,
    pub marker: Option<Marker>,
    /// In world units.
    pub rect: Rect,
}

impl Row {
    /// Where its edge begins.
    pub fn port(&self) -> Point {
        Point::new(self.rect.right(), self.rect.center().y)
    }
}

/// What sets the two sorts of cards apart.
#[derive(Debug, Clone, PartialEq)]
pub enum CardFace {
    Api {
        kind: ApiKind,
        rows: Vec<Row>,
    },
    Function {
        chips: Vec<Chip>,
        /// Routes and authorizers that lead here.
        used_by: usize,
    },
    Service {
        chips: Vec<Chip>,
        used_by: usize,
    },
}

/// An element with a place on the canvas.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    pub id: ElementId,
    /// The title, or the key without one.
    pub title: String,
    /// `HTTP API`, `WebSocket API`, `Lambda`, `Fargate`.
    pub kind: &'static str,
    pub face: CardFace,
    pub rect: Rect,
}

impl Card {
    /// The routes, for an API.
    pub fn rows(&self) -> &[Row] {
        match &self.face {
            CardFace::Api { rows, .. } => rows,
            CardFace::Function { .. } | CardFace::Service { .. } => &[],
        }
    }

    pub fn chips(&self) -> &[Chip] {
        match &self.face {
            CardFace::Api { .. } => &[],
            CardFace::Function { chips, .. } | CardFace::Service { chips, .. } => chips,
        }
    }

    /// Where edges end; `None` for an API.
    pub fn port(&self) -> Option<Point> {
        match self.face {
            CardFace::Api { .. } => None,
            CardFace::Function { .. } | CardFace::Service { .. } => {
                Some(Point::new(self.rect.x, self.rect.y + HEAD_HEIGHT / 2.0))
            }
        }
    }

    /// The same card at the origin: what is written on it, without where it stands.
    #[must_use]
    pub fn unplaced(&self) -> Self {
        let mut card = self.clone();
        card.place(0.0, 0.0);
        card
    }

    /// Moves the card and everything on it.
    pub(crate) fn place(&mut self, x: f64, y: f64) {
        self.rect.x = x;
        self.rect.y = y;
        if let CardFace::Api { rows, .. } = &mut self.face {
            for (index, row) in rows.iter_mut().enumerate() {
                let down = HEAD_HEIGHT + ROW_HEIGHT * count(index);
                row.rect = Rect::new(x, y + down, API_WIDTH, ROW_HEIGHT);
            }
        }
    }

    pub(crate) fn api(design: &Design, key: &str, api: &Api) -> Self {
        let rows: Vec<Row> = api
            .routes
            .iter()
            .map(|(route, value)| row(design, key, api, route, value))
            .collect();
        // The last row adds a route.
        let size = Size::new(
            API_WIDTH,
            HEAD_HEIGHT + ROW_HEIGHT * count(rows.len() + 1) + FOOT_HEIGHT,
        );
        let mut card = Self {
            id: ElementId::Api(key.to_owned()),
            title: title(api.title.as_deref(), key),
            kind: match api.kind {
                ApiKind::Http => "HTTP API",
                ApiKind::Websocket => "WebSocket API",
            },
            face: CardFace::Api {
                kind: api.kind,
                rows,
            },
            rect: Rect::new(0.0, 0.0, size.width, size.height),
        };
        card.place(0.0, 0.0);
        card
    }

    pub(crate) fn function(view: View<'_>, key: &str, used_by: usize) -> Option<Self> {
        let function = view.function(key)?;
        let mut chips = Vec::new();
        chips.extend(function.image().map(|image| image_chip(image.value)));
        chips.push(plain(format!("{} MiB", function.memory().value), "Memory"));
        chips.push(plain(format!("{} s", function.timeout().value), "Timeout"));
        chips.push(plain(arch_name(function.arch().value), "Architecture"));
        Some(Self {
            id: ElementId::Function(key.to_owned()),
            title: title(function.own.title.as_deref(), key),
            kind: "Lambda",
            face: CardFace::Function { chips, used_by },
            rect: node_rect(),
        })
    }

    pub(crate) fn service(view: View<'_>, key: &str, used_by: usize) -> Option<Self> {
        let service = view.service(key)?;
        let mut chips = Vec::new();
        chips.extend(service.image().map(|image| image_chip(image.value)));
        if let Some(port) = service.port() {
            chips.push(Chip {
                text: format!(":{}", port.value),
                label: "Port",
                code: true,
            });
        }
        chips.push(plain(vcpu(service.cpu().value), "CPU"));
        chips.push(plain(format!("{} MiB", service.memory().value), "Memory"));
        chips.push(plain(
            match service.count().value {
                Count::Fixed(number) => format!("× {number}"),
                Count::Range { min, max, .. } => format!("× {min}–{max}"),
            },
            "Tasks",
        ));
        Some(Self {
            id: ElementId::Service(key.to_owned()),
            title: title(service.own.title.as_deref(), key),
            kind: "Fargate",
            face: CardFace::Service { chips, used_by },
            rect: node_rect(),
        })
    }
}

fn row(design: &Design, api_key: &str, api: &Api, key: &str, route: &Route) -> Row {
    let (method, path) = method_and_path(api.kind, key);
    let target = ElementId::of_target(design, &route.target);
    let marker = match (&route.target, &target) {
        (Target::Url(url), _) => Some(Marker::Outside(url.clone())),
        (Target::Node(name), None) => Some(Marker::Dangling(name.clone())),
        (Target::Node(_), Some(_)) => None,
        (Target::Open, _) => Some(Marker::Open),
    };
    Row {
        id: ElementId::Route {
            api: api_key.to_owned(),
            key: key.to_owned(),
        },
        method,
        path,
        authorizer: route.authorizer.as_ref().map(|name| authorizer(api, name)),
        target,
        marker,
        rect: Rect::default(),
    }
}

fn authorizer(api: &Api, name: &str) -> String {
    match api.authorizers.get(name) {
        Some(Authorizer::Jwt { .. }) => format!("JWT {name}"),
        Some(Authorizer::Lambda { .. }) => format!("λ {name}"),
        Some(Authorizer::Iam) => format!("IAM {name}"),
        None => match name {
            "iam" => "IAM".to_owned(),
            "none" => "open".to_owned(),
            other => other.to_owned(),
        },
    }
}

/// Splits a route key for showing; keys that are not right are shown as they are.
pub(crate) fn method_and_path(kind: ApiKind, key: &str) -> (String, String) {
    match kind {
        ApiKind::Websocket => ("ROUTE".to_owned(), key.to_owned()),
        ApiKind::Http if key == "$default" => ("ELSE".to_owned(), key.to_owned()),
        ApiKind::Http => match key.split_once(' ') {
            Some((method, path)) => (method.to_owned(), path.trim_start().to_owned()),
            None => ("?".to_owned(), key.to_owned()),
        },
    }
}

fn image_chip(image: &Image) -> Chip {
    let (text, label) = match image {
        Image::Build(build) => (build.context.clone(), "Built from this folder"),
        Image::Ecr {
            repository,
            digest,
            tag,
        } => (
            match (digest, tag) {
                (Some(digest), _) => format!("{repository}@{}", short_digest(digest)),
                (None, Some(tag)) => format!("{repository}:{tag}"),
                (None, None) => repository.clone(),
            },
            "Image in ECR",
        ),
        Image::Registry { reference } => (reference.clone(), "Image of a registry"),
    };
    Chip {
        text,
        label,
        code: true,
    }
}

/// The first eight digits: `sha256:9f2c0011…`.
pub(crate) fn short_digest(digest: &str) -> String {
    match digest.split_once(':') {
        Some((algorithm, hex)) if hex.len() > 8 => {
            let head: String = hex.chars().take(8).collect();
            format!("{algorithm}:{head}…")
        }
        _ => digest.to_owned(),
    }
}

fn plain(text: impl Into<String>, label: &'static str) -> Chip {
    Chip {
        text: text.into(),
        label,
        code: false,
    }
}

/// CPU units as people say them: 256 is `0.25 vCPU`.
pub(crate) fn vcpu(units: u32) -> String {
    format!("{} vCPU", f64::from(units) / 1024.0)
}

pub(crate) fn arch_name(arch: Arch) -> &'static str {
    match arch {
        Arch::Arm64 => "arm64",
        Arch::X86_64 => "x86_64",
    }
}

fn title(title: Option<&str>, key: &str) -> String {
    title.unwrap_or(key).to_owned()
}

fn node_rect() -> Rect {
    Rect::new(
        0.0,
        0.0,
        NODE_WIDTH,
        HEAD_HEIGHT + CHIPS_HEIGHT + FOOT_HEIGHT,
    )
}

/// A small count as a factor.
pub(crate) fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn route_keys_are_shown_in_two_parts() {
        let check = |kind, key: &str, expect: (&str, &str)| {
            let (method, path) = method_and_path(kind, key);
            assert_eq!((method.as_str(), path.as_str()), expect);
        };
        check(ApiKind::Http, "GET /a/{id}", ("GET", "/a/{id}"));
        check(ApiKind::Http, "$default", ("ELSE", "$default"));
        check(ApiKind::Http, "nonsense", ("?", "nonsense"));
        check(ApiKind::Websocket, "$connect", ("ROUTE", "$connect"));
    }

    #[test]
    fn units_read_as_people_say_them() {
        assert_eq!(vcpu(256), "0.25 vCPU");
        assert_eq!(vcpu(2048), "2 vCPU");
        assert_eq!(short_digest("sha256:9f2c001122334455"), "sha256:9f2c0011…");
        assert_eq!(short_digest("odd"), "odd");
    }
}
