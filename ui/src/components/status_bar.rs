//! The line at the bottom: what this computer has, and how full the design is.

use crate::components::icon::{Icon, IconView, check_class};
use crate::short;
use crate::state::{App, Load};
use crate::words;
use leptos::prelude::*;
use slipway_protocol::CheckStatus;

/// Routes of an HTTP API that AWS allows without asking for more.
const ROUTE_QUOTA: usize = 300;

#[component]
pub(crate) fn StatusBar() -> impl IntoView {
    let app = App::get();
    let emulator = move || {
        app.chosen()
            .is_some_and(|(_, environment)| environment.is_emulator())
    };
    let checks = move || {
        app.doctor.with(|doctor| match doctor {
            Load::Ready(report) => short::checks(&report.checks, emulator()),
            _ => Vec::new(),
        })
    };
    let quotas = move || {
        app.project.with(|project| {
            project
                .as_ref()
                .map(|project| {
                    project
                        .design
                        .apis
                        .iter()
                        .map(|(key, api)| words::route_quota(key, api.routes.len(), ROUTE_QUOTA))
                        .collect::<Vec<_>>()
                })
                .unwrap_or_default()
        })
    };
    view! {
        <footer class="status">
            {move || app.doctor.with(|doctor| *doctor == Load::Loading).then(|| view! {
                <span><IconView icon=Icon::Running class="accent turning"/>{words::LOOKING_AROUND}</span>
            })}
            {move || checks().into_iter().map(|(status, text, full)| view! {
                <span title=full class:weighty={status == CheckStatus::Failed}>
                    <IconView icon=Icon::of_check(status) class=check_class(status)/><span class="clip">{text}</span>
                    <span class="offscreen">{words::check_status(status)}</span>
                </span>
            }).collect_view()}
            <span class="spring"></span>
            {move || quotas().into_iter().take(3).map(|text| view! { <span>{text}</span> }).collect_view()}
        </footer>
    }
}
