//! Measures the canvas of the demo page and that of a peer on the same graphs with the same input.
//!
//! `bench_canvas --slipway URL --peer URL --graphs FOLDER [--sizes 200,1000] [--times 3] [--webkit]`
//! prints Markdown tables; `bench_canvas --acts --slipway URL` how long each act of people keeps the page from answering.
//! `FOLDER` is the one that the peer's page is served from: the graphs are
//! written there. `cargo xtask bench canvas` builds the pages, serves them and calls this.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

mod acts;
mod table;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use slipway_design::{Arch, Document, sample};
use slipway_editor::{ElementKind, Places, Scene};
use slipway_tests::window::Desk;
use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use thirtyfour::DesiredCapabilities;
use thirtyfour::prelude::*;

const SEED: u64 = 7;
/// Long enough for the slowest page at the largest size.
const PATIENCE: Duration = Duration::from_secs(300);

/// Milliseconds of each frame, and what happened in it.
#[derive(Debug, Deserialize)]
struct Run {
    frames: Vec<f64>,
    work: Vec<f64>,
    changes: Vec<f64>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    error: Option<String>,
    /// Milliseconds from the start of the navigation to the first frame with nodes in it.
    #[serde(default)]
    opened: f64,
    #[serde(default)]
    runs: BTreeMap<String, Run>,
}

#[derive(Debug)]
struct Options {
    slipway: String,
    peer: String,
    graphs: PathBuf,
    sizes: Vec<usize>,
    times: usize,
    webkit: bool,
    acts: bool,
}

impl Options {
    /// The address of the designer with a drawing.
    fn drawing(&self, nodes: usize, edges: usize) -> String {
        format!(
            "{}/index.html?nodes={nodes}&edges={edges}&seed={SEED}",
            self.slipway
        )
    }

    fn read() -> Result<Self> {
        let mut options = Self {
            slipway: String::new(),
            peer: String::new(),
            graphs: PathBuf::new(),
            sizes: vec![200, 1000, 2000],
            times: 3,
            webkit: false,
            acts: false,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .with_context(|| format!("{word} needs a value"))
            };
            match word.as_str() {
                "--slipway" => options.slipway = value()?,
                "--peer" => options.peer = value()?,
                "--graphs" => options.graphs = value()?.into(),
                "--times" => options.times = value()?.parse()?,
                "--sizes" => {
                    let sizes = value()?;
                    options.sizes = sizes.split(',').map(str::parse).collect::<Result<_, _>>()?;
                }
                "--webkit" => options.webkit = true,
                "--acts" => options.acts = true,
                other => bail!("`{other}` is not an option"),
            }
        }
        ensure!(
            !options.slipway.is_empty() && (options.acts || !options.peer.is_empty()),
            "--slipway and, without --acts, --peer are needed"
        );
        Ok(options)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let options = Options::read()?;
    let browser = Browser::start(options.webkit)?;
    if options.acts {
        print!("{}", acts::run(&options, &browser).await?);
        return Ok(());
    }
    for &nodes in &options.sizes {
        let edges = nodes * 3 / 2;
        let graph = format!("graph-{nodes}.json");
        std::fs::write(options.graphs.join(&graph), graph_of(nodes, edges)?)?;
        let pages = [
            ("slipway", options.drawing(nodes, edges)),
            ("peer", format!("{}/index.html?graph={graph}", options.peer)),
        ];
        let mut answers: BTreeMap<&str, Vec<Answer>> = BTreeMap::new();
        for time in 0..options.times {
            for (page, address) in &pages {
                tell(format_args!(
                    "{nodes} nodes, {edges} edges: {page}, {} of {}",
                    time + 1,
                    options.times
                ));
                let answer = browser.measure(page, address).await?;
                answers.entry(page).or_default().push(answer);
            }
        }
        print!(
            "{}",
            table::of(nodes, edges, &answers["slipway"], &answers["peer"])
        );
    }
    Ok(())
}

/// Says how far it is.
fn tell(progress: std::fmt::Arguments<'_>) {
    eprintln!("{progress}");
}

/// The cards and edges of the drawing as Slipway lays it out, for the peer.
fn graph_of(nodes: usize, edges: usize) -> Result<String> {
    let document = Document::parse(&sample::drawing(SEED, nodes, edges, Arch::X86_64));
    let design = document.design().context("the drawing is TOML")?;
    let scene = Scene::of(design, None, &Places::default());
    let nodes: Vec<_> = scene
        .cards
        .iter()
        .map(|card| {
            let rows: Vec<_> = card
                .rows()
                .iter()
                .map(|row| serde_json::json!({ "key": row.id.to_string(), "method": row.method, "path": row.path }))
                .collect();
            let chips: Vec<_> = card.chips().iter().map(|chip| chip.text.clone()).collect();
            serde_json::json!({
                "id": card.id.to_string(), "api": card.id.kind() == ElementKind::Api,
                "title": card.title, "kind": card.kind, "rows": rows, "chips": chips,
                "x": card.rect.x, "y": card.rect.y, "width": card.rect.width, "height": card.rect.height,
            })
        })
        .collect();
    let edges: Vec<_> = scene
        .edges
        .iter()
        .map(|edge| {
            serde_json::json!({
                "id": edge.route.to_string(), "source": edge.from.to_string(),
                "handle": edge.route.to_string(), "target": edge.to.to_string(),
            })
        })
        .collect();
    Ok(serde_json::json!({ "nodes": nodes, "edges": edges }).to_string())
}

/// A browser that is started anew for each page, so that none warms up for another.
enum Browser {
    Chromium { driver: Driver },
    WebKit { desk: Desk },
}

/// A driver process; it ends with this.
struct Driver {
    child: Child,
    port: u16,
    _home: tempfile::TempDir,
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A program that ends has nobody to tell.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Browser {
    fn start(webkit: bool) -> Result<Self> {
        if webkit {
            return Ok(Self::WebKit {
                desk: Desk::with("light", &[])?,
            });
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let home = tempfile::tempdir()?;
        let child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .env("HOME", home.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("chromedriver could not be started: is Debian's chromium-driver installed?")?;
        let driver = Driver {
            child,
            port,
            _home: home,
        };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(begun.elapsed() < PATIENCE, "chromedriver does not answer");
            std::thread::yield_now();
        }
        Ok(Self::Chromium { driver })
    }

    async fn session(&self) -> Result<WebDriver> {
        match self {
            Self::Chromium { driver } => {
                let mut capabilities = DesiredCapabilities::chrome();
                for argument in [
                    "--headless=new",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--window-size=1280,800",
                ] {
                    capabilities.add_arg(argument)?;
                }
                let address = format!("http://127.0.0.1:{}", driver.port);
                let builder = WebDriver::builder(address, capabilities);
                Ok(builder.request_timeout(PATIENCE).await?)
            }
            Self::WebKit { desk } => desk.browse(PATIENCE).await,
        }
    }

    async fn measure(&self, page: &str, address: &str) -> Result<Answer> {
        let script = include_str!("script.js");
        let answer: Answer = self
            .answer(address, script, vec![serde_json::json!(page)])
            .await?;
        match answer.error {
            Some(error) => bail!("{page}: {error}"),
            None => Ok(answer),
        }
    }

    async fn act(&self, address: &str) -> Result<acts::Acts> {
        let acts: acts::Acts = self
            .answer(address, include_str!("acts.js"), Vec::new())
            .await?;
        match acts.error {
            Some(error) => bail!("{error}"),
            None => Ok(acts),
        }
    }

    /// What a script answers on a page of its own.
    async fn answer<T: DeserializeOwned>(
        &self,
        address: &str,
        script: &str,
        arguments: Vec<serde_json::Value>,
    ) -> Result<T> {
        let session = self.session().await?;
        let answer = Self::ask(&session, address, script, arguments).await;
        session.quit().await?;
        answer
    }

    async fn ask<T: DeserializeOwned>(
        session: &WebDriver,
        address: &str,
        script: &str,
        arguments: Vec<serde_json::Value>,
    ) -> Result<T> {
        session.set_script_timeout(PATIENCE).await?;
        session.set_page_load_timeout(PATIENCE).await?;
        session.goto(address).await?;
        let answer = session.execute_async(script, arguments).await?;
        Ok(serde_json::from_value(answer.json().clone())?)
    }
}
