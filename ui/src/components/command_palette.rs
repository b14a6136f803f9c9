//! Search and commands: everything that can be done, by name.

use crate::actions;
use crate::components::icon::{Icon, IconView};
use crate::components::modal::Modal;
use crate::deeds::{self, Deed};
use crate::ipc;
use crate::outside;
use crate::platform;
use crate::state::{App, Dialog, PanelTab, Screen};
use crate::words;
use leptos::prelude::*;
use slipway_editor::ElementId;
use slipway_protocol::{DestroyChoice, Theme};

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
    Settings,
    LookAround,
    ShowFolder,
    CopyUrl(String),
    Cancel,
    Deed(Deed),
    Save,
    Versions,
    Download,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    icon: Icon,
    text: String,
    note: String,
    keys: &'static str,
    does: Does,
}

fn entry(icon: Icon, text: impl Into<String>, keys: &'static str, does: Does) -> Entry {
    Entry {
        icon,
        text: text.into(),
        note: String::new(),
        keys,
        does,
    }
}

#[component]
pub(crate) fn CommandPalette() -> impl IntoView {
    let app = App::get();
    let open = Memo::new(move |_| app.dialog.with(|dialog| *dialog == Dialog::Commands));
    move || open.get().then(|| view! { <Palette/> }.into_any())
}

/// What can be done now.
fn entries(app: App) -> Vec<Entry> {
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
        app.scene.with_untracked(|scene| {
            for card in &scene.cards {
                let websocket = card.kind.starts_with("WebSocket");
                all.push(Entry {
                    note: card.kind.to_owned(),
                    ..entry(
                        Icon::of_kind(card.id.kind(), websocket),
                        card.title.clone(),
                        "",
                        Does::Select(card.id.clone()),
                    )
                });
                for row in card.rows() {
                    all.push(Entry {
                        note: card.title.clone(),
                        ..entry(
                            Icon::Route,
                            format!("{} {}", row.method, row.path),
                            "",
                            Does::Select(row.id.clone()),
                        )
                    });
                }
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
        for deed in deeds.chain(deeds::ADDITIONS).chain(more) {
            if all
                .iter()
                .all(|entry| entry.does != Does::Deed(deed.clone()))
            {
                all.push(entry(
                    deed.icon(),
                    deed.text(),
                    deed.keys(),
                    Does::Deed(deed),
                ));
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
    all.push(entry(
        Icon::Settings,
        words::SETTINGS,
        "Ctrl ,",
        Does::Settings,
    ));
    all
}

/// Every word must occur; entries that begin with the text come first.
fn matching(entries: &[Entry], text: &str) -> Vec<Entry> {
    let text = text.trim().to_lowercase();
    let mut found: Vec<(bool, Entry)> = entries
        .iter()
        .filter_map(|entry| {
            let hay = format!("{} {}", entry.text, entry.note).to_lowercase();
            text.split_whitespace()
                .all(|word| hay.contains(word))
                .then(|| (!hay.starts_with(&text), entry.clone()))
        })
        .collect();
    found.sort_by_key(|(later, _)| *later);
    found.into_iter().map(|(_, entry)| entry).collect()
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
        Does::Theme(theme) => actions::set_theme(app, theme),
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
    }
}

#[component]
fn Palette() -> impl IntoView {
    let app = App::get();
    let all = entries(app);
    let text = RwSignal::new(String::new());
    let at = RwSignal::new(0usize);
    let found = Memo::new(move |_| matching(&all, &text.get()));
    let close = Callback::new(move |()| app.dialog.set(Dialog::None));
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        let number = found.with_untracked(Vec::len);
        let step =
            |by: usize| at.update(|at| *at = if number == 0 { 0 } else { (*at + by) % number });
        match event.key().as_str() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(number.saturating_sub(1)),
            "Enter" => {
                if let Some(entry) =
                    found.with_untracked(|found| found.get(at.get_untracked()).cloned())
                {
                    carry_out(app, entry.does);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    Effect::new(move |_| {
        let at = at.get();
        request_animation_frame(move || {
            if let Ok(Some(entry)) = platform::document().query_selector(&format!("#command-{at}"))
            {
                let near = web_sys::ScrollIntoViewOptions::new();
                near.set_block(web_sys::ScrollLogicalPosition::Nearest);
                entry.scroll_into_view_with_scroll_into_view_options(&near);
            }
        });
    });
    view! {
        <Modal title=words::COMMANDS.to_owned() class="palette" bare=true on_close=close>
            <div class="palette-input">
                <IconView icon=Icon::Search/>
                <input autofocus placeholder=words::SEARCH autocomplete="off" spellcheck="false" role="combobox" aria-expanded="true"
                    aria-controls="commands" aria-label=words::SEARCH aria-activedescendant=move || format!("command-{}", at.get())
                    on:input=move |event| { text.set(event_target_value(&event)); at.set(0); } on:keydown=on_keydown/>
                <kbd>"Esc"</kbd>
            </div>
            <ul class="commands" id="commands" role="listbox" aria-label=words::COMMANDS>
                {move || found.get().into_iter().enumerate().map(|(index, entry)| {
                    let does = entry.does.clone();
                    view! {
                        <li id=format!("command-{index}") class="command" role="option" aria-selected=move || (at.get() == index).to_string()
                            on:pointermove=move |_| at.set(index) on:click=move |_| carry_out(app, does.clone())>
                            <IconView icon=entry.icon/>
                            <span class="clip">{entry.text}</span>
                            <span class="faint clip">{entry.note}</span>
                            {(!entry.keys.is_empty()).then(|| view! { <kbd>{entry.keys}</kbd> })}
                        </li>
                    }
                }).collect_view()}
                {move || found.with(Vec::is_empty).then(|| view! { <li class="empty" role="option" aria-selected="false" aria-disabled="true">{words::NOTHING_FOUND}</li> })}
            </ul>
        </Modal>
    }
}
