//! What is packed, and that nothing outside of the project is ever read.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rstest::rstest;
use slipway_design::Arch;
use slipway_docker::{CautionKind, ContextError, ContextLimits, ContextSource};
use slipway_plan::BuildSource;
use tempfile::TempDir;

fn source(context: &str) -> BuildSource {
    BuildSource {
        context: context.to_owned(),
        dockerfile: "Dockerfile".to_owned(),
        target: None,
        args: Default::default(),
        arch: Arch::X86_64,
    }
}

/// A project with one context, `app`.
fn project(files: &[(&str, &str)]) -> TempDir {
    let project = TempDir::new().unwrap();
    fs::create_dir(project.path().join("app")).unwrap();
    fs::write(
        project.path().join("app/Dockerfile"),
        "FROM scratch\nCOPY . /\n",
    )
    .unwrap();
    for (path, text) in files {
        let path = project.path().join("app").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    project
}

fn open(project: &TempDir) -> ContextSource {
    ContextSource::open(project.path(), &source("app")).unwrap()
}

fn packed(context: &ContextSource) -> Vec<u8> {
    let mut archive = Vec::new();
    context.write(&mut archive).unwrap();
    archive
}

/// `path`, `path/` for a folder, `path -> target` for a link, in the order of the archive.
fn names(context: &ContextSource) -> Vec<String> {
    let archive = packed(context);
    tar::Archive::new(archive.as_slice())
        .entries()
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let path = entry.path().unwrap().display().to_string();
            match entry.link_name().unwrap() {
                Some(target) => format!("{path} -> {}", target.display()),
                None if entry.header().entry_type().is_dir() => {
                    format!("{}/", path.trim_end_matches('/'))
                }
                None => path,
            }
        })
        .collect()
}

#[test]
fn an_archive_is_sorted_and_leaves_out_what_is_ignored() {
    let project = project(&[
        (".dockerignore", "target\n*.log\n!keep.log\n"),
        ("b.txt", ""),
        ("a/z", ""),
        ("a.txt", ""),
        ("x.log", ""),
        ("keep.log", ""),
        ("target/debug/big", ""),
    ]);
    fs::create_dir(project.path().join("app/empty")).unwrap();
    assert_eq!(
        names(&open(&project)),
        [
            ".dockerignore",
            "Dockerfile",
            "a/",
            "a/z",
            "a.txt",
            "b.txt",
            "empty/",
            "keep.log"
        ]
    );
}

#[test]
fn dockerfile_and_ignore_file_are_sent_even_if_ignored() {
    let project = project(&[
        (".dockerignore", "*\n!bootstrap\n"),
        ("bootstrap", ""),
        ("src/main.rs", ""),
    ]);
    assert_eq!(
        names(&open(&project)),
        [".dockerignore", "Dockerfile", "bootstrap"]
    );
}

#[test]
fn an_exception_brings_its_folders_back() {
    let project = project(&[
        (".dockerignore", "*\n!**/*.txt\n"),
        ("a/b/c.txt", ""),
        ("a/d/e.bin", ""),
        ("f.txt", ""),
    ]);
    assert_eq!(
        names(&open(&project)),
        [
            ".dockerignore",
            "Dockerfile",
            "a/",
            "a/b/",
            "a/b/c.txt",
            "f.txt"
        ]
    );
}

#[test]
fn the_ignore_file_of_the_dockerfile_comes_first() {
    let project = project(&[
        (".dockerignore", "a\n"),
        ("Dockerfile.dockerignore", "b\n"),
        ("a", ""),
        ("b", ""),
    ]);
    assert_eq!(
        names(&open(&project)),
        [
            ".dockerignore",
            "Dockerfile",
            "Dockerfile.dockerignore",
            "a"
        ]
    );
}

#[test]
fn a_dockerfile_beside_the_context_is_added() {
    let project = project(&[("main", "")]);
    fs::write(project.path().join("Dockerfile.app"), "FROM scratch\n").unwrap();
    let mut source = source("app");
    source.dockerfile = "../Dockerfile.app".to_owned();
    let context = ContextSource::open(project.path(), &source).unwrap();
    assert_eq!(
        names(&context),
        ["Dockerfile", "main", ".slipway.Dockerfile"]
    );
}

#[test]
fn a_dockerfile_in_an_ignored_folder_is_found() {
    let project = project(&[
        (".dockerignore", "docker\n"),
        ("docker/prod.Dockerfile", "FROM scratch"),
        ("docker/x", ""),
    ]);
    let mut source = source("app");
    source.dockerfile = "docker/prod.Dockerfile".to_owned();
    let context = ContextSource::open(project.path(), &source).unwrap();
    assert_eq!(
        names(&context),
        [
            ".dockerignore",
            "Dockerfile",
            "docker/",
            "docker/prod.Dockerfile"
        ]
    );
}

#[test]
fn an_archive_does_not_depend_on_time_or_place() {
    let files = [("a", "1"), ("b/c", "2")];
    let (one, two) = (project(&files), project(&files));
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1000);
    fs::File::open(two.path().join("app/a"))
        .unwrap()
        .set_modified(old)
        .unwrap();
    assert_eq!(packed(&open(&one)), packed(&open(&two)));
    assert_eq!(
        open(&one).fingerprint(&source("app")).unwrap(),
        open(&two).fingerprint(&source("app")).unwrap()
    );
}

#[test]
fn long_names_and_targets_survive() {
    let long = "n".repeat(120);
    let project = project(&[(&format!("{long}/{long}"), "x")]);
    symlink("t".repeat(150), project.path().join("app/link")).unwrap();
    symlink("./../a//b", project.path().join("app/odd")).unwrap();
    assert_eq!(
        names(&open(&project)),
        [
            "Dockerfile".to_owned(),
            "link -> ".to_owned() + &"t".repeat(150),
            format!("{long}/"),
            format!("{long}/{long}"),
            "odd -> ./../a//b".to_owned(),
        ]
    );
}

#[test]
fn the_fingerprint_follows_what_the_build_sees() {
    let project = project(&[
        (".dockerignore", "*.md\n.dockerignore\n"),
        ("a", "1"),
        ("notes.md", "1"),
    ]);
    let app = project.path().join("app");
    let fingerprint = |source: &BuildSource| {
        ContextSource::open(project.path(), source)
            .unwrap()
            .fingerprint(source)
            .unwrap()
    };
    let base = source("app");
    let first = fingerprint(&base);
    assert_eq!(first.len(), 64);

    fs::write(app.join("notes.md"), "2").unwrap();
    fs::write(
        app.join(".dockerignore"),
        "# a comment\n*.md\n.dockerignore\n",
    )
    .unwrap();
    assert_eq!(fingerprint(&base), first, "ignored files do not count");

    let mut seen = vec![first];
    let mut expect_new = |fingerprint: String, what: &str| {
        assert!(!seen.contains(&fingerprint), "{what} counts");
        seen.push(fingerprint);
    };
    fs::write(app.join("a"), "2").unwrap();
    expect_new(fingerprint(&base), "content");
    fs::set_permissions(app.join("a"), fs::Permissions::from_mode(0o755)).unwrap();
    expect_new(fingerprint(&base), "the mode");
    fs::rename(app.join("a"), app.join("b")).unwrap();
    expect_new(fingerprint(&base), "the name");
    symlink("b", app.join("l")).unwrap();
    expect_new(fingerprint(&base), "a link");
    fs::write(app.join("Dockerfile"), "FROM scratch\nCOPY b /\n").unwrap();
    expect_new(fingerprint(&base), "the Dockerfile");
    expect_new(
        fingerprint(&BuildSource {
            target: Some("prod".into()),
            ..base.clone()
        }),
        "the target",
    );
    expect_new(
        fingerprint(&BuildSource {
            arch: Arch::Arm64,
            ..base.clone()
        }),
        "the platform",
    );
    let args = [("REV".to_owned(), "1".to_owned())].into();
    expect_new(
        fingerprint(&BuildSource {
            args,
            ..base.clone()
        }),
        "an argument",
    );
}

/// Everything that would make a packer read what is not the project's.
#[rstest]
#[case::absolute("/etc")]
#[case::parent("..")]
#[case::parent_of_parent("app/../../etc")]
#[case::linked_folder("linked")]
fn a_context_outside_of_the_project_is_refused(#[case] context: &str) {
    let project = project(&[]);
    symlink("/etc", project.path().join("linked")).unwrap();
    let error = ContextSource::open(project.path(), &source(context)).unwrap_err();
    assert!(
        matches!(
            error,
            ContextError::Outside { .. } | ContextError::Missing { .. }
        ),
        "{error}"
    );
}

#[rstest]
#[case("https://github.com/a/b.git")]
#[case("git@github.com:a/b.git")]
#[case("ssh://host/repo")]
fn a_remote_context_is_refused(#[case] context: &str) {
    let error = ContextSource::open(project(&[]).path(), &source(context)).unwrap_err();
    assert!(matches!(error, ContextError::Remote(_)), "{error}");
}

#[test]
fn a_dockerfile_or_ignore_file_that_links_out_is_refused() {
    for name in ["Dockerfile", ".dockerignore", "Dockerfile.dockerignore"] {
        let project = project(&[]);
        let path = project.path().join("app").join(name);
        drop(fs::remove_file(&path));
        symlink("/etc/passwd", &path).unwrap();
        let error = ContextSource::open(project.path(), &source("app")).unwrap_err();
        assert!(
            matches!(error, ContextError::Outside { .. }),
            "{name}: {error}"
        );
    }
}

#[test]
fn links_are_stored_and_never_followed() {
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("secret"), "CANARY-7f3a").unwrap();
    let project = project(&[("a", "1")]);
    let app = project.path().join("app");
    symlink("/etc/shadow", app.join("shadow")).unwrap();
    symlink(outside.path(), app.join("folder")).unwrap();
    symlink(outside.path().join("secret"), app.join("file")).unwrap();
    symlink("loop", app.join("loop")).unwrap();
    let context = open(&project);
    assert_eq!(
        names(&context),
        [
            "Dockerfile".to_owned(),
            "a".to_owned(),
            format!("file -> {}", outside.path().join("secret").display()),
            format!("folder -> {}", outside.path().display()),
            "loop -> loop".to_owned(),
            "shadow -> /etc/shadow".to_owned(),
        ]
    );
    let archive = packed(&context);
    assert!(!archive.windows(11).any(|bytes| bytes == b"CANARY-7f3a"));

    // What a link points to may change without the image changing.
    let before = context.fingerprint(&source("app")).unwrap();
    fs::write(outside.path().join("secret"), "other").unwrap();
    assert_eq!(context.fingerprint(&source("app")).unwrap(), before);
}

#[test]
fn a_fifo_is_refused_by_name_and_may_be_ignored() {
    let project = project(&[("a", "1")]);
    let fifo = project.path().join("app/pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let context = open(&project);
    let error = context.measure(&ContextLimits::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`pipe` in the build context `app` cannot be packed: it is a FIFO"
    );
    assert!(context.fingerprint(&source("app")).is_err());
    assert!(context.write(&mut Vec::new()).is_err());

    fs::write(project.path().join("app/.dockerignore"), "pipe\n").unwrap();
    assert_eq!(names(&open(&project)), [".dockerignore", "Dockerfile", "a"]);
}

#[test]
fn a_fifo_in_place_of_the_dockerfile_is_refused_without_waiting() {
    let project = project(&[]);
    let fifo = project.path().join("app/Dockerfile");
    fs::remove_file(&fifo).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let error = ContextSource::open(project.path(), &source("app")).unwrap_err();
    assert!(matches!(error, ContextError::WrongKind { .. }), "{error}");
}

#[test]
fn a_sparse_terabyte_is_refused_before_it_is_read() {
    let project = project(&[("small", "1")]);
    let huge = fs::File::create(project.path().join("app/huge")).unwrap();
    huge.set_len(1 << 40).unwrap();
    let error = open(&project)
        .measure(&ContextLimits::default())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the build context `app` is refused: it holds 1.0 TiB or more, more than 4.0 GiB; \
         the largest file is huge (1.0 TiB)"
    );
    let few = ContextLimits {
        entries: 1,
        ..ContextLimits::default()
    };
    fs::write(project.path().join("app/.dockerignore"), "huge\n").unwrap();
    let error = open(&project).measure(&few).unwrap_err();
    assert!(error.to_string().contains("files and folders"), "{error}");
}

#[test]
fn a_context_is_measured_and_its_owner_warned() {
    let project = project(&[
        (".env", "A=1"),
        ("certs/server.key", "k"),
        (".aws/credentials", "c"),
        (".git/HEAD", "h"),
        ("a", "12345"),
    ]);
    let listener = UnixListener::bind(project.path().join("app/sock")).unwrap();
    let size = open(&project).measure(&ContextLimits::default()).unwrap();
    drop(listener);
    let cautions: Vec<_> = size
        .cautions
        .iter()
        .map(|c| (c.path.as_str(), c.kind))
        .collect();
    assert_eq!(
        cautions,
        [
            (".aws", CautionKind::Logins),
            (".env", CautionKind::Environment),
            (".git", CautionKind::History),
            ("certs/server.key", CautionKind::PrivateKey),
            ("sock", CautionKind::Socket),
        ]
    );
    assert_eq!(
        size.bytes,
        5 + 3 + 1 + 1 + 1 + "FROM scratch\nCOPY . /\n".len() as u64
    );
    assert!(!names(&open(&project)).contains(&"sock".to_owned()));
}

#[test]
fn what_is_missing_is_named() {
    let project = project(&[]);
    let missing = |source: &BuildSource| {
        ContextSource::open(project.path(), source)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        missing(&source("nowhere")),
        "the build context `nowhere` is missing"
    );
    let dockerfile = BuildSource {
        dockerfile: "Dockerfile.prod".into(),
        ..source("app")
    };
    assert_eq!(
        missing(&dockerfile),
        "the Dockerfile `app/Dockerfile.prod` is missing"
    );
    fs::write(project.path().join("app/.dockerignore"), "a\n[\n").unwrap();
    assert_eq!(
        missing(&source("app")),
        "`app/.dockerignore` cannot be read: line 2: bad pattern `[`: a `[` is not closed"
    );
}

#[tokio::test]
async fn a_stream_waits_for_its_reader_and_holds_the_archive() {
    let project = project(&[]);
    let large = vec![7; 8 << 20];
    fs::write(project.path().join("app/large"), &large).unwrap();
    let context = Arc::new(open(&project));
    let expect = packed(&context);
    let mut packing = Arc::clone(&context).pack();
    let mut archive = packing.chunks.recv().await.unwrap().unwrap().to_vec();
    // Nobody reads now: what waits is bounded by the channel, and packing is not over.
    while packing.chunks.len() < packing.chunks.max_capacity() {
        tokio::task::yield_now().await;
    }
    assert!(packing.chunks.max_capacity() * archive.len() <= 1 << 20);
    assert!(!packing.outcome.is_finished());
    while let Some(chunk) = packing.chunks.recv().await {
        archive.extend_from_slice(&chunk.unwrap());
    }
    packing.outcome.await.unwrap().unwrap();
    assert!(archive == expect, "the stream is the archive");
}

#[tokio::test]
async fn a_reader_that_goes_away_ends_packing() {
    let project = project(&[]);
    fs::write(project.path().join("app/large"), vec![7; 8 << 20]).unwrap();
    let packing = Arc::new(open(&project)).pack();
    drop(packing.chunks);
    let outcome = packing.outcome.await.unwrap();
    assert!(matches!(outcome, Err(ContextError::Stopped)), "{outcome:?}");
}

#[tokio::test]
async fn a_failure_breaks_the_stream() {
    let project = project(&[]);
    fs::write(project.path().join("app/zlarge"), vec![7; 8 << 20]).unwrap();
    let mut packing = Arc::new(open(&project)).pack();
    // The file shrinks while it is read: its reader is held back by the channel.
    let first = packing.chunks.recv().await.unwrap().unwrap();
    assert!(!first.is_empty());
    fs::OpenOptions::new()
        .write(true)
        .open(project.path().join("app/zlarge"))
        .unwrap()
        .set_len(10)
        .unwrap();
    let mut last = Ok(first);
    while let Some(chunk) = packing.chunks.recv().await {
        last = chunk;
    }
    assert!(
        last.is_err(),
        "the stream must not end like a whole archive"
    );
    let outcome = packing.outcome.await.unwrap();
    assert!(
        matches!(outcome, Err(ContextError::Changed { .. })),
        "{outcome:?}"
    );
}

#[test]
fn archive_contents_and_modes_are_right() {
    let project = project(&[("bin/run", "#!x")]);
    fs::set_permissions(
        project.path().join("app/bin/run"),
        fs::Permissions::from_mode(0o750),
    )
    .unwrap();
    let archive = packed(&open(&project));
    let mut archive = tar::Archive::new(archive.as_slice());
    let mut entry = archive
        .entries()
        .unwrap()
        .map(Result::unwrap)
        .find(|entry| entry.path().unwrap() == Path::new("bin/run"))
        .unwrap();
    let mut text = String::new();
    entry.read_to_string(&mut text).unwrap();
    let header = entry.header();
    assert_eq!(text, "#!x");
    assert_eq!(
        (
            header.mode().unwrap(),
            header.uid().unwrap(),
            header.gid().unwrap(),
            header.mtime().unwrap()
        ),
        (0o750, 0, 0, 0)
    );
}
