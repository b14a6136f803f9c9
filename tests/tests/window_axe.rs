//! Every screen and state of the real window, in both themes, with axe-core in it: nothing serious
//! may be wrong for people who use the window by keyboard or with a screen reader.

use anyhow::{Context as _, Result, ensure};
use slipway_testbed::{Bed, BedOptions, Fault, FaultEffect, FaultLimit};
use slipway_tests::axe::Inspection;
use slipway_tests::project::TestProject;
use slipway_tests::window::{Desk, PATIENCE, gone, matching, press, shown};
use std::path::Path;
use std::time::Instant;
use thirtyfour::prelude::*;

/// Something of every kind, with most settings; nothing in it is wrong.
const DESIGN: &str = include_str!("designs/every_kind.toml");
/// The same shop with mistakes of several kinds.
const MISTAKEN: &str = include_str!("designs/mistaken.toml");
const EMPTY: &str = "schema = 1\nname = \"empty\"\n";
/// Nothing listens there.
const NOWHERE: &str = "tcp://127.0.0.1:9";

/// The first place of the canvas that is free in all directions.
const FREE: &str = r#"
const canvas = document.querySelector(".canvas");
const { left, top, right, bottom } = canvas.getBoundingClientRect();
const around = [-30, -15, 0, 15, 30];
for (let y = top + 40; y < bottom - 40; y += 10) {
  for (let x = left + 40; x < right - 40; x += 10) {
    const is_free = around.every(dx => around.every(dy => document.elementFromPoint(x + dx, y + dy) === canvas));
    if (is_free) return [Math.round(x), Math.round(y)];
  }
}
return null;
"#;

/// A folder with a design and what its images are built from.
fn project(design: &str) -> Result<tempfile::TempDir> {
    let place = tempfile::tempdir()?;
    std::fs::create_dir(place.path().join("fn"))?;
    std::fs::write(place.path().join("fn/Dockerfile"), "FROM scratch\n")?;
    std::fs::write(place.path().join("slipway.toml"), design)?;
    Ok(place)
}

async fn open(desk: &Desk, folder: &Path, environment: &str) -> Result<WebDriver> {
    let folder = folder.display().to_string();
    let window = desk
        .open(&["--project", &folder, "--env", environment])
        .await?;
    matching(&window, "[data-screen=design]").await?;
    Ok(window)
}

async fn keys(window: &WebDriver, keys: impl Into<TypingData>) -> Result<()> {
    let chain = window.action_chain();
    chain.send_keys(keys).perform().await?;
    Ok(())
}

/// Presses a key while another is held.
async fn chord(window: &WebDriver, held: Key, key: impl Into<TypingData>) -> Result<()> {
    let chain = window.action_chain().key_down(held.clone());
    chain.send_keys(key).key_up(held).perform().await?;
    Ok(())
}

/// Closes the dialog or menu that is open.
async fn back(window: &WebDriver, selector: &str) -> Result<()> {
    keys(window, Key::Escape).await?;
    gone(window, selector).await
}

/// Runs the command that the palette finds first.
async fn command(window: &WebDriver, name: &str) -> Result<()> {
    chord(window, Key::Control, "k").await?;
    matching(window, "dialog.palette[open]").await?;
    keys(window, name).await?;
    matching(window, "dialog.palette [role=option][aria-selected=true]").await?;
    keys(window, Key::Enter).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_screen_and_its_dialogs() -> Result<()> {
    let desk = Desk::with("light", &[("DOCKER_HOST", NOWHERE.to_owned())])?;
    let window = desk.open(&[]).await?;
    let mut seen = Inspection::default();
    matching(&window, "[data-screen=start]").await?;
    shown(&window, "open-folder").await?;
    matching(&window, "[data-check=engine]").await?;
    seen.look(&window, "start").await?;

    press(&window, "[data-testid=new-project]").await?;
    matching(&window, "dialog.new-project[open]").await?;
    seen.look(&window, "new project").await?;
    keys(&window, "Not A Name").await?;
    seen.look(&window, "new project, wrong name").await?;
    back(&window, "dialog[open]").await?;

    chord(&window, Key::Control, ",").await?;
    matching(&window, "dialog[open]").await?;
    seen.look(&window, "settings").await?;
    back(&window, "dialog[open]").await?;
    keys(&window, Key::F1).await?;
    matching(&window, "dialog.keys[open]").await?;
    seen.look(&window, "keys").await?;
    window.quit().await?;
    seen.verdict()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_design_and_everything_around_it() -> Result<()> {
    let place = project(DESIGN)?;
    let desk = Desk::with("light", &[("DOCKER_HOST", NOWHERE.to_owned())])?;
    let window = open(&desk, place.path(), "here").await?;
    matching(&window, "[aria-roledescription=node]").await?;
    shown(&window, "problems-count").await?;
    let mut seen = Inspection::default();
    seen.look(&window, "design").await?;
    forms(&window, &mut seen).await?;
    panels(&window, &mut seen).await?;
    canvas(&window, &mut seen).await?;
    dialogs(&window, &mut seen).await?;
    saving(&window, &mut seen, place.path()).await?;

    press(&window, "button.project").await?;
    matching(&window, "[data-screen=start] .recent-item").await?;
    seen.look(&window, "start, with a project").await?;
    window.quit().await?;
    seen.verdict()
}

/// What is selected in the tree is shown in the inspector.
async fn forms(window: &WebDriver, seen: &mut Inspection) -> Result<()> {
    for (kind, line) in [
        ("HTTP API", "api:public"),
        ("WebSocket API", "api:chat"),
        ("function", "function:orders"),
        ("function from ECR", "function:stock"),
        ("service", "service:web"),
        ("route", "route:public/GET /orders/{id}"),
        ("route outside", "route:public/ANY /old/{proxy+}"),
        ("open route", "route:public/GET /soon"),
    ] {
        press(window, &format!("[data-tree='{line}']")).await?;
        matching(window, &format!("[data-tree='{line}'][aria-selected=true]")).await?;
        matching(window, ".inspector .sheet-head").await?;
        // All sections of a form are looked at, open.
        window
            .execute(
                "document.querySelectorAll('.inspector details').forEach(one => one.open = true)",
                vec![],
            )
            .await?;
        seen.look(window, &format!("form of the {kind}")).await?;
    }
    chord(window, Key::Control, "a").await?;
    seen.look(window, "form of many").await?;
    keys(window, Key::Escape).await
}

async fn panels(window: &WebDriver, seen: &mut Inspection) -> Result<()> {
    for tab in ["plan", "activity", "problems", "routes"] {
        press(window, &format!("[data-tab={tab}][aria-selected=false]")).await?;
        matching(window, &format!("[data-tab={tab}][aria-selected=true]")).await?;
        seen.look(window, &format!("panel: {tab}")).await?;
    }
    shown(window, "probe-path")
        .await?
        .send_keys("/orders/7")
        .await?;
    shown(window, "probe-answer").await?;
    matching(window, ".world.focussed").await?;
    seen.look(window, "which route gets this request").await?;
    shown(window, "probe-path").await?.clear().await?;
    press(
        window,
        ".canvas [data-node-id='function:orders'] .card-head",
    )
    .await
}

async fn canvas(window: &WebDriver, seen: &mut Inspection) -> Result<()> {
    matching(window, ".card[data-node-id='function:orders'].selected").await?;
    // The panel has taken room away, and from far out there are no ports.
    press(window, ".panel-head button[aria-expanded=true]").await?;
    press(window, ".zoom button[aria-label^=Fit]").await?;
    seen.look(window, "selected card").await?;
    let card = matching(window, ".card[data-node-id='api:public'] .card-head").await?;
    window
        .action_chain()
        .move_to_element_center(&card)
        .perform()
        .await?;
    matching(window, ".world.focussed").await?;
    seen.look(window, "hovered card").await?;

    // A wire that is dropped on empty canvas.
    let port = matching(window, "[data-port='route:public/GET /soon']").await?;
    let chain = window.action_chain().move_to_element_center(&port);
    let (x, y) = free_place(window).await?;
    let chain = chain.click_and_hold().move_by_offset(30, 4).move_to(x, y);
    chain.perform().await?;
    matching(window, ".world.wiring").await?;
    seen.look(window, "a wire in hand").await?;
    window.action_chain().release().perform().await?;
    shown(window, "quick-create").await?;
    seen.look(window, "quick create").await?;
    back(window, "[data-testid=quick-create]").await?;

    press(window, "[data-testid=add-route][data-api=public]").await?;
    matching(window, ".row.adding input:focus").await?;
    seen.look(window, "a route being added").await?;
    back(window, ".row.adding").await?;
    press(window, ".canvas [data-node-id='route:public/GET /orders']").await?;
    keys(window, Key::F2).await?;
    matching(window, ".row input:focus").await?;
    seen.look(window, "a route being changed").await?;
    back(window, ".row input").await?;
    press(window, "[data-tree='function:orders']").await?;
    chord(window, Key::Shift, Key::F10).await?;
    matching(window, "[role=menu] [role=menuitem]:focus").await?;
    seen.look(window, "menu of a card").await?;
    back(window, "[role=menu]").await?;

    press(
        window,
        ".canvas [data-node-id='function:orders'] .card-head",
    )
    .await?;
    for _ in 0..6 {
        keys(window, "-").await?;
    }
    matching(window, ".world.far").await?;
    seen.look(window, "far out").await?;
    keys(window, "0").await?;
    keys(window, "f").await?;
    gone(window, ".world.far").await
}

/// A place of the canvas with nothing around it, in pixels of the page.
async fn free_place(window: &WebDriver) -> Result<(i64, i64)> {
    let places = window.execute(FREE, vec![]).await?;
    let place: Option<(i64, i64)> = places.convert()?;
    place.context("something is everywhere on the canvas")
}

async fn dialogs(window: &WebDriver, seen: &mut Inspection) -> Result<()> {
    chord(window, Key::Control, "k").await?;
    matching(window, "dialog.palette[open] [role=option]").await?;
    seen.look(window, "commands").await?;
    keys(window, "zzzzzz").await?;
    matching(window, "dialog.palette .empty").await?;
    seen.look(window, "commands, nothing found").await?;
    back(window, "dialog[open]").await?;

    press(window, "[data-tree='route:public/GET /soon']").await?;
    keys(window, Key::Enter).await?;
    matching(window, "dialog.connect[open]").await?;
    seen.look(window, "connect").await?;
    back(window, "dialog[open]").await?;

    press(window, "[data-tree='function:orders']").await?;
    keys(window, Key::F2).await?;
    matching(window, "dialog[open]").await?;
    seen.look(window, "rename").await?;
    back(window, "dialog[open]").await?;
    matching(window, "[data-tree='function:orders']:focus").await?;

    press(window, "[data-testid=env-pill]").await?;
    matching(window, "#env-menu .env-item").await?;
    seen.look(window, "environments").await?;
    back(window, "#env-menu .env-item").await?;

    press(window, "[data-testid=add-import]").await?;
    matching(window, "dialog.import[open] .import-where").await?;
    seen.look(window, "import").await?;
    back(window, "dialog[open]").await?;

    // There is no Docker here and no emulator: the plan can't be made.
    press(window, "[data-testid=deploy]:not([disabled])").await?;
    matching(window, ".plan-dialog .error-text").await?;
    seen.look(window, "plan refused").await?;
    back(window, "dialog[open]").await
}

/// Earlier versions, a change of both sides, a file that went away.
async fn saving(window: &WebDriver, seen: &mut Inspection, folder: &Path) -> Result<()> {
    let file = folder.join("slipway.toml");
    let begun = Instant::now();
    let mut memory = 512;
    // Whichever comes first is merged or saved; only what comes at once is asked about.
    loop {
        press(window, "[data-tree='function:orders']").await?;
        let field = matching(window, ".inspector [data-field$=memory] input").await?;
        field.clear().await?;
        field.send_keys(memory.to_string()).await?;
        let text = std::fs::read_to_string(&file)?;
        let line = text
            .lines()
            .position(|line| line.starts_with("memory"))
            .context("the function has a memory")?;
        let lines = text.lines().enumerate().map(|(index, text)| match index {
            index if index == line => format!("memory = {}\n", memory + 1),
            _ => format!("{text}\n"),
        });
        std::fs::write(&file, lines.collect::<String>())?;
        keys(window, Key::Tab).await?;
        matching(window, "dialog.clash[open],[data-saving=saved]").await?;
        if !window
            .find_all(By::Css("dialog.clash[open]"))
            .await?
            .is_empty()
        {
            break;
        }
        ensure!(
            begun.elapsed() < PATIENCE,
            "two changes of one place never met"
        );
        memory += 2;
    }
    seen.look(window, "a clash").await?;
    press(window, "[data-testid=keep-mine]").await?;
    gone(window, "dialog[open]").await?;

    command(window, "versions").await?;
    press(window, "dialog.versions .version").await?;
    matching(window, "dialog.versions pre").await?;
    seen.look(window, "earlier versions").await?;
    back(window, "dialog[open]").await
}

#[tokio::test(flavor = "multi_thread")]
async fn designs_that_are_empty_wrong_or_unreadable() -> Result<()> {
    let mut seen = Inspection::default();
    for (name, design, selector) in [
        ("an empty design", EMPTY, ".canvas-empty"),
        ("a design with mistakes", MISTAKEN, ".problems .problem"),
        ("a file that is not TOML", "schema = = 1\n", ".canvas-empty"),
        (
            "a file of a newer version",
            "schema = 99\nname = \"new\"\n",
            "[data-testid=save-state]",
        ),
    ] {
        let place = project(design)?;
        // A desk of its own: on the same one the next start may still find the last.
        let desk = Desk::with("light", &[("DOCKER_HOST", NOWHERE.to_owned())])?;
        let window = open(&desk, place.path(), "here").await?;
        matching(&window, selector).await?;
        seen.look(&window, name).await?;
        if design == MISTAKEN {
            press(&window, ".problem[data-code]").await?;
            seen.look(&window, "a mistake that was led to").await?;
        }
        window.quit().await?;
    }
    seen.verdict()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_fails_and_one_that_does_not() -> Result<()> {
    let bed = Bed::start(BedOptions::default())
        .await
        .map_err(|error| anyhow::anyhow!("the test bed did not start: {error}"))?;
    let project = TestProject::shop()?;
    let desk = Desk::set("light", Some(bed.endpoints()))?;
    let window = open(&desk, project.folder(), "emulator").await?;
    let mut seen = Inspection::default();
    let create = Fault {
        service: None,
        operation: Some("CreateFunction".to_owned()),
        skip: 0,
        effect: FaultEffect::Throttle,
        limit: FaultLimit::Always,
    };
    press(&window, "[data-testid=deploy]:not([disabled])").await?;
    shown(&window, "plan-confirm").await?;
    seen.look(&window, "plan").await?;
    bed.proxy().inject(create.clone());
    press(&window, "[data-testid=plan-confirm]:not([disabled])").await?;
    matching(&window, ".card .foot[data-state=running]").await?;
    matching(&window, ".step[data-status=succeeded]").await?;
    seen.look(&window, "a deploy at work").await?;

    bed.proxy().clear_faults();
    bed.proxy().inject(Fault {
        effect: FaultEffect::Refuse {
            status: 403,
            code: "AccessDeniedException".to_owned(),
            message: "not authorized to perform: lambda:CreateFunction".to_owned(),
        },
        ..create
    });
    matching(&window, "[data-testid=run-status][data-status=failed]").await?;
    matching(&window, ".activity .error-message").await?;
    seen.look(&window, "a deploy that failed").await?;
    bed.proxy().clear_faults();
    press(&window, "[data-testid=deploy-again]").await?;
    press(&window, "[data-testid=plan-confirm]:not([disabled])").await?;
    matching(&window, "[data-testid=run-status][data-status=succeeded]").await?;
    shown(&window, "api-url").await?;
    seen.look(&window, "deployed").await?;
    window.quit().await?;
    bed.stop()
        .await
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    seen.verdict()
}
