//! What stands at a place of the file, as a value that can be written elsewhere.

use toml_edit::{Item, TableLike, Value};

use crate::{Document, Literal, Path, Segment, TextEdit, TextEdits};

impl Document {
    /// The value or table at a path; `None` when nothing is there. Comments are no part of it, and
    /// a date, which no setting has, becomes its text.
    pub fn literal(&self, path: &Path) -> Option<Literal> {
        let mut table: &dyn TableLike = self.tree()?;
        let (last, before) = path.segments().split_last()?;
        for segment in before {
            let Segment::Key(key) = segment else {
                return None;
            };
            table = table.get(key)?.as_table_like()?;
        }
        let Segment::Key(key) = last else { return None };
        of_item(table.get(key)?)
    }
}

fn of_item(item: &Item) -> Option<Literal> {
    match item {
        Item::None => None,
        Item::Value(value) => Some(of_value(value)),
        Item::Table(table) => Some(of_table(table)),
        Item::ArrayOfTables(tables) => Some(Literal::Array(
            tables.iter().map(|table| of_table(table)).collect(),
        )),
    }
}

fn of_table(table: &dyn TableLike) -> Literal {
    let entries = table.iter();
    Literal::Table(
        entries
            .filter_map(|(key, item)| Some((key.to_owned(), of_item(item)?)))
            .collect(),
    )
}

fn of_value(value: &Value) -> Literal {
    match value {
        Value::String(text) => Literal::String(text.value().clone()),
        Value::Integer(number) => Literal::Integer(*number.value()),
        Value::Float(number) => Literal::Float(*number.value()),
        Value::Boolean(flag) => Literal::Boolean(*flag.value()),
        Value::Datetime(date) => Literal::String(date.value().to_string()),
        Value::Array(items) => Literal::Array(items.iter().map(of_value).collect()),
        Value::InlineTable(table) => of_table(table),
    }
}

impl TextEdits {
    /// The one replacement that turns a text into another: all between the first and the last byte
    /// that differ. No replacement when they are the same.
    pub fn between(before: &str, after: &str) -> Self {
        if before == after {
            return Self::default();
        }
        let same = |(a, b): &(char, char)| a == b;
        let start: usize = before
            .chars()
            .zip(after.chars())
            .take_while(same)
            .map(|(c, _)| c.len_utf8())
            .sum();
        let end: usize = before[start..]
            .chars()
            .rev()
            .zip(after[start..].chars().rev())
            .take_while(same)
            .map(|(c, _)| c.len_utf8())
            .sum();
        Self(vec![TextEdit {
            start,
            end: before.len() - end,
            text: after[start..after.len() - end].to_owned(),
        }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Edit;
    use proptest::prelude::*;

    #[test]
    fn what_stands_somewhere_can_be_written_elsewhere() {
        let document = Document::parse(
            "[functions.a] # ours\nimage = { build = \"a\" }\nmemory = 512\n[functions.a.env]\nX = \"1\"\n[apis.p.routes]\n\"GET /\" = \"a\"\n",
        );
        let whole = document.literal(&Path::function("a")).unwrap();
        assert_eq!(
            whole.to_toml(),
            "{ image = { build = \"a\" }, memory = 512, env = { X = \"1\" } }"
        );
        let route = document.literal(&Path::route("p", "GET /"));
        assert_eq!(route, Some(Literal::from("a")));
        assert_eq!(document.literal(&Path::function("b")), None);
        assert_eq!(document.literal(&Path::root()), None);
        let mut copy = document.clone();
        let path = Path::function("b");
        copy.edit(&Edit::Insert {
            path: path.clone(),
            value: whole.clone(),
        })
        .unwrap();
        assert_eq!(copy.literal(&path), Some(whole));
    }

    proptest! {
        #[test]
        fn one_replacement_makes_the_other_text(before in "[aäb\n]{0,12}", after in "[aäb\n]{0,12}") {
            let edits = TextEdits::between(&before, &after);
            prop_assert_eq!(edits.apply(&before), after.clone());
            prop_assert_eq!(edits.inverse(&before).apply(&after), before);
        }
    }
}
