//! The stage of an API: where it is served, how much it takes in, and what it writes down.

use super::api::api_id;
use super::{Lowering, sorted};
use crate::graph_rules::access_log;
use crate::{
    AccessLogSpec, LogGroupSpec, ResourceKind, ResourceSpec, StageSpec, TAG_ADDRESS, Text,
    ThrottleSpec,
};
use slipway_design::{ApiKind, ResolvedApi, Throttle};

/// What an HTTP API writes for each request: "Customize HTTP API access logs" in the API Gateway
/// guide lists the variables. `integrationErrorMessage` tells why a function's answer was refused.
const HTTP_FORMAT: &[(&str, &str)] = &[
    ("requestId", "$context.requestId"),
    ("requestTime", "$context.requestTime"),
    ("ip", "$context.identity.sourceIp"),
    ("httpMethod", "$context.httpMethod"),
    ("path", "$context.path"),
    ("protocol", "$context.protocol"),
    ("routeKey", "$context.routeKey"),
    ("status", "$context.status"),
    ("responseLength", "$context.responseLength"),
    ("responseLatency", "$context.responseLatency"),
    ("integrationLatency", "$context.integrationLatency"),
    ("integrationStatus", "$context.integrationStatus"),
    (
        "integrationErrorMessage",
        "$context.integrationErrorMessage",
    ),
    ("authorizerError", "$context.authorizer.error"),
    ("errorMessage", "$context.error.message"),
];

impl<'a> Lowering<'a> {
    /// `deployment`: id of the one that it serves; without it the stage deploys by itself.
    pub(super) fn stage(&mut self, api: &'a ResolvedApi, deployment: Option<Text>) {
        let key = api.key.as_str();
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
            throttle: api.throttle.map(throttle),
            route_throttle: api
                .routes
                .iter()
                .filter_map(|(route_key, route)| {
                    Some((route_key.clone(), throttle(route.throttle?)))
                })
                .collect(),
            access_log: self.access_log(api),
            tags,
        };
        self.add(
            ResourceKind::Stage,
            &path,
            ResourceSpec::Stage(stage),
            format!("`{key}` is served there"),
        );
    }

    fn access_log(&mut self, api: &ResolvedApi) -> Option<AccessLogSpec> {
        // A WebSocket API can write one only where the account has a role for it.
        if !api.access_log || api.kind == ApiKind::Websocket {
            return None;
        }
        let addr = access_log(&api.key);
        let group = LogGroupSpec {
            name: api.access_log_name.clone(),
            retention_days: api.log_retention,
            tags: self.tags(addr.kind, &addr.path, &api.tags),
        };
        self.add(
            addr.kind,
            &addr.path,
            ResourceSpec::LogGroup(group),
            format!("`{}` writes a line for each request there", api.key),
        );
        Some(AccessLogSpec {
            group: self.scope.log_group_arn(&api.access_log_name),
            format: format_of(HTTP_FORMAT),
        })
    }
}

/// One line of JSON, in this order.
fn format_of(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, variable)| format!("\"{name}\":\"{variable}\""))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

fn throttle(limit: Throttle) -> ThrottleSpec {
    ThrottleSpec {
        rate: limit.rate,
        burst: limit.burst,
    }
}
