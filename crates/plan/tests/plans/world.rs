//! A world in memory that a plan is applied to, step by step. It knows what each operation may
//! touch and what must be there before it, written down independently of the planner.

mod checks;

use slipway_plan::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) resources: BTreeMap<ResourceAddr, (ResourceSpec, Outputs)>,
    /// Images by repository and tag, with their digest.
    images: BTreeMap<(String, String), String>,
    /// Versions published and not yet live.
    published: BTreeMap<ResourceAddr, AliasSpec>,
    /// What each deployment has frozen.
    deployed: BTreeMap<ResourceAddr, BTreeMap<String, (String, bool)>>,
    /// Copies that a lost reply left.
    pub(crate) surplus: BTreeMap<ResourceAddr, Vec<String>>,
    /// Digest that a build yields in place of one that follows from the fingerprint.
    pub(crate) yields: BTreeMap<String, String>,
    /// Every operation that had an effect, in order.
    pub(crate) log: Vec<(Operation, ResourceAddr)>,
    ids: u32,
}

impl World {
    /// What a refresh tells: an image is there when the tag of its fingerprint is.
    pub(crate) fn observe(&self, desired: &[Desired]) -> Vec<Observed> {
        let mut observed: Vec<Observed> = self
            .resources
            .iter()
            .filter(|(addr, _)| addr.kind != ResourceKind::Image)
            .map(|(addr, (spec, outputs))| Observed {
                addr: addr.clone(),
                spec: spec.clone(),
                outputs: outputs.clone(),
                ownership: Ownership::Ours,
                surplus: self.surplus.get(addr).cloned().unwrap_or_default(),
            })
            .collect();
        for one in desired {
            let ResourceSpec::Image(spec) = &one.spec else {
                continue;
            };
            if let Some(digest) = self.images.get(&(spec.repository.clone(), spec.tag())) {
                observed.push(Observed {
                    addr: one.addr.clone(),
                    spec: one.spec.clone(),
                    outputs: Outputs::from([("digest".into(), digest.clone())]),
                    ownership: Ownership::Ours,
                    surplus: Vec::new(),
                });
            }
        }
        observed
    }

    /// The state that a run would have saved.
    pub(crate) fn state(&self, serial: u64) -> State {
        State {
            version: STATE_VERSION,
            project: "shop".into(),
            environment: "dev".into(),
            serial,
            resources: self
                .resources
                .iter()
                .map(|(addr, (spec, outputs))| {
                    let entry = StateEntry {
                        spec: spec.clone(),
                        outputs: outputs.clone(),
                        run: "run".into(),
                    };
                    (addr.clone(), entry)
                })
                .collect(),
        }
    }

    /// Carries out the graph in its order.
    pub(crate) fn apply(&mut self, plan: &Plan) {
        self.apply_steps(plan, usize::MAX, |_| 0);
    }

    /// Carries out so many steps in some order that the graph allows: `pick` chooses one of the
    /// steps that may run.
    pub(crate) fn apply_steps(
        &mut self,
        plan: &Plan,
        steps: usize,
        mut pick: impl FnMut(usize) -> usize,
    ) {
        let mut outputs: BTreeMap<ResourceAddr, Outputs> = plan
            .changes
            .iter()
            .filter_map(|one| Some((one.addr.clone(), one.observed.as_ref()?.outputs.clone())))
            .collect();
        let mut done: BTreeSet<&NodeId> = BTreeSet::new();
        let mut left: Vec<&Node> = plan.graph.nodes.iter().collect();
        for _ in 0..steps {
            let ready: Vec<usize> = (0..left.len())
                .filter(|at| left[*at].after.iter().all(|before| done.contains(before)))
                .collect();
            if ready.is_empty() {
                assert!(left.is_empty(), "nothing of {left:?} can run");
                break;
            }
            let node = left.remove(ready[pick(ready.len())]);
            self.run(plan, node, &mut outputs);
            done.insert(&node.id);
        }
    }

    /// As an engine would: texts are filled in just before.
    fn run(&mut self, plan: &Plan, node: &Node, outputs: &mut BTreeMap<ResourceAddr, Outputs>) {
        let Step::Do(operation) = node.step else {
            return;
        };
        let at = plan.changes.iter().find(|one| one.addr == node.addr);
        let change = at.expect("a step belongs to a change");
        if let Some(copy) = &node.surplus {
            let copies = self.surplus.get_mut(&node.addr).unwrap();
            copies.retain(|one| one != copy);
            self.log.push((operation, node.addr.clone()));
            return;
        }
        let desired = change.desired.as_ref().map(|spec| spec.fill(outputs));
        if let (Action::Update, Some(desired), Some(observed)) =
            (change.action, &desired, &change.observed)
            && !still_needed(operation, desired, &observed.spec)
        {
            return;
        }
        self.log.push((operation, node.addr.clone()));
        let new = self.carry_out(operation, &node.addr, desired.as_ref(), change);
        outputs.entry(node.addr.clone()).or_default().extend(new);
    }

    fn carry_out(
        &mut self,
        operation: Operation,
        addr: &ResourceAddr,
        desired: Option<&ResourceSpec>,
        change: &Change,
    ) -> Outputs {
        use Operation as O;
        match operation {
            O::BuildImage => Outputs::new(),
            O::PushImage => self.push(addr, desired.unwrap()),
            O::CreateRepository
            | O::CreateLogGroup
            | O::CreateRole
            | O::CreateFunction
            | O::CreateApi
            | O::CreateIntegration
            | O::CreateAuthorizer
            | O::AttachRolePolicy
            | O::CreateRoute
            | O::CreateRouteResponse
            | O::CreateDeployment
            | O::CreateStage
            | O::AddPermission => self.create(addr, desired.unwrap()),
            O::PublishVersion => self.publish(addr, desired.unwrap()),
            O::CreateAlias | O::UpdateAlias => self.point_alias(operation, addr),
            O::PutRolePolicy => {
                self.must_exist(ResourceKind::Role, &addr.path);
                let entry = (desired.unwrap().clone(), Outputs::new());
                self.resources.insert(addr.clone(), entry);
                Outputs::new()
            }
            O::DeleteRepository
            | O::DeleteLogGroup
            | O::DeleteRole
            | O::DeleteRolePolicy
            | O::DetachRolePolicy
            | O::DeleteAuthorizer
            | O::DeleteFunction
            | O::DeleteAlias
            | O::DeleteApi
            | O::DeleteIntegration
            | O::DeleteRoute
            | O::DeleteRouteResponse
            | O::DeleteDeployment
            | O::DeleteStage
            | O::RemovePermission => {
                self.delete(addr, &change.observed.as_ref().unwrap().spec);
                Outputs::new()
            }
            _ => {
                self.change(operation, addr, desired.unwrap());
                Outputs::new()
            }
        }
    }

    fn push(&mut self, addr: &ResourceAddr, spec: &ResourceSpec) -> Outputs {
        let ResourceSpec::Image(image) = spec else {
            panic!("{addr} is no image")
        };
        self.must_exist(ResourceKind::Repository, &addr.path);
        let digest = self
            .yields
            .get(&image.fingerprint)
            .cloned()
            .unwrap_or_else(|| format!("sha256:of-{}", image.fingerprint));
        self.images
            .insert((image.repository.clone(), image.tag()), digest.clone());
        let outputs = Outputs::from([("digest".into(), digest)]);
        self.resources
            .insert(addr.clone(), (spec.clone(), outputs.clone()));
        outputs
    }

    fn create(&mut self, addr: &ResourceAddr, spec: &ResourceSpec) -> Outputs {
        spec.check_known()
            .unwrap_or_else(|missing| panic!("{addr}: {missing}"));
        assert!(!self.resources.contains_key(addr), "{addr} exists");
        let mut spec = spec.clone();
        let mut outputs = Outputs::new();
        match &mut spec {
            ResourceSpec::Repository(repository) => repository.lifecycle.clear(),
            ResourceSpec::LogGroup(group) => group.retention_days = None,
            ResourceSpec::Function(function) => {
                self.check_function(addr, function);
                function.concurrency = None;
            }
            ResourceSpec::PolicyAttachment(_) => {
                self.must_exist(ResourceKind::Role, addr.owner_key());
            }
            ResourceSpec::Authorizer(authorizer) => {
                self.check_api(addr, &authorizer.api);
                outputs.insert("id".into(), self.next_id("authorizer"));
            }
            ResourceSpec::Api(_) => {
                let id = self.next_id("api");
                outputs.insert("callback".into(), format!("https://{id}"));
                outputs.insert("id".into(), id);
            }
            ResourceSpec::Integration(integration) => {
                self.check_api(addr, &integration.api);
                outputs.insert("id".into(), self.next_id("integration"));
            }
            ResourceSpec::Route(route) => {
                self.check_api(addr, &route.api);
                self.check_target(addr, route);
                outputs.insert("id".into(), self.next_id("route"));
            }
            ResourceSpec::RouteResponse(response) => {
                self.check_api(addr, &response.api);
                let route = ResourceAddr::new(ResourceKind::Route, addr.path.as_str());
                let (_, route) = &self.resources[&route];
                assert_eq!(response.route.known(), Some(route["id"].as_str()), "{addr}");
                outputs.insert("id".into(), self.next_id("response"));
            }
            ResourceSpec::Deployment(deployment) => {
                self.check_api(addr, &deployment.api);
                let frozen = self.frozen(addr.owner_key());
                self.deployed.insert(addr.clone(), frozen);
                outputs.insert("id".into(), self.next_id("deployment"));
            }
            ResourceSpec::Stage(stage) => {
                self.check_stage(addr, stage);
            }
            ResourceSpec::Permission(permission) => {
                self.must_exist(ResourceKind::Alias, addr.member_key());
                let (_, api) =
                    &self.resources[&ResourceAddr::new(ResourceKind::Api, addr.owner_key())];
                let end = format!(":{}/*", api["id"]);
                let arn = permission.source_arn.known().unwrap();
                assert!(arn.ends_with(&end), "{arn} is not of {end}");
            }
            _ => {}
        }
        self.resources.insert(addr.clone(), (spec, outputs.clone()));
        outputs
    }

    fn publish(&mut self, addr: &ResourceAddr, desired: &ResourceSpec) -> Outputs {
        let ResourceSpec::Alias(alias) = desired else {
            panic!("{addr} is no alias")
        };
        let function = ResourceAddr::new(ResourceKind::Function, addr.path.as_str());
        let (ResourceSpec::Function(function), _) = &self.resources[&function] else {
            panic!("not a function")
        };
        let role = function.role.known().unwrap().rsplit('/').next().unwrap();
        let version = AliasSpec {
            function: function.name.clone(),
            name: alias.name.clone(),
            configuration: function.version_configuration(role),
            callbacks: function.callbacks.clone(),
            image: function.image.clone(),
        };
        self.published.insert(addr.clone(), version);
        Outputs::from([("version".into(), self.next_id("version"))])
    }

    fn point_alias(&mut self, operation: Operation, addr: &ResourceAddr) -> Outputs {
        let exists = self.resources.contains_key(addr);
        assert_eq!(exists, operation == Operation::UpdateAlias, "{addr}");
        let version = self.published.remove(addr).expect("a published version");
        let entry = (ResourceSpec::Alias(version), Outputs::new());
        self.resources.insert(addr.clone(), entry);
        Outputs::new()
    }

    fn delete(&mut self, addr: &ResourceAddr, was: &ResourceSpec) {
        let (there, outputs) = self
            .resources
            .remove(addr)
            .unwrap_or_else(|| panic!("{addr} is not there"));
        assert_eq!(there.name(), was.name());
        let path = addr.path.clone();
        match addr.kind {
            ResourceKind::Function => self.resources.retain(|other, (spec, _)| {
                let calls = format!(":function:{}:", was.name());
                let uri = match spec {
                    ResourceSpec::Integration(spec) => spec.uri.known(),
                    ResourceSpec::Authorizer(spec) => spec.uri.as_deref(),
                    _ => None,
                };
                assert!(
                    uri.is_none_or(|uri| !uri.contains(&calls)),
                    "{other} calls {addr}"
                );
                !(other.kind == ResourceKind::Alias && other.path == path
                    || other.kind == ResourceKind::Permission && other.member_key() == path)
            }),
            ResourceKind::Api => self.resources.retain(|other, _| {
                use ResourceKind as K;
                let goes = matches!(
                    other.kind,
                    K::Integration
                        | K::Authorizer
                        | K::Route
                        | K::RouteResponse
                        | K::Deployment
                        | K::Stage
                );
                !(goes && other.owner_key() == path)
            }),
            ResourceKind::Repository => {
                let name = was.name();
                self.images.retain(|(repository, _), _| *repository != name);
                self.resources
                    .remove(&ResourceAddr::new(ResourceKind::Image, path));
            }
            ResourceKind::Role => {
                let policy = ResourceAddr::new(ResourceKind::RolePolicy, path);
                assert!(!self.resources.contains_key(&policy), "{addr} has a policy");
                let attached = |one: &ResourceAddr| {
                    one.kind == ResourceKind::PolicyAttachment && one.owner_key() == addr.path
                };
                assert!(!self.resources.keys().any(attached), "{addr} has a policy");
            }
            ResourceKind::Authorizer => {
                for (other, (spec, _)) in &self.resources {
                    if let ResourceSpec::Route(route) = spec {
                        let asked = route.authorizer.as_ref().and_then(Text::known);
                        assert_ne!(asked, Some(outputs["id"].as_str()), "{other}");
                    }
                }
            }
            ResourceKind::Route => {
                for (other, (spec, _)) in &self.resources {
                    if let ResourceSpec::Stage(stage) = spec {
                        let limited = other.owner_key() == addr.owner_key()
                            && stage.auto_deploy
                            && stage.route_throttle.contains_key(addr.member_key());
                        assert!(!limited, "{other} limits {addr}");
                    }
                }
                let response = ResourceAddr::new(ResourceKind::RouteResponse, path);
                self.resources.remove(&response);
            }
            ResourceKind::Deployment => {
                for (other, (spec, _)) in &self.resources {
                    if let ResourceSpec::Stage(stage) = spec {
                        let serves = stage.deployment.as_ref().and_then(Text::known);
                        assert_ne!(serves, Some(outputs["id"].as_str()), "{other}");
                    }
                }
            }
            ResourceKind::Integration => {
                let target = format!("integrations/{}", outputs["id"]);
                for (other, (spec, _)) in &self.resources {
                    if let ResourceSpec::Route(route) = spec {
                        assert_ne!(route.target.known(), Some(target.as_str()), "{other}");
                    }
                }
            }
            _ => {}
        }
    }

    fn change(&mut self, operation: Operation, addr: &ResourceAddr, desired: &ResourceSpec) {
        use Operation as O;
        use ResourceSpec as S;
        desired
            .check_known()
            .unwrap_or_else(|missing| panic!("{addr}: {missing}"));
        match desired {
            S::Route(route) => self.check_target(addr, route),
            S::Stage(stage) if operation == O::UpdateStage => self.check_stage(addr, stage),
            _ => {}
        }
        if let S::Stage(stage) = desired {
            self.check_deployment(addr, stage);
        }
        let (there, _) = self
            .resources
            .get_mut(addr)
            .unwrap_or_else(|| panic!("{addr} is not there"));
        match (operation, there, desired.clone()) {
            (O::PutImageScanningConfiguration, S::Repository(it), S::Repository(to)) => {
                it.scan_on_push = to.scan_on_push;
            }
            (O::PutImageTagMutability, S::Repository(it), S::Repository(to)) => {
                it.immutable_tags = to.immutable_tags;
            }
            (O::PutLifecyclePolicy, S::Repository(it), S::Repository(to)) => {
                assert!(!to.lifecycle.is_empty());
                it.lifecycle = to.lifecycle;
            }
            (O::PutRetentionPolicy, S::LogGroup(it), S::LogGroup(to)) => {
                assert!(to.retention_days.is_some());
                it.retention_days = to.retention_days;
            }
            (O::DeleteRetentionPolicy, S::LogGroup(it), S::LogGroup(_)) => it.retention_days = None,
            (O::UpdateAssumeRolePolicy, S::Role(it), S::Role(to)) => it.principal = to.principal,
            (O::UpdateFunctionCode, S::Function(it), S::Function(to)) => {
                it.image = to.image;
                it.arch = to.arch;
            }
            (O::UpdateFunctionConfiguration, S::Function(it), S::Function(to)) => {
                *it = FunctionSpec {
                    image: it.image.clone(),
                    arch: it.arch,
                    tags: it.tags.clone(),
                    name: it.name.clone(),
                    concurrency: it.concurrency,
                    ..to
                };
            }
            (O::PutFunctionConcurrency, S::Function(it), S::Function(to)) => {
                assert!(to.concurrency.is_some());
                it.concurrency = to.concurrency;
            }
            (O::DeleteFunctionConcurrency, S::Function(it), S::Function(_)) => {
                it.concurrency = None;
            }
            (O::PutRolePermissionsBoundary, S::Role(it), S::Role(to)) => {
                assert!(to.permissions_boundary.is_some());
                it.permissions_boundary = to.permissions_boundary;
            }
            (O::DeleteRolePermissionsBoundary, S::Role(it), S::Role(_)) => {
                it.permissions_boundary = None;
            }
            (O::UpdateApi, S::Api(it), S::Api(to)) => {
                it.name = to.name;
                it.description = to.description;
                assert_eq!(it.protocol, to.protocol, "{addr}");
                it.select = to.select;
                it.cors = to.cors.or(it.cors.take());
            }
            (O::DeleteCorsConfiguration, S::Api(it), S::Api(_)) => it.cors = None,
            (O::UpdateAuthorizer, S::Authorizer(it), S::Authorizer(to)) => *it = to,
            (O::UpdateIntegration, S::Integration(it), S::Integration(to)) => *it = to,
            (O::UpdateRoute, S::Route(it), S::Route(to)) => *it = to,
            (O::UpdateStage, S::Stage(it), S::Stage(to)) => {
                it.auto_deploy = to.auto_deploy;
                it.deployment = to.deployment;
                it.variables = to.variables;
                it.throttle = to.throttle;
                it.route_throttle.extend(to.route_throttle);
                it.access_log = to.access_log.or(it.access_log.take());
            }
            (O::DeleteRouteSettings, S::Stage(it), S::Stage(to)) => it
                .route_throttle
                .retain(|key, _| to.route_throttle.contains_key(key)),
            (O::DeleteAccessLogSettings, S::Stage(it), S::Stage(_)) => it.access_log = None,
            (tag, there, to) => change_tags(tag, there, &to),
        }
    }

    fn must_exist(&self, kind: ResourceKind, path: &str) {
        let addr = ResourceAddr::new(kind, path);
        assert!(self.resources.contains_key(&addr), "{addr} is not there");
    }

    fn next_id(&mut self, what: &str) -> String {
        self.ids += 1;
        format!("{what}{}", self.ids)
    }
}

fn change_tags(operation: Operation, there: &mut ResourceSpec, to: &ResourceSpec) {
    let wanted = to.tags().expect("a kind with tags").clone();
    let tags = match there {
        ResourceSpec::Repository(it) => &mut it.tags,
        ResourceSpec::LogGroup(it) => &mut it.tags,
        ResourceSpec::Role(it) => &mut it.tags,
        ResourceSpec::Function(it) => &mut it.tags,
        ResourceSpec::Api(it) => &mut it.tags,
        ResourceSpec::Stage(it) => &mut it.tags,
        other => panic!("{operation:?} on {other:?}"),
    };
    let name = operation.name();
    if name.starts_with("untag_") {
        tags.retain(|key, _| wanted.contains_key(key));
    } else {
        assert!(name.starts_with("tag_"), "{name}");
        tags.extend(wanted);
    }
}
