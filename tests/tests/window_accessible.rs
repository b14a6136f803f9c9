//! The real window as a screen reader sees it, on the accessibility bus: everything has a name,
//! nodes say kind, name and state, and keys move the focus.

use anyhow::{Context as _, Result, ensure};
use slipway_design::{ApiKind, Document};
use slipway_tests::accessible::{Reader, Thing, listed};
use slipway_tests::window::{Desk, matching, press};
use thirtyfour::prelude::*;

/// What is pressed or written into.
const CONTROLS: [&str; 9] = [
    "button",
    "textbox",
    "searchbox",
    "combobox",
    "checkbox",
    "radio",
    "link",
    "tab",
    "treeitem",
];

/// The window over a design, and who reads it.
struct Scene {
    reader: Reader,
    window: WebDriver,
    _desk: Desk,
    _place: tempfile::TempDir,
}

impl Scene {
    async fn open(design: &str) -> Result<Self> {
        let place = tempfile::tempdir()?;
        std::fs::write(place.path().join("slipway.toml"), design)?;
        let desk = Desk::with("light", &[])?;
        let reader = Reader::at(&desk).await?;
        let folder = place.path().display().to_string();
        let window = desk.open(&["--project", &folder]).await?;
        matching(&window, "[aria-roledescription=node]").await?;
        // Only what is near the view is there.
        press(&window, ".zoom button[aria-label^=Fit]").await?;
        Ok(Self {
            reader,
            window,
            _desk: desk,
            _place: place,
        })
    }

    /// Presses a key and waits until the one thing that has the focus has a name like this.
    async fn leads_to(&self, key: Key, name: &str) -> Result<()> {
        self.window.action_chain().send_keys(key).perform().await?;
        self.is_at(name).await
    }

    async fn is_at(&self, name: &str) -> Result<()> {
        let what = format!("the focus is at {name:?}");
        // The page as a whole has the focus too.
        let is_there = |things: &[Thing]| {
            let mut focused = things.iter().filter(|thing| thing.is_focused);
            focused.any(|thing| thing.name.starts_with(name))
        };
        self.reader.until(&what, is_there).await.map(drop)
    }
}

/// Everything on the canvas that the page calls a `node`, a `route`…
fn called<'a>(things: &'a [Thing], description: &str) -> Vec<&'a Thing> {
    let is_it = |thing: &&Thing| thing.description.as_deref() == Some(description);
    things.iter().filter(is_it).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_node_says_kind_name_and_state_and_every_control_has_a_name() -> Result<()> {
    for design in [
        include_str!("../../examples/shop/slipway.toml"),
        include_str!("designs/every_kind.toml"),
    ] {
        let document = Document::parse(design);
        let design = document.design().context("the design can be read")?;
        let scene = Scene::open(document.text()).await?;
        let cards = design.apis.len() + design.functions.len() + design.services.len();
        let things = scene
            .reader
            .until("all cards are there", |things| {
                called(things, "node").len() == cards && !called(things, "edge").is_empty()
            })
            .await?;
        let mut nodes = Vec::new();
        for (key, api) in &design.apis {
            let kind = match api.kind {
                ApiKind::Http => "HTTP API",
                ApiKind::Websocket => "WebSocket API",
            };
            let title = api.title.as_ref().unwrap_or(key);
            nodes.push((format!("{kind} {title}, "), "not deployed here yet"));
        }
        for (key, function) in &design.functions {
            let title = function.title.as_ref().unwrap_or(key);
            nodes.push((format!("Lambda {title}, "), "route"));
        }
        for (key, service) in &design.services {
            let title = service.title.as_ref().unwrap_or(key);
            nodes.push((format!("Fargate {title}, "), "route"));
        }
        let seen = called(&things, "node");
        for (name, state) in nodes {
            let mut named = seen.iter().filter(|node| node.name.starts_with(&name));
            let node = named.next();
            let node = node.with_context(|| format!("no node is named {name:?}: {seen:#?}"))?;
            ensure!(node.name.contains(state), "{node:?} has no state");
        }
        let rows = called(&things, "route");
        let keys = design.apis.values().flat_map(|api| api.routes.keys());
        assert_eq!(rows.len(), keys.clone().count());
        for key in keys {
            let path = key.rsplit(' ').next().unwrap_or(key);
            let is_row = |row: &&&Thing| row.name.starts_with("Route ") && row.name.contains(path);
            let row = rows.iter().find(is_row);
            let row = row.with_context(|| format!("no route names {path}: {rows:#?}"))?;
            ensure!(
                row.name.contains(", lead"),
                "{row:?} does not say where it leads"
            );
        }
        for edge in called(&things, "edge") {
            let is_told = edge.name.starts_with("Edge from ") && edge.name.contains(" to ");
            ensure!(is_told, "{edge:?} does not say its ends");
        }

        let mut controls = 0;
        for thing in &things {
            if CONTROLS.contains(&thing.role.as_str()) {
                controls += 1;
                ensure!(
                    !thing.name.trim().is_empty(),
                    "a {} has no name:{}",
                    thing.role,
                    listed(&things)
                );
            }
        }
        ensure!(
            controls > 20,
            "only {controls} controls:{}",
            listed(&things)
        );
        scene.window.quit().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_move_the_focus_over_nodes_routes_and_edges() -> Result<()> {
    let scene = Scene::open(include_str!("../../examples/shop/slipway.toml")).await?;
    // From the top bar to the tree, and on to the canvas: its first card.
    let begin = scene.window.find(By::Css("[data-testid=deploy]")).await?;
    scene
        .window
        .execute(
            "arguments[0].closest('header').querySelector('button').focus()",
            vec![begin.to_json()?],
        )
        .await?;
    scene
        .window
        .action_chain()
        .send_keys(Key::F6)
        .perform()
        .await?;
    scene.leads_to(Key::F6, "HTTP API public").await?;
    scene
        .leads_to(Key::Down, "Route GET /orders, leads to orders")
        .await?;
    scene
        .leads_to(Key::Right, "Edge from GET /orders to orders")
        .await?;
    scene.leads_to(Key::Right, "Lambda Orders").await?;
    scene.leads_to(Key::Down, "Lambda Catalog").await?;
    scene.leads_to(Key::Left, "Route GET /catalog").await?;
    scene.leads_to(Key::Left, "HTTP API public").await?;
    scene.leads_to(Key::Right, "Lambda").await?;

    // The canvas is one stop: there is nothing else on it that Tab reaches.
    let stops = scene
        .window
        .find_all(By::Css(
            ".world [data-node-id][tabindex='0'],.world [data-edge][tabindex='0']",
        ))
        .await?;
    assert_eq!(stops.len(), 1);

    // What is selected says so, and what is opened is a list with the focus in it.
    scene.leads_to(Key::Left, "Route").await?;
    scene
        .window
        .action_chain()
        .send_keys(Key::Enter)
        .perform()
        .await?;
    matching(&scene.window, "dialog.connect[open]").await?;
    scene.is_at("Orders Lambda").await?;
    scene.window.quit().await?;
    Ok(())
}
