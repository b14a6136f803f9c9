//! All keys at a glance.

use crate::components::modal::Modal;
use crate::state::{App, Dialog};
use crate::words;
use leptos::prelude::*;

/// A group of keys under a heading: what they do, and the keys.
type Group = (&'static str, &'static [(&'static str, &'static str)]);

const GROUPS: [Group; 5] = [
    (
        "Anywhere",
        &[
            ("Search or run a command", "Ctrl K"),
            ("Next pane, the one before", "F6, Shift F6"),
            ("These keys", "F1 or ?"),
            ("Save now", "Ctrl S"),
            ("Undo, redo", "Ctrl Z, Ctrl Shift Z"),
            ("Open a folder, a new project", "Ctrl O, Ctrl N"),
            ("Settings", "Ctrl ,"),
            (
                "Everything larger, smaller, as drawn",
                "Ctrl +, Ctrl −, Ctrl 0",
            ),
            ("Back out: a menu, a dialog, a wire, the selection", "Esc"),
        ],
    ),
    (
        "Canvas",
        &[
            ("Into the canvas, and out of it", "Tab"),
            ("Walk the cards, routes and edges", "Arrows"),
            ("Select; wire a route, from a list", "Enter"),
            ("Select", "Space"),
            ("Move what is selected, further", "Arrows, Shift Arrows"),
            ("Go to the neighbour and select it", "Alt Arrows"),
            ("Zoom in, out, to 100 %", "+, −, 0"),
            ("Fit the design into view", "F"),
        ],
    ),
    (
        "Tree",
        &[
            ("Next line, the one before", "Down, Up"),
            ("Open and close an API", "Right, Left"),
            ("First line, last line", "Home, End"),
            ("Wire a route; go to the card", "Enter"),
            ("Add to what is selected", "Ins"),
        ],
    ),
    (
        "What is selected",
        &[
            ("Menu", "Shift F10"),
            ("Rename; change a route", "F2"),
            ("Duplicate", "Ctrl D"),
            ("Remove", "Del"),
            ("Select all", "Ctrl A"),
        ],
    ),
    (
        "Lists and forms",
        &[
            ("Walk a list", "Arrows"),
            ("Take a proposal", "Enter or Tab"),
            ("Edit a route in the table", "Enter"),
            ("Remove a route in the table", "Del"),
        ],
    ),
];

#[component]
pub(crate) fn KeysDialog() -> impl IntoView {
    let app = App::get();
    let open = Memo::new(move |_| app.dialog.with(|dialog| *dialog == Dialog::Keys));
    let close = Callback::new(move |()| app.dialog.set(Dialog::None));
    move || {
        open.get().then(|| {
            view! {
                <Modal title=words::KEYS.to_owned() class="keys" testid="keys" on_close=close>
                    <div class="keys-body">
                        {GROUPS.into_iter().map(|(name, keys)| view! {
                            <section class="keys-group">
                                <h3>{name}</h3>
                                <dl>
                                    {keys.iter().map(|(what, keys)| view! {
                                        <div><dt>{*what}</dt><dd>{keys.split(", ").map(|keys| view! { <kbd>{keys}</kbd> }).collect_view()}</dd></div>
                                    }).collect_view()}
                                </dl>
                            </section>
                        }).collect_view()}
                        <p class="faint keys-note">{words::KEYS_MAC}</p>
                    </div>
                </Modal>
            }
            .into_any()
        })
    }
}
