//! Compose files: each of their services becomes one.

use crate::compose_service::ComposeService;
use crate::draft::{Draft, FILE, Look};
use crate::interpolate::dotenv;
use crate::proposal::{Proposal, Source};
use crate::sources::{COMPOSE, is_compose};
use crate::tree::Node;
use std::collections::HashMap;

/// The file of variables beside a compose file.
const DOTENV: &str = ".env";

pub(crate) fn propose(look: &mut Look<'_>) -> Vec<Proposal> {
    let sources = look.sources;
    let files = sources.of_kind(is_compose);
    let Some(file) = sources
        .only
        .as_deref()
        .or_else(|| COMPOSE.into_iter().find(|name| files.contains(name)))
    else {
        return Vec::new();
    };
    let mut draft = Draft::new(look, Source::Compose, file);
    for other in files.iter().filter(|other| **other != file) {
        let why = format!("only {file} is read; what this file changes is not merged into it");
        draft.leave_out(other, None, FILE, &why);
    }
    let values = sources.text(DOTENV).map(dotenv).unwrap_or_default();
    if let Some(tree) = draft.tree(file) {
        read(&mut draft, file, tree.root(), &values);
    }
    vec![draft.finish()]
}

fn read(draft: &mut Draft<'_, '_>, file: &str, root: Node<'_>, values: &HashMap<String, String>) {
    let Some(services) = root.get("services").filter(|it| it.is_map()) else {
        let why = "it has no table `services`; files of compose's first version are not read";
        return draft.leave_out(file, Some(root.line()), "services", why);
    };
    for (key, line, node) in root.entries() {
        let why = match key {
            "services" | "version" | "name" => continue,
            _ if key.starts_with("x-") => continue,
            "volumes" if node.is_map() || node.is_null() => {
                "a task on Fargate has no disk that lasts; keep data in a service of AWS's"
            }
            "networks" => "Slipway makes the network; who reaches whom follows from the routes",
            "secrets" | "configs" => {
                "compose puts these into files; in a design a secret is a variable that refers to Secrets Manager"
            }
            "include" => "files that are included are not read; import them one by one",
            _ => "it has no counterpart in a design",
        };
        draft.leave_out(file, Some(line), key, why);
    }
    let hosts: Vec<&str> = services.entries().map(|(name, ..)| name).collect();
    for (name, line, node) in services.entries() {
        if !node.is_map() {
            let what = format!("services.{name}");
            draft.leave_out(file, Some(line), &what, "it is not a table");
            continue;
        }
        ComposeService::new(draft, file, values, &hosts, name, line).read(node);
    }
}
