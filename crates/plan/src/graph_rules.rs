//! What must be there before what, and what must be gone before what.

use crate::{Action, Change, ResourceAddr, ResourceKind, ResourceSpec, Text};

/// What must be made before this change makes anything. Addresses that the plan does not make are
/// named too; they are there already.
pub(crate) fn needs(change: &Change, changes: &[Change]) -> Vec<ResourceAddr> {
    let addr = &change.addr;
    let same = |kind| ResourceAddr::new(kind, addr.path.as_str());
    let api = || ResourceAddr::new(ResourceKind::Api, addr.owner_key());
    let mut needed = match addr.kind {
        ResourceKind::Repository
        | ResourceKind::LogGroup
        | ResourceKind::Role
        | ResourceKind::Cluster
        | ResourceKind::SecurityGroup
        | ResourceKind::Namespace
        | ResourceKind::Discovery
        | ResourceKind::VpcLink
        | ResourceKind::Api => Vec::new(),
        ResourceKind::Image => vec![same(ResourceKind::Repository)],
        ResourceKind::RolePolicy => vec![same(ResourceKind::Role)],
        ResourceKind::PolicyAttachment => {
            vec![ResourceAddr::new(ResourceKind::Role, addr.owner_key())]
        }
        ResourceKind::Function => changes
            .iter()
            .map(|other| &other.addr)
            .filter(|other| is_attached_to(other, &addr.path))
            .cloned()
            .chain([
                same(ResourceKind::Image),
                same(ResourceKind::LogGroup),
                same(ResourceKind::Role),
                same(ResourceKind::RolePolicy),
            ])
            .collect(),
        ResourceKind::TaskDefinition => vec![
            same(ResourceKind::Image),
            same(ResourceKind::LogGroup),
            same(ResourceKind::Role),
            ResourceAddr::new(ResourceKind::Role, execution(&addr.path)),
        ],
        // Its first tasks start at once.
        ResourceKind::Service => changes
            .iter()
            .map(|other| &other.addr)
            .filter(|other| is_attached_to(other, &addr.path))
            .cloned()
            .chain([
                ResourceAddr::new(ResourceKind::Cluster, crate::SHARED),
                same(ResourceKind::RolePolicy),
                ResourceAddr::new(ResourceKind::RolePolicy, execution(&addr.path)),
                same(ResourceKind::SecurityGroup),
            ])
            .collect(),
        ResourceKind::ScalableTarget => vec![same(ResourceKind::Service)],
        ResourceKind::ScalingPolicy => vec![ResourceAddr::new(
            ResourceKind::ScalableTarget,
            addr.owner_key(),
        )],
        ResourceKind::Alias => vec![same(ResourceKind::Image), same(ResourceKind::Function)],
        // Nothing calls an integration before a route points to it; one that is used already must
        // not point to an alias that can't be called.
        ResourceKind::Integration if change.action == Action::Create => vec![api()],
        ResourceKind::Integration => {
            let mut needed = callable(addr);
            needed.push(api());
            needed
        }
        // The same holds for an authorizer.
        ResourceKind::Authorizer if change.action == Action::Create => vec![api()],
        ResourceKind::Authorizer => {
            let mut needed = asked(change, changes);
            needed.push(api());
            needed
        }
        ResourceKind::Route => {
            let mut needed = vec![api()];
            if let Some(authorizer) = authorizer_of(change, changes) {
                needed.extend(asked(authorizer, changes));
                needed.push(authorizer.addr.clone());
            }
            if let Some(integration) = integration_of(change, changes) {
                needed.extend(callable(&integration));
                needed.push(integration);
            }
            needed
        }
        ResourceKind::RouteResponse => vec![api(), same(ResourceKind::Route)],
        // It freezes what is there when it is made.
        ResourceKind::Deployment => changes
            .iter()
            .map(|other| &other.addr)
            .filter(|other| is_frozen(other.kind) && other.owner_key() == addr.owner_key())
            .cloned()
            .chain([api()])
            .collect(),
        // Made last: an API answers when all of it is there, and deploys once.
        ResourceKind::Stage => changes
            .iter()
            .map(|other| &other.addr)
            .filter(|other| {
                other.kind == ResourceKind::Route && other.owner_key() == addr.owner_key()
            })
            .cloned()
            .chain([api(), access_log(addr.owner_key())])
            .collect(),
        ResourceKind::Permission => vec![
            api(),
            ResourceAddr::new(ResourceKind::Function, addr.member_key()),
            ResourceAddr::new(ResourceKind::Alias, addr.member_key()),
        ],
    };
    if let Some(spec) = &change.desired {
        needed.extend(spec.references().into_iter().cloned());
    }
    needed
}

/// Whether a deployment of the API holds a copy of it.
pub(crate) fn is_frozen(kind: ResourceKind) -> bool {
    matches!(
        kind,
        ResourceKind::Integration
            | ResourceKind::Authorizer
            | ResourceKind::Route
            | ResourceKind::RouteResponse
    )
}

/// What an integration needs to have an answer: a live version and the permission to call it, or a
/// service that runs.
fn callable(integration: &ResourceAddr) -> Vec<ResourceAddr> {
    callable_from(integration.owner_key(), integration.target_key()).into()
}

fn callable_from(api: &str, function: &str) -> [ResourceAddr; 4] {
    [
        ResourceAddr::new(ResourceKind::Function, function),
        ResourceAddr::new(ResourceKind::Alias, function),
        ResourceAddr::new(ResourceKind::Service, function),
        ResourceAddr::new(ResourceKind::Permission, format!("{api}/{function}")),
    ]
}

/// The log group of an API's requests.
pub(crate) fn access_log(api: &str) -> ResourceAddr {
    ResourceAddr::new(ResourceKind::LogGroup, format!("{api}/access"))
}

/// Whether this is a managed policy of the function's role.
fn is_attached_to(addr: &ResourceAddr, function: &str) -> bool {
    addr.kind == ResourceKind::PolicyAttachment && addr.owner_key() == function
}

/// What the authorizer needs to have an answer: the function that it asks, its live version and
/// the permission to ask it.
fn asked(authorizer: &Change, changes: &[Change]) -> Vec<ResourceAddr> {
    let specs = [
        authorizer.desired.as_ref(),
        authorizer.observed.as_ref().map(|observed| &observed.spec),
    ];
    let uris: Vec<&str> = specs
        .into_iter()
        .flatten()
        .filter_map(|spec| match spec {
            ResourceSpec::Authorizer(spec) => spec.uri.as_deref(),
            _ => None,
        })
        .collect();
    changes
        .iter()
        .filter(|change| change.addr.kind == ResourceKind::Function)
        .filter(|change| uris.iter().any(|uri| calls(uri, &change.name)))
        .flat_map(|change| callable_from(authorizer.addr.owner_key(), &change.addr.path))
        .collect()
}

/// Whether an address of Lambda leads to the function of this name.
fn calls(uri: &str, function: &str) -> bool {
    uri.contains(&format!(":function:{function}:"))
}

/// The change of the authorizer that a route will ask.
fn authorizer_of<'a>(route: &Change, changes: &'a [Change]) -> Option<&'a Change> {
    let Some(ResourceSpec::Route(spec)) = &route.desired else {
        return None;
    };
    let text = spec.authorizer.as_ref()?;
    changes
        .iter()
        .filter(|change| {
            change.addr.kind == ResourceKind::Authorizer
                && change.addr.owner_key() == route.addr.owner_key()
        })
        .find(|change| match text {
            Text::Parts { .. } => text.references().contains(&&change.addr),
            Text::Known(id) => id_of(change) == Some(id),
        })
}

/// The id of what is there.
fn id_of(change: &Change) -> Option<&String> {
    change.observed.as_ref()?.outputs.get("id")
}

/// The path of the role with which ECS starts a service's tasks, and of its policy.
pub(crate) fn execution(service: &str) -> String {
    format!("{service}/execution")
}

/// The integration that a route will point to.
fn integration_of(route: &Change, changes: &[Change]) -> Option<ResourceAddr> {
    let Some(ResourceSpec::Route(spec)) = &route.desired else {
        return None;
    };
    match &spec.target {
        Text::Parts { .. } => spec
            .target
            .references()
            .into_iter()
            .find(|addr| addr.kind == ResourceKind::Integration)
            .cloned(),
        Text::Known(target) => {
            let id = target.strip_prefix("integrations/")?;
            changes
                .iter()
                .filter(|change| {
                    change.addr.kind == ResourceKind::Integration
                        && change.addr.owner_key() == route.addr.owner_key()
                })
                .find(|change| id_of(change).is_some_and(|own| own == id))
                .map(|change| change.addr.clone())
        }
    }
}

/// What must be gone, or point elsewhere, before this resource is taken away.
pub(crate) fn dependents<'a>(
    change: &'a Change,
    changes: &'a [Change],
) -> impl Iterator<Item = &'a ResourceAddr> {
    changes
        .iter()
        .filter(move |other| depends(other, change))
        .map(|other| &other.addr)
}

fn depends(one: &Change, on: &Change) -> bool {
    use ResourceKind as K;
    let (one_addr, on_addr) = (&one.addr, &on.addr);
    let same_path = one_addr.path == on_addr.path;
    let same_api = one_addr.owner_key() == on_addr.owner_key();
    match (one_addr.kind, on_addr.kind) {
        (K::Function, K::Repository | K::LogGroup | K::Role | K::RolePolicy)
        | (K::RolePolicy, K::Role)
        | (K::Alias, K::Function) => same_path,
        (K::Function | K::Service, K::PolicyAttachment) => is_attached_to(on_addr, &one_addr.path),
        (K::PolicyAttachment, K::Role) => is_attached_to(one_addr, &on_addr.path),
        (K::Permission, K::Function | K::Alias) => one_addr.member_key() == on_addr.path,
        (K::Integration, K::Function) => one_addr.target_key() == on_addr.path,
        (K::Service | K::TaskDefinition, K::Repository | K::LogGroup | K::Role | K::RolePolicy) => {
            one_addr.path == on_addr.owner_key()
        }
        (K::Service, K::SecurityGroup | K::Discovery | K::TaskDefinition)
        | (K::ScalableTarget, K::Service) => same_path,
        (K::ScalingPolicy, K::ScalableTarget) => one_addr.owner_key() == on_addr.path,
        (K::Service, K::Cluster) | (K::Discovery, K::Namespace) | (K::Integration, K::VpcLink) => {
            true
        }
        (K::Integration, K::Service | K::Discovery) => one_addr.target_key() == on_addr.path,
        (K::VpcLink, K::SecurityGroup) => on_addr.owner_key() == crate::SHARED,
        // The rules of a service's group name that of the link.
        (K::SecurityGroup, K::SecurityGroup) => {
            on_addr.owner_key() == crate::SHARED && one_addr.owner_key() != crate::SHARED
        }
        // What takes over comes before what goes.
        (K::Route, K::Route) | (K::Stage, K::Stage) => same_api && !same_path,
        (K::Route, K::Integration) => same_api && pointed_to(one, on),
        // A stage serves its deployment, whatever has changed since, until it is given another.
        (K::Stage, K::Deployment) => same_api,
        (K::Stage, K::Permission) => same_api && on.action == Action::Delete,
        (K::Route, K::Authorizer) => same_api && asked_by(one, on),
        (K::Stage, K::Route) => same_api && limits(one, on),
        (K::Stage, K::LogGroup) => *on_addr == access_log(one_addr.owner_key()),
        (K::Authorizer, K::Function | K::Permission) => leads_to(one, on),
        (K::Integration, K::Permission) => {
            same_api && one_addr.target_key() == on_addr.member_key()
        }
        (K::Api, K::Permission) => one_addr.path == on_addr.owner_key(),
        _ => false,
    }
}

/// Whether the stage limited this route when the plan was made: the limit of a route that is gone
/// is refused. A stage that is given deployments moves to one without the route afterwards.
fn limits(stage: &Change, route: &Change) -> bool {
    match stage.observed.as_ref().map(|observed| &observed.spec) {
        Some(ResourceSpec::Stage(spec)) => {
            spec.auto_deploy && spec.route_throttle.contains_key(route.addr.member_key())
        }
        _ => false,
    }
}

/// Whether the route asked the authorizer when the plan was made.
fn asked_by(route: &Change, authorizer: &Change) -> bool {
    match route.observed.as_ref().map(|observed| &observed.spec) {
        Some(ResourceSpec::Route(spec)) => spec.authorizer.as_ref().is_some_and(|id| {
            // Without an id there is no telling, so it counts.
            id_of(authorizer).is_none_or(|own| id.known() == Some(own))
        }),
        _ => false,
    }
}

/// Whether the authorizer asked this function, or by this permission, when the plan was made.
fn leads_to(authorizer: &Change, on: &Change) -> bool {
    let function = match on.observed.as_ref().map(|observed| &observed.spec) {
        Some(ResourceSpec::Function(spec)) => &spec.name,
        Some(ResourceSpec::Permission(spec))
            if authorizer.addr.owner_key() == on.addr.owner_key() =>
        {
            &spec.function
        }
        _ => return false,
    };
    match authorizer.observed.as_ref().map(|observed| &observed.spec) {
        Some(ResourceSpec::Authorizer(spec)) => {
            spec.uri.as_deref().is_some_and(|uri| calls(uri, function))
        }
        _ => false,
    }
}

/// Whether the route pointed to the integration when the plan was made.
fn pointed_to(route: &Change, integration: &Change) -> bool {
    let (Some(route), Some(integration)) = (&route.observed, &integration.observed) else {
        return false;
    };
    match (&route.spec, integration.outputs.get("id")) {
        (ResourceSpec::Route(spec), Some(id)) => {
            spec.target
                .known()
                .and_then(|target| target.strip_prefix("integrations/"))
                == Some(id.as_str())
        }
        // Without an id there is no telling, so it counts.
        _ => true,
    }
}
