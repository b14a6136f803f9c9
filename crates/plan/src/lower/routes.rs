//! Routes and the integrations that they share.

use super::api::api_id;
use super::{LIVE, LowerError, Lowering};
use crate::{IntegrationSpec, Part, ResourceAddr, ResourceKind, ResourceSpec, RouteSpec, Text};
use slipway_design::{ApiKind, Payload, ResolvedApi, ResolvedFunction, ResolvedRoute, Target};
use std::collections::BTreeSet;

impl<'a> Lowering<'a> {
    /// Adds the routes of an API and one integration for each target (and setting of it); returns
    /// the keys of the functions that they reach.
    pub(super) fn routes(&mut self, api: &'a ResolvedApi) -> BTreeSet<&'a str> {
        let mut functions = BTreeSet::new();
        let mut integrations = BTreeSet::new();
        let websocket = api.kind == ApiKind::Websocket;
        for (route_key, route) in &api.routes {
            let Some(function) = self.target(api, route_key, route) else {
                continue;
            };
            let path = integration_path(api, function, route);
            if integrations.insert(path.clone()) {
                self.integration(api, function, route, &path);
            }
            let addr = ResourceAddr::new(ResourceKind::Integration, path);
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
            };
            self.add(
                ResourceKind::Route,
                &format!("{}/{route_key}", api.key),
                ResourceSpec::Route(spec),
                format!("`{route_key}` of `{}` goes to `{}`", api.key, function.key),
            );
            if websocket && route.reply {
                self.route_response(api, route_key);
            }
            functions.insert(function.key.as_str());
        }
        functions
    }

    /// The function that a route leads to; anything else can't be deployed yet.
    fn target(
        &mut self,
        api: &ResolvedApi,
        route_key: &str,
        route: &ResolvedRoute,
    ) -> Option<&'a ResolvedFunction> {
        let subject = slipway_design::Path::route(&api.key, route_key).to_string();
        let guarded = route
            .authorizer
            .as_deref()
            .is_some_and(|name| name != "none");
        if guarded || !route.scopes.is_empty() {
            self.not_yet(format!("{subject}.authorizer"), "an authorizer");
        }
        if route.throttle.is_some() {
            self.not_yet(format!("{subject}.throttle"), "throttling");
        }
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
                function
            }
            Target::Open => {
                self.errors.push(LowerError::Wrong {
                    subject,
                    why: "it leads nowhere yet".to_owned(),
                });
                None
            }
            Target::Url(_) => {
                self.not_yet(subject, "a route to an address");
                None
            }
        }
    }

    fn integration(
        &mut self,
        api: &ResolvedApi,
        function: &ResolvedFunction,
        route: &ResolvedRoute,
        path: &str,
    ) {
        let spec = IntegrationSpec {
            api: api_id(&api.key),
            uri: Text::Known(match api.kind {
                ApiKind::Http => self.scope.alias_arn(&function.function_name, LIVE),
                ApiKind::Websocket => self.scope.invocation_arn(&function.function_name, LIVE),
            }),
            payload_version: version(route.payload).to_owned(),
            timeout_ms: route.timeout_ms,
            description: ResourceAddr::new(ResourceKind::Integration, path).to_string(),
        };
        self.add(
            ResourceKind::Integration,
            path,
            ResourceSpec::Integration(spec),
            format!("routes of `{}` go to `{}`", api.key, function.key),
        );
    }
}

/// API Gateway reaches a service from a WebSocket API by an address of its own, by a Network Load
/// Balancer behind a VPC link of the first kind, or through a function; VPC links of HTTP APIs and
/// Cloud Map do not serve WebSocket APIs.
const NO_SERVICE: &str =
    "a WebSocket API does not reach a Fargate service: lead the route to a function that calls it";

/// `api/function`; routes with another event format or time limit have an integration of their
/// own: `api/function@1.0`, `api/function@5000ms`.
fn integration_path(
    api: &ResolvedApi,
    function: &ResolvedFunction,
    route: &ResolvedRoute,
) -> String {
    let mut path = format!("{}/{}", api.key, function.key);
    // What a route of this kind of API has that sets neither.
    let (payload, timeout_ms) = match api.kind {
        ApiKind::Http => (Payload::V2, 30_000),
        ApiKind::Websocket => (Payload::V1, 29_000),
    };
    if route.payload != payload {
        path.push('@');
        path.push_str(version(route.payload));
    }
    if route.timeout_ms != timeout_ms {
        path.push_str(&format!("@{}ms", route.timeout_ms));
    }
    path
}

fn version(payload: Payload) -> &'static str {
    match payload {
        Payload::V1 => "1.0",
        Payload::V2 => "2.0",
    }
}
