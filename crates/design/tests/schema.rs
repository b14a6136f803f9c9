//! The published JSON schema: up to date, and of one mind with the reader.

use serde_json::{Map, Value, json};
use slipway_design::{Arch, Document, json_schema, sample, template};

const FULL: &str = include_str!("files/full.toml");

fn as_json(item: &toml_edit::Item) -> Value {
    if let Some(table) = item.as_table_like() {
        return Value::Object(
            table
                .iter()
                .map(|(key, it)| (key.to_owned(), as_json(it)))
                .collect::<Map<_, _>>(),
        );
    }
    if let Some(array) = item.as_array() {
        return array
            .iter()
            .map(|it| as_json(&toml_edit::Item::Value(it.clone())))
            .collect();
    }
    item.as_str()
        .map(Value::from)
        .or(item.as_integer().map(Value::from))
        .or(item.as_float().map(Value::from))
        .or(item.as_bool().map(Value::from))
        .expect("the tests use no dates")
}

fn errors(text: &str) -> Vec<String> {
    let tree = toml_edit::Document::parse(text).expect("the text is TOML");
    let value = as_json(tree.as_item());
    let validator = jsonschema::validator_for(&json_schema()).expect("the schema is one");
    validator
        .iter_errors(&value)
        .map(|it| format!("{}: {it}", it.instance_path()))
        .collect()
}

#[test]
fn the_published_file_is_up_to_date() {
    let published = include_str!("../../../docs/slipway.schema.json");
    let now = serde_json::to_string_pretty(&json_schema()).expect("it is JSON") + "\n";
    assert!(
        published == now,
        "run: cargo run -p slipway-design --example schema > docs/slipway.schema.json"
    );
}

#[test]
fn what_is_right_passes() {
    assert_eq!(errors(FULL), Vec::<String>::new());
    assert_eq!(
        errors(&template::new_project("shop", Arch::Arm64)),
        Vec::<String>::new()
    );
    for seed in 0..20 {
        let text = sample::generate(seed, sample::Size::default(), Arch::X86_64);
        assert_eq!(errors(&text), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn what_is_wrong_does_not() {
    for wrong in [
        "name = \"a\"",
        "schema = 1",
        "schema = 2\nname = \"a\"",
        "schema = 1\nname = \"A\"",
        "schema = 1\nname = \"a\"\nunknown = 1",
        "schema = 1\nname = \"a\"\n[functions.f]\nmemory = 64",
        "schema = 1\nname = \"a\"\n[functions.f]\nimage = { build = \"a\", ecr = \"b\" }",
        "schema = 1\nname = \"a\"\n[functions.f]\nsecrets = { A = \"hunter2\" }",
        "schema = 1\nname = \"a\"\n[apis.a.routes]\n\"GET /\" = {}",
        "schema = 1\nname = \"a\"\n[apis.a.authorizers]\nx = { kind = \"jwt\" }",
        "schema = 1\nname = \"a\"\n[environments.dev]\naccount = \"1\"\nregion = \"eu-west-1\"",
    ] {
        assert!(!errors(wrong).is_empty(), "{wrong}");
    }
}

/// The reader and the schema know the same keys: what the schema offers is never "unknown" to the reader.
#[test]
fn reader_and_schema_know_the_same_keys() {
    let schema = json_schema();
    let keys = |at: &Value| {
        at["properties"]
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let defs = &schema["$defs"];
    let places = [
        ("functions.f", keys(&defs["function"])),
        ("services.s", keys(&defs["service"])),
        ("services.s.containers.c", keys(&defs["container"])),
        ("services.s.health", keys(&defs["health"])),
        ("functions.f.image", keys(&defs["image"])),
        ("apis.a", keys(&defs["api"])),
        ("apis.a.cors", keys(&defs["api"]["properties"]["cors"])),
        ("apis.a.throttle", keys(&defs["throttle"])),
        ("apis.a.routes.r", keys(&defs["route"]["oneOf"][1])),
        ("environments.e", keys(&defs["environment"])),
        (
            "environments.e.network",
            keys(&defs["environment"]["properties"]["network"]),
        ),
        ("defaults", keys(&schema["properties"]["defaults"])),
        ("local", keys(&schema["properties"]["local"])),
    ];
    for (place, keys) in places {
        // Every known key, and one that is not: its finding lists what the reader knows.
        let document = Document::parse(&format!("[{place}]\nzzzzzzzz = 1\n"));
        let found = document
            .diagnostics()
            .iter()
            .find(|it| it.code == "unknown-key")
            .expect("it is unknown");
        let detail = found.detail.as_deref().unwrap_or_default();
        let listed = detail
            .split("Known here: ")
            .nth(1)
            .unwrap_or_default()
            .trim_end_matches('.');
        let mut known: Vec<&str> = listed.split(", ").collect();
        let mut offered: Vec<&str> = keys.iter().map(String::as_str).collect();
        known.sort_unstable();
        offered.sort_unstable();
        assert_eq!(known, offered, "{place}");
    }
    assert_eq!(json!(1), schema["properties"]["schema"]["const"]);
}
