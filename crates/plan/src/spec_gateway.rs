//! What is meant to be at API Gateway.

use crate::{Tags, Text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Outputs: `id`, `endpoint` (`https://…`, `wss://…` for a WebSocket API); for a WebSocket API
/// `callback` too, below which each stage takes what is sent to connections (`https://…`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApiSpec {
    pub name: String,
    pub description: String,
    #[serde(default)]
    pub protocol: ApiProtocol,
    /// Route selection expression of a WebSocket API.
    #[serde(default)]
    pub select: Option<String>,
    /// `None`: browsers of other origins are refused, and preflight requests reach the routes.
    #[serde(default)]
    pub cors: Option<CorsSpec>,
    pub tags: Tags,
}

/// What clients of an API speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiProtocol {
    #[default]
    Http,
    Websocket,
}

/// What browsers of other origins may do. API Gateway takes no notice of case in any of these, so
/// origins and headers are in lower case and methods in upper case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorsSpec {
    pub origins: BTreeSet<String>,
    pub methods: BTreeSet<String>,
    /// Of requests.
    pub headers: BTreeSet<String>,
    /// Of answers, that scripts may read.
    pub expose: BTreeSet<String>,
    /// Seconds that a browser keeps an answer to a preflight request.
    pub max_age: i32,
    pub credentials: bool,
}

/// Outputs: `id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntegrationSpec {
    /// Id of the API.
    pub api: Text,
    #[serde(default)]
    pub integration_type: IntegrationType,
    /// For Lambda the ARN of the alias, on a WebSocket API the address under which API Gateway
    /// invokes it; an address for a proxy; the ARN of its Cloud Map service for a Fargate service.
    pub uri: Text,
    /// Id of the VPC link on whose other side the target is; empty for what is public.
    #[serde(default = "nothing")]
    pub connection: Text,
    /// What of a request is changed on its way: `overwrite:path` to `$request.path`.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// `1.0` or `2.0`; a proxy knows `1.0` only.
    pub payload_version: String,
    /// Milliseconds, 50 to 30000.
    pub timeout_ms: u32,
    /// Holds the address, by which the untaggable integration is found again.
    pub description: String,
}

fn nothing() -> Text {
    Text::from("")
}

/// What an integration leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntegrationType {
    /// Lambda, with the whole request as an event.
    #[default]
    AwsProxy,
    /// An address, or a service behind a VPC link, with the request as it came.
    HttpProxy,
}

/// Outputs: `id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthorizerSpec {
    /// Id of the API.
    pub api: Text,
    /// Unique below the API, by which the untaggable authorizer is found again.
    pub name: String,
    pub authorizer_type: AuthorizerType,
    /// Where a request says who asks: `$request.header.Authorization`.
    pub identity: BTreeSet<String>,
    /// JWT: the address of who issues tokens.
    pub issuer: Option<String>,
    /// JWT: a token must be meant for one of them.
    pub audience: BTreeSet<String>,
    /// Lambda: the address under which API Gateway calls the alias.
    pub uri: Option<String>,
    /// Lambda: `1.0`, which is answered with a policy, or `2.0`. WebSocket APIs have none.
    pub payload_version: Option<String>,
    /// Lambda: the function answers `{"isAuthorized": true}` and not with a policy.
    pub simple_responses: bool,
    /// Lambda: seconds that an answer is kept. WebSocket APIs have none.
    pub ttl: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizerType {
    Jwt,
    /// AWS calls it `REQUEST`.
    Lambda,
}

/// Outputs: `id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteSpec {
    pub api: Text,
    pub route_key: String,
    /// `integrations/ID`.
    pub target: Text,
    /// A WebSocket route whose answers go back to the client.
    #[serde(default)]
    pub reply: bool,
    #[serde(default)]
    pub authorization: Authorization,
    /// Id of the authorizer, for the two kinds that have one.
    #[serde(default)]
    pub authorizer: Option<Text>,
    /// A token must have one of them.
    #[serde(default)]
    pub scopes: BTreeSet<String>,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authorization {
    /// Everybody.
    #[default]
    None,
    /// Who signs with IAM credentials that allow `execute-api:Invoke`.
    AwsIam,
    Jwt,
    /// AWS calls it `CUSTOM`.
    Lambda,
}

/// Without it a WebSocket route's answer is thrown away. A route has one, `$default`:
/// "Setting up route responses for a WebSocket API". Outputs: `id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteResponseSpec {
    pub api: Text,
    /// Id of the route.
    pub route: Text,
}

/// A snapshot of the API, which never changes. Outputs: `id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeploymentSpec {
    pub api: Text,
    /// Holds the address, and with it the digest of all that it freezes: by it the untaggable
    /// deployment is found again.
    pub description: String,
}

/// Outputs: `url`, without a final slash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageSpec {
    pub api: Text,
    pub name: String,
    pub auto_deploy: bool,
    /// Id of the deployment that it serves; `None` where the stage deploys by itself.
    #[serde(default)]
    pub deployment: Option<Text>,
    pub variables: BTreeMap<String, String>,
    /// For every route without a limit of its own; `None`: the account's limits alone.
    #[serde(default)]
    pub throttle: Option<ThrottleSpec>,
    /// By route key.
    #[serde(default)]
    pub route_throttle: BTreeMap<String, ThrottleSpec>,
    #[serde(default)]
    pub access_log: Option<AccessLogSpec>,
    pub tags: Tags,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ThrottleSpec {
    /// Requests a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Requests at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
}

/// A line for each request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessLogSpec {
    /// ARN of the log group.
    pub group: String,
    /// One line with `$context` variables, at most 3 KB.
    pub format: String,
}
