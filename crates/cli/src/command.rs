//! The commands, each over one or two use cases.

use crate::arguments::{Approval, Arguments, Command, Common};
use crate::exit::Exit;
use crate::output::Stream;
use crate::{import, live, output};
use console::Term;
use serde::Serialize;
use slipway_app::{App, AppOptions, Overrides};
use slipway_design::{Document, Severity};
use slipway_protocol::{
    ApiError, CheckStatus, ConsentToEndpoint, DeployEvent, DestroyChoice, Doctor, ErrorCode,
    MakePlan, PlanView, RunEventView, RunOutputs, RunStatus, StartRun, Status,
};
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::Arc;

pub(crate) async fn run(arguments: Arguments) -> Exit {
    let Arguments { common, command } = arguments;
    let json = common.json;
    match dispatch(common, command).await {
        Ok(exit) => exit,
        Err(error) => {
            output::error(&error, json);
            Exit::from(&error)
        }
    }
}

async fn dispatch(common: Common, command: Command) -> Result<Exit, ApiError> {
    if let Command::New { dir, template } = command {
        return new(&dir, template.as_deref(), common.json);
    }
    let app = App::new(AppOptions {
        open: common.project.clone(),
        environment: common.env.clone(),
        overrides: Overrides::from_env(common.profile.clone()),
    })?;
    match command {
        Command::New { .. } => unreachable!("it was handled above"),
        Command::Import {
            path,
            from,
            into,
            yes,
        } => import::import(&app, &common, path.as_deref(), from, into, yes).await,
        Command::Check => check(&app, &common).await,
        Command::Doctor => doctor(&app, &common).await,
        Command::Plan { exit_code, full } => plan(&app, &common, exit_code, full).await,
        Command::Deploy(approval) => apply(&app, &common, &approval, None).await,
        Command::Destroy {
            approval,
            images,
            logs,
        } => {
            apply(
                &app,
                &common,
                &approval,
                Some(DestroyChoice { images, logs }),
            )
            .await
        }
        Command::Status => status(&app, &common).await,
    }
}

#[derive(Serialize)]
struct NewLine<'a> {
    path: String,
    missing: &'a [String],
}

fn new(dir: &Path, template: Option<&str>, json: bool) -> Result<Exit, ApiError> {
    let created = slipway_app::create_project(dir, template)?;
    if json {
        output::json(&NewLine {
            path: created.folder.display().to_string(),
            missing: &created.missing,
        });
    }
    output::say(&format!("Made the project {}.", created.folder.display()));
    if created.missing.is_empty() {
        output::next(&next_step(&created.folder));
    } else {
        output::say(&format!(
            "Not part of this build of Slipway: {}.",
            created.missing.join(", ")
        ));
        output::next("compile them as the README of the project says.");
    }
    Ok(Exit::Done)
}

/// What to do with a new project: write the first function, or deploy what is there.
fn next_step(folder: &Path) -> String {
    let shown = shell_word(&folder.display().to_string());
    let text = fs::read_to_string(folder.join(slipway_design::FILE_NAME)).unwrap_or_default();
    let document = Document::parse(&text);
    let environment = document
        .design()
        .and_then(|design| design.environments.keys().next());
    match environment {
        Some(environment) => {
            format!(
                "cd {shown} && slipway doctor --env {environment}, then slipway deploy --env {environment}"
            )
        }
        None => format!(
            "write a function, an API and an environment into {}; slipway check says what is wrong with it",
            folder.join(slipway_design::FILE_NAME).display()
        ),
    }
}

/// A path as a shell takes it.
pub(crate) fn shell_word(path: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+".contains(letter);
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}

/// The project's path as the use cases take it.
pub(crate) fn path(common: &Common) -> String {
    common
        .project
        .as_deref()
        .unwrap_or_else(|| Path::new("."))
        .display()
        .to_string()
}

async fn check(app: &Arc<App>, common: &Common) -> Result<Exit, ApiError> {
    let report = app.check(&path(common)).await?;
    if common.json {
        output::json(&report);
    } else {
        output::check(&report, slipway_design::FILE_NAME);
    }
    let wrong = report
        .diagnostics
        .iter()
        .any(|found| found.severity == Severity::Error);
    Ok(if wrong { Exit::Wrong } else { Exit::Done })
}

async fn doctor(app: &Arc<App>, common: &Common) -> Result<Exit, ApiError> {
    if common.allow_endpoint {
        environment(app, common).await?;
    }
    let report = app
        .doctor(Doctor {
            path: Some(path(common)),
            environment: common.env.clone(),
        })
        .await?;
    if common.json {
        output::json(&report);
    } else {
        output::doctor(&report);
    }
    let failed = report
        .checks
        .iter()
        .any(|check| check.status == CheckStatus::Failed);
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

/// The environment that is meant, and the user's yes to where it goes if it was given.
async fn environment(app: &Arc<App>, common: &Common) -> Result<String, ApiError> {
    let path = path(common);
    let environment = app.environment_name(&path, common.env.as_deref()).await?;
    if common.allow_endpoint {
        app.consent_to_endpoint(ConsentToEndpoint {
            path,
            environment: environment.clone(),
        })
        .await?;
    }
    Ok(environment)
}

async fn plan(
    app: &Arc<App>,
    common: &Common,
    exit_code: bool,
    full: bool,
) -> Result<Exit, ApiError> {
    let environment = environment(app, common).await?;
    let plan = app
        .make_plan(MakePlan {
            path: path(common),
            environment,
            destroy: None,
        })
        .await?;
    warn(&plan);
    if common.json {
        output::json(&plan);
    } else {
        output::plan(&plan, full, Stream::Data);
    }
    Ok(if exit_code && !plan.summary.is_empty() {
        Exit::Changes
    } else {
        Exit::Done
    })
}

fn warn(plan: &PlanView) {
    for warning in &plan.warnings {
        output::diagnostic(warning, slipway_design::FILE_NAME);
    }
}

async fn status(app: &Arc<App>, common: &Common) -> Result<Exit, ApiError> {
    let environment = environment(app, common).await?;
    let status = app
        .status(Status {
            path: path(common),
            environment: environment.clone(),
        })
        .await?;
    if common.json {
        output::json(&status);
        return Ok(Exit::Done);
    }
    if let Some(interrupted) = &status.interrupted {
        output::say(interrupted);
    }
    if status.resources == 0 {
        output::say(&format!(
            "Nothing of this project is deployed to {environment}."
        ));
        output::next(&format!("slipway deploy --env {environment}"));
    } else {
        output::say(&format!(
            "{} in {environment}",
            output::counted(status.resources as usize, "resource")
        ));
    }
    for (api, output) in &status.apis {
        output::data(&format!("{api}  {}", output.url));
    }
    Ok(Exit::Done)
}

/// Deploy or destroy: plan, show, ask, run, follow.
async fn apply(
    app: &Arc<App>,
    common: &Common,
    approval: &Approval,
    destroy: Option<DestroyChoice>,
) -> Result<Exit, ApiError> {
    let approved = approve(app, common, approval, destroy).await;
    let plan = match approved {
        Ok(Some(plan)) => plan,
        Ok(None) => {
            let error = ApiError::new(
                ErrorCode::Cancelled,
                "Nothing was changed: the plan was not approved",
            );
            refused(common.json, &error, RunStatus::Cancelled);
            output::say(&error.message);
            return Ok(Exit::Cancelled);
        }
        Err(error) => {
            refused(common.json, &error, RunStatus::Refused);
            output::error(&error, false);
            return Ok(Exit::from(&error));
        }
    };
    let started = app
        .start_run(StartRun {
            plan_id: plan.plan_id.clone(),
            confirm: approval.confirm.clone(),
        })
        .await;
    match started {
        Ok(run) => Ok(live::follow(app, &run.run, common.json).await),
        Err(error) => {
            refused(common.json, &error, RunStatus::Refused);
            output::error(&error, false);
            Ok(Exit::from(&error))
        }
    }
}

/// The last line of a run that was never started.
fn refused(json: bool, error: &ApiError, status: RunStatus) {
    if json {
        output::json(&DeployEvent {
            seq: 1,
            event: RunEventView::RunFinished {
                status,
                error: Some(error.clone()),
                outputs: RunOutputs::default(),
            },
        });
    }
}

/// The plan, once the user has said yes; `None` when the answer was no.
async fn approve(
    app: &Arc<App>,
    common: &Common,
    approval: &Approval,
    destroy: Option<DestroyChoice>,
) -> Result<Option<PlanView>, ApiError> {
    let environment = environment(app, common).await?;
    let asks = !approval.yes;
    if asks && !can_ask() {
        return Err(ApiError::new(
            ErrorCode::Argument,
            "Nothing was changed: there is no terminal to ask on",
        )
        .with_hint("Add --yes to go ahead without asking."));
    }
    let plan = app
        .make_plan(MakePlan {
            path: path(common),
            environment: environment.clone(),
            destroy,
        })
        .await?;
    warn(&plan);
    output::plan(&plan, false, Stream::Words);
    if plan.protected && approval.confirm.as_deref() != Some(environment.as_str()) {
        return Err(ApiError::new(
            ErrorCode::ConfirmationNeeded,
            format!("Nothing was changed: `{environment}` is protected"),
        )
        .with_hint(format!(
            "Add --confirm {environment} to say that you mean it."
        )));
    }
    let question = format!(
        "{} {}? [y/N] ",
        if plan.destroy {
            "Take this away from"
        } else {
            "Deploy this to"
        },
        plan.scope.environment
    );
    if asks && !plan.summary.is_empty() && !ask(question).await? {
        return Ok(None);
    }
    Ok(Some(plan))
}

/// Whether someone is there who can be asked.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks on the terminal; anything but a yes is a no.
pub(crate) async fn ask(question: String) -> Result<bool, ApiError> {
    let answering = tokio::task::spawn_blocking(move || {
        let terminal = Term::stderr();
        terminal.write_str(&question)?;
        terminal.read_line()
    });
    let answer = tokio::select! {
        answer = answering => answer,
        Ok(()) = tokio::signal::ctrl_c() => {
            output::say("");
            return Ok(false);
        }
    }
    .map_err(|error| ApiError::new(ErrorCode::Internal, format!("The answer was lost: {error}")))?;
    let answer = match answer {
        // Ctrl-C reaches the reader as well, and it may be the faster one.
        Err(error) if error.kind() == io::ErrorKind::Interrupted => String::new(),
        answer => answer.map_err(|error| {
            ApiError::new(
                ErrorCode::Argument,
                format!("The answer could not be read: {error}"),
            )
            .with_hint("Add --yes to go ahead without asking.")
        })?,
    };
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
