//! Other tools' files as additions: shown and chosen before anything is added.

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
use slipway_design::{Edit, Severity};
use slipway_editor::{Command, Selection};
use slipway_protocol::{
    AdditionKind, AdditionView, ImportView, PickFolder, ProposalView, ScanImport,
};
use std::collections::BTreeSet;

#[component]
pub(crate) fn ImportDialog() -> impl IntoView {
    let app = App::get();
    let open = Memo::new(move |_| app.dialog.with(|dialog| *dialog == Dialog::Import));
    move || open.get().then(|| view! { <Import/> }.into_any())
}

#[component]
fn Import() -> impl IntoView {
    let app = App::get();
    let found = RwSignal::new(Load::<ImportView>::Idle);
    let from = RwSignal::new(String::new());
    let chosen = RwSignal::new(BTreeSet::<String>::new());
    let close = Callback::new(move |()| app.dialog.set(Dialog::None));
    let look = Callback::new(move |()| {
        let Some(path) = app.path() else { return };
        let place = from.get_untracked().trim().to_owned();
        found.set(Load::Loading);
        spawn_local(async move {
            // What is found is held against the project as it is on disk.
            if !saving::now(app).await {
                found.set(Load::Failed(words::import_unsaved()));
                return;
            }
            let request = ScanImport {
                path,
                from: (!place.is_empty()).then_some(place),
                only: None,
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
        if let Load::Ready(view) = found.get_untracked()
            && add_chosen(app, &view, &chosen.get_untracked())
        {
            close.run(());
            deeds::focus_again(app, false);
        }
    };
    let number = move || chosen.with(BTreeSet::len);
    view! {
        <Modal title=words::IMPORT.to_owned() class="import" testid="import" on_close=close>
            <form class="import-from" on:submit=move |event: web_sys::SubmitEvent| { event.prevent_default(); look.run(()); }>
                <label class="import-place">
                    <span class="mute">{words::IMPORT_FROM}</span>
                    <input class="input mono" autofocus spellcheck="false" autocomplete="off" placeholder=words::PROJECT_FOLDER
                        prop:value=move || from.get() on:input=move |event| from.set(event_target_value(&event))/>
                </label>
                <button class="button" type="button" on:click=pick><IconView icon=Icon::Folder/>{words::CHOOSE}</button>
                <button class="button" type="submit"><IconView icon=Icon::Search/>{words::LOOK}</button>
            </form>
            <div class="import-body">
                {move || match found.get() {
                    Load::Idle => ().into_any(),
                    Load::Loading => view! { <p class="loading"><IconView icon=Icon::Running class="accent turning"/>{words::LOOKING_AT_FILES}</p> }.into_any(),
                    Load::Failed(error) => view! { <ErrorBox error=error/> }.into_any(),
                    Load::Ready(view) => view! { <Found view=view chosen=chosen/> }.into_any(),
                }}
            </div>
            <footer class="modal-foot">
                <span class="mute">{words::IMPORT_NOTE}</span>
                <span class="spring"></span>
                <button class="button" type="button" on:click=move |_| close.run(())>{words::CANCEL}</button>
                <button class="button primary" type="button" data-testid="import-add" on:click=add
                    disabled=move || number() == 0 || found.with(|found| !matches!(found, Load::Ready(_)))>
                    {move || words::add_number(number())}
                </button>
            </footer>
        </Modal>
    }
}

fn additions(view: &ImportView) -> impl Iterator<Item = &AdditionView> {
    view.proposals
        .iter()
        .flat_map(|proposal| &proposal.additions)
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
    let mut edits: Vec<Edit> = Vec::new();
    let taken: Vec<&AdditionView> = additions(view)
        .filter(|one| chosen.contains(&one.id))
        .collect();
    for one in &taken {
        match serde_json::from_str::<Vec<Edit>>(&one.edits) {
            Ok(more) => edits.extend(more),
            Err(error) => {
                app.toast(
                    Severity::Error,
                    words::not_added(&one.name, &error.to_string()),
                    None,
                );
                return false;
            }
        }
    }
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
    editing::with(app, |editor| editor.select(came));
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
