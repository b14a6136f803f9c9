//! A run as a live tree: cards, their steps, and what each step says.

use crate::actions;
use crate::components::error_box::ErrorBox;
use crate::components::icon::IconView;
use crate::components::plan_list::of_node;
use crate::components::run_result::{Clock, RunOutcome};
use crate::components::step_row::StepRow;
use crate::state::App;
use crate::words;
use leptos::prelude::*;

#[component]
pub(crate) fn Activity() -> impl IntoView {
    let app = App::get();
    provide_context(Clock::start(app));
    let run = Memo::new(move |_| app.run.with(|run| run.as_ref().map(|run| run.run.clone())));
    let groups = Memo::new(move |_| app.run.with(|run| run.as_ref().map(|run| run.groups()).unwrap_or_default()));
    view! {
        <div class="activity">
            {move || match run.get() {
                None => match app.run_error.get() {
                    Some(error) => view! { <ErrorBox error=error/> }.into_any(),
                    None => view! { <p class="empty">{words::NO_RUN}</p> }.into_any(),
                },
                Some(_) => view! {
                    <RunOutcome/>
                    {move || groups.with(Vec::is_empty).then(|| view! { <p class="loading">{words::READING_RUN}</p> })}
                    <For each=move || groups.get() key=|group| group.clone() let((node, steps))>
                        <Group node=node steps=steps/>
                    </For>
                }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Group(node: String, steps: Vec<String>) -> impl IntoView {
    let app = App::get();
    let (title, icon, class) = of_node(app, &node);
    let (to_select, to_count) = (node.clone(), node.clone());
    let state = Memo::new(move |_| app.cards.with(|cards| cards.get(&to_count).map(words::card_state)));
    view! {
        <section class="run-group" data-run-node=node>
            <h3>
                <button class="link plain" type="button" on:click=move |_| actions::select_node(app, &to_select)>
                    <IconView icon=icon class=class/>{title}
                </button>
                <span class="mute clip">{move || state.get()}</span>
            </h3>
            {steps.into_iter().map(|id| view! { <StepRow id=id/> }).collect_view()}
        </section>
    }
}
