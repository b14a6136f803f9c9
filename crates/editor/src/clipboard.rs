//! Parts of a design as text: what a copy puts on the clipboard and a paste takes from there.
//!
//! The text is TOML: the parts as they stand in a project file, and under `[clip.parts]` which they
//! are and where they stood, relative to their upper left corner.

use crate::change::{Change, checked_key, noun, table_of};
use crate::naming::{free, free_route, is_node, stem};
use crate::places::Place;
use crate::{Editor, ElementId, ElementKind, Point, Rect, Refusal, Selection};
use slipway_design::{Api, Document, Edit, Literal, Path, Route};
use std::collections::HashMap;

/// How every clip begins.
const MARK: &str = "# Parts of a Slipway project: paste them onto its canvas.\n";
/// Nobody pastes more than this, in bytes.
const LARGEST: usize = 4 << 20;
/// A paste goes this much further as long as something stands there, in world units.
const STEP: f64 = 32.0;
const FARTHEST: u32 = 200;

/// One part of a clip.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    id: ElementId,
    literal: Literal,
    /// Of a card, relative to the clip.
    at: Option<Point>,
}

/// Parts of a design that were copied.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    parts: Vec<Part>,
}

impl Clip {
    /// What is selected; `None` when that is nothing. A route of a selected API is part of it.
    pub fn of(editor: &Editor) -> Option<Self> {
        let ids = editor.selection().ids();
        let rects: Vec<Rect> = ids
            .iter()
            .filter(|id| id.kind() != ElementKind::Route)
            .filter_map(|id| editor.scene().rect(id))
            .collect();
        let corner = rects.into_iter().reduce(Rect::union).unwrap_or_default();
        let parts: Vec<Part> = ids
            .iter()
            .filter(|id| id.kind() != ElementKind::Route || !ids.contains(&id.card()))
            .filter_map(|id| {
                let at = editor.scene().card(id).map(|card| card.rect);
                Some(Part {
                    id: id.clone(),
                    literal: editor.document().literal(&path_of(id))?,
                    at: at.map(|rect| Point::new(rect.x - corner.x, rect.y - corner.y)),
                })
            })
            .collect();
        (!parts.is_empty()).then_some(Self { parts })
    }

    /// The text for the clipboard.
    pub fn to_text(&self) -> String {
        let mut edits = Vec::new();
        for part in &self.parts {
            edits.push(Edit::Insert {
                path: path_of(&part.id),
                value: part.literal.clone(),
            });
            let place = part.at.map(Place::near);
            let entries = place.map_or_else(Vec::new, |place| {
                vec![
                    ("x".to_owned(), i64::from(place.x).into()),
                    ("y".to_owned(), i64::from(place.y).into()),
                ]
            });
            edits.push(Edit::Insert {
                path: Path::of(["clip", "parts"]).key(part.id.to_string()),
                value: Literal::Table(entries),
            });
        }
        let empty = Document::parse(MARK);
        empty.edited(&edits).map_or_else(
            |_| MARK.to_owned(),
            |(document, _)| document.text().to_owned(),
        )
    }

    /// Reads a text of the clipboard.
    ///
    /// # Errors
    /// [`Refusal`] for a text that no copy made.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let foreign = |why: &str| {
            Refusal::new(format!("Nothing was pasted: {why}"))
                .hint("Copy something of a Slipway canvas first")
        };
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        if !text.starts_with(MARK.trim_end()) {
            return Err(foreign("the clipboard holds no parts of a Slipway project"));
        }
        if text.len() > LARGEST {
            return Err(foreign("the clipboard holds more than 4 MiB"));
        }
        let document = Document::parse(&text);
        let Some(Literal::Table(listed)) = document.literal(&Path::of(["clip", "parts"])) else {
            return Err(foreign("the parts on the clipboard are not listed"));
        };
        let mut parts = Vec::new();
        for (name, place) in listed {
            let part = parse_id(&name).and_then(|id| {
                let literal = document.literal(&path_of(&id))?;
                let at = (id.kind() != ElementKind::Route).then(|| point_of(&place));
                Some(Part { id, literal, at })
            });
            let missing = || foreign(&format!("the part `{name}` on the clipboard is damaged"));
            parts.push(part.ok_or_else(missing)?);
        }
        if parts.is_empty() {
            return Err(foreign("the clipboard holds no parts"));
        }
        Ok(Self { parts })
    }

    /// What a paste comes to.
    pub(crate) fn change(&self, editor: &Editor, at: Option<Point>) -> Result<Change, Refusal> {
        let mut change = Change::titled(match &self.parts[..] {
            [part] => format!("Paste {}", noun(&part.id)),
            parts => format!("Paste {} things", parts.len()),
        });
        let (keys, made) = self.keys(editor);
        let corner = at.unwrap_or_else(|| self.free_place(editor));
        let mut selected = Vec::new();
        for (part, id) in self.parts.iter().zip(made) {
            let Some(id) = id else { continue };
            let mut literal = part.literal.clone();
            if let Literal::Table(entries) = &mut literal {
                // The copy is not what the original once was.
                entries.retain(|(key, _)| key != "was");
            }
            if id.kind() == ElementKind::Api {
                rewire_api(&mut literal, &keys, editor);
            }
            change.insert(Path::of([table_of(&id), id.node_key()]), literal);
            let by = part.at.unwrap_or_default();
            let place = Place::near(Point::new(corner.x + by.x, corner.y + by.y));
            change.places.push((id.clone(), Some(place)));
            selected.push(id);
        }
        self.paste_routes(editor, &keys, &mut change, &mut selected)?;
        change.select = Some(Selection::of(selected));
        Ok(change)
    }

    /// The new name of every function and service, and the new element of every card.
    fn keys(&self, editor: &Editor) -> (HashMap<String, String>, Vec<Option<ElementId>>) {
        let design = editor.design();
        let mut keys = HashMap::new();
        let mut made: Vec<Option<ElementId>> = Vec::new();
        for part in &self.parts {
            let old = part.id.node_key();
            let kind = part.id.kind();
            let is_taken = |name: &str| {
                let known = match kind {
                    ElementKind::Api => design.apis.contains_key(name),
                    _ => is_node(design, name),
                };
                let is_api = kind == ElementKind::Api;
                known
                    || made.iter().flatten().any(|id| {
                        id.node_key() == name && (id.kind() == ElementKind::Api) == is_api
                    })
            };
            let new = if is_taken(old) {
                free(stem(old), is_taken)
            } else {
                old.to_owned()
            };
            made.push(match kind {
                ElementKind::Route => None,
                ElementKind::Api => Some(ElementId::Api(new)),
                ElementKind::Function => Some(ElementId::Function(new.clone())),
                ElementKind::Service => Some(ElementId::Service(new.clone())),
            });
            if let Some(ElementId::Function(new) | ElementId::Service(new)) =
                made.last().and_then(Option::as_ref)
            {
                keys.insert(old.to_owned(), new.clone());
            }
        }
        (keys, made)
    }

    /// Routes that came without their API go to the one that is selected.
    fn paste_routes(
        &self,
        editor: &Editor,
        keys: &HashMap<String, String>,
        change: &mut Change,
        selected: &mut Vec<ElementId>,
    ) -> Result<(), Refusal> {
        let routes: Vec<(&str, &Literal)> = self
            .parts
            .iter()
            .filter_map(|part| match &part.id {
                ElementId::Route { key, .. } => Some((key.as_str(), &part.literal)),
                _ => None,
            })
            .collect();
        if routes.is_empty() {
            return Ok(());
        }
        let (name, mut api) = target_api(editor).ok_or_else(|| {
            Refusal::new("Nothing was pasted: a route belongs to an API, and none is selected")
                .hint("Select the API that gets it")
        })?;
        for (key, literal) in routes {
            let mut literal = literal.clone();
            rewire_route(&mut literal, keys, editor);
            let key = match checked_key(&api, key, None) {
                Ok(key) => key,
                // Another route gets these requests: the copy waits for a key of its own.
                Err(_) if slipway_design::RouteKey::parse(api.kind, key).is_ok() => {
                    free_route(&api)
                }
                Err(refusal) => return Err(refusal),
            };
            api.routes.insert(key.clone(), Route::default());
            change.insert(Path::route(&name, &key), literal);
            let api = name.clone();
            selected.push(ElementId::Route { api, key });
        }
        Ok(())
    }

    /// The middle of what is seen, or as near to it as there is nothing.
    fn free_place(&self, editor: &Editor) -> Point {
        let parts = self.parts.iter().filter_map(|part| {
            let at = part.at?;
            let size = match part.id.kind() {
                ElementKind::Api => crate::New::HttpApi.size(),
                _ => crate::New::Function.size(),
            };
            Some(Rect::new(at.x, at.y, size.width, size.height))
        });
        let rects: Vec<Rect> = parts.collect();
        let Some(all) = rects.iter().copied().reduce(Rect::union) else {
            return Point::default();
        };
        let middle = editor.seen().center();
        let corner = Point::new(
            (middle.x - all.width / 2.0).round(),
            (middle.y - all.height / 2.0).round(),
        );
        let moved = |step: u32| {
            let by = STEP * f64::from(step);
            Point::new(corner.x + by, corner.y + by)
        };
        let is_free = |at: &Point| {
            let there =
                |rect: &Rect| Rect::new(at.x + rect.x, at.y + rect.y, rect.width, rect.height);
            let mut rects = rects.iter().map(there);
            rects.all(|rect| editor.scene().cards_in(rect).next().is_none())
        };
        (0..FARTHEST)
            .map(moved)
            .find(is_free)
            .unwrap_or_else(|| moved(1))
    }
}

/// The API that is selected, also by one of its routes, or the only one.
fn target_api(editor: &Editor) -> Option<(String, Api)> {
    let apis = &editor.design().apis;
    let selected = editor.selection().last().map(ElementId::card);
    let name = match selected {
        Some(ElementId::Api(key)) => Some(key),
        _ if apis.len() == 1 => apis.keys().next().cloned(),
        _ => None,
    }?;
    let api = apis.get(&name)?.clone();
    Some((name, api))
}

/// Where the element stands in a file.
fn path_of(id: &ElementId) -> Path {
    match id {
        ElementId::Route { api, key } => Path::route(api, key),
        card => Path::of([table_of(card), card.node_key()]),
    }
}

fn parse_id(name: &str) -> Option<ElementId> {
    let (kind, key) = name.split_once(':')?;
    Some(match kind {
        "api" => ElementId::Api(key.to_owned()),
        "function" => ElementId::Function(key.to_owned()),
        "service" => ElementId::Service(key.to_owned()),
        "route" => {
            let (api, key) = key.split_once('/')?;
            ElementId::Route {
                api: api.to_owned(),
                key: key.to_owned(),
            }
        }
        _ => return None,
    })
}

fn point_of(place: &Literal) -> Point {
    let axis = |name: &str| match place {
        Literal::Table(entries) => entries.iter().find_map(|(key, value)| match value {
            // Beyond any place, and clamped later.
            Literal::Integer(number) if key == name => i32::try_from(*number).ok().map(f64::from),
            _ => None,
        }),
        _ => None,
    };
    Point::new(axis("x").unwrap_or_default(), axis("y").unwrap_or_default())
}

/// Routes and authorizers of a pasted API follow what was pasted with it.
fn rewire_api(api: &mut Literal, keys: &HashMap<String, String>, editor: &Editor) {
    let Literal::Table(entries) = api else { return };
    for (name, value) in entries {
        let Literal::Table(inner) = value else {
            continue;
        };
        for (_, value) in inner {
            match name.as_str() {
                "routes" => rewire_route(value, keys, editor),
                "authorizers" => {
                    if let Literal::Table(entries) = value {
                        for (key, value) in entries {
                            if let (true, Literal::String(to)) = (key == "to", value) {
                                *to = keys.get(to).unwrap_or(to).clone();
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// A route leads to the copy of its target, to what has its name here, or nowhere yet.
fn rewire_route(route: &mut Literal, keys: &HashMap<String, String>, editor: &Editor) {
    let here = |to: &str| match keys.get(to) {
        Some(new) => Some(new.clone()),
        None => is_node(editor.design(), to).then(|| to.to_owned()),
    };
    match route {
        Literal::String(to) => {
            *route = here(to).map_or_else(|| Literal::Table(Vec::new()), Literal::String);
        }
        Literal::Table(entries) => {
            entries.retain_mut(|(key, value)| match value {
                Literal::String(to) if key == "to" => match here(to) {
                    Some(new) => {
                        *to = new;
                        true
                    }
                    None => false,
                },
                _ => true,
            });
        }
        _ => {}
    }
}

#[cfg(test)]
#[path = "clipboard_tests.rs"]
mod tests;
