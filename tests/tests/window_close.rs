//! Closing the window while a run is at work: the run goes on, and the process ends with it.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use slipway_testbed::{Bed, BedOptions, Fault, FaultEffect, FaultLimit};
use slipway_tests::http;
use slipway_tests::program::Program;
use slipway_tests::project::TestProject;
use slipway_tests::window::{Desk, matching, press, shown, until};
use std::path::Path;
use std::time::Duration;
use thirtyfour::WebDriver;

/// A deploy of the shop that goes on until the faults of its bed are cleared, shown by a window.
struct AtWork {
    bed: Bed,
    project: TestProject,
    desk: Desk,
    window: WebDriver,
}

impl AtWork {
    async fn in_window(theme: &str) -> Result<Self> {
        let bed = Bed::start(BedOptions::default())
            .await
            .map_err(|error| anyhow::anyhow!("the test bed did not start: {error}"))?;
        let project = TestProject::shop()?;
        let folder = project.folder().display().to_string();
        let desk = Desk::set(theme, Some(bed.endpoints()))?;
        let window = desk
            .open(&["--project", &folder, "--env", "emulator"])
            .await?;
        matching(&window, "[data-screen=design]").await?;
        bed.proxy().inject(Fault {
            service: Some("apigatewayv2".to_owned()),
            operation: Some("CreateStage".to_owned()),
            skip: 0,
            effect: FaultEffect::Throttle,
            limit: FaultLimit::Always,
        });
        shown(&window, "deploy").await?.click().await?;
        shown(&window, "plan-confirm").await?.click().await?;
        matching(&window, "[data-testid=run-status][data-status=running]").await?;
        Ok(Self {
            bed,
            project,
            desk,
            window,
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_without_its_window() -> Result<()> {
    let AtWork {
        bed,
        project,
        desk,
        window: _window,
    } = AtWork::in_window("light").await?;
    let folder = project.folder().display().to_string();
    desk.close_window()?;
    until("the window is hidden", || Ok(desk.windows()? == 0)).await?;
    ensure!(desk.is_running()?, "the process went with its window");
    bed.proxy().clear_faults();
    let program = Program::on(bed.endpoints())?;
    until("the run ends", || {
        Ok(finished(project.folder())? == Some("succeeded".to_owned()))
    })
    .await?;
    let status = program
        .run([
            "status",
            "--json",
            "--env",
            "emulator",
            "--project",
            &folder,
        ])?
        .succeeded()?
        .json()?;
    let url = status["apis"]["public"]["url"]
        .as_str()
        .context("it is deployed")?;
    assert_eq!(http::get(url, "/orders/1001")?.status, 200);
    until("the process ends with its run", || Ok(!desk.is_running()?)).await?;
    bed.assert_valid();
    bed.stop().await.map_err(|error| anyhow::anyhow!("{error}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_brings_the_window_of_a_run_back() -> Result<()> {
    let AtWork {
        bed,
        project,
        desk,
        window,
    } = AtWork::in_window("dark").await?;
    let folder = project.folder().display().to_string();
    desk.close_window()?;
    until("the window is hidden", || Ok(desk.windows()? == 0)).await?;

    let arguments = ["--project", &folder, "--env", "emulator"];
    desk.start_again(&arguments).await?;
    until("the window is back", || Ok(desk.windows()? == 1)).await?;
    bed.proxy().clear_faults();
    matching(&window, "[data-testid=run-status][data-status=succeeded]").await?;
    let url = shown(&window, "api-url").await?.text().await?;
    assert_eq!(http::get(&url, "/orders/1001")?.status, 200);

    // It stays as long as people look at it.
    ensure!(desk.windows()? == 1 && desk.is_running()?, "it went");
    desk.close_window()?;
    until("the process ends", || Ok(!desk.is_running()?)).await?;
    bed.assert_valid();
    bed.stop().await.map_err(|error| anyhow::anyhow!("{error}"))
}

/// A start while an earlier window is about to go: that one stays, or there is a new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_while_the_window_closes_is_not_lost() -> Result<()> {
    let desk = Desk::set("light", None)?;
    // What is in between is as long as the closing takes, more or less.
    for between in [0, 10, 30, 60, 120, 250].map(Duration::from_millis) {
        let ready = desk.home().join("ready");
        let window = desk.open(&[]).await?;
        matching(&window, "[data-screen=start]").await?;
        // The process may end before its environment can be read, so that comes first.
        let mut start = desk.second(&[])?;
        start.env("SLIPWAY_READY_FILE", &ready);
        desk.close_window()?;
        tokio::time::sleep(between).await;
        let mut second = start.spawn()?;
        let mut has_handed_over = false;
        until("there is an answer to the second start", || {
            has_handed_over = second.try_wait()?.is_some();
            Ok(has_handed_over || ready.exists())
        })
        .await?;
        if has_handed_over {
            // It answers, later than it would have gone.
            press(&window, "[data-testid=start-import]").await?;
            shown(&window, "import").await?;
            ensure!(desk.is_running()?, "the second start came to nothing");
        } else {
            std::fs::remove_file(&ready)?;
        }
        until("there is one window", || Ok(desk.windows()? == 1)).await?;
        desk.close_window()?;
        until("the process ends", || {
            second.try_wait()?;
            Ok(!desk.is_running()?)
        })
        .await?;
        window.quit().await?;
    }
    Ok(())
}

/// What the journal says of the end of the run.
fn finished(project: &Path) -> Result<Option<String>> {
    for file in std::fs::read_dir(project.join(".slipway/journal/emulator"))? {
        let text = std::fs::read_to_string(file?.path())?;
        let Some(last) = text.lines().last() else {
            continue;
        };
        let entry: Value = serde_json::from_str(last)?;
        if entry["record"]["type"] == "run_finished" {
            return Ok(entry["record"]["status"].as_str().map(str::to_owned));
        }
    }
    Ok(None)
}
