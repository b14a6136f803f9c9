//! The rules of AWS and of the document, asked of a whole design. All findings
//! are collected; none hides another.

use std::collections::{HashMap, HashSet};

use crate::findings::Findings;
use crate::model::{Api, Authorizer, Design, SecretRef, Target};
use crate::names::{KEY_LIMIT, PROJECT_LIMIT};
use crate::validate_node::{self as node, Part, Runner};
use crate::{
    Diagnostic, Ingress, Path, validate_api, validate_environment, validate_merged,
    validate_variable as variable,
};

/// Everything that is wrong or odd in a design, without positions. The order is that of the rules;
/// [`crate::Document::locate`] gives positions and sorts.
pub fn validate(design: &Design) -> Vec<Diagnostic> {
    let mut out = Findings::default();
    if !design.name.is_empty() {
        node::name(
            &mut out,
            &Path::of(["name"]),
            "a project",
            &design.name,
            PROJECT_LIMIT,
        );
    }
    defaults(&mut out, design);
    for (key, function) in &design.functions {
        let at = Path::function(key);
        node::name(&mut out, &at, "a function", key, KEY_LIMIT);
        was(&mut out, &at, function.was.as_deref(), |it| {
            design.functions.contains_key(it) || design.services.contains_key(it)
        });
        node::function(&mut out, &at, function, Part::Whole, &design.defaults.env);
    }
    for (key, service) in &design.services {
        let at = Path::service(key);
        node::name(&mut out, &at, "a service", key, KEY_LIMIT);
        if design.functions.contains_key(key) {
            out.push(
                Diagnostic::error(
                    "key-taken",
                    &at,
                    format!("`{key}` is the key of a function and of a service"),
                )
                .detail(
                    "Functions and services share one name space, so that a route can name either.",
                )
                .fix("Rename one of them"),
            );
        }
        was(&mut out, &at, service.was.as_deref(), |it| {
            design.functions.contains_key(it) || design.services.contains_key(it)
        });
        node::service(
            &mut out,
            &at,
            key,
            service,
            Part::Whole,
            &design.defaults.env,
        );
    }
    let mut apis = HashMap::new();
    for (key, api) in &design.apis {
        let at = Path::api(key);
        node::name(&mut out, &at, "an API", key, KEY_LIMIT);
        was(&mut out, &at, api.was.as_deref(), |it| {
            design.apis.contains_key(it)
        });
        apis.insert(
            key.as_str(),
            validate_api::api(&mut out, design, &at, api, None),
        );
    }
    local(&mut out, design);
    for (name, environment) in &design.environments {
        validate_environment::environment(&mut out, design, &apis, name, environment);
    }
    validate_merged::merged(&mut out, design);
    unused(&mut out, design);
    out.into_vec()
}

fn defaults(out: &mut Findings, design: &Design) {
    let at = Path::of(["defaults"]);
    let it = &design.defaults;
    node::log_retention(out, &at.key("log_retention"), it.log_retention);
    if !design.functions.is_empty() {
        out.range(
            || at.key("memory"),
            it.memory,
            128..=10_240,
            "MiB",
            "Lambda: memory, \"Lambda quotas\".",
        );
    }
    out.range(
        || at.key("timeout"),
        it.timeout,
        1..=900,
        "s",
        "Lambda: timeout, \"Lambda quotas\".",
    );
    let runner = if design.functions.is_empty() {
        Runner::Fargate
    } else {
        Runner::Lambda
    };
    variable::env(out, &at.key("env"), &it.env, runner);
    node::tags(out, &at.key("tags"), &it.tags);
}

fn local(out: &mut Findings, design: &Design) {
    let at = Path::of(["local"]);
    for (key, secret) in &design.local.secrets {
        if !matches!(secret, SecretRef::Keychain(_)) {
            out.push(
                Diagnostic::error(
                    "local-secret",
                    &at.key("secrets").key(key),
                    "This computer reads secrets from the keychain only",
                )
                .detail("Slipway never resolves a secret of AWS.")
                .fix("Write \"keychain:NAME\""),
            );
        }
    }
    variable::env(out, &at.key("env"), &design.local.env, Runner::Fargate);
}

fn was(out: &mut Findings, at: &Path, was: Option<&str>, exists: impl Fn(&str) -> bool) {
    let Some(was) = was else { return };
    if exists(was) {
        out.push(
            Diagnostic::error(
                "was-exists",
                &at.key("was"),
                format!("`{was}` is still in the file, so this is no rename"),
            )
            .fix("Remove `was`, or the thing that has the former key"),
        );
    }
}

/// What nothing leads to: it costs little, and is likely a forgotten wire.
fn unused(out: &mut Findings, design: &Design) {
    let overriding = design
        .environments
        .values()
        .flat_map(|environment| environment.apis.values());
    let mut used: HashSet<&str> = HashSet::new();
    for api in design.apis.values().chain(overriding) {
        used.extend(leads_to(api));
    }
    for key in design
        .functions
        .keys()
        .filter(|key| !used.contains(key.as_str()))
    {
        out.push(
            Diagnostic::info(
                "unused",
                &Path::function(key),
                format!("No route leads to the function `{key}`"),
            )
            .fix("Draw a route to it, or remove it"),
        );
    }
    for (key, service) in design
        .services
        .iter()
        .filter(|(key, _)| !used.contains(key.as_str()))
    {
        if service.ingress != Some(Ingress::None) {
            out.push(
                Diagnostic::info(
                    "unused",
                    &Path::service(key),
                    format!("No route leads to the service `{key}`"),
                )
                .fix("Draw a route to it, or write ingress = \"none\" if it is a worker"),
            );
        }
    }
}

fn leads_to(api: &Api) -> impl Iterator<Item = &str> {
    let routes = api.routes.values().filter_map(|route| match &route.target {
        Target::Node(node) => Some(node.as_str()),
        Target::Url(_) | Target::Open => None,
    });
    let authorizers = api
        .authorizers
        .values()
        .filter_map(|authorizer| match authorizer {
            Authorizer::Lambda { to, .. } => Some(to.as_str()),
            _ => None,
        });
    routes.chain(authorizers)
}
