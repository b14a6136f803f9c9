//! The camera: which part of the world the viewport shows.

use crate::{Point, Rect, Size};

/// Nothing is legible below.
pub const MIN_ZOOM: f64 = 0.02;
/// The smallest at which the text of a card can be read.
pub const READABLE_ZOOM: f64 = 0.65;
/// Nothing is gained above.
pub const MAX_ZOOM: f64 = 2.5;

/// A viewport pixel `p` shows the world place `(p - offset) / zoom`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    /// Where the world's origin stands in the viewport, in viewport pixels.
    pub offset: Point,
    /// Viewport pixels for each world unit.
    pub zoom: f64,
}

impl Default for Camera {
    fn default() -> Self {
        Self {
            offset: Point::new(0.0, 0.0),
            zoom: 1.0,
        }
    }
}

impl Camera {
    pub fn to_world(self, at: Point) -> Point {
        Point::new(
            (at.x - self.offset.x) / self.zoom,
            (at.y - self.offset.y) / self.zoom,
        )
    }

    pub fn to_view(self, at: Point) -> Point {
        Point::new(
            at.x * self.zoom + self.offset.x,
            at.y * self.zoom + self.offset.y,
        )
    }

    /// The part of the world that a viewport of this size shows.
    pub fn visible(self, view: Size) -> Rect {
        let corner = self.to_world(Point::default());
        Rect::new(
            corner.x,
            corner.y,
            view.width / self.zoom,
            view.height / self.zoom,
        )
    }

    /// Moves what is seen by viewport pixels.
    #[must_use]
    pub fn panned(self, dx: f64, dy: f64) -> Self {
        Self {
            offset: Point::new(self.offset.x + dx, self.offset.y + dy),
            ..self
        }
    }

    /// Multiplies the zoom and keeps the world place under the viewport pixel `about` where it is.
    #[must_use]
    pub fn zoomed(self, factor: f64, about: Point) -> Self {
        self.zoomed_to(self.zoom * factor, about)
    }

    /// Like [`Camera::zoomed`], to a zoom.
    #[must_use]
    pub fn zoomed_to(self, zoom: f64, about: Point) -> Self {
        let zoom = zoom.clamp(MIN_ZOOM, MAX_ZOOM);
        let world = self.to_world(about);
        Self {
            zoom,
            offset: Point::new(about.x - world.x * zoom, about.y - world.y * zoom),
        }
    }

    /// Shows all of `bounds` in the middle of the viewport, never larger than life.
    #[must_use]
    pub fn fit(bounds: Rect, view: Size, margin: f64) -> Self {
        let room = Size::new(
            (view.width - 2.0 * margin).max(1.0),
            (view.height - 2.0 * margin).max(1.0),
        );
        let zoom = (room.width / bounds.width.max(1.0))
            .min(room.height / bounds.height.max(1.0))
            .clamp(MIN_ZOOM, 1.0);
        let center = bounds.center();
        Self {
            zoom,
            offset: Point::new(
                view.width / 2.0 - center.x * zoom,
                view.height / 2.0 - center.y * zoom,
            ),
        }
    }

    /// Like [`Camera::fit`] as long as text can be read; beyond that no farther out, from the upper
    /// left of `bounds` in the directions that do not fit.
    #[must_use]
    pub fn framing(bounds: Rect, view: Size, margin: f64) -> Self {
        let whole = Self::fit(bounds, view, margin);
        if whole.zoom >= READABLE_ZOOM {
            return whole;
        }
        let zoom = READABLE_ZOOM;
        let offset = |low: f64, length: f64, room: f64| {
            let free = room - length * zoom;
            (free / 2.0).max(margin) - low * zoom
        };
        Self {
            zoom,
            offset: Point::new(
                offset(bounds.x, bounds.width, view.width),
                offset(bounds.y, bounds.height, view.height),
            ),
        }
    }

    /// The smallest move that brings `target` (world) into the viewport, `margin` pixels from its borders.
    #[must_use]
    pub fn revealing(self, target: Rect, view: Size, margin: f64) -> Self {
        let from = self.to_view(Point::new(target.x, target.y));
        let to = self.to_view(Point::new(target.right(), target.bottom()));
        let shift = |low: f64, high: f64, room: f64| {
            if low < margin {
                margin - low
            } else if high > room - margin {
                // What is larger than the room shows its beginning.
                (room - margin - high).max(margin - low)
            } else {
                0.0
            }
        };
        self.panned(
            shift(from.x, to.x, view.width),
            shift(from.y, to.y, view.height),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-6 * (1.0 + a.abs().max(b.abs()))
    }

    proptest! {
        #[test]
        fn what_is_under_the_cursor_stays_there(
            ox in -5e3..5e3f64, oy in -5e3..5e3f64, zoom in MIN_ZOOM..MAX_ZOOM,
            x in 0.0..2e3f64, y in 0.0..2e3f64, factor in 0.2..5.0f64,
        ) {
            let camera = Camera { offset: Point::new(ox, oy), zoom };
            let about = Point::new(x, y);
            let before = camera.to_world(about);
            let zoomed = camera.zoomed(factor, about);
            let after = zoomed.to_world(about);
            prop_assert!(near(before.x, after.x) && near(before.y, after.y));
            prop_assert!((MIN_ZOOM..=MAX_ZOOM).contains(&zoomed.zoom));
            let there = camera.to_view(before);
            prop_assert!(near(there.x, x) && near(there.y, y));
        }

        #[test]
        fn fit_shows_everything_when_it_can(
            x in -1e3..1e3f64, y in -1e3..1e3f64, w in 10.0..4e3f64, h in 10.0..3e3f64,
        ) {
            let bounds = Rect::new(x, y, w, h);
            let view = Size::new(900.0, 600.0);
            let camera = Camera::fit(bounds, view, 40.0);
            let seen = camera.visible(view);
            prop_assert!(camera.zoom <= 1.0);
            prop_assert!(seen.x <= bounds.x + 1e-6 && seen.y <= bounds.y + 1e-6);
            prop_assert!(seen.right() >= bounds.right() - 1e-6 && seen.bottom() >= bounds.bottom() - 1e-6);
        }
    }

    #[test]
    fn framing_stops_where_text_can_be_read() {
        let view = Size::new(460.0, 300.0);
        let small = Rect::new(20.0, 20.0, 300.0, 200.0);
        assert_eq!(
            Camera::framing(small, view, 32.0),
            Camera::fit(small, view, 32.0)
        );
        // Too wide and not too high: from the left, in the middle of the height.
        let wide = Rect::new(-100.0, 50.0, 2000.0, 200.0);
        assert!(Camera::fit(wide, view, 32.0).zoom < READABLE_ZOOM);
        let camera = Camera::framing(wide, view, 32.0);
        assert_eq!(camera.zoom, READABLE_ZOOM);
        assert!(near(camera.to_view(Point::new(-100.0, 0.0)).x, 32.0));
        assert!(near(camera.to_view(Point::new(0.0, 150.0)).y, 150.0));
    }

    #[test]
    fn revealing_moves_only_when_it_must() {
        let view = Size::new(800.0, 600.0);
        let camera = Camera::default();
        let inside = Rect::new(100.0, 100.0, 50.0, 50.0);
        assert_eq!(camera.revealing(inside, view, 20.0), camera);
        let right = camera.revealing(Rect::new(790.0, 100.0, 50.0, 50.0), view, 20.0);
        assert_eq!(right.offset, Point::new(-60.0, 0.0));
        let above = camera.revealing(Rect::new(100.0, -30.0, 50.0, 50.0), view, 20.0);
        assert_eq!(above.offset, Point::new(0.0, 50.0));
    }
}
