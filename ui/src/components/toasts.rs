//! Short notes at the lower edge. They stay until they are closed or followed by others.

use crate::components::icon::{Icon, IconView, severity_class};
use crate::state::App;
use crate::words;
use leptos::prelude::*;
use slipway_design::Severity;
use std::time::Duration;

/// How long a note that asks for nothing stays.
const SHORT: Duration = Duration::from_secs(4);

#[component]
pub(crate) fn Toasts() -> impl IntoView {
    let app = App::get();
    let close = move |id: u32| {
        app.toasts
            .update(|toasts| toasts.retain(|toast| toast.id != id))
    };
    view! {
        <div class="toasts" role="region" aria-label=words::NOTES aria-live="polite">
            <For each=move || app.toasts.get() key=|toast| toast.id let(toast)>
                {
                    let id = toast.id;
                    if toast.severity == Severity::Info {
                        set_timeout(move || close(id), SHORT);
                    }
                    view! {
                        <div class="toast">
                            <IconView icon=Icon::of_severity(toast.severity) class=severity_class(toast.severity)/>
                            <div class="toast-text">
                                <p>{toast.text.clone()}</p>
                                {toast.hint.clone().map(|hint| view! { <p class="mute">{hint}</p> })}
                            </div>
                            <button class="button quiet square" type="button" aria-label=words::CLOSE on:click=move |_| close(id)>
                                <IconView icon=Icon::Close/>
                            </button>
                        </div>
                    }
                }
            </For>
        </div>
    }
}
