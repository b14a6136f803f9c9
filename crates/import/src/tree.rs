//! A YAML or JSON file as a tree with lines and tags. JSON is read as the YAML that it is.
//!
//! An alias is a second way to the same node, never a copy, so a file that doubles itself a hundred times costs no more
//! than its text. Size, depth and number of nodes are bounded; building the tree does not recurse.

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};
use indexmap::IndexMap;
use std::borrow::Cow;
use std::collections::HashMap;

/// Longest file that is read, in bytes.
pub const FILE_LIMIT: usize = 10 << 20;
/// Most values in one file.
const NODES: usize = 1_000_000;
/// Deepest nesting.
const DEPTH: usize = 100;

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TreeError {
    #[error("it has {size} bytes, and at most {FILE_LIMIT} are read")]
    TooLong { size: usize },
    #[error("it has more than {NODES} values")]
    TooMany,
    #[error("it is neither YAML nor JSON: {why}")]
    Syntax { line: u32, why: String },
    #[error("a value contains itself through the alias in line {line}")]
    Endless { line: u32 },
    #[error("a key in line {line} is a list or a table")]
    Key { line: u32 },
    #[error("there is nothing in it")]
    Empty,
}

impl TreeError {
    pub(crate) fn line(&self) -> Option<u32> {
        match self {
            Self::Syntax { line, .. } | Self::Endless { line } | Self::Key { line } => Some(*line),
            Self::TooLong { .. } | Self::TooMany | Self::Empty => None,
        }
    }
}

#[derive(Debug)]
struct Item {
    line: u32,
    /// Without the exclamation mark; of local tags only.
    tag: Option<String>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Scalar { text: String, plain: bool },
    List(Vec<usize>),
    Map(IndexMap<String, Value>),
}

#[derive(Debug, Clone, Copy)]
struct Value {
    key_line: u32,
    at: usize,
}

/// A whole file.
#[derive(Debug)]
pub(crate) struct Tree {
    items: Vec<Item>,
    root: usize,
    /// Keys that stand twice in one table, and more documents than one: line and words.
    pub(crate) oddities: Vec<(u32, String)>,
}

/// One value of a [`Tree`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'t> {
    tree: &'t Tree,
    at: usize,
}

impl Tree {
    pub(crate) fn parse(text: &str) -> Result<Self, TreeError> {
        if text.len() > FILE_LIMIT {
            return Err(TreeError::TooLong { size: text.len() });
        }
        let options = granit_parser::options! {
            flow_nesting_limit: DEPTH,
            block_nesting_limit: DEPTH,
        };
        let mut builder = Builder::default();
        for next in Parser::new_from_str_with_options(text, options) {
            let (event, span) = next.map_err(|error| syntax(&error))?;
            if !builder.take(event, span)? {
                break;
            }
        }
        let root = builder.root.ok_or(TreeError::Empty)?;
        Ok(Self {
            items: builder.items,
            root,
            oddities: builder.oddities,
        })
    }

    pub(crate) fn root(&self) -> Node<'_> {
        Node {
            tree: self,
            at: self.root,
        }
    }
}

fn syntax(error: &ScanError) -> TreeError {
    TreeError::Syntax {
        line: line(error.marker().line()),
        why: error.kind().to_string(),
    }
}

fn line(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

/// A list or table that is not closed yet.
struct Open {
    at: usize,
    anchor: usize,
    /// The key whose value comes next, in a table.
    key: Option<(String, u32)>,
    /// Values of `<<` keys, which stand behind all that the table says itself.
    merges: Vec<usize>,
}

#[derive(Default)]
struct Builder {
    items: Vec<Item>,
    root: Option<usize>,
    open: Vec<Open>,
    anchors: HashMap<usize, usize>,
    merged: usize,
    oddities: Vec<(u32, String)>,
}

impl Builder {
    /// `false` when all that counts was read.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<bool, TreeError> {
        let line = line(span.start.line());
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                self.odd(
                    line,
                    "a second document begins; only the first is read".to_owned(),
                );
                return Ok(false);
            }
            Event::Scalar(text, style, anchor, tag) => {
                if self.is_key() && tag.is_none() {
                    self.remember(anchor, self.items.len());
                    if anchor > 0 {
                        self.push(line, None, scalar(text.clone(), style))?;
                    }
                    self.key(text.into_owned(), line);
                } else {
                    let at = self.push(line, tag, scalar(text, style))?;
                    self.remember(anchor, at);
                    self.value(at, line)?;
                }
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(line, anchor, tag, Kind::List(Vec::new()))?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.begin(line, anchor, tag, Kind::Map(IndexMap::new()))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(line)?,
            Event::Alias(anchor) => {
                if self.open.iter().any(|open| open.anchor == anchor) {
                    return Err(TreeError::Endless { line });
                }
                let at = self.anchors.get(&anchor).copied();
                match (at, self.is_key()) {
                    (Some(at), false) => self.value(at, line)?,
                    (Some(at), true) => match &self.items[at].kind {
                        Kind::Scalar { text, .. } => {
                            let text = text.clone();
                            self.key(text, line);
                        }
                        _ => return Err(TreeError::Key { line }),
                    },
                    (None, _) => return Err(TreeError::Endless { line }),
                }
            }
            _ => {}
        }
        Ok(true)
    }

    fn odd(&mut self, line: u32, words: String) {
        if self.oddities.len() < 100 {
            self.oddities.push((line, words));
        }
    }

    fn push(
        &mut self,
        line: u32,
        tag: Option<Cow<'_, Tag>>,
        kind: Kind,
    ) -> Result<usize, TreeError> {
        if self.items.len() >= NODES {
            return Err(TreeError::TooMany);
        }
        let tag = tag
            .filter(|tag| tag.handle() == "!" && !tag.suffix().is_empty())
            .map(|tag| tag.suffix().to_owned());
        self.items.push(Item { line, tag, kind });
        Ok(self.items.len() - 1)
    }

    fn remember(&mut self, anchor: usize, at: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, at);
        }
    }

    fn is_key(&self) -> bool {
        self.open.last().is_some_and(|open| {
            open.key.is_none() && matches!(self.items[open.at].kind, Kind::Map(_))
        })
    }

    fn key(&mut self, text: String, line: u32) {
        if let Some(open) = self.open.last_mut() {
            open.key = Some((text, line));
        }
    }

    fn begin(
        &mut self,
        line: u32,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        kind: Kind,
    ) -> Result<(), TreeError> {
        if self.is_key() {
            return Err(TreeError::Key { line });
        }
        let at = self.push(line, tag, kind)?;
        self.open.push(Open {
            at,
            anchor: if anchor > 0 { anchor } else { usize::MAX },
            key: None,
            merges: Vec::new(),
        });
        Ok(())
    }

    fn end(&mut self, line: u32) -> Result<(), TreeError> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        for from in open.merges {
            self.merge(open.at, from)?;
        }
        if open.anchor != usize::MAX {
            self.anchors.insert(open.anchor, open.at);
        }
        self.value(open.at, line)
    }

    /// A value is whole: it goes into what is open, or is the file.
    fn value(&mut self, at: usize, line: u32) -> Result<(), TreeError> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(at);
            return Ok(());
        };
        let mut twice = None;
        match &mut self.items[open.at].kind {
            Kind::List(list) => list.push(at),
            Kind::Map(map) => match open.key.take() {
                None => return Err(TreeError::Key { line }),
                Some((key, _)) if key == "<<" => open.merges.push(at),
                Some((key, key_line)) => {
                    if map.insert(key.clone(), Value { key_line, at }).is_some() {
                        twice = Some((key_line, key));
                    }
                }
            },
            Kind::Scalar { .. } => {}
        }
        if let Some((line, key)) = twice {
            self.odd(
                line,
                format!(
                    "`{}` stands twice; the later one counts",
                    crate::shown(&key)
                ),
            );
        }
        Ok(())
    }

    /// Adds what a `<<` key brings: a table, or a list of tables of which the first wins.
    fn merge(&mut self, into: usize, from: usize) -> Result<(), TreeError> {
        let sources = match &self.items[from].kind {
            Kind::List(list) => list.clone(),
            _ => vec![from],
        };
        for source in sources {
            let Kind::Map(map) = &self.items[source].kind else {
                continue;
            };
            let entries: Vec<(String, Value)> = map
                .iter()
                .map(|(key, value)| (key.clone(), *value))
                .collect();
            self.merged += entries.len();
            if self.merged > NODES {
                return Err(TreeError::TooMany);
            }
            if let Kind::Map(map) = &mut self.items[into].kind {
                for (key, value) in entries {
                    map.entry(key).or_insert(value);
                }
            }
        }
        Ok(())
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Kind {
    Kind::Scalar {
        text: text.into_owned(),
        plain: style == ScalarStyle::Plain,
    }
}

impl<'t> Node<'t> {
    fn item(self) -> &'t Item {
        &self.tree.items[self.at]
    }

    /// 1-based.
    pub(crate) fn line(self) -> u32 {
        self.item().line
    }

    /// `Ref` of `!Ref x`.
    pub(crate) fn tag(self) -> Option<&'t str> {
        self.item().tag.as_deref()
    }

    /// Nothing, `~` or `null`.
    pub(crate) fn is_null(self) -> bool {
        matches!(&self.item().kind, Kind::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Text, number or word as it is written; `None` for lists, tables and nothing.
    pub(crate) fn text(self) -> Option<&'t str> {
        match &self.item().kind {
            Kind::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    pub(crate) fn flag(self) -> Option<bool> {
        flag(self.text()?)
    }

    pub(crate) fn is_map(self) -> bool {
        matches!(self.item().kind, Kind::Map(_))
    }

    pub(crate) fn is_list(self) -> bool {
        matches!(self.item().kind, Kind::List(_))
    }

    /// The value of a key; `None` when there is none, or nothing in it.
    pub(crate) fn get(self, key: &str) -> Option<Node<'t>> {
        let Kind::Map(map) = &self.item().kind else {
            return None;
        };
        let node = self.to(map.get(key)?.at);
        (!node.is_null()).then_some(node)
    }

    /// The values of a list; a single value is a list of one.
    pub(crate) fn items(self) -> Vec<Node<'t>> {
        match &self.item().kind {
            Kind::List(list) => list.iter().map(|at| self.to(*at)).collect(),
            Kind::Scalar { .. } if self.is_null() => Vec::new(),
            _ => vec![self],
        }
    }

    /// The entries of a table: key, its line, value.
    pub(crate) fn entries(self) -> impl Iterator<Item = (&'t str, u32, Node<'t>)> {
        let map = match &self.item().kind {
            Kind::Map(map) => Some(map),
            _ => None,
        };
        map.into_iter()
            .flatten()
            .map(move |(key, value)| (key.as_str(), value.key_line, self.to(value.at)))
    }

    fn to(self, at: usize) -> Self {
        Self {
            tree: self.tree,
            at,
        }
    }
}

/// A word for yes or no, in YAML's older spelling as well.
pub(crate) fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tree(text: &str) -> Tree {
        Tree::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    #[test]
    fn yaml_and_json_are_one() {
        for text in [
            "a: {b: [1, 'two']}\nc:\n",
            "{\n\t\"a\": {\"b\": [1, \"two\"]},\n\t\"c\": null\n}",
        ] {
            let tree = tree(text);
            let list = tree
                .root()
                .get("a")
                .and_then(|a| a.get("b"))
                .unwrap()
                .items();
            assert_eq!(
                list.iter().map(|it| it.text()).collect::<Vec<_>>(),
                [Some("1"), Some("two")]
            );
            assert!(tree.root().get("c").is_none());
            assert_eq!(tree.root().entries().count(), 2);
        }
        let escaped = tree(r#"{"a": "\/\ud83d\ude00\u00e9"}"#);
        assert_eq!(
            escaped.root().get("a").unwrap().text(),
            Some("/\u{1f600}\u{e9}")
        );
    }

    #[test]
    fn lines_and_tags_are_known() {
        let tree = tree("a:\n  b: !Ref Table\n  c: !Sub\n    - ${X}\n    - {X: 1}\n  d: !!str 5\n");
        let a = tree.root().get("a").unwrap();
        let b = a.get("b").unwrap();
        assert_eq!(
            (b.tag(), b.text(), b.line()),
            (Some("Ref"), Some("Table"), 2)
        );
        assert_eq!(a.get("c").unwrap().tag(), Some("Sub"));
        assert!(a.get("c").unwrap().is_list());
        assert_eq!(a.get("d").unwrap().tag(), None);
        let lines: Vec<u32> = a.entries().map(|(_, line, _)| line).collect();
        assert_eq!(lines, [2, 3, 6]);
    }

    #[test]
    fn aliases_and_merges() {
        let tree = tree(
            "x: &x {a: 1, b: 2}\ny: &y {b: 3}\nz:\n  <<: [*x, *y]\n  a: own\nw: {<<: *y}\nv: *x\n",
        );
        let z = tree.root().get("z").unwrap();
        assert_eq!(z.get("a").unwrap().text(), Some("own"));
        assert_eq!(z.get("b").unwrap().text(), Some("2"));
        let b = |key: &str| {
            tree.root()
                .get(key)
                .and_then(|it| it.get("b"))
                .unwrap()
                .text()
        };
        assert_eq!((b("w"), b("v")), (Some("3"), Some("2")));
    }

    #[test]
    fn what_stands_twice_is_said() {
        let tree = tree("a: 1\na: 2\n---\nb: 1\n");
        assert_eq!(tree.root().get("a").unwrap().text(), Some("2"));
        let lines: Vec<u32> = tree.oddities.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 3], "{:?}", tree.oddities);
    }

    #[test]
    fn hostile_files_are_refused_with_words() {
        let mut laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
        for level in 1..60 {
            let before = level - 1;
            laughs.push_str(&format!(
                "a{level}: &a{level} [*a{before}, *a{before}, *a{before}, *a{before}, *a{before}, *a{before}, *a{before}]\n"
            ));
        }
        assert_eq!(tree(&laughs).root().entries().count(), 60);
        let mut merging = "a0: &a0 {k: 1}\n".to_owned();
        for level in 1..60 {
            let before = level - 1;
            merging.push_str(&format!(
                "a{level}: &a{level} {{<<: [*a{before}, *a{before}], k{level}: 1}}\n"
            ));
        }
        assert_eq!(tree(&merging).root().entries().count(), 60);
        let error = |text: &str| Tree::parse(text).unwrap_err();
        assert!(matches!(
            error(&"[".repeat(100_000)),
            TreeError::Syntax { .. }
        ));
        assert!(matches!(
            error(&"{a: ".repeat(100_000)),
            TreeError::Syntax { .. }
        ));
        let steps: String = (0..300).map(|depth| " ".repeat(depth) + "- \n").collect();
        assert!(Tree::parse(&steps).is_ok() || matches!(error(&steps), TreeError::Syntax { .. }));
        assert!(matches!(
            error(&"- ".repeat(100_000)),
            TreeError::Syntax { .. }
        ));
        assert_eq!(error("a: &a [*a]"), TreeError::Endless { line: 1 });
        assert_eq!(error("? [a]\n: b\n"), TreeError::Key { line: 1 });
        assert_eq!(error(""), TreeError::Empty);
        assert_eq!(error("# nothing\n"), TreeError::Empty);
        assert!(matches!(
            error("a: b: c"),
            TreeError::Syntax { line: 1, .. }
        ));
        assert!(matches!(
            error(&"x".repeat(FILE_LIMIT + 1)),
            TreeError::TooLong { .. }
        ));
    }

    proptest! {
        #[test]
        fn never_panics(text in "[-{}\\[\\]&*!|>'\"%@`:,?# \\na-c<0-1]{0,80}") {
            if let Ok(tree) = Tree::parse(&text) {
                let _ = tree.root().entries().count();
            }
        }
    }
}
