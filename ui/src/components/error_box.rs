//! An error in its place: what happened, why, what to do next.

use crate::components::icon::{Icon, IconView};
use crate::words;
use leptos::prelude::*;
use slipway_protocol::ApiError;

/// The error with its hint and details; `children` are the buttons.
#[component]
pub(crate) fn ErrorBox(
    error: ApiError,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let ApiError {
        message,
        hint,
        details,
        ..
    } = error;
    view! {
        <div class="error-box" role="alert">
            <IconView icon=Icon::Error class="err"/>
            <div class="error-text">
                <p class="error-message">{message}</p>
                {hint.map(|hint| view! { <p class="error-hint">{hint}</p> })}
                {(!details.is_empty()).then(|| view! {
                    <pre class="log" tabindex="0" aria-label=words::DETAILS>{details.join("\n")}</pre>
                })}
                {children.map(|children| view! { <div class="error-actions">{children()}</div> })}
            </div>
        </div>
    }
}
