//! Making planned replacements in the planner's own text: only the tables they touch are read again.

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
        // From the back, so that what is still to be made stands where it was planned.
        for group in self.groups(&edits.0).iter().rev() {
            self.make_group(group);
        }
        self.newline = newline(&self.text);
    }

    /// The replacements by the sections they touch. A replacement right before a header touches both the section
    /// that ends there and the one that begins.
    fn groups<'e>(&self, edits: &'e [TextEdit]) -> Vec<Group<'e>> {
        let mut groups: Vec<Group<'e>> = Vec::new();
        let mut begun = 0;
        for (place, edit) in edits.iter().enumerate() {
            let starts_before = |section: &Section| section.start() < edit.start;
            let first = self
                .sections
                .partition_point(starts_before)
                .saturating_sub(1);
            let last = self
                .sections
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

    fn make_group(&mut self, group: &Group<'_>) {
        let start = self.sections[group.first].start();
        let end = self
            .sections
            .get(group.last + 1)
            .map_or(self.text.len(), Section::start);
        let before = self.text.len();
        for edit in group.edits.iter().rev() {
            self.text.replace_range(edit.start..edit.end, &edit.text);
        }
        let by = self.text.len() as isize - before as isize;
        let range = start..end.saturating_add_signed(by);
        let touched = group.first..group.last + 1;
        let read = if group.first == 0 {
            layout(&self.text[range])
        } else {
            layout_part(&self.text, range, &self.sections[..group.first])
        };
        // Elements of arrays are counted through the file: when there are others, what follows has other paths.
        if !elements(&self.sections[touched.clone()]).eq(elements(&read)) {
            self.sections = layout(&self.text);
            return;
        }
        for section in &mut self.sections[touched.end..] {
            section.shift(by);
        }
        self.sections.splice(touched, read);
    }
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
