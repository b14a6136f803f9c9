//! What happens when the program itself breaks: people read it, and the log gets it.

use crate::ipc;
use std::panic::PanicHookInfo;

/// Shows a panic in the page and reports it, in place of a window that is silently dead.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        show(panic);
        ipc::report_fault(&panic.to_string());
    }));
}

fn show(panic: &PanicHookInfo<'_>) {
    // The page is what is left; where even that is not as expected there is nothing to show it on.
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    if let Some(text) = document.get_element_by_id("fault-text") {
        text.set_text_content(Some(&panic.to_string()));
    }
    if let Some(overlay) = document.get_element_by_id("fault") {
        // An attribute that is not there is as removed as it can be.
        let _ = overlay.remove_attribute("hidden");
    }
}
