//! One line to type into: Enter and leaving it write, Escape takes back what was typed.

use leptos::prelude::*;

/// A line of text. `value` is what is written; `on_commit` answers whether it could be.
#[component]
pub(crate) fn Line(
    #[prop(into)] id: String,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] placeholder: Signal<String>,
    /// Looks at what is typed so far; without it a mistake is told when it is written.
    #[prop(optional)]
    on_type: Option<Callback<String>>,
    on_commit: Callback<String, bool>,
    /// What was typed is taken back.
    on_escape: Callback<()>,
    on_leave: Callback<()>,
    #[prop(into)] invalid: Signal<bool>,
    #[prop(into)] described_by: String,
    /// The name, where no label is bound to it.
    #[prop(optional, into)]
    name: Option<String>,
    #[prop(optional)] code: bool,
    #[prop(optional)] numeric: bool,
    #[prop(optional, into)] list: Option<String>,
    /// What the arrow keys do to a number: the text after a step up or down.
    #[prop(optional)]
    on_step: Option<Callback<(String, f64), Option<String>>>,
) -> impl IntoView {
    let draft = RwSignal::new(None::<String>);
    let list = list.filter(|list| !list.is_empty());
    let shown = move || draft.get().unwrap_or_else(|| value.get());
    let commit = move || {
        let Some(typed) = draft.get_untracked() else {
            return;
        };
        if typed == value.get_untracked() {
            draft.set(None);
            on_escape.run(());
        } else if on_commit.run(typed) {
            // What was written may have taken the line away.
            draft.try_set(None);
        }
    };
    // A line that is taken away while it has the focus is left once more, when nothing of it is there.
    let is_gone = move || draft.try_get_untracked().is_none();
    let keydown = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            commit();
        }
        "Escape" if draft.with_untracked(Option::is_some) => {
            event.prevent_default();
            event.stop_propagation();
            draft.set(None);
            on_escape.run(());
        }
        key @ ("ArrowUp" | "ArrowDown") => {
            let Some(step) = on_step else { return };
            event.prevent_default();
            let times = if event.shift_key() { 10.0 } else { 1.0 };
            let times = if key == "ArrowUp" { times } else { -times };
            if let Some(next) = step.run((shown(), times)) {
                draft.set(Some(next));
                commit();
            }
        }
        _ => {}
    };
    view! {
        <input class="input" class:mono=code type="text" id=id name="off" autocomplete="off" spellcheck="false"
            inputmode=if numeric { "decimal" } else { "text" }
            aria-label=name aria-describedby=described_by list=list
            aria-invalid=move || invalid.get().then_some("true")
            placeholder=move || placeholder.get()
            prop:value=shown
            on:input=move |event| {
                let typed = event_target_value(&event);
                draft.set(Some(typed.clone()));
                if let Some(look) = on_type {
                    look.run(typed);
                }
            }
            on:change=move |_| if !is_gone() { commit() }
            on:keydown=keydown
            on:blur=move |_| if !is_gone() { commit(); on_leave.run(()); }/>
    }
}
