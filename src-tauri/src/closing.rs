//! The end of the window: what was drawn is saved first, and a run goes on without its window.

use crate::page::{Page, lock};
use crate::shell::{WINDOW, notify};
use slipway_app::App;
use slipway_protocol::{ApiError, ErrorCode, WindowEvent};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogButtons, MessageDialogKind};
use tokio::sync::oneshot;

/// So long the webview may take to save before people are asked whether to wait; the page of a debug
/// build is many times as slow.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 8 });

/// Whether the window may go. One per process.
#[derive(Default)]
pub struct Closing {
    question: Mutex<Question>,
    /// The window was closed while a run was at work, and was not brought back.
    is_hidden: AtomicBool,
    /// The program was started again after the window was asked to close.
    is_wanted: AtomicBool,
}

#[derive(Default)]
enum Question {
    /// Nobody asked the window to close.
    #[default]
    None,
    Asked(oneshot::Sender<bool>),
    /// The webview keeps the window, and asks people whether it may go.
    Kept,
}

impl Closing {
    /// Whether a webview was asked and has not answered.
    pub(crate) fn is_open(&self) -> bool {
        matches!(*lock(&self.question), Question::Asked(_))
    }

    /// The window is there again, and stays if it was about to go.
    pub(crate) fn is_shown(&self) {
        self.is_hidden.store(false, Ordering::SeqCst);
        self.is_wanted.store(true, Ordering::SeqCst);
    }

    /// Asks the webview; without one that listens the answer is yes. `None` while it is asked already.
    fn ask(&self, page: &Page) -> Option<oneshot::Receiver<bool>> {
        let mut question = lock(&self.question);
        if matches!(*question, Question::Asked(_)) {
            return None;
        }
        self.is_wanted.store(false, Ordering::SeqCst);
        let (answer, answered) = oneshot::channel();
        if page.hears(WindowEvent::CloseAsked) {
            *question = Question::Asked(answer);
        } else {
            // The other end is in this function.
            answer.send(true).ok();
        }
        Some(answered)
    }

    /// Takes the webview's answer; whether the window goes by it now and nobody waits for it.
    fn answered(&self, close: bool) -> Result<bool, ApiError> {
        let mut question = lock(&self.question);
        match std::mem::take(&mut *question) {
            Question::Asked(answer) => {
                if !close {
                    *question = Question::Kept;
                }
                // Whoever asked may have been told to wait no longer.
                Ok(answer.send(close).is_err() && close)
            }
            Question::Kept if close => Ok(true),
            Question::Kept => {
                *question = Question::Kept;
                Ok(false)
            }
            Question::None => Err(ApiError::new(
                ErrorCode::Argument,
                "The window was not closed: nobody asked it to",
            )),
        }
    }
}

/// The window was asked to close: it goes once the webview has saved.
pub(crate) fn ask<R: Runtime>(handle: &AppHandle<R>) {
    let handle = handle.clone();
    tauri::async_runtime::spawn(async move {
        let Some(mut answer) = handle.state::<Closing>().ask(&handle.state::<Page>()) else {
            return;
        };
        let goes = loop {
            if let Ok(answered) = tokio::time::timeout(PATIENCE, &mut answer).await {
                break answered;
            }
            tracing::warn!("the webview does not say whether everything is saved");
            let question = give_up(&handle);
            tokio::pin!(question);
            tokio::select! {
                answered = &mut answer => {
                    // The question can't be taken back. It goes with the process, unless a run keeps that.
                    let stays = handle.state::<Arc<App>>().is_busy();
                    if stays {
                        question.await;
                    }
                    break answered;
                }
                gives_up = &mut question => if gives_up { break Ok(true) },
            }
        };
        // A question that nobody holds any more is no reason to close.
        if goes == Ok(true) {
            leave(&handle);
        }
    });
}

/// The webview's answer.
pub(crate) fn answer<R: Runtime>(handle: &AppHandle<R>, close: bool) -> Result<(), ApiError> {
    if handle.state::<Closing>().answered(close)? {
        leave(handle);
    }
    Ok(())
}

/// Asks people whether to close a window that does not answer.
async fn give_up<R: Runtime>(handle: &AppHandle<R>) -> bool {
    let (choose, chosen) = oneshot::channel();
    handle
        .dialog()
        .message("What was changed last may not be saved: the window does not answer.")
        .title("Slipway")
        .kind(MessageDialogKind::Warning)
        .buttons(MessageDialogButtons::OkCancelCustom(
            "Close without saving".to_owned(),
            "Wait".to_owned(),
        ))
        .show(move |closes| {
            // The webview may have answered meanwhile.
            choose.send(closes).ok();
        });
    chosen.await.unwrap_or(false)
}

/// Closes the window and with it the process. While a run is at work the window is only hidden,
/// and the process ends with the run unless the window was opened again.
fn leave<R: Runtime>(handle: &AppHandle<R>) {
    let app = handle.state::<Arc<App>>().inner().clone();
    let Some(window) = handle.get_webview_window(WINDOW) else {
        return;
    };
    if !app.is_busy() {
        go(handle, |closing| closing.is_wanted.load(Ordering::SeqCst));
        return;
    }
    let closing = handle.state::<Closing>();
    closing.is_hidden.store(true, Ordering::SeqCst);
    if let Err(error) = window.hide() {
        tracing::warn!("the window could not be hidden: {error}");
    }
    notify(
        handle,
        "Slipway goes on",
        "The run goes on without its window. Start Slipway again to see it.",
    );
    let handle = handle.clone();
    tauri::async_runtime::spawn(async move {
        app.settled().await;
        if handle.state::<Closing>().is_hidden.load(Ordering::SeqCst) {
            notify(
                &handle,
                "Slipway has ended",
                "The run is over. Start Slipway again to see how it went.",
            );
            go(&handle, |closing| !closing.is_hidden.load(Ordering::SeqCst));
        }
    });
}

/// Ends the process with its window. From here on a start is one of its own: it would hand over to
/// a process that is about to end. One that has handed over before keeps the window.
fn go<R: Runtime>(handle: &AppHandle<R>, is_wanted: fn(&Closing) -> bool) {
    let asked = handle.clone();
    // What lets go of the name by which a second start finds this one waits for the bus.
    let gone = handle.run_on_main_thread(move || {
        if is_wanted(&asked.state::<Closing>()) {
            tracing::info!("the window stays: the program was started again");
            return;
        }
        tauri_plugin_single_instance::destroy(&asked);
        asked.exit(0);
    });
    if let Err(error) = gone {
        tracing::warn!("the window could not be closed: {error}");
    }
}
