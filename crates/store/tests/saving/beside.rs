//! Others who write the same project: another editor, another process.

use crate::stage::{Stage, layout, number, plays, text};
use slipway_store::{LayoutError, ProjectError, Save, Saved};
use std::fs;

#[test]
fn a_text_changed_by_another_editor_is_a_conflict_and_nothing_is_written() {
    let stage = Stage::new();
    stage.save(1).unwrap();
    let base = stage.project().read().unwrap().revision;
    fs::write(stage.file(), text(7)).unwrap();
    let Saved::Conflict(theirs) = stage.save_from(&base, 2).unwrap() else {
        panic!("it was overwritten");
    };
    assert_eq!(number(&theirs.text), 7);
    assert_eq!(stage.number(), 7);
    assert_eq!(stage.project().read_layout().unwrap(), Some(layout(1)));
    // After a merge it goes on from what it was told.
    let saved = stage.save_from(&theirs.revision, 8).unwrap();
    assert!(matches!(saved, Saved::Written { .. }));
    assert_eq!(stage.number(), 8);
    // What the other editor wrote is kept too.
    assert!(stage.kept().contains(&text(7)));
}

#[test]
fn the_same_text_is_no_conflict_and_not_written_again() {
    let stage = Stage::new();
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
    let file = fs::File::options().write(true).open(stage.file()).unwrap();
    file.set_modified(old).unwrap();
    let before = fs::metadata(stage.file()).unwrap().modified().unwrap();
    for base in ["of another text", &stage.project().read().unwrap().revision] {
        let Saved::Written { revision } = stage.save_from(base, 0).unwrap() else {
            panic!("it is what is there");
        };
        assert_eq!(revision, stage.project().read().unwrap().revision);
    }
    let after = fs::metadata(stage.file()).unwrap().modified().unwrap();
    assert_eq!(after, before, "only the layout is new");
    assert_eq!(stage.project().read_layout().unwrap(), Some(layout(0)));
    assert_eq!(stage.kept(), [""; 0]);
}

#[test]
fn without_a_layout_the_one_on_disk_stays() {
    let stage = Stage::new();
    stage.save(1).unwrap();
    let base = stage.project().read().unwrap().revision;
    let save = Save {
        base: &base,
        text: &text(2),
        layout: None,
    };
    stage.project().save(save, &stage.archive()).unwrap();
    assert_eq!(stage.number(), 2);
    assert_eq!(stage.project().read_layout().unwrap(), Some(layout(1)));
}

#[test]
fn a_file_that_is_gone_is_said_and_not_made_anew() {
    let stage = Stage::new();
    let project = stage.project();
    let base = project.read().unwrap().revision;
    fs::remove_file(stage.file()).unwrap();
    let save = Save {
        base: &base,
        text: &text(1),
        layout: Some(&|_| layout(1)),
    };
    let gone = project.save(save, &stage.archive()).unwrap_err();
    assert!(matches!(gone, ProjectError::Gone { .. }), "{gone}");
    assert!(!stage.file().exists() && !stage.own().exists());
    fs::remove_dir_all(stage.folder.join("shop")).unwrap();
    let gone = project.save(save, &stage.archive()).unwrap_err();
    assert!(matches!(gone, ProjectError::Gone { .. }), "{gone}");
}

#[test]
fn a_newer_format_is_never_written_nor_written_over() {
    let stage = Stage::new();
    let newer = "schema = 2\nname = \"shop\"\nshiny = true\n";
    fs::write(stage.file(), newer).unwrap();
    let refused = stage.save(1).unwrap_err();
    assert!(matches!(refused, ProjectError::Newer { .. }), "{refused}");
    assert_eq!(fs::read_to_string(stage.file()).unwrap(), newer);
    stage.fill();
    let base = stage.project().read().unwrap().revision;
    let save = Save {
        base: &base,
        text: newer,
        layout: None,
    };
    let refused = stage.project().save(save, &stage.archive()).unwrap_err();
    assert!(matches!(refused, ProjectError::Newer { .. }), "{refused}");
    assert_eq!(stage.number(), 0);
}

#[test]
fn a_text_longer_than_any_design_is_refused() {
    let stage = Stage::new();
    let base = stage.project().read().unwrap().revision;
    let long = "#".repeat((8 << 20) + 1);
    let save = Save {
        base: &base,
        text: &long,
        layout: None,
    };
    let refused = stage.project().save(save, &stage.archive()).unwrap_err();
    assert!(matches!(refused, ProjectError::TooLong { .. }), "{refused}");
    let long = "#".repeat((4 << 20) + 1);
    let save = Save {
        base: &base,
        text: &text(0),
        layout: Some(&|_| long.clone()),
    };
    let refused = stage.project().save(save, &stage.archive()).unwrap_err();
    assert!(refused.to_string().contains("layout.json"), "{refused}");
    assert_eq!(stage.number(), 0);
}

#[test]
fn a_layout_that_can_t_be_read_is_said_and_put_aside_by_the_next_save() {
    let stage = Stage::new();
    assert_eq!(stage.project().read_layout().unwrap(), None);
    fs::create_dir_all(stage.own()).unwrap();
    let path = stage.own().join("layout.json");
    fs::write(&path, b"{\"schema\":\xff}").unwrap();
    let project = stage.project();
    assert!(matches!(
        project.read_layout(),
        Err(LayoutError::NotText { at: 10 })
    ));
    stage.save(1).unwrap();
    assert_eq!(project.read_layout().unwrap(), Some(layout(1)));
    let aside = stage.own().join("layout.unreadable.json");
    assert_eq!(fs::read(&aside).unwrap(), b"{\"schema\":\xff}");

    let long = fs::File::create(&path).unwrap();
    long.set_len((4 << 20) + 1).unwrap();
    assert!(matches!(project.read_layout(), Err(LayoutError::TooLong)));
    stage.save(2).unwrap();
    assert_eq!(project.read_layout().unwrap(), Some(layout(2)));
    assert_eq!(fs::metadata(&aside).unwrap().len(), (4 << 20) + 1);
}

const COUNTER: &str = "beside::counter";
const COUNTERS: u64 = 4;
const COUNTS: u64 = 50;

/// Not a test of its own: adds lines of its own, each again when somebody else was first.
#[test]
fn counter() {
    if !plays(COUNTER) {
        return;
    }
    let stage = Stage::of_parent();
    let archive = stage.archive();
    for count in 0..COUNTS {
        loop {
            let there = stage.project().read().unwrap();
            let line = format!("# {} of process {}\n", count, std::process::id());
            let save = Save {
                base: &there.revision,
                text: &(there.text + &line),
                layout: None,
            };
            match stage.project().save(save, &archive).unwrap() {
                Saved::Written { .. } => break,
                Saved::Conflict(theirs) => assert_ne!(theirs.revision, there.revision),
            }
        }
    }
}

#[test]
fn processes_that_save_at_once_never_overwrite_each_other() {
    if plays(COUNTER) {
        return;
    }
    let stage = Stage::new();
    let children: Vec<_> = (0..COUNTERS)
        .map(|_| stage.process(COUNTER).spawn().unwrap())
        .collect();
    let mut wanted = Vec::new();
    for mut child in children {
        wanted.extend((0..COUNTS).map(|count| format!("# {count} of process {}", child.id())));
        assert!(child.wait().unwrap().success());
    }
    let written = stage.project().read().unwrap().text;
    let mut lines: Vec<_> = written
        .strip_prefix(&text(0))
        .expect("the first text is still its beginning")
        .lines()
        .map(str::to_owned)
        .collect();
    lines.sort();
    wanted.sort();
    assert_eq!(lines, wanted);
    assert_eq!(stage.leftovers().len(), 0);
}
