//! What there is.

use crate::hash;
use slipway_engine::port::ImageErrorKind;
use slipway_plan::{
    AliasSpec, FunctionSpec, Outputs, ResourceAddr, ResourceKind, ResourceSpec, Scope, Text,
};
use std::collections::BTreeMap;
use std::time::Duration;

/// Whose a resource is: project, and environment except for what all environments share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) project: String,
    pub(super) environment: Option<String>,
}

impl Owner {
    pub(super) fn of(scope: &Scope, kind: ResourceKind) -> Self {
        Self {
            project: scope.project.clone(),
            environment: (kind != ResourceKind::Repository).then(|| scope.environment.clone()),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Version {
    pub(super) configuration: String,
    pub(super) callbacks: BTreeMap<String, Text>,
    pub(super) image: String,
}

#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) addr: ResourceAddr,
    /// `None`: somebody else's.
    pub(super) owner: Option<Owner>,
    pub(super) spec: ResourceSpec,
    pub(super) outputs: Outputs,
    pub(super) created: Duration,
    /// A function's: when it can be used.
    pub(super) settled: Duration,
    /// A function's, from 1.
    pub(super) versions: Vec<Version>,
}

impl Item {
    pub(super) fn id(&self) -> Option<&str> {
        let name = match self.addr.kind {
            ResourceKind::TaskDefinition => "arn",
            _ => "id",
        };
        self.outputs.get(name).map(String::as_str)
    }
}

#[derive(Debug, Clone)]
pub(super) struct StoredImage {
    pub(super) repository: String,
    pub(super) uri: String,
    pub(super) tag: String,
    pub(super) digest: String,
    pub(super) created: Duration,
}

#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) items: Vec<Item>,
    pub(super) images: Vec<StoredImage>,
    next_id: u64,
    pub(super) role_delay: Duration,
    pub(super) visibility_delay: Duration,
    pub(super) ready_delay: Duration,
    pub(super) function_failure: Option<String>,
}

/// Whether two specs have the same natural key. APIs, integrations, authorizers, deployments, VPC
/// links and revisions have none.
pub(super) fn same_key(one: &ResourceSpec, other: &ResourceSpec) -> bool {
    use ResourceSpec as S;
    match (one, other) {
        (S::Repository(a), S::Repository(b)) => a.name == b.name,
        (S::LogGroup(a), S::LogGroup(b)) => a.name == b.name,
        (S::Role(a), S::Role(b)) => a.name == b.name,
        (S::RolePolicy(a), S::RolePolicy(b)) => (&a.role, &a.name) == (&b.role, &b.name),
        (S::PolicyAttachment(a), S::PolicyAttachment(b)) => {
            (&a.role, &a.policy) == (&b.role, &b.policy)
        }
        (S::Function(a), S::Function(b)) => a.name == b.name,
        (S::Alias(a), S::Alias(b)) => (&a.function, &a.name) == (&b.function, &b.name),
        (S::Cluster(a), S::Cluster(b)) => a.name == b.name,
        (S::SecurityGroup(a), S::SecurityGroup(b)) => (&a.vpc, &a.name) == (&b.vpc, &b.name),
        (S::Namespace(a), S::Namespace(b)) => a.name == b.name,
        (S::Discovery(a), S::Discovery(b)) => (&a.namespace, &a.name) == (&b.namespace, &b.name),
        (S::Service(a), S::Service(b)) => (&a.cluster, &a.name) == (&b.cluster, &b.name),
        (S::ScalableTarget(a), S::ScalableTarget(b)) => a.resource == b.resource,
        (S::ScalingPolicy(a), S::ScalingPolicy(b)) => {
            (&a.resource, &a.name) == (&b.resource, &b.name)
        }
        (S::Route(a), S::Route(b)) => (&a.api, &a.route_key) == (&b.api, &b.route_key),
        (S::RouteResponse(a), S::RouteResponse(b)) => (&a.api, &a.route) == (&b.api, &b.route),
        (S::Stage(a), S::Stage(b)) => (&a.api, &a.name) == (&b.api, &b.name),
        (S::Permission(a), S::Permission(b)) => {
            (&a.function, &a.qualifier, &a.statement_id)
                == (&b.function, &b.qualifier, &b.statement_id)
        }
        _ => false,
    }
}

/// The id of the API that a thing hangs from.
pub(super) fn api_of(spec: &ResourceSpec) -> Option<&str> {
    match spec {
        ResourceSpec::Integration(spec) => spec.api.known(),
        ResourceSpec::Authorizer(spec) => spec.api.known(),
        ResourceSpec::Route(spec) => spec.api.known(),
        ResourceSpec::RouteResponse(spec) => spec.api.known(),
        ResourceSpec::Deployment(spec) => spec.api.known(),
        ResourceSpec::Stage(spec) => spec.api.known(),
        _ => None,
    }
}

/// What a version of this function freezes.
pub(super) fn freeze(function: &FunctionSpec) -> Version {
    let role = function.role.known().unwrap_or_default();
    let role_name = role.rsplit_once('/').map_or(role, |(_, name)| name);
    Version {
        configuration: function.version_configuration(role_name),
        callbacks: function.callbacks.clone(),
        image: function.image.known().unwrap_or_default().to_owned(),
    }
}

pub(super) fn alias_of(spec: &AliasSpec, version: &Version) -> AliasSpec {
    AliasSpec {
        function: spec.function.clone(),
        name: spec.name.clone(),
        configuration: version.configuration.clone(),
        callbacks: version.callbacks.clone(),
        image: version.image.as_str().into(),
    }
}

impl World {
    pub(super) fn fresh_id(&mut self) -> String {
        self.next_id += 1;
        hash::hex(self.next_id)[..10].to_owned()
    }

    pub(super) fn function(&self, name: &str) -> Option<&Item> {
        self.items.iter().find(
            |item| matches!(&item.spec, ResourceSpec::Function(function) if function.name == name),
        )
    }

    pub(super) fn add_foreign(&mut self, spec: ResourceSpec, now: Duration) {
        self.items.push(Item {
            addr: ResourceAddr::new(spec.kind(), "somebody-elses"),
            owner: None,
            spec,
            outputs: Outputs::new(),
            created: now,
            settled: now,
            versions: Vec::new(),
        });
    }

    pub(super) fn tamper(
        &mut self,
        addr: &ResourceAddr,
        change: impl FnOnce(&mut ResourceSpec),
    ) -> bool {
        match self.items.iter_mut().find(|item| item.addr == *addr) {
            Some(item) => {
                change(&mut item.spec);
                true
            }
            None => false,
        }
    }

    pub(super) fn vanish(&mut self, addr: &ResourceAddr) -> bool {
        let before = self.items.len();
        self.items.retain(|item| item.addr != *addr);
        self.items.len() < before
    }

    pub(super) fn ours(&self) -> Vec<ResourceAddr> {
        let mut ours: Vec<_> = self
            .items
            .iter()
            .filter(|item| item.owner.is_some())
            .map(|item| item.addr.clone())
            .collect();
        ours.sort();
        ours
    }

    pub(super) fn resource(&self, addr: &ResourceAddr) -> Option<(ResourceSpec, Outputs)> {
        self.items
            .iter()
            .find(|item| item.addr == *addr)
            .map(|item| (item.spec.clone(), item.outputs.clone()))
    }

    pub(super) fn add_image(&mut self, repository: &str, content: &str, now: Duration) -> String {
        let uri = format!("registry.example/{repository}");
        let digest = format!("sha256:{}", hash::hex(content));
        let name = format!("{uri}@{digest}");
        self.images.push(StoredImage {
            repository: repository.to_owned(),
            uri,
            tag: "latest".to_owned(),
            digest,
            created: now,
        });
        name
    }

    pub(super) fn put_image(
        &mut self,
        uri: &str,
        tag: &str,
        digest: &str,
        now: Duration,
    ) -> Result<(), (ImageErrorKind, String)> {
        let repository = self
            .items
            .iter()
            .filter(|item| item.addr.kind == ResourceKind::Repository)
            .find(|item| item.outputs.get("uri").is_some_and(|own| own == uri))
            .and_then(|item| match &item.spec {
                ResourceSpec::Repository(spec) => Some(spec.clone()),
                _ => None,
            })
            .ok_or_else(|| (ImageErrorKind::Refused, format!("no repository {uri}")))?;
        let is_tagged =
            |image: &StoredImage| image.repository == repository.name && image.tag == tag;
        // As ECR does, whatever the digest.
        if repository.immutable_tags && self.images.iter().any(is_tagged) {
            let message = format!(
                "the tag {tag} exists in {} and is immutable",
                repository.name
            );
            return Err((ImageErrorKind::TagExists, message));
        }
        let repository = repository.name;
        self.images
            .retain(|image| image.repository != repository || image.tag != tag);
        self.images.push(StoredImage {
            repository,
            uri: uri.to_owned(),
            tag: tag.to_owned(),
            digest: digest.to_owned(),
            created: now,
        });
        Ok(())
    }
}
