//! What the shop sells.
//!
//! - `GET /catalog?kind=kitchen&max=20`: the items, filtered by the query; counts visits in a cookie
//! - `GET /catalog/{proxy+}`: one shelf or item by its path, such as `/catalog/kitchen/mug`

use serde_json::{Value, json};
use shop_http::{Error, Request, Response, serve};

/// Counts how often this browser has looked at the catalog.
const VISITS: &str = "visits";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(answer).await
}

fn answer(request: &Request) -> Result<Response, Error> {
    Ok(match request.route_key.as_str() {
        "GET /catalog" => list(request),
        "GET /catalog/{proxy+}" => browse(request.path("proxy")),
        other => Response::error(404, format!("catalog does not serve {other}")),
    })
}

fn items() -> [Value; 4] {
    [
        json!({ "item": "mug", "kind": "kitchen", "price": 9 }),
        json!({ "item": "kettle", "kind": "kitchen", "price": 35 }),
        json!({ "item": "lamp", "kind": "office", "price": 49 }),
        json!({ "item": "chair", "kind": "office", "price": 120 }),
    ]
}

fn list(request: &Request) -> Response {
    let max = match request.query("max").map(str::parse::<u64>) {
        None => u64::MAX,
        Some(Ok(max)) => max,
        Some(Err(_)) => return Response::error(400, "max must be a whole number"),
    };
    let found: Vec<Value> = items()
        .into_iter()
        .filter(|item| {
            request
                .query("kind")
                .is_none_or(|kind| item["kind"] == kind)
        })
        .filter(|item| item["price"].as_u64().is_some_and(|price| price <= max))
        .collect();
    let visits = request
        .cookie(VISITS)
        .and_then(|count| count.parse::<u32>().ok())
        .unwrap_or(0)
        .saturating_add(1);
    Response::json(
        200,
        json!({ "count": found.len(), "items": found, "visits": visits }),
    )
    .cookie(format!("{VISITS}={visits}; Path=/; HttpOnly; SameSite=Lax"))
}

fn browse(path: &str) -> Response {
    let found: Vec<Value> = match path.trim_end_matches('/').split_once('/') {
        None => items()
            .into_iter()
            .filter(|item| item["kind"] == path.trim_end_matches('/'))
            .collect(),
        Some((kind, name)) => items()
            .into_iter()
            .filter(|item| item["kind"] == kind && item["item"] == name)
            .collect(),
    };
    if found.is_empty() {
        return Response::error(404, format!("there is nothing at {path}"));
    }
    Response::json(
        200,
        json!({ "path": path, "count": found.len(), "items": found }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(event: Value) -> Response {
        answer(&serde_json::from_value(event).unwrap()).unwrap()
    }

    #[test]
    fn items_are_filtered_by_kind_and_price() {
        let found = ask(
            json!({ "routeKey": "GET /catalog", "queryStringParameters": { "kind": "kitchen", "max": "20" } }),
        );
        assert_eq!(
            found.content()["items"],
            json!([{ "item": "mug", "kind": "kitchen", "price": 9 }])
        );
        let wrong =
            ask(json!({ "routeKey": "GET /catalog", "queryStringParameters": { "max": "cheap" } }));
        assert_eq!(wrong.status(), 400);
    }

    #[test]
    fn visits_are_counted_in_a_cookie() {
        let second =
            ask(json!({ "routeKey": "GET /catalog", "cookies": ["theme=dark", "visits=1"] }));
        assert_eq!(second.content()["visits"], 2);
        assert!(second.cookies()[0].starts_with("visits=2;"));
    }

    #[test]
    fn a_greedy_path_finds_shelf_and_item() {
        let at = |path: &str| {
            ask(json!({ "routeKey": "GET /catalog/{proxy+}", "pathParameters": { "proxy": path } }))
        };
        assert_eq!(at("office").content()["count"], 2);
        assert_eq!(at("kitchen/mug").content()["items"][0]["price"], 9);
        assert_eq!(at("kitchen/lamp").status(), 404);
    }
}
