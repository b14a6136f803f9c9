//! What a route leads to: something of the design, an address outside, or nothing yet.

use super::Bound;
use super::line::Line;
use crate::words::form as words;
use leptos::prelude::*;
use slipway_design::Literal;
use slipway_editor::Control;

/// The words that no key of a design can be.
const NOTHING: &str = "";
const ADDRESS: &str = "*address";

fn part(value: Option<&Literal>, key: &str) -> Option<String> {
    let Some(Literal::Table(rows)) = value else {
        return None;
    };
    rows.iter().find_map(|(known, value)| match value {
        Literal::String(text) if known == key => Some(text.clone()),
        _ => None,
    })
}

fn one(key: &str, text: String) -> Literal {
    Literal::Table(vec![(key.to_owned(), Literal::String(text))])
}

#[component]
pub(crate) fn TargetField(bound: Bound) -> impl IntoView {
    let nodes = Memo::new(move |_| {
        bound.with(|field| match &field.control {
            Control::Target { nodes } => nodes.clone(),
            _ => Vec::new(),
        })
    });
    // An address was asked for and not typed yet.
    let asks = RwSignal::new(false);
    let url = Signal::derive(move || part(bound.written().as_ref(), "url").unwrap_or_default());
    let has_address = move || asks.get() || part(bound.written().as_ref(), "url").is_some();
    let chosen = Signal::derive(move || {
        if has_address() {
            ADDRESS.to_owned()
        } else {
            part(bound.written().as_ref(), "to").unwrap_or_default()
        }
    });
    let odd = move || {
        let chosen = chosen.get();
        let known = chosen == NOTHING
            || chosen == ADDRESS
            || nodes.with(|nodes| {
                nodes
                    .iter()
                    .any(|node| node.value == Literal::from(chosen.as_str()))
            });
        (!known).then_some(chosen)
    };
    let choose = move |event| {
        let to = event_target_value(&event);
        asks.set(to == ADDRESS);
        match to.as_str() {
            ADDRESS => {}
            NOTHING => {
                bound.commit(&Literal::Table(Vec::new()));
            }
            _ => {
                bound.commit(&one("to", to));
            }
        }
        bound.leave();
    };
    view! {
        <select class="input mono" id=bound.id() aria-describedby=bound.described_by()
            aria-invalid=move || bound.is_wrong().then_some("true") on:change=choose>
            <option value=NOTHING selected=move || chosen.get() == NOTHING>{words::NOTHING_YET}</option>
            {move || odd().map(|text| view! { <option value=text.clone() selected=true>{text.clone()}</option> })}
            {move || nodes.get().into_iter().map(|node| {
                let Literal::String(key) = node.value else { return ().into_any() };
                let text = if node.label == key { key.clone() } else { format!("{} ({key})", node.label) };
                let is_chosen = key.clone();
                view! { <option value=key selected=move || chosen.get() == is_chosen>{text}</option> }.into_any()
            }).collect_view()}
            <option value=ADDRESS selected=move || chosen.get() == ADDRESS>{words::AN_ADDRESS}</option>
        </select>
        {move || has_address().then(|| view! {
            <Line id=format!("{}-url", bound.id()) value=url placeholder=Signal::derive(|| "https://old.shop.example/{proxy}".to_owned()) code=true
                name=words::ADDRESS
                on_type=Callback::new(move |typed: String| { bound.try_out(&one("url", typed)); })
                on_commit=Callback::new(move |typed: String| {
                    let done = bound.commit(&one("url", typed));
                    if done { asks.set(false); }
                    done
                })
                on_escape=Callback::new(move |()| bound.forget())
                on_leave=Callback::new(move |()| bound.leave())
                invalid=Signal::derive(move || bound.wrong_part("url")) described_by=bound.described_by()/>
        })}
    }
}
