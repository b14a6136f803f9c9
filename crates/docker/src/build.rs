//! Builds an image: one platform, one manifest, no attestations.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bollard::errors::Error as BollardError;
use bollard::query_parameters::{BuildImageOptions, BuildImageOptionsBuilder, BuilderVersion};
use futures::StreamExt as _;
use slipway_engine::port::{
    BuildRequest, BuiltImage, ImageError, ImageErrorKind, Progress, ProgressSink,
};
use slipway_plan::BuildSource;
use tokio_util::sync::CancellationToken;

use crate::engine::{DockerEngine, EngineError, Found};
use crate::failure;
use crate::pack::{Bytesize, ContextSize, platform};
use crate::source::{ContextError, ContextSource};
use crate::steps::Steps;
use crate::wire::Wire;

/// Until the head of the engine's answer: the classic builder sends none before it has taken the
/// whole context. Whoever cannot wait cancels.
const BUILD: Duration = Duration::from_secs(24 * 60 * 60);

/// Until the engine has described an image.
pub(crate) const INSPECT: Duration = Duration::from_secs(30);

/// So often a build is begun again that a removal of other images ended.
const DISTURBED: u32 = 3;

/// Which of the engine's builders.
#[derive(Clone, Copy, PartialEq)]
enum Builder {
    BuildKit,
    Classic,
}

/// Why one try to build ended.
enum BuildEnd {
    /// The engine has no BuildKit after all.
    NoBuildKit,
    /// Somebody removed an image of the engine while the classic builder looked through them all
    /// for a step it had made before.
    Disturbed(ImageError),
    Failed(ImageError),
}

impl From<ContextError> for ImageError {
    fn from(error: ContextError) -> Self {
        Self {
            kind: ImageErrorKind::Source,
            message: error.to_string(),
            hint: Some(error.hint()),
            log_tail: Vec::new(),
        }
    }
}

pub(crate) fn cancelled(what: &str) -> ImageError {
    ImageError {
        kind: ImageErrorKind::Cancelled,
        message: format!("{what} was cancelled"),
        hint: None,
        log_tail: Vec::new(),
    }
}

/// Runs what blocks on the disk where it may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ContextError> + Send + 'static,
) -> Result<T, ContextError> {
    tokio::task::spawn_blocking(work)
        .await
        .expect("reading a context does not panic, and the task is never aborted")
}

impl DockerEngine {
    /// Opens and measures the context of `source`.
    async fn context(
        &self,
        root: &Path,
        source: &BuildSource,
    ) -> Result<(Arc<ContextSource>, ContextSize), ContextError> {
        let (root, source, limits) = (root.to_owned(), source.clone(), self.limits);
        blocking(move || {
            let context = ContextSource::open(&root, &source)?;
            let size = context.measure(&limits)?;
            Ok((Arc::new(context), size))
        })
        .await
    }

    pub(crate) async fn context_fingerprint(
        &self,
        root: &Path,
        source: &BuildSource,
    ) -> Result<String, ImageError> {
        let (context, _) = self.context(root, source).await?;
        let source = source.clone();
        Ok(blocking(move || context.fingerprint(&source)).await?)
    }

    pub(crate) async fn build_image(
        &self,
        request: BuildRequest<'_>,
        progress: &dyn ProgressSink,
        cancel: &CancellationToken,
    ) -> Result<BuiltImage, ImageError> {
        let what = format!("building `{}`", request.source.context);
        let build = async {
            let found = self.found().await?;
            let (context, size) = self.context(request.root, request.source).await?;
            for caution in &size.cautions {
                progress.tell(Progress::Log(format!("warning: {caution}")));
            }
            progress.tell(Progress::Message(format!(
                "building with {} from {} files and folders ({})",
                found.engine.product,
                size.entries,
                Bytesize(size.bytes)
            )));
            let mut builder = if found.has_buildkit {
                Builder::BuildKit
            } else {
                Builder::Classic
            };
            let mut disturbed = 0;
            loop {
                match self
                    .build_with(builder, &found, &context, &request, progress)
                    .await
                {
                    Ok(image) => return Ok(image),
                    Err(BuildEnd::NoBuildKit) => builder = Builder::Classic,
                    Err(BuildEnd::Disturbed(_)) if disturbed < DISTURBED => disturbed += 1,
                    Err(BuildEnd::Disturbed(error) | BuildEnd::Failed(error)) => return Err(error),
                }
            }
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(cancelled(&what)),
            built = build => built,
        }
    }

    async fn build_with(
        &self,
        builder: Builder,
        found: &Found,
        context: &Arc<ContextSource>,
        request: &BuildRequest<'_>,
        progress: &dyn ProgressSink,
    ) -> Result<BuiltImage, BuildEnd> {
        let lost = |error: &BollardError| BuildEnd::Failed(lost("the build", error).into());
        // Dropped when this build ends or is cancelled: the engine then stops, and nothing of it
        // stays open.
        let (wire, _cutter) = Wire::new(found.endpoint.clone());
        let docker = wire.bollard(BUILD).map_err(|error| lost(&error))?;
        let mut packing = Arc::clone(context).pack();
        let chunks = futures::stream::poll_fn(move |task| packing.chunks.poll_recv(task));
        let mut stream = Box::pin(docker.build_image(
            options(builder, context, request),
            None,
            Some(bollard::body_try_stream(chunks)),
        ));
        let mut steps = Steps::new(progress);
        let mut reason = None;
        while let Some(info) = stream.next().await {
            match info {
                Ok(info) => steps.take(info),
                Err(error) => {
                    reason = Some(error);
                    break;
                }
            }
        }
        // With the stream goes the reader of the archive, so that packing ends.
        drop(stream);
        if let Some(error) = reason {
            if builder == Builder::BuildKit && is_without_buildkit(&error) {
                return Err(BuildEnd::NoBuildKit);
            }
            let disturbed = builder == Builder::Classic && is_disturbed(&error);
            let failed = self
                .failed(error, context, request, steps, packing.outcome)
                .await;
            return Err(if disturbed {
                BuildEnd::Disturbed(failed)
            } else {
                BuildEnd::Failed(failed)
            });
        }
        steps.finish();
        let Some(id) = steps.image.take() else {
            return Err(BuildEnd::Failed(
                EngineError::Lost {
                    during: "the build",
                    reason: "its answer ended before the image was made".to_owned(),
                }
                .into(),
            ));
        };
        let inspected = tokio::time::timeout(INSPECT, docker.inspect_image(&id))
            .await
            .unwrap_or(Err(BollardError::RequestTimeoutError))
            .map_err(|error| lost(&error))?;
        let arch = inspected.architecture.unwrap_or_default();
        let wanted = platform(request.source.arch);
        if !arch.is_empty() && !wanted.ends_with(&format!("/{arch}")) {
            return Err(BuildEnd::Failed(ImageError {
                kind: ImageErrorKind::Unsuitable,
                message: format!(
                    "the image of `{}` cannot be used: it is for linux/{arch}, and {wanted} is wanted",
                    request.source.context
                ),
                hint: Some("Set `arch` in slipway.toml to what the Dockerfile makes, or use a base image for that architecture.".to_owned()),
                log_tail: Vec::new(),
            }));
        }
        Ok(BuiltImage {
            id,
            size: inspected
                .size
                .and_then(|size| u64::try_from(size).ok())
                .unwrap_or(0),
        })
    }

    /// Finds out why a build failed: packing, the build itself, or the engine.
    async fn failed(
        &self,
        error: BollardError,
        context: &ContextSource,
        request: &BuildRequest<'_>,
        steps: Steps<'_>,
        packed: tokio::task::JoinHandle<Result<(), ContextError>>,
    ) -> ImageError {
        let reason = match &error {
            BollardError::DockerStreamError { error } => error.clone(),
            BollardError::DockerResponseServerError { message, .. } => message.clone(),
            _ => {
                // The request breaks off when its body does.
                if let Ok(Err(error)) = packed.await
                    && !matches!(error, ContextError::Stopped)
                {
                    return error.into();
                }
                return lost("the build", &error).into();
            }
        };
        let dockerfile = match request.source.context.trim_end_matches('/') {
            "" | "." => request.source.dockerfile.clone(),
            context => format!("{context}/{}", request.source.dockerfile),
        };
        failure::explain(
            &request.source.context,
            &dockerfile,
            &context.dockerfile_text(),
            &reason,
            steps.stopped(),
        )
    }
}

pub(crate) fn lost(during: &'static str, error: &BollardError) -> EngineError {
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        let text = error.to_string();
        if !reason.contains(&text) {
            reason = format!("{reason}: {text}");
        }
        source = error.source();
    }
    EngineError::Lost { during, reason }
}

fn is_without_buildkit(error: &BollardError) -> bool {
    let text = error.to_string().to_lowercase();
    text.contains("buildkit") && (text.contains("not supported") || text.contains("not enabled"))
}

/// The engine's words for it: `unable to find image "sha256:…"`. A base image that is not there is
/// spoken of by its name.
fn is_disturbed(error: &BollardError) -> bool {
    error.to_string().contains("unable to find image \"sha256:")
}

fn options(
    builder: Builder,
    context: &ContextSource,
    request: &BuildRequest<'_>,
) -> BuildImageOptions {
    let args: HashMap<String, String> = request.source.args.clone().into_iter().collect();
    let labels: HashMap<String, String> = request.labels.iter().cloned().collect();
    let mut options = BuildImageOptionsBuilder::new()
        .dockerfile(&context.dockerfile)
        .t(request.reference)
        .buildargs(&args)
        .labels(&labels)
        .platform(platform(request.source.arch))
        .rm(true)
        .forcerm(true);
    if let Some(target) = &request.source.target {
        options = options.target(target);
    }
    match builder {
        Builder::Classic => options.version(BuilderVersion::BuilderV1).build(),
        Builder::BuildKit => options
            .version(BuilderVersion::BuilderBuildKit)
            .session(&session())
            .build(),
    }
}

/// A name for a build's session that no other build at this engine has.
fn session() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!("slipway-{}-{}-{count}", std::process::id(), now.as_nanos())
}
