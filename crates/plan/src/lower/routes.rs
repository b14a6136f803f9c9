//! Routes and the integrations that they share.

use super::api::api_id;
use super::{LIVE, LowerError, Lowering, SHARED};
use crate::{
    IntegrationSpec, IntegrationType, Part, ResourceAddr, ResourceKind, ResourceSpec, RouteSpec,
    Text,
};
use slipway_design::{
    ApiKind, Ingress, Payload, ResolvedApi, ResolvedFunction, ResolvedRoute, ResolvedService,
    Target,
};
use std::collections::{BTreeMap, BTreeSet};

/// Where a route leads.
enum Destination<'a> {
    Function(&'a ResolvedFunction),
    Service(&'a ResolvedService),
    Address(&'a str),
}

impl<'a> Lowering<'a> {
    /// Adds the routes of an API and one integration for each target (and setting of it); returns
    /// the keys of the functions that they reach.
    pub(super) fn routes(&mut self, api: &'a ResolvedApi) -> BTreeSet<&'a str> {
        let mut functions = BTreeSet::new();
        let mut integrations = BTreeSet::new();
        let websocket = api.kind == ApiKind::Websocket;
        for (route_key, route) in &api.routes {
            let Some(destination) = self.destination(api, route_key, route) else {
                continue;
            };
            let path = integration_path(api, &destination, route);
            if integrations.insert(path.clone()) {
                self.integration(api, &destination, route, &path);
            }
            let addr = ResourceAddr::new(ResourceKind::Integration, path);
            let guard = self.guard(api, route);
            let spec = RouteSpec {
                api: api_id(&api.key),
                route_key: route_key.clone(),
                target: Text::concat(vec![
                    Part::Literal("integrations/".to_owned()),
                    Part::Output {
                        addr,
                        name: "id".to_owned(),
                    },
                ]),
                reply: websocket && route.reply,
                authorization: guard.authorization,
                authorizer: guard.authorizer,
                scopes: guard.scopes,
            };
            self.add(
                ResourceKind::Route,
                &format!("{}/{route_key}", api.key),
                ResourceSpec::Route(spec),
                format!(
                    "`{route_key}` of `{}` goes to `{}`",
                    api.key,
                    destination.name()
                ),
            );
            if websocket && route.reply {
                self.route_response(api, route_key);
            }
            if let Destination::Function(function) = destination {
                functions.insert(function.key.as_str());
            }
        }
        functions
    }

    /// What a route leads to, if it can be deployed.
    fn destination(
        &mut self,
        api: &ResolvedApi,
        route_key: &str,
        route: &'a ResolvedRoute,
    ) -> Option<Destination<'a>> {
        let subject = slipway_design::Path::route(&api.key, route_key).to_string();
        match &route.target {
            Target::Node(key) => {
                let resolved = self.resolved;
                if let Some(function) = resolved.functions.get(key) {
                    return Some(Destination::Function(function));
                }
                let refused = match resolved.services.get(key) {
                    None => Some(format!("there is no `{key}`")),
                    Some(_) if api.kind == ApiKind::Websocket => Some(NO_SERVICE.to_owned()),
                    Some(service) => unreachable_because(service),
                };
                if let Some(why) = refused {
                    self.errors.push(LowerError::Wrong { subject, why });
                    return None;
                }
                resolved.services.get(key).map(Destination::Service)
            }
            Target::Open => {
                self.errors.push(LowerError::Wrong {
                    subject,
                    why: "it leads nowhere yet".to_owned(),
                });
                None
            }
            Target::Url(_) if api.kind == ApiKind::Websocket => {
                self.not_yet(subject, "a route of a WebSocket API to an address");
                None
            }
            Target::Url(url) => Some(Destination::Address(url)),
        }
    }

    fn integration(
        &mut self,
        api: &ResolvedApi,
        destination: &Destination<'_>,
        route: &ResolvedRoute,
        path: &str,
    ) {
        let (integration_type, uri, payload) = match destination {
            Destination::Function(function) => (
                IntegrationType::AwsProxy,
                Text::Known(match api.kind {
                    ApiKind::Http => self.scope.alias_arn(&function.function_name, LIVE),
                    ApiKind::Websocket => self.scope.invocation_arn(&function.function_name, LIVE),
                }),
                route.payload,
            ),
            Destination::Service(service) => (
                IntegrationType::HttpProxy,
                Text::output(
                    ResourceAddr::new(ResourceKind::Discovery, service.key.as_str()),
                    "arn",
                ),
                Payload::V1,
            ),
            // An event is made for Lambda alone: "CreateIntegration", PayloadFormatVersion.
            Destination::Address(url) => {
                (IntegrationType::HttpProxy, Text::from(*url), Payload::V1)
            }
        };
        let (connection, parameters) = match destination {
            Destination::Service(_) => (
                Text::output(ResourceAddr::new(ResourceKind::VpcLink, SHARED), "id"),
                // Without it the backend sees the stage before its path: "Create private
                // integrations for HTTP APIs".
                BTreeMap::from([("overwrite:path".to_owned(), "$request.path".to_owned())]),
            ),
            Destination::Function(_) | Destination::Address(_) => (Text::from(""), BTreeMap::new()),
        };
        let spec = IntegrationSpec {
            api: api_id(&api.key),
            integration_type,
            uri,
            connection,
            parameters,
            payload_version: version(payload).to_owned(),
            timeout_ms: route.timeout_ms,
            description: ResourceAddr::new(ResourceKind::Integration, path).to_string(),
        };
        self.add(
            ResourceKind::Integration,
            path,
            ResourceSpec::Integration(spec),
            format!("routes of `{}` go to `{}`", api.key, destination.name()),
        );
    }
}

/// API Gateway reaches a service from a WebSocket API by an address of its own, by a Network Load
/// Balancer behind a VPC link of the first kind, or through a function; VPC links of HTTP APIs and
/// Cloud Map do not serve WebSocket APIs.
const NO_SERVICE: &str =
    "a WebSocket API does not reach a Fargate service: lead the route to a function that calls it";

/// Why an HTTP API can't reach the service.
fn unreachable_because(service: &ResolvedService) -> Option<String> {
    if service.ingress == Ingress::None {
        return Some(format!("`{}` has no ingress", service.key));
    }
    let has_port = service.port.is_some();
    (!has_port).then(|| format!("`{}` has no port", service.key))
}

impl Destination<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Function(function) => &function.key,
            Self::Service(service) => &service.key,
            Self::Address(url) => url,
        }
    }
}

/// `api/function`, `api/service` or `api/https://…`; routes with another event format or time limit have an
/// integration of their own: `api/function@1.0`, `api/function@5000ms`.
fn integration_path(
    api: &ResolvedApi,
    destination: &Destination<'_>,
    route: &ResolvedRoute,
) -> String {
    let mut path = format!("{}/{}", api.key, destination.name());
    // What a route of this kind of API has that sets neither.
    let (payload, timeout_ms) = match api.kind {
        ApiKind::Http => (Payload::V2, 30_000),
        ApiKind::Websocket => (Payload::V1, 29_000),
    };
    if route.payload != payload && matches!(destination, Destination::Function(_)) {
        path.push('@');
        path.push_str(version(route.payload));
    }
    if route.timeout_ms != timeout_ms {
        path.push_str(&format!("@{}ms", route.timeout_ms));
    }
    path
}

pub(super) fn version(payload: Payload) -> &'static str {
    match payload {
        Payload::V1 => "1.0",
        Payload::V2 => "2.0",
    }
}
