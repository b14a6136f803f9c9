//! Copy, cut and paste of parts of the design, by the events of the system's clipboard.

use crate::editing;
use crate::platform;
use crate::state::{App, Dialog};
use crate::words;
use leptos::ev;
use leptos::prelude::*;
use slipway_editor::{Clip, Command};

const PLAIN: &str = "text/plain";

/// Listens as long as the calling component is there.
pub(crate) fn listen(app: App) {
    let copied = window_event_listener(ev::copy, move |event| {
        copy(app, &event);
    });
    let cut = window_event_listener(ev::cut, move |event| {
        if copy(app, &event) {
            let ids = app
                .selection
                .with_untracked(|selection| selection.ids().to_vec());
            editing::apply(app, &Command::Remove { ids });
        }
    });
    let paste = window_event_listener(ev::paste, move |event| paste(app, &event));
    on_cleanup(move || {
        copied.remove();
        cut.remove();
        paste.remove();
    });
}

/// Whether the event is about the design, not about a text field or a dialog.
fn is_ours(app: App, event: &web_sys::ClipboardEvent) -> bool {
    let is_free = app.dialog.with_untracked(|dialog| *dialog == Dialog::None);
    is_free && !platform::is_writing(event.target())
}

fn copy(app: App, event: &web_sys::ClipboardEvent) -> bool {
    if !is_ours(app, event) || platform::has_marked_text() {
        return false;
    }
    let Some(clip) = editing::look(app, Clip::of).flatten() else {
        return false;
    };
    let Some(clipboard) = event.clipboard_data() else {
        return false;
    };
    match clipboard.set_data(PLAIN, &clip.to_text()) {
        Ok(()) => {
            event.prevent_default();
            app.say(words::COPIED);
            true
        }
        Err(error) => {
            leptos::logging::warn!("nothing was copied: {error:?}");
            false
        }
    }
}

fn paste(app: App, event: &web_sys::ClipboardEvent) {
    if !is_ours(app, event) {
        return;
    }
    let text = event
        .clipboard_data()
        .and_then(|clipboard| clipboard.get_data(PLAIN).ok());
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return;
    };
    event.prevent_default();
    match Clip::parse(&text) {
        Err(refusal) => editing::refuse(app, refusal),
        Ok(clip) => {
            if editing::apply(app, &Command::Paste { clip, at: None }) {
                let title = app.undo_title.get_untracked().unwrap_or_default();
                app.say(title);
            }
        }
    }
}
