//! What the page tells of an element while it is shown.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// Ends with the owner under which it was made.
#[derive(Clone, Copy)]
pub(crate) struct Watched(StoredValue<Vec<Box<dyn FnOnce()>>, LocalStorage>);

impl Default for Watched {
    fn default() -> Self {
        let ends = StoredValue::new_local(Vec::<Box<dyn FnOnce()>>::new());
        on_cleanup(move || {
            let ends = ends.try_update_value(std::mem::take).unwrap_or_default();
            for end in ends {
                end();
            }
        });
        Self(ends)
    }
}

impl Watched {
    /// Tells when the element's size changes.
    pub(crate) fn size(self, element: &web_sys::Element, tell: impl FnMut() + 'static) {
        let closure = Closure::<dyn FnMut()>::new(tell);
        match web_sys::ResizeObserver::new(closure.as_ref().unchecked_ref()) {
            Ok(observer) => {
                observer.observe(element);
                self.at_end(move || {
                    observer.disconnect();
                    drop(closure);
                });
            }
            Err(error) => leptos::logging::error!("a size can't be watched: {error:?}"),
        }
    }

    /// Tells when what the element holds is scrolled.
    pub(crate) fn scrolling(self, element: &web_sys::Element, tell: impl FnMut() + 'static) {
        let closure = Closure::<dyn FnMut()>::new(tell);
        let told: &js_sys::Function = closure.as_ref().unchecked_ref();
        match element.add_event_listener_with_callback("scroll", told) {
            Ok(()) => {
                let element = element.clone();
                self.at_end(move || {
                    let told: &js_sys::Function = closure.as_ref().unchecked_ref();
                    // An element lets go of whom it knows.
                    let _ = element.remove_event_listener_with_callback("scroll", told);
                });
            }
            Err(error) => leptos::logging::error!("scrolling can't be watched: {error:?}"),
        }
    }

    fn at_end(self, end: impl FnOnce() + 'static) {
        self.0.update_value(|ends| ends.push(Box::new(end)));
    }
}
