//! AWS in memory, with the semantics that a run depends on.

mod apply;
mod faults;
mod look;
mod services;
mod world;

pub use faults::Fault;

use crate::designs;
use async_trait::async_trait;
use faults::Faults;
use slipway_engine::port::{
    Call, Clock, Cloud, CloudError, CloudErrorKind, Identity, ImageErrorKind, Readiness, Refresh,
    RegistryLogin,
};
use slipway_engine::{Limits, Service};
use slipway_plan::{Network, Observed, Operation, Outputs, ResourceAddr, ResourceSpec, Scope};
use std::collections::BTreeMap;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use world::World;

/// The registry's password: it must show up nowhere.
pub const CANARY: &str = "canary-7d1f-password";

/// One operation that reached the cloud, whatever became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCall {
    pub operation: Operation,
    pub addr: ResourceAddr,
    /// Virtual time.
    pub at: Duration,
    /// It had its effect, whether or not the reply arrived.
    pub applied: bool,
}

struct Inner {
    world: World,
    faults: Faults,
    calls: Vec<LoggedCall>,
    reads: Vec<(Service, Duration)>,
    account: String,
    latency: Duration,
}

/// Resources of one account and region, natural keys, tags, duplicates of blind creates, delays
/// and faults.
pub struct FakeCloud {
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
}

pub(crate) fn failure(
    kind: CloudErrorKind,
    operation: &str,
    message: impl Into<String>,
) -> CloudError {
    CloudError {
        kind,
        operation: operation.to_owned(),
        code: None,
        message: message.into(),
        hint: None,
        request_id: None,
        retry_after: None,
    }
}

impl FakeCloud {
    /// An empty account `123456789012`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            inner: Mutex::new(Inner {
                world: World::default(),
                faults: Faults::default(),
                calls: Vec::new(),
                reads: Vec::new(),
                account: "123456789012".to_owned(),
                latency: Duration::from_millis(50),
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The account that the credentials belong to.
    pub fn set_account(&self, account: &str) {
        account.clone_into(&mut self.lock().account);
    }

    /// How long a new role can't be assumed.
    pub fn set_role_delay(&self, delay: Duration) {
        self.lock().world.role_delay = delay;
    }

    /// How long a new thing is missing in finds and lists.
    pub fn set_visibility_delay(&self, delay: Duration) {
        self.lock().world.visibility_delay = delay;
    }

    /// How long a function is prepared after each change of it.
    pub fn set_ready_delay(&self, delay: Duration) {
        self.lock().world.ready_delay = delay;
    }

    /// Functions never become ready, for this reason.
    pub fn set_function_failure(&self, reason: Option<&str>) {
        self.lock().world.function_failure = reason.map(str::to_owned);
    }

    /// What happens to the `nth` mutating call from now on, counted from 1.
    pub fn inject(&self, nth: usize, fault: Fault) {
        let mut inner = self.lock();
        let at = inner.calls.len() + nth;
        inner.faults.at_call.insert(at, fault);
    }

    pub fn clear_faults(&self) {
        self.lock().faults = Faults::default();
    }

    /// A service throttles everything until then.
    pub fn throttle_until(&self, service: Service, until: Duration) {
        self.lock().faults.throttled.insert(service, until);
    }

    /// A service refuses more than these rates allow.
    pub fn enforce(&self, limits: Limits) {
        self.lock().faults.enforced = Some(limits);
    }

    /// Somebody else's resource.
    pub fn add_foreign(&self, spec: ResourceSpec) {
        let now = self.clock.now();
        self.lock().world.add_foreign(spec, now);
    }

    /// An image that is there already, in a repository of somebody else; gives its full name.
    pub fn add_image(&self, repository: &str, content: &str) -> String {
        let now = self.clock.now();
        self.lock().world.add_image(repository, content, now)
    }

    /// Somebody changes what is there.
    pub fn tamper(&self, addr: &ResourceAddr, change: impl FnOnce(&mut ResourceSpec)) -> bool {
        self.lock().world.tamper(addr, change)
    }

    /// Somebody deletes what is there.
    pub fn vanish(&self, addr: &ResourceAddr) -> bool {
        self.lock().world.vanish(addr)
    }

    /// Mutating calls so far.
    pub fn calls(&self) -> Vec<LoggedCall> {
        self.lock().calls.clone()
    }

    pub fn forget_calls(&self) {
        let mut inner = self.lock();
        inner.calls.clear();
        inner.reads.clear();
    }

    /// Finds and readiness questions so far.
    pub fn reads(&self) -> usize {
        self.lock().reads.len()
    }

    /// How many calls and reads were throttled.
    pub fn throttled(&self) -> usize {
        self.lock().faults.refused
    }

    /// Calls that had their effect, by address.
    pub fn applied_by_addr(&self) -> BTreeMap<ResourceAddr, Vec<Operation>> {
        let mut by_addr: BTreeMap<ResourceAddr, Vec<Operation>> = BTreeMap::new();
        for call in self.lock().calls.iter().filter(|call| call.applied) {
            by_addr
                .entry(call.addr.clone())
                .or_default()
                .push(call.operation);
        }
        by_addr
    }

    /// Addresses of everything that is ours, one for each copy, in order; images are not among
    /// them.
    pub fn ours(&self) -> Vec<ResourceAddr> {
        self.lock().world.ours()
    }

    /// The spec and outputs of the first copy at an address.
    pub fn resource(&self, addr: &ResourceAddr) -> Option<(ResourceSpec, Outputs)> {
        self.lock().world.resource(addr)
    }

    /// Takes a pushed image; fails when there is no such repository.
    pub(crate) fn put_image(
        &self,
        uri: &str,
        tag: &str,
        digest: &str,
    ) -> Result<(), (ImageErrorKind, String)> {
        let now = self.clock.now();
        self.lock().world.put_image(uri, tag, digest, now)
    }

    async fn travel(&self) {
        let latency = self.lock().latency;
        self.clock.sleep(latency).await;
    }

    /// Counts a read and throttles it where a fault says so.
    fn admit(&self, service: Service) -> Result<(), CloudError> {
        let now = self.clock.now();
        let mut inner = self.lock();
        inner.reads.push((service, now));
        inner.faults.admit(service, now)
    }
}

#[async_trait]
impl Cloud for FakeCloud {
    async fn identity(&self) -> Result<Identity, CloudError> {
        let account = self.lock().account.clone();
        Ok(Identity {
            arn: format!("arn:aws:iam::{account}:user/tester"),
            account,
            source: "the test".to_owned(),
            expires: None,
        })
    }

    async fn registry_login(&self, scope: &Scope) -> Result<RegistryLogin, CloudError> {
        self.travel().await;
        self.admit(Service::Ecr)?;
        Ok(RegistryLogin {
            server: scope.registry.clone(),
            username: "AWS".to_owned(),
            password: CANARY.to_owned(),
        })
    }

    async fn refresh(&self, refresh: Refresh<'_>) -> Result<Vec<Observed>, CloudError> {
        self.travel().await;
        let now = self.clock.now();
        Ok(self.lock().world.refresh(&refresh, now))
    }

    async fn find(
        &self,
        scope: &Scope,
        addr: &ResourceAddr,
        spec: &ResourceSpec,
    ) -> Result<Option<Observed>, CloudError> {
        self.travel().await;
        self.admit(Service::of(addr.kind))?;
        let now = self.clock.now();
        Ok(self.lock().world.find(scope, addr, spec, now))
    }

    async fn call(&self, call: Call<'_>) -> Result<Outputs, CloudError> {
        let at = self.clock.now();
        let (nth, fault) = {
            let mut inner = self.lock();
            inner.calls.push(LoggedCall {
                operation: call.operation,
                addr: call.addr.clone(),
                at,
                applied: false,
            });
            let nth = inner.calls.len();
            (nth, inner.faults.at_call.get(&nth).cloned())
        };
        self.travel().await;
        let name = call.operation.name();
        match &fault {
            Some(Fault::Panic) => panic!("the adapter met a case that it does not know"),
            Some(Fault::Hang) => pending::<()>().await,
            Some(Fault::Refuse(kind)) => {
                return Err(failure(*kind, &name, "the test refuses this call"));
            }
            Some(Fault::LoseRequest) => {
                return Err(failure(
                    CloudErrorKind::OutcomeUnknown,
                    &name,
                    "the connection broke",
                ));
            }
            Some(Fault::LoseReply) | None => {}
        }
        let now = self.clock.now();
        let mut inner = self.lock();
        inner.faults.admit(Service::of(call.addr.kind), now)?;
        let outputs = inner.world.apply(&call, now)?;
        if let Some(logged) = inner.calls.get_mut(nth - 1) {
            logged.applied = true;
        }
        match fault {
            Some(Fault::LoseReply) => Err(failure(
                CloudErrorKind::OutcomeUnknown,
                &name,
                "the connection broke before the reply came",
            )),
            _ => Ok(outputs),
        }
    }

    async fn network(
        &self,
        wanted: Option<&slipway_design::Network>,
    ) -> Result<Network, CloudError> {
        self.travel().await;
        self.admit(Service::Ec2)?;
        Ok(designs::network(wanted))
    }

    async fn ready(
        &self,
        _: &Scope,
        addr: &ResourceAddr,
        spec: &ResourceSpec,
    ) -> Result<Readiness, CloudError> {
        self.travel().await;
        self.admit(Service::of(addr.kind))?;
        let now = self.clock.now();
        self.lock().world.ready(addr, spec, now)
    }
}
