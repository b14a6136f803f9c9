//! Where cards stand, as the webview changes it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The format of `.slipway/layout.json`: `{"schema":1,"nodes":{"api:public":{"x":40,"y":80}}}`.
const SCHEMA: u64 = 1;

/// The upper left corner of a card, in whole world units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceView {
    pub x: i32,
    pub y: i32,
}

/// What changed in the layout since it was read. Whoever else writes the file at the same time keeps
/// their changes; of one card the last one who moved it decides.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LayoutChange {
    /// Cards that were put somewhere.
    pub put: BTreeMap<String, PlaceView>,
    /// Cards that nobody moved, as they are shown: for those that the file says nothing of.
    pub keep: BTreeMap<String, PlaceView>,
    /// Cards that were given back to the automatic layout.
    pub free: Vec<String>,
}

impl LayoutChange {
    pub fn is_empty(&self) -> bool {
        self.put.is_empty() && self.keep.is_empty() && self.free.is_empty()
    }

    /// The text of the file with the change made. A file that is not there, broken or of another
    /// format is begun anew.
    pub fn applied(&self, there: Option<&str>) -> String {
        let read = there.and_then(|text| serde_json::from_str::<Value>(text).ok());
        let known = read.filter(|file| file.get("schema").and_then(Value::as_u64) == Some(SCHEMA));
        let mut file = match known {
            Some(Value::Object(file)) => file,
            _ => Map::new(),
        };
        let mut nodes: BTreeMap<String, Value> = match file.remove("nodes") {
            Some(Value::Object(nodes)) => nodes.into_iter().collect(),
            _ => BTreeMap::new(),
        };
        for name in &self.free {
            nodes.remove(name);
        }
        for (name, place) in &self.keep {
            nodes.entry(name.clone()).or_insert_with(|| place.value());
        }
        for (name, place) in &self.put {
            nodes.insert(name.clone(), place.value());
        }
        file.insert("schema".to_owned(), SCHEMA.into());
        file.insert("nodes".to_owned(), nodes.into_iter().collect());
        format!("{:#}\n", Value::Object(file))
    }
}

impl PlaceView {
    fn value(self) -> Value {
        json!({ "x": self.x, "y": self.y })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(nodes: &[(&str, i32)]) -> BTreeMap<String, PlaceView> {
        let place = |(name, x): &(&str, i32)| ((*name).to_owned(), PlaceView { x: *x, y: 0 });
        nodes.iter().map(place).collect()
    }

    fn nodes(text: &str) -> Vec<(String, i64)> {
        let file: Value = serde_json::from_str(text).unwrap();
        assert_eq!(file["schema"], 1);
        let nodes = file["nodes"].as_object().unwrap();
        nodes
            .iter()
            .map(|(name, place)| (name.clone(), place["x"].as_i64().unwrap()))
            .collect()
    }

    #[test]
    fn two_who_change_it_at_once_lose_nothing() {
        let ours = LayoutChange {
            put: places(&[("b", 2)]),
            keep: places(&[("a", 0), ("c", 0)]),
            free: Vec::new(),
        };
        let theirs = LayoutChange {
            put: places(&[("a", 1)]),
            keep: places(&[("b", 0), ("c", 0)]),
            free: Vec::new(),
        };
        let expect = [("a", 1), ("b", 2), ("c", 0)].map(|(name, x)| (name.to_owned(), x));
        let text = theirs.applied(Some(&ours.applied(None)));
        assert_eq!(nodes(&text), expect);
        assert_eq!(text, ours.applied(Some(&theirs.applied(None))));
        assert_eq!(text, LayoutChange::default().applied(Some(&text)));
        let freed = LayoutChange {
            free: vec!["a".to_owned()],
            ..LayoutChange::default()
        };
        assert_eq!(nodes(&freed.applied(Some(&text))), expect[1..]);
    }

    #[test]
    fn a_file_that_cannot_be_used_is_begun_anew() {
        let change = LayoutChange {
            put: places(&[("a", 1)]),
            ..LayoutChange::default()
        };
        let anew = change.applied(None);
        for there in [
            "",
            "[]",
            "{\"schema\":2,\"nodes\":{\"b\":{\"x\":1,\"y\":1}}}",
            "{\"schema\":1,\"nodes\":7}",
        ] {
            assert_eq!(change.applied(Some(there)), anew, "{there}");
        }
        // What else stands in it stays.
        let more = change.applied(Some("{\"note\":\"x\",\"schema\":1,\"nodes\":{}}"));
        assert!(more.contains("note"), "{more}");
    }
}
