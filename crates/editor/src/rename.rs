//! Giving things another name, with everything that names them.

use crate::change::{
    Change, built_from, exists, folder_of, keyed, noun, refused, set_route_key, table_of,
};
use crate::{Editor, ElementId, Refusal};
use slipway_design::{Edit, Path};

pub(crate) fn rename(
    editor: &Editor,
    id: &ElementId,
    to: &str,
    record_move: bool,
) -> Result<Change, Refusal> {
    exists(editor, id)?;
    if let ElementId::Route { api, key } = id {
        return set_route_key(editor, api, key, to);
    }
    let old = id.node_key();
    let mut change = Change::titled(format!("Rename {}", noun(id)));
    if old == to {
        return Ok(change);
    }
    change.edits = slipway_design::rename(editor.document(), &keyed(id), to, record_move)
        .map_err(|error| refused(&change.title, &error))?;
    // What was made just now is built from the folder of its name.
    let image = |key: &str| Path::of([table_of(id), key, "image"]);
    if !record_move && editor.document().literal(&image(old)) == Some(built_from(&folder_of(old))) {
        change.edits.push(Edit::Set {
            path: image(to),
            value: built_from(&folder_of(to)),
        });
    }
    let renamed = match id {
        ElementId::Api(_) => ElementId::Api(to.to_owned()),
        ElementId::Service(_) => ElementId::Service(to.to_owned()),
        _ => ElementId::Function(to.to_owned()),
    };
    if let Some(place) = editor.places().get(id) {
        change.places.push((id.clone(), None));
        change.places.push((renamed.clone(), Some(place)));
    }
    change.select(renamed);
    Ok(change)
}

/// Whether an element may have a name that is not its own.
pub(crate) fn checked_name(editor: &Editor, id: &ElementId, to: &str) -> Result<(), Refusal> {
    slipway_design::rename(editor.document(), &keyed(id), to, false)
        .map(|_| ())
        .map_err(|error| Refusal::new(error.to_string()).hint(error.hint()))
}
