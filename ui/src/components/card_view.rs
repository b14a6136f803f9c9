//! Cards of APIs, functions and services.

use crate::actions;
use crate::components::canvas::Lit;
use crate::components::icon::{Icon, IconView};
use crate::format;
use crate::marks;
use crate::run::CardState;
use crate::state::{App, Problem};
use crate::words;
use leptos::prelude::*;
use slipway_design::{ApiKind, Severity};
use slipway_editor::{Card, CardFace, ElementId, ElementKind, Marker, Row};

#[component]
pub(crate) fn CardView(card: Card) -> impl IntoView {
    let app = App::get();
    let Lit(lit) = expect_context();
    let id = card.id.clone();
    let node = id.node_key().to_owned();
    let websocket = matches!(
        card.face,
        CardFace::Api {
            kind: ApiKind::Websocket,
            ..
        }
    );
    let dim = of_lit(lit, &id);
    let selected = {
        let id = id.clone();
        Memo::new(move |_| app.selected.with(|selected| selected.as_ref() == Some(&id)))
    };
    let ring = {
        let node = node.clone();
        Memo::new(move |_| app.ring(&node))
    };
    let problem = {
        let id = id.clone();
        Memo::new(move |_| app.problems.with(|problems| worst(problems, &id)))
    };
    let label = {
        let (kind, title, node) = (card.kind, card.title.clone(), node.clone());
        move || {
            let state = app
                .cards
                .with(|cards| cards.get(&node).map(words::card_state));
            words::node_name(kind, &title, state.as_deref(), ring.get(), problem.get())
        }
    };
    let (to_select, to_press, to_hover) = (id.clone(), id.clone(), id.clone());
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            event.stop_propagation();
            app.select(to_press.clone());
        }
    };
    let rect = card.rect;
    let kind_class = marks::kind_class(id.kind());
    let face = match card.face.clone() {
        CardFace::Api { rows, .. } => {
            let is_empty = rows.is_empty();
            view! {
                {rows.into_iter().map(|row| view! { <RowView row=row/> }).collect_view()}
                {is_empty.then(|| view! { <div class="row none faint">{words::NO_ROUTES}</div> })}
                <ApiFoot id=id.clone() title=card.title.clone()/>
            }
            .into_any()
        }
        CardFace::Function { chips, used_by } | CardFace::Service { chips, used_by } => view! {
            <span class="port in" data-port=id.to_string() role="img" aria-roledescription=words::PORT aria-label=words::port_in(&card.title)></span>
            <div class="chips">
                {let last_code = chips.iter().rposition(|chip| chip.code);
                chips.into_iter().enumerate().map(|(index, chip)| view! {
                    <span class="chip" class:mono=chip.code title=format!("{}: {}", chip.label, chip.text)>{chip.text.clone()}</span>
                    // What comes from the machine's world stands on a line of its own.
                    {(Some(index) == last_code).then(|| view! { <i class="break"></i> })}
                }).collect_view()}
            </div>
            <NodeFoot id=id.clone() used_by=used_by/>
        }
        .into_any(),
    };
    view! {
        <div class="card" data-node-id=id.to_string() role="group" tabindex="0" aria-roledescription=words::NODE aria-label=label
            aria-current=move || selected.get().to_string()
            class:selected=move || selected.get() class:dim=move || dim.get() == Some(true)
            style:left=format!("{:.1}px", rect.x) style:top=format!("{:.1}px", rect.y)
            style:width=format!("{:.1}px", rect.width) style:height=format!("{:.1}px", rect.height)
            on:click=move |_| app.select(to_select.clone()) on:keydown=on_keydown
            on:pointerenter=move |_| app.hovered.set(Some(to_hover.clone())) on:pointerleave=move |_| app.hovered.set(None)>
            <div class="card-head">
                <IconView icon=Icon::of_kind(id.kind(), websocket) class=kind_class/>
                <b class="clip" title=node.clone()>{card.title.clone()}</b>
                <span class="kind">{card.kind}</span>
            </div>
            {face}
            {move || ring.get().map(|action| view! {
                <span class=format!("ring {}", marks::action_class(action)) title=words::action(action)>{marks::action_sign(action)}</span>
            })}
        </div>
    }
}

fn of_lit(
    lit: Memo<Option<std::collections::HashSet<ElementId>>>,
    id: &ElementId,
) -> Memo<Option<bool>> {
    let id = id.clone();
    Memo::new(move |_| lit.with(|lit| lit.as_ref().map(|lit| !lit.contains(&id))))
}

/// The weightiest problem of an element, and of its routes for an API.
fn worst(problems: &[Problem], id: &ElementId) -> Option<(Severity, usize)> {
    let of_this = || {
        problems
            .iter()
            .filter(|problem| problem.element.as_ref() == Some(id))
    };
    Some((
        of_this().map(|problem| problem.view.severity).min()?,
        of_this().count(),
    ))
}

#[component]
fn RowView(row: Row) -> impl IntoView {
    let app = App::get();
    let Lit(lit) = expect_context();
    let id = row.id.clone();
    let is_lit = of_lit(lit, &id);
    let selected = {
        let id = id.clone();
        Memo::new(move |_| app.selected.with(|selected| selected.as_ref() == Some(&id)))
    };
    let problem = {
        let id = id.clone();
        Memo::new(move |_| app.problems.with(|problems| worst(problems, &id)))
    };
    let label = words::route_name(&row);
    let key = match &id {
        ElementId::Route { key, .. } => key.clone(),
        other => other.to_string(),
    };
    let card = id.card();
    let (to_select, to_press, to_hover) = (id.clone(), id.clone(), id.clone());
    let on_click = move |event: web_sys::MouseEvent| {
        event.stop_propagation();
        app.select(to_select.clone());
    };
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            event.stop_propagation();
            app.select(to_press.clone());
        }
    };
    let method_class = marks::method_class(&row.method);
    view! {
        <div class="row" data-node-id=id.to_string() role="button" tabindex="0" aria-roledescription=words::ROUTE aria-label=label
            aria-current=move || selected.get().to_string() class:selected=move || selected.get()
            class:lit=move || is_lit.get() == Some(false) title=key.clone()
            on:click=on_click on:keydown=on_keydown
            on:pointerenter=move |_| app.hovered.set(Some(to_hover.clone())) on:pointerleave=move |_| app.hovered.set(Some(card.clone()))>
            <span class=format!("method {method_class}")>{row.method.clone()}</span>
            <span class="path mono clip">{row.path.clone()}</span>
            {row.authorizer.clone().map(|name| view! { <span class="chip auth"><IconView icon=Icon::Lock/><span class="clip">{name}</span></span> })}
            {move || problem.get().map(|(severity, _)| view! {
                <IconView icon=Icon::of_severity(severity) class=crate::components::icon::severity_class(severity)/>
            })}
            {match row.marker.clone() {
                Some(Marker::Outside(url)) => view! { <span class="chip outside clip" title=url.clone()><IconView icon=Icon::Open/><span class="clip">{host(&url)}</span></span> }.into_any(),
                Some(Marker::Dangling(name)) => view! { <span class="chip dangling" title=words::dangling(&name)>{name.clone()}" ?"</span> }.into_any(),
                Some(Marker::Open) | None => ().into_any(),
            }}
            <span class="port out" class:open=row.target.is_none() data-port=id.to_string() role="img" aria-roledescription=words::PORT
                aria-label=words::port_out(&key)></span>
        </div>
    }
}

/// The host of an address, for a chip.
fn host(url: &str) -> String {
    url.split("://")
        .nth(1)
        .unwrap_or(url)
        .split('/')
        .next()
        .unwrap_or(url)
        .to_owned()
}

/// The strip under an API: its address once it is served.
#[component]
fn ApiFoot(id: ElementId, title: String) -> impl IntoView {
    let app = App::get();
    let key = id.node_key().to_owned();
    let (of_run, of_url) = (key.clone(), key.clone());
    move || {
        let state = app.cards.with(|cards| cards.get(&of_run).cloned());
        let url = app.urls.with(|urls| urls.get(&of_url).cloned());
        match (state, url) {
            (
                Some(
                    state @ (CardState::Waiting
                    | CardState::Running { .. }
                    | CardState::Failed { .. }),
                ),
                _,
            ) => view! { <RunFoot state=state/> }.into_any(),
            (_, Some(url)) => {
                let (to_copy, to_open, name) = (url.clone(), url.clone(), title.clone());
                view! {
                    <div class="foot">
                        <span class="dot ok"></span>
                        <a class="url mono clip" href=url.clone() title=url.clone() data-testid="api-url" data-api=key.clone()
                            on:click=move |event| { event.prevent_default(); event.stop_propagation(); actions::open_external(app, to_open.clone()); }>
                            {url.clone()}
                        </a>
                        <button class="button quiet square small" type="button" title=words::COPY_URL aria-label=words::copy_url_of(&name)
                            on:click=move |event| { event.stop_propagation(); actions::copy(app, to_copy.clone()); }>
                            <IconView icon=Icon::Copy/>
                        </button>
                    </div>
                }
                .into_any()
            }
            (Some(state), None) => view! { <RunFoot state=state/> }.into_any(),
            (None, None) => {
                view! { <PlainFoot id=id.clone() text=words::NOT_SERVED.to_owned()/> }.into_any()
            }
        }
    }
}

/// The strip under a function or a service: the run, then the plan, then problems, then use.
#[component]
fn NodeFoot(id: ElementId, used_by: usize) -> impl IntoView {
    let app = App::get();
    let key = id.node_key().to_owned();
    move || match app.cards.with(|cards| cards.get(&key).cloned()) {
        Some(state) => view! { <RunFoot state=state/> }.into_any(),
        None => view! { <PlainFoot id=id.clone() text=words::used_by(used_by)/> }.into_any(),
    }
}

#[component]
fn PlainFoot(id: ElementId, text: String) -> impl IntoView {
    let app = App::get();
    let (node, of_problem) = (id.node_key().to_owned(), id.clone());
    debug_assert!(id.kind() != ElementKind::Route, "routes have no strip");
    move || {
        let problem = app.problems.with(|problems| worst(problems, &of_problem));
        match (problem, app.ring(&node)) {
            (Some((severity, number)), _) => view! {
                <div class="foot">
                    <IconView icon=Icon::of_severity(severity) class=crate::components::icon::severity_class(severity)/>
                    <span class="clip">{words::problem_count(number)}</span>
                </div>
            }
            .into_any(),
            (None, Some(action)) => view! {
                <div class="foot"><span class="clip">{words::planned(action)}</span></div>
            }
            .into_any(),
            (None, None) => view! { <div class="foot faint"><span class="clip">{text.clone()}</span></div> }.into_any(),
        }
    }
}

/// The icon of a card's state in a run, and its colour.
pub(crate) fn state_icon(state: &CardState) -> (Icon, &'static str) {
    match state {
        CardState::Waiting => (Icon::Waiting, "faint"),
        CardState::Running { .. } => (Icon::Running, "accent turning"),
        CardState::Done { .. } => (Icon::Check, "ok"),
        CardState::Failed { .. } => (Icon::Error, "err"),
        CardState::Cancelled => (Icon::Stopped, "warn"),
        CardState::Skipped => (Icon::Skipped, "faint"),
    }
}

#[component]
fn RunFoot(state: CardState) -> impl IntoView {
    let (strip, text) = (words::card_strip(&state), words::card_state(&state));
    let (icon, class) = state_icon(&state);
    let bytes = match &state {
        CardState::Running { bytes, .. } => *bytes,
        _ => None,
    };
    view! {
        <div class="foot" title=text data-state=marks::card_state_name(&state)>
            <IconView icon=icon class=class/>
            <span class="clip">{strip}</span>
            {bytes.map(|(done, total)| view! { <span class="foot-bytes mono">{format::bytes_of(done, total)}</span> })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chip_names_the_host() {
        assert_eq!(host("https://old.shop.example/{proxy}"), "old.shop.example");
        assert_eq!(host("nonsense"), "nonsense");
    }
}
