//! The panel below the canvas: problems, the plan, and what is going on.

use crate::components::activity::Activity;
use crate::components::icon::{Icon, IconView};
use crate::components::plan_list::PlanList;
use crate::components::problem_list::ProblemList;
use crate::components::route_table::RouteTableView;
use crate::components::run_result::RunControls;
use crate::components::splitter::{Edge, Splitter};
use crate::platform;
use crate::state::{App, Load, PanelTab};
use crate::words;
use leptos::prelude::*;

/// The tabs in their order, with their names for selectors.
const TABS: [(PanelTab, &str); 4] = [
    (PanelTab::Problems, "problems"),
    (PanelTab::Routes, "routes"),
    (PanelTab::Plan, "plan"),
    (PanelTab::Activity, "activity"),
];

/// The arrow keys walk the tabs, of which only the chosen one is reached by Tab.
fn on_tab_key(app: App, event: &web_sys::KeyboardEvent) {
    let at = TABS
        .iter()
        .position(|(tab, _)| *tab == app.panel.get_untracked())
        .unwrap_or_default();
    let next = match event.key().as_str() {
        "ArrowRight" => (at + 1) % TABS.len(),
        "ArrowLeft" => (at + TABS.len() - 1) % TABS.len(),
        "Home" => 0,
        "End" => TABS.len() - 1,
        _ => return,
    };
    event.prevent_default();
    let (tab, name) = TABS[next];
    app.panel.set(tab);
    platform::focus(&format!("[data-tab={name}]"));
}

#[component]
pub(crate) fn BottomPanel() -> impl IntoView {
    let app = App::get();
    let choose = move |tab: PanelTab| {
        if app.panel.get_untracked() == tab && app.panel_open.get_untracked() {
            app.panel_open.set(false);
        } else {
            app.panel.set(tab);
            app.panel_open.set(true);
        }
    };
    let is_on = move |tab: PanelTab| app.panel.get() == tab && app.panel_open.get();
    let problems = move || app.problems.with(|problems| problems.len());
    let changes = move || {
        app.plan.with(|plan| match plan {
            Load::Ready(plan) => {
                let summary = plan.summary;
                summary.create + summary.update + summary.replace + summary.delete
            }
            _ => 0,
        })
    };
    let tab = move |tab: PanelTab, name: &'static str| {
        let id = TABS
            .iter()
            .find(|(other, _)| *other == tab)
            .map(|(_, id)| *id);
        view! {
            <button class="tab" type="button" role="tab" aria-selected=move || is_on(tab).to_string() aria-controls="panel-body" data-tab=id
                tabindex=move || if app.panel.get() == tab { "0" } else { "-1" }
                on:click=move |_| choose(tab)>
                {name}
                {move || match tab {
                    PanelTab::Problems if problems() > 0 => view! { <span class="badge" class:err=move || { app.errors() > 0 }>{problems}</span> }.into_any(),
                    PanelTab::Plan if changes() > 0 => view! { <span class="badge accent">{changes}</span> }.into_any(),
                    PanelTab::Activity if app.is_running() => view! { <IconView icon=Icon::Running class="accent turning"/> }.into_any(),
                    _ => ().into_any(),
                }}
            </button>
        }
    };
    view! {
        <section class="panel" data-pane="panel" aria-label=words::PANEL>
            {move || app.panel_open.get().then(|| view! { <Splitter edge=Edge::Bottom label=words::MOVE_PANEL/> })}
            <div class="panel-head">
                <div class="tabs" role="tablist" aria-label=words::PANEL on:keydown=move |event| on_tab_key(app, &event)>
                    {tab(PanelTab::Problems, words::PROBLEMS)}
                    {tab(PanelTab::Routes, words::ROUTES)}
                    {tab(PanelTab::Plan, words::PLAN)}
                    {tab(PanelTab::Activity, words::ACTIVITY)}
                </div>
                <span class="spring"></span>
                <RunControls/>
                <button class="button quiet square" type="button" aria-expanded=move || app.panel_open.get().to_string()
                    aria-label=move || if app.panel_open.get() { words::SHUT_PANEL } else { words::OPEN_PANEL }
                    class:turned=move || !app.panel_open.get() on:click=move |_| app.panel_open.update(|open| *open = !*open)>
                    <IconView icon=Icon::ChevronDown/>
                </button>
            </div>
            <div class="panel-body" id="panel-body" role="tabpanel" tabindex="-1" class:hidden=move || !app.panel_open.get()>
                {move || app.panel_open.get().then(|| match app.panel.get() {
                    PanelTab::Problems => view! { <ProblemList/> }.into_any(),
                    PanelTab::Routes => view! { <RouteTableView/> }.into_any(),
                    PanelTab::Plan => view! { <PanelPlan/> }.into_any(),
                    PanelTab::Activity => view! { <Activity/> }.into_any(),
                })}
            </div>
        </section>
    }
}

/// The plan that is drawn on the canvas.
#[component]
fn PanelPlan() -> impl IntoView {
    let app = App::get();
    move || {
        match app.plan.get() {
        Load::Ready(plan) => view! { <PlanList plan=plan/> }.into_any(),
        Load::Loading => view! { <p class="loading"><IconView icon=Icon::Running class="accent turning"/>{words::PLANNING}</p> }.into_any(),
        Load::Idle | Load::Failed(_) => view! {
            <p class="empty">
                {words::NO_PLAN}" "
                <button class="link" type="button" on:click=move |_| crate::actions::plan(app, None)>{words::MAKE_PLAN}</button>
            </p>
        }
        .into_any(),
    }
    }
}
