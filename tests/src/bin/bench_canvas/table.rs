//! The table of one size: both pages side by side.

use crate::{Answer, Run};
use std::fmt::Write as _;

/// Milliseconds, or a number of elements.
struct Figure {
    median: f64,
    p95: f64,
    /// Least and greatest median of the repetitions.
    range: (f64, f64),
}

impl Figure {
    /// Of all samples; the range is that of the repetitions' medians.
    fn of(repetitions: &[Vec<f64>]) -> Self {
        let medians: Vec<f64> = repetitions.iter().map(|run| at(run, 0.5)).collect();
        let all: Vec<f64> = repetitions.concat();
        Self {
            median: at(&all, 0.5),
            p95: at(&all, 0.95),
            range: (at(&medians, 0.0), at(&medians, 1.0)),
        }
    }
}

/// The sample at a fraction of the sorted samples; 0 without any.
fn at(samples: &[f64], fraction: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index of a list of some hundred samples"
    )]
    let index = (fraction * last as f64).round() as usize;
    sorted[index]
}

/// A Markdown table: for each run the frame (median, p95, range), the work, and the elements changed.
pub(crate) fn of(nodes: usize, edges: usize, slipway: &[Answer], peer: &[Answer]) -> String {
    let mut out = format!(
        "\n### {nodes} nodes, {edges} edges\n\n\
         | run | frame p50 (range) / p95, ms | peer | ratio of p95 | work p50 / p95, ms | peer | ratio of p95 | elements changed | peer |\n\
         |---|---|---|---|---|---|---|---|---|\n"
    );
    let opened =
        |answers: &[Answer]| Figure::of(&[answers.iter().map(|answer| answer.opened).collect()]);
    let (ours, theirs) = (opened(slipway), opened(peer));
    let _ = writeln!(
        out,
        "| open | {:.0} | {:.0} | {:.2} | | | | | |",
        ours.median,
        theirs.median,
        theirs.median / ours.median
    );
    let Some(first) = slipway.first() else {
        return out;
    };
    for name in first.runs.keys() {
        let pick = |answers: &[Answer], part: fn(&Run) -> &Vec<f64>| {
            let runs: Vec<Vec<f64>> = answers
                .iter()
                .filter_map(|answer| answer.runs.get(name))
                .map(|run| part(run).clone())
                .collect();
            Figure::of(&runs)
        };
        let frame = (
            pick(slipway, |run| &run.frames),
            pick(peer, |run| &run.frames),
        );
        let work = (pick(slipway, |run| &run.work), pick(peer, |run| &run.work));
        let changes = (
            pick(slipway, |run| &run.changes),
            pick(peer, |run| &run.changes),
        );
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {:.2} | {} | {} | {:.2} | {:.0} | {:.0} |",
            with_range(&frame.0),
            with_range(&frame.1),
            frame.1.p95 / frame.0.p95,
            both(&work.0),
            both(&work.1),
            work.1.p95 / work.0.p95,
            changes.0.median,
            changes.1.median,
        );
    }
    out
}

fn with_range(figure: &Figure) -> String {
    format!(
        "{:.1} ({:.1}–{:.1}) / {:.1}",
        figure.median, figure.range.0, figure.range.1, figure.p95
    )
}

fn both(figure: &Figure) -> String {
    format!("{:.1} / {:.1}", figure.median, figure.p95)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_all_samples() {
        let figure = Figure::of(&[vec![1.0, 2.0, 3.0], vec![10.0, 20.0, 30.0]]);
        assert_eq!(
            (figure.median, figure.p95, figure.range),
            (10.0, 30.0, (2.0, 20.0))
        );
        assert_eq!(at(&[], 0.5), 0.0);
    }
}
