//! What a route's key could be while it is typed: methods first, then what is known of paths.

use slipway_design::{ApiKind, Design, RouteKey, RouteMethod, RouteSegment};

/// As many proposals as a list shows without scrolling.
const MOST: usize = 8;

/// Keys that begin as `text` does, the likeliest first; each can be typed on. None is the text itself.
///
/// Methods come before paths; paths are made of the beginnings of the design's other paths and of
/// the parameters that they name.
pub fn complete_route(design: &Design, api: &str, text: &str) -> Vec<String> {
    let Some(api) = design.apis.get(api) else {
        return Vec::new();
    };
    let text = text.trim_start();
    let mut found: Vec<String> = Vec::new();
    let mut add = |key: String| {
        if key != text && !found.contains(&key) {
            found.push(key);
        }
    };
    if api.kind == ApiKind::Websocket {
        let fixed = ["$connect", "$disconnect", "$default"];
        for key in fixed {
            if key.starts_with(text) && !api.routes.contains_key(key) {
                add(key.to_owned());
            }
        }
    } else {
        match text.split_once(' ') {
            None => {
                let typed = text.to_uppercase();
                for method in RouteMethod::ALL {
                    if method.as_str().starts_with(&typed) {
                        add(format!("{} /", method.as_str()));
                    }
                }
                if "$default".starts_with(text) && !api.routes.contains_key("$default") {
                    add("$default".to_owned());
                }
            }
            Some((method, path)) => {
                let method = method.to_uppercase();
                for path in paths(design, path.trim_start()) {
                    add(format!("{method} {path}"));
                }
            }
        }
    }
    found.truncate(MOST);
    found
}

/// Longer paths that begin as `typed` does.
fn paths(design: &Design, typed: &str) -> Vec<String> {
    let mut beginnings: Vec<String> = Vec::new();
    let mut parameters: Vec<String> = Vec::new();
    let keys = design.apis.values().flat_map(|api| api.routes.keys());
    for key in keys {
        let Ok(RouteKey::Http { path, .. }) = RouteKey::parse(ApiKind::Http, key) else {
            continue;
        };
        let mut whole = String::new();
        for segment in &path.segments {
            let part = match segment {
                RouteSegment::Literal(text) => text.clone(),
                RouteSegment::Parameter(name) => format!("{{{name}}}"),
                RouteSegment::Greedy(name) => format!("{{{name}+}}"),
            };
            if !matches!(segment, RouteSegment::Literal(_)) && !parameters.contains(&part) {
                parameters.push(part.clone());
            }
            whole.push('/');
            whole.push_str(&part);
            if !beginnings.contains(&whole) {
                beginnings.push(whole.clone());
            }
        }
    }
    for usual in ["{id}", "{proxy+}"] {
        if !parameters.iter().any(|known| known == usual) {
            parameters.push(usual.to_owned());
        }
    }
    let mut found: Vec<String> = beginnings
        .into_iter()
        .filter(|path| path.starts_with(typed) && path != typed)
        .collect();
    // After a slash, or within braces, a parameter may stand; nothing follows a greedy one.
    let at = typed.rfind('/').map_or(0, |slash| slash + 1);
    let (before, last) = typed.split_at(at);
    if !before.is_empty() && !before.contains("+}") {
        let fitting = parameters
            .into_iter()
            .filter(|part| part.starts_with(last))
            // A path names a parameter once.
            .filter(|part| !before.contains(part.as_str()));
        found.extend(fitting.map(|part| format!("{before}{part}")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_design::Document;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let document = Document::parse(
            "schema = 1\n[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"GET /orders/{order}\" = {}\n\"GET /catalog/{proxy+}\" = {}\n[apis.live]\nkind = \"websocket\"\n[apis.live.routes]\n\"$connect\" = {}\n",
        );
        let design = document.design().unwrap();
        assert_eq!(complete_route(design, "p", text), expect, "{text}");
    }

    #[test]
    fn methods_come_first() {
        check("p", &["POST /", "PUT /", "PATCH /"]);
        check("GET", &["GET /"]);
        check("$", &["$default"]);
    }

    #[test]
    fn paths_go_on_as_others_do() {
        check(
            "get /",
            &[
                "GET /orders",
                "GET /orders/{order}",
                "GET /catalog",
                "GET /catalog/{proxy+}",
                "GET /{order}",
                "GET /{proxy+}",
                "GET /{id}",
            ],
        );
        check("POST /o", &["POST /orders", "POST /orders/{order}"]);
        check(
            "GET /orders/",
            &[
                "GET /orders/{order}",
                "GET /orders/{proxy+}",
                "GET /orders/{id}",
            ],
        );
        check("GET /new/{i", &["GET /new/{id}"]);
        check("GET /x/{proxy+}/", &[]);
        check(
            "GET /a/{id}/",
            &["GET /a/{id}/{order}", "GET /a/{id}/{proxy+}"],
        );
    }

    #[test]
    fn routes_of_messages() {
        let document = Document::parse(
            "schema = 1\n[apis.live]\nkind = \"websocket\"\n[apis.live.routes]\n\"$connect\" = {}\n",
        );
        let design = document.design().unwrap();
        assert_eq!(
            complete_route(design, "live", "$"),
            ["$disconnect", "$default"]
        );
        assert!(complete_route(design, "gone", "").is_empty());
    }
}
