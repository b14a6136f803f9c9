//! The shop of the examples as it is drawn in an empty project: what is added, wired and set, in
//! this order, whether by mouse or by keyboard.

use crate::program::Program;
use crate::project::copy;
use crate::window::PATIENCE;
use anyhow::{Context as _, Result, ensure};
use slipway_design::{Design, Document};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub const API: &str = "public";

pub const FUNCTIONS: [&str; 3] = ["orders", "catalog", "faults"];

/// The keys of the routes, and where each leads.
pub const ROUTES: [(&str, &str); 7] = [
    ("GET /orders", "orders"),
    ("POST /orders", "orders"),
    ("GET /orders/{id}", "orders"),
    ("GET /catalog", "catalog"),
    ("GET /catalog/{proxy+}", "catalog"),
    ("GET /faults/{kind}", "faults"),
    ("$default", "faults"),
];

/// What is written into the form of each function: the setting and its value.
pub const SETTINGS: [(&str, &[(&str, &str)]); 3] = [
    (
        "orders",
        &[("title", "Orders"), ("memory", "256"), ("timeout", "10")],
    ),
    ("catalog", &[("title", "Catalog"), ("memory", "128")]),
    (
        "faults",
        &[("title", "Faults"), ("memory", "128"), ("timeout", "5")],
    ),
];

/// What the file says in the end, to the byte.
const DRAWN: &str = include_str!("../fixtures/drawn_shop.toml");

/// An empty project, beside the sources of the shop.
pub struct Drawing {
    home: tempfile::TempDir,
    /// As it was when nothing was drawn.
    empty: String,
}

impl Drawing {
    pub fn new() -> Result<Self> {
        let home = tempfile::tempdir()?;
        let folder = home.path().join("drawn");
        Program::alone()?
            .run(["new", &folder.display().to_string()])?
            .succeeded()?;
        let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/shop");
        copy(&shop.join("services"), &folder.join("services"))?;
        let empty = fs::read_to_string(folder.join("slipway.toml"))?;
        Ok(Self { home, empty })
    }

    pub fn folder(&self) -> String {
        self.home.path().join("drawn").display().to_string()
    }

    pub fn file(&self) -> PathBuf {
        self.home.path().join("drawn/slipway.toml")
    }

    pub fn text(&self) -> Result<String> {
        Ok(fs::read_to_string(self.file())?)
    }

    pub fn design(&self) -> Result<Design> {
        let document = Document::parse(&self.text()?);
        let design = document.design().context("the file is TOML")?;
        Ok(design.clone())
    }

    /// Waits until the file on disk says what is wanted.
    pub async fn until(&self, is_so: impl Fn(&str) -> bool) -> Result<()> {
        let begun = Instant::now();
        loop {
            let text = self.text()?;
            if is_so(&text) {
                return Ok(());
            }
            ensure!(
                begun.elapsed() < PATIENCE,
                "the file does not become what is wanted:\n{text}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the file holds the first bytes again.
    pub async fn is_empty(&self) -> Result<()> {
        self.until(|text| text == self.empty).await
    }

    /// Waits until the file holds the shop, to the byte, and holds it against the terminal and the
    /// example.
    pub async fn is_the_shop(&self) -> Result<()> {
        let drawn = if cfg!(target_arch = "aarch64") {
            DRAWN.replace("\"x86_64\"", "\"arm64\"")
        } else {
            DRAWN.to_owned()
        };
        self.until(|text| text == drawn).await?;
        let report = Program::alone()?
            .run(["check", "--json", "--project", &self.folder()])?
            .succeeded()?
            .json()?;
        ensure!(
            report["diagnostics"].as_array().is_some_and(Vec::is_empty),
            "{report}"
        );
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/shop/slipway.toml");
        let example = Document::parse(&fs::read_to_string(example)?);
        let mut example = example.design().context("the example is TOML")?.clone();
        // Variables and environments are not drawn.
        for function in example.functions.values_mut() {
            function.env.clear();
        }
        let drawn = self.design()?;
        ensure!(drawn.apis == example.apis, "{:?}", drawn.apis);
        ensure!(
            drawn.functions == example.functions,
            "{:?}",
            drawn.functions
        );
        Ok(())
    }
}
