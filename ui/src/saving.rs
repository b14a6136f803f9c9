//! Keeps the file on disk what the window shows: a moment after each change, by itself.

use crate::editing;
use crate::ipc;
use crate::outside;
use crate::state::App;
use crate::words;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use slipway_editor::{Editor, Place, Places};
use slipway_protocol::{
    ApiError, ErrorCode, LayoutChange, PlaceView, ProjectView, SaveProject, SaveReply,
};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::{Poll, Waker};
use std::time::Duration;

/// How long nothing changes before the file is written.
const QUIET: Duration = Duration::from_millis(400);

/// So many times in a row somebody else may write between our reading and writing.
const MOST_CONFLICTS: u32 = 8;

/// Whether the file holds what the window shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Saving {
    #[default]
    Saved,
    /// Something changed and waits for a quiet moment.
    Unsaved,
    AtWork,
    Failed(ApiError),
    /// Somebody else changed the file and people have to decide what holds.
    Undecided,
}

/// What the disk holds, as far as the window knows.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    pub(crate) path: String,
    pub(crate) revision: String,
    pub(crate) text: String,
    pub(crate) places: Places,
    /// Where all cards stood when `places` was read.
    pub(crate) shown: Places,
}

#[derive(Default)]
struct Work {
    disk: Option<Disk>,
    timer: Option<TimeoutHandle>,
    /// A save is under way.
    busy: bool,
    waiting: Vec<Waker>,
}

thread_local! {
    static WORK: RefCell<Work> = RefCell::default();
}

/// Notes what a project holds on disk, of which `editor` was just opened.
pub(crate) fn opened(app: App, view: &ProjectView, editor: &Editor) {
    stop_timer();
    let disk = Disk {
        path: view.path.clone(),
        revision: view.revision.clone(),
        text: view.text.clone(),
        places: editor.places().clone(),
        shown: editor.shown_places(),
    };
    WORK.with_borrow_mut(|work| work.disk = Some(disk));
    app.saving.set(Saving::Saved);
}

/// Nothing is open any more.
pub(crate) fn closed(app: App) {
    stop_timer();
    WORK.with_borrow_mut(|work| work.disk = None);
    app.saving.set(Saving::Saved);
}

/// What the disk holds, as far as the window knows.
pub(crate) fn disk() -> Option<Disk> {
    WORK.with_borrow(|work| work.disk.clone())
}

/// Somebody else's text is on disk now.
pub(crate) fn note_text(revision: String, text: String) {
    WORK.with_borrow_mut(|work| {
        if let Some(disk) = work.disk.as_mut() {
            disk.revision = revision;
            disk.text = text;
        }
    });
}

/// Shows cards where somebody else put them, unless ours were moved meanwhile.
pub(crate) fn take_layout(app: App, layout: Option<&str>) {
    // What can't be read is as it was.
    let Some((theirs, told)) = layout.map(Places::parse) else {
        return;
    };
    let is_news = WORK.with_borrow(|work| {
        let disk = work.disk.as_ref();
        disk.is_some_and(|disk| disk.places != theirs)
    });
    if !is_news || !told.is_empty() {
        return;
    }
    editing::with_unsaved(app, |editor| {
        WORK.with_borrow_mut(|work| {
            let Some(disk) = work.disk.as_mut() else {
                return;
            };
            if *editor.places() != disk.places {
                return;
            }
            editor.take_places(&theirs);
            // A tool at work keeps them from being taken.
            if *editor.places() == theirs {
                disk.shown = editor.shown_places();
                disk.places = theirs;
            }
        });
    });
}

/// Whether a save is under way.
pub(crate) fn is_busy() -> bool {
    WORK.with_borrow(|work| work.busy)
}

/// The editor may have changed: what is not on disk yet is written when nothing changes for a moment.
pub(crate) fn notice(app: App) {
    if !is_unsaved(app) {
        stop_timer();
        if !is_busy() {
            say(app, Saving::Saved);
        }
        return;
    }
    let decided = app
        .saving
        .with_untracked(|saving| *saving != Saving::Undecided);
    if !decided {
        return;
    }
    if !is_busy() {
        say(app, Saving::Unsaved);
    }
    stop_timer();
    match set_timeout_with_handle(move || start(app), QUIET) {
        Ok(timer) => WORK.with_borrow_mut(|work| work.timer = Some(timer)),
        // A page without timers writes at once.
        Err(_) => start(app),
    }
}

/// Writes what is not on disk yet because the window is left, unless people have to decide first.
pub(crate) fn on_leaving(app: App) {
    if is_unsaved(app)
        && app
            .saving
            .with_untracked(|saving| *saving != Saving::Undecided)
    {
        start(app);
    }
}

/// Writes what is not on disk yet, in the background.
pub(crate) fn start(app: App) {
    spawn_local(async move {
        now(app).await;
    });
}

/// Writes what is not on disk yet; whether the disk holds now what the window shows.
pub(crate) async fn now(app: App) -> bool {
    stop_timer();
    let mut conflicts = 0;
    loop {
        idle().await;
        let Some((request, places, shown)) = request(app) else {
            say(app, Saving::Saved);
            return true;
        };
        WORK.with_borrow_mut(|work| work.busy = true);
        say(app, Saving::AtWork);
        let (path, text) = (request.path.clone(), request.text.clone());
        let answer = ipc::call(request).await;
        let is_same = WORK.with_borrow_mut(|work| {
            work.busy = false;
            work.waiting.drain(..).for_each(Waker::wake);
            work.disk.as_ref().is_some_and(|disk| disk.path == path)
        });
        if !is_same {
            return answer.is_ok();
        }
        match answer {
            Ok(SaveReply::Saved { revision }) => {
                WORK.with_borrow_mut(|work| {
                    work.disk = Some(Disk {
                        path,
                        revision,
                        text,
                        places,
                        shown,
                    });
                });
                if !is_unsaved(app) {
                    outside::look_at_disk(app);
                    crate::picture::keep(app);
                }
            }
            Ok(SaveReply::Conflict { text, revision }) => {
                conflicts += 1;
                if conflicts > MOST_CONFLICTS {
                    say(app, Saving::Failed(restless()));
                    return false;
                }
                if !outside::take(app, text, revision) {
                    return false;
                }
            }
            Err(error) => {
                app.say(words::not_saved(&error.message));
                say(app, Saving::Failed(error));
                return false;
            }
        }
    }
}

/// What has to be written, the places in it, and where all cards stand; `None` when nothing has.
fn request(app: App) -> Option<(SaveProject, Places, Places)> {
    let disk = disk()?;
    editing::look(app, |editor| {
        let moved = *editor.places() != disk.places;
        if editor.text() == disk.text && !moved {
            return None;
        }
        let request = SaveProject {
            path: disk.path.clone(),
            base: disk.revision.clone(),
            text: editor.text().to_owned(),
            layout: moved.then(|| {
                let change = editor.places().since(&disk.places, &disk.shown);
                LayoutChange {
                    put: views(&change.put),
                    keep: views(&change.kept),
                    free: change.freed,
                }
            }),
        };
        Some((request, editor.places().clone(), editor.shown_places()))
    })?
}

fn views(places: &Places) -> BTreeMap<String, PlaceView> {
    let view = |place: Place| PlaceView {
        x: place.x,
        y: place.y,
    };
    let named = places
        .iter()
        .map(|(name, place)| (name.to_owned(), view(place)));
    named.collect()
}

/// Whether the window shows more than the disk holds.
pub(crate) fn is_unsaved(app: App) -> bool {
    WORK.with_borrow(|work| {
        let Some(disk) = work.disk.as_ref() else {
            return false;
        };
        editing::look(app, |editor| {
            editor.text() != disk.text || *editor.places() != disk.places
        })
        .unwrap_or_default()
    })
}

fn say(app: App, saving: Saving) {
    if app.saving.with_untracked(|now| *now != saving) {
        app.saving.set(saving);
    }
}

fn stop_timer() {
    WORK.with_borrow_mut(|work| {
        if let Some(timer) = work.timer.take() {
            timer.clear();
        }
    });
}

/// Waits until no save is under way.
async fn idle() {
    poll_fn(|context| {
        WORK.with_borrow_mut(|work| {
            if work.busy {
                work.waiting.push(context.waker().clone());
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
    })
    .await;
}

fn restless() -> ApiError {
    ApiError::new(ErrorCode::Storage, words::RESTLESS_FILE).with_hint(words::RESTLESS_FILE_HINT)
}
