//! Bad input and missing parts: each gets a clear message with the fix, and nothing is changed.

use anyhow::Result;
use serde_json::Value;
use slipway_tests::program::{Ended, Program};
use slipway_tests::project::by_hand;
use std::fs;
use std::path::Path;

/// A design that is right, with one function and one route.
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

[environments.aws]
account = "123456789012"
region = "eu-west-1"
"#;

struct Place {
    folder: tempfile::TempDir,
    program: Program,
}

impl Place {
    fn with(design: &str) -> Result<Self> {
        Ok(Self {
            folder: by_hand(design)?,
            program: Program::alone()?,
        })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, arguments: &[&str]) -> Result<Ended> {
        let folder = self.path().display().to_string();
        self.program.run(
            arguments
                .iter()
                .copied()
                .chain(["--json", "--project", &folder]),
        )
    }

    fn error(&self, arguments: &[&str], code: i32) -> Result<Value> {
        let ended = self.run(arguments)?;
        assert_eq!(ended.code, code, "{}\n{}", ended.stdout, ended.stderr);
        let last: Value = serde_json::from_str(ended.stdout.lines().last().unwrap_or_default())?;
        let error = last["error"].clone();
        for part in ["message", "hint"] {
            assert!(
                error[part].as_str().is_some_and(|text| text.len() > 10),
                "no {part} in {last}"
            );
        }
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
        Ok(error)
    }
}

#[test]
fn wrong_toml_is_named_with_line_and_column() -> Result<()> {
    let place = Place::with(&DESIGN.replace("kind = \"http\"", "kind = = \"http\""))?;
    let ended = place.run(&["check"])?;
    assert_eq!(ended.code, 2);
    let report = ended.json()?;
    let found = &report["diagnostics"][0];
    assert_eq!(
        (found["line"].as_u64(), found["severity"].as_str()),
        (Some(8), Some("error")),
        "{report}"
    );
    assert!(found["column"].as_u64().is_some_and(|column| column >= 8));
    place.error(&["plan", "--env", "here"], 2)?;
    Ok(())
}

#[test]
fn all_mistakes_are_named_at_once() -> Result<()> {
    let place = Place::with(
        &DESIGN
            .replace(
                "\"GET /entries\" = \"entries\"",
                "\"GET entries\" = \"entries\"\n\"GET /a\" = \"entrys\"",
            )
            .replace("[apis.front]", "memory = 64\ntimeout = 901\n\n[apis.front]"),
    )?;
    let report = place.run(&["check"])?.json()?;
    let errors = report["diagnostics"].as_array().map_or(0, |found| {
        found
            .iter()
            .filter(|one| one["severity"] == "error")
            .count()
    });
    assert_eq!(errors, 4, "{report:#}");
    let text = report.to_string();
    assert!(text.contains("entries"), "the nearest name is offered");
    Ok(())
}

#[test]
fn a_missing_dockerfile_is_found_before_anything_starts() -> Result<()> {
    let place = Place::with(DESIGN)?;
    fs::remove_file(place.path().join("fn/Dockerfile"))?;
    let report = place.run(&["check"])?;
    assert_eq!(report.code, 2);
    assert_eq!(
        report.json()?["diagnostics"][0]["code"],
        "dockerfile-missing"
    );
    let error = place.error(&["plan", "--env", "here"], 2)?;
    assert!(
        error["details"].to_string().contains("Dockerfile"),
        "{error}"
    );
    Ok(())
}

#[cfg(unix)]
#[test]
fn nothing_outside_the_project_is_packed() -> Result<()> {
    let place = Place::with(DESIGN)?;
    // A context that is a link out of the project.
    fs::remove_dir_all(place.path().join("fn"))?;
    std::os::unix::fs::symlink("/etc", place.path().join("fn"))?;
    let ended = place.run(&["plan", "--env", "here"])?;
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(!ended.stdout.contains("root:"));
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_fifo_and_a_sparse_terabyte_are_refused_quickly() -> Result<()> {
    for (name, make) in [
        (
            "pipe",
            (|path| {
                assert!(
                    std::process::Command::new("mkfifo")
                        .arg(path)
                        .status()
                        .is_ok_and(|status| status.success())
                )
            }) as fn(&Path),
        ),
        ("huge", |path| {
            fs::File::create(path)
                .and_then(|file| file.set_len(1 << 40))
                .expect("a sparse file can be made")
        }),
    ] {
        let place = Place::with(DESIGN)?;
        make(&place.path().join("fn").join(name));
        let begun = std::time::Instant::now();
        let error = place.error(&["plan", "--env", "here"], 1)?;
        assert_eq!(error["code"], "source", "{error}");
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|message| message.contains(name)),
            "{error}"
        );
        assert!(
            begun.elapsed().as_secs() < 20,
            "it took {:?}",
            begun.elapsed()
        );
    }
    Ok(())
}

#[test]
fn no_credentials_are_said_with_what_to_do() -> Result<()> {
    let place = Place::with(DESIGN)?;
    let error = place.error(&["plan", "--env", "aws"], 1)?;
    assert_eq!(error["code"], "credentials", "{error}");
    Ok(())
}

#[test]
fn an_endpoint_elsewhere_needs_a_yes() -> Result<()> {
    let place =
        Place::with(&DESIGN.replace("http://127.0.0.1:9\"", "http://emulator.example:4566\""))?;
    let error = place.error(&["plan", "--env", "here"], 2)?;
    assert_eq!(error["code"], "consent_needed", "{error}");
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|message| message.contains("emulator.example"))
    );
    Ok(())
}

#[test]
fn what_a_deploy_would_drop_is_named_and_refused() -> Result<()> {
    let place =
        Place::with(&DESIGN.replace("[functions.entries]", "[functions.entries]\nnetwork = true"))?;
    let error = place.error(&["plan", "--env", "here"], 2)?;
    assert_eq!(error["code"], "not_supported", "{error}");
    assert!(error["details"].to_string().contains("network"), "{error}");
    Ok(())
}

#[test]
fn the_arguments_are_checked_before_anything_else() -> Result<()> {
    let place = Place::with(DESIGN)?;
    // Several environments, none named.
    assert_eq!(place.error(&["plan"], 2)?["code"], "argument");
    assert_eq!(
        place.error(&["plan", "--env", "prod"], 2)?["code"],
        "argument"
    );
    // No terminal and no --yes.
    assert_eq!(
        place.error(&["deploy", "--env", "here"], 2)?["code"],
        "argument"
    );
    let nowhere = Program::alone()?.run(["check", "--project", "/nowhere/at/all"])?;
    assert_eq!(nowhere.code, 2);
    assert_eq!(Program::alone()?.run(["no-such-command"])?.code, 2);
    Ok(())
}

#[test]
fn an_aws_that_does_not_answer_is_said() -> Result<()> {
    let place = Place::with(DESIGN)?;
    let error = place.error(&["plan", "--env", "here"], 1)?;
    assert_eq!(error["code"], "cloud", "{error}");
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|message| message.contains("refused")),
        "{error}"
    );
    Ok(())
}

#[test]
fn nothing_is_written_outside_the_project_and_the_users_folders() -> Result<()> {
    let place = Place::with(DESIGN)?;
    place.run(&["check"])?;
    place.run(&["plan", "--env", "aws"])?;
    let names: Vec<_> = fs::read_dir(place.path())?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<Result<_, _>>()?;
    assert!(
        names.iter().all(|name| ["fn", "slipway.toml", ".slipway"]
            .iter()
            .any(|known| name == *known)),
        "{names:?}"
    );
    for entry in fs::read_dir(place.program.home())? {
        let name = entry?.file_name();
        assert!(
            ["config", "cache", "state"]
                .iter()
                .any(|known| name == *known),
            "{name:?}"
        );
    }
    Ok(())
}

#[test]
fn a_new_project_is_right_from_the_start() -> Result<()> {
    let home = tempfile::tempdir()?;
    for more in [&[][..], &["--template", "shop"]] {
        let folder = home.path().join(format!("project-{}", more.len()));
        let program = Program::alone()?;
        let folder_text = folder.display().to_string();
        program
            .run(["new", &folder_text].iter().chain(more))?
            .succeeded()?;
        let checked = program.run(["check", "--json", "--project", &folder_text])?;
        assert_eq!(checked.code, 0, "{}", checked.stdout);
        // Not over something that is there.
        assert_eq!(program.run(["new", &folder_text])?.code, 2);
    }
    Ok(())
}
