//! The key of a thing: a rename, explained before it is made.

use super::Bound;
use crate::editing;
use crate::words::form as words;
use leptos::prelude::*;
use slipway_design::{Keyed, Literal};
use slipway_editor::{Control, Wrong, check_key, renaming};

#[component]
pub(crate) fn KeyField(bound: Bound) -> impl IntoView {
    let keyed = bound.peek(|field| match &field.control {
        Control::Key { keyed } => Some(keyed.clone()),
        _ => None,
    });
    let keyed = StoredValue::new(keyed);
    // Only these have names in AWS that a rename would change.
    let moves = keyed.with_value(|keyed| {
        matches!(
            keyed,
            Some(Keyed::Function(_) | Keyed::Service(_) | Keyed::Api(_))
        )
    });
    let draft = RwSignal::new(None::<String>);
    let written = move || match bound.written() {
        Some(Literal::String(text)) => text,
        _ => String::new(),
    };
    let differs = Memo::new(move |_| draft.get().is_some_and(|typed| typed != written()));
    let judge = move |typed: &str| {
        let answer = keyed.with_value(|keyed| {
            let keyed = keyed.as_ref()?;
            editing::look(bound.app, |editor| {
                check_key(editor.document(), keyed, typed)
            })
        });
        let wrong = answer.and_then(Result::err).map(|text| Wrong {
            text,
            row: None,
            part: None,
        });
        bound.wrong.set(wrong);
    };
    let restore = move || {
        draft.set(None);
        bound.forget();
    };
    let rename = move |record_move: bool| {
        let Some(typed) = draft.get_untracked() else {
            return;
        };
        let made = keyed.with_value(|keyed| {
            let keyed = keyed.as_ref()?;
            editing::look(bound.app, |editor| {
                renaming(editor.document(), keyed, typed.trim(), record_move)
            })
        });
        match made {
            Some(Ok(command)) if editing::apply(bound.app, &command) => restore(),
            // The refusal was told.
            Some(Ok(_)) | None => {}
            Some(Err(refusal)) => bound.wrong.set(Some(Wrong {
                text: refusal.message,
                row: None,
                part: None,
            })),
        }
    };
    let keydown = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Escape" if draft.with_untracked(Option::is_some) => {
            event.prevent_default();
            event.stop_propagation();
            restore();
        }
        // With a choice to make Enter makes none.
        "Enter" if differs.get_untracked() && !moves => {
            event.prevent_default();
            rename(false);
        }
        _ => {}
    };
    let is_wrong = move || bound.wrong.with(Option::is_some);
    view! {
        <input class="input mono" type="text" id=bound.id() autocomplete="off" spellcheck="false"
            aria-describedby=bound.described_by() aria-invalid=move || bound.is_wrong().then_some("true")
            prop:value=move || draft.get().unwrap_or_else(written)
            on:input=move |event| {
                let typed = event_target_value(&event);
                judge(&typed);
                draft.set(Some(typed));
            }
            on:blur=move |_| if differs.try_get_untracked() == Some(false) { restore() }
            on:keydown=keydown/>
        {move || differs.get().then(|| view! {
            <div class="rename">
                <p class="mute">{if moves { words::RENAME_WHY } else { words::RENAME_REFERENCES }}</p>
                <div class="rename-acts">
                    {moves.then(|| view! {
                        <button class="button small" type="button" disabled=is_wrong on:click=move |_| rename(true)>{words::RENAME_AND_MOVE}</button>
                    })}
                    <button class="button small" type="button" disabled=is_wrong on:click=move |_| rename(false)>
                        {if moves { words::RENAME_ONLY } else { words::RENAME }}
                    </button>
                    <button class="button quiet small" type="button" on:click=move |_| restore()>{words::CANCEL}</button>
                </div>
            </div>
        })}
    }
}
