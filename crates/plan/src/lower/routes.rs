//! Routes and the integrations that they share.

use super::api::api_id;
use super::{LIVE, LowerError, Lowering};
use crate::{
    IntegrationSpec, IntegrationType, Part, ResourceAddr, ResourceKind, ResourceSpec, RouteSpec,
    Text,
};
use slipway_design::{ApiKind, Payload, ResolvedApi, ResolvedFunction, ResolvedRoute, Target};
use std::collections::BTreeSet;

/// Where a route leads.
enum Destination<'a> {
    Function(&'a ResolvedFunction),
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
                let function = resolved.functions.get(key);
                if function.is_none() {
                    if resolved.services.contains_key(key) {
                        if api.kind == ApiKind::Websocket {
                            self.errors.push(LowerError::Wrong {
                                subject,
                                why: NO_SERVICE.to_owned(),
                            });
                        } else {
                            self.not_yet(subject, "a route to a service");
                        }
                    } else {
                        self.errors.push(LowerError::Wrong {
                            subject,
                            why: format!("there is no `{key}`"),
                        });
                    }
                }
                function.map(Destination::Function)
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
                match api.kind {
                    ApiKind::Http => self.scope.alias_arn(&function.function_name, LIVE),
                    ApiKind::Websocket => self.scope.invocation_arn(&function.function_name, LIVE),
                },
                route.payload,
            ),
            // An event is made for Lambda alone: "CreateIntegration", PayloadFormatVersion.
            Destination::Address(url) => {
                (IntegrationType::HttpProxy, (*url).to_owned(), Payload::V1)
            }
        };
        let spec = IntegrationSpec {
            api: api_id(&api.key),
            integration_type,
            uri: Text::Known(uri),
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

impl Destination<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Function(function) => &function.key,
            Self::Address(url) => url,
        }
    }
}

/// `api/function` or `api/https://…`; routes with another event format or time limit have an
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
