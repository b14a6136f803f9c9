//! Three-way merge by meaning: two sides went on from one text, and each change of one side only is kept.
//!
//! What is compared are the values at the paths of the file, not its lines: a value that one side changed and a
//! neighbour that the other side changed do not clash, and neither do two additions to one table.

use crate::edit::{Edit, TextEdits, replay};
use crate::merge_tree::{Node, read, text_of, write};
use crate::{EditError, Path};

/// Which of the three texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// What both sides went on from.
    Base,
    Ours,
    Theirs,
}

/// Which side's value a conflict is resolved with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    Ours,
    Theirs,
}

/// A place that both sides changed, and not alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The value or table; the whole file when the changes cannot be told apart.
    pub path: Path,
    /// As TOML writes it, on one line; `None` when it is not there. The whole text for the whole file.
    pub base: Option<String>,
    pub ours: Option<String>,
    pub theirs: Option<String>,
}

/// What came of a merge.
#[derive(Debug, Clone, PartialEq)]
pub enum Merge {
    /// The text with the changes of both sides.
    Clean(String),
    /// Some changes exclude each other.
    Conflicts(Conflicts),
    /// This text is not TOML, so that nothing in it can be compared.
    NotToml(Version),
}

/// A merge that needs decisions.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflicts {
    ours: String,
    theirs: String,
    /// What is ours alone.
    edits: Vec<Edit>,
    /// Each conflict, and the edits that make theirs ours there.
    all: Vec<(Conflict, Vec<Edit>)>,
}

impl Conflicts {
    /// The places to decide about, in the order of the file; never empty.
    pub fn list(&self) -> impl ExactSizeIterator<Item = &Conflict> {
        self.all.iter().map(|(conflict, _)| conflict)
    }

    /// The merged text, with one side's value at each conflict. A conflict without a choice stays as theirs has it.
    ///
    /// # Errors
    /// [`EditError`] when a place of theirs cannot take the value of ours.
    pub fn resolve(&self, choices: &[Side]) -> Result<String, EditError> {
        let mut edits = self.edits.clone();
        for ((conflict, own), choice) in self.all.iter().zip(choices) {
            if *choice == Side::Ours {
                if conflict.path.is_root() {
                    return Ok(self.ours.clone());
                }
                edits.extend(own.iter().cloned());
            }
        }
        Ok(replay(&self.theirs, &edits)?.0)
    }
}

/// Brings the changes that `ours` and `theirs` made to `base` together.
///
/// The result is the text of `theirs` with as few edits as our changes need, so that its comments, order and spelling
/// stay; where only one side changed anything, it is that side's text as it is. The same change on both
/// sides is one change. Arrays are compared as a whole, and so is an `image` that both sides changed, since its
/// sources exclude each other. A thing that one side removed and the other changed is a conflict.
pub fn merge(base: &str, ours: &str, theirs: &str) -> Merge {
    if ours == base || ours == theirs {
        return Merge::Clean(theirs.to_owned());
    }
    if theirs == base {
        return Merge::Clean(ours.to_owned());
    }
    let [old, own, other] = match trees([
        (base, Version::Base),
        (ours, Version::Ours),
        (theirs, Version::Theirs),
    ]) {
        Ok(trees) => trees,
        Err(version) => return Merge::NotToml(version),
    };
    let mut work = Work {
        edits: Vec::new(),
        conflicts: Vec::new(),
        expected: other.clone(),
    };
    work.node(&Path::root(), Some(&old), Some(&own), Some(&other));
    // What the edits leave has to mean what was meant: anything else is for people to decide.
    let made = replay(theirs, &work.edits)
        .ok()
        .filter(|(text, _): &(String, TextEdits)| read(text).as_ref() == Some(&work.expected));
    match made {
        Some((text, _)) if work.conflicts.is_empty() => Merge::Clean(text),
        Some(_) => Merge::Conflicts(Conflicts {
            ours: ours.to_owned(),
            theirs: theirs.to_owned(),
            edits: work.edits,
            all: work.conflicts,
        }),
        None => Merge::Conflicts(Conflicts {
            ours: ours.to_owned(),
            theirs: theirs.to_owned(),
            edits: Vec::new(),
            all: vec![(
                Conflict {
                    path: Path::root(),
                    base: Some(base.to_owned()),
                    ours: Some(ours.to_owned()),
                    theirs: Some(theirs.to_owned()),
                },
                Vec::new(),
            )],
        }),
    }
}

fn trees(texts: [(&str, Version); 3]) -> Result<[Node; 3], Version> {
    let [a, b, c] = texts.map(|(text, version)| read(text).ok_or(version));
    Ok([a?, b?, c?])
}

/// A merge under way.
struct Work {
    /// What theirs needs.
    edits: Vec<Edit>,
    conflicts: Vec<(Conflict, Vec<Edit>)>,
    /// What theirs means after the edits.
    expected: Node,
}

impl Work {
    fn node(&mut self, at: &Path, base: Option<&Node>, ours: Option<&Node>, theirs: Option<&Node>) {
        if ours == base || ours == theirs {
            return;
        }
        if theirs == base {
            write(at, ours, theirs, &mut self.edits);
            self.expected.put(at, ours.cloned());
            return;
        }
        let empty = Node::empty();
        // A table that stands for nothing of its own may be missing where all that was in it is gone.
        let gone = |side: Option<&Node>| side.is_none() && !is_thing(at);
        let (own, other) = match (ours, theirs) {
            (Some(own), Some(other)) => (own, other),
            (None, Some(other)) if gone(ours) => (&empty, other),
            (Some(own), None) if gone(theirs) => (own, &empty),
            _ => return self.conflict(at, base, ours, theirs),
        };
        let whole = at.last_key() == Some("image");
        let (Some(own), Some(other), false) = (own.table(), other.table(), whole) else {
            return self.conflict(at, base, ours, theirs);
        };
        let before = base.and_then(Node::table);
        // What both lost is nothing to do.
        let added = own.keys().filter(|key| !other.contains_key(*key));
        for key in other.keys().chain(added) {
            self.node(
                &at.key(key),
                before.and_then(|table| table.get(key)),
                own.get(key),
                other.get(key),
            );
        }
    }

    fn conflict(
        &mut self,
        at: &Path,
        base: Option<&Node>,
        ours: Option<&Node>,
        theirs: Option<&Node>,
    ) {
        let mut edits = Vec::new();
        write(at, ours, theirs, &mut edits);
        self.conflicts.push((
            Conflict {
                path: at.clone(),
                base: base.map(text_of),
                ours: ours.map(text_of),
                theirs: theirs.map(text_of),
            },
            edits,
        ));
    }
}

/// Whether a path is a thing with a key of its own, which is there or is not, however little it says; other tables
/// only hold what is in them.
fn is_thing(path: &Path) -> bool {
    let keys: Vec<&str> = path.keys().unwrap_or_default();
    let inside = match keys.as_slice() {
        ["environments", _] => return true,
        ["environments", _, rest @ ..] => rest,
        all => all,
    };
    match inside {
        ["functions" | "services" | "apis", _] => true,
        ["apis", _, "routes" | "authorizers", _] => true,
        ["services", _, "containers", _] => true,
        _ => path.last_key() == Some("image"),
    }
}
