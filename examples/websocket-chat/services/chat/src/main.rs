//! Answers what is said on a WebSocket: `{"action": "say", "text": "hi"}`.
//!
//! The event is that of WebSocket APIs:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html>

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

/// Longest text that is repeated, in characters.
const LIMIT: usize = 1000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        Ok::<_, Error>(answer(&event.payload))
    }))
    .await
}

fn answer(event: &Value) -> Value {
    let context = &event["requestContext"];
    match context["routeKey"].as_str() {
        // Any other status would refuse the connection.
        Some("$connect" | "$disconnect") => json!({ "statusCode": 200 }),
        Some("say") => {
            let said = event["body"]
                .as_str()
                .and_then(|body| serde_json::from_str::<Value>(body).ok());
            match said.as_ref().and_then(|said| said["text"].as_str()) {
                Some(text) if text.chars().count() <= LIMIT => {
                    reply(&json!({ "from": context["connectionId"], "text": text }))
                }
                Some(_) => reply(&json!({ "error": "the text is too long", "limit": LIMIT })),
                None => reply(&json!({ "error": "there is no text" })),
            }
        }
        _ => reply(&json!({
            "error": "this is not understood",
            "try": { "action": "say", "text": "hi" },
        })),
    }
}

fn reply(body: &Value) -> Value {
    json!({ "statusCode": 200, "body": body.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(body: &str) -> Value {
        let event =
            json!({ "requestContext": { "routeKey": "say", "connectionId": "c1" }, "body": body });
        serde_json::from_str(answer(&event)["body"].as_str().unwrap()).unwrap()
    }

    #[test]
    fn what_is_said_comes_back_with_the_connection() {
        assert_eq!(
            say(r#"{"action":"say","text":"hi"}"#),
            json!({ "from": "c1", "text": "hi" })
        );
    }

    #[test]
    fn what_is_not_a_text_is_said() {
        for body in ["", "hi", "{}", r#"{"text":7}"#] {
            assert_eq!(say(body)["error"], "there is no text", "{body}");
        }
        let long = json!({ "text": "x".repeat(LIMIT + 1) }).to_string();
        assert_eq!(say(&long)["limit"], LIMIT);
    }

    #[test]
    fn connections_are_let_in() {
        let event = json!({ "requestContext": { "routeKey": "$connect" } });
        assert_eq!(answer(&event), json!({ "statusCode": 200 }));
    }
}
