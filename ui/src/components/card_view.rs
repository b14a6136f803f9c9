//! Cards of APIs, functions and services.

use crate::actions;
use crate::components::canvas::tab_index;
use crate::components::icon::{Icon, IconView};
use crate::components::name_field::{NameField, RouteField};
use crate::components::shared::Shared;
use crate::deeds;
use crate::drawn::DrawnCard;
use crate::format;
use crate::marks;
use crate::run::CardState;
use crate::state::App;
use crate::words;
use leptos::prelude::*;
use slipway_design::{ApiKind, Severity};
use slipway_editor::{Card, CardFace, ElementId, ElementKind, Marker, Row, Stop, Tool};

#[component]
pub(crate) fn CardView(card: Card) -> impl IntoView {
    let app = App::get();
    let shared: Shared = expect_context();
    let id = card.id.clone();
    let drawn = app
        .drawn
        .try_update_value(|drawn| drawn.mount_card(&card))
        .expect("the state lasts as long as the window");
    let of_cleanup = id.clone();
    on_cleanup(move || {
        app.drawn
            .update_value(|known| known.unmount_card(&of_cleanup, drawn));
    });
    let lit = shared.lit.of(&id);
    let selected = shared.selected.of(&id);
    let ring = shared.ring.of(&id);
    let problem = shared.problem.of(&id);
    let verdict = shared.verdict.of(&id);
    let dragged = shared.dragged.of(&id);
    let (state, url) = (shared.state.of(&id), shared.url.of(&id));
    let label = move || {
        let state = state.with(|state| state.as_ref().map(words::card_state));
        drawn.card.with(|card| {
            let rest = || url.with(|url| words::card_rest(card, url.as_deref()));
            let state = state.unwrap_or_else(rest);
            words::node_name(card.kind, &card.title, &state, ring.get(), problem.get())
        })
    };
    // Details are made when the card is near for the first time, and only hidden afterwards.
    let far = shared.far.of(&id);
    let has_details =
        Memo::new(move |before: Option<&bool>| before.copied().unwrap_or(false) || !far.get());
    let (to_select, to_press, to_hover) = (id.clone(), id.clone(), id.clone());
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        let is_own = event.target() == event.current_target();
        if is_own && matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            app.select(to_press.clone());
        }
    };
    let tab = shared.is_stop.of(&Stop::Element(id.clone()));
    let size = Memo::new(move |_| drawn.card.with(|card| (card.rect.width, card.rect.height)));
    let kind_class = marks::kind_class(id.kind());
    let body_id = id.clone();
    view! {
        <div class="card" data-node-id=id.to_string() role="group" tabindex=move || tab_index(tab.get()) aria-roledescription=words::NODE aria-label=label
            aria-current=move || selected.get().to_string()
            class:selected=move || selected.get() class:dim=move || lit.get() == Some(false)
            class:may=move || verdict.get() == Some(true) class:may-not=move || verdict.get() == Some(false)
            class:dragged=move || dragged.get()
            style:transform=move || drawn.place.with(|at| format!("translate({:.1}px,{:.1}px)", at.x, at.y))
            style:width=move || format!("{:.1}px", size.get().0) style:height=move || format!("{:.1}px", size.get().1)
            on:click=move |event| if event.detail() == 0 { app.select(to_select.clone()) } on:keydown=on_keydown
            on:pointerenter=move |event| hover(app, &event, &to_hover) on:pointerleave=move |_| leave(app, None)>
            <div class="card-head">
                {move || drawn.card.with(|card| {
                    let websocket = matches!(card.face, CardFace::Api { kind: ApiKind::Websocket, .. });
                    view! { <IconView icon=Icon::of_kind(card.id.kind(), websocket) class=kind_class/> }
                })}
                <CardTitle drawn=drawn id=id.clone()/>
                <span class="kind">{card.kind}</span>
            </div>
            {move || has_details.get().then(|| view! { <CardBody drawn=drawn id=body_id.clone()/> })}
            {move || ring.get().map(|action| view! {
                <span class=format!("ring {}", marks::action_class(action)) title=words::action(action)>{marks::action_sign(action)}</span>
            })}
        </div>
    }
}

/// The name, or the field that changes it.
#[component]
fn CardTitle(drawn: DrawnCard, id: ElementId) -> impl IntoView {
    let naming = expect_context::<Shared>().naming.of(&id);
    let key = id.node_key().to_owned();
    move || {
        match naming.get() {
        Some(fresh) => view! { <NameField id=id.clone() fresh=fresh/> }.into_any(),
        None => view! { <b class="clip" title=key.clone()>{move || drawn.card.with(|card| card.title.clone())}</b> }.into_any(),
    }
    }
}

/// All below the head.
#[component]
fn CardBody(drawn: DrawnCard, id: ElementId) -> impl IntoView {
    let title = move || drawn.card.with(|card| card.title.clone());
    if id.kind() == ElementKind::Api {
        let rows = move || drawn.card.with(|card| card.rows().to_vec());
        // A row is made anew when anything that is written on it changes.
        let key = |row: &Row| {
            let said = (&row.authorizer, &row.target, &row.marker);
            (row.id.clone(), format!("{said:?}"))
        };
        return view! {
            <For each=rows key=key let(row)><RowView row=row/></For>
            <AddRoute drawn=drawn id=id.clone()/>
            <ApiFoot id=id title=title/>
        }
        .into_any();
    }
    let uses = Memo::new(move |_| {
        drawn.card.with(|card| match card.face {
            CardFace::Function { used_by, .. } | CardFace::Service { used_by, .. } => used_by,
            CardFace::Api { .. } => 0,
        })
    });
    let chips = Memo::new(move |_| drawn.card.with(|card| card.chips().to_vec()));
    view! {
        <span class="port in" data-port=id.to_string() role="img" aria-roledescription=words::PORT aria-label=move || words::port_in(&title())></span>
        <div class="chips">
            {move || {
                let chips = chips.get();
                let last_code = chips.iter().rposition(|chip| chip.code);
                chips.into_iter().enumerate().map(|(index, chip)| view! {
                    <span class="chip" class:mono=chip.code title=format!("{}: {}", chip.label, chip.text)>{chip.text.clone()}</span>
                    // What comes from the machine's world stands on a line of its own.
                    {(Some(index) == last_code).then(|| view! { <i class="break"></i> })}
                }).collect_view()
            }}
        </div>
        {move || view! { <NodeFoot id=id.clone() used_by=uses.get()/> }}
    }
    .into_any()
}

/// The last row of an API: a route to be.
#[component]
fn AddRoute(drawn: DrawnCard, id: ElementId) -> impl IntoView {
    let app = App::get();
    let shared: Shared = expect_context();
    let (within, adds) = (shared.is_within.of(&id), shared.adding.of(&id));
    let api = id.node_key().to_owned();
    move || {
        if adds.get() {
            let websocket = drawn.card.with_untracked(|card| {
                matches!(
                    card.face,
                    CardFace::Api {
                        kind: ApiKind::Websocket,
                        ..
                    }
                )
            });
            return view! { <div class="row adding"><RouteField api=api.clone() websocket=websocket/></div> }.into_any();
        }
        let to_add = api.clone();
        let title = drawn.card.with(|card| words::add_route_to(&card.title));
        view! {
            <button class="row add-route" type="button" title=title.clone() aria-label=title data-testid="add-route" data-api=api.clone()
                tabindex=move || tab_index(within.get())
                on:click=move |_| app.adding_route.set(Some(to_add.clone()))>
                <IconView icon=Icon::Plus/><span>"route"</span>
            </button>
        }
        .into_any()
    }
}

fn hover(app: App, event: &web_sys::PointerEvent, id: &ElementId) {
    // What is passed over while something is carried is not meant.
    if event.buttons() == 0 && app.tool.with_untracked(|tool| *tool == Tool::Idle) {
        app.hovered.set(Some(id.clone()));
    }
}

fn leave(app: App, to: Option<ElementId>) {
    if app.hovered.with_untracked(Option::is_some) {
        app.hovered.set(to);
    }
}

#[component]
fn RowView(row: Row) -> impl IntoView {
    let app = App::get();
    let shared: Shared = expect_context();
    let id = row.id.clone();
    let lit = shared.lit.of(&id);
    let selected = shared.selected.of(&id);
    let problem = shared.problem.of(&id);
    let wired = shared.wired.of(&id);
    let naming = shared.naming.of(&id);
    let label = {
        let row = row.clone();
        move || words::route_name(&row, problem.get())
    };
    // A button holds no field.
    let role = move || match naming.get() {
        Some(_) => "group",
        None => "button",
    };
    let (api, key) = match &id {
        ElementId::Route { api, key } => (api.clone(), key.clone()),
        other => (String::new(), other.to_string()),
    };
    let websocket = row.method == "ROUTE";
    let card = id.card();
    let (to_select, to_press, to_hover) = (id.clone(), id.clone(), id.clone());
    let on_click = move |event: web_sys::MouseEvent| {
        event.stop_propagation();
        if event.detail() == 0 {
            app.select(to_select.clone());
        }
    };
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        let is_own = event.target() == event.current_target();
        if is_own && deeds::press_route(app, &to_press, &event.key()) {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let tab = shared.is_stop.of(&Stop::Element(id.clone()));
    let title = key.clone();
    let face = row.clone();
    view! {
        <div class="row" data-node-id=id.to_string() role=role tabindex=move || tab_index(tab.get()) aria-roledescription=words::ROUTE aria-label=label
            aria-current=move || selected.get().to_string() class:selected=move || selected.get()
            class:lit=move || lit.get() == Some(true) class:wired=move || wired.get() title=title
            on:click=on_click on:keydown=on_keydown
            on:pointerenter=move |event| hover(app, &event, &to_hover) on:pointerleave=move |_| leave(app, Some(card.clone()))>
            {move || if naming.get().is_some() {
                view! { <RouteField api=api.clone() websocket=websocket key=key.clone()/> }.into_any()
            } else {
                view! { <RowFace row=face.clone() problem=problem/> }.into_any()
            }}
            <span class="port out" class:open=row.target.is_none() data-port=row.id.to_string() role="img" aria-roledescription=words::PORT
                aria-label=words::port_out(&row.path)></span>
        </div>
    }
}

/// What is written on a row.
#[component]
fn RowFace(row: Row, problem: ReadSignal<Option<(Severity, usize)>>) -> impl IntoView {
    let method_class = marks::method_class(&row.method);
    view! {
        // Spaces keep the words apart for those who read them as one text; a row shows none of them.
        <span class=format!("method {method_class}")>{row.method.clone()}</span>" "
        <span class="path mono clip">{row.path.clone()}</span>" "
        {row.authorizer.clone().map(|name| view! { <span class="chip auth"><IconView icon=Icon::Lock/><span class="clip">{name}</span></span> })}" "
        {move || problem.get().map(|(severity, _)| view! {
            <IconView icon=Icon::of_severity(severity) class=crate::components::icon::severity_class(severity)/>
        })}
        {match row.marker.clone() {
            Some(Marker::Outside(url)) => view! { <span class="chip outside clip" title=url.clone()><IconView icon=Icon::Open/><span class="clip">{format::host(&url)}</span></span> }.into_any(),
            Some(Marker::Dangling(name)) => view! { <span class="chip dangling" title=words::dangling(&name)>{name.clone()}" ?"</span> }.into_any(),
            Some(Marker::Open) | None => ().into_any(),
        }}
    }
}

/// The strip under an API: its address once it is served.
#[component]
fn ApiFoot(id: ElementId, title: impl Fn() -> String + Send + Sync + 'static) -> impl IntoView {
    let app = App::get();
    let shared: Shared = expect_context();
    let (within, state, url) = (
        shared.is_within.of(&id),
        shared.state.of(&id),
        shared.url.of(&id),
    );
    let key = id.node_key().to_owned();
    move || match (state.get(), url.get()) {
        (
            Some(
                state @ (CardState::Waiting | CardState::Running { .. } | CardState::Failed { .. }),
            ),
            _,
        ) => view! { <RunFoot state=state/> }.into_any(),
        (_, Some(url)) => {
            let (to_copy, to_open, name) = (url.clone(), url.clone(), title());
            view! {
                    <div class="foot">
                        <span class="dot ok"></span>
                        <a class="url mono clip" href=url.clone() title=url.clone() data-testid="api-url" data-api=key.clone()
                            tabindex=move || tab_index(within.get())
                            on:click=move |event| { event.prevent_default(); event.stop_propagation(); actions::open_external(app, to_open.clone()); }>
                            {url.clone()}
                        </a>
                        <button class="button quiet square small" type="button" title=words::COPY_URL aria-label=words::copy_url_of(&name)
                            tabindex=move || tab_index(within.get())
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

/// The strip under a function or a service: the run, then the plan, then problems, then use.
#[component]
fn NodeFoot(id: ElementId, used_by: usize) -> impl IntoView {
    let state = expect_context::<Shared>().state.of(&id);
    move || match state.get() {
        Some(state) => view! { <RunFoot state=state/> }.into_any(),
        None => view! { <PlainFoot id=id.clone() text=words::used_by(used_by)/> }.into_any(),
    }
}

#[component]
fn PlainFoot(id: ElementId, text: String) -> impl IntoView {
    let shared: Shared = expect_context();
    let (problem, ring) = (shared.problem.of(&id), shared.ring.of(&id));
    debug_assert!(id.kind() != ElementKind::Route, "routes have no strip");
    move || {
        match (problem.get(), ring.get()) {
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
