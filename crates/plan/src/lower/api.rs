//! APIs, their stage, and who they may call.

use super::{LIVE, Lowering, sorted};
use crate::{
    ApiProtocol, ApiSpec, Part, PermissionSpec, ResourceAddr, ResourceKind, ResourceSpec,
    StageSpec, TAG_ADDRESS, Text,
};
use slipway_design::{ApiKind, ResolvedApi, names};
use std::collections::BTreeSet;

impl<'a> Lowering<'a> {
    pub(super) fn api(&mut self, api: &'a ResolvedApi) {
        let subject = format!("apis.{}", api.key);
        let later = [
            (api.cors.is_some(), "cors", "CORS of an API"),
            (api.throttle.is_some(), "throttle", "throttling"),
            (!api.authorizers.is_empty(), "authorizers", "an authorizer"),
            (api.was.is_some(), "was", "a renamed API"),
        ];
        for (set, setting, what) in later {
            if set {
                self.not_yet(format!("{subject}.{setting}"), what);
            }
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
        let functions = self.routes(api);
        self.permissions(api, &functions);
        let deployment = match api.kind {
            ApiKind::Http => None,
            ApiKind::Websocket => Some(self.deployment(api)),
        };
        let path = format!("{key}/{}", api.stage);
        // AWS's tag values know no `$`, and a stage is found by its name below its API.
        let mut tags = self.tags(ResourceKind::Stage, &path, &api.tags);
        tags.remove(TAG_ADDRESS);
        let stage = StageSpec {
            api: api_id(key),
            name: api.stage.clone(),
            auto_deploy: deployment.is_none(),
            deployment,
            variables: sorted(&api.variables),
            tags,
        };
        self.add(
            ResourceKind::Stage,
            &path,
            ResourceSpec::Stage(stage),
            format!("`{key}` is served there"),
        );
    }

    /// One statement for each function that an API calls, not one for each route: a function's
    /// policy holds 20 KB. `API_ID/*` covers every stage, method and path, `$default` too: "Control
    /// access to HTTP APIs with AWS Lambda", resource policies.
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
                format!("`{}` calls `{key}`", api.key),
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

/// The id of an API, which AWS gives.
pub(super) fn api_id(key: &str) -> Text {
    Text::output(ResourceAddr::new(ResourceKind::Api, key), "id")
}
