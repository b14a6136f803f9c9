//! Drives the port as a run does: one call at a time, outputs kept by address.

use slipway_aws::{AwsCloud, Emulator, SessionOptions};
use slipway_engine::port::{Call, Cloud as _, CloudError, Readiness, Refresh};
use slipway_plan::{Observed, Operation, Outputs, Ownership, ResourceAddr, ResourceSpec, Scope};
use slipway_testbed::{Bed, BedOptions};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

pub(crate) const RUN: &str = "0198c0de-0000-7000-8000-000000000001";

pub(crate) struct World {
    pub(crate) bed: Bed,
    pub(crate) cloud: AwsCloud,
    pub(crate) scope: Scope,
    pub(crate) outputs: BTreeMap<ResourceAddr, Outputs>,
}

pub(crate) fn addr(text: &str) -> ResourceAddr {
    text.parse().unwrap()
}

impl World {
    pub(crate) async fn new() -> Self {
        let bed = Bed::start(BedOptions::default()).await.unwrap();
        let cloud = AwsCloud::open(SessionOptions {
            region: "eu-west-1".into(),
            profile: None,
            emulator: Some(Emulator {
                endpoint: bed.endpoints().endpoint.clone(),
            }),
        })
        .await
        .unwrap();
        let scope = Scope {
            project: "shop".into(),
            environment: "dev".into(),
            account: "000000000000".into(),
            region: "eu-west-1".into(),
            partition: "aws".into(),
            registry: bed.endpoints().registry.clone(),
            emulator: true,
        };
        Self {
            bed,
            cloud,
            scope,
            outputs: BTreeMap::new(),
        }
    }

    /// Carries out an operation and keeps what it made known.
    pub(crate) async fn try_do(
        &mut self,
        operation: Operation,
        address: &str,
        spec: &ResourceSpec,
        observed: Option<&Observed>,
    ) -> Result<Outputs, CloudError> {
        let addr = addr(address);
        let so_far = self.outputs.get(&addr).cloned().unwrap_or_default();
        let made = self
            .cloud
            .call(Call {
                scope: &self.scope,
                operation,
                addr: &addr,
                spec: &spec_with(spec, &self.outputs),
                observed,
                outputs: &so_far,
                run: RUN,
            })
            .await?;
        self.outputs.entry(addr).or_default().extend(made.clone());
        Ok(made)
    }

    pub(crate) async fn act(
        &mut self,
        operation: Operation,
        address: &str,
        spec: &ResourceSpec,
    ) -> Outputs {
        self.try_do(operation, address, spec, None)
            .await
            .unwrap_or_else(|error| panic!("{operation:?} {address}: {error:?}"))
    }

    pub(crate) async fn ready(&self, address: &str, spec: &ResourceSpec) {
        let begun = Instant::now();
        let spec = spec_with(spec, &self.outputs);
        loop {
            let ready = self.cloud.ready(&self.scope, &addr(address), &spec).await;
            if matches!(ready.unwrap(), Readiness::Ready(_)) {
                return;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "{address} does not become ready"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub(crate) async fn find(&self, address: &str, spec: &ResourceSpec) -> Option<Observed> {
        let spec = spec_with(spec, &self.outputs);
        self.cloud
            .find(&self.scope, &addr(address), &spec)
            .await
            .unwrap()
    }

    /// It is there, ours, and as wanted.
    pub(crate) async fn expect(&self, address: &str, spec: &ResourceSpec) -> Observed {
        let observed = self
            .find(address, spec)
            .await
            .unwrap_or_else(|| panic!("{address} is not there"));
        assert_eq!(observed.ownership, Ownership::Ours, "{address}");
        assert_eq!(observed.spec, spec_with(spec, &self.outputs), "{address}");
        observed
    }

    pub(crate) async fn refresh(
        &self,
        desired: &[(ResourceAddr, ResourceSpec)],
    ) -> BTreeMap<ResourceAddr, Observed> {
        self.cloud
            .refresh(Refresh {
                scope: &self.scope,
                desired,
                remembered: &[],
            })
            .await
            .unwrap()
            .into_iter()
            .map(|observed| (observed.addr.clone(), observed))
            .collect()
    }

    pub(crate) fn id(&self, address: &str) -> String {
        self.outputs[&addr(address)]["id"].clone()
    }
}

/// The spec with every text filled from what is known.
pub(crate) fn spec_with(
    spec: &ResourceSpec,
    outputs: &BTreeMap<ResourceAddr, Outputs>,
) -> ResourceSpec {
    spec.fill(outputs)
}
