//! What goes wrong, and when.

use super::failure;
use slipway_engine::port::{CloudError, CloudErrorKind};
use slipway_engine::{Limits, Service};
use std::collections::BTreeMap;
use std::time::Duration;

/// What happens to one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Refused, without an effect.
    Refuse(CloudErrorKind),
    /// It has its effect, and the reply is lost.
    LoseReply,
    /// It never arrives, and the caller can't tell.
    LoseRequest,
    /// The adapter panics before the call.
    Panic,
    /// No answer ever comes.
    Hang,
}

#[derive(Debug, Default)]
pub(super) struct Faults {
    /// By number of the mutating call.
    pub(super) at_call: BTreeMap<usize, Fault>,
    pub(super) throttled: BTreeMap<Service, Duration>,
    pub(super) enforced: Option<Limits>,
    /// Tokens spent, as time of refill, and when that was counted.
    spent: BTreeMap<Service, (Duration, Duration)>,
    /// Calls and reads that were throttled.
    pub(super) refused: usize,
}

impl Faults {
    pub(super) fn admit(&mut self, service: Service, now: Duration) -> Result<(), CloudError> {
        if self.has_room(service, now) {
            return Ok(());
        }
        self.refused += 1;
        Err(failure(
            CloudErrorKind::Throttled,
            "call",
            "too many requests",
        ))
    }

    fn has_room(&mut self, service: Service, now: Duration) -> bool {
        if self
            .throttled
            .get(&service)
            .is_some_and(|until| now < *until)
        {
            return false;
        }
        let Some(rate) = self
            .enforced
            .as_ref()
            .and_then(|limits| limits.0.get(&service))
        else {
            return true;
        };
        let interval = Duration::from_secs(1) / rate.per_second;
        let (spent, counted) = self.spent.entry(service).or_default();
        *spent = spent.saturating_sub(now.saturating_sub(*counted));
        *counted = now;
        if *spent + interval > interval * rate.burst {
            return false;
        }
        *spent += interval;
        true
    }
}
