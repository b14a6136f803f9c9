//! Where an engine listens.

use std::fmt;
use std::path::PathBuf;

/// Where an engine listens, read from a URL such as `unix:///var/run/docker.sock`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A Unix socket.
    Socket(PathBuf),
    /// A named pipe of Windows, such as `\\.\pipe\docker_engine`.
    Pipe(String),
    /// Plain HTTP, `host:port`.
    Tcp(String),
}

/// A URL that names no engine Slipway can reach.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// `ssh://`.
    #[error("engines behind SSH are not supported yet")]
    Ssh,
    /// `https://`, or TLS asked for.
    #[error("engines behind TLS are not supported yet")]
    Tls,
    /// Something else.
    #[error("`{0}` is not the address of an engine")]
    Unknown(String),
}

impl Endpoint {
    /// Reads a URL as `DOCKER_HOST` and contexts have it.
    ///
    /// # Errors
    /// For a scheme that is unknown or not supported.
    pub fn parse(url: &str) -> Result<Self, EndpointError> {
        let unknown = || EndpointError::Unknown(url.to_owned());
        let (scheme, rest) = url.split_once("://").ok_or_else(unknown)?;
        let rest_of_host = rest.trim_end_matches('/');
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Self::Socket(rest.into())),
            "npipe" if !rest.is_empty() => Ok(Self::Pipe(rest.replace('/', "\\"))),
            "tcp" | "http" if !rest_of_host.is_empty() && !rest_of_host.contains('/') => {
                let has_port = rest_of_host
                    .rsplit_once(':')
                    .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
                Ok(Self::Tcp(if has_port {
                    rest_of_host.to_owned()
                } else {
                    format!("{rest_of_host}:2375")
                }))
            }
            "https" => Err(EndpointError::Tls),
            "ssh" => Err(EndpointError::Ssh),
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "unix://{}", path.display()),
            Self::Pipe(name) => write!(f, "npipe://{}", name.replace('\\', "/")),
            Self::Tcp(host) => write!(f, "tcp://{host}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("unix:///var/run/docker.sock", "unix:///var/run/docker.sock")]
    #[case("npipe:////./pipe/docker_engine", "npipe:////./pipe/docker_engine")]
    #[case("tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375")]
    #[case("tcp://host", "tcp://host:2375")]
    #[case("tcp://[::1]:2375/", "tcp://[::1]:2375")]
    #[case("http://host:80", "tcp://host:80")]
    fn an_address_is_read(#[case] url: &str, #[case] expect: &str) {
        assert_eq!(Endpoint::parse(url).unwrap().to_string(), expect);
    }

    #[rstest]
    #[case("ssh://me@host")]
    #[case("https://host:2376")]
    #[case("/var/run/docker.sock")]
    #[case("unix://relative")]
    #[case("tcp://")]
    #[case("tcp://host/path")]
    #[case("")]
    fn anything_else_is_refused(#[case] url: &str) {
        assert!(Endpoint::parse(url).is_err());
    }
}
