//! The allowed edges between our crates, and what pure crates may not depend on.
//!
//! The direction is the architecture: what this table refuses needs a decision record first, not a line here.

use std::collections::{BTreeMap, BTreeSet};

use crate::metadata::{Metadata, Package};

/// Each crate with the crates of ours that it may depend on in the program itself. Tests may use more: see [`DEV_ONLY`].
const ALLOWED: &[(&str, &[&str])] = &[
    ("slipway-design", &[]),
    ("slipway-gateway", &["slipway-design"]),
    ("slipway-editor", &["slipway-design"]),
    ("slipway-plan", &["slipway-design"]),
    ("slipway-protocol", &["slipway-design", "slipway-plan"]),
    ("slipway-import", &["slipway-design"]),
    ("slipway-engine", &["slipway-design", "slipway-plan"]),
    (
        "slipway-docker",
        &["slipway-design", "slipway-plan", "slipway-engine"],
    ),
    (
        "slipway-aws",
        &["slipway-design", "slipway-plan", "slipway-engine"],
    ),
    (
        "slipway-store",
        &["slipway-design", "slipway-plan", "slipway-engine"],
    ),
    (
        "slipway-app",
        &[
            "slipway-design",
            "slipway-gateway",
            "slipway-plan",
            "slipway-protocol",
            "slipway-import",
            "slipway-engine",
            "slipway-docker",
            "slipway-aws",
            "slipway-store",
        ],
    ),
    (
        "slipway-cli",
        &[
            "slipway-app",
            "slipway-design",
            "slipway-plan",
            "slipway-protocol",
        ],
    ),
    ("slipway-desktop", &["slipway-app", "slipway-protocol"]),
    (
        "slipway-ui",
        &[
            "slipway-design",
            "slipway-gateway",
            "slipway-editor",
            "slipway-plan",
            "slipway-protocol",
        ],
    ),
    (
        "slipway-testkit",
        &["slipway-design", "slipway-plan", "slipway-engine"],
    ),
    ("slipway-testbed", &[]),
    // Whole-program tests see the product from outside; the pure crates are their oracle.
    (
        "slipway-tests",
        &[
            "slipway-testbed",
            "slipway-design",
            "slipway-editor",
            "slipway-gateway",
        ],
    ),
    ("xtask", &["slipway-testbed"]),
];

/// What the tests of a crate may use beside that: the shell's send hostile messages to a whole program made of parts.
const IN_TESTS: &[(&str, &[&str])] = &[("slipway-desktop", &["slipway-engine", "slipway-store"])];

/// Crates that only tests and chores may use.
const DEV_ONLY: &[&str] = &["slipway-testkit", "slipway-testbed"];

/// Crates that also run in the webview.
pub(crate) const PURE: &[&str] = &[
    "slipway-design",
    "slipway-gateway",
    "slipway-editor",
    "slipway-plan",
    "slipway-protocol",
    "slipway-import",
];

/// What would bring the outside world into a pure crate: runtimes, disk, network, clock, randomness.
const IMPURE: &[&str] = &[
    "tokio",
    "tokio-util",
    "async-std",
    "smol",
    "futures",
    "hyper",
    "reqwest",
    "ureq",
    "rand",
    "getrandom",
    "fastrand",
    "tempfile",
    "directories",
    "fs4",
    "walkdir",
    "notify",
    "chrono",
    "jiff",
    "bollard",
    "tauri",
    "web-sys",
    "js-sys",
    "wasm-bindgen",
    "leptos",
    "rayon",
    "crossbeam",
    "rusqlite",
    "keyring",
    "tracing-subscriber",
];

/// Everything that is against the table, one sentence each.
pub(crate) fn violations(metadata: &Metadata) -> Vec<String> {
    let allowed: BTreeMap<&str, BTreeSet<&str>> = ALLOWED
        .iter()
        .map(|(name, to)| (*name, to.iter().copied().collect()))
        .collect();
    metadata
        .members()
        .flat_map(|package| of_package(package, &allowed))
        .collect()
}

fn of_package(package: &Package, allowed: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<String> {
    let name = package.name.as_str();
    let Some(may) = allowed.get(name) else {
        return vec![format!(
            "{name} is not in the table of allowed edges: decide where it stands and add it"
        )];
    };
    let mut found = Vec::new();
    for dependency in &package.dependencies {
        let to = dependency.name.as_str();
        let in_tests = dependency.kind.as_deref() == Some("dev");
        if dependency.path.is_some() {
            let of_tests = || {
                let more = IN_TESTS.iter().find(|(of, _)| *of == name);
                DEV_ONLY.contains(&to)
                    || to == name
                    || more.is_some_and(|(_, may)| may.contains(&to))
            };
            let fine = may.contains(to) || (in_tests && of_tests());
            if !fine {
                found.push(format!("{name} may not depend on {to}"));
            }
        } else if PURE.contains(&name) && !in_tests {
            if IMPURE.contains(&to) || to.starts_with("aws-") {
                found.push(format!("{name} is pure and may not depend on {to}"));
            }
        } else if name == "slipway-ui" && !in_tests && (to == "tokio" || to.starts_with("tauri")) {
            found.push(format!(
                "{name} runs in the webview and may not depend on {to}"
            ));
        } else if !in_tests && to.starts_with("aws-") && name != "slipway-aws" {
            found.push(format!(
                "only slipway-aws may name the AWS SDK, and {name} depends on {to}"
            ));
        } else if !in_tests && to == "bollard" && name != "slipway-docker" {
            found.push(format!(
                "only slipway-docker may name {to}, and {name} does"
            ));
        } else if !in_tests && to.starts_with("tauri") && name != "slipway-desktop" {
            found.push(format!(
                "only slipway-desktop may name {to}, and {name} does"
            ));
        }
    }
    if name == "slipway-desktop" {
        // `src-tauri/src/lib.rs` says why.
        let twice = package
            .targets
            .iter()
            .filter(|target| target.test && !target.kind.iter().any(|kind| kind == "test"));
        found.extend(twice.map(|target| {
            format!(
                "{name} must not compile {} for unit tests: its tests are in `tests/`",
                target.name
            )
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::{self, Dependency, Target};

    #[test]
    fn the_workspace_keeps_its_direction() {
        let found = violations(&metadata::read(false).unwrap());
        assert!(found.is_empty(), "\n{}", found.join("\n"));
    }

    fn with_edge(from: &str, to: &str, kind: Option<&str>, ours: bool) -> Vec<String> {
        let package = Package {
            id: "id".into(),
            name: from.into(),
            version: "0.1.0".into(),
            license: None,
            license_file: None,
            source: None,
            dependencies: vec![Dependency {
                name: to.into(),
                kind: kind.map(str::to_owned),
                path: ours.then(|| "/x".into()),
            }],
            targets: Vec::new(),
        };
        violations(&Metadata {
            packages: vec![package],
            workspace_members: vec!["id".into()],
        })
    }

    #[test]
    fn the_window_is_compiled_once() {
        for (kind, test, expected) in [
            ("lib", true, 1),
            ("bin", true, 1),
            ("lib", false, 0),
            ("test", true, 0),
        ] {
            let found = violations(&Metadata {
                packages: vec![Package {
                    id: "id".into(),
                    name: "slipway-desktop".into(),
                    version: "0.1.0".into(),
                    license: None,
                    license_file: None,
                    source: None,
                    dependencies: Vec::new(),
                    targets: vec![Target {
                        name: "window".into(),
                        kind: vec![kind.into()],
                        test,
                    }],
                }],
                workspace_members: vec!["id".into()],
            });
            assert_eq!(found.len(), expected, "{kind}, {test}: {found:?}");
        }
    }

    #[test]
    fn wrong_edges_are_refused_and_right_ones_are_not() {
        for (from, to, kind, ours) in [
            ("slipway-design", "slipway-plan", None, true),
            ("slipway-plan", "slipway-engine", None, true),
            ("slipway-design", "tokio", None, false),
            ("slipway-docker", "slipway-aws", None, true),
            ("slipway-app", "slipway-testkit", None, true),
            ("slipway-cli", "tauri", None, false),
            ("slipway-app", "aws-sdk-ecr", None, false),
            ("slipway-new", "serde", None, false),
        ] {
            assert_eq!(with_edge(from, to, kind, ours).len(), 1, "{from} -> {to}");
        }
        for (from, to, kind, ours) in [
            ("slipway-plan", "slipway-design", None, true),
            ("slipway-app", "slipway-testkit", Some("dev"), true),
            ("slipway-design", "proptest", Some("dev"), false),
            ("slipway-aws", "aws-sdk-ecr", None, false),
        ] {
            assert_eq!(
                with_edge(from, to, kind, ours),
                Vec::<String>::new(),
                "{from} -> {to}"
            );
        }
    }
}
