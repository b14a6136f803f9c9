//! What `docs/reliability.md` says is proved is proved by tests that are there.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

/// The faults that the document must speak of: those of a deploy, of a design and of the window.
const FAULTS: &[&str] = &[
    "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "F13", "F14", "F15",
    "F16", "F17", "F18", "F26", "F27", "F28", "F30", "F32",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
}

fn document() -> String {
    std::fs::read_to_string(root().join("docs/reliability.md")).unwrap()
}

/// What stands between backticks, in the order of the text.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether a source text has a test of this name: a function under an attribute that makes it one.
fn has_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let declared = format!("fn {name}(");
    lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.contains(&declared))
        .any(|(at, _)| {
            lines[..at]
                .iter()
                .rev()
                .take_while(|line| line.starts_with("#[") || line.starts_with("///"))
                .any(|line| line.ends_with("test]") || line.contains("test("))
        })
}

/// Why a name of the document is not that of a test, if it is none.
fn objection(name: &str) -> Option<String> {
    let (file, test) = name.split_once("::")?;
    match std::fs::read_to_string(root().join(file)) {
        Err(error) => Some(format!("`{name}`: {file} can't be read: {error}")),
        Ok(source) if !has_test(&source, test) => {
            Some(format!("`{name}`: {file} has no such test"))
        }
        Ok(_) => None,
    }
}

#[test]
fn every_test_that_the_document_names_exists() {
    let text = document();
    let named: BTreeSet<&str> = quoted(&text).filter(|one| one.contains(".rs::")).collect();
    assert!(named.len() >= 40, "{} tests are named", named.len());
    let wrong: Vec<String> = named.into_iter().filter_map(objection).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // A test is named with its file, so that it can be looked for.
    let loose: Vec<&str> = quoted(&text)
        .filter(|one| one.matches('_').count() >= 3 && !one.contains("::"))
        .filter(|one| one.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect();
    assert!(loose.is_empty(), "named without their file: {loose:?}");
}

#[test]
fn every_fault_has_its_section_and_says_what_is_open() {
    let text = document();
    let sections: Vec<&str> = text.split("\n### ").skip(1).collect();
    let headings: Vec<&str> = sections
        .iter()
        .map(|section| section.split_once(' ').map_or(*section, |(name, _)| name))
        .collect();
    assert_eq!(headings, FAULTS);
    for (fault, section) in FAULTS.iter().zip(sections) {
        let section = section.split("\n## ").next().unwrap_or_default();
        assert!(
            section.contains("\n**Open.** "),
            "{fault} does not say what is not proved"
        );
        let proved = quoted(section).any(|one| one.contains(".rs::"));
        assert!(proved, "{fault} names no test");
    }
    // The table at the beginning has a row of each.
    for fault in FAULTS {
        let row = format!("\n| {fault} | ");
        assert_eq!(text.matches(&row).count(), 1, "rows of {fault}");
    }
}

#[test]
fn a_name_that_is_no_test_is_noticed() {
    let own = "crates/xtask/tests/reliability.rs";
    assert_eq!(
        objection(&format!("{own}::a_name_that_is_no_test_is_noticed")),
        None
    );
    for wrong in [
        format!("{own}::has_test"),
        format!("{own}::it_was_never_there"),
        "crates/xtask/tests/never.rs::it_was_never_there".to_owned(),
    ] {
        assert!(objection(&wrong).is_some(), "{wrong}");
    }
}
