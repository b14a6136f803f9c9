//! What an import would add, and what it leaves out.

use slipway_design::Edit;
use std::collections::HashSet;

/// What a proposal was read out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    Copilot,
    Sam,
    Compose,
    OpenApi,
    Dockerfiles,
}

impl Source {
    /// In the order in which they are looked for: what says more comes first.
    pub const ALL: [Self; 5] = [
        Self::Copilot,
        Self::Sam,
        Self::Compose,
        Self::OpenApi,
        Self::Dockerfiles,
    ];

    /// The word on the command line and on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Copilot => "copilot",
            Self::Sam => "sam",
            Self::Compose => "compose",
            Self::OpenApi => "openapi",
            Self::Dockerfiles => "dockerfiles",
        }
    }

    /// The source of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.word() == word)
    }
}

/// A place in a file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Relative to the folder that was looked at.
    pub file: String,
    /// 1-based.
    pub line: Option<u32>,
}

/// What kind of thing is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AdditionKind {
    Function,
    Service,
    Api,
    Authorizer,
    Route,
    /// What is different in one environment of the design.
    Environment,
}

impl AdditionKind {
    /// The word on the wire and in ids.
    pub fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Service => "service",
            Self::Api => "api",
            Self::Authorizer => "authorizer",
            Self::Route => "route",
            Self::Environment => "environment",
        }
    }
}

/// One thing that can be added.
#[derive(Debug, Clone, PartialEq)]
pub struct Addition {
    /// Unique among all proposals of one look: `service:web`, `route:public/GET /orders`.
    pub id: String,
    pub kind: AdditionKind,
    /// Key in the design: `web`, `GET /orders`.
    pub name: String,
    /// One line: what it is.
    pub summary: String,
    pub from: Place,
    /// Ids of the additions that it cannot be without.
    pub needs: Vec<String>,
    /// What is wrong with it until someone does something: a route that leads nowhere yet.
    pub todo: Option<String>,
    /// Against the document that the proposal was made for, in order.
    pub edits: Vec<Edit>,
}

/// Something that was found and has no place in a design, or could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub place: Place,
    /// The key or thing: `services.db.volumes`. Never a value.
    pub what: String,
    /// One sentence. Never a value.
    pub why: String,
}

/// Everything that one file, or the Dockerfiles of a folder, would bring.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    pub source: Source,
    /// The file it was read out of, relative to the folder that was looked at; empty for a folder of Dockerfiles.
    pub file: String,
    /// `compose.yaml: 3 services`
    pub title: String,
    pub additions: Vec<Addition>,
    pub left_out: Vec<LeftOut>,
    /// Some of it is not added because the design has it already.
    pub in_design: bool,
    /// Worth knowing, one sentence each.
    pub notes: Vec<String>,
}

impl Proposal {
    /// The edits that add what is chosen, `chosen[n]` for the addition `n`: one undo step.
    /// What needs something that is not chosen is not added either.
    pub fn edits(&self, chosen: &[bool]) -> Vec<Edit> {
        let mut there: HashSet<&str> = self
            .additions
            .iter()
            .zip(chosen)
            .filter(|(_, chosen)| **chosen)
            .map(|(addition, _)| addition.id.as_str())
            .collect();
        loop {
            let lacking: Vec<&str> = self
                .additions
                .iter()
                .filter(|addition| there.contains(addition.id.as_str()))
                .filter(|addition| addition.needs.iter().any(|id| !there.contains(id.as_str())))
                .map(|addition| addition.id.as_str())
                .collect();
            if lacking.is_empty() {
                break;
            }
            for id in lacking {
                there.remove(id);
            }
        }
        self.additions
            .iter()
            .filter(|addition| there.contains(addition.id.as_str()))
            .flat_map(|addition| addition.edits.iter().cloned())
            .collect()
    }

    /// The edits that add everything.
    pub fn all_edits(&self) -> Vec<Edit> {
        self.edits(&vec![true; self.additions.len()])
    }

    /// Gives it the title that counts what is added.
    pub(crate) fn entitle(&mut self) {
        let counts = [
            (AdditionKind::Function, "function"),
            (AdditionKind::Service, "service"),
            (AdditionKind::Api, "API"),
            (AdditionKind::Route, "route"),
            (AdditionKind::Authorizer, "authorizer"),
            (AdditionKind::Environment, "environment override"),
        ];
        let parts: Vec<String> = counts
            .into_iter()
            .filter_map(|(kind, word)| {
                let of_kind = self.additions.iter().filter(|it| it.kind == kind);
                match of_kind.count() {
                    0 => None,
                    1 => Some(format!("1 {word}")),
                    count => Some(format!("{count} {word}s")),
                }
            })
            .collect();
        let what = match parts.is_empty() {
            true => "nothing to add".to_owned(),
            false => parts.join(", "),
        };
        let whence = match self.file.as_str() {
            "" => "Dockerfiles",
            file => file,
        };
        self.title = format!("{whence}: {what}");
    }

    /// Whether there is nothing to add and nothing to say.
    pub fn is_empty(&self) -> bool {
        self.additions.is_empty() && self.left_out.is_empty() && self.notes.is_empty()
    }
}
