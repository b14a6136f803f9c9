//! Saving, earlier texts, pictures and the run of now, as the window asks for them.

use crate::stage::{Stage, finish, start};
use slipway_protocol::{
    DesignSize, ErrorCode, ForgetRecent, LayoutChange, OpenProject, PICTURE_SHAPES, PICTURE_SIZE,
    PictureView, PlaceView, ProjectView, ReadVersion, RunNow, SavePicture, SaveProject, SaveReply,
    ShapeKind, ShapeView, Start, Versions,
};
use std::fs;

async fn open(stage: &Stage, app: &slipway_app::App) -> ProjectView {
    app.open_project(OpenProject { path: stage.path() })
        .await
        .unwrap()
}

fn put(name: &str, x: i32) -> LayoutChange {
    LayoutChange {
        put: [(name.to_owned(), PlaceView { x, y: 0 })].into(),
        ..LayoutChange::default()
    }
}

fn save(view: &ProjectView, text: &str, layout: Option<LayoutChange>) -> SaveProject {
    SaveProject {
        path: view.path.clone(),
        base: view.revision.clone(),
        text: text.to_owned(),
        layout,
    }
}

#[test]
fn what_is_saved_is_opened_and_what_was_before_is_kept() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let before = open(&stage, &app).await;
        assert_eq!(before.layout, None);
        let text = format!("{}# a note\n", before.text);
        let saved = app
            .save_project(save(&before, &text, Some(put("api:public", 40))))
            .await
            .unwrap();
        let after = open(&stage, &app).await;
        assert_eq!(
            saved,
            SaveReply::Saved {
                revision: after.revision.clone()
            }
        );
        assert_eq!(after.text, text);
        let layout = after.layout.clone().unwrap();
        assert_eq!(layout, put("api:public", 40).applied(None));

        // A second window that has the project open moves another card: both stay.
        app.save_project(save(&after, &text, Some(put("function:hello", 9))))
            .await
            .unwrap();
        let both = open(&stage, &app).await.layout.unwrap();
        assert_eq!(both, put("function:hello", 9).applied(Some(&layout)));
        assert!(both.contains("api:public"), "{both}");

        let path = after.path.clone();
        let versions = app.versions(Versions { path: path.clone() }).await.unwrap();
        let mut kept = Vec::new();
        for version in &versions {
            assert_eq!(
                version.holds,
                Some(DesignSize {
                    apis: 1,
                    routes: 1,
                    functions: 1,
                    services: 0,
                })
            );
            assert!(version.saved.parse::<u64>().unwrap() > 1_700_000_000);
            let request = ReadVersion {
                path: path.clone(),
                id: version.id.clone(),
            };
            kept.push(app.read_version(request).await.unwrap());
        }
        assert_eq!(kept, [text, before.text]);
        let request = ReadVersion {
            path,
            id: "../../secret".to_owned(),
        };
        let error = app.read_version(request).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Argument);
    });
}

#[test]
fn what_another_editor_wrote_comes_back_as_a_conflict() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let view = open(&stage, &app).await;
        let theirs = format!("# theirs\n{}", view.text);
        stage.write(&theirs);
        let ours = format!("{}# ours\n", view.text);
        let reply = app.save_project(save(&view, &ours, None)).await.unwrap();
        let now = open(&stage, &app).await;
        assert_eq!(
            reply,
            SaveReply::Conflict {
                text: theirs,
                revision: now.revision
            }
        );
    });
}

#[test]
fn what_can_t_be_saved_says_why_and_what_to_do() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let view = open(&stage, &app).await;
        let newer = "schema = 99\nname = \"shop\"\n";
        let error = app
            .save_project(save(&view, newer, None))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::NotSupported);
        assert!(error.message.starts_with("The project was not saved: "));
        fs::remove_file(stage.project().join("slipway.toml")).unwrap();
        let error = app
            .save_project(save(&view, "schema = 1\n", None))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::ProjectNotFound);
        assert!(error.hint.is_some());
        assert!(!stage.project().join("slipway.toml").exists());
    });
}

#[test]
fn a_layout_that_can_t_be_read_is_a_problem_of_the_disk() {
    let stage = Stage::new();
    fs::create_dir_all(stage.project().join(".slipway")).unwrap();
    fs::write(stage.project().join(".slipway/layout.json"), b"\xff").unwrap();
    stage.run(async {
        let view = open(&stage, &stage.app()).await;
        assert_eq!(view.layout, None);
        let codes: Vec<_> = view
            .disk_problems
            .iter()
            .map(|found| found.code.as_str())
            .collect();
        assert_eq!(codes, ["layout-unreadable"]);
        assert!(view.disk_problems[0].fix.is_some());
    });
}

#[test]
fn a_picture_is_kept_in_its_bounds_until_the_project_is_forgotten() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let path = open(&stage, &app).await.path;
        let shape = ShapeView {
            kind: ShapeKind::Api,
            x: -5,
            y: 990,
            w: i16::MAX,
            h: -3,
        };
        let wire = ShapeView {
            kind: ShapeKind::Wire,
            x: 10,
            y: 10,
            w: -100,
            h: 5,
        };
        let mut shapes = vec![shape, wire];
        shapes.resize(PICTURE_SHAPES + 10, wire);
        let request = SavePicture {
            path: path.clone(),
            picture: PictureView { shapes },
        };
        app.save_picture(request).await.unwrap();
        let recent = app.start(Start {}).await.unwrap().recent;
        let picture = recent[0].picture.clone().unwrap();
        assert_eq!(picture.shapes.len(), PICTURE_SHAPES);
        assert_eq!(
            picture.shapes[0],
            ShapeView {
                kind: ShapeKind::Api,
                x: 0,
                y: 990,
                w: PICTURE_SIZE,
                h: 0,
            }
        );
        assert_eq!(picture.shapes[1], ShapeView { w: -10, ..wire });

        app.forget_recent(ForgetRecent { path: path.clone() })
            .await
            .unwrap();
        open(&stage, &app).await;
        let recent = app.start(Start {}).await.unwrap().recent;
        assert_eq!(recent[0].picture, None);
    });
}

#[test]
fn the_run_of_now_is_named_while_it_is_at_work() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let now = || app.run_now(RunNow { path: stage.path() });
        assert_eq!(now().await.unwrap(), None);
        let plan = stage.plan(&app).await.unwrap();
        let run = start(&app, &plan).await.unwrap();
        assert_eq!(now().await.unwrap(), Some(run));
        app.settled().await;
        assert_eq!(now().await.unwrap(), None);
        let plan = stage.plan(&app).await.unwrap();
        finish(&app, plan).await;
        assert_eq!(now().await.unwrap(), None);
    });
}

/// Settings are preferences: damaged ones are said, left alone, and keep nobody from a project.
#[test]
fn damaged_settings_are_said_and_a_project_opens_all_the_same() {
    let stage = Stage::new();
    stage.run(async {
        let app = stage.app();
        let start = app.start(Start {}).await.unwrap();
        assert_eq!(start.settings_fault, None);
        assert_eq!(open(&stage, &app).await.not_remembered, None);

        let file = stage.settings_file();
        fs::write(&file, "theme = \"dark\"\npage_size = \"large\"\n").unwrap();
        let start = app.start(Start {}).await.unwrap();
        let fault = start.settings_fault.expect("a damaged file is said");
        assert_eq!(fault.code, ErrorCode::Storage);
        assert!(fault.message.contains("line 2"), "{}", fault.message);
        assert!(fault.message.contains(&file.display().to_string()));
        assert_eq!(start.recent, []);

        let view = open(&stage, &app).await;
        assert_eq!(view.not_remembered.as_ref(), Some(&fault));
        let text = format!("{}# a note\n", view.text);
        let reply = app.save_project(save(&view, &text, None)).await.unwrap();
        assert!(matches!(reply, SaveReply::Saved { .. }), "{reply:?}");
        assert!(fs::read_to_string(&file).unwrap().contains("\"large\""));

        fs::write(&file, "theme = \"dark\"\n").unwrap();
        let start = app.start(Start {}).await.unwrap();
        assert_eq!(start.settings_fault, None);
        assert_eq!(open(&stage, &app).await.not_remembered, None);
    });
}
