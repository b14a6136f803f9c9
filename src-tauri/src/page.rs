//! The page in the window, and what is asked of it from outside.

use slipway_protocol::WindowEvent;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tauri::ipc::Channel;

/// Whoever listens in the webview. One per process.
#[derive(Default)]
pub struct Page(Mutex<Ear>);

#[derive(Default)]
struct Ear {
    channel: Option<Channel<WindowEvent>>,
    /// What was asked while nobody listened; only the last of it holds.
    missed: Option<WindowEvent>,
}

impl Page {
    /// From now on this webview hears everything, also what was missed.
    pub(crate) fn listens(&self, channel: Channel<WindowEvent>) {
        let mut ear = lock(&self.0);
        if let Some(event) = ear.missed.take() {
            tell(&channel, event);
        }
        ear.channel = Some(channel);
    }

    /// Whether somebody listens; what they do is not known yet.
    pub(crate) fn hears(&self, event: WindowEvent) -> bool {
        let ear = lock(&self.0);
        ear.channel
            .as_ref()
            .is_some_and(|channel| tell(channel, event))
    }

    /// Asks now, or as soon as somebody listens.
    pub(crate) fn ask(&self, event: WindowEvent) {
        let mut ear = lock(&self.0);
        let is_told = ear
            .channel
            .as_ref()
            .is_some_and(|channel| tell(channel, event.clone()));
        if !is_told {
            ear.missed = Some(event);
        }
    }
}

fn tell(channel: &Channel<WindowEvent>, event: WindowEvent) -> bool {
    match channel.send(event) {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!("the webview can't be told what is asked of it: {error}");
            false
        }
    }
}

/// What is behind a lock stays true when somebody panicked with it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
