//! The things that have keys, and why a change of one may be refused.

use crate::Path;
use crate::model::Design;
use crate::route::RouteKeyError;

/// A thing of the design that has a key of its own, by which others name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keyed {
    Function(String),
    Service(String),
    Api(String),
    Environment(String),
    Route { api: String, key: String },
    Authorizer { api: String, key: String },
    Container { service: String, key: String },
}

/// Why a change is not made: `{what happened}: {why}`; [`ChangeError::hint`] says what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    #[error("nothing can be changed: the file is not TOML")]
    NotToml,
    #[error("there is no {what} `{key}` in the design")]
    Missing { what: &'static str, key: String },
    #[error("`{key}` cannot be the name of {what}: {why}")]
    Name {
        what: &'static str,
        key: String,
        why: String,
    },
    #[error("`{key}` cannot be used: {by} is called so already")]
    Taken { key: String, by: String },
    #[error("`{key}` cannot be used: it is the former name of {by}")]
    Former { key: String, by: String },
    #[error("`{key}` is not a route key: {why}")]
    Route { key: String, why: RouteKeyError },
    #[error("`{key}` cannot be used: it matches the same requests as `{other}`")]
    SameRoute { key: String, other: String },
}

impl ChangeError {
    /// What to do instead.
    pub fn hint(&self) -> String {
        match self {
            Self::NotToml => "Correct the line that the problems name first".to_owned(),
            Self::Missing { .. } => "Open the project again: the file may have changed".to_owned(),
            Self::Name { .. } => {
                "Write lower-case letters, digits and hyphens, such as `orders-2`".to_owned()
            }
            Self::Taken { .. } => "Take another name, or rename that one first".to_owned(),
            Self::Former { .. } => {
                "Take another name, or deploy that rename first and remove its `was`".to_owned()
            }
            Self::Route { why, .. } => why.fix(),
            Self::SameRoute { .. } => {
                "Change the method or the path, or remove the other route".to_owned()
            }
        }
    }
}

impl Keyed {
    /// Where it stands in the file.
    pub fn path(&self) -> Path {
        match self {
            Self::Function(key) => Path::function(key),
            Self::Service(key) => Path::service(key),
            Self::Api(key) => Path::api(key),
            Self::Environment(key) => Path::environment(key),
            Self::Route { api, key } => Path::route(api, key),
            Self::Authorizer { api, key } => Path::api(api).key("authorizers").key(key),
            Self::Container { service, key } => Path::service(service).key("containers").key(key),
        }
    }

    /// Its key.
    pub fn key(&self) -> &str {
        match self {
            Self::Function(key) | Self::Service(key) | Self::Api(key) | Self::Environment(key) => {
                key
            }
            Self::Route { key, .. }
            | Self::Authorizer { key, .. }
            | Self::Container { key, .. } => key,
        }
    }

    /// The thing at exactly this path, when it is one of these.
    pub fn at(path: &Path) -> Option<Self> {
        let owned = |text: &str| text.to_owned();
        match path.keys()?.as_slice() {
            ["functions", key] => Some(Self::Function(owned(key))),
            ["services", key] => Some(Self::Service(owned(key))),
            ["apis", key] => Some(Self::Api(owned(key))),
            ["environments", key] => Some(Self::Environment(owned(key))),
            ["apis", api, "routes", key] => Some(Self::Route {
                api: owned(api),
                key: owned(key),
            }),
            ["apis", api, "authorizers", key] => Some(Self::Authorizer {
                api: owned(api),
                key: owned(key),
            }),
            ["services", service, "containers", key] => Some(Self::Container {
                service: owned(service),
                key: owned(key),
            }),
            _ => None,
        }
    }

    pub(crate) fn what(&self) -> &'static str {
        match self {
            Self::Function(_) => "function",
            Self::Service(_) => "service",
            Self::Api(_) => "API",
            Self::Environment(_) => "environment",
            Self::Route { .. } => "route",
            Self::Authorizer { .. } => "authorizer",
            Self::Container { .. } => "container",
        }
    }

    pub(crate) fn with_article(&self) -> &'static str {
        match self {
            Self::Function(_) => "a function",
            Self::Service(_) => "a service",
            Self::Api(_) => "an API",
            Self::Environment(_) => "an environment",
            Self::Route { .. } => "a route",
            Self::Authorizer { .. } => "an authorizer",
            Self::Container { .. } => "a container",
        }
    }

    pub(crate) fn exists(&self, design: &Design) -> bool {
        match self {
            Self::Function(key) => design.functions.contains_key(key),
            Self::Service(key) => design.services.contains_key(key),
            Self::Api(key) => design.apis.contains_key(key),
            Self::Environment(key) => design.environments.contains_key(key),
            Self::Route { api, key } => design
                .apis
                .get(api)
                .is_some_and(|it| it.routes.contains_key(key)),
            Self::Authorizer { api, key } => design
                .apis
                .get(api)
                .is_some_and(|it| it.authorizers.contains_key(key)),
            Self::Container { service, key } => design
                .services
                .get(service)
                .is_some_and(|it| it.containers.contains_key(key)),
        }
    }

    /// The path of the same thing in an environment's overrides. An environment has none.
    pub(crate) fn over(&self, environment: &str) -> Option<Path> {
        (!matches!(self, Self::Environment(_)))
            .then(|| Path::environment(environment).join(&self.path()))
    }

    pub(crate) fn renamed(&self, to: &str) -> Self {
        let mut new = self.clone();
        match &mut new {
            Self::Function(key) | Self::Service(key) | Self::Api(key) | Self::Environment(key) => {
                key
            }
            Self::Route { key, .. }
            | Self::Authorizer { key, .. }
            | Self::Container { key, .. } => key,
        }
        .replace_range(.., to);
        new
    }
}
