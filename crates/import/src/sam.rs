//! AWS SAM templates: functions of container images, and the APIs that lead to them.

use crate::draft::{Draft, FILE, Look};
use crate::intrinsic::Resolver;
use crate::proposal::{Proposal, Source};
use crate::sam_api;
use crate::sam_function::{Event, SamFunction, unread};
use crate::sources::is_template;
use crate::tree::Node;

pub(crate) const FUNCTION: &str = "AWS::Serverless::Function";
pub(crate) const HTTP_API: &str = "AWS::Serverless::HttpApi";
pub(crate) const REST_API: &str = "AWS::Serverless::Api";

pub(crate) fn propose(look: &mut Look<'_>) -> Vec<Proposal> {
    let sources = look.sources;
    let mut proposals = Vec::new();
    for file in sources.of_kind(is_template) {
        let mut draft = Draft::new(look, Source::Sam, file);
        if let Some(tree) = draft.tree(file) {
            let root = tree.root();
            if is_sam(root) {
                read(&mut draft, file, root);
            } else if sources.only.is_some() {
                let why = "it has no resources of AWS::Serverless";
                draft.leave_out(file, None, FILE, why);
            } else {
                continue;
            }
        }
        proposals.push(draft.finish());
    }
    proposals
}

/// Whether a template is one of SAM's.
pub(crate) fn is_sam(root: Node<'_>) -> bool {
    root.get("Resources").is_some_and(|resources| {
        resources.entries().any(|(_, _, it)| {
            it.get("Type")
                .and_then(Node::text)
                .is_some_and(|it| it.starts_with("AWS::Serverless::"))
        })
    })
}

fn read<'t>(draft: &mut Draft<'_, '_>, file: &'t str, root: Node<'t>) {
    let resolver = Resolver::new(root);
    let globals = root.get("Globals");
    let resources = root.get("Resources");
    for (key, line, _) in globals
        .and_then(|it| it.get("Function"))
        .iter()
        .flat_map(|it| it.entries())
    {
        if let Some(why) = unread(key) {
            draft.leave_out(file, Some(line), &format!("Globals.Function.{key}"), why);
        }
    }
    let mut events: Vec<Event<'t>> = Vec::new();
    let mut apis = Vec::new();
    for (id, line, node) in resources.iter().flat_map(|it| it.entries()) {
        let kind = node.get("Type").and_then(Node::text).unwrap_or_default();
        match kind {
            FUNCTION => {
                let function = SamFunction {
                    draft: &mut *draft,
                    file,
                    resolver: &resolver,
                    id,
                    line,
                    properties: node.get("Properties"),
                    metadata: node.get("Metadata"),
                    globals: globals.and_then(|it| it.get("Function")),
                };
                function.read(&mut events);
            }
            HTTP_API | REST_API => apis.push((id, line, kind == REST_API, node.get("Properties"))),
            _ => {
                let why = match kind {
                    "AWS::Serverless::SimpleTable"
                    | "AWS::DynamoDB::Table"
                    | "AWS::S3::Bucket"
                    | "AWS::SQS::Queue"
                    | "AWS::SNS::Topic" => {
                        "Slipway makes functions, services and APIs; keep this in a template of its own"
                    }
                    "AWS::Serverless::LayerVersion" => {
                        "functions of container images have no layers; put it into the image"
                    }
                    "" => "it does not say what it is",
                    _ => "a design has no such thing",
                };
                let what = if kind.is_empty() {
                    id.to_owned()
                } else {
                    format!("{id} ({kind})")
                };
                draft.leave_out(file, Some(line), &what, why);
            }
        }
    }
    sam_api::read(draft, file, &resolver, globals, &apis, &events);
    for (key, line, _) in root.entries() {
        if matches!(key, "Conditions" | "Mappings" | "Rules") {
            let why = "a design has no conditions: what differs stands under its environment";
            draft.leave_out(file, Some(line), key, why);
        }
    }
}
