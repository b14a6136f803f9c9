//! Where people put things: the only part of the picture that the design does not say.

use crate::{ElementId, Point};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The format of the file.
const SCHEMA: u64 = 1;
/// Places lie within this distance of the origin on both axes, in world units.
const FARTHEST: i32 = 1_000_000;

/// The upper left corner of a card, in whole world units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    pub x: i32,
    pub y: i32,
}

impl Place {
    /// The nearest whole place within bounds; what is no number is 0.
    pub fn near(at: Point) -> Self {
        Self {
            x: whole(at.x),
            y: whole(at.y),
        }
    }

    pub fn point(self) -> Point {
        Point::new(f64::from(self.x), f64::from(self.y))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped before, and `as` turns what is no number into 0"
)]
fn whole(at: f64) -> i32 {
    at.round().clamp(f64::from(-FARTHEST), f64::from(FARTHEST)) as i32
}

/// The places of cards, by the text of their [`ElementId`]; cards without one are laid out.
///
/// As a file, `.slipway/layout.json`: `{"schema":1,"nodes":{"api:public":{"x":40,"y":80}}}`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places(BTreeMap<String, Place>);

impl Places {
    /// Reads the file. What is not understood is left out and told in the second part, one
    /// sentence each; a design can always be drawn without places.
    pub fn parse(text: &str) -> (Self, Vec<String>) {
        let mut told = Vec::new();
        let value: Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) => {
                told.push(format!("The layout is not JSON: {error}"));
                return (Self::default(), told);
            }
        };
        if value.get("schema").and_then(Value::as_u64) != Some(SCHEMA) {
            told.push(
                "The layout is of another format; it is left alone until a node is moved"
                    .to_owned(),
            );
            return (Self::default(), told);
        }
        let mut places = BTreeMap::new();
        let mut odd = 0;
        for (name, place) in value
            .get("nodes")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let number = |axis: &str| place.get(axis).and_then(Value::as_f64);
            match (number("x"), number("y")) {
                (Some(x), Some(y)) => {
                    places.insert(name.clone(), Place::near(Point::new(x, y)));
                }
                _ => odd += 1,
            }
        }
        if odd > 0 {
            told.push(format!(
                "The layout has {odd} nodes without a place; they are laid out"
            ));
        }
        (Self(places), told)
    }

    /// The text of the file, the same for the same places.
    pub fn to_text(&self) -> String {
        let nodes: Map<String, Value> = self
            .0
            .iter()
            .map(|(name, place)| {
                (
                    name.clone(),
                    serde_json::json!({ "x": place.x, "y": place.y }),
                )
            })
            .collect();
        let file = serde_json::json!({ "schema": SCHEMA, "nodes": nodes });
        format!("{file:#}\n")
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, id: &ElementId) -> Option<Place> {
        self.0.get(&id.to_string()).copied()
    }

    /// Puts a card somewhere, or with `None` gives it back to the layout.
    pub fn set(&mut self, id: &ElementId, place: Option<Place>) {
        match place {
            Some(place) => self.0.insert(id.to_string(), place),
            None => self.0.remove(&id.to_string()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_odd_is_told_and_left_out() {
        let check = |text: &str, places: usize, told: usize| {
            let (read, said) = Places::parse(text);
            assert_eq!(
                (read.0.len(), said.len()),
                (places, told),
                "{text}: {said:?}"
            );
        };
        check("", 0, 1);
        check("[]", 0, 1);
        check(r#"{"schema":2,"nodes":{}}"#, 0, 1);
        check(r#"{"schema":1}"#, 0, 0);
        check(
            r#"{"schema":1,"nodes":{"api:a":{"x":1,"y":2},"api:b":{"x":"1"},"api:c":7}}"#,
            1,
            1,
        );
        check(
            r#"{"schema":1,"nodes":{"api:a":{"x":1e300,"y":-1e300}}}"#,
            1,
            0,
        );
        let far = Place::near(Point::new(f64::INFINITY, f64::NAN));
        assert_eq!(far, Place { x: FARTHEST, y: 0 });
    }

    proptest! {
        #[test]
        fn the_file_gives_back_what_was_written(
            nodes in prop::collection::btree_map("[a-z:]{1,8}", (-2_000_000..2_000_000i32, -9..9i32), 0..9),
        ) {
            let mut places = Places::default();
            for (name, (x, y)) in nodes {
                let at = Point::new(f64::from(x), f64::from(y));
                places.set(&ElementId::Function(name), Some(Place::near(at)));
            }
            let (read, told) = Places::parse(&places.to_text());
            prop_assert_eq!((read, told), (places, vec![]));
        }

        #[test]
        fn no_text_is_too_odd(text in ".{0,60}") {
            Places::parse(&text);
        }
    }
}
