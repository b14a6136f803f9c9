//! The edges: one path for the eye and a wider one for the pointer.

use crate::components::canvas::tab_index;
use crate::components::shared::Shared;
use crate::deeds;
use crate::state::App;
use crate::words;
use leptos::prelude::*;
use slipway_editor::{Edge, Stop};
use std::collections::HashSet;

#[component]
pub(crate) fn EdgeLayer() -> impl IntoView {
    let app = App::get();
    let shared: Shared = expect_context();
    let seen = Memo::new(move |_| {
        let name = |edge: &Edge| (edge.route.clone(), edge.to.clone());
        let is_tiny = shared.is_tiny.get();
        let mut seen: Vec<_> = match is_tiny {
            true => Vec::new(),
            false => app.scene.with(|scene| {
                let edges = scene.edges_in(shared.area.get());
                edges.map(name).collect()
            }),
        };
        // What Tab reaches is there, wherever the canvas is; in its place among the others, since
        // what is moved in the page loses the focus.
        let stop = shared.stop.with(|stop| match stop {
            Some(Stop::Edge(route)) => app.scene.with(|scene| scene.edge(route).map(name)),
            _ => None,
        });
        if let Some(stop) = stop.filter(|stop| !seen.contains(stop)) {
            let known: HashSet<_> = seen.into_iter().chain([stop]).collect();
            seen = app.scene.with(|scene| {
                let all = scene.edges.iter().map(name);
                all.filter(|name| known.contains(name)).collect()
            });
        }
        shared.carried.with(|carried| {
            if !carried.is_empty() && !is_tiny {
                let known: HashSet<_> = seen.iter().cloned().collect();
                app.scene.with(|scene| {
                    let edges = carried.iter().flat_map(|id| scene.edges_at(id));
                    seen.extend(edges.map(name).filter(|name| !known.contains(name)));
                });
                // An edge between two dragged cards comes with each of them.
                let mut once = HashSet::new();
                seen.retain(|name| once.insert(name.clone()));
            }
        });
        seen
    });
    view! {
        <svg class="edges" width="1" height="1" aria-label=words::EDGES role="group">
            <For each=move || seen.get() key=Clone::clone let((route, _))>
                {app.scene.with_untracked(|scene| scene.edge(&route).cloned()).map(|edge| view! { <EdgeView edge=edge/> })}
            </For>
        </svg>
    }
}

#[component]
fn EdgeView(edge: Edge) -> impl IntoView {
    let app = App::get();
    let shared: Shared = expect_context();
    let route = edge.route.clone();
    let path = app
        .drawn
        .try_update_value(|drawn| drawn.mount_edge(&edge))
        .expect("the state lasts as long as the window");
    let of_cleanup = route.clone();
    on_cleanup(move || {
        app.drawn
            .update_value(|known| known.unmount_edge(&of_cleanup, path));
    });
    let lit = shared.lit.of(&route);
    let ends = [&edge.route, &edge.from, &edge.to].map(Clone::clone);
    let selected = shared.any_selected.of(&ends);
    let tab = shared.is_stop.of(&Stop::Edge(route.clone()));
    let held = shared.rewired.of(&route);
    let (to_select, to_press, to_hover) = (route.clone(), route.clone(), route.clone());
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        if deeds::press_route(app, &to_press, &event.key()) {
            event.prevent_default();
        }
    };
    let on_enter = move |event: web_sys::PointerEvent| {
        if event.buttons() == 0 {
            app.hovered.set(Some(to_hover.clone()));
        }
    };
    view! {
        <g class="edge" data-edge=route.to_string() role="button" tabindex=move || tab_index(tab.get()) aria-roledescription=words::EDGE
            aria-label=words::edge_name(&edge.route, &edge.to)
            class:on=move || lit.get() == Some(true) || selected.get()
            class:dim=move || lit.get() == Some(false) class:held=move || held.get()
            on:click=move |event| if event.detail() == 0 { app.select(to_select.clone()) } on:keydown=on_keydown
            on:pointerenter=on_enter on:pointerleave=move |_| if app.hovered.with_untracked(Option::is_some) { app.hovered.set(None) }>
            <path class="reach" d=move || path.get()/>
            <path class="line" d=move || path.get()/>
        </g>
    }
}
