//! The Docker engine: found as it runs, or started.

use std::fmt;
use std::io;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::error::BedError;
use crate::health::{self, Answer};

/// How the engine in use was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineOrigin {
    /// Named by `DOCKER_HOST`.
    Environment,
    /// Found at a usual place; the socket's path.
    Found(PathBuf),
    /// Started by the bed.
    Started,
}

impl fmt::Display for EngineOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => formatter.write_str("named by DOCKER_HOST"),
            Self::Found(path) => write!(formatter, "found at {}", path.display()),
            Self::Started => formatter.write_str("started by the bed"),
        }
    }
}

/// An engine that answers.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    host: String,
    pub(crate) origin: EngineOrigin,
}

impl Engine {
    /// The engine that runs already: `DOCKER_HOST` and nothing else when it is set, else the usual sockets.
    ///
    /// `Ok(None)` when none of the usual sockets answers.
    pub(crate) fn find() -> Result<Option<Self>, BedError> {
        if let Some(host) = std::env::var("DOCKER_HOST")
            .ok()
            .filter(|host| !host.is_empty())
        {
            let engine = Self {
                host,
                origin: EngineOrigin::Environment,
            };
            return match engine.ping() {
                Ok(()) => Ok(Some(engine)),
                Err(error) => Err(BedError::NoEngine {
                    reason: format!(
                        "DOCKER_HOST is {} and gives {error}. Start that engine, or unset DOCKER_HOST",
                        engine.host
                    ),
                }),
            };
        }
        Ok(usual_sockets()
            .into_iter()
            .map(|path| Self {
                host: format!("unix://{}", path.display()),
                origin: EngineOrigin::Found(path),
            })
            .find(|engine| engine.ping().is_ok()))
    }

    /// The engine that the bed started on this socket.
    pub(crate) fn started(socket: &Path) -> Self {
        Self {
            host: format!("unix://{}", socket.display()),
            origin: EngineOrigin::Started,
        }
    }

    /// As `DOCKER_HOST` spells it.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn ping(&self) -> io::Result<()> {
        match self.ask("GET", "/_ping")?.status {
            200 => Ok(()),
            status => Err(io::Error::other(format!("the status {status}"))),
        }
    }

    pub(crate) fn ask(&self, method: &str, target: &str) -> io::Result<Answer> {
        let limit = Some(Duration::from_secs(30));
        if let Some(path) = self.host.strip_prefix("unix://") {
            return ask_socket(path, limit, method, target);
        }
        let Some(address) = self
            .host
            .strip_prefix("tcp://")
            .or_else(|| self.host.strip_prefix("http://"))
        else {
            let text = format!("{} is neither unix:// nor tcp://", self.host);
            return Err(io::Error::new(io::ErrorKind::Unsupported, text));
        };
        let stream = TcpStream::connect(address.trim_end_matches('/'))?;
        stream.set_read_timeout(limit)?;
        health::ask(stream, method, target)
    }

    /// Removes the containers that carry `label`, running or not, and says how many there were.
    pub(crate) fn remove_labelled(&self, label: &str) -> Result<usize, BedError> {
        let refused = |what: &str, reason: String| BedError::Engine {
            host: self.host.clone(),
            what: what.to_owned(),
            reason,
        };
        let found = self
            .labelled(label)
            .map_err(|error| refused("listing containers", error.to_string()))?;
        for id in &found {
            let what = format!("removing container {id}");
            let answer = self
                .ask("DELETE", &format!("/containers/{id}?force=1&v=1"))
                .map_err(|error| refused(&what, error.to_string()))?;
            // 404: it went by itself; 409: its removal is under way.
            if !matches!(answer.status, 200..=299 | 404 | 409) {
                return Err(refused(
                    &what,
                    format!("{} {}", answer.status, answer.body.trim()),
                ));
            }
        }
        Ok(found.len())
    }

    /// Removes the images, stopped containers and build steps that are older than a day and in use by nothing: what runs
    /// of other days left. For an engine that is the bed's own.
    pub(crate) fn remove_old(&self) -> io::Result<()> {
        for (kind, filters, rest) in [
            ("containers", r#"{"until":["24h"]}"#, ""),
            ("images", r#"{"dangling":["false"],"until":["24h"]}"#, ""),
            ("build", r#"{"until":["24h"]}"#, "&all=1"),
        ] {
            let filters =
                percent_encoding::utf8_percent_encode(filters, percent_encoding::NON_ALPHANUMERIC);
            let answer = self.ask("POST", &format!("/{kind}/prune?filters={filters}{rest}"))?;
            if answer.status != 200 {
                return Err(io::Error::other(format!(
                    "{} {}",
                    answer.status,
                    answer.body.trim()
                )));
            }
        }
        Ok(())
    }

    /// The ids of the containers that carry `label` (`key=value`).
    pub(crate) fn labelled(&self, label: &str) -> io::Result<Vec<String>> {
        #[derive(Deserialize)]
        struct Container {
            #[serde(rename = "Id")]
            id: String,
        }
        let filters = serde_json::json!({ "label": [label] }).to_string();
        let filters =
            percent_encoding::utf8_percent_encode(&filters, percent_encoding::NON_ALPHANUMERIC);
        let answer = self.ask("GET", &format!("/containers/json?all=1&filters={filters}"))?;
        if answer.status != 200 {
            return Err(io::Error::other(format!(
                "{} {}",
                answer.status,
                answer.body.trim()
            )));
        }
        let containers: Vec<Container> =
            serde_json::from_str(&answer.body).map_err(io::Error::other)?;
        Ok(containers
            .into_iter()
            .map(|container| container.id)
            .collect())
    }
}

#[cfg(unix)]
fn ask_socket(
    path: &str,
    limit: Option<Duration>,
    method: &str,
    target: &str,
) -> io::Result<Answer> {
    let stream = std::os::unix::net::UnixStream::connect(path)?;
    stream.set_read_timeout(limit)?;
    health::ask(stream, method, target)
}

#[cfg(not(unix))]
fn ask_socket(path: &str, _: Option<Duration>, _: &str, _: &str) -> io::Result<Answer> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        format!("{path}: there are no Unix sockets on this system"),
    ))
}

fn usual_sockets() -> Vec<PathBuf> {
    let mut sockets = vec![PathBuf::from("/var/run/docker.sock")];
    if let Some(folder) = std::env::var_os("XDG_RUNTIME_DIR") {
        sockets.push(Path::new(&folder).join("docker.sock"));
    }
    if let Some(dirs) = directories::BaseDirs::new() {
        sockets.push(dirs.home_dir().join(".docker/run/docker.sock"));
        sockets.push(dirs.home_dir().join(".docker/desktop/docker.sock"));
    }
    sockets
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::net::UnixListener;
    use std::thread;

    use super::*;

    /// An engine that gives the prepared answers in turn and hands back the requests it saw.
    fn engine(
        answers: Vec<&'static str>,
    ) -> (tempfile::TempDir, Engine, thread::JoinHandle<Vec<String>>) {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("s");
        let listener = UnixListener::bind(&socket).unwrap();
        let play = thread::spawn(move || {
            let mut seen = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut line = String::new();
                BufReader::new(&stream).read_line(&mut line).unwrap();
                seen.push(line.trim().to_owned());
                stream.write_all(answer.as_bytes()).unwrap();
            }
            seen
        });
        (folder, Engine::started(&socket), play)
    }

    #[test]
    fn labelled_containers_are_removed_by_their_id() {
        let (_folder, engine, play) = engine(vec![
            "HTTP/1.0 200 OK\r\n\r\n[{\"Id\":\"abc\"},{\"Id\":\"def\"}]",
            "HTTP/1.0 204 No Content\r\n\r\n",
            "HTTP/1.0 404 Not Found\r\n\r\n{}",
        ]);
        assert_eq!(engine.remove_labelled("a=b").unwrap(), 2);
        let seen = play.join().unwrap();
        assert!(
            seen[0].starts_with("GET /containers/json?all=1&filters=%7B"),
            "{}",
            seen[0]
        );
        assert_eq!(seen[1], "DELETE /containers/abc?force=1&v=1 HTTP/1.0");
        assert_eq!(seen[2], "DELETE /containers/def?force=1&v=1 HTTP/1.0");
    }

    #[test]
    fn what_other_days_left_is_removed() {
        let (_folder, engine, play) = engine(vec![
            "HTTP/1.0 200 OK\r\n\r\n{}",
            "HTTP/1.0 200 OK\r\n\r\n{}",
            "HTTP/1.0 409 Conflict\r\n\r\n{\"message\":\"a prune runs already\"}",
        ]);
        let error = engine.remove_old().unwrap_err().to_string();
        assert!(
            error.contains("409") && error.contains("runs already"),
            "{error}"
        );
        let kinds = ["containers", "images", "build"];
        for (line, kind) in play.join().unwrap().iter().zip(kinds) {
            assert!(
                line.starts_with(&format!("POST /{kind}/prune?filters=%7B")),
                "{line}"
            );
            assert!(line.contains("24h"), "{line}");
        }
    }

    #[test]
    fn a_refused_removal_is_an_error() {
        let (_folder, engine, play) = engine(vec![
            "HTTP/1.0 200 OK\r\n\r\n[{\"Id\":\"abc\"}]",
            "HTTP/1.0 500 Oops\r\n\r\n{\"message\":\"no\"}",
        ]);
        let error = engine.remove_labelled("a=b").unwrap_err().to_string();
        assert!(
            error.contains("removing container abc") && error.contains("500"),
            "{error}"
        );
        play.join().unwrap();
    }
}
