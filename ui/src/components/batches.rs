//! A long list in batches of lines of one height: those near what is seen are on the page, the others leave their room.

use crate::watch::Watched;
use leptos::prelude::*;
use std::ops::Range;

/// So many lines come and go together.
const BATCH: usize = 32;
/// Batches this near what is seen are there, in pixels.
const MARGIN: f64 = 360.0;

/// Which batches of a list are on the page.
#[derive(Clone, Copy)]
pub(crate) struct Batches {
    /// Height of a line in pixels.
    row: f64,
    /// Lines of the list.
    number: Signal<usize>,
    /// Lines that are there wherever the list is scrolled to.
    kept: Signal<Vec<usize>>,
    /// What is seen, in pixels from the list's top.
    seen: RwSignal<(f64, f64)>,
    watched: Watched,
}

impl Batches {
    pub(crate) fn new(
        row: f64,
        number: impl Into<Signal<usize>>,
        kept: impl Into<Signal<Vec<usize>>>,
    ) -> Self {
        Self {
            row,
            number: number.into(),
            kept: kept.into(),
            seen: RwSignal::new((0.0, 0.0)),
            watched: Watched::default(),
        }
    }

    /// Follows what is seen of `list` in the element around it that the selector names, which scrolls it.
    pub(crate) fn watch(self, list: &web_sys::Element, scroller: &str) {
        // A selector that is no selector finds nothing.
        let Some(scroller) = list.closest(scroller).ok().flatten() else {
            leptos::logging::error!("nothing scrolls a list");
            return;
        };
        let seen = self.seen;
        let measure = {
            let (list, scroller) = (list.clone(), scroller.clone());
            move || {
                let (list, room) = (
                    list.get_bounding_client_rect(),
                    scroller.get_bounding_client_rect(),
                );
                let top = room.top() - list.top();
                // The list may have gone away by now.
                let _ = seen.try_set((top, top + room.height()));
            }
        };
        measure();
        self.watched.scrolling(&scroller, measure.clone());
        self.watched.size(&scroller, measure);
    }

    /// The numbers of all batches.
    pub(crate) fn all(self) -> Memo<usize> {
        Memo::new(move |_| self.number.get().div_ceil(BATCH))
    }

    /// The lines of a batch.
    pub(crate) fn lines(self, batch: usize) -> Range<usize> {
        let number = self.number.get();
        (batch * BATCH).min(number)..((batch + 1) * BATCH).min(number)
    }

    /// How much room a batch takes, in pixels.
    pub(crate) fn room(self, batch: usize) -> f64 {
        pixels(self.lines(batch).len(), self.row)
    }

    /// Whether a batch is on the page.
    pub(crate) fn is_shown(self, batch: usize) -> Memo<bool> {
        let (from, to) = (batch * BATCH, (batch + 1) * BATCH);
        Memo::new(move |_| {
            let (top, bottom) = self.seen.get();
            let is_near =
                pixels(to, self.row) > top - MARGIN && pixels(from, self.row) < bottom + MARGIN;
            is_near
                || self
                    .kept
                    .with(|kept| kept.iter().any(|line| (from..to).contains(line)))
        })
    }
}

fn pixels(lines: usize, row: f64) -> f64 {
    u32::try_from(lines).map_or(f64::MAX, f64::from) * row
}
