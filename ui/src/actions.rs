//! What people can do, each as one function: ask the backend, put the answer into the state.

use crate::address::{Address, Shows};
use crate::editing;
use crate::ipc;
use crate::platform;
use crate::run::{RunRecord, Stopping};
use crate::saving;
use crate::state::{App, Dialog, Leaving, Load, OpenProject, PanelTab, Screen};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use slipway_design::Severity;
use slipway_editor::ElementId;
use slipway_protocol::{
    ApiError, BeginProject, CancelRun, ChooseEnvironment, ConsentToEndpoint, DeployEvent,
    DestroyChoice, Doctor, ErrorCode, FollowRun, ForgetRecent, MakePlan, NewProject, OpenExternal,
    Painted, PickFolder, ProjectView, RunEventView, RunNow, RunStatus, Start, StartRun, Status,
};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

thread_local! {
    /// The stream of the run that is followed.
    static FOLLOWED: RefCell<Option<ipc::Subscription>> = const { RefCell::new(None) };
    /// Grows with each plan that is asked for, so that a late answer to an old question is dropped.
    static ASKED: RefCell<u32> = const { RefCell::new(0) };
}

/// Asks what the start screen shows, and opens what the command line named.
pub(crate) fn begin(app: App) {
    app.start.set(Load::Loading);
    spawn_local(async move {
        match ipc::call(Start {}).await {
            Ok(view) => {
                app.settings.set(view.settings.clone());
                if let Some(fault) = &view.settings_fault {
                    app.toast_warning(fault);
                }
                let address = Address::read();
                // A page that is loaded anew shows what the one before it showed.
                let shows = address.shows.unwrap_or_else(|| match view.open.clone() {
                    Some(path) => Shows::Project {
                        path,
                        environment: view.environment.clone(),
                    },
                    None => Shows::Start,
                });
                app.start.set(Load::Ready(view));
                let is_open = match shows {
                    Shows::Project { path, environment } => {
                        open_and_show(app, path, environment).await
                    }
                    Shows::Start => false,
                };
                if !is_open {
                    app.screen.set(Screen::Start);
                }
                if address.after_end {
                    app.toast(
                        Severity::Warning,
                        words::PAGE_ENDED,
                        Some(words::PAGE_ENDED_HINT.to_owned()),
                    );
                }
            }
            Err(error) => {
                app.start.set(Load::Failed(error));
                app.screen.set(Screen::Start);
            }
        }
    });
}

/// Tells the backend that a screen is on the glass.
pub(crate) fn painted(screen: Screen) {
    spawn_local(async move {
        let request = Painted {
            screen: screen.name().to_owned(),
        };
        if let Err(error) = ipc::call(request).await {
            leptos::logging::warn!("painting could not be reported: {error}");
        }
    });
}

/// Engine, disk and, with an environment, the account.
pub(crate) fn look_around(app: App, environment: Option<String>) {
    app.doctor.set(Load::Loading);
    let path = app.path();
    spawn_local(async move {
        let request = Doctor { path, environment };
        app.doctor.set(match ipc::call(request).await {
            Ok(report) => Load::Ready(report),
            Err(error) => Load::Failed(error),
        });
    });
}

pub(crate) fn pick_and_open(app: App) {
    spawn_local(async move {
        let request = PickFolder {
            title: words::OPEN_FOLDER_TITLE.to_owned(),
        };
        match ipc::call(request).await {
            Ok(Some(path)) => {
                open_and_show(app, path, None).await;
            }
            Ok(None) => {}
            Err(error) => app.toast_error(&error),
        }
    });
}

pub(crate) fn open(app: App, path: String) {
    spawn_local(async move {
        open_and_show(app, path, None).await;
    });
}

/// Opens a project; `false` when it was not, which was told. One that is open already stays as it is.
pub(crate) async fn open_and_show(app: App, path: String, environment: Option<String>) -> bool {
    if !is_left(app).await {
        app.dialog.update(|dialog| {
            if *dialog == Dialog::None {
                *dialog = Dialog::Unsaved(Leaving::Project);
            }
        });
        return false;
    }
    app.opening.set(Some(path.clone()));
    let answer = ipc::call(slipway_protocol::OpenProject { path }).await;
    app.opening.set(None);
    match answer {
        // Its history goes on.
        Ok(view) if app.path().as_ref() == Some(&view.path) => {
            let chosen = app.environment.get_untracked();
            if let Some(other) = environment.filter(|name| chosen.as_ref() != Some(name)) {
                choose_environment(app, other);
            }
            true
        }
        Ok(view) => {
            app.dialog.set(Dialog::None);
            show(app, view, environment);
            true
        }
        Err(error) => {
            app.toast_error(&error);
            false
        }
    }
}

/// Opens a folder where it holds a project; else shows what of it could become one.
pub(crate) fn open_or_import(app: App, path: String) {
    spawn_local(async move {
        let request = slipway_protocol::OpenProject { path: path.clone() };
        match ipc::call(request).await {
            Ok(view) => show(app, view, None),
            // The import says of a folder that can't be read why, too.
            Err(_) => app.dialog.set(Dialog::Import(Some(path))),
        }
    });
}

/// Makes a project and shows it; the error, for the form, when it cannot be made.
pub(crate) async fn create(
    app: App,
    path: String,
    template: Option<String>,
) -> Result<(), ApiError> {
    if !is_left(app).await {
        return Err(ApiError::new(ErrorCode::Storage, words::LEAVE_UNSAVED));
    }
    let view = ipc::call(NewProject { path, template }).await?;
    app.dialog.set(Dialog::None);
    show(app, view, None);
    Ok(())
}

/// Makes a project of a folder that has files already and shows it; the error when it cannot be made.
pub(crate) async fn begin_in(app: App, path: String, text: String) -> Result<(), ApiError> {
    if !is_left(app).await {
        return Err(ApiError::new(ErrorCode::Storage, words::LEAVE_UNSAVED));
    }
    let view = ipc::call(BeginProject { path, text }).await?;
    app.dialog.set(Dialog::None);
    show(app, view, None);
    Ok(())
}

/// Whether the project that is open now can be left: what it holds is on disk.
async fn is_left(app: App) -> bool {
    saving::now(app).await || app.screen.get_untracked() != Screen::Design
}

fn show(app: App, view: ProjectView, environment: Option<String>) {
    app.environment.set(None);
    let mut editor = editing::open(app, &view.text, view.layout.as_deref());
    saving::opened(app, &view, &editor);
    let project = OpenProject::new(view, &editor);
    let names = &project.design.environments;
    let chosen = environment
        .or_else(|| project.view.environment.clone())
        .filter(|name| names.contains_key(name))
        .or_else(|| names.keys().next().cloned());
    let run = project.view.run.clone();
    // What was said at the start is not said again.
    let not_remembered = project
        .view
        .not_remembered
        .clone()
        .filter(|fault| app.start.with_untracked(|start| !matches!(start, Load::Ready(view) if view.settings_fault.as_ref() == Some(fault))));
    let name = project.name();
    stop_following();
    app.run.set(None);
    app.run_error.set(None);
    app.plan.set(Load::Idle);
    app.urls.set(Default::default());
    app.hovered.set(None);
    app.naming.set(None);
    app.adding_route.set(None);
    app.environment.set(chosen.clone());
    editor.set_environment(chosen.clone());
    editor.set_view(app.viewport.get_untracked());
    app.editor.set_value(Some(editor));
    app.project.set(Some(Arc::new(project)));
    editing::with(app, |_| ());
    if let Some(fault) = not_remembered {
        app.toast_warning(&fault);
    }
    app.panel.set(PanelTab::Problems);
    app.panel_open
        .set(!app.problems.with_untracked(|problems| problems.is_empty()));
    app.screen.set(Screen::Design);
    platform::document().set_title(&format!("{name} · Slipway"));
    app.say(words::opened(&name));
    look_around(app, chosen);
    ask_status(app);
    if let Some(run) = run {
        follow(app, run.run, run.environment);
    }
}

/// Back to the start screen; [`crate::outside::leave`] saves before.
pub(crate) fn close(app: App) {
    stop_following();
    saving::closed(app);
    app.editor.set_value(None);
    app.project.set(None);
    editing::with(app, |_| ());
    app.run.set(None);
    app.doctor.set(Load::Idle);
    app.screen.set(Screen::Start);
    platform::document().set_title("Slipway");
    begin_again(app);
}

/// Reads the recent projects anew.
fn begin_again(app: App) {
    spawn_local(async move {
        match ipc::call(Start {}).await {
            Ok(view) => app.start.set(Load::Ready(view)),
            Err(error) => app.start.set(Load::Failed(error)),
        }
    });
}

pub(crate) fn forget(app: App, path: String) {
    spawn_local(async move {
        match ipc::call(ForgetRecent { path }).await {
            Ok(recent) => app.start.update(|start| {
                if let Load::Ready(view) = start {
                    view.recent = recent;
                }
            }),
            Err(error) => app.toast_error(&error),
        }
    });
}

/// Follows a run of this project that somebody started elsewhere, in a terminal.
pub(crate) fn notice_runs(app: App) {
    if app.is_running() || app.dialog.with_untracked(|dialog| *dialog != Dialog::None) {
        return;
    }
    let Some(path) = app.path() else { return };
    spawn_local(async move {
        // What can't be read right now is looked at again soon.
        let Ok(Some(run)) = ipc::call(RunNow { path: path.clone() }).await else {
            return;
        };
        let is_same = app.path().as_ref() == Some(&path);
        if is_same && !app.is_running() {
            app.say(words::run_elsewhere(&run.environment));
            follow(app, run.run, run.environment);
        }
    });
}

pub(crate) fn choose_environment(app: App, environment: String) {
    app.environment.set(Some(environment.clone()));
    editing::with(app, |editor| {
        editor.set_environment(Some(environment.clone()))
    });
    app.plan.set(Load::Idle);
    app.urls.set(Default::default());
    app.say(words::environment_chosen(&environment));
    look_around(app, Some(environment.clone()));
    ask_status(app);
    let Some(path) = app.path() else { return };
    spawn_local(async move {
        if let Err(error) = ipc::call(ChooseEnvironment { path, environment }).await {
            app.toast_error(&error);
        }
    });
}

/// What is served now, without planning.
fn ask_status(app: App) {
    let (Some(path), Some(environment)) = (app.path(), app.environment.get_untracked()) else {
        return;
    };
    spawn_local(async move {
        let request = Status {
            path,
            environment: environment.clone(),
        };
        // Without credentials there is no status; the engine and account check says why.
        if let Ok(status) = ipc::call(request).await
            && app.environment.get_untracked() == Some(environment)
        {
            app.urls.set(
                status
                    .apis
                    .into_iter()
                    .map(|(name, api)| (name, api.url))
                    .collect(),
            );
        }
    });
}

/// Opens the plan dialog and asks for the plan.
pub(crate) fn plan(app: App, destroy: Option<DestroyChoice>) {
    let (Some(path), Some(environment)) = (app.path(), app.environment.get_untracked()) else {
        app.toast(
            Severity::Warning,
            words::NO_ENVIRONMENT,
            Some(words::NO_ENVIRONMENT_HINT.to_owned()),
        );
        return;
    };
    let asked = ASKED.with_borrow_mut(|asked| {
        *asked += 1;
        *asked
    });
    app.plan.set(Load::Loading);
    app.dialog.set(Dialog::Plan(destroy));
    spawn_local(async move {
        // The file is what is planned, so it has to hold what is seen.
        if !saving::now(app).await {
            if ASKED.with_borrow(|now| *now) == asked {
                app.plan.set(Load::Failed(words::plan_unsaved(
                    &app.saving.get_untracked(),
                )));
            }
            return;
        }
        let request = MakePlan {
            path,
            environment,
            destroy,
        };
        let answer = ipc::call(request).await;
        if ASKED.with_borrow(|now| *now) != asked {
            return;
        }
        app.plan.set(match answer {
            Ok(plan) => {
                app.say(words::plan_ready(plan.summary));
                Load::Ready(Arc::new(plan))
            }
            Err(error) => {
                app.say(error.message.clone());
                Load::Failed(error)
            }
        });
    });
}

/// Says yes to an endpoint that is not on this computer, and plans again.
pub(crate) fn consent(app: App, destroy: Option<DestroyChoice>) {
    let (Some(path), Some(environment)) = (app.path(), app.environment.get_untracked()) else {
        return;
    };
    app.plan.set(Load::Loading);
    spawn_local(async move {
        match ipc::call(ConsentToEndpoint { path, environment }).await {
            Ok(()) => plan(app, destroy),
            Err(error) => app.plan.set(Load::Failed(error)),
        }
    });
}

/// Closes the plan dialog; rings stay until the next plan or a run's end.
pub(crate) fn close_plan(app: App) {
    ASKED.with_borrow_mut(|asked| *asked += 1);
    app.dialog.set(Dialog::None);
    if app
        .plan
        .with_untracked(|plan| !matches!(plan, Load::Ready(_)))
    {
        app.plan.set(Load::Idle);
    }
}

/// Starts what was approved.
pub(crate) async fn start_run(
    app: App,
    plan_id: String,
    confirm: Option<String>,
) -> Result<(), ApiError> {
    let run = ipc::call(StartRun { plan_id, confirm }).await?;
    app.dialog.set(Dialog::None);
    let record = RunRecord::new(run.run, run.environment);
    show_run(app, record, Some(platform::now()));
    Ok(())
}

/// Shows a run: its past first, then what happens.
pub(crate) fn follow(app: App, run: String, environment: String) {
    show_run(app, RunRecord::new(run, environment), None);
}

/// `since` is when it was started, in milliseconds of the page's clock; unknown when it is joined.
fn show_run(app: App, record: RunRecord, since: Option<f64>) {
    let run = record.run.clone();
    stop_following();
    app.run_error.set(None);
    app.run.set(Some(record));
    app.panel.set(PanelTab::Activity);
    app.panel_open.set(true);
    spawn_local(async move {
        // Events may come before the past has: they wait here.
        let early: Rc<RefCell<Option<Vec<DeployEvent>>>> = Rc::new(RefCell::new(Some(Vec::new())));
        let waiting = Rc::clone(&early);
        let of = run.clone();
        let on_event = move |event: DeployEvent| match waiting.borrow_mut().as_mut() {
            Some(queue) => queue.push(event),
            None => take(app, &of, event, Some(platform::now())),
        };
        match ipc::follow(FollowRun { run: run.clone() }, on_event).await {
            Ok((snapshot, subscription)) => {
                FOLLOWED.with_borrow_mut(|followed| *followed = Some(subscription));
                for event in snapshot.events {
                    take(app, &run, event, since);
                }
                for event in early.borrow_mut().take().unwrap_or_default() {
                    take(app, &run, event, Some(platform::now()));
                }
            }
            Err(error) => {
                app.run.set(None);
                app.toast_error(&error);
                app.run_error.set(Some(error));
            }
        }
    });
}

fn stop_following() {
    FOLLOWED.with_borrow_mut(|followed| *followed = None);
}

fn take(app: App, run: &str, event: DeployEvent, now: Option<f64>) {
    let finished = match &event.event {
        RunEventView::RunFinished {
            status, outputs, ..
        } => Some((*status, outputs.clone())),
        _ => None,
    };
    let mut is_ours = false;
    app.run.update(|record| {
        if let Some(record) = record.as_mut().filter(|record| record.run == run) {
            record.take(event, now);
            is_ours = true;
        }
    });
    if let (Some((status, outputs)), true) = (finished, is_ours) {
        app.say(words::run_ended(status));
        app.plan.set(Load::Idle);
        if status == RunStatus::Succeeded {
            app.urls.set(
                outputs
                    .apis
                    .into_iter()
                    .map(|(name, api)| (name, api.url))
                    .collect(),
            );
        } else {
            ask_status(app);
        }
    }
}

/// First call: starts nothing more. Second: stops waiting too.
pub(crate) fn cancel(app: App) {
    let Some(run) = app
        .run
        .with_untracked(|run| run.as_ref().map(|run| run.run.clone()))
    else {
        return;
    };
    app.run.update(|record| {
        if let Some(record) = record {
            record.stopping = match record.stopping {
                Stopping::No => Stopping::Asked,
                Stopping::Asked | Stopping::Now => Stopping::Now,
            };
        }
    });
    app.say(words::STOPPING);
    spawn_local(async move {
        if let Err(error) = ipc::call(CancelRun { run }).await {
            // It goes on: nothing was stopped.
            app.run.update(|record| {
                if let Some(record) = record {
                    record.stopping = Stopping::No;
                }
            });
            app.say(error.message.clone());
            app.toast_error(&error);
        }
    });
}

pub(crate) fn copy(app: App, text: String) {
    spawn_local(async move {
        if platform::copy(&text).await {
            app.toast(Severity::Info, words::copied(&text), None);
        } else {
            app.toast(Severity::Warning, words::NOT_COPIED, Some(text));
        }
    });
}

/// Hands the file to the browser, where there is no disk to save it on.
pub(crate) fn download(app: App) {
    let Some(text) = editing::look(app, |editor| editor.text().to_owned()) else {
        return;
    };
    if platform::download(slipway_design::FILE_NAME, &text) {
        app.toast(Severity::Info, words::DOWNLOADED, None);
    } else {
        app.toast(Severity::Warning, words::NOT_DOWNLOADED, None);
    }
}

pub(crate) fn open_external(app: App, target: String) {
    spawn_local(async move {
        if let Err(error) = ipc::call(OpenExternal { target }).await {
            app.toast_error(&error);
        }
    });
}

/// Shows all of the design, and keeps showing it while the canvas changes its size.
pub(crate) fn fit(app: App) {
    editing::with(app, slipway_editor::Editor::fit);
}

/// Selects a card by the key that plans and runs use.
pub(crate) fn select_node(app: App, node: &str) {
    let id = app.project.with_untracked(|project| {
        project
            .as_ref()
            .and_then(|project| ElementId::of_node(&project.design, node))
    });
    if let Some(id) = id {
        app.select(id);
    }
}
