//! The rules for functions and services.

use std::collections::HashMap;

use crate::findings::Findings;
use crate::grammar::{is_arn, looks_secret};
use crate::model::{Container, Count, Function, Health, Ingress, SecretRef, Service, TextMap};
use crate::names::{KEY_LIMIT, is_name};
use crate::validate_image::image;
use crate::validate_permissions::permissions;
use crate::{Diagnostic, Path, fargate};

/// Days that CloudWatch Logs can keep ("PutRetentionPolicy" in its API reference).
pub const LOG_RETENTION_DAYS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// Variables that Lambda sets itself ("Working with Lambda environment variables").
const RESERVED: [&str; 17] = [
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
    "_HANDLER",
];

/// What runs the container, where the rules differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    Lambda,
    Fargate,
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
            .fix(format!("Call it `{suggestion}`")),
    );
}

/// A function, or what an environment overrides of one.
pub(crate) fn function(out: &mut Findings, at: &Path, it: &Function, is_override: bool) {
    title(out, at, it.title.as_deref());
    image(out, at, it.image.as_ref(), Runner::Lambda, is_override);
    out.range(
        &at.key("memory"),
        it.memory,
        128..=10_240,
        "MiB",
        "Lambda: memory, \"Lambda quotas\".",
    );
    out.range(
        &at.key("timeout"),
        it.timeout,
        1..=900,
        "s",
        "Lambda: timeout, \"Lambda quotas\".",
    );
    out.range(
        &at.key("ephemeral_storage"),
        it.ephemeral_storage,
        512..=10_240,
        "MiB",
        "Lambda: size of /tmp, \"Lambda quotas\".",
    );
    env(out, &at.key("env"), &it.env, Runner::Lambda);
    secrets(out, at, &it.secrets, &it.env, Runner::Lambda);
    tags(out, &at.key("tags"), &it.tags);
    permissions(out, at, &it.allow, it.role.as_deref(), &it.policies);
    log_retention(out, &at.key("log_retention"), it.log_retention);
}

/// A service, or what an environment overrides of one.
pub(crate) fn service(out: &mut Findings, at: &Path, it: &Service, is_override: bool) {
    title(out, at, it.title.as_deref());
    image(out, at, it.image.as_ref(), Runner::Fargate, is_override);
    port(out, at, it.port);
    count(out, &at.key("count"), it.count.as_ref());
    health(out, &at.key("health"), it.health.as_ref());
    if it
        .health
        .as_ref()
        .is_some_and(|health| health.path.is_some())
        && it.ingress != Some(Ingress::Alb)
        && !is_override
    {
        out.push(
            Diagnostic::error("health-path-needs-alb", &at.key("health").key("path"), "A health path needs ingress = \"alb\"")
                .detail("Only a load balancer asks a path; without one ECS runs a command inside the container.")
                .fix("Write ingress = \"alb\", or health = { command = [\"/app\", \"health\"] }"),
        );
    }
    env(out, &at.key("env"), &it.env, Runner::Fargate);
    secrets(out, at, &it.secrets, &it.env, Runner::Fargate);
    tags(out, &at.key("tags"), &it.tags);
    permissions(out, at, &it.allow, it.role.as_deref(), &it.policies);
    log_retention(out, &at.key("log_retention"), it.log_retention);
    out.range(
        &at.key("ephemeral_storage"),
        it.ephemeral_storage,
        21..=200,
        "GiB",
        "Fargate: ephemeral storage that is set, \"EphemeralStorage\" in the Amazon ECS API reference.",
    );
    containers(out, at, it);
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
            .fix(format!("Write cpu = {near_cpu} and memory = {near_memory}")),
    );
}

fn containers(out: &mut Findings, at: &Path, it: &Service) {
    let mut ports: HashMap<u16, String> = it
        .port
        .map(|port| (port, "the service".to_owned()))
        .into_iter()
        .collect();
    for (key, container) in &it.containers {
        let at = at.key("containers").key(key);
        name(out, &at, "a container", key, KEY_LIMIT);
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
        image(out, &at, source.as_ref(), Runner::Fargate, false);
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
        secrets(out, &at, refs, vars, Runner::Fargate);
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
        &at.key("port"),
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

/// Environment variables of one thing.
pub(crate) fn env(out: &mut Findings, at: &Path, vars: &TextMap, runner: Runner) {
    for (key, value) in vars {
        let at = at.key(key);
        variable(out, &at, key, runner);
        secret_looking(out, &at, value);
        if value.contains('\0') {
            out.push(
                Diagnostic::error("variable-value", &at, "A variable cannot hold a zero byte")
                    .fix("Remove it"),
            );
        }
    }
}

fn variable(out: &mut Findings, at: &Path, key: &str, runner: Runner) {
    let good = match runner {
        Runner::Lambda => {
            key.len() >= 2
                && key.as_bytes()[0].is_ascii_alphabetic()
                && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        }
        Runner::Fargate => !key.is_empty() && !key.contains(['=', '\0']),
    };
    if runner == Runner::Lambda && RESERVED.contains(&key) {
        out.push(
            Diagnostic::error("variable-reserved", at, format!("Lambda sets {key} itself"))
                .detail("\"Working with Lambda environment variables\" lists the reserved names.")
                .fix("Use another name"),
        );
    } else if !good {
        out.push(
            Diagnostic::error("variable-name", at, format!("`{key}` cannot be the name of a variable"))
                .detail(match runner {
                    Runner::Lambda => "Letters, digits and underscores, at least two, starting with a letter (\"Working with Lambda environment variables\").",
                    Runner::Fargate => "It must not be empty and must not hold an equals sign.",
                })
                .fix("Use a name like LOG_LEVEL"),
        );
    }
}

/// What Lambda takes of variables altogether, once all is merged.
pub(crate) fn env_size(out: &mut Findings, at: &Path, vars: &TextMap) {
    let bytes: usize = vars
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    if bytes > 4096 {
        out.push(
            Diagnostic::error("env-too-big", at, format!("The variables take {bytes} bytes of the 4096 that Lambda has for them"))
                .detail("Names and values of all variables together, defaults included (\"Lambda quotas\").")
                .fix("Move some into a file of the image, or into Parameter Store"),
        );
    }
}

/// Warns of a value that looks like a secret; never repeats it.
pub(crate) fn secret_looking(out: &mut Findings, at: &Path, value: &str) {
    if looks_secret(value) {
        out.push(
            Diagnostic::warning("secret-in-file", at, "This value looks like a secret")
                .detail("The file is shared and reviewed, and its values are readable in AWS's console.")
                .fix("Put it into a secret store and write secrets = { NAME = \"secretsmanager:...\" }; replace the secret if it was shared"),
        );
    }
}

fn secrets(
    out: &mut Findings,
    at: &Path,
    refs: &indexmap::IndexMap<String, SecretRef>,
    vars: &TextMap,
    runner: Runner,
) {
    for (key, secret) in refs {
        let at = at.key("secrets").key(key);
        variable(out, &at, key, runner);
        if vars.contains_key(key) {
            out.push(
                Diagnostic::error(
                    "variable-twice",
                    &at,
                    format!("{key} stands in `env` and in `secrets`"),
                )
                .fix("Remove one of them"),
            );
        }
        secret_reference(out, &at, secret);
    }
}

fn secret_reference(out: &mut Findings, at: &Path, secret: &SecretRef) {
    let (good, rule) = match secret {
        SecretRef::SecretsManager(name) => (
            is_arn(name)
                || (name.len() <= 512
                    && name
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"/_+=.@-".contains(&b))),
            "Secrets Manager: letters, digits and /_+=.@- (\"CreateSecret\").",
        ),
        SecretRef::Ssm(name) => (
            is_arn(name)
                || (name.len() <= 1011
                    && name
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"/_.-".contains(&b))),
            "Parameter Store: letters, digits and /_.- (\"PutParameter\").",
        ),
        SecretRef::Keychain(_) => {
            out.push(
                Diagnostic::error("secret-on-this-computer", at, "The keychain of this computer is out of AWS's reach")
                    .detail("`keychain:` stands under [local.secrets], where it says what this computer uses instead.")
                    .fix("Write \"secretsmanager:NAME\" or \"ssm:/PATH\" here"),
            );
            return;
        }
    };
    if !good {
        out.push(
            Diagnostic::error(
                "secret-reference",
                at,
                "This cannot be the name of a secret",
            )
            .detail(rule)
            .fix("Correct the name"),
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
            .fix(format!("Write log_retention = {near}")),
    );
}

fn count(out: &mut Findings, at: &Path, count: Option<&Count>) {
    const RULE: &str = "Amazon ECS: 5,000 tasks a service (\"Amazon ECS service quotas\").";
    match count {
        None => {}
        Some(Count::Fixed(tasks)) => out.range(at, Some(*tasks), 0..=5000, "tasks", RULE),
        Some(Count::Range {
            min,
            max,
            cpu,
            memory,
        }) => {
            out.range(&at.key("max"), Some(*max), 1..=5000, "tasks", RULE);
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
            out.range(&at.key("cpu"), *cpu, 1..=100, "%", percent);
            out.range(&at.key("memory"), *memory, 1..=100, "%", percent);
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
    out.range(&at.key("interval"), health.interval, 5..=300, "s", RULE);
    out.range(&at.key("timeout"), health.timeout, 2..=60, "s", RULE);
    out.range(&at.key("retries"), health.retries, 1..=10, "", RULE);
    out.range(
        &at.key("start_period"),
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
        (Some(path), true) if !path.starts_with('/') => out.push(
            Diagnostic::error(
                "health-path",
                &at.key("path"),
                "The health path must start with a slash",
            )
            .fix(format!("Write path = \"/{path}\"")),
        ),
        _ => {}
    }
}
