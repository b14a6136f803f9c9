//! What each route of an HTTP API makes of one request, for people who want to know why.

use crate::{RouteTable, Why};
use indexmap::IndexMap;

/// The answer for one request, and for each route the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The route that takes the request; without one the answer is 404.
    pub taken: Option<Taken>,
    /// Every other route: those that match first, best before worse, then in their order.
    pub others: Vec<(String, Because)>,
}

/// The route that takes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub route: String,
    pub why: Why,
    /// Parameter to value, percent-decoded.
    pub path_parameters: IndexMap<String, String>,
}

/// Why a route does not take a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// It matches and comes after the one that is taken.
    Later(&'static str),
    /// The path is its own, the method is not.
    OtherMethod,
    OtherPath,
    /// Its key is in no grammar that API Gateway takes.
    NoRoute,
}

impl Because {
    /// One sentence for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Later(because) => because,
            Self::OtherMethod => "the path matches, the method does not",
            Self::OtherPath => "the path does not match",
            Self::NoRoute => "the key is not a route",
        }
    }
}

/// Asks every route of an HTTP API about a request: its method, in capitals, and its path as
/// [`RouteTable::select`] takes it.
pub fn explain<'k>(
    keys: impl IntoIterator<Item = &'k str>,
    method: &str,
    path: &str,
) -> Explanation {
    let mut routes: Vec<&str> = Vec::new();
    let mut wrong: Vec<(String, Because)> = Vec::new();
    let mut missed: Vec<(String, Because)> = Vec::new();
    for key in keys {
        let Ok(alone) = RouteTable::new([key]) else {
            wrong.push((key.to_owned(), Because::NoRoute));
            continue;
        };
        routes.push(key);
        if let Err(none) = alone.select(method, path) {
            let because = if none.other_methods.is_empty() {
                Because::OtherPath
            } else {
                Because::OtherMethod
            };
            missed.push((key.to_owned(), because));
        }
    }
    // A path that fits is nearer than one that does not.
    missed.sort_by_key(|(_, because)| *because == Because::OtherPath);
    // Every key was read above.
    let table = RouteTable::new(routes).unwrap_or_default();
    let selected = table.select(method, path).ok();
    let mut others: Vec<(String, Because)> = selected
        .iter()
        .flat_map(|selected| &selected.passed_over)
        .map(|over| (over.route.to_owned(), Because::Later(over.because)))
        .collect();
    others.extend(missed);
    others.extend(wrong);
    Explanation {
        taken: selected.map(|selected| Taken {
            route: selected.route.to_owned(),
            why: selected.why,
            path_parameters: selected.path_parameters,
        }),
        others,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_explained_once() {
        let keys = [
            "$default",
            "POST /orders",
            "GET /orders/{id}",
            "GET /orders/new",
            "nonsense",
            "GET /{proxy+}",
            "DELETE /orders/{id}",
        ];
        let it = explain(keys, "GET", "/orders/new");
        let taken = it.taken.as_ref().unwrap();
        assert_eq!(
            (taken.route.as_str(), taken.why),
            ("GET /orders/new", Why::Literal)
        );
        let others: Vec<(&str, &str)> = it
            .others
            .iter()
            .map(|(key, because)| (key.as_str(), because.sentence()))
            .collect();
        assert_eq!(
            others,
            [
                (
                    "GET /orders/{id}",
                    "the other route is more specific at the first segment that differs"
                ),
                (
                    "GET /{proxy+}",
                    "a greedy parameter comes after a match of the whole path"
                ),
                ("$default", "$default takes only what nothing else does"),
                (
                    "DELETE /orders/{id}",
                    "the path matches, the method does not"
                ),
                ("POST /orders", "the path does not match"),
                ("nonsense", "the key is not a route"),
            ]
        );
    }

    #[test]
    fn nothing_takes_what_nothing_matches() {
        let it = explain(["GET /a"], "POST", "/a");
        assert_eq!(it.taken, None);
        assert_eq!(it.others, [("GET /a".to_owned(), Because::OtherMethod)]);
        assert_eq!(explain([], "GET", "/").others, []);
    }

    #[test]
    fn parameters_are_told() {
        let it = explain(["GET /orders/{id}"], "GET", "/orders/a%20b");
        let parameters = it.taken.unwrap().path_parameters;
        assert_eq!(parameters.get("id").map(String::as_str), Some("a b"));
    }
}
