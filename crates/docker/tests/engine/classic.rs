//! The classic builder, for engines without BuildKit.

use std::fs;
use std::time::Instant;

use slipway_engine::port::{ImageErrorKind, Progress, ProgressSink, Silent};
use tokio_util::sync::CancellationToken;

use crate::support::{Disguise, Project, Told, contents, program, source};

#[tokio::test]
async fn an_image_is_built_step_by_step() {
    let disguise = Disguise::start();
    let project = Project::new(
        "FROM scratch AS prod\nCOPY a /\nENTRYPOINT [\"/a\"]\n",
        &[
            ("a", &format!("{:?}", Instant::now())),
            (".dockerignore", "*\n!a\n"),
        ],
    );
    let told = Told::default();
    let never = CancellationToken::new();
    let image = project
        .build_with(&disguise.engine(), &source(), &told, &never)
        .await
        .unwrap();
    assert!(image.id.starts_with("sha256:"), "{image:?}");
    assert_eq!(
        contents(&project.image)
            .await
            .into_iter()
            .collect::<Vec<_>>(),
        ["a"]
    );
    let titles: Vec<_> = told
        .finished()
        .into_iter()
        .map(|(title, _, cached)| (title, cached))
        .collect();
    // The labels are a step of their own.
    let expect = [
        "[1/4] FROM scratch AS prod",
        "[2/4] COPY a /",
        "[3/4] ENTRYPOINT [\"/a\"]",
        "[4/4] LABEL slipway:project=test",
    ];
    assert_eq!(titles, expect.map(|title| (title.to_owned(), false)));

    let again = Told::default();
    let second = project
        .build_with(&disguise.engine(), &source(), &again, &never)
        .await
        .unwrap();
    assert_eq!(second.id, image.id);
    assert!(
        again
            .finished()
            .iter()
            .skip(1)
            .all(|(_, _, cached)| *cached),
        "{:?}",
        again.finished()
    );
}

/// A build from `scratch` looks through all images of the engine and ends when one goes meanwhile.
#[tokio::test]
async fn a_build_that_others_disturb_is_begun_again() {
    const DISTURBED: &str = r#"{"stream":"Step 1/2 : FROM scratch\n"}
{"errorDetail":{"message":"unable to find image \"sha256:0a\""},"error":"unable to find image \"sha256:0a\""}"#;
    let never = CancellationToken::new();
    let project = Project::new("FROM scratch\nCOPY a /\n", &[("a", "1")]);
    {
        let disguise = Disguise::answering(vec![("/build?", DISTURBED, 2)]);
        project
            .build_with(&disguise.engine(), &source(), &Silent, &never)
            .await
            .unwrap();
    }
    let disguise = Disguise::answering(vec![("/build?", DISTURBED, u32::MAX)]);
    let error = project
        .build_with(&disguise.engine(), &source(), &Silent, &never)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Build);
    assert!(error.message.contains("unable to find image"), "{error}");
}

#[tokio::test]
async fn an_ignored_dockerfile_is_not_copied() {
    let disguise = Disguise::start();
    let project = Project::new(
        "FROM scratch\nCOPY . /\n",
        &[("a", "1"), (".dockerignore", "Dockerfile\n.dockerignore\n")],
    );
    project
        .build_with(
            &disguise.engine(),
            &source(),
            &Silent,
            &CancellationToken::new(),
        )
        .await
        .unwrap();
    assert_eq!(
        contents(&project.image)
            .await
            .into_iter()
            .collect::<Vec<_>>(),
        ["a"]
    );
}

#[tokio::test]
async fn a_failure_names_line_step_and_reason() {
    let disguise = Disguise::start();
    let never = CancellationToken::new();
    let project = Project::new("FROM scratch\n\nCOPY gone /\n", &[]);
    let error = project
        .build_with(&disguise.engine(), &source(), &Silent, &never)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Build);
    assert!(
        error
            .message
            .starts_with("building `app` failed: app/Dockerfile line 3, `COPY gone /`: "),
        "{error}"
    );
    assert!(error.hint.unwrap().contains(".dockerignore"));

    let project = Project::new("FROM scratch\nCOPPY a /\n", &[]);
    let error = project
        .build_with(&disguise.engine(), &source(), &Silent, &never)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.hint.as_deref()),
        (ImageErrorKind::Build, Some("Correct the Dockerfile."))
    );

    let project = Project::new(
        "FROM scratch\nCOPY program /\nRUN [\"/program\", \"noise\", \"1000\"]\n",
        &[],
    );
    fs::copy(program(), project.app().join("program")).unwrap();
    let error = project
        .build_with(&disguise.engine(), &source(), &Silent, &never)
        .await
        .unwrap_err();
    assert!(
        error.message.contains("line 3") && error.message.ends_with("a non-zero code: 7"),
        "{error}"
    );
    assert_eq!(error.log_tail.len(), 50);
    assert!(
        error.log_tail[49].starts_with("999 "),
        "{:?}",
        error.log_tail
    );
}

#[tokio::test]
async fn a_build_is_cancelled_within_a_second() {
    struct CancelWhenStarted(CancellationToken, std::sync::Mutex<Option<Instant>>);
    impl ProgressSink for CancelWhenStarted {
        fn tell(&self, news: Progress) {
            if news == Progress::Log("started".to_owned()) {
                *self.1.lock().unwrap() = Some(Instant::now());
                self.0.cancel();
            }
        }
    }
    let disguise = Disguise::start();
    let project = Project::new(
        &format!(
            "FROM scratch\nCOPY program /\nRUN [\"/program\", \"sleep\", \"{:?}\"]\n",
            Instant::now()
        )
        .replace("Instant ", ""),
        &[],
    );
    fs::copy(program(), project.app().join("program")).unwrap();
    let cancel = CancellationToken::new();
    let sink = CancelWhenStarted(cancel.clone(), std::sync::Mutex::new(None));
    let error = project
        .build_with(&disguise.engine(), &source(), &sink, &cancel)
        .await
        .unwrap_err();
    let took = sink
        .1
        .lock()
        .unwrap()
        .expect("the program started")
        .elapsed();
    assert_eq!(error.kind, ImageErrorKind::Cancelled);
    assert!(took.as_millis() < 1000, "it took {took:?}");
}
