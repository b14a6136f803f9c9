//! The rules for cross-origin requests.

use crate::findings::Findings;
use crate::model::Cors;
use crate::route::RouteMethod;
use crate::{Diagnostic, Path, toml_string};

/// Whether this is scheme, host and port.
fn is_origin(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty()
            && scheme
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+.-".contains(&b))
            && crate::grammar::is_authority(rest)
    })
}

/// The word that was meant for a method.
fn right_method(word: &str) -> Option<&'static str> {
    match RouteMethod::parse(&word.to_ascii_uppercase())? {
        RouteMethod::Any => Some("*"),
        method => Some(method.as_str()),
    }
}

/// The CORS settings of an HTTP API.
pub(crate) fn cors(out: &mut Findings, at: &Path, it: &Cors) {
    const RULE: &str = "\"Configuring CORS for an HTTP API\" in the API Gateway guide.";
    if it.origins.is_empty() {
        out.push(
            Diagnostic::warning(
                "cors-without-origins",
                at,
                "No origin is allowed, so browsers refuse every answer",
            )
            .detail(RULE)
            .fix("Add origins = [\"https://shop.example\"]"),
        );
    }
    for (place, origin) in it.origins.iter().enumerate() {
        if !(["*", "http://*", "https://*"].contains(&origin.as_str()) || is_origin(origin)) {
            let trimmed = origin.trim_end_matches('/');
            out.push(
                Diagnostic::error("cors-origin", &at.key("origins").index(place), format!("`{origin}` is not an origin"))
                    .detail(format!("An origin is `*`, `https://*`, `http://*`, or scheme, host and port without a path. {RULE}"))
                    .fix(if trimmed != origin { format!("Write \"{trimmed}\"") } else { "Write it like \"https://shop.example\"".to_owned() })
                    .perhaps((trimmed != origin && is_origin(trimmed)).then(|| toml_string(trimmed))),
            );
        }
    }
    for (place, method) in it.methods.iter().enumerate() {
        if method != "*"
            && RouteMethod::parse(method).is_none_or(|method| method == RouteMethod::Any)
        {
            let fix = if method == "ANY" {
                "Write \"*\"".to_owned()
            } else {
                "Write GET, POST or the like in capitals, or \"*\"".to_owned()
            };
            out.push(
                Diagnostic::error(
                    "cors-method",
                    &at.key("methods").index(place),
                    format!("`{method}` is not a method"),
                )
                .detail(RULE)
                .fix(fix)
                .perhaps(right_method(method).map(toml_string)),
            );
        }
    }
    for (key, list) in [("headers", &it.headers), ("expose", &it.expose)] {
        for (place, header) in list.iter().enumerate() {
            let token = !header.is_empty()
                && header
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
            if !token {
                out.push(
                    Diagnostic::error(
                        "cors-header",
                        &at.key(key).index(place),
                        format!("`{header}` is not the name of a header"),
                    )
                    .fix("Correct it"),
                );
            }
        }
    }
    if it.max_age.is_some_and(|age| !(-1..=86_400).contains(&age)) {
        out.push(
            Diagnostic::error(
                "out-of-range",
                &at.key("max_age"),
                "`max_age` must be from -1 to 86400 s",
            )
            .detail(RULE)
            .fix("Write max_age = 86400")
            .instead("86400"),
        );
    }
    if it.credentials == Some(true)
        && it
            .origins
            .iter()
            .chain(&it.methods)
            .chain(&it.headers)
            .any(|it| it == "*")
    {
        out.push(
            Diagnostic::warning(
                "cors-credentials",
                &at.key("credentials"),
                "Browsers refuse credentials together with `*`",
            )
            .detail("The Fetch standard takes `*` literally when credentials are sent.")
            .fix("Name the origins, methods and headers"),
        );
    }
}
