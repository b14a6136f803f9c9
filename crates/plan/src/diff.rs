//! One action for each address: what is desired against what was observed.

use crate::compare::{all_set, differences, fixed_because};
use crate::operations::deletion;
use crate::parent::{goes_with, hangs_from};
use crate::{
    Action, After, AttributeChange, Change, Desired, DestroyOptions, Observed, Operation, Outputs,
    Ownership, ResourceAddr, ResourceKind, ResourceSpec, State, StateEntry, operations,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a diff compares.
#[derive(Debug, Clone, Copy)]
pub struct DiffInputs<'a> {
    /// What the design implies; ignored for a destroy.
    pub desired: &'a [Desired],
    pub observed: &'a [Observed],
    /// A cache that only makes reasons better and tells which tags were ours; the diff is right
    /// without it.
    pub state: Option<&'a State>,
    /// Takes everything away.
    pub destroy: Option<DestroyOptions>,
    /// The design's other environments in the same account and region: they use the same
    /// repositories.
    pub shared_with: &'a [String],
}

/// A resource that has a name we want and that is not ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignResource {
    pub addr: ResourceAddr,
    pub name: String,
    /// What was found instead of our tags.
    pub found: String,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Diff {
    /// By address.
    pub changes: Vec<Change>,
    /// Not empty: nothing of it may be applied.
    pub foreign: Vec<ForeignResource>,
}

/// The reason of a create that nothing else explains.
pub const NEW: &str = "it is not there yet";

/// Compares, address by address. An address that a reference points to is decided before the one
/// that refers: kinds are ordered so, but for APIs, whose addresses functions and roles are told.
pub fn diff(inputs: DiffInputs<'_>) -> Diff {
    let mut compare = Comparison::new(inputs);
    let (apis, others): (Vec<_>, Vec<_>) = compare
        .addresses()
        .into_iter()
        .partition(|addr| addr.kind == ResourceKind::Api);
    for addr in apis.into_iter().chain(others) {
        if let Some(change) = compare.decide(&addr) {
            compare.changes.insert(addr, change);
        }
    }
    Diff {
        changes: compare.changes.into_values().collect(),
        foreign: compare.foreign,
    }
}

struct Comparison<'a> {
    inputs: DiffInputs<'a>,
    desired: BTreeMap<&'a ResourceAddr, &'a Desired>,
    ours: BTreeMap<&'a ResourceAddr, &'a Observed>,
    others: BTreeMap<&'a ResourceAddr, &'a str>,
    /// Outputs that hold also after this plan was applied.
    lasting: BTreeMap<ResourceAddr, Outputs>,
    changes: BTreeMap<ResourceAddr, Change>,
    foreign: Vec<ForeignResource>,
}

impl<'a> Comparison<'a> {
    fn new(inputs: DiffInputs<'a>) -> Self {
        let desired = if inputs.destroy.is_some() {
            &[]
        } else {
            inputs.desired
        };
        let mut ours = BTreeMap::new();
        let mut others = BTreeMap::new();
        for observed in inputs.observed {
            match &observed.ownership {
                Ownership::Ours => {
                    ours.entry(&observed.addr).or_insert(observed);
                }
                Ownership::Foreign { found } => {
                    others.entry(&observed.addr).or_insert(found.as_str());
                }
            }
        }
        Self {
            desired: desired.iter().map(|one| (&one.addr, one)).collect(),
            ours,
            others,
            inputs,
            lasting: BTreeMap::new(),
            changes: BTreeMap::new(),
            foreign: Vec::new(),
        }
    }

    /// In the order of [`order`].
    fn addresses(&self) -> Vec<ResourceAddr> {
        let remembered = self
            .inputs
            .state
            .into_iter()
            .flat_map(|state| state.resources.keys());
        let all: BTreeSet<ResourceAddr> = self
            .desired
            .keys()
            .chain(self.ours.keys())
            .copied()
            .chain(remembered)
            .cloned()
            .collect();
        let mut all: Vec<ResourceAddr> = all.into_iter().collect();
        all.sort_by_key(order);
        all
    }

    fn remembered(&self, addr: &ResourceAddr) -> Option<&'a StateEntry> {
        self.inputs.state?.resources.get(addr)
    }

    fn action_of(&self, addr: &ResourceAddr) -> Option<Action> {
        self.changes.get(addr).map(|change| change.action)
    }

    fn decide(&mut self, addr: &ResourceAddr) -> Option<Change> {
        let observed = self.ours.get(addr).copied();
        match (self.desired.get(addr).copied(), observed) {
            (Some(desired), None) => {
                if let Some(found) = self.others.get(addr) {
                    self.foreign.push(ForeignResource {
                        addr: addr.clone(),
                        name: desired.name.clone(),
                        found: (*found).to_owned(),
                    });
                }
                Some(self.create(desired))
            }
            (Some(desired), Some(observed)) => Some(self.reconcile(desired, observed)),
            (None, Some(observed)) => self.remove(observed),
            (None, None) => self.forget_gone(addr),
        }
    }

    fn create(&self, desired: &Desired) -> Change {
        let spec = desired.spec.fill(&self.lasting);
        let attributes = all_set(&spec);
        let (action, reason) = match &spec {
            ResourceSpec::Image(_) if self.was_built_before(&desired.addr) => {
                (Action::Update, "what it is built from changed".to_owned())
            }
            ResourceSpec::Image(_) => (Action::Create, NEW.to_owned()),
            _ if self.remembered(&desired.addr).is_some() => {
                (Action::Create, "it was deleted outside Slipway".to_owned())
            }
            _ => (Action::Create, NEW.to_owned()),
        };
        let attributes = match self.remembered(&desired.addr) {
            Some(entry) if action == Action::Update => differences(&spec, Some(&entry.spec)),
            _ => attributes,
        };
        Change {
            addr: desired.addr.clone(),
            action,
            name: desired.name.clone(),
            reason,
            because: desired.because.clone(),
            operations: operations(spec.kind(), Action::Create, &attributes),
            attributes,
            desired: Some(spec),
            observed: None,
        }
    }

    /// An image is looked up by the tag of its fingerprint; a function that runs an earlier one
    /// tells that there was one.
    fn was_built_before(&self, image: &ResourceAddr) -> bool {
        let runs_it = |kind| {
            let addr = ResourceAddr::new(kind, image.path.as_str());
            self.ours.contains_key(&addr)
        };
        self.remembered(image).is_some()
            || runs_it(ResourceKind::Function)
            || runs_it(ResourceKind::TaskDefinition)
    }

    fn reconcile(&mut self, desired: &Desired, observed: &Observed) -> Change {
        let mut observed = self.without_tags_of_others(&desired.spec, observed);
        let spec = desired.spec.fill(&self.lasting);
        let kind = spec.kind();
        let parent_anew = hangs_from(&desired.addr)
            .and_then(|parent| self.action_of(&parent))
            .is_some_and(|action| matches!(action, Action::Create | Action::Replace));
        let mut attributes = differences(&spec, Some(&observed.spec));
        let (action, reason) = if parent_anew {
            (
                Action::Replace,
                "what it belongs to is made anew".to_owned(),
            )
        } else if let Some(reason) = fixed_because(kind, &attributes) {
            (Action::Replace, reason)
        } else if !attributes.is_empty() {
            (
                Action::Update,
                self.update_reason(&desired.addr, &spec, &attributes),
            )
        } else if !observed.surplus.is_empty() {
            (
                Action::Update,
                "a further copy of it exists and is deleted".to_owned(),
            )
        } else {
            (Action::NoOp, "as designed".to_owned())
        };
        let mut operations = match action {
            Action::Replace => {
                let anew = all_set(&spec);
                let operations = operations(kind, Action::Replace, &anew);
                if attributes.is_empty() {
                    attributes = anew;
                }
                operations
            }
            _ => operations(kind, action, &attributes),
        };
        if action == Action::Replace
            && (self.goes_by_itself(&desired.addr) || outlives_its_replacement(kind))
        {
            operations.retain(|operation| Some(*operation) != deletion(kind));
        }
        if kind == ResourceKind::TaskDefinition && action == Action::Update {
            // Revisions are never changed: when a new one is in service, the one before goes.
            observed.surplus.extend(
                observed
                    .outputs
                    .get("arn")
                    .filter(|_| !attributes.is_empty())
                    .cloned(),
            );
        }
        operations.extend(surplus_operations(&observed));
        self.keep_outputs(&desired.addr, action, &attributes, &observed);
        Change {
            addr: desired.addr.clone(),
            action,
            name: desired.name.clone(),
            reason,
            because: desired.because.clone(),
            attributes,
            operations,
            desired: Some(spec),
            observed: Some(observed),
        }
    }

    /// Outputs stay what they are, except those of a thing that is made anew or built again.
    fn keep_outputs(
        &mut self,
        addr: &ResourceAddr,
        action: Action,
        attributes: &[AttributeChange],
        observed: &Observed,
    ) {
        let changes_outputs = match addr.kind {
            ResourceKind::Image | ResourceKind::Alias | ResourceKind::TaskDefinition => {
                !attributes.is_empty()
            }
            _ => false,
        };
        if action != Action::Replace && !changes_outputs {
            self.lasting.insert(addr.clone(), observed.outputs.clone());
        }
    }

    fn update_reason(
        &self,
        addr: &ResourceAddr,
        spec: &ResourceSpec,
        changed: &[AttributeChange],
    ) -> String {
        let mut names: Vec<&str> = Vec::new();
        for change in changed {
            if !names.contains(&change.top_name()) {
                names.push(change.top_name());
            }
        }
        let applied = self.remembered(addr).map(|entry| entry.spec.attributes());
        let wanted = spec.attributes();
        let drifted = applied.is_some_and(|applied| {
            names
                .iter()
                .all(|name| applied.get(*name) == wanted.get(*name))
        });
        let of_images = changed.iter().find_map(|change| match &change.after {
            After::Unknown(text) => text.references().first().map(ToString::to_string),
            _ => None,
        });
        let list = and(&names);
        let verb = if names.len() == 1 {
            "changes"
        } else {
            "change"
        };
        match of_images {
            _ if drifted => {
                let was = if names.len() == 1 { "was" } else { "were" };
                format!("{list} {was} changed outside Slipway")
            }
            Some(source) => format!("{list} {verb} with {source}"),
            None => format!("{list} {verb}"),
        }
    }

    /// What others put on our resources (billing tools, AWS itself) is neither compared nor
    /// touched: a tag is ours if the design has it, or had it when the state was written.
    fn without_tags_of_others(&self, desired: &ResourceSpec, observed: &Observed) -> Observed {
        let mut observed = observed.clone();
        let applied = self
            .remembered(&observed.addr)
            .and_then(|entry| entry.spec.tags());
        let wanted = desired.tags();
        if let Some(tags) = observed.spec.tags_mut() {
            tags.retain(|key, _| {
                wanted.is_some_and(|wanted| wanted.contains_key(key))
                    || !key.starts_with("slipway:")
                        && applied.is_some_and(|applied| applied.contains_key(key))
            });
        }
        observed
    }

    /// Whether AWS deletes it together with its parent.
    fn goes_by_itself(&self, addr: &ResourceAddr) -> bool {
        goes_with(addr)
            .and_then(|parent| self.action_of(&parent))
            .is_some_and(|action| matches!(action, Action::Delete | Action::Replace))
    }

    fn remove(&self, observed: &Observed) -> Option<Change> {
        let addr = &observed.addr;
        let parent = goes_with(addr).filter(|_| self.goes_by_itself(addr));
        let (action, reason) = match (parent, self.kept_because(addr)) {
            (Some(parent), _) => (Action::Delete, format!("goes with {parent}")),
            (None, Some(_)) if self.inputs.destroy.is_none() && self.remembered(addr).is_none() => {
                return None;
            }
            (None, Some(why)) => (Action::Forget, why),
            (None, None) if self.inputs.destroy.is_some() => (
                Action::Delete,
                "everything of this environment goes".to_owned(),
            ),
            (None, None) if addr.kind == ResourceKind::Deployment => {
                (Action::Delete, "no stage serves it any more".to_owned())
            }
            (None, None) if self.remembered(addr).is_some() => {
                (Action::Delete, "the design no longer has it".to_owned())
            }
            (None, None) => (Action::Delete, "the design does not have it".to_owned()),
        };
        let mut operations = operations(addr.kind, action, &[]);
        if self.goes_by_itself(addr) {
            operations.clear();
        } else if action == Action::Delete {
            operations.extend(surplus_operations(observed));
        }
        Some(Change {
            addr: addr.clone(),
            action,
            name: observed.spec.name(),
            reason,
            because: String::new(),
            attributes: Vec::new(),
            operations,
            desired: None,
            observed: Some(observed.clone()),
        })
    }

    /// Images and logs outlive their function unless a destroy asks for them.
    fn kept_because(&self, addr: &ResourceAddr) -> Option<String> {
        let destroy = self.inputs.destroy;
        match addr.kind {
            ResourceKind::LogGroup if destroy.is_some_and(|options| options.logs) => None,
            ResourceKind::LogGroup if destroy.is_some() => {
                Some("logs are kept; destroy with `--logs` deletes them".to_owned())
            }
            ResourceKind::LogGroup => Some(
                "logs are kept; delete the group in CloudWatch when nobody needs them".to_owned(),
            ),
            ResourceKind::Repository if destroy.is_some_and(|options| options.images) => (!self
                .inputs
                .shared_with
                .is_empty())
            .then(|| {
                format!(
                    "images are kept: {} of the same account and region uses this repository too",
                    and(self.inputs.shared_with)
                )
            }),
            ResourceKind::Repository if destroy.is_some() => {
                Some("images are kept; destroy with `--images` deletes them".to_owned())
            }
            ResourceKind::Repository => Some(
                "images are kept; delete the repository in ECR when nothing uses them".to_owned(),
            ),
            ResourceKind::Image => Some("stays in its repository".to_owned()),
            _ => None,
        }
    }

    fn forget_gone(&self, addr: &ResourceAddr) -> Option<Change> {
        let entry = self.remembered(addr)?;
        Some(Change {
            addr: addr.clone(),
            action: Action::Forget,
            name: entry.spec.name(),
            reason: match addr.kind {
                ResourceKind::Image => "no function runs it any more".to_owned(),
                _ => "it is gone already".to_owned(),
            },
            because: String::new(),
            attributes: Vec::new(),
            operations: Vec::new(),
            desired: None,
            observed: None,
        })
    }
}

/// Kinds in their order; of one kind, first what all share, so that it is decided before what
/// refers to it.
fn order(addr: &ResourceAddr) -> (ResourceKind, bool) {
    (addr.kind, addr.owner_key() != crate::SHARED)
}

/// Images and logs are not deleted unless a destroy asks for it: another one is made beside.
fn outlives_its_replacement(kind: ResourceKind) -> bool {
    matches!(kind, ResourceKind::Repository | ResourceKind::LogGroup)
}

fn surplus_operations(observed: &Observed) -> Vec<Operation> {
    deletion(observed.addr.kind)
        .into_iter()
        .flat_map(|operation| observed.surplus.iter().map(move |_| operation))
        .collect()
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn and<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}
