//! Says hello to whoever is named in the path.
//!
//! The event is API Gateway's payload format 2.0:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let greeting = std::env::var("GREETING").unwrap_or_else(|_| "Hello".to_owned());
    let greeting = greeting.as_str();
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        Ok::<_, Error>(answer(&event.payload, greeting))
    }))
    .await
}

fn answer(event: &Value, greeting: &str) -> Value {
    match event["routeKey"].as_str() {
        Some("GET /hello/{name}") => {
            let name = event["pathParameters"]["name"].as_str().unwrap_or("you");
            reply(200, &json!({ "message": format!("{greeting}, {name}!") }))
        }
        _ => reply(
            404,
            &json!({ "error": "there is nothing here", "try": "/hello/world" }),
        ),
    }
}

fn reply(status: u16, body: &Value) -> Value {
    json!({
        "statusCode": status,
        "headers": { "content-type": "application/json" },
        "body": body.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_named_is_greeted() {
        let event = json!({ "routeKey": "GET /hello/{name}", "pathParameters": { "name": "Ada" } });
        let answer = answer(&event, "Hi");
        assert_eq!(answer["statusCode"], 200);
        assert_eq!(answer["body"], r#"{"message":"Hi, Ada!"}"#);
    }

    #[test]
    fn anything_else_is_not_found() {
        assert_eq!(
            answer(&json!({ "routeKey": "$default" }), "Hi")["statusCode"],
            404
        );
    }
}
