//! The engine's ports, fulfilled.

use std::path::Path;

use async_trait::async_trait;
use slipway_engine::port::{
    BuildRequest, BuiltImage, Engine, ImageBuilder, ImageError, ImageRegistry, ProgressSink,
    PushRequest, PushedImage,
};
use slipway_plan::BuildSource;
use tokio_util::sync::CancellationToken;

use crate::engine::DockerEngine;

#[async_trait]
impl ImageBuilder for DockerEngine {
    async fn engine(&self) -> Result<Engine, ImageError> {
        Ok(self.look_again().await?.engine)
    }

    async fn fingerprint(&self, root: &Path, source: &BuildSource) -> Result<String, ImageError> {
        self.context_fingerprint(root, source).await
    }

    async fn build(
        &self,
        request: BuildRequest<'_>,
        progress: &dyn ProgressSink,
        cancel: &CancellationToken,
    ) -> Result<BuiltImage, ImageError> {
        self.build_image(request, progress, cancel).await
    }
}

#[async_trait]
impl ImageRegistry for DockerEngine {
    async fn push(
        &self,
        request: PushRequest<'_>,
        progress: &dyn ProgressSink,
        cancel: &CancellationToken,
    ) -> Result<PushedImage, ImageError> {
        self.push_image(request, progress, cancel).await
    }
}
