//! Names for new things.

use slipway_design::{Api, ApiKind, Design, RouteKey, names};

/// `base`, or with the first number from 2 on that is free.
pub(crate) fn free(base: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(base) {
        return base.to_owned();
    }
    for number in 2_u32.. {
        let end = format!("-{number}");
        let keep = names::KEY_LIMIT.saturating_sub(end.len()).min(base.len());
        let name = format!("{}{end}", base[..keep].trim_end_matches('-'));
        if !is_taken(&name) {
            return name;
        }
    }
    unreachable!("there are more numbers than names")
}

/// Whether a function or a service has the name: they share one name space.
pub(crate) fn is_node(design: &Design, key: &str) -> bool {
    design.functions.contains_key(key) || design.services.contains_key(key)
}

/// A key for a copy: `orders-2` of `orders`, `orders-3` of `orders-2`.
pub(crate) fn stem(key: &str) -> &str {
    match key.rsplit_once('-') {
        Some((stem, number))
            if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) =>
        {
            stem
        }
        _ => key,
    }
}

/// A route that the API does not have yet.
pub(crate) fn free_route(api: &Api) -> String {
    let is_taken = |key: &str| {
        let shape = RouteKey::parse(api.kind, key).map(|key| key.shape());
        api.routes.keys().any(|known| {
            known == key || RouteKey::parse(api.kind, known).map(|key| key.shape()) == shape
        })
    };
    match api.kind {
        ApiKind::Http => {
            let wanted = if is_taken("GET /") {
                "GET /new"
            } else {
                "GET /"
            };
            free(wanted, is_taken)
        }
        ApiKind::Websocket => {
            let fixed = ["$connect", "$disconnect", "$default"];
            match fixed.into_iter().find(|key| !is_taken(key)) {
                Some(key) => key.to_owned(),
                None => free("message", is_taken),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_free_and_short_enough() {
        let taken = ["function", "function-2"];
        assert_eq!(free("function", |name| taken.contains(&name)), "function-3");
        assert_eq!(free("api", |_| false), "api");
        let long = "k".repeat(names::KEY_LIMIT);
        let other = free(&long, |name| name == long);
        assert!(names::is_name(&other, names::KEY_LIMIT), "{other}");
        assert_eq!(stem("orders-2"), "orders");
        assert_eq!(stem("my-orders"), "my-orders");
    }

    #[test]
    fn new_routes_do_not_clash() {
        let mut api = Api::default();
        for expect in ["GET /", "GET /new", "GET /new-2"] {
            let key = free_route(&api);
            assert_eq!(key, expect);
            api.routes.insert(key, Default::default());
        }
        let mut api = Api {
            kind: ApiKind::Websocket,
            ..Api::default()
        };
        for expect in [
            "$connect",
            "$disconnect",
            "$default",
            "message",
            "message-2",
        ] {
            let key = free_route(&api);
            assert_eq!(key, expect);
            api.routes.insert(key, Default::default());
        }
    }
}
