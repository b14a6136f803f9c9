//! The real window, started once more: it is where it was, and as large; while it is at work, it
//! takes over what the second start is for.

use anyhow::{Result, ensure};
use slipway_tests::drawing::Drawing;
use slipway_tests::window::{
    Desk, PATIENCE, focused, gone, matching, press, says, shown, until, write,
};
use std::fs;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn the_window_comes_back_where_it_was() -> Result<()> {
    let place = [140, 60, 1010, 640];
    let desk = Desk::set("light", None)?;
    let window = desk.open(&[]).await?;
    matching(&window, "[data-screen=start]").await?;
    ensure!(desk.place()? != place, "it stands there by itself");
    desk.put(place)?;
    until("the window is there", || Ok(desk.place()? == place)).await?;
    // The page knows its new size once the window does.
    until_wide(&window, 1010).await?;
    desk.close_window()?;
    until("the process ends", || Ok(!desk.is_running()?)).await?;
    window.quit().await?;

    let window = desk.open(&[]).await?;
    matching(&window, "[data-screen=start]").await?;
    until_wide(&window, 1010).await?;
    until("the window is there again", || Ok(desk.place()? == place)).await?;
    window.quit().await?;
    Ok(())
}

/// Two environments, as they stand at the end of a file.
const ENVIRONMENTS: &str = "
[environments.first]
account = \"123456789012\"
region = \"eu-west-1\"

[environments.second]
account = \"123456789012\"
region = \"us-east-1\"
";

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_opens_its_project_in_the_window_that_is_there() -> Result<()> {
    let (one, two) = (Drawing::new()?, Drawing::new()?);
    for drawing in [&one, &two] {
        let text = drawing.text()?;
        fs::write(drawing.file(), text + ENVIRONMENTS)?;
    }
    let pill = "[data-testid=env-pill]";
    let desk = Desk::set("dark", None)?;
    let window = desk.open(&["--project", &one.folder()]).await?;
    shown(&window, "add-function").await?;
    says(&window, pill, "first").await?;
    press(&window, "[data-testid=add-function]").await?;
    write(&window, ".card .in-place input", "kept").await?;
    let card = "[data-node-id='function:kept']";
    focused(&window, card).await?;

    // With the project that is open already only what is chosen changes: its steps stay.
    let again = ["--project", &one.folder(), "--env", "second"];
    desk.start_again(&again).await?;
    says(&window, pill, "second").await?;
    matching(&window, card).await?;
    press(&window, "[data-testid=undo]").await?;
    press(&window, "[data-testid=redo]").await?;
    matching(&window, card).await?;

    // Another one takes its place; what was drawn in the first is saved.
    desk.start_again(&[&two.folder()]).await?;
    gone(&window, card).await?;
    says(&window, pill, "first").await?;
    one.until(|text| text.contains("[functions.kept]")).await?;
    ensure!(!two.text()?.contains("kept"), "it went into the other file");
    ensure!(desk.windows()? == 1, "there are two windows");

    // A folder that holds no project is said, and what is open stays.
    let nothing = desk.home().display().to_string();
    desk.start_again(&["--project", &nothing]).await?;
    says(&window, ".toast", &nothing).await?;
    matching(&window, "[data-screen=design]").await?;
    window.quit().await?;
    Ok(())
}

async fn until_wide(window: &thirtyfour::WebDriver, wanted: i64) -> Result<()> {
    let begun = Instant::now();
    loop {
        let wide: i64 = window
            .execute("return innerWidth", vec![])
            .await?
            .convert()?;
        if wide == wanted {
            return Ok(());
        }
        ensure!(begun.elapsed() < PATIENCE, "the page is {wide} pixels wide");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
