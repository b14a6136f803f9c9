//! What a file says, without how it says it: the values at its paths, compared and written.

use indexmap::IndexMap;
use toml_edit::{Item, TableLike, Value};

use crate::Path;
use crate::edit::{Edit, Literal};

/// A table, or a value that is compared as a whole.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Table(IndexMap<String, Node>),
    Leaf(Leaf),
}

/// A value. Two are the same when TOML would write them alike.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    text: String,
    literal: Literal,
}

impl PartialEq for Leaf {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Node {
    pub(crate) fn empty() -> Self {
        Self::Table(IndexMap::new())
    }

    pub(crate) fn table(&self) -> Option<&IndexMap<String, Node>> {
        match self {
            Self::Table(table) => Some(table),
            Self::Leaf(_) => None,
        }
    }

    /// Puts something at a path of keys, or takes it away.
    pub(crate) fn put(&mut self, path: &Path, node: Option<Self>) {
        let Some((last, way)) = path.keys().as_deref().and_then(|keys| {
            let (last, way) = keys.split_last()?;
            Some((
                last.to_string(),
                way.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>(),
            ))
        }) else {
            *self = node.unwrap_or_else(Self::empty);
            return;
        };
        let mut at = self;
        for key in way {
            let Self::Table(table) = at else { return };
            at = table.entry(key).or_insert_with(Self::empty);
        }
        if let Self::Table(table) = at {
            match node {
                Some(node) => drop(table.insert(last, node)),
                None => drop(table.shift_remove(&last)),
            }
        }
    }

    fn literal(&self) -> Literal {
        match self {
            Self::Leaf(leaf) => leaf.literal.clone(),
            Self::Table(table) => Literal::Table(
                table
                    .iter()
                    .map(|(key, node)| (key.clone(), node.literal()))
                    .collect(),
            ),
        }
    }
}

/// As TOML writes it, on one line.
pub(crate) fn text_of(node: &Node) -> String {
    node.literal().to_toml()
}

/// What a text says; `None` when it is not TOML.
pub(crate) fn read(text: &str) -> Option<Node> {
    let tree = toml_edit::Document::parse(text).ok()?;
    Some(of_table(tree.as_table()))
}

fn of_table(table: &dyn TableLike) -> Node {
    Node::Table(
        table
            .iter()
            .filter_map(|(key, item)| Some((key.to_owned(), of_item(item)?)))
            .collect(),
    )
}

fn of_item(item: &Item) -> Option<Node> {
    Some(match item {
        Item::None => return None,
        Item::Table(table) => of_table(table),
        Item::Value(Value::InlineTable(table)) => of_table(table),
        Item::Value(value) => leaf(literal_of(value)),
        Item::ArrayOfTables(array) => leaf(Literal::Array(
            array
                .iter()
                .map(|table| of_table(table).literal())
                .collect(),
        )),
    })
}

fn leaf(literal: Literal) -> Node {
    Node::Leaf(Leaf {
        text: literal.to_toml(),
        literal,
    })
}

/// The value as one to write.
pub(crate) fn literal_of(value: &Value) -> Literal {
    match value {
        Value::String(text) => Literal::String(text.value().clone()),
        Value::Integer(number) => Literal::Integer(*number.value()),
        Value::Float(number) => Literal::Float(*number.value()),
        Value::Boolean(flag) => Literal::Boolean(*flag.value()),
        Value::Datetime(time) => Literal::Datetime(time.value().to_string()),
        Value::Array(array) => Literal::Array(array.iter().map(literal_of).collect()),
        Value::InlineTable(table) => of_table(table).literal(),
    }
}

/// The edits that make the thing at a path the new one, where the text has the old one.
pub(crate) fn write(at: &Path, new: Option<&Node>, old: Option<&Node>, edits: &mut Vec<Edit>) {
    if new == old {
        return;
    }
    match (new, old) {
        (None, _) => edits.push(Edit::Remove { path: at.clone() }),
        (Some(new), None) => insert(at, new, edits),
        (Some(Node::Table(new)), Some(Node::Table(old))) => {
            for key in old.keys().filter(|key| !new.contains_key(*key)) {
                edits.push(Edit::Remove { path: at.key(key) });
            }
            for (key, node) in new {
                write(&at.key(key), Some(node), old.get(key), edits);
            }
            // The table itself may have had no line but those that are gone.
            if new.is_empty() {
                edits.push(Edit::Remove { path: at.clone() });
                edits.push(empty_table(at));
            }
        }
        (Some(new @ Node::Leaf(leaf)), Some(Node::Leaf(before)))
            if !has_tables(&leaf.literal) && !has_tables(&before.literal) =>
        {
            edits.push(Edit::Set {
                path: at.clone(),
                value: new.literal(),
            });
        }
        // A table may have headers of its own, also as an element of an array.
        (Some(new), Some(_)) => {
            edits.push(Edit::Remove { path: at.clone() });
            insert(at, new, edits);
        }
    }
}

fn empty_table(at: &Path) -> Edit {
    Edit::Insert {
        path: at.clone(),
        value: Literal::Table(Vec::new()),
    }
}

fn has_tables(literal: &Literal) -> bool {
    match literal {
        Literal::Table(_) => true,
        Literal::Array(items) => items.iter().any(has_tables),
        _ => false,
    }
}

/// Adds a thing: its values first, and each table inside it after that, so that big ones get headers of their own.
fn insert(at: &Path, node: &Node, edits: &mut Vec<Edit>) {
    let Node::Table(table) = node else {
        edits.push(Edit::Insert {
            path: at.clone(),
            value: node.literal(),
        });
        return;
    };
    let small = |node: &Node| match node {
        Node::Leaf(_) => true,
        Node::Table(table) => {
            table.values().all(|node| matches!(node, Node::Leaf(_))) && text_of(node).len() <= 80
        }
    };
    let (first, rest): (Vec<_>, Vec<_>) = table.iter().partition(|(_, node)| small(node));
    edits.push(Edit::Insert {
        path: at.clone(),
        value: Literal::Table(
            first
                .into_iter()
                .map(|(key, node)| (key.clone(), node.literal()))
                .collect(),
        ),
    });
    for (key, node) in rest {
        insert(&at.key(key), node, edits);
    }
}
