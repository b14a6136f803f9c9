//! A page whose own process ends (a crash, no memory left) is loaded anew: the design is on disk,
//! and runs are in this process. Its address says what it showed.
//!
//! On Linux only: on macOS and Windows the web view shows what the system does by itself.

use tauri::WebviewWindow;

/// Loads the page anew whenever its process ends.
#[cfg(not(target_os = "linux"))]
pub(crate) fn watch(_: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

/// Loads the page anew whenever its process ends, until it ends again and again.
#[cfg(target_os = "linux")]
pub(crate) fn watch(window: &WebviewWindow) -> tauri::Result<()> {
    linux::watch(window)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::cell::RefCell;
    use std::collections::VecDeque;
    use std::time::{Duration, Instant};
    use tauri::{AppHandle, Manager as _, WebviewWindow};
    use tauri_plugin_dialog::{DialogExt as _, MessageDialogKind};
    use webkit2gtk::WebViewExt as _;

    /// So many ends within this time, and loading anew does not help.
    const TOO_OFTEN: (usize, Duration) = (4, Duration::from_secs(60));

    /// The page says so when it finds this at the end of its address: see the UI's `address`.
    const AFTER_END: &str = "&after-end";

    pub(super) fn watch(window: &WebviewWindow) -> tauri::Result<()> {
        let handle = window.app_handle().clone();
        window.with_webview(move |webview| {
            let ends = RefCell::new(Ends::default());
            webview
                .inner()
                .connect_web_process_terminated(move |view, reason| {
                    tracing::error!(?reason, "the process of the page ended");
                    if ends.borrow_mut().is_too_often(Instant::now()) {
                        say(&handle);
                    } else if let Some(address) = view.uri() {
                        view.load_uri(&marked(&address));
                    } else {
                        view.reload();
                    }
                });
        })
    }

    /// When the last ends were.
    #[derive(Debug, Default)]
    struct Ends(VecDeque<Instant>);

    impl Ends {
        /// Counts one more.
        fn is_too_often(&mut self, now: Instant) -> bool {
            self.0.push_back(now);
            if self.0.len() > TOO_OFTEN.0 {
                self.0.pop_front();
            }
            let first = self.0.front().copied().unwrap_or(now);
            self.0.len() == TOO_OFTEN.0 && now.duration_since(first) < TOO_OFTEN.1
        }
    }

    fn marked(address: &str) -> String {
        let address = address.strip_suffix(AFTER_END).unwrap_or(address);
        let hash = if address.contains('#') { "" } else { "#" };
        format!("{address}{hash}{AFTER_END}")
    }

    fn say(handle: &AppHandle) {
        handle
            .dialog()
            .message(
                "The window can't be shown: the process of its page ended again and again. \
                 What was saved is in your folder, and a run at work goes on. \
                 Close the window and start Slipway again; the log says more.",
            )
            .title("Slipway")
            .kind(MessageDialogKind::Error)
            .show(|_| {});
    }
}
