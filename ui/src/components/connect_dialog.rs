//! Wiring without a pointer: a list of everything that a route can lead to.

use crate::components::icon::{Icon, IconView};
use crate::components::modal::Modal;
use crate::deeds;
use crate::editing;
use crate::marks;
use crate::platform;
use crate::state::{App, Dialog};
use crate::words;
use leptos::prelude::*;
use slipway_design::{Edit, Path, retarget};
use slipway_editor::{Command, ElementId, ElementKind};

/// Where a route can be led.
#[derive(Debug, Clone, PartialEq)]
enum Lead {
    To(ElementId),
    New(ElementKind),
    Address(String),
    /// The words say how an address is typed.
    AnyAddress,
    Nowhere,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    lead: Lead,
    icon: Icon,
    class: &'static str,
    text: String,
    note: String,
    /// Why it can't be chosen.
    against: Option<String>,
}

#[component]
pub(crate) fn ConnectDialog() -> impl IntoView {
    let app = App::get();
    let route = Memo::new(move |_| {
        app.dialog.with(|dialog| match dialog {
            Dialog::Connect(route) => Some(route.clone()),
            _ => None,
        })
    });
    move || Some(view! { <Targets route=route.get()?/> }.into_any())
}

fn entries(app: App, route: &ElementId) -> Vec<Entry> {
    let targets = editing::look(app, |editor| editor.targets_for(route)).unwrap_or_default();
    let title = |id: &ElementId| {
        app.scene.with_untracked(|scene| {
            scene
                .card(id)
                .map(|card| (card.title.clone(), card.kind.to_owned()))
                .unwrap_or_default()
        })
    };
    let mut all: Vec<Entry> = targets
        .into_iter()
        .map(|(id, verdict)| {
            let (text, note) = title(&id);
            Entry {
                icon: Icon::of_kind(id.kind(), false),
                class: marks::kind_class(id.kind()),
                lead: Lead::To(id),
                text,
                note,
                against: verdict.err().map(|refusal| refusal.message),
            }
        })
        .collect();
    // What can be chosen comes first.
    all.sort_by_key(|entry| entry.against.is_some());
    let first_wrong = all
        .iter()
        .position(|entry| entry.against.is_some())
        .unwrap_or(all.len());
    let is_http = editing::look(app, |editor| match route {
        ElementId::Route { api, .. } => editor
            .design()
            .apis
            .get(api)
            .is_some_and(|api| api.kind == slipway_design::ApiKind::Http),
        _ => false,
    })
    .unwrap_or_default();
    let plain = |lead, icon, class, text: &str| Entry {
        lead,
        icon,
        class,
        text: text.to_owned(),
        note: String::new(),
        against: None,
    };
    let mut more = vec![plain(
        Lead::New(ElementKind::Function),
        Icon::Lambda,
        "kind-function",
        words::TO_NEW_FUNCTION,
    )];
    if is_http {
        more.push(plain(
            Lead::New(ElementKind::Service),
            Icon::Service,
            "kind-service",
            words::TO_NEW_SERVICE,
        ));
        more.push(Entry {
            note: words::ADDRESS_NOTE.to_owned(),
            ..plain(Lead::AnyAddress, Icon::Open, "mute", words::NEW_ADDRESS)
        });
    }
    more.push(plain(Lead::Nowhere, Icon::Minus, "mute", words::TO_NOWHERE));
    all.splice(first_wrong..first_wrong, more);
    all
}

/// Every word must occur; an address is an entry of its own.
fn matching(entries: &[Entry], text: &str) -> Vec<Entry> {
    let text = text.trim();
    let takes_addresses = entries.iter().any(|entry| entry.lead == Lead::AnyAddress);
    if text.starts_with("http") && text.contains("://") && takes_addresses {
        return vec![Entry {
            lead: Lead::Address(text.to_owned()),
            icon: Icon::Open,
            class: "mute",
            text: text.to_owned(),
            note: words::AN_ADDRESS.to_owned(),
            against: None,
        }];
    }
    let text = text.to_lowercase();
    entries
        .iter()
        .filter(|entry| {
            let hay = format!("{} {}", entry.text, entry.note).to_lowercase();
            text.split_whitespace().all(|word| hay.contains(word))
        })
        .cloned()
        .collect()
}

/// The edits that lead a route to an address.
fn to_address(app: App, route: &ElementId, url: &str) -> Option<Command> {
    let ElementId::Route { api, key } = route else {
        return None;
    };
    let at = Path::route(api, key);
    let mut edits = editing::look(app, |editor| retarget(editor.document(), &at, None).ok())??;
    edits.push(Edit::Set {
        path: at.key("url"),
        value: url.into(),
    });
    Some(Command::Edit {
        title: words::CONNECT_STEP.to_owned(),
        edits,
        select: vec![route.clone()],
    })
}

#[component]
fn Targets(route: ElementId) -> impl IntoView {
    let app = App::get();
    let in_tree = crate::keys::is_in("tree");
    let all = entries(app, &route);
    let text = RwSignal::new(String::new());
    let at = RwSignal::new(0usize);
    let found = Memo::new(move |_| matching(&all, &text.get()));
    let close = Callback::new(move |()| {
        app.dialog.set(Dialog::None);
        deeds::focus_again(app, in_tree);
    });
    let title = match &route {
        ElementId::Route { key, .. } => words::connect_title(key),
        other => words::connect_title(other.node_key()),
    };
    let choose = Callback::new(move |entry: Entry| {
        if let Some(against) = entry.against {
            app.say(against);
            return;
        }
        let route = route.clone();
        let fresh = matches!(entry.lead, Lead::New(_));
        let command = match entry.lead {
            Lead::AnyAddress => {
                text.set("https://".to_owned());
                at.set(0);
                return;
            }
            Lead::To(target) => Command::Connect { route, target },
            Lead::New(kind) => Command::ConnectNew {
                route,
                kind,
                at: None,
            },
            Lead::Nowhere => Command::Disconnect { route },
            Lead::Address(url) => match to_address(app, &route, &url) {
                Some(command) => command,
                None => return,
            },
        };
        if deeds::done(app, &command) {
            close.run(());
            if fresh && let Some(id) = app.selected.get_untracked() {
                app.dialog.set(Dialog::Rename { id, fresh });
            }
        }
    });
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
                    choose.run(entry);
                }
            }
            _ => return,
        }
        event.prevent_default();
        let marked = at.try_get_untracked().unwrap_or_default();
        request_animation_frame(move || platform::show_near(&format!("#target-{marked}")));
    };
    let label = title.clone();
    view! {
        <Modal title=title class="palette connect" bare=true testid="connect" on_close=close>
            <p class="connect-title" id="connect-title">{label}</p>
            <div class="palette-input">
                <IconView icon=Icon::Search/>
                <input autofocus placeholder=words::SEARCH_TARGET autocomplete="off" spellcheck="false" role="combobox" aria-expanded="true"
                    aria-controls="targets" aria-labelledby="connect-title" aria-activedescendant=move || format!("target-{}", at.get())
                    prop:value=move || text.get()
                    on:input=move |event| { text.set(event_target_value(&event)); at.set(0); } on:keydown=on_keydown/>
                <kbd>"Esc"</kbd>
            </div>
            <ul class="commands" id="targets" role="listbox" aria-label=words::TARGETS>
                {move || found.get().into_iter().enumerate().map(|(index, entry)| {
                    let to_choose = entry.clone();
                    let why = entry.against.clone();
                    let is_against = why.is_some();
                    view! {
                        <li id=format!("target-{index}") class="command" class:against=is_against role="option" aria-disabled=is_against.to_string()
                            aria-selected=move || (at.get() == index).to_string()
                            on:pointermove=move |_| at.set(index) on:click=move |_| choose.run(to_choose.clone())>
                            <IconView icon=entry.icon class=entry.class/>
                            <span class="clip">{entry.text}</span>
                            <span class="faint clip">{entry.note}</span>
                            {why.map(|why| view! { <small class="why">{why}</small> })}
                        </li>
                    }
                }).collect_view()}
                {move || found.with(Vec::is_empty).then(|| view! {
                    <li class="empty" role="option" aria-selected="false" aria-disabled="true">{words::NOTHING_FOUND}</li>
                })}
            </ul>
        </Modal>
    }
}
