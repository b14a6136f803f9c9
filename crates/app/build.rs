//! Embeds the project templates: the files of `examples/`, as they are in the tree, and the
//! compiled functions beside their Dockerfiles when they have been built.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Never part of a template.
const LEFT_OUT: &[&str] = &["target", ".slipway", ".git"];

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let examples = manifest.join("../../examples");
    let mut source = String::from("pub(super) const FILES: &[(&str, &str, bool, &[u8])] = &[\n");
    println!("cargo::rerun-if-changed={}", examples.display());
    if examples.is_dir() {
        for template in folders(&examples)? {
            let name = template
                .file_name()
                .expect("a folder of a folder has a name")
                .to_string_lossy()
                .into_owned();
            let mut files = Vec::new();
            collect(&template, &mut files)?;
            files.sort();
            for file in files {
                println!("cargo::rerun-if-changed={}", file.display());
                let relative = file
                    .strip_prefix(&template)
                    .expect("it was found under the template");
                let relative = relative.to_string_lossy().replace('\\', "/");
                writeln!(
                    source,
                    "    ({name:?}, {relative:?}, {}, include_bytes!({:?})),",
                    executable(&file)?,
                    file.canonicalize()?
                )
                .expect("writing to a string does not fail");
            }
        }
    }
    source.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("template_files.rs"), source)
}

fn folders(of: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(of)? {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if LEFT_OUT.contains(&entry.file_name().to_string_lossy().as_ref()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

#[cfg(unix)]
fn executable(file: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::metadata(file)?.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn executable(file: &Path) -> io::Result<bool> {
    Ok(file.file_name().is_some_and(|name| name == "bootstrap"))
}
