//! Every route in a table: sorted, edited in place, wired, added and removed.

use crate::components::batches::Batches;
use crate::components::completed_field::CompletedField;
use crate::components::icon::{Icon, IconView};
use crate::components::route_probe::{Probe, RouteProbe};
use crate::deeds;
use crate::editing;
use crate::marks;
use crate::platform;
use crate::state::{App, Dialog};
use crate::words;
use leptos::html;
use leptos::prelude::*;
use slipway_design::Target;
use slipway_editor::{
    Command, ElementId, Refusal, RouteColumn, RouteLine, complete_route, route_lines, sort_lines,
};
use std::collections::HashMap;
use std::sync::Arc;

const COLUMNS: [(RouteColumn, &str, &str); 6] = [
    (RouteColumn::Api, words::API, "c-api"),
    (RouteColumn::Method, words::METHOD, "c-method"),
    (RouteColumn::Path, words::PATH, "c-path"),
    (RouteColumn::Target, words::TARGET, "c-to"),
    (RouteColumn::Authorizer, words::AUTHORIZER, "c-auth"),
    (RouteColumn::Throttle, words::THROTTLE, "c-throttle"),
];

/// Height of a line in pixels, as the style sheet has it.
const ROW: f64 = 30.0;

/// How the table stands.
#[derive(Clone, Copy)]
struct Table {
    sorted: RwSignal<Option<(RouteColumn, bool)>>,
    /// The route that is edited in place.
    edited: RwSignal<Option<ElementId>>,
    lines: Memo<Arc<Vec<RouteLine>>>,
    /// The number of each line.
    places: Memo<HashMap<ElementId, usize>>,
    probe: Probe,
}

#[component]
pub(crate) fn RouteTableView() -> impl IntoView {
    let app = App::get();
    let sorted = RwSignal::new(None::<(RouteColumn, bool)>);
    let lines = Memo::new(move |_| {
        let mut lines = app.project.with(|project| {
            project
                .as_ref()
                .map(|project| route_lines(&project.design))
                .unwrap_or_default()
        });
        if let Some((column, descending)) = sorted.get() {
            sort_lines(&mut lines, column, descending);
        }
        Arc::new(lines)
    });
    let table = Table {
        sorted,
        edited: RwSignal::new(None),
        lines,
        places: Memo::new(move |_| {
            lines.with(|lines| {
                let ids = lines.iter().map(|line| line.id.clone());
                ids.zip(0..).collect()
            })
        }),
        probe: Probe::new(app),
    };
    let apis = Memo::new(move |_| {
        app.project.with(|project| {
            let keys = project
                .iter()
                .flat_map(|project| project.design.apis.keys().cloned());
            keys.collect::<Vec<String>>()
        })
    });
    view! {
        <div class="routes">
            <RouteProbe probe=table.probe/>
            {move || if apis.with(Vec::is_empty) {
                view! { <p class="empty">{words::NO_APIS}</p> }.into_any()
            } else {
                view! { <AddLine apis=apis.get()/><Lines table=table/> }.into_any()
            }}
        </div>
    }
}

/// The form above the table: an API, a key, and the button.
#[component]
fn AddLine(apis: Vec<String>) -> impl IntoView {
    let app = App::get();
    let first = apis.first().cloned().unwrap_or_default();
    let chosen = app.selected.with_untracked(|selected| match selected {
        Some(ElementId::Api(api) | ElementId::Route { api, .. }) => api.clone(),
        _ => first,
    });
    let api = RwSignal::new(chosen);
    let text = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<Refusal>);
    Effect::new(move |_| {
        text.track();
        wrong.set(None);
    });
    let propose = Callback::new(move |text: String| {
        editing::look(app, |editor| {
            complete_route(editor.design(), &api.get_untracked(), &text)
        })
        .unwrap_or_default()
    });
    let add = Callback::new(move |()| {
        let key = text.get_untracked().trim().to_owned();
        let command = Command::AddRoute {
            api: api.get_untracked(),
            key: (!key.is_empty()).then_some(key),
            target: None,
        };
        match editing::with(app, |editor| editor.apply(&command)) {
            Some(Ok(())) => {
                if let Some(title) = app.undo_title.get_untracked() {
                    app.say(title);
                }
                text.set(String::new());
            }
            Some(Err(refusal)) => wrong.set(Some(refusal)),
            None => {}
        }
    });
    let several = apis.len() > 1;
    let label = format!("{}: {}", words::ADD_ROUTE, words::ROUTE_KEY);
    view! {
        <div class="route-add" data-testid="route-add">
            {several.then(|| view! {
                <select class="input" aria-label=words::API on:change=move |event| api.set(event_target_value(&event))>
                    {apis.iter().map(|name| {
                        let (value, of) = (name.clone(), name.clone());
                        view! { <option value=value selected=move || api.with(|api| *api == of)>{name.clone()}</option> }
                    }).collect_view()}
                </select>
            })}
            <CompletedField text=text id="route-add-field" label=label placeholder="GET /orders/{id}" propose=propose on_enter=add
                wrong=Signal::derive(move || wrong.with(Option::is_some))/>
            <button class="button small" type="button" on:click=move |_| add.run(())><IconView icon=Icon::Plus/>{words::ADD_ROUTE}</button>
            <Refused wrong=wrong/>
        </div>
    }
}

/// Why a key was not taken.
#[component]
fn Refused(wrong: RwSignal<Option<Refusal>>) -> impl IntoView {
    move || {
        wrong.get().map(|refusal| {
            let text = match refusal.hint {
                Some(hint) => format!("{}. {hint}", refusal.message),
                None => refusal.message,
            };
            view! { <small class="err refused" role="alert">{text}</small> }
        })
    }
}

#[component]
fn Lines(table: Table) -> impl IntoView {
    let app = App::get();
    let heads = COLUMNS.map(|(column, name, class)| {
        let sort = move |_| {
            table.sorted.update(|sorted| {
                *sorted = match *sorted {
                    Some((now, false)) if now == column => Some((column, true)),
                    // The third time, the order of the file is back.
                    Some((now, true)) if now == column => None,
                    _ => Some((column, false)),
                };
            });
        };
        let direction = move || match table.sorted.get() {
            Some((now, false)) if now == column => "ascending",
            Some((now, true)) if now == column => "descending",
            _ => "none",
        };
        view! {
            <th scope="col" class=class aria-sort=direction>
                <button class="sort" type="button" on:click=sort>
                    {name}<span class="sort-sign" aria-hidden="true">{move || match direction() { "ascending" => "↑", "descending" => "↓", _ => "" }}</span>
                </button>
            </th>
        }
    });
    let number = Memo::new(move |_| table.lines.with(|lines| lines.len()));
    let kept = Memo::new(move |_| {
        let ids = [app.selected.get(), table.edited.get()];
        table.places.with(|places| {
            let kept = ids.iter().flatten().filter_map(|id| places.get(id));
            kept.copied().collect::<Vec<_>>()
        })
    });
    let batches = Batches::new(ROW, number, kept);
    let list = NodeRef::<html::Table>::new();
    list.on_load(move |list| batches.watch(&list, ".route-lines"));
    let all = batches.all();
    view! {
        <div class="route-lines">
        <table class="route-table" data-testid="route-table" node_ref=list on:keydown=walk aria-rowcount=move || (number.get() + 1).to_string()
            // Columns that would say the same in each line leave their room to the others.
            class:one-api=move || table.lines.with(|lines| lines.windows(2).all(|two| two[0].api == two[1].api))
            class:no-auth=move || table.lines.with(|lines| lines.iter().all(|line| line.authorizer.is_none()))
            class:no-throttle=move || table.lines.with(|lines| lines.iter().all(|line| line.throttle.is_none()))>
            <thead><tr>{heads.into_iter().collect_view()}<th scope="col" class="c-end"><span class="offscreen">{words::REMOVE}</span></th></tr></thead>
            <For each=move || 0..all.get() key=|batch| *batch let(batch)>
                <Batch batch=batch batches=batches table=table/>
            </For>
        </table>
        {move || (number.get() == 0).then(|| view! { <p class="empty">{words::NO_ROUTES_YET}</p> })}
        </div>
    }
}

/// Some of the lines, or the room that they would take.
#[component]
fn Batch(batch: usize, batches: Batches, table: Table) -> impl IntoView {
    let is_shown = batches.is_shown(batch);
    let each = move || {
        if !is_shown.get() {
            return Vec::new();
        }
        let range = batches.lines(batch);
        table
            .lines
            .with(|lines| lines.get(range).unwrap_or_default().to_vec())
    };
    view! {
        <tbody>
            <For each=each key=|line| format!("{line:?}") let(line)>
                <Line line=line table=table/>
            </For>
            {move || (!is_shown.get()).then(|| view! {
                <tr aria-hidden="true"><td style:height=move || format!("{}px", batches.room(batch))></td></tr>
            })}
        </tbody>
    }
}

/// The arrows go up and down a column.
fn walk(event: web_sys::KeyboardEvent) {
    let down = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return,
    };
    if platform::is_writing(event.target()) {
        return;
    }
    event.prevent_default();
    platform::focus_beside("tr", ".route-table tbody", down);
}

#[component]
fn Line(line: RouteLine, table: Table) -> impl IntoView {
    let app = App::get();
    let id = line.id.clone();
    let name = id.to_string();
    let is_selected = {
        let id = id.clone();
        Memo::new(move |_| app.selection.with(|selection| selection.contains(&id)))
    };
    let is_taken = {
        let id = id.clone();
        Memo::new(move |_| table.probe.takes(&id))
    };
    let place = {
        let id = id.clone();
        // The first row is that of the heads.
        Memo::new(move |_| {
            let place = table.places.with(|places| places.get(&id).copied());
            place.unwrap_or_default() + 2
        })
    };
    let is_edited = {
        let id = id.clone();
        Memo::new(move |_| table.edited.with(|edited| edited.as_ref() == Some(&id)))
    };
    let (to_edit, to_select, to_hover, to_wire, to_remove, by_key) = (
        id.clone(),
        id.clone(),
        id.clone(),
        id.clone(),
        id.clone(),
        id.clone(),
    );
    let throttle = line.throttle.map(|throttle| words::throttle(&throttle));
    let (lead, lead_class) = match &line.target {
        Target::Node(key) if line.leads_to.is_some() => (key.clone(), ""),
        Target::Node(key) => (words::dangling(key), "err"),
        Target::Url(url) => (url.clone(), "mono"),
        Target::Open => (words::OPEN_TARGET.to_owned(), "warn"),
    };
    let wire_label = words::wire_label(&line.key, &lead);
    let method_class = marks::method_class(&line.method);
    let shown = line.clone();
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Delete" && !platform::is_writing(event.target()) {
            event.prevent_default();
            deeds::done(
                app,
                &Command::Remove {
                    ids: vec![by_key.clone()],
                },
            );
        }
    };
    view! {
        <tr data-route=name aria-rowindex=move || place.get().to_string() class:selected=move || is_selected.get() class:taken=move || is_taken.get()
            on:click=move |_| app.select(to_select.clone()) on:keydown=on_keydown
            on:pointerenter=move |_| app.hovered.set(Some(to_hover.clone())) on:pointerleave=move |_| app.hovered.set(None)>
            <td class="c-api clip">{line.api.clone()}</td>
            {move || if is_edited.get() {
                view! { <td colspan="2"><KeyField line=shown.clone() edited=table.edited/></td> }.into_any()
            } else {
                let (by_method, by_path) = (to_edit.clone(), to_edit.clone());
                let label = words::edit_route_label(&shown.key);
                view! {
                    <td class="c-method"><span class=format!("method {method_class}") on:dblclick=move |_| table.edited.set(Some(by_method.clone()))>{shown.method.clone()}</span></td>
                    <td class="c-path"><button class="cell mono clip" type="button" aria-label=label
                        on:click=move |event| { if event.detail() == 0 { event.stop_propagation(); table.edited.set(Some(by_path.clone())); } }
                        on:dblclick={ let id = to_edit.clone(); move |_| table.edited.set(Some(id.clone())) }>{shown.path.clone()}</button></td>
                }.into_any()
            }}
            <td class="c-to"><button class=format!("cell clip {lead_class}") type="button" aria-label=wire_label
                on:click=move |event| { event.stop_propagation(); app.dialog.set(Dialog::Connect(to_wire.clone())); }>{lead}</button></td>
            <td class="c-auth clip">{line.authorizer.clone().unwrap_or_default()}</td>
            <td class="c-throttle clip">{throttle}</td>
            <td><button class="button quiet square small" type="button" aria-label=words::remove_route(&line.key) title=words::REMOVE
                on:click=move |event| { event.stop_propagation(); deeds::done(app, &Command::Remove { ids: vec![to_remove.clone()] }); }>
                <IconView icon=Icon::Trash/>
            </button></td>
        </tr>
    }
}

/// The key of a route while it is edited; what is refused stays with the reason.
#[component]
fn KeyField(line: RouteLine, edited: RwSignal<Option<ElementId>>) -> impl IntoView {
    let app = App::get();
    let RouteLine { api, key, .. } = line;
    let text = RwSignal::new(key.clone());
    let wrong = RwSignal::new(None::<Refusal>);
    let propose = {
        let api = api.clone();
        Callback::new(move |text: String| {
            editing::look(app, |editor| complete_route(editor.design(), &api, &text))
                .unwrap_or_default()
        })
    };
    Effect::new(move |_| {
        text.track();
        wrong.set(None);
    });
    let focus = move |api: &str, key: &str| {
        let id = ElementId::Route {
            api: api.to_owned(),
            key: key.to_owned(),
        };
        let name = platform::quoted(&id.to_string());
        request_animation_frame(move || {
            platform::focus(&format!("[data-route={name}] .cell"));
        });
    };
    let (of_escape, old) = (api.clone(), key.clone());
    let keep = Callback::new(move |()| {
        let to = text.get_untracked().trim().to_owned();
        let command = Command::SetRouteKey {
            api: api.clone(),
            key: key.clone(),
            to: to.clone(),
        };
        match editing::with(app, |editor| editor.apply(&command)) {
            Some(Err(refusal)) => wrong.set(Some(refusal)),
            _ => {
                edited.set(None);
                app.say(words::route_is(&to));
                focus(&api, &to);
            }
        }
    });
    let leave = Callback::new(move |()| {
        edited.set(None);
        focus(&of_escape, &old);
    });
    view! {
        <CompletedField text=text id="route-edit-field" label=words::ROUTE_KEY propose=propose on_enter=keep on_escape=leave
            wrong=Signal::derive(move || wrong.with(Option::is_some)) autofocus=true/>
        <Refused wrong=wrong/>
    }
}
