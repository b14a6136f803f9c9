//! One setting: its place, what each layer says about it, and what may be written.

use super::Scope;
use super::control::{Control, spelled};
use super::specimen::Specimen;
use crate::Origin;
use crate::honour::Honour;
use slipway_design::{Literal, Path, Segment, Severity};
use std::sync::Arc;

/// Why a value cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Wrong {
    /// What is wrong and what to do, in one line.
    pub text: String,
    /// The row of a list or table that it is about, from 0.
    pub row: Option<usize>,
    /// The part of a value with several: `digest`, `max`.
    pub part: Option<String>,
}

impl Wrong {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            row: None,
            part: None,
        }
    }

    pub(crate) fn row(mut self, row: usize) -> Self {
        self.row = Some(row);
        self
    }

    pub(crate) fn part(mut self, part: impl Into<String>) -> Self {
        self.part = Some(part.into());
        self
    }
}

/// Where in a field a place of the file lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    /// Whose value it is in.
    pub scope: Scope,
    /// The row of a list or table, from 0.
    pub row: Option<usize>,
    /// The part of a value with several: `build`, `max`.
    pub part: Option<String>,
}

/// An entry of a table that another layer wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: String,
    pub value: String,
    pub origin: Origin,
}

/// Where a field stands, for all environments and for the chosen one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) base: Path,
    /// The same element among the overrides of the chosen environment.
    pub(crate) over: Option<Path>,
    /// The field inside the element.
    pub(crate) rel: Path,
    /// How many steps of `rel` an override replaces as a whole.
    pub(crate) whole: usize,
    /// Its tables are merged key by key instead.
    pub(crate) merges: bool,
}

impl Spot {
    /// The path up to what is replaced as a whole, and the rest of it.
    pub(crate) fn block(&self, scope: Scope) -> Option<(Path, Path)> {
        let base = match scope {
            Scope::Everywhere => &self.base,
            Scope::Here => self.over.as_ref()?,
        };
        let head = self.rel.first(self.whole);
        Some((base.join(&head), self.rest()))
    }

    pub(crate) fn rest(&self) -> Path {
        let rest: Vec<String> = self
            .rel
            .keys()
            .unwrap_or_default()
            .into_iter()
            .skip(self.whole)
            .map(str::to_owned)
            .collect();
        Path::of(rest)
    }
}

/// Another field that has to change with this one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FargateMemory {
    pub(crate) spot: Spot,
    /// MiB, as it holds now.
    pub(crate) now: u32,
}

/// One setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub label: String,
    /// Its place in the file, for all environments.
    pub path: Path,
    pub control: Control,
    /// `MiB`, `s`; empty for a text.
    pub unit: &'static str,
    /// The limit in words, and what the setting means where its name does not say it.
    pub limit: String,
    /// Set in monospace.
    pub code: bool,
    /// The element cannot do without.
    pub required: bool,
    /// What the element itself says.
    pub own: Option<Literal>,
    /// What the chosen environment says.
    pub here: Option<Literal>,
    /// What `[defaults]` says.
    pub inherited: Option<Literal>,
    /// What holds when nobody says anything.
    pub implied: Option<Literal>,
    /// That in words, where it is no value: `for ever`.
    pub implied_words: &'static str,
    /// Entries of a merged table, by layer; the later one wins.
    pub(crate) layers: Vec<(Literal, Origin)>,
    /// The first thing that is wrong with what each scope has written.
    pub(crate) wrongs: Vec<(Scope, Wrong)>,
    /// A warning, where there is no error.
    pub caution: Option<String>,
    pub honoured: Vec<Honour>,
    /// What the targets do not honour of the element as a whole, whatever this field says.
    pub(crate) dropped: Vec<String>,
    pub(crate) spot: Spot,
    pub(crate) specimen: Arc<Specimen>,
    pub(crate) memory: Option<FargateMemory>,
    /// The override replaces the whole that the field is part of.
    pub(crate) is_replaced: bool,
}

impl Field {
    /// What holds, and who says so.
    pub fn effective(&self) -> (Option<&Literal>, Origin) {
        if let Some(value) = &self.here {
            (Some(value), Origin::Environment)
        } else if self.is_replaced {
            (self.implied.as_ref(), Origin::Implied)
        } else if let Some(value) = &self.own {
            (Some(value), Origin::Own)
        } else if let Some(value) = &self.inherited {
            (Some(value), Origin::Defaults)
        } else {
            (self.implied.as_ref(), Origin::Implied)
        }
    }

    /// What is written for the scope; `None` when nothing is.
    pub fn written(&self, scope: Scope) -> Option<&Literal> {
        match scope {
            Scope::Everywhere => self.own.as_ref(),
            Scope::Here => self.here.as_ref(),
        }
    }

    /// What holds for the scope when nothing is written for it.
    pub fn fallback(&self, scope: Scope) -> Option<&Literal> {
        let below = self.inherited.as_ref().or(self.implied.as_ref());
        match scope {
            Scope::Everywhere => below,
            Scope::Here if self.is_replaced => self.implied.as_ref(),
            Scope::Here => self.own.as_ref().or(below),
        }
    }

    /// Whether what holds without the setting goes with the rest: a memory that no task of this CPU has does not.
    pub fn can_reset(&self, scope: Scope) -> bool {
        match (&self.control, self.fallback(scope)) {
            _ if self.required && scope == Scope::Everywhere => false,
            (Control::Choice { options }, Some(value)) => {
                options.iter().any(|option| option.value == *value)
            }
            _ => true,
        }
    }

    /// The fallback in words, for a placeholder.
    pub fn fallback_words(&self, scope: Scope) -> String {
        match self.fallback(scope) {
            Some(value) => self.shown(value),
            None => self.implied_words.to_owned(),
        }
    }

    /// A value as people read it.
    pub fn shown(&self, value: &Literal) -> String {
        if let Control::Choice { options } = &self.control
            && let Some(option) = options.iter().find(|option| option.value == *value)
        {
            return option.label.clone();
        }
        match value {
            Literal::Array(items) => items.iter().map(spelled).collect::<Vec<_>>().join(", "),
            Literal::Boolean(true) => "on".to_owned(),
            Literal::Boolean(false) => "off".to_owned(),
            other => spelled(other),
        }
    }

    /// Whether its table is not merged from several layers.
    pub fn layers_are_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// Whether the chosen environment says something of its own.
    pub fn is_overridden(&self) -> bool {
        self.here.is_some()
    }

    /// Whether the chosen environment can say something of its own.
    pub fn can_override(&self) -> bool {
        self.spot.over.is_some() && !matches!(self.control, Control::Key { .. } | Control::Fact)
    }

    /// Entries of a merged table that other layers wrote and this scope has not.
    pub fn rows_of_others(&self, scope: Scope) -> Vec<Entry> {
        let mine = match scope {
            Scope::Everywhere => Origin::Own,
            Scope::Here => Origin::Environment,
        };
        let written = |key: &str| match self.written(scope) {
            Some(Literal::Table(rows)) => rows.iter().any(|(known, _)| known == key),
            _ => false,
        };
        let mut rows: Vec<Entry> = Vec::new();
        for (layer, origin) in &self.layers {
            let Literal::Table(entries) = layer else {
                continue;
            };
            if *origin == mine {
                continue;
            }
            for (key, value) in entries {
                // What an environment overrides is shown where it is written: in its own scope.
                if *origin == Origin::Environment || written(key) {
                    continue;
                }
                let row = Entry {
                    key: key.clone(),
                    value: spelled(value),
                    origin: *origin,
                };
                match rows.iter_mut().find(|known| known.key == *key) {
                    Some(known) => *known = row,
                    None => rows.push(row),
                }
            }
        }
        rows
    }

    /// Why a target does not honour this field, where it does honour the element.
    pub fn dropped_alone(&self, target: &str) -> Option<&str> {
        let honour = self.honoured.iter().find(|it| it.target == target)?;
        let why = honour.reasons.first()?;
        (!self.dropped.contains(why)).then_some(why.as_str())
    }

    /// The field inside its element: `memory`, `cors.origins`.
    pub fn rel(&self) -> &Path {
        &self.spot.rel
    }

    /// Where a change for the scope is written; `None` when the environment cannot say anything.
    pub fn place(&self, scope: Scope) -> Option<Path> {
        let (block, rest) = self.spot.block(scope)?;
        Some(block.join(&rest))
    }

    /// Whether a place of the file lies in this field.
    pub fn covers(&self, place: &Path) -> bool {
        let inside = |base: &Path| base.contains(place);
        match self.control {
            Control::Target { .. } => self
                .control
                .parts()
                .iter()
                .any(|part| inside(&self.path.key(*part))),
            // What is wrong inside a thing says nothing about its name.
            Control::Key { .. } => self.path == *place,
            _ => inside(&self.path) || self.place(Scope::Here).is_some_and(|path| inside(&path)),
        }
    }

    /// Where in this field a place of the file lies; `None` when it lies elsewhere.
    pub fn within(&self, place: &Path) -> Option<Within> {
        if !self.covers(place) {
            return None;
        }
        let here = self.place(Scope::Here).filter(|path| path.contains(place));
        let (scope, base) = match &here {
            Some(path) => (Scope::Here, path),
            None => (Scope::Everywhere, &self.path),
        };
        let (row, part) = match place.segments().get(base.segments().len()) {
            None => (None, None),
            Some(Segment::Index(row)) => (Some(*row), None),
            Some(Segment::Key(key)) => match (&self.control, self.written(scope)) {
                (
                    Control::KeyValues { .. } | Control::Secrets { .. },
                    Some(Literal::Table(rows)),
                ) => (rows.iter().position(|(known, _)| known == key), None),
                _ => (None, Some(key.clone())),
            },
        };
        Some(Within { scope, row, part })
    }

    /// What is wrong with what the scope has written, else with what the other one has.
    pub fn wrong(&self, scope: Scope) -> Option<Wrong> {
        let own = self.wrongs.iter().find(|(of, _)| *of == scope);
        let other = self
            .wrongs
            .first()
            .map(|(_, wrong)| Wrong::new(&wrong.text));
        own.map(|(_, wrong)| wrong.clone()).or(other)
    }

    /// Whether anything is wrong with what is written.
    pub fn is_wrong(&self) -> bool {
        !self.wrongs.is_empty()
    }

    /// Takes down what is said about a place of the file, if it lies here; the first of a kind stays.
    pub(crate) fn tell(&mut self, place: &Path, severity: Severity, text: &str) -> bool {
        let Some(Within { scope, row, part }) = self.within(place) else {
            return false;
        };
        let text = text.to_owned();
        match severity {
            Severity::Error if self.wrongs.iter().all(|(of, _)| *of != scope) => {
                self.wrongs.push((scope, Wrong { text, row, part }));
            }
            Severity::Warning => {
                self.caution.get_or_insert(text);
            }
            Severity::Error | Severity::Info => {}
        }
        true
    }

    /// What was entered as a value of the file; the same rules as those of the file's own check.
    ///
    /// # Errors
    /// [`Wrong`], with the place in the value and what to do.
    pub fn check(&self, scope: Scope, input: &Literal) -> Result<Literal, Wrong> {
        let value = self.control.take(input)?;
        // What can be chosen was found in the design itself.
        if !matches!(self.control, Control::Choice { .. }) {
            self.specimen.judge(self, scope, &value)?;
        }
        Ok(value)
    }
}
