//! The environment that is chosen: where a deploy goes must never be in doubt.

use crate::actions;
use crate::components::icon::{Icon, IconView};
use crate::format;
use crate::state::App;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use slipway_design::Environment;

/// Colours for environments that choose none, from their names: always the same.
const COLOURS: [&str; 6] = [
    "#3b82f6", "#8b5cf6", "#ec4899", "#14b8a6", "#f97316", "#84cc16",
];

/// The colour of an environment.
pub(crate) fn colour(name: &str, environment: &Environment) -> String {
    environment.color.clone().unwrap_or_else(|| {
        let sum: usize = name.bytes().map(usize::from).sum();
        COLOURS[sum % COLOURS.len()].to_owned()
    })
}

#[component]
pub(crate) fn EnvPill() -> impl IntoView {
    let app = App::get();
    let menu = NodeRef::<html::Div>::new();
    let pill = NodeRef::<html::Button>::new();
    let left = RwSignal::new(0.0);
    let measure = move |_| {
        if let Some(pill) = pill.get_untracked() {
            left.set(pill.get_bounding_client_rect().left());
        }
    };
    let hide = move || {
        // A menu that is hidden already says so by an error.
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.hide_popover();
        }
    };
    let names = move || {
        app.project.with(|project| {
            project
                .as_ref()
                .map(|project| {
                    project
                        .design
                        .environments
                        .keys()
                        .cloned()
                        .collect::<Vec<_>>()
                })
                .unwrap_or_default()
        })
    };
    let chosen_label = move || match app.chosen() {
        Some((name, environment)) => {
            words::environment_label(&name, &environment, endpoint(app, &environment))
        }
        None => words::NO_ENVIRONMENT.to_owned(),
    };
    view! {
        <div class="env">
            <button class="pill" type="button" node_ref=pill on:click=measure popovertarget="env-menu" data-testid="env-pill"
                class:emulator=move || app.chosen().is_some_and(|(_, environment)| environment.is_emulator())
                data-environment=move || app.environment.get().unwrap_or_default()>
                <span class="offscreen">{chosen_label}</span>
                <span class="pill-facts" aria-hidden="true">{move || match app.chosen() {
                    Some((name, environment)) => view! { <EnvFacts name=name environment=environment/> }.into_any(),
                    None => view! { <span class="mute">{words::NO_ENVIRONMENT}</span> }.into_any(),
                }}</span>
                <IconView icon=Icon::ChevronDown class="faint"/>
            </button>
            <div id="env-menu" class="menu" popover="auto" node_ref=menu style:left=move || format!("{:.0}px", left.get())>
                <p class="menu-head">{words::ENVIRONMENTS}</p>
                <For each=names key=|name| name.clone() let(name)>
                    {
                        let (chosen, to_choose, shown, label) = (name.clone(), name.clone(), name.clone(), name.clone());
                        let environment = move || app.project.with(|project| {
                            project.as_ref().and_then(|project| project.design.environments.get(&shown)).cloned().unwrap_or_default()
                        });
                        view! {
                            <button class="menu-item env-item" type="button" data-environment=name.clone()
                                aria-current=move || app.environment.with(|now| now.as_ref() == Some(&chosen)).to_string()
                                on:click=move |_| { hide(); actions::choose_environment(app, to_choose.clone()); }>
                                {move || view! { <EnvFacts name=label.clone() environment=environment()/> }}
                            </button>
                        }
                    }
                </For>
                {move || names().is_empty().then(|| view! { <p class="menu-note">{words::NO_ENVIRONMENT_HINT}</p> })}
            </div>
        </div>
    }
}

/// Where an emulator environment really goes.
pub(crate) fn endpoint(app: App, environment: &Environment) -> Option<String> {
    // Who asks has the environment from the project and follows it already.
    app.project.with_untracked(|project| {
        project
            .as_ref()
            .and_then(|project| project.endpoint(environment))
    })
}

/// Colour, name, account and region; for an emulator its badge and the address it really goes to.
#[component]
pub(crate) fn EnvFacts(name: String, environment: Environment) -> impl IntoView {
    let app = App::get();
    let colour = colour(&name, &environment);
    let protected = environment.protected;
    match endpoint(app, &environment) {
        Some(endpoint) => view! {
            <span class="emulator-badge">{words::EMULATOR}</span>
            <b>{name}</b>
            <span class="mute mono env-detail">{endpoint.trim_start_matches("http://").to_owned()}" · "{environment.region.clone()}</span>
        }
        .into_any(),
        None => view! {
            <span class="dot" style:background=colour></span>
            <b>{name}</b>
            {protected.then(|| view! { <span title=words::PROTECTED><IconView icon=Icon::Lock class="faint"/></span> })}
            <span class="mute mono env-detail">{format::account(&environment.account)}" · "{environment.region.clone()}</span>
        }
        .into_any(),
    }
}
