//! Paths as SVG writes them.

use crate::{Card, Edge, Point, Rect};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Writes a command of a path and its places, with one decimal.
pub(crate) fn draw(path: &mut String, command: char, places: &[Point]) {
    path.push(command);
    for (index, place) in places.iter().enumerate() {
        if index > 0 {
            path.push(' ');
        }
        number(path, place.x);
        path.push(' ');
        number(path, place.y);
    }
}

/// A drawing has thousands of numbers, and the formatting of floats is exact to the last bit and slow.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a place that is further out is drawn at the last one that can be written"
)]
fn number(path: &mut String, value: f64) {
    let tenths = (value * 10.0).round() as i64;
    if tenths < 0 {
        path.push('-');
    }
    let (whole, rest) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    // Writing into a string does not fail.
    let _ = write!(path, "{whole}");
    if rest > 0 {
        let _ = write!(path, ".{rest}");
    }
}

/// One path for the outlines of all cards that look the same; none for those without a look.
pub fn card_shapes<'a, L: Ord>(
    cards: impl IntoIterator<Item = &'a Card>,
    look: impl Fn(&Card) -> Option<L>,
) -> BTreeMap<L, String> {
    let mut shapes: BTreeMap<L, String> = BTreeMap::new();
    for card in cards {
        if let Some(look) = look(card) {
            outline(shapes.entry(look).or_default(), card.rect);
        }
    }
    shapes
}

/// One path for all edges that look the same; none for those without a look.
pub fn edge_shapes<'a, L: Ord>(
    edges: impl IntoIterator<Item = &'a Edge>,
    look: impl Fn(&Edge) -> Option<L>,
) -> BTreeMap<L, String> {
    let mut shapes: BTreeMap<L, String> = BTreeMap::new();
    for edge in edges {
        if let Some(look) = look(edge) {
            edge.path.draw(shapes.entry(look).or_default());
        }
    }
    shapes
}

fn outline(path: &mut String, rect: Rect) {
    draw(path, 'M', &[Point::new(rect.x, rect.y)]);
    for (command, length) in [('h', rect.width), ('v', rect.height), ('h', -rect.width)] {
        path.push(command);
        number(path, length);
    }
    path.push('z');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: f64) -> String {
        let mut path = String::new();
        number(&mut path, value);
        path
    }

    #[test]
    fn numbers_have_at_most_one_decimal() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (-0.04, "0"),
            (0.05, "0.1"),
            (-12.34, "-12.3"),
            (7.96, "8"),
            (120.0, "120"),
            (-0.96, "-1"),
        ] {
            assert_eq!(written(value), text, "{value}");
        }
    }

    #[test]
    fn an_outline_goes_around() {
        let mut path = String::new();
        outline(&mut path, Rect::new(-10.0, 4.5, 212.0, 30.0));
        assert_eq!(path, "M-10 4.5h212v30h-212z");
    }

    proptest! {
        #[test]
        fn numbers_are_read_back(value in -1e6..1e6_f64) {
            let read: f64 = written(value).parse().expect("it is a number");
            prop_assert!((read - value).abs() <= 0.0501, "{value} became {read}");
        }
    }
}
