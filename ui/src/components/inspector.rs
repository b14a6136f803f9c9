//! The inspector: every setting of what is selected, who set it, and what the last plan does to it.

use crate::actions;
use crate::components::doctor::DoctorList;
use crate::components::fields::place_beside;
use crate::components::icon::{Icon, IconView, severity_class};
use crate::components::inspector_form::{CommonForm, FormView};
use crate::components::plan_list::PlanList;
use crate::components::splitter::{Edge, Splitter};
use crate::marks;
use crate::platform;
use crate::state::{App, Load};
use crate::words;
use leptos::prelude::*;
use slipway_design::{Path, Severity};
use slipway_editor::{
    ElementId, ElementKind, Field, Form, Honour, common_fields, form, project_form,
};
use slipway_plan::Action;
use slipway_protocol::{DiagnosticView, PlanView};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// More elements than anybody sets one by one are summed up without a form.
const TOO_MANY: usize = 200;

#[component]
pub(crate) fn Inspector() -> impl IntoView {
    let app = App::get();
    let one = Memo::new(move |_| {
        app.selection
            .with(|selection| selection.ids().len() <= 1)
            .then(|| app.selected.get())
            .flatten()
    });
    let many = Memo::new(move |_| app.selection.with(|selection| selection.ids().len() > 1));
    let beside = |event: web_sys::Event| {
        if let Some(Ok(form)) = event.current_target().map(|form| form.dyn_into()) {
            place_beside(&form);
        }
    };
    view! {
        <aside class="inspector" data-pane="inspector" aria-label=words::INSPECTOR tabindex="-1">
            <Splitter edge=Edge::Right label=words::MOVE_INSPECTOR/>
            <div class="inspector-body" on:focusin=move |event| beside(event.into()) on:scroll=beside>
            {move || match (many.get(), one.get()) {
                (true, _) => view! { <ManyView/> }.into_any(),
                (false, Some(id)) => view! { <ElementView id=id/> }.into_any(),
                (false, None) => view! { <Overview/> }.into_any(),
            }}
            </div>
        </aside>
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Settings,
    Plan,
}

#[component]
fn ElementView(id: ElementId) -> impl IntoView {
    let app = App::get();
    let of_form = id.clone();
    let shape = Memo::new(move |_| {
        let environment = app.environment.get();
        app.project.with(|project| {
            let project = project.as_ref()?;
            let mut form = form(&project.document, environment.as_deref(), &of_form)?;
            // What only the disk knows stands at its field like the rest.
            for problem in &project.view.disk_problems {
                if let Ok(place) = Path::parse(&problem.subject) {
                    form.tell(&place, problem.severity, &told(problem));
                }
            }
            Some(form)
        })
    });
    let node = id.node_key().to_owned();
    let plan = Memo::new(move |_| app.plan.with(|plan| plan_of(plan, &node)));
    let tab = RwSignal::new(Tab::Settings);
    Effect::new(move |_| {
        if app.looked_for.with(Option::is_some) {
            tab.set(Tab::Settings);
        }
    });
    let shown = Memo::new(move |_| {
        if plan.with(Option::is_some) {
            tab.get()
        } else {
            Tab::Settings
        }
    });
    let kind = id.kind();
    let is_route = kind == ElementKind::Route;
    let heading = Memo::new(move |_| {
        shape.with(|form| {
            form.as_ref()
                .map(|form| (form.title.clone(), form.kind.clone()))
                .unwrap_or_default()
        })
    });
    let subject = move || shape.with(|form| form.as_ref().map(|form| form.path.to_string()));
    let honoured = Memo::new(move |_| {
        shape.with(|form| {
            form.as_ref()
                .map(|form| form.honoured.clone())
                .unwrap_or_default()
        })
    });
    let of_problems = id.clone();
    view! {
        {move || plan.get().map(|plan| view! { <Tabs tab=tab shown=shown number=plan.changes.len()/> })}
        <header class="sheet-head">
            {move || heading.with(|(_, name)| view! {
                <IconView icon=Icon::of_kind(kind, name.starts_with("WebSocket")) class=marks::kind_class(kind)/>
            })}
            <h2 class="clip" class:mono=is_route title=move || heading.get().0>{move || heading.get().0}</h2>
            <span class="mute">{move || heading.get().1}</span>
        </header>
        {move || match (shown.get(), plan.get()) {
            (Tab::Plan, Some(plan)) => view! {
                <div role="tabpanel" aria-label=words::PLAN class="sheet-plan"><PlanList plan=plan/></div>
            }.into_any(),
            _ => view! {
                <SheetState id=id.clone()/>
                <SheetProblems id=of_problems.clone() form=shape/>
                <FormView form=shape/>
                {move || {
                    let honoured = honoured.get();
                    (!honoured.is_empty()).then(|| view! {
                        <section class="sheet-section">
                            <h3>{words::HONOURED}</h3>
                            <ul class="support">{honoured.into_iter().map(|honour| view! { <HonourLine honour=honour/> }).collect_view()}</ul>
                        </section>
                    })
                }}
                <p class="subject mono faint" title=words::SUBJECT_TITLE>{subject}</p>
            }.into_any(),
        }}
    }
}

/// A problem in one line, with what to do.
fn told(problem: &DiagnosticView) -> String {
    match &problem.fix {
        Some(fix) => format!("{}. {fix}", problem.summary),
        None => problem.summary.clone(),
    }
}

/// What the last plan does to a card; `None` without a plan that changes it.
fn plan_of(plan: &Load<Arc<PlanView>>, node: &str) -> Option<Arc<PlanView>> {
    let Load::Ready(plan) = plan else { return None };
    let is_its = |change: &&slipway_protocol::ChangeView| {
        change.node == node && change.action != Action::NoOp
    };
    let changes: Vec<_> = plan.changes.iter().filter(is_its).cloned().collect();
    (!changes.is_empty()).then(|| {
        Arc::new(PlanView {
            changes,
            ..(**plan).clone()
        })
    })
}

#[component]
fn Tabs(tab: RwSignal<Tab>, shown: Memo<Tab>, number: usize) -> impl IntoView {
    let keydown = move |event: web_sys::KeyboardEvent| {
        let to = match event.key().as_str() {
            "ArrowLeft" | "Home" => (Tab::Settings, "settings"),
            "ArrowRight" | "End" => (Tab::Plan, "plan"),
            _ => return,
        };
        event.prevent_default();
        tab.set(to.0);
        platform::focus(&format!("[data-inspector-tab={}]", to.1));
    };
    let one = move |which: Tab, name: &'static str, id: &'static str| {
        view! {
            <button class="tab" type="button" role="tab" data-inspector-tab=id
                aria-selected=move || (shown.get() == which).to_string()
                tabindex=move || if shown.get() == which { "0" } else { "-1" }
                on:click=move |_| tab.set(which)>
                {name}
                {(which == Tab::Plan).then(|| view! { <span class="badge accent">{number}</span> })}
            </button>
        }
    };
    view! {
        <div class="tabs sheet-tabs" role="tablist" aria-label=words::form::INSPECTOR_TABS on:keydown=keydown>
            {one(Tab::Settings, words::form::SETTINGS_TAB, "settings")}
            {one(Tab::Plan, words::PLAN, "plan")}
        </div>
    }
}

/// Several things: how many of each kind, and what they have in common.
#[component]
fn ManyView() -> impl IntoView {
    let app = App::get();
    let ids = Memo::new(move |_| app.selection.with(|selection| selection.ids().to_vec()));
    let counts = move || {
        let kinds = [
            ElementKind::Api,
            ElementKind::Route,
            ElementKind::Function,
            ElementKind::Service,
        ];
        ids.with(|ids| {
            kinds
                .into_iter()
                .filter_map(|kind| {
                    let number = ids.iter().filter(|id| id.kind() == kind).count();
                    (number > 0).then_some((kind, number))
                })
                .collect::<Vec<_>>()
        })
    };
    let fields = Memo::new(move |_| {
        let ids = ids.get();
        if ids.len() > TOO_MANY {
            return Vec::new();
        }
        app.project.with(|project| {
            let Some(project) = project.as_ref() else {
                return Vec::new();
            };
            let forms: Vec<Form> = ids
                .iter()
                .filter_map(|id| form(&project.document, None, id))
                .collect();
            common_fields(&forms)
                .into_iter()
                .map(|same| same.into_iter().cloned().collect::<Vec<Field>>())
                .collect()
        })
    });
    let nothing = Memo::new(move |_| fields.with(Vec::is_empty));
    view! {
        <header class="sheet-head">
            <IconView icon=Icon::Design class="accent"/>
            <h2 class="clip">{move || words::form::selected(ids.with(Vec::len))}</h2>
        </header>
        <section class="sheet-section first">
            <ul class="counts">{move || counts().into_iter().map(|(kind, number)| view! {
                <li><IconView icon=Icon::of_kind(kind, false) class=marks::kind_class(kind)/>{words::form::selected_of(kind, number)}</li>
            }).collect_view()}</ul>
            {move || nothing.get().then(|| view! { <p class="faint">{words::form::NOTHING_IN_COMMON}</p> })}
        </section>
        {move || (!nothing.get()).then(|| view! { <CommonForm fields=fields/> })}
    }
}

/// Whether a target does what is set, and if not, why.
#[component]
fn HonourLine(honour: Honour) -> impl IntoView {
    let Honour { target, reasons } = honour;
    let fine = reasons.is_empty();
    view! {
        <li>
            <IconView icon=if fine { Icon::Check } else { Icon::Skipped } class=if fine { "ok" } else { "warn" }/>
            <div><p>{target}</p>{reasons.into_iter().map(|reason| view! { <p class="mute">{reason}</p> }).collect_view()}</div>
        </li>
    }
}

/// What the plan or the run says about it, and the address of an API.
#[component]
fn SheetState(id: ElementId) -> impl IntoView {
    let app = App::get();
    let node = id.node_key().to_owned();
    let is_api = id.kind() == ElementKind::Api;
    let (of_run, of_plan, of_url) = (node.clone(), node.clone(), node);
    move || {
        let run = app.cards.with(|cards| {
            cards
                .get(&of_run)
                .map(|state| (words::card_state(state), marks::card_state_name(state)))
        });
        let ring = app.rings.with(|rings| rings.get(&of_plan).copied());
        let url = app
            .urls
            .with(|urls| urls.get(&of_url).filter(|_| is_api).cloned());
        view! {
            {run.map(|(text, name)| view! { <p class="sheet-note" data-state=name>{text}</p> })}
            {ring.map(|action| view! {
                <p class="sheet-note"><span class=format!("sign {}", marks::action_class(action))>{marks::action_sign(action)}</span>{words::planned(action)}</p>
            })}
            {url.map(|url| {
                let (to_copy, to_open) = (url.clone(), url.clone());
                view! {
                    <div class="url-line">
                        <span class="mono clip" title=url.clone()>{url.clone()}</span>
                        <button class="button small" type="button" on:click=move |_| actions::copy(app, to_copy.clone())><IconView icon=Icon::Copy/>{words::COPY}</button>
                        <button class="button small" type="button" on:click=move |_| actions::open_external(app, to_open.clone())><IconView icon=Icon::Open/>{words::OPEN}</button>
                    </div>
                }
            })}
        }
    }
}

/// What is wrong with it, and that no field says.
#[component]
fn SheetProblems(id: ElementId, form: Memo<Option<Form>>) -> impl IntoView {
    let app = App::get();
    move || {
        let problems: Vec<_> = app.problems.with(|problems| {
            let is_shown = |subject: &str| {
                form.with(|form| {
                    form.as_ref().is_some_and(|form| {
                        Path::parse(subject)
                            .is_ok_and(|path| form.fields().any(|field| field.covers(&path)))
                    })
                })
            };
            problems
                .iter()
                .filter(|problem| problem.element.as_ref() == Some(&id))
                .filter(|problem| !is_shown(&problem.view.subject))
                .map(|problem| problem.view.clone())
                .collect()
        });
        problems
            .into_iter()
            .map(|problem| {
                view! {
                    <div tabindex="-1" class=format!("sheet-problem {}", severity_class(problem.severity))>
                        <IconView icon=Icon::of_severity(problem.severity) class=severity_class(problem.severity)/>
                        <div>
                            <p><span class="offscreen">{words::severity(problem.severity)}": "</span>{problem.summary}</p>
                            {problem.fix.map(|fix| view! { <p class="mute">{fix}</p> })}
                        </div>
                    </div>
                }
            })
            .collect_view()
    }
}

/// Nothing is selected: the project, what this computer has, and the settings of all.
#[component]
fn Overview() -> impl IntoView {
    let app = App::get();
    let shape = Memo::new(move |_| {
        app.project
            .with(|project| project_form(&project.as_ref()?.document))
    });
    let counts = move || {
        app.project.with(|project| {
            project.as_ref().map(|project| {
                let design = &project.design;
                let routes = design
                    .apis
                    .values()
                    .map(|api| api.routes.len())
                    .sum::<usize>();
                (
                    design.apis.len(),
                    routes,
                    design.functions.len(),
                    design.services.len(),
                )
            })
        })
    };
    let worst = move || {
        app.problems
            .with(|problems| problems.iter().map(|problem| problem.view.severity).min())
    };
    view! {
        <header class="sheet-head">
            <IconView icon=Icon::Logo class="accent"/>
            <h2 class="clip">{move || app.project.with(|project| project.as_ref().map(|project| project.name()))}</h2>
            <span class="mute">{words::PROJECT}</span>
        </header>
        <p class="sheet-hint faint">{words::SELECT_HINT}</p>
        <section class="sheet-section">
            <dl>
                {move || counts().map(|(apis, routes, functions, services)| view! {
                    <Fact label=words::APIS value=apis.to_string()/>
                    <Fact label=words::ROUTES value=routes.to_string()/>
                    <Fact label=words::FUNCTIONS value=functions.to_string()/>
                    <Fact label=words::SERVICES value=services.to_string()/>
                })}
                {move || {
                    let (value, icon, class) = match worst() {
                        None => (words::NO_PROBLEMS_SHORT.to_owned(), Icon::Check, "ok"),
                        Some(severity) => (
                            words::problem_count(app.problems.with(|problems| problems.len())),
                            Icon::of_severity(severity),
                            if severity == Severity::Error { "err" } else { "warn" },
                        ),
                    };
                    view! { <div class="sheet-field"><dt>{words::PROBLEMS}</dt><dd><IconView icon=icon class=class/><span>{value}</span></dd></div> }
                }}
            </dl>
        </section>
        <section class="sheet-section">
            <h3>{words::READY_TO_DEPLOY}</h3>
            <DoctorList/>
        </section>
        <FormView form=shape/>
    }
}

#[component]
fn Fact(label: &'static str, value: String, #[prop(optional)] code: bool) -> impl IntoView {
    view! { <div class="sheet-field"><dt>{label}</dt><dd><span class="clip" class:mono=code title=value.clone()>{value.clone()}</span></dd></div> }
}
