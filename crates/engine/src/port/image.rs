//! Building and pushing images.

use super::ProgressSink;
use async_trait::async_trait;
use slipway_plan::BuildSource;
use std::path::Path;
use tokio_util::sync::CancellationToken;

use super::RegistryLogin;

/// The container engine that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    /// `Docker Engine`, `Docker Desktop`, `Podman`, `Colima` …
    pub product: String,
    pub version: String,
    pub api_version: String,
    /// How it was found: `DOCKER_HOST`, `context colima`, `/var/run/docker.sock`.
    pub found_by: String,
    pub endpoint: String,
    /// `linux/amd64`.
    pub platform: String,
}

#[derive(Debug, Clone)]
pub struct BuildRequest<'a> {
    /// The project folder; nothing outside it is read.
    pub root: &'a Path,
    pub source: &'a BuildSource,
    /// Name and tag given to the image in the engine.
    pub reference: &'a str,
    /// Labels put on the image, so that it is found again.
    pub labels: &'a [(String, String)],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltImage {
    /// Id in the engine, `sha256:…`.
    pub id: String,
    /// Bytes, unpacked.
    pub size: u64,
}

#[derive(Debug, Clone)]
pub struct PushRequest<'a> {
    /// Id or reference of the image in the engine.
    pub image: &'a str,
    /// `registry/name` without a tag.
    pub repository: &'a str,
    pub tag: &'a str,
    pub login: &'a RegistryLogin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedImage {
    /// Digest of the manifest, `sha256:…`.
    pub digest: String,
    /// As read back from the registry, if it could be.
    pub media_type: Option<String>,
    /// Bytes that crossed the wire, as far as the engine tells.
    pub sent: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageErrorKind {
    /// No engine answers, or it went away.
    Engine,
    /// The Dockerfile or the context is not there, not readable, or leaves the project.
    Source,
    /// The build ran and failed.
    Build,
    /// The registry refused: no permission, no such repository, wrong login.
    Refused,
    /// The registry has the tag already, and a tag stays where it is.
    TagExists,
    /// The registry can't be reached, or failed; a retry may succeed.
    Transient,
    /// Pushed, and of a kind that Lambda does not accept.
    Unsuitable,
    Cancelled,
}

#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ImageError {
    pub kind: ImageErrorKind,
    /// "{what happened}: {why}".
    pub message: String,
    pub hint: Option<String>,
    /// Last lines of the log, oldest first.
    pub log_tail: Vec<String>,
}

#[async_trait]
pub trait ImageBuilder: Send + Sync {
    /// Which engine it is; fails when none answers.
    async fn engine(&self) -> Result<Engine, ImageError>;

    /// The build fingerprint: SHA-256 in hex over the packed context, Dockerfile, arguments,
    /// target and platform. Needs no engine.
    async fn fingerprint(&self, root: &Path, source: &BuildSource) -> Result<String, ImageError>;

    async fn build(
        &self,
        request: BuildRequest<'_>,
        progress: &dyn ProgressSink,
        cancel: &CancellationToken,
    ) -> Result<BuiltImage, ImageError>;
}

#[async_trait]
pub trait ImageRegistry: Send + Sync {
    async fn push(
        &self,
        request: PushRequest<'_>,
        progress: &dyn ProgressSink,
        cancel: &CancellationToken,
    ) -> Result<PushedImage, ImageError>;
}
