//! Keys that the design takes and does not have yet.

use slipway_design::Document;
use slipway_design::names::{KEY_LIMIT, is_name};
use std::collections::HashSet;

/// The keys that are taken, by the design and by what was proposed before.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Functions and services share one name space.
    nodes: HashSet<String>,
    apis: HashSet<String>,
}

/// A key, and the title that keeps the original name when the key is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) key: String,
    pub(crate) title: Option<String>,
}

impl Names {
    pub(crate) fn of(document: &Document) -> Self {
        let Some(design) = document.design() else {
            return Self::default();
        };
        Self {
            nodes: design
                .functions
                .keys()
                .chain(design.services.keys())
                .cloned()
                .collect(),
            apis: design.apis.keys().cloned().collect(),
        }
    }

    /// A key for a function or service that is called this.
    pub(crate) fn node(&mut self, original: &str, fallback: &str) -> Named {
        name(&mut self.nodes, original, fallback)
    }

    /// A key for an API that is called this.
    pub(crate) fn api(&mut self, original: &str) -> Named {
        name(&mut self.apis, original, "api")
    }
}

fn name(taken: &mut HashSet<String>, original: &str, fallback: &str) -> Named {
    let wanted = key_of(original, fallback);
    let mut key = wanted.clone();
    let mut number = 2_u32;
    while taken.contains(&key) {
        let end = format!("-{number}");
        let mut start = wanted.clone();
        start.truncate(KEY_LIMIT - end.len());
        key = format!("{}{end}", start.trim_end_matches('-'));
        number += 1;
    }
    taken.insert(key.clone());
    let title = (key != original)
        .then(|| crate::shown(original).trim().to_owned())
        .filter(|title| !title.is_empty());
    Named { key, title }
}

/// A key made of a name: lower case, words apart by hyphens.
pub(crate) fn key_of(original: &str, fallback: &str) -> String {
    let mut key = String::new();
    let mut was_lower = false;
    for c in original.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && was_lower {
                key.push('-');
            }
            if !(key.is_empty() && c.is_ascii_digit()) {
                key.push(c.to_ascii_lowercase());
            }
        } else if !key.is_empty() && !key.ends_with('-') {
            key.push('-');
        }
        was_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        if key.len() >= KEY_LIMIT {
            break;
        }
    }
    key.truncate(KEY_LIMIT);
    let key = key.trim_end_matches('-');
    if is_name(key, KEY_LIMIT) {
        key.to_owned()
    } else {
        fallback.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_keep_what_they_can() {
        let check = |original: &str, key: &str| assert_eq!(key_of(original, "service"), key);
        check("web", "web");
        check("OrdersFunction", "orders-function");
        check("order_api.v2", "order-api-v2");
        check(
            "Swagger Petstore - OpenAPI 3.0",
            "swagger-petstore-open-api-3-0",
        );
        check("1st", "st");
        check("日本", "service");
        check("", "service");
        check("HTTPProxy", "httpproxy");
    }

    #[test]
    fn names_are_made_unique_and_keep_the_original() {
        let document = Document::parse("schema = 1\nname = \"a\"\n[functions.web]\n");
        let mut names = Names::of(&document);
        let named = |named: Named| (named.key, named.title);
        assert_eq!(
            named(names.node("web", "service")),
            ("web-2".to_owned(), Some("web".to_owned()))
        );
        assert_eq!(named(names.node("Web", "service")).0, "web-3");
        assert_eq!(named(names.node("db", "service")), ("db".to_owned(), None));
        assert_eq!(named(names.api("web")), ("web".to_owned(), None));
    }

    proptest! {
        #[test]
        fn keys_are_always_names(originals in prop::collection::vec(".{0,90}", 1..6)) {
            let mut names = Names::default();
            let mut seen = HashSet::new();
            for original in originals {
                let named = names.node(&original, "service");
                prop_assert!(is_name(&named.key, KEY_LIMIT), "{}", named.key);
                prop_assert!(seen.insert(named.key));
                prop_assert!(named.title.is_none_or(|title| title.chars().count() <= 256));
            }
        }
    }
}
