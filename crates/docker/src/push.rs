//! Pushes an image with the engine, and reads back what the registry has.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use bollard::auth::DockerCredentials;
use bollard::errors::Error as BollardError;
use bollard::query_parameters::TagImageOptionsBuilder;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request};
use slipway_engine::port::{
    ImageError, ImageErrorKind, ProgressSink, PushRequest, PushedImage, RegistryLogin,
};
use tokio_util::sync::CancellationToken;

use crate::build::{INSPECT, cancelled, lost};
use crate::engine::{DockerEngine, EngineError, Found};
use crate::layers::{Layers, PushMessage};
use crate::refusal::Refusal;
use crate::wire::Wire;

/// Longest line of the engine's answer; a longer one is no message of a push.
const LINE: usize = 1 << 20;

/// Kinds of a manifest that stand for several images.
const INDEXES: [&str; 2] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

impl DockerEngine {
    pub(crate) async fn push_image(
        &self,
        request: PushRequest<'_>,
        progress: &dyn ProgressSink,
        cancel: &CancellationToken,
    ) -> Result<PushedImage, ImageError> {
        let push = async {
            let found = self.found().await?;
            push_once(&found, &request, progress).await
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(cancelled(&format!("pushing to {}", request.repository))),
            pushed = push => pushed,
        }
    }
}

/// Pushes once: trying again belongs to the caller.
async fn push_once(
    found: &Found,
    request: &PushRequest<'_>,
    progress: &dyn ProgressSink,
) -> Result<PushedImage, ImageError> {
    let gone = |error: &BollardError| ImageError::from(lost("the push", error));
    // Dropped when this push ends or is cancelled: the engine then stops too.
    let (wire, _cutter) = Wire::new(found.endpoint.clone());
    let docker = wire.bollard(INSPECT).map_err(|error| gone(&error))?;
    let tag = TagImageOptionsBuilder::new()
        .repo(request.repository)
        .tag(request.tag)
        .build();
    docker
        .tag_image(request.image, Some(tag))
        .await
        .map_err(|error| match error {
            BollardError::DockerResponseServerError {
                status_code: 404, ..
            } => ImageError {
                kind: ImageErrorKind::Source,
                message: format!(
                    "pushing to {} failed: the engine has no image {}",
                    request.repository, request.image
                ),
                hint: Some("Build it again.".to_owned()),
                log_tail: Vec::new(),
            },
            BollardError::DockerResponseServerError { message, .. } => refused(request, &message),
            error => gone(&error),
        })?;

    let mut layers = Layers::new(progress);
    send(&wire, request, &mut layers).await?;
    if let Some(error) = &layers.error {
        return Err(refused(request, error));
    }
    let sent = layers.sent();
    let Some(digest) = layers.digest else {
        return Err(EngineError::Lost {
            during: "the push",
            reason: "its answer ended before the digest".to_owned(),
        }
        .into());
    };

    let media_type = read_back(&docker, request, &digest).await?;
    Ok(PushedImage {
        digest,
        media_type,
        sent,
    })
}

/// Pushes. bollard's own call drops the layers' names and the digest.
async fn send(
    wire: &Wire,
    request: &PushRequest<'_>,
    layers: &mut Layers<'_>,
) -> Result<(), ImageError> {
    let gone = |error: &BollardError| ImageError::from(lost("the push", error));
    let path = format!("/images/{}/push?tag={}", request.repository, request.tag);
    let head = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("X-Registry-Auth", auth_header(request.login))
        .body(Full::new(Bytes::new()))
        .map_err(|error| gone(&error.into()))?;
    let response = wire.send(head).await.map_err(|error| gone(&error))?;
    let status = response.status();
    let mut body = response.into_body();
    let mut line = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| gone(&error.into()))?;
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        for byte in bytes {
            if byte == b'\n' {
                take(&line, status.is_success(), layers);
                line.clear();
            } else if line.len() < LINE {
                line.push(byte);
            }
        }
    }
    take(&line, status.is_success(), layers);
    if !status.is_success() && layers.error.is_none() {
        layers.error = Some(format!("the engine answered {status}"));
    }
    Ok(())
}

fn take(line: &[u8], is_success: bool, layers: &mut Layers<'_>) {
    #[derive(serde::Deserialize)]
    struct Failure {
        message: String,
    }
    if line.iter().all(u8::is_ascii_whitespace) {
        return;
    }
    if !is_success {
        layers.error = Some(match serde_json::from_slice::<Failure>(line) {
            Ok(failure) => failure.message,
            Err(_) => String::from_utf8_lossy(line).into_owned(),
        });
        return;
    }
    match serde_json::from_slice::<PushMessage>(line) {
        Ok(message) => layers.take(message),
        Err(error) => tracing::debug!(%error, "a message of a push is of an unknown shape"),
    }
}

/// Asks the registry, through the engine, what it has under the digest.
///
/// `None` when the registry does not say: not every one has what the engine asks for. The digest
/// is what the registry confirmed in the push.
async fn read_back(
    docker: &bollard::Docker,
    request: &PushRequest<'_>,
    digest: &str,
) -> Result<Option<String>, ImageError> {
    let name = format!("{}@{digest}", request.repository);
    let asked = docker.inspect_registry_image(&name, Some(credentials(request.login)));
    let descriptor = match tokio::time::timeout(INSPECT, asked).await {
        Ok(Ok(inspected)) => inspected.descriptor,
        Ok(Err(error)) => {
            tracing::warn!(%error, image = name, "the pushed manifest was not read back");
            return Ok(None);
        }
        Err(_) => {
            tracing::warn!(
                image = name,
                "the pushed manifest was not read back in time"
            );
            return Ok(None);
        }
    };
    let media_type = descriptor.media_type;
    match media_type.as_deref() {
        Some(kind) if INDEXES.contains(&kind) => Err(unsuitable(request, kind)),
        _ => Ok(media_type),
    }
}

fn unsuitable(request: &PushRequest<'_>, kind: &str) -> ImageError {
    ImageError {
        kind: ImageErrorKind::Unsuitable,
        message: format!(
            "the image pushed to {} cannot be used: its manifest is an index ({kind}), and Lambda takes a single image only",
            request.repository
        ),
        hint: Some("Build for one platform and without attestations: set BUILDX_NO_DEFAULT_ATTESTATIONS=1 for the engine's builder, or remove `provenance` and `sbom` from its settings.".to_owned()),
        log_tail: Vec::new(),
    }
}

fn refused(request: &PushRequest<'_>, reason: &str) -> ImageError {
    let refusal = Refusal::of(reason);
    ImageError {
        kind: refusal.kind(),
        message: format!(
            "pushing to {} failed: {}",
            request.repository,
            reason.trim()
        ),
        hint: Some(refusal.hint().to_owned()),
        log_tail: Vec::new(),
    }
}

fn credentials(login: &RegistryLogin) -> DockerCredentials {
    DockerCredentials {
        username: Some(login.username.clone()),
        password: Some(login.password.clone()),
        serveraddress: Some(login.server.clone()),
        ..DockerCredentials::default()
    }
}

/// <https://docs.docker.com/reference/api/engine/version/v1.41/#section/Authentication>
fn auth_header(login: &RegistryLogin) -> String {
    let text = serde_json::json!({
        "username": login.username,
        "password": login.password,
        "serveraddress": login.server,
    });
    URL_SAFE.encode(text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_refused_with_the_reason() {
        let login = RegistryLogin {
            server: "r".into(),
            username: "u".into(),
            password: "p".into(),
        };
        let request = PushRequest {
            image: "i",
            repository: "r/shop/orders",
            tag: "t",
            login: &login,
        };
        for kind in INDEXES {
            let error = unsuitable(&request, kind);
            assert_eq!(error.kind, ImageErrorKind::Unsuitable);
            assert!(
                error.message.contains("Lambda takes a single image only"),
                "{error}"
            );
        }
    }
}
