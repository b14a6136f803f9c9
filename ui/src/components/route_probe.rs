//! The box "Which route gets this request?": API Gateway's choice, with the reasons.

use crate::components::icon::{Icon, IconView};
use crate::state::App;
use crate::words;
use leptos::prelude::*;
use slipway_design::{ApiKind, RouteMethod};
use slipway_editor::ElementId;
use slipway_gateway::{Because, Explanation, explain};

/// The question and its answer, which the table shows too.
#[derive(Clone, Copy)]
pub(crate) struct Probe {
    method: RwSignal<String>,
    path: RwSignal<String>,
    wanted: RwSignal<Option<String>>,
    /// The HTTP APIs of the design.
    apis: Memo<Vec<String>>,
    answer: Memo<Option<(String, Explanation)>>,
}

impl Probe {
    pub(crate) fn new(app: App) -> Self {
        let method = RwSignal::new("GET".to_owned());
        let path = RwSignal::new(String::new());
        let wanted = RwSignal::new(None::<String>);
        let apis = Memo::new(move |_| {
            app.project.with(|project| {
                let apis = project.iter().flat_map(|project| &project.design.apis);
                apis.filter(|(_, api)| api.kind == ApiKind::Http)
                    .map(|(key, _)| key.clone())
                    .collect::<Vec<String>>()
            })
        });
        let answer = Memo::new(move |_| {
            let path = path.get();
            if path.trim().is_empty() {
                return None;
            }
            let api = wanted
                .get()
                .filter(|wanted| apis.with(|apis| apis.contains(wanted)))
                .or_else(|| apis.with(|apis| apis.first().cloned()))?;
            let path = path_of(path.trim());
            app.project.with(|project| {
                let routes = &project.as_ref()?.design.apis.get(&api)?.routes;
                let explanation = explain(routes.keys().map(String::as_str), &method.get(), &path);
                Some((api, explanation))
            })
        });
        Self {
            method,
            path,
            wanted,
            apis,
            answer,
        }
    }

    /// Whether the request goes to this route.
    pub(crate) fn takes(self, id: &ElementId) -> bool {
        self.taken().as_ref() == Some(id)
    }

    fn taken(self) -> Option<ElementId> {
        self.answer.with(|answer| {
            let (api, explanation) = answer.as_ref()?;
            Some(ElementId::Route {
                api: api.clone(),
                key: explanation.taken.as_ref()?.route.clone(),
            })
        })
    }
}

/// The path of what people paste: an address loses its host, a path its question mark.
fn path_of(text: &str) -> String {
    let text = match text.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => text,
    };
    let path = text.split(['?', '#']).next().unwrap_or_default();
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    }
}

#[component]
pub(crate) fn RouteProbe(probe: Probe) -> impl IntoView {
    let app = App::get();
    let taken = Memo::new(move |_| probe.taken());
    // The route is lit on the canvas as if the pointer were on it, as long as the question is asked.
    let is_asked = RwSignal::new(false);
    Effect::new(move |lit: Option<bool>| {
        let taken = taken.get().filter(|_| is_asked.get());
        let lights = taken.is_some();
        if lights || lit == Some(true) {
            app.hovered.set(taken);
        }
        lights
    });
    on_cleanup(move || {
        if taken.try_get_untracked().flatten().is_some() {
            app.hovered.set(None);
        }
    });
    let show = move |_| {
        if let Some(id) = probe.taken() {
            app.select(id);
        }
    };
    let answer = move || {
        let Some((_, explanation)) = probe.answer.get() else {
            return view! { <p class="faint probe-hint">{words::PROBE_HINT}</p> }.into_any();
        };
        let others = explanation.others.clone();
        let near: Vec<(String, Because)> = others
            .iter()
            .filter(|(_, because)| *because != Because::OtherPath)
            .cloned()
            .collect();
        let far = others.len() - near.len();
        view! {
            <div class="probe-answer" data-testid="probe-answer" data-route=explanation.taken.as_ref().map(|taken| taken.route.clone()).unwrap_or_default()
                role="status">
                {match &explanation.taken {
                    Some(taken) => {
                        let parameters: Vec<String> = taken.path_parameters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
                        view! {
                            <p class="probe-taken">
                                <IconView icon=Icon::Check class="ok"/>
                                <button class="link mono" type="button" on:click=show>{taken.route.clone()}</button>
                                <span>{taken.why.sentence()}</span>
                                {(!parameters.is_empty()).then(|| view! { <span class="mono faint">{parameters.join(", ")}</span> })}
                            </p>
                        }.into_any()
                    }
                    None => view! {
                        <p class="probe-taken"><IconView icon=Icon::Warning class="warn"/><span>{words::NO_ROUTE_TAKES_IT}</span></p>
                    }.into_any(),
                }}
                {(!near.is_empty()).then(|| view! {
                    <ul class="probe-others">
                        {near.into_iter().map(|(key, because)| view! { <li><span class="mono">{key}</span>" "<span class="mute">{because.sentence()}</span></li> }).collect_view()}
                    </ul>
                })}
                {(far > 0).then(|| view! { <p class="faint">{words::other_paths(far)}</p> })}
            </div>
        }
        .into_any()
    };
    view! {
        <section class="probe" aria-labelledby="probe-title" on:focusin=move |_| is_asked.set(true) on:focusout=move |_| is_asked.set(false) hidden=move || probe.apis.with(Vec::is_empty)>
            <h2 id="probe-title">{words::PROBE}</h2>
            <div class="probe-line">
                {move || probe.apis.with(|apis| (apis.len() > 1).then(|| view! {
                    <select class="input" aria-label=words::API on:change=move |event| probe.wanted.set(Some(event_target_value(&event)))>
                        {apis.iter().cloned().map(|api| { let value = api.clone(); view! { <option value=value>{api}</option> } }).collect_view()}
                    </select>
                }))}
                <select class="input" aria-label=words::METHOD data-testid="probe-method" on:change=move |event| probe.method.set(event_target_value(&event))>
                    {RouteMethod::ALL.into_iter().filter(|method| *method != RouteMethod::Any).map(|method| view! {
                        <option value=method.as_str()>{method.as_str()}</option>
                    }).collect_view()}
                </select>
                <input class="input mono" data-testid="probe-path" aria-label=words::PATH placeholder="/orders/42" spellcheck="false" autocomplete="off"
                    prop:value=move || probe.path.get() on:input=move |event| probe.path.set(event_target_value(&event))/>
            </div>
            {answer}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn what_is_pasted_becomes_a_path() {
        for (text, expect) in [
            ("/a/b", "/a/b"),
            ("a", "/a"),
            ("/a?x=1", "/a"),
            ("https://api.example/v1/a?x#y", "/v1/a"),
            ("https://api.example", "/"),
        ] {
            assert_eq!(path_of(text), expect, "{text}");
        }
    }
}
