//! Everything that is wrong, worst first; a click leads to the element and its field, a button mends it.

use crate::actions;
use crate::components::icon::{Icon, IconView, severity_class};
use crate::components::inspector_form::look_for;
use crate::editing;
use crate::platform;
use crate::state::{App, Problem};
use crate::words;
use leptos::prelude::*;
use slipway_design::{Diagnostic, Document, Severity, fixes};
use slipway_editor::Command;
use slipway_protocol::DiagnosticView;

/// So many are shown at first, and so many more each time somebody asks.
const SHOWN: usize = 100;

#[component]
pub(crate) fn ProblemList() -> impl IntoView {
    let app = App::get();
    let wanted = RwSignal::new(None::<Severity>);
    let is_empty = Memo::new(move |_| app.problems.with(|problems| problems.is_empty()));
    move || {
        if is_empty.get() {
            return view! {
                <div class="empty">
                    <IconView icon=Icon::Check class="ok"/>
                    <div><p>{words::NO_PROBLEMS}</p><p class="faint">{words::form::NO_PROBLEMS_DETAIL}</p></div>
                </div>
            }
            .into_any();
        }
        view! {
            <Weights wanted=wanted/>
            <List wanted=wanted/>
        }
        .into_any()
    }
}

/// Which weight is shown.
#[component]
fn Weights(wanted: RwSignal<Option<Severity>>) -> impl IntoView {
    let app = App::get();
    let number = move |weight: Option<Severity>| {
        app.problems.with(|problems| {
            problems
                .iter()
                .filter(|problem| weight.is_none_or(|weight| problem.view.severity == weight))
                .count()
        })
    };
    let choices = [
        (None, words::form::ALL_PROBLEMS),
        (Some(Severity::Error), words::form::ERRORS),
        (Some(Severity::Warning), words::form::WARNINGS),
    ];
    view! {
        <div class="weights" role="group" aria-label=words::form::FILTER_PROBLEMS>
            {choices.into_iter().map(|(weight, name)| view! {
                <button class="segment" type="button" aria-pressed=move || (wanted.get() == weight).to_string()
                    on:click=move |_| wanted.set(weight)>
                    {name}<span class="faint">{move || number(weight)}</span>
                </button>
            }).collect_view()}
        </div>
    }
}

#[component]
fn List(wanted: RwSignal<Option<Severity>>) -> impl IntoView {
    let app = App::get();
    let shown = RwSignal::new(SHOWN);
    Effect::new(move |_| {
        wanted.track();
        shown.set(SHOWN);
    });
    move || {
        let (wanted, shown_now) = (wanted.get(), shown.get());
        let is_wanted =
            |problem: &&Problem| wanted.is_none_or(|weight| problem.view.severity == weight);
        let (problems, number): (Vec<Problem>, usize) = app.problems.with(|problems| {
            let all = problems.iter().filter(is_wanted);
            let number = all.clone().count();
            (all.take(shown_now).cloned().collect(), number)
        });
        if problems.is_empty() {
            return view! { <p class="empty">{words::form::NO_SUCH_PROBLEMS}</p> }.into_any();
        }
        let document = app
            .project
            .with_untracked(|project| project.as_ref().map(|project| project.document.clone()));
        let more = SHOWN.min(number - problems.len());
        let lines = problems.into_iter().map(|problem| {
            let mends = match &document {
                Some(document) => mends(document, &problem.view),
                None => Vec::new(),
            };
            view! { <ProblemLine problem=problem mends=mends/> }
        });
        view! {
            <ul class="problems">{lines.collect_view()}</ul>
            {(more > 0).then(|| view! {
                <p class="more"><button class="button small" type="button" data-testid="more-problems" on:click=move |_| {
                    shown.set(shown_now + SHOWN);
                    request_animation_frame(move || {
                        platform::focus(&format!(".problem-line:nth-of-type({}) .problem", shown_now + 1));
                    });
                }>
                    {words::form::show_more(more)}
                </button></p>
            })}
        }
        .into_any()
    }
}

/// The quick fixes of a problem, as commands that can be undone.
fn mends(document: &Document, view: &DiagnosticView) -> Vec<Command> {
    let is_it = |it: &&Diagnostic| {
        it.code == view.code && it.subject == view.subject && it.summary == view.summary
    };
    let Some(diagnostic) = document.diagnostics().iter().find(is_it) else {
        return Vec::new();
    };
    fixes(document, diagnostic)
        .into_iter()
        .map(|fix| Command::Edit {
            title: fix.title,
            edits: fix.edits,
            select: Vec::new(),
        })
        .collect()
}

#[component]
fn ProblemLine(problem: Problem, mends: Vec<Command>) -> impl IntoView {
    let app = App::get();
    let Problem { view, element } = problem;
    let place = match (view.line, view.column) {
        (Some(line), Some(column)) => format!("{line}:{column}"),
        (Some(line), None) => line.to_string(),
        _ => String::new(),
    };
    let text = format!(
        "{}: {} ({place})\n{}{}",
        words::severity(view.severity),
        view.summary,
        view.detail
            .as_ref()
            .map(|detail| format!("{detail}\n"))
            .unwrap_or_default(),
        view.fix.clone().unwrap_or_default()
    );
    let subject = view.subject.clone();
    let on_click = move |_| {
        match element.clone() {
            Some(id) => app.select(id),
            // What is about no element is about the project.
            None => app.deselect(),
        }
        look_for(app, subject.clone());
    };
    view! {
        <li class="problem-line">
            <button class="problem leads" type="button" data-code=view.code.clone() on:click=on_click>
                <IconView icon=Icon::of_severity(view.severity) class=severity_class(view.severity)/>
                <span class="offscreen">{words::severity(view.severity)}</span>
                <span class="problem-text">
                    <span>{view.summary}</span>
                    {view.fix.map(|fix| view! { <span class="mute">{fix}</span> })}
                    {view.detail.map(|detail| view! { <span class="faint detail">{detail}</span> })}
                </span>
                <span class="problem-where">
                    <span class="mono faint clip" title=view.subject.clone()>{view.subject.clone()}</span>
                    <span class="mono faint">{view.code.clone()}</span>
                </span>
                <span class="mono faint place">{place}</span>
            </button>
            <div class="mends">
                {mends.into_iter().map(|command| {
                    let title = match &command { Command::Edit { title, .. } => title.clone(), _ => String::new() };
                    let done = title.clone();
                    view! {
                        <button class="button small mend" type="button" on:click=move |_| {
                            if editing::apply(app, &command) { app.say(words::form::fixed(&done)); }
                        }>{title}</button>
                    }
                }).collect_view()}
                <button class="button quiet small square" type="button" title=words::form::COPY_PROBLEM aria-label=words::form::COPY_PROBLEM
                    on:click=move |_| actions::copy(app, text.clone())><IconView icon=Icon::Copy/></button>
            </div>
        </li>
    }
}
