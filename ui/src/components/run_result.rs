//! The head of a run: its state, its clock, how to stop it, and what came of it.

use crate::actions;
use crate::components::error_box::ErrorBox;
use crate::components::icon::{Icon, IconView};
use crate::format;
use crate::marks;
use crate::platform;
use crate::run::Stopping;
use crate::state::App;
use crate::words;
use leptos::prelude::*;
use slipway_protocol::RunStatus;
use std::time::Duration;

/// How often clocks and rates are written anew.
const TICK: Duration = Duration::from_millis(250);

/// The page's clock while a run is at work; stands still otherwise.
#[derive(Clone, Copy)]
pub(crate) struct Clock(pub(crate) RwSignal<f64>);

impl Clock {
    pub(crate) fn start(app: App) -> Self {
        let now = RwSignal::new(platform::now());
        let ticking = set_interval_with_handle(
            move || {
                if app
                    .run
                    .with_untracked(|run| run.as_ref().is_some_and(|run| !run.is_finished()))
                {
                    now.set(platform::now());
                }
            },
            TICK,
        );
        on_cleanup(move || {
            if let Ok(ticking) = ticking {
                ticking.clear();
            }
        });
        Self(now)
    }
}

/// State, clock and Cancel, in the head of the panel.
#[component]
pub(crate) fn RunControls() -> impl IntoView {
    let app = App::get();
    let Clock(now) = Clock::start(app);
    let head = Memo::new(move |_| {
        app.run.with(|run| {
            run.as_ref().map(|run| {
                (
                    run.environment.clone(),
                    run.status,
                    run.stopping,
                    run.progress(),
                )
            })
        })
    });
    let elapsed = move || {
        let now = now.get();
        app.run.with(|run| {
            let run = run.as_ref()?;
            Some(format::duration(run.ended_at.unwrap_or(now) - run.seen_at?))
        })
    };
    move || {
        head.get().map(|(environment, status, stopping, (done, all))| {
            let name = marks::run_status_name(status, stopping);
            view! {
                <span class="run-status" data-testid="run-status" data-status=name>
                    <b>{words::run_status(status, stopping)}</b>
                    <span class="mute">{environment}" · "{words::steps_done(done, all)}</span>
                    <span class="mono mute">{elapsed}</span>
                </span>
                {status.is_none().then(|| view! {
                    <button class="button danger small" type="button" data-testid="cancel-run" disabled={stopping == Stopping::Now}
                        title=words::cancel_title(stopping) on:click=move |_| actions::cancel(app)>
                        {words::cancel(stopping)}
                    </button>
                })}
            }
        })
    }
}

/// What came of the run.
#[component]
pub(crate) fn RunOutcome() -> impl IntoView {
    let app = App::get();
    let outcome = Memo::new(move |_| {
        app.run.with(|run| {
            let run = run.as_ref()?;
            Some((
                run.status?,
                run.error.clone(),
                run.outputs.clone(),
                run.steps.values().all(|step| step.unchanged),
            ))
        })
    });
    let again = move |_| actions::plan(app, None);
    move || {
        outcome.get().map(|(status, error, outputs, unchanged)| match (status, error) {
            (RunStatus::Succeeded, _) => view! {
                <div class="outcome ok-bg">
                    <IconView icon=Icon::Check class="ok"/>
                    <div>
                        <p><b>{if unchanged { words::RUN_UNCHANGED } else { words::RUN_DONE }}</b></p>
                        {outputs.apis.into_iter().map(|(api, output)| {
                            let (to_copy, to_open, open_too) = (output.url.clone(), output.url.clone(), output.url.clone());
                            view! {
                                <p class="outcome-url">
                                    <span class="mute">{api.clone()}</span>
                                    <a class="mono" href=output.url.clone() data-testid="api-url" data-api=api
                                        on:click=move |event| { event.prevent_default(); actions::open_external(app, to_open.clone()); }>{output.url.clone()}</a>
                                    <button class="button small" type="button" on:click=move |_| actions::copy(app, to_copy.clone())>
                                        <IconView icon=Icon::Copy/>{words::COPY}
                                    </button>
                                    <button class="button small" type="button" on:click=move |_| actions::open_external(app, open_too.clone())>
                                        <IconView icon=Icon::Open/>{words::OPEN}
                                    </button>
                                </p>
                            }
                        }).collect_view()}
                    </div>
                </div>
            }.into_any(),
            (_, Some(error)) => view! {
                <ErrorBox error=error>
                    <button class="button" type="button" data-testid="deploy-again" on:click=again><IconView icon=Icon::Again/>{words::DEPLOY_AGAIN}</button>
                </ErrorBox>
            }.into_any(),
            (status, None) => view! {
                <div class="outcome">
                    <IconView icon=Icon::Stopped class="warn"/>
                    <div>
                        <p><b>{words::run_ended(status)}</b></p>
                        <p class="mute">{words::RUN_STOPPED_HINT}</p>
                        <button class="button" type="button" on:click=again><IconView icon=Icon::Again/>{words::DEPLOY_AGAIN}</button>
                    </div>
                </div>
            }.into_any(),
        })
    }
}
