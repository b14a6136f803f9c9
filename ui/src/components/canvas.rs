//! The canvas: what is near the viewport of the scene, and everything that floats over it.

use crate::components::canvas_bars::{CanvasTools, EmptyCanvas, ZoomBar};
use crate::components::canvas_events;
use crate::components::card_view::CardView;
use crate::components::edge_layer::EdgeLayer;
use crate::components::minimap::Minimap;
use crate::components::shapes::{ShapeName, Shapes};
use crate::components::shared::Shared;
use crate::components::wiring::{QuickCreate, ToolLayer, WireReason};
use crate::editing;
use crate::state::App;
use crate::watch::Watched;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use slipway_editor::{ElementId, Input, Key, Rect, Size, Stop, Tool};
use std::collections::HashSet;

/// Everything this near the viewport is mounted, in pixels.
const MARGIN: f64 = 240.0;
/// What is mounted stays as it is while it reaches this far beyond the viewport, in pixels.
const LEAST_MARGIN: f64 = 60.0;
/// And while it is at most so many times as wide as the viewport, so that little is mounted in vain.
const WIDEST: f64 = 2.5;

/// What is mounted of the world when `seen` is in the viewport. What was mounted stays while it is enough and not much
/// too much, so that neither a pan nor a zoom mounts anything in most of its frames.
pub(crate) fn mounted(seen: Rect, zoom: f64, before: Option<&Rect>) -> Rect {
    let holds = |outer: Rect, inner: Rect| outer.union(inner) == outer;
    match before {
        Some(&before)
            if holds(before, seen.grown(LEAST_MARGIN / zoom))
                && before.width <= seen.width * WIDEST =>
        {
            before
        }
        _ => seen.grown(MARGIN / zoom),
    }
}

/// Whether Tab reaches something.
pub(crate) fn tab_index(is_reached: bool) -> &'static str {
    if is_reached { "0" } else { "-1" }
}

#[component]
pub(crate) fn Canvas() -> impl IntoView {
    let app = App::get();
    let canvas = NodeRef::<html::Div>::new();
    let shared = Shared::new(app);
    provide_context(shared);
    watch_size(app, canvas);
    // What is mounted follows the scene, each card and edge by its own signal.
    Effect::new(move |_| {
        let scene = app.scene.get();
        app.drawn.with_value(|drawn| drawn.show_all(&scene));
    });
    let seen = Memo::new(move |_| {
        let is_tiny = shared.is_tiny.get();
        let mut ids = match is_tiny {
            true => Vec::new(),
            false => app.scene.with(|scene| {
                let cards = scene.cards_in(shared.area.get());
                cards.map(|card| card.id.clone()).collect::<Vec<_>>()
            }),
        };
        // What Tab reaches is there, wherever the canvas is; in its place among the others, since
        // what is moved in the page loses the focus.
        let stop = shared.stop.with(|stop| stop.as_ref().map(Stop::card));
        if let Some(stop) = stop.filter(|stop| !ids.contains(stop)) {
            let known: HashSet<ElementId> = ids.into_iter().chain([stop]).collect();
            ids = app.scene.with(|scene| {
                let all = scene.cards.iter().map(|card| &card.id);
                all.filter(|id| known.contains(id)).cloned().collect()
            });
        }
        // What is carried stays, wherever it came from.
        shared.carried.with(|carried| {
            if !carried.is_empty() && !is_tiny {
                let known: HashSet<ElementId> = ids.iter().cloned().collect();
                ids.extend(carried.iter().filter(|id| !known.contains(id)).cloned());
            }
        });
        ids
    });
    // What is selected elsewhere is where Tab leads.
    Effect::new(move |_| {
        if let Some(id) = app.selected.get() {
            app.stop.set(Some(Stop::Element(id)));
        }
    });
    canvas_events::listen(app, canvas);
    crate::clipboard::listen(app);
    let let_go = window_event_listener(ev::blur, move |_| editing::input(app, Input::Cancel));
    let key_up = window_event_listener(ev::keyup, move |event| {
        if event.key() == " " && app.grabbing.get_untracked() {
            editing::input(app, Input::KeyUp(Key::Space));
        }
    });
    on_cleanup(move || {
        let_go.remove();
        key_up.remove();
    });

    view! {
        <div class="canvas" data-pane="canvas" data-tool=move || app.tool.with(Tool::name) tabindex="-1" role="region"
            aria-label=crate::words::CANVAS node_ref=canvas
            class:panning=move || app.tool.with(|tool| matches!(tool, Tool::Panning(_)))
            class:grabbing=move || app.grabbing.get()
            style:background-position=move || app.camera.with(|camera| format!("{:.1}px {:.1}px", camera.offset.x, camera.offset.y))
            style:background-size=move || app.camera.with(|camera| dots(camera.zoom))>
            <div class="world" class:far=move || shared.is_far.get() class:tiny=move || shared.is_tiny.get()
                class:focussed=move || app.hovered.with(Option::is_some)
                class:wiring=move || shared.is_wiring.get()
                style:transform=move || app.camera.with(|camera| {
                    format!("translate({:.2}px,{:.2}px) scale({:.4})", camera.offset.x, camera.offset.y, camera.zoom)
                })>
                <Shapes/>
                <EdgeLayer/>
                <For each=move || seen.get() key=Clone::clone let(id)>
                    {app.scene.with_untracked(|scene| scene.card(&id).cloned()).map(|card| view! { <CardView card=card/> })}
                </For>
                <ToolLayer/>
            </div>
            <ShapeName/>
            <EmptyCanvas/>
            <CanvasTools/>
            <Minimap/>
            <ZoomBar/>
            <WireReason/>
            <QuickCreate/>
        </div>
    }
}

/// The size of the dotted ground's tile: about 20 pixels at any zoom.
fn dots(zoom: f64) -> String {
    let mut tile = 20.0 * zoom;
    while tile < 14.0 {
        tile *= 2.0;
    }
    format!("{tile:.2}px {tile:.2}px")
}

fn watch_size(app: App, canvas: NodeRef<html::Div>) {
    let show = move |size: Size| {
        if app.viewport.get_untracked() != size {
            app.viewport.set(size);
            editing::with(app, |editor| editor.set_view(size));
        }
    };
    let watched = Watched::default();
    Effect::new(move |_| {
        let Some(element) = canvas.get() else { return };
        let measure = move || {
            if let Some(element) = canvas.get_untracked() {
                show(Size::new(
                    f64::from(element.client_width()),
                    f64::from(element.client_height()),
                ));
            }
        };
        measure();
        watched.size(&element, measure);
    });
    on_cleanup(move || show(Size::default()));
}
