//! The router: finds an edge its way from a port to a port around every card in between.
//!
//! An edge that meets no card keeps its smooth curve. Otherwise it takes upright turns: one lane
//! where one is enough, else the way that [`crate::route_search`] finds. Edges do not know of each
//! other, so one edge's way depends on the cards alone; `track` keeps parallel ones apart.

use crate::route_looks::{Looks, Span};
use crate::route_rays::{Heading, NEAR, Rays, Stop};
use crate::route_search::{Goal, Search};
use crate::{Bent, Curve, EdgePath, Point, Rect};

/// How near a curve may come to a card that is not its end.
const CURVE_MARGIN: f64 = 6.0;
/// How near turns may come to cards; where that leaves no way, the next one is tried. Between cards
/// that do not overlap there is always a way at 0, along their borders.
const MARGINS: [f64; 3] = [12.0, 4.0, 0.0];
/// How far beyond both ends a way may go, one after the other; at margin 0 only the last.
const DETOURS: [f64; 3] = [500.0, 2000.0, f64::INFINITY];
/// Parallel edges share this much room, in margins.
const SPREAD: f64 = 3.0;
/// As many parallel edges stand apart from each other.
const TRACKS: u32 = 12;
/// A curve is looked at in pieces no finer than this part of it.
const DEEPEST: u32 = 7;

/// An edge as the router sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ends {
    /// On the right border of the card `source`.
    pub from: Point,
    /// On the left border of the card `target`.
    pub to: Point,
    pub source: usize,
    pub target: usize,
    /// Edges with different numbers (modulo 12) keep apart where they run side by side, for example
    /// the place of the route among those of its API.
    pub track: u32,
}

/// Every card an edge may have to go around.
#[derive(Debug, Clone, Default)]
pub struct Router {
    rays: Rays,
}

impl Router {
    /// From the cards' rectangles, which [`Ends`] name by index. They should not overlap: what is covered cannot be reached.
    pub fn new(cards: &[Rect]) -> Self {
        Self {
            rays: Rays::new(cards),
        }
    }

    /// A card stands somewhere else or has another size.
    pub fn moved(&mut self, card: usize, rect: Rect) {
        self.rays.moved(card, rect);
    }

    /// How many cards there are.
    pub fn cards(&self) -> usize {
        self.rays.len()
    }

    /// The rectangle of a card.
    pub fn card(&self, card: usize) -> Rect {
        self.rays.rect(card)
    }

    /// The way of an edge. It begins and ends exactly at its ports and runs through no card but, where
    /// cards overlap or a port is covered so that there is no way at all, straight to its target.
    pub fn route(&self, ends: Ends) -> EdgePath {
        self.trace(ends, &mut Search::default()).path
    }

    /// Like [`Router::route`], with what the way depends on.
    pub(crate) fn trace(&self, ends: Ends, search: &mut Search) -> Trace {
        let curve = Curve::between(ends.from, ends.to);
        if !self.is_blocked(&curve, ends, DEEPEST) {
            return Trace {
                path: EdgePath::Curve(curve),
                looked: Looks::default(),
            };
        }
        let mut eyes = Eyes {
            rays: &self.rays,
            looked: Looks::default(),
            margin: 0.0,
            limits: Span::EVERYWHERE,
        };
        let cards = self.card(ends.source).union(self.card(ends.target));
        for margin in MARGINS {
            eyes.margin = margin;
            let detours = if margin > 0.0 {
                &DETOURS[..2]
            } else {
                &DETOURS[2..]
            };
            for &detour in detours {
                eyes.limits = Span::of(cards).grown(detour);
                if let Some(corners) = eyes.way(ends, search) {
                    return Trace {
                        path: EdgePath::Bent(Bent::new(corners, margin)),
                        looked: eyes.looked,
                    };
                }
            }
        }
        Trace {
            path: EdgePath::Curve(curve),
            looked: eyes.looked,
        }
    }

    /// Whether the curve of an edge would come too near to a card.
    pub(crate) fn needs_turns(&self, ends: Ends) -> bool {
        self.is_blocked(&Curve::between(ends.from, ends.to), ends, DEEPEST)
    }

    fn is_blocked(&self, curve: &Curve, ends: Ends, depth: u32) -> bool {
        let area = curve.bounds();
        let is_near = self.rays.any(area, CURVE_MARGIN, |card| {
            blocks(self.rays.rect(card), area, ends.is_end(card))
        });
        if !is_near || depth == 0 {
            return is_near;
        }
        let (first, second) = curve.halves();
        self.is_blocked(&first, ends, depth - 1) || self.is_blocked(&second, ends, depth - 1)
    }
}

/// Whether a card alone would block the curve of an edge.
pub(crate) fn would_block(rect: Rect, is_end: bool, ends: Ends) -> bool {
    fn check(rect: Rect, is_end: bool, curve: &Curve, depth: u32) -> bool {
        if !blocks(rect, curve.bounds(), is_end) || depth == 0 {
            return blocks(rect, curve.bounds(), is_end);
        }
        let (first, second) = curve.halves();
        check(rect, is_end, &first, depth - 1) || check(rect, is_end, &second, depth - 1)
    }
    check(rect, is_end, &Curve::between(ends.from, ends.to), DEEPEST)
}

/// A curve may touch the cards at its ends and must keep away from the others.
fn blocks(card: Rect, area: Rect, is_end: bool) -> bool {
    let margin = if is_end { 0.0 } else { CURVE_MARGIN };
    card.x - margin < area.right() - NEAR
        && card.right() + margin > area.x + NEAR
        && card.y - margin < area.bottom() - NEAR
        && card.bottom() + margin > area.y + NEAR
}

impl Ends {
    pub(crate) fn is_end(&self, card: usize) -> bool {
        card == self.source || card == self.target
    }

    /// The share of the room between parallel edges that this one keeps, from 0 to below 1.
    fn share(&self) -> f64 {
        f64::from(self.track % TRACKS) / f64::from(TRACKS)
    }
}

/// A way, and the rays that were cast to find it: while no card comes or goes there, it stays.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trace {
    pub(crate) path: EdgePath,
    pub(crate) looked: Looks,
}

/// Rays at one margin, with a memory of where they went.
pub(crate) struct Eyes<'a> {
    pub(crate) rays: &'a Rays,
    looked: Looks,
    pub(crate) margin: f64,
    /// No ray goes farther.
    limits: Span,
}

impl Eyes<'_> {
    /// A ray that is not remembered, not beyond the coordinate `end`.
    pub(crate) fn glance(&self, from: Point, heading: Heading, end: f64) -> Stop {
        let limit = match heading {
            Heading::East => self.limits.right,
            Heading::South => self.limits.bottom,
            Heading::West => self.limits.left,
            Heading::North => self.limits.top,
        };
        let end = if heading.ahead(limit, end) > 0.0 {
            limit
        } else {
            end
        };
        self.rays.cast(from, heading, self.margin, end)
    }

    /// Remembers a ray.
    pub(crate) fn note(&mut self, from: Point, heading: Heading, stop: Stop) {
        self.looked.add(from, heading, stop, self.margin);
    }

    /// A ray to the coordinate `end` at the farthest.
    pub(crate) fn cast(&mut self, from: Point, heading: Heading, end: f64) -> Stop {
        let stop = self.glance(from, heading, end);
        self.note(from, heading, stop);
        stop
    }

    /// Whether the straight leg between two places that share an x or a y is free.
    pub(crate) fn is_free(&mut self, from: Point, to: Point) -> bool {
        let heading = if from.y == to.y {
            if to.x >= from.x {
                Heading::East
            } else {
                Heading::West
            }
        } else if to.y >= from.y {
            Heading::South
        } else {
            Heading::North
        };
        let end = heading.along(to);
        let stop = self.cast(from, heading, end);
        heading.ahead(end, stop.along) >= 0.0
    }

    /// All corners of a way at this margin, ends included.
    fn way(&mut self, ends: Ends, search: &mut Search) -> Option<Vec<Point>> {
        let leave = Point::new(ends.from.x + self.margin, ends.from.y);
        let arrive = Point::new(ends.to.x - self.margin, ends.to.y);
        if !self.is_clear(leave) || !self.is_clear(arrive) {
            return None;
        }
        let room = SPREAD * self.margin;
        let inner = match self.lane(leave, arrive, room, ends.share()) {
            Some(corners) => corners,
            None => {
                let goal = Goal {
                    at: arrive,
                    source: ends.source,
                    target: ends.target,
                    room,
                    share: ends.share(),
                };
                search.run(self, leave, &goal)?
            }
        };
        let mut corners = vec![ends.from];
        corners.extend(inner);
        corners.push(ends.to);
        tidy(&mut corners);
        self.straighten(&mut corners);
        Some(corners)
    }

    /// Whether a place keeps the margin from every card.
    fn is_clear(&mut self, at: Point) -> bool {
        let card = self.rays.near(at, self.margin);
        self.note(at, Heading::East, Stop { along: at.x, card });
        card.is_none()
    }

    /// The way with one upright leg, where there is one.
    fn lane(&mut self, leave: Point, arrive: Point, room: f64, share: f64) -> Option<Vec<Point>> {
        if arrive.x < leave.x {
            return None;
        }
        let right = self.cast(leave, Heading::East, arrive.x).along;
        let left = self.cast(arrive, Heading::West, leave.x).along;
        if left > right {
            return None;
        }
        // Of edges that leave one card downwards, the upper ones turn last; upwards, the lower ones.
        let share = if arrive.y > leave.y {
            1.0 - share
        } else {
            share
        };
        let spread = (right - left).min(2.0 * room);
        let middle = (left + right) / 2.0 + spread * (share - 0.5);
        let heading = if arrive.y >= leave.y {
            Heading::South
        } else {
            Heading::North
        };
        let level = |eyes: &mut Self, x: f64| {
            let from = Point::new(x, leave.y);
            let stop = eyes.cast(from, heading, arrive.y);
            let corners = vec![leave, from, Point::new(x, arrive.y), arrive];
            if heading.ahead(arrive.y, stop.along) >= 0.0 {
                Ok(corners)
            } else {
                Err(stop.card)
            }
        };
        let stopped = match level(self, middle) {
            Ok(corners) => return Some(corners),
            Err(card) => card,
        };
        let mut wishes = Vec::with_capacity(4);
        // Past the card in the way, when the lane is wide enough; else beside one of the ends.
        if let Some(card) = stopped {
            let rect = self.rays.rect(card).grown(self.margin);
            let (before, after) = (rect.x - left, right - rect.right());
            if after >= 0.0 {
                wishes.push(rect.right() + after.min(room) * share);
            }
            if before >= 0.0 {
                wishes.push(rect.x - before.min(room) * share);
            }
        }
        let width = (right - left).min(room);
        wishes.push(right - width * share);
        wishes.push(left + width * (1.0 - share));
        wishes.into_iter().find_map(|x| level(self, x).ok())
    }

    /// Leaves out corners where two legs reach each other.
    fn straighten(&mut self, corners: &mut Vec<Point>) {
        // The first and the last leg belong to the ports. Longer cuts first.
        let mut length = corners.len();
        while length >= 5 {
            let mut cut = false;
            for first in 0..=corners.len().saturating_sub(length) {
                if self.cut(corners, first, first + length - 1) {
                    cut = true;
                    break;
                }
            }
            length = if cut { corners.len() } else { length - 1 };
        }
    }

    /// Joins the leg that begins at one corner and the leg that ends at a later one, where they meet at a right angle.
    fn cut(&mut self, corners: &mut Vec<Point>, first: usize, last: usize) -> bool {
        if last >= corners.len() {
            return false;
        }
        let (a, b, c, d) = (
            corners[first],
            corners[first + 1],
            corners[last - 1],
            corners[last],
        );
        let is_level = a.y == b.y;
        if is_level == (c.y == d.y) {
            return false;
        }
        let meet = if is_level {
            Point::new(d.x, a.y)
        } else {
            Point::new(a.x, d.y)
        };
        // Both legs keep their heading, and the ones at the ports some of their length.
        let keeps = |from: Point, to: Point, then: Point| {
            let (old, new) = (
                (to.x - from.x) + (to.y - from.y),
                (then.x - from.x) + (then.y - from.y),
            );
            old * new > 0.0
        };
        let reserve = |at: Point, end: Point| at.distance(end) >= self.margin;
        if !keeps(a, b, meet)
            || !keeps(d, c, meet)
            || (first == 0 && !reserve(meet, a))
            || (last + 1 == corners.len() && !reserve(meet, d))
        {
            return false;
        }
        // At the ports the card itself is nearer than the margin.
        let from = if first == 0 {
            Point::new(a.x + self.margin, a.y)
        } else {
            a
        };
        let to = if last + 1 == corners.len() {
            Point::new(d.x - self.margin, d.y)
        } else {
            d
        };
        if !self.is_free(from, meet) || !self.is_free(meet, to) {
            return false;
        }
        corners.splice(first + 1..last, [meet]);
        tidy(corners);
        true
    }
}

/// Drops corners that are none: equal neighbours, and those on a straight line.
fn tidy(corners: &mut Vec<Point>) {
    let mut kept: Vec<Point> = Vec::with_capacity(corners.len());
    for &at in corners.iter() {
        if kept.last() == Some(&at) {
            continue;
        }
        while let [.., a, b] = kept[..] {
            let straight = (a.x == b.x && b.x == at.x) || (a.y == b.y && b.y == at.y);
            if !straight {
                break;
            }
            kept.pop();
        }
        if kept.last() != Some(&at) {
            kept.push(at);
        }
    }
    // The ends stay even where they are one place.
    if kept.len() == 1 {
        kept.push(kept[0]);
    }
    *corners = kept;
}
