//! The palette: what can be added, by drag, click or Enter.

use crate::components::canvas_bars::add;
use crate::components::canvas_events::{place_in, pointer};
use crate::components::icon::{Icon, IconView};
use crate::editing;
use crate::marks;
use crate::platform;
use crate::state::{App, Dialog};
use crate::words;
use leptos::ev;
use leptos::prelude::*;
use slipway_editor::{Carried, Input, Key, Modifiers, New, Point, Tool};
use wasm_bindgen::JsCast;

/// The id of why nothing can be added.
const AGAINST: &str = "add-against";

/// Whether nothing can be added now; its reason stands above the list.
fn is_closed(app: App) -> bool {
    app.closed.with(Option::is_some)
}

#[component]
pub(crate) fn Palette() -> impl IntoView {
    let app = App::get();
    view! {
        <section class="add-palette" aria-label=words::ADD>
            <p class="side-head" aria-hidden="true">{words::ADD}</p>
            {move || app.closed.get().map(|refusal| view! {
                <p class="add-against" id=AGAINST><IconView icon=Icon::Lock/><span>{refusal.message}</span></p>
            })}
            {New::ALL.map(|what| view! { <PaletteItem what=what/> }).collect_view()}
            <ImportItem/>
            <Ghost/>
        </section>
    }
}

/// The way to what other tools have written down.
#[component]
fn ImportItem() -> impl IntoView {
    let app = App::get();
    view! {
        <button class="palette-item opens" type="button" data-testid="add-import" title=words::IMPORT_COMMAND disabled=move || is_closed(app)
            aria-describedby=move || is_closed(app).then_some(AGAINST) on:click=move |_| app.dialog.set(Dialog::Import(None))>
            <IconView icon=Icon::FolderOpen class="faint"/>
            <span>{words::IMPORT_ITEM}</span>
        </button>
    }
}

/// Where an event is on the canvas; outside of it too.
fn on_canvas(event: &web_sys::MouseEvent) -> Option<Point> {
    let canvas = platform::document().query_selector(".canvas").ok()??;
    Some(place_in(&canvas, event))
}

#[component]
fn PaletteItem(what: New) -> impl IntoView {
    let app = App::get();
    // A drag that ends on its own button is no click.
    let was_dragged = StoredValue::new(false);
    let on_down = move |event: web_sys::PointerEvent| {
        was_dragged.set_value(false);
        if event.button() != 0 {
            return;
        }
        let (Some(at), Some(button)) = (on_canvas(&event), event.current_target()) else {
            return;
        };
        if let Ok(button) = button.dyn_into::<web_sys::Element>()
            && let Err(error) = button.set_pointer_capture(event.pointer_id())
        {
            leptos::logging::warn!("the pointer is not held: {error:?}");
        }
        editing::with(app, |editor| editor.carry(what, at));
    };
    let carries = move || {
        app.tool
            .with_untracked(|tool| matches!(tool, Tool::Placing(_)))
    };
    let on_move = move |event: web_sys::PointerEvent| {
        if let (true, Some(at)) = (carries(), on_canvas(&event)) {
            editing::input(app, Input::Move(pointer(at, &event, 1)));
        }
    };
    let on_up = move |event: web_sys::PointerEvent| {
        if let Some(at) = on_canvas(&event) {
            editing::with(app, |editor| {
                editor.handle(Input::Move(pointer(at, &event, 1)))
            });
        }
        let moved = app
            .tool
            .with_untracked(|tool| matches!(tool, Tool::Placing(Carried { moved: true, .. })));
        if !carries() {
            return;
        }
        match on_canvas(&event) {
            Some(at) if moved => editing::input(app, Input::Up(pointer(at, &event, 1))),
            // A press that did not move is a click, which follows.
            _ => editing::input(app, Input::Cancel),
        }
        was_dragged.set_value(moved);
    };
    view! {
        <button class="palette-item" type="button" title=words::ADD_HINT data-testid=format!("add-{}", marks::new_name(what))
            disabled=move || is_closed(app) aria-describedby=move || is_closed(app).then_some(AGAINST)
            on:pointerdown=on_down on:pointermove=on_move on:pointerup=on_up
            on:pointercancel=move |_| editing::input(app, Input::Cancel)
            on:click=move |_| if !was_dragged.get_value() { add(app, what) }>
            <IconView icon=Icon::of_new(what) class=marks::kind_class(what.kind())/>
            <span>{words::new_name(what)}</span>
        </button>
    }
}

/// What is carried, under the pointer: a card over the canvas, a small one elsewhere.
#[component]
fn Ghost() -> impl IntoView {
    let app = App::get();
    let escape = window_event_listener(ev::keydown, move |event| {
        let carries = app
            .tool
            .with_untracked(|tool| matches!(tool, Tool::Placing(_)));
        if carries && event.key() == "Escape" {
            editing::input(app, Input::KeyDown(Key::Escape, Modifiers::default()));
        }
    });
    on_cleanup(move || escape.remove());
    let carried = Memo::new(move |_| {
        app.tool.with(|tool| match tool {
            Tool::Placing(carried) if carried.moved => Some(*carried),
            _ => None,
        })
    });
    move || {
        let carried = carried.get()?;
        let corner = platform::document().query_selector(".canvas").ok()??;
        let corner = corner.get_bounding_client_rect();
        // Over the canvas its outline is part of the world.
        carried.place.is_none().then(|| {
            view! {
                <div class="ghost" aria-hidden="true"
                    style:left=format!("{:.0}px", corner.left() + carried.at.x)
                    style:top=format!("{:.0}px", corner.top() + carried.at.y)>
                    <IconView icon=Icon::of_new(carried.what) class=marks::kind_class(carried.what.kind())/>
                    <span>{words::new_name(carried.what)}</span>
                </div>
            }
        })
    }
}
