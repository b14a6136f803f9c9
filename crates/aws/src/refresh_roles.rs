//! Roles with their policies: by the names that the design or the state has, and through what runs
//! with them.

use crate::answer::Answered;
use crate::refresh::{Named, all, is_ours, pick};
use crate::session::Session;
use crate::{policy_attachment, role, role_policy};
use futures::future::FutureExt as _;
use slipway_engine::port::Refresh;
use slipway_plan::{
    Observed, ResourceAddr, ResourceKind, ResourceSpec, RolePolicySpec, RoleSpec, Text,
};
use std::collections::BTreeSet;

/// `runners` are the functions and task definitions that were found.
pub(crate) async fn roles(
    session: &Session,
    refresh: &Refresh<'_>,
    runners: &[Observed],
) -> Answered<Vec<Observed>> {
    let scope = refresh.scope;
    let named = Named::<RoleSpec>::of(refresh, pick!(Role));
    let looks = named
        .0
        .iter()
        .map(|(addr, spec)| role::observe(session, scope, Some(addr), &spec.name).boxed())
        .collect();
    let mut found = all(looks).await?;
    // Roles that only a function or a task still leads to; one that the user owns has not our tags.
    let led_to: BTreeSet<&str> = runners
        .iter()
        .filter(|observed| is_ours(observed))
        .flat_map(|observed| match &observed.spec {
            ResourceSpec::Function(spec) => vec![&spec.role],
            ResourceSpec::TaskDefinition(spec) => vec![&spec.execution_role, &spec.task_role],
            _ => Vec::new(),
        })
        .filter_map(Text::known)
        .map(role::name_in)
        .filter(|name| !name.is_empty() && !named.0.iter().any(|(_, spec)| spec.name == *name))
        .collect();
    let looks = led_to
        .into_iter()
        .map(|name| role::observe(session, scope, None, name).boxed())
        .collect();
    found.extend(all(looks).await?);
    let policies = Named::<RolePolicySpec>::of(refresh, pick!(RolePolicy));
    let of_roles = found
        .iter()
        .filter(|observed| is_ours(observed))
        .filter_map(|observed| match &observed.spec {
            ResourceSpec::Role(spec) => Some((&observed.addr, spec.name.as_str())),
            _ => None,
        })
        .map(|(addr, role)| {
            let wanted = policies.0.iter().find(|(_, policy)| policy.role == role);
            role_policy_of(session, addr, role, wanted.copied()).boxed()
        })
        .collect();
    let policies: Vec<Observed> = all(of_roles).await?;
    let attached = found
        .iter()
        .filter(|observed| is_ours(observed))
        .filter_map(|observed| match &observed.spec {
            ResourceSpec::Role(spec) => Some((observed.addr.path.as_str(), spec.name.as_str())),
            _ => None,
        })
        .map(|(key, role)| {
            policy_attachment::list(session, role, key)
                .map(|attached| attached.map(Some))
                .boxed()
        })
        .collect();
    let attached: Vec<Vec<Observed>> = all(attached).await?;
    found.extend(policies);
    found.extend(attached.into_iter().flatten());
    Ok(found)
}

/// The policy that is named, or the first that the role has.
async fn role_policy_of(
    session: &Session,
    role_addr: &ResourceAddr,
    role: &str,
    wanted: Option<(&ResourceAddr, &RolePolicySpec)>,
) -> Answered<Option<Observed>> {
    if let Some((addr, policy)) = wanted {
        return role_policy::observe(session, addr, role, &policy.name).await;
    }
    let addr = ResourceAddr::new(ResourceKind::RolePolicy, &role_addr.path);
    match role_policy::list(session, role).await?.first() {
        Some(name) => role_policy::observe(session, &addr, role, name).await,
        None => Ok(None),
    }
}
