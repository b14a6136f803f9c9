//! What a deploy needs: the engine, credentials, the account, and what is missing.

use crate::actions;
use crate::components::error_box::ErrorBox;
use crate::components::icon::{Icon, IconView, check_class};
use crate::state::{App, Load};
use crate::words;
use leptos::prelude::*;
use slipway_protocol::DoctorCheck;

#[component]
pub(crate) fn DoctorList() -> impl IntoView {
    let app = App::get();
    let again = move |_| actions::look_around(app, app.environment.get_untracked());
    view! {
        <div class="doctor" aria-busy=move || app.doctor.with(|doctor| *doctor == Load::Loading).to_string()>
            {move || match app.doctor.get() {
                Load::Idle | Load::Loading => view! {
                    <p class="loading"><IconView icon=Icon::Running class="accent turning"/>{words::LOOKING_AROUND}</p>
                }.into_any(),
                Load::Failed(error) => view! {
                    <ErrorBox error=error>
                        <button class="button" type="button" on:click=again>{words::TRY_AGAIN}</button>
                    </ErrorBox>
                }.into_any(),
                Load::Ready(report) => view! {
                    <ul class="checks">
                        {report.checks.into_iter().map(|check| view! { <Check check=check/> }).collect_view()}
                    </ul>
                    <button class="button quiet" type="button" on:click=again>
                        <IconView icon=Icon::Again/>{words::CHECK_AGAIN}
                    </button>
                }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Check(check: DoctorCheck) -> impl IntoView {
    let status = words::check_status(check.status);
    view! {
        <li class="check" data-check=check.id.clone()>
            <IconView icon=Icon::of_check(check.status) class=check_class(check.status)/>
            <div>
                <p class="check-title">{check.title}<span class="offscreen">{status}</span></p>
                <p class="mute">{check.detail}</p>
                {check.fix.map(|fix| view! { <p class="fix">{fix}</p> })}
            </div>
        </li>
    }
}
