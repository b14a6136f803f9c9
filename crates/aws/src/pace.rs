//! Keeps a rate: so many calls at once, then one at a time in even steps.

use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// Cell rate: a call is let through at its own time, and up to `burst` calls may be early.
#[derive(Debug)]
pub(crate) struct Pace {
    step: Duration,
    ahead: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    pub(crate) fn new(a_second: u32, burst: u32) -> Self {
        let step = Duration::from_secs(1) / a_second;
        Self {
            step,
            ahead: step * burst.saturating_sub(1),
            next: Mutex::new(None),
        }
    }

    /// AWS allows an account 10 calls a second in a region and 40 at once, reads and writes
    /// together ("Quotas for configuring and running an HTTP API"); others may be at work too.
    pub(crate) fn api_gateway_reads() -> Self {
        Self::new(8, 30)
    }

    /// Returns when the call may be made.
    pub(crate) async fn admit(&self) {
        let at = {
            let mut next = self.next.lock().await;
            let now = Instant::now();
            let (at, following) = self.slot(*next, now);
            *next = Some(following);
            at
        };
        sleep_until(at).await;
    }

    /// When a call that comes `now` may leave, and when the one after it is due.
    fn slot(&self, next: Option<Instant>, now: Instant) -> (Instant, Instant) {
        let due = next.map_or(now, |next| next.max(now));
        let at = due.checked_sub(self.ahead).unwrap_or(now).max(now);
        (at, due + self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_the_rest_keeps_the_rate() {
        let pace = Pace::new(10, 5);
        let now = Instant::now();
        let mut next = None;
        let mut waits = Vec::new();
        for _ in 0..8 {
            let (at, following) = pace.slot(next, now);
            waits.push((at - now).as_millis());
            next = Some(following);
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 100, 200, 300]);
        // After a rest the burst is there again.
        let later = now + Duration::from_secs(10);
        assert_eq!(pace.slot(next, later).0, later);
    }
}
