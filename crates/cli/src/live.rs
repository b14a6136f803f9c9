//! A run as it happens: one JSON event a line, a live tree on a terminal, plain lines elsewhere.

use crate::exit::Exit;
use crate::output;
use crate::tree::{Screen, Tree};
use slipway_app::{App, RunLog};
use slipway_protocol::{ApiError, ErrorCode, RunEventView};
use std::process;
use std::sync::Arc;

/// What Ctrl-C comes to, the first time, the second and from then on.
const STOPPING: &str =
    "Stopping: what is at work ends, nothing more starts. Press Ctrl-C again to give up waiting.";
const GIVING_UP: &str = "Giving up waiting. The next run goes on from what exists.";
const ENDING: &str = "Ending at once. The next run goes on from what exists.";

enum Face {
    Json,
    Tree(Tree),
}

/// Follows a run to its end. Ctrl-C once stops starting, twice gives up waiting.
pub(crate) async fn follow(app: &Arc<App>, run: &str, json: bool) -> Exit {
    let Some(log) = app.run_log(run) else {
        output::error(
            &ApiError::new(
                ErrorCode::Internal,
                "The run was lost: it is not known to this process",
            ),
            json,
        );
        return Exit::Failed;
    };
    let screen = Screen::new(json);
    let canceller = tokio::spawn(cancel_on_interrupt(log.clone(), screen.clone()));
    let mut face = if json {
        Face::Json
    } else {
        Face::Tree(Tree::new(screen.clone()))
    };
    let mut seq = 0;
    let mut exit = Exit::Failed;
    while let Some(events) = log.after(seq).await {
        for event in events {
            seq = event.seq;
            if let RunEventView::RunFinished { status, .. } = &event.event {
                exit = Exit::from(*status);
            }
            match &mut face {
                Face::Json => output::json(&event),
                Face::Tree(tree) => tree.show(&event.event),
            }
        }
    }
    canceller.abort();
    screen.leave();
    exit
}

async fn cancel_on_interrupt(log: Arc<RunLog>, screen: Screen) {
    for words in [STOPPING, GIVING_UP] {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!("Ctrl-C is not heard: {error}");
            return;
        }
        log.cancel();
        screen.say(words);
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        screen.say(ENDING);
        screen.leave();
        // The journal is on disk before every step, so this is as good as being killed.
        process::exit(Exit::Cancelled.code().into());
    }
}
