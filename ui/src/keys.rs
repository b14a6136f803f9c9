//! Keys that hold everywhere in the window.

use crate::actions;
use crate::ipc;
use crate::look;
use crate::platform;
use crate::state::{App, Dialog, Screen};
use leptos::prelude::*;
use slipway_protocol::PageSize;
use wasm_bindgen::JsCast;

/// The panes that F6 walks, in reading order.
const PANES: [&str; 5] = ["top", "tree", "canvas", "inspector", "panel"];

pub(crate) fn on_keydown(app: App, event: &web_sys::KeyboardEvent) {
    let command = event.ctrl_key() || event.meta_key();
    let is_free = app.dialog.with_untracked(|dialog| *dialog == Dialog::None);
    match event.key().as_str() {
        "k" | "K" if command => {
            event.prevent_default();
            if is_free {
                app.dialog.set(Dialog::Commands);
            }
        }
        // A browser has its own.
        key @ ("+" | "=" | "-" | "0") if command && !ipc::is_demo() => {
            event.prevent_default();
            look::resize_page(app, |size| match key {
                "0" => PageSize::default(),
                "-" => size.smaller(),
                _ => size.larger(),
            });
        }
        "," if command => {
            event.prevent_default();
            if is_free {
                app.dialog.set(Dialog::Settings);
            }
        }
        "o" | "O" if command => {
            event.prevent_default();
            if is_free {
                actions::pick_and_open(app);
            }
        }
        "n" | "N" if command => {
            event.prevent_default();
            if is_free {
                app.dialog.set(Dialog::NewProject(None));
            }
        }
        "z" | "Z" if command && is_free && !platform::is_writing(event.target()) => {
            event.prevent_default();
            if event.shift_key() {
                crate::editing::redo(app);
            } else {
                crate::editing::undo(app);
            }
        }
        "y" | "Y" if command && is_free && !platform::is_writing(event.target()) => {
            event.prevent_default();
            crate::editing::redo(app);
        }
        "s" | "S" if command => {
            event.prevent_default();
            if is_free && app.screen.get_untracked() == Screen::Design {
                crate::outside::save(app);
            }
        }
        "F1" => {
            event.prevent_default();
            if is_free {
                app.dialog.set(Dialog::Keys);
            }
        }
        "?" if is_free && !platform::is_writing(event.target()) => {
            event.prevent_default();
            app.dialog.set(Dialog::Keys);
        }
        "F6" if app.screen.get_untracked() == Screen::Design => {
            event.prevent_default();
            next_pane(event.shift_key());
        }
        _ => {}
    }
}

/// Whether the focus is in this pane.
pub(crate) fn is_in(pane: &str) -> bool {
    platform::document()
        .active_element()
        .and_then(|element| element.closest("[data-pane]").ok().flatten())
        .and_then(|element| element.get_attribute("data-pane"))
        .is_some_and(|name| name == pane)
}

/// Moves the focus to the next pane that is there.
fn next_pane(back: bool) {
    let here = platform::document()
        .active_element()
        .and_then(|element| element.closest("[data-pane]").ok().flatten())
        .and_then(|pane| pane.get_attribute("data-pane"));
    let at = here.and_then(|name| PANES.iter().position(|pane| *pane == name));
    let number = PANES.len();
    for step in 1..=number {
        let next = match (at, back) {
            (Some(at), false) => (at + step) % number,
            (Some(at), true) => (at + number - step) % number,
            (None, _) => step - 1,
        };
        if focus_pane(PANES[next]) {
            return;
        }
    }
}

/// What is selected in the pane, else the first thing in it that takes the focus.
pub(crate) fn focus_pane(pane: &str) -> bool {
    let Ok(Some(element)) = platform::document().query_selector(&format!("[data-pane=\"{pane}\"]"))
    else {
        return false;
    };
    let selectors = [
        "[aria-selected=true]",
        "[aria-current=true]",
        ".world [tabindex=\"0\"]",
        "button:not([disabled]),[tabindex=\"0\"],a[href]",
    ];
    // What is there but hidden does not take the focus: then the next one is tried.
    selectors
        .iter()
        .filter_map(|selector| element.query_selector(selector).ok().flatten())
        .chain(std::iter::once(element.clone()))
        .filter_map(|inside| inside.dyn_into::<web_sys::HtmlElement>().ok())
        .any(|inside| inside.focus().is_ok() && has_focus(&element))
}

/// Whether the focus is inside.
fn has_focus(pane: &web_sys::Element) -> bool {
    platform::document()
        .active_element()
        .is_some_and(|focused| pane.contains(Some(&focused)))
}
