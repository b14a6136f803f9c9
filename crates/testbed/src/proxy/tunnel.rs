//! Connections that stop being HTTP: a WebSocket is joined to the one behind, byte by byte.

use std::sync::{Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::header::{HeaderMap, UPGRADE};
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// The tunnels that are open.
#[derive(Debug, Default)]
pub(super) struct Tunnels(Mutex<JoinSet<()>>);

/// Whether the client asks for a WebSocket.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    headers
        .get(UPGRADE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
}

impl Tunnels {
    /// Passes the request on as it is. When the other side agrees, both connections are joined until
    /// one of them ends; `client` is the client's.
    ///
    /// # Errors
    /// A text when the other side cannot be reached.
    pub(super) async fn open(
        &self,
        authority: &str,
        request: Request<super::forward::Body>,
        client: OnUpgrade,
    ) -> Result<Response<Incoming>, String> {
        let stream = TcpStream::connect(authority)
            .await
            .map_err(|error| format!("the emulated AWS cannot be reached: {error}"))?;
        let broken = |error: hyper::Error| format!("the emulated AWS broke off: {error}");
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        self.spawn(async move {
            // A connection that ends badly is seen by whoever waits for its answer.
            connection.with_upgrades().await.ok();
        });
        let mut response = sender.send_request(request).await.map_err(broken)?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let behind = hyper::upgrade::on(&mut response);
            self.spawn(async move {
                let (Ok(client), Ok(behind)) = (client.await, behind.await) else {
                    return;
                };
                // Either side may end it in any way.
                tokio::io::copy_bidirectional(&mut TokioIo::new(client), &mut TokioIo::new(behind))
                    .await
                    .ok();
            });
        }
        Ok(response)
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Reaped as they end, so that the set does not grow.
        while open.try_join_next().is_some() {}
        open.spawn(task);
    }

    /// Breaks all of them off.
    pub(super) fn close(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }
}
