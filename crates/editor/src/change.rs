//! What a command comes to: edits of the text, places, and what is selected afterwards.

use crate::editor::Editor;
use crate::naming::{free, free_route, is_node, stem};
use crate::places::Place;
use crate::rename;
use crate::space::{free_place, make_room};
use crate::{Command, ElementId, ElementKind, Point, ROW_HEIGHT, Refusal, Selection};
use slipway_design::{
    Api, ApiKind, ChangeError, Edit, Keyed, Literal, Path, Route, RouteKey, retarget, toml_string,
};
use std::cmp::Reverse;

/// The steps that lead to a patch.
#[derive(Debug, Default)]
pub(crate) struct Change {
    pub(crate) title: String,
    pub(crate) edits: Vec<Edit>,
    /// In place of edits.
    pub(crate) text: Option<String>,
    /// New places; `None` gives a card back to the layout.
    pub(crate) places: Vec<(ElementId, Option<Place>)>,
    /// `None` keeps the selection, without what is gone.
    pub(crate) select: Option<Selection>,
    pub(crate) squash: Option<String>,
}

impl Change {
    pub(crate) fn titled(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    pub(crate) fn insert(&mut self, path: Path, value: impl Into<Literal>) {
        let value = value.into();
        self.edits.push(Edit::Insert { path, value });
    }

    pub(crate) fn select(&mut self, id: ElementId) {
        self.select = Some(Selection::one(id));
    }

    fn put(&mut self, editor: &Editor, id: ElementId, at: Option<Point>) {
        let at = at.unwrap_or_else(|| free_place(editor, id.kind()));
        self.places.push((id, Some(Place::near(at))));
    }
}

/// Works out what a command does.
pub(crate) fn change(editor: &Editor, command: &Command) -> Result<Change, Refusal> {
    let design = editor.design();
    match command {
        Command::AddApi { kind, at } => {
            let base = match kind {
                ApiKind::Http => "api",
                ApiKind::Websocket => "live",
            };
            let key = free(base, |name| design.apis.contains_key(name));
            let mut change = Change::titled(match kind {
                ApiKind::Http => "Add HTTP API",
                ApiKind::Websocket => "Add WebSocket API",
            });
            let word = match kind {
                ApiKind::Http => "http",
                ApiKind::Websocket => "websocket",
            };
            change.insert(Path::api(&key).key("kind"), word);
            if *kind == ApiKind::Websocket {
                change.insert(Path::api(&key).key("select"), "$request.body.action");
            }
            let id = ElementId::Api(key);
            change.put(editor, id.clone(), *at);
            change.select(id);
            Ok(change)
        }
        Command::AddFunction { at } => Ok(add_node(editor, ElementKind::Function, *at).0),
        Command::AddImage { at } => Ok(add_image(editor, *at)),
        Command::AddService { at } => Ok(add_node(editor, ElementKind::Service, *at).0),
        Command::AddRoute { api, key, target } => {
            add_route(editor, api, key.as_deref(), target.as_ref())
        }
        Command::SetRouteKey { api, key, to } => set_route_key(editor, api, key, to),
        Command::Connect { route, target } => {
            let mut change = Change::titled("Connect route");
            lead(editor, route, Some(target.node_key()), &mut change)?;
            allows(editor, route, target)?;
            change.select(route.clone());
            Ok(change)
        }
        Command::ConnectNew { route, kind, at } => {
            allows_new(editor, route, *kind)?;
            let (mut change, id) = add_node(editor, *kind, *at);
            lead(editor, route, Some(id.node_key()), &mut change)?;
            change.title = format!("{} for the route", change.title);
            Ok(change)
        }
        Command::Disconnect { route } => {
            let mut change = Change::titled("Disconnect route");
            lead(editor, route, None, &mut change)?;
            change.select(route.clone());
            Ok(change)
        }
        Command::Remove { ids } => remove(editor, ids),
        Command::Duplicate { ids } => duplicate(editor, ids),
        Command::Paste { clip, at } => clip.change(editor, *at),
        Command::Move { to } => {
            let mut change = Change::titled(many(to.len(), "Move", "nodes"));
            for (id, at) in to {
                exists(editor, id)?;
                change.places.push((id.clone(), Some(Place::near(*at))));
            }
            Ok(change)
        }
        Command::Nudge { ids, by } => {
            let mut change = Change::titled(many(ids.len(), "Move", "nodes"));
            let mut names = Vec::new();
            for id in ids {
                let card = editor.scene().card(id).ok_or_else(|| gone(id))?;
                let at = Point::new(card.rect.x + by.x, card.rect.y + by.y);
                change.places.push((id.clone(), Some(Place::near(at))));
                names.push(id.to_string());
            }
            change.squash = Some(format!("nudge {}", names.join(" ")));
            Ok(change)
        }
        Command::Tidy => {
            let mut change = Change::titled("Tidy up");
            change.places = editor
                .scene()
                .cards
                .iter()
                .filter(|card| editor.places().get(&card.id).is_some())
                .map(|card| (card.id.clone(), None))
                .collect();
            Ok(change)
        }
        Command::Rename {
            id,
            to,
            record_move,
        } => rename::rename(editor, id, to, *record_move),
        Command::Set { path, value } => {
            let setting = path.to_string();
            let mut change = Change::titled(format!("Change {setting}"));
            match value {
                Some(value) => change.edits.push(Edit::Set {
                    path: path.clone(),
                    value: value.clone(),
                }),
                None => change.edits.push(Edit::Remove { path: path.clone() }),
            }
            Ok(change)
        }
        Command::Edit {
            title,
            edits,
            select,
        } => {
            let mut change = Change::titled(title);
            change.edits.clone_from(edits);
            if !select.is_empty() {
                change.select = Some(Selection::of(select.iter().cloned()));
            }
            Ok(change)
        }
        Command::Replace { title, text } => {
            let mut change = Change::titled(title);
            change.text = Some(text.clone());
            Ok(change)
        }
    }
}

/// Whether a route may lead to a target; the reason when it may not.
pub(crate) fn allows(
    editor: &Editor,
    route: &ElementId,
    target: &ElementId,
) -> Result<(), Refusal> {
    let design = editor.design();
    let ElementId::Route { api, .. } = route else {
        return Err(Refusal::new("Only a route can be wired"));
    };
    let kind = design.apis.get(api).ok_or_else(|| gone(route))?.kind;
    match target {
        ElementId::Function(key) if design.functions.contains_key(key) => Ok(()),
        ElementId::Service(key) => match design.services.get(key) {
            None => Err(gone(target)),
            Some(_) if kind == ApiKind::Websocket => Err(no_websocket_service()),
            Some(service) if service.ingress == Some(slipway_design::Ingress::None) => Err(
                Refusal::new(format!("`{key}` takes no requests: its ingress is none"))
                    .hint("Give it an ingress first"),
            ),
            Some(_) => Ok(()),
        },
        ElementId::Function(_) => Err(gone(target)),
        ElementId::Api(_) | ElementId::Route { .. } => {
            Err(Refusal::new("A route leads to a function or a service"))
        }
    }
}

fn no_websocket_service() -> Refusal {
    Refusal::new("A route of a WebSocket API cannot lead to a service: API Gateway reaches services by VPC links of HTTP APIs")
        .hint("Wire it to a Lambda function")
}

/// Whether a route may lead to something new of a kind.
pub(crate) fn allows_new(
    editor: &Editor,
    route: &ElementId,
    kind: ElementKind,
) -> Result<(), Refusal> {
    let ElementId::Route { api, .. } = route else {
        return Err(Refusal::new("Only a route can be wired"));
    };
    let api = editor.design().apis.get(api).ok_or_else(|| gone(route))?;
    match kind {
        ElementKind::Service if api.kind == ApiKind::Websocket => Err(no_websocket_service()),
        _ => Ok(()),
    }
}

fn add_node(editor: &Editor, kind: ElementKind, at: Option<Point>) -> (Change, ElementId) {
    let is_taken = |name: &str| is_node(editor.design(), name);
    let (title, id, path) = if kind == ElementKind::Service {
        let key = free("service", is_taken);
        let path = Path::service(&key);
        ("Add Fargate service", ElementId::Service(key), path)
    } else {
        let key = free("function", is_taken);
        let path = Path::function(&key);
        ("Add Lambda function", ElementId::Function(key), path)
    };
    let mut change = Change::titled(title);
    change.insert(path.key("image"), built_from(&folder_of(id.node_key())));
    if kind == ElementKind::Service {
        change.insert(path.key("port"), 8080);
    }
    change.put(editor, id.clone(), at);
    change.select(id.clone());
    (change, id)
}

fn add_image(editor: &Editor, at: Option<Point>) -> Change {
    let key = free("image", |name| is_node(editor.design(), name));
    let id = ElementId::Function(key.clone());
    let mut change = Change::titled("Add an image from ECR");
    let image = vec![
        ("ecr".to_owned(), key.as_str().into()),
        ("tag".to_owned(), "latest".into()),
    ];
    let path = Path::function(&key).key("image");
    change.insert(path, Literal::Table(image));
    change.put(editor, id.clone(), at);
    change.select(id);
    change
}

/// The folder that a new function or service is built from.
pub(crate) fn folder_of(key: &str) -> String {
    format!("services/{key}")
}

/// `{ build = "FOLDER" }`
pub(crate) fn built_from(folder: &str) -> Literal {
    Literal::Table(vec![("build".to_owned(), folder.into())])
}

fn add_route(
    editor: &Editor,
    api: &str,
    key: Option<&str>,
    target: Option<&ElementId>,
) -> Result<Change, Refusal> {
    let id = ElementId::Api(api.to_owned());
    let value = editor.design().apis.get(api).ok_or_else(|| gone(&id))?;
    let key = match key {
        Some(key) => checked_key(value, key, None)?,
        None => free_route(value),
    };
    let route = ElementId::Route {
        api: api.to_owned(),
        key: key.clone(),
    };
    let mut change = Change::titled("Add route");
    let literal = match target {
        Some(target) => {
            allows(editor, &route, target)?;
            Literal::from(target.node_key())
        }
        None => Literal::Table(Vec::new()),
    };
    change.insert(Path::route(api, &key), literal);
    change.places = make_room(editor, &id, ROW_HEIGHT);
    change.select(route);
    Ok(change)
}

pub(crate) fn set_route_key(
    editor: &Editor,
    api: &str,
    key: &str,
    to: &str,
) -> Result<Change, Refusal> {
    let id = ElementId::Route {
        api: api.to_owned(),
        key: key.to_owned(),
    };
    route_of(editor, &id)?;
    let value = &editor.design().apis[api];
    let mut change = Change::titled("Change route");
    if key != to {
        let to = checked_key(value, to, Some(key))?;
        change.edits = slipway_design::rename(editor.document(), &keyed(&id), &to, false)
            .map_err(|error| refused(&change.title, &error))?;
        change.select(ElementId::Route {
            api: api.to_owned(),
            key: to,
        });
    }
    Ok(change)
}

/// A key in AWS's grammar that no other route of the API has. A path alone is for `GET`.
pub(crate) fn checked_key(api: &Api, key: &str, but: Option<&str>) -> Result<String, Refusal> {
    let key = key.trim();
    let full = format!("GET {key}");
    let is_path = api.kind == ApiKind::Http && key.starts_with('/');
    let key = if is_path { full.as_str() } else { key };
    let parsed = RouteKey::parse(api.kind, key).map_err(|error| {
        Refusal::new(format!("`{key}` is not a route: {error}")).hint(error.fix())
    })?;
    let shape = parsed.shape();
    let twin = api
        .routes
        .keys()
        .filter(|known| Some(known.as_str()) != but)
        .find(|known| RouteKey::parse(api.kind, known).is_ok_and(|known| known.shape() == shape));
    match twin {
        Some(twin) => Err(Refusal::new(format!(
            "`{key}` cannot be added: `{twin}` gets the same requests"
        ))
        .hint("Change the method or the path")),
        None => Ok(parsed.to_string()),
    }
}

fn route_of<'e>(editor: &'e Editor, id: &ElementId) -> Result<(Path, &'e Route), Refusal> {
    let ElementId::Route { api, key } = id else {
        return Err(Refusal::new("Only a route can be wired"));
    };
    let route = editor
        .design()
        .apis
        .get(api)
        .and_then(|api| api.routes.get(key));
    Ok((Path::route(api, key), route.ok_or_else(|| gone(id))?))
}

/// Leads a route to a function or service, or away from all.
fn lead(
    editor: &Editor,
    id: &ElementId,
    to: Option<&str>,
    change: &mut Change,
) -> Result<(), Refusal> {
    let (path, _) = route_of(editor, id)?;
    let edits =
        retarget(editor.document(), &path, to).map_err(|error| refused(&change.title, &error))?;
    change.edits.extend(edits);
    Ok(())
}

/// What a change by meaning is refused with.
pub(crate) fn refused(title: &str, error: &ChangeError) -> Refusal {
    Refusal::new(format!("{title} was not done: {error}")).hint(error.hint())
}

fn remove(editor: &Editor, ids: &[ElementId]) -> Result<Change, Refusal> {
    let mut change = Change::titled(match ids {
        [id] => format!("Remove {}", noun(id)),
        _ => format!("Remove {} things", ids.len()),
    });
    let (mut edits, mut removals) = (Vec::new(), Vec::new());
    for id in ids {
        exists(editor, id)?;
        // A route goes with its API.
        if id.kind() == ElementKind::Route && ids.contains(&id.card()) {
            continue;
        }
        let more = slipway_design::remove(editor.document(), &keyed(id))
            .map_err(|error| refused(&change.title, &error))?;
        for edit in more {
            match edit {
                Edit::Remove { path } if !removals.contains(&path) => removals.push(path),
                Edit::Remove { .. } => {}
                other => edits.push(other),
            }
        }
        if id.kind() != ElementKind::Route {
            change.places.push((id.clone(), None));
        }
    }
    // What lies inside of something goes before it.
    removals.sort_by_key(|path| Reverse(path.segments().len()));
    let removals = removals.into_iter().map(|path| Edit::Remove { path });
    change.edits = edits.into_iter().chain(removals).collect();
    change.select = Some(Selection::default());
    Ok(change)
}

fn duplicate(editor: &Editor, ids: &[ElementId]) -> Result<Change, Refusal> {
    let mut change = Change::titled(match ids {
        [id] => format!("Duplicate {}", noun(id)),
        _ => format!("Duplicate {} things", ids.len()),
    });
    let mut made: Vec<ElementId> = Vec::new();
    for id in ids {
        exists(editor, id)?;
        if let ElementId::Route { api, key } = id {
            let value = &editor.design().apis[api];
            let copy = free_route(value);
            if let Some(literal) = editor.document().literal(&Path::route(api, key)) {
                change.insert(Path::route(api, &copy), literal);
                made.push(ElementId::Route {
                    api: api.clone(),
                    key: copy,
                });
            }
            continue;
        }
        let table = table_of(id);
        let base = stem(id.node_key()).to_owned();
        let copy = free(&base, |name| {
            let taken = match id {
                ElementId::Api(_) => editor.design().apis.contains_key(name),
                _ => is_node(editor.design(), name),
            };
            taken || made.iter().any(|id| id.node_key() == name)
        });
        let Some(Literal::Table(mut entries)) =
            editor.document().literal(&Path::of([table, id.node_key()]))
        else {
            continue;
        };
        // The copy is not what the original once was.
        entries.retain(|(key, _)| key != "was");
        change.insert(Path::of([table, &copy]), Literal::Table(entries));
        let copy = match id {
            ElementId::Api(_) => ElementId::Api(copy),
            ElementId::Service(_) => ElementId::Service(copy),
            _ => ElementId::Function(copy),
        };
        let card = editor.scene().card(id).ok_or_else(|| gone(id))?;
        let at = Point::new(card.rect.x + 40.0, card.rect.bottom() + 32.0);
        change.places.push((copy.clone(), Some(Place::near(at))));
        made.push(copy);
    }
    change.select = Some(Selection::of(made));
    Ok(change)
}

pub(crate) fn table_of(id: &ElementId) -> &'static str {
    match id.kind() {
        ElementKind::Api | ElementKind::Route => "apis",
        ElementKind::Function => "functions",
        ElementKind::Service => "services",
    }
}

/// What the design calls an element.
pub(crate) fn keyed(id: &ElementId) -> Keyed {
    match id.clone() {
        ElementId::Api(key) => Keyed::Api(key),
        ElementId::Function(key) => Keyed::Function(key),
        ElementId::Service(key) => Keyed::Service(key),
        ElementId::Route { api, key } => Keyed::Route { api, key },
    }
}

pub(crate) fn exists(editor: &Editor, id: &ElementId) -> Result<(), Refusal> {
    if id.exists_in(editor.design()) {
        Ok(())
    } else {
        Err(gone(id))
    }
}

pub(crate) fn gone(id: &ElementId) -> Refusal {
    Refusal::new(format!(
        "{} is not in the design any more",
        toml_string(id.node_key())
    ))
}

/// What people call an element: `route`, `Lambda function`.
pub(crate) fn noun(id: &ElementId) -> &'static str {
    match id.kind() {
        ElementKind::Api => "API",
        ElementKind::Route => "route",
        ElementKind::Function => "Lambda function",
        ElementKind::Service => "Fargate service",
    }
}

fn many(number: usize, verb: &str, nouns: &str) -> String {
    if number == 1 {
        format!("{verb} {}", nouns.trim_end_matches('s'))
    } else {
        format!("{verb} {number} {nouns}")
    }
}
