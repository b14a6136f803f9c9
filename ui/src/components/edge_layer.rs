//! The edges: one path for the eye and a wider one for the pointer.

use crate::components::canvas::Lit;
use crate::state::App;
use crate::words;
use leptos::prelude::*;
use slipway_editor::Edge;
use std::sync::Arc;

/// Edges this near the viewport are mounted, in world units.
const MARGIN: f64 = 120.0;

#[component]
pub(crate) fn EdgeLayer() -> impl IntoView {
    let app = App::get();
    let seen = Memo::new(move |_| {
        let area = app.camera.get().visible(app.viewport.get()).grown(MARGIN);
        app.scene.with(|scene| {
            scene
                .edges_in(area)
                .filter_map(|edge| {
                    scene
                        .edges
                        .iter()
                        .position(|other| other.route == edge.route)
                })
                .collect::<Vec<usize>>()
        })
    });
    let edges = move || {
        let scene = app.scene.get();
        let of = Arc::as_ptr(&scene) as usize;
        seen.get()
            .into_iter()
            .filter_map(|index| Some((of, index, scene.edges.get(index)?.clone())))
            .collect::<Vec<_>>()
    };
    view! {
        <svg class="edges" width="1" height="1" aria-label=words::EDGES role="group">
            <For each=edges key=|(of, index, _)| (*of, *index) let((_, _, edge))>
                <EdgeView edge=edge/>
            </For>
        </svg>
    }
}

#[component]
fn EdgeView(edge: Edge) -> impl IntoView {
    let app = App::get();
    let Lit(lit) = expect_context();
    let path = edge.path.svg_path();
    let route = edge.route.clone();
    let is_lit = {
        let route = route.clone();
        Memo::new(move |_| lit.with(|lit| lit.as_ref().map(|lit| lit.contains(&route))))
    };
    let selected = {
        let edge = edge.clone();
        Memo::new(move |_| {
            app.selected.with(|selected| {
                selected
                    .as_ref()
                    .is_some_and(|id| *id == edge.route || *id == edge.from || *id == edge.to)
            })
        })
    };
    let (to_select, to_press, to_hover) = (route.clone(), route.clone(), route.clone());
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            app.select(to_press.clone());
        }
    };
    view! {
        <g class="edge" data-edge=route.to_string() role="button" tabindex="0" aria-roledescription=words::EDGE
            aria-label=words::edge_name(&edge.route, &edge.to)
            class:on=move || is_lit.get() == Some(true) || selected.get()
            class:dim=move || is_lit.get() == Some(false)
            on:click=move |_| app.select(to_select.clone()) on:keydown=on_keydown
            on:pointerenter=move |_| app.hovered.set(Some(to_hover.clone())) on:pointerleave=move |_| app.hovered.set(None)>
            <path class="reach" d=path.clone()/>
            <path class="line" d=path/>
        </g>
    }
}
