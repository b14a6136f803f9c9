//! What a cloud does: each kind of resource created, found, listed, changed and deleted.

use slipway_design::{Arch, Statement};
use slipway_engine::port::{Call, Clock, Cloud, CloudError, CloudErrorKind, Refresh};
use slipway_plan::{
    AliasSpec, ApiProtocol, ApiSpec, FunctionSpec, IntegrationSpec, LogGroupSpec, Observed,
    Operation, Outputs, Ownership, PermissionSpec, RepositorySpec, ResourceAddr, ResourceKind,
    ResourceSpec, RolePolicySpec, RoleSpec, RouteSpec, Scope, StageSpec, TAG_ADDRESS,
    TAG_ENVIRONMENT, TAG_PROJECT, Tags, Text,
};
use std::collections::BTreeMap;
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
}

const RUN: &str = "contract-run";
pub(super) const FUNCTION: &str = "contract-orders";

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
                Ok(Some(outputs)) => {
                    self.outputs
                        .entry(addr.clone())
                        .or_default()
                        .extend(outputs);
                    return;
                }
                Ok(None) => self.subject.clock.sleep(Duration::from_secs(1)).await,
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
        if refuses_a_second {
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
            tags: self.tags(&addr),
        });
        made.push(
            self.create(&[Operation::CreateRepository], &addr, spec)
                .await,
        );
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
            tags: self.tags(&role),
        });
        made.push(self.create(&[Operation::CreateRole], &role, spec).await);
        let addr = at(ResourceKind::RolePolicy, "orders");
        let spec = ResourceSpec::RolePolicy(RolePolicySpec {
            role: FUNCTION.to_owned(),
            name: "slipway".to_owned(),
            statements: vec![Statement {
                actions: vec!["logs:PutLogEvents".to_owned()],
                resources: vec!["*".to_owned()],
            }],
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
            log_group: format!("/aws/lambda/{FUNCTION}"),
            tags: self.tags(&addr),
        };
        let alias = alias_of(&function);
        let spec = ResourceSpec::Function(function);
        made.push(self.create(&[Operation::CreateFunction], &addr, spec).await);
        let addr = at(ResourceKind::Alias, "orders");
        let operations = [Operation::PublishVersion, Operation::CreateAlias];
        made.push(self.create(&operations, &addr, alias).await);
        made
    }

    async fn create_api_side(&mut self) -> Vec<(ResourceAddr, ResourceSpec)> {
        let mut made = Vec::new();
        let api = at(ResourceKind::Api, "public");
        let spec = ResourceSpec::Api(ApiSpec {
            name: "contract-public".to_owned(),
            description: "Public".to_owned(),
            protocol: ApiProtocol::Http,
            select: None,
            tags: self.tags(&api),
        });
        made.push(self.create(&[Operation::CreateApi], &api, spec).await);
        let id = self.output(&api, "id");
        let scope = &self.subject.scope;
        let source_arn = format!(
            "arn:{}:execute-api:{}:{}:{id}/*",
            scope.partition, scope.region, scope.account
        );
        let alias_arn = self.output(&at(ResourceKind::Alias, "orders"), "arn");
        let addr = at(ResourceKind::Permission, "public/orders");
        let spec = ResourceSpec::Permission(PermissionSpec {
            function: FUNCTION.to_owned(),
            qualifier: "live".to_owned(),
            statement_id: slipway_design::names::statement_id("public"),
            principal: "apigateway.amazonaws.com".to_owned(),
            source_arn: Text::from(source_arn),
        });
        made.push(self.create(&[Operation::AddPermission], &addr, spec).await);
        let integration = at(ResourceKind::Integration, "public/orders");
        let spec = ResourceSpec::Integration(IntegrationSpec {
            api: Text::from(id.as_str()),
            uri: Text::from(alias_arn),
            payload_version: "2.0".to_owned(),
            timeout_ms: 30_000,
            description: integration.to_string(),
        });
        let operations = [Operation::CreateIntegration];
        made.push(self.create(&operations, &integration, spec).await);
        let target = format!("integrations/{}", self.output(&integration, "id"));
        let addr = at(ResourceKind::Route, "public/GET /orders/{id}");
        let spec = ResourceSpec::Route(RouteSpec {
            api: Text::from(id.as_str()),
            route_key: "GET /orders/{id}".to_owned(),
            target: Text::from(target),
            reply: false,
        });
        made.push(self.create(&[Operation::CreateRoute], &addr, spec).await);
        let addr = at(ResourceKind::Stage, "public/$default");
        let spec = ResourceSpec::Stage(StageSpec {
            api: Text::from(id),
            name: "$default".to_owned(),
            auto_deploy: true,
            deployment: None,
            variables: BTreeMap::from([("channel".to_owned(), "web".to_owned())]),
            tags: self.tags(&addr),
        });
        made.push(self.create(&[Operation::CreateStage], &addr, spec).await);
        let url = self.output(&addr, "url");
        assert!(!url.is_empty() && !url.ends_with('/'), "{url}");
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
        for (addr, before) in made {
            let mut spec = before.clone();
            let operations: &[Operation] = match &mut spec {
                ResourceSpec::Repository(spec) => {
                    spec.scan_on_push = false;
                    &[Operation::PutImageScanningConfiguration]
                }
                ResourceSpec::LogGroup(spec) => {
                    spec.retention_days = None;
                    spec.tags.remove("team");
                    &[Operation::DeleteRetentionPolicy, Operation::UntagLogGroup]
                }
                ResourceSpec::Role(spec) => {
                    spec.tags.insert("team".to_owned(), "shop".to_owned());
                    &[Operation::TagRole]
                }
                ResourceSpec::RolePolicy(spec) => {
                    spec.statements[0].actions = vec!["logs:CreateLogStream".to_owned()];
                    &[Operation::PutRolePolicy]
                }
                ResourceSpec::Function(spec) => {
                    spec.memory = 512;
                    spec.environment.clear();
                    &[Operation::UpdateFunctionConfiguration]
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
                    &[Operation::UpdateApi]
                }
                ResourceSpec::Integration(spec) => {
                    spec.timeout_ms = 5_000;
                    &[Operation::UpdateIntegration]
                }
                ResourceSpec::Stage(spec) => {
                    spec.variables = BTreeMap::from([("channel".to_owned(), "app".to_owned())]);
                    spec.tags.remove("team");
                    &[Operation::UpdateStage, Operation::UntagStage]
                }
                ResourceSpec::Route(spec) if spec.reply => {
                    spec.reply = false;
                    &[Operation::UpdateRoute]
                }
                ResourceSpec::Image(_)
                | ResourceSpec::Route(_)
                | ResourceSpec::RouteResponse(_)
                | ResourceSpec::Deployment(_)
                | ResourceSpec::Permission(_) => &[],
            };
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
            (ResourceKind::Permission, Operation::RemovePermission),
            (ResourceKind::Api, Operation::DeleteApi),
            (ResourceKind::Alias, Operation::DeleteAlias),
            (ResourceKind::Function, Operation::DeleteFunction),
            (ResourceKind::RolePolicy, Operation::DeleteRolePolicy),
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
        image: function.image.clone(),
    })
}
