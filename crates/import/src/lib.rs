//! What other tools' files say, as additions to a design: compose files, OpenAPI documents, SAM templates, Copilot
//! manifests and folders with Dockerfiles.
//!
//! [`Sources`] is what was read, [`propose`] says what it would add and what it leaves out, and [`Proposal::edits`] gives
//! the edits of what was chosen, as one step. A secret in a file that is read is neither copied nor repeated.
//! **It must not know** the disk, Docker, AWS's API or how anything is shown: it is data and pure functions over it.

mod compose;
mod compose_service;
mod compose_words;
mod copilot;
mod copilot_service;
mod detect;
mod dockerfile;
mod dockerfiles;
mod draft;
mod gateway;
mod interpolate;
mod into_api;
mod intrinsic;
mod measure;
mod naming;
mod openapi;
mod openapi_security;
mod proposal;
mod sam;
mod sam_api;
mod sam_function;
mod secret;
mod sources;
mod tree;
mod write;

pub use proposal::{Addition, AdditionKind, LeftOut, Place, Proposal, Source};
pub use sources::{DEPTH, ENTRIES, Sources, is_skipped};
pub use tree::FILE_LIMIT;

use draft::{Draft, Look};
use slipway_design::{Document, Edit, Path};

/// Reads what is there and says what it would add to this document, one proposal for each file or kind of file.
///
/// Names are unique over all proposals, so any choice of any of them can be added together. With `into`, the key of an
/// HTTP API of the document, routes go into that one, whatever API the files describe.
pub fn propose(
    document: &Document,
    sources: &Sources,
    only: Option<Source>,
    into: Option<&str>,
) -> Vec<Proposal> {
    let mut look = Look::new(document, sources);
    let only = match (&sources.only, only) {
        (Some(file), None) => match detect::detect(sources, file) {
            Some(source) => Some(source),
            None => return vec![unknown(&mut look, file)],
        },
        (_, only) => only,
    };
    let mut proposals = Vec::new();
    for source in Source::ALL {
        if only.is_some_and(|only| only != source) {
            continue;
        }
        proposals.extend(match source {
            Source::Copilot => copilot::propose(&mut look),
            Source::Sam => sam::propose(&mut look),
            Source::Compose => compose::propose(&mut look),
            Source::OpenApi => openapi::propose(&mut look),
            Source::Dockerfiles => dockerfiles::propose(&mut look),
        });
    }
    // Dockerfiles that something else builds are worth a word only where there is nothing else to say.
    let others = proposals.iter().any(|it| it.source != Source::Dockerfiles);
    proposals.retain(|it| {
        let covered = others && it.source == Source::Dockerfiles && it.additions.is_empty();
        !it.is_empty() && !covered
    });
    if let Some(api) = into {
        into_api::redirect(document, &mut proposals, api);
    }
    announce(document, &mut proposals);
    proposals
}

/// A file that is none of those that are read.
fn unknown(look: &mut Look<'_>, file: &str) -> Proposal {
    let why = look.sources.unread.get(file).cloned().unwrap_or_else(|| {
        "it is no compose file, OpenAPI document, SAM template, Copilot manifest or Dockerfile"
            .to_owned()
    });
    let mut draft = Draft::new(look, Source::Dockerfiles, file);
    draft.leave_out(file, None, draft::FILE, &why);
    draft.finish()
}

/// Tries all additions on a copy of the document, and tells each what the design's own rules say is wrong with it.
fn announce(document: &Document, proposals: &mut [Proposal]) {
    let mut tried = document.clone();
    let edits: Vec<Edit> = proposals.iter().flat_map(Proposal::all_edits).collect();
    if let Err(error) = tried.edit_all(&edits) {
        for proposal in proposals.iter_mut() {
            proposal.notes.push(shown(&format!(
                "The design cannot take it as it is: {error}."
            )));
        }
        return;
    }
    for diagnostic in tried.diagnostics().iter().filter(|it| it.is_error()) {
        let Ok(subject) = Path::parse(&diagnostic.subject) else {
            continue;
        };
        // The innermost addition that the finding is about.
        let owner = proposals
            .iter_mut()
            .flat_map(|proposal| &mut proposal.additions)
            .filter(|addition| {
                addition
                    .edits
                    .first()
                    .is_some_and(|edit| edit.path().contains(&subject))
            })
            .max_by_key(|addition| addition.edits[0].path().segments().len());
        if let Some(addition) = owner
            && addition.todo.is_none()
        {
            addition.todo = Some(shown(&diagnostic.summary));
        }
    }
}

/// A text out of a file as one line of bounded length.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 240;
    let mut out: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MOST)
        .collect();
    if text.chars().nth(MOST).is_some() {
        out.push('\u{2026}');
    }
    out
}
