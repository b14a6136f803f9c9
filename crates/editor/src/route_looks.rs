//! What a way depends on: the rays that were cast to find it.

use crate::route_rays::{Heading, NEAR, Stop};
use crate::{Point, Rect};

/// An upright rectangle by its sides, which may be infinitely far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Span {
    pub(crate) const EVERYWHERE: Self = Self {
        left: f64::NEG_INFINITY,
        top: f64::NEG_INFINITY,
        right: f64::INFINITY,
        bottom: f64::INFINITY,
    };

    pub(crate) fn of(rect: Rect) -> Self {
        Self {
            left: rect.x,
            top: rect.y,
            right: rect.right(),
            bottom: rect.bottom(),
        }
    }

    #[must_use]
    pub(crate) fn grown(self, by: f64) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }

    #[must_use]
    pub(crate) fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    pub(crate) fn touches(self, other: Self) -> bool {
        self.left <= other.right
            && other.left <= self.right
            && self.top <= other.bottom
            && other.top <= self.bottom
    }
}

/// A ray that was cast, as far as it mattered.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    across: f64,
    /// First and last coordinate along it.
    from: f64,
    to: f64,
    /// How near it came to cards; one of a few whole numbers.
    margin: f32,
    /// The card that stopped it, or [`NOBODY`].
    card: u32,
}

const NOBODY: u32 = u32::MAX;

/// The rays of a search.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Looks {
    level: Vec<Look>,
    upright: Vec<Look>,
}

/// A card as rays of one direction see it.
struct Bar {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    card: u32,
}

impl Looks {
    pub(crate) fn add(&mut self, from: Point, heading: Heading, stop: Stop, margin: f64) {
        let start = heading.along(from);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "margins are small whole numbers"
        )]
        let look = Look {
            across: heading.across(from),
            from: start.min(stop.along),
            to: start.max(stop.along),
            margin: margin as f32,
            card: stop.card.map_or(NOBODY, number),
        };
        if heading.is_level() {
            self.level.push(look);
        } else {
            self.upright.push(look);
        }
    }

    /// What holds all rays; `None` when there are none.
    pub(crate) fn area(&self) -> Option<Span> {
        let level = self.level.iter().map(|look| Span {
            left: look.from,
            top: look.across,
            right: look.to,
            bottom: look.across,
        });
        let upright = self.upright.iter().map(|look| Span {
            left: look.across,
            top: look.from,
            right: look.across,
            bottom: look.to,
        });
        level.chain(upright).reduce(Span::union)
    }

    /// Whether a ray may end elsewhere now that a card stands at `new`.
    pub(crate) fn are_changed_by(&self, card: usize, new: Rect) -> bool {
        let card = number(card);
        let level = Bar {
            low: new.y,
            high: new.bottom(),
            from: new.x,
            to: new.right(),
            card,
        };
        let upright = Bar {
            low: new.x,
            high: new.right(),
            from: new.y,
            to: new.bottom(),
            card,
        };
        self.level.iter().any(|look| look.is_changed_by(&level))
            || self.upright.iter().any(|look| look.is_changed_by(&upright))
    }
}

impl Look {
    fn is_changed_by(&self, bar: &Bar) -> bool {
        let margin = f64::from(self.margin);
        let (along, across) = (margin + NEAR, margin - NEAR);
        self.card == bar.card
            || (self.across < bar.high + across
                && self.across > bar.low - across
                && self.from < bar.to + along
                && self.to > bar.from - along)
    }
}

fn number(card: usize) -> u32 {
    u32::try_from(card).unwrap_or(NOBODY - 1)
}
