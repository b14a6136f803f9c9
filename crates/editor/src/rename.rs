//! Giving things another name, with everything that names them.

use crate::change::{Change, built_from, exists, folder_of, noun, set_route_key, table_of};
use crate::naming::is_node;
use crate::{Editor, ElementId, Refusal};
use slipway_design::{Design, Edit, Path, Target, names};

pub(crate) fn rename(
    editor: &Editor,
    id: &ElementId,
    to: &str,
    record_move: bool,
) -> Result<Change, Refusal> {
    exists(editor, id)?;
    let design = editor.design();
    if let ElementId::Route { api, key } = id {
        return set_route_key(editor, api, key, to);
    }
    let old = id.node_key();
    let mut change = Change::titled(format!("Rename {}", noun(id)));
    if old == to {
        return Ok(change);
    }
    checked_name(editor, id, to)?;
    let table = table_of(id);
    change.edits.extend(references(editor, design, id, to));
    change.edits.push(Edit::RenameKey {
        path: Path::of([table, old]),
        key: to.to_owned(),
    });
    // What was made just now is built from the folder of its name.
    let image = Path::of([table, old, "image"]);
    if !record_move && editor.document().literal(&image) == Some(built_from(&folder_of(old))) {
        change.edits.push(Edit::Set {
            path: Path::of([table, to, "image"]),
            value: built_from(&folder_of(to)),
        });
    }
    let was = Path::of([table, to, "was"]);
    let before = was_of(design, id);
    match before {
        Some(before) if before == to => change.edits.push(Edit::Remove { path: was }),
        Some(_) => {}
        None if record_move => change.insert(was, old),
        None => {}
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
    let design = editor.design();
    if to == id.node_key() {
        return Ok(());
    }
    if !names::is_name(to, names::KEY_LIMIT) {
        return Err(Refusal::new(format!("`{to}` is not a name: a name has lower-case letters, digits and hyphens, starts with a letter, does not end with a hyphen and has at most {} characters", names::KEY_LIMIT))
            .hint("What people read is the title, which may be anything"));
    }
    let taken = match id {
        ElementId::Api(_) => design.apis.contains_key(to),
        _ => is_node(design, to),
    };
    if taken {
        return Err(
            Refusal::new(format!("`{to}` is taken: each name is there once"))
                .hint("Choose another name"),
        );
    }
    Ok(())
}

fn was_of<'d>(design: &'d Design, id: &ElementId) -> Option<&'d str> {
    match id {
        ElementId::Api(key) => design.apis.get(key)?.was.as_deref(),
        ElementId::Function(key) => design.functions.get(key)?.was.as_deref(),
        ElementId::Service(key) => design.services.get(key)?.was.as_deref(),
        ElementId::Route { .. } => None,
    }
}

/// The edits of everything that names a function, service or API.
fn references(editor: &Editor, design: &Design, id: &ElementId, to: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let source = editor.document().source();
    if !matches!(id, ElementId::Api(_)) {
        for (api, value) in &design.apis {
            for (key, route) in &value.routes {
                if matches!(&route.target, Target::Node(node) if node == id.node_key()) {
                    let path = Path::route(api, key);
                    let at = if source.get(&path.key("to")).is_some() {
                        path.key("to")
                    } else {
                        path
                    };
                    edits.push(Edit::Set {
                        path: at,
                        value: to.into(),
                    });
                }
            }
            for (name, authorizer) in &value.authorizers {
                if matches!(authorizer, slipway_design::Authorizer::Lambda { to: node, .. } if node == id.node_key())
                {
                    let path = Path::api(api).key("authorizers").key(name).key("to");
                    edits.push(Edit::Set {
                        path,
                        value: to.into(),
                    });
                }
            }
        }
    }
    for name in design.environments.keys() {
        let over = Path::environment(name).key(table_of(id)).key(id.node_key());
        if source.get(&over).is_some() {
            edits.push(Edit::RenameKey {
                path: over,
                key: to.to_owned(),
            });
        }
        let domain = Path::environment(name).key("domains").key(id.node_key());
        if matches!(id, ElementId::Api(_)) && source.get(&domain).is_some() {
            edits.push(Edit::RenameKey {
                path: domain,
                key: to.to_owned(),
            });
        }
    }
    edits
}
