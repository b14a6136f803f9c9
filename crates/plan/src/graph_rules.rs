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
        | ResourceKind::Api => Vec::new(),
        ResourceKind::Image => vec![same(ResourceKind::Repository)],
        ResourceKind::RolePolicy => vec![same(ResourceKind::Role)],
        ResourceKind::Function => vec![
            same(ResourceKind::Image),
            same(ResourceKind::LogGroup),
            same(ResourceKind::Role),
            same(ResourceKind::RolePolicy),
        ],
        ResourceKind::Alias => vec![same(ResourceKind::Image), same(ResourceKind::Function)],
        // Nothing calls an integration before a route points to it; one that is used already must
        // not point to an alias that can't be called.
        ResourceKind::Integration if change.action == Action::Create => vec![api()],
        ResourceKind::Integration => {
            let mut needed = callable(addr);
            needed.push(api());
            needed
        }
        ResourceKind::Route => {
            let mut needed = vec![api()];
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
            .chain([api()])
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
        ResourceKind::Integration | ResourceKind::Route | ResourceKind::RouteResponse
    )
}

/// What an integration needs to have an answer: a live version, and the permission to call it.
fn callable(integration: &ResourceAddr) -> Vec<ResourceAddr> {
    let function = integration.target_key();
    vec![
        ResourceAddr::new(ResourceKind::Function, function),
        ResourceAddr::new(ResourceKind::Alias, function),
        ResourceAddr::new(
            ResourceKind::Permission,
            format!("{}/{function}", integration.owner_key()),
        ),
    ]
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
                .find(|change| {
                    let outputs = change.observed.as_ref().map(|observed| &observed.outputs);
                    outputs
                        .and_then(|outputs| outputs.get("id"))
                        .map(String::as_str)
                        == Some(id)
                })
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
        (K::Permission, K::Function | K::Alias) => one_addr.member_key() == on_addr.path,
        (K::Integration, K::Function) => one_addr.target_key() == on_addr.path,
        // What takes over comes before what goes.
        (K::Route, K::Route) | (K::Stage, K::Stage) => same_api && !same_path,
        (K::Route, K::Integration) => same_api && pointed_to(one, on),
        // A stage serves its deployment, whatever has changed since, until it is given another.
        (K::Stage, K::Deployment) => same_api,
        (K::Stage, K::Permission) => same_api && on.action == Action::Delete,
        (K::Integration, K::Permission) => {
            same_api && one_addr.target_key() == on_addr.member_key()
        }
        (K::Api, K::Permission) => one_addr.path == on_addr.owner_key(),
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
