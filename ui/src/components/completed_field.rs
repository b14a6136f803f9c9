//! A text field with proposals below it, by the keyboard and by the pointer.

use leptos::html;
use leptos::prelude::*;

/// The arrows walk the proposals, Tab or Enter takes the one that is marked; Enter without one submits.
#[component]
pub(crate) fn CompletedField(
    text: RwSignal<String>,
    /// Unique in the page: the list is found by it.
    id: &'static str,
    #[prop(into)] label: String,
    #[prop(optional)] placeholder: &'static str,
    /// What the text could become.
    propose: Callback<String, Vec<String>>,
    /// Enter, with nothing marked.
    on_enter: Callback<()>,
    /// Escape, with no list open; without it Escape goes on to what is around.
    #[prop(optional)]
    on_escape: Option<Callback<()>>,
    #[prop(optional)] on_leave: Option<Callback<()>>,
    #[prop(optional)] wrong: Option<Signal<bool>>,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let open = RwSignal::new(false);
    let at = RwSignal::new(None::<usize>);
    let found = Memo::new(move |_| {
        if open.get() {
            propose.run(text.get())
        } else {
            Vec::new()
        }
    });
    let is_shown = move || found.with(|found| !found.is_empty());
    let take = move |proposal: String| {
        // A key that goes on, as `GET /` does, keeps the list open.
        open.set(proposal.ends_with('/'));
        at.set(None);
        text.set(proposal);
        if let Some(field) = field.get_untracked() {
            // The cursor stands at the end.
            let _ = field.focus();
        }
    };
    // What stands there at first is written over: marked the moment the focus comes, so that nothing
    // typed since is marked with it. In a dialog the focus comes by itself.
    let was_focused = StoredValue::new(!autofocus);
    let on_focus = move |event: web_sys::FocusEvent| {
        if !was_focused.get_value() {
            was_focused.set_value(true);
            event_target::<web_sys::HtmlInputElement>(&event).select();
        }
    };
    if autofocus {
        field.on_load(|field| {
            request_animation_frame(move || {
                // A field that is gone by now takes no focus.
                let _ = field.focus();
            });
        });
    }
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        let number = found.with_untracked(Vec::len);
        let marked = || {
            let at = at.get_untracked()?;
            found.with_untracked(|found| found.get(at).cloned())
        };
        match event.key().as_str() {
            "ArrowDown" => {
                open.set(true);
                let number = found.with_untracked(Vec::len);
                if number > 0 {
                    at.update(|at| *at = Some(at.map_or(0, |at| (at + 1) % number)));
                }
            }
            "ArrowUp" if number > 0 => {
                at.update(|at| *at = Some(at.map_or(number - 1, |at| (at + number - 1) % number)));
            }
            "Enter" => match marked() {
                Some(proposal) => take(proposal),
                None => {
                    open.set(false);
                    on_enter.run(());
                }
            },
            "Tab" if !event.shift_key() && marked().is_some() => {
                if let Some(proposal) = marked() {
                    take(proposal);
                }
            }
            "Escape" if is_shown() => {
                open.set(false);
                at.set(None);
            }
            "Escape" => match on_escape {
                Some(on_escape) => on_escape.run(()),
                None => return,
            },
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let list = format!("{id}-list");
    let (owned, option, whole) = (list.clone(), list.clone(), list.clone());
    view! {
        <span class="completed">
            <input class="input mono" id=id node_ref=field aria-label=label placeholder=placeholder spellcheck="false" autocomplete="off" autofocus=autofocus
                role="combobox" aria-autocomplete="list" aria-expanded=move || is_shown().to_string() aria-controls=owned
                aria-activedescendant=move || at.get().map(|at| format!("{option}-{at}"))
                aria-invalid=move || wrong.map(|wrong| wrong.get().to_string())
                prop:value=move || text.get()
                on:input=move |event| { text.set(event_target_value(&event)); open.set(true); at.set(None); }
                on:focus=on_focus
                on:blur=move |_| { open.set(false); at.set(None); if let Some(on_leave) = on_leave { on_leave.run(()); } }
                on:keydown=on_keydown/>
            <ul class="proposals" id=whole role="listbox" aria-label=crate::words::PROPOSALS hidden=move || !is_shown()>
                {move || found.get().into_iter().enumerate().map(|(index, proposal)| {
                    let to_take = proposal.clone();
                    view! {
                        <li class="mono" role="option" id=format!("{list}-{index}") aria-selected=move || (at.get() == Some(index)).to_string()
                            on:pointerdown=move |event| { event.prevent_default(); take(to_take.clone()); }>
                            {proposal}
                        </li>
                    }
                }).collect_view()}
            </ul>
        </span>
    }
}
