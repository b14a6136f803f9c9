//! The form of what is selected: sections of fields, and whom a change is for.

use crate::components::fields::{FieldView, Sheet};
use crate::components::icon::{Icon, IconView};
use crate::editing;
use crate::platform;
use crate::state::App;
use crate::words::form as words;
use leptos::prelude::*;
use slipway_design::Path;
use slipway_editor::{Act, Connection, Control, Field, Form, Scope, Section, Within};

/// What takes the focus in a field.
const CONTROLS: &str = "input,select,.switch,.entries-foot button";

/// What keeps a field's view alive while the design changes.
type FieldKey = (String, String, std::mem::Discriminant<Control>);

fn key_of(field: &Field) -> FieldKey {
    (
        field.path.to_string(),
        field.label.clone(),
        std::mem::discriminant(&field.control),
    )
}

/// A form. It is rebuilt where its shape changes and nowhere else, so that what is typed stays.
#[component]
pub(crate) fn FormView(form: Memo<Option<Form>>) -> impl IntoView {
    let app = App::get();
    let environment = Signal::derive(move || {
        form.with(|form| form.as_ref().and_then(|form| form.environment.clone()))
    });
    let sheet = Sheet {
        scope: RwSignal::new(Scope::Everywhere),
        environment,
    };
    let shown = move |scope: Scope| {
        form.with(|form| {
            let sections = form.as_ref().map(|form| form.sections.as_slice());
            sections
                .unwrap_or_default()
                .iter()
                .filter(|section| {
                    scope == Scope::Everywhere || section.fields.iter().any(Field::can_override)
                })
                .map(|section| section.title.clone())
                .collect::<Vec<_>>()
        })
    };
    Effect::new(move |_| {
        let Some(place) = app.looked_for.get() else {
            return;
        };
        let found = form.with(|form| {
            let place = Path::parse(&place).ok()?;
            let field = form.as_ref()?.field_at(&place)?;
            Some((field.path.to_string(), field.within(&place)))
        });
        if let Some((path, within)) = found {
            app.looked_for.set(None);
            if let Some(within) = &within {
                sheet.scope.set(within.scope);
            }
            request_animation_frame(move || reach(&path, within.as_ref()));
        }
    });
    view! {
        {move || environment.get().map(|name| view! { <ScopeChoice sheet=sheet environment=name form=form/> })}
        <For each=move || shown(sheet.scope.get()) key=|title| title.clone() children=move |title| {
            view! { <SectionView form=form title=title sheet=sheet/> }
        }/>
        <Connections form=form/>
    }
}

/// Leads to the field of a place of the file, once its form is there; to what the inspector says
/// of it when no field is about it.
pub(crate) fn look_for(app: App, place: String) {
    app.looked_for.set(Some(place));
    // The form may have to be made first.
    request_animation_frame(move || {
        request_animation_frame(move || {
            if app.looked_for.with_untracked(Option::is_some) {
                app.looked_for.set(None);
                if !platform::focus(".inspector .sheet-problem") {
                    crate::keys::focus_pane("inspector");
                }
            }
        });
    });
}

/// Opens what the field lies in, and focuses the control of the place.
fn reach(path: &str, within: Option<&Within>) {
    let selector = format!("[data-field={}]", platform::quoted(path));
    let Ok(Some(line)) = platform::document().query_selector(&selector) else {
        return;
    };
    if let Ok(Some(section)) = line.closest("details") {
        // Setting an attribute of this name cannot fail.
        let _ = section.set_attribute("open", "");
    }
    let part = within.and_then(|within| within.part.as_ref());
    let row = within.and_then(|within| within.row);
    let inside = [
        part.map(|part| format!("[data-part={}] ", platform::quoted(part))),
        row.map(|row| format!("[data-row=\"{row}\"] ")),
        Some(String::new()),
    ];
    let wanted = inside.iter().flatten().flat_map(|inside| {
        ["[aria-invalid=true]", CONTROLS].map(|kind| format!("{selector} {inside}:is({kind})"))
    });
    // The first that is there takes the focus.
    if !wanted.into_iter().any(|control| platform::focus(&control)) {
        line.scroll_into_view();
    }
    // What is wrong stands below the control.
    platform::show_near(&format!("{selector} > .form-wrong:not(:empty)"));
}

/// Whether changes are for all environments or for the chosen one.
#[component]
fn ScopeChoice(sheet: Sheet, environment: String, form: Memo<Option<Form>>) -> impl IntoView {
    let choices = [
        (Scope::Everywhere, words::EVERYWHERE.to_owned()),
        (Scope::Here, words::only_in(&environment)),
    ];
    let own = move || form.with(|form| form.as_ref().map_or(0, Form::overridden));
    view! {
        <div class="scope">
            <div class="segments" role="group" aria-label=words::SCOPE>
                {choices.into_iter().map(|(scope, name)| view! {
                    <button class="segment" type="button" data-scope=if scope == Scope::Here { "here" } else { "everywhere" }
                        aria-pressed=move || (sheet.scope.get() == scope).to_string()
                        on:click=move |_| { sheet.scope.set(scope); }>{name}</button>
                }).collect_view()}
            </div>
            {move || (own() > 0 && sheet.scope.get() == Scope::Everywhere).then(|| view! {
                <p class="faint">{words::overridden_here(&environment, own())}</p>
            })}
        </div>
    }
}

#[component]
fn SectionView(form: Memo<Option<Form>>, title: String, sheet: Sheet) -> impl IntoView {
    let name = StoredValue::new(title.clone());
    let section = Memo::new(move |before: Option<&Option<Section>>| {
        let now = form.with(|form| {
            let form = form.as_ref()?;
            let of_name = |section: &&Section| name.with_value(|name| section.title == *name);
            form.sections.iter().find(of_name).cloned()
        });
        // Until the view is gone it shows what it showed.
        now.or_else(|| before.cloned().flatten())
    });
    let (note, open) = section.with_untracked(|section| {
        section
            .as_ref()
            .map_or((None, true), |section| (section.note, section.open))
    });
    let keys = move || {
        let scope = sheet.scope.get();
        section.with(|section| {
            let fields = section.as_ref().map(|section| section.fields.as_slice());
            fields
                .unwrap_or_default()
                .iter()
                .filter(|field| scope == Scope::Everywhere || field.can_override())
                .map(key_of)
                .collect::<Vec<_>>()
        })
    };
    let field = move |key: FieldKey| {
        let fields = Memo::new(move |before: Option<&Vec<Field>>| {
            let now = section.with(|section| {
                let section = section.as_ref()?;
                let found = section.fields.iter().find(|field| key_of(field) == key)?;
                Some(vec![found.clone()])
            });
            now.or_else(|| before.cloned()).unwrap_or_default()
        });
        view! { <FieldView sheet=sheet fields=fields/> }
    };
    let body = view! {
        {note.map(|note| view! { <p class="form-note faint">{note}</p> })}
        <div class="form-grid">
            <For each=keys key=|key| key.clone() children=field/>
        </div>
        {move || section.with(|section| section.as_ref().map(|section| section.acts.clone())).map(|acts| view! { <Acts acts=acts/> })}
    };
    if title.is_empty() {
        view! { <section class="sheet-section first">{body}</section> }.into_any()
    } else {
        let shown = title.clone();
        view! {
            <details class="sheet-section" open=open data-section=title>
                <summary><IconView icon=Icon::ChevronRight class="section-turn faint"/><h3>{shown}</h3></summary>
                {body}
            </details>
        }
        .into_any()
    }
}

/// The buttons of a section.
#[component]
fn Acts(acts: Vec<Act>) -> impl IntoView {
    let app = App::get();
    (!acts.is_empty()).then(|| view! {
        <div class="form-acts">
            {acts.into_iter().map(|act| {
                let Act { label, command, removes } = act;
                let icon = if removes { Icon::Trash } else { Icon::Plus };
                view! {
                    <button class="button small" class:danger=removes type="button" on:click=move |_| { editing::apply(app, &command); }>
                        <IconView icon=icon/>{label}
                    </button>
                }
            }).collect_view()}
        </div>
    })
}

/// What leads here and where it leads.
#[component]
fn Connections(form: Memo<Option<Form>>) -> impl IntoView {
    let app = App::get();
    let connections = Memo::new(move |_| {
        form.with(|form| {
            let form = form.as_ref()?;
            // The project is connected with nothing.
            (!form.path.is_root()).then(|| form.connections.clone())
        })
    });
    move || {
        connections.get().map(|connections| {
            view! {
                <section class="sheet-section">
                    <h3>{words::CONNECTIONS}</h3>
                    {connections.is_empty().then(|| view! { <p class="faint">{words::NO_CONNECTIONS}</p> })}
                    <dl>{connections.into_iter().map(|connection| {
                        let Connection { label, value, leads_to } = connection;
                        let title = format!("{label}: {value}");
                        view! {
                            <div class="sheet-field" title=title>
                                <dt class="clip">{label}</dt>
                                <dd>{match leads_to {
                                    Some(id) => view! { <button class="link clip mono" type="button" on:click=move |_| app.select(id.clone())>{value}</button> }.into_any(),
                                    None => view! { <span class="clip mono">{value}</span> }.into_any(),
                                }}</dd>
                            </div>
                        }
                    }).collect_view()}</dl>
                </section>
            }
        })
    }
}

/// The settings that several selected elements have in common.
#[component]
pub(crate) fn CommonForm(fields: Memo<Vec<Vec<Field>>>) -> impl IntoView {
    let sheet = Sheet {
        scope: RwSignal::new(Scope::Everywhere),
        environment: Signal::derive(|| None),
    };
    let keys = move || {
        fields.with(|fields| {
            fields
                .iter()
                .filter_map(|same| same.first())
                .map(|field| field.rel().to_string())
                .collect::<Vec<_>>()
        })
    };
    let field = move |rel: String| {
        let same = Memo::new(move |before: Option<&Vec<Field>>| {
            let now = fields.with(|fields| {
                let of_name =
                    |same: &&Vec<Field>| same.first().is_some_and(|it| it.rel().to_string() == rel);
                fields.iter().find(of_name).cloned()
            });
            now.or_else(|| before.cloned()).unwrap_or_default()
        });
        view! { <FieldView sheet=sheet fields=same/> }
    };
    view! {
        <section class="sheet-section">
            <p class="form-note faint">{words::IN_COMMON}</p>
            <div class="form-grid"><For each=keys key=|key| key.clone() children=field/></div>
        </section>
    }
}
