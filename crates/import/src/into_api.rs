//! Routes that go into an API which the design has, in place of one of their own.

use crate::proposal::{AdditionKind, LeftOut, Proposal};
use slipway_design::{Document, Edit, Path};
use std::collections::HashSet;

/// Puts the routes and authorizers of all proposals into the API `api` of the document. Settings of the APIs that the
/// files describe are left out, and so is what the API has already.
pub(crate) fn redirect(document: &Document, proposals: &mut [Proposal], api: &str) {
    let mut taken = HashSet::new();
    for proposal in proposals {
        redirect_one(document, proposal, api, &mut taken);
    }
}

fn redirect_one(
    document: &Document,
    proposal: &mut Proposal,
    api: &str,
    taken: &mut HashSet<Path>,
) {
    let mut kept = Vec::new();
    // Ids that nothing needs to wait for: what they stand for is in the design.
    let mut there = HashSet::new();
    let mut renamed = Vec::new();
    for mut addition in std::mem::take(&mut proposal.additions) {
        let why = match addition.kind {
            AdditionKind::Api => Some(format!(
                "the routes go into `{api}`, which keeps its own settings"
            )),
            AdditionKind::Route | AdditionKind::Authorizer => {
                addition
                    .edits
                    .iter_mut()
                    .for_each(|edit| move_to(edit, api));
                let place = addition.edits.first().map(Edit::path);
                let is_there = place.is_some_and(|place| {
                    document.source().get(place).is_some() || !taken.insert(place.clone())
                });
                is_there.then(|| format!("`{api}` has one of this name already"))
            }
            AdditionKind::Function | AdditionKind::Service | AdditionKind::Environment => None,
        };
        if let Some(why) = why {
            proposal.in_design |= addition.kind != AdditionKind::Api;
            there.insert(addition.id);
            proposal.left_out.push(LeftOut {
                place: addition.from,
                what: format!("{} {}", addition.kind.word(), addition.name),
                why,
            });
            continue;
        }
        if matches!(
            addition.kind,
            AdditionKind::Route | AdditionKind::Authorizer
        ) {
            let id = format!("{}:{api}/{}", addition.kind.word(), addition.name);
            renamed.push((std::mem::replace(&mut addition.id, id.clone()), id));
        }
        kept.push(addition);
    }
    for addition in &mut kept {
        addition.needs.retain(|id| !there.contains(id));
        for id in &mut addition.needs {
            if let Some((_, new)) = renamed.iter().find(|(old, _)| old == id) {
                id.clone_from(new);
            }
        }
    }
    proposal.additions = kept;
    proposal.entitle();
}

/// Moves an edit inside of an API to the same place inside of another one.
fn move_to(edit: &mut Edit, api: &str) {
    let (Edit::Set { path, .. }
    | Edit::Insert { path, .. }
    | Edit::Remove { path }
    | Edit::RenameKey { path, .. }) = edit;
    if let [_, _, rest @ ..] = path.segments() {
        *path = Path::api(api).join(&rest.iter().cloned().collect());
    }
}
