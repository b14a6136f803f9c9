//! The program as a user meets it before any engine or cloud is asked.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const DESIGN: &str = r#"schema = 1
name = "ledger"

[functions.entries]
image = { build = "fn" }

[apis.front]
kind = "http"

[apis.front.routes]
"GET /entries" = "entries"

[environments.here]
account = "000000000000"
region = "us-east-1"
endpoint = "http://127.0.0.1:9"
registry = "127.0.0.1:9"
"#;

/// A folder for projects and the settings of a user of the test's own.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder can be made"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// A project with this design in the folder `name`.
    fn project(&self, name: &str, design: &str) -> String {
        let folder = self.path().join(name);
        fs::create_dir_all(folder.join("fn")).expect("a folder can be made");
        fs::write(folder.join("fn/Dockerfile"), "FROM scratch\n").expect("a file can be written");
        fs::write(folder.join("slipway.toml"), design).expect("a file can be written");
        folder.display().to_string()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_slipway"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("SLIPWAY_CONFIG_DIR", self.path().join("settings"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(
            self.command(arguments)
                .output()
                .expect("the program can be started"),
        )
    }
}

struct Ended {
    code: Option<i32>,
    out: String,
    words: String,
}

impl Ended {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        let ended = Self {
            code: output.status.code(),
            out: text(output.stdout),
            words: text(output.stderr),
        };
        assert!(!ended.words.contains("panicked"), "{}", ended.words);
        for stream in [&ended.out, &ended.words] {
            assert!(!stream.contains('\u{1b}'), "no colours in a pipe: {stream}");
        }
        ended
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).expect("the output is one JSON value")
    }
}

#[test]
fn a_new_project_is_checked_and_says_what_comes_next() {
    let place = Place::new();
    let made = place.run(&["new", "my shop", "--json"]);
    assert_eq!(made.code, Some(0), "{}", made.words);
    assert_eq!(made.json()["path"], "my shop");
    assert!(made.words.contains("next:"), "{}", made.words);
    let checked = place.run(&["check", "--project", "my shop"]);
    assert_eq!((checked.code, checked.out.as_str()), (Some(0), ""));
    assert_eq!(checked.words, "0 errors, 0 warnings\n");
    // It has no environment yet, which is said with what to write.
    let planned = place.run(&["plan", "--project", "my shop"]);
    assert_eq!(planned.code, Some(2));
    assert!(
        planned.words.contains("[environments."),
        "{}",
        planned.words
    );
}

#[test]
fn a_template_names_the_environment_to_go_to() {
    let place = Place::new();
    let made = place.run(&["new", "stall", "--template", "shop"]);
    assert_eq!(made.code, Some(0), "{}", made.words);
    assert!(
        made.words.contains("slipway deploy --env emulator") || made.words.contains("README"),
        "{}",
        made.words
    );
}

#[test]
fn a_project_is_its_folder_its_file_or_the_folder_one_is_in() {
    let place = Place::new();
    let folder = place.project("größe 店", DESIGN);
    let file = format!("{folder}/slipway.toml");
    for project in [&folder, &file, &format!("{folder}/fn")] {
        let ended = place.run(&["check", "--project", project]);
        assert_eq!(ended.code, Some(0), "{}", ended.words);
    }
    let inside = place
        .command(&["check", "--json"])
        .current_dir(format!("{folder}/fn"))
        .output()
        .expect("the program can be started");
    assert_eq!(
        Ended::of(inside).json()["diagnostics"],
        serde_json::json!([])
    );
    let nowhere = place.run(&["check"]);
    assert_eq!((nowhere.code, nowhere.out.as_str()), (Some(2), ""));
    assert!(nowhere.words.contains("slipway new"), "{}", nowhere.words);
}

#[test]
fn warnings_alone_are_no_failure_and_errors_are() {
    let place = Place::new();
    let warned = place.project(
        "warned",
        &format!("{DESIGN}\n[functions.entries.extra]\nx = 1\n"),
    );
    let wrong = place.project("wrong", &DESIGN.replace("\"entries\"\n", "\"entrys\"\n"));
    let ended = place.run(&["check", "--json", "--project", &warned]);
    let severities: Vec<_> = ended.json()["diagnostics"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|found| found["severity"].clone())
        .collect();
    assert_eq!(severities, ["warning"], "{}", ended.out);
    assert_eq!(ended.code, Some(0));
    assert_eq!(place.run(&["check", "--project", &wrong]).code, Some(2));
}

#[test]
fn a_refused_deploy_is_one_last_event_and_words_stay_on_standard_error() {
    let place = Place::new();
    let project = place.project("ledger", DESIGN);
    let wrong = place.project("wrong", &DESIGN.replace("\"entries\"\n", "\"entrys\"\n"));
    for (arguments, code, exit) in [
        // Nobody can be asked.
        (vec!["deploy", "--project", &project], "argument", 2),
        (vec!["destroy", "--project", &project], "argument", 2),
        (
            vec!["deploy", "--yes", "--project", &wrong],
            "design_invalid",
            2,
        ),
        (
            vec!["deploy", "--yes", "--env", "x", "--project", &project],
            "argument",
            2,
        ),
        // Nothing listens there.
        (vec!["deploy", "--yes", "--project", &project], "cloud", 1),
    ] {
        let mut arguments = arguments;
        arguments.push("--json");
        let ended = place.run(&arguments);
        let event = ended.json();
        assert_eq!(event["type"], "run_finished");
        assert_eq!(event["status"], "refused");
        assert_eq!(event["error"]["code"], code, "{event}");
        assert_eq!(ended.code, Some(exit), "{event}");
        assert!(ended.words.contains("error:") && ended.words.contains("next:"));
    }
}

#[test]
fn other_failures_are_one_error_in_json() {
    let place = Place::new();
    for arguments in [
        &["check", "--project", "nowhere", "--json"][..],
        &["plan", "--project", "nowhere", "--json"],
        &["status", "--project", "nowhere", "--json"],
        &["new", "x", "--template", "nope", "--json"],
    ] {
        let ended = place.run(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert!(
            ended.json()["error"]["message"].is_string(),
            "{arguments:?}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_is_lost_is_a_failure_and_a_closed_pipe_is_none() {
    let place = Place::new();
    let project = place.project("ledger", DESIGN);
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("Linux has it");
    let ended = Ended::of(
        place
            .command(&["check", "--json", "--project", &project])
            .stdout(full)
            .output()
            .expect("the program can be started"),
    );
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.words.contains("could not be written"),
        "{}",
        ended.words
    );

    let (reader, writer) = std::io::pipe().expect("a pipe can be made");
    drop(reader);
    let ended = Ended::of(
        place
            .command(&["check", "--json", "--project", &project])
            .stdout(writer)
            .output()
            .expect("the program can be started"),
    );
    assert_eq!((ended.code, ended.words.as_str()), (Some(0), ""));
}
