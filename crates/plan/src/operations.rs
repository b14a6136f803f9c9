//! Which operations carry out a change, in order.

use crate::fields::{Role, fields};
use crate::{Action, After, AttributeChange, Operation, ResourceKind, ResourceSpec};
use serde_json::Value;
use std::collections::BTreeSet;

/// The operations of one change, in the order in which they run. `changed` are the attributes that
/// differ; for a create, all that are set.
pub fn operations(
    kind: ResourceKind,
    action: Action,
    changed: &[AttributeChange],
) -> Vec<Operation> {
    match action {
        Action::NoOp | Action::Forget => Vec::new(),
        Action::Create => creation(kind, changed),
        Action::Update => update(kind, changed),
        Action::Delete => deletion(kind).into_iter().collect(),
        Action::Replace => deletion(kind)
            .into_iter()
            .chain(creation(kind, changed))
            .collect(),
    }
}

fn creation(kind: ResourceKind, set: &[AttributeChange]) -> Vec<Operation> {
    let mut operations = match kind {
        ResourceKind::Repository => vec![Operation::CreateRepository],
        ResourceKind::Image => vec![Operation::BuildImage, Operation::PushImage],
        ResourceKind::LogGroup => vec![Operation::CreateLogGroup],
        ResourceKind::Role => vec![Operation::CreateRole],
        ResourceKind::RolePolicy => vec![Operation::PutRolePolicy],
        ResourceKind::PolicyAttachment => vec![Operation::AttachRolePolicy],
        ResourceKind::Function => vec![Operation::CreateFunction],
        ResourceKind::Alias => vec![Operation::PublishVersion, Operation::CreateAlias],
        ResourceKind::Cluster => vec![Operation::CreateCluster],
        ResourceKind::SecurityGroup => vec![Operation::CreateSecurityGroup],
        ResourceKind::Namespace => vec![Operation::CreatePrivateDnsNamespace],
        ResourceKind::Discovery => vec![Operation::CreateDiscovery],
        ResourceKind::VpcLink => vec![Operation::CreateVpcLink],
        ResourceKind::TaskDefinition => vec![Operation::RegisterTaskDefinition],
        ResourceKind::Service => vec![Operation::CreateService],
        ResourceKind::ScalableTarget => vec![Operation::RegisterScalableTarget],
        ResourceKind::ScalingPolicy => vec![Operation::PutScalingPolicy],
        ResourceKind::Api => vec![Operation::CreateApi],
        ResourceKind::Integration => vec![Operation::CreateIntegration],
        ResourceKind::Authorizer => vec![Operation::CreateAuthorizer],
        ResourceKind::Route => vec![Operation::CreateRoute],
        ResourceKind::RouteResponse => vec![Operation::CreateRouteResponse],
        ResourceKind::Deployment => vec![Operation::CreateDeployment],
        ResourceKind::Stage => vec![Operation::CreateStage],
        ResourceKind::Permission => vec![Operation::AddPermission],
    };
    let is_set = |name: &str| {
        set.iter()
            .any(|change| change.name == name && has_value(&change.after))
    };
    // What the creating call can't take along.
    if kind == ResourceKind::Repository && is_set("lifecycle") {
        operations.push(Operation::PutLifecyclePolicy);
    }
    if kind == ResourceKind::LogGroup && is_set("retention_days") {
        operations.push(Operation::PutRetentionPolicy);
    }
    if kind == ResourceKind::Function && is_set("concurrency") {
        operations.push(Operation::PutFunctionConcurrency);
    }
    if kind == ResourceKind::SecurityGroup && set.iter().any(|change| change.name == "ingress") {
        operations.push(Operation::AuthorizeSecurityGroupIngress);
    }
    operations
}

/// Images have none: they go with their repository.
pub(crate) fn deletion(kind: ResourceKind) -> Option<Operation> {
    Some(match kind {
        ResourceKind::Image => return None,
        ResourceKind::Repository => Operation::DeleteRepository,
        ResourceKind::LogGroup => Operation::DeleteLogGroup,
        ResourceKind::Role => Operation::DeleteRole,
        ResourceKind::RolePolicy => Operation::DeleteRolePolicy,
        ResourceKind::PolicyAttachment => Operation::DetachRolePolicy,
        ResourceKind::Function => Operation::DeleteFunction,
        ResourceKind::Alias => Operation::DeleteAlias,
        ResourceKind::Cluster => Operation::DeleteCluster,
        ResourceKind::SecurityGroup => Operation::DeleteSecurityGroup,
        ResourceKind::Namespace => Operation::DeleteNamespace,
        ResourceKind::Discovery => Operation::DeleteDiscovery,
        ResourceKind::VpcLink => Operation::DeleteVpcLink,
        ResourceKind::TaskDefinition => Operation::DeregisterTaskDefinition,
        ResourceKind::Service => Operation::DeleteService,
        ResourceKind::ScalableTarget => Operation::DeregisterScalableTarget,
        ResourceKind::ScalingPolicy => Operation::DeleteScalingPolicy,
        ResourceKind::Api => Operation::DeleteApi,
        ResourceKind::Integration => Operation::DeleteIntegration,
        ResourceKind::Authorizer => Operation::DeleteAuthorizer,
        ResourceKind::Route => Operation::DeleteRoute,
        ResourceKind::RouteResponse => Operation::DeleteRouteResponse,
        ResourceKind::Deployment => Operation::DeleteDeployment,
        ResourceKind::Stage => Operation::DeleteStage,
        ResourceKind::Permission => Operation::RemovePermission,
    })
}

/// Code before configuration, versions after both, tags last: the order of
/// <https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html>, with a wait between.
fn update(kind: ResourceKind, changed: &[AttributeChange]) -> Vec<Operation> {
    let mut operations = Vec::new();
    for change in changed {
        for operation in in_place(kind, change) {
            if !operations.contains(&operation) {
                operations.push(operation);
            }
        }
    }
    operations.sort_by_key(|operation| match operation {
        Operation::UpdateFunctionCode => 0,
        Operation::UpdateFunctionConfiguration => 1,
        _ => 2,
    });
    operations
}

fn in_place(kind: ResourceKind, change: &AttributeChange) -> Vec<Operation> {
    let Some(field) = fields(kind)
        .iter()
        .find(|field| field.name == change.top_name())
    else {
        return Vec::new();
    };
    match field.role {
        Role::By(operation) | Role::WhenSet(operation) => vec![operation],
        Role::Rules { add, remove } => rules(change, add, remove),
        Role::ByNewVersion => vec![Operation::PublishVersion, Operation::UpdateAlias],
        Role::ByBuild => vec![Operation::BuildImage, Operation::PushImage],
        Role::Optional(set, _) | Role::Keys(set, _) if has_value(&change.after) => vec![set],
        Role::Optional(_, remove) | Role::Keys(_, remove) => vec![remove],
        Role::Fixed(_) | Role::Identity | Role::Derived => Vec::new(),
    }
}

/// What is missing is added before what is too much is taken away.
fn rules(change: &AttributeChange, add: Operation, remove: Operation) -> Vec<Operation> {
    let list = |text: &str| -> BTreeSet<String> {
        text.split(", ")
            .filter(|rule| !rule.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let before = change.before.as_ref().and_then(Value::as_str);
    let before = before.map(list).unwrap_or_default();
    let after = match &change.after {
        After::Value(value) => value.as_str().map(list).unwrap_or_default(),
        // It refers to something that does not exist yet, so no rule of now is the one.
        After::Unknown(_) => {
            let mut both = vec![add];
            both.extend((!before.is_empty()).then_some(remove));
            return both;
        }
        After::Absent => BTreeSet::new(),
    };
    let mut operations = Vec::new();
    operations.extend(after.difference(&before).next().map(|_| add));
    operations.extend(before.difference(&after).next().map(|_| remove));
    operations
}

fn has_value(after: &After) -> bool {
    match after {
        After::Value(value) => *value != Value::Null,
        After::Unknown(_) => true,
        After::Absent => false,
    }
}

/// Whether an operation of an update still changes something, now that every text of `desired` is
/// known. A build may yield the digest that is there already: then its dependents complete without
/// a write. Creates and deletes are always needed.
pub fn still_needed(operation: Operation, desired: &ResourceSpec, observed: &ResourceSpec) -> bool {
    let kind = desired.kind();
    let puts = matches!(
        operation,
        Operation::RegisterScalableTarget
            | Operation::PutScalingPolicy
            | Operation::RegisterTaskDefinition
    );
    if kind != observed.kind()
        || creation(kind, &[]).contains(&operation) && !is_new_version(operation) && !puts
    {
        return true;
    }
    let (after, before) = (desired.attributes(), observed.attributes());
    let mut touches = false;
    for field in fields(kind) {
        let concerned = match field.role {
            Role::By(by) => by == operation,
            Role::Optional(set, remove) | Role::Keys(set, remove) => {
                set == operation || remove == operation
            }
            Role::WhenSet(by) => {
                by == operation && after.get(field.name).is_some_and(|new| !new.is_null())
            }
            Role::Rules { add, remove } => add == operation || remove == operation,
            Role::ByNewVersion => is_new_version(operation),
            _ => false,
        };
        touches |= concerned;
        if concerned && after.get(field.name) != before.get(field.name) {
            return true;
        }
    }
    !touches
}

fn is_new_version(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::PublishVersion | Operation::UpdateAlias
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    fn changed(names: &str) -> Vec<AttributeChange> {
        names
            .split_whitespace()
            .map(|name| {
                let (name, after) = match name.strip_prefix('-') {
                    Some(name) => (name, After::Absent),
                    None => (name, After::Value(json!(1))),
                };
                AttributeChange {
                    name: name.to_owned(),
                    before: Some(json!(0)),
                    after,
                    needs_replace: false,
                    sensitive: false,
                }
            })
            .collect()
    }

    #[rstest]
    #[case(
        "log_group",
        Action::Create,
        "name retention_days",
        "create_log_group put_retention_policy"
    )]
    #[case("log_group", Action::Create, "name", "create_log_group")]
    #[case("log_group", Action::Update, "retention_days", "put_retention_policy")]
    #[case(
        "log_group",
        Action::Update,
        "-retention_days",
        "delete_retention_policy"
    )]
    #[case(
        "log_group",
        Action::Update,
        "tags.a -tags.b",
        "tag_log_group untag_log_group"
    )]
    #[case(
        "role",
        Action::Update,
        "principal tags.a tags.b",
        "update_assume_role_policy tag_role"
    )]
    #[case(
        "repository",
        Action::Update,
        "scan_on_push",
        "put_image_scanning_configuration"
    )]
    #[case(
        "repository",
        Action::Create,
        "name scan_on_push immutable_tags lifecycle",
        "create_repository put_lifecycle_policy"
    )]
    #[case("repository", Action::Create, "name", "create_repository")]
    #[case(
        "repository",
        Action::Update,
        "immutable_tags lifecycle",
        "put_image_tag_mutability put_lifecycle_policy"
    )]
    #[case("image", Action::Create, "fingerprint", "build_image push_image")]
    #[case("image", Action::Update, "fingerprint", "build_image push_image")]
    #[case("function", Action::Update, "arch", "update_function_code")]
    #[case(
        "function",
        Action::Update,
        "memory timeout environment.A",
        "update_function_configuration"
    )]
    #[case(
        "function",
        Action::Update,
        "memory image tags.a",
        "update_function_code update_function_configuration tag_function"
    )]
    #[case(
        "function",
        Action::Create,
        "name concurrency",
        "create_function put_function_concurrency"
    )]
    #[case(
        "function",
        Action::Update,
        "-concurrency subnets",
        "update_function_configuration delete_function_concurrency"
    )]
    #[case("function", Action::Delete, "", "delete_function")]
    #[case("alias", Action::Create, "image", "publish_version create_alias")]
    #[case(
        "alias",
        Action::Update,
        "configuration image",
        "publish_version update_alias"
    )]
    #[case(
        "permission",
        Action::Replace,
        "source_arn",
        "remove_permission add_permission"
    )]
    #[case("stage", Action::Update, "variables.a -variables.b", "update_stage")]
    #[case("api", Action::Update, "name -tags.a", "update_api untag_api")]
    #[case("api", Action::Update, "cors", "update_api")]
    #[case(
        "api",
        Action::Update,
        "-cors name",
        "delete_cors_configuration update_api"
    )]
    #[case(
        "stage",
        Action::Update,
        "throttle route_throttle.a -route_throttle.b -access_log",
        "update_stage delete_route_settings delete_access_log_settings"
    )]
    #[case(
        "role",
        Action::Update,
        "-permissions_boundary",
        "delete_role_permissions_boundary"
    )]
    #[case("authorizer", Action::Update, "issuer audience", "update_authorizer")]
    #[case("policy_attachment", Action::Delete, "", "detach_role_policy")]
    #[case("route", Action::NoOp, "", "")]
    #[case("repository", Action::Forget, "", "")]
    fn each_change_has_its_operations(
        #[case] kind: &str,
        #[case] action: Action,
        #[case] names: &str,
        #[case] expect: &str,
    ) {
        let kind = ResourceKind::ALL
            .into_iter()
            .find(|one| one.prefix() == kind)
            .unwrap();
        let found: Vec<String> = operations(kind, action, &changed(names))
            .into_iter()
            .map(Operation::name)
            .collect();
        assert_eq!(found.join(" "), expect);
    }
}
