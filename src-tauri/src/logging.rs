//! The log file, in the platform's state folder.

use directories::ProjectDirs;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// Days of logs that are kept.
const KEPT: usize = 7;

/// Starts logging to a file a day. Without a folder to write to there is no log, and nothing
/// else changes.
pub fn start() -> Option<WorkerGuard> {
    let folders = ProjectDirs::from("dev", "slipway", "slipway")?;
    let folder = folders
        .state_dir()
        .unwrap_or_else(|| folders.data_local_dir())
        .join("logs");
    std::fs::create_dir_all(&folder).ok()?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("desktop")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let filter = EnvFilter::try_from_env("SLIPWAY_LOG").unwrap_or_else(|_| {
        EnvFilter::new("warn,slipway_app=info,slipway_engine=info,slipway_desktop=info")
    });
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(writer)
        .init();
    Some(guard)
}
