//! Everything in the real window, larger and smaller: by keys, remembered, and all of it still reached; and settings
//! that are damaged.

use anyhow::{Result, ensure};
use slipway_tests::drawing::Drawing;
use slipway_tests::window::{Desk, matching, shown, still_picture, until};
use std::fs;
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

/// What must be seen whole at any size, in a window of 1280 by 800.
const PARTS: [&str; 6] = [
    "[data-testid=deploy]",
    "[data-testid=undo]",
    "[data-testid=env-pill]",
    "[data-pane=tree]",
    "[data-pane=inspector]",
    "[data-pane=panel]",
];

/// Where an element ends beside the page, and whether something else lies on its middle.
const LOOK: &str = "const it = document.querySelector(arguments[0]); const { left, top, right, bottom } = it.getBoundingClientRect(); \
    const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2); \
    return left >= -1 && top >= -1 && right <= innerWidth + 1 && bottom <= innerHeight + 1 && right - left > 20 && (it.contains(at) || at.contains(it))";

async fn keys(window: &WebDriver, key: &str) -> Result<()> {
    let chain = window.action_chain().key_down(Key::Control).send_keys(key);
    Ok(chain.key_up(Key::Control).perform().await?)
}

async fn width(window: &WebDriver) -> Result<f64> {
    Ok(window
        .execute("return innerWidth", vec![])
        .await?
        .convert()?)
}

/// Waits until the page is so wide, in pixels of its own.
async fn until_wide(window: &WebDriver, wanted: f64) -> Result<()> {
    let begun = Instant::now();
    loop {
        let wide = width(window).await?;
        if (wide - wanted).abs() <= 1.0 {
            return Ok(());
        }
        ensure!(
            begun.elapsed() < Duration::from_secs(20),
            "the page is {wide} wide, not {wanted}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_larger_by_keys_remembered_and_still_reached() -> Result<()> {
    let drawing = Drawing::new()?;
    let folder = drawing.folder();
    let desk = Desk::set("light", None)?;
    let window = desk.open(&["--project", &folder]).await?;
    shown(&window, "add-function").await?;
    let drawn = width(&window).await?;
    keys(&window, "+").await?;
    until_wide(&window, drawn / 1.1).await?;
    keys(&window, "-").await?;
    keys(&window, "-").await?;
    until_wide(&window, drawn / 0.9).await?;
    keys(&window, "0").await?;
    until_wide(&window, drawn).await?;

    // To the largest that the guidelines on accessibility ask for.
    let settings = desk.home().join("config/settings.toml");
    for percent in [110, 125, 150, 175, 200] {
        keys(&window, "=").await?;
        until_wide(&window, drawn * 100.0 / f64::from(percent)).await?;
    }
    until("the size is kept", || {
        Ok(fs::read_to_string(&settings)?.contains("page_size = 200"))
    })
    .await?;
    for part in PARTS {
        matching(&window, part).await?;
        let is_seen: bool = window.execute(LOOK, vec![part.into()]).await?.convert()?;
        ensure!(is_seen, "{part} is not seen whole at twice the size");
    }
    still_picture(&window, "empty-twice-the-size-light").await?;
    // By the keyboard: the driver's pointer knows nothing of the size of the page.
    let add = "document.querySelector('[data-testid=add-function]').focus()";
    window.execute(add, vec![]).await?;
    window
        .action_chain()
        .send_keys(Key::Enter)
        .perform()
        .await?;
    matching(&window, ".card .in-place input:focus").await?;
    let typed = window.action_chain().send_keys("large");
    typed.send_keys(Key::Enter).perform().await?;
    matching(&window, "[data-node-id='function:large'].selected").await?;
    still_picture(&window, "twice-the-size-light").await?;
    desk.close_window()?;
    until("the process ends", || Ok(!desk.is_running()?)).await?;
    window.quit().await?;

    let window = desk.open(&["--project", &folder]).await?;
    shown(&window, "add-function").await?;
    until_wide(&window, drawn / 2.0).await?;
    desk.close_window()?;
    until("the process ends", || Ok(!desk.is_running()?)).await?;
    window.quit().await?;

    // Damaged settings are said, with the place, and left as they are; the project opens all the same.
    let damaged = "theme = \"light\"\npage_size = \"large\"\n";
    fs::write(&settings, damaged)?;
    let window = desk.open(&["--project", &folder]).await?;
    shown(&window, "add-function").await?;
    until_wide(&window, drawn).await?;
    let said = matching(&window, ".toast").await?.text().await?;
    ensure!(
        said.contains("line 2") && said.contains("settings.toml"),
        "the damaged settings are said as: {said}"
    );
    still_picture(&window, "damaged-settings").await?;
    ensure!(
        fs::read_to_string(&settings)? == damaged,
        "the settings changed"
    );
    window.quit().await?;
    Ok(())
}
