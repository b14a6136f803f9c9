//! The rules for environments and what they override.

use std::collections::HashMap;

use crate::findings::Findings;
use crate::grammar::{
    http_url, is_account, is_authority, is_host, is_iam_arn, is_network_id, is_region,
};
use crate::model::{Design, Environment, Network};
use crate::names::ENVIRONMENT_LIMIT;
use crate::validate_api;
use crate::validate_node::{self as node, tags};
use crate::{Diagnostic, Path};

/// One environment.
pub(crate) fn environment(out: &mut Findings, design: &Design, name: &str, it: &Environment) {
    let at = Path::environment(name);
    node::name(out, &at, "an environment", name, ENVIRONMENT_LIMIT);
    if !it.account.is_empty() && !is_account(&it.account) {
        out.push(
            Diagnostic::error("account-invalid", &at.key("account"), format!("`{}` is not an account number", it.account))
                .detail("An account number has twelve digits; it guards against a deploy to another account.")
                .fix("Copy it from the console, without hyphens"),
        );
    }
    if !it.region.is_empty() && !is_region(&it.region) {
        out.push(
            Diagnostic::error(
                "region-invalid",
                &at.key("region"),
                format!("`{}` is not a region", it.region),
            )
            .fix("Write it like \"eu-west-1\""),
        );
    }
    endpoint(out, &at, it);
    if let Some(network) = &it.network {
        network_rules(out, &at.key("network"), network);
    }
    for (api, domain) in &it.domains {
        let at = at.key("domains").key(api);
        if !design.apis.contains_key(api) {
            out.dangling(
                "override-unknown",
                &at,
                "API",
                api,
                design.apis.keys().map(String::as_str),
            );
        }
        if !is_host(domain) || !domain.contains('.') {
            out.push(
                Diagnostic::error(
                    "domain-invalid",
                    &at,
                    format!("`{domain}` is not a domain name"),
                )
                .fix("Write it like \"api.shop.example\""),
            );
        }
    }
    if let Some(boundary) = it
        .permissions_boundary
        .as_deref()
        .filter(|arn| !is_iam_arn(arn, "policy"))
    {
        out.push(
            Diagnostic::error(
                "arn-invalid",
                &at.key("permissions_boundary"),
                format!("`{boundary}` is not the ARN of a policy"),
            )
            .fix("Write it like \"arn:aws:iam::123456789012:policy/boundary\""),
        );
    }
    tags(out, &at.key("tags"), &it.tags);
    overrides(out, design, &at, it);
}

fn endpoint(out: &mut Findings, at: &Path, it: &Environment) {
    if let Some(endpoint) = &it.endpoint
        && http_url(endpoint).is_none_or(|(_, _, rest)| !rest.trim_start_matches('/').is_empty())
    {
        out.push(
            Diagnostic::error(
                "endpoint-invalid",
                &at.key("endpoint"),
                format!("`{endpoint}` is not the address of an emulator"),
            )
            .detail("Scheme, host and port without a path.")
            .fix("Write endpoint = \"http://localhost:4566\""),
        );
    }
    if let Some(registry) = &it.registry {
        if !is_authority(registry) {
            out.push(
                Diagnostic::error(
                    "registry-invalid",
                    &at.key("registry"),
                    format!("`{registry}` is not a registry"),
                )
                .fix("Write host and port: \"localhost:5000\""),
            );
        }
        if it.endpoint.is_none() {
            out.push(
                Diagnostic::error(
                    "registry-without-endpoint",
                    &at.key("registry"),
                    "`registry` belongs to an emulator",
                )
                .detail(
                    "On AWS images go to the ECR registry of the environment's account and region.",
                )
                .fix("Add `endpoint`, or remove `registry`"),
            );
        }
    }
}

fn network_rules(out: &mut Findings, at: &Path, it: &Network) {
    let lists = [
        ("subnets", "subnet", &it.subnets),
        ("security_groups", "sg", &it.security_groups),
    ];
    if let Some(vpc) = it.vpc.as_deref().filter(|vpc| !is_network_id(vpc, "vpc")) {
        out.push(
            Diagnostic::error(
                "network-id",
                &at.key("vpc"),
                format!("`{vpc}` is not the id of a VPC"),
            )
            .fix("Write it like \"vpc-0a1b2c3d\""),
        );
    }
    for (key, prefix, ids) in lists {
        for (place, id) in ids.iter().enumerate() {
            if !is_network_id(id, prefix) {
                out.push(
                    Diagnostic::error(
                        "network-id",
                        &at.key(key).index(place),
                        format!("`{id}` is not an id of {key}"),
                    )
                    .fix(format!("Write it like \"{prefix}-0a1b2c3d\"")),
                );
            }
        }
    }
    if it.subnets.is_empty() {
        out.push(
            Diagnostic::error("network-incomplete", at, "The network has no subnets")
                .detail("What joins a network gets an address in one of its subnets.")
                .fix("Add subnets = [\"subnet-...\", \"subnet-...\"] in two Availability Zones"),
        );
    }
}

fn overrides(out: &mut Findings, design: &Design, at: &Path, it: &Environment) {
    for (key, over) in &it.functions {
        let at = at.key("functions").key(key);
        known(
            out,
            &at,
            "function",
            key,
            design.functions.keys().map(String::as_str),
        );
        was(out, &at, over.was.is_some());
        node::function(out, &at, over, true);
    }
    for (key, over) in &it.services {
        let at = at.key("services").key(key);
        known(
            out,
            &at,
            "service",
            key,
            design.services.keys().map(String::as_str),
        );
        was(out, &at, over.was.is_some());
        node::service(out, &at, over, true);
    }
    for (key, over) in &it.apis {
        let at = at.key("apis").key(key);
        known(out, &at, "API", key, design.apis.keys().map(String::as_str));
        was(out, &at, over.was.is_some());
        if let Some(base) = design.apis.get(key) {
            validate_api::api(out, design, &at, over, Some(base));
        }
    }
}

fn known<'a>(
    out: &mut Findings,
    at: &Path,
    what: &str,
    key: &str,
    all: impl Iterator<Item = &'a str> + Clone,
) {
    if !all.clone().any(|it| it == key) {
        out.dangling("override-unknown", at, what, key, all);
    }
}

fn was(out: &mut Findings, at: &Path, given: bool) {
    if given {
        out.push(
            Diagnostic::error(
                "override-not-allowed",
                &at.key("was"),
                "A rename holds for all environments",
            )
            .fix("Move `was` to the thing itself"),
        );
    }
}

/// What only shows once defaults and overrides are merged, in each environment.
pub(crate) fn merged(out: &mut Findings, design: &Design) {
    let mut taken: HashMap<(String, String), (String, String)> = HashMap::new();
    for (name, environment) in &design.environments {
        let Ok(resolved) = design.resolve(name) else {
            continue;
        };
        let over = |kind: &str, key: &str, overridden: bool| {
            if overridden {
                Path::environment(name).key(kind).key(key)
            } else {
                Path::of([kind, key])
            }
        };
        for (key, function) in &resolved.functions {
            let at = over(
                "functions",
                key,
                environment
                    .functions
                    .get(key)
                    .is_some_and(|it| !it.env.is_empty()),
            );
            node::env_size(out, &at, &function.env);
            // Roles belong to the account, so two environments of one account must not share a name.
            let id = (environment.account.clone(), function.role_name.clone());
            if let Some((other, other_key)) = taken.insert(id, (name.clone(), key.clone())) {
                out.push(
                    Diagnostic::error(
                        "name-collision",
                        &Path::environment(name),
                        format!(
                            "`{key}` here and `{other_key}` in `{other}` would both be called {}",
                            function.function_name
                        ),
                    )
                    .detail(
                        "Names in AWS are made of project, environment and key, joined by hyphens.",
                    )
                    .fix("Rename the environment or one of the functions"),
                );
            }
        }
        for (key, service) in &resolved.services {
            let at = over(
                "services",
                key,
                environment
                    .services
                    .get(key)
                    .is_some_and(|it| it.cpu.is_some() || it.memory.is_some()),
            );
            node::size(out, &at, service.cpu, service.memory);
        }
    }
    if design.environments.is_empty() {
        for (key, function) in &design.functions {
            let mut env = design.defaults.env.clone();
            env.extend(function.env.clone());
            node::env_size(out, &Path::function(key), &env);
        }
        for (key, service) in &design.services {
            let memory = service
                .memory
                .or(design.defaults.memory)
                .unwrap_or(crate::SERVICE_MEMORY);
            node::size(
                out,
                &Path::service(key),
                service.cpu.unwrap_or(crate::SERVICE_CPU),
                memory,
            );
        }
    }
}
