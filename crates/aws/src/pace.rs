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
            let due = next.map_or(now, |next| next.max(now));
            *next = Some(due + self.step);
            due.checked_sub(self.ahead).unwrap_or(now)
        };
        sleep_until(at).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_the_rest_keeps_the_rate() {
        let pace = Pace::new(10, 5);
        let start = Instant::now();
        for _ in 0..5 {
            pace.admit().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..10 {
            pace.admit().await;
        }
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }
}
