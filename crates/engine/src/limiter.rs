//! One token bucket for each service, so that AWS's quotas are kept and not hit.

use crate::port::Clock;
use slipway_plan::ResourceKind;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What shares one quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    Ecr,
    Logs,
    Iam,
    Lambda,
    ApiGateway,
    /// VPC links of API Gateway, which have a quota of their own.
    VpcLink,
    Ecs,
    Ec2,
    CloudMap,
    AutoScaling,
}

impl Service {
    pub fn of(kind: ResourceKind) -> Self {
        match kind {
            ResourceKind::Repository | ResourceKind::Image => Self::Ecr,
            ResourceKind::LogGroup => Self::Logs,
            ResourceKind::Role | ResourceKind::RolePolicy | ResourceKind::PolicyAttachment => {
                Self::Iam
            }
            ResourceKind::Function | ResourceKind::Alias | ResourceKind::Permission => Self::Lambda,
            ResourceKind::Cluster | ResourceKind::TaskDefinition | ResourceKind::Service => {
                Self::Ecs
            }
            ResourceKind::SecurityGroup => Self::Ec2,
            ResourceKind::Namespace | ResourceKind::Discovery => Self::CloudMap,
            ResourceKind::ScalableTarget | ResourceKind::ScalingPolicy => Self::AutoScaling,
            ResourceKind::VpcLink => Self::VpcLink,
            ResourceKind::Api
            | ResourceKind::Integration
            | ResourceKind::Authorizer
            | ResourceKind::Route
            | ResourceKind::RouteResponse
            | ResourceKind::Deployment
            | ResourceKind::Stage => Self::ApiGateway,
        }
    }
}

/// Calls a second, and how many at once after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub per_second: u32,
    pub burst: u32,
}

/// The rate of each service; a service without one is not limited.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits(pub BTreeMap<Service, Rate>);

impl Limits {
    /// AWS's: API Gateway's control plane allows 10 calls a second and 40 at once, reads included
    /// ("Amazon API Gateway quotas"); Lambda's 15 a second ("Lambda quotas"). The others are
    /// generous guesses, and a throttled call slows its service down anyway.
    pub fn aws() -> Self {
        let rate = |per_second, burst| Rate { per_second, burst };
        Self(BTreeMap::from([
            (Service::ApiGateway, rate(10, 40)),
            // `CreateVpcLink`: one in 15 s; a run makes one at most, and what asks how far it is
            // may come more often.
            (Service::VpcLink, rate(1, 5)),
            (Service::Lambda, rate(15, 30)),
            // "Amazon ECS API throttling": 20 a second for reads and writes of services.
            (Service::Ecs, rate(10, 20)),
            (Service::Ec2, rate(5, 20)),
            (Service::CloudMap, rate(5, 10)),
            (Service::AutoScaling, rate(5, 10)),
            (Service::Iam, rate(15, 30)),
            (Service::Ecr, rate(20, 40)),
            (Service::Logs, rate(10, 20)),
        ]))
    }

    /// None: an emulator has no quotas.
    pub fn none() -> Self {
        Self::default()
    }
}

#[derive(Debug, Default)]
struct Bucket {
    /// When the next call would be due if calls came evenly.
    due: Duration,
}

/// Hands out the right to call, first come, first served.
pub(crate) struct Limiter {
    clock: Arc<dyn Clock>,
    limits: Limits,
    buckets: Mutex<BTreeMap<Service, Bucket>>,
}

impl Limiter {
    pub(crate) fn new(clock: Arc<dyn Clock>, limits: Limits) -> Self {
        Self {
            clock,
            limits,
            buckets: Mutex::default(),
        }
    }

    /// Returns when a call may leave.
    pub(crate) async fn acquire(&self, service: Service) {
        let wait = self.reserve(service);
        if !wait.is_zero() {
            self.clock.sleep(wait).await;
        }
    }

    /// Takes the next place in the row and says how long it is until then.
    fn reserve(&self, service: Service) -> Duration {
        let now = self.clock.now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(service).or_default();
        let Some(rate) = self.limits.0.get(&service) else {
            return bucket.due.saturating_sub(now);
        };
        let interval = Duration::from_secs(1) / rate.per_second.max(1);
        let slack = interval * rate.burst.saturating_sub(1);
        let due = bucket.due.max(now);
        bucket.due = due + interval;
        due.saturating_sub(slack).saturating_sub(now)
    }

    /// The service said that it is too much: nobody calls it for `pause`, and afterwards calls
    /// come evenly, not all at once.
    pub(crate) fn hold(&self, service: Service, pause: Duration) {
        let until = self.clock.now() + pause;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(service).or_default();
        let slack = self.limits.0.get(&service).map_or(Duration::ZERO, |rate| {
            Duration::from_secs(1) / rate.per_second.max(1) * rate.burst.saturating_sub(1)
        });
        bucket.due = bucket.due.max(until + slack);
    }
}
