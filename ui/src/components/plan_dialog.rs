//! What will happen, before it happens: the plan is shown, then approved or not.

use crate::actions;
use crate::components::env_pill::{EnvFacts, endpoint};
use crate::components::error_box::ErrorBox;
use crate::components::icon::{Icon, IconView, severity_class};
use crate::components::modal::Modal;
use crate::components::plan_list::PlanList;
use crate::state::{App, Dialog, Load};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use slipway_plan::Summary;
use slipway_protocol::{ApiError, DestroyChoice, ErrorCode, PlanView};
use std::sync::Arc;

#[component]
pub(crate) fn PlanDialog() -> impl IntoView {
    let app = App::get();
    let open = Memo::new(move |_| app.dialog.with(|dialog| matches!(dialog, Dialog::Plan(_))));
    move || open.get().then(|| view! { <Body/> }.into_any())
}

fn choice(app: App) -> Option<DestroyChoice> {
    app.dialog.with(|dialog| match dialog {
        Dialog::Plan(choice) => *choice,
        _ => None,
    })
}

#[component]
fn Body() -> impl IntoView {
    let app = App::get();
    let close = Callback::new(move |()| actions::close_plan(app));
    let destroys = untrack(|| choice(app)).is_some();
    let environment = app.environment.get_untracked().unwrap_or_default();
    let title = if destroys {
        words::destroy_title(&environment)
    } else {
        words::deploy_title(&environment)
    };
    view! {
        <Modal title=title class="plan-dialog" testid="plan-dialog" on_close=close>
            <Banner/>
            {destroys.then(|| view! { <DestroyChoices/> })}
            {move || match app.plan.get() {
                Load::Idle | Load::Loading => view! {
                    <div class="plan-body">
                        <p class="loading"><IconView icon=Icon::Running class="accent turning"/>{words::PLANNING_LONG}</p>
                        <div class="skeleton" aria-hidden="true"><i></i><i></i><i></i><i></i><i></i></div>
                    </div>
                    <footer class="modal-foot">
                        <button class="button" type="button" data-testid="plan-cancel" on:click=move |_| close.run(())>{words::CANCEL}</button>
                    </footer>
                }.into_any(),
                Load::Failed(error) => view! { <PlanFailed error=error/> }.into_any(),
                Load::Ready(plan) => view! { <PlanReady plan=plan/> }.into_any(),
            }}
        </Modal>
    }
}

/// Where it goes.
#[component]
fn Banner() -> impl IntoView {
    let app = App::get();
    move || {
        app.chosen().map(|(name, environment)| {
            let emulator = endpoint(app, &environment);
            let is_emulator = emulator.is_some();
            let identity = app.plan.with(|plan| match plan {
                Load::Ready(plan) => plan.identity.clone(),
                _ => String::new(),
            });
            view! {
                <div class="banner" class:emulator=is_emulator>
                    <div class="banner-line"><EnvFacts name=name environment=environment/></div>
                    <p class="mute">
                        {if is_emulator { words::EMULATOR_BANNER } else { words::AWS_BANNER }}
                        {(!identity.is_empty() && !is_emulator).then(|| view! { " "<span>{words::as_identity(&identity)}</span> })}
                    </p>
                </div>
            }
        })
    }
}

/// What a destroy takes beside the rest; a change asks for a new plan.
#[component]
fn DestroyChoices() -> impl IntoView {
    let app = App::get();
    let now = move || choice(app).unwrap_or_default();
    let set = move |choice: DestroyChoice| actions::plan(app, Some(choice));
    view! {
        <fieldset class="choices">
            <legend class="offscreen">{words::DESTROY_CHOICES}</legend>
            <label><input type="checkbox" prop:checked=move || now().images
                on:change=move |event| set(DestroyChoice { images: event_target_checked(&event), ..untrack(now) })/>{words::DESTROY_IMAGES}</label>
            <label><input type="checkbox" prop:checked=move || now().logs
                on:change=move |event| set(DestroyChoice { logs: event_target_checked(&event), ..untrack(now) })/>{words::DESTROY_LOGS}</label>
        </fieldset>
    }
}

#[component]
fn PlanFailed(error: ApiError) -> impl IntoView {
    let app = App::get();
    let again = move |_| actions::plan(app, untrack(|| choice(app)));
    let agree = move |_| actions::consent(app, untrack(|| choice(app)));
    let asks_consent = error.code == ErrorCode::ConsentNeeded;
    let shows_problems = error.code == ErrorCode::DesignInvalid;
    let show = move |_| {
        actions::close_plan(app);
        app.panel.set(crate::state::PanelTab::Problems);
        app.panel_open.set(true);
    };
    view! {
        <div class="plan-body"><ErrorBox error=error/></div>
        <footer class="modal-foot">
            <button class="button" type="button" data-testid="plan-cancel" on:click=move |_| actions::close_plan(app)>{words::CLOSE}</button>
            {shows_problems.then(|| view! { <button class="button" type="button" on:click=show>{words::SHOW_PROBLEMS}</button> })}
            {asks_consent.then(|| view! { <button class="button" type="button" on:click=agree>{words::ALLOW_ENDPOINT}</button> })}
            <button class="button primary" type="button" on:click=again><IconView icon=Icon::Again/>{words::TRY_AGAIN}</button>
        </footer>
    }
}

#[component]
fn PlanReady(plan: Arc<PlanView>) -> impl IntoView {
    let app = App::get();
    let typed = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<ApiError>);
    let environment = plan.scope.environment.clone();
    let nothing = plan.summary.is_empty();
    let destroys = plan.destroy;
    let protected = plan.protected;
    let to_compare = environment.clone();
    let confirmed = Memo::new(move |_| !protected || typed.with(|typed| *typed == to_compare));
    let (plan_id, to_list) = (plan.plan_id.clone(), Arc::clone(&plan));
    let confirm = move || {
        if busy.get_untracked() || nothing || !confirmed.get_untracked() {
            return;
        }
        busy.set(true);
        failed.set(None);
        let (plan_id, confirm) = (plan_id.clone(), protected.then(|| typed.get_untracked()));
        spawn_local(async move {
            if let Err(error) = actions::start_run(app, plan_id, confirm).await {
                failed.set(Some(error));
                busy.set(false);
            }
        });
    };
    let on_submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        confirm();
    };
    view! {
        <form class="plan-form" on:submit=on_submit>
            <div class="plan-body">
                {(!nothing).then(|| view! { <SummaryLine summary=plan.summary/> })}
                {plan.interrupted.clone().map(|text| view! {
                    <p class="plan-warning"><IconView icon=Icon::Warning class="warn"/><span>{text}</span></p>
                })}
                {plan.warnings.iter().cloned().map(|warning| view! {
                    <p class="plan-warning">
                        <IconView icon=Icon::of_severity(warning.severity) class=severity_class(warning.severity)/>
                        <span>{warning.summary}{warning.fix.map(|fix| view! { <span class="mute">" "{fix}</span> })}</span>
                    </p>
                }).collect_view()}
                {if nothing {
                    view! {
                        <div class="nothing">
                            <IconView icon=Icon::Check class="ok"/>
                            <h3>{if destroys { words::NOTHING_TO_DESTROY } else { words::NOTHING_TO_DO }}</h3>
                            <p class="mute">{words::nothing_detail(plan.changes.len())}</p>
                        </div>
                    }.into_any()
                } else {
                    view! { <PlanList plan=to_list/> }.into_any()
                }}
            </div>
            {move || failed.get().map(|error| view! { <ErrorBox error=error/> })}
            <footer class="modal-foot">
                {(protected && !nothing).then(|| view! {
                    <label class="confirm-name">
                        <IconView icon=Icon::Lock/>
                        <span>{words::TYPE_NAME_BEFORE}<b class="mono">{environment.clone()}</b>{words::TYPE_NAME_AFTER}</span>
                        <input class="input mono" data-testid="plan-name" autocomplete="off" spellcheck="false" prop:value=move || typed.get()
                            on:input=move |event| typed.set(event_target_value(&event))/>
                    </label>
                })}
                <span class="spring"></span>
                <button class="button" type="button" data-testid="plan-cancel" on:click=move |_| actions::close_plan(app)>
                    {if nothing { words::CLOSE } else { words::CANCEL }}
                </button>
                {(!nothing).then(|| view! {
                    <button class="button" class:primary=!destroys class:danger=destroys type="submit" data-testid="plan-confirm"
                        disabled=move || busy.get() || !confirmed.get()>
                        {move || if busy.get() { words::STARTING_RUN } else if destroys { words::CONFIRM_DESTROY } else { words::CONFIRM_DEPLOY }}
                    </button>
                })}
            </footer>
        </form>
    }
}

#[component]
fn SummaryLine(summary: Summary) -> impl IntoView {
    let parts = [
        (summary.create, "+", "create", words::TO_CREATE),
        (summary.update, "~", "update", words::TO_UPDATE),
        (summary.replace, "±", "replace", words::TO_REPLACE),
        (summary.delete, "−", "delete", words::TO_DELETE),
    ];
    view! {
        <ul class="summary">
            {parts.into_iter().map(|(number, sign, class, text)| view! {
                <li class:none={number == 0}><span class=format!("sign {class}")>{sign}</span><b>{number}</b>" "{text}</li>
            }).collect_view()}
        </ul>
    }
}
