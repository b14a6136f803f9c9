//! What each kind of resource is meant to be. The same types describe what was
//! observed, with every text known.
//!
//! Each field is one attribute of the plan. Fields that only name the parent or
//! the identity are listed in [`ResourceSpec::identity_fields`].

use crate::Text;
use serde::{Deserialize, Serialize};
use slipway_design::{Arch, Statement};
use std::collections::BTreeMap;

/// Tags, sorted by key. The four `slipway:*` ownership tags are among them, except
/// `slipway:run`, which only says who created it and is never compared.
pub type Tags = BTreeMap<String, String>;

/// One resource as it should be, or as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ResourceSpec {
    Repository(RepositorySpec),
    Image(ImageSpec),
    LogGroup(LogGroupSpec),
    Role(RoleSpec),
    RolePolicy(RolePolicySpec),
    Function(FunctionSpec),
    Alias(AliasSpec),
    Api(ApiSpec),
    Integration(IntegrationSpec),
    Route(RouteSpec),
    RouteResponse(RouteResponseSpec),
    Deployment(DeploymentSpec),
    Stage(StageSpec),
    Permission(PermissionSpec),
}

/// Outputs: `arn`, `uri` (registry/name without a tag).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepositorySpec {
    pub name: String,
    pub scan_on_push: bool,
    pub tags: Tags,
}

/// An image built here and pushed under a tag derived from its build fingerprint.
/// Outputs: `digest` (`sha256:…`), `uri` (`registry/name@digest`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageSpec {
    /// Name of the repository.
    pub repository: String,
    /// Where Docker pushes it: `registry/name` without a tag.
    pub repository_uri: Text,
    /// SHA-256 in hex over context, Dockerfile, arguments, target and platform.
    pub fingerprint: String,
    pub source: BuildSource,
}

impl ImageSpec {
    /// The tag under which it is pushed and looked up: `slipway-` and the build fingerprint, so
    /// within the 128 characters and the alphabet that tags may have.
    pub fn tag(&self) -> String {
        format!("slipway-{}", self.fingerprint)
    }
}

/// What the builder needs beside the project folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuildSource {
    /// Relative to the project folder.
    pub context: String,
    /// Relative to the context.
    pub dockerfile: String,
    pub target: Option<String>,
    pub args: BTreeMap<String, String>,
    pub arch: Arch,
}

/// Outputs: `arn`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogGroupSpec {
    pub name: String,
    /// `None` keeps events for ever.
    pub retention_days: Option<u32>,
    pub tags: Tags,
}

/// Outputs: `arn`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoleSpec {
    pub name: String,
    /// Service principal that may assume it, `lambda.amazonaws.com`.
    pub principal: String,
    pub tags: Tags,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RolePolicySpec {
    /// Name of the role.
    pub role: String,
    pub name: String,
    pub statements: Vec<Statement>,
}

/// Outputs: `arn`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionSpec {
    pub name: String,
    pub description: String,
    /// ARN of the role.
    pub role: Text,
    /// `registry/name@sha256:…`.
    pub image: Text,
    pub arch: Arch,
    /// MiB.
    pub memory: u32,
    /// Seconds.
    pub timeout: u32,
    /// MiB.
    pub ephemeral_storage: u32,
    pub environment: BTreeMap<String, String>,
    pub log_group: String,
    pub tags: Tags,
}

/// The alias and the version behind it. Outputs: `arn`, `version`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AliasSpec {
    /// Name of the function.
    pub function: String,
    pub name: String,
    /// What the version behind the alias runs: a digest of everything of the function that a
    /// version freezes, beside the image.
    pub configuration: String,
    /// `registry/name@sha256:…`.
    pub image: Text,
}

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

/// Outputs: `id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntegrationSpec {
    /// Id of the API.
    pub api: Text,
    /// For Lambda the ARN of the alias; on a WebSocket API the address under which API Gateway invokes it.
    pub uri: Text,
    /// `1.0` or `2.0`.
    pub payload_version: String,
    /// Milliseconds, 50 to 30000.
    pub timeout_ms: u32,
    /// Holds the address, by which the untaggable integration is found again.
    pub description: String,
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
    pub tags: Tags,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PermissionSpec {
    /// Name of the function.
    pub function: String,
    /// Alias that the statement is on.
    pub qualifier: String,
    pub statement_id: String,
    pub principal: String,
    pub source_arn: Text,
}
