//! What a Fargate service on ECS is made of. Lists that may hold outputs of other resources are
//! one text, its members joined by `, `, so that a plan shows them as people read them.

use crate::{Tags, Text};
use serde::{Deserialize, Serialize};
use slipway_design::Arch;
use std::collections::BTreeMap;

/// Outputs: `arn`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterSpec {
    pub name: String,
    /// `FARGATE` and `FARGATE_SPOT`, sorted.
    pub capacity_providers: Vec<String>,
    pub tags: Tags,
}

/// What comes in is named, everything may go out (AWS's default for a new group).
/// Outputs: `id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecurityGroupSpec {
    pub name: String,
    pub description: String,
    pub vpc: String,
    /// Rules as [`crate::IngressRule`] writes them, sorted; empty when nothing may come in.
    pub ingress: Text,
    pub tags: Tags,
}

/// A private DNS namespace of Cloud Map. Outputs: `id`, `arn`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NamespaceSpec {
    pub name: String,
    pub vpc: String,
    pub tags: Tags,
}

/// A service of Cloud Map, where ECS registers each task with an SRV record. Outputs: `id`, `arn`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiscoverySpec {
    pub name: String,
    /// Id of the namespace.
    pub namespace: Text,
    /// Seconds for which a record may be kept.
    pub ttl: u32,
    pub tags: Tags,
}

/// Outputs: `id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VpcLinkSpec {
    pub name: String,
    /// Sorted.
    pub subnets: Vec<String>,
    pub security_groups: Text,
    pub tags: Tags,
}

/// The newest revision of a family. Outputs: `arn`, with the revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskDefinitionSpec {
    pub family: String,
    /// CPU units.
    pub cpu: u32,
    /// MiB.
    pub memory: u32,
    pub arch: Arch,
    /// GiB.
    pub ephemeral_storage: u32,
    /// ARN of the role with which ECS pulls the image, writes logs and reads secrets.
    pub execution_role: Text,
    /// ARN of the role that the program has.
    pub task_role: Text,
    /// Name of the container.
    pub container: String,
    pub image: Text,
    pub port: Option<u16>,
    pub command: Vec<String>,
    pub entrypoint: Vec<String>,
    pub environment: BTreeMap<String, String>,
    /// Variable to ARN; ECS puts the value into the variable.
    pub secrets: BTreeMap<String, String>,
    pub health: Option<HealthCheckSpec>,
    pub log_group: String,
    pub tags: Tags,
}

/// A command that ECS runs in the container. Times in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheckSpec {
    pub command: Vec<String>,
    pub interval: u32,
    pub timeout: u32,
    pub retries: u32,
    pub start_period: u32,
}

/// Outputs: `arn`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceSpec {
    pub name: String,
    /// Name of the cluster.
    pub cluster: String,
    /// ARN with the revision.
    pub task_definition: Text,
    /// `None` when it is scaled automatically: then it is not compared.
    pub count: Option<u32>,
    /// Tasks that a new service starts with.
    pub start: u32,
    /// Percent of `count` that must run while tasks are replaced.
    pub min_healthy: u32,
    /// Percent of `count` that may run while tasks are replaced.
    pub max_healthy: u32,
    /// A deployment whose tasks do not start is given up, and ECS goes back to the one before.
    pub rollback: bool,
    /// Runs on Fargate Spot.
    pub spot: bool,
    /// Allows `ecs execute-command`.
    pub exec: bool,
    /// Sorted.
    pub subnets: Vec<String>,
    pub security_groups: Text,
    pub public_ip: bool,
    /// ARN of the Cloud Map service and the port that is registered: `ARN:8080`; empty without.
    pub registry: Text,
    pub tags: Tags,
}

/// How far a service is scaled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScalableTargetSpec {
    /// `service/CLUSTER/NAME`.
    pub resource: String,
    pub min: u32,
    pub max: u32,
}

/// Keeps an average at a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScalingPolicySpec {
    /// `service/CLUSTER/NAME`.
    pub resource: String,
    pub name: String,
    /// `ECSServiceAverageCPUUtilization` or `ECSServiceAverageMemoryUtilization`.
    pub metric: String,
    /// Percent.
    pub target: u32,
}
