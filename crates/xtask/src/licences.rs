//! The cheap gate over the dependency tree: licences, banned versions, sources. `cargo deny` checks the same and more
//! (`deny.toml`), but is not there on every machine; this needs nothing but the lock file.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::metadata::{self, Metadata};
use crate::paths;

/// Licences that a dependency may have; the same list stands in `deny.toml`, which a test compares.
const LICENCES: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unlicense",
    "Unicode-3.0",
    "CC0-1.0",
    "BSL-1.0",
    "MPL-2.0",
];

/// A crate below this version would bring a second, old HTTP or TLS stack.
const BANNED_BELOW: &[(&str, u64, u64)] = &[("hyper", 1, 0), ("rustls", 0, 23)];

#[derive(Debug, Deserialize)]
struct LockFile {
    package: Vec<Locked>,
}

#[derive(Debug, Deserialize)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
}

/// Everything in the tree that is against the rules, one sentence each.
pub(crate) fn violations() -> Result<Vec<String>> {
    let path = paths::root().join("Cargo.lock");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let lock: LockFile = toml::from_str(&text).context("cannot read Cargo.lock")?;
    let mut found = of_lock(&lock);
    found.extend(of_licences(&metadata::read(true)?));
    Ok(found)
}

fn of_lock(lock: &LockFile) -> Vec<String> {
    let mut found = Vec::new();
    for package in &lock.package {
        let Locked {
            name,
            version,
            source,
        } = package;
        if source
            .as_deref()
            .is_some_and(|source| !source.starts_with("registry+"))
        {
            found.push(format!("{name} {version} does not come from the registry"));
        }
        let (major, minor) = numbers(version);
        if BANNED_BELOW.iter().any(|(banned, at_major, at_minor)| {
            name == banned && (major, minor) < (*at_major, *at_minor)
        }) {
            found.push(format!(
                "{name} {version} is banned: it brings a second HTTP or TLS stack"
            ));
        }
    }
    found
}

fn numbers(version: &str) -> (u64, u64) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

fn of_licences(metadata: &Metadata) -> Vec<String> {
    metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some())
        .filter_map(|package| {
            let who = format!("{} {}", package.name, package.version);
            match package.license.as_deref() {
                Some(licence) if is_allowed(licence) => None,
                Some(licence) => Some(format!(
                    "{who} has the licence {licence}, which is not on the list"
                )),
                None if package.license_file.is_some() => {
                    Some(format!("{who} names no licence, only a file: look at it"))
                }
                None => Some(format!("{who} names no licence")),
            }
        })
        .collect()
}

/// Whether one way of reading the expression is on the list.
fn is_allowed(expression: &str) -> bool {
    spdx::Expression::parse_mode(expression, spdx::ParseMode::LAX).is_ok_and(|parsed| {
        parsed.evaluate(|requirement| LICENCES.contains(&requirement.to_string().as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        for fine in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(is_allowed(fine), "{fine}");
        }
        for wrong in [
            "GPL-3.0",
            "MIT AND LGPL-2.1",
            "Apache-2.0 AND GPL-3.0",
            "nonsense-1.0",
        ] {
            assert!(!is_allowed(wrong), "{wrong}");
        }
    }

    #[test]
    fn old_stacks_and_foreign_sources_are_found() {
        let lock = |name: &str, version: &str, source: &str| LockFile {
            package: vec![Locked {
                name: name.into(),
                version: version.into(),
                source: Some(source.into()),
            }],
        };
        assert_eq!(of_lock(&lock("hyper", "0.14.30", "registry+x")).len(), 1);
        assert_eq!(of_lock(&lock("rustls", "0.21.1", "registry+x")).len(), 1);
        assert_eq!(of_lock(&lock("serde", "1.0.0", "git+x")).len(), 1);
        assert!(of_lock(&lock("hyper", "1.12.0", "registry+x")).is_empty());
        assert!(of_lock(&lock("rustls", "0.23.1", "registry+x")).is_empty());
    }

    #[test]
    fn deny_toml_holds_the_same_list() {
        let text = fs::read_to_string(paths::root().join("deny.toml")).unwrap();
        let deny: toml::Table = toml::from_str(&text).unwrap();
        let mut theirs: Vec<&str> = deny["licenses"]["allow"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        let mut ours = LICENCES.to_vec();
        theirs.sort_unstable();
        ours.sort_unstable();
        assert_eq!(ours, theirs);
    }
}
