//! AWS's answers in plain words, with what to do next.

use crate::failure::ApiCall;
use slipway_engine::port::CloudErrorKind;

/// An answer as people read it. The kind may be sharper than what the code alone says.
pub(crate) struct Explained {
    pub(crate) kind: CloudErrorKind,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

const LONGEST: usize = 300;

/// One line of at most 300 characters, without the tail that some answers carry about
/// themselves.
pub(crate) fn short(text: &str) -> String {
    let text = text.split(" (Service: ").next().unwrap_or(text);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let cut: String = line.chars().take(LONGEST).collect();
    format!("{cut}…")
}

pub(crate) fn explain(
    call: ApiCall,
    kind: CloudErrorKind,
    code: Option<&str>,
    said: &str,
) -> Explained {
    let plain = |kind, message: String, hint: Option<&str>| Explained {
        kind,
        message,
        hint: hint.map(str::to_owned),
    };
    if let Some((kind, message, hint)) =
        lambda_text(call, said).or_else(|| service_text(call, said))
    {
        return plain(kind, message.to_owned(), Some(hint));
    }
    let kind = sharper(kind, said);
    let spoken = if said.trim().is_empty() {
        match code {
            Some(code) => format!("AWS answered {code}"),
            None => "AWS answered with an error and no reason".to_owned(),
        }
    } else {
        short(said)
    };
    match kind {
        CloudErrorKind::AccessDenied => denied(call, said, spoken),
        CloudErrorKind::Credentials => credentials(code, said, spoken),
        CloudErrorKind::Throttled => plain(
            kind,
            "there are too many requests in this account and region right now".to_owned(),
            Some("Try again in a minute."),
        ),
        _ => plain(kind, spoken, code.and_then(hint_of_code)),
    }
}

/// A code of "conflict" on a creating call means that the thing exists, unless the text says that
/// another change is at work: the services have one code for both.
fn sharper(kind: CloudErrorKind, said: &str) -> CloudErrorKind {
    const AT_WORK: [&str; 3] = [
        "concurrent modification",
        "cannot be performed at this time",
        "in progress",
    ];
    let said = said.to_lowercase();
    if kind == CloudErrorKind::AlreadyExists && AT_WORK.iter().any(|text| said.contains(text)) {
        return CloudErrorKind::Conflict;
    }
    kind
}

/// Lambda says several different things with one code; only the text tells them apart.
fn lambda_text(call: ApiCall, said: &str) -> Option<(CloudErrorKind, &'static str, &'static str)> {
    if call.service != "lambda" {
        return None;
    }
    let said = said.to_lowercase();
    if said.contains("cannot be assumed by lambda") {
        return Some((
            CloudErrorKind::RoleNotReady,
            "the function's role can't be assumed by Lambda yet",
            "A new role takes some seconds. If it stays so, the role's trust policy must name lambda.amazonaws.com.",
        ));
    }
    // Said of a role so new that its grant on the key is not visible yet.
    if said.contains("unable to configure access to your environment variables")
        && said.contains("kms")
    {
        return Some((
            CloudErrorKind::RoleNotReady,
            "the function's role is not known everywhere yet",
            "A new role takes some seconds. If it stays so, check the KMS key of the environment variables.",
        ));
    }
    if said.contains("image manifest") && said.contains("not supported") {
        return Some((
            CloudErrorKind::Invalid,
            "Lambda does not accept this image: it is an index of several images, or carries attestations",
            "Push one image for one platform: build with `--provenance=false --sbom=false` and one `--platform`.",
        ));
    }
    if said.contains("unreservedconcurrentexecution") {
        return Some((
            CloudErrorKind::Invalid,
            "so many executions can't be set aside: too few would be left for the account's other functions",
            "Lower `concurrency`, or raise the quota of concurrent executions in Service Quotas; new accounts have a low one.",
        ));
    }
    if said.contains("does not have permission to access the ecr image") {
        return Some((
            CloudErrorKind::Invalid,
            "Lambda may not read the image from its repository",
            "The repository must be in the same account and region, or have a policy that lets lambda.amazonaws.com pull.",
        ));
    }
    if said.contains("source image")
        && (said.contains("does not exist") || said.contains("not found"))
    {
        return Some((
            CloudErrorKind::Invalid,
            "the image is not in the repository",
            "Deploy again: it is built and pushed anew. A lifecycle rule of the repository may have removed it.",
        ));
    }
    None
}

/// ECS and its neighbours say several things with one code.
fn service_text(call: ApiCall, said: &str) -> Option<(CloudErrorKind, &'static str, &'static str)> {
    let said = said.to_lowercase();
    match call.service {
        "ecs" if said.contains("not idempotent") => Some((
            CloudErrorKind::AlreadyExists,
            "a service of this name is there already",
            "Rename the service or the project, or delete what is there if nobody needs it.",
        )),
        "ecs" if said.contains("still draining") => Some((
            CloudErrorKind::Conflict,
            "the service of before is still draining",
            "Wait until its tasks have stopped, then deploy again.",
        )),
        "ecs" if said.contains("unable to assume") || said.contains("cannot be assumed") => Some((
            CloudErrorKind::RoleNotReady,
            "a role of the task can't be assumed by ECS yet",
            "A new role takes some seconds. If it stays so, the role's trust policy must name ecs-tasks.amazonaws.com.",
        )),
        // Said once in an account, when ECS or a VPC link makes its role for the first time.
        "ecs" | "apigateway" if said.contains("service linked role") => Some((
            CloudErrorKind::RoleNotReady,
            "AWS has just made its own role for this service",
            "It takes some seconds. If it stays so, the caller needs iam:CreateServiceLinkedRole.",
        )),
        "application-autoscaling"
            if said.contains("ecs service doesn't exist") || said.contains("not found") =>
        {
            Some((
                CloudErrorKind::NotFound,
                "the service to scale is not there",
                "Deploy again: it looks at what is there.",
            ))
        }
        _ => None,
    }
}

/// Names the action that is missing; AWS puts it into the text and nowhere else.
fn denied(call: ApiCall, said: &str, spoken: String) -> Explained {
    let after = |mark: &str| {
        let rest = said.split_once(mark)?.1;
        rest.split_whitespace().next()
    };
    let who = after("User: ");
    let action = after("perform: ").map_or_else(
        || match call.service {
            // API Gateway authorises verbs on paths, not calls.
            "apigateway" => "the apigateway action of this call".to_owned(),
            _ => call.title(),
        },
        |action| action.trim_end_matches([',', '.', ';']).to_owned(),
    );
    let message = match who {
        Some(who) => format!("{who} is not allowed {action}"),
        None => spoken,
    };
    let by_whom = if said.contains("service control policy") {
        "A service control policy of the organisation forbids it: ask its administrator."
    } else if said.contains("explicit deny") {
        "A policy denies it explicitly: that denial must go."
    } else {
        "Add it to the policies of this user or role."
    };
    Explained {
        kind: CloudErrorKind::AccessDenied,
        message,
        hint: Some(format!("Needed: {action}. {by_whom}")),
    }
}

fn credentials(code: Option<&str>, said: &str, spoken: String) -> Explained {
    let lower = said.to_lowercase();
    let clock = matches!(code, Some("RequestTimeTooSkewed" | "RequestExpired"))
        || lower.contains("signature expired")
        || lower.contains("signature not yet current");
    let explained = |message: &str, hint: Option<&str>| Explained {
        kind: CloudErrorKind::Credentials,
        message: message.to_owned(),
        hint: hint.map(str::to_owned),
    };
    if clock {
        return explained(
            "the clock of this computer is off, so AWS does not accept the signature",
            Some("Set the clock, best by a time server."),
        );
    }
    match code {
        Some("ExpiredToken" | "ExpiredTokenException") => {
            explained("the credentials have ended", None)
        }
        Some(
            "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "InvalidAccessKeyId"
            | "InvalidToken",
        ) => explained(
            "AWS does not know these credentials",
            Some(
                "The access key may be deleted, inactive, or of another partition (China, GovCloud).",
            ),
        ),
        Some("SignatureDoesNotMatch" | "InvalidSignatureException") => explained(
            "the secret key does not belong to the access key",
            Some("Enter the pair anew with `aws configure`."),
        ),
        _ => explained(&spoken, None),
    }
}

fn hint_of_code(code: &str) -> Option<&'static str> {
    Some(match code {
        "RepositoryNotEmptyException" => {
            "The repository still holds images: delete them first, or keep the repository."
        }
        "LimitExceededException"
        | "LimitExceeded"
        | "ServiceQuotaExceededException"
        | "CodeStorageExceededException" => {
            "A quota of the account is used up: raise it in Service Quotas, or delete what is not needed."
        }
        "DeleteConflict" | "DeleteConflictException" => {
            "Something was added to it by hand: detach it, then try again."
        }
        "PolicyLengthExceededException" => {
            "The function's resource policy is full (20 KB): remove statements that are not needed."
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{Answer, Cause, describe};
    use slipway_engine::port::CloudError;
    use slipway_plan::Operation;

    fn answered(operation: Operation, code: &str, said: &str) -> CloudError {
        describe(
            ApiCall::of(operation).unwrap(),
            Cause::Answered(Answer {
                status: 400,
                code: Some(code.into()),
                message: Some(said.into()),
                ..Answer::default()
            }),
        )
    }

    #[test]
    fn a_role_too_new_is_told_from_a_wrong_parameter() {
        let early = answered(
            Operation::CreateFunction,
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        );
        assert_eq!(early.kind, CloudErrorKind::RoleNotReady);
        let wrong = answered(
            Operation::CreateFunction,
            "InvalidParameterValueException",
            "Memory must be less than 10240",
        );
        assert_eq!(wrong.kind, CloudErrorKind::Invalid);
        assert_eq!(wrong.message, "Memory must be less than 10240");
    }

    #[test]
    fn a_change_at_work_is_told_from_a_name_in_use() {
        let kind = |operation, code, said| answered(operation, code, said).kind;
        assert_eq!(
            kind(
                Operation::CreateRoute,
                "ConflictException",
                "Route with key GET / already exists for this API",
            ),
            CloudErrorKind::AlreadyExists
        );
        assert_eq!(
            kind(
                Operation::CreateRoute,
                "ConflictException",
                "Unable to complete operation due to concurrent modification. Please try again later.",
            ),
            CloudErrorKind::Conflict
        );
        assert_eq!(
            kind(
                Operation::CreateAlias,
                "ResourceConflictException",
                "The operation cannot be performed at this time. The function is currently in the \
                 following state: Pending",
            ),
            CloudErrorKind::Conflict
        );
    }

    #[test]
    fn an_image_index_is_named_with_the_way_out() {
        let error = answered(
            Operation::UpdateFunctionCode,
            "InvalidParameterValueException",
            "The image manifest, config or layer media type for the source image r/x@sha256:1 is not supported.",
        );
        assert_eq!(error.kind, CloudErrorKind::Invalid);
        assert!(error.hint.unwrap().contains("--provenance=false"));
    }

    #[test]
    fn a_denial_names_who_and_what() {
        let error = answered(
            Operation::CreateRole,
            "AccessDenied",
            "User: arn:aws:iam::1:user/dev is not authorized to perform: iam:CreateRole on resource: \
             arn:aws:iam::1:role/shop because no identity-based policy allows the iam:CreateRole action",
        );
        assert_eq!(error.kind, CloudErrorKind::AccessDenied);
        assert_eq!(
            error.message,
            "arn:aws:iam::1:user/dev is not allowed iam:CreateRole"
        );
        assert!(error.hint.unwrap().contains("Needed: iam:CreateRole"));
    }

    #[test]
    fn a_wrong_clock_is_told_from_a_wrong_key() {
        let clock = answered(
            Operation::CreateRole,
            "SignatureDoesNotMatch",
            "Signature expired: 20260101T000000Z is now earlier than 20261123T000000Z",
        );
        assert!(clock.message.contains("clock"), "{clock}");
        let key = answered(
            Operation::CreateRole,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match",
        );
        assert!(key.message.contains("secret key"), "{key}");
        assert_eq!(key.kind, CloudErrorKind::Credentials);
    }

    #[test]
    fn a_dump_is_cut_to_a_line() {
        let long = "x".repeat(1000);
        assert_eq!(short(&long).chars().count(), 301);
        assert_eq!(
            short("no\n  such thing (Service: Lambda, Status Code: 400)"),
            "no such thing"
        );
    }
}
