//! The real window, and an API drawn in it by keyboard alone: from an empty project to the file on
//! disk, the same to the byte as by mouse.

use anyhow::Result;
use slipway_tests::drawing::{API, Drawing, FUNCTIONS, ROUTES, SETTINGS};
use slipway_tests::window::{
    Desk, chord, focused, gone, keys, matching, says, still_picture, tab_to, write,
};
use thirtyfour::prelude::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_is_drawn_by_keyboard_and_saved() -> Result<()> {
    let drawing = Drawing::new()?;
    let desk = Desk::set("dark", None)?;
    let window = desk.open(&["--project", &drawing.folder()]).await?;
    matching(&window, "[data-screen=design]").await?;

    // What can be done is found by its name.
    add(&window, "Add an HTTP API", API).await?;
    focused(&window, &format!("[data-node-id=\"api:{API}\"]")).await?;
    for name in FUNCTIONS {
        add(&window, "Add a Lambda function", name).await?;
        focused(&window, &format!("[data-node-id=\"function:{name}\"]")).await?;
    }

    // From the canvas back to the tree, where each API takes routes.
    chord(&window, Key::Shift, Key::F6).await?;
    focused(&window, "[data-tree='function:faults']").await?;
    keys(&window, Key::Home).await?;
    focused(&window, &format!("[data-tree='api:{API}']")).await?;
    for (key, _) in ROUTES {
        keys(&window, Key::Insert).await?;
        write(&window, "#route-key-field", key).await?;
        focused(&window, &format!("[data-tree='route:{API}/{key}']")).await?;
    }

    // Each route is led to a function of the list.
    keys(&window, Key::Home).await?;
    focused(&window, &format!("[data-tree='api:{API}']")).await?;
    for (key, to) in ROUTES {
        keys(&window, Key::Down).await?;
        let line = format!("[data-tree='route:{API}/{key}']");
        focused(&window, &line).await?;
        keys(&window, Key::Enter).await?;
        focused(&window, "[data-testid=connect] input").await?;
        keys(&window, to).await?;
        says(&window, "#target-0[aria-selected=true]", to).await?;
        keys(&window, Key::Enter).await?;
        matching(&window, &format!("[data-edge='route:{API}/{key}']")).await?;
        focused(&window, &line).await?;
    }

    // From the line of a function to its form, over the canvas, and back.
    for (name, values) in SETTINGS {
        keys(&window, Key::Down).await?;
        let line = format!("[data-tree='function:{name}']");
        focused(&window, &line).await?;
        keys(&window, Key::F6).await?;
        matching(&window, "[data-pane=canvas]:focus-within").await?;
        keys(&window, Key::F6).await?;
        matching(&window, "[data-pane=inspector]:focus-within").await?;
        for (setting, value) in values {
            let field = format!("[data-field='functions.{name}.{setting}'] input");
            tab_to(&window, &field).await?;
            write(&window, &field, value).await?;
        }
        chord(&window, Key::Shift, Key::F6).await?;
        matching(&window, "[data-pane=canvas]:focus-within").await?;
        chord(&window, Key::Shift, Key::F6).await?;
        focused(&window, &line).await?;
        says(&window, &line, values[0].1).await?;
    }

    chord(&window, Key::Control, "s").await?;
    drawing.is_the_shop().await?;
    matching(&window, "[data-testid=save-state][data-saving=saved]").await?;
    still_picture(&window, "drawn-dark").await?;

    // F1 tells all keys; Escape closes it.
    keys(&window, Key::F1).await?;
    matching(&window, "dialog[open]").await?;
    keys(&window, Key::Escape).await?;
    gone(&window, "dialog[open]").await?;

    // Taken back to the very bytes.
    let mut steps = 0;
    while matching(&window, "[data-testid=undo]")
        .await?
        .is_enabled()
        .await?
    {
        chord(&window, Key::Control, "z").await?;
        steps += 1;
        anyhow::ensure!(steps < 200, "there is no end to undo");
    }
    drawing.is_empty().await?;
    window.quit().await?;
    Ok(())
}

/// Runs the command of this name, which adds something, and names what was added.
async fn add(window: &WebDriver, command: &str, name: &str) -> Result<()> {
    chord(window, Key::Control, "k").await?;
    focused(window, ".palette-input input").await?;
    keys(window, command).await?;
    says(window, "#command-0[aria-selected=true]", command).await?;
    keys(window, Key::Enter).await?;
    write(window, "[data-testid=rename] input", name).await
}
