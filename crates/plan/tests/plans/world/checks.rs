//! What must be there before a thing is made that refers to it.

use super::World;
use slipway_plan::*;
use std::collections::BTreeMap;

impl World {
    pub(super) fn check_function(&self, addr: &ResourceAddr, function: &FunctionSpec) {
        self.must_exist(ResourceKind::LogGroup, &addr.path);
        let role = function.role.known().unwrap();
        if !role.ends_with("/of-the-user") {
            self.must_exist(ResourceKind::Role, &addr.path);
            self.must_exist(ResourceKind::RolePolicy, &addr.path);
        }
        let image = function.image.known().unwrap();
        let pushed = self
            .images
            .iter()
            .any(|((repository, _), digest)| image.ends_with(&format!("/{repository}@{digest}")));
        assert!(
            pushed || image.contains("ready-made"),
            "{image} is not there"
        );
    }

    pub(super) fn check_api(&self, addr: &ResourceAddr, api: &Text) {
        let (_, outputs) = &self.resources[&ResourceAddr::new(ResourceKind::Api, addr.owner_key())];
        assert_eq!(api.known(), Some(outputs["id"].as_str()), "{addr}");
    }

    /// What a deployment of the API holds: each route with where it leads, and whether it answers.
    pub(super) fn frozen(&self, api: &str) -> BTreeMap<String, (String, bool)> {
        self.resources
            .iter()
            .filter(|(addr, _)| addr.kind == ResourceKind::Route && addr.owner_key() == api)
            .map(|(addr, (spec, _))| {
                let ResourceSpec::Route(route) = spec else {
                    panic!("{addr} is no route")
                };
                self.check_target(addr, route);
                let response = ResourceAddr::new(ResourceKind::RouteResponse, addr.path.as_str());
                let answers = self.resources.contains_key(&response);
                assert_eq!(answers, route.reply, "{addr}");
                let id = route.target.known().unwrap();
                let id = id.strip_prefix("integrations/").unwrap();
                let leads_to = self.resources.iter().find(|(_, (spec, outputs))| {
                    matches!(spec, ResourceSpec::Integration(_)) && outputs["id"] == id
                });
                let (integration, _) = leads_to.unwrap();
                let key = route.route_key.clone();
                (key, (integration.path.clone(), answers))
            })
            .collect()
    }

    /// A stage of a WebSocket API serves a deployment that is there and holds the API as it is now.
    pub(super) fn check_deployment(&self, addr: &ResourceAddr, stage: &StageSpec) {
        assert_eq!(stage.deployment.is_none(), stage.auto_deploy, "{addr}");
        let Some(id) = &stage.deployment else { return };
        let (deployment, _) = self
            .resources
            .iter()
            .find(|(one, (_, outputs))| {
                one.kind == ResourceKind::Deployment && id.known() == Some(outputs["id"].as_str())
            })
            .unwrap_or_else(|| panic!("{addr} serves {id:?}, which is not there"));
        assert_eq!(self.deployed[deployment], self.frozen(addr.owner_key()));
    }

    /// A limit of a route that is not there is refused, and a log needs its group.
    pub(super) fn check_stage(&self, addr: &ResourceAddr, stage: &StageSpec) {
        self.check_api(addr, &stage.api);
        self.check_deployment(addr, stage);
        for key in stage.route_throttle.keys() {
            self.must_exist(ResourceKind::Route, &format!("{}/{key}", addr.owner_key()));
        }
        if stage.access_log.is_some() {
            self.must_exist(
                ResourceKind::LogGroup,
                &format!("{}/access", addr.owner_key()),
            );
        }
    }

    /// Traffic goes to a route at once: whom it asks must answer.
    pub(super) fn check_authorizer(&self, addr: &ResourceAddr, id: &str) {
        let api = addr.owner_key();
        let found = self.resources.iter().find(|(one, (_, outputs))| {
            one.kind == ResourceKind::Authorizer && one.owner_key() == api && outputs["id"] == id
        });
        let Some((_, (ResourceSpec::Authorizer(spec), _))) = found else {
            panic!("{addr} asks {id}, which is not there")
        };
        let Some(uri) = &spec.uri else { return };
        let name = uri.split(":function:").nth(1).unwrap();
        let name = name.split(':').next().unwrap();
        let function = self
            .resources
            .iter()
            .find(|(one, (spec, _))| one.kind == ResourceKind::Function && spec.name() == name)
            .map(|(addr, _)| addr.path.as_str())
            .unwrap_or_else(|| panic!("{addr} asks {name}, which is not there"));
        self.must_exist(ResourceKind::Alias, function);
        self.must_exist(ResourceKind::Permission, &format!("{api}/{function}"));
    }

    /// Traffic goes to a route at once: what it points to must answer.
    pub(super) fn check_target(&self, addr: &ResourceAddr, route: &RouteSpec) {
        if let Some(authorizer) = &route.authorizer {
            self.check_authorizer(addr, authorizer.known().unwrap());
        }
        let id = route.target.known().unwrap();
        let id = id.strip_prefix("integrations/").unwrap();
        let integration = self
            .resources
            .iter()
            .find(|(one, (_, outputs))| {
                one.kind == ResourceKind::Integration && outputs["id"] == id
            })
            .map(|(addr, _)| addr)
            .unwrap_or_else(|| panic!("{addr} points to {id}, which is not there"));
        let function = integration.target_key();
        if function.starts_with("https:") {
            return;
        }
        self.must_exist(ResourceKind::Alias, function);
        self.must_exist(
            ResourceKind::Permission,
            &format!("{}/{function}", addr.owner_key()),
        );
    }
}
