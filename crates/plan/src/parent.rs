//! Which resource another one is a part of.

use crate::{ResourceAddr, ResourceKind};

/// The resource that this one is a part of: when that is made anew, so is this.
pub(crate) fn hangs_from(addr: &ResourceAddr) -> Option<ResourceAddr> {
    let kind = match addr.kind {
        ResourceKind::Repository
        | ResourceKind::LogGroup
        | ResourceKind::Role
        | ResourceKind::Function
        | ResourceKind::Cluster
        | ResourceKind::SecurityGroup
        | ResourceKind::Namespace
        | ResourceKind::VpcLink
        | ResourceKind::TaskDefinition
        | ResourceKind::Api => return None,
        // A group in use can't be deleted, and a task can't move to another VPC.
        ResourceKind::Service => ResourceKind::SecurityGroup,
        ResourceKind::Discovery => {
            return Some(ResourceAddr::new(ResourceKind::Namespace, crate::SHARED));
        }
        ResourceKind::ScalableTarget => ResourceKind::Service,
        ResourceKind::ScalingPolicy => ResourceKind::ScalableTarget,
        ResourceKind::Image => ResourceKind::Repository,
        ResourceKind::RolePolicy | ResourceKind::PolicyAttachment => ResourceKind::Role,
        ResourceKind::Alias | ResourceKind::Permission => ResourceKind::Function,
        ResourceKind::RouteResponse => ResourceKind::Route,
        ResourceKind::Integration
        | ResourceKind::Authorizer
        | ResourceKind::Route
        | ResourceKind::Deployment
        | ResourceKind::Stage => ResourceKind::Api,
    };
    Some(ResourceAddr::new(kind, parent_path(addr)))
}

/// The resource with which AWS deletes this one. A role refuses to go while it has policies, a
/// namespace while it has services, a security group while a task is in it; what scales an ECS
/// service stays behind when that goes.
pub fn goes_with(addr: &ResourceAddr) -> Option<ResourceAddr> {
    match addr.kind {
        ResourceKind::RolePolicy
        | ResourceKind::PolicyAttachment
        | ResourceKind::Discovery
        | ResourceKind::Service
        | ResourceKind::ScalableTarget => None,
        _ => hangs_from(addr),
    }
}

fn parent_path(addr: &ResourceAddr) -> &str {
    match addr.kind {
        ResourceKind::Permission => addr.member_key(),
        ResourceKind::PolicyAttachment
        | ResourceKind::Integration
        | ResourceKind::Authorizer
        | ResourceKind::Route
        | ResourceKind::Deployment
        | ResourceKind::Stage
        | ResourceKind::ScalingPolicy => addr.owner_key(),
        _ => &addr.path,
    }
}
