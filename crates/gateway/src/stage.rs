//! Which stage of an HTTP API a request is for.

/// A stage, and the path that its routes are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageChoice<'a> {
    pub stage: &'a str,
    /// The path without the stage's prefix; starts with a slash.
    pub path: &'a str,
}

/// Chooses the stage: the one whose name is the first segment of the path, else `$default`, else none (404).
///
/// Source: "Working with stages for HTTP APIs" and "Working with routes for HTTP APIs", API Gateway guide. The stage comes before the
/// routes: with a stage `orders`, `/orders/1` is its `/1`, whatever routes `$default` has.
pub fn choose_stage<'a>(
    stages: impl IntoIterator<Item = &'a str>,
    path: &'a str,
) -> Option<StageChoice<'a>> {
    let first = path
        .strip_prefix('/')
        .unwrap_or(path)
        .split('/')
        .next()
        .unwrap_or_default();
    let mut fallback = None;
    for stage in stages {
        if stage == "$default" {
            fallback = Some(StageChoice {
                stage,
                path: if path.is_empty() { "/" } else { path },
            });
        } else if stage == first {
            let rest = path.strip_prefix('/').unwrap_or(path);
            let rest = &rest[first.len()..];
            return Some(StageChoice {
                stage,
                path: if rest.is_empty() { "/" } else { rest },
            });
        }
    }
    fallback
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_comes_first() {
        let check = |stages: &[&str], path: &str, expect: Option<(&str, &str)>| {
            let found = choose_stage(stages.iter().copied(), path).map(|it| (it.stage, it.path));
            assert_eq!(found, expect, "{stages:?} {path}");
        };
        check(&["$default", "v1"], "/v1/pets", Some(("v1", "/pets")));
        check(&["$default", "v1"], "/v1", Some(("v1", "/")));
        check(&["$default", "v1"], "/v1/", Some(("v1", "/")));
        check(
            &["$default", "v1"],
            "/v10/pets",
            Some(("$default", "/v10/pets")),
        );
        check(&["$default"], "/", Some(("$default", "/")));
        check(&["$default"], "", Some(("$default", "/")));
        check(&["v1"], "/pets", None);
        check(&["v1"], "/", None);
        check(&[], "/", None);
    }
}
