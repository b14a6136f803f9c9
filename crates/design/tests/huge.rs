//! Huge and hostile files are read and checked in time that grows with their size, not with its square.
//!
//! The sizes are such that anything quadratic would take minutes here; what is asserted are counts.

use std::fmt::Write;

use slipway_design::*;

const SIZE: usize = 20_000;
const HEAD: &str = "schema = 1\nname = \"shop\"\n";
const ENVIRONMENT: &str = "account = \"123456789012\"\nregion = \"eu-west-1\"\n";

/// A file of these lines, each written for every number below `count`.
fn file(parts: &[(&str, usize)]) -> String {
    let mut text = HEAD.to_owned();
    for (line, count) in parts {
        for number in 0..*count {
            let _ = writeln!(text, "{}", line.replace('#', &number.to_string()));
        }
    }
    text
}

/// How often each of these codes is found; nothing else is, but things that no route leads to.
#[track_caller]
fn check(text: &str, expect: &[(&str, usize)]) -> Document {
    let document = Document::parse(text);
    let mut found: Vec<(&str, usize)> = Vec::new();
    for it in document
        .diagnostics()
        .iter()
        .filter(|it| it.code != "unused")
    {
        assert!(it.position.is_some(), "no place: {}", it.code);
        match found.iter_mut().find(|(code, _)| *code == it.code) {
            Some((_, count)) => *count += 1,
            None => found.push((&it.code, 1)),
        }
    }
    found.sort_unstable();
    let mut expect = expect.to_vec();
    expect.sort_unstable();
    assert_eq!(found, expect);
    document
}

#[test]
fn every_function_is_wrong() {
    let text = file(&[("[functions.F#]\nmemory = 1", SIZE)]);
    let document = check(
        &text,
        &[
            ("name-invalid", SIZE),
            ("image-missing", SIZE),
            ("out-of-range", SIZE),
        ],
    );
    let last = document.diagnostics().last().unwrap();
    assert_eq!(last.position.unwrap().line as usize, 2 + 2 * SIZE);
}

#[test]
fn an_api_of_many_routes() {
    let head =
        "[functions.f]\nimage = { build = \"f\" }\n[apis.p]\nkind = \"http\"\n[apis.p.routes]";
    let text = file(&[(head, 1), ("\"GET /r#/{id}\" = \"f\"", SIZE)]);
    let document = check(&text, &[("quota-exceeded", 1)]);
    assert_eq!(document.design().unwrap().apis["p"].routes.len(), SIZE);
    // Every one leads nowhere, and names an authorizer that is not there among many that are.
    let text = file(&[
        ("[apis.p]\nkind = \"http\"\n[apis.p.routes]", 1),
        (
            "\"GET /r#\" = { to = \"g#\", authorizer = \"x#\", timeout = 30 }",
            SIZE,
        ),
        ("[apis.p.authorizers]", 1),
        ("a# = { kind = \"iam\" }", SIZE),
    ]);
    check(
        &text,
        &[
            ("target-unknown", SIZE),
            ("authorizer-unknown", SIZE),
            // Routes, integrations, authorizers.
            ("quota-exceeded", 3),
        ],
    );
    let text = file(&[(head, 1), ("\"GET /{p#}\" = \"f\"", SIZE)]);
    check(
        &text,
        &[("route-duplicate", SIZE - 1), ("quota-exceeded", 1)],
    );
}

#[test]
fn many_unknown_keys() {
    let text = file(&[
        ("[functions.f]\nimage = { build = \"f\" }", 1),
        ("a_key_that_nobody_knows_# = #", SIZE),
    ]);
    check(&text, &[("unknown-key", SIZE)]);
}

#[test]
fn one_very_long_line() {
    let mut text = format!("{HEAD}[functions.f]\nimage = {{ build = \"f\" }}\nenv = {{ ");
    for number in 0..SIZE {
        let _ = write!(text, "A-{number} = \"ä\", ");
    }
    text.push_str("LAST = \"\" }\n");
    let document = check(&text, &[("variable-name", SIZE), ("env-too-big", 1)]);
    let column = document
        .diagnostics()
        .last()
        .unwrap()
        .position
        .unwrap()
        .column;
    let line = text.lines().nth(4).unwrap();
    let expect = line.chars().count() - ", LAST = \"\" }".len() - 2;
    assert_eq!(column as usize, expect);
}

#[test]
fn enormous_arrays() {
    let array = |item: &str| vec![item; SIZE].join(", ");
    let text = format!(
        "{HEAD}[functions.f]\nimage = {{ build = \"f\" }}\npolicies = [{}]\n",
        array("\"x\"")
    );
    check(&text, &[("arn-invalid", SIZE), ("quota-exceeded", 1)]);
    let text = format!(
        "{HEAD}[functions.f]\nimage = {{ build = \"f\" }}\nallow = [{}]\n",
        array("1")
    );
    check(&text, &[("wrong-type", SIZE)]);
    let text = format!("{HEAD}x = [{}]\n", array("[[]]"));
    let document = check(&text, &[("unknown-key", 1)]);
    assert_eq!(document.source().len(), 3 + 2 * SIZE);
}

#[test]
fn deep_nesting_many_times() {
    let deep = format!("x# = {}1{}", "{ a = ".repeat(40), " }".repeat(40));
    let document = check(&file(&[(&deep, 500)]), &[("unknown-key", 500)]);
    assert_eq!(document.source().len(), 2 + 500 * 41);
}

#[test]
fn environments_times_things() {
    let functions = ("[functions.f#]\nimage = { build = \"f\" }", SIZE / 4);
    let environment = format!("[environments.e#]\n{ENVIRONMENT}");
    // With nothing overridden, and all default variables for all functions.
    let text = file(&[
        ("[defaults.env]", 1),
        ("AA# = \"\"", SIZE / 4),
        functions,
        (&environment, SIZE / 4),
    ]);
    check(&text, &[("env-too-big", SIZE / 4)]);
    // With an override of a big API in each.
    let environment = format!(
        "{environment}apis.p = {{ title = \"#\", routes = {{ \"GET /{{x}}\" = \"f0\" }} }}"
    );
    let text = file(&[
        functions,
        (
            "[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"GET /{y}\" = \"f0\"",
            1,
        ),
        ("\"GET /r/#\" = \"f0\"", SIZE / 4),
        (&environment, SIZE / 4),
    ]);
    check(
        &text,
        &[
            ("route-duplicate", SIZE / 4),
            ("quota-exceeded", 1 + SIZE / 4),
        ],
    );
    // With overrides of things that are not there.
    let text = file(&[
        functions,
        (&format!("[environments.dev]\n{ENVIRONMENT}"), 1),
        ("functions.g# = { memory = 128 }", SIZE),
    ]);
    check(&text, &[("override-unknown", SIZE)]);
    // With names that could collide.
    let text = file(&[
        ("[functions.x-f#]\nimage = { build = \"f\" }", SIZE / 4),
        (
            &format!("[environments.e#]\n{ENVIRONMENT}[environments.e#-x]\n{ENVIRONMENT}"),
            SIZE / 8,
        ),
    ]);
    check(&text, &[]);
}

#[test]
fn long_keys_and_long_values() {
    // The finding of each thing inside a long key would repeat the key.
    let text = format!(
        "{HEAD}[functions.{}]\n{}",
        "k".repeat(100_000),
        file(&[("x# = 1", SIZE)]).trim_start_matches(HEAD)
    );
    let document = check(&text, &[("key-too-long", 1)]);
    let found = &document.diagnostics()[0];
    assert_eq!(
        (found.subject.as_str(), found.position.unwrap().column),
        ("functions", 12)
    );
    let text = format!("{HEAD}[local.env]\n\"{}\" = \"\"\n", "k".repeat(1024));
    check(&text, &[]);

    let parameters: String = (0..SIZE).map(|number| format!("/{{p{number}}}")).collect();
    let key = format!("GET {parameters}");
    assert!(RouteKey::parse(ApiKind::Http, &key).is_ok());
    let long = "x".repeat(1_000_000);
    let text = format!(
        "{HEAD}[functions.f]\nimage = {{ build = \"{}\" }}\narch = \"{long}\"\n[apis.p]\nkind = \"http\"\nroutes = {{ \"GET /\" = \"{long}\" }}\n",
        "a/../".repeat(200_000),
    );
    let document = check(&text, &[("unknown-word", 1), ("target-unknown", 1)]);
    for it in document.diagnostics() {
        assert!(it.summary.chars().count() <= 301, "{}", it.code);
    }
}
