//! The real window over designs that are wrong and computers where something is missing: words,
//! the fix, and the way to the place.

use anyhow::{Context as _, Result, ensure};
use slipway_tests::program::Program;
use slipway_tests::project::by_hand;
use slipway_tests::window::{Desk, gone, matching, press, shown, still_picture, text_in, text_of};
use std::fs;
use std::path::Path;
use thirtyfour::prelude::*;

/// Nothing listens there.
const NOWHERE: &str = "tcp://127.0.0.1:9";

/// A design that is right; its emulator does not answer.
const DESIGN: &str = r#"schema = 1
name = "ledger"

[functions.entries]
image = { build = "fn" }

[functions.reports]
image = { build = "fn" }

[apis.front]
kind = "http"

[apis.front.routes]
"GET /entries" = "entries"
"GET /reports/{year}" = "reports"

[environments.here]
account = "000000000000"
region = "us-east-1"
endpoint = "http://127.0.0.1:9"
registry = "127.0.0.1:9"

[environments.aws]
account = "123456789012"
region = "eu-west-1"
"#;

/// A folder with a design that is written by hand.
struct Place(tempfile::TempDir);

impl Place {
    fn with(design: &str) -> Result<Self> {
        Ok(Self(by_hand(design)?))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, design: &str) -> Result<()> {
        Ok(fs::write(self.path().join("slipway.toml"), design)?)
    }

    async fn open(&self, desk: &Desk, environment: &str) -> Result<WebDriver> {
        let folder = self.path().display().to_string();
        let window = desk
            .open(&["--project", &folder, "--env", environment])
            .await?;
        matching(&window, "[data-screen=design]").await?;
        Ok(window)
    }

    /// How many problems the terminal names.
    fn problems(&self) -> Result<usize> {
        let folder = self.path().display().to_string();
        let report = Program::alone()?
            .run(["check", "--json", "--project", &folder])?
            .json()?;
        Ok(report["diagnostics"]
            .as_array()
            .context("a report has diagnostics")?
            .len())
    }
}

/// Mistakes of several kinds: a route key, a target, two numbers, a file that is not there.
fn mistaken() -> String {
    DESIGN
        .replace(
            "\"GET /entries\" = \"entries\"",
            "\"GET entries\" = \"entries\"\n\"GET /a\" = \"entrys\"",
        )
        .replace(
            "[functions.reports]\nimage = { build = \"fn\" }",
            "[functions.reports]\nimage = { build = \"gone\" }\nmemory = 64\ntimeout = 901",
        )
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_counted_placed_and_led_to() -> Result<()> {
    for theme in ["light", "dark"] {
        let place = Place::with(&mistaken())?;
        let number = place.problems()?;
        ensure!(number >= 5, "only {number} problems");
        let desk = Desk::with(theme, &[])?;
        let window = place.open(&desk, "here").await?;
        let count = format!("[data-testid=problems-count][data-count=\"{number}\"]");
        matching(&window, &count).await?;
        matching(&window, ".problems .problem").await?;
        let lines = window.find_all(By::Css(".problems .problem")).await?;
        assert_eq!(lines.len(), number);
        for line in &lines {
            let text = text_in(line).await?;
            let placed = text_in(&line.find(By::Css(".place")).await?).await?;
            ensure!(placed.contains(':'), "no place in {text:?}");
            let fix = line.find(By::Css(".problem-text .mute")).await?;
            ensure!(!text_in(&fix).await?.is_empty(), "no fix in {text:?}");
        }
        press(&window, ".problem[data-code=context-missing]").await?;
        let card = matching(&window, ".card[data-node-id][aria-current=true]").await?;
        let text = text_in(&card).await?;
        ensure!(
            text.contains("reports") && text.contains("problem"),
            "{text}"
        );
        still_picture(&window, &format!("problems-{theme}")).await?;

        // What is mended on disk is mended here, without a press.
        place.write(DESIGN)?;
        matching(&window, "[data-testid=problems-count][data-count=\"0\"]").await?;
        window.quit().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_toml_leaves_a_window_that_can_be_read() -> Result<()> {
    for theme in ["light", "dark"] {
        let place = Place::with(&DESIGN.replace("kind = \"http\"", "kind = = \"http\""))?;
        let desk = Desk::with(theme, &[])?;
        let window = place.open(&desk, "here").await?;
        let empty = text_of(&window, ".canvas-empty").await?;
        ensure!(empty.contains("not TOML"), "{empty}");
        let problem = text_of(&window, ".problems .problem").await?;
        ensure!(problem.contains("11:"), "{problem}");
        still_picture(&window, &format!("unreadable-{theme}")).await?;
        place.write(DESIGN)?;
        matching(&window, "[aria-roledescription=node]").await?;
        gone(&window, ".canvas-empty").await?;
        window.quit().await?;
    }
    Ok(())
}

/// Presses Deploy and returns what the dialog says of the refusal: message, hint, details.
async fn refusal(window: &WebDriver) -> Result<String> {
    press(window, "[data-testid=deploy]:not([disabled])").await?;
    shown(window, "plan-dialog").await?;
    let hint = text_of(window, ".plan-dialog .error-hint").await?;
    ensure!(hint.len() > 10, "{hint}");
    text_of(window, ".plan-dialog .error-text").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deploy_would_drop_is_named() -> Result<()> {
    let place =
        Place::with(&DESIGN.replace("[functions.entries]", "[functions.entries]\nnetwork = true"))?;
    let desk = Desk::with("light", &[])?;
    let window = place.open(&desk, "here").await?;
    let said = refusal(&window).await?;
    ensure!(said.contains("network"), "{said}");
    still_picture(&window, "not-supported-light").await?;
    window.quit().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_engine_is_said_with_what_to_do() -> Result<()> {
    let place = Place::with(DESIGN)?;
    let desk = Desk::with("dark", &[("DOCKER_HOST", NOWHERE.to_owned())])?;
    let window = place.open(&desk, "here").await?;
    let check = text_of(&window, "[data-check=engine]").await?;
    ensure!(check.contains("DOCKER_HOST"), "{check}");
    text_of(&window, "[data-check=engine] .fix").await?;
    text_of(&window, ".status .weighty").await?;
    still_picture(&window, "no-engine-dark").await?;
    refusal(&window).await?;
    window.quit().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_credentials_are_said_with_what_to_do() -> Result<()> {
    let place = Place::with(DESIGN)?;
    let desk = Desk::with("light", &[])?;
    let window = place.open(&desk, "aws").await?;
    let said = refusal(&window).await?;
    ensure!(said.to_lowercase().contains("credentials"), "{said}");
    still_picture(&window, "no-credentials-light").await?;
    window.quit().await?;
    Ok(())
}
