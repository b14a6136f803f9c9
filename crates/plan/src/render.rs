//! A plan as text, the same in the terminal and in the window.

use crate::diff::NEW;
use crate::{Action, After, AttributeChange, Change, Part, Plan, Text};
use serde_json::Value;

/// How much of a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// What changes, and in updates from what to what.
    #[default]
    Concise,
    /// Also what stays, every attribute that is set, the reason in the design and the operations.
    Full,
}

/// One attribute in words; a sensitive value is masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeText {
    pub name: String,
    /// `None` when there was none.
    pub before: Option<String>,
    /// `None` when it goes away.
    pub after: Option<String>,
    pub unknown: bool,
    pub needs_replace: bool,
}

/// `+` create, `~` update, `±` replace, `−` delete, `·` left alone, `=` as designed.
pub fn symbol(action: Action) -> char {
    match action {
        Action::NoOp => '=',
        Action::Create => '+',
        Action::Update => '~',
        Action::Replace => '±',
        Action::Delete => '−',
        Action::Forget => '·',
    }
}

pub fn attribute_text(change: &AttributeChange) -> AttributeText {
    let (after, unknown) = match &change.after {
        After::Value(value) => (Some(value_text(value)), false),
        After::Unknown(text) => (Some(unknown_text(text)), true),
        After::Absent => (None, false),
    };
    AttributeText {
        name: change.name.clone(),
        before: change.before.as_ref().map(value_text),
        after,
        unknown,
        needs_replace: change.needs_replace,
    }
}

/// `rate 100, burst 50`: what is set, without what is empty. A long text is cut.
fn members_text(members: &serde_json::Map<String, Value>) -> String {
    const LONGEST: usize = 60;
    let set: Vec<String> = members
        .iter()
        .filter_map(|(name, value)| {
            let text = match value {
                Value::Null | Value::Bool(false) => return None,
                Value::Array(items) if items.is_empty() => return None,
                Value::Array(items) => {
                    let items: Vec<String> = items.iter().map(value_text).collect();
                    items.join(" ")
                }
                other => value_text(other),
            };
            let cut = text.char_indices().nth(LONGEST).map(|(at, _)| at);
            Some(match cut {
                Some(at) => format!("{name} {}…", &text[..at]),
                None => format!("{name} {text}"),
            })
        })
        .collect();
    set.join(", ")
}

fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => shortened(text),
        Value::Object(members) => members_text(members),
        Value::Number(number) => number
            .as_f64()
            .map_or_else(|| number.to_string(), |number| number.to_string()),
        other => other.to_string(),
    }
}

const UNKNOWN: &str = "(known after apply)";

fn unknown_text(text: &Text) -> String {
    match text {
        Text::Known(text) => shortened(text),
        Text::Parts { parts } => parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.as_str(),
                Part::Output { .. } => UNKNOWN,
            })
            .collect(),
    }
}

/// Digests are told apart by their first twelve digits.
fn shortened(text: &str) -> String {
    const DIGEST: usize = 64;
    const SHOWN: usize = 12;
    let rest = text.trim_end_matches(|c: char| c.is_ascii_hexdigit());
    let digits = &text[rest.len()..];
    if digits.len() == DIGEST {
        format!("{rest}{}…", &digits[..SHOWN])
    } else {
        text.to_owned()
    }
}

/// The plan as text, changes first, in the order of addresses; a summary in the last line.
pub fn render(plan: &Plan, detail: Detail) -> String {
    let mut out = String::new();
    let shown: Vec<&Change> = plan
        .changes
        .iter()
        .filter(|change| change.action != Action::NoOp)
        .chain(
            plan.changes
                .iter()
                .filter(|change| change.action == Action::NoOp && detail == Detail::Full),
        )
        .collect();
    for change in &shown {
        for line in lines(change, detail) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    if !shown.is_empty() {
        out.push('\n');
    }
    out.push_str(&summary_text(plan));
    out.push('\n');
    out
}

fn lines(change: &Change, detail: Detail) -> Vec<String> {
    let mut lines = vec![format!(
        "{} {}  {}",
        symbol(change.action),
        change.addr,
        why(change)
    )];
    if detail == Detail::Full {
        if !change.because.is_empty() && change.action != Action::Create {
            lines.push(format!("    because {}", change.because));
        }
        if !change.operations.is_empty() {
            let names: Vec<String> = change.operations.iter().map(|one| one.name()).collect();
            lines.push(format!("    by {}", names.join(", ")));
        }
    }
    let in_place = matches!(change.action, Action::Update | Action::Replace);
    if in_place || detail == Detail::Full {
        let attributes = change.attributes.iter();
        lines.extend(attributes.map(|one| format!("    {}", attribute_line(one))));
    }
    lines
}

/// For what is new, the reason is the element of the design that implies it.
fn why(change: &Change) -> String {
    match change.action {
        Action::Create if change.reason == NEW => change.because.clone(),
        Action::Create => format!("{} ({})", change.because, change.reason),
        _ => change.reason.clone(),
    }
}

fn attribute_line(change: &AttributeChange) -> String {
    let text = attribute_text(change);
    let mut line = match (&text.before, &text.after) {
        (Some(_), Some(_)) if change.sensitive => format!("{}: (value not shown)", text.name),
        (Some(before), Some(after)) => format!("{}: {before} -> {after}", text.name),
        (None, Some(after)) => format!("{}: {after}", text.name),
        (Some(before), None) => format!("{}: {before} -> (none)", text.name),
        (None, None) => text.name,
    };
    if text.needs_replace {
        line.push_str(" (needs a new one)");
    }
    line
}

fn summary_text(plan: &Plan) -> String {
    let summary = plan.summary;
    let kept = plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Forget)
        .count();
    let kept = match kept {
        0 => String::new(),
        count => format!(" {count} left alone."),
    };
    if summary.is_empty() {
        return format!("Nothing to do.{kept}");
    }
    format!(
        "{} to create, {} to update, {} to replace, {} to delete.{kept}",
        summary.create, summary.update, summary.replace, summary.delete
    )
}
