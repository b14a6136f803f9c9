//! The API, and all that hangs from it.

use super::{FUNCTION, Walk, at};
use slipway_plan::{
    AccessLogSpec, ApiProtocol, ApiSpec, Authorization, AuthorizerSpec, AuthorizerType, CorsSpec,
    IntegrationSpec, IntegrationType, LogGroupSpec, Operation, PermissionSpec, ResourceAddr,
    ResourceKind, ResourceSpec, RouteSpec, StageSpec, Text, ThrottleSpec,
};
use std::collections::{BTreeMap, BTreeSet};

const ROUTE: &str = "GET /orders/{id}";

fn texts(items: &[&str]) -> BTreeSet<String> {
    items.iter().map(|&item| item.to_owned()).collect()
}

impl Walk<'_> {
    pub(super) async fn create_api_side(&mut self) -> Vec<(ResourceAddr, ResourceSpec)> {
        let mut made = Vec::new();
        let api = at(ResourceKind::Api, "public");
        let spec = ResourceSpec::Api(ApiSpec {
            name: "contract-public".to_owned(),
            description: "Public".to_owned(),
            protocol: ApiProtocol::Http,
            select: None,
            cors: Some(CorsSpec {
                origins: texts(&["https://shop.example"]),
                methods: texts(&["GET", "POST"]),
                headers: texts(&["content-type"]),
                expose: texts(&["x-total"]),
                max_age: 600,
                credentials: true,
            }),
            tags: self.tags(&api),
        });
        made.push(self.create(&[Operation::CreateApi], &api, spec).await);
        let id = self.output(&api, "id");
        let scope = &self.subject.scope;
        let source_arn = format!(
            "arn:{}:execute-api:{}:{}:{id}/*",
            scope.partition, scope.region, scope.account
        );
        let alias_arn = self.output(&at(ResourceKind::Alias, "orders"), "arn");
        let addr = at(ResourceKind::Permission, "public/orders");
        let spec = ResourceSpec::Permission(PermissionSpec {
            function: FUNCTION.to_owned(),
            qualifier: "live".to_owned(),
            statement_id: slipway_design::names::statement_id("public"),
            principal: "apigateway.amazonaws.com".to_owned(),
            source_arn: Text::from(source_arn),
        });
        made.push(self.create(&[Operation::AddPermission], &addr, spec).await);
        let integration = at(ResourceKind::Integration, "public/orders");
        let spec = ResourceSpec::Integration(IntegrationSpec {
            api: Text::from(id.as_str()),
            integration_type: IntegrationType::AwsProxy,
            connection: Text::from(""),
            parameters: BTreeMap::new(),
            uri: Text::from(alias_arn.as_str()),
            payload_version: "2.0".to_owned(),
            timeout_ms: 30_000,
            description: integration.to_string(),
        });
        let operations = [Operation::CreateIntegration];
        made.push(self.create(&operations, &integration, spec).await);
        let target = format!("integrations/{}", self.output(&integration, "id"));
        let proxy = at(
            ResourceKind::Integration,
            "public/https://old.example/{proxy}",
        );
        let spec = ResourceSpec::Integration(IntegrationSpec {
            api: Text::from(id.as_str()),
            integration_type: IntegrationType::HttpProxy,
            connection: Text::from(""),
            parameters: BTreeMap::new(),
            uri: Text::from("https://old.example/{proxy}"),
            payload_version: "1.0".to_owned(),
            timeout_ms: 10_000,
            description: proxy.to_string(),
        });
        made.push(self.create(&operations, &proxy, spec).await);
        made.extend(self.create_authorizers(&id, &alias_arn).await);
        let mut route = RouteSpec {
            api: Text::from(id.as_str()),
            route_key: ROUTE.to_owned(),
            target: Text::from(target),
            reply: false,
            authorization: Authorization::Jwt,
            authorizer: Some(self.id_of("public/users")),
            scopes: texts(&["orders:read", "orders:write"]),
        };
        let addr = at(ResourceKind::Route, &format!("public/{ROUTE}"));
        let spec = ResourceSpec::Route(route.clone());
        made.push(self.create(&[Operation::CreateRoute], &addr, spec).await);
        route.route_key = "POST /orders".to_owned();
        route.authorization = Authorization::Lambda;
        route.authorizer = Some(self.id_of("public/token"));
        route.scopes.clear();
        let addr = at(ResourceKind::Route, "public/POST /orders");
        let spec = ResourceSpec::Route(route.clone());
        made.push(self.create(&[Operation::CreateRoute], &addr, spec).await);
        route.route_key = "GET /old/{proxy+}".to_owned();
        route.target = Text::from(format!("integrations/{}", self.output(&proxy, "id")));
        route.authorization = Authorization::AwsIam;
        route.authorizer = None;
        let addr = at(ResourceKind::Route, "public/GET /old/{proxy+}");
        let spec = ResourceSpec::Route(route);
        made.push(self.create(&[Operation::CreateRoute], &addr, spec).await);
        let group = at(ResourceKind::LogGroup, "public/access");
        let spec = ResourceSpec::LogGroup(LogGroupSpec {
            name: slipway_design::names::access_log_name("contract-dev-public"),
            retention_days: None,
            tags: self.tags(&group),
        });
        made.push(
            self.create(&[Operation::CreateLogGroup], &group, spec)
                .await,
        );
        let addr = at(ResourceKind::Stage, "public/$default");
        let spec = ResourceSpec::Stage(StageSpec {
            api: Text::from(id),
            name: "$default".to_owned(),
            auto_deploy: true,
            deployment: None,
            variables: BTreeMap::from([("channel".to_owned(), "web".to_owned())]),
            throttle: Some(ThrottleSpec {
                rate: Some(100.0),
                burst: Some(50),
            }),
            route_throttle: BTreeMap::from([(
                ROUTE.to_owned(),
                ThrottleSpec {
                    rate: Some(0.5),
                    burst: Some(1),
                },
            )]),
            access_log: Some(AccessLogSpec {
                group: self.output(&group, "arn"),
                format: "{\"error\":\"$context.integrationErrorMessage\"}".to_owned(),
            }),
            tags: self.tags(&addr),
        });
        made.push(self.create(&[Operation::CreateStage], &addr, spec).await);
        let url = self.output(&addr, "url");
        assert!(!url.is_empty() && !url.ends_with('/'), "{url}");
        made
    }

    /// One of each type.
    async fn create_authorizers(
        &mut self,
        api: &str,
        alias_arn: &str,
    ) -> Vec<(ResourceAddr, ResourceSpec)> {
        let scope = &self.subject.scope;
        let uri = format!(
            "arn:{}:apigateway:{}:lambda:path/2015-03-31/functions/{alias_arn}/invocations",
            scope.partition, scope.region
        );
        let jwt = AuthorizerSpec {
            api: Text::from(api),
            name: "users".to_owned(),
            authorizer_type: AuthorizerType::Jwt,
            identity: texts(&["$request.header.Authorization"]),
            issuer: Some("https://login.shop.example".to_owned()),
            audience: texts(&["shop", "admin"]),
            uri: None,
            payload_version: None,
            simple_responses: false,
            ttl: None,
        };
        let lambda = AuthorizerSpec {
            name: "token".to_owned(),
            authorizer_type: AuthorizerType::Lambda,
            identity: texts(&["$request.header.X-Token", "$request.querystring.token"]),
            issuer: None,
            audience: BTreeSet::new(),
            uri: Some(uri),
            payload_version: Some("2.0".to_owned()),
            simple_responses: true,
            ttl: Some(60),
            ..jwt.clone()
        };
        let mut made = Vec::new();
        for spec in [jwt, lambda] {
            let addr = at(ResourceKind::Authorizer, &format!("public/{}", spec.name));
            let operations = [Operation::CreateAuthorizer];
            let spec = ResourceSpec::Authorizer(spec);
            made.push(self.create(&operations, &addr, spec).await);
        }
        made
    }

    fn id_of(&self, authorizer: &str) -> Text {
        Text::from(self.output(&at(ResourceKind::Authorizer, authorizer), "id"))
    }
}
