//! A line of text, with suggestions.

use super::Bound;
use super::line::Line;
use leptos::prelude::*;
use slipway_design::Literal;
use slipway_editor::Control;

#[component]
pub(crate) fn TextField(bound: Bound) -> impl IntoView {
    let suggestions = bound.peek(|field| match &field.control {
        Control::Text { suggestions, .. } => suggestions.clone(),
        _ => Vec::new(),
    });
    let value = Signal::derive(move || match bound.written() {
        Some(Literal::String(text)) => text,
        Some(other) => other.to_toml(),
        None => String::new(),
    });
    // Where there is no default an example shows what it looks like.
    let placeholder = Signal::derive(move || {
        let fallback = bound.fallback();
        if !fallback.is_empty() {
            return fallback;
        }
        bound.with(|field| match &field.control {
            Control::Text { example, .. } => (*example).to_owned(),
            _ => String::new(),
        })
    });
    let list = format!("{}-list", bound.id());
    let code = bound.peek(|field| field.code);
    let with_list = (!suggestions.is_empty()).then(|| list.clone());
    view! {
        <Line id=bound.id() value=value placeholder=placeholder code=code
            on_type=Callback::new(move |typed: String| {
                if typed.is_empty() { bound.forget() } else { bound.try_out(&Literal::String(typed)); }
            })
            on_commit=Callback::new(move |typed: String| {
                if typed.trim().is_empty() { bound.clear() } else { bound.commit(&Literal::String(typed)) }
            })
            on_escape=Callback::new(move |()| bound.forget())
            on_leave=Callback::new(move |()| bound.leave())
            invalid=Signal::derive(move || bound.is_wrong()) described_by=bound.described_by()
            list=with_list.unwrap_or_default()/>
        {(!suggestions.is_empty()).then(|| view! {
            <datalist id=list>{suggestions.into_iter().map(|it| view! { <option value=it></option> }).collect_view()}</datalist>
        })}
    }
}
