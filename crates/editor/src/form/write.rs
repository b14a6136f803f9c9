//! What a value of a field comes to: the fewest edits of the file.

use super::Scope;
use super::control::Control;
use super::field::{Field, Spot};
use crate::Command;
use slipway_design::{Document, Edit, Literal, Path, SERVICE_CPU, fargate};

/// Lists and tables that an environment clears by writing them empty.
const CLEARED: [&str; 5] = ["allow", "policies", "command", "entrypoint", "secrets"];

impl Field {
    /// The command that writes a value, or takes it away with `None`: one step, whatever else has to change with it.
    pub fn command(&self, document: &Document, scope: Scope, value: Option<&Literal>) -> Command {
        let mut edits = Vec::new();
        write(
            document,
            &self.spot,
            scope,
            value,
            &self.control,
            &mut edits,
        );
        if let Some(memory) = &self.memory {
            let cpu = match value.or_else(|| self.fallback(scope)) {
                Some(Literal::Integer(cpu)) => u32::try_from(*cpu).unwrap_or(SERVICE_CPU),
                _ => SERVICE_CPU,
            };
            if let Some(fitting) = fitting_memory(cpu, memory.now) {
                let literal = Literal::Integer(i64::from(fitting));
                write(
                    document,
                    &memory.spot,
                    scope,
                    Some(&literal),
                    &Control::Fact,
                    &mut edits,
                );
            }
        }
        let verb = if value.is_some() { "Change" } else { "Reset" };
        Command::Edit {
            title: format!("{verb} {}", self.title()),
            edits,
            select: Vec::new(),
        }
    }

    /// The command that takes the chosen environment's own value back.
    pub fn take_back(&self, document: &Document) -> Command {
        let mut edits = Vec::new();
        if let Some((block, _)) = self.spot.block(Scope::Here) {
            remove(document, &block, 2, &mut edits);
        }
        Command::Edit {
            title: format!("Take back {}", self.title()),
            edits,
            select: Vec::new(),
        }
    }

    fn title(&self) -> String {
        let mut label = self.label.clone();
        // `Memory` in the middle of a sentence, `CPU` and `ECS Exec` as they are.
        if label.chars().nth(1).is_some_and(char::is_lowercase)
            && let Some(first) = label.get(..1).map(str::to_lowercase)
        {
            label.replace_range(..1, &first);
        }
        label
    }
}

/// The command that writes the same value of several elements as one step.
pub fn set_all(
    document: &Document,
    fields: &[Field],
    scope: Scope,
    value: Option<&Literal>,
) -> Command {
    let mut all = Vec::new();
    let mut title = String::new();
    for field in fields {
        if let Command::Edit {
            edits, title: one, ..
        } = field.command(document, scope, value)
        {
            all.extend(edits);
            title = format!("{one} of {}", fields.len());
        }
    }
    Command::Edit {
        title,
        edits: all,
        select: Vec::new(),
    }
}

/// The memory nearest to the present one that goes with a CPU; `None` when the present one does.
fn fitting_memory(cpu: u32, memory: u32) -> Option<u32> {
    if fargate::is_pair(cpu, memory) {
        return None;
    }
    fargate::pairs()
        .filter(|(units, _)| *units == cpu)
        .map(|(_, mib)| mib)
        .min_by_key(|mib| mib.abs_diff(memory))
}

/// Adds the edits that write a value at a spot.
pub(crate) fn write(
    document: &Document,
    spot: &Spot,
    scope: Scope,
    value: Option<&Literal>,
    control: &Control,
    edits: &mut Vec<Edit>,
) {
    let Some((block, rest)) = spot.block(scope) else {
        return;
    };
    let now = document.literal(&block);
    // What an override replaces as a whole starts as a copy of it.
    let start = match (&now, scope) {
        (None, Scope::Here) if !spot.merges && !rest.is_root() => spot
            .block(Scope::Everywhere)
            .and_then(|(own, _)| document.literal(&own)),
        _ => now.clone(),
    };
    let value = value.filter(|value| keeps(value, spot, scope));
    let floor = match scope {
        Scope::Everywhere => spot.base.segments().len(),
        Scope::Here => 2,
    };
    let next = match control {
        Control::Target { .. } => Some(leading(start, value)),
        _ => with(start, rest.keys().unwrap_or_default().as_slice(), value),
    };
    // A route, an authorizer, a container stays when its last setting goes.
    let stays = spot.whole == 0 && scope == Scope::Everywhere;
    let is_left_empty = match &next {
        Some(Literal::Table(rows)) => rows.is_empty() && !stays && value.is_none(),
        Some(_) => false,
        None => true,
    };
    match next {
        Some(next) if !is_left_empty => put(document, &block, now.as_ref(), &next, edits),
        _ => remove(document, &block, floor, edits),
    }
}

/// Whether an empty list or table is worth writing.
fn keeps(value: &Literal, spot: &Spot, scope: Scope) -> bool {
    let is_empty = match value {
        Literal::Array(items) => items.is_empty(),
        Literal::Table(rows) => rows.is_empty(),
        _ => false,
    };
    !is_empty
        || (scope == Scope::Here
            && spot
                .rel
                .last_key()
                .is_some_and(|key| CLEARED.contains(&key)))
}

/// A route's short form is `{ to = "…" }` in full.
pub(crate) fn spread(block: Literal) -> Literal {
    match block {
        Literal::String(to) => Literal::Table(vec![("to".to_owned(), Literal::String(to))]),
        other => other,
    }
}

fn with(block: Option<Literal>, rest: &[&str], value: Option<&Literal>) -> Option<Literal> {
    let Some((key, deeper)) = rest.split_first() else {
        return value.cloned();
    };
    let mut rows = match block.map(spread) {
        Some(Literal::Table(rows)) => rows,
        _ => Vec::new(),
    };
    let at = rows.iter().position(|(known, _)| known == key);
    let inner = with(at.map(|at| rows[at].1.clone()), deeper, value)
        .filter(|inner| value.is_some() || *inner != Literal::Table(Vec::new()));
    match (at, inner) {
        (Some(at), Some(inner)) => rows[at].1 = inner,
        (Some(at), None) => {
            rows.remove(at);
        }
        (None, Some(inner)) => rows.push(((*key).to_owned(), inner)),
        (None, None) => {}
    }
    Some(Literal::Table(rows))
}

/// A route that leads somewhere else: the short form stays short.
fn leading(block: Option<Literal>, value: Option<&Literal>) -> Literal {
    let target = match value {
        Some(Literal::Table(rows)) => rows.clone(),
        _ => Vec::new(),
    };
    let is_short = matches!(block, Some(Literal::String(_)) | None)
        || block == Some(Literal::Table(Vec::new()));
    let mut rows = match block.map(spread) {
        Some(Literal::Table(rows)) => rows,
        _ => Vec::new(),
    };
    rows.retain(|(key, _)| key != "to" && key != "url");
    match target.as_slice() {
        [(key, to)] if is_short && key == "to" => to.clone(),
        _ => Literal::Table(target.into_iter().chain(rows).collect()),
    }
}

/// Turns what stands at a path into something else, key by key where both are tables.
fn put(
    document: &Document,
    path: &Path,
    now: Option<&Literal>,
    next: &Literal,
    edits: &mut Vec<Edit>,
) {
    let set = |path: &Path| Edit::Set {
        path: path.clone(),
        value: next.clone(),
    };
    match (now, next) {
        (Some(now), next) if now == next => {}
        (Some(Literal::Table(old)), Literal::Table(new)) if !new.is_empty() => {
            for (key, _) in old.iter().filter(|(key, _)| !has(new, key)) {
                edits.push(Edit::Remove {
                    path: path.key(key),
                });
            }
            for (key, value) in new {
                let before = old
                    .iter()
                    .find(|(known, _)| known == key)
                    .map(|(_, value)| value);
                put(document, &path.key(key), before, value, edits);
            }
        }
        (Some(_), _) => {
            // A table with lines of its own gives way to a value; tests of shape are the editor's.
            if document.edited(&[set(path)]).is_err() {
                edits.push(Edit::Remove { path: path.clone() });
            }
            edits.push(set(path));
        }
        (None, _) => edits.push(set(path)),
    }
}

fn has(rows: &[(String, Literal)], key: &str) -> bool {
    rows.iter().any(|(known, _)| known == key)
}

/// Removes what stands at a path, and the tables around it that would be left empty, down to `floor` steps.
pub(crate) fn remove(document: &Document, path: &Path, floor: usize, edits: &mut Vec<Edit>) {
    if document.literal(path).is_none() {
        return;
    }
    let mut at = path.clone();
    while let Some(parent) = at.parent().filter(|parent| parent.segments().len() > floor) {
        match document.literal(&parent) {
            Some(Literal::Table(rows)) if rows.len() == 1 => at = parent,
            _ => break,
        }
    }
    edits.push(Edit::Remove { path: at });
}
