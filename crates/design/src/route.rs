//! Route keys: the grammar of API Gateway's routes.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::ApiKind;

/// The method of an HTTP route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RouteMethod {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
    /// Every method that has no route of its own on the same path.
    Any,
}

impl RouteMethod {
    /// All of them, as a form offers them.
    pub const ALL: [Self; 8] = [
        Self::Get,
        Self::Head,
        Self::Post,
        Self::Put,
        Self::Patch,
        Self::Delete,
        Self::Options,
        Self::Any,
    ];

    /// The word in a route key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Any => "ANY",
        }
    }

    /// The method of this word, which is written in capitals.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == word)
    }
}

impl fmt::Display for RouteMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One segment of a route's path, between two slashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteSegment {
    /// Matches exactly this text.
    Literal(String),
    /// `{name}`: matches one segment.
    Parameter(String),
    /// `{name+}`: matches one segment or more; only last.
    Greedy(String),
}

/// The path of an HTTP route: `/orders/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct RoutePath {
    /// Empty for `/`.
    pub segments: Vec<RouteSegment>,
    /// Whether a slash stands after the last segment: `/orders/` is not `/orders`.
    pub trailing_slash: bool,
}

/// A parsed route key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteKey {
    /// `$default`, of both kinds of API.
    Default,
    /// `GET /orders/{id}` of an HTTP API.
    Http {
        method: RouteMethod,
        path: RoutePath,
    },
    /// `$connect` of a WebSocket API.
    Connect,
    /// `$disconnect` of a WebSocket API.
    Disconnect,
    /// A custom key of a WebSocket API.
    Message(String),
}

/// Why a text is not a route key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteKeyError {
    #[error("a route key cannot be empty")]
    Empty,
    #[error("`{word}` is not a method of API Gateway")]
    Method { word: String },
    #[error("a method stands in capitals: `{upper}`")]
    MethodCase { upper: &'static str },
    #[error("between the method and the path stands exactly one space")]
    Spacing,
    #[error("there is no path after the method")]
    NoPath,
    #[error("there is no method before the path")]
    NoMethod,
    #[error("the path must start with a slash")]
    NoSlash,
    #[error("the path has an empty segment")]
    EmptySegment,
    #[error("`{segment}`: a parameter is a whole segment, from slash to slash")]
    PartialParameter { segment: String },
    #[error("`{segment}`: a parameter needs a name of letters, digits, `.`, `_`, `-`, `:` and `$`")]
    ParameterName { segment: String },
    #[error("`{segment}`: a greedy parameter must be the last segment")]
    GreedyNotLast { segment: String },
    #[error("the parameter `{name}` stands twice in the path")]
    ParameterTwice { name: String },
    #[error("`{character}` cannot stand in a path")]
    Character { character: char },
    #[error("a key that starts with `$` must be one of {allowed}")]
    Dollar { allowed: &'static str },
    #[error("the path has no query: API Gateway routes by method and path alone")]
    Query,
}

impl RouteKeyError {
    /// What to write instead.
    pub fn fix(&self) -> String {
        match self {
            Self::Empty | Self::NoPath | Self::Spacing => {
                "Write a key like \"GET /orders/{id}\"".to_owned()
            }
            Self::Method { word } if word == "*" => "Write ANY for every method".to_owned(),
            Self::Method { word } if word.contains([',', '|']) => {
                "Write one route for each method, or ANY for every method".to_owned()
            }
            Self::Method { .. } => {
                let words: Vec<&str> = RouteMethod::ALL
                    .iter()
                    .map(|method| method.as_str())
                    .collect();
                format!("Use one of {}", words.join(", "))
            }
            Self::MethodCase { upper } => format!("Write {upper}"),
            Self::NoMethod => "Write ANY before the path, or one method".to_owned(),
            Self::NoSlash => "Put a slash before the path".to_owned(),
            Self::EmptySegment => "Remove the double slash".to_owned(),
            Self::PartialParameter { .. } => {
                "Give the parameter a segment of its own: /files/{name}".to_owned()
            }
            Self::ParameterName { .. } => {
                "Write a name in braces: {id}, or {rest+} for all that follows".to_owned()
            }
            Self::GreedyNotLast { .. } => "Move it to the end, or drop the plus sign".to_owned(),
            Self::ParameterTwice { .. } => "Give one of them another name".to_owned(),
            Self::Character { .. } => "Leave it out, or write it percent-encoded".to_owned(),
            Self::Dollar { allowed } => format!("Use one of {allowed}, or a key without `$`"),
            Self::Query => {
                "Remove everything from the question mark on; the function sees the query anyway"
                    .to_owned()
            }
        }
    }
}

impl RouteKey {
    /// Reads a route key of an API of this kind.
    ///
    /// The rules are those of "Working with routes for HTTP APIs" and "Working with routes for WebSocket APIs"
    /// in AWS's API Gateway guide. AWS does not document which characters a path may hold; here they are
    /// those of a URL path (RFC 3986), so that no route is written that no request can match.
    ///
    /// # Errors
    /// [`RouteKeyError`] names the first rule that the key breaks.
    pub fn parse(kind: ApiKind, key: &str) -> Result<Self, RouteKeyError> {
        match kind {
            ApiKind::Http => Self::parse_http(key),
            ApiKind::Websocket => Self::parse_websocket(key),
        }
    }

    fn parse_http(key: &str) -> Result<Self, RouteKeyError> {
        if key.is_empty() {
            return Err(RouteKeyError::Empty);
        }
        if key == "$default" {
            return Ok(Self::Default);
        }
        if key.starts_with('$') {
            return Err(RouteKeyError::Dollar {
                allowed: "$default",
            });
        }
        if key.starts_with('/') {
            return Err(RouteKeyError::NoMethod);
        }
        let (word, path) = key.split_once(' ').ok_or(RouteKeyError::NoPath)?;
        let method = RouteMethod::parse(word).ok_or_else(|| {
            match RouteMethod::parse(&word.to_ascii_uppercase()) {
                Some(method) => RouteKeyError::MethodCase {
                    upper: method.as_str(),
                },
                None => RouteKeyError::Method {
                    word: word.to_owned(),
                },
            }
        })?;
        if path.starts_with(' ') || path.ends_with(' ') {
            return Err(RouteKeyError::Spacing);
        }
        Ok(Self::Http {
            method,
            path: RoutePath::parse(path)?,
        })
    }

    fn parse_websocket(key: &str) -> Result<Self, RouteKeyError> {
        match key {
            "" => Err(RouteKeyError::Empty),
            "$default" => Ok(Self::Default),
            "$connect" => Ok(Self::Connect),
            "$disconnect" => Ok(Self::Disconnect),
            key if key.starts_with('$') => Err(RouteKeyError::Dollar {
                allowed: "$connect, $disconnect, $default",
            }),
            key => Ok(Self::Message(key.to_owned())),
        }
    }

    /// The key with the names of its parameters dropped. Two routes of the same shape match the
    /// same requests, so one API cannot have both.
    pub fn shape(&self) -> String {
        match self {
            Self::Http { method, path } => {
                let mut shape = format!("{method} ");
                for segment in &path.segments {
                    shape.push('/');
                    shape.push_str(match segment {
                        RouteSegment::Literal(text) => text,
                        RouteSegment::Parameter(_) => "{}",
                        RouteSegment::Greedy(_) => "{+}",
                    });
                }
                if path.trailing_slash || path.segments.is_empty() {
                    shape.push('/');
                }
                shape
            }
            other => other.to_string(),
        }
    }
}

impl fmt::Display for RouteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("$default"),
            Self::Connect => f.write_str("$connect"),
            Self::Disconnect => f.write_str("$disconnect"),
            Self::Message(key) => f.write_str(key),
            Self::Http { method, path } => write!(f, "{method} {path}"),
        }
    }
}

impl RoutePath {
    /// Reads a path such as `/orders/{id}` or `/files/{rest+}`.
    ///
    /// # Errors
    /// [`RouteKeyError`] names the first rule that the path breaks.
    pub fn parse(text: &str) -> Result<Self, RouteKeyError> {
        if text.is_empty() {
            return Err(RouteKeyError::NoPath);
        }
        let inner = text.strip_prefix('/').ok_or(RouteKeyError::NoSlash)?;
        if inner.is_empty() {
            return Ok(Self::default());
        }
        let (inner, trailing_slash) = match inner.strip_suffix('/') {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        let parts: Vec<&str> = inner.split('/').collect();
        let mut segments = Vec::with_capacity(parts.len());
        let mut names = HashSet::new();
        for (place, part) in parts.iter().enumerate() {
            let segment = segment(part)?;
            let last = place + 1 == parts.len() && !trailing_slash;
            if matches!(segment, RouteSegment::Greedy(_)) && !last {
                return Err(RouteKeyError::GreedyNotLast {
                    segment: (*part).to_owned(),
                });
            }
            if let RouteSegment::Parameter(name) | RouteSegment::Greedy(name) = &segment
                && !names.insert(name.clone())
            {
                return Err(RouteKeyError::ParameterTwice { name: name.clone() });
            }
            segments.push(segment);
        }
        Ok(Self {
            segments,
            trailing_slash,
        })
    }

    /// Names of the parameters, from left to right.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            RouteSegment::Literal(_) => None,
            RouteSegment::Parameter(name) | RouteSegment::Greedy(name) => Some(name.as_str()),
        })
    }

    /// Whether the last segment takes all that follows.
    pub fn is_greedy(&self) -> bool {
        matches!(self.segments.last(), Some(RouteSegment::Greedy(_)))
    }
}

impl fmt::Display for RoutePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            match segment {
                RouteSegment::Literal(text) => write!(f, "/{text}")?,
                RouteSegment::Parameter(name) => write!(f, "/{{{name}}}")?,
                RouteSegment::Greedy(name) => write!(f, "/{{{name}+}}")?,
            }
        }
        if self.trailing_slash || self.segments.is_empty() {
            f.write_str("/")?;
        }
        Ok(())
    }
}

fn segment(part: &str) -> Result<RouteSegment, RouteKeyError> {
    if part.is_empty() {
        return Err(RouteKeyError::EmptySegment);
    }
    if !part.contains(['{', '}']) {
        return match part.chars().find(|c| !is_path_character(*c)) {
            None => Ok(RouteSegment::Literal(part.to_owned())),
            Some('?') => Err(RouteKeyError::Query),
            Some(character) => Err(RouteKeyError::Character { character }),
        };
    }
    let whole = part
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    let Some(inner) = whole.filter(|inner| !inner.contains(['{', '}'])) else {
        return Err(RouteKeyError::PartialParameter {
            segment: part.to_owned(),
        });
    };
    let (name, greedy) = match inner.strip_suffix('+') {
        Some(name) => (name, true),
        None => (inner, false),
    };
    if name.is_empty() || !name.chars().all(is_parameter_character) {
        return Err(RouteKeyError::ParameterName {
            segment: part.to_owned(),
        });
    }
    Ok(if greedy {
        RouteSegment::Greedy(name.to_owned())
    } else {
        RouteSegment::Parameter(name.to_owned())
    })
}

/// The characters of a path segment by RFC 3986: unreserved, sub-delims, `:`, `@` and the percent sign.
fn is_path_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@%".contains(c)
}

fn is_parameter_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._-:$".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn http(key: &str) -> Result<RouteKey, RouteKeyError> {
        RouteKey::parse(ApiKind::Http, key)
    }

    #[test]
    fn reads_http_keys() {
        for key in [
            "$default",
            "GET /",
            "ANY /{proxy+}",
            "GET /pets/dog/1",
            "GET /pets/{id}",
            "DELETE /a/{b}/c/{d+}",
            "PATCH /a-b/c.d/~e",
            "HEAD /orders/",
            "POST /v1:batch",
        ] {
            assert_eq!(http(key).unwrap().to_string(), key);
        }
    }

    #[test]
    fn refuses_what_breaks_a_rule() {
        let check = |key: &str, expect: RouteKeyError| assert_eq!(http(key), Err(expect), "{key}");
        let part = |s: &str| s.to_owned();
        check("", RouteKeyError::Empty);
        check(
            "$connect",
            RouteKeyError::Dollar {
                allowed: "$default",
            },
        );
        check("GET", RouteKeyError::NoPath);
        check("GET ", RouteKeyError::NoPath);
        check("/orders", RouteKeyError::NoMethod);
        check("get /orders", RouteKeyError::MethodCase { upper: "GET" });
        check(
            "FETCH /orders",
            RouteKeyError::Method {
                word: part("FETCH"),
            },
        );
        check(
            "TRACE /orders",
            RouteKeyError::Method {
                word: part("TRACE"),
            },
        );
        check("GET  /orders", RouteKeyError::Spacing);
        check("GET /orders ", RouteKeyError::Spacing);
        check("GET orders", RouteKeyError::NoSlash);
        check("GET /a//b", RouteKeyError::EmptySegment);
        check("GET //", RouteKeyError::EmptySegment);
        check(
            "GET /a/x{id}",
            RouteKeyError::PartialParameter {
                segment: part("x{id}"),
            },
        );
        check(
            "GET /a/{id}.json",
            RouteKeyError::PartialParameter {
                segment: part("{id}.json"),
            },
        );
        check(
            "GET /a/{a}{b}",
            RouteKeyError::PartialParameter {
                segment: part("{a}{b}"),
            },
        );
        check(
            "GET /a/{",
            RouteKeyError::PartialParameter { segment: part("{") },
        );
        check(
            "GET /a/{}",
            RouteKeyError::ParameterName {
                segment: part("{}"),
            },
        );
        check(
            "GET /a/{+}",
            RouteKeyError::ParameterName {
                segment: part("{+}"),
            },
        );
        check(
            "GET /a/{a b}",
            RouteKeyError::ParameterName {
                segment: part("{a b}"),
            },
        );
        check(
            "GET /a/{p+}/b",
            RouteKeyError::GreedyNotLast {
                segment: part("{p+}"),
            },
        );
        check(
            "GET /a/{p+}/",
            RouteKeyError::GreedyNotLast {
                segment: part("{p+}"),
            },
        );
        check(
            "GET /{a}/{a}",
            RouteKeyError::ParameterTwice { name: part("a") },
        );
        check(
            "GET /{a}/{a+}",
            RouteKeyError::ParameterTwice { name: part("a") },
        );
        check("GET /a?b=c", RouteKeyError::Query);
        check("GET /ä", RouteKeyError::Character { character: 'ä' });
        check("GET /a b", RouteKeyError::Character { character: ' ' });
    }

    #[test]
    fn reads_websocket_keys() {
        let check = |key: &str, expect: Result<RouteKey, RouteKeyError>| {
            assert_eq!(RouteKey::parse(ApiKind::Websocket, key), expect, "{key}");
        };
        check("$connect", Ok(RouteKey::Connect));
        check("$disconnect", Ok(RouteKey::Disconnect));
        check("$default", Ok(RouteKey::Default));
        check("send", Ok(RouteKey::Message("send".to_owned())));
        check("a/b", Ok(RouteKey::Message("a/b".to_owned())));
        check("", Err(RouteKeyError::Empty));
        check(
            "$other",
            Err(RouteKeyError::Dollar {
                allowed: "$connect, $disconnect, $default",
            }),
        );
    }

    #[test]
    fn shapes_forget_names_only() {
        let same =
            |a: &str, b: &str| assert_eq!(http(a).unwrap().shape(), http(b).unwrap().shape());
        let differ =
            |a: &str, b: &str| assert_ne!(http(a).unwrap().shape(), http(b).unwrap().shape());
        same("GET /a/{x}", "GET /a/{y}");
        same("GET /a/{x}/{z+}", "GET /a/{y}/{w+}");
        differ("GET /a/{x}", "GET /a/{x+}");
        differ("GET /a/{x}", "POST /a/{x}");
        differ("GET /a", "GET /a/");
        differ("GET /", "GET /a");
    }

    proptest! {
        #[test]
        fn never_panics_and_writes_what_it_read(key in ".{0,40}") {
            if let Ok(parsed) = http(&key) {
                prop_assert_eq!(parsed.to_string(), key);
            }
        }

        #[test]
        fn pathlike_texts_round_trip(key in "(GET|ANY|POST) (/([a-z]{0,3}|\\{[a-z]{0,2}\\+?\\})){1,4}/?") {
            if let Ok(parsed) = http(&key) {
                prop_assert_eq!(parsed.to_string(), key);
            }
        }
    }
}
