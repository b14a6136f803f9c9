//! The inspector: every setting of what is selected, and who set it.

use crate::actions;
use crate::components::doctor::DoctorList;
use crate::components::env_pill::{colour, endpoint};
use crate::components::icon::{Icon, IconView, severity_class};
use crate::components::splitter::{Edge, Splitter};
use crate::format;
use crate::marks;
use crate::state::App;
use crate::words;
use leptos::prelude::*;
use slipway_design::Severity;
use slipway_editor::{ElementId, ElementKind, Field, Honour, Origin, Section, Sheet, inspect};

#[component]
pub(crate) fn Inspector() -> impl IntoView {
    let app = App::get();
    let sheet = Memo::new(move |_| {
        let id = app.selected.get()?;
        let environment = app.environment.get();
        app.project.with(|project| {
            let sheet = inspect(&project.as_ref()?.design, environment.as_deref(), &id)?;
            Some((id, sheet))
        })
    });
    view! {
        <aside class="inspector" data-pane="inspector" aria-label=words::INSPECTOR tabindex="-1">
            <Splitter edge=Edge::Right label=words::MOVE_INSPECTOR/>
            <div class="inspector-body">
            {move || match sheet.get() {
                Some((id, sheet)) => view! { <SheetView id=id sheet=sheet/> }.into_any(),
                None => view! { <Overview/> }.into_any(),
            }}
            </div>
        </aside>
    }
}

#[component]
fn SheetView(id: ElementId, sheet: Sheet) -> impl IntoView {
    let Sheet {
        title,
        kind,
        subject,
        sections,
        honoured,
    } = sheet;
    let is_route = id.kind() == ElementKind::Route;
    let websocket = kind.starts_with("WebSocket");
    view! {
        <header class="sheet-head">
            <IconView icon=Icon::of_kind(id.kind(), websocket) class=marks::kind_class(id.kind())/>
            <h2 class="clip" class:mono=is_route title=title.clone()>{title.clone()}</h2>
            <span class="mute">{kind}</span>
        </header>
        <SheetState id=id.clone()/>
        <SheetProblems id=id/>
        {sections.into_iter().map(|section| view! { <SectionView section=section/> }).collect_view()}
        {(!honoured.is_empty()).then(|| view! {
            <section class="sheet-section">
                <h3>{words::HONOURED}</h3>
                <ul class="support">{honoured.into_iter().map(|honour| view! { <HonourLine honour=honour/> }).collect_view()}</ul>
            </section>
        })}
        <p class="subject mono faint" title=words::SUBJECT_TITLE>{subject}</p>
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

#[component]
fn SectionView(section: Section) -> impl IntoView {
    view! {
        <section class="sheet-section">
            {(!section.title.is_empty()).then(|| view! { <h3>{section.title}</h3> })}
            <dl>{section.fields.into_iter().map(|field| view! { <FieldView field=field/> }).collect_view()}</dl>
        </section>
    }
}

#[component]
fn FieldView(field: Field) -> impl IntoView {
    let app = App::get();
    let Field {
        label,
        value,
        unit,
        origin,
        code,
        leads_to,
    } = field;
    let implied = origin == Some(Origin::Implied);
    let note = origin.and_then(words::origin);
    let title = match unit {
        Some(unit) => format!("{label}: {value} {unit}"),
        None => format!("{label}: {value}"),
    };
    view! {
        <div class="sheet-field" class:implied=implied title=title>
            <dt class="clip" class:mono=code>{label}</dt>
            <dd>
                {match leads_to {
                    Some(id) => view! {
                        <button class="link clip" class:mono=code type="button" on:click=move |_| app.select(id.clone())>{value}</button>
                    }.into_any(),
                    None => view! { <span class="clip" class:mono=code>{value}</span> }.into_any(),
                }}
                {unit.map(|unit| view! { <span class="unit faint">{unit}</span> })}
                {note.map(|note| view! { <span class="origin faint">{note}</span> })}
            </dd>
        </div>
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
        let ring = app.ring(&of_plan);
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

/// What is wrong with it.
#[component]
fn SheetProblems(id: ElementId) -> impl IntoView {
    let app = App::get();
    move || {
        let problems: Vec<_> = app.problems.with(|problems| {
            problems
                .iter()
                .filter(|problem| problem.element.as_ref() == Some(&id))
                .map(|problem| problem.view.clone())
                .collect()
        });
        problems
            .into_iter()
            .map(|problem| {
                view! {
                    <div class=format!("sheet-problem {}", severity_class(problem.severity))>
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

/// Nothing is selected: the project, its environment and what this computer has.
#[component]
fn Overview() -> impl IntoView {
    let app = App::get();
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
        {move || app.chosen().map(|(name, environment)| {
            let colour = colour(&name, &environment);
            let endpoint = endpoint(app, &environment);
            let is_emulator = endpoint.is_some();
            view! {
                <section class="sheet-section">
                    <h3>{words::ENVIRONMENT}</h3>
                    <dl>
                        <div class="sheet-field"><dt>{words::NAME}</dt><dd>
                            {if is_emulator {
                                view! { <span class="emulator-badge">{words::EMULATOR}</span> }.into_any()
                            } else {
                                view! { <span class="dot" style:background=colour></span> }.into_any()
                            }}
                            <b>{name}</b>
                        </dd></div>
                        {endpoint.map(|endpoint| view! { <Fact label=words::ENDPOINT value=endpoint code=true/> })}
                        <Fact label=words::ACCOUNT value=format::account(&environment.account) code=true/>
                        <Fact label=words::REGION value=environment.region code=true/>
                        {environment.protected.then(|| view! { <Fact label=words::PROTECTION value=words::PROTECTED_SHORT.to_owned()/> })}
                    </dl>
                </section>
            }
        })}
        <section class="sheet-section">
            <h3>{words::READY_TO_DEPLOY}</h3>
            <DoctorList/>
        </section>
    }
}

#[component]
fn Fact(label: &'static str, value: String, #[prop(optional)] code: bool) -> impl IntoView {
    view! { <div class="sheet-field"><dt>{label}</dt><dd><span class="clip" class:mono=code title=value.clone()>{value.clone()}</span></dd></div> }
}
