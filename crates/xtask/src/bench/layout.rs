//! `cargo xtask bench layout`: automatic layout and edge routing beside dagre and ELK on the same designs.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use super::answering::{Answer, Answering};
use super::{Samples, machine, peers, round};
use crate::{paths, shell};

/// Nodes, and whether routes lead mostly to targets near by or anywhere.
const DESIGNS: &[(usize, &str)] = &[
    (200, "local"),
    (1000, "local"),
    (1000, "random"),
    (2000, "local"),
    (5000, "local"),
];
const SEED: &str = "1";
/// Runs of each program in turns, after one that only warms it up.
const ROUNDS: usize = 5;
/// A run that takes longer is given up, and a program that took as long in all is not run again.
const PATIENCE: Duration = Duration::from_secs(60);
/// For what is asked besides.
const LONG: Duration = Duration::from_secs(300);

/// The runs of one program on one design.
struct Runs {
    name: &'static str,
    program: Answering,
    /// The first is the warm-up.
    ms: Vec<f64>,
    failed: Option<String>,
}

/// Measures everything and prints the tables.
pub(crate) fn run() -> Result<()> {
    let peers = peers()?;
    let ours = build()?;
    let folder = paths::target()?.join("bench");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut rows = Vec::new();
    let mut drags = Vec::new();
    for &(nodes, shape) in DESIGNS {
        let size = nodes.to_string();
        let mut own = Answering::start(shell::command(&ours).args([&size, shape, SEED]))?;
        let graph = own.demand("graph", LONG)?;
        let file = folder.join(format!("layout-{nodes}-{shape}.json"));
        fs::write(&file, graph.to_string())
            .with_context(|| format!("cannot write {}", file.display()))?;
        let mut all = vec![Runs::new("Slipway", own)];
        for (name, peer) in [("dagre", "dagre"), ("ELK", "elk")] {
            let mut command = shell::command("node");
            command.arg(peers.join("layout.mjs")).arg(peer).arg(&file);
            all.push(Runs::new(name, Answering::start(&mut command)?));
        }
        for _ in 0..=ROUNDS {
            for runs in &mut all {
                runs.once()?;
            }
        }
        let design = format!("{nodes} / {}, {shape}", 2 * nodes);
        rows.extend(compared(&design, &mut all)?);
        drags.push(dragged(&design, &mut all[0].program)?);
    }
    println!("\nMachine: {}.\n", machine());
    println!(
        "| Nodes / edges | Program | Time, ms | Ratio | Overlaps | Edges through cards | Crossings | Edge length | Picture |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for row in rows {
        println!("{row}");
    }
    println!(
        "\n| Nodes / edges | Layout, ms | Routing, ms | Drag frame p50, ms | p99 | Slowest | Edges changed p50 | Most |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for row in drags {
        println!("{row}");
    }
    Ok(())
}

impl Runs {
    fn new(name: &'static str, program: Answering) -> Self {
        Self {
            name,
            program,
            ms: Vec::new(),
            failed: None,
        }
    }

    /// One more run, unless the program has failed or had its time.
    fn once(&mut self) -> Result<()> {
        let spent: f64 = self.ms.iter().sum();
        if self.failed.is_some() || spent > PATIENCE.as_secs_f64() * 1e3 {
            return Ok(());
        }
        match self.program.ask("run", PATIENCE)? {
            Answer::Given(value) => {
                let ms = value["ms"].as_f64().context("a run has no time")?;
                println!("    {} {} ms", self.name, round(ms));
                self.ms.push(ms);
            }
            Answer::Refused(why) => self.failed = Some(format!("failed: {why}")),
            Answer::Late => self.failed = Some(format!("> {} s", PATIENCE.as_secs())),
        }
        Ok(())
    }

    /// What counts: without the warm-up, where there is anything else.
    fn samples(&self) -> Option<Samples> {
        let from = usize::from(self.ms.len() > 1);
        Samples::new(self.ms[from..].to_vec())
    }
}

/// A row for each program.
fn compared(design: &str, all: &mut [Runs]) -> Result<Vec<String>> {
    let mut rows = Vec::new();
    let base = all[0]
        .samples()
        .context("our own layout did not run")?
        .median();
    for index in 0..all.len() {
        let runs = &mut all[index];
        let name = runs.name;
        let Some(samples) = runs.samples().filter(|_| runs.failed.is_none()) else {
            let why = runs.failed.as_deref().unwrap_or("not run");
            rows.push(format!("| {design} | {name} | {why} | | | | | | |"));
            continue;
        };
        let picture = runs.program.demand("picture", LONG)?;
        let quality = all[0].program.demand(&format!("quality {picture}"), LONG)?;
        let figure = |key: &str| round_large(&quality[key]);
        rows.push(format!(
            "| {design} | {name} | {samples} | {} | {} | {} | {} | {} | {} × {} |",
            round(samples.median() / base),
            figure("overlaps"),
            figure("through"),
            figure("crossings"),
            figure("length"),
            figure("width"),
            figure("height"),
        ));
    }
    Ok(rows)
}

/// Whole numbers are shown whole.
fn round_large(value: &Value) -> String {
    value
        .as_f64()
        .map_or_else(|| value.to_string(), |value| format!("{value:.0}"))
}

/// The parts of our own time, and what a drag costs.
fn dragged(design: &str, own: &mut Answering) -> Result<String> {
    let mut parts = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let run = own.demand("run", PATIENCE)?;
        parts.0.extend(run["layout_ms"].as_f64());
        parts.1.extend(run["route_ms"].as_f64());
    }
    let drag = own.demand("drag", LONG)?;
    let numbers = |key: &str| -> Result<Samples> {
        let values = drag[key].as_array().context("a drag has no frames")?;
        Samples::new(values.iter().filter_map(Value::as_f64).collect())
            .context("a drag has no frames")
    };
    let (frames, changed) = (numbers("frames_ms")?, numbers("changed")?);
    let part =
        |values| Samples::new(values).map_or_else(String::new, |samples| samples.to_string());
    Ok(format!(
        "| {design} | {} | {} | {} | {} | {} | {:.0} | {:.0} |",
        part(parts.0),
        part(parts.1),
        round(frames.median()),
        round(frames.quantile(0.99)),
        round(frames.quantile(1.0)),
        changed.median(),
        changed.quantile(1.0),
    ))
}

#[derive(Deserialize)]
struct Message {
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

/// Compiles our own program as users get it.
fn build() -> Result<PathBuf> {
    let mut command = shell::cargo()?;
    command
        .args([
            "build",
            "--release",
            "-p",
            "slipway-editor",
            "--bench",
            "layout",
            "--locked",
        ])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit());
    let line = shell::shown(&command);
    println!("    $ {line}");
    let output = command
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` ended with {}", output.status);
    }
    executable(&String::from_utf8_lossy(&output.stdout))
        .context("cargo built no benchmark called layout")
}

fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .filter(|message| {
            message.target.as_ref().is_some_and(|target| {
                target.name == "layout" && target.kind.iter().any(|kind| kind == "bench")
            })
        })
        .find_map(|message| message.executable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_cargos_messages() {
        let messages = r#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"layout"},"executable":null}
{"reason":"compiler-artifact","target":{"kind":["bench"],"name":"layout"},"executable":"/t/release/deps/layout-1"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(
            executable(messages),
            Some(PathBuf::from("/t/release/deps/layout-1"))
        );
        assert_eq!(executable("no json"), None);
    }
}
