//! The transport of the desktop window: Tauri's global, called directly.

use super::{Answer, Subscription, Transport};
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["window", "__TAURI__", "core"], js_name = invoke, catch)]
    async fn invoke(name: &str, arguments: JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["window", "__TAURI__", "core"], js_name = invoke, catch)]
    fn invoke_at_once(name: &str, arguments: JsValue) -> Result<js_sys::Promise, JsValue>;

    /// An ordered stream from the backend, made for one call.
    #[wasm_bindgen(js_namespace = ["window", "__TAURI__", "core"])]
    type Channel;

    #[wasm_bindgen(constructor, js_namespace = ["window", "__TAURI__", "core"])]
    fn new() -> Channel;

    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &Channel, on_message: &JsValue);
}

/// Whether this page runs inside the desktop window.
pub(super) fn is_here() -> bool {
    Reflect::get(&js_sys::global(), &"__TAURI__".into()).is_ok_and(|found| found.is_object())
}

/// Calls go to `invoke(name, {request, channel})`.
pub(super) struct Tauri;

impl Transport for Tauri {
    fn call(&self, name: &'static str, request: JsValue) -> Answer {
        Box::pin(async move { invoke(name, arguments(&request, None)?).await })
    }

    fn tell(&self, name: &'static str, request: JsValue) {
        let sent = arguments(&request, None).and_then(|arguments| invoke_at_once(name, arguments));
        if let Err(error) = sent {
            leptos::logging::error!("`{name}` could not be sent: {error:?}");
        }
    }

    fn follow(
        &self,
        name: &'static str,
        request: JsValue,
        on_event: Box<dyn FnMut(JsValue)>,
    ) -> (Answer, Subscription) {
        let channel = Channel::new();
        let on_message = Closure::<dyn FnMut(JsValue)>::new(on_event);
        channel.set_onmessage(on_message.as_ref());
        let arguments = arguments(&request, Some(channel.as_ref()));
        let answer: Answer = Box::pin(async move { invoke(name, arguments?).await });
        let listener = Listener {
            channel,
            _on_message: on_message,
        };
        (answer, Subscription::holding(listener))
    }
}

/// The channel is a property of the argument object itself: serialising it would break it.
fn arguments(request: &JsValue, channel: Option<&JsValue>) -> Result<JsValue, JsValue> {
    let arguments = Object::new();
    Reflect::set(&arguments, &"request".into(), request)?;
    if let Some(channel) = channel {
        Reflect::set(&arguments, &"channel".into(), channel)?;
    }
    Ok(arguments.into())
}

/// Keeps the closure as long as somebody listens.
struct Listener {
    channel: Channel,
    _on_message: Closure<dyn FnMut(JsValue)>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The backend may still send: it must not call a closure that is gone.
        let nothing = Closure::<dyn FnMut(JsValue)>::new(|_| {}).into_js_value();
        self.channel.set_onmessage(&nothing);
    }
}
