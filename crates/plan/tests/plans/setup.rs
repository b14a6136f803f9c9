//! Plans of designs given as text.

use crate::world::World;
use slipway_design::{Document, Resolved};
use slipway_plan::*;
use std::collections::BTreeMap;

pub(crate) const SHOP: &str = include_str!("shop.toml");

pub(crate) fn resolve(text: &str, environment: &str) -> Resolved {
    let document = Document::parse(text);
    assert!(!document.has_errors(), "{:?}", document.diagnostics());
    document.design().unwrap().resolve(environment).unwrap()
}

pub(crate) fn scope(resolved: &Resolved) -> Scope {
    let environment = &resolved.environment;
    let (account, region) = (&environment.account, &environment.region);
    Scope {
        project: resolved.project.clone(),
        environment: environment.name.clone(),
        account: account.clone(),
        region: region.clone(),
        partition: "aws".into(),
        registry: format!("{account}.dkr.ecr.{region}.amazonaws.com"),
        emulator: environment.is_emulator(),
    }
}

/// One fingerprint for each source; `revision` stands for what its files hold.
pub(crate) fn fingerprints(resolved: &Resolved, revision: &str) -> BTreeMap<ResourceAddr, String> {
    build_sources(resolved)
        .into_iter()
        .map(|(addr, source)| {
            let fingerprint = format!("{}-{}-{revision}", source.context, addr.path);
            (addr, fingerprint.replace('/', "-"))
        })
        .collect()
}

/// The network of every environment of these tests.
pub(crate) fn network() -> Network {
    let subnet = |id: &str, zone: &str| Subnet {
        id: id.to_owned(),
        zone: zone.to_owned(),
        public: true,
    };
    Network {
        vpc: "vpc-0a".to_owned(),
        subnets: vec![
            subnet("subnet-0b", "eu-west-1b"),
            subnet("subnet-0a", "eu-west-1a"),
        ],
        security_groups: Vec::new(),
    }
}

/// A design in one environment, lowered.
pub(crate) struct Project {
    pub(crate) scope: Scope,
    pub(crate) desired: Vec<Desired>,
}

impl Project {
    pub(crate) fn new(text: &str, environment: &str) -> Self {
        Self::with(text, environment, |_| {})
    }

    /// With other fingerprints than those of the first revision.
    pub(crate) fn with(
        text: &str,
        environment: &str,
        change: impl FnOnce(&mut BTreeMap<ResourceAddr, String>),
    ) -> Self {
        let resolved = resolve(text, environment);
        let scope = scope(&resolved);
        let mut fingerprints = fingerprints(&resolved, "r1");
        change(&mut fingerprints);
        let desired = lower(&resolved, &scope, &fingerprints, Some(&network())).unwrap();
        Self { scope, desired }
    }

    pub(crate) fn plan(&self, world: &World, state: Option<&State>) -> Plan {
        self.make(world, state, None).unwrap()
    }

    pub(crate) fn make(
        &self,
        world: &World,
        state: Option<&State>,
        destroy: Option<DestroyOptions>,
    ) -> Result<Plan, PlanError> {
        plan(PlanInputs {
            scope: &self.scope,
            desired: &self.desired,
            observed: &world.observe(&self.desired),
            state,
            destroy,
            shared_with: &[],
        })
    }

    /// A world in which this was deployed.
    pub(crate) fn deployed(&self) -> World {
        let mut world = World::default();
        world.apply(&self.plan(&world, None));
        world.log.clear();
        world
    }
}
