//! The container engine of this computer: which one it is, and whether it can be used.

use std::io;
use std::time::Duration;

use bollard::errors::Error as BollardError;
use slipway_engine::port::{Engine, ImageError, ImageErrorKind};
use tokio::sync::Mutex;

use crate::discover::{Candidate, DiscoverError, Surroundings};
use crate::endpoint::{Endpoint, EndpointError};
use crate::pack::ContextLimits;
use crate::wire::Wire;

/// How long an engine may take to say who it is.
const PROBE: Duration = Duration::from_secs(3);

/// Oldest API that is tried: Docker 19.03, the first whose BuildKit is usable through it.
const OLDEST_API: (u32, u32) = (1, 40);

/// Docker, or what speaks its API. Looks for the engine when it is first needed, and again after
/// it was not there.
#[derive(Debug)]
pub struct DockerEngine {
    surroundings: Surroundings,
    pub(crate) limits: ContextLimits,
    found: Mutex<Option<Found>>,
}

/// An engine that answered.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) endpoint: Endpoint,
    pub(crate) engine: Engine,
    pub(crate) has_buildkit: bool,
}

/// Why there is no engine to work with.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Docker's own settings are wrong.
    #[error("no container engine can be chosen: {0}")]
    Settings(#[from] DiscoverError),
    /// No socket exists where engines usually have one.
    #[error("no container engine was found: none listens where engines usually do")]
    None,
    /// The socket is there and may not be opened.
    #[error(
        "the container engine at {endpoint} (found by {found_by}) cannot be used: permission denied"
    )]
    Denied {
        /// Its address.
        endpoint: Endpoint,
        /// How it was found.
        found_by: String,
    },
    /// Nothing answers there.
    #[error("the container engine at {endpoint} (found by {found_by}) does not answer: {reason}")]
    Silent {
        /// Its address.
        endpoint: Endpoint,
        /// How it was found.
        found_by: String,
        /// `it is not running` and the like.
        reason: String,
    },
    /// It is older than anything that was tried.
    #[error("{product} {version} is too old: it speaks API {api}, and 1.40 is needed")]
    TooOld {
        /// `Docker Engine` and the like.
        product: String,
        /// Of the engine.
        version: String,
        /// Of its API.
        api: String,
    },
    /// It runs no Linux containers.
    #[error("{product} runs containers for {os}: Linux containers are needed")]
    NotLinux {
        /// `Docker Desktop` and the like.
        product: String,
        /// `windows`.
        os: String,
    },
    /// It went away, or broke off.
    #[error("{during} failed: the container engine broke off: {reason}")]
    Lost {
        /// What was being done.
        during: &'static str,
        /// Why.
        reason: String,
    },
}

impl EngineError {
    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::Settings(DiscoverError::Endpoint { error: EndpointError::Ssh | EndpointError::Tls, .. }) => {
                "Choose an engine of this computer: unset DOCKER_HOST and run `docker context use default`, or forward its socket.".into()
            }
            Self::Settings(DiscoverError::NoContext { .. }) => {
                "List the contexts with `docker context ls`, and choose one with `docker context use`.".into()
            }
            Self::Settings(_) => "Correct it, or remove it to use the default.".into(),
            Self::None => "Install Docker (https://docs.docker.com/engine/install/), Podman, Colima or OrbStack, and start it; or set DOCKER_HOST to the socket of one that runs.".into(),
            Self::Denied { .. } => "Add yourself to the group that owns the socket, `sudo usermod -aG docker $USER`, then log out and in again; or use rootless Docker.".into(),
            Self::Silent { .. } => "Start it: `sudo systemctl start docker`, or open Docker Desktop, or `colima start`, or `podman machine start`.".into(),
            Self::TooOld { .. } => "Update it to Docker 20.10 or newer.".into(),
            Self::NotLinux { .. } => "Switch it to Linux containers.".into(),
            Self::Lost { .. } => "Check that the engine still runs and has disk space, then try again.".into(),
        }
    }
}

impl From<EngineError> for ImageError {
    fn from(error: EngineError) -> Self {
        Self {
            kind: ImageErrorKind::Engine,
            message: error.to_string(),
            hint: Some(error.hint()),
            log_tail: Vec::new(),
        }
    }
}

impl Default for DockerEngine {
    fn default() -> Self {
        Self::new(Surroundings::of_process(), ContextLimits::default())
    }
}

impl DockerEngine {
    /// An engine that is looked for in the given surroundings.
    pub fn new(surroundings: Surroundings, limits: ContextLimits) -> Self {
        Self {
            surroundings,
            limits,
            found: Mutex::new(None),
        }
    }

    /// The engine found before, or the one found now.
    pub(crate) async fn found(&self) -> Result<Found, EngineError> {
        let mut known = self.found.lock().await;
        if let Some(found) = &*known {
            return Ok(found.clone());
        }
        let found = self.look().await?;
        *known = Some(found.clone());
        Ok(found)
    }

    /// Looks for the engine anew, so that one that was started or stopped since is noticed.
    pub(crate) async fn look_again(&self) -> Result<Found, EngineError> {
        *self.found.lock().await = None;
        self.found().await
    }

    async fn look(&self) -> Result<Found, EngineError> {
        let surroundings = self.surroundings.clone();
        let candidates = tokio::task::spawn_blocking(move || surroundings.candidates())
            .await
            .expect("looking for sockets does not panic")?;
        let mut first = None;
        for candidate in candidates {
            match probe(&candidate).await {
                Ok(found) => return Ok(found),
                Err(error) if candidate.is_explicit => return Err(error),
                Err(error) => {
                    tracing::debug!(%error, "an engine is passed over");
                    first.get_or_insert(error);
                }
            }
        }
        Err(first.unwrap_or(EngineError::None))
    }
}

async fn probe(candidate: &Candidate) -> Result<Found, EngineError> {
    let (wire, _cutter) = Wire::new(candidate.endpoint.clone());
    let version = async {
        // bollard's own limit is the later one, so that there is one message.
        let docker = wire.bollard(2 * PROBE)?.negotiate_version().await?;
        docker.version().await
    };
    let version = match tokio::time::timeout(PROBE, version).await {
        Ok(Ok(version)) => version,
        Ok(Err(error)) => return Err(unreachable(candidate, &error)),
        Err(_) => {
            return Err(silent(
                candidate,
                "it is there and says nothing for 3 seconds",
            ));
        }
    };
    let names = version
        .components
        .iter()
        .flatten()
        .map(|component| component.name.as_str())
        .collect::<Vec<_>>();
    let is_podman = names.iter().any(|name| name.contains("Podman"));
    let platform_name = version
        .platform
        .as_ref()
        .map_or("", |platform| platform.name.as_str());
    let product = if is_podman {
        "Podman"
    } else if platform_name.contains("Docker Desktop") {
        "Docker Desktop"
    } else {
        candidate.product.unwrap_or("Docker Engine")
    };
    let os = version.os.unwrap_or_default();
    let api_version = version.api_version.unwrap_or_default();
    let engine = Engine {
        product: product.to_owned(),
        version: version.version.unwrap_or_default(),
        platform: format!("{os}/{}", version.arch.unwrap_or_default()),
        api_version,
        found_by: candidate.found_by.clone(),
        endpoint: candidate.endpoint.to_string(),
    };
    if os != "linux" {
        return Err(EngineError::NotLinux {
            product: engine.product,
            os,
        });
    }
    if is_too_old(&engine.api_version) {
        return Err(EngineError::TooOld {
            product: engine.product,
            version: engine.version,
            api: engine.api_version,
        });
    }
    Ok(Found {
        endpoint: candidate.endpoint.clone(),
        // Podman takes the request and builds with Buildah, answering as the classic builder does.
        has_buildkit: !is_podman,
        engine,
    })
}

fn is_too_old(api: &str) -> bool {
    let mut numbers = api.split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) < OLDEST_API,
        _ => true,
    }
}

fn silent(candidate: &Candidate, reason: &str) -> EngineError {
    EngineError::Silent {
        endpoint: candidate.endpoint.clone(),
        found_by: candidate.found_by.clone(),
        reason: reason.to_owned(),
    }
}

fn unreachable(candidate: &Candidate, error: &BollardError) -> EngineError {
    let BollardError::IOError { err } = error else {
        return silent(candidate, &error.to_string());
    };
    match err.kind() {
        io::ErrorKind::PermissionDenied => EngineError::Denied {
            endpoint: candidate.endpoint.clone(),
            found_by: candidate.found_by.clone(),
        },
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
            silent(candidate, "it is not running")
        }
        _ => silent(candidate, &err.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_versions_are_compared_by_number() {
        assert!(is_too_old("1.9"));
        assert!(is_too_old("1.39"));
        assert!(is_too_old(""));
        assert!(!is_too_old("1.40"));
        assert!(!is_too_old("1.53"));
        assert!(!is_too_old("2.0"));
    }
}
