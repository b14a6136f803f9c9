//! The canvas: pan, zoom, and what is near the viewport.

use crate::actions;
use crate::components::card_view::CardView;
use crate::components::edge_layer::EdgeLayer;
use crate::components::icon::{Icon, IconView};
use crate::editing;
use crate::platform;
use crate::state::{App, OpenProject};
use crate::words;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use slipway_editor::{Command, Direction, ElementId, Point, Rect, Scene, Size, neighbour};
use std::collections::HashSet;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// Everything this near the viewport is mounted, in world units.
const MARGIN: f64 = 240.0;
/// Below this zoom, details are left out.
const FAR: f64 = 0.42;
/// A press that moves less than this many pixels is a click.
const STILL: f64 = 4.0;
/// One notch of a wheel that reports lines, in pixels.
const LINE: f64 = 16.0;

/// A press on the canvas that is being held.
#[derive(Debug, Clone, Copy)]
struct Press {
    from: Point,
    last: Point,
    moved: bool,
}

/// Elements that stay lit while something is hovered; `None` lights all.
#[derive(Clone, Copy)]
pub(crate) struct Lit(pub(crate) Memo<Option<HashSet<ElementId>>>);

#[component]
pub(crate) fn Canvas() -> impl IntoView {
    let app = App::get();
    let canvas = NodeRef::<html::Div>::new();
    let press = RwSignal::new(None::<Press>);
    let space = RwSignal::new(false);
    provide_context(Lit(Memo::new(move |_| {
        let hovered = app.hovered.get()?;
        Some(
            app.scene
                .with(|scene| scene.lit_with(&hovered).into_iter().collect()),
        )
    })));

    watch_size(app, canvas);
    // The design is shown whole until somebody moves the camera.
    Effect::new(move |_| {
        app.viewport.track();
        app.scene.track();
        if !app.camera_moved.get_untracked() {
            actions::fit(app);
        }
    });

    let seen = Memo::new(move |_| {
        let camera = app.camera.get();
        let area: Rect = camera.visible(app.viewport.get()).grown(MARGIN);
        app.scene.with(|scene| {
            scene
                .cards_in(area)
                .filter_map(|card| scene.cards.iter().position(|other| other.id == card.id))
                .collect::<Vec<usize>>()
        })
    });
    let cards = move || {
        let scene = app.scene.get();
        let of = Arc::as_ptr(&scene) as usize;
        seen.get()
            .into_iter()
            .filter_map(|index| Some((of, index, scene.cards.get(index)?.clone())))
            .collect::<Vec<_>>()
    };

    let on_wheel = move |event: web_sys::WheelEvent| {
        event.prevent_default();
        let scale = if event.delta_mode() == web_sys::WheelEvent::DOM_DELTA_LINE {
            LINE
        } else {
            1.0
        };
        let (dx, dy) = (event.delta_x() * scale, event.delta_y() * scale);
        if event.ctrl_key() || event.meta_key() {
            let about = place_in(canvas, &event);
            // A trackpad's pinch sends many small steps, a wheel few large ones.
            let factor = (-dy.clamp(-60.0, 60.0) * 0.006).exp();
            app.move_camera(|camera| camera.zoomed(factor, about));
        } else if event.shift_key() && dx == 0.0 {
            app.move_camera(|camera| camera.panned(-dy, 0.0));
        } else {
            app.move_camera(|camera| camera.panned(-dx, -dy));
        }
    };
    let on_down = move |event: web_sys::PointerEvent| {
        let on_ground = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|element| {
                element
                    .closest("[data-node-id],[data-edge],.float")
                    .ok()
                    .flatten()
                    .is_none()
            });
        let pans =
            event.button() == 1 || (event.button() == 0 && (on_ground || space.get_untracked()));
        if !pans {
            return;
        }
        event.prevent_default();
        let at = place_in(canvas, &event);
        press.set(Some(Press {
            from: at,
            last: at,
            moved: false,
        }));
        if let Some(canvas) = canvas.get_untracked() {
            // Without capture the pan ends at the border, which is bearable.
            let _ = canvas.set_pointer_capture(event.pointer_id());
            let _ = canvas.focus();
        }
    };
    let on_move = move |event: web_sys::PointerEvent| {
        let Some(held) = press.get_untracked() else {
            return;
        };
        let at = place_in(canvas, &event);
        let moved = held.moved || at.distance(held.from) > STILL;
        if moved {
            app.move_camera(|camera| camera.panned(at.x - held.last.x, at.y - held.last.y));
        }
        press.set(Some(Press {
            last: if moved { at } else { held.last },
            moved,
            ..held
        }));
    };
    let on_up = move |_: web_sys::PointerEvent| {
        if let Some(held) = press.get_untracked() {
            press.set(None);
            if !held.moved {
                app.deselect();
            }
        }
    };
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        if event.key() == " " && is_ground(canvas, &event) {
            space.set(true);
            event.prevent_default();
        } else {
            on_canvas_key(app, &event);
        }
    };
    let released = window_event_listener(ev::keyup, move |event| {
        if event.key() == " " {
            space.set(false);
        }
    });
    on_cleanup(move || released.remove());

    view! {
        <div class="canvas" data-pane="canvas" tabindex="-1" role="region" aria-label=words::CANVAS node_ref=canvas
            class:panning=move || press.with(Option::is_some) class:grabbing=move || space.get()
            style:background-position=move || app.camera.with(|camera| format!("{:.1}px {:.1}px", camera.offset.x, camera.offset.y))
            style:background-size=move || app.camera.with(|camera| dots(camera.zoom))
            on:wheel=on_wheel on:pointerdown=on_down on:pointermove=on_move on:pointerup=on_up on:pointercancel=on_up on:keydown=on_keydown>
            <div class="world" class:far=move || app.camera.with(|camera| camera.zoom < FAR)
                class:focussed=move || app.hovered.with(Option::is_some)
                style:transform=move || app.camera.with(|camera| {
                    format!("translate({:.2}px,{:.2}px) scale({:.4})", camera.offset.x, camera.offset.y, camera.zoom)
                })>
                <EdgeLayer/>
                <For each=cards key=|(of, index, _)| (*of, *index) let((_, _, card))>
                    <CardView card=card/>
                </For>
            </div>
            <EmptyCanvas/>
            <ZoomBar/>
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

/// Where an event is, in pixels of the canvas: the only place where client pixels are turned.
fn place_in(canvas: NodeRef<html::Div>, event: &web_sys::MouseEvent) -> Point {
    let corner = canvas
        .get_untracked()
        .map(|canvas| canvas.get_bounding_client_rect())
        .map_or(Point::default(), |rect| Point::new(rect.left(), rect.top()));
    Point::new(
        f64::from(event.client_x()) - corner.x,
        f64::from(event.client_y()) - corner.y,
    )
}

/// Whether the key goes to the canvas itself, not to something on it.
fn is_ground(canvas: NodeRef<html::Div>, event: &web_sys::KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    canvas
        .get_untracked()
        .is_some_and(|canvas| target.is_some_and(|target| canvas.is_same_node(Some(&target))))
}

fn watch_size(app: App, canvas: NodeRef<html::Div>) {
    let observer = StoredValue::new_local(None::<(web_sys::ResizeObserver, Closure<dyn FnMut()>)>);
    Effect::new(move |_| {
        let Some(element) = canvas.get() else { return };
        let measure = move || {
            if let Some(element) = canvas.get_untracked() {
                let size = Size::new(
                    f64::from(element.client_width()),
                    f64::from(element.client_height()),
                );
                if app.viewport.get_untracked() != size {
                    app.viewport.set(size);
                }
            }
        };
        measure();
        let closure = Closure::<dyn FnMut()>::new(measure);
        match web_sys::ResizeObserver::new(closure.as_ref().unchecked_ref()) {
            Ok(made) => {
                made.observe(&element);
                observer.set_value(Some((made, closure)));
            }
            Err(error) => leptos::logging::error!("the canvas cannot watch its size: {error:?}"),
        }
    });
    on_cleanup(move || {
        observer.update_value(|observer| {
            if let Some((observer, _)) = observer.take() {
                observer.disconnect();
            }
        });
        app.viewport.set(Size::default());
    });
}

fn on_canvas_key(app: App, event: &web_sys::KeyboardEvent) {
    if platform::is_writing(event.target()) {
        return;
    }
    let view = app.viewport.get_untracked();
    let middle = Point::new(view.width / 2.0, view.height / 2.0);
    let zoom = |factor: f64| app.move_camera(|camera| camera.zoomed(factor, middle));
    let command = event.ctrl_key() || event.meta_key();
    let ids = || {
        app.selection
            .with_untracked(|selection| selection.ids().to_vec())
    };
    let direction = match event.key().as_str() {
        "Delete" | "Backspace" if !ids().is_empty() => {
            event.prevent_default();
            editing::apply(app, &Command::Remove { ids: ids() });
            return;
        }
        "d" | "D" if command && !ids().is_empty() => {
            event.prevent_default();
            editing::apply(app, &Command::Duplicate { ids: ids() });
            return;
        }
        "+" | "=" => return zoom(1.2),
        "-" => return zoom(1.0 / 1.2),
        "0" => return app.move_camera(|camera| camera.zoomed_to(1.0, middle)),
        "f" | "F" if !event.ctrl_key() && !event.meta_key() => return actions::fit(app),
        "Escape" => {
            app.hovered.set(None);
            return app.deselect();
        }
        "ArrowUp" => Direction::Up,
        "ArrowDown" => Direction::Down,
        "ArrowLeft" => Direction::Left,
        "ArrowRight" => Direction::Right,
        _ => return,
    };
    event.prevent_default();
    let scene: Arc<Scene> = app.scene.get_untracked();
    let from = focused_element(app, event).or_else(|| app.selected.get_untracked());
    let to = match from {
        Some(from) => neighbour(&scene, &from, direction),
        None => scene.cards.first().map(|card| card.id.clone()),
    };
    if let Some(to) = to {
        app.select(to.clone());
        // The card may have to be mounted before it can take the focus.
        request_animation_frame(move || {
            platform::focus(&format!(
                "[data-node-id={}]",
                platform::quoted(&to.to_string())
            ));
        });
    }
}

/// The element on the canvas that has the focus.
fn focused_element(app: App, event: &web_sys::KeyboardEvent) -> Option<ElementId> {
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let name = element
        .closest("[data-node-id]")
        .ok()
        .flatten()?
        .get_attribute("data-node-id")?;
    app.scene.with_untracked(|scene| {
        scene
            .cards
            .iter()
            .flat_map(|card| std::iter::once(&card.id).chain(card.rows().iter().map(|row| &row.id)))
            .find(|id| id.to_string() == name)
            .cloned()
    })
}

/// What to do when there is nothing to see.
#[component]
fn EmptyCanvas() -> impl IntoView {
    let app = App::get();
    let unreadable = |project: &Arc<OpenProject>| project.document.design().is_none();
    move || {
        app.scene.with(|scene| scene.cards.is_empty()).then(|| {
            let broken = app.project.with(|project| project.as_ref().is_some_and(unreadable));
            let (title, text) = if broken {
                (words::UNREADABLE, words::UNREADABLE_HINT)
            } else {
                (words::EMPTY_CANVAS, words::EMPTY_CANVAS_HINT)
            };
            view! {
                <div class="canvas-empty">
                    <IconView icon=if broken { Icon::Error } else { Icon::Design } class=if broken { "err" } else { "faint" }/>
                    <h2>{title}</h2>
                    <p class="mute">{text}</p>
                </div>
            }
        })
    }
}

#[component]
fn ZoomBar() -> impl IntoView {
    let app = App::get();
    let zoom = move |factor: f64| {
        let view = app.viewport.get_untracked();
        app.move_camera(|camera| {
            camera.zoomed(factor, Point::new(view.width / 2.0, view.height / 2.0))
        });
    };
    let life_size = move |_| {
        let view = app.viewport.get_untracked();
        app.move_camera(|camera| {
            camera.zoomed_to(1.0, Point::new(view.width / 2.0, view.height / 2.0))
        });
    };
    view! {
        <div class="float zoom" role="toolbar" aria-label=words::ZOOM>
            <button class="button quiet square" type="button" title=words::ZOOM_OUT aria-label=words::ZOOM_OUT on:click=move |_| zoom(1.0 / 1.2)>
                <IconView icon=Icon::Minus/>
            </button>
            <button class="button quiet mono percent" type="button" title=words::LIFE_SIZE on:click=life_size>
                {move || app.camera.with(|camera| format!("{:.0} %", camera.zoom * 100.0))}
            </button>
            <button class="button quiet square" type="button" title=words::ZOOM_IN aria-label=words::ZOOM_IN on:click=move |_| zoom(1.2)>
                <IconView icon=Icon::Plus/>
            </button>
            <button class="button quiet square" type="button" title=words::FIT aria-label=words::FIT on:click=move |_| actions::fit(app)>
                <IconView icon=Icon::Fit/>
            </button>
        </div>
    }
}
