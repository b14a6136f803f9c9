//! Where the parts of a bed listen.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{BedError, During};

/// The addresses of a running bed. URLs have no trailing slash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// The recording proxy: the value for `SLIPWAY_ENDPOINT`.
    pub endpoint: String,
    /// `localhost:PORT` of the registry, through the proxy: the value for `SLIPWAY_REGISTRY`.
    pub registry: String,
    /// MiniStack itself, past the proxy. API URLs (`{apiId}.execute-api.localhost:PORT`) carry its port.
    pub ministack: String,
    /// The proxy's control endpoint, for tests in other processes.
    pub control: String,
    /// The engine, as `DOCKER_HOST` spells it.
    pub docker_host: String,
    /// How the engine was found, for people.
    pub docker_origin: String,
    /// moto, when it was asked for.
    pub moto: Option<String>,
    /// `localhost:PORT` of the plain registry, when it was asked for.
    pub plain_registry: Option<String>,
}

impl Endpoints {
    /// The variables that point the product at this bed.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("SLIPWAY_ENDPOINT", self.endpoint.clone()),
            ("SLIPWAY_REGISTRY", self.registry.clone()),
            ("DOCKER_HOST", self.docker_host.clone()),
        ]
    }
}

/// What a bed that was left running writes down, so that others find it and stop it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BedRecord {
    /// The process that runs the bed. Stopping it stops everything.
    pub pid: u32,
    /// The bed's services, `(name, process id)`.
    pub services: Vec<(String, u32)>,
    /// The bed's own folder: logs and data.
    pub folder: PathBuf,
    /// Where it listens.
    pub endpoints: Endpoints,
}

impl BedRecord {
    /// Reads a record.
    ///
    /// # Errors
    /// [`BedError::Io`] when the file cannot be read, [`BedError::Record`] when it is something else.
    pub fn read(path: &Path) -> Result<Self, BedError> {
        let text =
            std::fs::read_to_string(path).during(|| format!("reading {}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| BedError::Record {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }

    /// Writes the record; a reader sees the whole of it or nothing.
    ///
    /// # Errors
    /// [`BedError::Io`].
    pub fn write(&self, path: &Path) -> Result<(), BedError> {
        let draft = path.with_extension("draft");
        let text = serde_json::to_string_pretty(self).expect("a record is plain text and numbers");
        std::fs::write(&draft, text).during(|| format!("writing {}", draft.display()))?;
        std::fs::rename(&draft, path).during(|| format!("writing {}", path.display()))
    }
}
