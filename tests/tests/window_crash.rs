//! The process of the window's page is killed: the window comes back with the same design, nothing
//! on disk is harmed, and a deploy goes on. What drives the window ends with the page, as WebDriver has
//! it; so the page after it is read, and pressed, over the accessibility bus.

use anyhow::{Context as _, Result, ensure};
use slipway_testbed::{Bed, BedOptions, Fault, FaultEffect, FaultLimit};
use slipway_tests::accessible::{Reader, Thing, listed};
use slipway_tests::http;
use slipway_tests::project::TestProject;
use slipway_tests::window::{Desk, PATIENCE, matching, press};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

/// A window is back within this time: a figure of the release build. The page of the other one is
/// many times as large, and only has to come back.
const BACK: Duration = if cfg!(debug_assertions) {
    PATIENCE
} else {
    Duration::from_secs(3)
};
/// So many ends; one more within a minute, and the window gives up.
const ENDS: usize = 3;
const NODES: &str = "[aria-roledescription=node]";

/// Kills the process of the page in the window that shows this folder, and waits until it is gone.
async fn kill_page(folder: &Path) -> Result<()> {
    let page = page_of(folder)?.context("the window has a process for its page")?;
    let status = Command::new("kill")
        .args(["-KILL", &page.to_string()])
        .status()?;
    ensure!(status.success(), "{page} could not be killed");
    let begun = Instant::now();
    while page_of(folder)? == Some(page) {
        ensure!(begun.elapsed() < PATIENCE, "{page} does not end");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// The process of the page, by the folder on the command line of the one that started it.
fn page_of(folder: &Path) -> Result<Option<u32>> {
    let folder = folder.display().to_string();
    let mut windows = Vec::new();
    let mut pages = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let path = entry?.path();
        let number = path
            .file_name()
            .and_then(|name| name.to_str()?.parse::<u32>().ok());
        // A process may end while it is looked at.
        let (Some(number), Ok(line), Ok(stat)) = (
            number,
            std::fs::read(path.join("cmdline")),
            std::fs::read_to_string(path.join("stat")),
        ) else {
            continue;
        };
        // `pid (name) state parent ...`; a zombie has ended.
        let mut fields = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace();
        let (state, parent) = (
            fields.next(),
            fields.next().and_then(|text| text.parse::<u32>().ok()),
        );
        let line = String::from_utf8_lossy(&line);
        if line.contains("slipway-desktop") && line.contains(&folder) {
            windows.push(number);
        } else if line.contains("WebKitWebProcess") && state != Some("Z") {
            pages.push((number, parent));
        }
    }
    let own =
        |(_, parent): &&(u32, Option<u32>)| parent.is_some_and(|parent| windows.contains(&parent));
    Ok(pages.iter().find(own).map(|(number, _)| *number))
}

/// Whether the canvas has this card.
fn has_card(things: &[Thing], name: &str) -> bool {
    let is_it = |thing: &Thing| thing.description.as_deref() == Some("node");
    things
        .iter()
        .any(|thing| is_it(thing) && thing.name.starts_with(name))
}

fn is_said(things: &[Thing], text: &str) -> bool {
    things
        .iter()
        .any(|thing| thing.name.contains(text) || thing.text.contains(text))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_design_is_there_again() -> Result<()> {
    let place = tempfile::tempdir()?;
    let file = place.path().join("slipway.toml");
    std::fs::write(&file, include_str!("../../examples/shop/slipway.toml"))?;
    let desk = Desk::with("light", &[])?;
    let reader = Reader::at(&desk).await?;
    let folder = place.path().display().to_string();
    let window = desk.open(&["--project", &folder, "--env", "dev"]).await?;
    matching(&window, NODES).await?;
    press(&window, "[data-testid=add-function]").await?;
    matching(&window, ".card .in-place input:focus").await?;
    window
        .action_chain()
        .send_keys("later")
        .send_keys(Key::Enter)
        .perform()
        .await?;
    matching(&window, "[data-node-id='function:later']").await?;
    matching(&window, "[data-saving=saved]").await?;
    let before = std::fs::read_to_string(&file)?;
    ensure!(before.contains("later"), "{before}");
    let count = window.find_all(By::Css(NODES)).await?.len();
    window.leak()?;

    let mut fastest = PATIENCE;
    let mut things = Vec::new();
    for _ in 0..ENDS {
        kill_page(place.path()).await?;
        let begun = Instant::now();
        things = reader
            .until("the new function is there again", |things| {
                has_card(things, "Lambda later")
            })
            .await?;
        fastest = fastest.min(begun.elapsed());
        let nodes = things
            .iter()
            .filter(|thing| thing.description.as_deref() == Some("node"));
        assert_eq!(nodes.count(), count, "{}", listed(&things));
        let is_told = |things: &[Thing]| is_said(things, "loaded anew");
        reader.until("people are told", is_told).await?;
        ensure!(
            is_said(&things, "Environment dev"),
            "another environment:{}",
            listed(&things)
        );
        assert_eq!(std::fs::read_to_string(&file)?, before);
    }
    println!("the window came back after {fastest:?} at best");
    ensure!(
        fastest < BACK,
        "the window came back after {fastest:?} at best"
    );

    // What is shown is alive: a change is saved again.
    let add = things
        .iter()
        .find(|thing| thing.role == "button" && thing.name.starts_with("Lambda function"));
    let add = add.with_context(|| format!("nothing adds a function:{}", listed(&things)))?;
    reader.press(add).await?;
    let begun = Instant::now();
    while std::fs::read_to_string(&file)? == before {
        ensure!(begun.elapsed() < PATIENCE, "the change is not saved");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let after = std::fs::read_to_string(&file)?;
    let functions = |text: &str| text.matches("[functions.").count();
    assert_eq!(functions(&after), functions(&before) + 1, "{after}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_goes_on_and_is_shown_again() -> Result<()> {
    let bed = Bed::start(BedOptions::default())
        .await
        .map_err(|error| anyhow::anyhow!("the test bed did not start: {error}"))?;
    let project = TestProject::shop()?;
    let before = std::fs::read_to_string(project.file())?;
    let desk = Desk::set("dark", Some(bed.endpoints()))?;
    let reader = Reader::at(&desk).await?;
    let folder = project.folder().display().to_string();
    let window = desk
        .open(&["--project", &folder, "--env", "emulator"])
        .await?;
    matching(&window, NODES).await?;
    bed.proxy().inject(Fault {
        service: Some("apigatewayv2".to_owned()),
        operation: Some("CreateStage".to_owned()),
        skip: 0,
        effect: FaultEffect::Throttle,
        limit: FaultLimit::Always,
    });
    press(&window, "[data-testid=deploy]:not([disabled])").await?;
    press(&window, "[data-testid=plan-confirm]:not([disabled])").await?;
    matching(&window, ".step[data-status=succeeded]").await?;
    window.leak()?;

    kill_page(project.folder()).await?;
    let is_done = |thing: &Thing| thing.role == "button" && thing.name.contains(", done");
    reader
        .until("the run and what it did are shown again", |things| {
            has_card(things, "HTTP API")
                && things.iter().any(is_done)
                && things
                    .iter()
                    .any(|thing| thing.name.contains(", running") && thing.role == "button")
        })
        .await?;
    assert_eq!(std::fs::read_to_string(project.file())?, before);
    bed.proxy().clear_faults();
    let url_of = |things: &[Thing]| {
        let mut links = things.iter().filter(|thing| thing.role == "link");
        links
            .find(|thing| thing.name.starts_with("http://"))
            .map(|link| link.name.clone())
    };
    let things = reader
        .until("the API has an address", |things| {
            url_of(things).is_some() && is_said(things, "Done")
        })
        .await?;
    let url = url_of(&things).context("the API has an address")?;
    assert_eq!(http::get(&url, "/orders/1001")?.status, 200);
    bed.assert_valid();
    bed.stop().await.map_err(|error| anyhow::anyhow!("{error}"))
}
