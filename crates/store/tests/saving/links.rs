//! Links and odd files in a project folder that somebody else made.

use crate::stage::{Stage, layout, number, read, text};
use slipway_store::{LayoutError, ProjectError, Saved};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

#[test]
fn a_link_inside_the_project_is_written_through_and_stays_one() {
    let stage = Stage::new();
    let real = stage.folder.join("shop/design");
    fs::create_dir(&real).unwrap();
    fs::rename(stage.file(), real.join("shop.toml")).unwrap();
    symlink("design/shop.toml", stage.file()).unwrap();
    fs::write(real.join(".slipway-save-cut.tmp"), "half").unwrap();
    stage.save(1).unwrap();
    assert!(stage.file().is_symlink());
    assert_eq!(number(&read(&real.join("shop.toml"))), 1);
    assert_eq!(stage.leftovers().len(), 0);
}

#[test]
fn permissions_stay() {
    let stage = Stage::new();
    fs::set_permissions(stage.file(), fs::Permissions::from_mode(0o640)).unwrap();
    stage.save(1).unwrap();
    let mode = fs::metadata(stage.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn a_file_that_is_a_link_out_of_the_project_is_neither_read_nor_written() {
    let stage = Stage::new();
    let outside = stage.folder.join("outside.toml");
    fs::write(&outside, text(0)).unwrap();
    let project = stage.project();
    let base = project.read().unwrap().revision;
    fs::remove_file(stage.file()).unwrap();
    symlink(&outside, stage.file()).unwrap();
    assert!(matches!(project.read(), Err(ProjectError::Outside { .. })));
    let refused = stage.save_from(&base, 1).unwrap_err();
    assert!(matches!(refused, ProjectError::Outside { .. }), "{refused}");
    assert_eq!(read(&outside), text(0));
}

#[test]
fn a_folder_of_ours_that_is_a_link_out_of_the_project_stays_empty() {
    let stage = Stage::new();
    let outside = stage.folder.join("outside");
    fs::create_dir(&outside).unwrap();
    symlink(&outside, stage.own()).unwrap();
    let refused = stage.save(1).unwrap_err();
    assert!(refused.to_string().contains("leads out"), "{refused}");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    assert_eq!(stage.number(), 0);
}

#[test]
fn a_layout_that_is_a_link_out_of_the_project_is_neither_read_nor_written() {
    let stage = Stage::new();
    let outside = stage.folder.join("outside.json");
    fs::write(&outside, "{}").unwrap();
    fs::create_dir(stage.own()).unwrap();
    symlink(&outside, stage.own().join("layout.json")).unwrap();
    let project = stage.project();
    assert!(matches!(project.read_layout(), Err(LayoutError::Outside)));
    let refused = stage.save(1).unwrap_err();
    assert!(refused.to_string().contains("leads out"), "{refused}");
    assert_eq!(read(&outside), "{}");
}

#[test]
fn a_pipe_or_a_folder_in_the_layout_s_place_is_not_waited_for() {
    let stage = Stage::new();
    fs::create_dir(stage.own()).unwrap();
    let path = stage.own().join("layout.json");
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let project = stage.project();
    assert!(matches!(project.read_layout(), Err(LayoutError::NotAFile)));
    assert!(matches!(stage.save(1), Ok(Saved::Written { .. })));
    assert_eq!(project.read_layout().unwrap(), Some(layout(1)));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(project.read_layout(), Err(LayoutError::NotAFile)));
}
