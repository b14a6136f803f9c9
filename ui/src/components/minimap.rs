//! The overview: all cards small, and the part that is seen. A press or a drag on it moves the view.

use crate::components::canvas_events::place_in;
use crate::editing;
use crate::state::App;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use slipway_editor::{Camera, ElementKind, Point, Rect};
use std::fmt::Write as _;

/// Of the overview, in pixels.
const WIDTH: f64 = 150.0;
const HEIGHT: f64 = 92.0;
/// So many cards are found without an overview while all of them are seen.
const FEW: usize = 30;
/// A canvas smaller than this, in pixels, is better without an overview over its cards.
const LEAST: (f64, f64) = (560.0, 380.0);
/// Free room around the design, as a part of its size.
const AROUND: f64 = 0.06;

#[component]
pub(crate) fn Minimap() -> impl IntoView {
    let app = App::get();
    let map = NodeRef::<html::Div>::new();
    let held = StoredValue::new(false);
    // What the overview shows of the world.
    let frame = Memo::new(move |_| {
        let bounds = app.scene.with(|scene| scene.bounds);
        let grown = bounds.grown(bounds.width.max(bounds.height) * AROUND + 40.0);
        let scale = (WIDTH / grown.width).min(HEIGHT / grown.height);
        let (width, height) = (WIDTH / scale, HEIGHT / scale);
        let middle = grown.center();
        Rect::new(
            middle.x - width / 2.0,
            middle.y - height / 2.0,
            width,
            height,
        )
    });
    let shapes = move |kind: ElementKind| {
        app.scene.with(|scene| {
            let mut path = String::new();
            for card in scene.cards.iter().filter(|card| card.id.kind() == kind) {
                let Rect {
                    x,
                    y,
                    width,
                    height,
                } = card.rect;
                // Writing into a string does not fail.
                let _ = write!(path, "M{x:.0} {y:.0}h{width:.0}v{height:.0}h-{width:.0}z");
            }
            path
        })
    };
    let seen = Memo::new(move |_| app.camera.get().visible(app.viewport.get()));
    let show = move |event: &web_sys::PointerEvent| {
        let Some(element) = map.get_untracked() else {
            return;
        };
        let at = place_in(&element, event);
        let frame = frame.get_untracked();
        let world = Point::new(
            frame.x + at.x / WIDTH * frame.width,
            frame.y + at.y / HEIGHT * frame.height,
        );
        editing::with(app, |editor| {
            let (camera, view) = (editor.camera(), editor.view());
            let offset = Point::new(
                view.width / 2.0 - world.x * camera.zoom,
                view.height / 2.0 - world.y * camera.zoom,
            );
            editor.move_camera(Camera { offset, ..camera });
        });
    };
    let on_down = move |event: web_sys::PointerEvent| {
        held.set_value(true);
        if let Some(Err(error)) = map
            .get_untracked()
            .map(|map| map.set_pointer_capture(event.pointer_id()))
        {
            leptos::logging::warn!("the pointer is not held: {error:?}");
        }
        show(&event);
    };
    let on_move = move |event: web_sys::PointerEvent| {
        if held.get_value() {
            show(&event);
        }
    };
    let let_go = move |_: web_sys::PointerEvent| held.set_value(false);
    // A small design that is seen whole needs no overview, and a small canvas has no room for one.
    let is_small = Memo::new(move |_| {
        let seen = seen.get();
        let room = app.viewport.get();
        let is_narrow = room.width < LEAST.0 || room.height < LEAST.1;
        app.scene.with(|scene| {
            let all = scene.bounds;
            let is_seen = seen.union(all) == seen;
            scene.cards.len() < 2 || ((is_seen || is_narrow) && scene.cards.len() < FEW)
        })
    });
    view! {
        <div class="float minimap" node_ref=map role="img" aria-label=words::MINIMAP data-testid="minimap" hidden=move || is_small.get()
            on:pointerdown=on_down on:pointermove=on_move on:pointerup=let_go on:pointercancel=let_go>
            <svg width=WIDTH height=HEIGHT aria-hidden="true"
                viewBox=move || { let Rect { x, y, width, height } = frame.get(); format!("{x:.0} {y:.0} {width:.0} {height:.0}") }>
                <path class="map-node" d=move || shapes(ElementKind::Function)/>
                <path class="map-node" d=move || shapes(ElementKind::Service)/>
                <path class="map-api" d=move || shapes(ElementKind::Api)/>
                <path class="map-seen" fill-rule="evenodd" d=move || {
                    let (all, seen) = (frame.get().grown(20_000.0), seen.get());
                    [all, seen].map(|Rect { x, y, width, height }| format!("M{x:.0} {y:.0}h{width:.0}v{height:.0}h-{width:.0}z")).concat()
                }/>
            </svg>
        </div>
    }
}
