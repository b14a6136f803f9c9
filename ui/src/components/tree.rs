//! The design as a tree: the same things as on the canvas, for the keyboard and for lists.

use crate::components::icon::{Icon, IconView, severity_class};
use crate::components::splitter::{Edge, Splitter};
use crate::deeds::{self, Deed};
use crate::marks;
use crate::platform;
use crate::state::{App, Menu};
use crate::words;
use leptos::html;
use leptos::prelude::*;
use slipway_design::{ApiKind, Severity};
use slipway_editor::{CardFace, ElementId, ElementKind};
use std::collections::HashSet;
use std::sync::Arc;

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
    let on_keydown = move |event: web_sys::KeyboardEvent| on_keydown(app, lines, shut, &event);
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
               <div class="tree" role="tree" aria-label=words::DESIGN_TREE on:keydown=on_keydown>
                   <For each=move || numbered(&lines.get())
                       key=|(_, line)| (line.id.clone(), line.text.clone(), line.open, line.problem, line.note.clone()) let((index, line))>
                       <TreeLine line=line first={index == 0} shut=shut/>
                   </For>
               </div>
               <Splitter edge=Edge::Left label=words::MOVE_TREE/>
               {move || lines.with(|lines| lines.is_empty()).then(|| view! { <p class="empty">{if unreadable() { words::UNREADABLE_TREE } else { words::EMPTY_TREE }}</p> })}
           </aside>
       }
}

fn numbered(lines: &[Line]) -> Vec<(usize, Line)> {
    lines.iter().cloned().enumerate().collect()
}

fn lines(app: App, shut: &HashSet<ElementId>) -> Vec<Line> {
    let scene = app.scene.get();
    let problems = app.problems.get();
    let worst = |id: &ElementId| {
        problems
            .iter()
            .filter(|problem| problem.element.as_ref() == Some(id))
            .map(|problem| problem.view.severity)
            .min()
    };
    let mut lines = Vec::new();
    for card in &scene.cards {
        let websocket = matches!(
            card.face,
            CardFace::Api {
                kind: ApiKind::Websocket,
                ..
            }
        );
        let rows = card.rows();
        let is_open = !shut.contains(&card.id);
        lines.push(Line {
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
        });
        if is_open {
            lines.extend(rows.iter().map(|row| Line {
                id: row.id.clone(),
                icon: Icon::Route,
                text: row.path.clone(),
                method: Some(row.method.clone()),
                note: String::new(),
                level: 2,
                open: None,
                problem: worst(&row.id),
            }));
        }
    }
    lines
}

#[component]
fn TreeLine(line: Line, first: bool, shut: RwSignal<HashSet<ElementId>>) -> impl IntoView {
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
    let (is_selected, to_select, to_hover, to_shut) =
        (id.clone(), id.clone(), id.clone(), id.clone());
    let selected = Memo::new(move |_| {
        app.selected
            .with(|selected| selected.as_ref() == Some(&is_selected))
    });
    let within = {
        let id = id.clone();
        Memo::new(move |_| app.selection.with(|selection| selection.contains(&id)))
    };
    let place = NodeRef::<html::Div>::new();
    place.on_load(move |line| {
        // Setting an attribute of this name cannot fail.
        let _ = line.set_attribute("aria-level", &level.to_string());
    });
    let tab = move || {
        let any = app.selected.with(Option::is_some);
        if selected.get() || (!any && first) {
            "0"
        } else {
            "-1"
        }
    };
    let toggle = move |event: web_sys::MouseEvent| {
        event.stop_propagation();
        shut.update(|shut| {
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
            aria-expanded=open.map(|open| open.to_string()) tabindex=tab class:deep={level > 1}
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

fn on_keydown(
    app: App,
    lines: Memo<Arc<Vec<Line>>>,
    shut: RwSignal<HashSet<ElementId>>,
    event: &web_sys::KeyboardEvent,
) {
    let lines = lines.get_untracked();
    let selected = app.selected.get_untracked();
    let at = lines
        .iter()
        .position(|line| Some(&line.id) == selected.as_ref());
    let line = at.map(|at| &lines[at]);
    let ids = app
        .selection
        .with_untracked(|selection| selection.ids().to_vec());
    let command = event.ctrl_key() || event.meta_key();
    let go = |index: usize| {
        if let Some(line) = lines.get(index) {
            app.select(line.id.clone());
            let selector = format!("[data-tree={}]", platform::quoted(&line.id.to_string()));
            platform::focus(&selector);
        }
    };
    match event.key().as_str() {
        "ArrowDown" => go(at.map_or(0, |at| at + 1)),
        "ArrowUp" => go(at.map_or(0, |at| at.saturating_sub(1))),
        "Home" => go(0),
        "End" => go(lines.len().saturating_sub(1)),
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
                if let Some(parent) = lines.iter().position(|other| other.id == line.id.card()) {
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
            request_animation_frame(move || {
                platform::focus_nth(".tree [role=treeitem]", near);
            });
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
