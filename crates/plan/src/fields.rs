//! What a plan must know about each attribute of each kind: one table.

use crate::{Operation, ResourceKind};

/// How an attribute takes part in the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Changed in place by this operation.
    By(Operation),
    /// A change of it makes a new version, which the alias then points to.
    ByNewVersion,
    /// A change of it is a new build.
    ByBuild,
    /// Set by the first operation, taken away as a whole by the second.
    Optional(Operation, Operation),
    /// A table: keys are set by the first operation, and taken away by the second.
    Keys(Operation, Operation),
    /// Compared only when it is set; changed in place by this operation.
    WhenSet(Operation),
    /// A list of rules: what is missing is added, what is too much is removed.
    Rules { add: Operation, remove: Operation },
    /// Can't be changed; the text says so to people.
    Fixed(&'static str),
    /// Names the resource or its parent; never compared.
    Identity,
    /// Follows from an attribute that is compared.
    Derived,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    /// Values are never shown; keys are.
    pub(crate) sensitive: bool,
}

const fn field(name: &'static str, role: Role) -> Field {
    Field {
        name,
        role,
        sensitive: false,
    }
}

const fn sensitive(name: &'static str, role: Role) -> Field {
    Field {
        name,
        role,
        sensitive: true,
    }
}

const REPOSITORY: &[Field] = &[
    field("name", Role::Fixed("an ECR repository can't be renamed")),
    field(
        "scan_on_push",
        Role::By(Operation::PutImageScanningConfiguration),
    ),
    field("immutable_tags", Role::By(Operation::PutImageTagMutability)),
    field("lifecycle", Role::By(Operation::PutLifecyclePolicy)),
    field(
        "tags",
        Role::Keys(Operation::TagRepository, Operation::UntagRepository),
    ),
];

const IMAGE: &[Field] = &[
    field("repository", Role::Identity),
    field("repository_uri", Role::Derived),
    field("fingerprint", Role::ByBuild),
    field("source", Role::Derived),
];

const LOG_GROUP: &[Field] = &[
    field("name", Role::Fixed("a log group can't be renamed")),
    field(
        "retention_days",
        Role::Optional(
            Operation::PutRetentionPolicy,
            Operation::DeleteRetentionPolicy,
        ),
    ),
    field(
        "tags",
        Role::Keys(Operation::TagLogGroup, Operation::UntagLogGroup),
    ),
];

const ROLE: &[Field] = &[
    field("name", Role::Fixed("an IAM role can't be renamed")),
    field("principal", Role::By(Operation::UpdateAssumeRolePolicy)),
    field(
        "permissions_boundary",
        Role::Optional(
            Operation::PutRolePermissionsBoundary,
            Operation::DeleteRolePermissionsBoundary,
        ),
    ),
    field("tags", Role::Keys(Operation::TagRole, Operation::UntagRole)),
];

const ROLE_POLICY: &[Field] = &[
    field("role", Role::Identity),
    field("name", Role::Identity),
    field("statements", Role::By(Operation::PutRolePolicy)),
    field("connections", Role::By(Operation::PutRolePolicy)),
];

const POLICY_ATTACHMENT: &[Field] = &[
    field("role", Role::Identity),
    field("policy", Role::Identity),
];

/// The architecture goes with the code: `UpdateFunctionCode` has it, `UpdateFunctionConfiguration`
/// has not.
const FUNCTION: &[Field] = &[
    field("name", Role::Fixed("a Lambda function can't be renamed")),
    field(
        "description",
        Role::By(Operation::UpdateFunctionConfiguration),
    ),
    field("role", Role::By(Operation::UpdateFunctionConfiguration)),
    field("image", Role::By(Operation::UpdateFunctionCode)),
    field("arch", Role::By(Operation::UpdateFunctionCode)),
    field("memory", Role::By(Operation::UpdateFunctionConfiguration)),
    field("timeout", Role::By(Operation::UpdateFunctionConfiguration)),
    field(
        "ephemeral_storage",
        Role::By(Operation::UpdateFunctionConfiguration),
    ),
    sensitive(
        "environment",
        Role::By(Operation::UpdateFunctionConfiguration),
    ),
    field("subnets", Role::By(Operation::UpdateFunctionConfiguration)),
    field(
        "security_groups",
        Role::By(Operation::UpdateFunctionConfiguration),
    ),
    field(
        "concurrency",
        Role::Optional(
            Operation::PutFunctionConcurrency,
            Operation::DeleteFunctionConcurrency,
        ),
    ),
    field(
        "callbacks",
        Role::By(Operation::UpdateFunctionConfiguration),
    ),
    field(
        "log_group",
        Role::By(Operation::UpdateFunctionConfiguration),
    ),
    field(
        "tags",
        Role::Keys(Operation::TagFunction, Operation::UntagFunction),
    ),
];

const ALIAS: &[Field] = &[
    field("function", Role::Identity),
    field("name", Role::Identity),
    field("configuration", Role::ByNewVersion),
    field("callbacks", Role::ByNewVersion),
    field("image", Role::ByNewVersion),
];

const CLUSTER: &[Field] = &[
    field("name", Role::Fixed("an ECS cluster can't be renamed")),
    field(
        "capacity_providers",
        Role::By(Operation::PutClusterCapacityProviders),
    ),
    field(
        "tags",
        Role::Keys(Operation::TagCluster, Operation::UntagCluster),
    ),
];

const SECURITY_GROUP: &[Field] = &[
    field("name", Role::Fixed("a security group can't be renamed")),
    field(
        "description",
        Role::Fixed("the description of a security group can't be changed"),
    ),
    field(
        "vpc",
        Role::Fixed("a security group can't move to another VPC"),
    ),
    field(
        "ingress",
        Role::Rules {
            add: Operation::AuthorizeSecurityGroupIngress,
            remove: Operation::RevokeSecurityGroupIngress,
        },
    ),
    field(
        "tags",
        Role::Keys(Operation::TagSecurityGroup, Operation::UntagSecurityGroup),
    ),
];

const NAMESPACE: &[Field] = &[
    field("name", Role::Fixed("a namespace can't be renamed")),
    field("vpc", Role::Identity),
    field(
        "tags",
        Role::Keys(Operation::TagNamespace, Operation::UntagNamespace),
    ),
];

const DISCOVERY: &[Field] = &[
    field("name", Role::Fixed("a Cloud Map service can't be renamed")),
    field(
        "namespace",
        Role::Fixed("a Cloud Map service can't move to another namespace"),
    ),
    field("ttl", Role::By(Operation::UpdateDiscovery)),
    field(
        "tags",
        Role::Keys(Operation::TagDiscovery, Operation::UntagDiscovery),
    ),
];

const VPC_LINK: &[Field] = &[
    field("name", Role::By(Operation::UpdateVpcLink)),
    field(
        "subnets",
        Role::Fixed("the subnets of a VPC link can't be changed"),
    ),
    field(
        "security_groups",
        Role::Fixed("the security groups of a VPC link can't be changed"),
    ),
    field(
        "tags",
        Role::Keys(Operation::TagVpcLink, Operation::UntagVpcLink),
    ),
];

const TASK_DEFINITION: &[Field] = &[
    field(
        "family",
        Role::Fixed("a task definition can't move to another family"),
    ),
    field("cpu", Role::By(Operation::RegisterTaskDefinition)),
    field("memory", Role::By(Operation::RegisterTaskDefinition)),
    field("arch", Role::By(Operation::RegisterTaskDefinition)),
    field(
        "ephemeral_storage",
        Role::By(Operation::RegisterTaskDefinition),
    ),
    field(
        "execution_role",
        Role::By(Operation::RegisterTaskDefinition),
    ),
    field("task_role", Role::By(Operation::RegisterTaskDefinition)),
    field("container", Role::By(Operation::RegisterTaskDefinition)),
    field("image", Role::By(Operation::RegisterTaskDefinition)),
    field("port", Role::By(Operation::RegisterTaskDefinition)),
    field("command", Role::By(Operation::RegisterTaskDefinition)),
    field("entrypoint", Role::By(Operation::RegisterTaskDefinition)),
    sensitive("environment", Role::By(Operation::RegisterTaskDefinition)),
    field("secrets", Role::By(Operation::RegisterTaskDefinition)),
    field("health", Role::By(Operation::RegisterTaskDefinition)),
    field("log_group", Role::By(Operation::RegisterTaskDefinition)),
    field("tags", Role::By(Operation::RegisterTaskDefinition)),
];

const SERVICE: &[Field] = &[
    field("name", Role::Fixed("an ECS service can't be renamed")),
    field(
        "cluster",
        Role::Fixed("an ECS service can't move to another cluster"),
    ),
    field("task_definition", Role::By(Operation::UpdateService)),
    field("count", Role::WhenSet(Operation::UpdateService)),
    field("start", Role::Derived),
    field("min_healthy", Role::By(Operation::UpdateService)),
    field("max_healthy", Role::By(Operation::UpdateService)),
    field("rollback", Role::By(Operation::UpdateService)),
    field("spot", Role::By(Operation::UpdateService)),
    field("exec", Role::By(Operation::UpdateService)),
    field("subnets", Role::By(Operation::UpdateService)),
    field("security_groups", Role::By(Operation::UpdateService)),
    field("public_ip", Role::By(Operation::UpdateService)),
    field("registry", Role::By(Operation::UpdateService)),
    field(
        "tags",
        Role::Keys(Operation::TagService, Operation::UntagService),
    ),
];

const SCALABLE_TARGET: &[Field] = &[
    field("resource", Role::Identity),
    field("min", Role::By(Operation::RegisterScalableTarget)),
    field("max", Role::By(Operation::RegisterScalableTarget)),
];

const SCALING_POLICY: &[Field] = &[
    field("resource", Role::Identity),
    field("name", Role::Identity),
    field("metric", Role::By(Operation::PutScalingPolicy)),
    field("target", Role::By(Operation::PutScalingPolicy)),
];

const API: &[Field] = &[
    field("name", Role::By(Operation::UpdateApi)),
    field("description", Role::By(Operation::UpdateApi)),
    field(
        "protocol",
        Role::Fixed("an API can't change between HTTP and WebSocket"),
    ),
    field("select", Role::By(Operation::UpdateApi)),
    field(
        "cors",
        Role::Optional(Operation::UpdateApi, Operation::DeleteCorsConfiguration),
    ),
    field("tags", Role::Keys(Operation::TagApi, Operation::UntagApi)),
];

const INTEGRATION: &[Field] = &[
    field("api", Role::Identity),
    field("integration_type", Role::By(Operation::UpdateIntegration)),
    field("uri", Role::By(Operation::UpdateIntegration)),
    field("connection", Role::By(Operation::UpdateIntegration)),
    field("parameters", Role::By(Operation::UpdateIntegration)),
    field("payload_version", Role::By(Operation::UpdateIntegration)),
    field("timeout_ms", Role::By(Operation::UpdateIntegration)),
    field("description", Role::Identity),
];

const AUTHORIZER: &[Field] = &[
    field("api", Role::Identity),
    field("name", Role::Identity),
    field("authorizer_type", Role::By(Operation::UpdateAuthorizer)),
    field("identity", Role::By(Operation::UpdateAuthorizer)),
    field("issuer", Role::By(Operation::UpdateAuthorizer)),
    field("audience", Role::By(Operation::UpdateAuthorizer)),
    field("uri", Role::By(Operation::UpdateAuthorizer)),
    // An authorizer of a WebSocket API has neither, whatever an answer holds.
    field(
        "payload_version",
        Role::WhenSet(Operation::UpdateAuthorizer),
    ),
    field("simple_responses", Role::By(Operation::UpdateAuthorizer)),
    field("ttl", Role::WhenSet(Operation::UpdateAuthorizer)),
];

const ROUTE: &[Field] = &[
    field("api", Role::Identity),
    field("route_key", Role::Identity),
    field("target", Role::By(Operation::UpdateRoute)),
    field("reply", Role::By(Operation::UpdateRoute)),
    field("authorization", Role::By(Operation::UpdateRoute)),
    field("authorizer", Role::By(Operation::UpdateRoute)),
    field("scopes", Role::By(Operation::UpdateRoute)),
];

const ROUTE_RESPONSE: &[Field] = &[field("api", Role::Identity), field("route", Role::Identity)];

/// Its content is a part of its address.
const DEPLOYMENT: &[Field] = &[
    field("api", Role::Identity),
    field("description", Role::Identity),
];

/// `TagStage` and `UntagStage` work on the stage's own ARN.
const STAGE: &[Field] = &[
    field("api", Role::Identity),
    field("name", Role::Identity),
    field("auto_deploy", Role::By(Operation::UpdateStage)),
    field("deployment", Role::By(Operation::UpdateStage)),
    field("variables", Role::By(Operation::UpdateStage)),
    field("throttle", Role::By(Operation::UpdateStage)),
    field(
        "route_throttle",
        Role::Keys(Operation::UpdateStage, Operation::DeleteRouteSettings),
    ),
    field(
        "access_log",
        Role::Optional(Operation::UpdateStage, Operation::DeleteAccessLogSettings),
    ),
    field(
        "tags",
        Role::Keys(Operation::TagStage, Operation::UntagStage),
    ),
];

/// Lambda has calls to add and to remove a statement, none to change one.
const PERMISSION: &[Field] = &[
    field("function", Role::Identity),
    field("qualifier", Role::Identity),
    field("statement_id", Role::Identity),
    field(
        "principal",
        Role::Fixed("a statement of a function's policy can't be edited"),
    ),
    field(
        "source_arn",
        Role::Fixed("a statement of a function's policy can't be edited"),
    ),
];

/// All attributes of a kind, in the order of the spec.
pub(crate) fn fields(kind: ResourceKind) -> &'static [Field] {
    match kind {
        ResourceKind::Repository => REPOSITORY,
        ResourceKind::Image => IMAGE,
        ResourceKind::LogGroup => LOG_GROUP,
        ResourceKind::Role => ROLE,
        ResourceKind::RolePolicy => ROLE_POLICY,
        ResourceKind::PolicyAttachment => POLICY_ATTACHMENT,
        ResourceKind::Function => FUNCTION,
        ResourceKind::Alias => ALIAS,
        ResourceKind::Cluster => CLUSTER,
        ResourceKind::SecurityGroup => SECURITY_GROUP,
        ResourceKind::Namespace => NAMESPACE,
        ResourceKind::Discovery => DISCOVERY,
        ResourceKind::VpcLink => VPC_LINK,
        ResourceKind::TaskDefinition => TASK_DEFINITION,
        ResourceKind::Service => SERVICE,
        ResourceKind::ScalableTarget => SCALABLE_TARGET,
        ResourceKind::ScalingPolicy => SCALING_POLICY,
        ResourceKind::Api => API,
        ResourceKind::Integration => INTEGRATION,
        ResourceKind::Authorizer => AUTHORIZER,
        ResourceKind::Route => ROUTE,
        ResourceKind::RouteResponse => ROUTE_RESPONSE,
        ResourceKind::Deployment => DEPLOYMENT,
        ResourceKind::Stage => STAGE,
        ResourceKind::Permission => PERMISSION,
    }
}

/// Whether the value of this attribute (or of one key of it, `environment.TABLE`) must not be shown.
pub fn is_sensitive(kind: ResourceKind, attribute: &str) -> bool {
    let top = attribute.split_once('.').map_or(attribute, |(top, _)| top);
    fields(kind)
        .iter()
        .any(|field| field.name == top && field.sensitive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scope, build_sources, lower};
    use std::collections::BTreeSet;

    const DESIGN: &str = r#"
        schema = 1
        name = "p"
        [functions.f]
        image = { build = "f" }
        policies = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
        [services.s]
        image = { build = "s" }
        port = 80
        count = { min = 1, max = 2 }
        [apis.a]
        kind = "http"
        [apis.a.authorizers]
        users = { kind = "jwt", issuer = "https://login.example", audience = ["p"] }
        [apis.a.routes]
        "$default" = "f"
        "GET /s" = "s"
        [apis.w]
        kind = "websocket"
        select = "$request.body.action"
        [apis.w.routes]
        "$default" = { to = "f", reply = true }
        [environments.e]
        account = "123456789012"
        region = "eu-west-1"
    "#;

    /// An attribute that is missing here would never be compared.
    #[test]
    fn the_table_names_every_attribute_of_every_kind() {
        let document = slipway_design::Document::parse(DESIGN);
        let resolved = document.design().unwrap().resolve("e").unwrap();
        let scope = Scope {
            project: "p".into(),
            environment: "e".into(),
            account: "123456789012".into(),
            region: "eu-west-1".into(),
            partition: "aws".into(),
            registry: "r".into(),
            emulator: false,
        };
        let fingerprints = build_sources(&resolved)
            .into_iter()
            .map(|(addr, _)| (addr, "f".to_owned()))
            .collect();
        let network = crate::Network {
            vpc: "vpc-0".into(),
            ..crate::Network::default()
        };
        let desired = lower(&resolved, &scope, &fingerprints, Some(&network)).unwrap();
        let mut seen = BTreeSet::new();
        for one in desired {
            let attributes: Vec<String> = one.spec.attributes().keys().cloned().collect();
            let table: Vec<&str> = fields(one.addr.kind)
                .iter()
                .map(|field| field.name)
                .collect();
            assert_eq!(attributes, table, "{}", one.addr);
            seen.insert(one.addr.kind);
        }
        assert_eq!(seen, BTreeSet::from(ResourceKind::ALL));
    }

    #[test]
    fn only_the_environment_is_sensitive() {
        assert!(is_sensitive(ResourceKind::Function, "environment.KEY"));
        assert!(is_sensitive(ResourceKind::Function, "environment"));
        assert!(!is_sensitive(ResourceKind::Function, "memory"));
        assert!(!is_sensitive(ResourceKind::Stage, "variables.channel"));
    }
}
