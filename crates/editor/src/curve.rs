//! The curve of an edge: one cubic Bézier that leaves and arrives level.

use crate::svg::draw;
use crate::{Point, Rect};

/// A cubic Bézier curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    pub from: Point,
    pub from_control: Point,
    pub to_control: Point,
    pub to: Point,
}

impl Curve {
    /// From a port on a right border to a port on a left border.
    pub fn between(from: Point, to: Point) -> Self {
        let reach = ((to.x - from.x).abs() * 0.5).clamp(36.0, 180.0);
        Self {
            from,
            from_control: Point::new(from.x + reach, from.y),
            to_control: Point::new(to.x - reach, to.y),
            to,
        }
    }

    /// The `d` of an SVG path.
    pub fn path(&self) -> String {
        let mut path = String::new();
        self.draw(&mut path);
        path
    }

    pub(crate) fn draw(&self, path: &mut String) {
        draw(path, 'M', &[self.from]);
        draw(path, 'C', &[self.from_control, self.to_control, self.to]);
    }

    /// The place at `t` between 0 and 1.
    pub fn at(&self, t: f64) -> Point {
        let u = 1.0 - t;
        let (p, q, r, s) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
        Point::new(
            p * self.from.x + q * self.from_control.x + r * self.to_control.x + s * self.to.x,
            p * self.from.y + q * self.from_control.y + r * self.to_control.y + s * self.to.y,
        )
    }

    /// The curve up to its middle and the curve from there.
    pub(crate) fn halves(&self) -> (Self, Self) {
        let middle = |a: Point, b: Point| Point::new((a.x + b.x) / 2.0, (a.y + b.y) / 2.0);
        let (a, b, c) = (
            middle(self.from, self.from_control),
            middle(self.from_control, self.to_control),
            middle(self.to_control, self.to),
        );
        let (d, e) = (middle(a, b), middle(b, c));
        let center = middle(d, e);
        let first = Self {
            from: self.from,
            from_control: a,
            to_control: d,
            to: center,
        };
        let second = Self {
            from: center,
            from_control: e,
            to_control: c,
            to: self.to,
        };
        (first, second)
    }

    /// A rectangle that holds the curve (that of its control points).
    pub fn bounds(&self) -> Rect {
        let points = [self.from, self.from_control, self.to_control, self.to];
        points
            .into_iter()
            .map(|at| Rect::new(at.x, at.y, 0.0, 0.0))
            .reduce(Rect::union)
            .expect("a curve has four points")
    }

    /// Distance from a place to the curve, within a fraction of a unit for edges of ordinary length.
    pub fn distance(&self, at: Point) -> f64 {
        const PIECES: u32 = 24;
        let mut last = self.from;
        let mut best = f64::INFINITY;
        for piece in 1..=PIECES {
            let next = self.at(f64::from(piece) / f64::from(PIECES));
            best = best.min(segment_distance(at, last, next));
            last = next;
        }
        best
    }
}

/// Distance from a place to a straight piece.
pub(crate) fn segment_distance(at: Point, from: Point, to: Point) -> f64 {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx * dx + dy * dy;
    if length == 0.0 {
        return at.distance(from);
    }
    let t = (((at.x - from.x) * dx + (at.y - from.y) * dy) / length).clamp(0.0, 1.0);
    at.distance(Point::new(from.x + t * dx, from.y + t * dy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_on_the_curve_and_it_leaves_level() {
        let curve = Curve::between(Point::new(10.0, 20.0), Point::new(210.0, 90.0));
        assert_eq!(curve.at(0.0), curve.from);
        assert_eq!(curve.at(1.0), curve.to);
        assert_eq!(curve.from_control.y, curve.from.y);
        assert_eq!(curve.to_control.y, curve.to.y);
        assert_eq!(curve.path(), "M10 20C110 20 110 90 210 90");
    }

    #[test]
    fn distance_is_that_to_the_nearest_place() {
        let level = Curve::between(Point::new(0.0, 0.0), Point::new(200.0, 0.0));
        assert!((level.distance(Point::new(100.0, 7.0)) - 7.0).abs() < 1e-9);
        assert!((level.distance(Point::new(-3.0, 4.0)) - 5.0).abs() < 1e-9);
        let bent = Curve::between(Point::new(0.0, 0.0), Point::new(200.0, 120.0));
        assert!(bent.distance(bent.at(0.37)) < 0.5);
        let box_ = bent.bounds();
        assert!(box_.grown(1e-9).contains(bent.at(0.5)));
    }
}
