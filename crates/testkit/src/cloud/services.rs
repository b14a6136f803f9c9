//! What ECS, Cloud Map, EC2 and Application Auto Scaling do, as far as a run depends on it.

use super::apply::{Answer, mismatch, not_found, refuse};
use super::world::{Item, World, same_key};
use slipway_engine::port::{Call, CloudErrorKind};
use slipway_plan::{Outputs, ResourceSpec, Text};
use std::time::Duration;

impl World {
    /// Each call makes a revision.
    pub(super) fn register(&mut self, call: &Call<'_>, now: Duration) -> Answer {
        call.spec
            .check_known()
            .map_err(|unknown| refuse(call, CloudErrorKind::Invalid, unknown.to_string()))?;
        let outputs = self.outputs(call);
        self.add(call, call.spec.clone(), outputs.clone(), now);
        Ok(outputs)
    }

    /// Makes it, or changes what is there.
    pub(super) fn put_scaling(&mut self, call: &Call<'_>, now: Duration) -> Answer {
        let parent = self.items.iter().any(|item| match (&item.spec, call.spec) {
            (ResourceSpec::Service(service), ResourceSpec::ScalableTarget(target)) => {
                target.resource == format!("service/{}/{}", service.cluster, service.name)
            }
            (ResourceSpec::ScalableTarget(target), ResourceSpec::ScalingPolicy(policy)) => {
                policy.resource == target.resource
            }
            _ => false,
        });
        if !parent {
            return Err(not_found(call));
        }
        self.items.retain(|item| !same_key(&item.spec, call.spec));
        self.add(call, call.spec.clone(), Outputs::new(), now);
        Ok(Outputs::new())
    }

    /// Adds or revokes rules, so that the group has those of the spec.
    pub(super) fn change_rules(&mut self, call: &Call<'_>, adds: bool) -> Answer {
        let ResourceSpec::SecurityGroup(wanted) = call.spec else {
            return Err(mismatch(call));
        };
        let list = |text: &Text| -> std::collections::BTreeSet<String> {
            let text = text.known().unwrap_or_default();
            let rules = text.split(", ").filter(|rule| !rule.is_empty());
            rules.map(str::to_owned).collect()
        };
        let item = self.existing(call)?;
        let ResourceSpec::SecurityGroup(group) = &mut item.spec else {
            return Err(mismatch(call));
        };
        let (has, wants) = (list(&group.ingress), list(&wanted.ingress));
        let rules: Vec<String> = if adds {
            has.union(&wants).cloned().collect()
        } else {
            has.intersection(&wants).cloned().collect()
        };
        group.ingress = Text::from(rules.join(", "));
        Ok(Outputs::new())
    }

    /// Why AWS refuses to delete it: something holds on to it.
    pub(super) fn held_by(&self, item: &Item) -> Option<&'static str> {
        let id = item.id().unwrap_or_default();
        let names = |text: &Text| text.known().is_some_and(|text| text.contains(id));
        self.items
            .iter()
            .filter(|other| !std::ptr::eq(*other, item))
            .find_map(|other| match (&item.spec, &other.spec) {
                (ResourceSpec::Cluster(cluster), ResourceSpec::Service(service))
                    if cluster.name == service.cluster =>
                {
                    Some("the cluster still has services")
                }
                (ResourceSpec::SecurityGroup(_), ResourceSpec::Service(service))
                    if names(&service.security_groups) =>
                {
                    Some("a network interface is in the group")
                }
                (ResourceSpec::SecurityGroup(_), ResourceSpec::VpcLink(link))
                    if names(&link.security_groups) =>
                {
                    Some("a network interface is in the group")
                }
                (ResourceSpec::SecurityGroup(_), ResourceSpec::SecurityGroup(group))
                    if names(&group.ingress) =>
                {
                    Some("a rule of another group names the group")
                }
                (ResourceSpec::Namespace(_), ResourceSpec::Discovery(discovery))
                    if names(&discovery.namespace) =>
                {
                    Some("the namespace still has services")
                }
                (ResourceSpec::Discovery(_), ResourceSpec::Service(service))
                    if names(&service.registry) =>
                {
                    Some("instances are still registered")
                }
                (ResourceSpec::VpcLink(_), ResourceSpec::Integration(integration))
                    if names(&integration.connection) =>
                {
                    Some("an integration still uses the VPC link")
                }
                (ResourceSpec::Service(service), ResourceSpec::ScalableTarget(target))
                    if target.resource
                        == format!("service/{}/{}", service.cluster, service.name) =>
                {
                    Some("a scaling range would stay behind")
                }
                _ => None,
            })
    }
}
