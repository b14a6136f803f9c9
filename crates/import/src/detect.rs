//! Which kind of file a single file is.

use crate::openapi;
use crate::proposal::Source;
use crate::sam;
use crate::sources::{Sources, is_dockerfile};
use crate::tree::Tree;

/// What the one file that is meant is; `None` when nothing tells.
pub(crate) fn detect(sources: &Sources, file: &str) -> Option<Source> {
    if is_dockerfile(file) {
        return Some(Source::Dockerfiles);
    }
    let Ok(tree) = Tree::parse(sources.text(file)?) else {
        return by_name(file);
    };
    let root = tree.root();
    let has = |key: &str| root.get(key).is_some();
    if openapi::is_openapi_document(root) {
        Some(Source::OpenApi)
    } else if sam::is_sam(root) || has("AWSTemplateFormatVersion") {
        Some(Source::Sam)
    } else if has("services") {
        Some(Source::Compose)
    } else if has("type") && (has("image") || has("name")) {
        Some(Source::Copilot)
    } else {
        by_name(file)
    }
}

/// A file that cannot be read still has a name, so that what is wrong with it can be said.
fn by_name(file: &str) -> Option<Source> {
    let lower = crate::sources::name_of(file).to_ascii_lowercase();
    [
        ("compose", Source::Compose),
        ("openapi", Source::OpenApi),
        ("swagger", Source::OpenApi),
        ("template", Source::Sam),
        ("manifest", Source::Copilot),
    ]
    .into_iter()
    .find(|(part, _)| lower.contains(part))
    .map(|(_, source)| source)
}
