//! What services are made of, found by names and by tags.
//!
//! Clusters, groups, task definitions and services are looked up by name; what nothing names any
//! more is found by its tags: groups and VPC links by a list, services through our cluster, task
//! definitions through services, Cloud Map through our namespace, scaling through services.

use crate::answer::Answered;
use crate::refresh::{Look, Named, all, pick};
use crate::session::Session;
use crate::{
    cluster, discovery, namespace, scaling, security_group, service, task_definition, vpc_link,
};
use futures::future::FutureExt as _;
use slipway_engine::port::{CloudErrorKind, Refresh};
use slipway_plan::{
    ClusterSpec, DiscoverySpec, NamespaceSpec, Observed, Ownership, ResourceAddr, ResourceKind,
    ResourceSpec, SecurityGroupSpec, ServiceSpec, TaskDefinitionSpec,
};
use std::collections::BTreeSet;

pub(crate) async fn services(session: &Session, refresh: &Refresh<'_>) -> Answered<Vec<Observed>> {
    match look(session, refresh).await {
        // Who deploys functions alone need not be allowed to look at ECS, EC2 and Cloud Map.
        Err(error) if error.kind == CloudErrorKind::AccessDenied && !names_services(refresh) => {
            tracing::info!(%error, "services were not looked for");
            Ok(Vec::new())
        }
        found => found,
    }
}

/// Whether the design or the state has anything that is looked for here.
fn names_services(refresh: &Refresh<'_>) -> bool {
    let of_services = |(addr, _): &(ResourceAddr, ResourceSpec)| {
        matches!(
            addr.kind,
            ResourceKind::Cluster
                | ResourceKind::SecurityGroup
                | ResourceKind::Namespace
                | ResourceKind::Discovery
                | ResourceKind::VpcLink
                | ResourceKind::TaskDefinition
                | ResourceKind::Service
                | ResourceKind::ScalableTarget
                | ResourceKind::ScalingPolicy
        )
    };
    refresh.desired.iter().any(of_services) || refresh.remembered.iter().any(of_services)
}

async fn look(session: &Session, refresh: &Refresh<'_>) -> Answered<Vec<Observed>> {
    let scope = refresh.scope;
    let named_groups = Named::<SecurityGroupSpec>::of(refresh, pick!(SecurityGroup));
    let (compute, groups, links, maps) = futures::try_join!(
        compute(session, refresh),
        security_group::list(session, scope, &named_groups.0),
        vpc_link::list(session, scope),
        cloud_map(session, refresh),
    )?;
    let mut found = compute;
    found.extend(groups);
    found.extend(links.into_values());
    found.extend(maps);
    Ok(found)
}

/// Clusters, task definitions, services and what scales them.
async fn compute(session: &Session, refresh: &Refresh<'_>) -> Answered<Vec<Observed>> {
    let scope = refresh.scope;
    let named = Named::<ClusterSpec>::of(refresh, pick!(Cluster));
    // The name of ours follows from project and environment, so that it is found without memory.
    let shared = slipway_design::names::shared_name(&scope.project, &scope.environment);
    let mut looks: Vec<Look<'_, Observed>> = named
        .0
        .iter()
        .map(|(addr, spec)| cluster::observe(session, scope, Some(addr), &spec.name).boxed())
        .collect();
    if !named.0.iter().any(|(_, spec)| spec.name == shared) {
        looks.push(cluster::observe(session, scope, None, &shared).boxed());
    }
    let mut found = all(looks).await?;

    let named = Named::<ServiceSpec>::of(refresh, pick!(Service));
    let mut wanted: Vec<(Option<&ResourceAddr>, String, String)> = named
        .0
        .iter()
        .map(|(addr, spec)| (Some(*addr), spec.cluster.clone(), spec.name.clone()))
        .collect();
    let ours = found
        .iter()
        .any(|observed| observed.ownership == Ownership::Ours);
    if ours {
        for name in service::list(session, &shared).await? {
            let known = wanted
                .iter()
                .any(|(_, cluster, other)| *cluster == shared && *other == name);
            if !known {
                wanted.push((None, shared.clone(), name));
            }
        }
    }
    let looks = wanted
        .iter()
        .map(|(addr, cluster, name)| service::observe(session, scope, *addr, cluster, name).boxed())
        .collect();
    let services: Vec<Observed> = all(looks).await?;
    let ours: Vec<(&ResourceAddr, &ServiceSpec)> = services
        .iter()
        .filter(|observed| observed.ownership == Ownership::Ours)
        .filter_map(|observed| match &observed.spec {
            ResourceSpec::Service(spec) => Some((&observed.addr, spec)),
            _ => None,
        })
        .collect();
    let scaled: Vec<(ResourceAddr, String)> = ours
        .iter()
        .map(|(addr, spec)| {
            let id = format!("service/{}/{}", spec.cluster, spec.name);
            ((*addr).clone(), id)
        })
        .collect();
    let named = Named::<TaskDefinitionSpec>::of(refresh, pick!(TaskDefinition));
    let mut families: Vec<(Option<&ResourceAddr>, String)> = named
        .0
        .iter()
        .map(|(addr, spec)| (Some(*addr), spec.family.clone()))
        .collect();
    let led_to: BTreeSet<String> = ours
        .iter()
        .filter_map(|(_, spec)| {
            let arn = spec.task_definition.known()?;
            Some(arn.rsplit_once('/')?.1.rsplit_once(':')?.0.to_owned())
        })
        .filter(|family| !families.iter().any(|(_, other)| other == family))
        .collect();
    families.extend(led_to.into_iter().map(|family| (None, family)));
    let looks = families
        .iter()
        .map(|(addr, family)| task_definition::observe(session, scope, *addr, family).boxed())
        .collect();
    let (definitions, scaling) = futures::try_join!(all(looks), scaling::list(session, &scaled))?;
    found.extend(definitions);
    found.extend(scaling);
    found.extend(services);
    Ok(found)
}

async fn cloud_map(session: &Session, refresh: &Refresh<'_>) -> Answered<Vec<Observed>> {
    let scope = refresh.scope;
    let named = Named::<NamespaceSpec>::of(refresh, pick!(Namespace));
    let looks = named
        .0
        .iter()
        .map(|(addr, spec)| namespace::observe(session, scope, addr, &spec.name).boxed())
        .collect();
    let mut found: Vec<Observed> = all(looks).await?;
    if found.is_empty() {
        found = namespace::ours(session, scope).await?;
    }
    let named = Named::<DiscoverySpec>::of(refresh, pick!(Discovery));
    let ids: Vec<String> = found
        .iter()
        .filter(|observed| observed.addr.kind == ResourceKind::Namespace)
        .filter_map(|observed| observed.outputs.get("id").cloned())
        .collect();
    for id in ids {
        found.extend(discovery::list(session, scope, &id, &named.0).await?);
    }
    Ok(found)
}
