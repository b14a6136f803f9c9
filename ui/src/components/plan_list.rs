//! The changes of a plan, by card: a line each, all detail one step away.

use crate::actions;
use crate::components::icon::{Icon, IconView};
use crate::marks;
use crate::short;
use crate::state::App;
use crate::words;
use indexmap::IndexMap;
use leptos::prelude::*;
use slipway_plan::{Action, NOT_THERE_YET};
use slipway_protocol::{AttributeView, ChangeView, PlanView};
use std::sync::Arc;

#[component]
pub(crate) fn PlanList(plan: Arc<PlanView>) -> impl IntoView {
    let mut groups: IndexMap<String, Vec<ChangeView>> = IndexMap::new();
    let mut quiet = 0;
    for change in &plan.changes {
        if change.action == Action::NoOp {
            quiet += 1;
        } else {
            groups
                .entry(change.node.clone())
                .or_default()
                .push(change.clone());
        }
    }
    view! {
        <div class="plan-list">
            {groups.into_iter().map(|(node, changes)| view! { <Group node=node changes=changes/> }).collect_view()}
            {(quiet > 0).then(|| view! { <p class="plan-quiet faint">{words::unchanged(quiet)}</p> })}
        </div>
    }
}

#[component]
fn Group(node: String, changes: Vec<ChangeView>) -> impl IntoView {
    let app = App::get();
    let (title, icon, class) = of_node(app, &node);
    let to_select = node.clone();
    view! {
        <section class="plan-group" data-plan-node=node.clone()>
            <h3>
                <button class="link plain" type="button" on:click=move |_| actions::select_node(app, &to_select)>
                    <IconView icon=icon class=class/>{title}
                </button>
                <span class="faint">{words::change_count(changes.len())}</span>
            </h3>
            {changes.into_iter().map(|change| view! { <ChangeLine change=change/> }).collect_view()}
        </section>
    }
}

/// Title, icon and colour of the card that a plan or a run means by `node`.
pub(crate) fn of_node(app: App, node: &str) -> (String, Icon, &'static str) {
    let card = app.scene.with_untracked(|scene| {
        scene
            .cards
            .iter()
            .find(|card| card.id.node_key() == node)
            .cloned()
    });
    match card {
        Some(card) => {
            let kind = card.id.kind();
            (
                card.title,
                Icon::of_kind(kind, card.kind.starts_with("WebSocket")),
                marks::kind_class(kind),
            )
        }
        None if node.is_empty() => (words::SHARED.to_owned(), Icon::Design, "faint"),
        // A card that is no longer in the design, which is why something is deleted.
        None => (node.to_owned(), Icon::Trash, "faint"),
    }
}

#[component]
fn ChangeLine(change: ChangeView) -> impl IntoView {
    let ChangeView {
        address,
        action,
        kind,
        name,
        reason,
        because,
        attributes,
        operations,
        ..
    } = change;
    // A sign says that something is new; the other signs leave open why.
    let says_more = action != Action::Create || reason != NOT_THERE_YET;
    let (shown, full) = (short::image_name(&name), name);
    let sign_class = format!("sign {}", marks::action_class(action));
    view! {
        <details class="change" data-address=address data-action=marks::action_name(action)>
            <summary>
                <IconView icon=Icon::ChevronRight class="twist faint"/>
                <span class=sign_class aria-label=words::action(action)>{marks::action_sign(action)}</span>
                <span class="change-kind">{kind}</span>
                <span class="mono clip" title=full>{shown}</span>
                {says_more.then(|| view! { <span class="mute clip reason" title=reason.clone()>{reason.clone()}</span> })}
            </summary>
            <div class="change-detail">
                <p class="mute">{words::change_reason(&reason, &because)}</p>
                {(!attributes.is_empty()).then(|| view! {
                    <table class="attributes">
                        <tbody>{attributes.into_iter().map(|attribute| view! { <Attribute attribute=attribute/> }).collect_view()}</tbody>
                    </table>
                })}
                {(!operations.is_empty()).then(|| view! {
                    <p class="operations"><span class="faint">{words::CALLS}</span>
                        {operations.into_iter().map(|operation| view! { <span class="chip mono">{words::operation(operation)}</span> }).collect_view()}
                    </p>
                })}
            </div>
        </details>
    }
}

#[component]
fn Attribute(attribute: AttributeView) -> impl IntoView {
    let AttributeView {
        name,
        before,
        after,
        unknown,
        needs_replace,
    } = attribute;
    view! {
        <tr>
            <th scope="row" class="mono">{name}{needs_replace.then(|| view! { <span class="chip replace">{words::FORCES_REPLACEMENT}</span> })}</th>
            <td class="mono before">{before.unwrap_or_else(|| "–".to_owned())}</td>
            <td class="faint" aria-label=words::BECOMES>"→"</td>
            <td class="mono after" class:faint=unknown>{after.unwrap_or_else(|| if unknown { words::KNOWN_LATER.to_owned() } else { "–".to_owned() })}</td>
        </tr>
    }
}
