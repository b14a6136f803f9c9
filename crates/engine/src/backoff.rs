//! How long to wait before what is tried again, and when to give up.

use slipway_plan::ResourceKind;
use std::time::Duration;

/// Capped exponential waits, bounded in number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exponential {
    first: Duration,
    cap: Duration,
    tries: u32,
}

/// About 180 s in all: a service that throttles for a minute fails nothing.
pub(crate) const THROTTLED: Exponential = Exponential {
    first: Duration::from_millis(500),
    cap: Duration::from_secs(8),
    tries: 25,
};

/// About 33 s in all.
pub(crate) const TRANSIENT: Exponential = Exponential {
    first: Duration::from_millis(300),
    cap: Duration::from_secs(8),
    tries: 8,
};

/// About 90 s in all: another change of the same resource has to end first.
pub(crate) const CONFLICT: Exponential = Exponential {
    first: Duration::from_millis(500),
    cap: Duration::from_secs(5),
    tries: 21,
};

/// A call without an answer is repeated a few times only, each time after looking.
pub(crate) const UNANSWERED: Exponential = Exponential {
    first: Duration::from_millis(500),
    cap: Duration::from_secs(4),
    tries: 5,
};

impl Exponential {
    /// The wait before the try that follows `failures` failed ones; `None` gives up.
    pub(crate) fn delay(self, failures: u32) -> Option<Duration> {
        if failures == 0 || failures > self.tries {
            return None;
        }
        let doubled = self
            .first
            .saturating_mul(1_u32.checked_shl(failures - 1).unwrap_or(u32::MAX));
        Some(doubled.min(self.cap))
    }
}

/// 0.25, 0.5, 1, 2, 2 … seconds, `within` in all: for what becomes true some seconds after a
/// create, at an unknown moment.
fn dense(failures: u32, within: Duration) -> Option<Duration> {
    let delay = match failures {
        0 => return None,
        1 => Duration::from_millis(250),
        2 => Duration::from_millis(500),
        3 => Duration::from_secs(1),
        _ => Duration::from_secs(2),
    };
    let passed = match failures {
        1 => Duration::ZERO,
        2 => Duration::from_millis(250),
        3 => Duration::from_millis(750),
        _ => Duration::from_millis(1750) + Duration::from_secs(2) * (failures - 4),
    };
    (passed + delay <= within).then_some(delay)
}

/// A new role can be assumed after some seconds; about 48 s in all.
pub(crate) fn role_not_ready(failures: u32) -> Option<Duration> {
    dense(failures, Duration::from_secs(48))
}

/// What was just created may not show in other calls for so long.
pub(crate) const NOT_VISIBLE_WITHIN: Duration = Duration::from_secs(20);

/// About [`NOT_VISIBLE_WITHIN`] in all.
pub(crate) fn not_visible_yet(failures: u32) -> Option<Duration> {
    dense(failures, NOT_VISIBLE_WITHIN)
}

/// Between two looks for what must show within [`NOT_VISIBLE_WITHIN`].
pub(crate) fn look_again(looked: u32) -> Duration {
    dense(looked.max(1), Duration::MAX).expect("there is no bound")
}

/// How long a blind create without an answer is looked for before it counts as not done.
pub(crate) const MAYBE_CREATED_WITHIN: Duration = Duration::from_secs(12);

/// About [`MAYBE_CREATED_WITHIN`] in all.
pub(crate) fn maybe_created(failures: u32) -> Option<Duration> {
    dense(failures, MAYBE_CREATED_WITHIN)
}

/// Between two questions whether a resource is ready: fast first, then slower.
pub(crate) fn poll(asked: u32) -> Duration {
    match asked {
        0..=1 => Duration::from_millis(200),
        2..=5 => Duration::from_millis(500),
        6..=11 => Duration::from_secs(1),
        12..=21 => Duration::from_secs(2),
        _ => Duration::from_secs(5),
    }
}

/// How long a resource may take to become ready. Lambda prepares an image for minutes at times.
pub(crate) fn readiness_deadline(kind: ResourceKind) -> Duration {
    match kind {
        ResourceKind::Function | ResourceKind::Alias => Duration::from_secs(600),
        // A link takes AWS two to four minutes, and as long to go.
        ResourceKind::VpcLink => Duration::from_secs(900),
        // A deployment that fails is given up by ECS itself, which takes several starts of a task;
        // draining waits for connections to end.
        ResourceKind::Service => Duration::from_secs(1800),
        ResourceKind::Namespace => Duration::from_secs(300),
        _ => Duration::from_secs(120),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(delay: impl Fn(u32) -> Option<Duration>) -> Duration {
        (1..).map_while(delay).sum()
    }

    #[test]
    fn the_dense_schedule_starts_fast_and_lasts_about_48_seconds() {
        let first: Vec<_> = (1..=5).filter_map(role_not_ready).collect();
        assert_eq!(
            first,
            [250, 500, 1000, 2000, 2000].map(Duration::from_millis)
        );
        let total = total(role_not_ready);
        assert!(total > Duration::from_secs(45) && total <= Duration::from_secs(48));
    }

    #[test]
    fn throttling_of_a_minute_is_outlived() {
        let total = total(|n| THROTTLED.delay(n));
        assert!(total > Duration::from_secs(120) && total < Duration::from_secs(300));
    }

    #[test]
    fn waits_grow_to_the_cap_and_end() {
        let waits: Vec<_> = (1..).map_while(|n| TRANSIENT.delay(n)).collect();
        assert_eq!(waits.len(), 8);
        assert!(waits.is_sorted());
        assert_eq!(waits.last(), Some(&Duration::from_secs(8)));
    }
}
