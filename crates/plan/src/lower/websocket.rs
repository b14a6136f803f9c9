//! What a WebSocket API has beside what every API has: route responses, a deployment, and functions
//! that answer on connections by themselves.

use super::Lowering;
use super::api::api_id;
use crate::spec_texts::hex_digest;
use crate::{
    DeploymentSpec, Desired, Part, ResourceAddr, ResourceKind, ResourceSpec, RouteResponseSpec,
    Text,
};
use slipway_design::{ApiKind, ResolvedApi, ResolvedFunction, Target, names};
use std::collections::BTreeMap;

/// Characters of the digest that tells one deployment of an API from another.
const DIGEST: usize = 12;

impl Lowering<'_> {
    /// The WebSocket APIs with a route to this function, by key. One that is only asked as an
    /// authorizer has no connection to answer.
    fn sockets(&self, function: &ResolvedFunction) -> impl Iterator<Item = &ResolvedApi> {
        self.resolved.apis.values().filter(|api| {
            api.kind == ApiKind::Websocket
                && api
                    .routes
                    .values()
                    .any(|route| matches!(&route.target, Target::Node(key) if *key == function.key))
        })
    }

    /// Where the function reaches the connections of the APIs that lead to it, by variable.
    pub(super) fn callbacks(&self, function: &ResolvedFunction) -> BTreeMap<String, Text> {
        self.sockets(function)
            .map(|api| {
                let url = Text::concat(vec![
                    Part::Output {
                        addr: ResourceAddr::new(ResourceKind::Api, api.key.as_str()),
                        name: "callback".to_owned(),
                    },
                    Part::Literal(format!("/{}", api.stage)),
                ]);
                (names::callback_variable(&api.key), url)
            })
            .collect()
    }

    /// The connections of those APIs: "Control access to a WebSocket API with IAM authorization",
    /// `execute-api:ManageConnections`.
    pub(super) fn connections(&self, function: &ResolvedFunction) -> Vec<Text> {
        let mut sockets: Vec<_> = self.sockets(function).collect();
        sockets.sort_by_key(|api| &api.key);
        sockets
            .into_iter()
            .map(|api| {
                Text::concat(vec![
                    Part::Literal(self.scope.regional("execute-api", "")),
                    Part::Output {
                        addr: ResourceAddr::new(ResourceKind::Api, api.key.as_str()),
                        name: "id".to_owned(),
                    },
                    Part::Literal(format!("/{}/*/@connections/*", api.stage)),
                ])
            })
            .collect()
    }

    /// What sends the answers of a two-way route back.
    pub(super) fn route_response(&mut self, api: &ResolvedApi, route_key: &str) {
        let path = format!("{}/{route_key}", api.key);
        let spec = RouteResponseSpec {
            api: api_id(&api.key),
            route: Text::output(ResourceAddr::new(ResourceKind::Route, path.as_str()), "id"),
        };
        self.add(
            ResourceKind::RouteResponse,
            &path,
            ResourceSpec::RouteResponse(spec),
            format!("answers of `{route_key}` go back to the client"),
        );
    }

    /// The deployment that freezes the API as it is lowered so far; gives its id. Another content is
    /// another deployment with an address of its own, so that a stage moves from one to the other
    /// and never serves half a change.
    pub(super) fn deployment(&mut self, api: &ResolvedApi) -> Text {
        let mut frozen: Vec<(&ResourceAddr, &ResourceSpec)> = self
            .desired
            .iter()
            .filter(|one| one.addr.owner_key() == api.key && is_frozen(one))
            .map(|one| (&one.addr, &one.spec))
            .collect();
        frozen.sort_by_key(|(addr, _)| *addr);
        let mut digest = hex_digest(&(&api.select, frozen));
        digest.truncate(DIGEST);
        let addr = ResourceAddr::new(ResourceKind::Deployment, format!("{}/{digest}", api.key));
        let spec = DeploymentSpec {
            api: api_id(&api.key),
            description: addr.to_string(),
        };
        self.add(
            ResourceKind::Deployment,
            &addr.path,
            ResourceSpec::Deployment(spec),
            format!("the stage of `{}` serves what it freezes", api.key),
        );
        Text::output(addr, "id")
    }
}

fn is_frozen(one: &Desired) -> bool {
    crate::graph_rules::is_frozen(one.addr.kind)
}
