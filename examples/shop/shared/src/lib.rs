//! What the functions of the shop share: the request as API Gateway sends it, the answer as it
//! expects it, and the loop between them.
//!
//! The shapes are those of the payload format 2.0 for HTTP APIs:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;

use base64::Engine as _;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

pub use lambda_runtime::Error;

/// One HTTP request, as API Gateway hands it to a function.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Request {
    /// The route that was chosen, such as `GET /orders/{id}` or `$default`.
    #[serde(deserialize_with = "null_is_empty")]
    pub route_key: String,
    /// The path as it was sent, the stage before it unless that is `$default`.
    #[serde(deserialize_with = "null_is_empty")]
    pub raw_path: String,
    /// The query as it was sent, without the question mark.
    #[serde(deserialize_with = "null_is_empty")]
    pub raw_query_string: String,
    /// `name=value`, one for each cookie.
    #[serde(deserialize_with = "null_is_empty")]
    pub cookies: Vec<String>,
    /// Names in lower case; several values of one header are joined by a comma.
    #[serde(deserialize_with = "null_is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Several values of one name are joined by a comma.
    #[serde(deserialize_with = "null_is_empty")]
    pub query_string_parameters: BTreeMap<String, String>,
    /// What the variables of the route stood for.
    #[serde(deserialize_with = "null_is_empty")]
    pub path_parameters: BTreeMap<String, String>,
    /// The body, in base64 if `is_base64_encoded`.
    pub body: Option<String>,
    /// True for every body that API Gateway takes for binary.
    #[serde(deserialize_with = "null_is_empty")]
    pub is_base64_encoded: bool,
    /// Where the request came in.
    pub request_context: RequestContext,
}

/// What a request does not have is missing in API Gateway's event, and null in that of some emulators.
fn null_is_empty<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Where a request came in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RequestContext {
    /// The stage, `$default` for most APIs.
    pub stage: String,
    /// Method and path.
    pub http: Http,
}

/// Method and path of a request.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Http {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The path without the query.
    pub path: String,
}

impl Request {
    /// A query parameter, unless it is missing or empty.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query_string_parameters
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// A variable of the route's path, empty if the route has none of that name.
    pub fn path(&self, name: &str) -> &str {
        self.path_parameters.get(name).map_or("", String::as_str)
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies
            .iter()
            .filter_map(|cookie| cookie.split_once('='))
            .find_map(|(key, value)| (key.trim() == name).then_some(value))
    }

    /// The body as text, empty if there is none.
    pub fn text(&self) -> Result<String, String> {
        let body = self.body.as_deref().unwrap_or_default();
        if !self.is_base64_encoded {
            return Ok(body.to_owned());
        }
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(body)
            .map_err(|error| format!("the body is not base64: {error}"))?;
        String::from_utf8(bytes).map_err(|_| "the body is not UTF-8 text".to_owned())
    }

    /// The body read as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_str(&self.text()?).map_err(|error| error.to_string())
    }

    /// What the function saw of the request: handy in a browser, and what tests look at.
    pub fn echo(&self) -> Value {
        json!({
            "routeKey": self.route_key,
            "stage": self.request_context.stage,
            "method": self.request_context.http.method,
            "path": self.request_context.http.path,
            "rawPath": self.raw_path,
            "rawQueryString": self.raw_query_string,
            "pathParameters": self.path_parameters,
            "query": self.query_string_parameters,
            "cookies": self.cookies,
            "contentType": self.headers.get("content-type"),
            "body": self.text().ok().filter(|text| !text.is_empty()),
        })
    }
}

/// One answer, as API Gateway expects it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    status_code: u16,
    headers: BTreeMap<String, String>,
    cookies: Vec<String>,
    body: String,
    #[serde(skip)]
    content: Value,
}

impl Response {
    /// An answer with a JSON body.
    pub fn json(status: u16, content: Value) -> Self {
        Self {
            status_code: status,
            headers: [("content-type".to_owned(), "application/json".to_owned())].into(),
            cookies: Vec::new(),
            body: content.to_string(),
            content,
        }
    }

    /// `{"error": …}` for a request that cannot be served.
    pub fn error(status: u16, message: impl Into<String>) -> Self {
        Self::json(status, json!({ "error": message.into() }))
    }

    /// The status of the answer.
    pub fn status(&self) -> u16 {
        self.status_code
    }

    /// The body, before it became text.
    pub fn content(&self) -> &Value {
        &self.content
    }

    /// Adds a header; its name in lower case.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.insert(name.to_owned(), value.into());
        self
    }

    /// Sets a cookie; `cookie` is the whole value of one `set-cookie` header.
    #[must_use]
    pub fn cookie(mut self, cookie: impl Into<String>) -> Self {
        self.cookies.push(cookie.into());
        self
    }

    /// The cookies this answer sets.
    pub fn cookies(&self) -> &[String] {
        &self.cookies
    }

    /// Adds what the function saw under `event`, if the query asks for it with `echo`.
    #[must_use]
    fn echoing(mut self, request: &Request) -> Self {
        if request.query_string_parameters.contains_key("echo")
            && let Value::Object(members) = &mut self.content
        {
            members.insert("event".to_owned(), request.echo());
            self.body = self.content.to_string();
        }
        self
    }
}

/// Serves requests until Lambda ends the sandbox. An `Err` of the handler is a failed invocation:
/// API Gateway then answers 500 by itself.
///
/// # Errors
/// When the Runtime API cannot be reached.
pub async fn serve(handler: fn(&Request) -> Result<Response, Error>) -> Result<(), Error> {
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Request>| async move {
        let request = event.payload;
        handler(&request).map(|response| response.echoing(&request))
    }))
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(event: Value) -> Request {
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn a_cookie_is_found_by_its_name() {
        let request = request(json!({ "cookies": ["a=1", "seen=x=y"] }));
        assert_eq!(request.cookie("seen"), Some("x=y"));
        assert_eq!(request.cookie("see"), None);
    }

    #[test]
    fn a_binary_body_is_decoded() {
        let request = request(json!({ "body": "eyJhIjoxfQ==", "isBase64Encoded": true }));
        assert_eq!(request.json::<Value>(), Ok(json!({ "a": 1 })));
    }

    #[test]
    fn null_counts_as_missing() {
        let request = request(json!({ "cookies": null, "queryStringParameters": null }));
        assert!(request.cookies.is_empty());
        assert!(request.query("q").is_none());
    }

    #[test]
    fn the_event_is_echoed_only_when_asked_for() {
        let silent = request(json!({ "queryStringParameters": { "q": "1" } }));
        let asking = request(json!({ "queryStringParameters": { "echo": "" } }));
        let answer = Response::json(200, json!({}));
        assert!(
            answer
                .clone()
                .echoing(&silent)
                .content()
                .get("event")
                .is_none()
        );
        assert!(answer.echoing(&asking).content().get("event").is_some());
    }
}
