//! Saves whose process is killed at any moment, and what a power cut leaves.

use crate::stage::{Stage, layout, number, plays, text};
use slipway_store::Saved;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

/// How often a saving process is killed, instead of [`KILLS`] times.
const KILLS_VARIABLE: &str = "SLIPWAY_TEST_KILLS";
const KILLS: u64 = 300;

const SAVER: &str = "kills::saver";

/// Not a test of its own: saves one text after the other and says each that it has saved.
#[test]
fn saver() {
    if !plays(SAVER) {
        return;
    }
    let stage = Stage::of_parent();
    let mut out = std::io::stdout();
    for next in stage.number() + 1.. {
        assert!(matches!(stage.save(next), Ok(Saved::Written { .. })));
        writeln!(out, "\nsaved {next}").unwrap();
        out.flush().unwrap();
    }
}

/// Numbers that follow from one another and look like chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
fn a_kill_at_any_moment_loses_no_saved_text() {
    if plays(SAVER) {
        return;
    }
    let kills = std::env::var(KILLS_VARIABLE)
        .ok()
        .map_or(KILLS, |kills| kills.parse().unwrap());
    let seed = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .subsec_nanos();
    println!("seed {seed}");
    let mut chance = Chance(u64::from(seed));
    let stage = Stage::new();
    // How long a save takes here, so that the kills hit all of it.
    let begun = Instant::now();
    for next in 1..=20 {
        stage.save(next).unwrap();
    }
    let one_save = u64::try_from(begun.elapsed().as_micros() / 20).unwrap();
    let (mut acknowledged, mut unacknowledged, mut cut) = (20, 0_u64, 0_u64);
    for _ in 0..kills {
        let first = stage.number();
        let mut saver = stage.process(SAVER).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(saver.stdout.take().unwrap()).lines();
        let last = said
            .by_ref()
            .map(|line| line.unwrap())
            .find_map(|line| line.strip_prefix("saved ")?.parse::<u64>().ok())
            .expect("it saves at least once");
        // Chance alone: there is nothing to wait for.
        std::thread::sleep(Duration::from_micros(chance.below(one_save * 2)));
        saver.kill().unwrap();
        saver.wait().unwrap();
        let last = said
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("saved ")?.parse::<u64>().ok())
            .last()
            .unwrap_or(last);
        acknowledged += last - first;

        let found = stage.number();
        assert!(
            found == last || found == last + 1,
            "{last} was saved and {found} is there"
        );
        unacknowledged += found - last;
        let places = stage.project().read_layout().unwrap().unwrap();
        assert!(
            places == layout(last) || (found == last + 1 && places == layout(found)),
            "the layout of {last} is lost"
        );
        let kept: Vec<u64> = stage.kept().iter().map(|kept| number(kept)).collect();
        // Where the kill came late, newer ones have taken its place.
        assert!(
            kept.contains(&first) || found - first >= 10,
            "{first} is not in {kept:?}"
        );
        assert!(kept.contains(&last) || kept.contains(&found));
        assert!(kept.len() <= 10);
        cut += u64::from(!stage.leftovers().is_empty());
    }
    stage.save(stage.number() + 1).unwrap();
    assert_eq!(stage.leftovers(), [""; 0].map(std::path::PathBuf::from));
    println!(
        "{kills} kills among {acknowledged} saves: 0 lost, {unacknowledged} on disk before they were said, {cut} with a file half written"
    );
}

#[test]
fn what_a_power_cut_leaves_is_the_text_before() {
    let stage = Stage::new();
    stage.save(1).unwrap();
    let new = text(2);
    // The temporary file torn at any byte, the rename never seen.
    for length in (0..new.len()).step_by(97).chain([new.len()]) {
        let cut = stage.folder.join("shop/.slipway-save-cut.tmp");
        fs::write(&cut, &new[..length]).unwrap();
        fs::write(stage.own().join(".slipway-save-cut.tmp"), &new[..length]).unwrap();
        assert_eq!(stage.number(), 1);
        let places = stage.project().read_layout().unwrap();
        assert_eq!(places, Some(layout(1)));
    }
    // The rename seen and the layout's not.
    fs::write(stage.file(), &new).unwrap();
    assert_eq!(stage.number(), 2);
    stage.save(3).unwrap();
    assert_eq!(stage.leftovers().len(), 0);
    assert_eq!(stage.project().read_layout().unwrap(), Some(layout(3)));
    // Both texts before are kept.
    let kept: Vec<u64> = stage.kept().iter().map(|kept| number(kept)).collect();
    assert_eq!(kept, [3, 2, 1, 0]);
}

#[test]
fn a_saved_text_that_a_disk_lost_is_among_the_versions() {
    for length in [0, 1, 4096] {
        let stage = Stage::new();
        stage.save(1).unwrap();
        fs::write(stage.file(), &text(1)[..length]).unwrap();
        assert_eq!(stage.kept(), [text(1), text(0)]);
        // The user takes the last version back.
        let saved = stage.save(1).unwrap();
        assert!(matches!(saved, Saved::Written { .. }));
        assert_eq!(stage.number(), 1);
    }
}
