//! Which operations carry out a change, in order.

use crate::fields::{Role, fields};
use crate::{Action, After, AttributeChange, Operation, ResourceKind, ResourceSpec};
use serde_json::Value;

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
        ResourceKind::Function => vec![Operation::CreateFunction],
        ResourceKind::Alias => vec![Operation::PublishVersion, Operation::CreateAlias],
        ResourceKind::Api => vec![Operation::CreateApi],
        ResourceKind::Integration => vec![Operation::CreateIntegration],
        ResourceKind::Route => vec![Operation::CreateRoute],
        ResourceKind::Stage => vec![Operation::CreateStage],
        ResourceKind::Permission => vec![Operation::AddPermission],
    };
    let keeps_for_a_time = set
        .iter()
        .any(|change| change.name == "retention_days" && has_value(&change.after));
    if kind == ResourceKind::LogGroup && keeps_for_a_time {
        operations.push(Operation::PutRetentionPolicy);
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
        ResourceKind::Function => Operation::DeleteFunction,
        ResourceKind::Alias => Operation::DeleteAlias,
        ResourceKind::Api => Operation::DeleteApi,
        ResourceKind::Integration => Operation::DeleteIntegration,
        ResourceKind::Route => Operation::DeleteRoute,
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
        Role::By(operation) => vec![operation],
        Role::ByNewVersion => vec![Operation::PublishVersion, Operation::UpdateAlias],
        Role::ByBuild => vec![Operation::BuildImage, Operation::PushImage],
        Role::Retention if has_value(&change.after) => vec![Operation::PutRetentionPolicy],
        Role::Retention => vec![Operation::DeleteRetentionPolicy],
        Role::Tags(_, untag) if change.after == After::Absent => vec![untag],
        Role::Tags(tag, _) => vec![tag],
        Role::Fixed(_) | Role::Identity | Role::Derived => Vec::new(),
    }
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
    if kind != observed.kind()
        || creation(kind, &[]).contains(&operation) && !is_new_version(operation)
    {
        return true;
    }
    let (after, before) = (desired.attributes(), observed.attributes());
    let mut touches = false;
    for field in fields(kind) {
        let concerned = match field.role {
            Role::By(by) => by == operation,
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
