//! What people drop on the window from a file manager: a project is opened, anything else imported.

use crate::actions;
use crate::deeds::Deed;
use crate::editing;
use crate::ipc;
use crate::state::{App, Dialog, Screen};
use leptos::prelude::*;
use leptos::task::spawn_local;
use slipway_protocol::{Dropped, FollowDrops};
use std::cell::RefCell;

thread_local! {
    /// The stream of drops, as long as the page is there.
    static FOLLOWED: RefCell<Option<ipc::Subscription>> = const { RefCell::new(None) };
}

/// Listens for drops from now on.
pub(crate) fn listen(app: App) {
    spawn_local(async move {
        let on_drop = move |dropped: Dropped| take(app, dropped.path);
        match ipc::follow(FollowDrops {}, on_drop).await {
            Ok(((), subscription)) => {
                FOLLOWED.with_borrow_mut(|followed| *followed = Some(subscription));
            }
            Err(error) => leptos::logging::warn!("drops are not heard: {error}"),
        }
    });
}

fn take(app: App, path: String) {
    let is_free = app
        .dialog
        .with_untracked(|dialog| matches!(dialog, Dialog::None | Dialog::Import(_)));
    if !is_free {
        return;
    }
    match app.screen.get_untracked() {
        Screen::Starting => {}
        Screen::Start => actions::open_or_import(app, path),
        Screen::Design => match untrack(|| Deed::Import.against(app)) {
            Some(refusal) => editing::refuse(app, refusal),
            None => app.dialog.set(Dialog::Import(Some(path))),
        },
    }
}
