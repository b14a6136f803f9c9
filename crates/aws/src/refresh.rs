//! Everything of a project and environment that is there.
//!
//! What the design or the state names is looked up by name, so that a foreign thing
//! in its place shows. Beside that, what carries our tags is found without any
//! memory: APIs by their tags, functions, log groups and repositories by their names'
//! common prefix and then their tags, roles and aliases through their functions, the
//! rest through the API or function it hangs from. Repositories belong to all
//! environments of a project.

use crate::answer::{Answered, lacking};
use crate::session::Session;
use crate::{
    alias, api, authorizer, cluster, deployment, discovery, function, image, integration,
    log_group, namespace, permission, policy_attachment, refresh_roles, refresh_services,
    repository, role, role_policy, route, route_response, scaling, security_group, service, stage,
    task_definition, vpc_link,
};
use futures::future::{BoxFuture, FutureExt as _};
use futures::stream::{self, StreamExt as _};
use slipway_design::names;
use slipway_engine::port::Refresh;
use slipway_plan::{
    AliasSpec, ApiProtocol, FunctionSpec, ImageSpec, LogGroupSpec, Observed, Ownership,
    PermissionSpec, RepositorySpec, ResourceAddr, ResourceKind, ResourceSpec, RouteResponseSpec,
    ScalableTargetSpec, ScalingPolicySpec, Scope,
};
use std::collections::{BTreeMap, BTreeSet};

/// Calls to one service at once.
const AT_ONCE: usize = 8;
/// The alias of a function that nothing names any more.
const ALIAS: &str = "live";

/// What the design or the state names, of one kind.
pub(crate) struct Named<'a, S>(pub(crate) Vec<(&'a ResourceAddr, &'a S)>);

impl<'a, S> Named<'a, S> {
    pub(crate) fn of(refresh: &Refresh<'a>, pick: fn(&ResourceSpec) -> Option<&S>) -> Self {
        let mut seen = BTreeSet::new();
        Self(
            refresh
                .desired
                .iter()
                .chain(refresh.remembered)
                .filter_map(|(addr, spec)| Some((addr, pick(spec)?)))
                .filter(|(addr, _)| seen.insert((*addr).clone()))
                .collect(),
        )
    }
}

macro_rules! pick {
    ($kind:ident) => {
        |spec| match spec {
            ResourceSpec::$kind(spec) => Some(spec),
            _ => None,
        }
    };
}
pub(crate) use pick;

/// A look at something that may not be there.
pub(crate) type Look<'a, T> = BoxFuture<'a, Answered<Option<T>>>;

/// Runs all with a bound, in order; the first error ends it.
pub(crate) async fn all<T>(looks: Vec<Look<'_, T>>) -> Answered<Vec<T>> {
    let mut running = stream::iter(looks).buffered(AT_ONCE);
    let mut found = Vec::new();
    while let Some(look) = running.next().await {
        found.extend(look?);
    }
    Ok(found)
}

pub(crate) async fn refresh(session: &Session, refresh: Refresh<'_>) -> Answered<Vec<Observed>> {
    let (images, functions, groups, gateway, services) = futures::try_join!(
        repositories(session, &refresh),
        functions(session, &refresh),
        log_groups(session, &refresh),
        apis(session, &refresh),
        refresh_services::services(session, &refresh),
    )?;
    let runners = [functions.as_slice(), services.as_slice()].concat();
    let (permissions, roles) = futures::try_join!(
        permissions(session, &refresh, &functions, &gateway),
        refresh_roles::roles(session, &refresh, &runners),
    )?;
    let mut by_addr = BTreeMap::new();
    for observed in [
        images,
        groups,
        functions,
        roles,
        services,
        gateway,
        permissions,
    ]
    .into_iter()
    .flatten()
    {
        // A thing looked up by name comes before one of the same address found by its tags.
        if by_addr.contains_key(&observed.addr) {
            tracing::warn!(addr = %observed.addr, "found a second time under another name; left alone");
            continue;
        }
        by_addr.insert(observed.addr.clone(), observed);
    }
    Ok(by_addr.into_values().collect())
}

pub(crate) fn is_ours(observed: &Observed) -> bool {
    observed.ownership == Ownership::Ours
}

/// How the names of all functions of a project and environment begin. A long name is cut to end
/// in a hash (`slipway_design::names`); the prefix stays within what is never cut. It may fit others'
/// names too: tags decide.
fn prefix(scope: &Scope) -> String {
    const NEVER_CUT: usize = 48;
    let whole = format!("{}-{}-", scope.project, scope.environment);
    let kept: String = whole.chars().take(NEVER_CUT).collect();
    if kept == whole {
        return whole;
    }
    kept.trim_end_matches('-').to_owned()
}

async fn repositories(session: &Session, refresh: &Refresh<'_>) -> Answered<Vec<Observed>> {
    let scope = refresh.scope;
    let named = Named::<RepositorySpec>::of(refresh, pick!(Repository));
    let listed = repository::list(session).await?;
    let addr_of = |name: &str| {
        named
            .0
            .iter()
            .find(|(_, spec)| spec.name == name)
            .map(|(addr, _)| *addr)
    };
    // One that nothing names any more is known by its tags, if its name begins as ours do.
    let prefix = format!("{}/", scope.project);
    let looks = listed
        .iter()
        .filter_map(|repository| {
            let name = repository.repository_name()?;
            let addr = addr_of(name);
            (addr.is_some() || name.starts_with(&prefix))
                .then(|| repository::look(session, scope, addr, repository).boxed())
        })
        .collect();
    let mut found = all(looks).await?;
    // By name first.
    found.sort_by_key(|observed| !named.0.iter().any(|(addr, _)| **addr == observed.addr));
    let ours: BTreeSet<String> = found
        .iter()
        .filter(|observed| is_ours(observed))
        .filter_map(|observed| match &observed.spec {
            ResourceSpec::Repository(spec) => Some(spec.name.clone()),
            _ => None,
        })
        .collect();
    let images = Named::<ImageSpec>::of(refresh, pick!(Image));
    let images = images
        .0
        .into_iter()
        .filter(|(_, spec)| ours.contains(&spec.repository))
        .map(|(addr, spec)| image::observe(session, scope, addr, spec).boxed())
        .collect();
    found.extend(all(images).await?);
    Ok(found)
}

async fn log_groups(session: &Session, refresh: &Refresh<'_>) -> Answered<Vec<Observed>> {
    let scope = refresh.scope;
    let prefixes = [
        format!("/aws/lambda/{}", prefix(scope)),
        names::access_log_name(&prefix(scope)),
        names::service_log_group_name(&scope.project, &scope.environment, ""),
    ];
    let (of_functions, of_apis, of_services) = futures::try_join!(
        log_group::list(session, &prefixes[0]),
        log_group::list(session, &prefixes[1]),
        log_group::list(session, &prefixes[2])
    )?;
    let listed = [of_functions, of_apis, of_services].concat();
    let named = Named::<LogGroupSpec>::of(refresh, pick!(LogGroup));
    let addr_of = |name: &str| {
        named
            .0
            .iter()
            .find(|(_, spec)| spec.name == name)
            .map(|(addr, _)| *addr)
    };
    let looks = listed
        .iter()
        .map(|group| {
            let addr = group.log_group_name().and_then(addr_of);
            log_group::look(session, scope, addr, group).boxed()
        })
        .collect();
    let mut found = all(looks).await?;
    // Those whose names do not begin so were not listed.
    let looks = named
        .0
        .iter()
        .filter(|(_, spec)| !prefixes.iter().any(|prefix| spec.name.starts_with(prefix)))
        .map(|(addr, spec)| log_group::observe(session, scope, addr, &spec.name).boxed())
        .collect();
    found.extend(all(looks).await?);
    // By name first.
    found.sort_by_key(|observed| !named.0.iter().any(|(addr, _)| **addr == observed.addr));
    Ok(found)
}

/// Functions with their aliases.
async fn functions(session: &Session, refresh: &Refresh<'_>) -> Answered<Vec<Observed>> {
    let scope = refresh.scope;
    let named = Named::<FunctionSpec>::of(refresh, pick!(Function));
    let looks = named
        .0
        .iter()
        .map(|(addr, spec)| function::observe(session, scope, Some(addr), &spec.name).boxed())
        .collect();
    let mut found = all(looks).await?;
    let orphans = function::list(session, &prefix(scope)).await?;
    let orphans = orphans
        .iter()
        .filter(|name| !named.0.iter().any(|(_, spec)| &spec.name == *name))
        .map(|name| function::observe(session, scope, None, name).boxed())
        .collect();
    found.extend(all(orphans).await?);

    let ours: Vec<(&ResourceAddr, &FunctionSpec)> = found
        .iter()
        .filter(|observed| is_ours(observed))
        .filter_map(|observed| match &observed.spec {
            ResourceSpec::Function(spec) => Some((&observed.addr, spec)),
            _ => None,
        })
        .collect();
    let aliases = aliases(session, refresh, &ours).await?;
    found.extend(aliases);
    Ok(found)
}

async fn aliases(
    session: &Session,
    refresh: &Refresh<'_>,
    functions: &[(&ResourceAddr, &FunctionSpec)],
) -> Answered<Vec<Observed>> {
    let named = Named::<AliasSpec>::of(refresh, pick!(Alias));
    let looked_for: Vec<(ResourceAddr, &str, &str)> = functions
        .iter()
        .map(|(addr, function)| {
            named
                .0
                .iter()
                .find(|(_, alias)| alias.function == function.name)
                .map_or_else(
                    || {
                        let addr = ResourceAddr::new(ResourceKind::Alias, &addr.path);
                        (addr, function.name.as_str(), ALIAS)
                    },
                    |(addr, alias)| ((*addr).clone(), function.name.as_str(), alias.name.as_str()),
                )
        })
        .collect();
    let looks = looked_for
        .iter()
        .map(|(addr, function, alias)| {
            alias::observe(session, refresh.scope, addr, function, alias).boxed()
        })
        .collect();
    all(looks).await
}

/// APIs with their integrations, authorizers, routes and stages.
async fn apis(session: &Session, refresh: &Refresh<'_>) -> Answered<Vec<Observed>> {
    let apis = api::list(session, refresh.scope).await?;
    let looks = apis
        .values()
        .map(|api| children_of(session, refresh, api).boxed())
        .collect();
    let children = all(looks).await?;
    let mut found: Vec<Observed> = apis.into_values().collect();
    found.extend(children.into_iter().flatten());
    Ok(found)
}

async fn children_of(
    session: &Session,
    refresh: &Refresh<'_>,
    api: &Observed,
) -> Answered<Option<Vec<Observed>>> {
    let id = api
        .outputs
        .get("id")
        .ok_or_else(|| lacking("apigateway:GetApis", "id"))?;
    let key = api.addr.path.as_str();
    let protocol = match &api.spec {
        ResourceSpec::Api(spec) => spec.protocol,
        _ => ApiProtocol::Http,
    };
    let (integrations, authorizers, routes, stages) = futures::try_join!(
        integration::list(session, id, key),
        authorizer::list(session, id, key),
        route::list(session, id, key),
        stage::list(session, refresh.scope, id, protocol, key),
    )?;
    let mut children: Vec<Observed> = integrations.into_values().collect();
    if protocol == ApiProtocol::Websocket {
        children.extend(route_responses(session, refresh, id, &routes).await?);
        children.extend(deployment::list(session, id, key).await?.into_values());
    }
    children.extend(authorizers.into_values());
    children.extend(routes);
    children.extend(stages);
    Ok(Some(children))
}

/// The responses of those routes that have or should have one: there is no call for all at once.
async fn route_responses(
    session: &Session,
    refresh: &Refresh<'_>,
    api: &str,
    routes: &[Observed],
) -> Answered<Vec<Observed>> {
    let named = Named::<RouteResponseSpec>::of(refresh, pick!(RouteResponse));
    let looks = routes
        .iter()
        .filter(|route| {
            matches!(&route.spec, ResourceSpec::Route(spec) if spec.reply)
                || named.0.iter().any(|(addr, _)| addr.path == route.addr.path)
        })
        .filter_map(|route| {
            let id = route.outputs.get("id")?;
            Some(route_response::observe(session, api, id, &route.addr.path).boxed())
        })
        .collect();
    all(looks).await
}

/// Statements of the aliases. One is known by its id when something names it, else by the API
/// that it lets in.
async fn permissions(
    session: &Session,
    refresh: &Refresh<'_>,
    functions: &[Observed],
    gateway: &[Observed],
) -> Answered<Vec<Observed>> {
    let named = Named::<PermissionSpec>::of(refresh, pick!(Permission));
    let apis: BTreeMap<&str, &str> = gateway
        .iter()
        .filter(|observed| observed.addr.kind == ResourceKind::Api)
        .flat_map(|api| {
            let ids = api.outputs.get("id").into_iter().chain(&api.surplus);
            ids.map(|id| (id.as_str(), api.addr.path.as_str()))
        })
        .collect();
    let aliases: Vec<(&ResourceAddr, &AliasSpec)> = functions
        .iter()
        .filter_map(|observed| match &observed.spec {
            ResourceSpec::Alias(spec) => Some((&observed.addr, spec)),
            _ => None,
        })
        .collect();
    let looks = aliases
        .iter()
        .map(|(_, alias)| {
            permission::list(session, &alias.function, &alias.name)
                .map(|grants| grants.map(Some))
                .boxed()
        })
        .collect();
    let grants = all(looks).await?;
    let mut found = Vec::new();
    for ((alias_addr, alias), grants) in aliases.into_iter().zip(grants) {
        for grant in grants {
            let by_id = named
                .0
                .iter()
                .find(|(_, spec)| spec.function == alias.function && spec.statement_id == grant.id)
                .map(|(addr, _)| (*addr).clone());
            let by_api = || {
                let key = apis.get(permission::api_in(&grant.source_arn)?)?;
                let path = format!("{key}/{}", alias_addr.path);
                Some(ResourceAddr::new(ResourceKind::Permission, path))
            };
            if let Some(addr) = by_id.or_else(by_api) {
                found.push(permission::observed(
                    &addr,
                    &alias.function,
                    &alias.name,
                    grant,
                ));
            }
        }
    }
    Ok(found)
}

/// Looks for one resource.
pub(crate) async fn find(
    session: &Session,
    scope: &Scope,
    addr: &ResourceAddr,
    spec: &ResourceSpec,
) -> Answered<Option<Observed>> {
    let api_of = |text: &slipway_plan::Text| text.known().map(str::to_owned);
    let key = addr.owner_key();
    let mine = |all: Vec<Observed>| all.into_iter().find(|observed| &observed.addr == addr);
    match spec {
        ResourceSpec::Repository(spec) => {
            repository::observe(session, scope, addr, &spec.name).await
        }
        ResourceSpec::Image(spec) => image::observe(session, scope, addr, spec).await,
        ResourceSpec::LogGroup(spec) => log_group::observe(session, scope, addr, &spec.name).await,
        ResourceSpec::Role(spec) => role::observe(session, scope, Some(addr), &spec.name).await,
        ResourceSpec::RolePolicy(spec) => {
            role_policy::observe(session, addr, &spec.role, &spec.name).await
        }
        ResourceSpec::PolicyAttachment(spec) => Ok(mine(
            policy_attachment::list(session, &spec.role, key).await?,
        )),
        ResourceSpec::Function(spec) => {
            function::observe(session, scope, Some(addr), &spec.name).await
        }
        ResourceSpec::Alias(spec) => {
            alias::observe(session, scope, addr, &spec.function, &spec.name).await
        }
        ResourceSpec::Permission(spec) => permission::observe(session, addr, spec).await,
        ResourceSpec::Api(_) => Ok(api::list(session, scope).await?.remove(addr)),
        ResourceSpec::Integration(spec) => match api_of(&spec.api) {
            Some(api) => Ok(integration::list(session, &api, key).await?.remove(addr)),
            None => Ok(None),
        },
        ResourceSpec::Authorizer(spec) => match api_of(&spec.api) {
            Some(api) => Ok(authorizer::list(session, &api, key).await?.remove(addr)),
            None => Ok(None),
        },
        ResourceSpec::Route(spec) => match api_of(&spec.api) {
            Some(api) => Ok(mine(route::list(session, &api, key).await?)),
            None => Ok(None),
        },
        ResourceSpec::Cluster(spec) => {
            cluster::observe(session, scope, Some(addr), &spec.name).await
        }
        ResourceSpec::SecurityGroup(spec) => {
            security_group::observe(session, scope, addr, spec).await
        }
        ResourceSpec::Namespace(spec) => namespace::observe(session, scope, addr, &spec.name).await,
        ResourceSpec::Discovery(spec) => match api_of(&spec.namespace) {
            Some(namespace) => {
                let named = [(addr, spec)];
                Ok(mine(
                    discovery::list(session, scope, &namespace, &named).await?,
                ))
            }
            None => Ok(None),
        },
        ResourceSpec::VpcLink(_) => Ok(vpc_link::list(session, scope).await?.remove(addr)),
        ResourceSpec::TaskDefinition(spec) => {
            task_definition::observe(session, scope, Some(addr), &spec.family).await
        }
        ResourceSpec::Service(spec) => {
            service::observe(session, scope, Some(addr), &spec.cluster, &spec.name).await
        }
        ResourceSpec::ScalableTarget(ScalableTargetSpec { resource, .. })
        | ResourceSpec::ScalingPolicy(ScalingPolicySpec { resource, .. }) => {
            let service = ResourceAddr::new(ResourceKind::Service, key);
            let services = [(service, resource.clone())];
            Ok(mine(scaling::list(session, &services).await?))
        }
        ResourceSpec::Stage(spec) => match api_of(&spec.api) {
            Some(api) => {
                let protocol = stage::protocol_of(spec);
                Ok(mine(
                    stage::list(session, scope, &api, protocol, key).await?,
                ))
            }
            None => Ok(None),
        },
        ResourceSpec::RouteResponse(spec) => match (api_of(&spec.api), spec.route.known()) {
            (Some(api), Some(route)) => {
                route_response::observe(session, &api, route, &addr.path).await
            }
            _ => Ok(None),
        },
        ResourceSpec::Deployment(spec) => match api_of(&spec.api) {
            Some(api) => Ok(deployment::list(session, &api, key).await?.remove(addr)),
            None => Ok(None),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tags::tests::scope;

    #[test]
    fn every_name_that_the_design_derives_begins_with_the_prefix() {
        assert_eq!(prefix(&scope()), "shop-dev-");
        for (project, environment) in [
            ("p".repeat(40), "e".repeat(24)),
            (
                format!("{}-x", "p".repeat(38)),
                format!("e-{}", "e".repeat(20)),
            ),
            (format!("{}-p", "p".repeat(38)), "dev".to_owned()),
        ] {
            let scope = Scope {
                project: project.clone(),
                environment: environment.clone(),
                ..scope()
            };
            for key in ["k".to_owned(), "k".repeat(64)] {
                let name = names::function_name(&project, &environment, &key);
                assert!(name.starts_with(&prefix(&scope)), "{name}");
            }
        }
    }
}
