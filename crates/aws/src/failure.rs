//! From an error of the SDK to one that a run understands: what became of the
//! call, and what AWS's own code means.

use crate::words;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use slipway_engine::port::{CloudError, CloudErrorKind};
use slipway_plan::Operation;
use std::error::Error;
use std::time::Duration;

/// What a call does, which decides what a lost reply means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Read,
    Write,
    /// A write that a name or key in use makes fail.
    Create,
}

/// One call of AWS's API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiCall {
    /// Signing name of the service, which is also the prefix of IAM actions.
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
    pub(crate) effect: Effect,
}

impl ApiCall {
    pub(crate) const fn read(service: &'static str, name: &'static str) -> Self {
        Self {
            service,
            name,
            effect: Effect::Read,
        }
    }

    /// The call of an operation; `None` for what Docker does.
    pub(crate) fn of(operation: Operation) -> Option<Self> {
        let (service, name) = operation.aws_call()?;
        let effect = if name.starts_with("Create") || name == "AddPermission" {
            Effect::Create
        } else {
            Effect::Write
        };
        Some(Self {
            service,
            name,
            effect,
        })
    }

    pub(crate) fn title(self) -> String {
        format!("{}:{}", self.service, self.name)
    }
}

/// What became of a call that failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cause {
    /// The SDK found no usable credentials: nothing was sent.
    NoCredentials {
        code: &'static str,
        why: String,
    },
    /// The request could not be built: nothing was sent.
    Unbuildable {
        why: String,
    },
    /// There was no connection: nothing was sent.
    NotSent {
        why: String,
    },
    /// It was sent, or may have been, and no whole answer came back.
    Lost {
        why: String,
    },
    Answered(Answer),
}

/// An error that AWS answered with.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
}

/// For `map_err` behind a call.
pub(crate) fn failed<E>(call: ApiCall) -> impl FnOnce(SdkError<E, HttpResponse>) -> CloudError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    move |error| describe(call, cause(&error))
}

/// A mistake found before any call.
pub(crate) fn invalid(operation: &str, message: impl Into<String>, hint: &str) -> CloudError {
    CloudError {
        kind: CloudErrorKind::Invalid,
        operation: operation.to_owned(),
        code: None,
        message: message.into(),
        hint: Some(hint.to_owned()),
        request_id: None,
        retry_after: None,
    }
}

fn cause<E>(error: &SdkError<E, HttpResponse>) -> Cause
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    if let Some(credentials) = in_chain::<CredentialsError>(error) {
        return no_credentials(credentials);
    }
    match error {
        SdkError::ConstructionFailure(_) => Cause::Unbuildable {
            why: deepest(error),
        },
        SdkError::TimeoutError(_) => Cause::Lost {
            why: "no answer came in time".to_owned(),
        },
        SdkError::DispatchFailure(failure) => {
            let connecting = in_chain::<hyper_util::client::legacy::Error>(error)
                .is_some_and(hyper_util::client::legacy::Error::is_connect);
            if connecting || failure.is_user() {
                Cause::NotSent {
                    why: deepest(error),
                }
            } else if failure.is_timeout() {
                Cause::Lost {
                    why: "no answer came in time".to_owned(),
                }
            } else {
                Cause::Lost {
                    why: deepest(error),
                }
            }
        }
        SdkError::ResponseError(response) => unreadable(response.raw()),
        SdkError::ServiceError(service) => {
            let response = service.raw();
            let meta = service.err();
            if meta.code().is_none() && response.status().is_success() {
                return unreadable(response);
            }
            Cause::Answered(Answer {
                code: meta.code().map(short_code),
                message: meta.message().map(str::to_owned),
                ..answer(response)
            })
        }
        _ => Cause::Lost {
            why: deepest(error),
        },
    }
}

fn answer(response: &HttpResponse) -> Answer {
    let header = |name: &str| response.headers().get(name).map(str::to_owned);
    Answer {
        status: response.status().as_u16(),
        code: None,
        message: None,
        request_id: header("x-amzn-requestid").or_else(|| header("x-amz-request-id")),
        retry_after: header("retry-after")
            .and_then(|seconds| seconds.trim().parse().ok())
            .map(Duration::from_secs),
    }
}

/// An answer whose body is not what the service answers with: of a success it is known that it
/// came, and not what it said.
fn unreadable(response: &HttpResponse) -> Cause {
    if response.status().is_success() {
        Cause::Lost {
            why: "the answer was cut short or could not be read".to_owned(),
        }
    } else {
        Cause::Answered(answer(response))
    }
}

/// `Prefix#Code:url` is how some protocols spell a code.
fn short_code(code: &str) -> String {
    let code = code.rsplit('#').next().unwrap_or(code);
    code.split(':').next().unwrap_or(code).to_owned()
}

/// Codes of our own for [`CloudError::code`] when no request left.
pub(crate) const CREDENTIALS_NOT_FOUND: &str = "CredentialsNotFound";
pub(crate) const CREDENTIALS_FAILED: &str = "CredentialsFailed";
pub(crate) const SSO_SESSION_ENDED: &str = "SsoSessionEnded";
pub(crate) const LOGIN_SESSION_ENDED: &str = "LoginSessionEnded";

/// The types of the providers' errors are private; their text is all there is.
fn no_credentials(error: &CredentialsError) -> Cause {
    // The outermost only says that credentials could not be loaded.
    let why = error.source().map(chain).unwrap_or_default();
    let lower = why.to_lowercase();
    let code = if lower.contains("sso") {
        SSO_SESSION_ENDED
    } else if lower.contains("login/cache")
        || lower.contains("login\\cache")
        || lower.contains("login session")
    {
        LOGIN_SESSION_ENDED
    } else if matches!(error, CredentialsError::CredentialsNotLoaded(_)) || lower.contains("imds") {
        // The instance's role is the last place of the chain: nothing before it had any.
        CREDENTIALS_NOT_FOUND
    } else {
        CREDENTIALS_FAILED
    };
    Cause::NoCredentials { code, why }
}

/// The error and everything it came from, outermost first.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

fn in_chain<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    causes(error).find_map(|error| error.downcast_ref::<T>())
}

/// The innermost reason, which says most: `Connection refused (os error 111)`.
fn deepest(error: &(dyn Error + 'static)) -> String {
    causes(error)
        .last()
        .map_or_else(String::new, |error| words::short(&error.to_string()))
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    for error in causes(error) {
        // One provider within another says the same again.
        if error.is::<CredentialsError>() {
            continue;
        }
        let text = error.to_string();
        if parts.last() != Some(&text) {
            parts.push(text);
        }
    }
    words::short(&parts.join(": "))
}

pub(crate) fn describe(call: ApiCall, cause: Cause) -> CloudError {
    let error = |kind, code: Option<String>, message: String, hint: Option<String>| CloudError {
        kind,
        operation: call.title(),
        code,
        message,
        hint,
        request_id: None,
        retry_after: None,
    };
    match cause {
        Cause::NoCredentials { code, why } => error(
            CloudErrorKind::Credentials,
            Some(code.to_owned()),
            format!("the credentials can't be used: {why}"),
            None,
        ),
        Cause::Unbuildable { why } => error(
            CloudErrorKind::Invalid,
            None,
            format!("the request could not be made: {why}"),
            None,
        ),
        Cause::NotSent { why } => {
            let hint = if why.contains("certificate") {
                "A company's proxy has an authority of its own: name its PEM file in AWS_CA_BUNDLE."
            } else {
                "Check the network, a proxy, and the region or endpoint of the environment."
            };
            error(
                CloudErrorKind::Transient,
                None,
                format!("could not connect to {}: {why}", call.service),
                Some(hint.to_owned()),
            )
        }
        Cause::Lost { why } => match call.effect {
            Effect::Read => error(CloudErrorKind::Transient, None, why, None),
            Effect::Write | Effect::Create => error(
                CloudErrorKind::OutcomeUnknown,
                None,
                format!("{why}, so it is not known whether it happened"),
                None,
            ),
        },
        Cause::Answered(answer) => answered(call, answer),
    }
}

fn answered(call: ApiCall, answer: Answer) -> CloudError {
    let said = answer.message.as_deref().unwrap_or_default();
    let kind = kind_of(call, answer.status, answer.code.as_deref());
    let words = words::explain(call, kind, answer.code.as_deref(), said);
    CloudError {
        kind: words.kind,
        operation: call.title(),
        message: words.message,
        hint: words.hint,
        code: answer.code,
        request_id: answer.request_id,
        retry_after: answer.retry_after,
    }
}

/// What a code means; where AWS gave none, what the status means.
fn kind_of(call: ApiCall, status: u16, code: Option<&str>) -> CloudErrorKind {
    use CloudErrorKind as Kind;
    let in_use = match call.effect {
        Effect::Create => Kind::AlreadyExists,
        Effect::Read | Effect::Write => Kind::Conflict,
    };
    match code.unwrap_or_default() {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "BandwidthLimitExceeded" => Kind::Throttled,

        "ResourceNotFoundException"
        | "NotFoundException"
        | "NoSuchEntity"
        | "NoSuchEntityException"
        | "RepositoryNotFoundException"
        | "LifecyclePolicyNotFoundException"
        | "ClusterNotFoundException"
        | "ServiceNotFoundException"
        | "ServiceNotActiveException"
        | "NamespaceNotFound"
        | "ServiceNotFound"
        | "ObjectNotFoundException"
        | "InvalidGroup.NotFound"
        | "InvalidGroupId.NotFound"
        | "ImageNotFoundException" => Kind::NotFound,

        "EntityAlreadyExists"
        | "EntityAlreadyExistsException"
        | "RepositoryAlreadyExistsException"
        | "InvalidGroup.Duplicate"
        | "NamespaceAlreadyExists"
        | "ServiceAlreadyExists"
        | "ResourceAlreadyExistsException" => Kind::AlreadyExists,

        // Both "it exists" and "it is being changed"; a creating call can only mean the first.
        "ResourceConflictException" | "ConflictException" => in_use,

        "ConcurrentModification"
        | "ConcurrentModificationException"
        | "OperationAbortedException"
        | "PreconditionFailedException"
        | "DeleteConflict"
        | "DeleteConflictException"
        | "ResourceInUseException"
        | "ResourceInUse"
        | "DependencyViolation"
        | "ClusterContainsServicesException"
        | "ClusterContainsTasksException"
        | "UpdateInProgressException"
        | "ConcurrentUpdateException"
        | "DuplicateRequest"
        | "ResourceNotReadyException"
        | "EntityTemporarilyUnmodifiable"
        | "EntityTemporarilyUnmodifiableException" => Kind::Conflict,

        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "ForbiddenException"
        | "Forbidden"
        | "OptInRequired"
        | "SubscriptionRequiredException"
        | "KMSAccessDeniedException" => Kind::AccessDenied,

        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidAccessKeyId"
        | "AuthFailure"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "RequestExpired"
        | "RequestTimeTooSkewed"
        | "InvalidToken" => Kind::Credentials,

        _ => match status {
            429 => Kind::Throttled,
            // The call may have been carried out before the failure.
            500.. => match call.effect {
                Effect::Read => Kind::Transient,
                Effect::Write | Effect::Create => Kind::OutcomeUnknown,
            },
            404 => Kind::NotFound,
            401 | 403 => Kind::AccessDenied,
            409 => in_use,
            408 => match call.effect {
                Effect::Read => Kind::Transient,
                Effect::Write | Effect::Create => Kind::OutcomeUnknown,
            },
            _ => Kind::Invalid,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, code: &str) -> Answer {
        Answer {
            status,
            code: (!code.is_empty()).then(|| code.to_owned()),
            ..Answer::default()
        }
    }

    fn kind(call: ApiCall, status: u16, code: &str) -> CloudErrorKind {
        describe(call, Cause::Answered(answer(status, code))).kind
    }

    const READ: ApiCall = ApiCall::read("lambda", "GetFunction");

    fn of(operation: Operation) -> ApiCall {
        ApiCall::of(operation).unwrap()
    }

    #[test]
    fn a_code_in_use_means_existing_only_to_a_create() {
        let create = of(Operation::CreateFunction);
        let update = of(Operation::UpdateFunctionCode);
        let code = "ResourceConflictException";
        assert_eq!(kind(create, 409, code), CloudErrorKind::AlreadyExists);
        assert_eq!(kind(update, 409, code), CloudErrorKind::Conflict);
        assert_eq!(
            kind(of(Operation::AddPermission), 409, code),
            CloudErrorKind::AlreadyExists
        );
        assert_eq!(
            kind(of(Operation::CreateRoute), 409, "ConflictException"),
            CloudErrorKind::AlreadyExists
        );
    }

    #[test]
    fn a_failure_of_the_service_leaves_a_write_open_and_a_read_repeatable() {
        for status in [500, 502, 503, 504] {
            assert_eq!(kind(READ, status, ""), CloudErrorKind::Transient);
            assert_eq!(
                kind(of(Operation::CreateApi), status, ""),
                CloudErrorKind::OutcomeUnknown
            );
            assert_eq!(
                kind(of(Operation::CreateApi), status, "ServiceException"),
                CloudErrorKind::OutcomeUnknown
            );
        }
        // A refusal to take the call in, whatever the status.
        assert_eq!(
            kind(of(Operation::CreateRole), 503, "Throttling"),
            CloudErrorKind::Throttled
        );
        assert_eq!(
            kind(of(Operation::CreateApi), 429, ""),
            CloudErrorKind::Throttled
        );
    }

    #[test]
    fn a_lost_reply_leaves_a_write_open_and_no_connection_does_not() {
        let create = of(Operation::CreateApi);
        let lost = Cause::Lost {
            why: "reset".into(),
        };
        assert_eq!(
            describe(create, lost.clone()).kind,
            CloudErrorKind::OutcomeUnknown
        );
        assert_eq!(describe(READ, lost).kind, CloudErrorKind::Transient);
        let unsent = Cause::NotSent {
            why: "refused".into(),
        };
        assert_eq!(describe(create, unsent).kind, CloudErrorKind::Transient);
    }

    #[test]
    fn not_found_is_told_by_every_service() {
        for code in [
            "ResourceNotFoundException",
            "NotFoundException",
            "NoSuchEntity",
            "RepositoryNotFoundException",
            "LifecyclePolicyNotFoundException",
            "ImageNotFoundException",
        ] {
            assert_eq!(kind(READ, 400, code), CloudErrorKind::NotFound, "{code}");
        }
    }

    #[test]
    fn codes_lose_their_wrapping() {
        assert_eq!(
            short_code("com.amazonaws.ecr#ImageNotFoundException"),
            "ImageNotFoundException"
        );
        assert_eq!(
            short_code("NotFoundException:http://x/"),
            "NotFoundException"
        );
    }

    #[test]
    fn every_create_and_no_other_call_counts_as_one() {
        for operation in [
            Operation::CreateApi,
            Operation::CreateStage,
            Operation::AddPermission,
        ] {
            assert_eq!(of(operation).effect, Effect::Create);
        }
        for operation in [
            Operation::PublishVersion,
            Operation::DeleteApi,
            Operation::TagRole,
        ] {
            assert_eq!(of(operation).effect, Effect::Write);
        }
        assert!(ApiCall::of(Operation::BuildImage).is_none());
    }
}
