//! Pushing.

use std::net::TcpListener;
use std::time::Instant;

use slipway_engine::port::{
    ImageError, ImageErrorKind, ImageRegistry as _, Progress, ProgressSink, PushRequest,
    PushedImage, RegistryLogin, Silent,
};
use tokio_util::sync::CancellationToken;

use crate::support::{Disguise, Project, Registry, Told, docker, engine, remove_image};

async fn push(
    image: &str,
    repository: &str,
    login: &RegistryLogin,
    progress: &dyn ProgressSink,
    cancel: &CancellationToken,
) -> Result<PushedImage, ImageError> {
    let request = PushRequest {
        image,
        repository,
        tag: "t1",
        login,
    };
    let pushed = engine().await.push(request, progress, cancel).await;
    // The push names the image once more.
    remove_image(&format!("{repository}:t1")).await;
    pushed
}

async fn built(text: &str) -> (Project, String) {
    let project = Project::new("FROM scratch\nCOPY a /\n", &[("a", text)]);
    let image = project
        .build(&Silent, &CancellationToken::new())
        .await
        .unwrap();
    (project, image.id)
}

#[tokio::test]
async fn an_image_is_pushed_and_again_without_a_byte() {
    let registry = Registry::start(true);
    let login = registry.login("right");
    // Larger than what is sent between two reports, and new in each run.
    let text = format!("{:?}", Instant::now()).repeat(100_000);
    let (_project, image) = built(&text).await;
    let repository = format!("{}/shop/orders", registry.server);
    let never = CancellationToken::new();

    let told = Told::default();
    let first = push(&image, &repository, &login, &told, &never)
        .await
        .unwrap();
    assert!(first.digest.starts_with("sha256:"), "{first:?}");
    assert_eq!(
        first.media_type.as_deref(),
        Some("application/vnd.docker.distribution.manifest.v2+json")
    );
    assert!(first.sent >= text.len() as u64, "{first:?}");
    let finished = told.finished();
    assert_eq!(finished.len(), 1, "{finished:?}");
    assert!(
        finished[0].1 >= text.len() as u64 && !finished[0].2,
        "{finished:?}"
    );

    let told = Told::default();
    let second = push(&image, &repository, &login, &told, &never)
        .await
        .unwrap();
    assert_eq!((&second.digest, second.sent), (&first.digest, 0));
    assert!(
        told.finished().iter().all(|(_, _, cached)| *cached),
        "{:?}",
        told.finished()
    );

    // The registry has what the push said.
    let credentials = bollard::auth::DockerCredentials {
        username: Some(login.username.clone()),
        password: Some(login.password.clone()),
        ..Default::default()
    };
    let name = format!("{repository}:t1");
    let there = docker()
        .inspect_registry_image(&name, Some(credentials))
        .await
        .unwrap();
    assert_eq!(
        there.descriptor.digest.as_deref(),
        Some(first.digest.as_str())
    );
}

#[tokio::test]
async fn an_index_is_refused_with_the_reason() {
    let registry = Registry::start(false);
    let login = registry.login("any");
    let (_project, image) = built("index").await;
    let repository = format!("{}/shop/orders", registry.server);
    // As if the engine had made an index with attestations of it.
    let disguise = Disguise::answering(vec![(
        "/distribution/",
        r#"{"Descriptor":{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"sha256:0","size":1},"Platforms":[]}"#,
        u32::MAX,
    )]);
    let request = PushRequest {
        image: &image,
        repository: &repository,
        tag: "t1",
        login: &login,
    };
    let error = disguise
        .engine()
        .push(request, &Silent, &CancellationToken::new())
        .await
        .unwrap_err();
    remove_image(&format!("{repository}:t1")).await;
    assert_eq!(error.kind, ImageErrorKind::Unsuitable);
    assert!(
        error.message.contains("Lambda takes a single image only"),
        "{error}"
    );
}

#[tokio::test]
async fn a_wrong_login_is_refused_and_not_told() {
    let registry = Registry::start(true);
    let login = registry.login("CANARY-wrong-password");
    let (_project, image) = built("refused").await;
    let repository = format!("{}/shop/orders", registry.server);
    let told = Told::default();
    let error = push(
        &image,
        &repository,
        &login,
        &told,
        &CancellationToken::new(),
    )
    .await
    .unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Refused);
    assert!(
        error
            .message
            .starts_with(&format!("pushing to {repository} failed: ")),
        "{error}"
    );
    assert!(
        error.hint.as_deref().unwrap().contains("sign in again"),
        "{error:?}"
    );
    let all = format!("{error:?} {:?} {login:?}", told.0.lock().unwrap());
    assert!(!all.contains("CANARY"), "{all}");
}

#[tokio::test]
async fn a_registry_that_is_not_there_is_said() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let login = RegistryLogin {
        server: format!("localhost:{port}"),
        username: "u".to_owned(),
        password: "p".to_owned(),
    };
    let (_project, image) = built("absent").await;
    let repository = format!("localhost:{port}/shop");
    let error = push(
        &image,
        &repository,
        &login,
        &Silent,
        &CancellationToken::new(),
    )
    .await
    .unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Transient);
    assert!(
        error
            .hint
            .as_deref()
            .unwrap()
            .contains("Check that the registry runs"),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_image_that_is_not_there_is_said() {
    let login = RegistryLogin {
        server: "localhost:1".into(),
        username: "u".into(),
        password: "p".into(),
    };
    let request = PushRequest {
        image: "sha256:0000000000000000000000000000000000000000000000000000000000000000",
        repository: "localhost:1/shop",
        tag: "t",
        login: &login,
    };
    let error = engine()
        .await
        .push(request, &Silent, &CancellationToken::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Source);
    assert_eq!(error.hint.as_deref(), Some("Build it again."));
}

#[tokio::test]
async fn a_push_is_cancelled_within_a_second() {
    // Takes connections and says nothing: the engine waits for it.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let cancel = CancellationToken::new();
    let taken = std::sync::Arc::new(std::sync::Mutex::new(None));
    let server = tokio::spawn({
        let (cancel, taken) = (cancel.clone(), std::sync::Arc::clone(&taken));
        async move {
            let (held, _) = listener.accept().await.unwrap();
            *taken.lock().unwrap() = Some(Instant::now());
            cancel.cancel();
            // Held until the test is over.
            std::future::pending::<()>().await;
            drop(held);
        }
    });
    let login = RegistryLogin {
        server: format!("localhost:{port}"),
        username: "u".into(),
        password: "p".into(),
    };
    let (_project, image) = built("cancelled").await;
    let told = Told::default();
    let request = PushRequest {
        image: &image,
        repository: &format!("localhost:{port}/shop"),
        tag: "t1",
        login: &login,
    };
    let error = engine()
        .await
        .push(request, &told, &cancel)
        .await
        .unwrap_err();
    let took = taken
        .lock()
        .unwrap()
        .expect("the engine connected")
        .elapsed();
    assert_eq!(error.kind, ImageErrorKind::Cancelled);
    assert!(took.as_millis() < 1000, "it took {took:?}");
    remove_image(&format!("localhost:{port}/shop:t1")).await;
    server.abort();
    assert!(
        !told
            .0
            .lock()
            .unwrap()
            .iter()
            .any(|news| matches!(news, Progress::Part { finished: true, .. }))
    );
}
