//! What a route key was meant to be, where its spelling is a slip that can be told.

use crate::model::ApiKind;
use crate::route::{RouteKey, RouteKeyError, RouteMethod};
use crate::suggest::nearest;

/// Slips in one key that are mended one after the other.
const SLIPS: usize = 8;

/// The key as it was meant; `None` when it is right already or what was meant cannot be told.
pub(crate) fn repaired(kind: ApiKind, key: &str) -> Option<String> {
    let mut text = key.to_owned();
    for _ in 0..SLIPS {
        match RouteKey::parse(kind, &text) {
            Ok(_) => return (text != key).then_some(text),
            Err(error) => text = mended(kind, &text, &error)?,
        }
    }
    None
}

/// The key without the slip that the error names.
fn mended(kind: ApiKind, key: &str, error: &RouteKeyError) -> Option<String> {
    let (word, path) = key.split_once(' ').unwrap_or((key, ""));
    match error {
        RouteKeyError::MethodCase { upper } => Some(format!("{upper} {path}")),
        RouteKeyError::Method { word: wrong } => match wrong.to_ascii_uppercase().as_str() {
            "*" | "ALL" => Some(format!("ANY {path}")),
            // A space at the front.
            "" => Some(key.trim().to_owned()),
            _ => None,
        },
        RouteKeyError::NoMethod => Some(format!("ANY {key}")),
        RouteKeyError::NoPath => {
            let (word, path) = word.split_at(word.find('/').unwrap_or(word.len()));
            let method = RouteMethod::parse(&word.to_ascii_uppercase())?;
            Some(format!("{method} /{}", path.trim_start_matches('/')))
        }
        RouteKeyError::Spacing => Some(format!("{word} {}", path.trim())),
        RouteKeyError::NoSlash => Some(format!("{word} /{path}")),
        RouteKeyError::EmptySegment => {
            let mut path = path.to_owned();
            while path.contains("//") {
                path = path.replace("//", "/");
            }
            Some(format!("{word} {path}"))
        }
        RouteKeyError::Query => key.split_once('?').map(|(before, _)| before.to_owned()),
        RouteKeyError::GreedyNotLast { segment } => {
            Some(key.replacen(segment, &segment.replace("+}", "}"), 1))
        }
        RouteKeyError::Dollar { .. } => {
            let known: &[&str] = match kind {
                ApiKind::Http => &["$default"],
                ApiKind::Websocket => &["$connect", "$disconnect", "$default"],
            };
            nearest(key.trim(), known.iter().copied()).map(str::to_owned)
        }
        RouteKeyError::Empty
        | RouteKeyError::PartialParameter { .. }
        | RouteKeyError::ParameterName { .. }
        | RouteKeyError::ParameterTwice { .. }
        | RouteKeyError::Character { .. } => None,
    }
}

/// The key of this API that what other tools would understand stands for: `GET /orders/:id`, `GET /files/*`, `connect`.
pub(crate) fn translated(kind: ApiKind, key: &str) -> Option<String> {
    let meant = match kind {
        ApiKind::Websocket => format!("${key}"),
        ApiKind::Http => {
            let (word, path) = key.split_once(' ')?;
            let parts: Vec<&str> = path.split('/').collect();
            let parts: Vec<String> = parts
                .iter()
                .enumerate()
                .map(|(place, part)| match part.strip_prefix(':') {
                    Some(name) if !name.is_empty() => format!("{{{name}}}"),
                    _ if *part == "*" && place + 1 == parts.len() => "{proxy+}".to_owned(),
                    _ => (*part).to_owned(),
                })
                .collect();
            format!("{word} {}", parts.join("/"))
        }
    };
    (meant != key && RouteKey::parse(kind, &meant).is_ok()).then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_mended() {
        let http = |key: &str, expect: Option<&str>| {
            assert_eq!(repaired(ApiKind::Http, key).as_deref(), expect, "{key:?}");
        };
        http("get /orders", Some("GET /orders"));
        http("any orders//all?x=1", Some("ANY /orders/all"));
        http("/orders", Some("ANY /orders"));
        http("* /orders", Some("ANY /orders"));
        http("POST", Some("POST /"));
        http("Post/orders", Some("POST /orders"));
        http(" GET  /orders ", Some("GET /orders"));
        http("GET /a/{rest+}/b", Some("GET /a/{rest}/b"));
        http("$defualt", Some("$default"));
        http("$connect", None);
        http("FETCH /orders", None);
        http("GET /a{b}", None);
        http("GET /a b", None);
        http("GET /orders", None);
        http("", None);
        let message = repaired(ApiKind::Websocket, "$conect");
        assert_eq!(message.as_deref(), Some("$connect"));
    }

    #[test]
    fn other_tools_keys_are_translated() {
        let http = |key: &str, expect: Option<&str>| {
            assert_eq!(translated(ApiKind::Http, key).as_deref(), expect, "{key}");
        };
        http("GET /a/:id", Some("GET /a/{id}"));
        http("GET /a/:id/*", Some("GET /a/{id}/{proxy+}"));
        http("GET /a/*/b", None);
        http("GET /:/a", None);
        let message = translated(ApiKind::Websocket, "connect");
        assert_eq!(message.as_deref(), Some("$connect"));
    }
}
