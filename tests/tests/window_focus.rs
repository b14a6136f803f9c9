//! The focus in the real window: what opens over the design gives it back to where it was, and after
//! what took that away it is still somewhere in the design.

use anyhow::{Result, ensure};
use slipway_tests::window::{Desk, PATIENCE, gone, matching, press};
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

/// What has the focus, by the name that the page gives it; empty where nothing has it.
const FOCUSED: &str = r#"
const focused = document.activeElement;
if (!focused || focused === document.body) return "";
const names = ["data-tree", "data-node-id", "data-edge", "data-testid", "data-tab", "class"];
const name = names.find(name => focused.hasAttribute(name));
return name ? `${name}=${focused.getAttribute(name)}` : focused.tagName;
"#;

struct Window {
    driver: WebDriver,
    _desk: Desk,
    _place: tempfile::TempDir,
}

impl Window {
    async fn open() -> Result<Self> {
        let place = tempfile::tempdir()?;
        let design = include_str!("../../examples/shop/slipway.toml");
        std::fs::write(place.path().join("slipway.toml"), design)?;
        let desk = Desk::with("dark", &[])?;
        let folder = place.path().display().to_string();
        let driver = desk.open(&["--project", &folder]).await?;
        matching(&driver, "[aria-roledescription=node]").await?;
        Ok(Self {
            driver,
            _desk: desk,
            _place: place,
        })
    }

    async fn keys(&self, keys: impl Into<TypingData>) -> Result<()> {
        let chain = self.driver.action_chain();
        Ok(chain.send_keys(keys).perform().await?)
    }

    /// Presses a key while another is held.
    async fn chord(&self, held: Key, key: impl Into<TypingData>) -> Result<()> {
        let chain = self.driver.action_chain().key_down(held.clone());
        Ok(chain.send_keys(key).key_up(held).perform().await?)
    }

    /// Waits until what has the focus is called like this.
    async fn is_at(&self, name: &str, after: &str) -> Result<()> {
        let begun = Instant::now();
        loop {
            let focused = self.driver.execute(FOCUSED, vec![]).await?;
            let focused: String = focused.convert()?;
            if focused == name {
                return Ok(());
            }
            ensure!(
                begun.elapsed() < PATIENCE,
                "after {after} the focus is at {focused:?}, not at {name:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Opens each thing that keys open, closes it, and looks where the focus is.
    async fn comes_back_to(&self, name: &str) -> Result<()> {
        self.is_at(name, "the first step").await?;
        self.chord(Key::Control, "k").await?;
        self.closes("dialog.palette[open]").await?;
        self.is_at(name, "the commands").await?;
        self.chord(Key::Control, ",").await?;
        self.closes("dialog[open]").await?;
        self.is_at(name, "the settings").await?;
        self.keys(Key::F1).await?;
        self.closes("dialog.keys[open]").await?;
        self.is_at(name, "the keys").await?;
        self.chord(Key::Shift, Key::F10).await?;
        self.closes("[role=menu]").await?;
        self.is_at(name, "the menu").await
    }

    async fn closes(&self, selector: &str) -> Result<()> {
        // Only then do keys go there.
        matching(
            &self.driver,
            &format!("{selector}:focus, {selector} :focus"),
        )
        .await?;
        self.keys(Key::Escape).await?;
        gone(&self.driver, selector).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_closes_gives_the_focus_back() -> Result<()> {
    let window = Window::open().await?;
    // A line of the tree.
    press(&window.driver, "[data-tree='function:orders']").await?;
    let line = "data-tree=function:orders";
    window.comes_back_to(line).await?;
    window.keys(Key::F2).await?;
    window.closes("dialog[open]").await?;
    window.is_at(line, "the new key").await?;

    // On the canvas: the selected card, a row of the API, an edge.
    window.keys(Key::F6).await?;
    window.comes_back_to("data-node-id=function:orders").await?;
    window.keys(Key::F2).await?;
    window.closes(".card .in-place input").await?;
    window
        .is_at("data-node-id=function:orders", "the new name")
        .await?;
    window.chord(Key::Alt, Key::Left).await?;
    let row = "data-node-id=route:public/GET /orders";
    window.comes_back_to(row).await?;
    window.keys(Key::Enter).await?;
    window.closes("dialog.connect[open]").await?;
    window.is_at(row, "the list of targets").await?;
    window.keys(Key::Right).await?;
    let edge = "data-edge=route:public/GET /orders";
    window.comes_back_to(edge).await?;
    window.keys(Key::Enter).await?;
    window.closes("dialog.connect[open]").await?;
    // The list selects the route, and the edge may be another one now.
    window.is_at(row, "the list of an edge").await?;
    window.driver.quit().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_away_leaves_the_focus_in_the_design() -> Result<()> {
    let window = Window::open().await?;
    press(&window.driver, "[data-tree='function:orders']").await?;
    window.keys(Key::F6).await?;
    window
        .is_at("data-node-id=function:orders", "a pane further")
        .await?;
    window.keys(Key::Delete).await?;
    gone(&window.driver, "[data-node-id='function:orders']").await?;
    let is_there = "const pane = document.activeElement?.closest('[data-pane]'); return pane?.dataset.pane ?? ''";
    let begun = Instant::now();
    loop {
        let pane: String = window.driver.execute(is_there, vec![]).await?.convert()?;
        if pane == "canvas" {
            break;
        }
        ensure!(begun.elapsed() < PATIENCE, "the focus is in {pane:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    window.driver.quit().await?;
    Ok(())
}
