//! The rules for environment variables and secrets.

use indexmap::IndexMap;

use crate::findings::Findings;
use crate::grammar::{is_arn, looks_secret};
use crate::model::{SecretRef, TextMap};
use crate::names::CALLBACK;
use crate::validate_node::Runner;
use crate::{Diagnostic, Path};

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
    } else if runner == Runner::Lambda && key.starts_with(CALLBACK) {
        out.push(
            Diagnostic::error("variable-reserved", at, format!("Slipway sets variables like {key} itself"))
                .detail("A function that a WebSocket API leads to finds there where it reaches the API's connections.")
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

/// What Lambda takes of variables altogether, once all is merged; in bytes.
pub(crate) fn env_size(out: &mut Findings, at: &Path, bytes: i64) {
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

/// The variables that a thing ends up with, and where each of them is written.
#[derive(Clone, Copy)]
pub(crate) struct Variables<'a> {
    pub(crate) defaults: &'a TextMap,
    /// `env` and `secrets` of what is overridden.
    pub(crate) base: Option<(&'a TextMap, &'a IndexMap<String, SecretRef>)>,
    pub(crate) env: &'a TextMap,
    pub(crate) secrets: &'a IndexMap<String, SecretRef>,
    /// Whether `secrets` is written and empty, so that those of what is overridden are gone.
    pub(crate) cleared: bool,
}

/// The secrets of a thing, and that none of them is a variable as well.
pub(crate) fn secrets(out: &mut Findings, at: &Path, variables: Variables<'_>, runner: Runner) {
    let Variables {
        defaults,
        base,
        env,
        secrets,
        cleared,
    } = variables;
    let twice = |at: &Path, key: &str, other: &str| {
        Diagnostic::error(
            "variable-twice",
            at,
            format!("{key} stands in `env` and in `secrets`{other}"),
        )
        .detail("A container has one variable of a name.")
        .fix("Remove one of them")
    };
    for (key, secret) in secrets {
        let at = at.key("secrets").key(key);
        variable(out, &at, key, runner);
        if env.contains_key(key) {
            out.push(twice(&at, key, ""));
        } else if base.is_some_and(|(env, _)| env.contains_key(key)) {
            out.push(twice(
                &at,
                key,
                ": the variable is outside of this environment",
            ));
        } else if defaults.contains_key(key) {
            out.push(twice(&at, key, ": the variable is in [defaults.env]"));
        }
        secret_reference(out, &at, secret);
    }
    if let Some((_, inherited)) = base.filter(|_| secrets.is_empty() && !cleared) {
        for key in env.keys().filter(|key| inherited.contains_key(*key)) {
            let at = at.key("env").key(key);
            out.push(twice(
                &at,
                key,
                ": the secret is outside of this environment",
            ));
        }
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
