//! Engines that cannot be used.

use std::time::{Duration, Instant};

use slipway_docker::{ContextLimits, DockerEngine, Surroundings};
use slipway_engine::port::{ImageBuilder as _, ImageError, ImageErrorKind};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixListener;

fn at(host: String) -> DockerEngine {
    let surroundings = Surroundings {
        docker_host: Some(host),
        ..Surroundings::default()
    };
    DockerEngine::new(surroundings, ContextLimits::default())
}

async fn refused(engine: &DockerEngine) -> ImageError {
    let error = engine.engine().await.unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Engine);
    assert!(error.hint.is_some(), "{error:?}");
    error
}

/// Answers every request with the same JSON, until the test is over.
fn answering(folder: &TempDir, body: &'static str) -> String {
    let path = folder.path().join("docker.sock");
    let listener = UnixListener::bind(&path).unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await.unwrap();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    format!("unix://{}", path.display())
}

#[tokio::test]
async fn the_engine_says_who_it_is() {
    let engine = crate::support::engine().await.engine().await.unwrap();
    assert!(engine.platform.starts_with("linux/"), "{engine:?}");
    assert!(engine.api_version.starts_with("1."), "{engine:?}");
    assert!(
        !engine.version.is_empty() && !engine.found_by.is_empty() && !engine.product.is_empty()
    );
    assert!(engine.endpoint.contains("://"), "{engine:?}");
}

#[tokio::test]
async fn no_engine_is_said() {
    let folder = TempDir::new().unwrap();
    let surroundings = Surroundings {
        system: folder.path().to_owned(),
        ..Surroundings::default()
    };
    let error = refused(&DockerEngine::new(surroundings, ContextLimits::default())).await;
    assert_eq!(
        error.message,
        "no container engine was found: none listens where engines usually do"
    );
}

#[tokio::test]
async fn an_engine_that_does_not_run_is_said_and_found_once_it_does() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("docker.sock");
    let engine = at(format!("unix://{}", path.display()));
    let error = refused(&engine).await;
    assert!(
        error
            .message
            .ends_with("does not answer: it is not running"),
        "{error}"
    );
    assert!(error.message.contains("found by DOCKER_HOST"), "{error}");
    answering(
        &folder,
        r#"{"Version":"24.0.7","ApiVersion":"1.43","Os":"linux","Arch":"amd64","Platform":{"Name":"Docker Desktop 4.26"}}"#,
    );
    let found = engine.engine().await.unwrap();
    assert_eq!(
        (found.product.as_str(), found.version.as_str()),
        ("Docker Desktop", "24.0.7")
    );
    assert_eq!(found.platform, "linux/amd64");
}

#[tokio::test]
async fn a_silent_engine_is_given_up_after_three_seconds() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("docker.sock");
    let _listener = UnixListener::bind(&path).unwrap();
    let begin = Instant::now();
    let error = refused(&at(format!("unix://{}", path.display()))).await;
    assert!(begin.elapsed() < Duration::from_secs(5));
    assert!(error.message.contains("says nothing"), "{error}");
}

#[tokio::test]
async fn an_old_engine_is_refused() {
    let folder = TempDir::new().unwrap();
    let host = answering(
        &folder,
        r#"{"Version":"1.13.1","ApiVersion":"1.26","Os":"linux","Arch":"amd64"}"#,
    );
    let error = refused(&at(host)).await;
    assert_eq!(
        error.message,
        "Docker Engine 1.13.1 is too old: it speaks API 1.26, and 1.40 is needed"
    );
}

#[tokio::test]
async fn an_engine_for_windows_containers_is_refused() {
    let folder = TempDir::new().unwrap();
    let host = answering(
        &folder,
        r#"{"Version":"24.0.7","ApiVersion":"1.43","Os":"windows","Arch":"amd64"}"#,
    );
    assert!(
        refused(&at(host))
            .await
            .message
            .contains("Linux containers are needed")
    );
}

#[tokio::test]
async fn podman_is_known() {
    let folder = TempDir::new().unwrap();
    let host = answering(
        &folder,
        r#"{"Version":"4.3.1","ApiVersion":"1.41","Os":"linux","Arch":"amd64","Components":[{"Name":"Podman Engine","Version":"4.3.1"}]}"#,
    );
    assert_eq!(at(host).engine().await.unwrap().product, "Podman");
}
