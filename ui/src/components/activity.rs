//! A run as a live tree: cards, their steps, and what each step says.

use crate::actions;
use crate::components::card_view::state_icon;
use crate::components::error_box::ErrorBox;
use crate::components::icon::{Icon, IconView};
use crate::components::plan_list::of_node;
use crate::components::run_result::{Clock, RunOutcome};
use crate::components::step_row::StepRow;
use crate::format;
use crate::run::CardState;
use crate::state::App;
use crate::words;
use leptos::prelude::*;
use slipway_protocol::NodeStatus;

#[component]
pub(crate) fn Activity() -> impl IntoView {
    let app = App::get();
    provide_context(Clock::start(app));
    let run = Memo::new(move |_| app.run.with(|run| run.as_ref().map(|run| run.run.clone())));
    let groups = Memo::new(move |_| {
        app.run
            .with(|run| run.as_ref().map(|run| run.groups()).unwrap_or_default())
    });
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
    let of_state = node.clone();
    let state = Memo::new(move |_| app.cards.with(|cards| cards.get(&of_state).cloned()));
    // What is at work or failed is open; people decide otherwise.
    let opened = RwSignal::new(None::<bool>);
    let open = Memo::new(move |_| {
        opened.get().unwrap_or_else(|| {
            state.with(|state| {
                matches!(
                    state,
                    Some(CardState::Running { .. } | CardState::Failed { .. })
                )
            })
        })
    });
    let (number, ids, to_select) = (steps.len(), steps.clone(), node.clone());
    let millis = Memo::new(move |_| {
        app.run.with(|run| {
            let steps = run.as_ref().map(|run| {
                ids.iter()
                    .filter_map(|id| run.steps.get(id)?.millis)
                    .map(f64::from)
                    .sum::<f64>()
            });
            steps.filter(|millis| *millis > 0.0)
        })
    });
    let to_count = steps.clone();
    let done = Memo::new(move |_| {
        app.run.with(|run| {
            let Some(run) = run else { return 0 };
            let succeeded = |id: &&String| {
                run.steps
                    .get(*id)
                    .is_some_and(|step| step.status == NodeStatus::Succeeded)
            };
            to_count.iter().filter(succeeded).count()
        })
    });
    let toggle = move |_| {
        opened.set(Some(!open.get_untracked()));
        actions::select_node(app, &to_select);
    };
    view! {
        <section class="run-group" data-run-node=node>
            <h3>
                <button class="group-line" type="button" aria-expanded=move || open.get().to_string() on:click=toggle>
                    {move || state.get().map(|state| {
                        let (icon, class) = state_icon(&state);
                        view! { <IconView icon=icon class=class/> }
                    })}
                    <IconView icon=icon class=class/>
                    <b>{title}</b>
                    <span class="mute clip">{move || state.with(|state| state.as_ref().map(words::card_state_short))}</span>
                    <span class="spring"></span>
                    <span class="faint">{move || words::steps_done(done.get(), number)}</span>
                    <span class="mono mute number">{move || millis.get().map(format::duration)}</span>
                    {move || view! { <IconView icon=if open.get() { Icon::ChevronDown } else { Icon::ChevronRight } class="faint"/> }}
                </button>
            </h3>
            {move || open.get().then(|| steps.iter().map(|id| view! { <StepRow id=id.clone()/> }).collect_view())}
        </section>
    }
}
