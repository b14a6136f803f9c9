//! Events of the canvas as inputs of the editor: the only place where client pixels are turned.

use crate::deeds::{self, Deed};
use crate::editing;
use crate::platform;
use crate::state::{App, Naming};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use slipway_editor::{
    Button, Command, DETAIL_ZOOM, Direction, ElementId, ElementKind, Hit, Input, Key, Modifiers,
    Point, Pointer, SHAPE_ZOOM, Selection, Stop,
};
use wasm_bindgen::JsCast;

/// One notch of a wheel that reports lines, in pixels.
const LINE: f64 = 16.0;
/// A second press within this time, in milliseconds, and distance, in pixels, is a double click.
const DOUBLE: (f64, f64) = (420.0, 5.0);
/// What takes the pointer for itself.
const OWN: &str = "button,input,textarea,select,a,.float";

/// Where an event is, in pixels of the canvas.
pub(crate) fn place_in(canvas: &web_sys::Element, event: &web_sys::MouseEvent) -> Point {
    let corner = canvas.get_bounding_client_rect();
    Point::new(
        f64::from(event.client_x()) - corner.left(),
        f64::from(event.client_y()) - corner.top(),
    )
}

pub(crate) fn pointer(at: Point, event: &web_sys::MouseEvent, clicks: u32) -> Pointer {
    Pointer {
        at,
        button: match event.button() {
            1 => Button::Middle,
            2 => Button::Secondary,
            _ => Button::Primary,
        },
        modifiers: Modifiers {
            shift: event.shift_key(),
            command: event.ctrl_key() || event.meta_key(),
            alt: event.alt_key(),
        },
        clicks,
    }
}

/// Listens to everything that happens on the canvas.
pub(crate) fn listen(app: App, canvas: NodeRef<html::Div>) {
    // When and where the last press was, and the how many-th in a row.
    let last = StoredValue::new((0.0_f64, Point::default(), 0_u32));
    let kept = StoredValue::new_local(Vec::new());
    canvas.on_load(move |element| {
        let here = element.clone();
        let place = move |event: &web_sys::MouseEvent| place_in(&here, event);

        let (at, own) = (place.clone(), element.clone());
        let on_down = move |event: web_sys::PointerEvent| {
            if is_own(event.target()) {
                return;
            }
            let at = at(&event);
            let now = platform::now();
            let (before, there, number) = last.get_value();
            let again = now - before < DOUBLE.0 && at.distance(there) < DOUBLE.1;
            let clicks = if again { number + 1 } else { 1 };
            last.set_value((now, at, clicks));
            platform::leave_fields();
            app.hovered.set(None);
            if let Err(error) = own.set_pointer_capture(event.pointer_id()) {
                // Without capture a drag ends at the border, which is bearable.
                leptos::logging::warn!("the pointer is not held: {error:?}");
            }
            if event.button() == 1 {
                // No automatic scrolling.
                event.prevent_default();
            }
            editing::input(app, Input::Down(pointer(at, &event, clicks)));
        };
        let at = place.clone();
        let on_move = move |event: web_sys::PointerEvent| {
            if event.buttons() != 0 {
                editing::input(app, Input::Move(pointer(at(&event), &event, 1)));
            } else if is_tiny(app) {
                hover_shape(app, &event, at(&event));
            }
        };
        let at = place.clone();
        let on_up = move |event: web_sys::PointerEvent| {
            editing::input(
                app,
                Input::Up(pointer(at(&event), &event, last.get_value().2)),
            );
        };
        let at = place;
        let on_wheel = move |event: web_sys::WheelEvent| {
            event.prevent_default();
            let lines = event.delta_mode() == web_sys::WheelEvent::DOM_DELTA_LINE;
            let scale = if lines { LINE } else { 1.0 };
            let (mut dx, mut dy) = (event.delta_x() * scale, event.delta_y() * scale);
            let zooms = event.ctrl_key() || event.meta_key();
            if event.shift_key() && dx == 0.0 && !zooms {
                (dx, dy) = (dy, 0.0);
            }
            let at = at(&event);
            editing::input(app, Input::Wheel { at, dx, dy, zooms });
        };
        let scrolled = element.clone();
        let on_scroll = move |_| {
            // The browser scrolls to what takes the focus; the camera does that here.
            scrolled.set_scroll_left(0);
            scrolled.set_scroll_top(0);
        };
        let on_focus = move |event: web_sys::FocusEvent| {
            let by_key = event.target().is_some_and(|target| {
                let element = target.dyn_ref::<web_sys::Element>();
                element.is_some_and(|element| element.matches(":focus-visible").unwrap_or(false))
            });
            let Some(stop) = stop_of(app, event.target()) else {
                return;
            };
            if let (true, Stop::Element(id)) = (by_key, &stop) {
                editing::with(app, |editor| editor.reveal(id));
            }
            if app.stop.with_untracked(|now| now.as_ref() != Some(&stop)) {
                app.stop.set(Some(stop));
            }
        };
        let on_leave = move |_| {
            if is_tiny(app) && app.hovered.with_untracked(Option::is_some) {
                app.hovered.set(None);
            }
        };
        let on_cancel = move |_| editing::input(app, Input::Cancel);
        let on_keydown = move |event| on_keydown(app, &event);
        // Dropping one takes it off again.
        kept.set_value(vec![
            element.on(ev::pointerdown, on_down),
            element.on(ev::pointermove, on_move),
            element.on(ev::pointerup, on_up),
            element.on(ev::pointercancel, on_cancel),
            element.on(ev::pointerleave, on_leave),
            element.on(ev::wheel, on_wheel),
            element.on(ev::scroll, on_scroll),
            element.on(ev::focusin, on_focus),
            element.on(ev::keydown, on_keydown),
        ]);
    });
}

fn is_tiny(app: App) -> bool {
    app.camera.with_untracked(|camera| camera.zoom < SHAPE_ZOOM)
}

/// Cards tell when the pointer is on them; shapes are asked for.
fn hover_shape(app: App, event: &web_sys::PointerEvent, at: Point) {
    let on = match is_own(event.target()) {
        true => None,
        false => editing::look(app, |editor| editor.hit(at)).flatten(),
    };
    let on = on.map(Hit::into_id);
    if app.hovered.with_untracked(|now| *now != on) {
        app.hovered.set(on);
    }
}

/// Whether the press belongs to a control on the canvas.
fn is_own(target: Option<web_sys::EventTarget>) -> bool {
    let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    element.is_some_and(|element| element.closest(OWN).ok().flatten().is_some())
}

/// The element that something on the canvas belongs to.
fn element_of(app: App, target: Option<web_sys::EventTarget>) -> Option<ElementId> {
    let element = target?.dyn_into::<web_sys::Element>().ok()?;
    let name = element
        .closest("[data-node-id]")
        .ok()
        .flatten()?
        .get_attribute("data-node-id")?;
    deeds::element_named(app, &name)
}

/// The element or the edge that something on the canvas belongs to.
fn stop_of(app: App, target: Option<web_sys::EventTarget>) -> Option<Stop> {
    let element = target.clone()?.dyn_into::<web_sys::Element>().ok()?;
    let edge = element.closest("[data-edge]").ok().flatten();
    match edge.and_then(|edge| edge.get_attribute("data-edge")) {
        Some(name) => app.scene.with_untracked(|scene| {
            let found = scene
                .edges
                .iter()
                .find(|edge| edge.route.to_string() == name);
            found.map(|edge| Stop::Edge(edge.route.clone()))
        }),
        None => element_of(app, target).map(Stop::Element),
    }
}

/// Moves the focus to what lies next, and selects nothing.
fn walk(app: App, from: &Stop, direction: Direction) {
    let is_far = app
        .camera
        .with_untracked(|camera| camera.zoom < DETAIL_ZOOM);
    let next = app.scene.with_untracked(|scene| {
        let mut next = from.next(scene, direction)?;
        // Rows can't be seen from far out.
        while is_far && let Stop::Element(id @ ElementId::Route { .. }) = &next {
            next = match direction {
                Direction::Left => Stop::Element(id.card()),
                _ => next.next(scene, direction)?,
            };
        }
        Some(next)
    });
    let Some(next) = next else { return };
    let (Stop::Element(id) | Stop::Edge(id)) = &next;
    let name = platform::quoted(&id.to_string());
    let selector = match &next {
        Stop::Element(_) => format!(".canvas [data-node-id={name}]"),
        Stop::Edge(_) => format!(".canvas [data-edge={name}]"),
    };
    editing::with(app, |editor| editor.reveal(id));
    app.stop.set(Some(next));
    // It may have to be mounted before it can take the focus.
    request_animation_frame(move || {
        platform::focus(&selector);
    });
}

fn on_keydown(app: App, event: &web_sys::KeyboardEvent) {
    if platform::is_writing(event.target()) {
        return;
    }
    let modifiers = Modifiers {
        shift: event.shift_key(),
        command: event.ctrl_key() || event.meta_key(),
        alt: event.alt_key(),
    };
    let stop = stop_of(app, event.target());
    let focused = stop.as_ref().map(|stop| match stop {
        Stop::Element(id) | Stop::Edge(id) => id,
    });
    // What has the focus is what a key is about, unless more is selected with it.
    let about = || {
        let is_selected = |id: &ElementId| app.selection.with_untracked(|now| now.contains(id));
        match focused {
            Some(id) if !is_selected(id) => vec![id.clone()],
            _ => app.selection.with_untracked(|now| now.ids().to_vec()),
        }
    };
    let key = match event.key().as_str() {
        "Delete" | "Backspace" => {
            if let Some(Stop::Edge(route)) = &stop {
                event.prevent_default();
                deeds::carry_out(app, Deed::Disconnect(route.clone()));
                platform::keep_focus();
                return;
            }
            let ids = about();
            if !ids.is_empty() {
                event.prevent_default();
                editing::apply(app, &Command::Remove { ids });
                platform::keep_focus();
            }
            return;
        }
        "d" | "D" if modifiers.command => {
            let ids = about();
            if !ids.is_empty() {
                event.prevent_default();
                editing::apply(app, &Command::Duplicate { ids });
            }
            return;
        }
        "a" | "A" if modifiers.command => {
            event.prevent_default();
            let all = app.scene.with_untracked(|scene| {
                Selection::of(scene.cards.iter().map(|card| card.id.clone()))
            });
            editing::with(app, |editor| editor.select(all));
            return;
        }
        "F2" => {
            if let [id] = &about()[..] {
                event.prevent_default();
                app.naming.set(Some(Naming {
                    id: id.clone(),
                    fresh: false,
                }));
            }
            return;
        }
        "+" | "=" if !modifiers.command => Key::ZoomIn,
        "-" if !modifiers.command => Key::ZoomOut,
        "0" if !modifiers.command => Key::LifeSize,
        "f" | "F" if !modifiers.command => Key::Fit,
        "Escape" => {
            app.hovered.set(None);
            Key::Escape
        }
        " " if !is_own(event.target()) => Key::Space,
        "ArrowUp" => Key::Arrow(Direction::Up),
        "ArrowDown" => Key::Arrow(Direction::Down),
        "ArrowLeft" => Key::Arrow(Direction::Left),
        "ArrowRight" => Key::Arrow(Direction::Right),
        _ => return,
    };
    if matches!(key, Key::Arrow(_)) && is_own(event.target()) {
        return;
    }
    event.prevent_default();
    if let (Key::Arrow(direction), Some(stop)) = (key, stop) {
        let is_moved = matches!(&stop, Stop::Element(id) if id.kind() != ElementKind::Route
            && app.selection.with_untracked(|now| now.contains(id)));
        if !modifiers.alt && !is_moved {
            walk(app, &stop, direction);
            return;
        }
        let (Stop::Element(id) | Stop::Edge(id)) = stop;
        editing::with(app, |editor| {
            if !editor.selection().contains(&id) {
                editor.select(Selection::one(id));
            }
        });
    }
    if !(key == Key::Space && event.repeat()) {
        editing::input(app, Input::KeyDown(key, modifiers));
    }
}
