//! Building.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;
use std::time::Instant;

use slipway_design::Arch;
use slipway_engine::port::{ImageErrorKind, Progress, ProgressSink, Silent};
use slipway_plan::BuildSource;
use tokio_util::sync::CancellationToken;

use crate::support::{Project, Told, arch, contents, docker, program, source};

fn never() -> CancellationToken {
    CancellationToken::new()
}

fn with_program(dockerfile: &str) -> Project {
    let project = Project::new(dockerfile, &[]);
    let path = project.app().join("program");
    fs::copy(program(), &path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    project
}

#[tokio::test]
async fn an_image_is_built_step_by_step() {
    let project = Project::new(
        "FROM scratch\nARG WHERE\nCOPY a /${WHERE}\nENTRYPOINT [\"/a\"]\n",
        &[("a", "text")],
    );
    let told = Told::default();
    let source = BuildSource {
        args: [("WHERE".to_owned(), "b".to_owned())].into(),
        ..source()
    };
    let image = project.build_from(&source, &told, &never()).await.unwrap();
    assert!(image.id.starts_with("sha256:"), "{image:?}");
    assert_eq!(image.size, 4);
    assert_eq!(
        contents(&project.image)
            .await
            .into_iter()
            .collect::<Vec<_>>(),
        ["b"]
    );

    let inspected = docker().inspect_image(&project.image).await.unwrap();
    assert_eq!(inspected.id.unwrap(), image.id);
    assert_eq!(
        inspected.config.unwrap().labels.unwrap()["slipway:project"],
        "test"
    );
    assert_eq!(inspected.os.unwrap(), "linux");

    let finished = told.finished();
    assert!(
        finished
            .iter()
            .any(|(title, _, _)| title.contains("COPY a /")),
        "{finished:?}"
    );
    let again = Told::default();
    let second = project.build_from(&source, &again, &never()).await.unwrap();
    assert_eq!(second.id, image.id);
    assert!(
        again
            .finished()
            .iter()
            .any(|(title, _, cached)| *cached && title.contains("COPY a /")),
        "{:?}",
        again.finished()
    );
}

#[tokio::test]
async fn the_adapter_keeps_to_the_contract() {
    let project = Project::new("FROM scratch\nCOPY a /\n", &[("a", "contract")]);
    let engine = crate::support::engine().await;
    let missing = BuildSource {
        context: "nowhere".to_owned(),
        ..source()
    };
    slipway_testkit::contract::image_builder(
        &engine,
        project.folder.path(),
        &source(),
        &missing,
        &project.image,
    )
    .await;
}

#[tokio::test]
async fn a_stage_is_chosen() {
    let project = Project::new(
        "FROM scratch AS one\nCOPY a /one\nFROM scratch AS two\nCOPY a /two\n",
        &[("a", "")],
    );
    let source = BuildSource {
        target: Some("one".to_owned()),
        ..source()
    };
    project
        .build_from(&source, &Silent, &never())
        .await
        .unwrap();
    assert!(contents(&project.image).await.contains("one"));

    let source = BuildSource {
        target: Some("three".to_owned()),
        ..source
    };
    let error = project
        .build_from(&source, &Silent, &never())
        .await
        .unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Build);
    assert!(
        error.hint.as_deref().unwrap().contains("`target`"),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_platform_is_the_one_asked_for() {
    let other = if arch() == Arch::Arm64 {
        Arch::X86_64
    } else {
        Arch::Arm64
    };
    let project = Project::new("FROM scratch\nCOPY a /\n", &[("a", "")]);
    let source = BuildSource {
        arch: other,
        ..source()
    };
    project
        .build_from(&source, &Silent, &never())
        .await
        .unwrap();
    let inspected = docker().inspect_image(&project.image).await.unwrap();
    let expect = if other == Arch::Arm64 {
        "arm64"
    } else {
        "amd64"
    };
    assert_eq!(inspected.architecture.unwrap(), expect);
}

#[tokio::test]
async fn a_missing_file_is_named_with_its_line() {
    let project = Project::new("FROM scratch\n\nCOPY gone /\n", &[]);
    let error = project.build(&Silent, &never()).await.unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Build);
    assert!(
        error
            .message
            .starts_with("building `app` failed: app/Dockerfile line 3, `COPY gone /`: "),
        "{error}"
    );
    assert!(error.message.contains("not found"), "{error}");
    assert!(error.hint.unwrap().contains(".dockerignore"));
}

#[tokio::test]
async fn a_dockerfile_with_a_mistake_is_refused() {
    let project = Project::new("FROM scratch\nCOPPY a /\n", &[]);
    let error = project.build(&Silent, &never()).await.unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Build);
    assert!(error.message.contains("line 2"), "{error}");
    assert!(error.message.contains("COPPY"), "{error}");
    assert_eq!(error.hint.as_deref(), Some("Correct the Dockerfile."));
}

#[tokio::test]
async fn a_missing_dockerfile_is_found_without_the_engine() {
    let project = Project::new("FROM scratch\n", &[]);
    fs::remove_file(project.app().join("Dockerfile")).unwrap();
    let error = project.build(&Silent, &never()).await.unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Source);
    assert_eq!(error.message, "the Dockerfile `app/Dockerfile` is missing");
    assert!(error.hint.is_some());
}

#[tokio::test]
async fn a_long_log_that_is_not_text_is_followed_to_its_end() {
    let project =
        with_program("FROM scratch\nCOPY program /\nRUN [\"/program\", \"noise\", \"1000000\"]\n");
    /// Counts, and keeps nothing: a million lines go through in bounded memory.
    #[derive(Default)]
    struct Count(std::sync::atomic::AtomicU64);
    impl ProgressSink for Count {
        fn tell(&self, news: Progress) {
            if let Progress::Log(line) = news {
                assert!(line.len() < 5000);
                self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }
    let count = Count::default();
    let error = project.build(&count, &never()).await.unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Build);
    assert!(error.message.contains("line 3"), "{error}");
    assert!(
        error.message.contains("exit code: 7") || error.message.contains("code: 7"),
        "{error}"
    );
    assert_eq!(
        error.hint.as_deref(),
        Some("Read the last lines of its output.")
    );
    // BuildKit itself cuts a log of many megabytes; what it passes on arrives.
    assert!(count.0.load(std::sync::atomic::Ordering::Relaxed) > 10_000);
    assert!(error.log_tail.len() <= 50 && !error.log_tail.is_empty());
    assert!(
        error.log_tail.iter().any(|line| line.contains('\u{fffd}')),
        "{:?}",
        error.log_tail
    );
}

#[tokio::test]
async fn a_build_is_cancelled_within_a_second() {
    // The argument makes the step new in each run, and the container findable.
    let mark = format!("{:?}", Instant::now()).replace(|c: char| !c.is_ascii_digit(), "");
    let project = with_program(&format!(
        "FROM scratch\nCOPY program /\nRUN [\"/program\", \"sleep\", \"{mark}\"]\n"
    ));
    /// Cancels when the program of the build says that it runs.
    struct CancelWhenStarted(CancellationToken, std::sync::Mutex<Option<Instant>>);
    impl ProgressSink for CancelWhenStarted {
        fn tell(&self, news: Progress) {
            if news == Progress::Log("started".to_owned()) {
                *self.1.lock().unwrap() = Some(Instant::now());
                self.0.cancel();
            }
        }
    }
    let cancel = never();
    let sink = CancelWhenStarted(cancel.clone(), std::sync::Mutex::new(None));
    let error = project.build(&sink, &cancel).await.unwrap_err();
    let took = sink
        .1
        .lock()
        .unwrap()
        .expect("the program started")
        .elapsed();
    assert_eq!(error.kind, ImageErrorKind::Cancelled);
    assert!(took.as_millis() < 1000, "it took {took:?}");
    // The engine stops the program too.
    let deadline = Instant::now() + std::time::Duration::from_secs(15);
    while is_running(&mark) {
        assert!(Instant::now() < deadline, "the build's program still runs");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Whether some process has `mark` among its arguments.
fn is_running(mark: &str) -> bool {
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(Result::ok)
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .any(|line| String::from_utf8_lossy(&line).contains(mark))
}

#[tokio::test]
async fn links_out_of_the_project_bring_nothing_in() {
    let project = Project::new("FROM scratch\nCOPY . /\n", &[("a", "1")]);
    symlink("/etc/shadow", project.app().join("shadow")).unwrap();
    symlink("/etc", project.app().join("folder")).unwrap();
    project.build(&Silent, &never()).await.unwrap();
    let contents = contents(&project.image).await;
    assert!(contents.contains("shadow -> /etc/shadow"), "{contents:?}");
    assert!(contents.contains("folder -> /etc"), "{contents:?}");
    assert!(
        !contents.iter().any(|path| path.contains("passwd")),
        "{contents:?}"
    );

    // Nor does naming the link in the Dockerfile.
    let project = Project::new("FROM scratch\nCOPY shadow /stolen\n", &[]);
    symlink("/etc/shadow", project.app().join("shadow")).unwrap();
    let error = project.build(&Silent, &never()).await.unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Build);
}

#[tokio::test]
async fn a_fifo_and_a_sparse_terabyte_are_refused_at_once() {
    let begin = Instant::now();
    let project = Project::new("FROM scratch\nCOPY . /\n", &[]);
    let fifo = project.app().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let error = project.build(&Silent, &never()).await.unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Source);
    assert!(error.message.contains("`pipe`"), "{error}");

    fs::remove_file(&fifo).unwrap();
    fs::File::create(project.app().join("huge"))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    let error = project.build(&Silent, &never()).await.unwrap_err();
    assert_eq!(error.kind, ImageErrorKind::Source);
    assert!(error.message.contains("1.0 TiB"), "{error}");
    assert!(begin.elapsed().as_secs() < 10);
}

#[tokio::test]
async fn a_warning_is_told_before_the_build() {
    let project = Project::new(
        "FROM scratch\nCOPY a /\n",
        &[("a", "1"), (".env", "KEY=secret")],
    );
    let told = Told::default();
    project.build(&told, &never()).await.unwrap();
    assert!(
        told.logs()
            .iter()
            .any(|line| line.starts_with("warning: `.env`")),
        "{:?}",
        told.logs()
    );
}
