//! What can be done with things of the design: the same from the tree, the menu and the commands.

use crate::components::icon::Icon;
use crate::editing;
use crate::platform;
use crate::state::{App, Dialog, PanelTab};
use crate::words;
use leptos::prelude::*;
use slipway_design::{ApiKind, Target};
use slipway_editor::{Command, ElementId, ElementKind, Refusal};

/// Something that can be done with the design.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Deed {
    AddApi(ApiKind),
    AddFunction,
    AddService,
    AddRoute(String),
    Connect(ElementId),
    Disconnect(ElementId),
    Rename(ElementId),
    Duplicate(Vec<ElementId>),
    Remove(Vec<ElementId>),
    OnCanvas(ElementId),
    InTree(ElementId),
    InInspector(ElementId),
    SelectAll,
    Tidy,
    Undo,
    Redo,
    Routes,
    Keys,
    Import,
}

impl Deed {
    /// What it is called in a menu.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::AddApi(ApiKind::Http) => words::ADD_HTTP_API.to_owned(),
            Self::AddApi(ApiKind::Websocket) => words::ADD_WEBSOCKET_API.to_owned(),
            Self::AddFunction => words::ADD_FUNCTION.to_owned(),
            Self::AddService => words::ADD_SERVICE.to_owned(),
            Self::AddRoute(api) => words::add_route_in(api),
            Self::Connect(_) => words::CONNECT.to_owned(),
            Self::Disconnect(_) => words::DISCONNECT.to_owned(),
            Self::Rename(id) if id.kind() == ElementKind::Route => words::CHANGE_ROUTE.to_owned(),
            Self::Rename(_) => words::RENAME.to_owned(),
            Self::Duplicate(_) => words::DUPLICATE.to_owned(),
            Self::Remove(_) => words::REMOVE.to_owned(),
            Self::OnCanvas(_) => words::GO_TO_CANVAS.to_owned(),
            Self::InTree(_) => words::GO_TO_TREE.to_owned(),
            Self::InInspector(_) => words::GO_TO_INSPECTOR.to_owned(),
            Self::SelectAll => words::SELECT_ALL.to_owned(),
            Self::Tidy => words::TIDY_UP.to_owned(),
            Self::Undo => words::UNDO.to_owned(),
            Self::Redo => words::REDO.to_owned(),
            Self::Routes => words::SHOW_ROUTES.to_owned(),
            Self::Keys => words::SHOW_KEYS.to_owned(),
            Self::Import => words::IMPORT_COMMAND.to_owned(),
        }
    }

    pub(crate) fn icon(&self) -> Icon {
        match self {
            Self::AddApi(ApiKind::Http) => Icon::HttpApi,
            Self::AddApi(ApiKind::Websocket) => Icon::WebSocketApi,
            Self::AddFunction => Icon::Lambda,
            Self::AddService => Icon::Service,
            Self::AddRoute(_) | Self::Routes => Icon::Route,
            Self::Connect(_) => Icon::Plus,
            Self::Disconnect(_) => Icon::Minus,
            Self::Rename(_) => Icon::New,
            Self::Duplicate(_) => Icon::Copy,
            Self::Remove(_) => Icon::Trash,
            Self::OnCanvas(_) | Self::InTree(_) | Self::SelectAll | Self::Tidy => Icon::Design,
            Self::InInspector(_) => Icon::Settings,
            Self::Undo => Icon::Undo,
            Self::Redo => Icon::Redo,
            Self::Keys => Icon::Info,
            Self::Import => Icon::FolderOpen,
        }
    }

    /// Its keys, where there are any.
    pub(crate) fn keys(&self) -> &'static str {
        match self {
            Self::Connect(_) => "Enter",
            Self::Rename(_) => "F2",
            Self::Duplicate(_) => "Ctrl D",
            Self::Remove(_) => "Del",
            Self::SelectAll => "Ctrl A",
            Self::Undo => "Ctrl Z",
            Self::Redo => "Ctrl Shift Z",
            Self::Keys => "F1",
            _ => "",
        }
    }

    /// Whether it changes the text, which not every file lets.
    pub(crate) fn changes(&self) -> bool {
        match self {
            Self::AddApi(_)
            | Self::AddFunction
            | Self::AddService
            | Self::AddRoute(_)
            | Self::Connect(_)
            | Self::Disconnect(_)
            | Self::Rename(_)
            | Self::Duplicate(_)
            | Self::Remove(_)
            | Self::Import => true,
            Self::OnCanvas(_)
            | Self::InTree(_)
            | Self::InInspector(_)
            | Self::SelectAll
            | Self::Tidy
            | Self::Undo
            | Self::Redo
            | Self::Routes
            | Self::Keys => false,
        }
    }

    /// Why it can't be done now; `None` when it can.
    pub(crate) fn against(&self, app: App) -> Option<Refusal> {
        app.closed.get().filter(|_| self.changes())
    }

    /// Whether it takes something away.
    pub(crate) fn is_weighty(&self) -> bool {
        matches!(self, Self::Remove(_))
    }
}

/// What can be added anywhere.
pub(crate) const ADDITIONS: [Deed; 4] = [
    Deed::AddApi(ApiKind::Http),
    Deed::AddApi(ApiKind::Websocket),
    Deed::AddFunction,
    Deed::AddService,
];

/// What can be done with what is selected, in groups; without a selection, what can be added.
pub(crate) fn deeds_for(app: App, ids: &[ElementId], in_tree: bool) -> Vec<Vec<Deed>> {
    let [id] = ids else {
        let mut groups = vec![ADDITIONS.to_vec()];
        if ids.is_empty() {
            groups.push(vec![Deed::Import]);
            groups.push(vec![Deed::SelectAll, Deed::Tidy]);
        } else {
            groups.insert(
                0,
                vec![Deed::Duplicate(ids.to_vec()), Deed::Remove(ids.to_vec())],
            );
        }
        return groups;
    };
    let mut first = Vec::new();
    if let ElementId::Route { .. } = id {
        first.push(Deed::Connect(id.clone()));
        if !is_open(app, id) {
            first.push(Deed::Disconnect(id.clone()));
        }
    }
    if let ElementId::Route { api, .. } | ElementId::Api(api) = id {
        first.push(Deed::AddRoute(api.clone()));
    }
    let mut groups = vec![
        first,
        vec![
            Deed::Rename(id.clone()),
            Deed::Duplicate(vec![id.clone()]),
            Deed::Remove(vec![id.clone()]),
        ],
        vec![
            if in_tree {
                Deed::OnCanvas(id.clone())
            } else {
                Deed::InTree(id.clone())
            },
            Deed::InInspector(id.clone()),
        ],
    ];
    groups.retain(|group| !group.is_empty());
    groups
}

fn is_open(app: App, id: &ElementId) -> bool {
    let ElementId::Route { api, key } = id else {
        return true;
    };
    editing::look(app, |editor| {
        let route = editor.design().apis.get(api)?.routes.get(key)?;
        Some(route.target == Target::Open)
    })
    .flatten()
    .unwrap_or(true)
}

pub(crate) fn carry_out(app: App, deed: Deed) {
    if let Some(refusal) = untrack(|| deed.against(app)) {
        editing::refuse(app, refusal);
        return;
    }
    match deed {
        Deed::AddApi(kind) => add(app, &Command::AddApi { kind, at: None }),
        Deed::AddFunction => add(app, &Command::AddFunction { at: None }),
        Deed::AddService => add(app, &Command::AddService { at: None }),
        Deed::AddRoute(api) => app.dialog.set(Dialog::RouteKey { api, key: None }),
        Deed::Connect(route) => app.dialog.set(Dialog::Connect(route)),
        Deed::Disconnect(route) => {
            done(app, &Command::Disconnect { route });
        }
        Deed::Rename(ElementId::Route { api, key }) => app.dialog.set(Dialog::RouteKey {
            api,
            key: Some(key),
        }),
        Deed::Rename(id) => app.dialog.set(Dialog::Rename { id, fresh: false }),
        Deed::Duplicate(ids) => {
            done(app, &Command::Duplicate { ids });
        }
        Deed::Remove(ids) => {
            done(app, &Command::Remove { ids });
        }
        Deed::OnCanvas(id) => go(app, id, ".canvas [data-node-id={}]"),
        Deed::InTree(id) => go(app, id, "[data-tree={}]"),
        Deed::InInspector(id) => {
            app.select(id);
            request_animation_frame(|| {
                crate::keys::focus_pane("inspector");
            });
        }
        Deed::SelectAll => select_all(app),
        Deed::Tidy => {
            done(app, &Command::Tidy);
        }
        Deed::Undo => editing::undo(app),
        Deed::Redo => editing::redo(app),
        Deed::Routes => {
            app.panel.set(PanelTab::Routes);
            app.panel_open.set(true);
            request_animation_frame(|| {
                crate::keys::focus_pane("panel");
            });
        }
        Deed::Keys => app.dialog.set(Dialog::Keys),
        Deed::Import => app.dialog.set(Dialog::Import(None)),
    }
}

/// A key on a route, or on what leads away from it: Enter opens the list of what it can lead to, Space selects it.
/// `false` for any other key.
pub(crate) fn press_route(app: App, route: &ElementId, key: &str) -> bool {
    if !matches!(key, "Enter" | " ") {
        return false;
    }
    app.select(route.clone());
    if key == "Enter" {
        carry_out(app, Deed::Connect(route.clone()));
    }
    true
}

/// Does a command and says what it did; `false` when it was refused, which was told.
pub(crate) fn done(app: App, command: &Command) -> bool {
    let is_done = editing::apply(app, command);
    if is_done && let Some(title) = app.undo_title.get_untracked() {
        app.say(title);
    }
    is_done
}

/// Adds something and asks for its name.
fn add(app: App, command: &Command) {
    if done(app, command)
        && let Some(id) = app.selected.get_untracked()
    {
        app.select(id.clone());
        app.dialog.set(Dialog::Rename { id, fresh: true });
    }
}

pub(crate) fn select_all(app: App) {
    let all = app.scene.with_untracked(|scene| {
        slipway_editor::Selection::of(scene.cards.iter().map(|card| card.id.clone()))
    });
    let number = all.ids().len();
    editing::with(app, |editor| editor.select(all));
    app.say(words::selected(number));
}

/// Selects an element and gives it the focus where the selector finds it.
fn go(app: App, id: ElementId, selector: &'static str) {
    app.select(id.clone());
    focus_on(&id, selector);
}

fn focus_on(id: &ElementId, selector: &'static str) {
    let name = platform::quoted(&id.to_string());
    // It may have to be mounted first.
    request_animation_frame(move || {
        platform::focus(&selector.replace("{}", &name));
    });
}

/// Gives the focus to what is selected where the keyboard is at work: in the tree or on the canvas.
pub(crate) fn focus_again(app: App, in_tree: bool) {
    let Some(id) = app.selected.get_untracked() else {
        return;
    };
    editing::with(app, |editor| editor.reveal(&id));
    let selector = if in_tree {
        "[data-tree={}]"
    } else {
        ".canvas [data-node-id={}]"
    };
    focus_on(&id, selector);
}

/// The element on the canvas of this name, as the page writes it.
pub(crate) fn element_named(app: App, name: &str) -> Option<ElementId> {
    app.scene.with_untracked(|scene| {
        scene
            .cards
            .iter()
            .flat_map(|card| std::iter::once(&card.id).chain(card.rows().iter().map(|row| &row.id)))
            .find(|id| id.to_string() == name)
            .cloned()
    })
}
