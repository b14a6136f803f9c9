//! What is printed, and where.

use console::{Style, style};
use serde::Serialize;
use slipway_design::Severity;
use slipway_plan::{Action, Summary};
use slipway_protocol::{
    ApiError, ChangeView, CheckReport, CheckStatus, DiagnosticView, DoctorReport, ErrorCode,
    PlanView,
};
use std::io::{self, Write as _};
use std::sync::OnceLock;

/// The first failure to write data, if there was one.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Where lines go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output: what was asked for.
    Data,
    /// Standard error: everything said beside it.
    Words,
}

impl Stream {
    fn print(self, line: &str) {
        match self {
            Self::Data => data(line),
            Self::Words => say(line),
        }
    }

    /// Coloured where this stream is a terminal that wants colours.
    fn paint(self, look: Style, text: impl std::fmt::Display) -> String {
        let look = match self {
            Self::Data => look.for_stdout(),
            Self::Words => look.for_stderr(),
        };
        look.apply_to(text).to_string()
    }
}

/// A line of words, to standard error. A closed stream is no reason to stop working.
pub(crate) fn say(line: &str) {
    writeln!(io::stderr().lock(), "{line}").ok();
}

/// A line of data, to standard output. Work goes on when it can't be written; [`lost`] tells then.
pub(crate) fn data(line: &str) {
    let mut out = io::stdout().lock();
    if let Err(error) = writeln!(out, "{line}").and_then(|()| out.flush()) {
        LOST.get_or_init(|| error);
    }
}

/// Why data was lost. Whoever closed the other end of a pipe has read enough: that is no loss.
pub(crate) fn lost() -> Option<&'static io::Error> {
    LOST.get()
        .filter(|error| error.kind() != io::ErrorKind::BrokenPipe)
}

/// One JSON value on one line.
pub(crate) fn json<T: Serialize>(value: &T) {
    data(&serde_json::to_string(value).expect("what crosses the wire can be written as JSON"));
}

/// The next step, to standard error.
pub(crate) fn next(step: &str) {
    say(&format!(
        "{} {step}",
        style("next:").for_stderr().cyan().bold()
    ));
}

#[derive(Serialize)]
struct ErrorLine<'a> {
    error: &'a ApiError,
}

/// A failure: what and why, the details, the next step.
pub(crate) fn error(error: &ApiError, as_json: bool) {
    if as_json {
        json(&ErrorLine { error });
    }
    say(&format!(
        "{} {}",
        style("error:").red().bold().for_stderr(),
        error.message
    ));
    for detail in &error.details {
        say(&format!("  {detail}"));
    }
    if let Some(hint) = &error.hint {
        next(hint);
    }
    if let Some(way) = in_terminal(error.code) {
        next(way);
    }
}

/// How a terminal does what the hint of an error says. The hint itself is also shown in the window.
fn in_terminal(code: ErrorCode) -> Option<&'static str> {
    match code {
        ErrorCode::DesignInvalid | ErrorCode::NotSupported => {
            Some("`slipway check` lists the problems of the design.")
        }
        ErrorCode::ProjectNotFound => {
            Some("--project FOLDER names the folder, `slipway new` makes a project.")
        }
        ErrorCode::WrongAccount => Some("--profile NAME chooses the credentials, too."),
        _ => None,
    }
}

pub(crate) fn check(report: &CheckReport, file: &str) {
    for found in &report.diagnostics {
        diagnostic(found, file);
    }
    let count = |severity| {
        report
            .diagnostics
            .iter()
            .filter(|found| found.severity == severity)
            .count()
    };
    say(&format!(
        "{}, {}",
        counted(count(Severity::Error), "error"),
        counted(count(Severity::Warning), "warning")
    ));
}

pub(crate) fn diagnostic(found: &DiagnosticView, file: &str) {
    let place = match (found.line, found.column) {
        (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        _ => file.to_owned(),
    };
    let (word, look) = match found.severity {
        Severity::Error => ("error", Style::new().red().bold()),
        Severity::Warning => ("warning", Style::new().yellow().bold()),
        Severity::Info => ("info", Style::new().cyan()),
    };
    say(&format!(
        "{place}: {}: {} [{}]",
        look.for_stderr().apply_to(word),
        found.summary,
        found.code
    ));
    if let Some(detail) = &found.detail {
        say(&format!("    {detail}"));
    }
    if let Some(fix) = &found.fix {
        say(&format!("    {} {fix}", style("fix:").cyan().for_stderr()));
    }
}

pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

pub(crate) fn doctor(report: &DoctorReport) {
    let stream = Stream::Data;
    for check in &report.checks {
        let (mark, look) = match check.status {
            CheckStatus::Ok => ("✓", Style::new().green()),
            CheckStatus::Warning => ("!", Style::new().yellow()),
            CheckStatus::Failed => ("✗", Style::new().red()),
            CheckStatus::Skipped => ("–", Style::new().dim()),
        };
        stream.print(&format!(
            "{} {}: {}",
            stream.paint(look, mark),
            check.title,
            check.detail
        ));
        if let Some(fix) = &check.fix {
            stream.print(&format!(
                "    {} {fix}",
                stream.paint(Style::new().cyan(), "fix:")
            ));
        }
    }
}

/// The colour of an action; its symbol is the plan's own.
fn look(action: Action) -> Style {
    match action {
        Action::Create => Style::new().green(),
        Action::Update => Style::new().yellow(),
        Action::Replace => Style::new().magenta(),
        Action::Delete => Style::new().red(),
        Action::NoOp | Action::Forget => Style::new().dim(),
    }
}

/// The plan as a list: words before a question, data when it is the answer.
pub(crate) fn plan(plan: &PlanView, full: bool, stream: Stream) {
    let scope = &plan.scope;
    let kind = if scope.emulator {
        " (emulator, not AWS)"
    } else {
        ""
    };
    stream.print(&format!(
        "{} → {}{kind}: account {}, {}, as {}",
        scope.project, scope.environment, scope.account, scope.region, plan.identity
    ));
    if let Some(interrupted) = &plan.interrupted {
        stream.print(interrupted);
    }
    for change in plan
        .changes
        .iter()
        .filter(|change| change.action != Action::NoOp)
    {
        plan_change(change, full, stream);
    }
    stream.print(&summary(plan.summary, plan.destroy));
}

fn plan_change(change: &ChangeView, full: bool, stream: Stream) {
    stream.print(&format!(
        "  {} {}  {}",
        stream.paint(look(change.action), slipway_plan::symbol(change.action)),
        change.address,
        stream.paint(Style::new().dim(), &change.reason)
    ));
    let show = |action| full || action == Action::Update || action == Action::Replace;
    if !show(change.action) {
        return;
    }
    for attribute in &change.attributes {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "(none)".to_owned());
        let forced = if attribute.needs_replace {
            "  forces replacement"
        } else {
            ""
        };
        stream.print(&format!(
            "      {}: {} → {}{forced}",
            attribute.name,
            value(&attribute.before),
            value(&attribute.after)
        ));
    }
    if full {
        let operations: Vec<String> = change
            .operations
            .iter()
            .map(|operation| operation.name())
            .collect();
        if !operations.is_empty() {
            stream.print(&format!("      does: {}", operations.join(", ")));
        }
        if !change.because.is_empty() {
            stream.print(&format!("      because {}", change.because));
        }
    }
}

pub(crate) fn summary(summary: Summary, destroy: bool) -> String {
    if summary.is_empty() {
        return if destroy {
            "Nothing of this project is there.".to_owned()
        } else {
            "Nothing to do: everything is as the design says.".to_owned()
        };
    }
    format!(
        "{} to create, {} to update, {} to replace, {} to delete.",
        summary.create, summary.update, summary.replace, summary.delete
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_people_write_them() {
        assert_eq!(counted(0, "error"), "0 errors");
        assert_eq!(counted(1, "error"), "1 error");
        assert_eq!(counted(2, "error"), "2 errors");
    }
}
