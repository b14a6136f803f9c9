//! What a field means: beside the inspector while the field is used, so that it covers no other field.

use super::Bound;
use crate::platform;
use crate::words::form as words;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Free room between the help and what is around it, in pixels.
const APART: f64 = 8.0;

/// Brings the help of the focused field beside the form, at the height of the field.
pub(crate) fn place_beside(form: &web_sys::Element) {
    let Ok(Some(field)) = form.query_selector(".form-field:focus-within") else {
        return;
    };
    let Some(help) = field
        .query_selector(":scope > .form-help")
        .ok()
        .flatten()
        .and_then(|help| help.dyn_into::<web_sys::HtmlElement>().ok())
    else {
        return;
    };
    let (around, at) = (
        form.get_bounding_client_rect(),
        field.get_bounding_client_rect(),
    );
    let Some(page) = platform::document().document_element() else {
        return;
    };
    let (width, height) = (page.client_width(), page.client_height());
    let highest = (f64::from(height) - f64::from(help.offset_height()) - APART).max(APART);
    let top = at.top().clamp(around.top().min(highest), highest);
    let right = f64::from(width) - around.left() + APART;
    let style = help.style();
    for (name, length) in [("top", top), ("right", right)] {
        // A length is a value that both take.
        let _ = style.set_property(name, &format!("{length:.0}px"));
    }
}

/// The limit, the default, the place in the file and who honours it; shown while the field is used.
#[component]
pub(super) fn FieldHelp(bound: Bound) -> impl IntoView {
    let default = move || {
        bound.with(|field| {
            let words = match &field.implied {
                Some(value) => field.shown(value),
                None => field.implied_words.to_owned(),
            };
            (!words.is_empty()).then(|| words::default_is(&words))
        })
    };
    view! {
        <div class="form-help" id=format!("{}-help", bound.id())>
            {move || bound.with(|field| (!field.limit.is_empty()).then(|| view! { <p>{field.limit.clone()}</p> }))}
            {move || default().map(|text| view! { <p>{text}</p> })}
            {move || bound.with(|field| field.honoured.iter().map(|honour| view! { <p>{words::honour(honour)}</p> }).collect_view())}
            <p class="mono">{move || {
                let scope = bound.scope();
                bound.with(|field| field.place(scope).unwrap_or_else(|| field.path.clone()).to_string())
            }}</p>
        </div>
    }
}
