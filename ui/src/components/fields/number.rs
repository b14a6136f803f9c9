//! A number: typed, or moved by the arrow keys.

use super::Bound;
use super::line::Line;
use leptos::prelude::*;
use slipway_design::Literal;
use slipway_editor::Control;

#[component]
pub(crate) fn NumberField(bound: Bound) -> impl IntoView {
    let value = Signal::derive(move || match bound.written() {
        Some(Literal::String(text)) => text,
        Some(other) => other.to_toml(),
        None => String::new(),
    });
    let step = Callback::new(move |(shown, times): (String, f64)| {
        let from = if shown.is_empty() {
            bound.fallback()
        } else {
            shown
        };
        bound.peek(|field| match field.control {
            Control::Number { min, max, step } => {
                let now = from.trim().parse::<f64>().unwrap_or(min);
                let next = (now + times * step).clamp(min, max);
                // Steps of hundredths stay hundredths.
                let next = (next * 1000.0).round() / 1000.0;
                Some(next.to_string())
            }
            _ => None,
        })
    });
    view! {
        <Line id=bound.id() value=value placeholder=Signal::derive(move || bound.fallback()) numeric=true
            on_type=Callback::new(move |typed: String| {
                if typed.trim().is_empty() { bound.forget() } else { bound.try_out(&Literal::String(typed)); }
            })
            on_commit=Callback::new(move |typed: String| {
                if typed.trim().is_empty() { bound.clear() } else { bound.commit(&Literal::String(typed)) }
            })
            on_escape=Callback::new(move |()| bound.forget())
            on_leave=Callback::new(move |()| bound.leave())
            on_step=step
            invalid=Signal::derive(move || bound.is_wrong()) described_by=bound.described_by()/>
    }
}
