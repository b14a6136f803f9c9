//! Giving a thing another key: what may be its key, and the command that follows it everywhere.

use crate::change::refused;
use crate::{Command, ElementId, Refusal};
use slipway_design::{Document, Keyed, rename};

/// Whether a thing may have this key; its own is fine.
///
/// # Errors
/// What is wrong and what to write instead, in one line.
pub fn check_key(document: &Document, it: &Keyed, to: &str) -> Result<(), String> {
    rename(document, it, to, false)
        .map(|_| ())
        .map_err(|error| format!("{error}. {}", error.hint()))
}

/// The command that renames. With `record_move` the old key is kept as `was`, so that what is deployed is moved.
///
/// # Errors
/// [`Refusal`] when it cannot have the key.
pub fn renaming(
    document: &Document,
    it: &Keyed,
    to: &str,
    record_move: bool,
) -> Result<Command, Refusal> {
    let edits = rename(document, it, to, record_move).map_err(|error| refused("Rename", &error))?;
    let to = to.to_owned();
    let element = match it {
        Keyed::Function(key) => Some(ElementId::Function(key.clone())),
        Keyed::Service(key) => Some(ElementId::Service(key.clone())),
        Keyed::Api(key) => Some(ElementId::Api(key.clone())),
        Keyed::Route { api, key } => {
            return Ok(Command::SetRouteKey {
                api: api.clone(),
                key: key.clone(),
                to,
            });
        }
        Keyed::Environment(_) | Keyed::Authorizer { .. } | Keyed::Container { .. } => None,
    };
    Ok(match element {
        Some(id) => Command::Rename {
            id,
            to,
            record_move,
        },
        None => Command::Edit {
            title: format!("Rename {}", it.key()),
            edits,
            select: Vec::new(),
        },
    })
}
