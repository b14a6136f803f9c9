//! A plan as faces show it, changed ones first. Sensitive values were masked when it was made.

use slipway_plan::{Action, AttributeChange, Change, Plan, attribute_text};
use slipway_protocol::{AttributeView, ChangeView};

pub(crate) fn changes(plan: &Plan) -> Vec<ChangeView> {
    let mut changes: Vec<ChangeView> = plan.changes.iter().map(change).collect();
    // Stable: within each half the plan's own order stays.
    changes.sort_by_key(|change| change.action == Action::NoOp);
    changes
}

fn change(change: &Change) -> ChangeView {
    ChangeView {
        address: change.addr.to_string(),
        action: change.action,
        kind: change.addr.kind.title().to_owned(),
        name: change.name.clone(),
        reason: change.reason.clone(),
        because: change.because.clone(),
        node: change.addr.owner_key().to_owned(),
        attributes: change.attributes.iter().map(attribute).collect(),
        operations: change.operations.clone(),
    }
}

fn attribute(change: &AttributeChange) -> AttributeView {
    let text = attribute_text(change);
    AttributeView {
        name: text.name,
        before: text.before,
        after: text.after,
        unknown: text.unknown,
        needs_replace: text.needs_replace,
    }
}
