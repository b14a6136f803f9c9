//! `cargo xtask ui --watch`: rebuild the UI when a source changes, and serve it to a browser.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use notify::{EventKind, RecursiveMode, Watcher as _};

use crate::setup::wasm::WasmCompiler;
use crate::ui::{self, Build};
use crate::{paths, serve, steps};

/// An editor writes several files at one save: a rebuild waits until the folder has been quiet for this long.
const QUIET: Duration = Duration::from_millis(150);

/// The folders whose change means another UI.
const SOURCES: &[&str] = &[
    "ui",
    "crates/design",
    "crates/gateway",
    "crates/editor",
    "crates/plan",
    "crates/protocol",
];

/// Builds, serves and watches until interrupted.
pub(crate) fn run(compiler: &WasmCompiler, build: Build, port: u16) -> Result<()> {
    let (sender, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if let Ok(event) = event
            && !matches!(event.kind, EventKind::Access(_))
            && event.paths.iter().any(|path| is_source(path))
        {
            // The receiver goes only when the whole command ends, and then nobody has to know.
            let _ = sender.send(());
        }
    })?;
    for folder in SOURCES {
        let folder = paths::root().join(folder);
        watcher
            .watch(&folder, RecursiveMode::Recursive)
            .with_context(|| format!("cannot watch {}", folder.display()))?;
    }
    rebuild(compiler, build);
    let address = serve::start(ui::dist(), port)?;
    println!("    serving ui/dist on {address} (no backend: the demo transport); end with Ctrl-C");
    while changes.recv().is_ok() {
        while changes.recv_timeout(QUIET).is_ok() {}
        rebuild(compiler, build);
    }
    Ok(())
}

fn is_source(path: &Path) -> bool {
    !path.starts_with(ui::dist())
        && path.extension().is_some_and(|extension| {
            ["rs", "css", "html", "toml", "svg"]
                .iter()
                .any(|kind| extension == *kind)
        })
}

fn rebuild(compiler: &WasmCompiler, build: Build) {
    let started = Instant::now();
    match ui::bundle(compiler, build) {
        Ok(()) => println!(
            "    built in {}; reload the page",
            steps::seconds(started.elapsed())
        ),
        Err(error) => eprintln!("    {error:#}"),
    }
}
