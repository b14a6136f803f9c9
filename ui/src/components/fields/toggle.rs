//! On or off.

use super::Bound;
use leptos::prelude::*;
use slipway_design::Literal;

#[component]
pub(crate) fn ToggleField(bound: Bound) -> impl IntoView {
    let is_on = move || {
        let scope = bound.scope();
        let value = bound
            .written()
            .or_else(|| bound.with(|field| field.fallback(scope).cloned()));
        value == Some(Literal::Boolean(true))
    };
    view! {
        <button class="switch" type="button" role="switch" id=bound.id() aria-describedby=bound.described_by()
            aria-checked=move || is_on().to_string() aria-labelledby=format!("{}-label", bound.id())
            class:unset=move || bound.written().is_none()
            on:click=move |_| { bound.commit(&Literal::Boolean(!is_on())); bound.leave(); }>
            <i></i>
        </button>
    }
}
