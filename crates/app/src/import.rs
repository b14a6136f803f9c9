//! What other tools' files would add to a project.

use crate::project::blocking;
use crate::{App, error, import_disk, template};
use slipway_design::{ApiKind, Document, FILE_NAME, toml_string};
use slipway_import::{Addition, AdditionKind, Place, Proposal, Source, Sources};
use slipway_protocol as wire;
use slipway_protocol::{
    AdditionView, ApiError, ErrorCode, ImportSource, ImportView, LeftOutView, ProjectView,
    ProposalView,
};
use slipway_store::{Project, ProjectError};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const NOT_LOOKED: &str = "Nothing was looked at";

/// A project, or a folder that can become one.
struct Target {
    /// Absolute, links resolved.
    folder: PathBuf,
    is_new: bool,
    text: String,
    revision: String,
}

impl App {
    pub async fn scan_import(&self, request: wire::ScanImport) -> Result<ImportView, ApiError> {
        blocking(move || {
            let from = request.from.as_deref().map(Path::new);
            let target = target(Path::new(&request.path), from)?;
            let (folder, only) = place(from.unwrap_or(&target.folder))?;
            let root = folder
                .strip_prefix(&target.folder)
                .ok()
                .map(|inside| inside.to_string_lossy().replace('\\', "/"));
            let looked_at = match &only {
                Some(file) => folder.join(file),
                None => folder.clone(),
            };
            let (sources, notes) = import_disk::read(&folder, root, only)
                .map_err(|error| error::storage(NOT_LOOKED, &folder, &error))?;
            view(
                target,
                &looked_at,
                &sources,
                notes,
                request.only,
                request.into,
            )
        })
        .await
    }

    pub async fn begin_project(
        &self,
        request: wire::BeginProject,
    ) -> Result<ProjectView, ApiError> {
        let folder = PathBuf::from(&request.path);
        blocking(move || begin(&folder, &request.text)).await?;
        self.open_project(wire::OpenProject { path: request.path })
            .await
    }
}

/// The project at or above `path`, else the one at or above `from`, else the folder that becomes one.
fn target(path: &Path, from: Option<&Path>) -> Result<Target, ApiError> {
    for place in std::iter::once(path).chain(from) {
        match Project::find(place) {
            Ok(project) => {
                let file = project.read().map_err(error::project)?;
                return Ok(Target {
                    folder: project.folder().to_owned(),
                    is_new: false,
                    text: file.text,
                    revision: file.revision,
                });
            }
            Err(ProjectError::NotFound { .. }) => {}
            Err(other) => return Err(error::project(other)),
        }
    }
    let (folder, _) = place(from.unwrap_or(path))?;
    let name = template::project_name(&folder)?;
    Ok(Target {
        is_new: true,
        text: new_text(&name),
        revision: String::new(),
        folder,
    })
}

/// The design of a project that an import begins.
fn new_text(name: &str) -> String {
    format!(
        "schema = {}\nname = {}\n\n[defaults]\narch = {}\nlog_retention = 14     # days\n",
        slipway_design::SCHEMA,
        toml_string(name),
        toml_string(template::arch_text(template::host_arch())),
    )
}

/// The folder that is meant, absolute with links resolved, and the one file of it when a file is meant.
fn place(path: &Path) -> Result<(PathBuf, Option<String>), ApiError> {
    let real = fs::canonicalize(path).map_err(|error| error::storage(NOT_LOOKED, path, &error))?;
    if real.is_dir() {
        return Ok((real, None));
    }
    let name = real.file_name().and_then(|name| name.to_str());
    match (real.parent(), name) {
        (Some(folder), Some(FILE_NAME)) => Ok((folder.to_owned(), None)),
        (Some(folder), Some(name)) if real.is_file() => {
            Ok((folder.to_owned(), Some(name.to_owned())))
        }
        _ => Err(ApiError::new(
            ErrorCode::Argument,
            format!(
                "{NOT_LOOKED}: {} is neither a folder nor a file",
                path.display()
            ),
        )
        .with_hint("Name a folder, or one file of those that can be imported.")),
    }
}

fn view(
    target: Target,
    looked_at: &Path,
    sources: &Sources,
    notes: Vec<String>,
    only: Option<ImportSource>,
    into: Option<String>,
) -> Result<ImportView, ApiError> {
    let document = Document::parse(&target.text);
    if document.tree().is_none() {
        return Err(ApiError::new(
            ErrorCode::DesignInvalid,
            format!("{NOT_LOOKED}: {FILE_NAME} is not TOML, so nothing can be added to it"),
        )
        .with_hint("Correct the file in a text editor; the problems of the design say where."));
    }
    if document.is_read_only() {
        return Err(ApiError::new(
            ErrorCode::NotSupported,
            format!(
                "{NOT_LOOKED}: {FILE_NAME} is of a newer format than this version of Slipway writes"
            ),
        )
        .with_hint("Update Slipway."));
    }
    let into = into.as_deref();
    if let Some(api) = into.filter(|api| !has_http_api(&document, api)) {
        return Err(ApiError::new(
            ErrorCode::Argument,
            format!("{NOT_LOOKED}: {FILE_NAME} has no HTTP API `{api}` to put routes into"),
        )
        .with_hint(
            "Name one of its HTTP APIs, or none: then the routes bring an API of their own.",
        ));
    }
    Ok(ImportView {
        project: target.folder.display().to_string(),
        is_new: target.is_new,
        revision: target.revision,
        from: looked_at.display().to_string(),
        proposals: slipway_import::propose(&document, sources, only.map(source), into)
            .into_iter()
            .map(proposal)
            .collect(),
        text: target.text,
        notes,
    })
}

fn has_http_api(document: &Document, api: &str) -> bool {
    let api = document.design().and_then(|design| design.apis.get(api));
    api.is_some_and(|api| matches!(api.kind, ApiKind::Http))
}

fn source(source: ImportSource) -> Source {
    match source {
        ImportSource::Copilot => Source::Copilot,
        ImportSource::Sam => Source::Sam,
        ImportSource::Compose => Source::Compose,
        ImportSource::OpenApi => Source::OpenApi,
        ImportSource::Dockerfiles => Source::Dockerfiles,
    }
}

fn proposal(from: Proposal) -> ProposalView {
    ProposalView {
        source: match from.source {
            Source::Copilot => ImportSource::Copilot,
            Source::Sam => ImportSource::Sam,
            Source::Compose => ImportSource::Compose,
            Source::OpenApi => ImportSource::OpenApi,
            Source::Dockerfiles => ImportSource::Dockerfiles,
        },
        title: from.title,
        additions: from.additions.into_iter().map(addition).collect(),
        left_out: from
            .left_out
            .into_iter()
            .map(|it| LeftOutView {
                place: place_text(&it.place),
                what: it.what,
                why: it.why,
            })
            .collect(),
        in_design: from.in_design,
        notes: from.notes,
    }
}

fn addition(from: Addition) -> AdditionView {
    AdditionView {
        id: from.id,
        kind: match from.kind {
            AdditionKind::Function => wire::AdditionKind::Function,
            AdditionKind::Service => wire::AdditionKind::Service,
            AdditionKind::Api => wire::AdditionKind::Api,
            AdditionKind::Authorizer => wire::AdditionKind::Authorizer,
            AdditionKind::Route => wire::AdditionKind::Route,
            AdditionKind::Environment => wire::AdditionKind::Environment,
        },
        name: from.name,
        summary: from.summary,
        place: place_text(&from.from),
        needs: from.needs,
        todo: from.todo,
        edits: serde_json::to_string(&from.edits).expect("edits can be written as JSON"),
    }
}

fn place_text(place: &Place) -> String {
    match place.line {
        Some(line) => format!("{}:{line}", place.file),
        None => place.file.clone(),
    }
}

/// Makes a project in a folder that has none.
fn begin(folder: &Path, text: &str) -> Result<(), ApiError> {
    let file = folder.join(FILE_NAME);
    match fs::symlink_metadata(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error::storage("No project was made", &file, &error)),
        Ok(_) => {
            return Err(ApiError::new(
                ErrorCode::Argument,
                format!("No project was made: {} is there already", file.display()),
            )
            .with_hint("Open that project instead."));
        }
    }
    template::write(&file, text.as_bytes(), false)?;
    let ignore = folder.join(".gitignore");
    let there = fs::read_to_string(&ignore).unwrap_or_default();
    if there.contains(".slipway/state") {
        return Ok(());
    }
    match fs::symlink_metadata(&ignore) {
        Err(_) => return template::write(&ignore, template::GITIGNORE.as_bytes(), false),
        // A link may lead to a file of something else.
        Ok(there) if !there.is_file() => return Ok(()),
        Ok(_) => {}
    }
    // What is there stays: ours goes after it.
    let apart = if there.is_empty() || there.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    fs::OpenOptions::new()
        .append(true)
        .open(&ignore)
        .and_then(|mut file| {
            io::Write::write_all(
                &mut file,
                format!("{apart}\n{}", template::GITIGNORE).as_bytes(),
            )
        })
        .map_err(|error| error::storage("The project is incomplete", &ignore, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_begins_beside_what_is_there() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(".gitignore"), "/target").unwrap();
        begin(home.path(), "schema = 1\n").unwrap();
        let ignored = fs::read_to_string(home.path().join(".gitignore")).unwrap();
        assert!(ignored.starts_with("/target\n\n#"), "{ignored}");
        assert!(ignored.contains("/.slipway/state\n"));
        let again = begin(home.path(), "schema = 1\n").unwrap_err();
        assert_eq!(again.code, ErrorCode::Argument);
        assert_eq!(
            fs::read_to_string(home.path().join(".gitignore")).unwrap(),
            ignored
        );
    }

    #[test]
    fn the_text_of_a_new_project_is_right() {
        let document = Document::parse(&new_text("shop"));
        assert!(
            document.diagnostics().is_empty(),
            "{:?}",
            document.diagnostics()
        );
    }
}
