//! What crosses, pinned to the letter, and the rules that all of it keeps.

#[cfg(test)]
mod messages;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod words;

use messages::messages;
use rules::check;
use slipway_protocol::COMMANDS;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn every_message_is_pinned() {
    let mut text = String::new();
    for message in messages() {
        text.push_str(&format!("{}\n{}\n\n", message.name, message.json));
    }
    insta::assert_snapshot!(text.trim_end());
}

#[test]
fn every_message_comes_back_as_it_went() {
    for message in messages() {
        assert!(message.comes_back, "{}: {}", message.name, message.json);
    }
}

#[test]
fn every_command_is_among_the_messages() {
    let names: BTreeSet<String> = messages()
        .into_iter()
        .filter_map(|message| message.name.strip_prefix("request ").map(str::to_owned))
        .collect();
    assert_eq!(
        names,
        COMMANDS.iter().map(|name| (*name).to_owned()).collect()
    );
    assert_eq!(names.len(), COMMANDS.len(), "no name stands twice");
}

#[test]
fn every_message_keeps_the_rules() {
    for message in messages() {
        if let Err(broken) = &message.rules {
            panic!("{}: {broken}", message.name);
        }
    }
}

#[test]
fn the_rules_can_be_broken() {
    #[derive(serde::Serialize)]
    struct Count {
        wide: u64,
    }
    #[derive(serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Cased {
        two_words: u32,
    }
    let map = std::collections::BTreeMap::from([(1_u32, 2_u32)]);
    for error in [
        check(&Count { wide: 1 }).unwrap_err(),
        check(&vec![Some(-1_i64)]).unwrap_err(),
        check(&3_usize).unwrap_err(),
        check(&map).unwrap_err(),
        check(&Cased { two_words: 1 }).unwrap_err(),
    ] {
        assert!(!error.to_string().is_empty());
    }
    check(&(1.5_f64, 1_u32, "text", Some(()))).unwrap();
}

/// The text of a file of the repository.
fn source(path: &str) -> String {
    fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(path),
    )
    .expect("the file belongs to the repository")
}

fn commands() -> BTreeSet<String> {
    COMMANDS.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_shell_handles_every_command_and_no_other() {
    let shell = source("src-tauri/src/shell.rs");
    let (_, list) = shell.split_once("generate_handler![").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    let handled: BTreeSet<String> = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| name.rsplit("::").next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(handled, commands());
}

#[test]
fn the_window_may_ask_for_every_command_and_nothing_else() {
    let main: serde_json::Value =
        serde_json::from_str(&source("src-tauri/capabilities/main.json")).unwrap();
    let allowed: BTreeSet<String> = main["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|permission| permission.as_str().unwrap().to_owned())
        .collect();
    let wanted: BTreeSet<String> = commands()
        .iter()
        .map(|name| format!("allow-{}", name.replace('_', "-")))
        .collect();
    assert_eq!(allowed, wanted);
    let others: Vec<_> =
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src-tauri/capabilities"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name != "main.json")
            .collect();
    assert!(others.is_empty(), "{others:?} would allow more");
}
