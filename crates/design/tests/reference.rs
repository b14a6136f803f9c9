//! The reference of the file says something about every key, and its examples are right.

use std::collections::BTreeSet;

use serde_json::Value;
use slipway_design::{Document, json_schema, support};

const REFERENCE: &str = include_str!("../../../docs/slipway-toml.md");

/// Every name under `properties`, wherever it stands.
fn keys(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            for (name, inner) in object {
                if let (true, Some(properties)) = (name == "properties", inner.as_object()) {
                    found.extend(properties.keys().cloned());
                }
                keys(inner, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|it| keys(it, found)),
        _ => {}
    }
}

/// The rows of the tables between a heading and the next one of any level: the first cell, and the whole.
fn rows(heading: &str) -> Vec<(&'static str, &'static str)> {
    let start = format!("\n{heading}\n");
    let (_, after) = REFERENCE
        .split_once(&start)
        .unwrap_or_else(|| panic!("no heading {heading}"));
    let section = after.split("\n#").next().unwrap_or_default();
    section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cell = line.split('|').nth(1).unwrap_or_default();
            (cell.trim().trim_matches('`'), line)
        })
        .collect()
}

#[test]
fn every_key_of_the_schema_is_in_the_reference() {
    let mut found = BTreeSet::new();
    keys(&json_schema(), &mut found);
    assert!(found.len() > 60, "{found:?}");
    for key in found {
        assert!(
            REFERENCE.contains(&format!("`{key}`")),
            "`{key}` is missing"
        );
    }
}

#[test]
fn every_table_has_a_row_for_each_of_its_keys() {
    let schema = json_schema();
    let defs = &schema["$defs"];
    for (heading, table) in [
        ("## Top level", &schema),
        ("## Defaults", &schema["properties"]["defaults"]),
        ("## Functions", &defs["function"]),
        ("## Image", &defs["image"]),
        ("### Health", &defs["health"]),
        ("## APIs", &defs["api"]),
        ("### Cors", &defs["api"]["properties"]["cors"]),
        ("### Routes", &defs["route"]["oneOf"][1]),
        ("## Local", &schema["properties"]["local"]),
        ("## Environments", &defs["environment"]),
        ("### Network", &defs["environment"]["properties"]["network"]),
        ("## Permissions", &defs["statement"]),
    ] {
        let written: BTreeSet<&str> = rows(heading).into_iter().map(|(key, _)| key).collect();
        let known: BTreeSet<&str> = table["properties"]
            .as_object()
            .expect("a table has properties")
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(written, known, "{heading}");
    }
}

/// A row that says only "yes" or only "not yet" agrees with the table that the planner asks.
#[test]
fn what_is_said_to_be_honoured_is() {
    let places = [
        ("## Defaults", "defaults"),
        ("## Functions", "functions.f"),
        ("## Services", "services.s"),
        ("## APIs", "apis.a"),
        ("### Routes", "apis.a.routes.r"),
        ("## Environments", "environments.e"),
    ];
    let mut compared = 0;
    for (heading, place) in places {
        for (key, row) in rows(heading) {
            let last = row
                .trim_end_matches(['|', ' '])
                .rsplit('|')
                .next()
                .unwrap_or_default();
            let says = match last.trim() {
                "yes" => true,
                "not yet" => false,
                _ => continue,
            };
            let path =
                slipway_design::Path::parse(&format!("{place}.{key}")).expect("it is a path");
            // Where support depends on the value, the row speaks of the value that one writes the key for.
            let case = if ["network", "access_log"].contains(&key) {
                "true"
            } else {
                ""
            };
            let is = support::support(&path, case, support::Target::Aws);
            assert_eq!(is == support::Support::Honoured, says, "{path}: {row}");
            compared += 1;
        }
    }
    assert!(compared > 35, "{compared}");
}

#[test]
fn the_whole_example_has_no_findings() {
    let (_, after) = REFERENCE
        .split_once("## A whole example")
        .expect("it is there");
    let text = after
        .split("```toml\n")
        .nth(1)
        .and_then(|it| it.split("```").next())
        .expect("the example is TOML");
    let document = Document::parse(text);
    assert_eq!(document.diagnostics(), []);
    let design = document.design().expect("it is TOML");
    for environment in design.environments.keys() {
        assert_eq!(
            support::unsupported(design, environment, support::Target::Aws),
            []
        );
    }
}

#[test]
fn the_links_inside_the_reference_lead_somewhere() {
    let anchors: BTreeSet<String> = REFERENCE
        .lines()
        .filter(|line| line.starts_with('#') && line.contains("# "))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .replace(' ', "-")
                .replace('`', "")
        })
        .collect();
    let links: Vec<&str> = REFERENCE
        .split("](#")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    assert!(links.len() > 20);
    for link in links {
        assert!(anchors.contains(link), "#{link} leads nowhere");
    }
}
