//! The address of a resource: stable, derived from table keys, never from titles.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The kinds of resources that a design implies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    /// ECR repository; path: function or service key.
    Repository,
    /// Container image in that repository; path: function or service key.
    Image,
    /// CloudWatch log group; path: function or service key, or `api/access` for the access log of an API.
    LogGroup,
    /// IAM role; path: function or service key, `service/execution` for the role of ECS itself.
    Role,
    /// Inline policy of that role; path: that of the role.
    RolePolicy,
    /// A managed policy that the role has; path: `function/ARN`.
    PolicyAttachment,
    /// Lambda function (`$LATEST`); path: function key.
    Function,
    /// Alias `live` and the version it points to; path: function key.
    Alias,
    /// ECS cluster that the services without one of their own share; path: `shared`.
    Cluster,
    /// Security group; path: service key, or `shared/vpc-link`.
    SecurityGroup,
    /// Private DNS namespace of Cloud Map; path: `shared`.
    Namespace,
    /// Cloud Map service in which the tasks register; path: service key.
    Discovery,
    /// VPC link of API Gateway; path: `shared`.
    VpcLink,
    /// ECS task definition, its newest revision; path: service key.
    TaskDefinition,
    /// ECS service; path: service key.
    Service,
    /// How far a service is scaled; path: service key.
    ScalableTarget,
    /// By what a service is scaled; path: `service/cpu`, `service/memory`.
    ScalingPolicy,
    /// API Gateway HTTP or WebSocket API; path: API key.
    Api,
    /// One per (API, target); path: `api/target`, where a target is a function or an address.
    Integration,
    /// Decides who may call; path: `api/name`.
    Authorizer,
    /// Path: `api/ROUTE KEY`.
    Route,
    /// What sends a WebSocket route's answer back; path: that of the route.
    RouteResponse,
    /// What a WebSocket stage serves, frozen; path: `api/digest`. Another content is another deployment.
    Deployment,
    /// Path: `api/stage`.
    Stage,
    /// Statement of the alias's resource policy, one per (API, function); path: `api/function`.
    Permission,
}

impl ResourceKind {
    /// All kinds, in the order in which they are listed to people.
    pub const ALL: [Self; 25] = [
        Self::Repository,
        Self::Image,
        Self::LogGroup,
        Self::Role,
        Self::RolePolicy,
        Self::PolicyAttachment,
        Self::Function,
        Self::Alias,
        Self::Cluster,
        Self::SecurityGroup,
        Self::Namespace,
        Self::Discovery,
        Self::VpcLink,
        Self::TaskDefinition,
        Self::Service,
        Self::ScalableTarget,
        Self::ScalingPolicy,
        Self::Api,
        Self::Integration,
        Self::Authorizer,
        Self::Route,
        Self::RouteResponse,
        Self::Deployment,
        Self::Stage,
        Self::Permission,
    ];

    /// The prefix of an address, snake case.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Image => "image",
            Self::LogGroup => "log_group",
            Self::Role => "role",
            Self::RolePolicy => "role_policy",
            Self::PolicyAttachment => "policy_attachment",
            Self::Function => "function",
            Self::Alias => "alias",
            Self::Cluster => "cluster",
            Self::SecurityGroup => "security_group",
            Self::Namespace => "namespace",
            Self::Discovery => "discovery",
            Self::VpcLink => "vpc_link",
            Self::TaskDefinition => "task_definition",
            Self::Service => "service",
            Self::ScalableTarget => "scalable_target",
            Self::ScalingPolicy => "scaling_policy",
            Self::Api => "api",
            Self::Integration => "integration",
            Self::Authorizer => "authorizer",
            Self::Route => "route",
            Self::RouteResponse => "route_response",
            Self::Deployment => "deployment",
            Self::Stage => "stage",
            Self::Permission => "permission",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Repository => "ECR repository",
            Self::Image => "image",
            Self::LogGroup => "log group",
            Self::Role => "IAM role",
            Self::RolePolicy => "role policy",
            Self::PolicyAttachment => "managed policy",
            Self::Function => "Lambda function",
            Self::Alias => "alias live",
            Self::Cluster => "ECS cluster",
            Self::SecurityGroup => "security group",
            Self::Namespace => "DNS namespace",
            Self::Discovery => "Cloud Map service",
            Self::VpcLink => "VPC link",
            Self::TaskDefinition => "task definition",
            Self::Service => "ECS service",
            Self::ScalableTarget => "scaling range",
            Self::ScalingPolicy => "scaling policy",
            Self::Api => "API",
            Self::Integration => "integration",
            Self::Authorizer => "authorizer",
            Self::Route => "route",
            Self::RouteResponse => "route response",
            Self::Deployment => "deployment",
            Self::Stage => "stage",
            Self::Permission => "permission",
        }
    }
}

/// `kind:path`, for example `function:orders` or `route:public/GET /orders/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceAddr {
    pub kind: ResourceKind,
    pub path: String,
}

impl ResourceAddr {
    pub fn new(kind: ResourceKind, path: impl Into<String>) -> Self {
        Self {
            kind,
            path: path.into(),
        }
    }

    /// The part of the path before the first `/`: the table key that the resource hangs from.
    pub fn owner_key(&self) -> &str {
        self.path
            .split_once('/')
            .map_or(self.path.as_str(), |(key, _)| key)
    }

    /// The part of the path after the first `/`: the function of a permission, the route key of a
    /// route. The whole path when there is none.
    pub fn member_key(&self) -> &str {
        self.path
            .split_once('/')
            .map_or(self.path.as_str(), |(_, key)| key)
    }

    /// The key of the function or service that an integration leads to: without the part after `@` that tells
    /// integrations with further settings apart.
    pub fn target_key(&self) -> &str {
        let member = self.member_key();
        member.split_once('@').map_or(member, |(key, _)| key)
    }
}

impl fmt::Display for ResourceAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.prefix(), self.path)
    }
}

/// Text that is not an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressError(pub String);

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a resource address", self.0)
    }
}

impl std::error::Error for AddressError {}

impl FromStr for ResourceAddr {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (prefix, path) = text
            .split_once(':')
            .ok_or_else(|| AddressError(text.to_owned()))?;
        let kind = ResourceKind::ALL
            .into_iter()
            .find(|kind| kind.prefix() == prefix)
            .ok_or_else(|| AddressError(text.to_owned()))?;
        Ok(Self::new(kind, path))
    }
}

impl Serialize for ResourceAddr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ResourceAddr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
