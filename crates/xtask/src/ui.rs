//! Bundling the UI: compile `slipway-ui` for wasm32, bind it, name everything by its content, write `ui/dist`.
//!
//! Nothing is inlined in the page, since its content security policy allows scripts of its own origin only.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::setup::wasm::{TARGET, WasmCompiler};
use crate::{paths, shell};

/// How the UI is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// Quick to compile, with names in panics.
    Dev,
    /// Small and fast, for users.
    Release,
}

impl Build {
    fn profile(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "wasm-release",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "wasm-release",
        }
    }
}

/// What a bundle is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bundle {
    /// The desktop window, which takes the files of `ui/dist` into itself.
    Window,
    /// A page of its own in `target/demo`, for any web server; there is no backend behind it.
    Demo,
}

impl Bundle {
    /// Where it is written.
    pub(crate) fn folder(self) -> Result<PathBuf> {
        match self {
            Self::Window => Ok(paths::root().join("ui/dist")),
            Self::Demo => Ok(paths::target()?.join("demo")),
        }
    }

    /// Holds what the bundle was made of.
    fn stamp_file(self) -> Result<PathBuf> {
        let name = match self {
            Self::Window => "ui-bundle.stamp",
            Self::Demo => "demo-bundle.stamp",
        };
        Ok(paths::target()?.join(name))
    }
}

/// The flags of the UI's own crates: Leptos erases component types, which compiles much faster and makes a smaller
/// module. Both builds have them, so that what is tried is what is shipped.
pub(crate) const RUSTFLAGS: &[&str] = &["--cfg", "erase_components"];

/// Compiles and bundles; writes nothing when the bundle is up to date already.
pub(crate) fn bundle(compiler: &WasmCompiler, bundle: Bundle, build: Build) -> Result<()> {
    let folder = bundle.folder()?;
    shell::run(
        compiler
            .cargo(RUSTFLAGS)
            .args(["build", "--package", "slipway-ui", "--target", TARGET])
            .args(["--profile", build.profile()]),
    )?;
    let module = compiler.results(build.folder()).join("slipway_ui.wasm");
    let wasm = fs::read(&module).with_context(|| {
        format!(
            "the UI's module {} is missing: is `slipway-ui` a cdylib?",
            module.display()
        )
    })?;
    let page = read_page()?;
    let styles = read_styles()?;
    let assets = read_assets()?;

    let stamp = stamp(build, &wasm, &page, &styles, &assets);
    if is_up_to_date(bundle, &stamp)? {
        println!("    {} is up to date", folder.display());
        return Ok(());
    }
    let files = bind(wasm, build)?.into_files(&page, &styles, assets)?;
    write(bundle, &files, &stamp)?;
    for file in files.iter().filter(|file| file.name.ends_with(".wasm")) {
        println!(
            "    {} {} kB",
            folder.join(&file.name).display(),
            file.content.len() / 1000
        );
    }
    Ok(())
}

/// A file of the bundle; the name is relative to its folder, with slashes.
#[derive(Debug)]
struct BundleFile {
    name: String,
    content: Vec<u8>,
}

fn read_page() -> Result<String> {
    let path = paths::root().join("ui/index.html");
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// All of `ui/styles`, one after the other in the order of their names.
fn read_styles() -> Result<String> {
    let folder = paths::root().join("ui/styles");
    let mut sheets: Vec<PathBuf> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .filter_map(|entry| entry.ok().map(walkdir::DirEntry::into_path))
        .filter(|path| path.extension().is_some_and(|extension| extension == "css"))
        .collect();
    sheets.sort();
    let mut all = String::new();
    for sheet in sheets {
        let text = fs::read_to_string(&sheet)
            .with_context(|| format!("cannot read {}", sheet.display()))?;
        if let Some(line) = unbalanced(&text) {
            bail!(
                "{}:{line}: a brace has no partner, and all rules after it would be lost",
                sheet.display()
            );
        }
        all.push_str(&text);
        all.push('\n');
    }
    Ok(all)
}

/// The line of a brace that closes nothing, or the last one when something stays open.
fn unbalanced(style: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (line, text) in style.lines().enumerate() {
        for brace in text.chars() {
            match brace {
                '{' => open += 1,
                '}' if open == 0 => return Some(line + 1),
                '}' => open -= 1,
                _ => {}
            }
        }
    }
    (open > 0).then(|| style.lines().count())
}

/// All of `ui/assets`, copied under the same names.
fn read_assets() -> Result<Vec<BundleFile>> {
    let folder = paths::root().join("ui/assets");
    let mut assets = Vec::new();
    if !folder.is_dir() {
        return Ok(assets);
    }
    for entry in walkdir::WalkDir::new(&folder).sort_by_file_name() {
        let entry = entry.context("cannot read ui/assets")?;
        if entry.file_type().is_file() {
            assets.push(BundleFile {
                name: format!("assets/{}", relative_name(entry.path(), &folder)),
                content: fs::read(entry.path())?,
            });
        }
    }
    Ok(assets)
}

/// The module after binding: the script that loads it, the module itself, and scripts that crates brought along.
struct Bound {
    script: String,
    module: Vec<u8>,
    snippets: Vec<BundleFile>,
}

fn bind(wasm: Vec<u8>, build: Build) -> Result<Bound> {
    let folder = paths::target()?.join("ui-bind");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes("slipway_ui", wasm)
        .web(true)?
        .typescript(false)
        .debug(build == Build::Dev)
        .keep_debug(build == Build::Dev)
        .remove_name_section(build == Build::Release)
        .remove_producers_section(build == Build::Release)
        .omit_default_module_path(true);
    bindgen
        .generate(&folder)
        .context("cannot bind the UI's module")?;

    let module_path = folder.join("slipway_ui_bg.wasm");
    let mut snippets = Vec::new();
    let snippet_folder = folder.join("snippets");
    if snippet_folder.is_dir() {
        for entry in walkdir::WalkDir::new(&snippet_folder).sort_by_file_name() {
            let entry = entry?;
            if entry.file_type().is_file() {
                snippets.push(BundleFile {
                    name: relative_name(entry.path(), &folder),
                    content: fs::read(entry.path())?,
                });
            }
        }
    }
    Ok(Bound {
        script: fs::read_to_string(folder.join("slipway_ui.js"))?,
        module: fs::read(module_path)?,
        snippets,
    })
}

impl Bound {
    fn into_files(
        self,
        page: &str,
        styles: &str,
        assets: Vec<BundleFile>,
    ) -> Result<Vec<BundleFile>> {
        let module = format!("slipway-{}.wasm", short_hash(&self.module));
        let script = format!("slipway-{}.js", short_hash(self.script.as_bytes()));
        let sheet = format!("slipway-{}.css", short_hash(styles.as_bytes()));
        let boot = format!(
            "import init from \"./{script}\";\nawait init({{ module_or_path: new URL(\"./{module}\", import.meta.url) }});\n"
        );
        let boot_name = format!("boot-{}.js", short_hash(boot.as_bytes()));
        let head = format!(
            "<link rel=\"stylesheet\" href=\"/{sheet}\">\n  \
             <link rel=\"modulepreload\" href=\"/{script}\">\n  \
             <script type=\"module\" src=\"/{boot_name}\"></script>\n"
        );
        let mut files = vec![
            BundleFile {
                name: "index.html".to_owned(),
                content: insert_head(page, &head)?.into_bytes(),
            },
            BundleFile {
                name: sheet,
                content: styles.as_bytes().to_vec(),
            },
            BundleFile {
                name: script,
                content: self.script.into_bytes(),
            },
            BundleFile {
                name: module,
                content: self.module,
            },
            BundleFile {
                name: boot_name,
                content: boot.into_bytes(),
            },
        ];
        files.extend(self.snippets);
        files.extend(assets);
        Ok(files)
    }
}

/// Puts the lines at the end of the page's head; a page with a script inside itself is refused.
fn insert_head(page: &str, lines: &str) -> Result<String> {
    let lower = page.to_ascii_lowercase();
    if lower.contains("<script>") {
        bail!("ui/index.html has an inline script, which the content security policy forbids");
    }
    let Some(end) = lower.find("</head>") else {
        bail!("ui/index.html has no </head>, where the bundle's lines belong");
    };
    Ok(format!("{}  {lines}{}", &page[..end], &page[end..]))
}

fn hash(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn short_hash(content: &[u8]) -> String {
    hash(content)[..12].to_owned()
}

/// The file that remembers of which input the bundle was made, and of which files it consists.
/// Tells one input from another.
fn stamp(build: Build, wasm: &[u8], page: &str, styles: &str, assets: &[BundleFile]) -> String {
    let mut all = Sha256::new();
    all.update(paths::root().as_os_str().as_encoded_bytes());
    all.update(build.profile());
    all.update(include_bytes!("ui.rs"));
    for part in [wasm, page.as_bytes(), styles.as_bytes()] {
        all.update(hash(part));
    }
    for asset in assets {
        all.update(&asset.name);
        all.update(hash(&asset.content));
    }
    all.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Whether the bundle was made of this input and is still whole. Without a stamp it was not.
fn is_up_to_date(bundle: Bundle, stamp: &str) -> Result<bool> {
    let Ok(kept) = fs::read_to_string(bundle.stamp_file()?) else {
        return Ok(false);
    };
    let folder = bundle.folder()?;
    let mut lines = kept.lines();
    Ok(lines.next() == Some(stamp) && lines.all(|name| folder.join(name).is_file()))
}

fn write(bundle: Bundle, files: &[BundleFile], stamp: &str) -> Result<()> {
    let dist = bundle.folder()?;
    // Others may be looking at the old bundle: the new files come first, then the page that names them; the old ones go last.
    let (page, others): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.name == "index.html");
    for file in others.into_iter().chain(page) {
        let path = dist.join(&file.name);
        fs::create_dir_all(path.parent().expect("a file lies in a folder"))?;
        fs::write(&path, &file.content)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let names: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
    for entry in walkdir::WalkDir::new(&dist) {
        let entry = entry?;
        if entry.file_type().is_file()
            && !names.contains(relative_name(entry.path(), &dist).as_str())
        {
            fs::remove_file(entry.path())?;
        }
    }
    let listing: String = names.iter().map(|name| format!("{name}\n")).collect();
    fs::write(bundle.stamp_file()?, format!("{stamp}\n{listing}"))?;
    Ok(())
}

/// A path below a folder, with slashes on every system.
fn relative_name(path: &Path, folder: &Path) -> String {
    let relative = path
        .strip_prefix(folder)
        .expect("a walk stays below its root");
    relative
        .iter()
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_closes_what_it_opens_and_nothing_else() {
        assert_eq!(unbalanced("@layer a {\n  b { c: d; }\n}\n"), None);
        assert_eq!(unbalanced("@layer a {\n  b { c: d; }\n}\n}\n"), Some(4));
        assert_eq!(unbalanced("@layer a {\n  b { c: d;\n}\n"), Some(3));
        assert!(read_styles().is_ok());
    }

    #[test]
    fn the_page_names_files_by_content_and_holds_no_script() {
        let bound = Bound {
            script: "js".into(),
            module: b"wasm".to_vec(),
            snippets: Vec::new(),
        };
        let files = bound
            .into_files(
                "<html><head><title>x</title></head><body></body></html>",
                "a{}",
                Vec::new(),
            )
            .unwrap();
        let page = String::from_utf8(files[0].content.clone()).unwrap();
        for file in &files[1..] {
            let named = page.contains(&file.name)
                || files
                    .iter()
                    .any(|other| String::from_utf8_lossy(&other.content).contains(&file.name));
            assert!(named, "{} is named nowhere", file.name);
        }
        assert!(page.contains("src=\"/boot-"));
        assert!(!page.contains("<script>"));
    }

    #[test]
    fn no_style_draws_a_gradient() {
        // WebKitGTK 2.50 can end the page over one: see `--dots` in the tokens.
        let styles = read_styles().unwrap();
        assert!(styles.contains("--dots") && !styles.contains("gradient("));
    }

    #[test]
    fn an_inline_script_is_refused() {
        assert!(insert_head("<head><script>1</script></head>", "").is_err());
        assert!(insert_head("<body></body>", "").is_err());
    }
}
