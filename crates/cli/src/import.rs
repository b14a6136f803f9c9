//! `slipway import`: show what would be added and what is left out, ask, add.

use crate::arguments::{Common, ImportKind};
use crate::command::{ask, can_ask, path, shell_word};
use crate::exit::Exit;
use crate::output;
use console::style;
use serde::Serialize;
use slipway_app::App;
use slipway_design::{Document, Edit, FILE_NAME};
use slipway_protocol::{
    AdditionKind, ApiError, BeginProject, ErrorCode, ImportSource, ImportView, ProposalView,
    SaveProject, SaveReply, ScanImport,
};
use std::path::Path;
use std::sync::Arc;

#[derive(Serialize)]
struct ImportLine<'a> {
    #[serde(flatten)]
    view: &'a ImportView,
    /// How many additions went into the file.
    added: usize,
}

pub(crate) async fn import(
    app: &Arc<App>,
    common: &Common,
    from: Option<&Path>,
    kind: Option<ImportKind>,
    into: Option<String>,
    yes: bool,
) -> Result<Exit, ApiError> {
    let view = app
        .scan_import(ScanImport {
            path: path(common),
            from: from.map(|from| from.display().to_string()),
            only: kind.map(source),
            into,
        })
        .await?;
    let count = view.proposals.iter().map(|it| it.additions.len()).sum();
    show(&view);
    if view.proposals.is_empty() {
        return Err(ApiError::new(
            ErrorCode::Argument,
            format!("Nothing was added: {} has nothing that can be imported", view.from),
        )
        .with_hint("Looked for: compose files, OpenAPI documents, SAM templates, copilot/*/manifest.yml, Dockerfiles. Name a file that is called otherwise."));
    }
    let line = |added| {
        if common.json {
            output::json(&ImportLine { view: &view, added });
        }
    };
    if count == 0 {
        if !view.proposals.iter().any(|it| it.in_design) {
            return Err(ApiError::new(
                ErrorCode::Argument,
                format!(
                    "Nothing was added: nothing of {} can be part of the design",
                    view.from
                ),
            )
            .with_hint("Each line above says why. Correct the file, or name another one."));
        }
        line(0);
        output::say("Nothing to add.");
        return Ok(Exit::Done);
    }
    if !yes {
        // Who asks for JSON without a yes wants to know, not to add.
        if common.json {
            line(0);
            return Ok(Exit::Done);
        }
        if !can_ask() {
            return Err(ApiError::new(
                ErrorCode::Argument,
                "Nothing was added: there is no terminal to ask on",
            )
            .with_hint("Add --yes to add it without asking, or --json to read it."));
        }
        if !ask(question(&view, count)).await? {
            output::say("Nothing was added.");
            return Ok(Exit::Cancelled);
        }
    }
    add(app, &view).await?;
    line(count);
    output::say(&format!(
        "Added {} to {}.",
        output::counted(count, "thing"),
        Path::new(&view.project).join(FILE_NAME).display()
    ));
    output::next(&format!(
        "slipway check --project {}",
        shell_word(&view.project)
    ));
    Ok(Exit::Done)
}

fn source(kind: ImportKind) -> ImportSource {
    match kind {
        ImportKind::Compose => ImportSource::Compose,
        ImportKind::OpenApi => ImportSource::OpenApi,
        ImportKind::Sam => ImportSource::Sam,
        ImportKind::Copilot => ImportSource::Copilot,
        ImportKind::Dockerfiles => ImportSource::Dockerfiles,
    }
}

fn question(view: &ImportView, count: usize) -> String {
    let file = Path::new(&view.project).join(FILE_NAME);
    let what = output::counted(count, "thing");
    if view.is_new {
        format!("Make {} with {what}? [y/N] ", file.display())
    } else {
        format!("Add {what} to {}? [y/N] ", file.display())
    }
}

/// Adds everything in one step.
async fn add(app: &Arc<App>, view: &ImportView) -> Result<(), ApiError> {
    let mut edits: Vec<Edit> = Vec::new();
    for addition in view.proposals.iter().flat_map(|it| &it.additions) {
        let own: Vec<Edit> = serde_json::from_str(&addition.edits).map_err(|error| {
            ApiError::new(
                ErrorCode::Internal,
                format!(
                    "Nothing was added: the edits of {} cannot be read: {error}",
                    addition.id
                ),
            )
        })?;
        edits.extend(own);
    }
    let mut document = Document::parse(&view.text);
    document.edit_all(&edits).map_err(|error| {
        ApiError::new(
            ErrorCode::DesignInvalid,
            format!("Nothing was added: {FILE_NAME} cannot take it: {error}"),
        )
        .with_hint("Correct the file, and import again.")
    })?;
    let text = document.text().to_owned();
    if view.is_new {
        app.begin_project(BeginProject {
            path: view.project.clone(),
            text,
        })
        .await?;
        return Ok(());
    }
    let reply = app
        .save_project(SaveProject {
            path: view.project.clone(),
            base: view.revision.clone(),
            text,
            layout: None,
        })
        .await?;
    match reply {
        SaveReply::Saved { .. } => Ok(()),
        SaveReply::Conflict { .. } => Err(ApiError::new(
            ErrorCode::PlanStale,
            format!("Nothing was added: {FILE_NAME} was changed meanwhile"),
        )
        .with_hint("Import again.")),
    }
}

/// What would be added and what is left out, in words.
fn show(view: &ImportView) {
    for proposal in &view.proposals {
        show_proposal(proposal);
    }
    for note in &view.notes {
        output::say(note);
    }
}

fn show_proposal(proposal: &ProposalView) {
    output::say(&style(&proposal.title).bold().for_stderr().to_string());
    for addition in &proposal.additions {
        output::say(&format!(
            "  {} {} {}  {}",
            style("+").green().for_stderr(),
            word(addition.kind),
            addition.name,
            style(format!("{} ({})", addition.summary, addition.place))
                .dim()
                .for_stderr()
        ));
        if let Some(todo) = &addition.todo {
            output::say(&format!(
                "      {} {todo}",
                style("to do:").yellow().for_stderr()
            ));
        }
    }
    if !proposal.left_out.is_empty() {
        output::say("  Left out:");
    }
    for left_out in &proposal.left_out {
        output::say(&format!(
            "  {} {} ({}): {}",
            style("-").red().for_stderr(),
            left_out.what,
            left_out.place,
            left_out.why
        ));
    }
    for note in &proposal.notes {
        output::say(&format!("  {} {note}", style("!").yellow().for_stderr()));
    }
}

fn word(kind: AdditionKind) -> &'static str {
    match kind {
        AdditionKind::Function => "function",
        AdditionKind::Service => "service",
        AdditionKind::Api => "API",
        AdditionKind::Authorizer => "authorizer",
        AdditionKind::Route => "route",
        AdditionKind::Environment => "environment",
    }
}
