//! One step of a run: its line, and its parts and log below when it is opened.

use crate::components::error_box::ErrorBox;
use crate::components::icon::{Icon, IconView, step_class};
use crate::components::run_result::Clock;
use crate::format;
use crate::marks;
use crate::run::Step;
use crate::state::App;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use slipway_protocol::{NodeStatus, PartView};

#[component]
pub(crate) fn StepRow(id: String) -> impl IntoView {
    let app = App::get();
    let Clock(now) = expect_context();
    let of_step = id.clone();
    let step = Memo::new(move |_| {
        app.run.with(|run| {
            run.as_ref()
                .and_then(|run| run.steps.get(&of_step).cloned())
        })
    });
    let status = Memo::new(move |_| {
        step.with(|step| {
            step.as_ref()
                .map_or(NodeStatus::Waiting, |step| step.status)
        })
    });
    let title = step.with_untracked(|step| {
        step.as_ref()
            .map(|step| step.title.clone())
            .unwrap_or_default()
    });
    // A failed step opens by itself, once; after that people decide.
    let opened = RwSignal::new(None::<bool>);
    let open = Memo::new(move |_| opened.get().unwrap_or(status.get() == NodeStatus::Failed));
    let has_more = Memo::new(move |_| {
        step.with(|step| {
            step.as_ref().is_some_and(|step| {
                step.log_lines > 0 || step.error.is_some() || step.parts.len() > 1
            })
        })
    });
    let time = move || {
        let now = now.get();
        step.with(|step| {
            let step = step.as_ref()?;
            let millis = match (step.millis, step.seen_at) {
                (Some(millis), _) => f64::from(millis),
                (None, Some(seen)) if step.status == NodeStatus::Running => now - seen,
                _ => return None,
            };
            Some(format::duration(millis))
        })
    };
    let rate = move || {
        let now = now.get();
        step.with(|step| {
            step.as_ref()
                .map(|step| amount(step, now))
                .unwrap_or_default()
        })
    };
    let fraction = Memo::new(move |_| {
        step.with(|step| {
            let step = step
                .as_ref()
                .filter(|step| step.status == NodeStatus::Running)?;
            let (done, total) = step.bytes()?;
            Some(done / total)
        })
    });
    let text = Memo::new(move |_| {
        step.with(|step| step.as_ref().map(words::step_text).unwrap_or_default())
    });
    let log_of = id.clone();
    view! {
        <div class="step" data-step=id data-status=move || marks::step_status_name(status.get())>
            <button class="step-line" type="button" disabled=move || !has_more.get() aria-expanded=move || has_more.get().then(|| open.get().to_string())
                on:click=move |_| opened.set(Some(!open.get_untracked()))>
                {move || view! { <IconView icon=Icon::of_step(status.get()) class=step_class(status.get())/> }}
                <span class="step-title clip" class:faint=move || status.get() == NodeStatus::Waiting>
                    {title}<span class="offscreen">{move || words::step_status(status.get())}</span>
                </span>
                {move || match fraction.get() {
                    Some(fraction) => view! {
                        <span class="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-label=words::PROGRESS
                            aria-valuenow=format!("{:.0}", fraction * 100.0)>
                            <i style:width=format!("{:.1}%", fraction * 100.0)></i>
                        </span>
                    }.into_any(),
                    None => view! { <span class="mute clip">{text.get()}</span> }.into_any(),
                }}
                <span class="mono mute number">{rate}</span>
                <span class="mono mute number">{time}</span>
                <span class="twist-space">
                    {move || has_more.get().then(|| view! {
                        <IconView icon=if open.get() { Icon::ChevronDown } else { Icon::ChevronRight } class="faint"/>
                    })}
                </span>
            </button>
            {move || (open.get() && has_more.get()).then(|| view! { <StepDetail id=log_of.clone() step=step/> })}
        </div>
    }
}

#[component]
fn StepDetail(id: String, step: Memo<Option<Step>>) -> impl IntoView {
    let app = App::get();
    let parts = Memo::new(move |_| {
        step.with(|step| {
            step.as_ref()
                .map(|step| step.parts.values().cloned().collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    // The error that ended the run stands above the steps already.
    let error = Memo::new(move |_| {
        let of_run = app.run.with(|run| {
            run.as_ref()
                .and_then(|run| run.error.as_ref().map(|error| error.message.clone()))
        });
        step.with(|step| step.as_ref().and_then(|step| step.error.clone()))
            .filter(|error| Some(&error.message) != of_run.as_ref())
    });
    let log = Memo::new(move |_| {
        app.run.with(|run| {
            let lines = run.as_ref()?.logs.get(&id)?;
            Some(lines.join("\n"))
        })
    });
    // The end of a log is what people look for.
    let pre = NodeRef::<html::Pre>::new();
    Effect::new(move |_| {
        log.track();
        if let Some(pre) = pre.get() {
            pre.set_scroll_top(pre.scroll_height());
        }
    });
    view! {
        <div class="step-detail">
            {move || error.get().map(|error| view! { <ErrorBox error=error/> })}
            {move || log.get().filter(|log| !log.is_empty()).map(|log| view! {
                <pre class="log" tabindex="0" aria-label=words::LOG node_ref=pre>{log}</pre>
            })}
            {move || (parts.with(Vec::len) > 1).then(|| view! {
                <ul class="parts">{parts.get().into_iter().map(|part| view! { <PartLine part=part/> }).collect_view()}</ul>
            })}
        </div>
    }
}

#[component]
fn PartLine(part: PartView) -> impl IntoView {
    let fraction = part
        .total
        .filter(|total| *total > 0.0)
        .map(|total| (part.done / total).clamp(0.0, 1.0));
    let amount = match part.total {
        _ if part.cached => words::CACHED.to_owned(),
        Some(total) if part.finished => format::bytes(total),
        Some(total) => format::bytes_of(part.done, total),
        None if part.done > 0.0 => format::bytes(part.done),
        None => String::new(),
    };
    view! {
        <li class="part">
            <IconView icon=if part.finished { Icon::Check } else { Icon::Waiting } class=if part.finished { "ok" } else { "faint" }/>
            <span class="mono clip" title=part.title.clone()>{part.title.clone()}</span>
            {match fraction.filter(|_| !part.finished) {
                Some(fraction) => view! { <span class="bar"><i style:width=format!("{:.1}%", fraction * 100.0)></i></span> }.into_any(),
                None => view! { <span></span> }.into_any(),
            }}
            <span class="mono mute number">{amount}</span>
        </li>
    }
}

/// Rate while it runs, size after it.
fn amount(step: &Step, now: f64) -> String {
    let Some((done, total)) = step.bytes() else {
        return String::new();
    };
    match (step.status, step.seen_at) {
        (NodeStatus::Running, Some(seen)) if now - seen > 300.0 && done > 0.0 => {
            format!("{}/s", format::bytes(done / ((now - seen) / 1000.0)))
        }
        (NodeStatus::Running, _) => String::new(),
        _ => format::bytes(total),
    }
}
