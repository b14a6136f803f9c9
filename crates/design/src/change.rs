//! Changes by meaning: what a rename or a removal has to touch besides the thing itself.
//!
//! Each gives [`Edit`]s to make together with [`Document::edit_all`]. Nothing is changed here.

use toml_edit::Item;

use crate::edit::{Edit, Literal};
use crate::keyed::{ChangeError, Keyed};
use crate::model::{Api, Authorizer, Design, Target};
use crate::names::{ENVIRONMENT_LIMIT, KEY_LIMIT, is_name};
use crate::route::RouteKey;
use crate::{Document, Path};

/// The edits that give a thing another key, and follow it wherever the file names it: route targets, authorizers'
/// `to`, routes' `authorizer`, environments' overrides and domains.
///
/// With `record_move` a function, service or API that has no `was` gets its old key as one, so that a plan moves what
/// is deployed. A `was` that is there stays, since it is the key that is deployed; renaming back to it removes it.
/// Everything that is made for an environment has the environment's name in its own, so that renaming one
/// means another environment: what was deployed stays under the old name.
///
/// # Errors
/// [`ChangeError`] when the thing is not in the design, or cannot have the new key.
pub fn rename(
    document: &Document,
    it: &Keyed,
    to: &str,
    record_move: bool,
) -> Result<Vec<Edit>, ChangeError> {
    let scope = Scope::of(document, it)?;
    if to == it.key() {
        return Ok(Vec::new());
    }
    let new = it.renamed(to);
    scope.check_name(&new)?;
    scope.check_free(it, &new)?;
    let mut edits = vec![rename_key(it.path(), to)];
    for name in scope.design.environments.keys() {
        edits.extend(
            it.over(name)
                .filter(|at| scope.item(at).is_some())
                .map(|at| rename_key(at, to)),
        );
    }
    match it {
        Keyed::Function(key) | Keyed::Service(key) => scope.retarget(key, to, &mut edits),
        Keyed::Api(key) => {
            for name in scope.design.environments.keys() {
                let at = Path::environment(name).key("domains").key(key);
                if scope.item(&at).is_some() {
                    edits.push(rename_key(at, to));
                }
            }
        }
        Keyed::Authorizer { api, key } => {
            for (at, part) in scope.parts(api) {
                for (route, value) in &part.routes {
                    if value.authorizer.as_ref() == Some(key) {
                        let at = at.key("routes").key(route).key("authorizer");
                        edits.push(set(at, to));
                    }
                }
            }
        }
        Keyed::Environment(_) | Keyed::Route { .. } | Keyed::Container { .. } => {}
    }
    let was = match it {
        Keyed::Function(key) => scope.design.functions.get(key).map(|it| &it.was),
        Keyed::Service(key) => scope.design.services.get(key).map(|it| &it.was),
        Keyed::Api(key) => scope.design.apis.get(key).map(|it| &it.was),
        _ => None,
    };
    match was {
        Some(Some(was)) if was == to => edits.push(remove_at(new.path().key("was"))),
        Some(None) if record_move => edits.push(set(new.path().key("was"), it.key())),
        _ => {}
    }
    Ok(edits)
}

/// The edits that take a thing out of the design, with what environments override of it and, for an API, their
/// domains for it.
///
/// Routes to a function or service that is removed stay, as open routes. Authorizers that ask it stay as they are, as do
/// routes that name an authorizer that is removed: a problem then says so. To take the authorizer off would
/// open what it guards.
///
/// # Errors
/// [`ChangeError`] when the thing is not in the design.
pub fn remove(document: &Document, it: &Keyed) -> Result<Vec<Edit>, ChangeError> {
    let scope = Scope::of(document, it)?;
    let mut edits = Vec::new();
    match it {
        // When the other kind has the key as well, the routes lead there.
        Keyed::Function(key) if !scope.design.services.contains_key(key) => {
            scope.open(key, &mut edits)
        }
        Keyed::Service(key) if !scope.design.functions.contains_key(key) => {
            scope.open(key, &mut edits)
        }
        _ => {}
    }
    for name in scope.design.environments.keys() {
        edits.extend(
            it.over(name)
                .filter(|at| scope.item(at).is_some())
                .map(remove_at),
        );
        if let Keyed::Api(key) = it {
            let at = Path::environment(name).key("domains").key(key);
            if scope.item(&at).is_some() {
                edits.push(remove_at(at));
            }
        }
    }
    edits.push(remove_at(it.path()));
    Ok(edits)
}

/// The edits that lead a route to another function or service, or away from all with `None`. What else the route
/// says stays. `at` is the route's path, in the design or in an environment's overrides.
///
/// # Errors
/// [`ChangeError::Missing`] when there is no route at the path.
pub fn retarget(
    document: &Document,
    at: &Path,
    to: Option<&str>,
) -> Result<Vec<Edit>, ChangeError> {
    let tree = document.tree().ok_or(ChangeError::NotToml)?;
    let missing = || ChangeError::Missing {
        what: "route",
        key: at.last_key().unwrap_or_default().to_owned(),
    };
    let item = item_at(tree, at).ok_or_else(missing)?;
    Ok(retarget_item(item, at, to))
}

fn retarget_item(item: &Item, at: &Path, to: Option<&str>) -> Vec<Edit> {
    let Some(table) = item.as_table_like() else {
        return vec![match to {
            Some(to) => set(at.clone(), to),
            None => set_empty(at.clone()),
        }];
    };
    let mut edits = Vec::new();
    if table.contains_key("url") {
        edits.push(remove_at(at.key("url")));
    }
    match to {
        Some(to) if table.is_empty() && item.is_inline_table() => {
            return vec![set(at.clone(), to)];
        }
        Some(to) => edits.push(set(at.key("to"), to)),
        None if table.len() == 1 && item.is_inline_table() => return vec![set_empty(at.clone())],
        None if table.contains_key("to") => edits.push(remove_at(at.key("to"))),
        None => {}
    }
    edits
}

/// What a change looks at.
struct Scope<'a> {
    tree: &'a toml_edit::Table,
    design: &'a Design,
}

impl<'a> Scope<'a> {
    fn of(document: &'a Document, it: &Keyed) -> Result<Self, ChangeError> {
        let (Some(tree), Some(design)) = (document.tree(), document.design()) else {
            return Err(ChangeError::NotToml);
        };
        let scope = Self { tree, design };
        // What is in the file and could not be read can be renamed and removed all the same.
        if !it.exists(design) && scope.item(&it.path()).is_none() {
            return Err(ChangeError::Missing {
                what: it.what(),
                key: it.key().to_owned(),
            });
        }
        Ok(scope)
    }

    fn item(&self, path: &Path) -> Option<&'a Item> {
        item_at(self.tree, path)
    }

    /// An API and what the environments override of it, with their paths.
    fn parts(&self, api: &str) -> impl Iterator<Item = (Path, &'a Api)> {
        let own = self.design.apis.get(api).map(|it| (Path::api(api), it));
        let over = self
            .design
            .environments
            .iter()
            .filter_map(move |(name, environment)| {
                let it = environment.apis.get(api)?;
                Some((Path::environment(name).key("apis").key(api), it))
            });
        own.into_iter().chain(over)
    }

    /// All APIs and all overrides of them.
    fn all_parts(&self) -> impl Iterator<Item = (Path, &'a Api)> {
        let own = self
            .design
            .apis
            .iter()
            .map(|(key, it)| (Path::api(key), it));
        let over = self
            .design
            .environments
            .iter()
            .flat_map(|(name, environment)| {
                let at = Path::environment(name).key("apis");
                environment
                    .apis
                    .iter()
                    .map(move |(key, it)| (at.key(key), it))
            });
        own.chain(over)
    }

    /// Routes that lead to a function or service.
    fn routes_to(&self, key: &str) -> impl Iterator<Item = Path> {
        self.all_parts().flat_map(move |(at, api)| {
            let at = at.key("routes");
            api.routes
                .iter()
                .filter(move |(_, route)| matches!(&route.target, Target::Node(to) if to == key))
                .map(move |(route, _)| at.key(route))
        })
    }

    fn retarget(&self, key: &str, to: &str, edits: &mut Vec<Edit>) {
        for at in self.routes_to(key) {
            let inside = self.item(&at).is_some_and(Item::is_table_like);
            edits.push(set(if inside { at.key("to") } else { at }, to));
        }
        for (at, api) in self.all_parts() {
            for (name, authorizer) in &api.authorizers {
                if matches!(authorizer, Authorizer::Lambda { to, .. } if to == key) {
                    edits.push(set(at.key("authorizers").key(name).key("to"), to));
                }
            }
        }
    }

    fn open(&self, key: &str, edits: &mut Vec<Edit>) {
        for at in self.routes_to(key) {
            if let Some(item) = self.item(&at) {
                edits.extend(retarget_item(item, &at, None));
            }
        }
    }

    fn check_name(&self, new: &Keyed) -> Result<(), ChangeError> {
        let key = new.key();
        let wrong = |why: String| ChangeError::Name {
            what: new.with_article(),
            key: key.to_owned(),
            why,
        };
        let limit = match new {
            Keyed::Environment(_) => ENVIRONMENT_LIMIT,
            Keyed::Route { api, .. } => {
                let kind = self
                    .design
                    .apis
                    .get(api)
                    .map(|it| it.kind)
                    .unwrap_or_default();
                return match RouteKey::parse(kind, key) {
                    Ok(_) => Ok(()),
                    Err(why) => Err(ChangeError::Route {
                        key: key.to_owned(),
                        why,
                    }),
                };
            }
            Keyed::Authorizer { .. } => {
                return if crate::validate_authorizer::is_authorizer_name(key) {
                    Ok(())
                } else {
                    Err(wrong("it has 1 to 128 letters, digits, `.`, `_` and `-`, and is not `iam` or `none`".to_owned()))
                };
            }
            _ => KEY_LIMIT,
        };
        if is_name(key, limit) {
            Ok(())
        } else {
            Err(wrong(format!(
                "it has 1 to {limit} lower-case letters, digits and hyphens, starts with a letter and does not end in a hyphen"
            )))
        }
    }

    fn check_free(&self, old: &Keyed, new: &Keyed) -> Result<(), ChangeError> {
        let key = new.key();
        let taken = |by: String| {
            Err(ChangeError::Taken {
                key: key.to_owned(),
                by,
            })
        };
        if new.exists(self.design) || self.item(&new.path()).is_some() {
            return taken(new.with_article().to_owned());
        }
        for name in self.design.environments.keys() {
            if let (Some(from), Some(at)) = (old.over(name), new.over(name))
                && self.item(&from).is_some()
                && self.item(&at).is_some()
            {
                return taken(format!("what environment `{name}` overrides"));
            }
        }
        match new {
            Keyed::Function(_) | Keyed::Service(_) => {
                // The two kinds share one name space.
                if self.design.services.contains_key(key) {
                    return taken("a service".to_owned());
                }
                if self.design.functions.contains_key(key) {
                    return taken("a function".to_owned());
                }
                let functions = self.design.functions.iter().map(|(own, it)| (own, &it.was));
                let services = self.design.services.iter().map(|(own, it)| (own, &it.was));
                check_former(key, old.key(), functions.chain(services))?;
            }
            Keyed::Api(_) => {
                check_former(
                    key,
                    old.key(),
                    self.design.apis.iter().map(|(own, it)| (own, &it.was)),
                )?;
                for name in self.design.environments.keys() {
                    let domains = Path::environment(name).key("domains");
                    if self.item(&domains.key(old.key())).is_some()
                        && self.item(&domains.key(key)).is_some()
                    {
                        return taken(format!("a domain of environment `{name}`"));
                    }
                }
            }
            Keyed::Container { service, .. } if service == key => {
                return taken("the service's own container".to_owned());
            }
            Keyed::Route { api, .. } => self.check_shape(api, old.key(), key)?,
            _ => {}
        }
        Ok(())
    }

    /// Parameters match whatever they are called, so two keys of one shape are the same route.
    fn check_shape(&self, api: &str, old: &str, new: &str) -> Result<(), ChangeError> {
        let kind = self
            .design
            .apis
            .get(api)
            .map(|it| it.kind)
            .unwrap_or_default();
        let shape = |key: &str| RouteKey::parse(kind, key).ok().map(|it| it.shape());
        let wanted = shape(new);
        let other = self
            .parts(api)
            .flat_map(|(_, part)| part.routes.keys())
            .find(|key| *key != old && (*key == new || shape(key) == wanted));
        match other {
            Some(other) => Err(ChangeError::SameRoute {
                key: new.to_owned(),
                other: other.clone(),
            }),
            None => Ok(()),
        }
    }
}

/// A key that is the former one of something else would be taken for that.
fn check_former<'a>(
    key: &str,
    own: &str,
    all: impl Iterator<Item = (&'a String, &'a Option<String>)>,
) -> Result<(), ChangeError> {
    for (other, was) in all {
        if was.as_deref() == Some(key) && other != own {
            return Err(ChangeError::Former {
                key: key.to_owned(),
                by: format!("`{other}`"),
            });
        }
    }
    Ok(())
}

/// The item at a path of keys.
pub(crate) fn item_at<'t>(tree: &'t toml_edit::Table, path: &Path) -> Option<&'t Item> {
    let keys = path.keys()?;
    let (first, rest) = keys.split_first()?;
    rest.iter()
        .try_fold(tree.get(first)?, |item, key| item.as_table_like()?.get(key))
        .filter(|item| !item.is_none())
}

fn set(path: Path, value: &str) -> Edit {
    Edit::Set {
        path,
        value: value.into(),
    }
}

fn set_empty(path: Path) -> Edit {
    Edit::Set {
        path,
        value: Literal::Table(Vec::new()),
    }
}

fn remove_at(path: Path) -> Edit {
    Edit::Remove { path }
}

fn rename_key(path: Path, key: &str) -> Edit {
    Edit::RenameKey {
        path,
        key: key.to_owned(),
    }
}
