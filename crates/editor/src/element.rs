//! What can be pointed at: APIs, routes, functions and services.

use slipway_design::{Design, Target};
use std::fmt;

/// The kinds of elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ElementKind {
    Api,
    Route,
    Function,
    Service,
}

/// The identity of an element: its table keys.
///
/// As text: `api:public`, `route:public/GET /orders`, `function:orders`, `service:web`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ElementId {
    Api(String),
    Route { api: String, key: String },
    Function(String),
    Service(String),
}

impl ElementId {
    pub fn kind(&self) -> ElementKind {
        match self {
            Self::Api(_) => ElementKind::Api,
            Self::Route { .. } => ElementKind::Route,
            Self::Function(_) => ElementKind::Function,
            Self::Service(_) => ElementKind::Service,
        }
    }

    /// The element that has a card: the API of a route, otherwise itself.
    #[must_use]
    pub fn card(&self) -> Self {
        match self {
            Self::Route { api, .. } => Self::Api(api.clone()),
            other => other.clone(),
        }
    }

    /// The table key of the card, which plans and runs name as their `node`.
    pub fn node_key(&self) -> &str {
        match self {
            Self::Api(key) | Self::Function(key) | Self::Service(key) => key,
            Self::Route { api, .. } => api,
        }
    }

    /// The card that a plan or a run means by `node`.
    pub fn of_node(design: &Design, node: &str) -> Option<Self> {
        if design.functions.contains_key(node) {
            Some(Self::Function(node.to_owned()))
        } else if design.services.contains_key(node) {
            Some(Self::Service(node.to_owned()))
        } else if design.apis.contains_key(node) {
            Some(Self::Api(node.to_owned()))
        } else {
            None
        }
    }

    /// The card that a target names; `None` for an address outside and for what does not exist.
    pub fn of_target(design: &Design, target: &Target) -> Option<Self> {
        match target {
            Target::Node(key) if design.functions.contains_key(key) => {
                Some(Self::Function(key.clone()))
            }
            Target::Node(key) if design.services.contains_key(key) => {
                Some(Self::Service(key.clone()))
            }
            _ => None,
        }
    }

    /// The element that a diagnostic's subject lies in, for example
    /// `apis.public.routes."GET /orders".to` or `environments.dev.functions.orders.memory`.
    pub fn of_subject(design: &Design, subject: &str) -> Option<Self> {
        let mut keys = subject_keys(subject).into_iter();
        let mut table = keys.next()?;
        if table == "environments" {
            keys.next()?;
            table = keys.next()?;
        }
        let key = keys.next()?;
        match table.as_str() {
            "functions" if design.functions.contains_key(&key) => Some(Self::Function(key)),
            "services" if design.services.contains_key(&key) => Some(Self::Service(key)),
            "apis" => {
                let api = design.apis.get(&key)?;
                match (keys.next().as_deref(), keys.next()) {
                    (Some("routes"), Some(route)) if api.routes.contains_key(&route) => {
                        Some(Self::Route {
                            api: key,
                            key: route,
                        })
                    }
                    _ => Some(Self::Api(key)),
                }
            }
            _ => None,
        }
    }

    /// Whether the design still has it.
    pub fn exists_in(&self, design: &Design) -> bool {
        match self {
            Self::Api(key) => design.apis.contains_key(key),
            Self::Route { api, key } => design
                .apis
                .get(api)
                .is_some_and(|api| api.routes.contains_key(key)),
            Self::Function(key) => design.functions.contains_key(key),
            Self::Service(key) => design.services.contains_key(key),
        }
    }
}

impl fmt::Display for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(key) => write!(f, "api:{key}"),
            Self::Route { api, key } => write!(f, "route:{api}/{key}"),
            Self::Function(key) => write!(f, "function:{key}"),
            Self::Service(key) => write!(f, "service:{key}"),
        }
    }
}

/// Splits a dotted path with quoted parts into its keys; list places (`[2]`) are dropped.
fn subject_keys(subject: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut key = String::new();
    let mut quoted = false;
    let mut was_quoted = false;
    let mut characters = subject.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if quoted => key.extend(characters.next()),
            '"' => {
                quoted = !quoted;
                was_quoted = true;
            }
            '.' if !quoted => {
                keys.push(std::mem::take(&mut key));
                was_quoted = false;
            }
            '[' if !quoted => {
                // The place in a list: up to its bracket.
                for inner in characters.by_ref() {
                    if inner == ']' {
                        break;
                    }
                }
            }
            other => key.push(other),
        }
    }
    if !key.is_empty() || was_quoted {
        keys.push(key);
    }
    keys
}

/// Elements by their keys, as tests spell them.
#[cfg(test)]
pub(crate) mod spelt {
    use super::ElementId;

    pub(crate) fn api(key: &str) -> ElementId {
        ElementId::Api(key.into())
    }

    pub(crate) fn function(key: &str) -> ElementId {
        ElementId::Function(key.into())
    }

    pub(crate) fn route(api: &str, key: &str) -> ElementId {
        ElementId::Route {
            api: api.into(),
            key: key.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_design::{Api, Function, Route};

    fn design() -> Design {
        let mut design = Design::default();
        design
            .functions
            .insert("orders".into(), Function::default());
        let mut api = Api::default();
        api.routes
            .insert("GET /a.b/\"{id}".into(), Route::default());
        design.apis.insert("public".into(), api);
        design
    }

    #[test]
    fn subjects_lead_to_elements() {
        let design = design();
        let check = |subject: &str, expect: Option<&str>| {
            let found = ElementId::of_subject(&design, subject).map(|id| id.to_string());
            assert_eq!(found.as_deref(), expect, "{subject}");
        };
        check("functions.orders", Some("function:orders"));
        check("functions.orders.allow[0].actions", Some("function:orders"));
        check(
            "environments.dev.functions.orders.memory",
            Some("function:orders"),
        );
        check("apis.public.cors", Some("api:public"));
        check("apis.public.routes", Some("api:public"));
        check(
            r#"apis.public.routes."GET /a.b/\"{id}".to"#,
            Some("route:public/GET /a.b/\"{id}"),
        );
        check("functions.gone", None);
        check("environments.dev.account", None);
        check("name", None);
        check("", None);
    }

    #[test]
    fn a_route_belongs_to_the_card_of_its_api() {
        let route = ElementId::Route {
            api: "public".into(),
            key: "$default".into(),
        };
        assert_eq!(route.card(), ElementId::Api("public".into()));
        assert_eq!(route.node_key(), "public");
        assert!(!route.exists_in(&design()));
    }
}
