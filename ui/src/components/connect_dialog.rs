//! Wiring without a pointer: a list of everything that a route can lead to.

use crate::components::filtered_list::{Choice, Choices, FilteredList, Found};
use crate::components::icon::Icon;
use crate::components::modal::Modal;
use crate::deeds;
use crate::editing;
use crate::marks;
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

fn choices(app: App, route: &ElementId) -> Vec<Choice<Lead>> {
    let targets = editing::look(app, |editor| editor.targets_for(route)).unwrap_or_default();
    let title = |id: &ElementId| {
        app.scene.with_untracked(|scene| {
            scene
                .card(id)
                .map(|card| (card.title.clone(), card.kind.to_owned()))
                .unwrap_or_default()
        })
    };
    let mut all: Vec<Choice<Lead>> = targets
        .into_iter()
        .map(|(id, verdict)| {
            let (text, note) = title(&id);
            let kind = id.kind();
            Choice::new(Lead::To(id), Icon::of_kind(kind, false), text)
                .class(marks::kind_class(kind))
                .note(note)
                .against(verdict.err().map(|refusal| refusal.message))
        })
        .collect();
    let is_http = editing::look(app, |editor| match route {
        ElementId::Route { api, .. } => editor
            .design()
            .apis
            .get(api)
            .is_some_and(|api| api.kind == slipway_design::ApiKind::Http),
        _ => false,
    })
    .unwrap_or_default();
    let fresh =
        |kind, icon, text| Choice::new(Lead::New(kind), icon, text).class(marks::kind_class(kind));
    all.push(fresh(
        ElementKind::Function,
        Icon::Lambda,
        words::TO_NEW_FUNCTION,
    ));
    if is_http {
        all.push(fresh(
            ElementKind::Service,
            Icon::Service,
            words::TO_NEW_SERVICE,
        ));
        all.push(
            Choice::new(Lead::AnyAddress, Icon::Open, words::NEW_ADDRESS)
                .class("mute")
                .note(words::ADDRESS_NOTE),
        );
    }
    all.push(Choice::new(Lead::Nowhere, Icon::Minus, words::TO_NOWHERE).class("mute"));
    all
}

/// An address is a choice of its own.
fn found(choices: &Choices<Lead>, text: &str) -> Found<Lead> {
    let address = text.trim();
    let takes_addresses = choices.any(|lead| *lead == Lead::AnyAddress);
    if address.starts_with("http") && address.contains("://") && takes_addresses {
        let lead = Lead::Address(address.to_owned());
        let choice = Choice::new(lead, Icon::Open, address)
            .class("mute")
            .note(words::AN_ADDRESS);
        return Found {
            choices: vec![choice],
            more: 0,
        };
    }
    choices.matching(text)
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
    let all = Choices::new(choices(app, &route));
    let text = RwSignal::new(String::new());
    let close = Callback::new(move |()| {
        app.dialog.set(Dialog::None);
        deeds::focus_again(app, in_tree);
    });
    let title = match &route {
        ElementId::Route { key, .. } => words::connect_title(key),
        other => words::connect_title(other.node_key()),
    };
    let choose = move |lead: Lead| {
        let route = route.clone();
        let fresh = matches!(lead, Lead::New(_));
        let command = match lead {
            Lead::AnyAddress => {
                text.set("https://".to_owned());
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
    };
    view! {
        <Modal title=title.clone() class="palette connect" bare=true testid="connect" on_close=close>
            <FilteredList id="target" title=title placeholder=words::SEARCH_TARGET label=words::TARGETS text=text
                find=move |text: String| found(&all, &text) on_choose=choose/>
        </Modal>
    }
}
