//! What a deploy and a destroy come to.

use crate::stage::{Lack, Stage, assert_no_secret, finish};
use slipway_engine::port::{ImageError, ImageErrorKind};
use slipway_plan::{Action, ResourceKind, Summary};
use slipway_protocol::{DestroyChoice, ErrorCode, NodeStatus, RunEventView, RunStatus};
use slipway_testkit::{Fault, designs};
use std::fs;

const EVERYTHING: DestroyChoice = DestroyChoice {
    images: true,
    logs: true,
};

#[test]
fn a_second_deploy_has_nothing_to_do_even_without_its_state() {
    let stage = Stage::with(&designs::shop());
    stage.run(async {
        let app = stage.app();
        let first = stage.deploy(&app).await;
        let outputs = first.succeeded();
        assert_eq!(
            outputs.apis.keys().collect::<Vec<_>>(),
            ["admin", "live", "public"]
        );
        assert!(first.plan.summary.create > 20, "{:?}", first.plan.summary);
        let (calls, builds) = (stage.cloud.calls().len(), stage.builder.builds());
        assert_eq!(builds.len(), 3);

        for lose in [false, true] {
            if lose {
                fs::remove_dir_all(stage.project().join(".slipway/state")).unwrap();
            }
            let app = stage.app();
            let again = stage.deploy(&app).await;
            assert_eq!(again.plan.summary, Summary::default());
            assert!(
                again
                    .plan
                    .changes
                    .iter()
                    .all(|change| change.action == Action::NoOp)
            );
            assert_eq!(again.succeeded(), outputs, "the addresses are told again");
            assert_eq!(stage.cloud.calls().len(), calls, "no writes");
            assert_eq!(stage.builder.builds(), builds, "no builds");
            assert_eq!(stage.status(&app).await.unwrap().apis, outputs.apis);
        }
    });
}

#[test]
fn changed_code_updates_that_function_and_no_other() {
    let stage = Stage::with(&designs::shop());
    stage.run(async {
        let app = stage.app();
        stage.deploy(&app).await.succeeded();
        stage
            .builder
            .set_content("services/orders", "two", "image two");
        let again = stage.deploy(&app).await;
        again.succeeded();
        for change in again
            .plan
            .changes
            .iter()
            .filter(|change| change.action != Action::NoOp)
        {
            assert_eq!(change.node, "orders", "{change:?}");
        }
        assert_eq!(stage.builder.builds().len(), 4);
        assert_eq!(
            stage.plan(&app).await.unwrap().summary,
            Summary::default(),
            "it converged"
        );
    });
}

#[test]
fn the_plan_names_changed_things_first() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        stage.deploy(&app).await.succeeded();
        stage.write(&designs::small().replace("log_retention = 14", "log_retention = 30"));
        let plan = stage.plan(&app).await.unwrap();
        let same: Vec<bool> = plan
            .changes
            .iter()
            .map(|change| change.action == Action::NoOp)
            .collect();
        assert_eq!(plan.summary.update, 1);
        assert!(!same[0] && same.is_sorted(), "{same:?}");
        let change = &plan.changes[0];
        assert_eq!(
            (change.action, change.node.as_str()),
            (Action::Update, "orders")
        );
        let attribute = &change.attributes[0];
        assert_eq!(attribute.before.as_deref(), Some("14"));
        assert_eq!(attribute.after.as_deref(), Some("30"));
    });
}

#[test]
fn a_destroy_needs_neither_sources_nor_a_right_design() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        stage.deploy(&app).await.succeeded();
        fs::remove_dir_all(stage.project().join("services")).unwrap();
        stage.builder.remove_context("services/orders");
        stage.write(&designs::small().replace(
            "log_retention = 14",
            "memory = 1\ntimeout = 100000\nnonsense = true",
        ));
        let refused = stage.plan(&app).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::DesignInvalid);
        assert!(refused.details.len() >= 3, "{:?}", refused.details);

        stage.destroy(&app, EVERYTHING).await.succeeded();
        assert_eq!(stage.cloud.ours(), []);
        let again = stage.plan_for(&app, Some(EVERYTHING)).await.unwrap();
        assert_eq!(again.summary, Summary::default());
        let status = stage.status(&app).await.unwrap();
        assert_eq!((status.resources, status.apis.len()), (0, 0));
    });
}

#[test]
fn images_and_logs_stay_unless_they_are_asked_for() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        stage.deploy(&app).await.succeeded();
        stage
            .destroy(&app, DestroyChoice::default())
            .await
            .succeeded();
        let left: Vec<ResourceKind> = stage.cloud.ours().iter().map(|addr| addr.kind).collect();
        // The image of the function, its log, and the access log of the API.
        assert_eq!(
            left,
            [
                ResourceKind::Repository,
                ResourceKind::LogGroup,
                ResourceKind::LogGroup
            ]
        );
    });
}

#[test]
fn a_failed_build_is_told_and_the_next_deploy_goes_on() {
    let stage = Stage::with(&designs::shop());
    stage.builder.fail_at(
        2,
        ImageError {
            kind: ImageErrorKind::Build,
            message: "The image was not built: cc ended with 1".to_owned(),
            hint: Some("Look at the log.".to_owned()),
            log_tail: vec!["x.c:1: error".to_owned()],
        },
    );
    stage.run(async {
        let app = stage.app();
        let failed = stage.deploy(&app).await;
        let error = failed.error(RunStatus::Failed);
        assert_eq!(error.code, ErrorCode::Build);
        let steps: Vec<_> = failed
            .snapshot
            .events
            .iter()
            .filter_map(|event| match &event.event {
                RunEventView::NodeFinished { status, error, .. } => Some((*status, error.clone())),
                _ => None,
            })
            .collect();
        let of_build: Vec<_> = steps
            .iter()
            .filter(|(status, _)| *status == NodeStatus::Failed)
            .collect();
        assert_eq!(of_build.len(), 1);
        assert!(
            of_build[0]
                .1
                .as_ref()
                .unwrap()
                .details
                .contains(&"x.c:1: error".to_owned())
        );
        assert!(
            steps
                .iter()
                .any(|(status, _)| *status == NodeStatus::Skipped)
        );

        stage.deploy(&app).await.succeeded();
        assert_eq!(stage.plan(&app).await.unwrap().summary, Summary::default());
    });
}

#[test]
fn without_an_engine_the_plan_is_made_and_the_build_says_so() {
    let stage = Stage::new().lacking(Lack::Engine);
    stage.run(async {
        let app = stage.app();
        let plan = stage.plan(&app).await.unwrap();
        assert!(plan.summary.create > 0);
        let error = finish(&app, plan).await.error(RunStatus::Failed);
        assert_eq!(error.code, ErrorCode::Engine);
    });
}

#[test]
fn a_panic_in_a_step_or_in_the_run_itself_ends_as_a_failure() {
    let in_a_step = Stage::new();
    in_a_step.cloud.inject(2, Fault::Panic);
    let in_the_run = Stage::new().with_clock_that_breaks_at(10);
    for stage in [in_a_step, in_the_run] {
        stage.run(async {
            let app = stage.app();
            let error = stage.deploy(&app).await.error(RunStatus::Failed);
            assert_eq!(error.code, ErrorCode::Internal, "{error:?}");
            assert!(!app.is_busy());
        });
    }
}

#[test]
fn the_registry_password_is_in_nothing_that_is_told_or_written() {
    let stage = Stage::new();
    stage.builder.set_log(&["Step 1/1 : FROM scratch"]);
    stage.run(async {
        let app = stage.app();
        let ran = stage.deploy(&app).await;
        ran.succeeded();
        let texts = [
            serde_json::to_string(&ran.plan).unwrap(),
            serde_json::to_string(&ran.snapshot).unwrap(),
            serde_json::to_string(&stage.status(&app).await.unwrap()).unwrap(),
            serde_json::to_string(&stage.doctor(&app).await).unwrap(),
            stage.written(),
        ];
        // The fake tells the password in its log, so there is something to hide.
        assert!(texts[1].contains("login …"), "{}", texts[1]);
        assert!(
            texts[4].contains("orders"),
            "state and journal were written"
        );
        assert_no_secret(&texts);
    });
}
