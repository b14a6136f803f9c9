//! The real window when a run fails, is joined late, or belongs to a terminal.

use anyhow::{Result, ensure};
use slipway_testbed::{Bed, BedOptions, Fault, FaultEffect, FaultLimit};
use slipway_tests::http;
use slipway_tests::program::Program;
use slipway_tests::project::TestProject;
use slipway_tests::window::{Desk, gone, matching, picture, press, shown, still_picture, text_of};
use std::fs;
use thirtyfour::prelude::*;

const CONFIRM: &str = "[data-testid=plan-confirm]:not([disabled])";

/// A bed, a project and a display, all of one test.
struct Scene {
    bed: Bed,
    project: TestProject,
    desk: Desk,
}

impl Scene {
    async fn set(theme: &str) -> Result<Self> {
        let bed = Bed::start(BedOptions::default())
            .await
            .map_err(|error| anyhow::anyhow!("the test bed did not start: {error}"))?;
        let project = TestProject::shop()?;
        let desk = Desk::set(theme, Some(bed.endpoints()))?;
        Ok(Self { bed, project, desk })
    }

    async fn open(&self) -> Result<WebDriver> {
        let folder = self.project.folder().display().to_string();
        let arguments = ["--project", &folder, "--env", "emulator"];
        let window = self.desk.open(&arguments).await?;
        matching(&window, "[aria-roledescription=node]").await?;
        Ok(window)
    }

    /// The run stays at this operation until [`Self::go_on`].
    fn hold(&self, operation: &str) {
        self.bed.proxy().inject(Fault {
            service: None,
            operation: Some(operation.to_owned()),
            skip: 0,
            effect: FaultEffect::Throttle,
            limit: FaultLimit::Always,
        });
    }

    fn go_on(&self) {
        self.bed.proxy().clear_faults();
    }

    async fn strike(self) -> Result<()> {
        self.bed.assert_valid();
        self.bed
            .stop()
            .await
            .map_err(|error| anyhow::anyhow!("{error}"))
    }
}

async fn deploy(window: &WebDriver) -> Result<()> {
    press(window, "[data-testid=deploy]:not([disabled])").await?;
    press(window, CONFIRM).await
}

async fn ended(window: &WebDriver, status: &str) -> Result<()> {
    matching(
        window,
        &format!("[data-testid=run-status][data-status={status}]"),
    )
    .await?;
    Ok(())
}

async fn answers(window: &WebDriver) -> Result<()> {
    let url = shown(window, "api-url").await?.text().await?;
    assert_eq!(http::get(&url, "/orders/1001")?.status, 200);
    Ok(())
}

async fn failed_build(theme: &str) -> Result<()> {
    let scene = Scene::set(theme).await?;
    let dockerfile = scene.project.folder().join("services/orders/Dockerfile");
    let whole = fs::read_to_string(&dockerfile)?;
    fs::write(
        &dockerfile,
        whole.replace("COPY bootstrap", "COPY not-there.txt /\nCOPY bootstrap"),
    )?;
    let window = scene.open().await?;
    deploy(&window).await?;
    ended(&window, "failed").await?;

    // What happened, why, and what to do, without a further click.
    let message = text_of(&window, ".activity .error-message").await?;
    ensure!(message.contains("orders"), "{message}");
    let hint = text_of(&window, ".activity .error-hint").await?;
    ensure!(hint.len() > 20, "{hint}");
    let step = text_of(
        &window,
        ".step[data-step^=build_image][data-status=failed] .step-line",
    )
    .await?;
    ensure!(step.contains("Build image orders"), "{step}");
    let activity = text_of(&window, ".activity").await?;
    ensure!(activity.contains("not-there.txt"), "{activity}");
    let strip = text_of(&window, ".card .foot[data-state=failed]").await?;
    ensure!(strip.contains("Failed: build image"), "{strip}");
    still_picture(&window, &format!("failed-{theme}")).await?;

    fs::write(&dockerfile, whole)?;
    press(&window, "[data-testid=deploy-again]").await?;
    press(&window, CONFIRM).await?;
    ended(&window, "succeeded").await?;
    answers(&window).await?;
    window.quit().await?;
    scene.strike().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_build_is_shown_with_its_fix_in_the_light_theme() -> Result<()> {
    failed_build("light").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_build_is_shown_with_its_fix_in_the_dark_theme() -> Result<()> {
    failed_build("dark").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_push_is_shown_and_the_next_deploy_goes_on() -> Result<()> {
    let scene = Scene::set("dark").await?;
    scene.bed.proxy().inject(Fault {
        service: Some("registry".to_owned()),
        operation: None,
        skip: 0,
        effect: FaultEffect::Refuse {
            status: 403,
            code: "DENIED".to_owned(),
            message: "not authorized to perform: ecr:InitiateLayerUpload".to_owned(),
        },
        limit: FaultLimit::Always,
    });
    let window = scene.open().await?;
    deploy(&window).await?;
    ended(&window, "failed").await?;
    matching(
        &window,
        ".step[data-step^=push_image][data-status=failed] .step-line",
    )
    .await?;
    text_of(&window, ".activity .error-hint").await?;
    still_picture(&window, "push-refused-dark").await?;

    scene.bed.proxy().clear_faults();
    press(&window, "[data-testid=deploy-again]").await?;
    press(&window, CONFIRM).await?;
    ended(&window, "succeeded").await?;
    answers(&window).await?;
    window.quit().await?;
    scene.strike().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_comes_back_finds_its_run() -> Result<()> {
    let scene = Scene::set("light").await?;
    scene.hold("CreateFunction");
    let window = scene.open().await?;
    deploy(&window).await?;
    ended(&window, "running").await?;
    window.refresh().await?;
    ended(&window, "running").await?;
    matching(&window, ".step[data-status=succeeded]").await?;
    let status = text_of(&window, "[data-testid=run-status]").await?;
    ensure!(status.contains("steps"), "{status}");
    scene.go_on();
    ended(&window, "succeeded").await?;
    answers(&window).await?;
    window.quit().await?;
    scene.strike().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_a_terminal_is_shown_and_only_the_terminal_stops_it() -> Result<()> {
    let scene = Scene::set("dark").await?;
    let window = scene.open().await?;
    gone(&window, "[data-testid=run-status]").await?;
    scene.hold("CreateFunction");
    let program = Program::on(scene.bed.endpoints())?;
    let folder = scene.project.folder().display().to_string();
    let mut terminal = program.spawn([
        "deploy",
        "--yes",
        "--json",
        "--env",
        "emulator",
        "--project",
        &folder,
    ])?;
    // Its output is read, or it would wait for a reader.
    let out = terminal.stdout.take().expect("it is piped");
    let reader = std::thread::spawn(move || std::io::read_to_string(out));

    ended(&window, "running").await?;
    press(&window, "[data-testid=cancel-run]").await?;
    let said = text_of(&window, ".toast").await?;
    ensure!(said.contains("another process"), "{said}");
    picture(&window, "run-of-terminal-dark").await?;
    scene.go_on();
    ended(&window, "succeeded").await?;
    answers(&window).await?;

    let status = tokio::task::spawn_blocking(move || terminal.wait()).await??;
    assert!(status.success(), "{:?}", reader.join());
    window.quit().await?;
    scene.strike().await
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_is_refused_with_what_to_do() -> Result<()> {
    for theme in ["light", "dark"] {
        another_account(theme).await?;
    }
    Ok(())
}

async fn another_account(theme: &str) -> Result<()> {
    let scene = Scene::set(theme).await?;
    let (mine, other) = ("account = \"000000000000\"", "account = \"210987654321\"");
    scene.project.edit(mine, other)?;
    let window = scene.open().await?;
    let check = text_of(&window, "[data-check=account]").await?;
    for account in ["000000000000", "210987654321"] {
        ensure!(check.contains(account), "{check}");
    }
    let fix = text_of(&window, "[data-check=account] .fix").await?;
    ensure!(fix.contains("AWS_PROFILE"), "{fix}");
    press(&window, "[data-testid=deploy]:not([disabled])").await?;
    let said = text_of(&window, ".plan-dialog .error-text").await?;
    ensure!(said.contains("belong to account 000000000000"), "{said}");
    let hint = text_of(&window, ".plan-dialog .error-hint").await?;
    ensure!(
        hint.contains("AWS_PROFILE") && hint.contains("slipway.toml"),
        "{hint}"
    );
    still_picture(&window, &format!("wrong-account-{theme}")).await?;
    window.quit().await?;
    scene.strike().await
}
