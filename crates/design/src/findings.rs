//! Collecting findings while the rules are asked.

use std::ops::RangeInclusive;

use crate::suggest::nearest;
use crate::{Diagnostic, Path};

/// The findings so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Diagnostic>, usize);

/// Names that are looked for among the known ones; a file of any size is answered in bounded time.
const LOOKED_FOR: usize = 100;

impl Findings {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    pub(crate) fn into_vec(self) -> Vec<Diagnostic> {
        self.0
    }

    /// A number that AWS limits. `rule` says what is limited and where that is written.
    pub(crate) fn range(
        &mut self,
        at: impl FnOnce() -> Path,
        value: Option<u32>,
        limits: RangeInclusive<u32>,
        unit: &str,
        rule: &str,
    ) {
        let Some(value) = value.filter(|value| !limits.contains(value)) else {
            return;
        };
        let (least, most) = (*limits.start(), *limits.end());
        let unit = if unit.is_empty() {
            String::new()
        } else {
            format!(" {unit}")
        };
        let near = value.clamp(least, most);
        let other = match unit.trim() {
            "s" if value % 1000 == 0 && limits.contains(&(value / 1000)) => {
                Some(("seconds", value / 1000))
            }
            "MiB" if value > 0 && value <= most / 1024 => Some(("MiB", value * 1024)),
            _ => None,
        };
        let at = at();
        let key = at.last_key().unwrap_or_default();
        self.push(
            Diagnostic::error(
                "out-of-range",
                &at,
                format!("`{key}` must be from {least} to {most}{unit}, not {value}"),
            )
            .detail(rule)
            .instead(other.map_or(near, |(_, number)| number).to_string())
            .fix(match other {
                Some((unit, number)) => format!("It is in {unit}: write {key} = {number}"),
                None => format!("Write {key} = {near}"),
            }),
        );
    }

    /// A name that refers to nothing: names what is near.
    pub(crate) fn dangling<'a, I>(
        &mut self,
        code: &str,
        at: &Path,
        what: &str,
        name: &str,
        known: I,
    ) where
        I: IntoIterator<Item = &'a str> + Clone,
    {
        let diagnostic = Diagnostic::error(code, at, format!("There is no {what} `{name}`"));
        self.1 += 1;
        let near = if self.1 <= LOOKED_FOR {
            nearest(name, known.clone())
        } else {
            None
        };
        let fix = match near {
            Some(near) => format!("Did you mean `{near}`?"),
            None => {
                let names: Vec<&str> = known.into_iter().take(8).collect();
                if names.is_empty() {
                    format!("Add the {what} `{name}`, or remove this")
                } else {
                    format!("Use one of {}, or add `{name}`", names.join(", "))
                }
            }
        };
        let diagnostic = match code {
            "override-unknown" => diagnostic
                .detail("An environment changes what the design has; it has nothing of its own."),
            _ => diagnostic,
        };
        self.push(diagnostic.fix(fix).perhaps(near));
    }

    /// More of something than AWS takes.
    pub(crate) fn quota(&mut self, at: &Path, count: usize, limit: usize, what: &str, rule: &str) {
        if count > limit {
            self.push(
                Diagnostic::error(
                    "quota-exceeded",
                    at,
                    format!("{count} {what} are more than the {limit} that AWS takes"),
                )
                .detail(rule)
                .fix(format!("Remove {}, or split this in two", count - limit)),
            );
        }
    }

    /// More of something than AWS takes unless it was asked to take more.
    pub(crate) fn quota_that_grows(
        &mut self,
        at: &Path,
        count: usize,
        limit: usize,
        what: &str,
        rule: &str,
    ) {
        if count > limit {
            self.push(
                Diagnostic::warning(
                    "quota-exceeded",
                    at,
                    format!("{count} {what} are more than the {limit} that AWS takes at first"),
                )
                .detail(format!("{rule} AWS raises this quota on request."))
                .fix(format!(
                    "Ask for {count} in Service Quotas before the deploy, or split this in two"
                )),
            );
        }
    }
}
