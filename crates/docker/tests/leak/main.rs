//! What a build leaves behind and how much it holds: neither a connection nor the context.
//!
//! A program of its own with one test, since it looks at the whole process.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(dead_code, reason = "only a part of the support is used here")]

#[path = "../engine/support.rs"]
mod support;

use std::time::{Duration, Instant};

use slipway_engine::port::{Progress, ProgressSink, Silent};
use tokio_util::sync::CancellationToken;

use crate::support::Project;

/// Sockets this process has open.
fn sockets() -> usize {
    std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(Result::ok)
        .filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .filter(|target| target.to_string_lossy().starts_with("socket:"))
        .count()
}

/// Cancels as soon as anything is told.
struct CancelAtOnce(CancellationToken);

impl ProgressSink for CancelAtOnce {
    fn tell(&self, news: Progress) {
        if matches!(news, Progress::Part { .. }) {
            self.0.cancel();
        }
    }
}

/// The most memory this process had at once, in MiB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.split_whitespace()
        .next()
        .unwrap()
        .parse::<u64>()
        .unwrap()
        >> 10
}

#[tokio::test]
async fn a_build_holds_no_context_and_leaves_nothing_open() {
    builds_leave_no_connection_behind().await;
    // After it, so that what builds need anyway is there already.
    memory_does_not_grow_with_the_context().await;
}

async fn memory_does_not_grow_with_the_context() {
    let project = Project::new("FROM scratch\nCOPY a /\n", &[("a", "1")]);
    std::fs::File::create(project.app().join("large"))
        .unwrap()
        .set_len(512 << 20)
        .unwrap();
    let before = peak_memory();
    project
        .build(&Silent, &CancellationToken::new())
        .await
        .unwrap();
    let grown = peak_memory() - before;
    assert!(grown < 50, "{grown} MiB more for a context of 512 MiB");
}

async fn builds_leave_no_connection_behind() {
    let project = Project::new("FROM scratch\nCOPY a /\n", &[("a", "1")]);
    let never = CancellationToken::new();
    project.build(&Silent, &never).await.unwrap();
    let before = sockets();
    for number in 0..5 {
        project.write("a", &format!("{number} {:?}", Instant::now()));
        project.build(&Silent, &never).await.unwrap();
        project.write("a", &format!("{number} {:?}", Instant::now()));
        let cancel = CancellationToken::new();
        project
            .build(&CancelAtOnce(cancel.clone()), &cancel)
            .await
            .unwrap_err();
    }
    let deadline = Instant::now() + Duration::from_secs(10);
    while sockets() > before {
        assert!(
            Instant::now() < deadline,
            "{} sockets more than before",
            sockets() - before
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
