//! A folder with Dockerfiles: each a function or a service.

use crate::dockerfile::facts;
use crate::draft::{Draft, FILE, Look};
use crate::naming::key_of;
use crate::proposal::{Place, Proposal, Source};
use crate::sources::{folder_of, is_dockerfile, manifests, name_of};
use slipway_design::{Build, Function, Image, Ingress, Service};

/// Folders that hold Dockerfiles and say nothing about what is in them.
const PLAIN: [&str; 7] = [
    "docker",
    "build",
    "deploy",
    "deployment",
    "src",
    "app",
    "ci",
];

pub(crate) fn propose(look: &mut Look<'_>) -> Vec<Proposal> {
    let sources = look.sources;
    let files = sources.of_kind(is_dockerfile);
    if files.is_empty() {
        return Vec::new();
    }
    let mut draft = Draft::new(look, Source::Dockerfiles, "");
    for file in files {
        dockerfile(&mut draft, file);
    }
    vec![draft.finish()]
}

fn dockerfile(draft: &mut Draft<'_, '_>, file: &str) {
    let sources = draft.look.sources;
    let folder = folder_of(file);
    let context = match sources.in_project(folder) {
        Ok(context) => context,
        Err(why) => return draft.leave_out(file, None, FILE, why),
    };
    let name = name_of(file);
    let path = if context == "." {
        name.to_owned()
    } else {
        format!("{context}/{name}")
    };
    if let Some(by) = draft.look.built.get(&path) {
        let why = format!("{by} builds it");
        draft.proposal.in_design |= by.is_in_design();
        return draft.leave_out(file, None, FILE, &why);
    }
    let Some(text) = sources.text(file) else {
        let why = sources.unread.get(file).cloned();
        return draft.leave_out(
            file,
            None,
            FILE,
            why.as_deref().unwrap_or("it was not read"),
        );
    };
    let facts = facts(text, &manifests(sources, folder));
    if let Some(broken) = &facts.broken {
        let why = format!("it cannot be read as a Dockerfile: {broken}");
        return draft.leave_out(file, None, FILE, &why);
    }
    let image = Image::Build(Build {
        context,
        dockerfile: (name != "Dockerfile").then(|| name.to_owned()),
        ..Build::default()
    });
    let original = original(&sources.name, file);
    let from = Place {
        file: file.to_owned(),
        line: None,
    };
    if let Some(reason) = &facts.lambda {
        let named = draft.look.names.node(&original, "function");
        if !facts.ports.is_empty() {
            draft.note(format!(
                "{} becomes a function because {reason}, although {file} exposes a port.",
                named.key
            ));
        }
        let function = Function {
            image: Some(image),
            ..Function::default()
        };
        let summary = format!("function from {file}, because {reason}");
        draft.function(named, function, &summary, from);
        return;
    }
    let named = draft.look.names.node(&original, "service");
    let port = facts.ports.first().copied();
    let service = Service {
        image: Some(image),
        port,
        ingress: port.is_none().then_some(Ingress::None),
        ..Service::default()
    };
    let key = named.key.clone();
    let reason = match port {
        Some(port) => format!("because it exposes port {port}"),
        None => "a worker: it exposes no port".to_owned(),
    };
    if port.is_none() {
        draft.note(format!(
            "{file} says neither that it is for Lambda nor which port it listens on: {key} is taken for a service that no route reaches. \
             Give it a port, or make it a function, if it is one."
        ));
    }
    if facts.ports.len() > 1 {
        let why = "a service has one port; the first one was taken";
        draft.leave_out(file, None, &format!("{key}: further ports"), why);
    }
    if facts.other_ports {
        let why =
            "a service has one TCP port: ranges, UDP and ports that are variables are not taken";
        draft.leave_out(file, None, &format!("{key}: EXPOSE"), why);
    }
    draft.service(
        named,
        service,
        &format!("service from {file}, {reason}"),
        from,
    );
}

/// What the thing is called: by the Dockerfile's own name, else by the nearest folder that says something.
fn original(root: &str, file: &str) -> String {
    let name = name_of(file);
    let own = name
        .strip_prefix("Dockerfile.")
        .or_else(|| {
            let end = name.len().checked_sub(".dockerfile".len())?;
            name.get(..end).filter(|start| !start.is_empty())
        })
        .filter(|own| !own.eq_ignore_ascii_case("docker"));
    let folders: Vec<&str> = folder_of(file)
        .split('/')
        .filter(|it| !it.is_empty())
        .collect();
    let folder = folders
        .iter()
        .rev()
        .find(|it| !PLAIN.contains(&key_of(it, "").as_str()))
        .or(folders.last());
    match (folder, own) {
        (None, Some(own)) => own.to_owned(),
        (Some(folder), Some(own)) if PLAIN.contains(&key_of(folder, "").as_str()) => own.to_owned(),
        (Some(folder), Some(own)) => format!("{folder}-{own}"),
        (Some(folder), None) => (*folder).to_owned(),
        (None, None) => root.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_called_after_their_folders() {
        let check = |file: &str, expect: &str| assert_eq!(original("shop", file), expect, "{file}");
        check("Dockerfile", "shop");
        check("Dockerfile.worker", "worker");
        check("api.Dockerfile", "api");
        check("services/orders/Dockerfile", "orders");
        check("orders/docker/Dockerfile", "orders");
        check("docker/api.Dockerfile", "api");
        check("orders/Dockerfile.dev", "orders-dev");
        check("docker/Dockerfile", "docker");
    }
}
