//! Time that passes when nothing else happens.

use async_trait::async_trait;
use slipway_engine::port::Clock;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// 2026-01-01T00:00:00Z.
const START_MILLIS: u64 = 1_767_225_600_000;

#[derive(Debug, Default)]
struct Inner {
    now: Duration,
    next: u64,
    /// By the moment of waking and the order of falling asleep.
    sleepers: BTreeMap<(Duration, u64), Waker>,
}

/// A virtual clock. Under [`FakeClock::block_on`], whenever every task waits, time jumps to the
/// moment at which the first sleeper wakes.
#[derive(Debug, Clone, Default)]
pub struct FakeClock {
    inner: Arc<Mutex<Inner>>,
}

impl FakeClock {
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a future and everything it spawns on one thread, in virtual time. Tokio's own timer
    /// runs beside it in real time, for code above the engine that batches by it.
    ///
    /// # Panics
    /// When the runtime can't be made.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let clock = self.clone();
        tokio::runtime::Builder::new_current_thread()
            .on_thread_park(move || clock.advance_to_next())
            .enable_time()
            .build()
            .expect("a runtime of one thread with a timer needs nothing from the system")
            .block_on(future)
    }

    /// Jumps to the next sleeper, if there is one.
    fn advance_to_next(&self) {
        let woken: Vec<Waker> = {
            let mut inner = self.lock();
            let Some((at, _)) = inner.sleepers.first_key_value().map(|(key, _)| *key) else {
                return;
            };
            inner.now = inner.now.max(at);
            let later = inner.sleepers.split_off(&(at + Duration::from_nanos(1), 0));
            std::mem::replace(&mut inner.sleepers, later)
                .into_values()
                .collect()
        };
        woken.into_iter().for_each(Waker::wake);
    }
}

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> Duration {
        self.lock().now
    }

    fn unix_millis(&self) -> u64 {
        START_MILLIS + u64::try_from(self.lock().now.as_millis()).unwrap_or(u64::MAX)
    }

    async fn sleep(&self, duration: Duration) {
        let key = {
            let mut inner = self.lock();
            inner.next += 1;
            (inner.now + duration, inner.next)
        };
        Sleep { clock: self, key }.await;
    }
}

struct Sleep<'a> {
    clock: &'a FakeClock,
    key: (Duration, u64),
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut inner = self.clock.lock();
        if inner.now >= self.key.0 {
            return Poll::Ready(());
        }
        inner.sleepers.insert(self.key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.clock.lock().sleepers.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_pass_at_once_and_in_order() {
        let clock = FakeClock::new();
        let order = clock.block_on(async {
            let order = Arc::new(Mutex::new(Vec::new()));
            let sleepers = [3600_u64, 1, 60].map(|seconds| {
                let (clock, order) = (clock.clone(), Arc::clone(&order));
                tokio::spawn(async move {
                    clock.sleep(Duration::from_secs(seconds)).await;
                    order.lock().unwrap().push((seconds, clock.now().as_secs()));
                })
            });
            for sleeper in sleepers {
                sleeper.await.unwrap();
            }
            Arc::try_unwrap(order).unwrap().into_inner().unwrap()
        });
        assert_eq!(order, [(1, 1), (60, 60), (3600, 3600)]);
    }

    #[test]
    fn a_dropped_sleep_moves_no_time() {
        let clock = FakeClock::new();
        clock.block_on(async {
            tokio::select! {
                () = clock.sleep(Duration::from_secs(5)) => {}
                () = clock.sleep(Duration::from_secs(500)) => unreachable!("the shorter one ends first"),
            }
        });
        assert_eq!(clock.now(), Duration::from_secs(5));
    }
}
