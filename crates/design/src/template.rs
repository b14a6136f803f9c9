//! The file of a new project.

use crate::model::Arch;
use crate::path::toml_string;
use crate::{SCHEMA, names};

/// The word of an architecture in the file.
pub fn arch_word(arch: Arch) -> &'static str {
    match arch {
        Arch::Arm64 => "arm64",
        Arch::X86_64 => "x86_64",
    }
}

/// The text of an empty `slipway.toml` with comments that show how to go on.
///
/// `arch` is that of the computer the images are built on, so that they build without emulation.
pub fn new_project(name: &str, arch: Arch) -> String {
    format!(
        r#"# A Slipway project: functions and services from your Dockerfiles, APIs that lead to them,
# and the environments they are deployed to. Every key is explained in the reference.
schema = {SCHEMA}
name = {name}          # prefix of every name in AWS

[defaults]             # for every function and service
arch = "{arch}"
log_retention = 14     # days

# A Lambda function from a Dockerfile. The key is its identity; the folder is relative to this file.
# [functions.hello]
# image = {{ build = "services/hello" }}
# memory = 256         # MiB
# timeout = 10         # seconds
# env = {{ GREETING = "hello" }}

# An API, and where each of its routes leads.
# [apis.public]
# kind = "http"
#
# [apis.public.routes]
# "GET /hello/{{name}}" = "hello"

# An environment: the account is a guard, a deploy to another one is refused.
# [environments.dev]
# account = "123456789012"
# region = "eu-west-1"
"#,
        name = toml_string(name),
        arch = arch_word(arch),
    )
}

/// A project name made from a folder's name: lower case, with hyphens for what cannot stand in a name.
pub fn project_name(folder: &str) -> String {
    let mut name = String::new();
    for c in folder.to_lowercase().chars() {
        if c.is_ascii_lowercase() || (c.is_ascii_digit() && !name.is_empty()) {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(names::PROJECT_LIMIT);
    let name = name.trim_end_matches('-');
    if name.is_empty() {
        "project".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    #[test]
    fn a_new_project_is_right() {
        for arch in [Arch::Arm64, Arch::X86_64] {
            let document = Document::parse(&new_project("shop", arch));
            assert_eq!(
                document
                    .diagnostics()
                    .iter()
                    .filter(|d| d.is_error())
                    .collect::<Vec<_>>(),
                Vec::<&crate::Diagnostic>::new()
            );
            let design = document.design().expect("the template is TOML");
            assert_eq!(
                (design.name.as_str(), design.defaults.arch),
                ("shop", Some(arch))
            );
        }
    }

    #[test]
    fn the_comments_are_right_too() {
        let text: String = new_project("shop", Arch::Arm64)
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(code) if code.starts_with('[') || code.contains(" = ") => format!("{code}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let document = Document::parse(&text);
        assert_eq!(document.diagnostics(), []);
        assert!(
            document
                .design()
                .expect("it is TOML")
                .resolve("dev")
                .is_ok()
        );
    }

    #[test]
    fn names_from_folders() {
        let check =
            |folder: &str, expect: &str| assert_eq!(project_name(folder), expect, "{folder}");
        check("shop", "shop");
        check("My Shop (2)", "my-shop-2");
        check("2fast", "fast");
        check("__", "project");
        check("ünder_score", "nder-score");
        assert!(names::is_name(
            &project_name(&"x-".repeat(60)),
            names::PROJECT_LIMIT
        ));
    }
}
