//! Free TCP ports.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// A port that was free a moment ago, on loopback. Another process can take it meanwhile: whoever starts a
/// service on it must be ready to try again.
pub(crate) fn free() -> io::Result<u16> {
    // Every interface, since a service may bind them all.
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)))?;
    Ok(listener.local_addr()?.port())
}
