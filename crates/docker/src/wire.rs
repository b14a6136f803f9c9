//! HTTP to the engine, one connection for each request, all of which can be cut at once.
//!
//! bollard sends its requests through here too. Its BuildKit session would otherwise hold its
//! connection open after the build it belonged to is over or cancelled.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bollard::errors::Error as BollardError;
use hyper::body::{Body, Incoming};
use hyper::header::HOST;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::endpoint::Endpoint;

/// A way to one engine.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    pub(crate) endpoint: Endpoint,
    cut: CancellationToken,
}

/// Cuts the connections of its wire when it is dropped.
#[derive(Debug)]
pub(crate) struct Cutter(CancellationToken);

impl Drop for Cutter {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Wire {
    pub(crate) fn new(endpoint: Endpoint) -> (Self, Cutter) {
        let cut = CancellationToken::new();
        (
            Self {
                endpoint,
                cut: cut.clone(),
            },
            Cutter(cut),
        )
    }

    /// A client of bollard's that talks through this wire. `timeout` runs until the head of a
    /// response.
    pub(crate) fn bollard(
        &self,
        timeout: std::time::Duration,
    ) -> Result<bollard::Docker, BollardError> {
        let wire = self.clone();
        bollard::Docker::connect_with_custom_transport(
            move |request| {
                let wire = wire.clone();
                async move { wire.send(request).await }
            },
            Some("http://docker"),
            timeout.as_secs(),
            bollard::API_DEFAULT_VERSION,
        )
    }

    /// Sends a request; only path and query of its URI count.
    pub(crate) async fn send<B>(
        &self,
        request: Request<B>,
    ) -> Result<Response<Incoming>, BollardError>
    where
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let stream = TokioIo::new(Cuttable {
            stream: open(&self.endpoint).await?,
            cut: Box::pin(self.cut.clone().cancelled_owned()),
        });
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
        tokio::spawn(async move {
            // The request's own future and its body report what goes wrong here.
            if let Err(error) = connection.with_upgrades().await {
                tracing::debug!(%error, "a connection to the engine ended");
            }
        });
        let (mut parts, body) = request.into_parts();
        if let Some(path) = parts.uri.path_and_query() {
            parts.uri = path.as_str().parse()?;
        }
        parts
            .headers
            .entry(HOST)
            .or_insert(hyper::header::HeaderValue::from_static("docker"));
        Ok(sender
            .send_request(Request::from_parts(parts, body))
            .await?)
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn open(endpoint: &Endpoint) -> io::Result<Box<dyn Stream>> {
    match endpoint {
        #[cfg(unix)]
        Endpoint::Socket(path) => Ok(Box::new(tokio::net::UnixStream::connect(path).await?)),
        #[cfg(windows)]
        Endpoint::Pipe(name) => Ok(Box::new(
            tokio::net::windows::named_pipe::ClientOptions::new().open(name)?,
        )),
        Endpoint::Tcp(host) => Ok(Box::new(tokio::net::TcpStream::connect(host).await?)),
        #[cfg(not(unix))]
        Endpoint::Socket(_) => Err(io::ErrorKind::Unsupported.into()),
        #[cfg(not(windows))]
        Endpoint::Pipe(_) => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// A stream that fails once its wire is cut.
struct Cuttable {
    stream: Box<dyn Stream>,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Cuttable {
    fn poll_cut(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        match self.cut.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::ErrorKind::ConnectionAborted.into()),
            Poll::Pending => Ok(()),
        }
    }
}

impl AsyncRead for Cuttable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_cut(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_cut(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
