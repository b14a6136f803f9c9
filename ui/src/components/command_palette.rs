//! Search and commands: everything that can be done, by name.

use crate::actions;
use crate::components::filtered_list::{Choice, Choices, FilteredList};
use crate::components::icon::Icon;
use crate::components::modal::Modal;
use crate::deeds::{self, Deed};
use crate::ipc;
use crate::look;
use crate::outside;
use crate::platform;
use crate::state::{App, Dialog, PanelTab, Screen};
use crate::words;
use leptos::prelude::*;
use slipway_editor::ElementId;
use slipway_protocol::{DestroyChoice, PageSize, Theme};

/// What an entry does.
#[derive(Debug, Clone, PartialEq)]
enum Does {
    Deploy,
    Destroy,
    Environment(String),
    Select(ElementId),
    Open,
    New,
    Close,
    Fit,
    LifeSize,
    Panel(PanelTab),
    Theme(Theme),
    Larger,
    Smaller,
    AsDrawn,
    Settings,
    LookAround,
    ShowFolder,
    CopyUrl(String),
    Cancel,
    Deed(Deed),
    Save,
    Versions,
    Download,
    Import,
}

fn entry(icon: Icon, text: impl Into<String>, keys: &'static str, does: Does) -> Choice<Does> {
    Choice::new(does, icon, text).keys(keys)
}

#[component]
pub(crate) fn CommandPalette() -> impl IntoView {
    let app = App::get();
    let open = Memo::new(move |_| app.dialog.with(|dialog| *dialog == Dialog::Commands));
    move || open.get().then(|| view! { <Palette/> }.into_any())
}

/// What can be done now.
fn entries(app: App) -> Vec<Choice<Does>> {
    let mut all = Vec::new();
    if app.screen.get_untracked() == Screen::Design {
        let running = app
            .run
            .with_untracked(|run| run.as_ref().is_some_and(|run| !run.is_finished()));
        if running {
            all.push(entry(Icon::Stopped, words::CANCEL_RUN, "", Does::Cancel));
        } else {
            all.push(entry(Icon::Deploy, words::DEPLOY_COMMAND, "", Does::Deploy));
        }
        app.project.with_untracked(|project| {
            for name in project
                .iter()
                .flat_map(|project| project.design.environments.keys())
            {
                if app
                    .environment
                    .with_untracked(|now| now.as_ref() != Some(name))
                {
                    all.push(entry(
                        Icon::Screen,
                        words::switch_to(name),
                        "",
                        Does::Environment(name.clone()),
                    ));
                }
            }
        });
        app.urls.with_untracked(|urls| {
            for (api, url) in urls {
                all.push(entry(
                    Icon::Copy,
                    words::copy_url_of(api),
                    "",
                    Does::CopyUrl(url.clone()),
                ));
            }
        });
        let ids = app
            .selection
            .with_untracked(|selection| selection.ids().to_vec());
        let on_selected = (!ids.is_empty()).then(|| deeds::deeds_for(app, &ids, true));
        let more = [
            Deed::Import,
            Deed::SelectAll,
            Deed::Tidy,
            Deed::Undo,
            Deed::Redo,
            Deed::Routes,
        ];
        let deeds = on_selected.into_iter().flatten().flatten();
        let mut named: Vec<Deed> = Vec::new();
        for deed in deeds.chain(deeds::ADDITIONS).chain(more) {
            if !named.contains(&deed) {
                named.push(deed.clone());
                let against = untrack(|| deed.against(app)).map(|refusal| refusal.message);
                let (icon, text, keys) = (deed.icon(), deed.text(), deed.keys());
                all.push(entry(icon, text, keys, Does::Deed(deed)).against(against));
            }
        }
        all.push(entry(Icon::Check, words::SAVE_NOW, "Ctrl S", Does::Save));
        all.push(entry(
            Icon::Clock,
            words::VERSIONS_COMMAND,
            "",
            Does::Versions,
        ));
        if ipc::is_demo() {
            all.push(entry(Icon::Copy, words::DOWNLOAD, "", Does::Download));
        }
        all.push(entry(Icon::Fit, words::FIT, "F", Does::Fit));
        all.push(entry(Icon::Search, words::LIFE_SIZE, "0", Does::LifeSize));
        all.push(entry(
            Icon::Warning,
            words::SHOW_PROBLEMS,
            "",
            Does::Panel(PanelTab::Problems),
        ));
        all.push(entry(
            Icon::Design,
            words::SHOW_PLAN,
            "",
            Does::Panel(PanelTab::Plan),
        ));
        all.push(entry(
            Icon::Clock,
            words::SHOW_ACTIVITY,
            "",
            Does::Panel(PanelTab::Activity),
        ));
        all.push(entry(Icon::Again, words::CHECK_AGAIN, "", Does::LookAround));
        all.push(entry(
            Icon::Folder,
            words::SHOW_FOLDER,
            "",
            Does::ShowFolder,
        ));
        all.push(entry(Icon::Back, words::BACK_TO_START, "", Does::Close));
        if !running {
            all.push(entry(
                Icon::Trash,
                words::DESTROY_COMMAND,
                "",
                Does::Destroy,
            ));
        }
    }
    all.push(entry(
        Icon::FolderOpen,
        words::OPEN_FOLDER,
        "Ctrl O",
        Does::Open,
    ));
    all.push(entry(Icon::New, words::NEW_PROJECT, "Ctrl N", Does::New));
    if app.screen.get_untracked() == Screen::Start {
        all.push(entry(Icon::Folder, words::IMPORT_COMMAND, "", Does::Import));
    }
    all.push(entry(
        Icon::Info,
        words::SHOW_KEYS,
        "F1",
        Does::Deed(Deed::Keys),
    ));
    for (icon, theme) in [
        (Icon::Screen, Theme::System),
        (Icon::Sun, Theme::Light),
        (Icon::Moon, Theme::Dark),
    ] {
        all.push(entry(
            icon,
            words::theme_command(theme),
            "",
            Does::Theme(theme),
        ));
    }
    if !ipc::is_demo() {
        all.push(entry(Icon::Plus, words::LARGER, "Ctrl +", Does::Larger));
        all.push(entry(Icon::Minus, words::SMALLER, "Ctrl −", Does::Smaller));
        all.push(entry(
            Icon::Search,
            words::AS_DRAWN,
            "Ctrl 0",
            Does::AsDrawn,
        ));
    }
    all.push(entry(
        Icon::Settings,
        words::SETTINGS,
        "Ctrl ,",
        Does::Settings,
    ));
    if app.screen.get_untracked() == Screen::Design {
        elements(app, &mut all);
    }
    all
}

/// What is drawn, to be found by its name.
fn elements(app: App, all: &mut Vec<Choice<Does>>) {
    app.scene.with_untracked(|scene| {
        for card in &scene.cards {
            let websocket = card.kind.starts_with("WebSocket");
            all.push(
                entry(
                    Icon::of_kind(card.id.kind(), websocket),
                    card.title.clone(),
                    "",
                    Does::Select(card.id.clone()),
                )
                .note(card.kind.to_owned()),
            );
            for row in card.rows() {
                all.push(
                    entry(
                        Icon::Route,
                        format!("{} {}", row.method, row.path),
                        "",
                        Does::Select(row.id.clone()),
                    )
                    .note(card.title.clone()),
                );
            }
        }
    });
}

fn carry_out(app: App, does: Does) {
    app.dialog.set(Dialog::None);
    match does {
        Does::Deploy => actions::plan(app, None),
        Does::Destroy => actions::plan(app, Some(DestroyChoice::default())),
        Does::Environment(name) => actions::choose_environment(app, name),
        Does::Select(id) => {
            app.select(id.clone());
            request_animation_frame(move || {
                platform::focus(&format!(
                    "[data-node-id={}]",
                    platform::quoted(&id.to_string())
                ));
            });
        }
        Does::Open => actions::pick_and_open(app),
        Does::New => app.dialog.set(Dialog::NewProject(None)),
        Does::Close => outside::leave(app),
        Does::Fit => actions::fit(app),
        Does::LifeSize => {
            let view = app.viewport.get_untracked();
            let middle = slipway_editor::Point::new(view.width / 2.0, view.height / 2.0);
            app.move_camera(|camera| camera.zoomed_to(1.0, middle));
        }
        Does::Panel(tab) => {
            app.panel.set(tab);
            app.panel_open.set(true);
        }
        Does::Theme(theme) => look::set_theme(app, theme),
        Does::Larger => look::resize_page(app, PageSize::larger),
        Does::Smaller => look::resize_page(app, PageSize::smaller),
        Does::AsDrawn => look::resize_page(app, |_| PageSize::default()),
        Does::Settings => app.dialog.set(Dialog::Settings),
        Does::LookAround => actions::look_around(app, app.environment.get_untracked()),
        Does::ShowFolder => {
            if let Some(path) = app.path() {
                actions::open_external(app, path);
            }
        }
        Does::CopyUrl(url) => actions::copy(app, url),
        Does::Cancel => actions::cancel(app),
        Does::Deed(deed) => deeds::carry_out(app, deed),
        Does::Save => outside::save(app),
        Does::Versions => app.dialog.set(Dialog::Versions),
        Does::Download => actions::download(app),
        Does::Import => app.dialog.set(Dialog::Import(None)),
    }
}

#[component]
fn Palette() -> impl IntoView {
    let app = App::get();
    let all = Choices::new(entries(app));
    let text = RwSignal::new(String::new());
    let close = Callback::new(move |()| app.dialog.set(Dialog::None));
    view! {
        <Modal title=words::COMMANDS.to_owned() class="palette" bare=true on_close=close>
            <FilteredList id="command" placeholder=words::SEARCH label=words::COMMANDS text=text
                find=move |text: String| all.matching(&text) on_choose=move |does| carry_out(app, does)/>
        </Modal>
    }
}
