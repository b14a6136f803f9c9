//! The life of one node of a run, as a typed machine.

/// Where a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeStatus {
    Waiting,
    Running,
    Succeeded,
    Failed,
    /// Began and was called off.
    Cancelled,
    /// Never began.
    Skipped,
}

impl NodeStatus {
    /// Whether nothing follows any more.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// What can happen to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Turn {
    Start,
    Succeed,
    Fail,
    Cancel,
    Skip,
}

/// The status after `turn`; `None` when this can't happen to a node of that status.
pub fn next_status(status: NodeStatus, turn: Turn) -> Option<NodeStatus> {
    match (status, turn) {
        (NodeStatus::Waiting, Turn::Start) => Some(NodeStatus::Running),
        (NodeStatus::Waiting, Turn::Skip) => Some(NodeStatus::Skipped),
        (NodeStatus::Running, Turn::Succeed) => Some(NodeStatus::Succeeded),
        (NodeStatus::Running, Turn::Fail) => Some(NodeStatus::Failed),
        (NodeStatus::Running, Turn::Cancel) => Some(NodeStatus::Cancelled),
        (NodeStatus::Waiting, Turn::Succeed | Turn::Fail | Turn::Cancel)
        | (NodeStatus::Running, Turn::Start | Turn::Skip)
        | (
            NodeStatus::Succeeded
            | NodeStatus::Failed
            | NodeStatus::Cancelled
            | NodeStatus::Skipped,
            _,
        ) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUSES: [NodeStatus; 6] = [
        NodeStatus::Waiting,
        NodeStatus::Running,
        NodeStatus::Succeeded,
        NodeStatus::Failed,
        NodeStatus::Cancelled,
        NodeStatus::Skipped,
    ];
    const TURNS: [Turn; 5] = [
        Turn::Start,
        Turn::Succeed,
        Turn::Fail,
        Turn::Cancel,
        Turn::Skip,
    ];

    #[test]
    fn exactly_five_turns_are_possible_and_none_after_the_end() {
        let possible: Vec<_> = STATUSES
            .into_iter()
            .flat_map(|status| TURNS.map(|turn| (status, turn)))
            .filter(|(status, turn)| next_status(*status, *turn).is_some())
            .collect();
        assert_eq!(possible.len(), 5);
        assert!(possible.iter().all(|(status, _)| !status.is_final()));
    }
}
