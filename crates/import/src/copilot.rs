//! Projects of AWS Copilot: services from their manifests, and what the load balancer led to them as routes.

use crate::copilot_service::{CopilotService, Front};
use crate::draft::{Draft, FILE, Look};
use crate::gateway::RouteKeys;
use crate::naming::Named;
use crate::proposal::{Place, Proposal, Source};
use crate::sources::{COPILOT_WORKSPACE, is_copilot_manifest};
use crate::tree::{Node, Tree};
use crate::write::{ApiSettings, Lead, RouteSettings};

pub(crate) fn propose(look: &mut Look<'_>) -> Vec<Proposal> {
    let sources = look.sources;
    let files = sources.of_kind(is_copilot_manifest);
    if files.is_empty() {
        return Vec::new();
    }
    let file = sources.only.clone().unwrap_or_else(|| "copilot".to_owned());
    let application = sources
        .text(COPILOT_WORKSPACE)
        .and_then(|text| Tree::parse(text).ok())
        .and_then(|tree| Some(tree.root().get("application")?.text()?.to_owned()));
    let mut draft = Draft::new(look, Source::Copilot, &file);
    let mut fronts = Vec::new();
    for file in files {
        let Some(tree) = draft.tree(file) else {
            continue;
        };
        fronts.extend(manifest(&mut draft, file, tree.root()));
    }
    routes(&mut draft, application.as_deref().unwrap_or("web"), &fronts);
    vec![draft.finish()]
}

fn manifest(draft: &mut Draft<'_, '_>, file: &str, root: Node<'_>) -> Option<Front> {
    let kind = root.get("type").and_then(Node::text).unwrap_or_default();
    let line = Some(root.get("type").map_or(1, Node::line));
    match kind {
        "Load Balanced Web Service"
        | "Backend Service"
        | "Worker Service"
        | "Request-Driven Web Service" => CopilotService::new(draft, file, root, kind).read(),
        "Environment" => None,
        "" => {
            draft.leave_out(file, line, FILE, "it does not say what type it is");
            None
        }
        _ => {
            let why = match kind {
                "Scheduled Job" => "a design has no schedules",
                "Static Site" => "a design has no static sites; serve the files by a service",
                _ => "a design has no such thing",
            };
            draft.leave_out(file, line, &format!("the {kind}"), why);
            None
        }
    }
}

/// One API for all services behind the load balancer, and one for each that had an address of its own.
fn routes(draft: &mut Draft<'_, '_>, application: &str, fronts: &[Front]) {
    let place = |front: &Front| Place {
        file: front.file.clone(),
        line: Some(front.line),
    };
    let mut shared: Option<(String, RouteKeys)> = None;
    for front in fronts {
        let (api, keys) = if front.own_address {
            let named = draft.look.names.api(&front.service);
            let key = named.key.clone();
            let summary = format!("HTTP API in front of {}", front.service);
            draft.api(named, ApiSettings::default(), &summary, place(front));
            (key, &mut RouteKeys::default())
        } else {
            let (api, keys) = shared.get_or_insert_with(|| {
                let named: Named = draft.look.names.api(application);
                let key = named.key.clone();
                let summary = "HTTP API instead of Copilot's load balancer";
                draft.api(named, ApiSettings::default(), summary, place(front));
                (key, RouteKeys::default())
            });
            (api.clone(), keys)
        };
        let path = front.path.trim_matches('/');
        let wanted: Vec<(&str, String)> = if path.is_empty() {
            vec![("ANY", "$default".to_owned())]
        } else {
            vec![
                ("ANY", format!("/{path}")),
                ("ANY", format!("/{path}/{{proxy+}}")),
            ]
        };
        for (method, path) in wanted {
            match keys.key(method, &path) {
                Ok(key) => {
                    let route = RouteSettings {
                        lead: Lead::Node(front.service.clone()),
                        ..RouteSettings::default()
                    };
                    let needs = vec![front.needs.clone()];
                    draft.route(&api, &key, &route, None, needs, place(front));
                }
                Err(why) => {
                    let why = format!("API Gateway has no such route: {why}");
                    draft.leave_out(&front.file, Some(front.line), "http.path", &why);
                }
            }
        }
    }
}
