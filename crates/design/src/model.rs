//! The design as plain data: what `slipway.toml` says, without positions.
//!
//! The table key is the identity of a thing; order is the order of the file.
//! Positions (for diagnostics) are kept apart, in [`crate::SourceMap`], under the
//! same dotted paths that diagnostics name: `functions.orders.memory`.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A name-to-text table that keeps the order of the file (environment variables, tags, stage variables).
pub type TextMap = IndexMap<String, String>;

/// A whole project file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Design {
    /// Version of the file format; this build writes and understands [`crate::SCHEMA`].
    pub schema: u32,
    /// Project name, the prefix of every AWS name.
    pub name: String,
    pub defaults: Defaults,
    pub functions: IndexMap<String, Function>,
    pub services: IndexMap<String, Service>,
    pub apis: IndexMap<String, Api>,
    pub local: Local,
    pub environments: IndexMap<String, Environment>,
}

/// Settings that hold for every function and service unless it says otherwise.
/// `env` and `tags` merge key by key, everything else is replaced.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Defaults {
    pub arch: Option<Arch>,
    /// Days; one of the values CloudWatch Logs accepts.
    pub log_retention: Option<u32>,
    /// MiB.
    pub memory: Option<u32>,
    /// Seconds.
    pub timeout: Option<u32>,
    pub env: TextMap,
    pub tags: TextMap,
}

/// Instruction set of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arch {
    Arm64,
    X86_64,
}

/// A Lambda function made from a container image.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Function {
    /// Shown on the canvas; free to change. `None` shows the key.
    pub title: Option<String>,
    /// Former key, after a rename.
    pub was: Option<String>,
    pub image: Option<Image>,
    pub arch: Option<Arch>,
    /// MiB, 128 to 10240, steps of 1.
    pub memory: Option<u32>,
    /// Seconds, 1 to 900.
    pub timeout: Option<u32>,
    /// Size of `/tmp` in MiB, 512 to 10240.
    pub ephemeral_storage: Option<u32>,
    /// Executions at once that are set aside for this function.
    pub concurrency: Option<u32>,
    /// Joins the environment's subnets.
    pub network: Option<bool>,
    pub env: TextMap,
    /// Variable name to secret reference.
    pub secrets: IndexMap<String, SecretRef>,
    pub tags: TextMap,
    /// What its role may do; excludes `role`.
    pub allow: Vec<Statement>,
    /// ARN of a role the user owns; excludes `allow`.
    pub role: Option<String>,
    /// Managed policy ARNs attached to the role.
    pub policies: Vec<String>,
    /// Days.
    pub log_retention: Option<u32>,
    /// Lists and tables that are written and empty, by their keys: in an environment `allow = []` clears what it
    /// overrides, where a list that is not written leaves it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cleared: BTreeSet<String>,
}

/// A Fargate service on ECS.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Service {
    pub title: Option<String>,
    pub was: Option<String>,
    pub image: Option<Image>,
    pub arch: Option<Arch>,
    /// TCP port the container listens on.
    pub port: Option<u16>,
    /// CPU units, 1024 = 1 vCPU.
    pub cpu: Option<u32>,
    /// MiB.
    pub memory: Option<u32>,
    pub count: Option<Count>,
    pub ingress: Option<Ingress>,
    pub health: Option<Health>,
    pub command: Vec<String>,
    pub entrypoint: Vec<String>,
    pub env: TextMap,
    pub secrets: IndexMap<String, SecretRef>,
    pub tags: TextMap,
    pub allow: Vec<Statement>,
    pub role: Option<String>,
    pub policies: Vec<String>,
    pub log_retention: Option<u32>,
    /// GiB, 21 to 200; 20 without it.
    pub ephemeral_storage: Option<u32>,
    /// Runs on Fargate Spot.
    pub spot: Option<bool>,
    /// Allows `ecs execute-command`.
    pub exec: Option<bool>,
    /// Joins a cluster that is not ours.
    pub cluster: Option<String>,
    /// Joins a VPC link that is not ours.
    pub vpc_link: Option<String>,
    /// Further containers of the same task.
    pub containers: IndexMap<String, Container>,
    /// Lists and tables that are written and empty, by their keys: in an environment `allow = []` clears what it
    /// overrides, where a list that is not written leaves it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cleared: BTreeSet<String>,
}

/// A further container of a service's task.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Container {
    pub image: Option<Image>,
    /// The task stops when an essential container stops; `true` without it.
    pub essential: Option<bool>,
    pub port: Option<u16>,
    pub command: Vec<String>,
    pub entrypoint: Vec<String>,
    pub env: TextMap,
    pub secrets: IndexMap<String, SecretRef>,
    pub health: Option<Health>,
}

/// Where an image comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Image {
    Build(Build),
    /// An image that is in a private ECR repository of the environment's account.
    Ecr {
        repository: String,
        digest: Option<String>,
        tag: Option<String>,
    },
    /// An image of any other registry (Fargate only).
    Registry {
        reference: String,
    },
}

/// An image built from a Dockerfile of the project.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Build {
    /// Context folder, relative to the project folder.
    pub context: String,
    /// Relative to the context; `Dockerfile` without it.
    pub dockerfile: Option<String>,
    /// Stage of a multi-stage Dockerfile.
    pub target: Option<String>,
    pub args: TextMap,
}

/// How many tasks of a service run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Count {
    Fixed(u32),
    Range {
        min: u32,
        max: u32,
        /// Target of average CPU use, percent.
        cpu: Option<u32>,
        /// Target of average memory use, percent.
        memory: Option<u32>,
    },
}

/// How an API reaches a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ingress {
    CloudMap,
    Alb,
    None,
}

/// Health check of a container: a command inside it, or a path asked by the load balancer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Health {
    pub command: Vec<String>,
    pub path: Option<String>,
    /// Seconds, 5 to 300.
    pub interval: Option<u32>,
    /// Seconds, 2 to 60.
    pub timeout: Option<u32>,
    pub retries: Option<u32>,
    /// Seconds, 0 to 300.
    pub start_period: Option<u32>,
}

/// One statement of what a role may do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Statement {
    pub actions: Vec<String>,
    pub resources: Vec<String>,
}

/// A reference to a secret, never its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretRef {
    /// `secretsmanager:NAME`
    SecretsManager(String),
    /// `ssm:/PATH`
    Ssm(String),
    /// `keychain:NAME`, this computer only.
    Keychain(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApiKind {
    #[default]
    Http,
    Websocket,
}

/// An API of API Gateway.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Api {
    pub title: Option<String>,
    pub was: Option<String>,
    pub kind: ApiKind,
    pub cors: Option<Cors>,
    /// Stage variables.
    pub variables: TextMap,
    /// Name of the stage; `$default` for HTTP APIs, `live` for WebSocket APIs without it.
    pub stage: Option<String>,
    /// Route selection expression of a WebSocket API.
    pub select: Option<String>,
    pub throttle: Option<Throttle>,
    pub authorizers: IndexMap<String, Authorizer>,
    /// Route key (`GET /orders/{id}`, `$default`, a WebSocket key) to its target.
    pub routes: IndexMap<String, Route>,
    pub tags: TextMap,
    /// Access logs on or off; on without it.
    pub access_log: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Route {
    pub target: Target,
    /// Name of an authorizer of the same API, `iam`, or `none`.
    pub authorizer: Option<String>,
    pub scopes: Vec<String>,
    pub throttle: Option<Throttle>,
    /// Two-way WebSocket route.
    pub reply: Option<bool>,
    /// Proxy event format of a Lambda target; 2.0 without it on HTTP APIs.
    pub payload: Option<Payload>,
    /// Seconds, 0.05 to 30 (29 on WebSocket APIs), in milliseconds here.
    pub timeout_ms: Option<u32>,
}

/// What a route leads to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Nothing yet: `"GET /x" = {}`. The route is drawn and not wired; the error `route-target-missing` stops a plan.
    #[default]
    Open,
    /// Key of a function or a service; the two share one name space.
    Node(String),
    /// HTTP proxy to a public address.
    Url(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Payload {
    #[serde(rename = "1.0")]
    V1,
    #[serde(rename = "2.0")]
    V2,
}

#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Throttle {
    /// Requests a second.
    pub rate: Option<f64>,
    /// Requests at once.
    pub burst: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Cors {
    pub origins: Vec<String>,
    pub methods: Vec<String>,
    pub headers: Vec<String>,
    pub expose: Vec<String>,
    /// Seconds, -1 to 86400.
    pub max_age: Option<i32>,
    pub credentials: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Authorizer {
    Jwt {
        issuer: String,
        audience: Vec<String>,
        identity: Vec<String>,
    },
    Lambda {
        /// Key of the function that decides.
        to: String,
        identity: Vec<String>,
        /// Seconds an answer is cached, 0 to 3600.
        ttl: Option<u32>,
        payload: Option<Payload>,
    },
    Iam,
}

/// Settings of this computer: never AWS.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Local {
    pub secrets: IndexMap<String, SecretRef>,
    pub env: TextMap,
}

/// One place the design is deployed to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Environment {
    /// Twelve digits; a deploy to another account is refused.
    pub account: String,
    pub region: String,
    /// Asks for the environment's name before a deploy.
    pub protected: bool,
    /// Endpoint of an emulator; makes this an emulator environment.
    pub endpoint: Option<String>,
    /// Registry of an emulator, `host:port`.
    pub registry: Option<String>,
    pub network: Option<Network>,
    /// API key to custom domain name.
    pub domains: TextMap,
    pub permissions_boundary: Option<String>,
    pub tags: TextMap,
    /// Colour the window paints this environment in.
    pub color: Option<String>,
    /// Overrides, same keys as the functions themselves; only what is set replaces.
    pub functions: IndexMap<String, Function>,
    pub services: IndexMap<String, Service>,
    pub apis: IndexMap<String, Api>,
}

impl Environment {
    /// Whether this is an emulator: it then always uses dummy keys.
    pub fn is_emulator(&self) -> bool {
        self.endpoint.is_some()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Network {
    pub vpc: Option<String>,
    pub subnets: Vec<String>,
    pub security_groups: Vec<String>,
}
