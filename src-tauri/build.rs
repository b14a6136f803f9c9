//! Tauri's build step. Our own commands are listed, so that they too need a permission.

use std::{fs, io, path::Path};

/// Shown when the shell was built before the webview's files were.
const NOT_BUNDLED: &str = "<!doctype html><meta charset=\"utf-8\"><title>Slipway</title>\
    <p>The window's own files are missing in this build. Run <code>cargo xtask ui</code> and build again.</p>";

fn main() -> io::Result<()> {
    let dist = Path::new("../ui/dist");
    println!("cargo::rerun-if-changed=../ui/dist");
    if !dist.join("index.html").exists() {
        fs::create_dir_all(dist)?;
        fs::write(dist.join("index.html"), NOT_BUNDLED)?;
    }
    let attributes = tauri_build::Attributes::new()
        .app_manifest(tauri_build::AppManifest::new().commands(slipway_protocol::COMMANDS));
    tauri_build::try_build(attributes).map_err(|error| io::Error::other(format!("{error:#}")))
}
