//! Reading TOML tables into the model, best effort: a wrong value becomes a
//! finding and is left out, everything else is kept.

use std::cell::RefCell;
use std::collections::BTreeSet;

use indexmap::IndexMap;
use toml_edit::{Item, Table, TableLike, Value};

use crate::model::TextMap;
use crate::suggest::nearest;
use crate::{Diagnostic, Path, toml_string};

/// Longest key that is read. Findings repeat the keys on the way to what they are about, so a file of long keys
/// would otherwise make findings of the square of its size.
pub(crate) const KEY_BYTES: usize = 1024;

/// Room for the keys that a table is asked for.
const ASKED: usize = 8;

/// Collects what is wrong while the tables are read.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    pub(crate) diagnostics: RefCell<Vec<Diagnostic>>,
}

impl Reader {
    pub(crate) fn report(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// The top of the file.
    pub(crate) fn root<'a>(&'a self, table: &'a Table) -> TableReader<'a> {
        TableReader {
            table,
            path: Path::root(),
            reader: self,
            asked: Vec::with_capacity(ASKED),
        }
    }

    /// The item as a table; anything else is reported.
    pub(crate) fn table<'a>(&'a self, item: &'a Item, path: Path) -> Option<TableReader<'a>> {
        match item.as_table_like() {
            Some(table) => Some(TableReader {
                table,
                path,
                reader: self,
                asked: Vec::with_capacity(ASKED),
            }),
            None => {
                self.wrong_value(&path, "a table", item);
                None
            }
        }
    }

    pub(crate) fn wrong_type(&self, path: &Path, expected: &str, found: &str) {
        let name = path
            .last_key()
            .map_or_else(|| path.to_string(), str::to_owned);
        self.report(
            Diagnostic::error(
                "wrong-type",
                path,
                format!("`{name}` must be {expected}, not {}", article(found)),
            )
            .fix(format!("Write {expected}")),
        );
    }

    /// A wrong type, and what to write instead when that can be told from what is there.
    fn wrong_value(&self, path: &Path, expected: &str, item: &Item) {
        let key = path.last_key().unwrap_or_default();
        let instead = match (item.as_str(), expected) {
            (Some(text), "an array of strings") => Some(format!("[{}]", toml_string(text))),
            (Some(text), "a whole number") => leading_number(text).map(|it| it.to_string()),
            (Some("true" | "false"), "true or false") => item.as_str().map(str::to_owned),
            (Some(text), "a table") if key == "image" => {
                Some(format!("{{ build = {} }}", toml_string(text)))
            }
            _ => None,
        };
        let fix = match (&instead, expected) {
            (Some(number), "a whole number") => Some(format!(
                "Write the number alone, without quotes: {key} = {number}"
            )),
            (Some(flag), "true or false") => {
                Some(format!("Write it without quotes: {key} = {flag}"))
            }
            (Some(instead), _) => Some(format!("Write {key} = {instead}")),
            (None, "an array of tables") if item.is_table_like() => {
                Some(format!("Put it in brackets: {key} = [{{ ... }}]"))
            }
            (_, "a table") => example(key).map(|example| format!("Write {key} = {example}")),
            _ => None,
        };
        let name = shown(path);
        self.report(
            Diagnostic::error(
                "wrong-type",
                path,
                format!(
                    "`{name}` must be {expected}, not {}",
                    article(item.type_name())
                ),
            )
            .fix(fix.unwrap_or_else(|| format!("Write {expected}")))
            .perhaps(instead),
        );
    }

    pub(crate) fn string(&self, item: &Item, path: &Path) -> Option<String> {
        let found = item.as_str().map(str::to_owned);
        if found.is_none() {
            let diagnostic = Diagnostic::error(
                "wrong-type",
                path,
                format!(
                    "`{}` must be a string, not {}",
                    shown(path),
                    article(item.type_name())
                ),
            );
            self.report(match item.as_value() {
                Some(
                    Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_),
                ) => {
                    let text = item.as_value().map(|v| v.to_string()).unwrap_or_default();
                    let quoted = toml_string(text.trim());
                    diagnostic
                        .fix(format!("Put it in quotes: {quoted}"))
                        .instead(quoted)
                }
                _ => diagnostic.fix("Write a string in quotes"),
            });
        }
        found
    }

    pub(crate) fn u32(&self, item: &Item, path: &Path) -> Option<u32> {
        let found = item
            .as_integer()
            .and_then(|number| u32::try_from(number).ok());
        if found.is_none() {
            match item.as_integer() {
                Some(number) => self.report(
                    Diagnostic::error(
                        "out-of-range",
                        path,
                        format!(
                            "`{}` must be a whole number from 0 to {}, not {number}",
                            shown(path),
                            u32::MAX
                        ),
                    )
                    .fix("Write a number in that range"),
                ),
                None => self.wrong_value(path, "a whole number", item),
            }
        }
        found
    }

    /// An array of strings.
    pub(crate) fn strings(&self, item: &Item, path: &Path) -> Vec<String> {
        let Some(array) = item.as_array() else {
            self.wrong_value(path, "an array of strings", item);
            return Vec::new();
        };
        let mut out = Vec::new();
        for (place, value) in array.iter().enumerate() {
            match value.as_str() {
                Some(text) => out.push(text.to_owned()),
                None => self.wrong_type(&path.index(place), "a string", value.type_name()),
            }
        }
        out
    }
}

/// The number that a text begins with, as in `512MB` and `10s`.
fn leading_number(text: &str) -> Option<u32> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text[..end].parse().ok()
}

/// What a table of this name looks like.
fn example(key: &str) -> Option<&'static str> {
    Some(match key {
        "cors" => "{ origins = [\"https://shop.example\"], methods = [\"GET\"] }",
        "throttle" => "{ rate = 50, burst = 100 }",
        "health" => "{ command = [\"/app\", \"health\"] }",
        "network" => "{ vpc = \"vpc-...\", subnets = [\"subnet-...\"] }",
        "env" | "variables" | "tags" | "args" => "{ NAME = \"value\" }",
        "secrets" => "{ NAME = \"secretsmanager:shop/name\" }",
        _ => return None,
    })
}

/// What other tools call the same thing.
fn synonym(word: &str) -> Option<&'static str> {
    Some(match word {
        "amd64" | "x64" | "x86-64" | "x86" => "x86_64",
        "aarch64" | "arm" | "arm64v8" => "arm64",
        "rest" | "restful" => "http",
        "ws" | "wss" | "web-socket" => "websocket",
        "cloudmap" | "cloud_map" | "service-discovery" => "cloud-map",
        "elb" | "elbv2" | "load-balancer" => "alb",
        "cognito" | "oidc" | "oauth2" => "jwt",
        "custom" | "request" => "lambda",
        "aws_iam" | "sigv4" => "iam",
        "1" => "1.0",
        "2" => "2.0",
        _ => return None,
    })
}

fn shown(path: &Path) -> String {
    path.last_key()
        .map_or_else(|| path.to_string(), str::to_owned)
}

fn article(type_name: &str) -> String {
    let vowel = type_name.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {type_name}", if vowel { "an" } else { "a" })
}

/// One table being read. Every key that is asked for is a known key; what is
/// left over at [`TableReader::finish`] is unknown.
pub(crate) struct TableReader<'a> {
    table: &'a dyn TableLike,
    path: Path,
    reader: &'a Reader,
    asked: Vec<&'static str>,
}

impl<'a> TableReader<'a> {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn reader(&self) -> &'a Reader {
        self.reader
    }

    /// The item under a key, and its path.
    pub(crate) fn item(&mut self, key: &'static str) -> Option<(&'a Item, Path)> {
        self.asked.push(key);
        self.table
            .get(key)
            .filter(|item| !item.is_none())
            .map(|item| (item, self.path.key(key)))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|item| !item.is_none())
    }

    /// Which of these lists and tables are written and empty.
    pub(crate) fn cleared(&self, keys: &[&str]) -> BTreeSet<String> {
        let empty = |item: &Item| {
            item.as_array().is_some_and(|it| it.is_empty())
                || item.as_table_like().is_some_and(|it| it.is_empty())
        };
        keys.iter()
            .filter(|key| self.table.get(key).is_some_and(empty))
            .map(|key| (*key).to_owned())
            .collect()
    }

    /// The item under a key. Its path is made only when something is to be said about it.
    fn plain(&mut self, key: &'static str) -> Option<&'a Item> {
        self.asked.push(key);
        self.table.get(key).filter(|item| !item.is_none())
    }

    pub(crate) fn string(&mut self, key: &'static str) -> Option<String> {
        let item = self.plain(key)?;
        match item.as_str() {
            Some(text) => Some(text.to_owned()),
            None => self.reader.string(item, &self.path.key(key)),
        }
    }

    pub(crate) fn u32(&mut self, key: &'static str) -> Option<u32> {
        let item = self.plain(key)?;
        match item.as_integer().map(u32::try_from) {
            Some(Ok(number)) => Some(number),
            _ => self.reader.u32(item, &self.path.key(key)),
        }
    }

    pub(crate) fn u16(&mut self, key: &'static str) -> Option<u16> {
        let (item, path) = self.item(key)?;
        let number = self.reader.u32(item, &path)?;
        let narrow = u16::try_from(number).ok();
        if narrow.is_none() {
            self.reader.report(
                Diagnostic::error(
                    "out-of-range",
                    &path,
                    format!("`{key}` must be at most {}, not {number}", u16::MAX),
                )
                .fix("Write a number in that range"),
            );
        }
        narrow
    }

    pub(crate) fn i32(&mut self, key: &'static str) -> Option<i32> {
        let (item, path) = self.item(key)?;
        let number = item
            .as_integer()
            .and_then(|number| i32::try_from(number).ok());
        if number.is_none() {
            self.reader
                .wrong_type(&path, "a whole number of 32 bits", item.type_name());
        }
        number
    }

    /// A number, whole or not. Infinite and not-a-number are refused.
    pub(crate) fn number(&mut self, key: &'static str) -> Option<f64> {
        let (item, path) = self.item(key)?;
        let number = item
            .as_float()
            .or_else(|| item.as_integer().map(|n| n as f64));
        match number {
            Some(number) if number.is_finite() => Some(number),
            Some(_) => {
                self.reader.report(
                    Diagnostic::error(
                        "out-of-range",
                        &path,
                        format!("`{key}` must be a finite number"),
                    )
                    .fix("Write a finite number"),
                );
                None
            }
            None => {
                self.reader.wrong_type(&path, "a number", item.type_name());
                None
            }
        }
    }

    pub(crate) fn bool(&mut self, key: &'static str) -> Option<bool> {
        let item = self.plain(key)?;
        let found = item.as_bool();
        if found.is_none() {
            self.reader
                .wrong_value(&self.path.key(key), "true or false", item);
        }
        found
    }

    pub(crate) fn strings(&mut self, key: &'static str) -> Vec<String> {
        let Some((item, path)) = self.item(key) else {
            return Vec::new();
        };
        self.reader.strings(item, &path)
    }

    /// One of a closed set of words.
    pub(crate) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let item = self.plain(key)?;
        let known = |text: &str| {
            let (_, value) = words.iter().find(|(word, _)| *word == text)?;
            Some(*value)
        };
        let found = item.as_str().and_then(known);
        if found.is_none() {
            let path = self.path.key(key);
            let text = self.reader.string(item, &path)?;
            let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let list = names
                .iter()
                .map(|name| format!("\"{name}\""))
                .collect::<Vec<_>>()
                .join(", ");
            let same = synonym(&text.to_lowercase()).filter(|word| names.contains(word));
            let near = same.or_else(|| nearest(&text, names.iter().copied()));
            let fix = match near {
                Some(name) => format!("Did you mean \"{name}\"?"),
                None => format!("Write one of {list}"),
            };
            self.reader.report(
                Diagnostic::error(
                    "unknown-word",
                    &path,
                    format!("`{key}` cannot be \"{text}\""),
                )
                .detail(format!("It must be one of {list}."))
                .fix(fix)
                .perhaps(near.map(toml_string)),
            );
        }
        found
    }

    /// A table inside this one.
    pub(crate) fn child(&mut self, key: &'static str) -> Option<TableReader<'a>> {
        let (item, path) = self.item(key)?;
        self.reader.table(item, path)
    }

    /// A table of names to strings.
    pub(crate) fn texts(&mut self, key: &'static str) -> TextMap {
        let Some(child) = self.child(key) else {
            return TextMap::new();
        };
        let mut out = TextMap::with_capacity(child.table.len());
        for (name, item) in child.table.iter() {
            if item.is_none() || name.len() > KEY_BYTES {
                continue;
            }
            let text = match item.as_str() {
                Some(text) => Some(text.to_owned()),
                None => self.reader.string(item, &child.path.key(name)),
            };
            if let Some(text) = text {
                out.insert(name.to_owned(), text);
            }
        }
        out
    }

    /// A table of names to anything; `read` returns `None` for what could not be read.
    pub(crate) fn each<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&'a Reader, &'a Item, Path) -> Option<T>,
    ) -> IndexMap<String, T> {
        let Some(child) = self.child(key) else {
            return IndexMap::new();
        };
        let mut out = IndexMap::with_capacity(child.table.len());
        for (name, item) in child.table.iter() {
            if item.is_none() || name.len() > KEY_BYTES {
                continue;
            }
            if let Some(value) = read(self.reader, item, child.path.key(name)) {
                out.insert(name.to_owned(), value);
            }
        }
        out
    }

    /// An array of tables, in either of TOML's spellings.
    pub(crate) fn tables<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(TableReader<'_>) -> T,
    ) -> Vec<T> {
        let Some((item, path)) = self.item(key) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        if let Some(array) = item.as_array_of_tables() {
            for (place, table) in array.iter().enumerate() {
                out.push(read(TableReader {
                    table,
                    path: path.index(place),
                    reader: self.reader,
                    asked: Vec::with_capacity(ASKED),
                }));
            }
        } else if let Some(array) = item.as_array() {
            for (place, value) in array.iter().enumerate() {
                let path = path.index(place);
                match value.as_inline_table() {
                    Some(table) => out.push(read(TableReader {
                        table,
                        path,
                        reader: self.reader,
                        asked: Vec::with_capacity(ASKED),
                    })),
                    None => self.reader.wrong_type(&path, "a table", value.type_name()),
                }
            }
        } else {
            self.reader.wrong_value(&path, "an array of tables", item);
        }
        out
    }

    /// Reports the keys that nothing asked for.
    pub(crate) fn finish(self) {
        for (name, item) in self.table.iter() {
            if item.is_none() || name.len() > KEY_BYTES || self.asked.contains(&name) {
                continue;
            }
            let path = self.path.key(name);
            let diagnostic = Diagnostic::warning(
                "unknown-key",
                &path,
                format!("The key `{name}` is not known here"),
            )
            .detail(format!(
                "It is kept in the file and has no effect. Known here: {}.",
                self.asked.join(", ")
            ));
            self.reader
                .report(match nearest(name, self.asked.iter().copied()) {
                    Some(known) => diagnostic
                        .fix(format!("Did you mean `{known}`?"))
                        .instead(known),
                    None => diagnostic.fix("Remove it, or check its spelling"),
                });
        }
    }
}
