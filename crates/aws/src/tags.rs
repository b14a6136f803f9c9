//! Ownership by tags.

use slipway_engine::port::Call;
use slipway_plan::{
    Ownership, ResourceAddr, ResourceKind, Scope, TAG_ADDRESS, TAG_ENVIRONMENT, TAG_PROJECT,
    TAG_RUN, Tags,
};
use std::collections::HashMap;

/// Tags as specs hold them: without AWS's own and without the run.
pub(crate) fn compared(
    tags: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
) -> Tags {
    tags.into_iter()
        .map(|(key, value)| (key.into(), value.into()))
        .filter(|(key, _)| key != TAG_RUN && !key.starts_with("aws:"))
        .collect()
}

/// The tags of a creating call: those of the spec and the run.
pub(crate) fn created(tags: &Tags, call: &Call<'_>) -> HashMap<String, String> {
    tags.iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .chain([(TAG_RUN.to_owned(), call.run.to_owned())])
        .collect()
}

/// Keys that the observed spec has and the wanted tags have not.
pub(crate) fn stale(call: &Call<'_>, wanted: &Tags) -> Vec<String> {
    call.observed
        .and_then(|observed| observed.spec.tags())
        .into_iter()
        .flat_map(|tags| tags.keys())
        .filter(|key| !wanted.contains_key(*key))
        .cloned()
        .collect()
}

/// The address that tags of this project and environment name, if they do.
pub(crate) fn address(scope: &Scope, kind: ResourceKind, tags: &Tags) -> Option<ResourceAddr> {
    let is = |key: &str, wanted: &str| tags.get(key).is_some_and(|value| value == wanted);
    let ours = is(TAG_PROJECT, &scope.project)
        && (kind == ResourceKind::Repository || is(TAG_ENVIRONMENT, &scope.environment));
    if !ours {
        return None;
    }
    let addr: ResourceAddr = tags.get(TAG_ADDRESS)?.parse().ok()?;
    (addr.kind == kind).then_some(addr)
}

/// Whose a resource with these tags is, when it is looked up for `addr`.
pub(crate) fn ownership(scope: &Scope, addr: &ResourceAddr, tags: &Tags) -> Ownership {
    if address(scope, addr.kind, tags).as_ref() == Some(addr) {
        return Ownership::Ours;
    }
    let named: Vec<String> = [TAG_PROJECT, TAG_ENVIRONMENT, TAG_ADDRESS]
        .into_iter()
        .filter_map(|key| tags.get(key).map(|value| format!("{key}={value}")))
        .collect();
    let found = if named.is_empty() {
        "one without Slipway's tags".to_owned()
    } else {
        format!("one that is tagged {}", named.join(", "))
    };
    Ownership::Foreign { found }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn scope() -> Scope {
        Scope {
            project: "shop".into(),
            environment: "dev".into(),
            account: "123456789012".into(),
            region: "eu-west-1".into(),
            partition: "aws".into(),
            registry: "123456789012.dkr.ecr.eu-west-1.amazonaws.com".into(),
            emulator: false,
        }
    }

    pub(crate) fn tags(address: &str) -> Tags {
        Tags::from([
            (TAG_PROJECT.into(), "shop".into()),
            (TAG_ENVIRONMENT.into(), "dev".into()),
            (TAG_ADDRESS.into(), address.into()),
        ])
    }

    #[test]
    fn only_all_of_our_tags_make_it_ours() {
        let addr = ResourceAddr::new(ResourceKind::Function, "orders");
        assert_eq!(
            ownership(&scope(), &addr, &tags("function:orders")),
            Ownership::Ours
        );
        for (key, value) in [
            (TAG_PROJECT, "other"),
            (TAG_ENVIRONMENT, "prod"),
            (TAG_ADDRESS, "function:users"),
            (TAG_ADDRESS, "role:orders"),
        ] {
            let mut tags = tags("function:orders");
            tags.insert(key.into(), value.into());
            let Ownership::Foreign { found } = ownership(&scope(), &addr, &tags) else {
                panic!("{key}={value} must not be ours");
            };
            assert!(found.contains(value), "{found}");
        }
        assert_eq!(
            ownership(&scope(), &addr, &Tags::new()),
            Ownership::Foreign {
                found: "one without Slipway's tags".into()
            }
        );
    }

    #[test]
    fn a_repository_belongs_to_all_environments() {
        let addr = ResourceAddr::new(ResourceKind::Repository, "orders");
        let mut of_project = tags("repository:orders");
        of_project.remove(TAG_ENVIRONMENT);
        assert_eq!(ownership(&scope(), &addr, &of_project), Ownership::Ours);
    }

    #[test]
    fn the_run_and_the_tags_of_aws_are_not_compared() {
        let seen = compared([
            ("team", "web"),
            (TAG_RUN, "0198"),
            ("aws:cloudformation:stack-name", "s"),
        ]);
        assert_eq!(seen, Tags::from([("team".into(), "web".into())]));
    }
}
