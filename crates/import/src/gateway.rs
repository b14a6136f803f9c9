//! What OpenAPI documents, SAM templates and Copilot manifests say about an HTTP API, checked by API Gateway's rules.

use crate::tree::Node;
use slipway_design::{ApiKind, Cors, RouteKey};
use std::collections::HashSet;

/// The routes of one API, each shape once.
#[derive(Debug, Default)]
pub(crate) struct RouteKeys {
    shapes: HashSet<String>,
}

impl RouteKeys {
    /// The route key of a method and a path, or why API Gateway has none.
    pub(crate) fn key(&mut self, method: &str, path: &str) -> Result<String, String> {
        let method = method.to_ascii_uppercase();
        let method = match method.as_str() {
            "X-AMAZON-APIGATEWAY-ANY-METHOD" | "*" => "ANY",
            other => other,
        };
        let key = if path == "/$default" || path == "$default" {
            "$default".to_owned()
        } else {
            format!("{method} {path}")
        };
        let parsed = RouteKey::parse(ApiKind::Http, &key)
            .map_err(|error| format!("{error}. {}", error.fix()))?;
        if self.shapes.insert(parsed.shape()) {
            Ok(key)
        } else {
            Err("a route before it matches the same requests".to_owned())
        }
    }
}

/// The settings of `x-amazon-apigateway-cors` and of SAM's `CorsConfiguration`, and the entries that are none.
/// `text` reads one value; it says itself what it cannot read.
pub(crate) fn cors<'t>(
    node: Node<'t>,
    mut text: impl FnMut(Node<'t>) -> Option<String>,
) -> (Cors, Vec<(String, u32)>) {
    let mut cors = Cors::default();
    let mut unknown = Vec::new();
    for (key, line, value) in node.entries() {
        let mut list = || -> Vec<String> {
            value
                .items()
                .into_iter()
                .filter_map(&mut text)
                .flat_map(|item| words(&item))
                .collect()
        };
        match key.to_ascii_lowercase().as_str() {
            "alloworigins" | "alloworigin" => cors.origins = list(),
            "allowmethods" => {
                cors.methods = list().iter().map(|it| it.to_ascii_uppercase()).collect();
            }
            "allowheaders" => cors.headers = list(),
            "exposeheaders" => cors.expose = list(),
            "maxage" => cors.max_age = text(value).and_then(|age| age.parse().ok()),
            "allowcredentials" => cors.credentials = value.flag(),
            _ => unknown.push((key.to_owned(), line)),
        }
    }
    (cors, unknown)
}

/// `'GET,POST'`, as SAM writes it for REST APIs, as its words.
fn words(text: &str) -> Vec<String> {
    text.trim_matches('\'')
        .split(',')
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// A name that an authorizer can have.
pub(crate) fn authorizer_name(original: &str) -> String {
    let name: String = original
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                '-'
            }
        })
        .take(128)
        .collect();
    match name.as_str() {
        "" | "iam" | "none" => format!("{name}-authorizer")
            .trim_start_matches('-')
            .to_owned(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn route_keys_are_api_gateways() {
        let mut keys = RouteKeys::default();
        assert_eq!(keys.key("get", "/a/{id}").as_deref(), Ok("GET /a/{id}"));
        assert!(keys.key("get", "/a/{name}").is_err());
        assert_eq!(
            keys.key("x-amazon-apigateway-any-method", "/{proxy+}")
                .as_deref(),
            Ok("ANY /{proxy+}")
        );
        assert_eq!(keys.key("any", "/$default").as_deref(), Ok("$default"));
        for (method, path) in [
            ("trace", "/a"),
            ("get", "a"),
            ("get", "/{id}.json"),
            ("get", "/a?b"),
        ] {
            assert!(keys.key(method, path).is_err(), "{method} {path}");
        }
    }

    #[test]
    fn authorizers_are_called_what_they_can_be() {
        assert_eq!(authorizer_name("My Auth"), "My-Auth");
        assert_eq!(authorizer_name("none"), "none-authorizer");
        assert_eq!(authorizer_name(""), "authorizer");
    }
}
