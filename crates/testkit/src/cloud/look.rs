//! Looking at what there is: refresh, find, ready.

use super::failure;
use super::world::{Item, Owner, World, api_of, same_key};
use slipway_engine::port::{CloudError, CloudErrorKind, Readiness, Refresh};
use slipway_plan::{
    ImageSpec, Observed, Outputs, Ownership, ResourceAddr, ResourceKind, ResourceSpec, Scope, Text,
};
use std::collections::BTreeMap;
use std::time::Duration;

fn observe(item: &Item, addr: &ResourceAddr, scope: &Scope) -> Observed {
    let ours = item.owner.as_ref() == Some(&Owner::of(scope, item.addr.kind));
    Observed {
        addr: addr.clone(),
        spec: item.spec.clone(),
        outputs: item.outputs.clone(),
        ownership: if ours {
            Ownership::Ours
        } else {
            Ownership::Foreign {
                found: "no tags of Slipway".to_owned(),
            }
        },
        surplus: Vec::new(),
    }
}

impl World {
    pub(super) fn is_visible(&self, created: Duration, now: Duration) -> bool {
        created + self.visibility_delay <= now
    }

    fn image(&self, addr: &ResourceAddr, spec: &ImageSpec, now: Duration) -> Option<Observed> {
        let tag = spec.tag();
        let image = self
            .images
            .iter()
            .filter(|image| self.is_visible(image.created, now))
            .find(|image| image.repository == spec.repository && image.tag == tag)?;
        Some(Observed {
            addr: addr.clone(),
            spec: ResourceSpec::Image(ImageSpec {
                repository_uri: Text::from(image.uri.as_str()),
                ..spec.clone()
            }),
            outputs: Outputs::from([
                ("digest".to_owned(), image.digest.clone()),
                ("uri".to_owned(), format!("{}@{}", image.uri, image.digest)),
            ]),
            ownership: Ownership::Ours,
            surplus: Vec::new(),
        })
    }

    pub(super) fn refresh(&self, refresh: &Refresh<'_>, now: Duration) -> Vec<Observed> {
        let scope = refresh.scope;
        let mut found: BTreeMap<ResourceAddr, Observed> = BTreeMap::new();
        let mut mine: Vec<&Item> = self
            .items
            .iter()
            .filter(|item| {
                item.owner.as_ref() == Some(&Owner::of(scope, item.addr.kind))
                    && self.is_visible(item.created, now)
            })
            .collect();
        // Parents first: children of a further copy are not looked at.
        // Of revisions, the newest counts.
        mine.sort_by_key(|item| {
            let is_revision = item.addr.kind == ResourceKind::TaskDefinition;
            let newest = is_revision.then_some(std::cmp::Reverse(item.created));
            (api_of(&item.spec).is_some(), newest)
        });
        for item in mine {
            let parent = ResourceAddr::new(ResourceKind::Api, item.addr.owner_key());
            let known_parent = found
                .get(&parent)
                .and_then(|parent| parent.outputs.get("id"))
                .map(String::as_str);
            if api_of(&item.spec).is_some_and(|api| known_parent != Some(api)) {
                continue;
            }
            match found.get_mut(&item.addr) {
                Some(first) => first.surplus.extend(item.id().map(str::to_owned)),
                None => {
                    found.insert(item.addr.clone(), observe(item, &item.addr, scope));
                }
            }
        }
        for (addr, spec) in refresh.desired.iter().chain(refresh.remembered) {
            let by_name = match spec {
                ResourceSpec::Image(image) => self.image(addr, image, now),
                _ => self
                    .items
                    .iter()
                    .find(|item| item.owner.is_none() && same_key(&item.spec, spec))
                    .map(|item| observe(item, addr, scope)),
            };
            if let Some(observed) = by_name {
                found.entry(addr.clone()).or_insert(observed);
            }
        }
        found.into_values().collect()
    }

    pub(super) fn find(
        &self,
        scope: &Scope,
        addr: &ResourceAddr,
        spec: &ResourceSpec,
        now: Duration,
    ) -> Option<Observed> {
        if let ResourceSpec::Image(image) = spec {
            return self.image(addr, image, now);
        }
        let owner = Owner::of(scope, addr.kind);
        let mut found = self
            .items
            .iter()
            .filter(|item| self.is_visible(item.created, now))
            .filter(|item| {
                let by_tag = matches!(
                    addr.kind,
                    ResourceKind::Api
                        | ResourceKind::Integration
                        | ResourceKind::Authorizer
                        | ResourceKind::Deployment
                        | ResourceKind::VpcLink
                        | ResourceKind::TaskDefinition
                ) && item.addr == *addr
                    && item.owner.as_ref() == Some(&owner)
                    && api_of(&item.spec) == api_of(spec);
                by_tag || same_key(&item.spec, spec)
            });
        let one = match addr.kind {
            // Of revisions, the newest counts.
            ResourceKind::TaskDefinition => found.next_back(),
            _ => found.next(),
        };
        one.map(|item| observe(item, addr, scope))
    }

    pub(super) fn ready(
        &self,
        addr: &ResourceAddr,
        spec: &ResourceSpec,
        now: Duration,
    ) -> Result<Readiness, CloudError> {
        let function = match spec {
            ResourceSpec::Function(function) => function,
            ResourceSpec::Service(_) | ResourceSpec::VpcLink(_) | ResourceSpec::Namespace(_) => {
                let settled = self
                    .items
                    .iter()
                    .filter(|item| item.addr == *addr)
                    .all(|item| item.settled <= now);
                return Ok(settled.then(Readiness::ready).unwrap_or_else(|| {
                    Readiness::NotYet(format!("PENDING: {addr} is being prepared"))
                }));
            }
            _ => return Ok(Readiness::ready()),
        };
        let item = self.function(&function.name).ok_or_else(|| {
            failure(
                CloudErrorKind::NotFound,
                "lambda:GetFunction",
                format!("{addr} is not there"),
            )
        })?;
        if let Some(reason) = &self.function_failure {
            return Err(failure(
                CloudErrorKind::Failed,
                "lambda:GetFunction",
                reason.clone(),
            ));
        }
        Ok((item.settled <= now)
            .then(Readiness::ready)
            .unwrap_or_else(Readiness::not_yet))
    }
}
