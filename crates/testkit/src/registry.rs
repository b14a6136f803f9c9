//! A registry in memory, the one of [`crate::FakeCloud`].

use crate::cloud::{CANARY, FakeCloud};
use crate::{FakeBuilder, hash};
use async_trait::async_trait;
use slipway_engine::port::{
    ImageError, ImageErrorKind, ImageRegistry, Progress, ProgressSink, PushRequest, PushedImage,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Default)]
struct Inner {
    pushes: usize,
    fail_at: Option<(usize, ImageError)>,
    media_type: Option<String>,
}

/// Takes images of a [`FakeBuilder`] into the repositories of a [`FakeCloud`].
pub struct FakeRegistry {
    builder: Arc<FakeBuilder>,
    cloud: Arc<FakeCloud>,
    inner: Mutex<Inner>,
}

fn refused(kind: ImageErrorKind, message: String) -> ImageError {
    ImageError {
        kind,
        message,
        hint: None,
        log_tail: Vec::new(),
    }
}

impl FakeRegistry {
    pub fn new(builder: Arc<FakeBuilder>, cloud: Arc<FakeCloud>) -> Self {
        Self {
            builder,
            cloud,
            inner: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The `nth` push (from 1) fails with this.
    pub fn fail_at(&self, nth: usize, error: ImageError) {
        self.lock().fail_at = Some((nth, error));
    }

    /// Every push leads to this media type.
    pub fn set_media_type(&self, media_type: &str) {
        self.lock().media_type = Some(media_type.to_owned());
    }

    pub fn pushes(&self) -> usize {
        self.lock().pushes
    }
}

#[async_trait]
impl ImageRegistry for FakeRegistry {
    async fn push(
        &self,
        request: PushRequest<'_>,
        progress: &dyn ProgressSink,
        cancel: &CancellationToken,
    ) -> Result<PushedImage, ImageError> {
        let (failure, media_type) = {
            let mut inner = self.lock();
            inner.pushes += 1;
            let now = inner.pushes;
            (
                inner.fail_at.take_if(|(at, _)| *at == now),
                inner.media_type.clone(),
            )
        };
        // An engine may echo what it was given: nobody above may pass it on.
        progress.tell(Progress::Log(format!("login {}", request.login.password)));
        tokio::select! {
            biased;
            () = cancel.cancelled() => {
                return Err(refused(ImageErrorKind::Cancelled, "the push was called off".to_owned()));
            }
            () = self.cloud.clock().sleep(Duration::from_secs(3)) => {}
        }
        if let Some((_, error)) = failure {
            return Err(error);
        }
        if request.login.password != CANARY {
            return Err(refused(
                ImageErrorKind::Refused,
                "the registry refused the login".to_owned(),
            ));
        }
        let Some(id) = self.builder.image(request.image) else {
            return Err(refused(
                ImageErrorKind::Refused,
                format!("the engine has no image {}", request.image),
            ));
        };
        let digest = format!("sha256:{}", hash::hex(("manifest", id)));
        self.cloud
            .put_image(request.repository, request.tag, &digest)
            .map_err(|(kind, message)| refused(kind, message))?;
        Ok(PushedImage {
            digest,
            media_type: Some(media_type.unwrap_or_else(|| {
                "application/vnd.docker.distribution.manifest.v2+json".to_owned()
            })),
            sent: 1 << 20,
        })
    }
}
