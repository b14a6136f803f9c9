//! Where an image comes from: a Dockerfile of the project, ECR, or another registry.

use super::Bound;
use super::line::Line;
use super::rows::{Rows, Shape};
use crate::components::icon::{Icon, IconView};
use crate::ipc;
use crate::state::App;
use crate::words::form as words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use slipway_design::{Literal, Severity};
use slipway_editor::Control;
use slipway_protocol::PickFolder;

/// The keys of each source, the one that makes it first.
const SOURCES: [(&str, &str, &[&str]); 3] = [
    (
        "build",
        words::SOURCE_BUILD,
        &["build", "dockerfile", "target", "args"],
    ),
    ("ecr", words::SOURCE_ECR, &["ecr", "digest", "tag"]),
    ("registry", words::SOURCE_REGISTRY, &["registry"]),
];

fn rows_of(value: Option<Literal>) -> Vec<(String, Literal)> {
    match value {
        Some(Literal::Table(rows)) => rows,
        _ => Vec::new(),
    }
}

fn text_of(value: Option<Literal>, key: &str) -> String {
    rows_of(value)
        .into_iter()
        .find(|(known, _)| known == key)
        .map(|(_, value)| match value {
            Literal::String(text) => text,
            other => other.to_toml(),
        })
        .unwrap_or_default()
}

/// Lets people pick a folder of the project, and hands it on as the file spells it.
fn browse(app: App, on_folder: Callback<String>) {
    let Some(project) = app.path() else { return };
    spawn_local(async move {
        let title = words::BROWSE_TITLE.to_owned();
        match ipc::call(PickFolder { title }).await {
            Ok(Some(path)) => match inside(&project, &path) {
                // The form may have gone meanwhile.
                Some(folder) => {
                    on_folder.try_run(folder);
                }
                None => app.toast(
                    Severity::Warning,
                    words::outside_project(&path),
                    Some(words::OUTSIDE_PROJECT_HINT.to_owned()),
                ),
            },
            Ok(None) => {}
            Err(error) => app.toast_error(&error),
        }
    });
}

/// A folder relative to the project with slashes, as the file spells it; `None` for one outside of it.
fn inside(project: &str, path: &str) -> Option<String> {
    let rest = path.strip_prefix(project.trim_end_matches(['/', '\\']))?;
    let rest = match rest.chars().next() {
        None => return Some(".".to_owned()),
        Some('/' | '\\') => rest.trim_matches(['/', '\\']),
        Some(_) => return None,
    };
    // A backslash is part of a name where slashes lead from folder to folder.
    let is_windows = !project.starts_with('/');
    Some(match rest {
        "" => ".".to_owned(),
        rest if is_windows => rest.replace('\\', "/"),
        rest => rest.to_owned(),
    })
}

#[component]
pub(crate) fn ImageField(bound: Bound) -> impl IntoView {
    let any_registry =
        bound.peek(|field| matches!(field.control, Control::Image { any_registry: true }));
    // A source that was chosen and has nothing in it yet.
    let chosen = RwSignal::new(None::<&'static str>);
    let value = move || {
        let scope = bound.scope();
        bound
            .written()
            .or_else(|| bound.with(|field| field.fallback(scope).cloned()))
    };
    let source = Memo::new(move |_| {
        chosen.get().or_else(|| {
            let rows = rows_of(value());
            SOURCES
                .iter()
                .map(|(key, _, _)| *key)
                .find(|key| rows.iter().any(|(known, _)| known == key))
        })
    });
    let with = move |key: &'static str, part: Option<Literal>| {
        let keys = SOURCES
            .iter()
            .find(|(name, _, _)| Some(*name) == source.get_untracked())
            .map(|(_, _, keys)| *keys)
            .unwrap_or_default();
        let mut rows = rows_of(value());
        rows.retain(|(known, _)| known != key && keys.contains(&known.as_str()));
        // A digest and a tag say the same thing in two ways.
        match key {
            "digest" => rows.retain(|(known, _)| known != "tag"),
            "tag" => rows.retain(|(known, _)| known != "digest"),
            _ => {}
        }
        if let Some(part) = part {
            rows.push((key.to_owned(), part));
        }
        rows.sort_by_key(|(key, _)| keys.iter().position(|known| known == key));
        Literal::Table(rows)
    };
    let as_part = |text: &str| {
        let text = text.trim();
        (!text.is_empty()).then(|| Literal::String(text.to_owned()))
    };
    let commit = move |key: &'static str, text: String| {
        let done = bound.commit(&with(key, as_part(&text)));
        if done {
            chosen.set(None);
        }
        done
    };
    let line = move |key: &'static str, name: &'static str, example: &'static str| {
        let id = format!("{}-{key}", bound.id());
        view! {
            <div class="subfield" class:wide=matches!(key, "build" | "ecr" | "digest" | "registry") data-part=key>
                <label for=id.clone()>{name}</label>
                <div class="with-act">
                <Line id=id value=Signal::derive(move || text_of(value(), key)) code=true
                    placeholder=Signal::derive(move || example.to_owned())
                    on_type=Callback::new(move |text: String| { bound.try_out(&with(key, as_part(&text))); })
                    on_commit=Callback::new(move |text: String| commit(key, text))
                    on_escape=Callback::new(move |()| bound.forget())
                    on_leave=Callback::new(move |()| bound.leave())
                    invalid=Signal::derive(move || bound.wrong_part(key)) described_by=bound.described_by()/>
                {(key == "build").then(|| view! {
                    <button class="button quiet square" type="button" title=words::BROWSE aria-label=words::BROWSE data-testid="browse-build"
                        on:click=move |_| browse(bound.app, Callback::new(move |folder: String| { commit("build", folder); }))>
                        <IconView icon=Icon::FolderOpen/>
                    </button>
                })}
                </div>
            </div>
        }
    };
    let choose = move |event| {
        let name = event_target_value(&event);
        let to = SOURCES
            .iter()
            .map(|(key, _, _)| *key)
            .find(|key| *key == name);
        chosen.set(to);
        bound.forget();
    };
    view! {
        <select class="input" id=bound.id() aria-describedby=bound.described_by() aria-label=words::SOURCE on:change=choose>
            {move || source.get().is_none().then(|| view! { <option value="" selected=true>{words::SOURCE_NONE}</option> })}
            {SOURCES.into_iter().filter(|(key, _, _)| any_registry || *key != "registry").map(|(key, name, _)| {
                view! { <option value=key selected=move || source.get() == Some(key)>{name}</option> }
            }).collect_view()}
        </select>
        <div class="subfields">
            {move || match source.get() {
                Some("build") => view! {
                    {line("build", words::FOLDER, "services/orders")}
                    {line("dockerfile", words::DOCKERFILE, "Dockerfile")}
                    {line("target", words::STAGE_OF_BUILD, words::LAST_STAGE)}
                    <div class="subfield wide">
                        <span class="subfield-name">{words::BUILD_ARGUMENTS}</span>
                        <Rows shape=Shape::Pair { key: crate::words::NAME.to_owned(), value: words::VALUE.to_owned(), names: Vec::new() }
                            id=format!("{}-args", bound.id()) label=words::BUILD_ARGUMENTS.to_owned()
                            written=Signal::derive(move || rows_of(value()).into_iter().find(|(key, _)| key == "args").map(|(_, value)| value))
                            others=Signal::derive(Vec::new) wrong_row=Signal::derive(move || bound.wrong_part("args").then_some(usize::MAX))
                            empty=Signal::derive(|| "none".to_owned()) described_by=bound.described_by()
                            on_try=Callback::new(move |args: Literal| { bound.try_out(&with("args", Some(args))); })
                            on_commit=Callback::new(move |args: Literal| {
                                let part = (args != Literal::Table(Vec::new())).then_some(args);
                                bound.commit(&with("args", part))
                            })
                            on_escape=Callback::new(move |()| bound.forget())
                            on_leave=Callback::new(move |()| bound.leave())/>
                    </div>
                }.into_any(),
                Some("ecr") => view! {
                    {line("ecr", words::REPOSITORY, "shop/orders")}
                    {line("digest", words::DIGEST, "sha256:…")}
                    {line("tag", words::TAG, "v1")}
                }.into_any(),
                Some("registry") => line("registry", words::IMAGE_REFERENCE, "public.ecr.aws/nginx/nginx:1.27").into_any(),
                _ => ().into_any(),
            }}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn a_folder_is_spelt_as_seen_from_the_project() {
        let check = |project: &str, path: &str, expect: Option<&str>| {
            assert_eq!(inside(project, path).as_deref(), expect, "{path}");
        };
        check("/home/a/shop", "/home/a/shop", Some("."));
        check("/home/a/shop/", "/home/a/shop/", Some("."));
        check("/home/a/shop", "/home/a/shop/fn/orders", Some("fn/orders"));
        check("/home/a/shop", "/home/a/shop/odd\\name", Some("odd\\name"));
        check("/home/a/shop", "/home/a/shop-2", None);
        check("/home/a/shop", "/home/a", None);
        check("C:\\shop", "C:\\shop\\fn\\orders", Some("fn/orders"));
    }
}
