//! Text that may hold outputs of other resources which are unknown until apply.

use crate::{Outputs, ResourceAddr};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A piece of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Literal(String),
    /// The output `name` of the resource at `addr`, for example the `id` of `api:public`.
    Output {
        addr: ResourceAddr,
        name: String,
    },
}

/// Text, known or with unknown parts. On the wire a known text is a plain JSON
/// string and anything else an object `{"parts": [..]}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged, from = "Written")]
pub enum Text {
    Known(String),
    /// Holds at least one output.
    Parts {
        parts: Vec<Part>,
    },
}

/// A text as it stands in a file, which may have been edited by hand.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Known(String),
    Parts { parts: Vec<Part> },
}

impl From<Written> for Text {
    fn from(written: Written) -> Self {
        match written {
            Written::Known(text) => Self::Known(text),
            Written::Parts { parts } => Self::concat(parts),
        }
    }
}

/// An output that a text needs and that nobody produced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    pub addr: ResourceAddr,
    pub name: String,
}

impl std::fmt::Display for Unresolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` of {} is not known", self.name, self.addr)
    }
}

impl std::error::Error for Unresolved {}

impl Text {
    /// The output `name` of `addr`, as a text of its own.
    pub fn output(addr: ResourceAddr, name: &str) -> Self {
        Self::Parts {
            parts: vec![Part::Output {
                addr,
                name: name.to_owned(),
            }],
        }
    }

    /// Concatenates parts; literal parts only make a known text.
    pub fn concat(parts: Vec<Part>) -> Self {
        let mut known = String::new();
        for part in &parts {
            match part {
                Part::Literal(text) => known.push_str(text),
                Part::Output { .. } => return Self::Parts { parts },
            }
        }
        Self::Known(known)
    }

    /// One text of several, with `between` between them.
    pub(crate) fn join(texts: &[Self], between: &str) -> Self {
        let mut parts = Vec::new();
        for text in texts {
            if !parts.is_empty() {
                parts.push(Part::Literal(between.to_owned()));
            }
            match text {
                Self::Known(known) => parts.push(Part::Literal(known.clone())),
                Self::Parts { parts: own } => parts.extend(own.iter().cloned()),
            }
        }
        Self::concat(parts)
    }

    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Parts { .. } => None,
        }
    }

    /// The resources whose outputs this text needs.
    pub fn references(&self) -> Vec<&ResourceAddr> {
        match self {
            Self::Known(_) => Vec::new(),
            Self::Parts { parts } => parts
                .iter()
                .filter_map(|part| match part {
                    Part::Output { addr, .. } => Some(addr),
                    Part::Literal(_) => None,
                })
                .collect(),
        }
    }

    /// Fills in what is known and leaves the rest.
    pub fn fill(&self, outputs: &BTreeMap<ResourceAddr, Outputs>) -> Self {
        let Self::Parts { parts } = self else {
            return self.clone();
        };
        Self::concat(
            parts
                .iter()
                .map(|part| match part {
                    Part::Output { addr, name } => outputs
                        .get(addr)
                        .and_then(|of| of.get(name))
                        .map_or_else(|| part.clone(), |value| Part::Literal(value.clone())),
                    Part::Literal(_) => part.clone(),
                })
                .collect(),
        )
    }

    /// The text, or the first output that is missing.
    pub fn expect_known(&self) -> Result<&str, Unresolved> {
        match self {
            Self::Known(text) => Ok(text),
            Self::Parts { parts } => Err(parts
                .iter()
                .find_map(|part| match part {
                    Part::Output { addr, name } => Some(Unresolved {
                        addr: addr.clone(),
                        name: name.clone(),
                    }),
                    Part::Literal(_) => None,
                })
                .expect("a text of parts holds at least one output")),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Known(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Known(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ResourceKind;
    use serde_json::{from_value, json, to_value};

    fn id() -> Part {
        Part::Output {
            addr: ResourceAddr::new(ResourceKind::Api, "public"),
            name: "id".into(),
        }
    }

    #[test]
    fn a_text_is_known_when_its_outputs_are() {
        let text = Text::concat(vec![
            Part::Literal("a/".into()),
            id(),
            Part::Literal("/*".into()),
        ]);
        assert_eq!(
            text.expect_known().unwrap_err().to_string(),
            "`id` of api:public is not known"
        );
        let addr = ResourceAddr::new(ResourceKind::Api, "public");
        let mut outputs = BTreeMap::from([(addr.clone(), Outputs::new())]);
        assert_eq!(text.fill(&outputs), text);
        outputs.insert(addr, Outputs::from([("id".into(), "x1".into())]));
        assert_eq!(text.fill(&outputs).known(), Some("a/x1/*"));
    }

    #[test]
    fn on_the_wire_a_known_text_is_a_string() {
        let unknown = Text::concat(vec![Part::Literal("a/".into()), id()]);
        let written = json!({ "parts": [{ "literal": "a/" }, { "output": { "addr": "api:public", "name": "id" } }] });
        assert_eq!(to_value(&unknown).unwrap(), written);
        assert_eq!(from_value::<Text>(written).unwrap(), unknown);
        assert_eq!(to_value(Text::from("a")).unwrap(), json!("a"));
        assert_eq!(from_value::<Text>(json!("a")).unwrap(), Text::from("a"));
    }

    #[test]
    fn parts_without_an_output_are_a_known_text() {
        let text: Text =
            from_value(json!({ "parts": [{ "literal": "a" }, { "literal": "b" }] })).unwrap();
        assert_eq!(text.expect_known(), Ok("ab"));
        let empty: Text = from_value(json!({ "parts": [] })).unwrap();
        assert_eq!(empty.expect_known(), Ok(""));
    }
}
