//! The recording fault proxy: what stands between the product and the emulated AWS.
//!
//! Every request to an AWS service or to the registry becomes a [`Call`]; each AWS request is checked against
//! the service's model and its signature's scope, and what AWS would refuse becomes a [`Violation`]. A
//! [`Fault`] changes what happens to a matching call. Requests to a deployed API (`execute-api`) are passed
//! through and recorded, but belong to no model; a WebSocket of one is joined and not looked into.

mod call;
mod control;
mod fault;
mod forward;
mod incoming;
mod registry;
mod signature;
#[cfg(test)]
mod tests;
mod tunnel;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use call::{Call, Violation};
pub use fault::{Fault, FaultEffect, FaultLimit};

use crate::error::BedError;
use crate::model::Models;

/// Where the proxy passes requests on to, on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    authority: String,
}

impl Upstream {
    /// Takes `http://HOST:PORT`.
    ///
    /// # Errors
    /// [`BedError::Command`] for anything else.
    pub fn parse(url: &str) -> Result<Self, BedError> {
        match url
            .strip_prefix("http://")
            .map(|rest| rest.trim_end_matches('/'))
        {
            Some(authority) if !authority.is_empty() && !authority.contains('/') => Ok(Self {
                authority: authority.to_owned(),
            }),
            _ => Err(BedError::Command {
                what: "reading the proxy's upstream".to_owned(),
                output: format!("{url} is not http://HOST:PORT"),
            }),
        }
    }
}

/// How to start a proxy.
#[derive(Debug)]
pub struct ProxyOptions {
    /// Where requests go.
    pub upstream: Upstream,
    /// The port to listen on, a free one when `None`.
    pub port: Option<u16>,
    /// What to validate against; without it requests are recorded and not checked.
    pub models: Option<Models>,
}

/// A running proxy. Dropping it closes its ports.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    control: u16,
    shared: Arc<forward::Shared>,
    ended: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Proxy {
    /// Opens the proxy's port and its control port, both on loopback only.
    ///
    /// # Errors
    /// When a port cannot be opened.
    pub async fn start(options: ProxyOptions) -> io::Result<Self> {
        let shared = Arc::new(forward::Shared::new(options.upstream, options.models));
        let (ended, end) = watch::channel(false);
        let (port, listeners) = loopback(options.port.unwrap_or(0)).await?;
        let (control, control_listeners) = loopback(0).await?;
        let mut tasks = Vec::new();
        for listener in listeners {
            tasks.push(tokio::spawn(incoming::accept(
                listener,
                Arc::clone(&shared),
                end.clone(),
            )));
        }
        for listener in control_listeners {
            tasks.push(tokio::spawn(control::accept(
                listener,
                Arc::clone(&shared),
                end.clone(),
            )));
        }
        Ok(Self {
            port,
            control,
            shared,
            ended,
            tasks,
        })
    }

    /// The port of the proxy.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `http://localhost:PORT` of the proxy.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// `http://localhost:PORT` of the control endpoint: `GET` and `DELETE /calls`, `GET /violations`,
    /// `POST` and `DELETE /faults`.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("http://localhost:{}", self.control)
    }

    /// Every finished call since the start or the last [`Proxy::clear`], in the order of their beginning.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.ledger.calls()
    }

    /// The calls that could change something.
    #[must_use]
    pub fn mutating_calls(&self) -> Vec<Call> {
        self.calls()
            .into_iter()
            .filter(|call| call.mutating)
            .collect()
    }

    /// The calls that only looked.
    #[must_use]
    pub fn reading_calls(&self) -> Vec<Call> {
        self.calls()
            .into_iter()
            .filter(|call| !call.mutating)
            .collect()
    }

    /// Every violation since the start. [`Proxy::clear`] keeps them: one is enough to fail a run.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.ledger.violations()
    }

    /// Forgets the calls so far.
    pub fn clear(&self) {
        self.shared.ledger.clear();
    }

    /// Forgets the violations so far: for a test that provokes some.
    pub fn clear_violations(&self) {
        self.shared.ledger.clear_violations();
    }

    /// Adds a fault. Faults are tried in the order in which they were added; the first that fits is used.
    pub fn inject(&self, fault: Fault) {
        self.shared.faults.add(fault);
    }

    /// Whether every fault that is for a number of calls has met them, also those that are not answered yet.
    #[must_use]
    pub fn faults_are_met(&self) -> bool {
        self.shared.faults.are_met()
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// From now on a request signed for another region is a violation.
    pub fn expect_region(&self, region: &str) {
        self.shared.expect_region(region);
    }

    /// Closes the ports and waits until nothing of the proxy runs any more.
    pub async fn stop(mut self) {
        self.ended.send_replace(true);
        self.shared.tunnels.close();
        for task in std::mem::take(&mut self.tasks) {
            // A task that panicked has ended as well.
            task.await.ok();
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.send_replace(true);
        self.shared.tunnels.close();
    }
}

/// Listens on both loopback addresses under one port, on IPv4 alone where there is no IPv6.
async fn loopback(port: u16) -> io::Result<(u16, Vec<TcpListener>)> {
    let four = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    let port = four.local_addr()?.port();
    let six = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await;
    Ok((port, [Some(four), six.ok()].into_iter().flatten().collect()))
}
