//! One source, and what it means for each of many: each is told only when its own value changes.
//!
//! A signal with thousands of subscribers is slow: each change marks, asks and enlists all of them again. Here one
//! effect goes through the values, and what it costs beyond that is paid by those that change.

use leptos::prelude::*;
use std::collections::HashMap;

/// Answers for each, as things are now.
type Answers<K, V> = Box<dyn Fn(&K) -> V>;

/// Values by key; a key may be asked for several times.
pub(crate) struct Each<K, V>(StoredValue<Asked<K, V>, LocalStorage>)
where
    K: 'static,
    V: 'static;

struct Asked<K, V: 'static> {
    answers: Answers<K, V>,
    signals: HashMap<usize, (K, RwSignal<V>)>,
    next: usize,
}

impl<K, V> Clone for Each<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Each<K, V> {}

impl<K, V> Each<K, V>
where
    K: Clone + 'static,
    V: Clone + PartialEq + Send + Sync + 'static,
{
    /// `look` reads the source, and is called again when that changes; what it returns answers for each.
    pub(crate) fn new<F>(look: impl Fn() -> F + 'static) -> Self
    where
        F: Fn(&K) -> V + 'static,
    {
        let asked = StoredValue::new_local(Asked {
            answers: Box::new(untrack(&look)),
            signals: HashMap::new(),
            next: 0,
        });
        Effect::new(move |_| {
            let answers = look();
            let changed = asked.try_update_value(|asked| {
                let signals = asked.signals.values();
                let news = signals.map(|(key, signal)| (*signal, answers(key)));
                let changed: Vec<_> = news
                    .filter(|(signal, now)| {
                        // One whose owner is just going away needs no news.
                        signal.try_with_untracked(|known| known != now) == Some(true)
                    })
                    .collect();
                asked.answers = Box::new(answers);
                changed
            });
            for (signal, now) in changed.unwrap_or_default() {
                signal.set(now);
            }
        });
        Self(asked)
    }

    /// The value of one, kept true as long as the owner lives under which it is asked for.
    pub(crate) fn of(self, key: &K) -> ReadSignal<V> {
        let (number, signal) = self
            .0
            .try_update_value(|asked| {
                let signal = RwSignal::new((asked.answers)(key));
                let number = asked.next;
                asked.next += 1;
                asked.signals.insert(number, (key.clone(), signal));
                (number, signal)
            })
            .expect("what is asked lasts as long as those who ask");
        on_cleanup(move || {
            // All of it may have gone away before.
            self.0
                .try_update_value(|asked| asked.signals.remove(&number));
        });
        signal.read_only()
    }
}
