//! Which targets do what is set on an element.

use crate::ElementId;
use slipway_design::{Design, support};

/// What a target makes of an element or of one of its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Honour {
    /// `AWS`, `This computer`.
    pub target: &'static str,
    /// Why not, each reason once; empty when everything is honoured.
    pub reasons: Vec<String>,
}

/// What each target makes of all that is set on an element, for one environment.
pub(crate) fn honoured(design: &Design, environment: &str, id: &ElementId) -> Vec<Honour> {
    support::Target::ALL
        .into_iter()
        .map(|target| {
            let mut reasons = Vec::new();
            for finding in support::unsupported(design, environment, target) {
                let about = ElementId::of_subject(design, &finding.subject);
                // What holds for a whole API holds for its routes too.
                if about.as_ref() != Some(id) && about != Some(id.card()) {
                    continue;
                }
                let reason = support::reason(&finding);
                if !reasons.iter().any(|known| known == reason) {
                    reasons.push(reason.to_owned());
                }
            }
            Honour {
                target: target.name(),
                reasons,
            }
        })
        .collect()
}
