//! `status` and `doctor`: looking, and what is missing.

use crate::stage::{Lack, Stage};
use slipway_protocol::{CheckStatus, Doctor, DoctorCheck, DoctorReport, Status};
use slipway_testkit::designs;

fn of<'a>(report: &'a DoctorReport, id: &str) -> &'a DoctorCheck {
    report.checks.iter().find(|check| check.id == id).unwrap()
}

/// Which checks failed and which were skipped; a failed one has a fix.
fn failed_and_skipped(report: &DoctorReport) -> (Vec<&str>, Vec<&str>) {
    for check in &report.checks {
        assert!(!check.detail.is_empty(), "{check:?}");
        assert_eq!(
            check.status == CheckStatus::Failed,
            check.fix.is_some() && check.status != CheckStatus::Warning,
            "{check:?}"
        );
    }
    let with = |status| {
        report
            .checks
            .iter()
            .filter(|check| check.status == status)
            .map(|check| check.id.as_str())
            .collect::<Vec<_>>()
    };
    (with(CheckStatus::Failed), with(CheckStatus::Skipped))
}

#[test]
fn nothing_is_deployed_at_first_and_looking_writes_nothing() {
    let stage = Stage::new();
    stage.run(async {
        let status = stage.status(&stage.app()).await.unwrap();
        assert_eq!((status.resources, status.apis.len()), (0, 0));
        assert_eq!(status.interrupted, None);
        assert!(!stage.project().join(".slipway").exists());
    });
}

#[test]
fn status_counts_what_is_ours_and_knows_no_more_than_aws_does() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let ran = stage.deploy(&app).await;
        let status = stage.status(&app).await.unwrap();
        assert_eq!(status.apis, ran.succeeded().apis);
        assert_eq!(status.resources, ran.plan.summary.create);
        let stage_addr = stage
            .cloud
            .ours()
            .into_iter()
            .find(|addr| addr.kind == slipway_plan::ResourceKind::Stage)
            .unwrap();
        assert!(stage.cloud.vanish(&stage_addr));
        assert!(stage.status(&app).await.unwrap().apis.is_empty());
    });
}

#[test]
fn a_computer_with_everything_is_well() {
    let stage = Stage::new();
    stage.run(async {
        let report = stage.doctor(&stage.app()).await;
        let ids: Vec<&str> = report
            .checks
            .iter()
            .map(|check| check.id.as_str())
            .collect();
        assert_eq!(
            ids,
            [
                "design",
                "engine",
                "disk",
                "credentials",
                "account",
                "permissions"
            ]
        );
        let (failed, skipped) = failed_and_skipped(&report);
        assert!(failed.is_empty() && skipped.is_empty(), "{report:?}");
        assert!(of(&report, "engine").detail.contains("found by the test"));
        stage.assert_untouched();
    });
}

#[test]
fn each_missing_thing_is_named_with_its_fix_and_the_rest_is_still_looked_at() {
    for (lack, failed, skipped) in [
        (Lack::Engine, "engine", &[][..]),
        (
            Lack::Credentials,
            "credentials",
            &["account", "permissions"][..],
        ),
        (Lack::Rights, "permissions", &[][..]),
    ] {
        let stage = Stage::new().lacking(lack);
        stage.run(async {
            let report = stage.doctor(&stage.app()).await;
            assert_eq!(
                failed_and_skipped(&report),
                (vec![failed], skipped.to_vec())
            );
        });
    }
}

#[test]
fn the_wrong_account_is_named() {
    let stage = Stage::new();
    stage.cloud.set_account("999999999999");
    stage.run(async {
        let report = stage.doctor(&stage.app()).await;
        assert_eq!(
            failed_and_skipped(&report),
            (vec!["account"], vec!["permissions"])
        );
        assert!(of(&report, "account").detail.contains("999999999999"));
    });
}

#[test]
fn a_broken_design_does_not_hide_the_rest() {
    let stage = Stage::new();
    stage.write(&designs::small().replace("log_retention = 14", "memory = 1"));
    stage.run(async {
        let report = stage.doctor(&stage.app()).await;
        assert_eq!(failed_and_skipped(&report), (vec!["design"], vec![]));
        assert!(of(&report, "design").detail.starts_with("1 error,"));
    });
}

#[test]
fn without_a_project_the_computer_is_looked_at() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let ask = |path: Option<String>| {
            app.doctor(Doctor {
                path,
                environment: None,
            })
        };
        let report = ask(None).await.unwrap();
        let ids: Vec<&str> = report
            .checks
            .iter()
            .map(|check| check.id.as_str())
            .collect();
        assert_eq!(ids, ["engine", "disk"]);
        let report = ask(Some("/nowhere/at/all".to_owned())).await.unwrap();
        assert_eq!(of(&report, "design").status, CheckStatus::Failed);
        assert_eq!(of(&report, "engine").status, CheckStatus::Ok);
        assert_eq!(of(&report, "credentials").status, CheckStatus::Skipped);
    });
}

#[test]
fn a_project_is_found_by_its_file_and_from_a_folder_below() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        for path in ["slipway.toml", "services/orders"] {
            app.status(Status {
                path: stage.project().join(path).display().to_string(),
                environment: "dev".to_owned(),
            })
            .await
            .unwrap();
        }
    });
}
