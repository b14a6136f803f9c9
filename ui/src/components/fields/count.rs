//! How many tasks run: a fixed number, or a range with what it follows.

use super::Bound;
use super::line::Line;
use crate::words::form as words;
use leptos::prelude::*;
use slipway_design::Literal;

/// A number as it is typed; what is no number is told by the check.
fn typed(text: &str) -> Literal {
    let text = text.trim();
    text.parse::<i64>()
        .map_or_else(|_| Literal::String(text.to_owned()), Literal::Integer)
}

fn part(value: Option<&Literal>, key: &str) -> String {
    let Some(Literal::Table(rows)) = value else {
        return String::new();
    };
    rows.iter()
        .find(|(known, _)| known == key)
        .map(|(_, value)| value.to_toml())
        .unwrap_or_default()
}

fn with(value: Option<Literal>, key: &str, text: &str) -> Literal {
    let mut rows = match value {
        Some(Literal::Table(rows)) => rows,
        _ => Vec::new(),
    };
    rows.retain(|(known, _)| known != key);
    if !text.trim().is_empty() {
        rows.push((key.to_owned(), typed(text)));
    }
    let order = ["min", "max", "cpu", "memory"];
    rows.sort_by_key(|(key, _)| order.iter().position(|known| known == key));
    Literal::Table(rows)
}

#[component]
pub(crate) fn CountField(bound: Bound) -> impl IntoView {
    let is_range = Memo::new(move |_| matches!(bound.written(), Some(Literal::Table(_))));
    let choose = move |event| {
        let now = bound.written();
        if event_target_value(&event) == "range" {
            let least = match now {
                Some(Literal::Integer(number)) => number.max(1),
                _ => 1,
            };
            bound.commit(&Literal::Table(vec![
                ("min".to_owned(), Literal::Integer(least)),
                ("max".to_owned(), Literal::Integer((least * 3).min(5000))),
                ("cpu".to_owned(), Literal::Integer(60)),
            ]));
        } else {
            let least = part(now.as_ref(), "min").parse().unwrap_or(1);
            bound.commit(&Literal::Integer(least));
        }
        bound.leave();
    };
    let fixed = Signal::derive(move || match bound.written() {
        Some(Literal::Table(_)) | None => String::new(),
        Some(other) => other.to_toml(),
    });
    let number = move |key: &'static str, name: &'static str, otherwise: &'static str| {
        let id = format!("{}-{key}", bound.id());
        view! {
            <div class="subfield" data-part=key>
                <label for=id.clone()>{name}</label>
                <Line id=id value=Signal::derive(move || part(bound.written().as_ref(), key)) numeric=true
                    placeholder=Signal::derive(move || otherwise.to_owned())
                    on_type=Callback::new(move |text: String| { bound.try_out(&with(bound.written(), key, &text)); })
                    on_commit=Callback::new(move |text: String| bound.commit(&with(bound.written(), key, &text)))
                    on_escape=Callback::new(move |()| bound.forget())
                    on_leave=Callback::new(move |()| bound.leave())
                    invalid=Signal::derive(move || bound.wrong_part(key)) described_by=bound.described_by()/>
            </div>
        }
    };
    view! {
        <select class="input" id=bound.id() aria-describedby=bound.described_by() on:change=choose>
            <option value="fixed" selected=move || !is_range.get()>{words::FIXED_COUNT}</option>
            <option value="range" selected=move || is_range.get()>{words::RANGE_COUNT}</option>
        </select>
        <div class="subfields">
            {move || if is_range.get() {
                view! {
                    {number("min", words::LEAST, "1")}
                    {number("max", words::MOST, "5000")}
                    {number("cpu", words::CPU_USE, words::NOT_FOLLOWED)}
                    {number("memory", words::MEMORY_USE, words::NOT_FOLLOWED)}
                }.into_any()
            } else {
                view! {
                    <div class="subfield">
                        <label for=format!("{}-fixed", bound.id())>{words::TASKS}</label>
                        <Line id=format!("{}-fixed", bound.id()) value=fixed placeholder=Signal::derive(move || bound.fallback()) numeric=true
                            on_type=Callback::new(move |text: String| { if text.is_empty() { bound.forget() } else { bound.try_out(&Literal::String(text)); } })
                            on_commit=Callback::new(move |text: String| if text.trim().is_empty() { bound.clear() } else { bound.commit(&Literal::String(text)) })
                            on_escape=Callback::new(move |()| bound.forget())
                            on_leave=Callback::new(move |()| bound.leave())
                            invalid=Signal::derive(move || bound.is_wrong()) described_by=bound.described_by()/>
                    </div>
                }.into_any()
            }}
        </div>
    }
}
