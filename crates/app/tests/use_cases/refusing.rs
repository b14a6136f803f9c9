//! What is refused, and that nothing was touched then.

use crate::stage::{Lack, Stage, finish, start};
use slipway_app::Overrides;
use slipway_protocol::{
    ApiError, ConsentToEndpoint, ErrorCode, MakePlan, RunStatus, StartRun, Status,
};
use slipway_testkit::{Fault, designs};

fn assert_helpful(error: &ApiError, code: ErrorCode) {
    assert_eq!(error.code, code, "{error:?}");
    assert!(error.hint.is_some(), "{error:?}");
}

#[test]
fn another_account_is_refused_before_anything_is_looked_at() {
    let stage = Stage::new();
    stage.cloud.set_account("999999999999");
    stage.run(async {
        let app = stage.app();
        for error in [
            stage.plan(&app).await.unwrap_err(),
            stage.status(&app).await.unwrap_err(),
        ] {
            assert_helpful(&error, ErrorCode::WrongAccount);
            assert!(
                error.message.contains("999999999999") && error.message.contains("123456789012")
            );
        }
        assert_eq!(stage.cloud.reads(), 0);
        stage.assert_untouched();
    });
}

#[test]
fn another_account_after_the_plan_is_refused_too() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let plan = stage.plan(&app).await.unwrap();
        stage.cloud.set_account("999999999999");
        let error = finish(&app, plan).await.error(RunStatus::Refused);
        assert_eq!(error.code, ErrorCode::WrongAccount);
        stage.assert_untouched();
    });
}

/// The environment `dev` as an emulator somewhere else.
fn emulated(endpoint: &str) -> String {
    designs::small().replace(
        "region = \"eu-west-1\"\n",
        &format!("region = \"eu-west-1\"\nendpoint = \"{endpoint}\"\nregistry = \"localhost:1\"\n"),
    )
}

#[test]
fn a_foreign_endpoint_gets_nothing_until_the_user_said_yes_once() {
    let stage = Stage::with(&emulated("http://emulator.example:4566"));
    stage.run(async {
        let app = stage.app();
        for error in [
            stage.plan(&app).await.unwrap_err(),
            stage.status(&app).await.unwrap_err(),
        ] {
            assert_helpful(&error, ErrorCode::ConsentNeeded);
            assert!(error.message.contains("emulator.example"), "{error:?}");
        }
        stage.doctor(&app).await;
        assert_eq!(*stage.sessions.lock().unwrap(), [], "no session was opened");

        app.consent_to_endpoint(ConsentToEndpoint {
            path: stage.path(),
            environment: "dev".to_owned(),
        })
        .await
        .unwrap();
        stage.plan(&stage.app()).await.unwrap();
        let sessions = stage.sessions.lock().unwrap().clone();
        assert_eq!(
            sessions[0].endpoint.as_deref(),
            Some("http://emulator.example:4566")
        );

        // The yes was for that host alone, and an override is asked about just the same.
        let elsewhere = stage.app_with(Overrides {
            registry: Some("registry.example:5000".to_owned()),
            ..Overrides::default()
        });
        let error = stage.plan(&elsewhere).await.unwrap_err();
        assert_helpful(&error, ErrorCode::ConsentNeeded);
        assert!(error.message.contains("registry.example"), "{error:?}");
    });
}

#[test]
fn an_emulator_never_gets_the_users_profile() {
    let stage = Stage::with(&emulated("http://localhost:4566"));
    stage.run(async {
        let overrides = Overrides {
            endpoint: Some("http://127.0.0.1:9000".to_owned()),
            registry: None,
            profile: Some("work".to_owned()),
        };
        let plan = stage.plan(&stage.app_with(overrides)).await.unwrap();
        assert!(plan.scope.emulator);
        let sessions = stage.sessions.lock().unwrap().clone();
        assert_eq!(sessions[0].profile, None);
        assert_eq!(
            sessions[0].endpoint.as_deref(),
            Some("http://127.0.0.1:9000")
        );
    });
}

#[test]
fn a_protected_environment_wants_its_name() {
    let stage = Stage::with(
        &designs::small().replace("[environments.dev]", "[environments.dev]\nprotected = true"),
    );
    stage.run(async {
        let app = stage.app();
        let plan = stage.plan(&app).await.unwrap();
        assert!(plan.protected);
        for confirm in [None, Some("Dev"), Some("")] {
            let error = app
                .start_run(StartRun {
                    plan_id: plan.plan_id.clone(),
                    confirm: confirm.map(str::to_owned),
                })
                .await
                .unwrap_err();
            assert_helpful(&error, ErrorCode::ConfirmationNeeded);
        }
        stage.assert_untouched();
        app.start_run(StartRun {
            plan_id: plan.plan_id,
            confirm: Some("dev".to_owned()),
        })
        .await
        .unwrap();
        app.settled().await;
        assert!(!stage.cloud.ours().is_empty());
    });
}

#[test]
fn a_plan_is_stale_once_the_file_was_edited() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let plan = stage.plan(&app).await.unwrap();
        stage.write(&designs::small().replace("log_retention = 14", "log_retention = 30"));
        let error = finish(&app, plan).await.error(RunStatus::Refused);
        assert_eq!(error.code, ErrorCode::PlanStale);
        stage.assert_untouched();
        // A comment changes nothing that is deployed.
        stage.write(&designs::small());
        let plan = stage.plan(&app).await.unwrap();
        stage.write(&format!("# about the shop\n{}", designs::small()));
        finish(&app, plan).await.succeeded();
    });
}

#[test]
fn a_plan_is_stale_once_the_sources_changed_or_the_state_moved() {
    let stage = Stage::new();
    stage.run(async {
        let (window, terminal) = (stage.app(), stage.app());
        let plan = stage.plan(&window).await.unwrap();
        stage.builder.set_content("services/orders", "two", "two");
        let error = finish(&window, plan).await.error(RunStatus::Refused);
        assert_eq!(error.code, ErrorCode::PlanStale);
        stage.assert_untouched();

        let plan = stage.plan(&window).await.unwrap();
        stage.deploy(&terminal).await.succeeded();
        let calls = stage.cloud.calls().len();
        let error = finish(&window, plan).await.error(RunStatus::Refused);
        assert_eq!(error.code, ErrorCode::PlanStale);
        assert_eq!(stage.cloud.calls().len(), calls);
    });
}

#[test]
fn a_plan_of_another_process_is_not_known() {
    let stage = Stage::new();
    stage.run(async {
        let plan = stage.plan(&stage.app()).await.unwrap();
        let error = start(&stage.app(), &plan).await.unwrap_err();
        assert_helpful(&error, ErrorCode::PlanStale);
    });
}

#[test]
fn two_starts_at_once_make_one_run() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let (one, two) = (
            stage.plan(&app).await.unwrap(),
            stage.plan(&app).await.unwrap(),
        );
        let (first, second) = tokio::join!(start(&app, &one), start(&app, &two));
        let (runs, errors): (Vec<_>, Vec<_>) = [first, second].into_iter().partition(Result::is_ok);
        assert_eq!(runs.len(), 1);
        let error = errors.into_iter().next().unwrap().unwrap_err();
        assert_helpful(&error, ErrorCode::Busy);
        assert!(app.is_busy());
        app.settled().await;
        assert!(!app.is_busy());
        assert_eq!(stage.builder.builds().len(), 1);
    });
}

#[test]
fn a_run_of_another_process_holds_the_state() {
    let stage = Stage::new();
    stage.cloud.inject(1, Fault::Hang);
    stage.run(async {
        let (window, terminal) = (stage.app(), stage.app());
        let plan = stage.plan(&window).await.unwrap();
        let other = stage.plan(&terminal).await.unwrap();
        let run = start(&window, &plan).await.unwrap();
        let log = window.run_log(&run.run).unwrap();
        // The second event comes once the state is held.
        log.after(1).await.unwrap();
        let said = [
            stage.status(&terminal).await.unwrap().interrupted,
            stage.plan(&terminal).await.unwrap().interrupted,
        ];
        for sentence in said {
            let sentence = sentence.unwrap();
            assert!(
                sentence.starts_with("A run is at work here: process"),
                "{sentence}"
            );
        }
        let error = finish(&terminal, other).await.error(RunStatus::Refused);
        assert_eq!(error.code, ErrorCode::Busy);
        log.cancel();
        log.cancel();
        window.settled().await;
    });
}

#[test]
fn what_lacks_is_said_before_anything_starts() {
    for (lack, code) in [
        (Lack::Credentials, ErrorCode::Credentials),
        (Lack::Rights, ErrorCode::AccessDenied),
    ] {
        let stage = Stage::new().lacking(lack);
        stage.run(async {
            let app = stage.app();
            for error in [
                stage.plan(&app).await.unwrap_err(),
                stage.status(&app).await.unwrap_err(),
            ] {
                assert_helpful(&error, code);
                assert_eq!(error.details, ["AWS request id request-1"]);
            }
            stage.assert_untouched();
        });
    }
}

#[test]
fn a_design_that_can_not_be_deployed_is_refused_with_every_reason() {
    let text = designs::small();
    for (design, code, reasons) in [
        (
            text.replace("= \"orders\"\n", "= \"order\"\n"),
            ErrorCode::DesignInvalid,
            1,
        ),
        (
            text.replace("log_retention = 14", "memory = 1\ntimeout = 0"),
            ErrorCode::DesignInvalid,
            2,
        ),
        (
            text.replace("kind = \"http\"", "kind = "),
            ErrorCode::DesignInvalid,
            1,
        ),
        (
            text.replace("kind = \"http\"\n", "kind = \"http\"\nwas = \"former\"\n"),
            ErrorCode::NotSupported,
            1,
        ),
    ] {
        let stage = Stage::new();
        stage.write(&design);
        stage.run(async {
            let error = stage.plan(&stage.app()).await.unwrap_err();
            assert_helpful(&error, code);
            assert!(error.details.len() >= reasons, "{error:?}");
            assert_eq!(*stage.sessions.lock().unwrap(), []);
        });
    }
}

#[test]
fn an_unknown_environment_names_the_known_ones() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let errors = [
            app.make_plan(MakePlan {
                path: stage.path(),
                environment: "prod".to_owned(),
                destroy: None,
            })
            .await
            .map(|_| ()),
            app.status(Status {
                path: stage.path(),
                environment: "prod".to_owned(),
            })
            .await
            .map(|_| ()),
        ];
        for error in errors {
            let error = error.unwrap_err();
            assert_helpful(&error, ErrorCode::Argument);
            assert!(error.hint.unwrap().contains("dev"));
        }
    });
}

#[test]
fn the_state_of_another_project_is_no_memory_of_this_one() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        stage.deploy(&app).await.succeeded();
        stage.write(&designs::small().replace("name = \"shop\"", "name = \"shed\""));
        for error in [
            stage.plan(&app).await.unwrap_err(),
            stage.status(&app).await.unwrap_err(),
        ] {
            assert_helpful(&error, ErrorCode::State);
            assert!(error.message.contains("`shop`") && error.message.contains("`shed`"));
        }
    });
}
