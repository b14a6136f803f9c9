//! What a cloud does: each kind of resource created, found, listed, changed and deleted.

mod gateway;

use slipway_design::{Arch, Statement};
use slipway_engine::port::{Call, Clock, Cloud, CloudError, CloudErrorKind, Readiness, Refresh};
use slipway_plan::{
    AliasSpec, Authorization, FunctionSpec, LifecycleRule, LogGroupSpec, Observed, Operation,
    Outputs, Ownership, PolicyAttachmentSpec, RepositorySpec, ResourceAddr, ResourceKind,
    ResourceSpec, RolePolicySpec, RoleSpec, Scope, TAG_ADDRESS, TAG_ENVIRONMENT, TAG_PROJECT, Tags,
    Text,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// A cloud under test.
pub struct CloudSubject {
    pub cloud: Arc<dyn Cloud>,
    pub clock: Arc<dyn Clock>,
    /// Nothing of this project and environment exists in it.
    pub scope: Scope,
    /// An image that functions can run: `registry/name@sha256:…`.
    pub image: String,
    /// Where an emulator falls short of AWS; empty for all else.
    pub gaps: Gaps,
}

/// What an emulator lacks or gets wrong, so that it is left out of the suite there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Gaps {
    /// Changes that it does not know.
    pub operations: &'static [Operation],
    /// Kinds of which it makes a second one where AWS refuses.
    pub seconds: &'static [ResourceKind],
    /// Attributes that it takes and does not give back.
    pub forgets: &'static [(ResourceKind, &'static str)],
    /// Kinds of which it does not tell whether a change has come to its end.
    pub silent: &'static [ResourceKind],
}

const CONNECTIONS: &str = "arn:aws:execute-api:eu-west-1:123456789012:ab12/live/*/@connections/*";
const RUN: &str = "contract-run";
pub(super) const FUNCTION: &str = "contract-orders";
/// Managed policies of AWS, which every account has.
const POLICY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const BOUNDARY: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

pub(super) struct Walk<'a> {
    pub(super) subject: &'a CloudSubject,
    outputs: BTreeMap<ResourceAddr, Outputs>,
}

/// Leaves nothing behind when it passes.
///
/// # Panics
/// With what does not hold.
pub async fn cloud(subject: &CloudSubject) {
    let identity = subject.cloud.identity().await.expect("credentials work");
    assert_eq!(identity.account, subject.scope.account);
    let mut walk = Walk {
        subject,
        outputs: BTreeMap::new(),
    };
    assert_eq!(walk.list().await, [], "nothing of ours is there");
    let specs = walk.create_all().await;
    walk.check_refresh(&specs).await;
    walk.update_some(&specs).await;
    walk.delete_all(&specs).await;
    assert_eq!(walk.list().await, [], "nothing of ours is left");
}

pub(super) fn at(kind: ResourceKind, path: &str) -> ResourceAddr {
    ResourceAddr::new(kind, path)
}

impl Walk<'_> {
    pub(super) fn tags(&self, addr: &ResourceAddr) -> Tags {
        let scope = &self.subject.scope;
        let mut tags = Tags::from([
            (TAG_PROJECT.to_owned(), scope.project.clone()),
            (TAG_ADDRESS.to_owned(), addr.to_string()),
            ("team".to_owned(), "web".to_owned()),
        ]);
        if addr.kind != ResourceKind::Repository {
            tags.insert(TAG_ENVIRONMENT.to_owned(), scope.environment.clone());
        }
        tags
    }

    async fn attempt(
        &self,
        operation: Operation,
        addr: &ResourceAddr,
        spec: &ResourceSpec,
        observed: Option<&Observed>,
    ) -> Result<Outputs, CloudError> {
        let none = Outputs::new();
        for _ in 0..60 {
            let answer = self
                .subject
                .cloud
                .call(Call {
                    scope: &self.subject.scope,
                    operation,
                    addr,
                    spec,
                    observed,
                    outputs: self.outputs.get(addr).unwrap_or(&none),
                    run: RUN,
                })
                .await;
            match answer {
                Err(error)
                    if matches!(
                        error.kind,
                        CloudErrorKind::Throttled
                            | CloudErrorKind::Transient
                            | CloudErrorKind::Conflict
                            | CloudErrorKind::RoleNotReady
                    ) =>
                {
                    self.subject.clock.sleep(Duration::from_secs(1)).await;
                }
                answer => return answer,
            }
        }
        panic!("{operation:?} {addr} did not succeed in 60 tries");
    }

    async fn run(&mut self, operation: Operation, addr: &ResourceAddr, spec: &ResourceSpec) {
        let observed = self.find(addr, spec).await;
        let outputs = self
            .attempt(operation, addr, spec, observed.as_ref())
            .await
            .unwrap_or_else(|error| panic!("{operation:?} {addr}: {error} ({:?})", error.kind));
        self.outputs
            .entry(addr.clone())
            .or_default()
            .extend(outputs);
    }

    async fn find(&self, addr: &ResourceAddr, spec: &ResourceSpec) -> Option<Observed> {
        self.subject
            .cloud
            .find(&self.subject.scope, addr, spec)
            .await
            .unwrap_or_else(|error| panic!("looking for {addr}: {error}"))
    }

    async fn list(&self) -> Vec<ResourceAddr> {
        let mut addrs: Vec<_> = self
            .refresh(&[])
            .await
            .into_iter()
            .map(|observed| observed.addr)
            .collect();
        addrs.sort();
        addrs
    }

    async fn refresh(&self, desired: &[(ResourceAddr, ResourceSpec)]) -> Vec<Observed> {
        self.subject
            .cloud
            .refresh(Refresh {
                scope: &self.subject.scope,
                desired,
                remembered: &[],
            })
            .await
            .expect("looking works")
    }

    pub(super) fn output(&self, addr: &ResourceAddr, name: &str) -> String {
        self.outputs
            .get(addr)
            .and_then(|outputs| outputs.get(name))
            .unwrap_or_else(|| panic!("{addr} has no output `{name}`"))
            .clone()
    }

    pub(super) async fn ready(&mut self, addr: &ResourceAddr, spec: &ResourceSpec) {
        for _ in 0..300 {
            let answer = self
                .subject
                .cloud
                .ready(&self.subject.scope, addr, spec)
                .await;
            match answer {
                Ok(Readiness::Ready(outputs)) => {
                    self.outputs
                        .entry(addr.clone())
                        .or_default()
                        .extend(outputs);
                    return;
                }
                Ok(Readiness::NotYet(_)) => self.subject.clock.sleep(Duration::from_secs(1)).await,
                Err(error) => panic!("waiting for {addr}: {error}"),
            }
        }
        panic!("{addr} did not become ready");
    }

    /// Creates, and checks that it is found as ours, as it was made, and not made twice.
    pub(super) async fn create(
        &mut self,
        operations: &[Operation],
        addr: &ResourceAddr,
        spec: ResourceSpec,
    ) -> (ResourceAddr, ResourceSpec) {
        assert_eq!(
            self.find(addr, &spec).await,
            None,
            "{addr} is not there yet"
        );
        for operation in operations {
            self.run(*operation, addr, &spec).await;
        }
        if addr.kind == ResourceKind::Function {
            self.ready(addr, &spec).await;
        }
        let found = self
            .find(addr, &spec)
            .await
            .unwrap_or_else(|| panic!("{addr} is not found"));
        assert_eq!(found.ownership, Ownership::Ours, "{addr}");
        assert_eq!(found.spec, spec, "{addr} is as it was made");
        for (name, value) in self.outputs.get(addr).into_iter().flatten() {
            assert_eq!(
                found.outputs.get(name),
                Some(value),
                "{addr}: output {name}"
            );
        }
        let refuses_a_second = matches!(
            addr.kind,
            ResourceKind::Repository
                | ResourceKind::LogGroup
                | ResourceKind::Role
                | ResourceKind::Function
                | ResourceKind::Alias
                | ResourceKind::Route
                | ResourceKind::Stage
                | ResourceKind::Permission
        );
        if refuses_a_second && !self.subject.gaps.seconds.contains(&addr.kind) {
            let create = operations
                .iter()
                .copied()
                .find(|operation| {
                    slipway_engine::lifecycle(*operation) == slipway_engine::Lifecycle::Creates
                })
                .expect("it was created");
            let error = self
                .attempt(create, addr, &spec, None)
                .await
                .expect_err("a second one of the same key is refused");
            assert_eq!(error.kind, CloudErrorKind::AlreadyExists, "{addr}: {error}");
        }
        (addr.clone(), spec)
    }

    async fn create_all(&mut self) -> Vec<(ResourceAddr, ResourceSpec)> {
        let mut made = self.create_function_side().await;
        made.extend(self.create_api_side().await);
        made.extend(self.create_websocket_side().await);
        made
    }

    async fn create_function_side(&mut self) -> Vec<(ResourceAddr, ResourceSpec)> {
        let mut made = Vec::new();
        let addr = at(ResourceKind::Repository, "orders");
        let spec = ResourceSpec::Repository(RepositorySpec {
            name: "contract/orders".to_owned(),
            scan_on_push: true,
            immutable_tags: true,
            lifecycle: vec![LifecycleRule::Untagged { untagged_days: 30 }],
            tags: self.tags(&addr),
        });
        let operations = [Operation::CreateRepository, Operation::PutLifecyclePolicy];
        made.push(self.create(&operations, &addr, spec).await);
        let addr = at(ResourceKind::LogGroup, "orders");
        let spec = ResourceSpec::LogGroup(LogGroupSpec {
            name: format!("/aws/lambda/{FUNCTION}"),
            retention_days: Some(14),
            tags: self.tags(&addr),
        });
        let operations = [Operation::CreateLogGroup, Operation::PutRetentionPolicy];
        made.push(self.create(&operations, &addr, spec).await);
        let role = at(ResourceKind::Role, "orders");
        let spec = ResourceSpec::Role(RoleSpec {
            name: FUNCTION.to_owned(),
            principal: "lambda.amazonaws.com".to_owned(),
            permissions_boundary: Some(BOUNDARY.to_owned()),
            tags: self.tags(&role),
        });
        made.push(self.create(&[Operation::CreateRole], &role, spec).await);
        let addr = at(ResourceKind::PolicyAttachment, &format!("orders/{POLICY}"));
        let spec = ResourceSpec::PolicyAttachment(PolicyAttachmentSpec {
            role: FUNCTION.to_owned(),
            policy: POLICY.to_owned(),
        });
        let operations = [Operation::AttachRolePolicy];
        made.push(self.create(&operations, &addr, spec).await);
        let addr = at(ResourceKind::RolePolicy, "orders");
        let spec = ResourceSpec::RolePolicy(RolePolicySpec {
            role: FUNCTION.to_owned(),
            name: "slipway".to_owned(),
            statements: vec![Statement {
                actions: vec!["logs:PutLogEvents".to_owned()],
                resources: vec!["*".to_owned()],
            }],
            connections: vec![Text::from(CONNECTIONS)],
        });
        made.push(self.create(&[Operation::PutRolePolicy], &addr, spec).await);
        let addr = at(ResourceKind::Function, "orders");
        let function = FunctionSpec {
            name: FUNCTION.to_owned(),
            description: "Orders".to_owned(),
            role: Text::from(self.output(&role, "arn")),
            image: Text::from(self.subject.image.as_str()),
            arch: Arch::X86_64,
            memory: 256,
            timeout: 9,
            ephemeral_storage: 512,
            environment: BTreeMap::from([("TABLE".to_owned(), "orders".to_owned())]),
            subnets: BTreeSet::new(),
            security_groups: BTreeSet::new(),
            concurrency: Some(2),
            callbacks: BTreeMap::from([(
                slipway_design::names::callback_variable("live"),
                Text::from("https://ab12.execute-api.eu-west-1.amazonaws.com/live"),
            )]),
            log_group: format!("/aws/lambda/{FUNCTION}"),
            tags: self.tags(&addr),
        };
        let alias = alias_of(&function);
        let spec = ResourceSpec::Function(function);
        let operations = [Operation::CreateFunction, Operation::PutFunctionConcurrency];
        made.push(self.create(&operations, &addr, spec).await);
        let addr = at(ResourceKind::Alias, "orders");
        let operations = [Operation::PublishVersion, Operation::CreateAlias];
        made.push(self.create(&operations, &addr, alias).await);
        made
    }

    /// A refresh shows all of it, by name or tag, once each, and nothing else.
    async fn check_refresh(&self, made: &[(ResourceAddr, ResourceSpec)]) {
        let mut observed = self.refresh(made).await;
        observed.sort_by(|one, other| one.addr.cmp(&other.addr));
        let mut expected = made.to_vec();
        expected.sort_by(|(one, _), (other, _)| one.cmp(other));
        let addrs: Vec<_> = observed.iter().map(|one| &one.addr).collect();
        assert_eq!(
            addrs,
            expected.iter().map(|(addr, _)| addr).collect::<Vec<_>>()
        );
        for (seen, (addr, spec)) in observed.iter().zip(&expected) {
            assert_eq!(&seen.spec, spec, "{addr} as a refresh sees it");
            assert_eq!(seen.ownership, Ownership::Ours, "{addr}");
            assert!(seen.surplus.is_empty(), "{addr}");
        }
    }

    /// Each kind of change in place.
    async fn update_some(&mut self, made: &[(ResourceAddr, ResourceSpec)]) {
        let gaps = self.subject.gaps.operations;
        for (addr, before) in made {
            let mut spec = before.clone();
            let operations: &[Operation] = match &mut spec {
                ResourceSpec::Repository(spec) => {
                    spec.immutable_tags = false;
                    spec.lifecycle = vec![LifecycleRule::Untagged { untagged_days: 7 }];
                    let all = &[
                        Operation::PutImageTagMutability,
                        Operation::PutLifecyclePolicy,
                        Operation::PutImageScanningConfiguration,
                    ];
                    if gaps.contains(&Operation::PutImageScanningConfiguration) {
                        &all[..2]
                    } else {
                        spec.scan_on_push = false;
                        all
                    }
                }
                ResourceSpec::LogGroup(spec) => {
                    spec.retention_days = None;
                    spec.tags.remove("team");
                    &[Operation::DeleteRetentionPolicy, Operation::UntagLogGroup]
                }
                ResourceSpec::Role(spec) => {
                    spec.tags.insert("team".to_owned(), "shop".to_owned());
                    spec.permissions_boundary = None;
                    &[Operation::TagRole, Operation::DeleteRolePermissionsBoundary]
                }
                ResourceSpec::RolePolicy(spec) => {
                    spec.statements[0].actions = vec!["logs:CreateLogStream".to_owned()];
                    spec.connections.clear();
                    &[Operation::PutRolePolicy]
                }
                ResourceSpec::Function(spec) => {
                    spec.memory = 512;
                    spec.environment.clear();
                    spec.concurrency = None;
                    &[
                        Operation::UpdateFunctionConfiguration,
                        Operation::DeleteFunctionConcurrency,
                    ]
                }
                ResourceSpec::Alias(alias) => {
                    let function = self.changed_function(made);
                    if let ResourceSpec::Alias(new) = alias_of(&function) {
                        *alias = new;
                    }
                    &[Operation::PublishVersion, Operation::UpdateAlias]
                }
                ResourceSpec::Api(spec) => {
                    spec.description = "Other".to_owned();
                    spec.cors = None;
                    &[Operation::UpdateApi, Operation::DeleteCorsConfiguration]
                }
                ResourceSpec::Integration(spec) => {
                    spec.timeout_ms = 5_000;
                    &[Operation::UpdateIntegration]
                }
                ResourceSpec::Authorizer(spec) => {
                    spec.identity = BTreeSet::from(["$request.header.x-token".to_owned()]);
                    &[Operation::UpdateAuthorizer]
                }
                ResourceSpec::Route(spec) => {
                    spec.reply = false;
                    spec.authorization = Authorization::None;
                    spec.authorizer = None;
                    spec.scopes.clear();
                    &[Operation::UpdateRoute]
                }
                ResourceSpec::Stage(spec) => {
                    spec.throttle = None;
                    spec.route_throttle.clear();
                    spec.access_log = None;
                    spec.variables = BTreeMap::from([("channel".to_owned(), "app".to_owned())]);
                    spec.tags.remove("team");
                    &[
                        Operation::UpdateStage,
                        Operation::DeleteRouteSettings,
                        Operation::DeleteAccessLogSettings,
                        Operation::UntagStage,
                    ]
                }
                _ => &[],
            };
            if operations.iter().any(|operation| gaps.contains(operation)) {
                continue;
            }
            for operation in operations {
                self.run(*operation, addr, &spec).await;
                if addr.kind == ResourceKind::Function {
                    self.ready(addr, &spec).await;
                }
            }
            let found = self.find(addr, &spec).await.expect("it is still there");
            assert_eq!(found.spec, spec, "{addr} after {operations:?}");
        }
    }

    fn changed_function(&self, made: &[(ResourceAddr, ResourceSpec)]) -> FunctionSpec {
        let function = made.iter().find_map(|(_, spec)| match spec {
            ResourceSpec::Function(spec) => Some(spec.clone()),
            _ => None,
        });
        let mut function = function.expect("a function was made");
        function.memory = 512;
        function.environment.clear();
        function
    }

    async fn delete_all(&mut self, made: &[(ResourceAddr, ResourceSpec)]) {
        let order = [
            (ResourceKind::Stage, Operation::DeleteStage),
            (ResourceKind::Deployment, Operation::DeleteDeployment),
            (ResourceKind::RouteResponse, Operation::DeleteRouteResponse),
            (ResourceKind::Route, Operation::DeleteRoute),
            (ResourceKind::Integration, Operation::DeleteIntegration),
            (ResourceKind::Authorizer, Operation::DeleteAuthorizer),
            (ResourceKind::Permission, Operation::RemovePermission),
            (ResourceKind::Api, Operation::DeleteApi),
            (ResourceKind::Alias, Operation::DeleteAlias),
            (ResourceKind::Function, Operation::DeleteFunction),
            (ResourceKind::RolePolicy, Operation::DeleteRolePolicy),
            (ResourceKind::PolicyAttachment, Operation::DetachRolePolicy),
            (ResourceKind::Role, Operation::DeleteRole),
            (ResourceKind::LogGroup, Operation::DeleteLogGroup),
            (ResourceKind::Repository, Operation::DeleteRepository),
        ];
        for (kind, operation) in order {
            for (addr, spec) in made.iter().filter(|(addr, _)| addr.kind == kind) {
                let observed = self.find(addr, spec).await;
                self.run(operation, addr, spec).await;
                assert_eq!(self.find(addr, spec).await, None, "{addr} is gone");
                // What is gone already is no failure of a delete: either answer says so.
                let again = self.attempt(operation, addr, spec, observed.as_ref());
                if let Err(error) = again.await {
                    assert_eq!(error.kind, CloudErrorKind::NotFound, "{addr}: {error}");
                }
            }
        }
    }
}

fn alias_of(function: &FunctionSpec) -> ResourceSpec {
    ResourceSpec::Alias(AliasSpec {
        function: function.name.clone(),
        name: slipway_plan::LIVE.to_owned(),
        configuration: function.version_configuration(FUNCTION),
        callbacks: function.callbacks.clone(),
        image: function.image.clone(),
    })
}
