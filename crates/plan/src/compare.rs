//! Compares two specs attribute by attribute.

use crate::fields::{Field, Role, fields};
use crate::{After, AttributeChange, MASK, ResourceKind, ResourceSpec, Text};
use serde_json::{Map, Value};

/// Every attribute that is set, for a resource that does not exist yet.
pub(crate) fn all_set(desired: &ResourceSpec) -> Vec<AttributeChange> {
    differences(desired, None)
}

/// The attributes of `desired` that `observed` has not, in the order of the spec. Tags that only
/// `observed` has count as well: whoever calls has taken away those that are not ours.
pub(crate) fn differences(
    desired: &ResourceSpec,
    observed: Option<&ResourceSpec>,
) -> Vec<AttributeChange> {
    let kind = desired.kind();
    let after = desired.attributes();
    let before = observed.map(ResourceSpec::attributes);
    let mut changes = Vec::new();
    for field in fields(kind) {
        if field.role == Role::Derived || observed.is_some() && field.role == Role::Identity {
            continue;
        }
        let new = after.get(field.name).unwrap_or(&Value::Null);
        if matches!(field.role, Role::WhenSet(_)) && observed.is_some() && new.is_null() {
            continue;
        }
        let old = before
            .as_ref()
            .map(|before| before.get(field.name).unwrap_or(&Value::Null));
        if is_map(field.name) {
            let empty = Map::new();
            let new = new.as_object().unwrap_or(&empty);
            let old = old.and_then(Value::as_object).unwrap_or(&empty);
            by_key(field, new, old, &mut changes);
        } else {
            changes.extend(whole(field, new, old));
        }
    }
    changes
}

/// Attributes that are tables, shown key by key.
fn is_map(name: &str) -> bool {
    matches!(
        name,
        "tags"
            | "environment"
            | "callbacks"
            | "variables"
            | "route_throttle"
            | "secrets"
            | "parameters"
    )
}

fn by_key(
    field: &Field,
    new: &Map<String, Value>,
    old: &Map<String, Value>,
    changes: &mut Vec<AttributeChange>,
) {
    let mut keys: Vec<&String> = new.keys().chain(old.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let (after, before) = (new.get(key), old.get(key));
        if after != before {
            changes.push(change(
                field,
                format!("{}.{key}", field.name),
                before.cloned(),
                after.map_or(After::Absent, wanted),
            ));
        }
    }
}

fn whole(field: &Field, new: &Value, old: Option<&Value>) -> Option<AttributeChange> {
    if old == Some(new) || old.is_none() && is_nothing(new) {
        return None;
    }
    let after = match new {
        Value::Null => After::Absent,
        new => wanted(new),
    };
    let before = old.filter(|value| !value.is_null()).cloned();
    Some(change(field, field.name.to_owned(), before, after))
}

/// A text, or a list of texts, that is not known yet is told from a value.
fn wanted(new: &Value) -> After {
    match serde_json::from_value(new.clone()) {
        Ok(text @ Text::Parts { .. }) => return After::Unknown(text),
        Ok(Text::Known(_)) => return After::Value(new.clone()),
        Err(_) => {}
    }
    match serde_json::from_value::<Vec<Text>>(new.clone()) {
        Ok(texts) if texts.iter().any(|text| text.known().is_none()) => {
            After::Unknown(Text::join(&texts, ", "))
        }
        _ => After::Value(new.clone()),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn change(field: &Field, name: String, before: Option<Value>, after: After) -> AttributeChange {
    let mask = || Value::String(MASK.to_owned());
    let (before, after) = if field.sensitive {
        let after = match after {
            After::Absent => After::Absent,
            After::Value(_) | After::Unknown(_) => After::Value(mask()),
        };
        (before.map(|_| mask()), after)
    } else {
        (before, after)
    };
    AttributeChange {
        name,
        needs_replace: before_exists_and_fixed(field, before.as_ref()),
        before,
        after,
        sensitive: field.sensitive,
    }
}

fn before_exists_and_fixed(field: &Field, before: Option<&Value>) -> bool {
    before.is_some() && matches!(field.role, Role::Fixed(_))
}

/// Why these attributes can't be changed in place, the first of them.
pub(crate) fn fixed_because(kind: ResourceKind, changed: &[AttributeChange]) -> Option<String> {
    changed
        .iter()
        .filter(|change| change.needs_replace)
        .find_map(|change| {
            fields(kind)
                .iter()
                .find(|field| field.name == change.name)
                .and_then(|field| match field.role {
                    Role::Fixed(why) => Some(format!("{} changes: {why}", change.name)),
                    _ => None,
                })
        })
}
