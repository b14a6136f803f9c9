//! Authorizers, and which route asks which.

use super::api::api_id;
use super::routes::version;
use super::{LIVE, LowerError, Lowering};
use crate::{
    Authorization, AuthorizerSpec, AuthorizerType, ResourceAddr, ResourceKind, ResourceSpec, Text,
};
use slipway_design::{ApiKind, Authorizer, Payload, ResolvedApi, ResolvedRoute};
use std::collections::BTreeSet;

/// Where a token is when the design names no place.
const HEADER: &str = "$request.header.Authorization";

/// Who may call a route, as a route says it.
pub(super) struct Guard {
    pub(super) authorization: Authorization,
    pub(super) authorizer: Option<Text>,
    pub(super) scopes: BTreeSet<String>,
}

impl<'a> Lowering<'a> {
    /// Adds the authorizers of an API; returns the keys of the functions that they ask.
    pub(super) fn authorizers(&mut self, api: &'a ResolvedApi) -> BTreeSet<&'a str> {
        let mut functions = BTreeSet::new();
        for (name, authorizer) in &api.authorizers {
            let spec = match authorizer {
                // A way to sign, not a thing at AWS.
                Authorizer::Iam => continue,
                Authorizer::Jwt {
                    issuer,
                    audience,
                    identity,
                } => AuthorizerSpec {
                    api: api_id(&api.key),
                    name: name.clone(),
                    authorizer_type: AuthorizerType::Jwt,
                    identity: if identity.is_empty() {
                        BTreeSet::from([HEADER.to_owned()])
                    } else {
                        identity.iter().cloned().collect()
                    },
                    issuer: Some(issuer.clone()),
                    audience: audience.iter().cloned().collect(),
                    uri: None,
                    payload_version: None,
                    simple_responses: false,
                    ttl: None,
                },
                Authorizer::Lambda {
                    to,
                    identity,
                    ttl,
                    payload,
                } => {
                    let Some(function) = self.resolved.functions.get(to) else {
                        self.errors.push(LowerError::Wrong {
                            subject: format!("apis.{}.authorizers.{name}", api.key),
                            why: format!("there is no function `{to}`"),
                        });
                        continue;
                    };
                    functions.insert(function.key.as_str());
                    let payload = payload.unwrap_or(Payload::V2);
                    let http = api.kind == ApiKind::Http;
                    AuthorizerSpec {
                        api: api_id(&api.key),
                        name: name.clone(),
                        authorizer_type: AuthorizerType::Lambda,
                        identity: identity.iter().cloned().collect(),
                        issuer: None,
                        audience: BTreeSet::new(),
                        uri: Some(self.scope.invocation_arn(&function.function_name, LIVE)),
                        payload_version: http.then(|| version(payload).to_owned()),
                        simple_responses: http && payload == Payload::V2,
                        ttl: http.then_some(ttl.unwrap_or(0)),
                    }
                }
            };
            self.add(
                ResourceKind::Authorizer,
                &format!("{}/{name}", api.key),
                ResourceSpec::Authorizer(spec),
                because(api, name),
            );
        }
        functions
    }

    /// Who may call the route.
    pub(super) fn guard(&self, api: &ResolvedApi, route: &ResolvedRoute) -> Guard {
        let open = |authorization| Guard {
            authorization,
            authorizer: None,
            scopes: BTreeSet::new(),
        };
        let name = match route.authorizer.as_deref() {
            None | Some("none") => return open(Authorization::None),
            Some("iam") => return open(Authorization::AwsIam),
            Some(name) => name,
        };
        let authorization = match api.authorizers.get(name) {
            Some(Authorizer::Jwt { .. }) => Authorization::Jwt,
            // One that is not there would leave a route open: its id is never known then.
            Some(Authorizer::Lambda { .. }) | None => Authorization::Lambda,
            Some(Authorizer::Iam) => return open(Authorization::AwsIam),
        };
        let addr = ResourceAddr::new(ResourceKind::Authorizer, format!("{}/{name}", api.key));
        Guard {
            authorization,
            authorizer: Some(Text::output(addr, "id")),
            scopes: route.scopes.iter().cloned().collect(),
        }
    }
}

/// Which routes it is there for.
fn because(api: &ResolvedApi, name: &str) -> String {
    let asking: Vec<&str> = api
        .routes
        .iter()
        .filter(|(_, route)| route.authorizer.as_deref() == Some(name))
        .map(|(key, _)| key.as_str())
        .collect();
    let key = &api.key;
    match asking.as_slice() {
        [] => format!("`{name}` is an authorizer of `{key}` that no route names"),
        [one] => format!("`{one}` of `{key}` asks `{name}` who may call"),
        [one, rest @ ..] => {
            let routes = if rest.len() == 1 { "route" } else { "routes" };
            format!(
                "`{one}` and {} more {routes} of `{key}` ask `{name}` who may call",
                rest.len()
            )
        }
    }
}
