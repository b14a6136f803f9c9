//! Which route of an HTTP API takes a request.
//!
//! Documented ("Working with routes for HTTP APIs", API Gateway guide): a full match of path and method comes before a
//! match with a greedy parameter, and that before `$default`; text beats a parameter (`/pets/dog/1` before `/pets/{id}`);
//! `ANY` takes the methods that have no route of their own on the same path; no match is 404, never 405.
//!
//! Not documented, and chosen here (the most specific wins, read from the left):
//! - Of two matches of the same class, the first segment that differs decides: text before `{name}` before `{name+}`.
//!   The method is looked at only when the paths are alike.
//! - `{name}` takes one segment that is not empty; `{name+}` takes at least one character. So `/{proxy+}` does not take `/`.
//! - A trailing slash counts: `GET /pets` does not take `/pets/`.
//! - Segments are compared percent-decoded, and `%2F` does not part segments. Parameters are percent-decoded once, as UTF-8 (bytes
//!   that are none become U+FFFD); a plus sign stays one.

use std::borrow::Cow;
use std::cmp::Ordering;

use indexmap::IndexMap;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use slipway_design::{ApiKind, RouteKey, RouteKeyError, RouteMethod, RoutePath, RouteSegment};

/// The routes of one HTTP API, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct RouteTable {
    routes: Vec<(String, RouteKey)>,
}

/// The route that takes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected<'t> {
    /// Its key as the file writes it.
    pub route: &'t str,
    /// Parameter to value, percent-decoded, in the order of the path.
    pub path_parameters: IndexMap<String, String>,
    pub why: Why,
    /// The routes that match as well and come after it, best first.
    pub passed_over: Vec<PassedOver<'t>>,
}

/// Why a route was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Every segment is the route's own text.
    Literal,
    /// Every segment matches, some by `{name}`.
    Parameters,
    /// `{name+}` takes what remains.
    Greedy,
    /// `$default` takes what nothing else does.
    Default,
}

/// A route that matches too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver<'t> {
    pub route: &'t str,
    /// Why it comes after the selected one.
    pub because: &'static str,
}

/// Nothing takes the request: API Gateway answers 404 with [`crate::NOT_FOUND_BODY`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRoute<'t> {
    /// Routes whose path matches and whose method does not.
    pub other_methods: Vec<&'t str>,
}

impl Why {
    /// One sentence for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Literal => "The path is exactly this route's.",
            Self::Parameters => "Every segment matches, some by a parameter.",
            Self::Greedy => {
                "No route matches the whole path, and this greedy parameter takes the rest of it."
            }
            Self::Default => "No other route matches, so $default takes it.",
        }
    }
}

impl RouteTable {
    /// Takes the route keys of an HTTP API.
    ///
    /// # Errors
    /// The first key that is none, with the reason.
    pub fn new<'k>(
        keys: impl IntoIterator<Item = &'k str>,
    ) -> Result<Self, (String, RouteKeyError)> {
        let mut routes = Vec::new();
        for key in keys {
            let parsed =
                RouteKey::parse(ApiKind::Http, key).map_err(|error| (key.to_owned(), error))?;
            routes.push((key.to_owned(), parsed));
        }
        Ok(Self { routes })
    }

    /// Selects the route for a method (in capitals) and a path, which is the part of the target from the first slash up to
    /// the question mark, without the stage's prefix ([`crate::choose_stage`]), not decoded.
    ///
    /// # Errors
    /// [`NoRoute`] when nothing takes the request.
    pub fn select(&self, method: &str, path: &str) -> Result<Selected<'_>, NoRoute<'_>> {
        let request = Request::new(path);
        let mut other_methods = Vec::new();
        let mut matches: Vec<Match<'_>> = Vec::new();
        for (key, route) in &self.routes {
            match route {
                RouteKey::Default => matches.push(Match {
                    key,
                    rank: Rank::default_route(),
                    parameters: IndexMap::new(),
                }),
                RouteKey::Http {
                    method: wanted,
                    path,
                } => {
                    let Some(parameters) = request.parameters(path) else {
                        continue;
                    };
                    if *wanted == RouteMethod::Any || wanted.as_str() == method {
                        matches.push(Match {
                            key,
                            rank: Rank::of(*wanted, path),
                            parameters,
                        });
                    } else {
                        other_methods.push(key.as_str());
                    }
                }
                _ => {}
            }
        }
        matches.sort_by(|a, b| a.rank.cmp(&b.rank));
        let mut matches = matches.into_iter();
        let Some(best) = matches.next() else {
            return Err(NoRoute { other_methods });
        };
        Ok(Selected {
            route: best.key,
            passed_over: matches
                .map(|it| PassedOver {
                    route: it.key,
                    because: best.rank.beats(&it.rank),
                })
                .collect(),
            why: best.rank.why,
            path_parameters: best.parameters,
        })
    }
}

struct Match<'t> {
    key: &'t str,
    rank: Rank,
    parameters: IndexMap<String, String>,
}

/// The order of matches; the smallest is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rank {
    why: Why,
    /// 0 text, 1 parameter, 2 greedy, from the left.
    segments: Vec<u8>,
    any_method: bool,
}

impl Rank {
    fn default_route() -> Self {
        Self {
            why: Why::Default,
            segments: Vec::new(),
            any_method: true,
        }
    }

    fn of(method: RouteMethod, path: &RoutePath) -> Self {
        let segments: Vec<u8> = path
            .segments
            .iter()
            .map(|segment| match segment {
                RouteSegment::Literal(_) => 0,
                RouteSegment::Parameter(_) => 1,
                RouteSegment::Greedy(_) => 2,
            })
            .collect();
        let why = match segments.iter().max() {
            Some(2) => Why::Greedy,
            Some(1) => Why::Parameters,
            _ => Why::Literal,
        };
        Self {
            why,
            segments,
            any_method: method == RouteMethod::Any,
        }
    }

    /// Documented classes: whole path, greedy, `$default`.
    fn class(&self) -> u8 {
        match self.why {
            Why::Literal | Why::Parameters => 0,
            Why::Greedy => 1,
            Why::Default => 2,
        }
    }

    fn beats(&self, other: &Self) -> &'static str {
        if self.class() != other.class() {
            match other.why {
                Why::Default => "$default takes only what nothing else does",
                _ => "a greedy parameter comes after a match of the whole path",
            }
        } else if self.segments != other.segments {
            "the other route is more specific at the first segment that differs"
        } else {
            "ANY takes only the methods that have no route of their own"
        }
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.class(), &self.segments, self.any_method).cmp(&(
            other.class(),
            &other.segments,
            other.any_method,
        ))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A request's path in segments.
struct Request<'r> {
    /// As they were sent; empty for `/`.
    raw: Vec<&'r str>,
    decoded: Vec<Cow<'r, str>>,
}

impl<'r> Request<'r> {
    fn new(path: &'r str) -> Self {
        let inner = path.strip_prefix('/').unwrap_or(path);
        let raw: Vec<&str> = if inner.is_empty() {
            Vec::new()
        } else {
            inner.split('/').collect()
        };
        let decoded = raw.iter().map(|part| decode(part)).collect();
        Self { raw, decoded }
    }

    /// The parameters when the route's path takes this one.
    fn parameters(&self, path: &RoutePath) -> Option<IndexMap<String, String>> {
        let mut parameters = IndexMap::new();
        let mut at = 0;
        for segment in &path.segments {
            match segment {
                RouteSegment::Greedy(name) => {
                    let rest = self.raw.get(at..)?.join("/");
                    if rest.is_empty() {
                        return None;
                    }
                    parameters.insert(name.clone(), decode(&rest).into_owned());
                    return Some(parameters);
                }
                RouteSegment::Literal(text) => {
                    if *self.decoded.get(at)? != decode(text) {
                        return None;
                    }
                }
                RouteSegment::Parameter(name) => {
                    let value = self.decoded.get(at)?;
                    if value.is_empty() {
                        return None;
                    }
                    parameters.insert(name.clone(), value.clone().into_owned());
                }
            }
            at += 1;
        }
        let rest = &self.raw[at..];
        let ends = if path.trailing_slash {
            rest == [""]
        } else {
            rest.is_empty()
        };
        ends.then_some(parameters)
    }
}

fn decode(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example set of the guide.
    const GUIDE: [&str; 5] = [
        "GET /pets/dog/1",
        "GET /pets/{id}",
        "GET /pets/{proxy+}",
        "ANY /{proxy+}",
        "$default",
    ];

    #[track_caller]
    fn check(keys: &[&str], method: &str, path: &str, expect: Option<(&str, &[(&str, &str)])>) {
        let table = RouteTable::new(keys.iter().copied()).unwrap();
        let found = table.select(method, path).ok().map(|it| {
            (
                it.route.to_owned(),
                it.path_parameters.into_iter().collect::<Vec<_>>(),
            )
        });
        let expect = expect.map(|(route, parameters)| {
            (
                route.to_owned(),
                parameters
                    .iter()
                    .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                    .collect::<Vec<_>>(),
            )
        });
        assert_eq!(found, expect, "{method} {path}");
    }

    #[test]
    fn the_examples_of_the_guide() {
        check(&GUIDE, "GET", "/pets/dog/1", Some(("GET /pets/dog/1", &[])));
        check(
            &GUIDE,
            "GET",
            "/pets/dog/2",
            Some(("GET /pets/{proxy+}", &[("proxy", "dog/2")])),
        );
        check(
            &GUIDE,
            "GET",
            "/pets/cat",
            Some(("GET /pets/{id}", &[("id", "cat")])),
        );
        check(
            &GUIDE,
            "POST",
            "/test/5",
            Some(("ANY /{proxy+}", &[("proxy", "test/5")])),
        );
        check(
            &GUIDE,
            "POST",
            "/pets/dog/1",
            Some(("ANY /{proxy+}", &[("proxy", "pets/dog/1")])),
        );
        check(&GUIDE, "GET", "/", Some(("$default", &[])));
        check(&GUIDE[..3], "POST", "/pets/1", None);
    }

    #[test]
    fn methods() {
        let keys = ["GET /a", "ANY /a", "ANY /{x}", "POST /{x}"];
        check(&keys, "GET", "/a", Some(("GET /a", &[])));
        check(&keys, "PUT", "/a", Some(("ANY /a", &[])));
        // The path decides before the method does.
        check(&keys, "POST", "/a", Some(("ANY /a", &[])));
        check(&keys, "POST", "/b", Some(("POST /{x}", &[("x", "b")])));
        check(&keys, "PROPFIND", "/b", Some(("ANY /{x}", &[("x", "b")])));
        check(&["GET /a"], "get", "/a", None);
        let table = RouteTable::new(["GET /a", "PUT /{x}"]).unwrap();
        assert_eq!(
            table.select("POST", "/a").unwrap_err().other_methods,
            ["GET /a", "PUT /{x}"]
        );
    }

    #[test]
    fn specificity_is_read_from_the_left() {
        check(
            &["GET /{a}/x", "GET /y/{b}"],
            "GET",
            "/y/x",
            Some(("GET /y/{b}", &[("b", "x")])),
        );
        check(
            &["GET /a/{p+}", "GET /a/{x}/{p+}"],
            "GET",
            "/a/b/c",
            Some(("GET /a/{x}/{p+}", &[("x", "b"), ("p", "c")])),
        );
        check(
            &["GET /{p+}", "GET /{a}/{b}/{c}"],
            "GET",
            "/1/2/3",
            Some(("GET /{a}/{b}/{c}", &[("a", "1"), ("b", "2"), ("c", "3")])),
        );
        check(
            &["GET /a/{p+}", "ANY /{x}/{y}"],
            "GET",
            "/a/b",
            Some(("ANY /{x}/{y}", &[("x", "a"), ("y", "b")])),
        );
    }

    #[test]
    fn slashes_and_encoding() {
        check(&["GET /a"], "GET", "/a/", None);
        check(&["GET /a/"], "GET", "/a/", Some(("GET /a/", &[])));
        check(&["GET /a/"], "GET", "/a", None);
        check(&["GET /a/{x}"], "GET", "/a/", None);
        check(&["GET /{x}/b"], "GET", "//b", None);
        check(&["ANY /{p+}"], "GET", "/", None);
        check(
            &["ANY /{p+}"],
            "GET",
            "/a/",
            Some(("ANY /{p+}", &[("p", "a/")])),
        );
        check(&["GET /"], "GET", "/", Some(("GET /", &[])));
        check(&["GET /"], "GET", "", Some(("GET /", &[])));
        check(
            &["GET /{x}"],
            "GET",
            "/a%20b+c",
            Some(("GET /{x}", &[("x", "a b+c")])),
        );
        check(
            &["GET /{x}"],
            "GET",
            "/a%2Fb",
            Some(("GET /{x}", &[("x", "a/b")])),
        );
        check(
            &["GET /{x}"],
            "GET",
            "/%252F",
            Some(("GET /{x}", &[("x", "%2F")])),
        );
        check(
            &["GET /{x}"],
            "GET",
            "/%C3%A4%FF%",
            Some(("GET /{x}", &[("x", "ä\u{fffd}%")])),
        );
        check(&["GET /a%20b"], "GET", "/a%20b", Some(("GET /a%20b", &[])));
        check(&["GET /abc"], "GET", "/%61bc", Some(("GET /abc", &[])));
        check(
            &["GET /..", "GET /{x}"],
            "GET",
            "/%2e%2e",
            Some(("GET /..", &[])),
        );
    }

    #[test]
    fn the_reason_is_told() {
        let table = RouteTable::new([
            "$default",
            "ANY /{p+}",
            "GET /a/{x}",
            "ANY /a/{y}",
            "GET /{w}/{z}",
        ])
        .unwrap();
        let found = table.select("GET", "/a/1").unwrap();
        assert_eq!((found.route, found.why), ("GET /a/{x}", Why::Parameters));
        let over: Vec<_> = found
            .passed_over
            .iter()
            .map(|it| (it.route, it.because))
            .collect();
        assert_eq!(
            over,
            [
                (
                    "ANY /a/{y}",
                    "ANY takes only the methods that have no route of their own"
                ),
                (
                    "GET /{w}/{z}",
                    "the other route is more specific at the first segment that differs"
                ),
                (
                    "ANY /{p+}",
                    "a greedy parameter comes after a match of the whole path"
                ),
                ("$default", "$default takes only what nothing else does"),
            ]
        );
    }

    #[test]
    fn wrong_keys_are_refused() {
        assert_eq!(
            RouteTable::new(["GET a"]).unwrap_err(),
            ("GET a".to_owned(), RouteKeyError::NoSlash)
        );
    }

    /// Whether a route's text takes a path's, by trying, without any of the code above.
    fn naive_match(route: &[&str], path: &[&str]) -> bool {
        match (route.split_first(), path.split_first()) {
            (None, None) => true,
            (Some((r, _)), Some(_)) if r.ends_with("+}") => path != [""],
            (Some((r, rest)), Some((p, more))) => {
                let fits = if r.starts_with('{') {
                    !p.is_empty()
                } else {
                    r == p
                };
                fits && naive_match(rest, more)
            }
            _ => false,
        }
    }

    /// Each route plays against each other; the one that nobody beats is taken.
    fn naive<'k>(keys: &[&'k str], method: &str, path: &str) -> Option<&'k str> {
        let parts = |text: &str| text[1..].split('/').map(str::to_owned).collect::<Vec<_>>();
        let takes = |key: &str| match key.split_once(' ') {
            None => true,
            Some((m, route)) => {
                let (route, path) = (parts(route), parts(path));
                let route: Vec<&str> = route.iter().map(String::as_str).collect();
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                (m == "ANY" || m == method) && naive_match(&route, &path)
            }
        };
        let beats = |a: &str, b: &str| {
            if b == "$default" || a == "$default" {
                return b == "$default";
            }
            if a.contains("+}") != b.contains("+}") {
                return b.contains("+}");
            }
            let weight = |part: &str| {
                if part.ends_with("+}") {
                    2
                } else {
                    i32::from(part.starts_with('{'))
                }
            };
            let (am, ap) = a.split_once(' ').unwrap();
            let (bm, bp) = b.split_once(' ').unwrap();
            for (x, y) in parts(ap).iter().zip(parts(bp).iter()) {
                if weight(x) != weight(y) {
                    return weight(x) < weight(y);
                }
            }
            am != "ANY" && bm == "ANY"
        };
        let all: Vec<&str> = keys.iter().copied().filter(|key| takes(key)).collect();
        all.iter()
            .copied()
            .find(|a| all.iter().all(|b| a == b || beats(a, b)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn agrees_with_a_naive_reference(
            keys in prop::collection::vec("((GET|POST|ANY) (/(a|b|\\{x\\})(/(a|b|\\{y\\}))?(/\\{z\\+\\}|/(a|b))?|/\\{z\\+\\}|/))|\\$default", 1..8),
            method in "GET|POST|PUT",
            path in "(/(a|b|c)){1,4}/?|/",
        ) {
            let mut shapes = std::collections::HashSet::new();
            let keys: Vec<&str> = keys.iter().map(String::as_str)
                .filter(|key| shapes.insert(RouteKey::parse(ApiKind::Http, key).unwrap().shape()))
                .collect();
            let table = RouteTable::new(keys.iter().copied()).unwrap();
            let found = table.select(&method, &path).ok().map(|it| it.route);
            prop_assert_eq!(found, naive(&keys, &method, &path));
        }

        #[test]
        fn never_panics(path in any::<String>(), method in any::<String>()) {
            let table = RouteTable::new(GUIDE).unwrap();
            prop_assert!(table.select(&method, &path).is_ok());
            let _ = crate::choose_stage(["$default", "v1"], &path);
        }
    }
}
