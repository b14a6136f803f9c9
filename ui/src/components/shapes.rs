//! The design from far out: cards without words and edges, a few paths for all of them.

use crate::components::shared::Shared;
use crate::editing;
use crate::marks;
use crate::run::CardState;
use crate::state::{App, worst};
use leptos::prelude::*;
use slipway_design::Severity;
use slipway_editor::{Card, Edge, ElementId, ElementKind, card_shapes, edge_shapes};
use slipway_plan::Action;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// What is drawn alike: style classes.
type Look = String;
type Paths = BTreeMap<Look, String>;

#[component]
pub(crate) fn Shapes() -> impl IntoView {
    let shared: Shared = expect_context();
    move || {
        shared
            .is_tiny
            .get()
            .then(|| view! { <Drawing/> }.into_any())
    }
}

#[component]
fn Drawing() -> impl IntoView {
    let app = App::get();
    let shared: Shared = expect_context();
    let carried = Memo::new(move |_| {
        let carried: HashSet<ElementId> = shared
            .carried
            .with(|carried| carried.iter().cloned().collect());
        Arc::new(carried)
    });
    let cards = Memo::new(move |_| {
        let (carried, look) = (carried.get(), card_look(app, shared));
        app.scene.with(|scene| {
            let stays = |card: &&Card| !carried.contains(&card.id);
            card_shapes(scene.cards.iter().filter(stays), |card| Some(look(card)))
        })
    });
    let edges = Memo::new(move |_| {
        let (carried, look) = (carried.get(), edge_look(app, shared));
        app.scene.with(|scene| {
            let stays = |edge: &&Edge| !carried.contains(&edge.from) && !carried.contains(&edge.to);
            edge_shapes(scene.edges.iter().filter(stays), |edge| Some(look(edge)))
        })
    });
    // What is dragged is drawn anew in each frame, and nothing else.
    let moved = Memo::new(move |_| {
        app.shifts.track();
        let carried = shared.carried.get();
        if carried.is_empty() {
            return (Paths::new(), Paths::new());
        }
        let (card_look, edge_look) = (card_look(app, shared), edge_look(app, shared));
        let paths = editing::look(app, |editor| {
            let scene = editor.scene();
            let cards = carried.iter().filter_map(|id| scene.card(id));
            let mut once = HashSet::new();
            let edges = carried.iter().flat_map(|id| scene.edges_at(id));
            let edges = edges
                .filter(|edge| once.insert(&edge.route))
                .collect::<Vec<_>>();
            (
                card_shapes(cards, |card| Some(card_look(card))),
                edge_shapes(edges, |edge| Some(edge_look(edge))),
            )
        });
        paths.unwrap_or_default()
    });
    let moved_cards = Memo::new(move |_| moved.with(|(cards, _)| cards.clone()));
    let moved_edges = Memo::new(move |_| moved.with(|(_, edges)| edges.clone()));
    view! {
        <svg class="edges shapes" width="1" height="1" aria-hidden="true">
            <Layer paths=edges/>
            <Layer paths=moved_edges/>
            <Layer paths=cards/>
            <Layer paths=moved_cards/>
        </svg>
    }
}

#[component]
fn Layer(paths: Memo<Paths>) -> impl IntoView {
    let looks = move || paths.with(|paths| paths.keys().cloned().collect::<Vec<_>>());
    let path = move |look: &Look| paths.with(|paths| paths.get(look).cloned().unwrap_or_default());
    view! {
        <For each=looks key=Clone::clone let(look)>
            <path class=look.clone() d=move || path(&look)/>
        </For>
    }
}

/// How a card looks, as things are now.
fn card_look(app: App, shared: Shared) -> impl Fn(&Card) -> Look {
    let selection = app.selection.get();
    let lit = shared.lit_now.get();
    let rings = app.rings.get();
    let states = app.cards.get();
    let problems = app.problems.with(|problems| worst(problems));
    move |card: &Card| {
        let node = card.id.node_key();
        let mut look = format!("shape {}", marks::kind_class(card.id.kind()));
        let mut add = |class: &str| {
            look.push(' ');
            look.push_str(class);
        };
        let is_wrong = || {
            let rows = card.rows().iter().map(|row| &row.id);
            let mut all = std::iter::once(&card.id).chain(rows);
            all.any(|id| {
                problems
                    .get(id)
                    .is_some_and(|(worst, _)| *worst == Severity::Error)
            })
        };
        match (states.get(node), rings.get(node)) {
            (Some(CardState::Failed { .. }), _) => add("wrong"),
            (Some(CardState::Running { .. }), _) => add("running"),
            (_, Some(action)) if *action != Action::NoOp => add(marks::action_class(*action)),
            _ if is_wrong() => add("wrong"),
            _ => {}
        }
        if selection.contains(&card.id) {
            add("selected");
        }
        match lit.as_ref().map(|lit| lit.contains(&card.id)) {
            Some(true) => add("lit"),
            Some(false) => add("dim"),
            None => {}
        }
        look
    }
}

/// How an edge looks, as things are now.
fn edge_look(app: App, shared: Shared) -> impl Fn(&Edge) -> Look {
    let selection = app.selection.get();
    let lit = shared.lit_now.get();
    move |edge: &Edge| {
        let is_selected = [&edge.route, &edge.from, &edge.to]
            .into_iter()
            .any(|id| selection.contains(id));
        let is_lit = lit.as_ref().map(|lit| lit.contains(&edge.route));
        let look = match (is_lit, is_selected) {
            (Some(true), _) | (_, true) => "way on",
            (Some(false), false) => "way dim",
            (None, false) => "way",
        };
        look.to_owned()
    }
}

/// The name of what the pointer is on, since no card shows its own.
#[component]
pub(crate) fn ShapeName() -> impl IntoView {
    let app = App::get();
    let shared: Shared = expect_context();
    move || {
        let id = shared.is_tiny.get().then(|| app.hovered.get())??;
        let (title, kind, rect) = app.scene.with(|scene| {
            let card = scene.card(&id.card())?;
            Some((card.title.clone(), card.kind, card.rect))
        })?;
        let at = app
            .camera
            .with(|camera| camera.to_view(slipway_editor::Point::new(rect.x, rect.y)));
        debug_assert!(id.kind() != ElementKind::Route, "rows are no shapes");
        Some(view! {
            <div class="shape-name" aria-hidden="true" style:transform=format!("translate({:.0}px,{:.0}px) translateY(-100%)", at.x, at.y)>
                <b class="clip">{title}</b><span class="faint">{kind}</span>
            </div>
        })
    }
}
