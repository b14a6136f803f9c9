//! `cargo xtask ui --watch`: rebuild the UI when a source changes, and serve it to a browser.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Result;

use crate::setup::wasm::WasmCompiler;
use crate::ui::{self, Build, Bundle};
use crate::{paths, serve, steps};

/// How often the sources are looked at; a look at a few hundred files takes about a millisecond.
const INTERVAL: Duration = Duration::from_millis(250);

/// The folders whose change means another UI.
const SOURCES: &[&str] = &[
    "ui",
    "crates/design",
    "crates/gateway",
    "crates/editor",
    "crates/plan",
    "crates/protocol",
];

/// When each source was written last.
type Times = BTreeMap<PathBuf, SystemTime>;

/// Builds, serves and watches until interrupted.
pub(crate) fn run(compiler: &WasmCompiler, bundle: Bundle, build: Build, port: u16) -> Result<()> {
    let mut built = times();
    rebuild(compiler, bundle, build);
    let folder = bundle.folder()?;
    println!("    serving {}", folder.display());
    let address = serve::start(folder, port)?;
    println!("    on {address}, with the demo in place of a backend; end with Ctrl-C");
    loop {
        thread::sleep(INTERVAL);
        let now = times();
        if now != built {
            // What changes while the compiler runs is seen by the next look.
            built = now;
            rebuild(compiler, bundle, build);
        }
    }
}

fn times() -> Times {
    SOURCES
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(paths::root().join(folder)))
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file() && is_source(entry.path()))
        // A file that is deleted while we look simply is no source any more.
        .filter_map(|entry| {
            Some((
                entry.path().to_path_buf(),
                entry.metadata().ok()?.modified().ok()?,
            ))
        })
        .collect()
}

fn is_source(path: &Path) -> bool {
    !path.starts_with(paths::root().join("ui/dist"))
        && path.extension().is_some_and(|extension| {
            ["rs", "css", "html", "toml", "svg", "png", "woff2"]
                .iter()
                .any(|kind| extension == *kind)
        })
}

fn rebuild(compiler: &WasmCompiler, bundle: Bundle, build: Build) {
    let started = Instant::now();
    match ui::bundle(compiler, bundle, build) {
        Ok(()) => println!(
            "    built in {}; reload the page",
            steps::seconds(started.elapsed())
        ),
        Err(error) => eprintln!("    {error:#}"),
    }
}
