//! Projects of a test: the example, or a generated one that nobody tuned.

use crate::echo;
use anyhow::{Context as _, Result};
use slipway_design::sample::{Size, generate};
use slipway_design::{Arch, Design, Document, Image};
use std::fs;
use std::path::{Path, PathBuf};

pub struct TestProject {
    folder: tempfile::TempDir,
    pub design: Design,
}

impl TestProject {
    /// A copy of the example that everything starts with, functions compiled.
    pub fn shop() -> Result<Self> {
        Self::example("shop")
    }

    /// A copy of an example, functions compiled.
    pub fn example(name: &str) -> Result<Self> {
        Self::example_with(name, &[])
    }

    /// A copy of an example in whose design each first text was replaced by the second.
    pub fn example_with(name: &str, changes: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let example = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../examples")
            .join(name);
        copy(&example, folder.path())?;
        for service in fs::read_dir(folder.path().join("services"))? {
            let program = service?.path().join("bootstrap");
            anyhow::ensure!(
                program.is_file(),
                "the example is not compiled: run `cargo xtask example` first"
            );
        }
        let file = folder.path().join("slipway.toml");
        let mut text = fs::read_to_string(&file)?;
        for (old, new) in changes {
            anyhow::ensure!(text.contains(old), "{old:?} does not stand in the design");
            text = text.replacen(old, new, 1);
        }
        fs::write(&file, text)?;
        Self::at(folder)
    }

    /// The shop with the service and the chat of the other examples in it, functions compiled.
    pub fn everything() -> Result<Self> {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
        let part = |example: &str, from: &str, to: &str| -> Result<String> {
            let text = fs::read_to_string(examples.join(example).join("slipway.toml"))?;
            let (_, rest) = text.split_once(from).context("the example has that")?;
            let (part, _) = rest.split_once(to).context("the example has that too")?;
            Ok(format!("{from}{part}"))
        };
        let service = part("web-service", "[services.web]", "[apis.public]")?;
        let chat = part("websocket-chat", "[functions.chat]", "# Environments")?;
        let project = Self::example_with(
            "shop",
            &[
                (
                    "\"$default\" = \"faults\"\n",
                    "\"$default\" = \"faults\"\n\"ANY /web/{proxy+}\" = \"web\"\n",
                ),
                ("# Environments", &format!("{service}{chat}# Environments")),
            ],
        )?;
        for (example, node) in [("web-service", "web"), ("websocket-chat", "chat")] {
            let node = Path::new("services").join(node);
            let target = project.folder().join(&node);
            copy(&examples.join(example).join(&node), &target)?;
            anyhow::ensure!(
                target.join("bootstrap").is_file(),
                "the example is not compiled: run `cargo xtask example` first"
            );
        }
        Ok(project)
    }

    /// A generated project whose functions and services answer with what they saw.
    pub fn generated(seed: u64, size: Size) -> Result<Self> {
        let arch = if cfg!(target_arch = "aarch64") {
            Arch::Arm64
        } else {
            Arch::X86_64
        };
        Self::echoing(&generate(seed, size, arch))
    }

    /// A project of this text, whose functions and services answer with what they saw.
    pub fn echoing(text: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("slipway.toml"), text)?;
        let project = Self::at(folder)?;
        for (key, function) in &project.design.functions {
            project.write_image(key, function.image.as_ref(), "")?;
        }
        for (key, service) in &project.design.services {
            let port = service.port.context("a service of a test listens")?;
            let more = format!("ENV SERVE_PORT={port}\n");
            project.write_image(key, service.image.as_ref(), &more)?;
        }
        Ok(project)
    }

    /// Writes what the image of a node is built from, if it is built.
    fn write_image(&self, key: &str, image: Option<&Image>, more: &str) -> Result<()> {
        let Some(Image::Build(build)) = image else {
            return Ok(());
        };
        let context = self.folder().join(&build.context);
        let dockerfile = context.join(build.dockerfile.as_deref().unwrap_or("Dockerfile"));
        fs::create_dir_all(dockerfile.parent().context("a Dockerfile has a folder")?)?;
        fs::copy(echo::program()?, context.join("bootstrap"))?;
        let stage = build
            .target
            .as_deref()
            .map_or_else(String::new, |target| format!(" AS {target}"));
        let arguments: String = build
            .args
            .keys()
            .map(|name| format!("ARG {name}\n"))
            .collect();
        let text = format!(
            "FROM scratch{stage}\n{arguments}COPY bootstrap /bootstrap\nENV WHO={key}\n{more}ENTRYPOINT [\"/bootstrap\"]\n"
        );
        Ok(fs::write(dockerfile, text)?)
    }

    fn at(folder: tempfile::TempDir) -> Result<Self> {
        let document = Document::parse(&fs::read_to_string(folder.path().join("slipway.toml"))?);
        anyhow::ensure!(
            !document.has_errors(),
            "the design of the test has errors: {:?}",
            document.diagnostics()
        );
        let design = document
            .design()
            .context("the design of the test can't be read")?
            .clone();
        Ok(Self { folder, design })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self) -> PathBuf {
        self.folder().join("slipway.toml")
    }

    /// Rewrites the design; `old` must stand in it.
    pub fn edit(&self, old: &str, new: &str) -> Result<()> {
        let text = fs::read_to_string(self.file())?;
        anyhow::ensure!(text.contains(old), "{old:?} does not stand in the design");
        Ok(fs::write(self.file(), text.replacen(old, new, 1))?)
    }

    /// Changes what is in the image of a function or service, and not what it does: ELF ignores what is
    /// appended.
    pub fn touch_code(&self, node: &str) -> Result<()> {
        let functions = self.design.functions.iter();
        let services = self.design.services.iter();
        let images = functions
            .map(|(key, function)| (key, &function.image))
            .chain(services.map(|(key, service)| (key, &service.image)));
        let Some(Image::Build(build)) = images
            .filter(|(key, _)| *key == node)
            .find_map(|(_, image)| image.as_ref())
        else {
            anyhow::bail!("{node} is not built here");
        };
        let program = self.folder().join(&build.context).join("bootstrap");
        let mut bytes = fs::read(&program)?;
        bytes.extend_from_slice(b"changed");
        Ok(fs::write(program, bytes)?)
    }

    /// Everything that Slipway remembers of the project on this computer.
    pub fn forget(&self) -> Result<()> {
        Ok(fs::remove_dir_all(self.folder().join(".slipway"))?)
    }
}

/// A folder with a design that is written by hand, and in `fn` what an image can be built from.
pub fn by_hand(design: &str) -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let context = folder.path().join("fn");
    fs::create_dir(&context)?;
    fs::write(
        context.join("Dockerfile"),
        "FROM scratch\nCOPY . /\nENTRYPOINT [\"/x\"]\n",
    )?;
    fs::write(context.join("x"), "x")?;
    fs::write(folder.path().join("slipway.toml"), design)?;
    Ok(folder)
}

/// Copies a folder with all that is in it, but for what builds and deploys left there.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if ["target", ".slipway"]
            .iter()
            .any(|left_out| entry.file_name() == *left_out)
        {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
