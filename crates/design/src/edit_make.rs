//! Making planned replacements in the planner's own text: only the tables they touch are read again, once for all of
//! them.

use crate::edit::{TextEdit, TextEdits};
use crate::edit_plan::{Planner, newline};
use crate::layout::{Section, layout, layout_part};

/// Replacements that lie in the same run of sections.
struct Group<'e> {
    /// Index of the first section that is touched.
    first: usize,
    /// Index of the last section that is touched.
    last: usize,
    edits: &'e [TextEdit],
}

impl Planner {
    /// Makes replacements that were planned on this text.
    pub(crate) fn make(&mut self, edits: &TextEdits) {
        let text = edits.apply(&self.text);
        let old = std::mem::take(&mut self.sections);
        self.sections =
            carried(old, &edits.0, self.text.len(), &text).unwrap_or_else(|| layout(&text));
        self.newline = newline(&text);
        self.text = text;
    }
}

/// The sections after replacements: those that are touched are read again, the others move. `None` when there are
/// other elements of arrays of tables than before: they are counted through the file, so that what follows has
/// other paths.
fn carried(
    old: Vec<Section>,
    edits: &[TextEdit],
    length: usize,
    text: &str,
) -> Option<Vec<Section>> {
    let groups = groups(&old, edits);
    // Where each group began and where what follows it did.
    let ends: Vec<(usize, usize)> = groups
        .iter()
        .map(|group| {
            let end = old.get(group.last + 1).map_or(length, Section::start);
            (old[group.first].start(), end)
        })
        .collect();
    let mut new: Vec<Section> = Vec::with_capacity(old.len() + 4);
    // Sections that are done, and how far the ones after them move.
    let mut done = 0;
    let mut by: isize = 0;
    let mut old = old.into_iter();
    let moved = |mut section: Section, by: isize| {
        section.shift(by);
        section
    };
    for (group, (start, end)) in groups.into_iter().zip(ends) {
        new.extend(
            old.by_ref()
                .take(group.first - done)
                .map(|it| moved(it, by)),
        );
        done = group.last + 1;
        let touched: Vec<Section> = old.by_ref().take(done - group.first).collect();
        let start = start.saturating_add_signed(by);
        by += group
            .edits
            .iter()
            .map(|edit| edit.text.len() as isize - (edit.end - edit.start) as isize)
            .sum::<isize>();
        let range = start..end.saturating_add_signed(by);
        let read = if group.first == 0 {
            layout(&text[range])
        } else {
            layout_part(text, range, &new)
        };
        if !elements(&touched).eq(elements(&read)) {
            return None;
        }
        new.extend(read);
    }
    new.extend(old.map(|it| moved(it, by)));
    Some(new)
}

/// The replacements by the sections they touch. A replacement right before a header touches both the section that ends
/// there and the one that begins.
fn groups<'e>(sections: &[Section], edits: &'e [TextEdit]) -> Vec<Group<'e>> {
    let mut groups: Vec<Group<'e>> = Vec::new();
    let mut begun = 0;
    for (place, edit) in edits.iter().enumerate() {
        let first = sections
            .partition_point(|section| section.start() < edit.start)
            .saturating_sub(1);
        let last = sections
            .partition_point(|section| section.start() <= edit.end)
            .saturating_sub(1);
        match groups.last_mut() {
            Some(group) if first <= group.last => {
                group.last = last.max(group.last);
                group.edits = &edits[begun..=place];
            }
            _ => {
                begun = place;
                groups.push(Group {
                    first,
                    last,
                    edits: &edits[place..=place],
                });
            }
        }
    }
    groups
}

/// The elements of arrays of tables among these sections.
fn elements(sections: &[Section]) -> impl Iterator<Item = &crate::Path> {
    sections
        .iter()
        .filter(|section| section.is_element)
        .map(|section| &section.path)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Edit, Literal, Path};

    const TEXT: &str = "a = 1\n[functions.a] # c\nm = { x = 1, y = [1, { z = 2 }] }\n[[t]]\nk = 1\n[t.u]\nk = 1\n[[t]]\nk = 2\n[t.u]\nk = 2\n[functions.b]\nm = 1\n[routes]\n\"GET /\" = \"a\"\n[functions.a.env]\nX = \"1\"\n[t2]\n[last]\nz = 1";

    const PLACES: [&str; 14] = [
        "a",
        "b",
        "t",
        "t[0]",
        "t[1]",
        "t[0].u.k",
        "t[1].u",
        "functions.a",
        "functions.b.m",
        "functions.a.m.y[1].z",
        "functions.a.m.y[0]",
        "functions.c",
        "routes.\"GET /\"",
        "last.z",
    ];

    fn edit() -> impl Strategy<Value = Edit> {
        (0..PLACES.len(), 0..4u8, 0..3u8).prop_map(|(place, kind, what)| {
            let path = Path::parse(PLACES[place]).unwrap();
            let value = match what {
                0 => Literal::Integer(7),
                1 => Literal::String("x".repeat(120)),
                _ => Literal::Table(vec![("q".to_owned(), Literal::String("y".repeat(100)))]),
            };
            match kind {
                0 => Edit::Set { path, value },
                1 => Edit::Insert { path, value },
                2 => Edit::Remove { path },
                _ => Edit::RenameKey {
                    path,
                    key: format!("k{what}"),
                },
            }
        })
    }

    proptest! {
        #[test]
        fn tokens_are_those_of_the_whole_text(edits in prop::collection::vec(edit(), 1..12), crlf: bool) {
            let text = if crlf { TEXT.replace('\n', "\r\n") } else { TEXT.to_owned() };
            let mut planner = Planner::new(text);
            for edit in &edits {
                let Ok(step) = planner.plan(edit) else { continue };
                let after = step.apply(&planner.text);
                if toml_edit::Document::parse(after.clone()).is_err() {
                    continue;
                }
                planner.make(&step);
                prop_assert_eq!(&planner.text, &after);
                let fresh = Planner::new(after);
                prop_assert_eq!(format!("{:?}", planner.sections), format!("{:?}", fresh.sections));
                prop_assert_eq!(planner.newline, fresh.newline);
            }
        }
    }
}
