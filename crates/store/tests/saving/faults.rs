//! Folders and disks that can't be written.

use crate::stage::{Stage, layout, plays, text};
use slipway_store::{ProjectError, Saved};
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// A user without rights: root may write whatever the permissions say.
const NOBODY: u32 = 65534;

fn is_root(stage: &Stage) -> bool {
    fs::metadata(&stage.folder).unwrap().uid() == 0
}

/// Hands the stage to nobody.
fn give_away(folder: &Path) {
    chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            give_away(&path);
        } else {
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
}

/// Runs `part` as a user that permissions hold for.
fn as_a_user(stage: &Stage, part: &str) {
    let mut process = stage.process(part);
    if is_root(stage) {
        give_away(&stage.folder);
        // A copy that this user can reach, wherever it was built.
        let program = stage.folder.join("program");
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        let mut reachable = Command::new(&program);
        reachable.args(process.get_args());
        for (name, value) in process.get_envs() {
            reachable.env(name, value.unwrap());
        }
        reachable.current_dir("/").uid(NOBODY).gid(NOBODY);
        process = reachable;
    }
    assert!(process.status().unwrap().success());
}

const READ_ONLY: &str = "faults::a_read_only_folder_is_said_and_nothing_is_lost";

#[test]
fn a_read_only_folder_is_said_and_nothing_is_lost() {
    if !plays(READ_ONLY) {
        let stage = Stage::for_every_user();
        stage.save(1).unwrap();
        as_a_user(&stage, READ_ONLY);
        return;
    }
    let stage = Stage::of_parent();
    let project = stage.folder.join("shop");
    let set = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    for folders in [
        &[project.clone()][..],
        &[project.clone(), stage.own(), stage.own().join("state")],
    ] {
        for folder in folders {
            set(folder, 0o555);
        }
        let refused = stage.save(2).unwrap_err();
        assert!(
            matches!(&refused, ProjectError::Write { source, .. } if source.kind() == io::ErrorKind::PermissionDenied),
            "{refused}"
        );
        assert!(refused.hint().contains("right to write"));
        assert_eq!(stage.number(), 1);
        assert_eq!(stage.project().read_layout().unwrap(), Some(layout(1)));
        for folder in folders {
            set(folder, 0o755);
        }
        assert_eq!(stage.leftovers().len(), 0);
    }
    // A new project there, without a folder of ours.
    fs::remove_dir_all(stage.own()).unwrap();
    set(&project, 0o555);
    assert!(stage.save(2).is_err());
    set(&project, 0o755);
    assert!(!stage.own().exists());
    // What can't be kept elsewhere does not stop a save.
    set(&stage.folder.join("kept"), 0o555);
    fs::remove_dir_all(stage.folder.join("kept/projects")).unwrap_err();
    assert!(matches!(stage.save(2), Ok(Saved::Written { .. })));
    assert_eq!(stage.number(), 2);
    set(&stage.folder.join("kept"), 0o755);
}

#[test]
fn a_write_protected_file_is_not_replaced() {
    let stage = Stage::new();
    fs::set_permissions(stage.file(), fs::Permissions::from_mode(0o444)).unwrap();
    let refused = stage.save(1).unwrap_err();
    assert!(
        matches!(refused, ProjectError::Protected { .. }),
        "{refused}"
    );
    assert_eq!(stage.number(), 0);
}

const FULL: &str = "faults::a_full_disk_is_said_and_nothing_is_lost";

#[test]
fn a_full_disk_is_said_and_nothing_is_lost() {
    if !plays(FULL) {
        let stage = Stage::new();
        // A small disk in a name space of its own: it ends with the process.
        let can = Command::new("unshare")
            .args(["--mount", "--map-root-user", "mount", "-t", "tmpfs", "none"])
            .arg(&stage.folder)
            .output();
        if !can.is_ok_and(|can| can.status.success()) {
            println!("left out: this user may not mount a small disk here");
            return;
        }
        let inner = stage.process(FULL);
        let mut outer = Command::new("unshare");
        outer
            .args(["--mount", "--map-root-user", "sh", "-c"])
            .arg("mount -t tmpfs -o size=256k none \"$0\" && exec \"$@\"")
            .arg(&stage.folder)
            .arg(inner.get_program())
            .args(inner.get_args());
        for (name, value) in inner.get_envs() {
            outer.env(name, value.unwrap());
        }
        assert!(outer.status().unwrap().success());
        return;
    }
    let stage = Stage::of_parent();
    stage.fill();
    stage.save(1).unwrap();
    let filling = stage.folder.join("filling");
    let mut full = fs::File::create(&filling).unwrap();
    let block = [0_u8; 4096];
    while io::Write::write_all(&mut full, &block).is_ok() {}
    let refused = stage.save(2).unwrap_err();
    assert!(
        matches!(&refused, ProjectError::Write { source, .. } if source.kind() == io::ErrorKind::StorageFull),
        "{refused:?}"
    );
    assert!(refused.hint().contains("space"));
    assert_eq!(stage.number(), 1);
    assert_eq!(stage.project().read_layout().unwrap(), Some(layout(1)));
    assert_eq!(stage.leftovers().len(), 0);
    drop(full);
    fs::remove_file(&filling).unwrap();
    assert!(matches!(stage.save(2), Ok(Saved::Written { .. })));
    assert_eq!(stage.project().read().unwrap().text, text(2));
}
