//! What an image builder does.

use slipway_engine::port::{BuildRequest, ImageBuilder, ImageErrorKind, Silent};
use slipway_plan::BuildSource;
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// `good` can be built in the project at `root`; `missing` names a context that is not there. The
/// image is left in the engine under `reference`.
///
/// # Panics
/// With what does not hold.
pub async fn image_builder(
    builder: &dyn ImageBuilder,
    root: &Path,
    good: &BuildSource,
    missing: &BuildSource,
    reference: &str,
) {
    let engine = builder.engine().await.expect("an engine answers");
    assert!(!engine.product.is_empty() && !engine.found_by.is_empty());
    assert!(engine.platform.starts_with("linux/"), "{}", engine.platform);

    let fingerprint = builder.fingerprint(root, good).await.expect("it is read");
    assert_eq!(fingerprint.len(), 64);
    assert!(
        fingerprint
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    );
    let again = builder.fingerprint(root, good).await.expect("it is read");
    assert_eq!(fingerprint, again, "the same sources, the same fingerprint");
    let mut other = good.clone();
    other
        .args
        .insert("SLIPWAY_CONTRACT".to_owned(), "1".to_owned());
    let other = builder.fingerprint(root, &other).await.expect("it is read");
    assert_ne!(fingerprint, other, "an argument more, another fingerprint");

    let labels = [("slipway:project".to_owned(), "contract".to_owned())];
    let request = |source| BuildRequest {
        root,
        source,
        reference,
        labels: &labels,
    };
    let token = CancellationToken::new();
    let built = builder
        .build(request(good), &Silent, &token)
        .await
        .expect("it is built");
    assert!(built.id.starts_with("sha256:"), "{}", built.id);

    let error = builder
        .build(request(missing), &Silent, &token)
        .await
        .expect_err("what is not there is not built");
    assert_eq!(error.kind, ImageErrorKind::Source, "{error}");
    let error = builder
        .fingerprint(root, missing)
        .await
        .expect_err("what is not there has no fingerprint");
    assert_eq!(error.kind, ImageErrorKind::Source, "{error}");

    token.cancel();
    let error = builder
        .build(request(good), &Silent, &token)
        .await
        .expect_err("a build that was called off gives no image");
    assert_eq!(error.kind, ImageErrorKind::Cancelled, "{error}");
}
