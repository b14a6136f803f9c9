//! Every setting of the schema is in a form.

use super::*;
use slipway_design::{Segment, json_schema};
use std::collections::BTreeSet;

/// Dotted paths of the schema that a form does not write, and why.
const UNREACHABLE: [(&str, &str); 4] = [
    (
        "schema",
        "the version of the format is the program's to write",
    ),
    ("apis.*.kind", "an API of another kind is another API"),
    (
        "functions.*.image.registry",
        "Lambda takes images from a private ECR repository only",
    ),
    (
        "services.*.containers.*.health.path",
        "the load balancer asks the service's own port only",
    ),
];

#[test]
fn every_setting_of_the_schema_is_in_a_form() {
    let schema = json_schema();
    let mut known = BTreeSet::new();
    leaves(&schema, &schema, "", &mut known);
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let document = open(&FULL);
    for shape in forms(&document, None) {
        for field in shape.fields() {
            let general = general(&field.path);
            match &field.control {
                Control::Fact if !field.path.to_string().contains("authorizers") => {}
                Control::Key { .. } => {}
                // The kind of an authorizer is chosen when it is added.
                control if control.parts().is_empty() => {
                    reached.insert(general);
                }
                control => {
                    reached.insert(general.clone());
                    for part in control.parts() {
                        reached.insert(format!("{general}.{part}"));
                    }
                }
            }
        }
    }
    let missing: Vec<&String> = known
        .iter()
        .filter(|path| !reached.contains(*path))
        .filter(|path| !UNREACHABLE.iter().any(|(known, _)| known == path))
        .collect();
    assert!(missing.is_empty(), "no form has {missing:?}");
    for (path, why) in UNREACHABLE {
        assert!(known.contains(path), "{path} ({why}) is not in the schema");
    }
}

/// `functions.orders.env` as `functions.*.env`.
fn general(path: &Path) -> String {
    let keys: Vec<&str> = path
        .segments()
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => key.as_str(),
            Segment::Index(_) => "*",
        })
        .collect();
    let named = [
        "functions",
        "services",
        "apis",
        "environments",
        "containers",
        "authorizers",
        "routes",
    ];
    let mut out: Vec<&str> = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        let is_name =
            at > 0 && named.contains(&keys[at - 1]) && (at < 2 || keys[at - 2] != "environments");
        out.push(if is_name { "*" } else { key });
    }
    out.join(".")
}

/// The settings of a schema, as dotted paths; overrides are left out, which repeat what they override.
fn leaves(
    root: &serde_json::Value,
    schema: &serde_json::Value,
    at: &str,
    out: &mut BTreeSet<String>,
) {
    let schema = match schema.get("$ref").and_then(|it| it.as_str()) {
        Some(name) => &root["$defs"][name.trim_start_matches("#/$defs/")],
        None => schema,
    };
    let below = |key: &str| {
        if at.is_empty() {
            key.to_owned()
        } else {
            format!("{at}.{key}")
        }
    };
    let mut is_leaf = true;
    for option in schema
        .get("oneOf")
        .and_then(|it| it.as_array())
        .into_iter()
        .flatten()
    {
        if option.get("properties").is_some() {
            is_leaf = false;
            leaves(root, option, at, out);
        }
    }
    for (key, value) in schema
        .get("properties")
        .and_then(|it| it.as_object())
        .into_iter()
        .flatten()
    {
        is_leaf = false;
        if at == "environments.*" && ["functions", "services", "apis"].contains(&key.as_str()) {
            continue;
        }
        leaves(root, value, &below(key), out);
    }
    if let Some(items) = schema.get("items").filter(|it| {
        it.get("$ref")
            .is_some_and(|name| name == "#/$defs/statement")
    }) {
        is_leaf = false;
        leaves(root, items, at, out);
    }
    if let Some(values) = schema
        .get("additionalProperties")
        .filter(|it| it.is_object())
    {
        let is_text = values.get("type").is_some_and(|kind| kind == "string");
        if !is_text {
            is_leaf = false;
            leaves(root, values, &below("*"), out);
        }
    }
    // A route is a text or a table: its table has the settings.
    if is_leaf && !at.is_empty() {
        out.insert(at.to_owned());
    }
}
