//! The part of the walk that makes a WebSocket API.

use super::cloud::{FUNCTION, Walk, at};
use slipway_plan::{
    ApiProtocol, ApiSpec, Authorization, DeploymentSpec, IntegrationSpec, IntegrationType,
    Operation, ResourceAddr, ResourceKind, ResourceSpec, RouteResponseSpec, RouteSpec, StageSpec,
    Text,
};
use std::collections::{BTreeMap, BTreeSet};

impl Walk<'_> {
    pub(super) async fn create_websocket_side(&mut self) -> Vec<(ResourceAddr, ResourceSpec)> {
        let mut made = Vec::new();
        let api = at(ResourceKind::Api, "live");
        let spec = ResourceSpec::Api(ApiSpec {
            name: "contract-live".to_owned(),
            description: "Live".to_owned(),
            protocol: ApiProtocol::Websocket,
            select: Some("$request.body.action".to_owned()),
            cors: None,
            tags: self.tags(&api),
        });
        made.push(self.create(&[Operation::CreateApi], &api, spec).await);
        let id = self.output(&api, "id");
        let endpoint = self.output(&api, "endpoint");
        assert!(endpoint.starts_with("ws"), "{endpoint}");
        let callback = self.output(&api, "callback");
        assert!(callback.starts_with("http"), "{callback}");

        let scope = &self.subject.scope;
        let uri = format!(
            "arn:{0}:apigateway:{1}:lambda:path/2015-03-31/functions/arn:{0}:lambda:{1}:{2}:function:{FUNCTION}:live/invocations",
            scope.partition, scope.region, scope.account
        );
        let integration = at(ResourceKind::Integration, "live/orders");
        let spec = ResourceSpec::Integration(IntegrationSpec {
            api: Text::from(id.as_str()),
            integration_type: IntegrationType::AwsProxy,
            connection: Text::from(""),
            parameters: BTreeMap::new(),
            uri: Text::from(uri),
            payload_version: "1.0".to_owned(),
            timeout_ms: 29_000,
            description: integration.to_string(),
        });
        let operations = [Operation::CreateIntegration];
        made.push(self.create(&operations, &integration, spec).await);
        let target = format!("integrations/{}", self.output(&integration, "id"));
        for (key, reply) in [("$connect", false), ("send", true)] {
            let route = at(ResourceKind::Route, &format!("live/{key}"));
            let spec = ResourceSpec::Route(RouteSpec {
                api: Text::from(id.as_str()),
                route_key: key.to_owned(),
                target: Text::from(target.as_str()),
                reply,
                authorization: Authorization::None,
                authorizer: None,
                scopes: BTreeSet::new(),
            });
            made.push(self.create(&[Operation::CreateRoute], &route, spec).await);
            if reply {
                let addr = at(ResourceKind::RouteResponse, &route.path);
                let spec = ResourceSpec::RouteResponse(RouteResponseSpec {
                    api: Text::from(id.as_str()),
                    route: Text::from(self.output(&route, "id")),
                });
                let operations = [Operation::CreateRouteResponse];
                made.push(self.create(&operations, &addr, spec).await);
            }
        }
        let deployment = at(ResourceKind::Deployment, "live/0123456789ab");
        let operations = [Operation::CreateDeployment];
        if self.subject.gaps.operations.contains(&operations[0]) {
            // A stage without a deployment serves nothing.
            return made;
        }
        let spec = ResourceSpec::Deployment(DeploymentSpec {
            api: Text::from(id.as_str()),
            description: deployment.to_string(),
        });
        made.push(self.create(&operations, &deployment, spec.clone()).await);
        self.ready(&deployment, &spec).await;
        let addr = at(ResourceKind::Stage, "live/live");
        let spec = ResourceSpec::Stage(StageSpec {
            api: Text::from(id),
            name: "live".to_owned(),
            auto_deploy: false,
            deployment: Some(Text::from(self.output(&deployment, "id"))),
            variables: BTreeMap::from([("channel".to_owned(), "web".to_owned())]),
            throttle: None,
            route_throttle: BTreeMap::new(),
            access_log: None,
            tags: self.tags(&addr),
        });
        made.push(self.create(&[Operation::CreateStage], &addr, spec).await);
        let url = self.output(&addr, "url");
        assert!(url.starts_with("ws") && url.ends_with("/live"), "{url}");
        made
    }
}
