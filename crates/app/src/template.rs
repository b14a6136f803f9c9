//! New projects: an empty design, or a copy of an embedded example.

use crate::error::storage;
use slipway_design::{Arch, support};
use slipway_protocol::{ApiError, ErrorCode, TemplateView};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

include!(concat!(env!("OUT_DIR"), "/template_files.rs"));

/// What a project must not take into git.
pub(crate) const GITIGNORE: &str =
    "# What Slipway remembers on this computer.\n/.slipway/state\n/.slipway/journal\n";

/// The templates that `new` offers, beside the empty project.
pub fn templates() -> Vec<TemplateView> {
    let mut names: Vec<&str> = FILES.iter().map(|(template, ..)| *template).collect();
    names.dedup();
    names
        .into_iter()
        .map(|name| TemplateView {
            name: name.to_owned(),
            title: title(name),
            summary: summary(name).unwrap_or_default(),
            not_yet: not_yet(name),
        })
        .collect()
}

/// The heading of the template's README; without one, its name.
fn title(name: &str) -> String {
    readme(name)
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("# ")))
        .unwrap_or(name)
        .to_owned()
}

/// The first paragraph of the template's README.
fn summary(name: &str) -> Option<String> {
    readme(name)?
        .split("\n\n")
        .map(str::trim)
        .find(|paragraph| !paragraph.is_empty() && !paragraph.starts_with('#'))
        .map(|paragraph| paragraph.replace('\n', " "))
}

fn readme(name: &str) -> Option<&'static str> {
    file(name, "README.md")
}

/// What a plan for AWS would refuse of the template, in the same words.
fn not_yet(name: &str) -> Vec<String> {
    let text = file(name, slipway_design::FILE_NAME).unwrap_or_default();
    let document = slipway_design::Document::parse(text);
    document
        .design()
        .map(|design| support::reasons(design, support::Target::Aws))
        .unwrap_or_default()
}

/// A text of a template.
fn file(name: &str, path: &str) -> Option<&'static str> {
    let (.., content) = FILES
        .iter()
        .find(|(template, file, ..)| *template == name && *file == path)?;
    std::str::from_utf8(content).ok()
}

/// The architecture of images built on this computer, unless a design says otherwise.
pub fn host_arch() -> Arch {
    if cfg!(target_arch = "aarch64") {
        Arch::Arm64
    } else {
        Arch::X86_64
    }
}

pub(crate) fn arch_text(arch: Arch) -> &'static str {
    match arch {
        Arch::Arm64 => "arm64",
        Arch::X86_64 => "x86_64",
    }
}

/// What `create` left for the user to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    pub folder: PathBuf,
    /// Files that the template needs and that this build of Slipway does not carry.
    pub missing: Vec<String>,
}

/// Makes a project in `folder`, which must be empty or not there; its name is the folder's.
pub fn create(folder: &Path, template: Option<&str>) -> Result<Created, ApiError> {
    let name = project_name(folder)?;
    if let Some(template) = template
        && !FILES.iter().any(|(of, ..)| *of == template)
    {
        let known: Vec<String> = templates().into_iter().map(|known| known.name).collect();
        return Err(ApiError::new(
            ErrorCode::Argument,
            format!("No project was made: there is no template `{template}`"),
        )
        .with_hint(format!(
            "Templates: {}. Without one, the project is empty.",
            known.join(", ")
        )));
    }
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(ApiError::new(
                    ErrorCode::Argument,
                    format!("No project was made: {} is not empty", folder.display()),
                )
                .with_hint("Choose a folder that is empty or not there yet."));
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(storage("No project was made", folder, &error)),
    }
    fs::create_dir_all(folder).map_err(|error| storage("No project was made", folder, &error))?;
    match template {
        None => {
            write(
                &folder.join(slipway_design::FILE_NAME),
                slipway_design::template::new_project(&name, host_arch()).as_bytes(),
                false,
            )?;
            write(&folder.join(".gitignore"), GITIGNORE.as_bytes(), false)?;
            Ok(Created {
                folder: folder.to_owned(),
                missing: Vec::new(),
            })
        }
        Some(template) => copy(folder, template, &name),
    }
}

fn copy(folder: &Path, template: &str, name: &str) -> Result<Created, ApiError> {
    let files: Vec<_> = FILES.iter().filter(|(of, ..)| *of == template).collect();
    for (_, path, executable, content) in &files {
        let to = folder.join(path);
        if *path == slipway_design::FILE_NAME {
            let text = String::from_utf8_lossy(content);
            write(&to, personalised(&text, name)?.as_bytes(), *executable)?;
        } else {
            write(&to, content, *executable)?;
        }
    }
    // A Dockerfile that copies a `bootstrap` needs it beside itself.
    let missing = files
        .iter()
        .filter(|(_, path, _, content)| {
            path.ends_with("Dockerfile")
                && String::from_utf8_lossy(content).contains("COPY bootstrap")
        })
        .map(|(_, path, ..)| path.trim_end_matches("Dockerfile").to_owned() + "bootstrap")
        .filter(|needed| !files.iter().any(|(_, path, ..)| path == needed))
        .collect();
    Ok(Created {
        folder: folder.to_owned(),
        missing,
    })
}

/// The template's design under its new name and for this computer's architecture; everything
/// else stays to the letter.
fn personalised(text: &str, name: &str) -> Result<String, ApiError> {
    use slipway_design::{Document, Path as DesignPath, toml_string};
    let document = Document::parse(text);
    let mut replaced = Vec::new();
    for (path, value) in [
        (DesignPath::of(["name"]), name),
        (DesignPath::of(["defaults", "arch"]), arch_text(host_arch())),
    ] {
        let place = document.source().get(&path).ok_or_else(|| {
            ApiError::new(
                ErrorCode::Internal,
                format!("The template is not complete: it has no `{path}`"),
            )
        })?;
        replaced.push((place.value.range(), toml_string(value)));
    }
    replaced.sort_by_key(|(range, _)| range.start);
    let mut text = text.to_owned();
    for (range, value) in replaced.into_iter().rev() {
        text.replace_range(range, &value);
    }
    Ok(text)
}

pub(crate) fn write(path: &Path, content: &[u8], executable: bool) -> Result<(), ApiError> {
    let fault = |error: std::io::Error| storage("The project is incomplete", path, &error);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(fault)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(if executable { 0o755 } else { 0o644 });
    }
    #[cfg(not(unix))]
    let _ = executable;
    let mut file = options.open(path).map_err(fault)?;
    file.write_all(content).map_err(fault)
}

/// A project name that the design's rules accept, from the folder's name.
pub(crate) fn project_name(folder: &Path) -> Result<String, ApiError> {
    let last = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .ok_or_else(|| {
            ApiError::new(
                ErrorCode::Argument,
                format!(
                    "No project was made: {} has no name to call it by",
                    folder.display()
                ),
            )
        })?;
    let mut name = String::new();
    for letter in last.chars().flat_map(char::to_lowercase) {
        if letter.is_ascii_alphanumeric() {
            name.push(letter);
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
        if name.len() >= slipway_design::names::PROJECT_LIMIT {
            break;
        }
    }
    let name = name
        .trim_matches('-')
        .trim_start_matches(|letter: char| letter.is_ascii_digit())
        .trim_start_matches('-')
        .to_owned();
    Ok(if name.is_empty() {
        "project".to_owned()
    } else {
        name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_from_any_folder() {
        for (folder, name) in [
            ("/x/My Shop", "my-shop"),
            ("/x/shop", "shop"),
            ("/x/2024 plans", "plans"),
            ("/x/___", "project"),
            ("/x/Größe", "gr-e"),
        ] {
            assert_eq!(project_name(Path::new(folder)).unwrap(), name, "{folder}");
        }
    }

    #[test]
    fn the_empty_project_and_every_template_have_no_errors() {
        let home = tempfile::tempdir().unwrap();
        for template in std::iter::once(None).chain(
            templates()
                .iter()
                .map(|template| Some(template.name.clone())),
        ) {
            let folder = home
                .path()
                .join(template.clone().unwrap_or_else(|| "empty".into()) + " one");
            create(&folder, template.as_deref()).unwrap();
            let text = fs::read_to_string(folder.join(slipway_design::FILE_NAME)).unwrap();
            let document = slipway_design::Document::parse(&text);
            let errors: Vec<_> = document
                .diagnostics()
                .iter()
                .filter(|found| found.severity == slipway_design::Severity::Error)
                .collect();
            assert!(errors.is_empty(), "{template:?}: {errors:?}");
            assert!(document.design().unwrap().name.ends_with("-one"));
            assert!(folder.join(".gitignore").is_file());
        }
    }

    #[test]
    fn templates_are_told_apart_by_title_and_summary() {
        let all = templates();
        let names: Vec<_> = all.iter().map(|template| template.name.as_str()).collect();
        assert_eq!(
            names,
            ["http-lambda", "shop", "web-service", "websocket-chat"]
        );
        let titles: Vec<_> = all.iter().map(|template| template.title.as_str()).collect();
        assert_eq!(
            titles,
            ["HTTP API + Lambda", "Shop", "Web service", "WebSocket chat"]
        );
        assert!(all.iter().all(|template| template.summary.ends_with('.')));
    }

    #[test]
    fn a_template_says_what_a_plan_would_refuse_of_it() {
        for template in templates() {
            let text = file(&template.name, slipway_design::FILE_NAME).unwrap();
            let document = slipway_design::Document::parse(text);
            let design = document.design().unwrap();
            let refused = support::unsupported(design, "dev", support::Target::Aws);
            assert_eq!(template.not_yet.is_empty(), refused.is_empty());
            for finding in refused {
                let told = |why: &String| finding.summary.ends_with(why.as_str());
                assert!(template.not_yet.iter().any(told), "{}", finding.summary);
            }
        }
    }

    #[test]
    fn every_context_of_a_template_has_a_dockerfile_whose_program_is_copied_or_missed() {
        let home = tempfile::tempdir().unwrap();
        for template in templates() {
            let folder = home.path().join(&template.name);
            let created = create(&folder, Some(&template.name)).unwrap();
            let text = fs::read_to_string(folder.join(slipway_design::FILE_NAME)).unwrap();
            let document = slipway_design::Document::parse(&text);
            assert_eq!(document.diagnostics(), [], "{}", template.name);
            let design = document.design().unwrap();
            let functions = design.functions.values().map(|function| &function.image);
            let services = design.services.values().map(|service| &service.image);
            let mut contexts = 0;
            for image in functions.chain(services) {
                let Some(slipway_design::Image::Build(build)) = image else {
                    panic!("{}: {image:?}", template.name);
                };
                let dockerfile = folder.join(&build.context).join("Dockerfile");
                let text = fs::read_to_string(&dockerfile).unwrap();
                assert!(text.contains("FROM scratch"), "{}", dockerfile.display());
                let program = format!("{}/bootstrap", build.context);
                assert_ne!(
                    folder.join(&program).is_file(),
                    created.missing.contains(&program),
                    "{program}"
                );
                contexts += 1;
            }
            assert!(contexts > 0, "{}", template.name);
        }
    }

    #[test]
    fn a_folder_with_something_in_it_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("mine.txt"), "mine").unwrap();
        let error = create(home.path(), None).unwrap_err();
        assert_eq!(error.code, ErrorCode::Argument);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_unknown_template_names_the_known_ones_and_makes_nothing() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("new");
        let error = create(&folder, Some("nope")).unwrap_err();
        assert_eq!(error.code, ErrorCode::Argument);
        assert!(error.hint.unwrap().contains("shop"));
        assert!(!folder.exists());
    }
}
