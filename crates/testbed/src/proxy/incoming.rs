//! Connections to the proxy.

use std::convert::Infallible;
use std::io;
use std::net::TcpStream as BlockingStream;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::forward::{Ending, Shared};

/// Why a connection is closed in place of an answer.
#[derive(Debug)]
struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection is closed on purpose")
    }
}

impl std::error::Error for Closed {}

/// Serves connections until `end` says true.
pub(super) async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    mut end: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = end.wait_for(|ended| *ended) => break,
            // Reaped as they end, so that the set does not grow.
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                // A connection that was gone before it was accepted concerns nobody.
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, Arc::clone(&shared)));
                }
            }
        }
    }
    connections.shutdown().await;
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let Ok((stream, handle)) = with_handle(stream) else {
        return;
    };
    let service = service_fn(move |request| {
        let (shared, handle) = (Arc::clone(&shared), Arc::clone(&handle));
        async move {
            // In a task of its own: a client that goes away does not take back what it asked for.
            let answered = tokio::spawn(shared.handle(request)).await;
            match answered {
                Ok(Ending::Answer(response)) => Ok(response),
                Ok(Ending::Reset) => {
                    reset_on_close(&handle);
                    Err(Closed)
                }
                Ok(Ending::Close) | Err(_) => Err(Closed),
            }
        }
    });
    // A connection that ends badly is either a fault on purpose or the client's own doing.
    http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await
        .ok();
}

/// The stream and a second handle on its socket.
fn with_handle(stream: TcpStream) -> io::Result<(TcpStream, Arc<BlockingStream>)> {
    stream.set_nodelay(true)?;
    let stream = stream.into_std()?;
    let handle = stream.try_clone()?;
    Ok((TcpStream::from_std(stream)?, Arc::new(handle)))
}

/// Makes closing the socket a reset in place of an orderly end.
fn reset_on_close(handle: &BlockingStream) {
    // Without it the fault is a plain close, which clients take alike.
    if let Ok(stream) = handle.try_clone().and_then(TcpStream::from_std) {
        stream.set_zero_linger().ok();
    }
}

/// Serves one kind of request that always has an answer.
pub(super) async fn serve_plain<F, B>(
    stream: TcpStream,
    answer: impl Fn(hyper::Request<hyper::body::Incoming>) -> F,
) where
    F: Future<Output = hyper::Response<B>>,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let service = service_fn(|request| {
        let answer = answer(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await
        .ok();
}
