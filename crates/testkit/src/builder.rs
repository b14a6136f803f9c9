//! A container engine in memory.

use crate::hash;
use async_trait::async_trait;
use slipway_engine::port::{
    BuildRequest, BuiltImage, Clock, Engine, ImageBuilder, ImageError, ImageErrorKind, Progress,
    ProgressSink,
};
use slipway_plan::BuildSource;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What a context folder holds.
#[derive(Debug, Clone, Hash)]
struct Content {
    /// Changes the fingerprint.
    source: String,
    /// What the build makes of it: changes the digest.
    result: String,
}

#[derive(Debug, Default)]
struct Inner {
    contents: BTreeMap<String, Content>,
    missing: BTreeSet<String>,
    /// By reference.
    images: BTreeMap<String, BuiltImage>,
    labels: BTreeMap<String, Vec<(String, String)>>,
    builds: Vec<String>,
    fail: Option<ImageError>,
    fail_at: Option<usize>,
    log: Vec<String>,
}

/// Every context exists; its content is its name until [`FakeBuilder::set_content`] says otherwise.
pub struct FakeBuilder {
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
}

impl FakeBuilder {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            inner: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// New files in a context; `result` is what the build makes of them, and equal results are
    /// equal images.
    pub fn set_content(&self, context: &str, source: &str, result: &str) {
        self.lock().contents.insert(
            context.to_owned(),
            Content {
                source: source.to_owned(),
                result: result.to_owned(),
            },
        );
    }

    /// The context is not there.
    pub fn remove_context(&self, context: &str) {
        self.lock().missing.insert(context.to_owned());
    }

    fn check(&self, context: &str) -> Result<(), ImageError> {
        if self.lock().missing.contains(context) {
            return Err(ImageError {
                kind: ImageErrorKind::Source,
                message: format!("{context} is not there"),
                hint: None,
                log_tail: Vec::new(),
            });
        }
        Ok(())
    }

    /// The contexts that were built, in order.
    pub fn builds(&self) -> Vec<String> {
        self.lock().builds.clone()
    }

    /// The `nth` build (from 1) fails with this.
    pub fn fail_at(&self, nth: usize, error: ImageError) {
        let mut inner = self.lock();
        inner.fail_at = Some(nth);
        inner.fail = Some(error);
    }

    /// Lines that every build writes.
    pub fn set_log(&self, lines: &[&str]) {
        self.lock().log = lines.iter().map(|line| (*line).to_owned()).collect();
    }

    /// The id of an image by id or reference.
    pub fn image(&self, id_or_reference: &str) -> Option<String> {
        let inner = self.lock();
        inner
            .images
            .iter()
            .find(|(reference, image)| *reference == id_or_reference || image.id == id_or_reference)
            .map(|(_, image)| image.id.clone())
    }

    /// The labels of an image by reference.
    pub fn labels(&self, reference: &str) -> Option<Vec<(String, String)>> {
        self.lock().labels.get(reference).cloned()
    }

    fn content(&self, context: &str) -> Content {
        self.lock()
            .contents
            .get(context)
            .cloned()
            .unwrap_or_else(|| Content {
                source: context.to_owned(),
                result: context.to_owned(),
            })
    }
}

#[async_trait]
impl ImageBuilder for FakeBuilder {
    async fn engine(&self) -> Result<Engine, ImageError> {
        Ok(Engine {
            product: "Fake Engine".to_owned(),
            version: "1.0".to_owned(),
            api_version: "1.41".to_owned(),
            found_by: "the test".to_owned(),
            endpoint: "memory".to_owned(),
            platform: "linux/amd64".to_owned(),
        })
    }

    async fn fingerprint(&self, _: &Path, source: &BuildSource) -> Result<String, ImageError> {
        self.check(&source.context)?;
        let content = self.content(&source.context).source;
        Ok(hash::hex((
            content,
            &source.dockerfile,
            &source.target,
            &source.args,
            source.arch,
        )))
    }

    async fn build(
        &self,
        request: BuildRequest<'_>,
        progress: &dyn ProgressSink,
        cancel: &CancellationToken,
    ) -> Result<BuiltImage, ImageError> {
        self.check(&request.source.context)?;
        let (failure, log) = {
            let mut inner = self.lock();
            inner.builds.push(request.source.context.clone());
            let failure = if inner.fail_at == Some(inner.builds.len()) {
                inner.fail.clone()
            } else {
                None
            };
            (failure, inner.log.clone())
        };
        for line in log {
            progress.tell(Progress::Log(line));
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => {
                return Err(ImageError {
                    kind: ImageErrorKind::Cancelled,
                    message: "the build was called off".to_owned(),
                    hint: None,
                    log_tail: Vec::new(),
                });
            }
            () = self.clock.sleep(Duration::from_secs(10)) => {}
        }
        if let Some(error) = failure {
            return Err(error);
        }
        let content = self.content(&request.source.context).result;
        let image = BuiltImage {
            id: format!("sha256:{}", hash::hex((content, request.source.arch))),
            size: 1 << 20,
        };
        let mut inner = self.lock();
        inner
            .images
            .insert(request.reference.to_owned(), image.clone());
        inner
            .labels
            .insert(request.reference.to_owned(), request.labels.to_vec());
        Ok(image)
    }
}
