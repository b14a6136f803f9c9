//! The search for a way with several turns.
//!
//! From where it is, an edge goes straight on until a card is in the way, and turns there; beside a
//! card it may turn where the card ends; and it may turn where it is level with its goal. Among
//! these ways the shortest is taken, a turn counting as much as [`TURN`] units (A*). Following the
//! borders of cards in both directions reaches every place that can be reached.

use crate::route::Eyes;
use crate::route_rays::{Heading, NEAR, NumberHasher, Stop};
use crate::{Point, Rect};
use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BinaryHeap, HashMap};
use std::hash::BuildHasherDefault;

/// What a turn costs, in units of length.
const TURN: f64 = 48.0;
/// After this many steps a way counts as not found. At margin 0 the whole picture may have to be walked around.
const STEPS: usize = 1500;
const STEPS_FOR_EACH_CARD: usize = 24;

/// Where to, and how parallel edges are kept apart.
pub(crate) struct Goal {
    /// Arrived at heading east.
    pub(crate) at: Point,
    pub(crate) source: usize,
    pub(crate) target: usize,
    /// Room for parallel edges beside a card.
    pub(crate) room: f64,
    /// This edge's part of it, from 0 to below 1.
    pub(crate) share: f64,
}

/// A card that is followed: beside the way, or in the way.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Wall {
    card: usize,
    /// On which side of the way it lies.
    side: Heading,
}

/// A place on a way, and where it goes from there.
#[derive(Debug, Clone, Copy)]
struct Place {
    at: Point,
    heading: Heading,
    wall: Option<Wall>,
    cost: f64,
    before: Option<usize>,
}

/// A place to go on from. The greatest is the one with the smallest estimate; of equals the one found last, which is
/// nearer to the goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Open {
    /// The bits of an estimate: of numbers that are not negative, the greater one has the greater bits.
    estimate: Reverse<u64>,
    place: usize,
}

/// What makes two places the same: coordinates, or none beside a card; card, side and heading.
type Key = (u64, u64, u32);
/// The costs by which such places are compared, and the estimate, of the one with the least estimate.
type Known = HashMap<Key, (f64, f64), BuildHasherDefault<NumberHasher>>;

/// A ray of a step. How much of it matters is known when the way is found.
#[derive(Debug, Clone, Copy)]
struct Sight {
    place: usize,
    from: Point,
    heading: Heading,
    stop: Stop,
    /// What it was cast for begins so far ahead of the place.
    ahead: f64,
}

/// The room that a search works in, used again by the next.
#[derive(Debug, Clone, Default)]
pub(crate) struct Search {
    places: Vec<Place>,
    open: BinaryHeap<Open>,
    known: Known,
    sights: Vec<Sight>,
    /// Whether every place beside a card counts by itself, or only the first one.
    exact: bool,
}

impl Search {
    /// The corners of a way, both ends included; `None` when there is none at this margin or it is too far to find.
    pub(crate) fn run(
        &mut self,
        eyes: &mut Eyes<'_>,
        from: Point,
        goal: &Goal,
    ) -> Option<Vec<Point>> {
        self.places.clear();
        self.open.clear();
        self.known.clear();
        self.sights.clear();
        self.exact = eyes.margin == 0.0;
        let wall = Some(Wall {
            card: goal.source,
            side: Heading::West,
        });
        self.push(from, Heading::East, None, 0.0, None, goal);
        // Turning at once leaves room for the edges of the rows beside.
        let ahead = eyes.cast(from, Heading::East, from.x + goal.room).along - from.x;
        let aside = Point::new(from.x + ahead * goal.share, from.y);
        for heading in Heading::East.turns() {
            self.push(aside, heading, wall, aside.x - from.x + TURN, None, goal);
        }
        let steps = if eyes.margin > 0.0 {
            STEPS
        } else {
            STEPS + STEPS_FOR_EACH_CARD * eyes.rays.len()
        };
        let mut worst = 0.0_f64;
        for _ in 0..steps {
            let Some(Open { estimate, place }) = self.open.pop() else {
                break;
            };
            let here = self.places[place];
            worst = worst.max(f64::from_bits(estimate.0));
            if here.at == goal.at && here.heading == Heading::East {
                self.note(eyes, worst, goal);
                return Some(self.corners(place, from));
            }
            let (key, toll) = self.same(&here, goal);
            if self.known.get(&key).is_some_and(|known| known.0 < toll) {
                continue;
            }
            self.step(eyes, place, goal);
        }
        self.note(eyes, f64::INFINITY, goal);
        None
    }

    /// Remembers what the way depends on. A turn whose estimate is above `worst`, that of all places that were gone on
    /// from, would not have been looked at; so it does not matter whether a card comes or goes where a ray has only such turns.
    fn note(&self, eyes: &mut Eyes<'_>, worst: f64, goal: &Goal) {
        for sight in &self.sights {
            let Some(far) = self.places[sight.place].farthest(worst, goal.at) else {
                continue;
            };
            let heading = sight.heading;
            let end = far - sight.ahead;
            if end < 0.0 {
                continue;
            }
            // A turn stands away from what is in the way by less than the room; one more for rounding.
            let end = end + goal.room + 1.0;
            let start = heading.along(sight.from);
            let stop = if heading.ahead(start, sight.stop.along) > end {
                let by = if heading.is_forward() { end } else { -end };
                Stop {
                    along: start + by,
                    card: None,
                }
            } else {
                sight.stop
            };
            eyes.note(sight.from, heading, stop);
        }
    }

    fn corners(&self, last: usize, from: Point) -> Vec<Point> {
        let mut corners = Vec::new();
        let mut place = Some(last);
        while let Some(index) = place {
            corners.push(self.places[index].at);
            place = self.places[index].before;
        }
        corners.push(from);
        corners.reverse();
        corners
    }

    /// Every turn on the ray that begins at a place.
    fn step(&mut self, eyes: &mut Eyes<'_>, place: usize, goal: &Goal) {
        let here = self.places[place];
        let heading = here.heading;
        let stop = eyes.glance(here.at, heading, heading.farthest());
        self.sights.push(Sight {
            place,
            from: here.at,
            heading,
            stop,
            ahead: 0.0,
        });
        let start = heading.along(here.at);
        let reach = heading.ahead(start, stop.along);
        let turn = |search: &mut Self, distance: f64, to: Heading, wall: Option<Wall>| {
            let step = if heading.is_forward() {
                distance
            } else {
                -distance
            };
            let at = heading.moved(here.at, start + step);
            let cost = here.cost + distance + TURN;
            search.push(at, to, wall, cost, Some(place), goal);
        };

        if heading == Heading::East && here.at.y == goal.at.y {
            let distance = goal.at.x - here.at.x;
            if distance >= 0.0 && distance <= reach {
                let cost = here.cost + distance;
                self.push(goal.at, Heading::East, None, cost, Some(place), goal);
                return;
            }
        }
        // Level with the goal, or with the border of its card.
        if heading.is_level() {
            let distance = heading.ahead(here.at.x, goal.at.x);
            if distance >= 0.0 && distance <= reach && here.at.y != goal.at.y {
                let to = if goal.at.y > here.at.y {
                    Heading::South
                } else {
                    Heading::North
                };
                turn(self, distance, to, None);
            }
        } else {
            let distance = heading.ahead(here.at.y, goal.at.y);
            let to = if goal.at.x >= here.at.x {
                Heading::East
            } else {
                Heading::West
            };
            if distance > 0.0 && distance <= reach {
                self.exact(here, place, goal, distance, to);
            }
            if to == Heading::West {
                let card = eyes.rays.rect(goal.target).grown(eyes.margin);
                for y in [card.y, card.bottom()] {
                    let distance = heading.ahead(here.at.y, y);
                    if distance > 0.0 && distance <= reach {
                        turn(self, distance, to, None);
                    }
                }
            }
        }
        // Where the card beside ends.
        if let Some(wall) = here.wall {
            let card = eyes.rays.rect(wall.card).grown(eyes.margin);
            let end = end_of(card, heading);
            let distance = heading.ahead(start, end);
            if distance >= 0.0 && distance <= reach {
                // The room is that of the gap which opens there, not only of the lane so far.
                let from = corner(card, eyes.margin, wall.side, heading);
                let room = if heading.is_forward() {
                    goal.room
                } else {
                    -goal.room
                };
                let stop = eyes.glance(from, heading, end + room);
                self.sights.push(Sight {
                    place,
                    from,
                    heading,
                    stop,
                    ahead: distance,
                });
                let gap = heading.ahead(end, stop.along).min(reach - distance);
                let apart = gap * goal.share;
                let beside = Wall {
                    card: wall.card,
                    side: heading.back(),
                };
                turn(self, distance + apart, wall.side, Some(beside));
            }
        }
        // Where a card is in the way.
        if let Some(card) = stop.card {
            let apart = reach.min(goal.room) * goal.share;
            let wall = Wall {
                card,
                side: heading,
            };
            for to in heading.turns() {
                turn(self, reach - apart, to, Some(wall));
            }
        }
    }

    /// A turn exactly level with the goal: its y must not be computed.
    fn exact(&mut self, here: Place, place: usize, goal: &Goal, distance: f64, to: Heading) {
        let at = Point::new(here.at.x, goal.at.y);
        let cost = here.cost + distance + TURN;
        self.push(at, to, None, cost, Some(place), goal);
    }

    fn push(
        &mut self,
        at: Point,
        heading: Heading,
        wall: Option<Wall>,
        cost: f64,
        before: Option<usize>,
        goal: &Goal,
    ) {
        let estimate = cost + rest(at, heading, goal.at);
        let place = Place {
            at,
            heading,
            wall,
            cost,
            before,
        };
        let (key, toll) = self.same(&place, goal);
        // A place with a greater estimate never stands in the way of one with a smaller: see `note`.
        match self.known.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert((toll, estimate));
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                if known.0 <= toll && known.1 <= estimate {
                    return;
                }
                if estimate < known.1 || (estimate == known.1 && toll < known.0) {
                    *known = (toll, estimate);
                }
            }
        }
        self.places.push(place);
        self.open.push(Open {
            estimate: Reverse(estimate.to_bits()),
            place: self.places.len() - 1,
        });
    }
}

impl Search {
    /// What makes two places the same, and the costs by which they are compared. Beside a card all places that go on
    /// in the same direction are: they lead to the same turns, unless something narrow stands between, which is looked
    /// at exactly only where nothing else helps. They are compared as if both had gone on to the same place.
    fn same(&self, place: &Place, goal: &Goal) -> (Key, f64) {
        let Place { at, heading, .. } = *place;
        let what = |wall: Wall| {
            let card = u32::try_from(wall.card).unwrap_or(u32::MAX >> 6);
            (card << 6) | ((wall.side as u32) << 4) | 8
        };
        let what = place.wall.map_or(0, what) | heading as u32;
        if what & 8 != 0 && !self.exact {
            let is_before_goal = heading.ahead(heading.along(at), heading.along(goal.at)) > 0.0;
            let toll = place.cost + heading.ahead(heading.along(at), 0.0);
            return ((0, 0, what | (u32::from(is_before_goal) << 2)), toll);
        }
        // One place whatever the sign of its zero.
        let (x, y) = ((at.x + 0.0).to_bits(), (at.y + 0.0).to_bits());
        ((x, y, what), place.cost)
    }
}

impl Place {
    /// How far ahead a turn may still lead to the goal at an estimate of `worst`; `None` when none does.
    fn farthest(&self, worst: f64, goal: Point) -> Option<f64> {
        if worst.is_infinite() {
            return Some(worst);
        }
        let heading = self.heading;
        // One more for rounding.
        let rest = worst - self.cost + 1.0;
        let ahead = heading.ahead(heading.along(self.at), heading.along(goal));
        let aside = (heading.across(goal) - heading.across(self.at)).abs();
        // After an upright leg two turns more are needed, after a level one another one; see `rest`.
        let turns = if heading.is_level() { 2.0 } else { 3.0 };
        let spare = rest - ahead.abs() - aside - turns * TURN;
        if spare >= 0.0 {
            return Some(ahead.max(0.0) + spare / 2.0);
        }
        // Level with the goal there may be fewer.
        let turns = if heading.is_level() { 0.0 } else { 1.0 };
        let reaches = ahead >= 0.0 && rest - ahead - aside - turns * TURN >= 0.0;
        reaches.then_some(ahead)
    }
}

/// Where one who passes a card, which lies on a side, first sees around it: `margin` inside its grown rectangle.
fn corner(grown: Rect, margin: f64, side: Heading, heading: Heading) -> Point {
    let inside = if side.is_forward() { margin } else { -margin };
    let across = end_of(grown, side.back()) + inside;
    let along = end_of(grown, heading);
    if heading.is_level() {
        Point::new(along, across)
    } else {
        Point::new(across, along)
    }
}

/// The coordinate where a card ends for one who passes it.
fn end_of(card: Rect, heading: Heading) -> f64 {
    match heading {
        Heading::East => card.right(),
        Heading::South => card.bottom(),
        Heading::West => card.x,
        Heading::North => card.y,
    }
}

/// The least that is left to go, in length and turns.
fn rest(at: Point, heading: Heading, goal: Point) -> f64 {
    let (dx, dy) = (goal.x - at.x, goal.y - at.y);
    let is_level = dy.abs() < NEAR;
    let turns = match heading {
        Heading::East if is_level && dx >= 0.0 => 0.0,
        Heading::East if dx >= 0.0 => 2.0,
        Heading::East => 4.0,
        Heading::West if is_level => 4.0,
        Heading::West => 2.0,
        Heading::South if dx >= 0.0 && dy >= 0.0 => 1.0,
        Heading::North if dx >= 0.0 && dy <= 0.0 => 1.0,
        Heading::South | Heading::North => 3.0,
    };
    dx.abs() + dy.abs() + TURN * turns
}
