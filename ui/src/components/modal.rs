//! A modal dialog: the platform's own, which keeps the focus inside and closes on Escape.

use crate::components::icon::{Icon, IconView};
use crate::platform::FocusBefore;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Shown as long as it is mounted; the focus goes back to where it was.
#[component]
pub(crate) fn Modal(
    /// What a screen reader calls it; shown as a heading unless `bare`.
    title: String,
    #[prop(optional)] class: &'static str,
    /// Without a heading.
    #[prop(optional)]
    bare: bool,
    #[prop(optional)] testid: &'static str,
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let before = StoredValue::new_local(FocusBefore::now());
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
            && let Err(error) = dialog.show_modal()
        {
            leptos::logging::error!("the dialog could not be shown: {error:?}");
        }
    });
    on_cleanup(move || before.with_value(FocusBefore::give_back));
    let on_cancel = move |event: web_sys::Event| {
        event.prevent_default();
        on_close.run(());
    };
    // A click on the backdrop lands on the dialog itself.
    let on_click = move |event: web_sys::MouseEvent| {
        let on_backdrop = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::HtmlDialogElement>().ok())
            .is_some();
        if on_backdrop {
            on_close.run(());
        }
    };
    let label = title.clone();
    view! {
        <dialog
            class=format!("modal {class}") aria-label=label data-testid=testid
            node_ref=dialog on:cancel=on_cancel on:mousedown=on_click
        >
            <div class="modal-body">
                {(!bare).then(|| view! {
                    <header class="modal-head">
                        <h2>{title}</h2>
                        <button class="button quiet square" type="button" aria-label="Close" on:click=move |_| on_close.run(())>
                            <IconView icon=Icon::Close/>
                        </button>
                    </header>
                })}
                {children()}
            </div>
        </dialog>
    }
}
