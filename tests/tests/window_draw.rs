//! The real window, and an API drawn in it by mouse: from an empty project to the file on disk.

use anyhow::{Result, ensure};
use slipway_tests::drawing::{API, Drawing, FUNCTIONS, ROUTES, SETTINGS};
use slipway_tests::window::{Desk, focused, matching, press, says, shown, still_picture, write};

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_is_drawn_by_mouse_and_saved() -> Result<()> {
    let drawing = Drawing::new()?;
    let desk = Desk::set("light", None)?;
    let window = desk.open(&["--project", &drawing.folder()]).await?;
    shown(&window, "add-http-api").await?;

    // Each thing gets its name where it stands, and then the focus.
    press(&window, "[data-testid=add-http-api]").await?;
    write(&window, ".card .in-place input", API).await?;
    focused(&window, &format!("[data-node-id=\"api:{API}\"]")).await?;
    for name in FUNCTIONS {
        press(&window, "[data-testid=add-function]").await?;
        write(&window, ".card .in-place input", name).await?;
        focused(&window, &format!("[data-node-id=\"function:{name}\"]")).await?;
    }
    press(&window, "[data-testid=tidy]").await?;
    for (key, _) in ROUTES {
        press(&window, "[data-testid=add-route]").await?;
        write(&window, ".row.adding input", key).await?;
        // The camera may move to what has the focus; what is pressed next stands still after it.
        focused(&window, &format!("[data-node-id='route:{API}/{key}']")).await?;
    }
    press(&window, "[data-testid=tidy]").await?;

    // From the route's port to the card.
    for (key, to) in ROUTES {
        let port = matching(&window, &format!("[data-port='route:{API}/{key}']")).await?;
        let card = matching(&window, &format!("[data-node-id=\"function:{to}\"]")).await?;
        window
            .action_chain()
            .move_to_element_center(&port)
            .click_and_hold()
            .move_by_offset(24, 4)
            .move_to_element_center(&card)
            .release()
            .perform()
            .await?;
        matching(&window, &format!("[data-edge='route:{API}/{key}']")).await?;
    }
    let marked = window
        .execute("return String(getSelection())", vec![])
        .await?;
    ensure!(marked.json() == "", "a drag marked text: {marked:?}");
    press(&window, "[data-testid=tidy]").await?;

    let mut settings = 0;
    for (name, values) in SETTINGS {
        press(
            &window,
            &format!("[data-node-id=\"function:{name}\"] .card-head"),
        )
        .await?;
        for (setting, value) in values {
            let field = format!("[data-field='functions.{name}.{setting}'] input");
            press(&window, &field).await?;
            write(&window, &field, value).await?;
            settings += 1;
        }
        says(
            &window,
            &format!("[data-node-id=\"function:{name}\"] .card-head"),
            values[0].1,
        )
        .await?;
    }
    drawing.is_the_shop().await?;
    matching(&window, "[data-testid=save-state][data-saving=saved]").await?;
    still_picture(&window, "drawn-light").await?;

    // All of it can be taken back, to the very bytes.
    let undo = "[data-testid=undo]";
    let mut steps = 0;
    while matching(&window, undo).await?.is_enabled().await? {
        press(&window, undo).await?;
        steps += 1;
        ensure!(steps < 200, "there is no end to undo");
    }
    // The name of each node, its wire, its settings; the three tidy steps.
    let least = 2 * (FUNCTIONS.len() + 1) + 2 * ROUTES.len() + settings;
    ensure!(steps >= least, "{steps} steps, of at least {least}");
    drawing.is_empty().await?;
    window.quit().await?;
    Ok(())
}
