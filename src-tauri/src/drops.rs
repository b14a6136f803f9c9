//! Folders and files that people drop on the window.

use slipway_protocol::Dropped;
use std::sync::{Mutex, PoisonError};
use tauri::ipc::Channel;
use tauri::{AppHandle, DragDropEvent, Manager, Runtime, WebviewWindow, WindowEvent};

/// Where the webview hears of drops, once it has asked.
#[derive(Default)]
pub(crate) struct Drops(Mutex<Option<Channel<Dropped>>>);

impl Drops {
    /// From now on this channel is told, in place of an earlier one of a page that is gone.
    pub(crate) fn follow<R: Runtime>(handle: &AppHandle<R>, channel: Channel<Dropped>) {
        handle.manage(Self::default());
        let drops = handle.state::<Self>();
        *drops.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(channel);
    }

    fn tell(&self, path: String) {
        let channel = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = channel.as_ref()
            && let Err(error) = channel.send(Dropped { path })
        {
            tracing::warn!("a drop could not be told: {error}");
        }
    }
}

/// Tells the webview of the first thing of each drop: a design has one project.
pub(crate) fn watch(window: &WebviewWindow) {
    let handle = window.app_handle().clone();
    window.on_window_event(move |event| {
        if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event
            && let Some(path) = paths.first()
            && let Some(drops) = handle.try_state::<Drops>()
        {
            drops.tell(path.display().to_string());
        }
    });
}
