//! A project of one function behind one API, as a plan would lower it.

use crate::world::addr;
use slipway_design::{Arch, Statement};
use slipway_plan::*;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) struct Shop {
    pub(crate) repository: RepositorySpec,
    pub(crate) image: ImageSpec,
    pub(crate) log_group: LogGroupSpec,
    pub(crate) role: RoleSpec,
    pub(crate) policy: RolePolicySpec,
    pub(crate) function: FunctionSpec,
    pub(crate) alias: AliasSpec,
    pub(crate) api: ApiSpec,
    pub(crate) integration: IntegrationSpec,
    pub(crate) route: RouteSpec,
    pub(crate) stage: StageSpec,
    pub(crate) permission: PermissionSpec,
}

pub(crate) const FUNCTION: &str = "shop-dev-orders";

pub(crate) fn tags(address: &str) -> Tags {
    Tags::from([
        (TAG_PROJECT.into(), "shop".into()),
        (TAG_ENVIRONMENT.into(), "dev".into()),
        (TAG_ADDRESS.into(), address.into()),
        ("team".into(), "web".into()),
    ])
}

fn output(address: &str, name: &str) -> Text {
    Text::output(addr(address), name)
}

fn with(before: &str, address: &str, name: &str, after: &str) -> Text {
    Text::concat(vec![
        Part::Literal(before.into()),
        Part::Output {
            addr: addr(address),
            name: name.into(),
        },
        Part::Literal(after.into()),
    ])
}

pub(crate) fn shop(scope: &Scope) -> Shop {
    let mut of_project = tags("repository:orders");
    of_project.remove(TAG_ENVIRONMENT);
    let uri = format!("{}/shop/orders", scope.registry);
    let image = with(&format!("{uri}@"), "image:orders", "digest", "");
    let function = FunctionSpec {
        name: FUNCTION.into(),
        description: "Orders".into(),
        role: format!("arn:aws:iam::{}:role/{FUNCTION}", scope.account).into(),
        image: image.clone(),
        arch: Arch::X86_64,
        memory: 256,
        timeout: 10,
        ephemeral_storage: 1024,
        environment: BTreeMap::from([("TABLE".into(), "orders".into())]),
        subnets: BTreeSet::new(),
        security_groups: BTreeSet::new(),
        concurrency: None,
        callbacks: BTreeMap::new(),
        log_group: format!("/aws/lambda/{FUNCTION}"),
        tags: tags("function:orders"),
    };
    let mut of_stage = tags("stage:public/x");
    of_stage.remove(TAG_ADDRESS);
    Shop {
        repository: RepositorySpec {
            name: "shop/orders".into(),
            scan_on_push: true,
            immutable_tags: true,
            lifecycle: Vec::new(),
            tags: of_project,
        },
        image: ImageSpec {
            repository: "shop/orders".into(),
            repository_uri: uri.into(),
            fingerprint: "ab12".repeat(16),
            source: BuildSource {
                context: "services/orders".into(),
                dockerfile: "Dockerfile".into(),
                target: None,
                args: BTreeMap::new(),
                arch: Arch::X86_64,
            },
        },
        log_group: LogGroupSpec {
            name: format!("/aws/lambda/{FUNCTION}"),
            retention_days: None,
            tags: tags("log_group:orders"),
        },
        role: RoleSpec {
            name: FUNCTION.into(),
            principal: "lambda.amazonaws.com".into(),
            permissions_boundary: None,
            tags: tags("role:orders"),
        },
        policy: RolePolicySpec {
            role: FUNCTION.into(),
            name: "slipway".into(),
            statements: vec![Statement {
                actions: vec!["logs:CreateLogStream".into(), "logs:PutLogEvents".into()],
                resources: vec!["arn:aws:logs:*:*:log-group:/x/100%/${aws:username}:*".into()],
            }],
            connections: Vec::new(),
        },
        alias: AliasSpec {
            function: FUNCTION.into(),
            name: "live".into(),
            configuration: function.version_configuration(FUNCTION),
            callbacks: BTreeMap::new(),
            image,
        },
        function,
        api: ApiSpec {
            name: "shop-dev-public".into(),
            description: "Public".into(),
            protocol: slipway_plan::ApiProtocol::Http,
            select: None,
            cors: None,
            tags: tags("api:public"),
        },
        integration: IntegrationSpec {
            connection: Text::from(""),
            parameters: BTreeMap::new(),
            api: output("api:public", "id"),
            integration_type: IntegrationType::AwsProxy,
            uri: format!(
                "arn:aws:lambda:{}:{}:function:{FUNCTION}:live",
                scope.region, scope.account
            )
            .into(),
            payload_version: "2.0".into(),
            timeout_ms: 30_000,
            description: "integration:public/orders".into(),
        },
        route: RouteSpec {
            api: output("api:public", "id"),
            route_key: "GET /orders/{id}".into(),
            target: with("integrations/", "integration:public/orders", "id", ""),
            reply: false,
            authorization: Authorization::None,
            authorizer: None,
            scopes: BTreeSet::new(),
        },
        stage: StageSpec {
            api: output("api:public", "id"),
            name: "$default".into(),
            auto_deploy: true,
            deployment: None,
            variables: BTreeMap::from([
                ("channel".into(), "web".into()),
                ("colour".into(), "red".into()),
            ]),
            throttle: None,
            route_throttle: BTreeMap::new(),
            access_log: None,
            tags: of_stage,
        },
        permission: PermissionSpec {
            function: FUNCTION.into(),
            qualifier: "live".into(),
            statement_id: "slipway-public".into(),
            principal: "apigateway.amazonaws.com".into(),
            source_arn: with(
                &format!("arn:aws:execute-api:{}:{}:", scope.region, scope.account),
                "api:public",
                "id",
                "/*",
            ),
        },
    }
}

impl Shop {
    pub(crate) fn all(&self) -> Vec<(ResourceAddr, ResourceSpec)> {
        vec![
            (
                addr("repository:orders"),
                ResourceSpec::Repository(self.repository.clone()),
            ),
            (
                addr("image:orders"),
                ResourceSpec::Image(self.image.clone()),
            ),
            (
                addr("log_group:orders"),
                ResourceSpec::LogGroup(self.log_group.clone()),
            ),
            (addr("role:orders"), ResourceSpec::Role(self.role.clone())),
            (
                addr("role_policy:orders"),
                ResourceSpec::RolePolicy(self.policy.clone()),
            ),
            (
                addr("function:orders"),
                ResourceSpec::Function(self.function.clone()),
            ),
            (
                addr("alias:orders"),
                ResourceSpec::Alias(self.alias.clone()),
            ),
            (addr("api:public"), ResourceSpec::Api(self.api.clone())),
            (
                addr("integration:public/orders"),
                ResourceSpec::Integration(self.integration.clone()),
            ),
            (
                addr("route:public/GET /orders/{id}"),
                ResourceSpec::Route(self.route.clone()),
            ),
            (
                addr("stage:public/$default"),
                ResourceSpec::Stage(self.stage.clone()),
            ),
            (
                addr("permission:public/orders"),
                ResourceSpec::Permission(self.permission.clone()),
            ),
        ]
    }
}
