//! Which engine is meant, and where engines usually listen.
//!
//! The order is that of Docker's own client: `DOCKER_HOST`, `DOCKER_CONTEXT`, the current context
//! of `config.json`, the platform's default. Only when none of these is set are the sockets of
//! other products looked for.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::endpoint::{Endpoint, EndpointError};

/// What decides which engine is used, taken from the process once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `DOCKER_HOST`.
    pub docker_host: Option<String>,
    /// `DOCKER_CONTEXT`.
    pub docker_context: Option<String>,
    /// `DOCKER_CONFIG`, else `.docker` in the home folder.
    pub config: Option<PathBuf>,
    /// `DOCKER_TLS_VERIFY` is set.
    pub tls: bool,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime: Option<PathBuf>,
    /// The folder `/`, except in tests.
    pub system: PathBuf,
}

/// One engine that may be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) endpoint: Endpoint,
    /// How it was found, for people: `DOCKER_HOST`, `context colima`, a path.
    pub(crate) found_by: String,
    /// What listens there, as far as the place tells.
    pub(crate) product: Option<&'static str>,
    /// It was asked for by name: no other is tried in its place.
    pub(crate) is_explicit: bool,
}

/// Why what the settings say cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// A setting names an address that cannot be used.
    #[error("{setting} cannot be used: {error}")]
    Endpoint {
        /// `DOCKER_HOST` or `context NAME`.
        setting: String,
        /// Why.
        #[source]
        error: EndpointError,
    },
    /// A setting names a context that is not there.
    #[error("the Docker context `{name}`, named by {setting}, does not exist")]
    NoContext {
        /// The context's name.
        name: String,
        /// Where it is named.
        setting: String,
    },
    /// A file of Docker's settings cannot be read.
    #[error("`{path}` cannot be read: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl Surroundings {
    /// Takes them from this process.
    pub fn of_process() -> Self {
        let text = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        let home = text("HOME")
            .or_else(|| text("USERPROFILE"))
            .map(PathBuf::from);
        Self {
            docker_host: text("DOCKER_HOST"),
            docker_context: text("DOCKER_CONTEXT"),
            config: text("DOCKER_CONFIG")
                .map(PathBuf::from)
                .or_else(|| home.as_ref().map(|home| home.join(".docker"))),
            tls: text("DOCKER_TLS_VERIFY").is_some(),
            home,
            runtime: text("XDG_RUNTIME_DIR").map(PathBuf::from),
            system: PathBuf::from("/"),
        }
    }

    /// The engines to try, in order. Reads Docker's settings and looks which sockets exist.
    pub(crate) fn candidates(&self) -> Result<Vec<Candidate>, DiscoverError> {
        if let Some(host) = &self.docker_host {
            return Ok(vec![self.explicit(
                host,
                "DOCKER_HOST".to_owned(),
                self.tls,
            )?]);
        }
        let (name, setting) = match &self.docker_context {
            Some(name) => (Some(name.clone()), "DOCKER_CONTEXT".to_owned()),
            None => (self.current_context()?, "config.json".to_owned()),
        };
        if let Some(name) = name.filter(|name| name != "default") {
            let host = self.context_host(&name, setting)?;
            return Ok(vec![self.explicit(
                &host,
                format!("context {name}"),
                false,
            )?]);
        }
        Ok(self.usual())
    }

    fn explicit(&self, url: &str, found_by: String, tls: bool) -> Result<Candidate, DiscoverError> {
        let endpoint = match Endpoint::parse(url) {
            Ok(Endpoint::Tcp(_)) if tls => Err(EndpointError::Tls),
            parsed => parsed,
        };
        match endpoint {
            Ok(endpoint) => {
                let product = match &endpoint {
                    Endpoint::Socket(path) => product_of(path),
                    _ => None,
                };
                Ok(Candidate {
                    endpoint,
                    found_by,
                    product,
                    is_explicit: true,
                })
            }
            Err(error) => Err(DiscoverError::Endpoint {
                setting: found_by,
                error,
            }),
        }
    }

    fn current_context(&self) -> Result<Option<String>, DiscoverError> {
        #[derive(Deserialize)]
        struct Config {
            #[serde(rename = "currentContext")]
            current_context: Option<String>,
        }
        let Some(config) = &self.config else {
            return Ok(None);
        };
        let path = config.join("config.json");
        let read: Option<Config> = read_json(&path)?;
        Ok(read
            .and_then(|config| config.current_context)
            .filter(|name| !name.is_empty()))
    }

    /// The address of a context: `contexts/meta/SHA-256 OF ITS NAME/meta.json`.
    fn context_host(&self, name: &str, setting: String) -> Result<String, DiscoverError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Meta {
            endpoints: Endpoints,
        }
        #[derive(Deserialize)]
        struct Endpoints {
            docker: Option<Docker>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Docker {
            host: String,
        }
        let missing = || DiscoverError::NoContext {
            name: name.to_owned(),
            setting: setting.clone(),
        };
        let config = self.config.as_ref().ok_or_else(missing)?;
        let folder: String = Sha256::digest(name)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let path = config
            .join("contexts")
            .join("meta")
            .join(folder)
            .join("meta.json");
        let meta: Meta = read_json(&path)?.ok_or_else(missing)?;
        meta.endpoints
            .docker
            .map(|docker| docker.host)
            .ok_or_else(missing)
    }

    /// The platform's default, then the sockets of other products that exist.
    fn usual(&self) -> Vec<Candidate> {
        if cfg!(windows) {
            return [
                (r"\\.\pipe\docker_engine", None),
                (r"\\.\pipe\podman-machine-default", Some("Podman")),
            ]
            .map(|(name, product)| Candidate {
                endpoint: Endpoint::Pipe(name.to_owned()),
                found_by: name.to_owned(),
                product,
                is_explicit: false,
            })
            .into();
        }
        let system = |path: &str| Some(self.system.join(path));
        let runtime = |path: &str| self.runtime.as_ref().map(|folder| folder.join(path));
        let home = |path: &str| self.home.as_ref().map(|folder| folder.join(path));
        [
            system("var/run/docker.sock"),
            runtime("docker.sock"),
            runtime("podman/podman.sock"),
            home(".docker/run/docker.sock"),
            home(".docker/desktop/docker.sock"),
            home(".colima/default/docker.sock"),
            home(".config/colima/default/docker.sock"),
            home(".rd/docker.sock"),
            home(".orbstack/run/docker.sock"),
            system("run/podman/podman.sock"),
        ]
        .into_iter()
        .flatten()
        .filter(|path| path.exists())
        .map(|path| Candidate {
            found_by: path.display().to_string(),
            product: product_of(&path),
            endpoint: Endpoint::Socket(path),
            is_explicit: false,
        })
        .collect()
    }
}

/// Which product listens on a socket, from where it lies; links are followed, since several
/// products put one at the platform's default.
fn product_of(path: &Path) -> Option<&'static str> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let text = real.to_string_lossy();
    [
        ("podman", "Podman"),
        ("/.colima/", "Colima"),
        ("/colima/", "Colima"),
        ("/.rd/", "Rancher Desktop"),
        ("/.orbstack/", "OrbStack"),
        ("/.docker/", "Docker Desktop"),
    ]
    .iter()
    .find_map(|(part, product)| text.contains(part).then_some(*product))
}

/// Reads a JSON file; `None` if there is none.
fn read_json<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Option<T>, DiscoverError> {
    let unreadable = |reason: String| DiscoverError::Unreadable {
        path: path.to_owned(),
        reason,
    };
    match std::fs::read(path) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| unreadable(error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    /// A computer with a home folder, and sockets at the given places.
    fn computer(sockets: &[&str]) -> (TempDir, Surroundings) {
        let folder = TempDir::new().unwrap();
        for socket in sockets {
            let path = folder.path().join(socket);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let surroundings = Surroundings {
            config: Some(folder.path().join("home/.docker")),
            home: Some(folder.path().join("home")),
            runtime: Some(folder.path().join("run/user/1000")),
            system: folder.path().to_owned(),
            ..Surroundings::default()
        };
        (folder, surroundings)
    }

    fn context(folder: &TempDir, name: &str, host: &str) {
        let id: String = Sha256::digest(name)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let path = folder.path().join("home/.docker/contexts/meta").join(id);
        fs::create_dir_all(&path).unwrap();
        let meta = serde_json::json!({
            "Name": name, "Metadata": {}, "Endpoints": { "docker": { "Host": host, "SkipTLSVerify": false } }
        });
        fs::write(path.join("meta.json"), meta.to_string()).unwrap();
    }

    fn current(folder: &TempDir, name: &str) {
        fs::create_dir_all(folder.path().join("home/.docker")).unwrap();
        let config = serde_json::json!({ "auths": {}, "currentContext": name });
        fs::write(
            folder.path().join("home/.docker/config.json"),
            config.to_string(),
        )
        .unwrap();
    }

    fn found(surroundings: &Surroundings) -> Vec<String> {
        let candidates = surroundings.candidates().unwrap();
        candidates.into_iter().map(|found| found.found_by).collect()
    }

    #[test]
    fn docker_host_beats_everything() {
        let (folder, mut surroundings) = computer(&["var/run/docker.sock"]);
        context(&folder, "one", "unix:///one.sock");
        current(&folder, "one");
        surroundings.docker_context = Some("one".into());
        surroundings.docker_host = Some("tcp://127.0.0.1:2375".into());
        let candidates = surroundings.candidates().unwrap();
        assert_eq!(candidates.len(), 1);
        assert_eq!(candidates[0].found_by, "DOCKER_HOST");
        assert_eq!(candidates[0].endpoint.to_string(), "tcp://127.0.0.1:2375");
        assert!(candidates[0].is_explicit);
    }

    #[test]
    fn docker_context_beats_the_current_one() {
        let (folder, mut surroundings) = computer(&["var/run/docker.sock"]);
        context(&folder, "one", "unix:///one.sock");
        context(&folder, "two", "unix:///two.sock");
        current(&folder, "two");
        assert_eq!(found(&surroundings), ["context two"]);
        surroundings.docker_context = Some("one".into());
        assert_eq!(found(&surroundings), ["context one"]);
        surroundings.docker_context = Some("default".into());
        assert_eq!(
            found(&surroundings),
            [folder
                .path()
                .join("var/run/docker.sock")
                .display()
                .to_string()]
        );
    }

    #[test]
    fn other_products_are_looked_for_after_the_default() {
        let (folder, surroundings) = computer(&[
            "home/.colima/default/docker.sock",
            "home/.rd/docker.sock",
            "run/user/1000/podman/podman.sock",
            "var/run/docker.sock",
        ]);
        let candidates = surroundings.candidates().unwrap();
        let products: Vec<_> = candidates.iter().map(|found| found.product).collect();
        assert_eq!(
            products,
            [
                None,
                Some("Podman"),
                Some("Colima"),
                Some("Rancher Desktop")
            ]
        );
        assert!(candidates.iter().all(|found| !found.is_explicit));
        drop(folder);
    }

    #[test]
    fn a_link_at_the_default_tells_its_product() {
        let (folder, surroundings) = computer(&["home/.orbstack/run/docker.sock"]);
        fs::create_dir_all(folder.path().join("var/run")).unwrap();
        std::os::unix::fs::symlink(
            folder.path().join("home/.orbstack/run/docker.sock"),
            folder.path().join("var/run/docker.sock"),
        )
        .unwrap();
        assert_eq!(
            surroundings.candidates().unwrap()[0].product,
            Some("OrbStack")
        );
    }

    #[test]
    fn what_cannot_be_followed_is_said() {
        let (folder, mut surroundings) = computer(&[]);
        assert_eq!(found(&surroundings), Vec::<String>::new());
        surroundings.docker_context = Some("gone".into());
        let error = surroundings.candidates().unwrap_err().to_string();
        assert_eq!(
            error,
            "the Docker context `gone`, named by DOCKER_CONTEXT, does not exist"
        );
        context(&folder, "far", "ssh://me@far");
        surroundings.docker_context = Some("far".into());
        let error = surroundings.candidates().unwrap_err().to_string();
        assert_eq!(
            error,
            "context far cannot be used: engines behind SSH are not supported yet"
        );
        surroundings.docker_context = None;
        fs::write(folder.path().join("home/.docker/config.json"), "{").unwrap();
        assert!(matches!(
            surroundings.candidates(),
            Err(DiscoverError::Unreadable { .. })
        ));
        surroundings.docker_host = Some("tcp://127.0.0.1:2376".into());
        surroundings.tls = true;
        assert!(surroundings.candidates().is_err());
    }
}
