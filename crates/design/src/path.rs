//! Dotted paths: how every part of the program names a place in the file.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A key of a table.
    Key(String),
    /// An element of an array, from 0.
    Index(usize),
}

/// A place in the file: `apis.public.routes."GET /orders/{id}".authorizer`, `functions.orders.allow[0].actions`.
///
/// Keys that are not bare TOML keys stand in double quotes, escaped as TOML's
/// basic strings are; so the text form is unambiguous and [`Path::parse`] reads it back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Path(Vec<Segment>);

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

/// A text that is not a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a path: {text}")]
pub struct PathError {
    pub text: String,
}

impl Path {
    /// The whole file.
    pub fn root() -> Self {
        Self::default()
    }

    /// A path of keys only.
    pub fn of<I, S>(keys: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        Self(
            keys.into_iter()
                .map(|key| Segment::Key(key.into()))
                .collect(),
        )
    }

    /// `functions.KEY`
    pub fn function(key: &str) -> Self {
        Self::of(["functions", key])
    }

    /// `services.KEY`
    pub fn service(key: &str) -> Self {
        Self::of(["services", key])
    }

    /// `apis.KEY`
    pub fn api(key: &str) -> Self {
        Self::of(["apis", key])
    }

    /// `apis.API.routes.ROUTE`
    pub fn route(api: &str, route: &str) -> Self {
        Self::of(["apis", api, "routes", route])
    }

    /// `environments.NAME`
    pub fn environment(name: &str) -> Self {
        Self::of(["environments", name])
    }

    /// This path and one key more.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        let mut segments = self.0.clone();
        segments.push(Segment::Key(key.into()));
        Self(segments)
    }

    /// This path and one array index more.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut segments = self.0.clone();
        segments.push(Segment::Index(index));
        Self(segments)
    }

    /// This path followed by `other`.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self(self.0.iter().chain(&other.0).cloned().collect())
    }

    /// The path without its last step; `None` for the whole file.
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }

    /// The first `depth` steps; the whole path when it has no more.
    #[must_use]
    pub fn first(&self, depth: usize) -> Self {
        Self(self.0[..depth.min(self.0.len())].to_vec())
    }

    /// The steps from the root.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The keys from the root; `None` when an array index is among the steps.
    pub fn keys(&self) -> Option<Vec<&str>> {
        self.0
            .iter()
            .map(|segment| match segment {
                Segment::Key(key) => Some(key.as_str()),
                Segment::Index(_) => None,
            })
            .collect()
    }

    /// The last key, when the last step is one.
    pub fn last_key(&self) -> Option<&str> {
        match self.0.last()? {
            Segment::Key(key) => Some(key),
            Segment::Index(_) => None,
        }
    }

    /// Whether this is the whole file.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `other` is this place or inside it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Reads the text form back.
    ///
    /// # Errors
    /// [`PathError`] when the text is not what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        parse_segments(text).map(Self).ok_or_else(|| PathError {
            text: text.to_owned(),
        })
    }
}

/// Whether TOML lets the key stand without quotes.
pub fn is_bare_key(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// The key as TOML writes it: bare when it can be, else a basic string.
pub fn toml_key(key: &str) -> String {
    if is_bare_key(key) {
        key.to_owned()
    } else {
        toml_string(key)
    }
}

/// The text as a TOML 1.0 basic string on one line.
pub fn toml_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 || c == '\u{7f}' => {
                out.push_str(&format!("\\u{:04X}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) => {
                    if place > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(&toml_key(key))?;
                }
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

fn parse_segments(text: &str) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let (digits, after) = after.split_once(']')?;
            segments.push(Segment::Index(digits.parse().ok()?));
            rest = after;
            continue;
        }
        if !segments.is_empty() {
            rest = rest.strip_prefix('.')?;
        }
        let (key, after) = if rest.starts_with('"') {
            quoted(rest)?
        } else {
            bare(rest)?
        };
        segments.push(Segment::Key(key));
        rest = after;
    }
    Some(segments)
}

fn bare(text: &str) -> Option<(String, &str)> {
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (key, rest) = text.split_at(end);
    is_bare_key(key).then(|| (key.to_owned(), rest))
}

fn quoted(text: &str) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((key, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => key.push('\n'),
                'r' => key.push('\r'),
                't' => key.push('\t'),
                'u' => {
                    let mut code = 0;
                    for _ in 0..4 {
                        code = code * 16 + chars.next()?.1.to_digit(16)?;
                    }
                    key.push(char::from_u32(code)?);
                }
                c @ ('"' | '\\') => key.push(c),
                _ => return None,
            },
            c => key.push(c),
        }
    }
    None
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spells_keys_as_toml_does() {
        let path = Path::route("public", "GET /orders/{id}").key("authorizer");
        assert_eq!(
            path.to_string(),
            r#"apis.public.routes."GET /orders/{id}".authorizer"#
        );
        assert_eq!(
            Path::function("a")
                .key("allow")
                .index(0)
                .key("actions")
                .to_string(),
            "functions.a.allow[0].actions"
        );
        assert_eq!(Path::root().to_string(), "");
    }

    #[test]
    fn refuses_what_is_no_path() {
        for text in [".", "a.", "a..b", "a b", "\"a", "a[x]", "a[0]b", "\"\\x\""] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_back_what_it_writes(keys in prop::collection::vec(prop_oneof![any::<String>().prop_map(Segment::Key), any::<u16>().prop_map(|i| Segment::Index(i.into()))], 0..6)) {
            let path = Path(keys);
            prop_assert_eq!(Path::parse(&path.to_string()).unwrap(), path);
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = Path::parse(&text);
        }
    }
}
