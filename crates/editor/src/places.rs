//! Where people put things: the only part of the picture that the design does not say.

use crate::{ElementId, Point};
use serde_json::Value;
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

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by the text of their [`ElementId`].
    pub fn iter(&self) -> impl Iterator<Item = (&str, Place)> {
        self.0.iter().map(|(name, place)| (name.as_str(), *place))
    }

    /// What became different since `known` was read, when all cards stood as in `shown`.
    pub fn since(&self, known: &Self, shown: &Self) -> PlacesChange {
        let mut change = PlacesChange::default();
        for (name, place) in &self.0 {
            let into = match known.0.get(name) {
                Some(before) if before == place => continue,
                None if shown.0.get(name) == Some(place) => &mut change.kept,
                _ => &mut change.put,
            };
            into.0.insert(name.clone(), *place);
        }
        let freed = known.0.keys().filter(|name| !self.0.contains_key(*name));
        change.freed = freed.cloned().collect();
        change
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

/// What became different about places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlacesChange {
    /// Cards that were moved or added.
    pub put: Places,
    /// Cards that stand where the automatic layout had put them.
    pub kept: Places,
    /// Cards that were given back to the automatic layout, by the text of their [`ElementId`].
    pub freed: Vec<String>,
}

impl FromIterator<(ElementId, Place)> for Places {
    fn from_iter<I: IntoIterator<Item = (ElementId, Place)>>(places: I) -> Self {
        let named = places
            .into_iter()
            .map(|(id, place)| (id.to_string(), place));
        Self(named.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Map;

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

    #[test]
    fn what_was_moved_is_told_from_what_was_only_shown() {
        let places = |nodes: &[(&str, i32)]| -> Places {
            let place = |(name, x): &(&str, i32)| {
                let id = ElementId::Function((*name).to_owned());
                (id, Place { x: *x, y: 0 })
            };
            nodes.iter().map(place).collect()
        };
        // Nothing had a place; one card was moved and one was added.
        let shown = places(&[("a", 1), ("b", 2)]);
        let now = places(&[("a", 1), ("b", 7), ("c", 3)]);
        let change = now.since(&Places::default(), &shown);
        assert_eq!(change.kept, places(&[("a", 1)]));
        assert_eq!(change.put, places(&[("b", 7), ("c", 3)]));
        assert_eq!(change.freed, Vec::<String>::new());
        assert_eq!(now.since(&now, &shown), PlacesChange::default());
        let tidied = Places::default().since(&now, &now);
        assert_eq!(tidied.freed, ["function:a", "function:b", "function:c"]);
    }

    proptest! {
        #[test]
        fn places_are_read_as_they_were_written(
            nodes in prop::collection::btree_map("[a-z:]{1,8}", (-2_000_000..2_000_000i32, -9..9i32), 0..9),
        ) {
            let mut places = Places::default();
            for (name, (x, y)) in nodes {
                let at = Point::new(f64::from(x), f64::from(y));
                places.set(&ElementId::Function(name), Some(Place::near(at)));
            }
            let nodes: Map<String, Value> = places
                .iter()
                .map(|(name, place)| (name.to_owned(), serde_json::json!({ "x": place.x, "y": place.y })))
                .collect();
            let file = serde_json::json!({ "schema": SCHEMA, "nodes": nodes });
            let (read, told) = Places::parse(&file.to_string());
            prop_assert_eq!((read, told), (places, vec![]));
        }

        #[test]
        fn no_text_is_too_odd(text in ".{0,60}") {
            Places::parse(&text);
        }
    }
}
