//! What each operation does.

use super::failure;
use super::world::{Item, Owner, Version, World, alias_of, api_of, freeze, same_key};
use slipway_engine::port::{Call, CloudError, CloudErrorKind};
use slipway_engine::{Lifecycle, lifecycle};
use slipway_plan::{ApiProtocol, Operation, Outputs, ResourceKind, ResourceSpec, Tags, Text};
use std::time::Duration;

pub(super) type Answer = Result<Outputs, CloudError>;

pub(super) fn refuse(
    call: &Call<'_>,
    kind: CloudErrorKind,
    message: impl Into<String>,
) -> CloudError {
    failure(kind, &call.operation.name(), message)
}

pub(super) fn not_found(call: &Call<'_>) -> CloudError {
    refuse(
        call,
        CloudErrorKind::NotFound,
        format!("{} is not there", call.spec.name()),
    )
}

pub(super) fn mismatch(call: &Call<'_>) -> CloudError {
    refuse(
        call,
        CloudErrorKind::Invalid,
        format!("{} is not for {}", call.operation.name(), call.addr),
    )
}

fn in_progress(call: &Call<'_>) -> CloudError {
    refuse(call, CloudErrorKind::Conflict, "an update is in progress")
}

fn tags_of(spec: &mut ResourceSpec) -> Option<&mut Tags> {
    match spec {
        ResourceSpec::Repository(spec) => Some(&mut spec.tags),
        ResourceSpec::LogGroup(spec) => Some(&mut spec.tags),
        ResourceSpec::Role(spec) => Some(&mut spec.tags),
        ResourceSpec::Function(spec) => Some(&mut spec.tags),
        ResourceSpec::Cluster(spec) => Some(&mut spec.tags),
        ResourceSpec::SecurityGroup(spec) => Some(&mut spec.tags),
        ResourceSpec::Namespace(spec) => Some(&mut spec.tags),
        ResourceSpec::Discovery(spec) => Some(&mut spec.tags),
        ResourceSpec::VpcLink(spec) => Some(&mut spec.tags),
        ResourceSpec::TaskDefinition(spec) => Some(&mut spec.tags),
        ResourceSpec::Service(spec) => Some(&mut spec.tags),
        ResourceSpec::Api(spec) => Some(&mut spec.tags),
        ResourceSpec::Stage(spec) => Some(&mut spec.tags),
        _ => None,
    }
}

impl World {
    pub(super) fn apply(&mut self, call: &Call<'_>, now: Duration) -> Answer {
        match call.operation {
            Operation::BuildImage | Operation::PushImage => Err(mismatch(call)),
            Operation::PublishVersion => self.publish(call, now),
            Operation::UpdateAlias => self.update_alias(call),
            Operation::UpdateFunctionCode | Operation::UpdateFunctionConfiguration => {
                self.update_function(call, now)
            }
            Operation::PutRolePolicy | Operation::AttachRolePolicy => self.put_policy(call, now),
            Operation::RegisterScalableTarget | Operation::PutScalingPolicy => {
                self.put_scaling(call, now)
            }
            Operation::RegisterTaskDefinition => self.register(call, now),
            Operation::AuthorizeSecurityGroupIngress => self.change_rules(call, true),
            Operation::RevokeSecurityGroupIngress => self.change_rules(call, false),
            _ => match lifecycle(call.operation) {
                Lifecycle::Creates => self.create(call, now),
                Lifecycle::Removes => self.remove(call),
                Lifecycle::Changes => self.change(call),
            },
        }
    }

    pub(super) fn add(
        &mut self,
        call: &Call<'_>,
        spec: ResourceSpec,
        outputs: Outputs,
        now: Duration,
    ) {
        self.items.push(Item {
            addr: call.addr.clone(),
            owner: Some(Owner::of(call.scope, call.addr.kind)),
            spec,
            outputs,
            created: now,
            settled: now + self.ready_delay,
            versions: Vec::new(),
        });
    }

    fn create(&mut self, call: &Call<'_>, now: Duration) -> Answer {
        call.spec
            .check_known()
            .map_err(|unknown| refuse(call, CloudErrorKind::Invalid, unknown.to_string()))?;
        self.check_parents(call, now)?;
        if self
            .items
            .iter()
            .any(|item| same_key(&item.spec, call.spec))
        {
            return Err(refuse(
                call,
                CloudErrorKind::AlreadyExists,
                format!("{} exists", call.spec.name()),
            ));
        }
        let mut spec = call.spec.clone();
        match &mut spec {
            ResourceSpec::Repository(repository) => repository.lifecycle.clear(),
            ResourceSpec::LogGroup(group) => group.retention_days = None,
            ResourceSpec::Function(function) => function.concurrency = None,
            ResourceSpec::SecurityGroup(group) => group.ingress = Text::from(""),
            ResourceSpec::Alias(alias) => {
                let version = self.version_of(call, &alias.function)?;
                *alias = alias_of(alias, &version);
            }
            _ => {}
        }
        let outputs = self.outputs(call);
        self.add(call, spec, outputs.clone(), now);
        Ok(outputs)
    }

    pub(super) fn outputs(&mut self, call: &Call<'_>) -> Outputs {
        let scope = call.scope;
        let arn = |service: &str, rest: String| {
            let region = if service == "iam" { "" } else { &scope.region };
            let text = format!("arn:aws:{service}:{region}:{}:{rest}", scope.account);
            ("arn".to_owned(), text)
        };
        let name = call.spec.name();
        match call.spec {
            ResourceSpec::Repository(_) => Outputs::from([
                arn("ecr", format!("repository/{name}")),
                ("uri".to_owned(), format!("{}/{name}", scope.registry)),
            ]),
            ResourceSpec::LogGroup(_) => Outputs::from([arn("logs", format!("log-group:{name}"))]),
            ResourceSpec::Role(_) => Outputs::from([arn("iam", format!("role/{name}"))]),
            ResourceSpec::Function(_) => Outputs::from([arn("lambda", format!("function:{name}"))]),
            ResourceSpec::Alias(_) => {
                let mut outputs = Outputs::from([arn("lambda", format!("function:{name}"))]);
                let version = call.outputs.get("version");
                outputs.extend(version.map(|version| ("version".to_owned(), version.clone())));
                outputs
            }
            ResourceSpec::Api(api) => {
                let id = self.fresh_id();
                let host = format!("{id}.execute-api.{}.amazonaws.com", scope.region);
                let mut outputs = Outputs::from([("id".to_owned(), id)]);
                match api.protocol {
                    ApiProtocol::Http => {
                        outputs.insert("endpoint".to_owned(), format!("https://{host}"));
                    }
                    ApiProtocol::Websocket => {
                        outputs.insert("endpoint".to_owned(), format!("wss://{host}"));
                        outputs.insert("callback".to_owned(), format!("https://{host}"));
                    }
                }
                outputs
            }
            ResourceSpec::Cluster(_) => Outputs::from([arn("ecs", format!("cluster/{name}"))]),
            ResourceSpec::Service(_) => Outputs::from([arn("ecs", format!("service/{name}"))]),
            ResourceSpec::TaskDefinition(_) => {
                let revision = self.fresh_id();
                Outputs::from([arn("ecs", format!("task-definition/{name}:{revision}"))])
            }
            ResourceSpec::SecurityGroup(_) => {
                Outputs::from([("id".to_owned(), format!("sg-{}", self.fresh_id()))])
            }
            ResourceSpec::Namespace(_) | ResourceSpec::Discovery(_) => {
                let id = self.fresh_id();
                let arn = arn(
                    "servicediscovery",
                    format!("{}/{id}", call.addr.kind.prefix()),
                );
                Outputs::from([("id".to_owned(), id), arn])
            }
            ResourceSpec::VpcLink(_) => Outputs::from([("id".to_owned(), self.fresh_id())]),
            ResourceSpec::Integration(_)
            | ResourceSpec::Authorizer(_)
            | ResourceSpec::Route(_)
            | ResourceSpec::RouteResponse(_)
            | ResourceSpec::Deployment(_) => Outputs::from([("id".to_owned(), self.fresh_id())]),
            ResourceSpec::Stage(spec) => {
                let id = spec.api.known().unwrap_or_default();
                let host = format!("{id}.execute-api.{}.amazonaws.com", scope.region);
                let url = match spec.deployment {
                    None => format!("https://{host}"),
                    Some(_) => format!("wss://{host}/{}", spec.name),
                };
                Outputs::from([("url".to_owned(), url)])
            }
            ResourceSpec::Image(_)
            | ResourceSpec::RolePolicy(_)
            | ResourceSpec::PolicyAttachment(_)
            | ResourceSpec::ScalableTarget(_)
            | ResourceSpec::ScalingPolicy(_)
            | ResourceSpec::Permission(_) => Outputs::new(),
        }
    }

    fn check_parents(&self, call: &Call<'_>, now: Duration) -> Result<(), CloudError> {
        if let Some(api) = api_of(call.spec) {
            let there = self
                .items
                .iter()
                .filter(|item| self.is_visible(item.created, now))
                .any(|item| item.addr.kind == ResourceKind::Api && item.id() == Some(api));
            if !there {
                return Err(not_found(call));
            }
        }
        match call.spec {
            ResourceSpec::Function(spec) => {
                let role = spec.role.known();
                let young = self.items.iter().any(|item| {
                    item.addr.kind == ResourceKind::Role
                        && item.outputs.get("arn").map(String::as_str) == role
                        && now < item.created + self.role_delay
                });
                if young {
                    return Err(refuse(
                        call,
                        CloudErrorKind::RoleNotReady,
                        "the role defined for the function cannot be assumed by Lambda",
                    ));
                }
                self.check_image(call, &spec.image)
            }
            ResourceSpec::Alias(spec) => self.version_of(call, &spec.function).map(drop),
            ResourceSpec::Permission(spec) => {
                let alias = self.items.iter().any(|item| {
                    matches!(&item.spec, ResourceSpec::Alias(alias)
                        if alias.function == spec.function && alias.name == spec.qualifier)
                });
                alias.then_some(()).ok_or_else(|| not_found(call))
            }
            ResourceSpec::Route(spec) => {
                let target = spec.target.known();
                let id = target.and_then(|target| target.strip_prefix("integrations/"));
                let is_there = |kind, id| {
                    let mut items = self.items.iter();
                    items.any(|item| item.addr.kind == kind && item.id() == id)
                };
                let authorizer = spec.authorizer.as_ref().map(Text::known);
                let there = is_there(ResourceKind::Integration, id)
                    && authorizer.is_none_or(|id| is_there(ResourceKind::Authorizer, id));
                there.then_some(()).ok_or_else(|| {
                    refuse(
                        call,
                        CloudErrorKind::Invalid,
                        "the route's target or authorizer is not there",
                    )
                })
            }
            ResourceSpec::RouteResponse(spec) => {
                let route = spec.route.known();
                let there = self
                    .items
                    .iter()
                    .any(|item| item.addr.kind == ResourceKind::Route && item.id() == route);
                there.then_some(()).ok_or_else(|| not_found(call))
            }
            ResourceSpec::Stage(spec) => self.check_deployment(call, spec.deployment.as_ref()),
            _ => Ok(()),
        }
    }

    fn check_deployment(
        &self,
        call: &Call<'_>,
        deployment: Option<&Text>,
    ) -> Result<(), CloudError> {
        let Some(id) = deployment.and_then(Text::known) else {
            return Ok(());
        };
        let there = self
            .items
            .iter()
            .any(|item| item.addr.kind == ResourceKind::Deployment && item.id() == Some(id));
        there.then_some(()).ok_or_else(|| not_found(call))
    }

    fn check_image(&self, call: &Call<'_>, image: &Text) -> Result<(), CloudError> {
        let there = self
            .images
            .iter()
            .any(|stored| image.known() == Some(&format!("{}@{}", stored.uri, stored.digest)));
        there.then_some(()).ok_or_else(|| {
            refuse(
                call,
                CloudErrorKind::Invalid,
                "the image is not in the registry",
            )
        })
    }

    fn version_of(&self, call: &Call<'_>, function: &str) -> Result<Version, CloudError> {
        let number: usize = call
            .outputs
            .get("version")
            .and_then(|version| version.parse().ok())
            .ok_or_else(|| refuse(call, CloudErrorKind::Invalid, "no version is given"))?;
        self.function(function)
            .and_then(|item| item.versions.get(number.checked_sub(1)?))
            .cloned()
            .ok_or_else(|| not_found(call))
    }

    /// As AWS does, makes no second version of what did not change.
    fn publish(&mut self, call: &Call<'_>, now: Duration) -> Answer {
        let ResourceSpec::Alias(alias) = call.spec else {
            return Err(mismatch(call));
        };
        let mut functions = self.items.iter_mut().filter_map(|item| match &item.spec {
            ResourceSpec::Function(spec) if spec.name == alias.function => {
                let version = freeze(spec);
                Some((item, version))
            }
            _ => None,
        });
        let (item, version) = functions.next().ok_or_else(|| not_found(call))?;
        if now < item.settled {
            return Err(in_progress(call));
        }
        if item.versions.last() != Some(&version) {
            item.versions.push(version);
        }
        let number = item.versions.len().to_string();
        Ok(Outputs::from([("version".to_owned(), number)]))
    }

    fn update_alias(&mut self, call: &Call<'_>) -> Answer {
        let ResourceSpec::Alias(alias) = call.spec else {
            return Err(mismatch(call));
        };
        let version = self.version_of(call, &alias.function)?;
        let item = self.existing(call)?;
        item.spec = ResourceSpec::Alias(alias_of(alias, &version));
        if let Some(number) = call.outputs.get("version") {
            item.outputs.insert("version".to_owned(), number.clone());
        }
        Ok(item.outputs.clone())
    }

    fn update_function(&mut self, call: &Call<'_>, now: Duration) -> Answer {
        let ResourceSpec::Function(wanted) = call.spec else {
            return Err(mismatch(call));
        };
        self.check_image(call, &wanted.image)?;
        let delay = self.ready_delay;
        let item = self.existing(call)?;
        if now < item.settled {
            return Err(in_progress(call));
        }
        let ResourceSpec::Function(function) = &mut item.spec else {
            return Err(mismatch(call));
        };
        if call.operation == Operation::UpdateFunctionCode {
            function.image = wanted.image.clone();
            function.arch = wanted.arch;
        } else {
            let before = std::mem::replace(function, wanted.clone());
            function.image = before.image;
            function.arch = before.arch;
            function.tags = before.tags;
            function.concurrency = before.concurrency;
        }
        item.settled = now + delay;
        Ok(Outputs::new())
    }

    fn put_policy(&mut self, call: &Call<'_>, now: Duration) -> Answer {
        let name = match call.spec {
            ResourceSpec::RolePolicy(policy) => &policy.role,
            ResourceSpec::PolicyAttachment(policy) => &policy.role,
            _ => return Err(mismatch(call)),
        };
        let role = self
            .items
            .iter()
            .any(|item| matches!(&item.spec, ResourceSpec::Role(role) if role.name == *name));
        if !role {
            return Err(not_found(call));
        }
        self.items.retain(|item| !same_key(&item.spec, call.spec));
        self.add(call, call.spec.clone(), Outputs::new(), now);
        Ok(Outputs::new())
    }

    /// By id for what has one, else by natural key.
    fn position(&self, call: &Call<'_>) -> Option<usize> {
        let id = call.outputs.get("id").map(String::as_str);
        self.items.iter().position(|item| {
            item.addr.kind == call.addr.kind
                && match call.addr.kind {
                    ResourceKind::TaskDefinition => {
                        let arn = id.or(call.outputs.get("arn").map(String::as_str));
                        arn.is_some() && item.id() == arn
                    }
                    ResourceKind::Api
                    | ResourceKind::VpcLink
                    | ResourceKind::Integration
                    | ResourceKind::Authorizer
                    | ResourceKind::Route
                    | ResourceKind::RouteResponse
                    | ResourceKind::Deployment => id.is_some() && item.id() == id,
                    _ => same_key(&item.spec, call.spec),
                }
        })
    }

    pub(super) fn existing(&mut self, call: &Call<'_>) -> Result<&mut Item, CloudError> {
        let at = self.position(call).ok_or_else(|| not_found(call))?;
        Ok(&mut self.items[at])
    }

    fn change(&mut self, call: &Call<'_>) -> Answer {
        let wanted = call.spec.clone();
        if let ResourceSpec::Stage(spec) = &wanted {
            self.check_deployment(call, spec.deployment.as_ref())?;
        }
        let item = self.existing(call)?;
        match call.operation {
            Operation::TagRepository
            | Operation::TagLogGroup
            | Operation::TagRole
            | Operation::TagFunction
            | Operation::TagApi
            | Operation::TagCluster
            | Operation::TagSecurityGroup
            | Operation::TagNamespace
            | Operation::TagDiscovery
            | Operation::TagVpcLink
            | Operation::TagService
            | Operation::TagStage => {
                let new = wanted.tags().cloned().unwrap_or_default();
                if let Some(tags) = tags_of(&mut item.spec) {
                    tags.extend(new);
                }
            }
            Operation::UntagRepository
            | Operation::UntagLogGroup
            | Operation::UntagRole
            | Operation::UntagFunction
            | Operation::UntagApi
            | Operation::UntagCluster
            | Operation::UntagSecurityGroup
            | Operation::UntagNamespace
            | Operation::UntagDiscovery
            | Operation::UntagVpcLink
            | Operation::UntagService
            | Operation::UntagStage => {
                let kept = wanted.tags().cloned().unwrap_or_default();
                if let Some(tags) = tags_of(&mut item.spec) {
                    tags.retain(|key, _| kept.contains_key(key));
                }
            }
            Operation::PutImageScanningConfiguration
            | Operation::PutImageTagMutability
            | Operation::PutLifecyclePolicy => {
                let (ResourceSpec::Repository(own), ResourceSpec::Repository(new)) =
                    (&mut item.spec, wanted)
                else {
                    return Err(mismatch(call));
                };
                match call.operation {
                    Operation::PutImageTagMutability => own.immutable_tags = new.immutable_tags,
                    Operation::PutLifecyclePolicy if new.lifecycle.is_empty() => {
                        return Err(refuse(call, CloudErrorKind::Invalid, "a policy has a rule"));
                    }
                    Operation::PutLifecyclePolicy => own.lifecycle = new.lifecycle,
                    _ => own.scan_on_push = new.scan_on_push,
                }
            }
            _ => {
                let tags = tags_of(&mut item.spec).cloned();
                item.spec = wanted;
                if let (Some(own), Some(before)) = (tags_of(&mut item.spec), tags) {
                    *own = before;
                }
            }
        }
        Ok(Outputs::new())
    }

    fn remove(&mut self, call: &Call<'_>) -> Answer {
        let at = self.position(call).ok_or_else(|| not_found(call))?;
        if let Some(why) = self.needed_by(&self.items[at]) {
            return Err(refuse(call, CloudErrorKind::Conflict, why));
        }
        let gone = self.items.remove(at);
        if let ResourceSpec::Repository(spec) = &gone.spec {
            self.images.retain(|image| image.repository != spec.name);
        }
        self.items.retain(|item| !goes_along(item, &gone));
        Ok(Outputs::new())
    }

    /// Why AWS refuses to delete it.
    fn needed_by(&self, item: &Item) -> Option<&'static str> {
        match &item.spec {
            ResourceSpec::Role(role) => self
                .items
                .iter()
                .any(|other| match &other.spec {
                    ResourceSpec::RolePolicy(policy) => policy.role == role.name,
                    ResourceSpec::PolicyAttachment(policy) => policy.role == role.name,
                    _ => false,
                })
                .then_some("the role still has policies"),
            ResourceSpec::Cluster(_)
            | ResourceSpec::SecurityGroup(_)
            | ResourceSpec::Namespace(_)
            | ResourceSpec::Discovery(_)
            | ResourceSpec::VpcLink(_)
            | ResourceSpec::Service(_) => self.held_by(item),
            ResourceSpec::Integration(_) => {
                let target = format!("integrations/{}", item.id().unwrap_or_default());
                self.items
                    .iter()
                    .any(|other| {
                        matches!(&other.spec, ResourceSpec::Route(route)
                            if route.target.known() == Some(target.as_str()))
                    })
                    .then_some("a route still leads to the integration")
            }
            ResourceSpec::Deployment(_) => self
                .items
                .iter()
                .any(|other| {
                    matches!(&other.spec, ResourceSpec::Stage(stage)
                        if stage.deployment.as_ref().and_then(Text::known) == item.id())
                })
                .then_some("a stage still serves the deployment"),
            ResourceSpec::Authorizer(_) => self
                .items
                .iter()
                .any(|other| {
                    matches!(&other.spec, ResourceSpec::Route(route)
                        if route.authorizer.as_ref().is_some_and(|id| id.known() == item.id()))
                })
                .then_some("a route still asks the authorizer"),
            _ => None,
        }
    }
}

/// Whether AWS deletes `item` together with `gone`.
fn goes_along(item: &Item, gone: &Item) -> bool {
    match (&item.spec, &gone.spec) {
        (ResourceSpec::Alias(alias), ResourceSpec::Function(function)) => {
            alias.function == function.name
        }
        (ResourceSpec::Permission(permission), ResourceSpec::Function(function)) => {
            permission.function == function.name
        }
        (ResourceSpec::Permission(permission), ResourceSpec::Alias(alias)) => {
            permission.function == alias.function && permission.qualifier == alias.name
        }
        (ResourceSpec::RouteResponse(response), ResourceSpec::Route(_)) => {
            response.route.known() == gone.id()
        }
        (ResourceSpec::ScalingPolicy(policy), ResourceSpec::ScalableTarget(target)) => {
            policy.resource == target.resource
        }
        (spec, ResourceSpec::Api(_)) => api_of(spec).is_some() && api_of(spec) == gone.id(),
        _ => false,
    }
}
