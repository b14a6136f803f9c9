//! The rules between things: what one says of another, and what an environment makes of both.

mod apis;
mod overrides;

use slipway_design::*;

const HEAD: &str = "schema = 1\nname = \"shop\"\n";
const F: &str = "[functions.f]\nimage = { build = \"f\" }\n";
const P: &str = "[apis.p]\nkind = \"http\"\n";

fn environment(name: &str, account: &str, lines: &str) -> String {
    format!("[environments.{name}]\naccount = \"{account}\"\nregion = \"eu-west-1\"\n{lines}\n")
}

/// The design has exactly these findings, in the order of the file, besides things that no route leads to.
#[track_caller]
fn check(body: &str, expect: &[&str]) {
    let document = Document::parse(&format!("{HEAD}{body}"));
    let found: Vec<String> = document
        .diagnostics()
        .iter()
        .filter(|it| it.code != "unused")
        .map(|it| {
            assert!(it.fix.is_some() && it.position.is_some(), "{it:?}");
            let weight = match it.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            };
            format!("{weight} {} {}", it.code, it.subject)
        })
        .collect();
    assert_eq!(found, expect, "{body}");
}

const A: &str = "123456789012";
const B: &str = "210987654321";
