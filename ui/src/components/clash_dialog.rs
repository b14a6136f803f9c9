//! Asks which of two changes to one file holds.

use crate::components::icon::{Icon, IconView};
use crate::components::modal::Modal;
use crate::outside::{self, Clash, Decision};
use crate::state::{App, Dialog};
use crate::words;
use leptos::prelude::*;
use slipway_design::{Conflict, Side};
use std::sync::Arc;

#[component]
pub(crate) fn ClashDialog() -> impl IntoView {
    let app = App::get();
    let open = Memo::new(move |_| app.dialog.with(|dialog| *dialog == Dialog::Clash));
    move || {
        let clash = app.clash.get().filter(|_| open.get())?;
        Some(view! { <Question clash=clash/> }.into_any())
    }
}

#[component]
fn Question(clash: Arc<Clash>) -> impl IntoView {
    let app = App::get();
    let close = Callback::new(move |()| outside::decide_later(app));
    let conflicts: Vec<Conflict> = clash
        .places
        .iter()
        .flat_map(|places| places.list().cloned())
        .filter(|conflict| !conflict.path.is_root())
        .collect();
    let each = !conflicts.is_empty();
    let sides = RwSignal::new(vec![Side::Ours; conflicts.len()]);
    let broken = clash.broken.map(words::broken);
    view! {
        <Modal title=words::CLASH_TITLE.to_owned() class="clash" testid="clash" on_close=close>
            <div class="ask-text">
                <p>{if each { words::CLASH_TEXT } else { words::CLASH_WHOLE }}</p>
                {broken.map(|broken| view! { <p>{broken}</p> })}
                <p class="mute">{words::CLASH_SAFE}</p>
            </div>
            {each.then(|| view! {
                <ul class="clashes">
                    {conflicts.into_iter().enumerate().map(|(index, conflict)| view! { <Place index=index conflict=conflict sides=sides/> }).collect_view()}
                </ul>
            })}
            <footer class="modal-foot">
                <button class="button quiet" type="button" on:click=move |_| close.run(())>{words::LATER}</button>
                <span class="spring"></span>
                <button class="button" type="button" data-testid="take-theirs" on:click=move |_| outside::decide(app, &Decision::Theirs)>{words::TAKE_THEIRS}</button>
                <button class="button" class:primary=!each type="button" data-testid="keep-mine" on:click=move |_| outside::decide(app, &Decision::Ours)>{words::KEEP_MINE}</button>
                {each.then(|| view! {
                    <button class="button primary" type="button" data-testid="merge-chosen"
                        on:click=move |_| outside::decide(app, &Decision::Each(sides.get_untracked()))>
                        {words::MERGE_CHOSEN}
                    </button>
                })}
            </footer>
        </Modal>
    }
}

/// One place that both changed: what it was, and the two that it can become.
#[component]
fn Place(index: usize, conflict: Conflict, sides: RwSignal<Vec<Side>>) -> impl IntoView {
    let value = |value: Option<String>| match value {
        Some(text) => view! { <code class="mono">{text}</code> }.into_any(),
        None => view! { <span class="faint">{words::NOT_THERE_VALUE}</span> }.into_any(),
    };
    let choice = move |side: Side, name: &'static str, text: Option<String>| {
        view! {
            <label class="clash-side">
                <input type="radio" name=format!("clash-{index}") autofocus={index == 0 && side == Side::Ours} prop:checked=move || sides.with(|sides| sides.get(index) == Some(&side))
                    on:change=move |_| sides.update(|sides| if let Some(at) = sides.get_mut(index) { *at = side; })/>
                <b>{name}</b>
                {value(text)}
            </label>
        }
    };
    let path = conflict.path.to_string();
    let of = path.clone();
    view! {
        <li class="clash-place" data-path=of>
            <fieldset>
                <legend class="mono"><IconView icon=Icon::Warning class="warn"/>{path.clone()}</legend>
                <p class="clash-base"><b class="mute">{words::BEFORE}</b>{value(conflict.base)}</p>
                {choice(Side::Ours, words::MINE, conflict.ours)}
                {choice(Side::Theirs, words::THEIRS, conflict.theirs)}
            </fieldset>
        </li>
    }
}
