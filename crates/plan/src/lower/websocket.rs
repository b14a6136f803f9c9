//! What a WebSocket API has beside what every API has: route responses and a deployment.

use super::Lowering;
use super::api::api_id;
use crate::spec_texts::hex_digest;
use crate::{
    DeploymentSpec, Desired, ResourceAddr, ResourceKind, ResourceSpec, RouteResponseSpec, Text,
};
use slipway_design::ResolvedApi;

/// Characters of the digest that tells one deployment of an API from another.
const DIGEST: usize = 12;

impl Lowering<'_> {
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
