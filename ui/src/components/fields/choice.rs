//! One of a few values.

use super::Bound;
use leptos::prelude::*;
use slipway_design::Literal;
use slipway_editor::{Choice, Control};

#[component]
pub(crate) fn ChoiceField(bound: Bound) -> impl IntoView {
    let options = Memo::new(move |_| {
        bound.with(|field| match &field.control {
            Control::Choice { options } => options.clone(),
            _ => Vec::new(),
        })
    });
    let default = move || {
        let scope = bound.scope();
        let can_reset = bound.with(|field| field.can_reset(scope));
        (can_reset || bound.written().is_none()).then(|| bound.fallback())
    };
    // What the file says and nobody can choose is shown as it is.
    let odd = move || {
        let written = bound.written()?;
        let known = options.with(|options| options.iter().any(|option| option.value == written));
        (!known).then(|| match written {
            Literal::String(text) => text,
            other => other.to_toml(),
        })
    };
    let choose =
        move |event| {
            let at = event_target_value(&event);
            if at.is_empty() {
                bound.clear();
            } else if let Some(value) = at.parse::<usize>().ok().and_then(|at| {
                options.with_untracked(|options| Some(options.get(at)?.value.clone()))
            }) {
                bound.commit(&value);
            }
            bound.leave();
        };
    view! {
        <select class="input" id=bound.id() aria-describedby=bound.described_by()
            aria-invalid=move || bound.is_wrong().then_some("true")
            class:unset=move || bound.written().is_none()
            on:change=choose>
            {move || default().map(|text| view! { <option value="" selected=bound.written().is_none()>{text}</option> })}
            {move || odd().map(|text| view! { <option value="odd" selected=true>{text}</option> })}
            {move || options.get().into_iter().enumerate().map(|(at, Choice { label, value })| {
                view! { <option value=at.to_string() selected=bound.written().as_ref() == Some(&value)>{label}</option> }
            }).collect_view()}
        </select>
    }
}
