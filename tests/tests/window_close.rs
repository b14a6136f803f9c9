//! Closing the window while a run is at work: the run goes on, and the process ends with it.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use slipway_testbed::{Bed, BedOptions, Fault, FaultEffect, FaultLimit};
use slipway_tests::http;
use slipway_tests::program::Program;
use slipway_tests::project::TestProject;
use slipway_tests::window::{Desk, PATIENCE, matching, shown};
use std::path::Path;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_without_its_window() -> Result<()> {
    let bed = Bed::start(BedOptions::default())
        .await
        .map_err(|error| anyhow::anyhow!("the test bed did not start: {error}"))?;
    let project = TestProject::shop()?;
    let folder = project.folder().display().to_string();
    let desk = Desk::set("light", Some(bed.endpoints()))?;
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

    desk.close_window()?;
    ensure!(is_running(&folder)?, "the process went with its window");
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
    until("the process ends with its run", || {
        Ok(!is_running(&folder)?)
    })
    .await?;
    bed.assert_valid();
    bed.stop().await.map_err(|error| anyhow::anyhow!("{error}"))
}

/// Whether a desktop program with this project is there.
fn is_running(folder: &str) -> Result<bool> {
    for entry in std::fs::read_dir("/proc")? {
        // A process may end while it is looked at.
        let Ok(line) = std::fs::read(entry?.path().join("cmdline")) else {
            continue;
        };
        let line = String::from_utf8_lossy(&line);
        if line.contains("slipway-desktop") && line.contains(folder) {
            return Ok(true);
        }
    }
    Ok(false)
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

async fn until(what: &str, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    let begun = Instant::now();
    while !is_so()? {
        ensure!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
