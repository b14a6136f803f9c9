//! Everything that is wrong, worst first; a click leads to it.

use crate::components::icon::{Icon, IconView, severity_class};
use crate::state::{App, Problem};
use crate::words;
use leptos::prelude::*;

#[component]
pub(crate) fn ProblemList() -> impl IntoView {
    let app = App::get();
    move || {
        let problems = app.problems.get();
        if problems.is_empty() {
            return view! { <p class="empty"><IconView icon=Icon::Check class="ok"/>{words::NO_PROBLEMS}</p> }.into_any();
        }
        view! {
            <ul class="problems">
                {problems.iter().cloned().map(|problem| view! { <ProblemLine problem=problem/> }).collect_view()}
            </ul>
        }
        .into_any()
    }
}

#[component]
fn ProblemLine(problem: Problem) -> impl IntoView {
    let app = App::get();
    let Problem { view, element } = problem;
    let place = match (view.line, view.column) {
        (Some(line), Some(column)) => format!("{line}:{column}"),
        (Some(line), None) => line.to_string(),
        _ => String::new(),
    };
    let leads = element.is_some();
    let on_click = move |_| {
        if let Some(id) = element.clone() {
            app.select(id);
        }
    };
    view! {
        <li>
            <button class="problem" type="button" data-code=view.code.clone() class:leads=leads on:click=on_click>
                <IconView icon=Icon::of_severity(view.severity) class=severity_class(view.severity)/>
                <span class="offscreen">{words::severity(view.severity)}</span>
                <span class="problem-text">
                    <span>{view.summary}</span>
                    {view.fix.map(|fix| view! { <span class="mute">{fix}</span> })}
                </span>
                <span class="mono faint clip" title=view.subject.clone()>{view.subject.clone()}</span>
                <span class="mono faint place">{place}</span>
            </button>
        </li>
    }
}
