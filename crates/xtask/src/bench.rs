//! Benchmarks: programs that measure ours beside others in turns and print a table.
//!
//! Times are the median of a few rounds with their range. Programs to compare with are installed by npm from the lock file
//! of `tests/peers`; they are never part of Slipway.

mod answering;
pub(crate) mod canvas;
pub(crate) mod layout;

use std::fmt;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::{paths, shell};

/// Installs the programs to compare with, as the lock file says, and returns their folder.
fn peers() -> Result<PathBuf> {
    for program in ["node", "npm"] {
        if paths::program(program).is_none() {
            bail!(
                "{program} is not on PATH: the benchmarks compare with programs that need Node.js 20 or newer"
            );
        }
    }
    let folder = paths::root().join("tests/peers");
    shell::run(shell::command("npm").arg("ci").current_dir(&folder))
        .context("cannot install the programs to compare with")?;
    Ok(folder)
}

/// The processor and how many of its cores there are.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let model = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        });
    let model = model.unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    format!("{cores} cores of {model}")
}

/// Some measurements of one thing.
#[derive(Debug, Clone, PartialEq)]
struct Samples(Vec<f64>);

impl Samples {
    fn new(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        (!values.is_empty()).then_some(Self(values))
    }

    /// The value below which a share of all lie.
    fn quantile(&self, share: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index into a few thousand samples"
        )]
        let index = (share * (self.0.len() - 1) as f64).round() as usize;
        self.0[index]
    }

    fn median(&self) -> f64 {
        self.quantile(0.5)
    }
}

impl fmt::Display for Samples {
    /// `12.3 (11.8 to 14.0; 5)`: median, range and number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, middle, high] = [0.0, 0.5, 1.0].map(|share| round(self.quantile(share)));
        write!(f, "{middle} ({low} to {high}; {})", self.0.len())
    }
}

/// With three digits that count, and never fewer than those before the point.
fn round(value: f64) -> String {
    let digits = match value.abs() {
        0.0..1.0 => 3,
        1.0..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_said_by_median_and_range() {
        let samples = Samples::new(vec![14.0, 11.8, 12.25, 12.0, 13.0]).unwrap();
        assert_eq!(samples.to_string(), "12.2 (11.8 to 14.0; 5)");
        assert_eq!(samples.quantile(1.0), 14.0);
        assert_eq!(Samples::new(Vec::new()), None);
    }

    #[test]
    fn figures_have_three_digits() {
        let rounded = [0.1234, 1.234, 12.34, 123.4, 12345.6].map(round);
        assert_eq!(rounded, ["0.123", "1.23", "12.3", "123", "12346"]);
    }
}
