//! From an edit to the bytes it replaces.

use std::ops::Range;

use crate::edit::{Edit, EditError, Literal, TextEdit, TextEdits};
use crate::edit_slot::{Slot, SlotPlace};
use crate::layout::{Entry, Inner, Section, key_tokens, layout};
use crate::path::toml_key;
use crate::{Path, Segment};

/// Columns after which an inline table becomes a table of its own.
const WIDTH: usize = 100;

/// Tables whose entries are written as tables with a header, as people write them.
const COLLECTIONS: [&str; 4] = ["functions", "services", "apis", "environments"];

/// A text and its tokens, on which edits are planned one after the other.
pub(crate) struct Planner {
    pub(crate) text: String,
    pub(crate) newline: &'static str,
    pub(crate) sections: Vec<Section>,
}

impl Planner {
    pub(crate) fn new(text: String) -> Self {
        Self {
            newline: newline(&text),
            sections: layout(&text),
            text,
        }
    }

    pub(crate) fn plan(&self, edit: &Edit) -> Result<TextEdits, EditError> {
        match edit {
            Edit::Set { path, value } => match self.slot(path) {
                Some(slot) => Ok(self.replace(path, &slot, value)),
                None if self.is_table(path) => Err(EditError::IsTable { path: path.clone() }),
                None => self.insert(path, value),
            },
            Edit::Insert { path, value } => {
                if self.slot(path).is_some() || self.is_table(path) {
                    return Err(EditError::Exists { path: path.clone() });
                }
                self.insert(path, value)
            }
            Edit::Remove { path } => self.remove(path),
            Edit::RenameKey { path, key } => self.rename(path, key),
        }
    }

    /// Whether a path is a table that headers or dotted keys make.
    fn is_table(&self, path: &Path) -> bool {
        self.sections.iter().any(|section| {
            path.contains(&section.path) && (section.header.is_some() || path.is_root())
                || section.path.contains(path)
                    && section.entries.iter().any(|entry| {
                        let depth = section.path.segments().len();
                        entry.is_inside(depth, path) && entry.reached(depth, path).is_none()
                    })
        })
    }

    fn replace(&self, path: &Path, slot: &Slot<'_>, value: &Literal) -> TextEdits {
        if let Literal::Table(entries) = value
            && !self.stays_inline(slot, value)
            && let Some(edits) = self.move_out(slot, path, &table_lines(entries))
        {
            return edits;
        }
        TextEdits::replace(slot.node.span.clone(), value.to_toml())
    }

    /// Whether a value is written where the old one stands; a table that is too wide gets a header of its own.
    pub(crate) fn stays_inline(&self, slot: &Slot<'_>, value: &Literal) -> bool {
        match (value, slot.place) {
            (Literal::Table(_), SlotPlace::Line) => {
                let width = value.to_toml().chars().count();
                fits(self.column(slot.node.span.start) + width)
            }
            _ => true,
        }
    }

    fn insert(&self, path: &Path, value: &Literal) -> Result<TextEdits, EditError> {
        let parent = path
            .parent()
            .ok_or_else(|| EditError::NoPlace { path: path.clone() })?;
        if let Some(slot) = self.slot(&parent) {
            return self.insert_inside(path, &slot, &parent, value);
        }
        let Some(key) = path.last_key() else {
            return Err(EditError::NoPlace { path: path.clone() });
        };
        let section = self.sections.iter().find(|section| section.path == parent);
        let as_section = matches!(value, Literal::Table(_))
            && (parent.is_root() || is_collection(&parent) || is_routes(path));
        if as_section {
            return self.new_section(path, value);
        }
        if let Some(section) = section {
            let line = format!("{} = {}", toml_key(key), value.to_toml());
            if let Literal::Table(_) = value
                && !fits(line.chars().count())
                && path.keys().is_some()
            {
                return self.new_section(path, value);
            }
            return Ok(self.add_line(section, section.entries.last(), &line));
        }
        // A table that only dotted keys make: one more of them, after the last.
        let dotted = self
            .sections
            .iter()
            .filter(|section| section.path.contains(&parent))
            .find_map(|section| {
                let last = section
                    .entries
                    .iter()
                    .rfind(|entry| entry.is_inside(section.path.segments().len(), &parent))?;
                Some((section, last))
            });
        if let Some((section, last)) = dotted {
            let keys: Vec<String> = path.segments()[section.path.segments().len()..]
                .iter()
                .filter_map(|segment| match segment {
                    Segment::Key(key) => Some(toml_key(key)),
                    Segment::Index(_) => None,
                })
                .collect();
            let line = format!("{} = {}", keys.join("."), value.to_toml());
            return Ok(self.add_line(section, Some(last), &line));
        }
        if self.is_table(&parent) {
            // Its sub-tables have headers and it has none: it gets one.
            return self.new_section(
                &parent,
                &Literal::Table(vec![(key.to_owned(), value.clone())]),
            );
        }
        self.insert(
            &parent,
            &Literal::Table(vec![(key.to_owned(), value.clone())]),
        )
    }

    /// Adds to an inline table or an array.
    fn insert_inside(
        &self,
        path: &Path,
        slot: &Slot<'_>,
        parent: &Path,
        value: &Literal,
    ) -> Result<TextEdits, EditError> {
        let no_place = || EditError::NoPlace { path: path.clone() };
        let (last, text) = match (&slot.node.inner, path.segments().last()) {
            (Inner::Table(entries), Some(Segment::Key(key))) => (
                entries.last().map(|it| it.node.span.end),
                format!("{} = {}", toml_key(key), value.to_toml()),
            ),
            (Inner::Array(items), Some(Segment::Index(index))) if *index == items.len() => {
                (items.last().map(|it| it.span.end), value.to_toml())
            }
            _ => return Err(no_place()),
        };
        let grown = self.text[self.line_start(slot.node.span.start)..slot.node.span.end]
            .chars()
            .count()
            + text.chars().count()
            + 2;
        if let (Inner::Table(entries), SlotPlace::Line, Some(key)) =
            (&slot.node.inner, slot.place, path.last_key())
            && !fits(grown)
        {
            let mut lines: Vec<String> = entries
                .iter()
                .map(|entry| self.text[entry.start()..entry.node.span.end].to_owned())
                .collect();
            lines.push(format!("{} = {}", toml_key(key), value.to_toml()));
            if let Some(edits) = self.move_out(slot, parent, &lines) {
                return Ok(edits);
            }
        }
        Ok(match last {
            Some(end) => TextEdits::replace(end..end, format!(", {text}")),
            None => {
                let inside = slot.node.span.start + 1..slot.node.span.end - 1;
                let blank = self.text[inside.clone()].trim().is_empty();
                match (&slot.node.inner, blank) {
                    (Inner::Table(_), true) => TextEdits::replace(inside, format!(" {text} ")),
                    (_, true) => TextEdits::replace(inside, text),
                    // There is a comment in it: the value goes before it.
                    (_, false) => {
                        TextEdits::replace(inside.start..inside.start, format!(" {text} "))
                    }
                }
            }
        })
    }

    /// Turns a line with an inline table into a table with a header, after its section.
    fn move_out(&self, slot: &Slot<'_>, path: &Path, lines: &[String]) -> Option<TextEdits> {
        let header = header_of(path)?;
        // A value over several lines would not survive being cut into lines of its own keys.
        // Nor can a table that dotted keys have begun be gone on with under a header.
        if self.text[slot.node.span.clone()].contains('\n') || slot.line.keys.len() > 1 {
            return None;
        }
        let removed = self.line_of(slot.line.start(), slot.node.span.end);
        let comment = self.text[slot.node.span.end..removed.end].trim();
        let end = self.line_end(slot.section.end()?);
        let nl = self.newline;
        let mut table = header;
        if !comment.is_empty() {
            table.push(' ');
            table.push_str(comment);
        }
        for line in lines {
            table.push_str(nl);
            table.push_str(line);
        }
        table.push_str(nl);
        let before = &self.text[..if end == removed.end {
            removed.start
        } else {
            end
        }];
        let mut text = String::new();
        if !before.is_empty() && !before.ends_with(['\n', '\u{feff}']) {
            text.push_str(nl);
        }
        if !before.trim_start_matches('\u{feff}').trim().is_empty() {
            text.push_str(nl);
        }
        text.push_str(&table);
        if end == removed.end {
            return Some(TextEdits::replace(removed, text));
        }
        Some(TextEdits(vec![
            TextEdit {
                start: removed.start,
                end: removed.end,
                text: String::new(),
            },
            TextEdit {
                start: end,
                end,
                text,
            },
        ]))
    }

    /// A table with a header, after the last table that is a neighbour of it.
    fn new_section(&self, path: &Path, value: &Literal) -> Result<TextEdits, EditError> {
        let (Literal::Table(entries), Some(header)) = (value, header_of(path)) else {
            return Err(EditError::NoPlace { path: path.clone() });
        };
        let mut around = path.parent();
        let mut after = None;
        while let Some(place) = around.filter(|place| !place.is_root()) {
            after = self
                .sections
                .iter()
                .rfind(|section| place.contains(&section.path))
                .and_then(Section::end);
            if after.is_some() {
                break;
            }
            around = place.parent();
        }
        let nl = self.newline;
        let at = after.map_or(self.text.len(), |end| self.line_end(end));
        let mut text = String::new();
        let before = &self.text[..at];
        if !before.is_empty() && !before.ends_with('\n') && before != "\u{feff}" {
            text.push_str(nl);
        }
        if !before.trim_start_matches('\u{feff}').trim().is_empty()
            && !before.ends_with(&format!("{nl}{nl}"))
        {
            text.push_str(nl);
        }
        text.push_str(&header);
        for line in table_lines(entries) {
            text.push_str(nl);
            text.push_str(&line);
        }
        if before.is_empty() || before.ends_with('\n') || at < self.text.len() {
            text.push_str(nl);
        }
        Ok(TextEdits::replace(at..at, text))
    }

    /// Adds a line after an entry of a section, or after its header.
    fn add_line(&self, section: &Section, after: Option<&Entry>, line: &str) -> TextEdits {
        let nl = self.newline;
        let indent = after.map_or("", |entry| {
            let lead = &self.text[self.line_start(entry.start())..entry.start()];
            if lead.trim().is_empty() {
                lead.trim_start_matches('\u{feff}')
            } else {
                ""
            }
        });
        let end = after
            .map(|entry| entry.node.span.end)
            .or(section.header.as_ref().map(|header| header.end));
        match end {
            // The root without a key: before everything, and apart from what follows.
            None => {
                let at = if self.text.starts_with('\u{feff}') {
                    '\u{feff}'.len_utf8()
                } else {
                    0
                };
                let apart = if self.text[at..].is_empty() { "" } else { nl };
                TextEdits::replace(at..at, format!("{line}{nl}{apart}"))
            }
            Some(end) => {
                let at = self.line_end(end);
                if self.text[..at].ends_with('\n') {
                    TextEdits::replace(at..at, format!("{indent}{line}{nl}"))
                } else {
                    TextEdits::replace(at..at, format!("{nl}{indent}{line}"))
                }
            }
        }
    }

    fn remove(&self, path: &Path) -> Result<TextEdits, EditError> {
        if let Some(slot) = self.slot(path) {
            return Ok(match slot.place {
                SlotPlace::Line => {
                    TextEdits::replace(self.line_of(slot.line.start(), slot.node.span.end), "")
                }
                SlotPlace::Inline(entries, index) => {
                    let spans: Vec<Range<usize>> = entries
                        .iter()
                        .map(|it| it.start()..it.node.span.end)
                        .collect();
                    self.remove_listed(&spans, index)
                }
                SlotPlace::Item(items, index) => {
                    let spans: Vec<Range<usize>> = items.iter().map(|it| it.span.clone()).collect();
                    self.remove_listed(&spans, index)
                }
            });
        }
        if path.is_root() {
            return Err(EditError::Missing { path: path.clone() });
        }
        let mut edits = Vec::new();
        for section in &self.sections {
            if let (true, Some(header)) = (path.contains(&section.path), &section.header) {
                let end = section.end().unwrap_or(header.end);
                edits.push(self.line_of(header.start, end));
            } else if section.path.contains(path) {
                let inside = section
                    .entries
                    .iter()
                    .filter(|entry| entry.is_inside(section.path.segments().len(), path));
                edits.extend(inside.map(|entry| self.line_of(entry.start(), entry.node.span.end)));
            }
        }
        if edits.is_empty() {
            return Err(EditError::Missing { path: path.clone() });
        }
        Ok(TextEdits(
            edits
                .into_iter()
                .map(|range| TextEdit {
                    start: range.start,
                    end: range.end,
                    text: String::new(),
                })
                .collect(),
        ))
    }

    /// Takes one element out of a list, and the comma that is then too many.
    fn remove_listed(&self, spans: &[Range<usize>], index: usize) -> TextEdits {
        let own = &spans[index];
        let before = index.checked_sub(1).map(|before| &spans[before]);
        match (before, spans.get(index + 1)) {
            (_, Some(next)) => TextEdits::replace(own.start..next.start, ""),
            (Some(before), None) => TextEdits::replace(before.end..own.end, ""),
            (None, None) => {
                let mut edits = TextEdits::replace(own.clone(), "");
                if let Some(comma) = self.comma_after(own.end) {
                    edits.0.push(TextEdit {
                        start: comma,
                        end: comma + 1,
                        text: String::new(),
                    });
                }
                edits
            }
        }
    }

    /// Where the comma after a value stands; comments and line ends may stand between.
    fn comma_after(&self, mut at: usize) -> Option<usize> {
        loop {
            let rest = &self.text[at..];
            at += rest.len() - rest.trim_start().len();
            match self.text[at..].chars().next()? {
                ',' => return Some(at),
                '#' => at = self.line_end(at),
                _ => return None,
            }
        }
    }

    fn rename(&self, path: &Path, key: &str) -> Result<TextEdits, EditError> {
        let missing = || EditError::Missing { path: path.clone() };
        let (Some(_), Some(parent)) = (path.last_key(), path.parent()) else {
            return Err(missing());
        };
        let sibling = parent.key(key);
        if sibling != *path && (self.slot(&sibling).is_some() || self.is_table(&sibling)) {
            return Err(EditError::Exists { path: sibling });
        }
        let spans = key_tokens(&self.sections, path);
        if spans.is_empty() {
            return Err(missing());
        }
        let text = toml_key(key);
        Ok(TextEdits(
            spans
                .into_iter()
                .map(|span| TextEdit {
                    start: span.start,
                    end: span.end,
                    text: text.clone(),
                })
                .collect(),
        ))
    }

    fn column(&self, at: usize) -> usize {
        self.text[self.line_start(at)..at].chars().count()
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// The byte after the line's end.
    fn line_end(&self, at: usize) -> usize {
        self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |newline| at + newline + 1)
    }

    /// Whole lines from one byte to another.
    fn line_of(&self, start: usize, end: usize) -> Range<usize> {
        let mut first = self.line_start(start);
        if self.text[first..].starts_with('\u{feff}') {
            first += '\u{feff}'.len_utf8();
        }
        first..self.line_end(end)
    }
}

/// How the lines of a text end, as its first one tells.
pub(crate) fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(end) if text[..end].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

fn fits(columns: usize) -> bool {
    columns <= WIDTH
}

/// `functions`, and the same inside an environment.
fn is_collection(path: &Path) -> bool {
    match path.keys().as_deref() {
        Some([name]) => COLLECTIONS.contains(name),
        Some(["environments", _, name]) => COLLECTIONS[..3].contains(name),
        _ => false,
    }
}

/// `apis.KEY.routes`, and the same inside an environment: a list that people read line by line.
fn is_routes(path: &Path) -> bool {
    matches!(
        path.keys().as_deref(),
        Some(["apis", _, "routes"] | ["environments", _, "apis", _, "routes"])
    )
}

/// `[a.b]`, when the path is of keys only.
fn header_of(path: &Path) -> Option<String> {
    let keys: Vec<String> = path.keys()?.into_iter().map(toml_key).collect();
    (!keys.is_empty()).then(|| format!("[{}]", keys.join(".")))
}

fn table_lines(entries: &[(String, Literal)]) -> Vec<String> {
    entries
        .iter()
        .map(|(key, value)| format!("{} = {}", toml_key(key), value.to_toml()))
        .collect()
}
