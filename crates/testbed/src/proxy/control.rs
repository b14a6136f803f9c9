//! The control endpoint: what tests in other processes see of the proxy and how they set faults.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::fault::Fault;
use super::forward::Shared;
use super::incoming::serve_plain;

pub(super) async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    mut end: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = end.wait_for(|ended| *ended) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let shared = Arc::clone(&shared);
                    connections.spawn(serve_plain(stream, move |request| answer(Arc::clone(&shared), request)));
                }
            }
        }
    }
    connections.shutdown().await;
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let json = request
        .headers()
        .get("content-type")
        .is_some_and(|value| value == "application/json");
    match (request.method().clone(), request.uri().path()) {
        (Method::GET, "/calls") => document(&shared.ledger.calls()),
        (Method::DELETE, "/calls") => {
            shared.ledger.clear();
            empty(StatusCode::NO_CONTENT)
        }
        (Method::GET, "/violations") => document(&shared.ledger.violations()),
        (Method::DELETE, "/violations") => {
            shared.ledger.clear_violations();
            empty(StatusCode::NO_CONTENT)
        }
        (Method::DELETE, "/faults") => {
            shared.faults.clear();
            empty(StatusCode::NO_CONTENT)
        }
        // A page in a browser cannot send this content type to another origin unasked.
        (Method::POST, "/faults") if !json => {
            text(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send application/json")
        }
        (Method::POST, "/faults") => match request.into_body().collect().await {
            Ok(body) => match serde_json::from_slice::<Fault>(&body.to_bytes()) {
                Ok(fault) => {
                    shared.faults.add(fault);
                    empty(StatusCode::NO_CONTENT)
                }
                Err(error) => text(StatusCode::BAD_REQUEST, &format!("not a fault: {error}")),
            },
            Err(error) => text(
                StatusCode::BAD_REQUEST,
                &format!("the body did not arrive: {error}"),
            ),
        },
        _ => text(
            StatusCode::NOT_FOUND,
            "GET or DELETE /calls, /violations; POST or DELETE /faults",
        ),
    }
}

fn document(value: &impl Serialize) -> Response<Full<Bytes>> {
    match serde_json::to_vec(value) {
        Ok(body) => {
            let mut response = Response::new(Full::from(body));
            response.headers_mut().insert(
                "content-type",
                hyper::header::HeaderValue::from_static("application/json"),
            );
            response
        }
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn text(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(format!("{text}\n")));
    *response.status_mut() = status;
    response
}

fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
