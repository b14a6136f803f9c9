//! The way of an edge: a smooth curve where nothing stands in between, upright turns around what does.

use crate::curve::segment_distance;
use crate::svg::draw;
use crate::{Curve, Point, Rect};

/// Radius of a turn, where both of its legs have room for it.
const RADIUS: f64 = 12.0;

/// What an edge looks like between its two ports.
#[derive(Debug, Clone, PartialEq)]
pub enum EdgePath {
    Curve(Curve),
    Bent(Bent),
}

/// Level and upright legs that meet in rounded corners.
#[derive(Debug, Clone, PartialEq)]
pub struct Bent {
    /// Both ends and every corner between them; neighbours share an x or a y.
    corners: Vec<Point>,
    /// The largest radius of a turn.
    radius: f64,
}

impl EdgePath {
    /// The way past nothing.
    pub fn direct(from: Point, to: Point) -> Self {
        Self::Curve(Curve::between(from, to))
    }

    /// Where it begins: the port of a route.
    pub fn from(&self) -> Point {
        match self {
            Self::Curve(curve) => curve.from,
            Self::Bent(bent) => bent.corners[0],
        }
    }

    /// Where it ends: the port of a target.
    pub fn to(&self) -> Point {
        match self {
            Self::Curve(curve) => curve.to,
            Self::Bent(bent) => bent.corners[bent.corners.len() - 1],
        }
    }

    /// The same way, `by` further.
    #[must_use]
    pub fn translated(&self, by: Point) -> Self {
        let there = |at: Point| Point::new(at.x + by.x, at.y + by.y);
        match self {
            Self::Curve(curve) => Self::Curve(Curve {
                from: there(curve.from),
                from_control: there(curve.from_control),
                to_control: there(curve.to_control),
                to: there(curve.to),
            }),
            Self::Bent(bent) => Self::Bent(Bent {
                corners: bent.corners.iter().copied().map(there).collect(),
                radius: bent.radius,
            }),
        }
    }

    /// The `d` of an SVG path.
    pub fn svg_path(&self) -> String {
        let mut path = String::new();
        self.draw(&mut path);
        path
    }

    pub(crate) fn draw(&self, path: &mut String) {
        match self {
            Self::Curve(curve) => curve.draw(path),
            Self::Bent(bent) => bent.draw(path),
        }
    }

    /// A rectangle that holds the path.
    pub fn bounds(&self) -> Rect {
        match self {
            Self::Curve(curve) => curve.bounds(),
            Self::Bent(bent) => bent.bounds(),
        }
    }

    /// Distance from a place to the path, within four units: the rounding of corners is left out.
    pub fn distance(&self, at: Point) -> f64 {
        match self {
            Self::Curve(curve) => curve.distance(at),
            Self::Bent(bent) => bent
                .legs()
                .map(|(from, to)| segment_distance(at, from, to))
                .fold(f64::INFINITY, f64::min),
        }
    }

    /// A place in the middle of the path, for what is written on it.
    pub fn midpoint(&self) -> Point {
        match self {
            Self::Curve(curve) => curve.at(0.5),
            Self::Bent(bent) => bent.midpoint(),
        }
    }
}

impl Bent {
    /// From both ends and the corners between them, at least two places, that keep `margin` from every card.
    pub(crate) fn new(corners: Vec<Point>, margin: f64) -> Self {
        assert!(corners.len() >= 2, "a path has two ends");
        // A rounded turn stays clear of the card that it goes around while its radius is below 3.4 margins.
        let radius = RADIUS.min(3.0 * margin);
        Self { corners, radius }
    }

    /// Both ends and every corner between them.
    pub fn corners(&self) -> &[Point] {
        &self.corners
    }

    fn legs(&self) -> impl Iterator<Item = (Point, Point)> {
        self.corners.windows(2).map(|pair| (pair[0], pair[1]))
    }

    /// Every turn as a quadratic Bézier: where the rounding begins, the corner, where it ends.
    pub(crate) fn turns(&self) -> impl Iterator<Item = [Point; 3]> {
        self.corners.windows(3).map(|three| {
            let (before, at, after) = (three[0], three[1], three[2]);
            let radius = self
                .radius
                .min(before.distance(at) / 2.0)
                .min(at.distance(after) / 2.0);
            [toward(at, before, radius), at, toward(at, after, radius)]
        })
    }

    fn draw(&self, path: &mut String) {
        draw(path, 'M', &self.corners[..1]);
        for [enter, at, leave] in self.turns() {
            draw(path, 'L', &[enter]);
            draw(path, 'Q', &[at, leave]);
        }
        draw(path, 'L', &self.corners[self.corners.len() - 1..]);
    }

    fn bounds(&self) -> Rect {
        self.corners
            .iter()
            .map(|at| Rect::new(at.x, at.y, 0.0, 0.0))
            .reduce(Rect::union)
            .expect("a path has two ends")
    }

    fn midpoint(&self) -> Point {
        let length: f64 = self.legs().map(|(from, to)| from.distance(to)).sum();
        let mut left = length / 2.0;
        for (from, to) in self.legs() {
            let leg = from.distance(to);
            if leg >= left {
                return toward(from, to, left);
            }
            left -= leg;
        }
        self.corners[self.corners.len() - 1]
    }
}

/// The place `by` units from `from` on the way to `to`.
fn toward(from: Point, to: Point, by: f64) -> Point {
    let length = from.distance(to);
    if length == 0.0 {
        return from;
    }
    let part = by / length;
    Point::new(
        from.x + (to.x - from.x) * part,
        from.y + (to.y - from.y) * part,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bent(corners: &[(f64, f64)]) -> EdgePath {
        EdgePath::Bent(Bent::new(
            corners.iter().map(|&(x, y)| Point::new(x, y)).collect(),
            12.0,
        ))
    }

    #[test]
    fn turns_are_rounded_as_far_as_their_legs_have_room() {
        let path = bent(&[(0.0, 0.0), (100.0, 0.0), (100.0, 10.0), (200.0, 10.0)]);
        assert_eq!(
            path.svg_path(),
            "M0 0L95 0Q100 0 100 5L100 5Q100 10 105 10L200 10"
        );
    }

    #[test]
    fn a_bent_path_is_measured_by_its_legs() {
        let path = bent(&[(0.0, 0.0), (100.0, 0.0), (100.0, 60.0), (140.0, 60.0)]);
        assert_eq!(path.from(), Point::new(0.0, 0.0));
        assert_eq!(path.to(), Point::new(140.0, 60.0));
        assert_eq!(path.midpoint(), Point::new(100.0, 0.0));
        assert_eq!(path.bounds(), Rect::new(0.0, 0.0, 140.0, 60.0));
        assert_eq!(path.distance(Point::new(93.0, 30.0)), 7.0);
        assert_eq!(path.distance(Point::new(-3.0, 4.0)), 5.0);
    }
}
