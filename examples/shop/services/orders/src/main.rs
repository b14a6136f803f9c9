//! Takes and shows the orders of the shop.
//!
//! - `GET /orders?status=open&limit=2`: a list, filtered by the query
//! - `GET /orders/{id}`: one order, 404 if there is none
//! - `POST /orders`: `{"item": "mug", "quantity": 2}`, 201 with the new order, 400 with every mistake

use serde::Deserialize;
use serde_json::{Value, json};
use shop_http::{Error, Request, Response, serve};

/// The last order of the list; the next one gets the number after it.
const LAST_ID: u32 = 1003;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(answer).await
}

fn answer(request: &Request) -> Result<Response, Error> {
    Ok(match request.route_key.as_str() {
        "GET /orders" => list(request),
        "GET /orders/{id}" => show(request.path("id")),
        "POST /orders" => create(request),
        other => Response::error(404, format!("orders does not serve {other}")),
    })
}

fn orders() -> [Value; 3] {
    [
        json!({ "id": "1001", "item": "mug", "quantity": 2, "status": "open" }),
        json!({ "id": "1002", "item": "lamp", "quantity": 1, "status": "shipped" }),
        json!({ "id": "1003", "item": "chair", "quantity": 4, "status": "open" }),
    ]
}

fn list(request: &Request) -> Response {
    let limit = match request.query("limit").map(str::parse::<usize>) {
        None => usize::MAX,
        Some(Ok(limit)) if limit > 0 => limit,
        Some(_) => return Response::error(400, "limit must be a whole number above 0"),
    };
    let found: Vec<Value> = orders()
        .into_iter()
        .filter(|order| {
            request
                .query("status")
                .is_none_or(|status| order["status"] == status)
        })
        .take(limit)
        .collect();
    Response::json(200, json!({ "count": found.len(), "orders": found }))
}

fn show(id: &str) -> Response {
    match orders().into_iter().find(|order| order["id"] == id) {
        Some(order) => Response::json(200, order),
        None => Response::error(404, format!("there is no order {id}")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    item: String,
    #[serde(default = "one")]
    quantity: u32,
}

fn one() -> u32 {
    1
}

fn create(request: &Request) -> Response {
    let order: NewOrder = match request.json() {
        Ok(order) => order,
        Err(error) => return Response::error(400, format!("the body is not an order: {error}")),
    };
    let mut mistakes = Vec::new();
    if order.item.trim().is_empty() {
        mistakes.push("item must not be empty");
    }
    if !(1..=99).contains(&order.quantity) {
        mistakes.push("quantity must be from 1 to 99");
    }
    if !mistakes.is_empty() {
        return Response::json(
            400,
            json!({ "error": "the order is refused", "mistakes": mistakes }),
        );
    }
    let id = (LAST_ID + 1).to_string();
    let currency = std::env::var("CURRENCY").unwrap_or_else(|_| "EUR".to_owned());
    Response::json(
        201,
        json!({ "id": id, "item": order.item, "quantity": order.quantity, "currency": currency, "status": "open" }),
    )
    .header("location", format!("/orders/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(event: Value) -> Response {
        answer(&serde_json::from_value(event).unwrap()).unwrap()
    }

    #[test]
    fn a_list_is_filtered_and_cut() {
        let found = ask(
            json!({ "routeKey": "GET /orders", "queryStringParameters": { "status": "open", "limit": "1" } }),
        );
        assert_eq!(found.content()["count"], 1);
        assert_eq!(found.content()["orders"][0]["id"], "1001");
        let wrong =
            ask(json!({ "routeKey": "GET /orders", "queryStringParameters": { "limit": "0" } }));
        assert_eq!(wrong.status(), 400);
    }

    #[test]
    fn an_order_is_found_by_its_number() {
        let order = |id: &str| {
            ask(json!({ "routeKey": "GET /orders/{id}", "pathParameters": { "id": id } }))
        };
        assert_eq!(order("1002").content()["item"], "lamp");
        assert_eq!(order("7").status(), 404);
    }

    #[test]
    fn a_new_order_is_checked() {
        let post = |body: &str| ask(json!({ "routeKey": "POST /orders", "body": body }));
        assert_eq!(post(r#"{"item":"mug"}"#).status(), 201);
        assert_eq!(post("mug").status(), 400);
        assert_eq!(post(r#"{"item":"mug","colour":"red"}"#).status(), 400);
        let refused = post(r#"{"item":" ","quantity":0}"#);
        assert_eq!(refused.content()["mistakes"].as_array().unwrap().len(), 2);
    }
}
