//! Which file goes where in an installed Slipway.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::programs::Programs;
use crate::{example, icons, paths};

/// One installed file.
#[derive(Debug)]
pub(crate) struct Installed {
    /// The path on the user's system, absolute.
    pub(crate) path: String,
    pub(crate) content: Vec<u8>,
    /// Whether it can be run.
    pub(crate) runs: bool,
}

const DESKTOP_ENTRY: &str = "[Desktop Entry]
Type=Application
Name=Slipway
GenericName=API designer
Comment=Draw an API, wire its routes to containers, deploy to AWS
Exec=slipway-desktop
Icon=slipway
Terminal=false
Categories=Development;
Keywords=AWS;API;Lambda;Fargate;Docker;
StartupWMClass=slipway-desktop
";

/// Everything that is installed, in the order of the paths.
pub(crate) fn files(programs: &Programs) -> Result<Vec<Installed>> {
    let mut files = vec![
        file("/usr/bin/slipway", &programs.terminal, true)?,
        file("/usr/bin/slipway-desktop", &programs.window, true)?,
        Installed {
            path: "/usr/share/applications/slipway.desktop".to_owned(),
            content: DESKTOP_ENTRY.as_bytes().to_vec(),
            runs: false,
        },
        file(
            "/usr/share/icons/hicolor/scalable/apps/slipway.svg",
            &icons::folder().join("slipway.svg"),
            false,
        )?,
    ];
    for size in icons::SIZES {
        let path = format!("/usr/share/icons/hicolor/{size}x{size}/apps/slipway.png");
        files.push(file(&path, &icons::png(*size), false)?);
    }
    let root = paths::root();
    let mut licences: Vec<PathBuf> = fs::read_dir(&root)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("LICENSE"))
        })
        .collect();
    licences.sort();
    anyhow::ensure!(
        !licences.is_empty(),
        "the checkout has no LICENSE file to ship"
    );
    let mut copyright = b"Slipway is licensed under MIT OR Apache-2.0, at your choice.\n".to_vec();
    for licence in &licences {
        copyright.extend_from_slice(b"\n----\n\n");
        copyright.extend(fs::read(licence)?);
    }
    files.push(Installed {
        path: "/usr/share/doc/slipway/copyright".to_owned(),
        content: copyright,
        runs: false,
    });
    files.extend(templates()?);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The examples, as the templates of new projects: their sources, not what was compiled from them.
fn templates() -> Result<Vec<Installed>> {
    let mut files = Vec::new();
    for example in example::folders()? {
        let name = example
            .file_name()
            .context("the example has a name")?
            .to_string_lossy()
            .into_owned();
        let walk = walkdir::WalkDir::new(&example)
            .sort_by_file_name()
            .into_iter();
        for entry in walk.filter_entry(|entry| {
            !matches!(
                entry.file_name().to_str(),
                Some("target" | ".slipway" | "bootstrap")
            )
        }) {
            let entry = entry?;
            if entry.file_type().is_file() {
                let relative = entry
                    .path()
                    .strip_prefix(&example)
                    .expect("a walk stays below its root");
                let path = format!("/usr/share/slipway/templates/{name}/{}", relative.display());
                files.push(file(&path, entry.path(), false)?);
            }
        }
    }
    Ok(files)
}

fn file(path: &str, from: &Path, runs: bool) -> Result<Installed> {
    let content = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    Ok(Installed {
        path: path.to_owned(),
        content,
        runs,
    })
}
