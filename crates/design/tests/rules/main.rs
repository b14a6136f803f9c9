//! Every rule: a design that breaks it, and the findings that come of it, all of them.

mod apis;
mod environments;
mod nodes;

use slipway_design::*;

const HEAD: &str = "schema = 1\nname = \"shop\"\n";

fn findings(text: &str) -> Vec<String> {
    let document = Document::parse(text);
    for it in document.diagnostics() {
        assert!(
            it.fix.as_ref().is_some_and(|fix| !fix.is_empty()),
            "no fix: {it:?}"
        );
        assert!(!it.summary.ends_with('.'), "full stop: {it:?}");
        assert!(it.position.is_some(), "no place: {it:?}");
    }
    document
        .diagnostics()
        .iter()
        .filter(|it| it.code != "unused")
        .map(|it| {
            let weight = match it.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            };
            format!("{weight} {} {}", it.code, it.subject)
        })
        .collect()
}

/// The design has exactly these findings, in the order of the file.
#[track_caller]
fn check(body: &str, expect: &[&str]) {
    assert_eq!(findings(&format!("{HEAD}{body}")), expect, "{body}");
}

/// A function `f` with these further lines.
#[track_caller]
fn function(lines: &str, expect: &[&str]) {
    check(
        &format!("[functions.f]\nimage = {{ build = \"f\" }}\n{lines}\n"),
        expect,
    );
}

/// A service `s` with these further lines.
#[track_caller]
fn service(lines: &str, expect: &[&str]) {
    check(
        &format!("[services.s]\nimage = {{ build = \"s\" }}\n{lines}\n"),
        expect,
    );
}

/// An HTTP API `p` with these lines, and functions and services it can lead to.
#[track_caller]
fn http(lines: &str, expect: &[&str]) {
    check(
        &format!("{NODES}[apis.p]\nkind = \"http\"\n{lines}\n"),
        expect,
    );
}

/// A WebSocket API `w` with these lines.
#[track_caller]
fn websocket(lines: &str, expect: &[&str]) {
    check(
        &format!("{NODES}[apis.w]\nkind = \"websocket\"\n{lines}\n"),
        expect,
    );
}

/// An environment `dev` with these further lines.
#[track_caller]
fn environment(lines: &str, expect: &[&str]) {
    check(
        &format!(
            "{NODES}[environments.dev]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n{lines}\n"
        ),
        expect,
    );
}

const NODES: &str = "[functions.f]\nimage = { build = \"f\" }\n[services.s]\nimage = { build = \"s\" }\nport = 80\n";

#[track_caller]
fn fix(text: &str, code: &str, expect: &str) {
    let document = Document::parse(&format!("{HEAD}{text}"));
    let found = document
        .diagnostics()
        .iter()
        .find(|it| it.code == code)
        .expect("the finding is there");
    assert_eq!(found.fix.as_deref(), Some(expect));
}
