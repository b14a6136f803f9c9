//! The real window is asked to close right after an edit: nothing that was drawn is lost.

use anyhow::{Result, ensure};
use slipway_tests::drawing::Drawing;
use slipway_tests::window::{
    Desk, chord, focused, keys, matching, picture, press, press_last, says, shown, text_of, until,
    write,
};
use std::process::Command;
use thirtyfour::prelude::*;

/// From now on the page never saves by itself: the timers it would save after do not run.
const NEVER_BY_ITSELF: &str = "const later = window.setTimeout.bind(window); \
    window.setTimeout = (act, after, ...more) => after === 400 ? 0 : later(act, after, ...more);";

/// A window over a project in which a function was drawn a moment ago and not saved.
async fn drawn(desk: &Desk, drawing: &Drawing) -> Result<WebDriver> {
    let window = desk.open(&["--project", &drawing.folder()]).await?;
    shown(&window, "add-function").await?;
    window.execute(NEVER_BY_ITSELF, vec![]).await?;
    chord(&window, Key::Control, "k").await?;
    focused(&window, ".palette-input input").await?;
    keys(&window, "Add a Lambda function").await?;
    says(&window, "#command-0[aria-selected=true]", "Lambda").await?;
    keys(&window, Key::Enter).await?;
    write(&window, "[data-testid=rename] input", "late").await?;
    focused(&window, "[data-node-id='function:late']").await?;
    matching(&window, "[data-testid=save-state][data-saving=unsaved]").await?;
    drawing.is_empty().await?;
    Ok(window)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_drawn_last_is_saved_when_the_window_closes() -> Result<()> {
    let drawing = Drawing::new()?;
    let desk = Desk::set("light", None)?;
    let window = drawn(&desk, &drawing).await?;
    // What is typed and not left yet is kept as when it is left.
    let field = "[data-field='functions.late.title'] input";
    press(&window, field).await?;
    focused(&window, field).await?;
    keys(&window, "Too late?").await?;

    desk.close_window()?;
    until("the process ends", || Ok(!desk.is_running()?)).await?;
    let design = drawing.design()?;
    ensure!(
        design.functions["late"].title.as_deref() == Some("Too late?"),
        "{design:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_cannot_save_stays_and_says_why() -> Result<()> {
    let drawing = Drawing::new()?;
    let desk = Desk::set("dark", None)?;
    let window = drawn(&desk, &drawing).await?;
    let (here, away) = (drawing.folder(), format!("{}.away", drawing.folder()));

    std::fs::rename(&here, &away)?;
    desk.close_window()?;
    let said = text_of(&window, "[data-testid=unsaved]").await?;
    ensure!(
        said.contains("not saved") && said.contains("slipway.toml"),
        "{said}"
    );
    picture(&window, "leave-unsaved-dark").await?;
    // Asked once more, it says so once more.
    press(&window, "[data-testid=unsaved] .primary").await?;
    matching(&window, "[data-testid=unsaved]").await?;
    ensure!(desk.is_running()?, "it went with what was drawn");

    std::fs::rename(&away, &here)?;
    press_last(&window, "[data-testid=unsaved] .primary").await?;
    until("the process ends", || Ok(!desk.is_running()?)).await?;
    let design = drawing.design()?;
    ensure!(design.functions.contains_key("late"), "{design:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn people_may_close_it_without_saving() -> Result<()> {
    let drawing = Drawing::new()?;
    let desk = Desk::set("light", None)?;
    let window = drawn(&desk, &drawing).await?;
    let (here, away) = (drawing.folder(), format!("{}.away", drawing.folder()));
    std::fs::rename(&here, &away)?;
    desk.close_window()?;
    press_last(&window, "[data-testid=unsaved] .danger").await?;
    until("the process ends", || Ok(!desk.is_running()?)).await?;
    std::fs::rename(&away, &here)?;
    drawing.is_empty().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_hangs_is_waited_for_and_people_are_asked() -> Result<()> {
    let drawing = Drawing::new()?;
    let desk = Desk::set("light", None)?;
    let _window = drawn(&desk, &drawing).await?;
    let pages = desk.pages()?;
    ensure!(pages.len() == 1, "the pages are {pages:?}");
    signal("STOP", pages[0])?;
    desk.close_window()?;
    until("people are asked", || Ok(desk.windows()? == 2)).await?;
    ensure!(desk.is_running()?, "it went with what was drawn");

    // It answers at last: nothing is left to ask.
    signal("CONT", pages[0])?;
    until("the process ends", || Ok(!desk.is_running()?)).await?;
    let design = drawing.design()?;
    ensure!(design.functions.contains_key("late"), "{design:?}");
    Ok(())
}

fn signal(name: &str, process: u32) -> Result<()> {
    let status = Command::new("kill")
        .args([&format!("-{name}"), &process.to_string()])
        .status()?;
    ensure!(status.success(), "{process} takes no signal: {status}");
    Ok(())
}
