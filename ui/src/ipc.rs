//! The only way to the backend: typed requests over one of two transports.

mod demo;
mod tauri;

use serde::Serialize;
use serde::de::DeserializeOwned;
use slipway_protocol::{ApiError, ErrorCode, ReportFault, Request, StreamingRequest};
use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// What a transport answers: the reply, or an [`ApiError`], as JavaScript values.
type Answer = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

/// Carries requests and replies as plain JavaScript values.
trait Transport {
    fn call(&self, name: &'static str, request: JsValue) -> Answer;
    /// Sends at once, waits for nothing: for the moment after which this program may be dead.
    fn tell(&self, name: &'static str, request: JsValue);
    /// Like `call`; `on_event` gets what is streamed until the subscription is dropped.
    fn follow(
        &self,
        name: &'static str,
        request: JsValue,
        on_event: Box<dyn FnMut(JsValue)>,
    ) -> (Answer, Subscription);
}

/// A stream of events; dropping it ends it.
pub struct Subscription {
    _kept: Box<dyn Any>,
}

impl Subscription {
    fn holding(kept: impl Any) -> Self {
        Self {
            _kept: Box::new(kept),
        }
    }
}

thread_local! {
    static TRANSPORT: Rc<dyn Transport> = if tauri::is_here() {
        Rc::new(tauri::Tauri)
    } else {
        Rc::new(demo::Demo::from_address())
    };
}

/// Whether there is no backend, only the built-in sample.
pub fn is_demo() -> bool {
    !tauri::is_here()
}

/// Asks the backend.
///
/// # Errors
/// The backend's own error, or `Internal` when what came back is not what was asked for.
pub async fn call<R: Request>(request: R) -> Result<R::Reply, ApiError> {
    let transport = TRANSPORT.with(Rc::clone);
    let answer = transport.call(R::NAME, to_js(&request)?).await;
    read_answer(answer)
}

/// Asks, and streams what follows to `on_event` until the subscription is dropped.
///
/// # Errors
/// As [`call`].
pub async fn follow<R: StreamingRequest>(
    request: R,
    mut on_event: impl FnMut(R::Event) + 'static,
) -> Result<(R::Reply, Subscription), ApiError> {
    let transport = TRANSPORT.with(Rc::clone);
    let (answer, subscription) = transport.follow(
        R::NAME,
        to_js(&request)?,
        Box::new(move |event| match from_js::<R::Event>(event) {
            Ok(event) => on_event(event),
            Err(error) => report_fault(&error.message),
        }),
    );
    Ok((read_answer(answer.await)?, subscription))
}

/// Sends a fault to the backend's log. It leaves before this returns: after a panic no future
/// of this program is sure to be polled again, and there is nobody to tell when it fails.
pub fn report_fault(message: &str) {
    let request = ReportFault {
        message: message.to_owned(),
    };
    match to_js(&request) {
        Ok(request) => TRANSPORT.with(|transport| transport.tell(ReportFault::NAME, request)),
        Err(error) => leptos::logging::error!("the fault could not be reported: {error}"),
    }
}

fn read_answer<T: DeserializeOwned>(answer: Result<JsValue, JsValue>) -> Result<T, ApiError> {
    match answer {
        Ok(reply) => from_js(reply),
        Err(error) => Err(from_js::<ApiError>(error.clone())
            // What is no error of ours is the transport's own text: an unknown command, a refused permission.
            .unwrap_or_else(|_| {
                let why = error.as_string().unwrap_or_else(|| format!("{error:?}"));
                internal(format!("The backend did not take the request: {why}"))
            })),
    }
}

fn to_js(value: &impl Serialize) -> Result<JsValue, ApiError> {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| internal(format!("A message could not be written: {error}")))
}

fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, ApiError> {
    serde_wasm_bindgen::from_value(value)
        .map_err(|error| internal(format!("A message could not be read: {error}")))
}

fn internal(message: String) -> ApiError {
    ApiError::new(ErrorCode::Internal, message)
        .with_hint("Reload the window; if it happens again, please report it")
}
