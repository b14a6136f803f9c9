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
    field("payload_version", Role::By(Operation::UpdateAuthorizer)),
    field("simple_responses", Role::By(Operation::UpdateAuthorizer)),
    field("ttl", Role::By(Operation::UpdateAuthorizer)),
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
        [apis.a]
        kind = "http"
        [apis.a.authorizers]
        users = { kind = "jwt", issuer = "https://login.example", audience = ["p"] }
        [apis.a.routes]
        "$default" = "f"
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
        let desired = lower(&resolved, &scope, &fingerprints).unwrap();
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
