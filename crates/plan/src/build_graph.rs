//! From changes to the graph that carries them out.

use crate::graph_rules::{dependents, is_frozen, needs};
use crate::operations::deletion;
use crate::parent::goes_with;
use crate::{
    Action, Change, ExecGraph, Node, NodeId, Operation, ResourceAddr, ResourceKind, ResourceSpec,
    Step,
};
use std::collections::{BTreeMap, BTreeSet};

/// Steps that wait for each other. The rules make none; if a rule ever does, nothing is run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the steps of the plan wait for each other: {}", names(nodes))]
pub struct CycleError {
    pub nodes: Vec<NodeId>,
}

fn names(nodes: &[NodeId]) -> String {
    let names: Vec<&str> = nodes.iter().map(|node| node.0.as_str()).collect();
    names.join(", ")
}

/// One node for each operation and the waits between, in an order that respects all of them.
///
/// A change is carried out in two stretches: what it takes away and what it makes. Making goes
/// from what is needed to what needs it; taking away goes the other way round, and starts when
/// everything that pointed to the thing points elsewhere.
///
/// # Errors
/// [`CycleError`] when no such order exists.
pub fn build_graph(changes: &[Change]) -> Result<ExecGraph, CycleError> {
    let mut draft = Draft::default();
    for change in changes {
        draft.make(change);
    }
    for change in changes.iter().rev() {
        draft.take_away(change);
    }
    for change in changes {
        draft.drop_surplus(change);
    }
    draft.connect(changes);
    draft.wait_for_stages(changes);
    draft.finish()
}

/// The nodes of a change that run one after the other.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// Waits for other changes; a build before it need not.
    entry: usize,
    last: usize,
}

#[derive(Debug)]
struct DraftNode {
    node: Node,
    after: BTreeSet<usize>,
}

#[derive(Debug, Default)]
struct Draft<'a> {
    nodes: Vec<DraftNode>,
    making: BTreeMap<&'a ResourceAddr, Stretch>,
    removal: BTreeMap<&'a ResourceAddr, Stretch>,
}

/// The operations of a change, told apart.
struct Parts<'a> {
    removal: Option<Operation>,
    making: &'a [Operation],
    surplus: &'a [Operation],
}

fn parts(change: &Change) -> Parts<'_> {
    let mut rest = change.operations.as_slice();
    let copies = change
        .observed
        .as_ref()
        .map_or(0, |observed| observed.surplus.len())
        .min(rest.len());
    let (before, surplus) = rest.split_at(rest.len() - copies);
    rest = before;
    let removes = matches!(change.action, Action::Delete | Action::Replace);
    let removal = rest
        .first()
        .copied()
        .filter(|first| removes && Some(*first) == deletion(change.addr.kind));
    if removal.is_some() {
        rest = &rest[1..];
    }
    Parts {
        removal,
        making: rest,
        surplus,
    }
}

impl<'a> Draft<'a> {
    fn add(&mut self, id: String, addr: &ResourceAddr, step: Step, title: String) -> usize {
        self.nodes.push(DraftNode {
            node: Node {
                id: NodeId(id),
                addr: addr.clone(),
                step,
                title,
                after: Vec::new(),
                surplus: None,
            },
            after: BTreeSet::new(),
        });
        self.nodes.len() - 1
    }

    fn add_operation(&mut self, operation: Operation, addr: &ResourceAddr) -> usize {
        self.add(
            format!("{} {addr}", operation.name()),
            addr,
            Step::Do(operation),
            format!("{} {}", operation.title(), addr.path),
        )
    }

    fn follow(&mut self, node: usize, before: usize) {
        if node != before {
            self.nodes[node].after.insert(before);
        }
    }

    fn make(&mut self, change: &'a Change) {
        let mut stretch: Option<Stretch> = None;
        for operation in parts(change).making {
            let node = self.add_operation(*operation, &change.addr);
            if let Some(stretch) = stretch {
                self.follow(node, stretch.last);
            }
            let last = if is_settled_later(*operation) {
                let wait = self.add(
                    format!("wait_{} {}", operation.name(), change.addr),
                    &change.addr,
                    Step::Wait,
                    format!(
                        "Wait until {} {} is ready",
                        change.addr.kind.title(),
                        change.addr.path
                    ),
                );
                self.follow(wait, node);
                wait
            } else {
                node
            };
            let entry = match stretch {
                Some(stretch) if *operation != Operation::PushImage => stretch.entry,
                _ => node,
            };
            stretch = Some(Stretch { entry, last });
        }
        if let Some(stretch) = stretch {
            self.making.insert(&change.addr, stretch);
        }
    }

    fn take_away(&mut self, change: &'a Change) {
        if let Some(operation) = parts(change).removal {
            let node = self.add_operation(operation, &change.addr);
            let mut last = node;
            if is_gone_later(operation) {
                last = self.add(
                    format!("wait_{} {}", operation.name(), change.addr),
                    &change.addr,
                    Step::WaitGone,
                    format!(
                        "Wait until {} {} is gone",
                        change.addr.kind.title(),
                        change.addr.path
                    ),
                );
                self.follow(last, node);
            }
            let stretch = Stretch { entry: node, last };
            self.removal.insert(&change.addr, stretch);
            if let Some(making) = self.making.get(&change.addr).copied() {
                self.follow(making.entry, last);
            }
        }
    }

    fn drop_surplus(&mut self, change: &'a Change) {
        let ids = change
            .observed
            .iter()
            .flat_map(|observed| observed.surplus.iter());
        for (operation, id) in parts(change).surplus.iter().zip(ids) {
            let node = self.add(
                format!("{} {} copy {id}", operation.name(), change.addr),
                &change.addr,
                Step::Do(*operation),
                format!(
                    "{} {} (a further copy)",
                    operation.title(),
                    change.addr.path
                ),
            );
            self.nodes[node].node.surplus = Some(id.clone());
            if let Some(making) = self.making.get(&change.addr).copied() {
                self.follow(node, making.last);
            }
            // A revision is in use until the service runs the next one.
            let service = ResourceAddr::new(ResourceKind::Service, change.addr.path.as_str());
            if change.addr.kind == ResourceKind::TaskDefinition
                && let Some(making) = self.making.get(&service).copied()
            {
                self.follow(node, making.last);
            }
        }
    }

    /// The step with which a resource is gone: its own, or that of what it goes with.
    fn gone(&self, addr: &ResourceAddr) -> Option<usize> {
        let own = self.removal.get(addr).copied();
        own.or_else(|| self.removal.get(&goes_with(addr)?).copied())
            .map(|stretch| stretch.last)
    }

    fn connect(&mut self, changes: &'a [Change]) {
        let mut edges = Vec::new();
        for change in changes {
            if let Some(stretch) = self.making.get(&change.addr) {
                for needed in needs(change, changes) {
                    if let Some(before) = self.making.get(&needed) {
                        edges.push((stretch.entry, before.last));
                    }
                }
            }
            if let Some(stretch) = self.removal.get(&change.addr) {
                for dependent in dependents(change, changes) {
                    if !takes_over(dependent.kind, change.addr.kind) {
                        edges.extend(self.gone(dependent).map(|gone| (stretch.entry, gone)));
                    }
                    let moved = self.making.get(dependent);
                    if let (Action::Delete, Some(moved)) = (change.action, moved) {
                        edges.push((stretch.entry, moved.last));
                    }
                }
            }
        }
        edges.extend(self.frozen_without(changes));
        for (node, before) in edges {
            self.follow(node, before);
        }
    }

    /// What is to go is gone before a deployment freezes what is left.
    fn frozen_without(&self, changes: &[Change]) -> Vec<(usize, usize)> {
        let mut edges = Vec::new();
        for (deployment, stretch) in &self.making {
            if deployment.kind != ResourceKind::Deployment {
                continue;
            }
            let frozen = changes.iter().filter(|change| {
                is_frozen(change.addr.kind) && change.addr.owner_key() == deployment.owner_key()
            });
            for change in frozen {
                let removal = self.removal.get(&change.addr);
                edges.extend(removal.map(|removal| (stretch.entry, removal.last)));
            }
        }
        edges
    }

    /// A stage that deploys by itself serves what changed a moment later: the run ends when it does.
    fn wait_for_stages(&mut self, changes: &'a [Change]) {
        for stage in changes {
            let deploys =
                matches!(&stage.desired, Some(ResourceSpec::Stage(spec)) if spec.auto_deploy);
            if !deploys {
                continue;
            }
            let mut before: BTreeSet<usize> = BTreeSet::new();
            for change in changes {
                let concerns = change.addr == stage.addr
                    || matches!(
                        change.addr.kind,
                        ResourceKind::Route | ResourceKind::Integration | ResourceKind::Authorizer
                    ) && change.addr.owner_key() == stage.addr.owner_key();
                if concerns {
                    let stretches = [
                        self.making.get(&change.addr),
                        self.removal.get(&change.addr),
                    ];
                    before.extend(stretches.into_iter().flatten().map(|stretch| stretch.last));
                }
            }
            if !before.is_empty() {
                let node = self.add(
                    format!("wait {}", stage.addr),
                    &stage.addr,
                    Step::Wait,
                    format!("Wait until stage {} is deployed", stage.addr.path),
                );
                self.nodes[node].after = before;
            }
        }
    }

    /// Sorts so that every step comes after those it waits for; of several, the one added first.
    fn finish(self) -> Result<ExecGraph, CycleError> {
        let ids: Vec<NodeId> = self
            .nodes
            .iter()
            .map(|draft| draft.node.id.clone())
            .collect();
        let mut open: Vec<usize> = self.nodes.iter().map(|draft| draft.after.len()).collect();
        let mut followers: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (index, draft) in self.nodes.iter().enumerate() {
            for before in &draft.after {
                followers[*before].push(index);
            }
        }
        let mut drafts: Vec<Option<DraftNode>> = self.nodes.into_iter().map(Some).collect();
        let mut ready: BTreeSet<usize> =
            (0..open.len()).filter(|index| open[*index] == 0).collect();
        let mut nodes = Vec::with_capacity(open.len());
        while let Some(index) = ready.pop_first() {
            if let Some(DraftNode { mut node, after }) = drafts[index].take() {
                node.after = after.iter().map(|before| ids[*before].clone()).collect();
                nodes.push(node);
            }
            for follower in &followers[index] {
                open[*follower] -= 1;
                if open[*follower] == 0 {
                    ready.insert(*follower);
                }
            }
        }
        let left: Vec<NodeId> = drafts
            .into_iter()
            .flatten()
            .map(|draft| draft.node.id)
            .collect();
        if left.is_empty() {
            Ok(ExecGraph { nodes })
        } else {
            Err(CycleError { nodes: left })
        }
    }
}

/// Lambda and a deployment of an API answer before they have finished:
/// <https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html>. So do ECS (a deployment
/// rolls out afterwards), Cloud Map (a namespace is an operation of its own) and VPC links.
fn is_settled_later(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::CreateFunction
            | Operation::UpdateFunctionCode
            | Operation::UpdateFunctionConfiguration
            | Operation::CreateDeployment
            | Operation::CreatePrivateDnsNamespace
            | Operation::CreateVpcLink
            | Operation::CreateService
            | Operation::UpdateService
    )
}

/// ECS drains a service after its deletion, and the network interfaces of a VPC link take minutes
/// to go; both hold on to what they use until then.
fn is_gone_later(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::DeleteService | Operation::DeleteVpcLink | Operation::DeleteNamespace
    )
}

/// Whether one of the kind takes the place of another, which then needs not be gone first.
fn takes_over(one: ResourceKind, other: ResourceKind) -> bool {
    one == other && one != ResourceKind::SecurityGroup
}
