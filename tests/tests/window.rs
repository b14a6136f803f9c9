//! The real window, from the start screen to a URL that answers.

use anyhow::{Result, ensure};
use slipway_testbed::{Bed, BedOptions, Fault, FaultEffect, FaultLimit};
use slipway_tests::http;
use slipway_tests::project::TestProject;
use slipway_tests::window::{Desk, matching, picture, shown, still_picture};
use thirtyfour::prelude::*;

#[tokio::test(flavor = "multi_thread")]
async fn deploys_by_hand_in_both_themes() -> Result<()> {
    for theme in ["light", "dark"] {
        // A bed of its own: on the same one there would be nothing left to do.
        let bed = Bed::start(BedOptions::default())
            .await
            .map_err(|error| anyhow::anyhow!("the test bed did not start: {error}"))?;
        let project = TestProject::shop()?;
        let desk = Desk::set(theme, Some(bed.endpoints()))?;
        let window = desk.open(&[]).await?;
        matching(&window, "[data-screen=start]").await?;
        shown(&window, "open-folder").await?;
        still_picture(&window, &format!("start-{theme}")).await?;
        window.quit().await?;

        // A desk of its own: on the same one the second start may still find the first.
        let desk = Desk::set(theme, Some(bed.endpoints()))?;
        let folder = project.folder().display().to_string();
        let window = desk
            .open(&["--project", &folder, "--env", "emulator"])
            .await?;
        matching(&window, "[data-screen=design]").await?;
        matching(&window, "[aria-roledescription=node]").await?;
        let nodes = window
            .find_all(By::Css("[aria-roledescription=node]"))
            .await?
            .len();
        assert_eq!(
            nodes,
            project.design.functions.len() + project.design.apis.len()
        );
        still_picture(&window, &format!("canvas-{theme}")).await?;

        shown(&window, "deploy").await?.click().await?;
        shown(&window, "plan-dialog").await?;
        shown(&window, "plan-confirm").await?;
        still_picture(&window, &format!("plan-{theme}")).await?;
        // It stays there until it was looked at.
        bed.proxy().inject(Fault {
            service: None,
            operation: Some("CreateFunction".to_owned()),
            skip: 0,
            effect: FaultEffect::Throttle,
            limit: FaultLimit::Always,
        });
        shown(&window, "plan-confirm").await?.click().await?;
        matching(&window, "[data-testid=run-status][data-status=running]").await?;
        matching(&window, ".card .foot[data-state=running]").await?;
        picture(&window, &format!("progress-{theme}")).await?;
        bed.proxy().clear_faults();
        matching(&window, "[data-testid=run-status][data-status=succeeded]").await?;
        still_picture(&window, &format!("done-{theme}")).await?;

        let url = shown(&window, "api-url").await?.text().await?;
        ensure!(url.starts_with("http://"), "the URL is {url:?}");
        let answer = http::get(&url, "/orders/1001")?;
        assert_eq!(answer.status, 200, "{answer:?}");
        window.quit().await?;
        bed.assert_valid();
        bed.stop()
            .await
            .map_err(|error| anyhow::anyhow!("{error}"))?;
    }
    Ok(())
}
