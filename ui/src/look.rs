//! How the window looks: theme and size, kept for this user.

use crate::ipc;
use crate::state::App;
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use slipway_protocol::{PageSize, ResizePage, SaveSettings, Theme};

pub(crate) fn set_theme(app: App, theme: Theme) {
    app.settings.update(|settings| settings.theme = theme);
    app.say(words::theme_set(theme));
    keep_settings(app);
}

/// Shows everything in the window at another size.
pub(crate) fn resize_page(app: App, change: impl FnOnce(PageSize) -> PageSize) {
    let before = app.settings.with_untracked(|settings| settings.page_size);
    let size = change(before);
    app.say(words::page_size(size));
    if size != before {
        app.settings.update(|settings| settings.page_size = size);
        keep_settings(app);
    }
}

/// Tells the window of the size that is set.
pub(crate) fn show_page_size(app: App, size: PageSize) {
    spawn_local(async move {
        if let Err(error) = ipc::call(ResizePage { size }).await {
            app.toast_error(&error);
        }
    });
}

fn keep_settings(app: App) {
    let settings = app.settings.get_untracked();
    spawn_local(async move {
        if let Err(error) = ipc::call(SaveSettings { settings }).await {
            app.toast_error(&error);
        }
    });
}
