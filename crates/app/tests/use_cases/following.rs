//! Following a run: in order, once each, whenever one comes; and calling it off.

use crate::stage::{Stage, end_of, start};
use slipway_app::App;
use slipway_plan::Summary;
use slipway_protocol::{
    CancelRun, DeployEvent, ErrorCode, FollowRun, OpenProject, RunEventView, RunStatus,
};
use slipway_testkit::{Fault, designs};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A follower as the window is one: the snapshot, and then what the channel brings.
struct Follower {
    events: Vec<DeployEvent>,
    stream: UnboundedReceiver<DeployEvent>,
}

impl Follower {
    fn of(app: &App, run: &str) -> Self {
        let (send, stream) = unbounded_channel();
        let snapshot = app
            .follow_run(
                FollowRun {
                    run: run.to_owned(),
                },
                move |event| send.send(event).is_ok(),
            )
            .unwrap();
        Self {
            events: snapshot.events,
            stream,
        }
    }

    /// Everything, once the stream was dropped.
    async fn all(mut self) -> Vec<DeployEvent> {
        while let Some(event) = self.stream.recv().await {
            self.events.push(event);
        }
        self.events
    }
}

#[test]
fn whoever_follows_gets_everything_once_and_in_order() {
    let stage = Stage::with(&designs::shop());
    stage.builder.set_log(&["one", "two", "three"]);
    stage.run(async {
        let app = stage.app();
        let plan = stage.plan(&app).await.unwrap();
        let run = start(&app, &plan).await.unwrap().run;
        let mut followers = vec![Follower::of(&app, &run)];
        let log = app.run_log(&run).unwrap();
        for number in [1, 10, 40] {
            let seen = log.after(number).await.unwrap();
            assert!(seen[0].seq == number + 1);
            followers.push(Follower::of(&app, &run));
        }
        app.settled().await;
        followers.push(Follower::of(&app, &run));
        let whole = log.snapshot().events;
        assert!(whole.len() > 60, "{} events", whole.len());
        assert_eq!(end_of(&whole).0, RunStatus::Succeeded);
        for follower in followers {
            assert_eq!(follower.all().await, whole);
        }
    });
}

#[test]
fn a_follower_that_left_is_told_nothing_more_and_the_run_goes_on() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let plan = stage.plan(&app).await.unwrap();
        let run = start(&app, &plan).await.unwrap().run;
        let (send, mut told) = unbounded_channel();
        app.follow_run(FollowRun { run: run.clone() }, move |event| {
            send.send(event.seq).unwrap();
            false
        })
        .unwrap();
        app.settled().await;
        assert!(told.recv().await.is_some());
        assert_eq!(told.recv().await, None);
        assert_eq!(
            end_of(&app.run_log(&run).unwrap().snapshot().events).0,
            RunStatus::Succeeded
        );
    });
}

#[test]
fn an_opened_project_names_its_run() {
    let stage = Stage::new();
    stage.cloud.inject(1, Fault::Hang);
    stage.run(async {
        let app = stage.app();
        let open = || app.open_project(OpenProject { path: stage.path() });
        assert_eq!(open().await.unwrap().run, None);
        let plan = stage.plan(&app).await.unwrap();
        let run = start(&app, &plan).await.unwrap();
        assert_eq!(open().await.unwrap().run, Some(run.clone()));
        let log = app.run_log(&run.run).unwrap();
        log.cancel();
        log.cancel();
        app.settled().await;
        assert!(!open().await.unwrap().run.unwrap().active);
    });
}

#[test]
fn an_unknown_run_can_neither_be_followed_nor_cancelled() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let error = app
            .follow_run(FollowRun { run: "r".into() }, |_| true)
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::Argument);
        let error = app
            .cancel_run(CancelRun { run: "r".into() })
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::Argument);
    });
}

/// Waits until a step of the run has reached the cloud and hangs there.
async fn hangs(stage: &Stage, app: &App, run: &str, calls: usize) {
    let log = app.run_log(run).unwrap();
    let mut seq = 0;
    while stage.cloud.calls().len() < calls {
        let events = log.after(seq).await.expect("the run has not ended");
        seq = events.last().map_or(seq, |event| event.seq);
        tokio::task::yield_now().await;
    }
}

#[test]
fn cancelling_once_stops_and_twice_gives_up_waiting() {
    let stage = Stage::with(&designs::shop());
    stage.cloud.inject(1, Fault::Hang);
    stage.run(async {
        let app = stage.app();
        let plan = stage.plan(&app).await.unwrap();
        let run = start(&app, &plan).await.unwrap().run;
        hangs(&stage, &app, &run, 1).await;
        let cancel = || app.cancel_run(CancelRun { run: run.clone() });
        cancel().await.unwrap();
        assert!(app.is_busy(), "the call that hangs is awaited");
        cancel().await.unwrap();
        app.settled().await;
        let snapshot = app.run_log(&run).unwrap().snapshot();
        let (status, _, _) = end_of(&snapshot.events);
        assert_eq!(status, RunStatus::Cancelled);

        // What is open is said, and the next deploy settles it.
        let said = stage.status(&app).await.unwrap().interrupted.unwrap();
        assert!(said.contains("outcome is unknown"), "{said}");
        stage.cloud.clear_faults();
        let again = stage.deploy(&app).await;
        assert_eq!(again.plan.interrupted, Some(said));
        again.succeeded();
        let status = stage.status(&app).await.unwrap();
        assert_eq!(status.interrupted, None);
        assert_eq!(stage.plan(&app).await.unwrap().summary, Summary::default());
    });
}

#[test]
fn a_killed_process_is_noticed_and_the_next_one_goes_on() {
    let stage = Stage::with(&designs::shop());
    stage.cloud.inject(6, Fault::Hang);
    // The runtime ends with the hanging run in it, as a killed process does.
    stage.run(async {
        let app = stage.app();
        let plan = stage.plan(&app).await.unwrap();
        let run = start(&app, &plan).await.unwrap().run;
        hangs(&stage, &app, &run, 6).await;
    });
    stage.cloud.clear_faults();
    stage.run(async {
        let app = stage.app();
        let said = stage.status(&app).await.unwrap().interrupted.unwrap();
        assert!(said.starts_with("The last run was interrupted"), "{said}");
        let again = stage.deploy(&app).await;
        assert_eq!(again.plan.interrupted, Some(said));
        again.succeeded();
        let ours = stage.cloud.ours();
        let mut unique = ours.clone();
        unique.dedup();
        assert_eq!(ours, unique, "no duplicates");
        assert_eq!(stage.plan(&app).await.unwrap().summary, Summary::default());
    });
}

#[test]
fn a_run_of_another_process_shows_through_its_journal() {
    let stage = Stage::with(&designs::shop());
    stage.run(async {
        let (terminal, window) = (stage.app(), stage.app());
        let plan = stage.plan(&terminal).await.unwrap();
        let run = start(&terminal, &plan).await.unwrap().run;
        let log = terminal.run_log(&run).unwrap();
        log.after(10).await.unwrap();

        let open = OpenProject { path: stage.path() };
        let seen = window
            .open_project(open.clone())
            .await
            .unwrap()
            .run
            .unwrap();
        assert_eq!((seen.run.as_str(), seen.active), (run.as_str(), true));
        // Asked again, it is the same run and not a second follower.
        let again = window
            .open_project(open.clone())
            .await
            .unwrap()
            .run
            .unwrap();
        assert_eq!(again, seen);
        let refused = window
            .cancel_run(CancelRun { run: run.clone() })
            .await
            .unwrap_err();
        assert_eq!(refused.code, ErrorCode::Busy);
        assert!(!window.is_busy(), "the window may close");

        let events = Follower::of(&window, &run).all().await;
        let (status, error, outputs) = end_of(&events);
        assert_eq!((status, error), (RunStatus::Succeeded, None));
        // The journal knows of the end before the process that wrote it has told it.
        let told = Follower::of(&terminal, &run).all().await;
        assert_eq!(outputs, end_of(&told).2);
        let ends = |events: &[DeployEvent]| {
            let mut ends: Vec<String> = events
                .iter()
                .filter_map(|event| match &event.event {
                    RunEventView::NodeFinished { id, status, .. } => {
                        Some(format!("{id} {status:?}"))
                    }
                    _ => None,
                })
                .collect();
            ends.sort();
            ends.dedup();
            ends
        };
        assert_eq!(ends(&events), ends(&told));
        // It is over: nothing is at work any more.
        assert!(!window.open_project(open).await.unwrap().run.unwrap().active);
    });
}

#[test]
fn a_run_whose_process_died_ends_for_those_who_followed_it() {
    let stage = Stage::with(&designs::shop());
    let window = stage.app();
    let run = stage.run(async {
        let terminal = stage.app();
        let plan = stage.plan(&terminal).await.unwrap();
        let run = start(&terminal, &plan).await.unwrap().run;
        terminal.run_log(&run).unwrap().after(10).await.unwrap();
        run
    });
    // What was spawned ended with the block above, as with a killed process.
    stage.run(async {
        let open = OpenProject { path: stage.path() };
        let seen = window.open_project(open).await.unwrap().run;
        assert_eq!(seen, None, "{run} is at work nowhere");
        let plan = stage.plan(&window).await.unwrap();
        assert!(plan.interrupted.is_some());
    });
}
