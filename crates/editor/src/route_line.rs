//! All routes of a design as lines of a table.

use crate::ElementId;
use crate::card::method_and_path;
use slipway_design::{ApiKind, Design, Target, Throttle};

/// A route as a table shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteLine {
    pub id: ElementId,
    /// Key of its API.
    pub api: String,
    pub kind: ApiKind,
    /// Its key as the file writes it.
    pub key: String,
    pub method: String,
    pub path: String,
    pub target: Target,
    /// The card that it leads to, if it does.
    pub leads_to: Option<ElementId>,
    pub authorizer: Option<String>,
    pub throttle: Option<Throttle>,
}

/// A column that lines can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteColumn {
    Api,
    Method,
    Path,
    Target,
    Authorizer,
    Throttle,
}

/// Every route, in the order of the file.
pub fn route_lines(design: &Design) -> Vec<RouteLine> {
    let of_api = |(api, value): (&String, &slipway_design::Api)| {
        let lines: Vec<RouteLine> = value
            .routes
            .iter()
            .map(|(key, route)| {
                let (method, path) = method_and_path(value.kind, key);
                RouteLine {
                    id: ElementId::Route {
                        api: api.clone(),
                        key: key.clone(),
                    },
                    api: api.clone(),
                    kind: value.kind,
                    key: key.clone(),
                    method,
                    path,
                    leads_to: ElementId::of_target(design, &route.target),
                    target: route.target.clone(),
                    authorizer: route.authorizer.clone(),
                    throttle: route.throttle,
                }
            })
            .collect();
        lines
    };
    design.apis.iter().flat_map(of_api).collect()
}

/// Sorts by a column; lines that are alike there stay in their order.
pub fn sort_lines(lines: &mut [RouteLine], column: RouteColumn, descending: bool) {
    lines.sort_by(|a, b| {
        let order = match column {
            RouteColumn::Api => a.api.cmp(&b.api),
            RouteColumn::Method => a.method.cmp(&b.method),
            RouteColumn::Path => a.path.cmp(&b.path),
            RouteColumn::Target => lead(&a.target).cmp(&lead(&b.target)),
            RouteColumn::Authorizer => a.authorizer.cmp(&b.authorizer),
            RouteColumn::Throttle => rate(a).total_cmp(&rate(b)),
        };
        if descending { order.reverse() } else { order }
    });
}

/// Functions and services by name, then addresses, then what is open.
fn lead(target: &Target) -> (u8, &str) {
    match target {
        Target::Node(key) => (0, key),
        Target::Url(url) => (1, url),
        Target::Open => (2, ""),
    }
}

/// Requests a second; without a limit there is no end.
fn rate(line: &RouteLine) -> f64 {
    line.throttle
        .and_then(|throttle| throttle.rate)
        .unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_design::Document;

    #[test]
    fn lines_are_sorted_by_what_they_show() {
        let document = Document::parse(
            "schema = 1\n[functions.a]\nimage = { build = \"a\" }\n[apis.p.routes]\n\"POST /b\" = \"a\"\n\"GET /c\" = { url = \"https://x.example\" }\n\"GET /a\" = { to = \"a\", throttle = { rate = 5, burst = 9 }, authorizer = \"iam\" }\n\"$default\" = {}\n",
        );
        let design = document.design().unwrap();
        let check = |column, descending, expect: [&str; 4]| {
            let mut lines = route_lines(design);
            sort_lines(&mut lines, column, descending);
            let keys: Vec<&str> = lines.iter().map(|line| line.key.as_str()).collect();
            assert_eq!(keys, expect, "{column:?}");
        };
        check(
            RouteColumn::Api,
            false,
            ["POST /b", "GET /c", "GET /a", "$default"],
        );
        check(
            RouteColumn::Path,
            false,
            ["$default", "GET /a", "POST /b", "GET /c"],
        );
        check(
            RouteColumn::Path,
            true,
            ["GET /c", "POST /b", "GET /a", "$default"],
        );
        check(
            RouteColumn::Method,
            false,
            ["$default", "GET /c", "GET /a", "POST /b"],
        );
        check(
            RouteColumn::Target,
            false,
            ["POST /b", "GET /a", "GET /c", "$default"],
        );
        check(
            RouteColumn::Throttle,
            false,
            ["GET /a", "POST /b", "GET /c", "$default"],
        );
        check(
            RouteColumn::Authorizer,
            true,
            ["GET /a", "POST /b", "GET /c", "$default"],
        );
        let lines = route_lines(design);
        assert_eq!(lines[0].leads_to, Some(ElementId::Function("a".into())));
        assert_eq!(
            (lines[3].method.as_str(), &lines[3].target),
            ("ELSE", &Target::Open)
        );
    }
}
