//! What is asked of the window from outside the page: to close, by the button in its frame or a key
//! of the system, and to open a project, by a second start.

use crate::actions;
use crate::ipc;
use crate::platform;
use crate::saving;
use crate::state::{App, Dialog, Leaving};
use leptos::prelude::*;
use leptos::task::spawn_local;
use slipway_design::Severity;
use slipway_protocol::{AnswerClose, FollowWindow, WindowEvent};

/// Listens as long as the window is there.
pub(crate) fn listen(app: App) {
    if ipc::is_demo() {
        return;
    }
    let kept = StoredValue::new_local(None);
    spawn_local(async move {
        let asked = move |event| match event {
            WindowEvent::CloseAsked => close(app),
            WindowEvent::OpenAsked { path, environment } => {
                platform::leave_fields();
                spawn_local(async move {
                    actions::open_and_show(app, path, environment).await;
                });
            }
        };
        match ipc::follow(FollowWindow {}, asked).await {
            Ok(((), subscription)) => kept.set_value(Some(subscription)),
            Err(error) => ipc::report_fault(&error.message),
        }
    });
}

/// Closes the window once everything is saved; says why when it can't be, and asks.
pub(crate) fn close(app: App) {
    platform::leave_fields();
    spawn_local(async move {
        let is_saved = saving::now(app).await;
        let is_asked = app.dialog.with_untracked(|dialog| *dialog == Dialog::Clash);
        if !is_saved && !is_asked {
            app.dialog.set(Dialog::Unsaved(Leaving::Window));
        }
        answer(app, is_saved).await;
    });
}

/// Closes the window with what is not saved in it.
pub(crate) fn give_up(app: App) {
    spawn_local(answer(app, true));
}

async fn answer(app: App, close: bool) {
    if let Err(error) = ipc::call(AnswerClose { close }).await {
        app.toast(Severity::Warning, error.message, error.hint);
    }
}
