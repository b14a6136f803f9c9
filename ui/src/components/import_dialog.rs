//! Other tools' files as additions: shown and chosen before anything is added.

use crate::actions;
use crate::components::error_box::ErrorBox;
use crate::components::icon::{Icon, IconView};
use crate::components::modal::Modal;
use crate::deeds;
use crate::editing;
use crate::ipc;
use crate::saving;
use crate::state::{App, Dialog, Load};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use slipway_design::{ApiKind, Document, Edit, Severity};
use slipway_editor::{Command, Selection};
use slipway_protocol::{
    AdditionKind, AdditionView, ApiError, ErrorCode, ImportView, PickFolder, ProposalView,
    ScanImport,
};
use std::collections::BTreeSet;

#[component]
pub(crate) fn ImportDialog() -> impl IntoView {
    let app = App::get();
    let open = Memo::new(move |_| {
        app.dialog.with(|dialog| match dialog {
            Dialog::Import(place) => Some(place.clone().unwrap_or_default()),
            _ => None,
        })
    });
    move || Some(view! { <Import place=open.get()?/> }.into_any())
}

#[component]
fn Import(place: String) -> impl IntoView {
    let app = App::get();
    let project = app.path();
    let found = RwSignal::new(Load::<ImportView>::Idle);
    let from = RwSignal::new(place);
    let into = RwSignal::new(None::<String>);
    let chosen = RwSignal::new(BTreeSet::<String>::new());
    let busy = RwSignal::new(false);
    let close = Callback::new(move |()| app.dialog.set(Dialog::None));
    let is_begun = project.is_some();
    let look = Callback::new(move |()| {
        let place = from.get_untracked().trim().to_owned();
        // Without a project the folder that is looked at becomes one.
        let path = project.clone().unwrap_or_else(|| place.clone());
        if path.is_empty() {
            found.set(Load::Idle);
            return;
        }
        found.set(Load::Loading);
        spawn_local(async move {
            // What is found is held against the project as it is on disk.
            if is_begun && !saving::now(app).await {
                found.set(Load::Failed(words::import_unsaved()));
                return;
            }
            let request = ScanImport {
                path,
                from: (!place.is_empty()).then_some(place),
                only: None,
                into: into.get_untracked(),
            };
            match ipc::call(request).await {
                Ok(view) => {
                    let all = additions(&view).map(|one| one.id.clone()).collect();
                    app.say(words::found(additions(&view).count()));
                    chosen.set(all);
                    found.set(Load::Ready(view));
                }
                Err(error) => found.set(Load::Failed(error)),
            }
        });
    });
    look.run(());
    let pick = move |_| {
        spawn_local(async move {
            let title = words::IMPORT_FOLDER_TITLE.to_owned();
            match ipc::call(PickFolder { title }).await {
                Ok(Some(path)) => {
                    from.set(path);
                    look.run(());
                }
                Ok(None) => {}
                Err(error) => found.set(Load::Failed(error)),
            }
        });
    };
    let add = move |_| {
        let Load::Ready(view) = found.get_untracked() else {
            return;
        };
        if is_begun {
            if add_chosen(app, &view, &chosen.get_untracked()) {
                close.run(());
                deeds::focus_again(app, false);
            }
            return;
        }
        busy.set(true);
        spawn_local(async move {
            if let Err(error) = begin_with(app, &view, &chosen.get_untracked()).await {
                found.set(Load::Failed(error));
            }
            // The dialog is gone when all went well.
            busy.try_set(false);
        });
    };
    let number = move || chosen.with(BTreeSet::len);
    let is_new = move || found.with(|found| matches!(found, Load::Ready(view) if view.is_new));
    let note = move || {
        found.with(|found| match found {
            Load::Ready(view) if view.is_new => words::IMPORT_NEW_NOTE,
            Load::Ready(_) => words::IMPORT_NOTE,
            _ => "",
        })
    };
    let placeholder = if is_begun {
        words::PROJECT_FOLDER
    } else {
        words::ANY_FOLDER
    };
    view! {
        <Modal title=words::IMPORT.to_owned() class="import" testid="import" on_close=close>
            <form class="import-from" on:submit=move |event: web_sys::SubmitEvent| { event.prevent_default(); look.run(()); }>
                <label class="import-place">
                    <span class="mute">{words::IMPORT_FROM}</span>
                    <input class="input mono" autofocus spellcheck="false" autocomplete="off" placeholder=placeholder
                        prop:value=move || from.get() on:input=move |event| from.set(event_target_value(&event))/>
                </label>
                <button class="button" type="button" on:click=pick><IconView icon=Icon::Folder/>{words::CHOOSE}</button>
                <button class="button" type="submit"><IconView icon=Icon::Search/>{words::LOOK}</button>
            </form>
            <div class="import-body">
                {move || match found.get() {
                    Load::Idle => view! { <p class="empty">{words::IMPORT_WHAT}</p> }.into_any(),
                    Load::Loading => view! { <p class="loading"><IconView icon=Icon::Running class="accent turning"/>{words::LOOKING_AT_FILES}</p> }.into_any(),
                    Load::Failed(error) => view! { <ErrorBox error=error/> }.into_any(),
                    Load::Ready(view) => view! {
                        <Into apis=http_apis(&view) has_routes=has_routes(&view) into=into on_choose=look/>
                        <Found view=view chosen=chosen/>
                    }.into_any(),
                }}
            </div>
            <footer class="modal-foot">
                <span class="mute">{note}</span>
                <span class="spring"></span>
                <button class="button" type="button" on:click=move |_| close.run(())>{words::CANCEL}</button>
                <button class="button primary" type="button" data-testid="import-add" on:click=add
                    disabled=move || number() == 0 || busy.get() || found.with(|found| !matches!(found, Load::Ready(_)))>
                    {move || words::add_number(number(), is_new())}
                </button>
            </footer>
        </Modal>
    }
}

/// The HTTP APIs that the project has, by key and by what people call them.
fn http_apis(view: &ImportView) -> Vec<(String, String)> {
    let document = Document::parse(&view.text);
    let apis = document.design().map(|design| &design.apis);
    apis.into_iter()
        .flatten()
        .filter(|(_, api)| api.kind == ApiKind::Http)
        .map(|(key, api)| {
            (
                key.clone(),
                api.title.clone().unwrap_or_else(|| key.clone()),
            )
        })
        .collect()
}

fn has_routes(view: &ImportView) -> bool {
    additions(view).any(|one| matches!(one.kind, AdditionKind::Api | AdditionKind::Route))
}

/// Which API the routes go into: their own, or one that is there.
#[component]
fn Into(
    apis: Vec<(String, String)>,
    has_routes: bool,
    into: RwSignal<Option<String>>,
    on_choose: Callback<()>,
) -> impl IntoView {
    let choose = move |event| {
        let key = event_target_value(&event);
        into.set((!key.is_empty()).then_some(key));
        on_choose.run(());
    };
    let is_shown = !apis.is_empty() && (has_routes || into.get_untracked().is_some());
    is_shown.then(|| {
        view! {
            <label class="import-into">
                <span class="mute">{words::ROUTES_INTO}</span>
                <select class="input" data-testid="import-into" on:change=choose>
                    <option value="" selected=into.with_untracked(Option::is_none)>{words::API_OF_ITS_OWN}</option>
                    {apis.into_iter().map(|(key, title)| {
                        let is_chosen = into.with_untracked(|into| into.as_ref() == Some(&key));
                        view! { <option value=key selected=is_chosen>{title}</option> }
                    }).collect_view()}
                </select>
            </label>
        }
    })
}

fn additions(view: &ImportView) -> impl Iterator<Item = &AdditionView> {
    view.proposals
        .iter()
        .flat_map(|proposal| &proposal.additions)
}

/// What was chosen, and the edits that add it.
fn taken<'v>(
    view: &'v ImportView,
    chosen: &BTreeSet<String>,
) -> Result<(Vec<&'v AdditionView>, Vec<Edit>), ApiError> {
    let mut edits: Vec<Edit> = Vec::new();
    let taken: Vec<&AdditionView> = additions(view)
        .filter(|one| chosen.contains(&one.id))
        .collect();
    for one in &taken {
        let own: Vec<Edit> = serde_json::from_str(&one.edits).map_err(|error| {
            let words = words::not_added(&one.name, &error.to_string());
            ApiError::new(ErrorCode::Internal, words)
        })?;
        edits.extend(own);
    }
    Ok((taken, edits))
}

/// Opens the project that the folder is, or makes one of it, with what was chosen in it.
async fn begin_with(
    app: App,
    view: &ImportView,
    chosen: &BTreeSet<String>,
) -> Result<(), ApiError> {
    if !view.is_new {
        if actions::open_and_show(app, view.project.clone(), None).await {
            app.dialog.set(Dialog::None);
            add_chosen(app, view, chosen);
        }
        return Ok(());
    }
    let (_, edits) = taken(view, chosen)?;
    let document = Document::parse(&view.text);
    let (made, _) = document.edited(&edits).map_err(|error| {
        let words = words::not_added(&view.project, &error.to_string());
        ApiError::new(ErrorCode::DesignInvalid, words)
    })?;
    actions::begin_in(app, view.project.clone(), made.text().to_owned()).await
}

/// Adds what was chosen as one step and selects what came; `false` when it was refused, which was told.
fn add_chosen(app: App, view: &ImportView, chosen: &BTreeSet<String>) -> bool {
    let is_old = editing::look(app, |editor| editor.text() != view.text).unwrap_or(true);
    if is_old {
        app.toast(
            Severity::Warning,
            words::IMPORT_OLD,
            Some(words::IMPORT_OLD_HINT.to_owned()),
        );
        return false;
    }
    let (taken, edits) = match taken(view, chosen) {
        Ok(taken) => taken,
        Err(error) => {
            app.toast_error(&error);
            return false;
        }
    };
    let command = Command::Edit {
        title: words::import_step(taken.len()),
        edits,
        select: Vec::new(),
    };
    if !deeds::done(app, &command) {
        return false;
    }
    let came = taken
        .iter()
        .filter_map(|one| deeds::element_named(app, &one.id));
    let came = Selection::of(came);
    editing::with(app, |editor| {
        editor.select(came);
        // What came may lie outside of what is seen.
        editor.frame();
    });
    true
}

#[component]
fn Found(view: ImportView, chosen: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let all = StoredValue::new(
        additions(&view)
            .map(|one| (one.id.clone(), one.needs.clone()))
            .collect::<Vec<_>>(),
    );
    let is_empty = view.proposals.is_empty();
    view! {
        <p class="mono faint import-where">{view.from}</p>
        {is_empty.then(|| view! { <p class="empty">{words::NOTHING_TO_IMPORT}</p> })}
        {view.proposals.into_iter().map(|proposal| view! { <Proposal proposal=proposal chosen=chosen all=all/> }).collect_view()}
        {view.notes.into_iter().map(|note| view! { <p class="import-note mute"><IconView icon=Icon::Info/>{note}</p> }).collect_view()}
    }
}

/// Each addition by its id, and the ids of what it cannot be without.
type Needs = StoredValue<Vec<(String, Vec<String>)>>;

/// Chooses with all that it needs, or leaves out with all that needs it.
fn choose(chosen: &mut BTreeSet<String>, all: &[(String, Vec<String>)], id: &str, is_chosen: bool) {
    let is_new = if is_chosen {
        chosen.insert(id.to_owned())
    } else {
        chosen.remove(id)
    };
    if !is_new {
        return;
    }
    for (other, needs) in all {
        if is_chosen && other == id {
            for need in needs {
                choose(chosen, all, need, true);
            }
        } else if !is_chosen && needs.iter().any(|need| need == id) {
            choose(chosen, all, other, false);
        }
    }
}

#[component]
fn Proposal(
    proposal: ProposalView,
    chosen: RwSignal<BTreeSet<String>>,
    all: Needs,
) -> impl IntoView {
    let ids: Vec<String> = proposal
        .additions
        .iter()
        .map(|one| one.id.clone())
        .collect();
    let ids = StoredValue::new(ids);
    let every = move || {
        ids.with_value(|ids| chosen.with(|chosen| ids.iter().all(|id| chosen.contains(id))))
    };
    let turn = move |event: web_sys::Event| {
        let on = event_target_checked(&event);
        chosen.update(|chosen| {
            ids.with_value(|ids| {
                all.with_value(|all| ids.iter().for_each(|id| choose(chosen, all, id, on)));
            });
        });
    };
    let left_out = proposal.left_out;
    view! {
        <section class="proposal">
            <h3><label class="check-line"><input type="checkbox" prop:checked=every on:change=turn/><span>{proposal.title}</span></label></h3>
            <ul>
                {proposal.additions.into_iter().map(|one| view! { <Addition one=one chosen=chosen all=all/> }).collect_view()}
            </ul>
            {proposal.notes.into_iter().map(|note| view! { <p class="import-note mute"><IconView icon=Icon::Info/>{note}</p> }).collect_view()}
            {(!left_out.is_empty()).then(|| view! {
                <details class="left-out">
                    <summary>{words::left_out(left_out.len())}</summary>
                    <ul>
                        {left_out.into_iter().map(|one| view! {
                            <li><span class="mono">{one.what}</span><span class="mute">{one.why}</span><span class="mono faint">{one.place}</span></li>
                        }).collect_view()}
                    </ul>
                </details>
            })}
        </section>
    }
}

#[component]
fn Addition(one: AdditionView, chosen: RwSignal<BTreeSet<String>>, all: Needs) -> impl IntoView {
    let (of_state, of_turn) = (one.id.clone(), one.id.clone());
    let (icon, class) = match one.kind {
        AdditionKind::Function => (Icon::Lambda, "kind-function"),
        AdditionKind::Service => (Icon::Service, "kind-service"),
        AdditionKind::Api => (Icon::HttpApi, "kind-api"),
        AdditionKind::Route => (Icon::Route, "kind-route"),
        AdditionKind::Authorizer => (Icon::Lock, "mute"),
        AdditionKind::Environment => (Icon::Screen, "mute"),
    };
    let turn = move |event: web_sys::Event| {
        let on = event_target_checked(&event);
        chosen.update(|chosen| all.with_value(|all| choose(chosen, all, &of_turn, on)));
    };
    view! {
        <li>
            <label class="addition" data-addition=one.id>
                <input type="checkbox" prop:checked=move || chosen.with(|chosen| chosen.contains(&of_state)) on:change=turn/>
                <IconView icon=icon class=class/>
                <span class="mono clip">{one.name}</span>
                <span class="mute clip" title=one.summary.clone()>{one.summary.clone()}</span>
                <span class="mono faint clip">{one.place}</span>
                {one.todo.map(|todo| view! { <span class="todo warn"><IconView icon=Icon::Warning/>{todo}</span> })}
            </label>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::choose;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_needed_comes_along_and_goes_along() {
        let needs = |id: &str, needs: &[&str]| {
            let needs = needs.iter().map(|need| (*need).to_owned()).collect();
            (id.to_owned(), needs)
        };
        let all = [
            needs("api", &[]),
            needs("route", &["api", "function"]),
            needs("function", &[]),
            needs("authorizer", &["api"]),
        ];
        let mut chosen = BTreeSet::new();
        let check = |chosen: &BTreeSet<String>, expect: &[&str]| {
            let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
            assert_eq!(chosen, expect);
        };
        choose(&mut chosen, &all, "route", true);
        check(&chosen, &["api", "function", "route"]);
        choose(&mut chosen, &all, "authorizer", true);
        choose(&mut chosen, &all, "api", false);
        check(&chosen, &["function"]);
    }
}
