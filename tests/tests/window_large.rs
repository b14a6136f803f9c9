//! The real window over a design of hundreds of cards: lists put on the page only what is near, and from far out the cards
//! are shapes that are still pointed at, moved and named.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use slipway_tests::project::by_hand;
use slipway_tests::window::{
    Desk, PATIENCE, chord, focused, gone, keys, matching, press, says, still_picture, text_of,
};
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

const APIS: usize = 30;
const ROUTES: usize = 30;
const FUNCTIONS: usize = 400;
/// The others are led to by no route, which is a note.
const LED_TO: usize = 250;
/// More lines than these are not on the page at once, whatever its size.
const NEAR: i64 = 200;

fn design() -> String {
    let mut text = String::from("schema = 1\nname = \"large\"\n");
    for api in 0..APIS {
        let _ = write!(
            text,
            "\n[apis.front{api}]\nkind = \"http\"\n\n[apis.front{api}.routes]\n"
        );
        for route in 0..ROUTES {
            let to = (api * 13 + route * 7) % LED_TO;
            let _ = writeln!(text, "\"GET /things/{route}\" = \"work{to}\"");
        }
    }
    for function in 0..FUNCTIONS {
        let _ = write!(
            text,
            "\n[functions.work{function}]\nimage = {{ build = \"fn\" }}\n"
        );
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_hold_what_is_near_and_lead_everywhere() -> Result<()> {
    let folder = by_hand(&design())?;
    let desk = Desk::set("light", None)?;
    let window = desk
        .open(&["--project", &folder.path().display().to_string()])
        .await?;
    matching(&window, "[data-screen=design]").await?;

    // The tree, from one end to the other and to what is typed.
    let first = "[data-tree='api:front0']";
    let apart = matching(&window, first).await?;
    let lines = number(&window, "[role=treeitem]").await?;
    ensure!((10..NEAR).contains(&lines), "{lines} lines are on the page");
    ensure!(apart.attr("aria-setsize").await?.as_deref() == Some("430"));
    press(&window, first).await?;
    keys(&window, Key::End).await?;
    focused(
        &window,
        "[data-tree='function:work399'][aria-posinset='430']",
    )
    .await?;
    keys(&window, Key::Up).await?;
    focused(&window, "[data-tree='function:work398']").await?;
    keys(&window, Key::Home).await?;
    focused(&window, first).await?;
    scroll(&window, ".tree", 9_000).await?;
    focused(&window, first).await?;
    matching(&window, "[data-tree='route:front9/GET /things/9']").await?;

    // What is not near is found by its name.
    chord(&window, Key::Control, "k").await?;
    focused(&window, "dialog.palette input").await?;
    says(&window, ".commands .empty", "Type more").await?;
    keys(&window, "work377").await?;
    says(&window, "#command-0[aria-selected=true]", "work377").await?;
    keys(&window, Key::Enter).await?;
    focused(&window, ".canvas [data-node-id='function:work377']").await?;

    // The table of routes.
    press(&window, "[data-tab=routes]").await?;
    let rows = number(&window, "tr[data-route]").await?;
    ensure!((10..NEAR).contains(&rows), "{rows} rows are on the page");
    let table = matching(&window, ".route-table").await?;
    ensure!(table.attr("aria-rowcount").await?.as_deref() == Some("901"));
    scroll(&window, ".route-lines", 1_000_000).await?;
    let last = "tr[data-route='route:front29/GET /things/29']";
    matching(&window, &format!("{last}[aria-rowindex='901']")).await?;
    // The driver takes a cell that is scrolled into view for one that is not shown.
    let cell = By::Css(format!("{last} .c-api"));
    window.find(cell).await?.click().await?;
    matching(&window, &format!("{last}.selected")).await?;

    // All problems are there, some at a time.
    press(&window, "[data-tab=problems]").await?;
    let named = text_of(&window, "[data-tab=problems] .badge").await?;
    let problems: i64 = named.parse().context("a number of problems")?;
    ensure!(problems > 100, "only {problems} problems");
    ensure!(number(&window, ".problem-line").await? == 100);
    press(&window, "[data-testid=more-problems]").await?;
    focused(&window, ".problem-line:nth-of-type(101) .problem").await?;
    window.quit().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn from_far_out_shapes_are_chosen_moved_and_named() -> Result<()> {
    let folder = by_hand(&design())?;
    let desk = Desk::set("dark", None)?;
    let window = desk
        .open(&["--project", &folder.path().display().to_string()])
        .await?;
    press(&window, ".canvas [title=\"Fit the design into view\"]").await?;
    matching(&window, ".world.tiny").await?;
    let cards = number(&window, ".canvas .card").await?;
    ensure!(cards <= 1, "{cards} cards are on the page");

    // Where the pointer is, the name is.
    let (x, y) = shape(&window).await?;
    let chain = || window.action_chain().move_to(x, y);
    chain().perform().await?;
    until_there(&window, ".shape-name b", 1).await?;
    let name = "return document.querySelector('.shape-name b').textContent";
    let name: String = window.execute(name, vec![]).await?.convert()?;
    ensure!(name.starts_with("work"), "{name}");

    chain().click().perform().await?;
    let chosen = format!("[data-tree='function:{name}'][aria-selected=true]");
    matching(&window, &chosen).await?;
    window.action_chain().move_to(2, 2).perform().await?;
    until_there(&window, ".shape-name", 0).await?;
    still_picture(&window, "far-dark").await?;
    let before = outline(&window).await?;

    // It is moved as a card would be, and back.
    let undo = matching(&window, "[data-testid=undo]").await?;
    ensure!(!undo.is_enabled().await?, "there is something to undo");
    chain()
        .click_and_hold()
        .move_to(x + 30, y + 10)
        .move_to(x + 60, y + 20)
        .release()
        .perform()
        .await?;
    matching(&window, "[data-testid=undo]:not([disabled])").await?;
    ensure!(outline(&window).await? != before, "the shape stays");
    press(&window, "[data-testid=undo]").await?;
    matching(&window, "[data-testid=undo][disabled]").await?;
    ensure!(outline(&window).await? == before, "it is not back");

    // Near again, the card is a card.
    // What has done its part has left the focus to the canvas.
    matching(&window, "[data-pane=canvas]:focus-within").await?;
    keys(&window, "0").await?;
    gone(&window, ".world.tiny").await?;
    press(&window, &format!("[data-tree='function:{name}']")).await?;
    let card = format!(".canvas [data-node-id='function:{name}'].selected .chips");
    until_there(&window, &card, 1).await?;
    ensure!(number(&window, ".shapes").await? == 0);
    window.quit().await?;
    Ok(())
}

async fn number(window: &WebDriver, selector: &str) -> Result<i64> {
    let script = "return document.querySelectorAll(arguments[0]).length";
    let found = window.execute(script, vec![selector.into()]).await?;
    Ok(found.convert()?)
}

/// The driver takes what is turned or scrolled into view for something that is not shown.
async fn until_there(window: &WebDriver, selector: &str, wanted: i64) -> Result<()> {
    let begun = Instant::now();
    while number(window, selector).await? != wanted {
        ensure!(
            begun.elapsed() < PATIENCE,
            "there are not {wanted} of {selector}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

async fn scroll(window: &WebDriver, selector: &str, to: i64) -> Result<()> {
    let script = "document.querySelector(arguments[0]).scrollTop = arguments[1]";
    window
        .execute(script, vec![selector.into(), to.into()])
        .await?;
    Ok(())
}

/// The middle of a function's shape, in pixels of the page.
async fn shape(window: &WebDriver) -> Result<(i64, i64)> {
    const LOOK: &str = "const path = document.querySelector('.shape.kind-function'); \
        const [, x, y, width, height] = path.getAttribute('d').match(/M(\\S+) (\\S+?)h(\\S+?)v(\\S+?)h/).map(Number); \
        const world = document.querySelector('.world'); \
        const zoom = Number(world.style.transform.match(/scale\\((.+?)\\)/)[1]); \
        const { left, top } = world.getBoundingClientRect(); \
        return [Math.round(left + zoom * (x + width / 2)), Math.round(top + zoom * (y + height / 2))];";
    matching(window, ".world.tiny").await?;
    Ok(window.execute(LOOK, vec![]).await?.convert()?)
}

/// Where what is selected is drawn.
async fn outline(window: &WebDriver) -> Result<Value> {
    let script = "return document.querySelector('.shape.selected')?.getAttribute('d')";
    matching(window, ".world.tiny").await?;
    Ok(window.execute(script, vec![]).await?.json().clone())
}
