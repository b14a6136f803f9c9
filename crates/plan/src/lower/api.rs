//! APIs, their stage, and who they may call.

use super::{LIVE, Lowering};
use crate::{
    ApiProtocol, ApiSpec, CorsSpec, Part, PermissionSpec, ResourceAddr, ResourceKind, ResourceSpec,
    Text,
};
use slipway_design::{ApiKind, Cors, ResolvedApi, Target, names};
use std::collections::BTreeSet;

impl<'a> Lowering<'a> {
    pub(super) fn api(&mut self, api: &'a ResolvedApi) {
        let subject = format!("apis.{}", api.key);
        if api.was.is_some() {
            self.not_yet(format!("{subject}.was"), "a renamed API");
        }
        let key = api.key.as_str();
        let spec = ApiSpec {
            name: api.api_name.clone(),
            description: api.title.clone(),
            protocol: protocol(api.kind),
            select: match api.kind {
                ApiKind::Http => None,
                ApiKind::Websocket => api.select.clone(),
            },
            cors: api.cors.as_ref().map(cors),
            tags: self.tags(ResourceKind::Api, key, &api.tags),
        };
        let what = match api.kind {
            ApiKind::Http => "an HTTP API",
            ApiKind::Websocket => "a WebSocket API",
        };
        self.add(
            ResourceKind::Api,
            key,
            ResourceSpec::Api(spec),
            format!("`{key}` is {what} of the design"),
        );
        let mut functions = self.routes(api);
        functions.extend(self.authorizers(api));
        self.permissions(api, &functions);
        let deployment = match api.kind {
            ApiKind::Http => None,
            ApiKind::Websocket => Some(self.deployment(api)),
        };
        self.stage(api, deployment);
    }

    /// One statement for each function that an API calls, not one for each route: a function's
    /// policy holds 20 KB. `API_ID/*` covers every stage, method and path, `$default`, and the
    /// authorizers, `API_ID/authorizers/ID`: "Control access to HTTP APIs with AWS Lambda
    /// authorizers", resource policies.
    fn permissions(&mut self, api: &ResolvedApi, functions: &BTreeSet<&str>) {
        for key in functions {
            let Some(function) = self.resolved.functions.get(*key) else {
                continue;
            };
            let spec = PermissionSpec {
                function: function.function_name.clone(),
                qualifier: LIVE.to_owned(),
                statement_id: names::statement_id(&api.key),
                principal: "apigateway.amazonaws.com".to_owned(),
                source_arn: Text::concat(vec![
                    Part::Literal(self.scope.regional("execute-api", "")),
                    Part::Output {
                        addr: ResourceAddr::new(ResourceKind::Api, api.key.as_str()),
                        name: "id".to_owned(),
                    },
                    Part::Literal("/*".to_owned()),
                ]),
            };
            self.add(
                ResourceKind::Permission,
                &format!("{}/{key}", api.key),
                ResourceSpec::Permission(spec),
                if is_target(api, key) {
                    format!("`{}` calls `{key}`", api.key)
                } else {
                    format!("`{}` asks `{key}` who may call", api.key)
                },
            );
        }
    }
}

fn protocol(kind: ApiKind) -> ApiProtocol {
    match kind {
        ApiKind::Http => ApiProtocol::Http,
        ApiKind::Websocket => ApiProtocol::Websocket,
    }
}

/// Whether a route leads to this function.
fn is_target(api: &ResolvedApi, key: &str) -> bool {
    api.routes
        .values()
        .any(|route| matches!(&route.target, Target::Node(target) if target == key))
}

fn cors(rules: &Cors) -> CorsSpec {
    let lower = |texts: &[String]| texts.iter().map(|text| text.to_ascii_lowercase()).collect();
    CorsSpec {
        origins: lower(&rules.origins),
        methods: rules
            .methods
            .iter()
            .map(|it| it.to_ascii_uppercase())
            .collect(),
        headers: lower(&rules.headers),
        expose: lower(&rules.expose),
        max_age: rules.max_age.unwrap_or(0),
        credentials: rules.credentials.unwrap_or(false),
    }
}

/// The id of an API, which AWS gives.
pub(super) fn api_id(key: &str) -> Text {
    Text::output(ResourceAddr::new(ResourceKind::Api, key), "id")
}
