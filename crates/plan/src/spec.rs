//! What each kind of resource is meant to be. The same types describe what was
//! observed, with every text known.
//!
//! Each field is one attribute of the plan. Fields that only name the parent or
//! the identity are listed in [`ResourceSpec::identity_fields`].

pub use crate::spec_service::*;
use crate::{
    ApiSpec, AuthorizerSpec, DeploymentSpec, IntegrationSpec, LifecycleRule, RouteResponseSpec,
    RouteSpec, StageSpec, Text,
};
use serde::{Deserialize, Serialize};
use slipway_design::{Arch, Statement};
use std::collections::{BTreeMap, BTreeSet};

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
    PolicyAttachment(PolicyAttachmentSpec),
    Function(FunctionSpec),
    Alias(AliasSpec),
    Cluster(ClusterSpec),
    SecurityGroup(SecurityGroupSpec),
    Namespace(NamespaceSpec),
    Discovery(DiscoverySpec),
    VpcLink(VpcLinkSpec),
    TaskDefinition(TaskDefinitionSpec),
    Service(ServiceSpec),
    ScalableTarget(ScalableTargetSpec),
    ScalingPolicy(ScalingPolicySpec),
    Api(ApiSpec),
    Integration(IntegrationSpec),
    Authorizer(AuthorizerSpec),
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
    /// A tag stays with the image that had it first, so that what is deployed never loses it.
    #[serde(default)]
    pub immutable_tags: bool,
    /// Which images ECR throws away by itself, in the order of its rules; none keeps all.
    #[serde(default)]
    pub lifecycle: Vec<LifecycleRule>,
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
    /// Service principal that may assume it, `lambda.amazonaws.com` or `ecs-tasks.amazonaws.com`.
    pub principal: String,
    /// ARN of the policy that bounds what the role may ever do.
    #[serde(default)]
    pub permissions_boundary: Option<String>,
    pub tags: Tags,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RolePolicySpec {
    /// Name of the role.
    pub role: String,
    pub name: String,
    pub statements: Vec<Statement>,
    /// ARNs of connections that it may send to, look at and close.
    #[serde(default)]
    pub connections: Vec<Text>,
}

/// A managed policy that a role has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyAttachmentSpec {
    /// Name of the role.
    pub role: String,
    /// ARN of the policy, AWS's or the user's own.
    pub policy: String,
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
    /// Without [`Self::callbacks`].
    pub environment: BTreeMap<String, String>,
    /// Of the network that it joins; without any it is in none.
    #[serde(default)]
    pub subnets: BTreeSet<String>,
    #[serde(default)]
    pub security_groups: BTreeSet<String>,
    /// Executions at once that are set aside for it; `None`: it shares the account's.
    #[serde(default)]
    pub concurrency: Option<u32>,
    /// Variables that hold where connections of a WebSocket API are reached, `https://…/STAGE`; their
    /// names begin with [`slipway_design::names::CALLBACK`].
    #[serde(default)]
    pub callbacks: BTreeMap<String, Text>,
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
    /// version freezes, beside the image and the callbacks.
    pub configuration: String,
    /// [`FunctionSpec::callbacks`] of the version.
    #[serde(default)]
    pub callbacks: BTreeMap<String, Text>,
    /// `registry/name@sha256:…`.
    pub image: Text,
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
