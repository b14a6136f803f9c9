//! Puts a plan together, and says whether it may still be applied.

use crate::spec_texts::hex_digest;
use crate::{
    CycleError, Desired, DestroyOptions, DiffInputs, ForeignResource, Observed, Plan, Scope, State,
    Summary, build_graph, diff,
};

/// Everything that a plan follows from.
#[derive(Debug, Clone, Copy)]
pub struct PlanInputs<'a> {
    pub scope: &'a Scope,
    /// From [`crate::lower`]; ignored for a destroy.
    pub desired: &'a [Desired],
    /// From a refresh made just now.
    pub observed: &'a [Observed],
    pub state: Option<&'a State>,
    /// Takes everything away.
    pub destroy: Option<DestroyOptions>,
    /// From [`crate::shared_with`].
    pub shared_with: &'a [String],
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Nothing of others is overwritten.
    #[error("{}", foreign_text(.0))]
    Foreign(Vec<ForeignResource>),
    #[error(transparent)]
    Cycle(#[from] CycleError),
}

impl PlanError {
    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::Foreign(_) => {
                "Delete or rename what is there, or give the project another name: \
                 Slipway changes nothing that does not carry its tags."
                    .to_owned()
            }
            Self::Cycle(_) => {
                "This is a fault of Slipway; please report it with the design.".to_owned()
            }
        }
    }
}

fn foreign_text(foreign: &[ForeignResource]) -> String {
    let list: Vec<String> = foreign
        .iter()
        .map(|one| format!("{} `{}` ({})", one.addr.kind.title(), one.name, one.found))
        .collect();
    format!(
        "names that this project needs belong to somebody else: {}",
        list.join("; ")
    )
}

/// Makes the plan.
///
/// # Errors
/// [`PlanError::Foreign`] with all resources of others that stand in the way.
pub fn plan(inputs: PlanInputs<'_>) -> Result<Plan, PlanError> {
    let diff = diff(DiffInputs {
        desired: inputs.desired,
        observed: inputs.observed,
        state: inputs.state,
        destroy: inputs.destroy,
        shared_with: inputs.shared_with,
    });
    if !diff.foreign.is_empty() {
        return Err(PlanError::Foreign(diff.foreign));
    }
    let graph = build_graph(&diff.changes)?;
    Ok(Plan {
        scope: inputs.scope.clone(),
        destroy: inputs.destroy.is_some(),
        graph,
        fingerprint: fingerprint(inputs.scope, inputs.desired, inputs.destroy),
        serial: inputs.state.map_or(0, |state| state.serial),
        summary: Summary::of(&diff.changes),
        changes: diff.changes,
    })
}

/// SHA-256 in hex over the scope and what is desired there: design and build fingerprints. A
/// destroy follows from its scope and options alone.
pub fn fingerprint(scope: &Scope, desired: &[Desired], destroy: Option<DestroyOptions>) -> String {
    let desired = if destroy.is_some() { &[] } else { desired };
    let mut sorted: Vec<(&_, &_)> = desired.iter().map(|one| (&one.addr, &one.spec)).collect();
    sorted.sort_by_key(|(addr, _)| *addr);
    hex_digest(&(scope, sorted, destroy))
}

/// Why an approved plan must be made again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stale {
    #[error("the design, or a file that an image is built from, changed since this plan was made")]
    Design,
    #[error(
        "another run changed this environment since this plan was made (state {planned}, now {now})"
    )]
    State { planned: u64, now: u64 },
}

/// Whether the plan still is what was approved: asked by the window, the terminal and the engine
/// alike. `fingerprint` is that of a plan made from the same inputs now, `serial` that of the state.
///
/// # Errors
/// What has moved since.
pub fn can_apply(plan: &Plan, fingerprint: &str, serial: u64) -> Result<(), Stale> {
    if plan.fingerprint != fingerprint {
        return Err(Stale::Design);
    }
    if plan.serial != serial {
        return Err(Stale::State {
            planned: plan.serial,
            now: serial,
        });
    }
    Ok(())
}
