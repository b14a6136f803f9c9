//! The real window takes other tools' files: into a project that is open, and from the start screen.

use anyhow::{Context as _, Result, ensure};
use slipway_design::Document;
use slipway_tests::project::copy;
use slipway_tests::window::{Desk, PATIENCE, gone, matching, press, shown, still_picture};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

const DESIGN: &str = "schema = 1\nname = \"taken\"\n\n[apis.public]\nkind = \"http\"\n";

/// What the importer's own tests read, of each kind that a project can be, and what comes of it at least.
const KINDS: [(&str, &[&str]); 4] = [
    ("compose", &["services.web-front"]),
    ("openapi", &["apis."]),
    ("sam", &["functions.", "apis."]),
    ("copilot", &["services."]),
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/import/tests/fixtures")
        .join(name)
}

/// A folder `taken` with the files of another tool, and a project where `design` is one; it goes
/// with the first part.
fn folder(name: &str, design: Option<&str>) -> Result<(tempfile::TempDir, PathBuf)> {
    let home = tempfile::tempdir()?;
    let folder = home.path().join("taken");
    copy(&fixture(name), &folder)?;
    if let Some(design) = design {
        fs::write(folder.join("slipway.toml"), design)?;
    }
    Ok((home, folder))
}

/// Waits until the file on disk is as it should be; its text.
async fn on_disk(folder: &Path, is_right: impl Fn(&str) -> bool) -> Result<String> {
    let begun = Instant::now();
    loop {
        let text = fs::read_to_string(folder.join("slipway.toml")).unwrap_or_default();
        if is_right(&text) {
            return Ok(text);
        }
        ensure!(begun.elapsed() < PATIENCE, "the file stays\n{text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// How many additions the dialog offers, once it has looked.
async fn offered(window: &WebDriver) -> Result<usize> {
    matching(window, "[data-testid=import] .addition").await?;
    let additions = By::Css("[data-testid=import] .addition");
    Ok(window.find_all(additions).await?.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_tool_says_is_added_as_one_step_and_taken_back_as_one() -> Result<()> {
    let desk = Desk::with("light", &[])?;
    for (name, parts) in KINDS {
        let (_home, folder) = folder(name, Some(DESIGN))?;
        let path = folder.display().to_string();
        let window = desk.open(&["--project", &path]).await?;
        press(&window, "[data-testid=add-import]").await?;
        let number = offered(&window).await?;
        still_picture(&window, &format!("import-{name}-light")).await?;
        press(&window, "[data-testid=import-add]:not([disabled])").await?;
        gone(&window, "[data-testid=import]").await?;
        let text = on_disk(&folder, |text| text != DESIGN).await?;
        ensure!(text.starts_with(DESIGN.trim_end()), "{text}");
        for part in parts {
            ensure!(text.contains(&format!("[{part}")), "no {part} in {text}");
        }
        let document = Document::parse(&text);
        let design = document.design().context("the design can be read")?;
        let cards = design.apis.len() + design.functions.len() + design.services.len();
        ensure!(cards > 1 && number >= cards - 1, "{number} made {cards}");
        still_picture(&window, &format!("imported-{name}-light")).await?;

        press(&window, "[data-testid=undo]:not([disabled])").await?;
        on_disk(&folder, |text| text == DESIGN).await?;
        matching(&window, "[data-testid=undo][disabled]").await?;
        press(&window, "[data-testid=redo]:not([disabled])").await?;
        on_disk(&folder, |again| again == text).await?;
        window.quit().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_go_into_the_api_that_is_chosen() -> Result<()> {
    let (_home, folder) = folder("openapi", Some(DESIGN))?;
    let desk = Desk::with("dark", &[])?;
    let path = folder.display().to_string();
    let window = desk.open(&["--project", &path]).await?;
    press(&window, "[data-testid=add-import]").await?;
    let number = offered(&window).await?;
    press(&window, "[data-testid=import-into] option[value=public]").await?;
    matching(&window, "[data-addition^='route:public/']").await?;
    ensure!(
        offered(&window).await? < number,
        "an API of its own is offered"
    );
    still_picture(&window, "import-into-dark").await?;
    press(&window, "[data-testid=import-add]:not([disabled])").await?;
    let text = on_disk(&folder, |text| text != DESIGN).await?;
    let document = Document::parse(&text);
    let design = document.design().context("the design can be read")?;
    ensure!(design.apis.len() == 1, "{text}");
    ensure!(design.apis["public"].routes.len() > 1, "{text}");
    window.quit().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_without_a_project_becomes_one_on_the_start_screen() -> Result<()> {
    let desk = Desk::with("light", &[])?;
    // A folder that is no project yet, then one that is.
    for design in [None, Some(DESIGN)] {
        let (_home, folder) = folder("compose", design)?;
        let window = desk.open(&[]).await?;
        press(&window, "[data-testid=start-import]").await?;
        shown(&window, "import").await?;
        let from = matching(&window, "[data-testid=import] .import-from input").await?;
        from.send_keys(folder.display().to_string()).await?;
        press(&window, "[data-testid=import] [type=submit]").await?;
        offered(&window).await?;
        let picture = match design {
            None => "import-start-new-light",
            Some(_) => "import-start-light",
        };
        still_picture(&window, picture).await?;
        press(&window, "[data-testid=import-add]:not([disabled])").await?;
        matching(&window, "[data-screen=design]").await?;
        matching(&window, "[data-node-id='service:web-front']").await?;
        let text = on_disk(&folder, |text| text.contains("[services.web-front]")).await?;
        ensure!(text.starts_with("schema = 1\n"), "{text}");
        window.quit().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_on_the_window_is_opened_or_imported() -> Result<()> {
    let desk = Desk::with("light", &[])?;
    // No project yet: what could become one is shown.
    let (_home, new) = folder("compose", None)?;
    let window = desk.open(&[]).await?;
    shown(&window, "start-import").await?;
    desk.drop_on_window(&new)?;
    offered(&window).await?;
    press(&window, "[data-testid=import-add]:not([disabled])").await?;
    matching(&window, "[data-node-id='service:web-front']").await?;
    window.quit().await?;

    // A project is opened; a file of another tool that is dropped on it is imported into it.
    let (_home, project) = folder("openapi", Some(DESIGN))?;
    let window = desk.open(&[]).await?;
    shown(&window, "start-import").await?;
    desk.drop_on_window(&project)?;
    matching(&window, "[data-node-id='api:public']").await?;
    desk.drop_on_window(&project.join("openapi.json"))?;
    offered(&window).await?;
    let from = matching(&window, "[data-testid=import] .import-from input").await?;
    let place = from.prop("value").await?.unwrap_or_default();
    ensure!(place.ends_with("openapi.json"), "{place}");
    window.quit().await?;
    Ok(())
}
