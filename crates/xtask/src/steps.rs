//! Steps with a name, a time and an outcome, and the table of them at the end.

use std::time::{Duration, Instant};

use anyhow::Result;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It did what it says.
    Done,
    /// It was not needed or not possible here; the reason was printed.
    Skipped,
    /// It failed; the error was printed.
    Failed,
}

#[derive(Debug)]
struct Row {
    name: String,
    took: Duration,
    outcome: Outcome,
}

/// The steps of one command, in the order they ran.
#[derive(Debug)]
pub(crate) struct Steps {
    started: Instant,
    rows: Vec<Row>,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            rows: Vec::new(),
        }
    }

    /// Runs one step, prints its name before and its time after; an error ends the command.
    pub(crate) fn run<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("==> {name}");
        let started = Instant::now();
        let result = work();
        let took = started.elapsed();
        let outcome = if result.is_ok() {
            Outcome::Done
        } else {
            Outcome::Failed
        };
        println!("    {} in {}", word(outcome), seconds(took));
        self.rows.push(Row {
            name: name.to_owned(),
            took,
            outcome,
        });
        result
    }

    /// Runs one step whose failure is printed and remembered but does not stop the steps after it.
    pub(crate) fn keep_going<T>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Result<T>,
    ) -> Option<T> {
        match self.run(name, work) {
            Ok(value) => Some(value),
            Err(error) => {
                eprintln!("    error: {error:#}");
                None
            }
        }
    }

    /// Notes a step that was done elsewhere, with its time.
    pub(crate) fn note(&mut self, name: &str, took: Duration) {
        println!("    done in {}", seconds(took));
        self.rows.push(Row {
            name: name.to_owned(),
            took,
            outcome: Outcome::Done,
        });
    }

    /// Notes a step that does not run here, with the reason.
    pub(crate) fn skip(&mut self, name: &str, reason: &str) {
        println!("==> {name}\n    skipped: {reason}");
        self.rows.push(Row {
            name: name.to_owned(),
            took: Duration::ZERO,
            outcome: Outcome::Skipped,
        });
    }

    /// How many steps failed.
    pub(crate) fn failed(&self) -> usize {
        self.rows
            .iter()
            .filter(|row| row.outcome == Outcome::Failed)
            .count()
    }

    /// Prints the table of steps and times.
    pub(crate) fn table(&self) {
        let width = self
            .rows
            .iter()
            .map(|row| row.name.len())
            .max()
            .unwrap_or(0)
            .max(5);
        println!("\n{:<width$}  {:>9}  outcome", "step", "time");
        for row in &self.rows {
            println!(
                "{:<width$}  {:>9}  {}",
                row.name,
                seconds(row.took),
                word(row.outcome)
            );
        }
        println!(
            "{:<width$}  {:>9}",
            "total",
            seconds(self.started.elapsed())
        );
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Skipped => "skipped",
        Outcome::Failed => "FAILED",
    }
}

/// `0.3 s`, `12.0 s`, `3 min 05 s`.
pub(crate) fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole < 100 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        assert_eq!(seconds(Duration::from_millis(320)), "0.3 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn a_failed_step_is_counted_and_the_next_one_still_runs() {
        let mut steps = Steps::new();
        assert!(
            steps
                .keep_going("a", || anyhow::bail!("no") as Result<()>)
                .is_none()
        );
        assert_eq!(steps.keep_going("b", || Ok(1)), Some(1));
        steps.skip("c", "not here");
        assert_eq!(steps.failed(), 1);
    }
}
