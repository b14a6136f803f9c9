//! The bar at the top: which project, which environment, and what can be done.

use crate::actions;
use crate::components::env_pill::EnvPill;
use crate::components::icon::{Icon, IconView};
use crate::components::save_state::SaveState;
use crate::editing;
use crate::ipc;
use crate::outside;
use crate::platform;
use crate::state::{App, Dialog, PanelTab};
use crate::words;
use leptos::prelude::*;

#[component]
pub(crate) fn TopBar() -> impl IntoView {
    let app = App::get();
    let name = move || {
        app.project.with(|project| {
            project
                .as_ref()
                .map(|project| project.name())
                .unwrap_or_default()
        })
    };
    let path = move || {
        app.project.with(|project| {
            project
                .as_ref()
                .map(|project| project.view.path.clone())
                .unwrap_or_default()
        })
    };
    let problems = move || app.problems.with(|problems| problems.len());
    let show_problems = move |_| {
        app.panel.set(PanelTab::Problems);
        app.panel_open.set(true);
    };
    let blocked = move || {
        if app.is_running() {
            Some(words::DEPLOY_WHILE_RUNNING)
        } else if app.environment.with(Option::is_none) {
            Some(words::NO_ENVIRONMENT)
        } else {
            None
        }
    };
    view! {
        <header class="top" data-pane="top">
            <h1 class="offscreen">{name}</h1>
            <button class="project" type="button" title=words::BACK_TO_START on:click=move |_| outside::leave(app)>
                <IconView icon=Icon::Logo class="logo"/>
                <span class="project-name" title=path>{name}</span>
            </button>
            <SaveState/>
            {ipc::is_demo().then(|| view! { <span class="demo-badge" title=words::DEMO_NOTE>{words::DEMO}</span> })}
            <EnvPill/>
            <button class="search" type="button" on:click=move |_| app.dialog.set(Dialog::Commands)>
                <IconView icon=Icon::Search/><span>{words::SEARCH}</span><kbd>"Ctrl K"</kbd>
            </button>
            <div class="pair" role="group" aria-label=words::HISTORY>
                <button class="button quiet square" type="button" data-testid="undo" aria-label=words::UNDO
                    title=move || app.undo_title.with(|title| words::with_keys(words::UNDO, title.as_deref(), "Ctrl Z"))
                    disabled=move || app.undo_title.with(Option::is_none) on:click=move |_| { editing::undo(app); platform::keep_focus(); }>
                    <IconView icon=Icon::Undo/>
                </button>
                <button class="button quiet square" type="button" data-testid="redo" aria-label=words::REDO
                    title=move || app.redo_title.with(|title| words::with_keys(words::REDO, title.as_deref(), "Ctrl Shift Z"))
                    disabled=move || app.redo_title.with(Option::is_none) on:click=move |_| { editing::redo(app); platform::keep_focus(); }>
                    <IconView icon=Icon::Redo/>
                </button>
            </div>
            <button class="button" type="button" data-testid="problems-count" data-count=move || problems().to_string() on:click=show_problems
                >
                <span class="offscreen">{move || words::problem_count(problems())}</span>
                <span class="wide-only" aria-hidden="true">{words::PROBLEMS}</span>
                <span class="badge" aria-hidden="true" class:err=move || { app.errors() > 0 } class:none=move || problems() == 0>{problems}</span>
            </button>
            <span class="tip" title=words::RUN_LATER>
                <button class="button" type="button" disabled><IconView icon=Icon::Run/>{words::RUN}</button>
            </span>
            <span class="tip" title=move || blocked().unwrap_or_default()>
                <button class="button primary" type="button" data-testid="deploy" disabled=move || blocked().is_some()
                    on:click=move |_| actions::plan(app, None)>
                    <IconView icon=Icon::Deploy/>{words::DEPLOY}
                </button>
            </span>
        </header>
    }
}
