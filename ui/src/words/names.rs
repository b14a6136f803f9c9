//! Names of what is drawn, for those who don't see it: kind, name and state. What can be read on a
//! thing stands in its name in the same order, so that it can be asked for by what is read.

use super::{NOT_SERVED, action, dangling, problem_count, used_by};
use crate::format;
use slipway_design::Severity;
use slipway_editor::{Card, CardFace, Marker, Row};
use slipway_plan::Action;

/// The state of a card that no run is about.
pub(crate) fn card_rest(card: &Card, url: Option<&str>) -> String {
    match (&card.face, url) {
        (CardFace::Api { .. }, Some(url)) => format!("served at {url}"),
        (CardFace::Api { .. }, None) => NOT_SERVED.to_lowercase(),
        (
            CardFace::Function {
                used_by: number, ..
            }
            | CardFace::Service {
                used_by: number, ..
            },
            _,
        ) => used_by(*number).to_lowercase(),
    }
}

/// Kind, name and state of a card.
pub(crate) fn node_name(
    kind: &str,
    title: &str,
    state: &str,
    ring: Option<Action>,
    problem: Option<(Severity, usize)>,
) -> String {
    let mut name = format!("{kind} {title}");
    if let Some((_, number)) = problem {
        name.push_str(&format!(", {}", problem_count(number)));
    }
    if let Some(ring) = ring {
        name.push_str(&format!(", {}", action(ring)));
    }
    name.push_str(", ");
    name.push_str(state);
    name
}

/// What stands on a row, where it leads, and whether that is wrong.
pub(crate) fn route_name(row: &Row, problem: Option<(Severity, usize)>) -> String {
    let mut name = format!("Route {} {}", row.method, row.path);
    if let Some(authorizer) = &row.authorizer {
        name.push_str(&format!(", {authorizer}"));
    }
    match (&row.target, &row.marker) {
        (Some(target), _) => name.push_str(&format!(", leads to {}", target.node_key())),
        (None, Some(Marker::Outside(url))) => {
            name.push_str(&format!(", {}, leads outside to {url}", format::host(url)));
        }
        (None, Some(Marker::Dangling(to))) => {
            name.push_str(&format!(", {to}, leads nowhere: {}", dangling(to)));
        }
        (None, Some(Marker::Open)) => name.push_str(", leads nowhere yet"),
        (None, None) => {}
    }
    if let Some((_, number)) = problem {
        name.push_str(&format!(", {}", problem_count(number)));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_editor::{ElementId, Rect};

    #[test]
    fn what_is_read_on_a_row_begins_its_name() {
        let row = |authorizer: Option<&str>, target: Option<&str>, marker| Row {
            id: ElementId::Api("public".into()),
            method: "GET".into(),
            path: "/a".into(),
            authorizer: authorizer.map(str::to_owned),
            target: target.map(|key| ElementId::Function(key.into())),
            marker,
            rect: Rect::default(),
        };
        let outside = Some(Marker::Outside("https://old.example/{proxy}".into()));
        for (row, name) in [
            (
                row(Some("JWT users"), Some("orders"), None),
                "Route GET /a, JWT users, leads to orders",
            ),
            (
                row(Some("IAM"), None, outside),
                "Route GET /a, IAM, old.example, leads outside to https://old.example/{proxy}",
            ),
            (
                row(None, None, Some(Marker::Dangling("gone".into()))),
                "Route GET /a, gone, leads nowhere: There is no function or service `gone`",
            ),
            (
                row(None, None, Some(Marker::Open)),
                "Route GET /a, leads nowhere yet",
            ),
        ] {
            assert_eq!(route_name(&row, None), name);
            let wrong = route_name(&row, Some((Severity::Error, 2)));
            assert_eq!(wrong, format!("{name}, 2 problems"));
        }
    }
}
