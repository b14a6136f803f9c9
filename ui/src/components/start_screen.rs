//! The first screen: open, recent projects, new ones, and what this computer has.

use crate::actions;
use crate::components::doctor::DoctorList;
use crate::components::error_box::ErrorBox;
use crate::components::icon::{Icon, IconView};
use crate::components::settings_dialog::ThemeToggle;
use crate::ipc;
use crate::picture::Picture;
use crate::state::{App, Dialog, Load};
use crate::words;
use leptos::prelude::*;
use slipway_protocol::RecentProject;

/// Before the backend has answered.
#[component]
pub(crate) fn StartingScreen() -> impl IntoView {
    view! {
        <main class="starting"><IconView icon=Icon::Logo class="logo"/><p class="mute">{words::STARTING}</p></main>
    }
}

#[component]
pub(crate) fn StartScreen() -> impl IntoView {
    let app = App::get();
    actions::look_around(app, None);
    let version = move || match app.start.get() {
        Load::Ready(view) => words::version(&view.version),
        _ => String::new(),
    };
    view! {
        <main class="start">
            <div class="start-main">
                <header class="start-head">
                    <IconView icon=Icon::Logo class="logo"/>
                    <div><h1>"Slipway"</h1><p class="mute">{words::TAGLINE}</p></div>
                </header>
                {ipc::is_demo().then(|| view! { <p class="demo-note"><IconView icon=Icon::Info/>{words::DEMO_NOTE}</p> })}
                <div class="start-actions">
                    <button class="big-action" type="button" data-testid="open-folder" on:click=move |_| actions::pick_and_open(app)>
                        <IconView icon=Icon::FolderOpen class="accent"/>
                        <span><b>{words::OPEN_FOLDER}</b><small>{words::OPEN_FOLDER_SUMMARY}</small></span>
                        <kbd>"Ctrl O"</kbd>
                    </button>
                    <button class="big-action" type="button" data-testid="new-project" on:click=move |_| app.dialog.set(Dialog::NewProject(None))>
                        <IconView icon=Icon::New class="accent"/>
                        <span><b>{words::NEW_PROJECT}</b><small>{words::NEW_PROJECT_SUMMARY}</small></span>
                        <kbd>"Ctrl N"</kbd>
                    </button>
                    <button class="big-action" type="button" data-testid="start-import" on:click=move |_| app.dialog.set(Dialog::Import(None))>
                        <IconView icon=Icon::Folder class="accent"/>
                        <span><b>{words::IMPORT_START}</b><small>{words::IMPORT_SUMMARY}</small></span>
                    </button>
                </div>
                {move || app.start.with(|start| match start {
                    Load::Ready(view) if !view.templates.is_empty() => Some(view.templates.clone()),
                    _ => None,
                }).map(|templates| view! {
                    <section aria-labelledby="templates-title">
                        <h2 id="templates-title">{words::BEGIN_WITH}</h2>
                        <ul class="template-cards">
                            {templates.into_iter().map(|template| {
                                let name = template.name.clone();
                                view! {
                                    <li><button class="template-card" type="button" data-template=template.name.clone()
                                        on:click=move |_| app.dialog.set(Dialog::NewProject(Some(name.clone())))>
                                        <b>{template.title}</b><small>{template.summary}</small><NotYet reasons=template.not_yet/>
                                    </button></li>
                                }
                            }).collect_view()}
                        </ul>
                    </section>
                })}
                <section aria-labelledby="recent-title">
                    <h2 id="recent-title">{words::RECENT}</h2>
                    {move || match app.start.get() {
                        Load::Ready(view) if view.recent.is_empty() => view! {
                            <p class="empty">{words::NO_RECENT}</p>
                        }.into_any(),
                        Load::Ready(view) => view! {
                            <ul class="recent">
                                {view.recent.into_iter().map(|recent| view! { <Recent recent=recent/> }).collect_view()}
                            </ul>
                        }.into_any(),
                        Load::Failed(error) => view! {
                            <ErrorBox error=error>
                                <button class="button" type="button" on:click=move |_| actions::begin(app)>{words::TRY_AGAIN}</button>
                            </ErrorBox>
                        }.into_any(),
                        Load::Idle | Load::Loading => view! { <p class="loading">{words::READING_RECENT}</p> }.into_any(),
                    }}
                </section>
            </div>
            <aside class="start-side" aria-labelledby="doctor-title">
                <h2 id="doctor-title">{words::THIS_COMPUTER}</h2>
                <DoctorList/>
                <p class="faint promise">{words::PROMISE}</p>
                <div class="start-foot"><span class="faint">{version}</span><ThemeToggle class="button quiet square"/></div>
            </aside>
        </main>
    }
}

/// That a template can be drawn and not deployed yet, and why.
#[component]
pub(crate) fn NotYet(reasons: Vec<String>) -> impl IntoView {
    (!reasons.is_empty()).then(|| {
        view! { <small class="not-yet"><IconView icon=Icon::Skipped class="warn"/><span>{words::drawn_only(&reasons)}</span></small> }
    })
}

#[component]
fn Recent(recent: RecentProject) -> impl IntoView {
    let app = App::get();
    let RecentProject {
        path,
        name,
        exists,
        picture,
        ..
    } = recent;
    let (to_open, to_compare, to_forget) = (path.clone(), path.clone(), path.clone());
    let opening = move || {
        app.opening
            .with(|opening| opening.as_ref() == Some(&to_compare))
    };
    let label = words::forget_project(&name);
    view! {
        <li class="recent-item" class:missing=!exists>
            <button class="recent-open" type="button" disabled=!exists on:click=move |_| actions::open(app, to_open.clone())>
                {match picture.filter(|picture| !picture.shapes.is_empty()) {
                    Some(picture) => view! { <Picture picture=picture/> }.into_any(),
                    None => view! { <span class="picture none"><IconView icon=Icon::Folder/></span> }.into_any(),
                }}
                <span class="recent-name">{name}</span>
                <span class="recent-path mono">{path}</span>
                <span class="faint">{move || if opening() { words::OPENING } else if exists { "" } else { words::NOT_THERE }}</span>
            </button>
            <button class="button quiet forget" type="button" aria-label=label on:click=move |_| actions::forget(app, to_forget.clone())>
                {words::FORGET}
            </button>
        </li>
    }
}
