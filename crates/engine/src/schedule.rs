//! Which nodes may start, and which of them first.

use crate::{NodeStatus, Turn, next_status};
use indexmap::IndexMap;
use slipway_plan::{ExecGraph, Node, NodeId, Operation, Step};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) node: Node,
    pub(crate) status: NodeStatus,
    pub(crate) started: Duration,
    /// Weight of the heaviest chain from here to an end: the longest way starts first.
    height: u32,
}

/// The nodes of a run and how far each is.
#[derive(Debug)]
pub(crate) struct Schedule {
    slots: IndexMap<NodeId, Slot>,
}

/// Rough shares of time; only their order matters.
fn weight(step: Step) -> u32 {
    match step {
        Step::Do(Operation::BuildImage | Operation::PushImage) => 20,
        Step::Do(_) => 1,
        Step::Wait | Step::WaitGone => 5,
    }
}

impl Schedule {
    /// # Errors
    /// A sentence, when a node waits for one that does not come before it: such a graph is
    /// not a plan's.
    pub(crate) fn new(graph: &ExecGraph) -> Result<Self, String> {
        let mut slots: IndexMap<NodeId, Slot> = IndexMap::with_capacity(graph.nodes.len());
        for node in &graph.nodes {
            if let Some(missing) = node.after.iter().find(|id| !slots.contains_key(*id)) {
                return Err(format!("step {} waits for {}", node.id.0, missing.0));
            }
            let slot = Slot {
                node: node.clone(),
                status: NodeStatus::Waiting,
                started: Duration::ZERO,
                height: weight(node.step),
            };
            if slots.insert(node.id.clone(), slot).is_some() {
                return Err(format!("step {} is there twice", node.id.0));
            }
        }
        let mut chains: BTreeMap<NodeId, u32> = BTreeMap::new();
        for (id, slot) in slots.iter_mut().rev() {
            slot.height += chains.get(id).copied().unwrap_or(0);
            for before in &slot.node.after {
                let chain = chains.entry(before.clone()).or_default();
                *chain = (*chain).max(slot.height);
            }
        }
        Ok(Self { slots })
    }

    /// The node to start next, if any may start; of equals the first in the graph.
    pub(crate) fn next_ready(&self) -> Option<NodeId> {
        self.slots
            .iter()
            .rev()
            .filter(|(_, slot)| slot.status == NodeStatus::Waiting && self.is_ready(&slot.node))
            .max_by(|(_, one), (_, other)| one.height.cmp(&other.height))
            .map(|(id, _)| id.clone())
    }

    fn is_ready(&self, node: &Node) -> bool {
        node.after
            .iter()
            .all(|id| self.status(id) == Some(NodeStatus::Succeeded))
    }

    pub(crate) fn status(&self, id: &NodeId) -> Option<NodeStatus> {
        self.slots.get(id).map(|slot| slot.status)
    }

    pub(crate) fn slot(&self, id: &NodeId) -> &Slot {
        self.slots
            .get(id)
            .expect("only ids of this schedule are handed out")
    }

    /// Moves a node on. A turn that can't happen is a fault of the caller.
    pub(crate) fn turn(&mut self, id: &NodeId, turn: Turn, now: Duration) -> NodeStatus {
        let slot = self
            .slots
            .get_mut(id)
            .expect("only ids of this schedule are handed out");
        if turn == Turn::Start {
            slot.started = now;
        }
        slot.status = next_status(slot.status, turn)
            .expect("the executor starts a node once and ends it once");
        slot.status
    }

    /// Whether any node before `id` does something for which `is` holds.
    pub(crate) fn any_before(&self, id: &NodeId, is: impl Fn(&Node) -> bool) -> bool {
        let mut open: Vec<&NodeId> = self.slot(id).node.after.iter().collect();
        let mut seen: BTreeSet<&NodeId> = BTreeSet::new();
        while let Some(before) = open.pop() {
            if !seen.insert(before) {
                continue;
            }
            let node = &self.slot(before).node;
            if is(node) {
                return true;
            }
            open.extend(&node.after);
        }
        false
    }

    pub(crate) fn waiting(&self) -> Vec<NodeId> {
        self.slots
            .iter()
            .filter(|(_, slot)| slot.status == NodeStatus::Waiting)
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// In the order of the graph.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Slot> {
        self.slots.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_plan::{ResourceAddr, ResourceKind};

    fn node(id: &str, step: Step, after: &[&str]) -> Node {
        Node {
            id: NodeId(id.to_owned()),
            addr: ResourceAddr::new(ResourceKind::Role, id),
            step,
            title: id.to_owned(),
            after: after.iter().map(|id| NodeId((*id).to_owned())).collect(),
            surplus: None,
        }
    }

    #[test]
    fn the_longest_way_starts_first() {
        let graph = ExecGraph {
            nodes: vec![
                node("role", Step::Do(Operation::CreateRole), &[]),
                node("build", Step::Do(Operation::BuildImage), &[]),
                node(
                    "function",
                    Step::Do(Operation::CreateFunction),
                    &["role", "build"],
                ),
            ],
        };
        let mut schedule = Schedule::new(&graph).unwrap();
        let build = NodeId("build".to_owned());
        assert_eq!(schedule.next_ready(), Some(build.clone()));
        schedule.turn(&build, Turn::Start, Duration::ZERO);
        assert_eq!(schedule.next_ready(), Some(NodeId("role".to_owned())));
        schedule.turn(&build, Turn::Succeed, Duration::ZERO);
        let role = NodeId("role".to_owned());
        schedule.turn(&role, Turn::Start, Duration::ZERO);
        assert_eq!(schedule.next_ready(), None);
        schedule.turn(&role, Turn::Succeed, Duration::ZERO);
        assert_eq!(schedule.next_ready(), Some(NodeId("function".to_owned())));
    }

    #[test]
    fn a_graph_out_of_order_is_refused() {
        let graph = ExecGraph {
            nodes: vec![node("b", Step::Wait, &["a"]), node("a", Step::Wait, &[])],
        };
        assert!(Schedule::new(&graph).unwrap_err().contains("waits for a"));
    }
}
