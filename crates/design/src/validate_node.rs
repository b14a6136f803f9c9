//! The rules for functions and services.

use std::collections::HashMap;

use crate::findings::Findings;
use crate::model::{Container, Count, Function, Health, Ingress, Service, TextMap};
use crate::names::{KEY_LIMIT, is_name};
use crate::validate_image::image;
use crate::validate_permissions::{permissions, policies_of_role};
use crate::validate_variable::{Variables, env, secrets};
use crate::{Diagnostic, Path, fargate, toml_string};

/// Days that CloudWatch Logs can keep ("PutRetentionPolicy" in its API reference).
pub const LOG_RETENTION_DAYS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// What runs the container, where the rules differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    Lambda,
    Fargate,
}

/// Whether a thing is written as a whole, or as what an environment overrides of one.
#[derive(Debug)]
pub(crate) enum Part<'a, T> {
    Whole,
    /// Of this; of nothing when the design has no such thing.
    Override(Option<&'a T>),
}

impl<'a, T> Part<'a, T> {
    fn base(&self) -> Option<&'a T> {
        match self {
            Self::Whole => None,
            Self::Override(base) => *base,
        }
    }

    fn is_whole(&self) -> bool {
        matches!(self, Self::Whole)
    }
}

/// A key of a function, service, API, container or the name of something else.
pub(crate) fn name(out: &mut Findings, at: &Path, what: &str, name: &str, limit: usize) {
    if is_name(name, limit) {
        return;
    }
    let mut suggestion = crate::template::project_name(name);
    suggestion.truncate(limit);
    let suggestion = suggestion.trim_end_matches('-');
    out.push(
        Diagnostic::error("name-invalid", at, format!("`{name}` cannot be the name of {what}"))
            .detail(format!(
                "A name has 1 to {limit} lower-case letters, digits and hyphens, starts with a letter and does not end in a hyphen: \
                 it becomes part of names in Lambda, IAM and ECR, and ECR's repository names allow no more."
            ))
            .fix(format!("Call it `{suggestion}`"))
            .perhaps(is_name(suggestion, limit).then_some(suggestion)),
    );
}

/// A function, or what an environment overrides of one.
pub(crate) fn function(
    out: &mut Findings,
    at: &Path,
    it: &Function,
    part: Part<'_, Function>,
    defaults: &TextMap,
) {
    title(out, at, it.title.as_deref());
    image(out, at, it.image.as_ref(), Runner::Lambda, part.is_whole());
    out.range(
        || at.key("memory"),
        it.memory,
        128..=10_240,
        "MiB",
        "Lambda: memory, \"Lambda quotas\".",
    );
    out.range(
        || at.key("timeout"),
        it.timeout,
        1..=900,
        "s",
        "Lambda: timeout, \"Lambda quotas\".",
    );
    out.range(
        || at.key("ephemeral_storage"),
        it.ephemeral_storage,
        512..=10_240,
        "MiB",
        "Lambda: size of /tmp, \"Lambda quotas\".",
    );
    if it.concurrency == Some(0) {
        out.push(
            Diagnostic::warning("concurrency-zero", &at.key("concurrency"), "The function is never run")
                .detail("0 executions are set aside for it, and it gets no others (\"PutFunctionConcurrency\").")
                .fix("Write how many may run at once, or remove `concurrency`"),
        );
    }
    env(out, &at.key("env"), &it.env, Runner::Lambda);
    let base = part.base().map(|base| (&base.env, &base.secrets));
    let variables = Variables {
        defaults,
        base,
        env: &it.env,
        secrets: &it.secrets,
        cleared: it.cleared.contains("secrets"),
    };
    secrets(out, at, variables, Runner::Lambda);
    tags(out, &at.key("tags"), &it.tags);
    permissions(out, at, &it.allow, it.role.as_deref(), &it.policies);
    let owned = part.base().and_then(|base| base.role.as_deref());
    policies_of_role(
        out,
        at,
        owned,
        it.role.is_some() || !it.allow.is_empty() || it.cleared.contains("allow"),
        &it.policies,
    );
    log_retention(out, &at.key("log_retention"), it.log_retention);
}

/// A service, or what an environment overrides of one.
pub(crate) fn service(
    out: &mut Findings,
    at: &Path,
    key: &str,
    it: &Service,
    part: Part<'_, Service>,
    defaults: &TextMap,
) {
    title(out, at, it.title.as_deref());
    image(out, at, it.image.as_ref(), Runner::Fargate, part.is_whole());
    port(out, at, it.port);
    count(out, &at.key("count"), it.count.as_ref());
    health(out, &at.key("health"), it.health.as_ref());
    let base = part.base();
    let ingress = it.ingress.or(base.and_then(|base| base.ingress));
    let checked = it
        .health
        .as_ref()
        .or(base.and_then(|base| base.health.as_ref()));
    let judged =
        part.is_whole() || (base.is_some() && (it.ingress.is_some() || it.health.is_some()));
    if judged
        && ingress != Some(Ingress::Alb)
        && checked.is_some_and(|health| health.path.is_some())
    {
        out.push(
            Diagnostic::error("health-path-needs-alb", &at.key("health").key("path"), "A health path needs ingress = \"alb\"")
                .detail("Only a load balancer asks a path; without one ECS runs a command inside the container.")
                .fix("Write ingress = \"alb\", or health = { command = [\"/app\", \"health\"] }"),
        );
    }
    env(out, &at.key("env"), &it.env, Runner::Fargate);
    let overridden = base.map(|base| (&base.env, &base.secrets));
    let variables = Variables {
        defaults,
        base: overridden,
        env: &it.env,
        secrets: &it.secrets,
        cleared: it.cleared.contains("secrets"),
    };
    secrets(out, at, variables, Runner::Fargate);
    tags(out, &at.key("tags"), &it.tags);
    permissions(out, at, &it.allow, it.role.as_deref(), &it.policies);
    let owned = base.and_then(|base| base.role.as_deref());
    policies_of_role(
        out,
        at,
        owned,
        it.role.is_some() || !it.allow.is_empty() || it.cleared.contains("allow"),
        &it.policies,
    );
    log_retention(out, &at.key("log_retention"), it.log_retention);
    out.range(
        || at.key("ephemeral_storage"),
        it.ephemeral_storage,
        21..=200,
        "GiB",
        "Fargate: ephemeral storage that is set, \"EphemeralStorage\" in the Amazon ECS API reference.",
    );
    containers(out, at, key, it);
}

/// The CPU and memory that a service has once all is merged.
pub(crate) fn size(out: &mut Findings, at: &Path, cpu: u32, memory: u32) {
    if fargate::is_pair(cpu, memory) {
        return;
    }
    let (near_cpu, near_memory) = fargate::nearest(cpu, memory);
    out.push(
        Diagnostic::error("fargate-size", at, format!("Fargate has no task of {cpu} CPU units and {memory} MiB"))
            .detail("The pairs are those of \"Troubleshoot Amazon ECS task definition invalid CPU or memory errors\".")
            .fix(format!("Write cpu = {near_cpu} and memory = {near_memory}"))
            .instead(format!("{{ cpu = {near_cpu}, memory = {near_memory} }}")),
    );
}

fn containers(out: &mut Findings, at: &Path, service: &str, it: &Service) {
    out.quota(
        &at.key("containers"),
        it.containers.len(),
        9,
        "further containers",
        "A task has at most 10 containers, the service's own included (\"Amazon ECS service quotas\").",
    );
    let mut ports: HashMap<u16, String> = it
        .port
        .map(|port| (port, "the service".to_owned()))
        .into_iter()
        .collect();
    for (key, container) in &it.containers {
        let at = at.key("containers").key(key);
        name(out, &at, "a container", key, KEY_LIMIT);
        if key == service {
            out.push(
                Diagnostic::error("key-taken", &at, format!("`{key}` is the service's own container"))
                    .detail("The containers of a task have different names, and the first is named after its service.")
                    .fix("Rename this container"),
            );
        }
        let Container {
            image: source,
            essential: _,
            port: own,
            command: _,
            entrypoint: _,
            env: vars,
            secrets: refs,
            health: check,
        } = container;
        image(out, &at, source.as_ref(), Runner::Fargate, true);
        port(out, &at, *own);
        if let Some(own) = own
            && let Some(other) = ports.insert(*own, format!("`{key}`"))
        {
            out.push(
                Diagnostic::error(
                    "port-taken",
                    &at.key("port"),
                    format!("Port {own} is taken by {other}"),
                )
                .detail("The containers of one task share its network address.")
                .fix("Give one of them another port"),
            );
        }
        env(out, &at.key("env"), vars, Runner::Fargate);
        let none = TextMap::new();
        let variables = Variables {
            defaults: &none,
            base: None,
            env: vars,
            secrets: refs,
            cleared: false,
        };
        secrets(out, &at, variables, Runner::Fargate);
        health(out, &at.key("health"), check.as_ref());
        if check.as_ref().is_some_and(|check| check.path.is_some()) {
            out.push(
                Diagnostic::error(
                    "health-path-needs-alb",
                    &at.key("health").key("path"),
                    "A further container has no health path",
                )
                .detail("The load balancer asks the service's own port only.")
                .fix("Write health = { command = [...] }"),
            );
        }
    }
}

fn port(out: &mut Findings, at: &Path, port: Option<u16>) {
    out.range(
        || at.key("port"),
        port.map(u32::from),
        1..=65_535,
        "",
        "TCP has no port 0 to listen on.",
    );
}

fn title(out: &mut Findings, at: &Path, title: Option<&str>) {
    let long = title.map_or(0, |title| title.chars().count());
    if long > 256 {
        out.push(
            Diagnostic::error("too-long", &at.key("title"), format!("The title has {long} characters"))
                .detail("It becomes the description in AWS, which holds 256 (\"CreateFunction\", Lambda API reference).")
                .fix("Shorten it to 256 characters"),
        );
    }
}

/// Tags, which AWS limits alike for all its services.
pub(crate) fn tags(out: &mut Findings, at: &Path, tags: &TextMap) {
    out.quota(
        at,
        tags.len(),
        46,
        "tags",
        "A resource has at most 50 tags (\"Tag naming limits\"), and Slipway uses four.",
    );
    for (key, value) in tags {
        let at = at.key(key);
        let lower = key.to_ascii_lowercase();
        if lower.starts_with("aws:") || lower.starts_with("slipway:") {
            out.push(
                Diagnostic::error("tag-reserved", &at, format!("`{key}` starts with a reserved prefix"))
                    .detail("`aws:` is AWS's own (\"Tag naming limits\"); `slipway:` marks what Slipway owns.")
                    .fix("Use another key"),
            );
        }
        let good = |c: char| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c);
        if key.is_empty()
            || key.chars().count() > 128
            || value.chars().count() > 256
            || !key.chars().chain(value.chars()).all(good)
        {
            out.push(
                Diagnostic::error("tag-invalid", &at, format!("`{key}` is not a tag that AWS takes"))
                    .detail("Key 1 to 128 characters, value at most 256; letters, digits, spaces and _.:/=+-@ (\"Tag naming limits\").")
                    .fix("Correct the tag"),
            );
        }
    }
}

/// Days that logs are kept.
pub(crate) fn log_retention(out: &mut Findings, at: &Path, days: Option<u32>) {
    let Some(days) = days.filter(|days| !LOG_RETENTION_DAYS.contains(days)) else {
        return;
    };
    let near = LOG_RETENTION_DAYS
        .into_iter()
        .find(|known| *known >= days)
        .unwrap_or(3653);
    out.push(
        Diagnostic::error("log-retention", at, format!("CloudWatch Logs cannot keep logs for {days} days"))
            .detail(format!(
                "It takes {} days (\"PutRetentionPolicy\"); without the setting logs are kept for ever.",
                LOG_RETENTION_DAYS.map(|days| days.to_string()).join(", ")
            ))
            .fix(format!("Write log_retention = {near}"))
            .instead(near.to_string()),
    );
}

fn count(out: &mut Findings, at: &Path, count: Option<&Count>) {
    const RULE: &str = "Amazon ECS: 5,000 tasks a service (\"Amazon ECS service quotas\").";
    match count {
        None => {}
        Some(Count::Fixed(tasks)) => {
            out.range(|| at.clone(), Some(*tasks), 0..=5000, "tasks", RULE)
        }
        Some(Count::Range {
            min,
            max,
            cpu,
            memory,
        }) => {
            out.range(|| at.key("max"), Some(*max), 1..=5000, "tasks", RULE);
            if min > max {
                out.push(
                    Diagnostic::error(
                        "count-order",
                        &at.key("min"),
                        format!("`min` is {min} and `max` is {max}"),
                    )
                    .fix("Make `min` the smaller one"),
                );
            }
            let percent = "Application Auto Scaling follows an average use in percent.";
            out.range(|| at.key("cpu"), *cpu, 1..=100, "%", percent);
            out.range(|| at.key("memory"), *memory, 1..=100, "%", percent);
            if cpu.is_none() && memory.is_none() && min != max {
                out.push(
                    Diagnostic::error("count-incomplete", at, "It does not say when to add a task")
                        .fix("Add cpu = 60, the average use to aim at"),
                );
            }
        }
    }
}

fn health(out: &mut Findings, at: &Path, health: Option<&Health>) {
    const RULE: &str = "\"HealthCheck\" in the Amazon ECS API reference.";
    let Some(health) = health else { return };
    out.range(|| at.key("interval"), health.interval, 5..=300, "s", RULE);
    out.range(|| at.key("timeout"), health.timeout, 2..=60, "s", RULE);
    out.range(|| at.key("retries"), health.retries, 1..=10, "", RULE);
    out.range(
        || at.key("start_period"),
        health.start_period,
        0..=300,
        "s",
        RULE,
    );
    match (&health.path, health.command.is_empty()) {
        (None, true) => out.push(
            Diagnostic::error("health-incomplete", at, "The health check checks nothing").fix(
                "Add command = [\"/app\", \"health\"], or path = \"/healthz\" with a load balancer",
            ),
        ),
        (Some(_), false) => out.push(
            Diagnostic::error(
                "health-ambiguous",
                at,
                "The health check has a command and a path",
            )
            .fix("Keep one of them"),
        ),
        (Some(_), true) if health.timeout.unwrap_or(5) >= health.interval.unwrap_or(30) => {
            out.push(
                Diagnostic::error(
                    "health-order",
                    at,
                    format!(
                        "A check may take {} s and the next one begins after {} s",
                        health.timeout.unwrap_or(5),
                        health.interval.unwrap_or(30)
                    ),
                )
                .detail("The load balancer's timeout must be below its interval; they are 5 and 30 s unless set (\"CreateTargetGroup\").")
                .fix("Make `timeout` less than `interval`"),
            );
        }
        (Some(path), true) if !path.starts_with('/') => out.push(
            Diagnostic::error(
                "health-path",
                &at.key("path"),
                "The health path must start with a slash",
            )
            .fix(format!("Write path = \"/{path}\""))
            .instead(toml_string(&format!("/{path}"))),
        ),
        _ => {}
    }
}
