//! The rules for environments and what they override.

use std::collections::HashMap;

use crate::findings::Findings;
use crate::grammar::{
    http_url, is_account, is_authority, is_host, is_iam_arn, is_network_id, is_region,
};
use crate::model::{Design, Environment, Network};
use crate::names::ENVIRONMENT_LIMIT;
use crate::validate_api;
use crate::validate_node::{self as node, Part, tags};
use crate::validate_route::Base;
use crate::{Diagnostic, Path, toml_string};

/// One environment.
pub(crate) fn environment(
    out: &mut Findings,
    design: &Design,
    apis: &HashMap<&str, Base<'_>>,
    name: &str,
    it: &Environment,
) {
    let at = Path::environment(name);
    node::name(out, &at, "an environment", name, ENVIRONMENT_LIMIT);
    if !it.account.is_empty() && !is_account(&it.account) {
        let digits: String = it
            .account
            .chars()
            .filter(|c| !matches!(c, '-' | ' '))
            .collect();
        let digits = Some(digits).filter(|digits| is_account(digits));
        out.push(
            Diagnostic::error("account-invalid", &at.key("account"), format!("`{}` is not an account number", it.account))
                .detail("An account number has twelve digits; it guards against a deploy to another account.")
                .fix(match &digits {
                    Some(digits) => format!("Write account = \"{digits}\""),
                    None => "Copy the twelve digits from the console".to_owned(),
                })
                .perhaps(digits.as_deref().map(toml_string)),
        );
    }
    if !it.region.is_empty() && !is_region(&it.region) {
        let zone = it.region.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let region = Some(zone).filter(|zone| is_region(zone));
        out.push(
            Diagnostic::error(
                "region-invalid",
                &at.key("region"),
                format!("`{}` is not a region", it.region),
            )
            .fix(match region {
                Some(region) => format!(
                    "Write region = \"{region}\": the letter after it names an Availability Zone"
                ),
                None => "Write it like \"eu-west-1\"".to_owned(),
            })
            .perhaps(region.map(toml_string)),
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
    overrides(out, design, apis, &at, it);
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
    const RULE: &str = "\"VpcConfig\" in the Lambda API reference and \"AwsVpcConfiguration\" in that of Amazon ECS.";
    out.quota(&at.key("subnets"), it.subnets.len(), 16, "subnets", RULE);
    let groups = it.security_groups.len();
    out.quota(
        &at.key("security_groups"),
        groups,
        5,
        "security groups",
        RULE,
    );
    if it.subnets.is_empty() {
        out.push(
            Diagnostic::error("network-incomplete", at, "The network has no subnets")
                .detail("What joins a network gets an address in one of its subnets.")
                .fix("Add subnets = [\"subnet-...\", \"subnet-...\"] in two Availability Zones"),
        );
    }
}

fn overrides(
    out: &mut Findings,
    design: &Design,
    apis: &HashMap<&str, Base<'_>>,
    at: &Path,
    it: &Environment,
) {
    for (key, over) in &it.functions {
        let at = at.key("functions").key(key);
        let base = design.functions.get(key);
        if base.is_none() {
            let known = design.functions.keys().map(String::as_str);
            out.dangling("override-unknown", &at, "function", key, known);
        }
        was(out, &at, over.was.is_some());
        node::function(out, &at, over, Part::Override(base), &design.defaults.env);
    }
    for (key, over) in &it.services {
        let at = at.key("services").key(key);
        let base = design.services.get(key);
        if base.is_none() {
            let known = design.services.keys().map(String::as_str);
            out.dangling("override-unknown", &at, "service", key, known);
        }
        was(out, &at, over.was.is_some());
        node::service(
            out,
            &at,
            key,
            over,
            Part::Override(base),
            &design.defaults.env,
        );
    }
    for (key, over) in &it.apis {
        let at = at.key("apis").key(key);
        was(out, &at, over.was.is_some());
        match apis.get(key.as_str()) {
            Some(base) => {
                validate_api::api(out, design, &at, over, Some(base));
            }
            None => {
                let known = design.apis.keys().map(String::as_str);
                out.dangling("override-unknown", &at, "API", key, known);
            }
        }
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
