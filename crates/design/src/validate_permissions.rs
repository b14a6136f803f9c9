//! The rules for roles and what they may do.

use crate::findings::Findings;
use crate::grammar::{is_action, is_arn, is_iam_arn};
use crate::model::Statement;
use crate::{Diagnostic, Path};

/// What a role may do, or whose role it is.
pub(crate) fn permissions(
    out: &mut Findings,
    at: &Path,
    allow: &[Statement],
    role: Option<&str>,
    policies: &[String],
) {
    if let Some(role) = role {
        let role_at = at.key("role");
        if !is_iam_arn(role, "role") {
            out.push(
                Diagnostic::error(
                    "arn-invalid",
                    &role_at,
                    format!("`{role}` is not the ARN of a role"),
                )
                .fix("Write it like \"arn:aws:iam::123456789012:role/name\""),
            );
        }
        for (key, given) in [
            ("allow", !allow.is_empty()),
            ("policies", !policies.is_empty()),
        ] {
            if given {
                out.push(
                    Diagnostic::error(
                        "role-and-allow",
                        &at.key(key),
                        format!("`role` and `{key}` exclude each other"),
                    )
                    .detail("A role that you own is used as it is and never changed.")
                    .fix(format!(
                        "Remove `{key}`, or remove `role` and let Slipway make one"
                    )),
                );
            }
        }
    }
    for (place, statement) in allow.iter().enumerate() {
        statement_rules(out, &at.key("allow").index(place), statement);
    }
    let size: usize = allow
        .iter()
        .flat_map(|it| it.actions.iter().chain(&it.resources))
        .map(String::len)
        .sum();
    if size > 10_240 {
        out.push(
            Diagnostic::error("quota-exceeded", &at.key("allow"), format!("The policy has more than {size} characters"))
                .detail("A role's inline policies hold 10,240 characters together (\"IAM and STS quotas\").")
                .fix("Use wildcards in actions or resources, or a role of your own"),
        );
    }
    out.quota(
        &at.key("policies"),
        policies.len(),
        20,
        "policies",
        "A role has at most 20 managed policies, and 10 until AWS is asked for more (\"IAM and STS quotas\").",
    );
    for (place, policy) in policies.iter().enumerate() {
        if !is_iam_arn(policy, "policy") {
            out.push(
                Diagnostic::error(
                    "arn-invalid",
                    &at.key("policies").index(place),
                    format!("`{policy}` is not the ARN of a policy"),
                )
                .fix("Write it like \"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\""),
            );
        }
    }
}

/// An environment's `policies`, when the role that they would be attached to is the user's own. `replaced` says
/// whether the environment has a role of its own instead.
pub(crate) fn policies_of_role(
    out: &mut Findings,
    at: &Path,
    owned: Option<&str>,
    replaced: bool,
    policies: &[String],
) {
    if let Some(role) = owned.filter(|_| !replaced && !policies.is_empty()) {
        out.push(
            Diagnostic::error("role-and-allow", &at.key("policies"), "`role` and `policies` exclude each other")
                .detail(format!("Outside of this environment it has role = \"{role}\", which is used as it is and never changed."))
                .fix("Remove `policies` here, or remove `role` there and let Slipway make one"),
        );
    }
}

fn statement_rules(out: &mut Findings, at: &Path, statement: &Statement) {
    for (key, list) in [
        ("actions", &statement.actions),
        ("resources", &statement.resources),
    ] {
        if list.is_empty() {
            out.push(
                Diagnostic::error("allow-incomplete", at, format!("The statement has no `{key}`"))
                    .fix("Write { actions = [\"s3:GetObject\"], resources = [\"arn:aws:s3:::bucket/*\"] }"),
            );
        }
    }
    for (place, action) in statement.actions.iter().enumerate() {
        let at = at.key("actions").index(place);
        if !is_action(action) {
            out.push(
                Diagnostic::error("action-invalid", &at, format!("`{action}` is not an IAM action"))
                    .detail("service:Action, with * and ? in the action (\"IAM JSON policy elements: Action\").")
                    .fix("Write it like \"dynamodb:GetItem\""),
            );
        } else if action == "*" {
            out.push(
                Diagnostic::warning(
                    "allow-everything",
                    &at,
                    "This allows every action of every service",
                )
                .fix("Name the actions that the code calls"),
            );
        }
    }
    for (place, resource) in statement.resources.iter().enumerate() {
        if resource != "*" && !is_arn(resource) {
            out.push(
                Diagnostic::error("arn-invalid", &at.key("resources").index(place), format!("`{resource}` is not an ARN"))
                    .detail("arn:partition:service:region:account:resource, or * (\"IAM JSON policy elements: Resource\").")
                    .fix("Write it like \"arn:aws:dynamodb:*:*:table/orders\""),
            );
        }
    }
}
