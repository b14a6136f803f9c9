//! The menu of what can be done with the thing under the pointer or the focus.

use crate::components::icon::IconView;
use crate::deeds::{self, Deed};
use crate::editing;
use crate::platform::{self, FocusBefore};
use crate::state::{App, Dialog, Menu, Screen};
use crate::words;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use slipway_editor::{Hit, Point, SHAPE_ZOOM};
use wasm_bindgen::JsCast;

/// Room that a menu takes at most, in pixels: it opens so that it is seen whole.
const ROOM: (f64, f64) = (240.0, 330.0);

/// Opens the menu on the secondary button, on the menu key and on Shift F10, wherever a thing of the design is.
pub(crate) fn listen(app: App) {
    let by_pointer = window_event_listener(ev::contextmenu, move |event| {
        if let Some(target) = event.target()
            && open_at(
                app,
                target,
                Some((f64::from(event.client_x()), f64::from(event.client_y()))),
            )
        {
            event.prevent_default();
        }
    });
    let by_key = window_event_listener(ev::keydown, move |event| {
        let asks = event.key() == "ContextMenu" || (event.key() == "F10" && event.shift_key());
        if asks
            && let Some(target) = event.target()
            && open_at(app, target, None)
        {
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        by_pointer.remove();
        by_key.remove();
    });
}

/// Opens the menu for what an event happened on; `false` where there is nothing of the design.
fn open_at(app: App, target: web_sys::EventTarget, at: Option<(f64, f64)>) -> bool {
    let is_free = app.dialog.with_untracked(|dialog| *dialog == Dialog::None);
    if app.screen.get_untracked() != Screen::Design || !is_free {
        return false;
    }
    let Ok(element) = target.dyn_into::<web_sys::Element>() else {
        return false;
    };
    let near = |selector: &str| element.closest(selector).ok().flatten();
    if platform::is_writing(Some(element.clone().into())) || near(".canvas,.tree").is_none() {
        return false;
    }
    let in_tree = near(".tree").is_some();
    let line = near("[data-node-id],[data-tree],[data-edge]");
    let id = line.as_ref().and_then(|line| {
        let name = line
            .get_attribute("data-node-id")
            .or_else(|| line.get_attribute("data-tree"))
            .or_else(|| line.get_attribute("data-edge"))?;
        deeds::element_named(app, &name)
    });
    // From far out cards are shapes, which are no elements of the page.
    let id = id.or_else(|| {
        let (corner, (x, y)) = (near(".canvas")?.get_bounding_client_rect(), at?);
        let is_tiny = app.camera.with_untracked(|camera| camera.zoom < SHAPE_ZOOM);
        let at = Point::new(x - corner.left(), y - corner.top());
        let hit = editing::look(app, |editor| editor.hit(at)).flatten();
        hit.filter(|_| is_tiny).map(Hit::into_id)
    });
    let ids = match id {
        Some(id) => {
            if !app.selection.with_untracked(|now| now.contains(&id)) {
                app.select(id);
            }
            app.selection.with_untracked(|now| now.ids().to_vec())
        }
        None => Vec::new(),
    };
    let (x, y) = at.unwrap_or_else(|| {
        let rect = line.unwrap_or(element).get_bounding_client_rect();
        (rect.left() + 24.0, rect.top() + 24.0)
    });
    app.menu.set(Some(Menu { ids, x, y, in_tree }));
    true
}

#[component]
pub(crate) fn ContextMenu() -> impl IntoView {
    let app = App::get();
    listen(app);
    move || Some(view! { <Items menu=app.menu.get()?/> }.into_any())
}

#[component]
fn Items(menu: Menu) -> impl IntoView {
    let app = App::get();
    let list = NodeRef::<html::Div>::new();
    let before = StoredValue::new_local(FocusBefore::now());
    let close = move |back: bool| {
        app.menu.set(None);
        if back {
            before.with_value(FocusBefore::give_back);
        }
    };
    list.on_load(|_| {
        request_animation_frame(|| {
            platform::focus(".context-menu [role=menuitem]");
        });
    });
    let groups = deeds::deeds_for(app, &menu.ids, menu.in_tree);
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        event.stop_propagation();
        let step = match event.key().as_str() {
            "ArrowDown" => Step::By(1),
            "ArrowUp" => Step::By(-1),
            "Home" => Step::First,
            "End" => Step::Last,
            "Escape" | "Tab" => {
                event.prevent_default();
                close(true);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        walk(step);
    };
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let inside = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|target| target.closest(".context-menu").ok().flatten().is_some());
        if !inside {
            close(false);
        }
    });
    on_cleanup(move || outside.remove());
    let window = platform::window();
    let size = |value: Result<wasm_bindgen::JsValue, _>| {
        value.ok().and_then(|value| value.as_f64()).unwrap_or(960.0)
    };
    let x = menu.x.min(size(window.inner_width()) - ROOM.0).max(4.0);
    let y = menu.y.min(size(window.inner_height()) - ROOM.1).max(4.0);
    let item = move |deed: Deed| {
        let to_do = deed.clone();
        let keys = deed.keys();
        let against = untrack(|| deed.against(app));
        view! {
            <button class="context-item" class:danger=deed.is_weighty() type="button" role="menuitem" tabindex="-1"
                aria-disabled=against.is_some().then_some("true") title=against.map(|refusal| refusal.message)
                on:pointerenter=|event: web_sys::PointerEvent| { let _ = event_target::<web_sys::HtmlElement>(&event).focus(); }
                on:click=move |_| { close(true); deeds::carry_out(app, to_do.clone()); }>
                <IconView icon=deed.icon()/>
                <span class="clip">{deed.text()}</span>
                {(!keys.is_empty()).then(|| view! { <kbd>{keys}</kbd> })}
            </button>
        }
    };
    view! {
        <div class="context-menu" role="menu" aria-label=words::MENU node_ref=list style:left=format!("{x:.0}px") style:top=format!("{y:.0}px")
            on:keydown=on_keydown on:contextmenu=|event: web_sys::MouseEvent| event.prevent_default()>
            {groups.into_iter().map(|group| view! {
                <div class="context-group" role="group">{group.into_iter().map(item).collect_view()}</div>
            }).collect_view()}
        </div>
    }
}

#[derive(Clone, Copy)]
enum Step {
    By(i32),
    First,
    Last,
}

/// Moves the focus among the items, round and round.
fn walk(step: Step) {
    let document = platform::document();
    let Ok(items) = document.query_selector_all(".context-menu [role=menuitem]") else {
        return;
    };
    let number = items.length();
    if number == 0 {
        return;
    }
    let focused = document.active_element();
    let at = (0..number).find(|index| {
        let item = items.item(*index);
        item.is_some_and(|item| {
            focused
                .as_ref()
                .is_some_and(|one| item.is_same_node(Some(one)))
        })
    });
    let next = match (step, at) {
        (Step::First, _) | (Step::By(1), None) => 0,
        (Step::Last, _) | (Step::By(_), None) => number - 1,
        (Step::By(1), Some(at)) => (at + 1) % number,
        (Step::By(_), Some(at)) => (at + number - 1) % number,
    };
    if let Some(item) = items
        .item(next)
        .and_then(|item| item.dyn_into::<web_sys::HtmlElement>().ok())
    {
        // An item that is there takes the focus.
        let _ = item.focus();
    }
}
