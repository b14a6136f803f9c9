//! Answers what no other route answers, and fails on purpose.
//!
//! - `GET /faults/status?code=503`: an error of the function's own making, its status and body kept
//! - `GET /faults/throw`: the handler fails, so API Gateway answers 500 by itself
//! - `$default`: 404 that says what was asked for

use serde_json::json;
use shop_http::{Error, Request, Response, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(answer).await
}

fn answer(request: &Request) -> Result<Response, Error> {
    if request.route_key != "GET /faults/{kind}" {
        return Ok(not_found(request));
    }
    match request.path("kind") {
        "status" => Ok(status(request)),
        "throw" => Err("this route fails on purpose".into()),
        other => Ok(Response::error(
            404,
            format!("there is no fault {other}: try status or throw"),
        )),
    }
}

fn status(request: &Request) -> Response {
    match request.query("code").unwrap_or("500").parse::<u16>() {
        Ok(code @ 400..=599) => Response::error(code, "this route fails on purpose"),
        _ => Response::error(400, "code must be from 400 to 599"),
    }
}

fn not_found(request: &Request) -> Response {
    let http = &request.request_context.http;
    Response::json(
        404,
        json!({ "error": "there is no such page", "method": http.method, "path": http.path }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(event: serde_json::Value) -> Result<Response, Error> {
        answer(&serde_json::from_value(event).unwrap())
    }

    fn fault(kind: &str, code: &str) -> Result<Response, Error> {
        ask(json!({
            "routeKey": "GET /faults/{kind}",
            "pathParameters": { "kind": kind },
            "queryStringParameters": { "code": code },
        }))
    }

    #[test]
    fn a_status_is_kept_and_checked() {
        assert_eq!(fault("status", "503").unwrap().status(), 503);
        assert_eq!(fault("status", "").unwrap().status(), 500);
        assert_eq!(fault("status", "200").unwrap().status(), 400);
        assert_eq!(fault("other", "").unwrap().status(), 404);
    }

    #[test]
    fn throw_fails_the_invocation() {
        assert!(fault("throw", "").is_err());
    }

    #[test]
    fn any_other_route_is_not_found() {
        let answer = ask(
            json!({ "routeKey": "$default", "requestContext": { "http": { "method": "GET", "path": "/x" } } }),
        );
        let answer = answer.unwrap();
        assert_eq!(
            (answer.status(), answer.content()["path"].as_str()),
            (404, Some("/x"))
        );
    }
}
