//! A list that typing narrows: one entry is marked by the arrow keys or the pointer, and chosen by Enter or a press.

use crate::components::icon::{Icon, IconView};
use crate::platform;
use crate::state::App;
use crate::words;
use leptos::prelude::*;

/// Something to choose.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice<T> {
    /// What is chosen with it.
    pub(crate) what: T,
    pub(crate) icon: Icon,
    /// The colour of the icon.
    pub(crate) class: &'static str,
    pub(crate) text: String,
    pub(crate) note: String,
    pub(crate) keys: &'static str,
    /// Why it can't be chosen.
    pub(crate) against: Option<String>,
}

impl<T> Choice<T> {
    pub(crate) fn new(what: T, icon: Icon, text: impl Into<String>) -> Self {
        Self {
            what,
            icon,
            class: "",
            text: text.into(),
            note: String::new(),
            keys: "",
            against: None,
        }
    }

    pub(crate) fn class(self, class: &'static str) -> Self {
        Self { class, ..self }
    }

    pub(crate) fn note(self, note: impl Into<String>) -> Self {
        let note = note.into();
        Self { note, ..self }
    }

    pub(crate) fn keys(self, keys: &'static str) -> Self {
        Self { keys, ..self }
    }

    pub(crate) fn against(self, against: Option<String>) -> Self {
        Self { against, ..self }
    }
}

/// More than these are not shown: who looks for one types more of it.
const SHOWN: usize = 100;

/// What can be chosen, ready to be searched.
pub(crate) struct Choices<T> {
    all: Vec<(String, Choice<T>)>,
}

/// What was found for a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found<T> {
    /// The best of them.
    pub(crate) choices: Vec<Choice<T>>,
    /// How many more there are.
    pub(crate) more: usize,
}

impl<T: Clone> Choices<T> {
    pub(crate) fn new(choices: impl IntoIterator<Item = Choice<T>>) -> Self {
        let all = choices.into_iter().map(|choice| {
            let hay = format!("{} {}", choice.text, choice.note).to_lowercase();
            (hay, choice)
        });
        Self { all: all.collect() }
    }

    pub(crate) fn any(&self, is_it: impl Fn(&T) -> bool) -> bool {
        self.all.iter().any(|(_, choice)| is_it(&choice.what))
    }

    /// Those that have every word: first what can be chosen, of that first what begins with the text.
    pub(crate) fn matching(&self, text: &str) -> Found<T> {
        let text = text.trim().to_lowercase();
        let mut found: Vec<_> = self
            .all
            .iter()
            .filter(|(hay, _)| text.split_whitespace().all(|word| hay.contains(word)))
            .map(|(hay, choice)| ((choice.against.is_some(), !hay.starts_with(&text)), choice))
            .collect();
        found.sort_by_key(|(order, _)| *order);
        let best = found.iter().take(SHOWN);
        Found {
            choices: best.map(|(_, choice)| (*choice).clone()).collect(),
            more: found.len().saturating_sub(SHOWN),
        }
    }
}

/// The line to type into and the list below it. `find` gives the entries for what is typed.
#[component]
pub(crate) fn FilteredList<T: Clone + PartialEq + Send + Sync + 'static>(
    /// Begins the ids of the list and of its entries.
    id: &'static str,
    /// What the list is about; shown above it where there is one.
    #[prop(optional, into)]
    title: Option<String>,
    placeholder: &'static str,
    label: &'static str,
    text: RwSignal<String>,
    #[prop(into)] find: Callback<String, Found<T>>,
    #[prop(into)] on_choose: Callback<T>,
) -> impl IntoView {
    let app = App::get();
    let at = RwSignal::new(0usize);
    let found = Memo::new(move |_| find.run(text.get()));
    let number = move || found.with(|found| found.choices.len());
    // What is typed otherwise, here or by a choice, is looked at from the beginning.
    Effect::new(move |_| {
        text.track();
        at.set(0);
    });
    let choose = move |choice: Choice<T>| match choice.against {
        Some(against) => app.say(against),
        None => on_choose.run(choice.what),
    };
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        let number = untrack(number);
        let step =
            |by: usize| at.update(|at| *at = if number == 0 { 0 } else { (*at + by) % number });
        match event.key().as_str() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(number.saturating_sub(1)),
            "Enter" => {
                let marked = at.get_untracked();
                if let Some(choice) =
                    found.with_untracked(|found| found.choices.get(marked).cloned())
                {
                    choose(choice);
                }
            }
            _ => return,
        }
        event.prevent_default();
        // A choice may have taken the list away.
        let marked = at.try_get_untracked().unwrap_or_default();
        request_animation_frame(move || platform::show_near(&format!("#{id}-{marked}")));
    };
    let list = format!("{id}s");
    let titled = title.is_some().then(|| format!("{id}-title"));
    view! {
        {title.map(|title| view! { <p class="list-title" id=format!("{id}-title")>{title}</p> })}
        <div class="palette-input">
            <IconView icon=Icon::Search/>
            <input autofocus placeholder=placeholder autocomplete="off" spellcheck="false" role="combobox" aria-expanded="true"
                aria-controls=list.clone() aria-labelledby=titled.clone() aria-label=titled.is_none().then_some(placeholder)
                aria-activedescendant=move || (at.get() < number()).then(|| format!("{id}-{}", at.get()))
                prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event)) on:keydown=on_keydown/>
            <kbd>"Esc"</kbd>
        </div>
        <ul class="commands" id=list role="listbox" aria-label=label>
            {move || found.get().choices.into_iter().enumerate().map(|(index, choice)| {
                let to_choose = choice.clone();
                let why = choice.against.clone();
                let is_against = why.is_some();
                view! {
                    <li id=format!("{id}-{index}") class="command" class:against=is_against role="option" aria-disabled=is_against.then_some("true")
                        aria-selected=move || (at.get() == index).to_string()
                        on:pointermove=move |_| at.set(index) on:click=move |_| choose(to_choose.clone())>
                        <IconView icon=choice.icon class=choice.class/>
                        <span class="clip">{choice.text}</span>
                        <span class="faint clip">{choice.note}</span>
                        {(!choice.keys.is_empty()).then(|| view! { <kbd>{choice.keys}</kbd> })}
                        {why.map(|why| view! { <small class="why">{why}</small> })}
                    </li>
                }
            }).collect_view()}
            {move || {
                let more = found.with(|found| found.more);
                (more > 0).then(|| view! {
                    <li class="empty" role="option" aria-selected="false" aria-disabled="true">{words::more_found(more)}</li>
                })
            }}
            {move || (number() == 0).then(|| view! {
                <li class="empty" role="option" aria-selected="false" aria-disabled="true">{words::NOTHING_FOUND}</li>
            })}
        </ul>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_counts_and_what_can_be_chosen_comes_first() {
        let all = [
            Choice::new(1, Icon::Lambda, "Orders of today").note("Lambda"),
            Choice::new(2, Icon::Lambda, "today").against(Some("why".to_owned())),
            Choice::new(3, Icon::Lambda, "Today's list").note("Fargate"),
        ];
        let all = Choices::new(all);
        let found = |text: &str| -> Vec<i32> {
            let found = all.matching(text).choices;
            found.into_iter().map(|choice| choice.what).collect()
        };
        assert_eq!(found(""), [1, 3, 2]);
        assert_eq!(found(" TODAY "), [3, 1, 2]);
        assert_eq!(found("today lam"), [1]);
        assert_eq!(found("tomorrow"), [0; 0]);
    }

    #[test]
    fn of_many_the_best_are_shown_and_the_others_counted() {
        let many = (0..1_000).map(|number| Choice::new(number, Icon::Lambda, format!("f{number}")));
        let all = Choices::new(many);
        let found = all.matching("");
        assert_eq!((found.choices.len(), found.more), (SHOWN, 1_000 - SHOWN));
        let found = all.matching("f99");
        assert_eq!((found.choices.len(), found.more), (11, 0));
        assert_eq!(found.choices[0].what, 99);
        assert!(all.any(|what| *what == 7));
    }
}
