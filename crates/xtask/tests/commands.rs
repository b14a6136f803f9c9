//! The command line holds what the documents promise.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

#[test]
fn every_command_that_a_document_names_exists() {
    let help = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("--help")
        .output()
        .unwrap();
    assert!(help.status.success());
    let help = String::from_utf8(help.stdout).unwrap();
    let offered: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(
        offered.contains(&"start") && offered.contains(&"test"),
        "{offered:?}"
    );

    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap();
    let mut named = BTreeSet::new();
    for document in ["README.md", "CONTRIBUTING.md", "docs/chores.md"] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        for rest in text.split("cargo xtask ").skip(1) {
            let name: String = rest
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
                .collect();
            if name.is_empty() || name.chars().all(|c| c.is_ascii_uppercase()) {
                continue;
            }
            named.insert(name.clone());
            assert!(
                offered.contains(&name.as_str()),
                "{document} names `cargo xtask {name}`, which does not exist"
            );
        }
    }
    for name in offered {
        assert!(
            name == "help" || named.contains(name),
            "no document names `cargo xtask {name}`"
        );
    }
}
