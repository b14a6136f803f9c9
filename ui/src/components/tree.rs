//! The design as a tree: the same things as on the canvas, for the keyboard and for lists.

use crate::components::batches::Batches;
use crate::components::canvas::tab_index;
use crate::components::icon::{Icon, IconView, severity_class};
use crate::components::splitter::{Edge, Splitter};
use crate::deeds::{self, Deed};
use crate::marks;
use crate::platform;
use crate::state::{App, Menu, worst};
use crate::words;
use leptos::html;
use leptos::prelude::*;
use slipway_design::{ApiKind, Severity};
use slipway_editor::{CardFace, ElementId, ElementKind};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Height of a line in pixels, as the style sheet has it.
const ROW: f64 = 28.0;

/// A line of the tree.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    id: ElementId,
    icon: Icon,
    text: String,
    /// Method of a route.
    method: Option<String>,
    note: String,
    level: u8,
    /// For what has lines below: whether they are shown.
    open: Option<bool>,
    problem: Option<Severity>,
}

/// All that are shown, from the first to the last.
#[derive(Debug, Default, PartialEq)]
struct Lines {
    all: Vec<Line>,
    places: HashMap<ElementId, Place>,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    index: usize,
    /// Among those of its level that hang on the same line: its number from 1 on, and how many they are.
    among: (usize, usize),
}

impl Lines {
    fn index(&self, id: &ElementId) -> Option<usize> {
        self.places.get(id).map(|place| place.index)
    }

    fn add(&mut self, line: Line, among: (usize, usize)) {
        let index = self.all.len();
        self.places.insert(line.id.clone(), Place { index, among });
        self.all.push(line);
    }
}

/// What the lines look at together.
#[derive(Clone, Copy)]
struct Shared {
    lines: Memo<Arc<Lines>>,
    shut: RwSignal<HashSet<ElementId>>,
    /// The line that Tab reaches.
    stop: Memo<Option<ElementId>>,
}

#[component]
pub(crate) fn Tree() -> impl IntoView {
    let app = App::get();
    let shut = RwSignal::new(HashSet::<ElementId>::new());
    let unreadable = move || {
        app.project.with(|project| {
            project
                .as_ref()
                .is_some_and(|project| project.document.design().is_none())
        })
    };
    let lines = Memo::new(move |_| Arc::new(lines(app, &shut.get())));
    let stop = Memo::new(move |_| {
        let selected = app.selected.get();
        lines.with(|lines| {
            selected
                .filter(|id| lines.places.contains_key(id))
                .or_else(|| Some(lines.all.first()?.id.clone()))
        })
    });
    let shared = Shared { lines, shut, stop };
    let number = Memo::new(move |_| lines.with(|lines| lines.all.len()));
    let kept = Memo::new(move |_| {
        let index = stop.with(|stop| lines.with(|lines| lines.index(stop.as_ref()?)));
        index.into_iter().collect::<Vec<_>>()
    });
    let batches = Batches::new(ROW, number, kept);
    let list = NodeRef::<html::Div>::new();
    list.on_load(move |list| batches.watch(&list, ".tree"));
    let number = batches.all();
    // A line that comes again in another batch has lost the focus on its way.
    let has_focus = StoredValue::new(false);
    Effect::new(move |_| {
        lines.track();
        request_animation_frame(move || {
            let here = has_focus.try_get_value().unwrap_or_default();
            if here
                && !platform::has_focus()
                && let Some(id) = stop.get_untracked()
            {
                focus(&id);
            }
        });
    });
    let on_keydown = move |event: web_sys::KeyboardEvent| on_keydown(app, shared, &event);
    let add = move |event: web_sys::MouseEvent| {
        let rect = event_target::<web_sys::Element>(&event).get_bounding_client_rect();
        app.menu.set(Some(Menu {
            ids: Vec::new(),
            x: rect.left(),
            y: rect.bottom() + 4.0,
            in_tree: true,
        }));
    };
    view! {
        <aside class="side" data-pane="tree" aria-label=words::DESIGN_TREE>
            <div class="side-head">
                <span>{words::DESIGN}</span>
                <button class="button quiet square small" type="button" data-testid="tree-add" aria-haspopup="menu" title=words::ADD_TO_TREE aria-label=words::ADD_TO_TREE
                    on:click=add><IconView icon=Icon::Plus/></button>
            </div>
            <div class="tree" role="tree" aria-label=words::DESIGN_TREE on:keydown=on_keydown on:focusin=move |_| has_focus.set_value(true)
                on:focusout=move |event| if event.related_target().is_some() { has_focus.set_value(false); }>
                <div role="presentation" node_ref=list>
                    <For each=move || 0..number.get() key=|batch| *batch let(batch)>
                        <Batch batch=batch batches=batches shared=shared/>
                    </For>
                </div>
            </div>
            <Splitter edge=Edge::Left label=words::MOVE_TREE/>
            {move || lines.with(|lines| lines.all.is_empty()).then(|| view! { <p class="empty">{if unreadable() { words::UNREADABLE_TREE } else { words::EMPTY_TREE }}</p> })}
        </aside>
    }
}

#[component]
fn Batch(batch: usize, batches: Batches, shared: Shared) -> impl IntoView {
    let is_shown = batches.is_shown(batch);
    let each = move || {
        if !is_shown.get() {
            return Vec::new();
        }
        let range = batches.lines(batch);
        shared
            .lines
            .with(|lines| lines.all.get(range).unwrap_or_default().to_vec())
    };
    view! {
        <div role="presentation" style:height=move || format!("{}px", batches.room(batch))>
            <For each=each key=|line| (line.id.clone(), line.text.clone(), line.open, line.problem, line.note.clone()) let(line)>
                <TreeLine line=line shared=shared/>
            </For>
        </div>
    }
}

fn lines(app: App, shut: &HashSet<ElementId>) -> Lines {
    let scene = app.scene.get();
    let worst = app.problems.with(|problems| worst(problems));
    let worst = |id: &ElementId| worst.get(id).map(|(severity, _)| *severity);
    let mut lines = Lines::default();
    let cards = scene.cards.len();
    for (at, card) in scene.cards.iter().enumerate() {
        let websocket = matches!(
            card.face,
            CardFace::Api {
                kind: ApiKind::Websocket,
                ..
            }
        );
        let rows = card.rows();
        let is_open = !shut.contains(&card.id);
        let line = Line {
            id: card.id.clone(),
            icon: Icon::of_kind(card.id.kind(), websocket),
            text: card.title.clone(),
            method: None,
            note: match card.id.kind() {
                ElementKind::Api => words::route_count(rows.len()),
                _ => card.kind.to_owned(),
            },
            level: 1,
            open: (card.id.kind() == ElementKind::Api).then_some(is_open),
            problem: worst(&card.id),
        };
        lines.add(line, (at + 1, cards));
        let rows = if is_open { rows } else { &[] };
        for (at, row) in rows.iter().enumerate() {
            let line = Line {
                id: row.id.clone(),
                icon: Icon::Route,
                text: row.path.clone(),
                method: Some(row.method.clone()),
                note: String::new(),
                level: 2,
                open: None,
                problem: worst(&row.id),
            };
            lines.add(line, (at + 1, rows.len()));
        }
    }
    lines
}

#[component]
fn TreeLine(line: Line, shared: Shared) -> impl IntoView {
    let app = App::get();
    let Line {
        id,
        icon,
        text,
        method,
        note,
        level,
        open,
        problem,
    } = line;
    let name = id.to_string();
    let (to_select, to_hover, to_shut) = (id.clone(), id.clone(), id.clone());
    let is_stop = {
        let id = id.clone();
        Memo::new(move |_| shared.stop.with(|stop| stop.as_ref() == Some(&id)))
    };
    let within = {
        let id = id.clone();
        Memo::new(move |_| app.selection.with(|selection| selection.contains(&id)))
    };
    let among = {
        let id = id.clone();
        Memo::new(move |_| {
            let place = shared.lines.with(|lines| lines.places.get(&id).copied());
            place.map(|place| place.among).unwrap_or_default()
        })
    };
    let place = NodeRef::<html::Div>::new();
    place.on_load(move |line| {
        // Setting an attribute of this name cannot fail.
        let _ = line.set_attribute("aria-level", &level.to_string());
    });
    let toggle = move |event: web_sys::MouseEvent| {
        event.stop_propagation();
        shared.shut.update(|shut| {
            if !shut.remove(&to_shut) {
                shut.insert(to_shut.clone());
            }
        });
    };
    let full = match &method {
        Some(method) => format!("{} {method} {text}", words::ROUTE_LINE),
        None => format!("{text}, {note}"),
    };
    let full = match problem {
        Some(severity) => format!("{full}, {}", words::severity(severity)),
        None => full,
    };
    let kind_class = method.as_deref().map(marks::method_class);
    view! {
        <div class="tree-line" role="treeitem" title=full data-tree=name node_ref=place aria-selected=move || within.get().to_string()
            aria-expanded=open.map(|open| open.to_string()) aria-posinset=move || among.get().0.to_string() aria-setsize=move || among.get().1.to_string()
            tabindex=move || tab_index(is_stop.get()) class:deep={level > 1}
            on:click=move |_| app.select(to_select.clone())
            on:pointerenter=move |_| app.hovered.set(Some(to_hover.clone()))
            on:pointerleave=move |_| app.hovered.set(None)>
            {open.map(|open| view! {
                <span class="twist" on:click=toggle><IconView icon=if open { Icon::ChevronDown } else { Icon::ChevronRight }/></span>
            })}
            {match method {
                Some(method) => view! {
                    <span class="offscreen">{words::ROUTE_LINE}" "</span>
                    <span class=format!("method {}", kind_class.unwrap_or_default())>{method}</span>
                    <span class="mono clip">{text}</span>
                }.into_any(),
                None => view! { <IconView icon=icon class=marks::kind_class(id.kind())/><span class="clip">{text}</span> }.into_any(),
            }}
            {(!note.is_empty()).then(|| view! { <span class="note faint">{note}</span> })}
            {problem.map(|severity| view! {
                <IconView icon=Icon::of_severity(severity) class=severity_class(severity)/>
                <span class="offscreen">{words::severity(severity)}</span>
            })}
        </div>
    }
}

/// Gives the focus to a line, which may have to be put on the page first.
fn focus_soon(id: ElementId) {
    request_animation_frame(move || {
        focus(&id);
    });
}

fn focus(id: &ElementId) {
    let name = platform::quoted(&id.to_string());
    platform::focus(&format!("[data-tree={name}]"));
}

fn on_keydown(app: App, shared: Shared, event: &web_sys::KeyboardEvent) {
    let Shared { lines, shut, .. } = shared;
    let lines = lines.get_untracked();
    let selected = app.selected.get_untracked();
    let at = selected.as_ref().and_then(|id| lines.index(id));
    let line = at.map(|at| &lines.all[at]);
    let ids = app
        .selection
        .with_untracked(|selection| selection.ids().to_vec());
    let command = event.ctrl_key() || event.meta_key();
    let go = |index: usize| {
        if let Some(line) = lines.all.get(index) {
            app.select(line.id.clone());
            focus_soon(line.id.clone());
        }
    };
    match event.key().as_str() {
        "ArrowDown" => go(at.map_or(0, |at| at + 1)),
        "ArrowUp" => go(at.map_or(0, |at| at.saturating_sub(1))),
        "Home" => go(0),
        "End" => go(lines.all.len().saturating_sub(1)),
        "ArrowRight" => match line {
            Some(line) if line.open == Some(false) => shut.update(|shut| {
                shut.remove(&line.id);
            }),
            Some(line) if line.open == Some(true) => go(at.map_or(0, |at| at + 1)),
            _ => return,
        },
        "ArrowLeft" => match line {
            Some(line) if line.open == Some(true) => shut.update(|shut| {
                shut.insert(line.id.clone());
            }),
            Some(line) if line.level > 1 => {
                if let Some(parent) = lines.index(&line.id.card()) {
                    go(parent);
                }
            }
            _ => return,
        },
        " " => go(at.unwrap_or(0)),
        "Enter" => match line {
            Some(line) if line.level > 1 => {
                deeds::carry_out(app, Deed::Connect(line.id.clone()));
            }
            Some(line) => deeds::carry_out(app, Deed::OnCanvas(line.id.clone())),
            None => go(0),
        },
        "Insert" => match &selected {
            Some(ElementId::Api(api) | ElementId::Route { api, .. }) => {
                deeds::carry_out(app, Deed::AddRoute(api.clone()));
            }
            _ => app.menu.set(Some(menu_at_focus())),
        },
        "F2" => match &selected {
            Some(id) => deeds::carry_out(app, Deed::Rename(id.clone())),
            None => return,
        },
        "Delete" | "Backspace" if !ids.is_empty() => {
            deeds::carry_out(app, Deed::Remove(ids));
            // What stands where the line was takes the focus.
            let near = at.unwrap_or_default();
            let left = shared.lines.get_untracked();
            let near = near.min(left.all.len().saturating_sub(1));
            if let Some(line) = left.all.get(near) {
                focus_soon(line.id.clone());
            }
        }
        "d" | "D" if command && !ids.is_empty() => deeds::carry_out(app, Deed::Duplicate(ids)),
        "a" | "A" if command => deeds::select_all(app),
        "Escape" => app.deselect(),
        _ => return,
    }
    event.prevent_default();
}

/// The menu of what can be added, below what has the focus.
fn menu_at_focus() -> Menu {
    let rect = platform::document()
        .active_element()
        .map(|element| element.get_bounding_client_rect());
    Menu {
        ids: Vec::new(),
        x: rect.as_ref().map_or(0.0, |rect| rect.left() + 24.0),
        y: rect.as_ref().map_or(0.0, |rect| rect.top() + 24.0),
        in_tree: true,
    }
}
