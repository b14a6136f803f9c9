//! What every spec has, whatever its kind: a name, texts, tags, parents.

use crate::{Outputs, ResourceAddr, ResourceKind, ResourceSpec, Tags, Text, Unresolved};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

impl ResourceSpec {
    pub fn kind(&self) -> ResourceKind {
        match self {
            Self::Repository(_) => ResourceKind::Repository,
            Self::Image(_) => ResourceKind::Image,
            Self::LogGroup(_) => ResourceKind::LogGroup,
            Self::Role(_) => ResourceKind::Role,
            Self::RolePolicy(_) => ResourceKind::RolePolicy,
            Self::PolicyAttachment(_) => ResourceKind::PolicyAttachment,
            Self::Function(_) => ResourceKind::Function,
            Self::Alias(_) => ResourceKind::Alias,
            Self::Cluster(_) => ResourceKind::Cluster,
            Self::SecurityGroup(_) => ResourceKind::SecurityGroup,
            Self::Namespace(_) => ResourceKind::Namespace,
            Self::Discovery(_) => ResourceKind::Discovery,
            Self::VpcLink(_) => ResourceKind::VpcLink,
            Self::TaskDefinition(_) => ResourceKind::TaskDefinition,
            Self::Service(_) => ResourceKind::Service,
            Self::ScalableTarget(_) => ResourceKind::ScalableTarget,
            Self::ScalingPolicy(_) => ResourceKind::ScalingPolicy,
            Self::Api(_) => ResourceKind::Api,
            Self::Integration(_) => ResourceKind::Integration,
            Self::Authorizer(_) => ResourceKind::Authorizer,
            Self::Route(_) => ResourceKind::Route,
            Self::RouteResponse(_) => ResourceKind::RouteResponse,
            Self::Deployment(_) => ResourceKind::Deployment,
            Self::Stage(_) => ResourceKind::Stage,
            Self::Permission(_) => ResourceKind::Permission,
        }
    }

    /// The name or natural key of the resource in AWS.
    pub fn name(&self) -> String {
        match self {
            Self::Repository(spec) => spec.name.clone(),
            Self::Image(spec) => format!("{}:{}", spec.repository, spec.tag()),
            Self::LogGroup(spec) => spec.name.clone(),
            Self::Role(spec) => spec.name.clone(),
            Self::RolePolicy(spec) => format!("{}/{}", spec.role, spec.name),
            Self::PolicyAttachment(spec) => format!("{}/{}", spec.role, spec.policy),
            Self::Function(spec) => spec.name.clone(),
            Self::Alias(spec) => format!("{}:{}", spec.function, spec.name),
            Self::Cluster(spec) => spec.name.clone(),
            Self::SecurityGroup(spec) => spec.name.clone(),
            Self::Namespace(spec) => spec.name.clone(),
            Self::Discovery(spec) => spec.name.clone(),
            Self::VpcLink(spec) => spec.name.clone(),
            Self::TaskDefinition(spec) => spec.family.clone(),
            Self::Service(spec) => format!("{}/{}", spec.cluster, spec.name),
            Self::ScalableTarget(spec) => spec.resource.clone(),
            Self::ScalingPolicy(spec) => format!("{}:{}", spec.resource, spec.name),
            Self::Api(spec) => spec.name.clone(),
            Self::Integration(spec) => spec.description.clone(),
            Self::Authorizer(spec) => spec.name.clone(),
            Self::Route(spec) => spec.route_key.clone(),
            Self::RouteResponse(_) => "$default".to_owned(),
            Self::Deployment(spec) => spec.description.clone(),
            Self::Stage(spec) => spec.name.clone(),
            Self::Permission(spec) => spec.statement_id.clone(),
        }
    }

    /// The tags, for the kinds that AWS can tag.
    pub fn tags(&self) -> Option<&Tags> {
        match self {
            Self::Repository(spec) => Some(&spec.tags),
            Self::LogGroup(spec) => Some(&spec.tags),
            Self::Role(spec) => Some(&spec.tags),
            Self::Function(spec) => Some(&spec.tags),
            Self::Cluster(spec) => Some(&spec.tags),
            Self::SecurityGroup(spec) => Some(&spec.tags),
            Self::Namespace(spec) => Some(&spec.tags),
            Self::Discovery(spec) => Some(&spec.tags),
            Self::VpcLink(spec) => Some(&spec.tags),
            Self::TaskDefinition(spec) => Some(&spec.tags),
            Self::Service(spec) => Some(&spec.tags),
            Self::Api(spec) => Some(&spec.tags),
            Self::Stage(spec) => Some(&spec.tags),
            Self::Image(_)
            | Self::RolePolicy(_)
            | Self::PolicyAttachment(_)
            | Self::Alias(_)
            | Self::Integration(_)
            | Self::Authorizer(_)
            | Self::Route(_)
            | Self::RouteResponse(_)
            | Self::Deployment(_)
            | Self::ScalableTarget(_)
            | Self::ScalingPolicy(_)
            | Self::Permission(_) => None,
        }
    }

    /// The tags, to be changed.
    pub(crate) fn tags_mut(&mut self) -> Option<&mut Tags> {
        match self {
            Self::Repository(spec) => Some(&mut spec.tags),
            Self::LogGroup(spec) => Some(&mut spec.tags),
            Self::Role(spec) => Some(&mut spec.tags),
            Self::Function(spec) => Some(&mut spec.tags),
            Self::Cluster(spec) => Some(&mut spec.tags),
            Self::SecurityGroup(spec) => Some(&mut spec.tags),
            Self::Namespace(spec) => Some(&mut spec.tags),
            Self::Discovery(spec) => Some(&mut spec.tags),
            Self::VpcLink(spec) => Some(&mut spec.tags),
            Self::TaskDefinition(spec) => Some(&mut spec.tags),
            Self::Service(spec) => Some(&mut spec.tags),
            Self::Api(spec) => Some(&mut spec.tags),
            Self::Stage(spec) => Some(&mut spec.tags),
            Self::Image(_)
            | Self::RolePolicy(_)
            | Self::PolicyAttachment(_)
            | Self::Alias(_)
            | Self::Integration(_)
            | Self::Authorizer(_)
            | Self::Route(_)
            | Self::RouteResponse(_)
            | Self::Deployment(_)
            | Self::ScalableTarget(_)
            | Self::ScalingPolicy(_)
            | Self::Permission(_) => None,
        }
    }

    /// The texts that may hold outputs of other resources.
    pub fn texts(&self) -> Vec<&Text> {
        match self {
            Self::Image(spec) => vec![&spec.repository_uri],
            Self::Function(spec) => [&spec.role, &spec.image]
                .into_iter()
                .chain(spec.callbacks.values())
                .collect(),
            Self::Alias(spec) => std::iter::once(&spec.image)
                .chain(spec.callbacks.values())
                .collect(),
            Self::RolePolicy(spec) => spec.connections.iter().collect(),
            Self::SecurityGroup(spec) => vec![&spec.ingress],
            Self::Discovery(spec) => vec![&spec.namespace],
            Self::VpcLink(spec) => vec![&spec.security_groups],
            Self::TaskDefinition(spec) => vec![&spec.execution_role, &spec.task_role, &spec.image],
            Self::Service(spec) => {
                vec![&spec.task_definition, &spec.security_groups, &spec.registry]
            }
            Self::Integration(spec) => vec![&spec.api, &spec.uri, &spec.connection],
            Self::Authorizer(spec) => vec![&spec.api],
            Self::Route(spec) => [&spec.api, &spec.target]
                .into_iter()
                .chain(&spec.authorizer)
                .collect(),
            Self::RouteResponse(spec) => vec![&spec.api, &spec.route],
            Self::Deployment(spec) => vec![&spec.api],
            Self::Stage(spec) => std::iter::once(&spec.api).chain(&spec.deployment).collect(),
            Self::Permission(spec) => vec![&spec.source_arn],
            Self::Repository(_)
            | Self::LogGroup(_)
            | Self::Role(_)
            | Self::PolicyAttachment(_)
            | Self::Cluster(_)
            | Self::Namespace(_)
            | Self::ScalableTarget(_)
            | Self::ScalingPolicy(_)
            | Self::Api(_) => Vec::new(),
        }
    }

    fn texts_mut(&mut self) -> Vec<&mut Text> {
        match self {
            Self::Image(spec) => vec![&mut spec.repository_uri],
            Self::Function(spec) => [&mut spec.role, &mut spec.image]
                .into_iter()
                .chain(spec.callbacks.values_mut())
                .collect(),
            Self::Alias(spec) => std::iter::once(&mut spec.image)
                .chain(spec.callbacks.values_mut())
                .collect(),
            Self::RolePolicy(spec) => spec.connections.iter_mut().collect(),
            Self::SecurityGroup(spec) => vec![&mut spec.ingress],
            Self::Discovery(spec) => vec![&mut spec.namespace],
            Self::VpcLink(spec) => vec![&mut spec.security_groups],
            Self::TaskDefinition(spec) => vec![
                &mut spec.execution_role,
                &mut spec.task_role,
                &mut spec.image,
            ],
            Self::Service(spec) => {
                vec![
                    &mut spec.task_definition,
                    &mut spec.security_groups,
                    &mut spec.registry,
                ]
            }
            Self::Integration(spec) => vec![&mut spec.api, &mut spec.uri, &mut spec.connection],
            Self::Authorizer(spec) => vec![&mut spec.api],
            Self::Route(spec) => [&mut spec.api, &mut spec.target]
                .into_iter()
                .chain(&mut spec.authorizer)
                .collect(),
            Self::RouteResponse(spec) => vec![&mut spec.api, &mut spec.route],
            Self::Deployment(spec) => vec![&mut spec.api],
            Self::Stage(spec) => std::iter::once(&mut spec.api)
                .chain(&mut spec.deployment)
                .collect(),
            Self::Permission(spec) => vec![&mut spec.source_arn],
            Self::Repository(_)
            | Self::LogGroup(_)
            | Self::Role(_)
            | Self::PolicyAttachment(_)
            | Self::Cluster(_)
            | Self::Namespace(_)
            | Self::ScalableTarget(_)
            | Self::ScalingPolicy(_)
            | Self::Api(_) => Vec::new(),
        }
    }

    /// The same spec with every output filled in that is known by now.
    #[must_use]
    pub fn fill(&self, outputs: &BTreeMap<ResourceAddr, Outputs>) -> Self {
        let mut filled = self.clone();
        for text in filled.texts_mut() {
            *text = text.fill(outputs);
        }
        filled
    }

    /// The resources whose outputs this one needs.
    pub fn references(&self) -> Vec<&ResourceAddr> {
        self.texts()
            .into_iter()
            .flat_map(Text::references)
            .collect()
    }

    /// # Errors
    /// The first output that is missing, when a text is not known.
    pub fn check_known(&self) -> Result<(), Unresolved> {
        self.texts()
            .into_iter()
            .try_for_each(|text| text.expect_known().map(drop))
    }

    /// The attributes by name, as they stand in a state file, without the kind.
    pub(crate) fn attributes(&self) -> Map<String, Value> {
        let value = serde_json::to_value(self)
            .expect("a spec is a struct of texts, numbers and maps with text keys");
        let Value::Object(mut attributes) = value else {
            unreachable!("a spec is an object, because its enum is tagged inside");
        };
        attributes.shift_remove("kind");
        attributes
    }
}

/// SHA-256 in hex of the value as JSON; its maps are sorted, so that equal values are equal texts.
pub(crate) fn hex_digest<T: serde::Serialize>(value: &T) -> String {
    let json = serde_json::to_vec(value).expect("plan types are plain data with text keys");
    Sha256::digest(&json)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
