//! Level and upright rays over cards: how far one gets from a place before a card is in the way.
//!
//! Cards are kept in strips, once by height and once by width, sorted along the strip: a ray looks
//! only at the cards of its own strip, from its start to the first hit.

use crate::{Point, Rect};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Breadth of a strip, in world units.
const STRIP: f64 = 96.0;
/// Places nearer than this are one place.
pub(crate) const NEAR: f64 = 1e-6;

/// Where a ray goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Heading {
    East,
    South,
    West,
    North,
}

impl Heading {
    pub(crate) fn is_level(self) -> bool {
        matches!(self, Self::East | Self::West)
    }

    /// Whether coordinates grow along it.
    pub(crate) fn is_forward(self) -> bool {
        matches!(self, Self::East | Self::South)
    }

    pub(crate) fn back(self) -> Self {
        match self {
            Self::East => Self::West,
            Self::South => Self::North,
            Self::West => Self::East,
            Self::North => Self::South,
        }
    }

    /// The two that stand upright on it.
    pub(crate) fn turns(self) -> [Self; 2] {
        if self.is_level() {
            [Self::South, Self::North]
        } else {
            [Self::East, Self::West]
        }
    }

    /// The coordinate of a place that changes along it.
    pub(crate) fn along(self, at: Point) -> f64 {
        if self.is_level() { at.x } else { at.y }
    }

    /// The coordinate of a place that stays.
    pub(crate) fn across(self, at: Point) -> f64 {
        if self.is_level() { at.y } else { at.x }
    }

    /// The place on the same ray with another coordinate along it.
    pub(crate) fn moved(self, at: Point, along: f64) -> Point {
        if self.is_level() {
            Point::new(along, at.y)
        } else {
            Point::new(at.x, along)
        }
    }

    /// The coordinate that is ahead of all others.
    pub(crate) fn farthest(self) -> f64 {
        if self.is_forward() {
            f64::INFINITY
        } else {
            f64::NEG_INFINITY
        }
    }

    /// How far `to` lies ahead of `from`; negative behind it.
    pub(crate) fn ahead(self, from: f64, to: f64) -> f64 {
        if self.is_forward() {
            to - from
        } else {
            from - to
        }
    }
}

/// The end of a ray.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stop {
    /// The coordinate along the heading; infinite where nothing is in the way.
    pub(crate) along: f64,
    /// The card that is in the way.
    pub(crate) card: Option<usize>,
}

/// The cards, ready for rays.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rays {
    rects: Vec<Rect>,
    level: Strips,
    upright: Strips,
}

impl Rays {
    pub(crate) fn new(rects: &[Rect]) -> Self {
        let mut rays = Self {
            rects: rects.to_vec(),
            ..Self::default()
        };
        for (index, &rect) in rects.iter().enumerate() {
            rays.level.push(Bar::level(index, rect));
            rays.upright.push(Bar::upright(index, rect));
        }
        rays.level.sort();
        rays.upright.sort();
        rays
    }

    pub(crate) fn rect(&self, card: usize) -> Rect {
        self.rects[card]
    }

    pub(crate) fn len(&self) -> usize {
        self.rects.len()
    }

    /// A card stands somewhere else or has another size.
    pub(crate) fn moved(&mut self, card: usize, rect: Rect) {
        let old = std::mem::replace(&mut self.rects[card], rect);
        self.level
            .replace(Bar::level(card, old), Bar::level(card, rect));
        self.upright
            .replace(Bar::upright(card, old), Bar::upright(card, rect));
    }

    /// How far a ray gets when it keeps `margin` from every card, and not beyond the coordinate `end`. One that begins
    /// too near to a card stops at once.
    pub(crate) fn cast(&self, from: Point, heading: Heading, margin: f64, end: f64) -> Stop {
        let strips = if heading.is_level() {
            &self.level
        } else {
            &self.upright
        };
        let (along, across) = (heading.along(from), heading.across(from));
        if heading.is_forward() {
            strips.forward(along, across, margin, end)
        } else {
            strips.backward(along, across, margin, end)
        }
    }

    /// Whether a card that `counts` is nearer than `margin` to an area.
    pub(crate) fn any(&self, area: Rect, margin: f64, counts: impl Fn(usize) -> bool) -> bool {
        self.level.first(area, margin, counts).is_some()
    }

    /// A card that is nearer than `margin` to a place.
    pub(crate) fn near(&self, at: Point, margin: f64) -> Option<usize> {
        let area = Rect::new(at.x, at.y, 0.0, 0.0);
        self.level.first(area, margin, |_| true)
    }
}

/// A card as a strip sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bar {
    /// First and last coordinate along the strip.
    from: f64,
    to: f64,
    /// First and last coordinate across it.
    low: f64,
    high: f64,
    card: usize,
}

impl Bar {
    fn level(card: usize, rect: Rect) -> Self {
        Self {
            from: rect.x,
            to: rect.right(),
            low: rect.y,
            high: rect.bottom(),
            card,
        }
    }

    fn upright(card: usize, rect: Rect) -> Self {
        Self {
            from: rect.y,
            to: rect.bottom(),
            low: rect.x,
            high: rect.right(),
            card,
        }
    }

    fn is_across(&self, at: f64, margin: f64) -> bool {
        at > self.low - margin + NEAR && at < self.high + margin - NEAR
    }

    fn key(&self) -> (f64, usize) {
        (self.from, self.card)
    }
}

fn order(a: &Bar, b: &Bar) -> std::cmp::Ordering {
    let (a, b) = (a.key(), b.key());
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}

/// Parallel strips by number, each sorted by where its bars begin.
#[derive(Debug, Clone, Default)]
struct Strips {
    strips: HashMap<i32, Vec<Bar>, BuildHasherDefault<NumberHasher>>,
    /// The longest bar that was ever added.
    longest: f64,
}

/// Cards are found within this of them, so no ray may ask for a larger margin.
const MARGIN: f64 = 24.0;

impl Strips {
    /// Adds at the end; to be sorted afterwards.
    fn push(&mut self, bar: Bar) {
        self.longest = self.longest.max(bar.to - bar.from);
        for number in numbers(bar) {
            self.strips.entry(number).or_default().push(bar);
        }
    }

    fn sort(&mut self) {
        for strip in self.strips.values_mut() {
            strip.sort_unstable_by(order);
        }
    }

    fn replace(&mut self, old: Bar, new: Bar) {
        for number in numbers(old) {
            if let Some(strip) = self.strips.get_mut(&number) {
                strip.retain(|bar| bar.card != old.card);
                if strip.is_empty() {
                    self.strips.remove(&number);
                }
            }
        }
        self.longest = self.longest.max(new.to - new.from);
        for number in numbers(new) {
            let strip = self.strips.entry(number).or_default();
            let at = strip.partition_point(|bar| order(bar, &new).is_lt());
            strip.insert(at, new);
        }
    }

    fn strip(&self, across: f64) -> &[Bar] {
        self.strips
            .get(&number(across))
            .map_or(&[], |strip| strip.as_slice())
    }

    fn forward(&self, along: f64, across: f64, margin: f64, end: f64) -> Stop {
        let strip = self.strip(across);
        let first = strip.partition_point(|bar| bar.from < along - margin - self.longest);
        for bar in &strip[first..] {
            let at = (bar.from - margin).max(along);
            if at > end {
                break;
            }
            if bar.to + margin > along + NEAR && bar.is_across(across, margin) {
                return Stop {
                    along: at,
                    card: Some(bar.card),
                };
            }
        }
        Stop {
            along: end,
            card: None,
        }
    }

    fn backward(&self, along: f64, across: f64, margin: f64, end: f64) -> Stop {
        let strip = self.strip(across);
        let mut stop = Stop {
            along: end,
            card: None,
        };
        let last = strip.partition_point(|bar| bar.from - margin < along - NEAR);
        for bar in strip[..last].iter().rev() {
            if bar.from + self.longest + margin < stop.along {
                break;
            }
            let end = (bar.to + margin).min(along);
            let is_nearer = end > stop.along || (end == stop.along && stop.card.is_none());
            if is_nearer && bar.is_across(across, margin) {
                stop = Stop {
                    along: end,
                    card: Some(bar.card),
                };
            }
        }
        stop
    }

    fn first(&self, area: Rect, margin: f64, counts: impl Fn(usize) -> bool) -> Option<usize> {
        for number in number(area.y)..=number(area.bottom()) {
            let Some(strip) = self.strips.get(&number) else {
                continue;
            };
            let first = strip.partition_point(|bar| bar.from < area.x - margin - self.longest);
            for bar in &strip[first..] {
                if bar.from - margin >= area.right() - NEAR {
                    break;
                }
                if bar.to + margin > area.x + NEAR
                    && bar.low - margin < area.bottom() - NEAR
                    && bar.high + margin > area.y + NEAR
                    && counts(bar.card)
                {
                    return Some(bar.card);
                }
            }
        }
        None
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, which is meant for places far out"
)]
fn number(across: f64) -> i32 {
    ((across / STRIP).floor() as i32).clamp(-1_000_000, 1_000_000)
}

fn numbers(bar: Bar) -> std::ops::RangeInclusive<i32> {
    number(bar.low - MARGIN)..=number(bar.high + MARGIN)
}

/// Hashes one whole number; the numbers are our own, so nobody can choose them to collide.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        // The golden ratio spreads; the rotation brings the spread bits down to where the table looks.
        self.0 = (self.0 ^ number)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(26);
    }

    fn write_i32(&mut self, number: i32) {
        self.write_u64(u64::from(number.cast_unsigned()));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rect() -> impl Strategy<Value = Rect> {
        (-900..900i32, -900..900i32, 1..400i32, 1..400i32).prop_map(|(x, y, width, height)| {
            Rect::new(x.into(), y.into(), width.into(), height.into())
        })
    }

    /// Looks at each card.
    fn plain(rects: &[Rect], from: Point, heading: Heading, margin: f64) -> f64 {
        let mut reach = f64::INFINITY;
        for rect in rects {
            let rect = rect.grown(margin);
            let (low, high, near, far) = match heading {
                Heading::East => (
                    rect.y,
                    rect.bottom(),
                    rect.x - from.x,
                    rect.right() - from.x,
                ),
                Heading::West => (
                    rect.y,
                    rect.bottom(),
                    from.x - rect.right(),
                    from.x - rect.x,
                ),
                Heading::South => (
                    rect.x,
                    rect.right(),
                    rect.y - from.y,
                    rect.bottom() - from.y,
                ),
                Heading::North => (
                    rect.x,
                    rect.right(),
                    from.y - rect.bottom(),
                    from.y - rect.y,
                ),
            };
            let across = heading.across(from);
            if across > low && across < high && far > 0.0 {
                reach = reach.min(near.max(0.0));
            }
        }
        reach
    }

    proptest! {
        #[test]
        fn a_ray_stops_where_looking_at_each_card_says(
            rects in prop::collection::vec(rect(), 1..40),
            moves in prop::collection::vec((0usize..40, rect()), 0..10),
            x in -1000..1000i32, y in -1000..1000i32, margin in 0..13i32,
            limit in prop_oneof![Just(f64::INFINITY), (0..1500i32).prop_map(f64::from)],
        ) {
            let mut rects = rects;
            let mut rays = Rays::new(&rects);
            for (card, rect) in moves {
                let card = card % rects.len();
                rects[card] = rect;
                rays.moved(card, rect);
            }
            let from = Point::new(x.into(), y.into());
            let margin = f64::from(margin);
            for heading in [Heading::East, Heading::South, Heading::West, Heading::North] {
                let along = heading.along(from);
                let end = if heading.is_forward() { along + limit } else { along - limit };
                let stop = rays.cast(from, heading, margin, end);
                let free = plain(&rects, from, heading, margin);
                prop_assert_eq!(heading.ahead(along, stop.along), free.min(limit), "{:?}", heading);
                prop_assert_eq!(stop.card.is_some(), free.is_finite() && free <= limit);
            }
            let area = Rect::new(from.x, from.y, 120.0, 260.0);
            let expect = rects.iter().any(|rect| {
                let rect = rect.grown(margin);
                rect.x < area.right() && area.x < rect.right() && rect.y < area.bottom() && area.y < rect.bottom()
            });
            prop_assert_eq!(rays.any(area, margin, |_| true), expect);
        }
    }
}
