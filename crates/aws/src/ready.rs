//! Whether a resource can be used yet, asked once.

use crate::answer::{Answered, found};
use crate::deployment;
use crate::failure::{ApiCall, failed, invalid};
use crate::session::Session;
use crate::{namespace, service_ready, vpc_link};
use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput;
use aws_sdk_lambda::types::{LastUpdateStatus, State};
use slipway_engine::port::{CloudError, CloudErrorKind, Readiness};
use slipway_plan::{ResourceAddr, ResourceSpec, Scope, StageSpec};

const GET: ApiCall = ApiCall::read("lambda", "GetFunctionConfiguration");
const GET_STAGE: ApiCall = ApiCall::read("apigateway", "GetStage");

/// A function, and the version behind an alias, become active some time after the call that
/// made them; a stage serves what changed when it has deployed it, a deployment is made in the
/// background, and so are a namespace, a VPC link and a rollout of a service; all else can be used
/// at once.
pub(crate) async fn ready(
    session: &Session,
    scope: &Scope,
    addr: &ResourceAddr,
    spec: &ResourceSpec,
) -> Answered<Readiness> {
    match spec {
        ResourceSpec::Function(spec) => function(session, &spec.name, None).await,
        ResourceSpec::Alias(spec) => function(session, &spec.function, Some(&spec.name)).await,
        ResourceSpec::Stage(spec) => stage(session, spec).await,
        ResourceSpec::Deployment(spec) => deployment::ready(session, spec).await,
        ResourceSpec::Namespace(spec) => namespace::ready(session, scope, addr, spec).await,
        ResourceSpec::VpcLink(_) => vpc_link::ready(session, scope, addr).await,
        ResourceSpec::Service(spec) => service_ready::ready(session, spec).await,
        _ => Ok(Readiness::ready()),
    }
}

async fn stage(session: &Session, spec: &StageSpec) -> Answered<Readiness> {
    let api = spec.api.expect_known().map_err(|unresolved| {
        invalid(
            &GET_STAGE.title(),
            unresolved.to_string(),
            "Make a new plan: it looks at what is there.",
        )
    })?;
    session.gateway_reads.admit().await;
    let answer = session
        .read
        .gateway
        .get_stage()
        .api_id(api)
        .stage_name(&spec.name)
        .send()
        .await
        .map_err(failed(GET_STAGE));
    Ok(found(answer)?
        .filter(|stage| has_deployed(stage.last_deployment_status_message()))
        .map_or_else(Readiness::not_yet, |_| Readiness::ready()))
}

/// The service says it in words only. A failure (there is no route yet) may be one of before,
/// and the next change makes it try again: so it counts as not yet.
fn has_deployed(said: Option<&str>) -> bool {
    said.is_none_or(|said| !said.to_lowercase().contains("failed"))
}

async fn function(session: &Session, name: &str, qualifier: Option<&str>) -> Answered<Readiness> {
    let answer = session
        .read
        .lambda
        .get_function_configuration()
        .function_name(name)
        .set_qualifier(qualifier.map(str::to_owned))
        .send()
        .await
        .map_err(failed(GET));
    // Just made, and not yet seen by every part of the service.
    let Some(answer) = found(answer)? else {
        return Ok(Readiness::not_yet());
    };
    judge(&answer)
}

fn judge(has: &GetFunctionConfigurationOutput) -> Answered<Readiness> {
    match has.state() {
        Some(State::Failed) => {
            let code = has.state_reason_code().map(|code| code.as_str());
            return Err(broken("could not be set up", code, has.state_reason()));
        }
        Some(State::Pending) => return Ok(Readiness::not_yet()),
        // `Inactive` wakes at the next call.
        _ => {}
    }
    match has.last_update_status() {
        Some(LastUpdateStatus::Failed) => {
            let code = has
                .last_update_status_reason_code()
                .map(|code| code.as_str());
            Err(broken(
                "could not be updated",
                code,
                has.last_update_status_reason(),
            ))
        }
        Some(LastUpdateStatus::InProgress) => Ok(Readiness::not_yet()),
        _ => Ok(Readiness::ready()),
    }
}

fn broken(what: &str, code: Option<&str>, said: Option<&str>) -> CloudError {
    let (why, hint) = reason(code.unwrap_or_default());
    let why = match (why, said) {
        (Some(why), _) => why.to_owned(),
        (None, Some(said)) if !said.trim().is_empty() => crate::words::short(said),
        (None, _) => "AWS gave no reason".to_owned(),
    };
    CloudError {
        kind: CloudErrorKind::Failed,
        operation: GET.title(),
        code: code.map(str::to_owned),
        message: format!("the function {what}: {why}"),
        hint: hint.map(str::to_owned),
        request_id: None,
        retry_after: None,
    }
}

/// A reason code of Lambda in plain words, with what to do.
fn reason(code: &str) -> (Option<&'static str>, Option<&'static str>) {
    let (why, hint) = match code {
        "ImageAccessDenied" => (
            "Lambda may not read the image",
            "The repository must be in the same account and region, or have a policy that lets lambda.amazonaws.com pull.",
        ),
        "ImageDeleted" => (
            "the image is no longer in the repository",
            "Deploy again: it is built and pushed anew. A lifecycle rule of the repository may have removed it.",
        ),
        "InvalidImage" => (
            "Lambda can't use the image",
            "It must be a Linux image for the function's architecture with the Lambda Runtime API, at most 10 GB unpacked.",
        ),
        "FunctionError.InvalidEntryPoint" => (
            "the image's entry point can't be started",
            "Check ENTRYPOINT and CMD of the Dockerfile, that the file is executable, and that it is built for the function's architecture.",
        ),
        "FunctionError.InvalidWorkingDirectory" => (
            "the image's working directory does not exist",
            "Check WORKDIR of the Dockerfile.",
        ),
        "FunctionError.PermissionDenied" => (
            "the program may not be read or run by an ordinary user",
            "Give the files of the image read and execute rights for everyone.",
        ),
        "FunctionError.InitTimeout" => (
            "it did not start in time",
            "Do less before the first event is fetched, or give the function more memory.",
        ),
        "FunctionError.RuntimeInitError" | "FunctionError" => {
            ("it failed while it started", "Its log group says why.")
        }
        "FunctionError.ExtensionInitError" | "FunctionError.TooManyExtensions" => (
            "a Lambda extension in the image failed to start",
            "Check the programs in /opt/extensions of the image.",
        ),
        "FunctionError.InitResourceExhausted" => (
            "it ran out of memory or disk while it started",
            "Give the function more memory or a larger /tmp.",
        ),
        "InsufficientRolePermissions" => (
            "its role lacks rights that Lambda needs",
            "A function in a VPC needs ec2:CreateNetworkInterface, ec2:DescribeNetworkInterfaces and ec2:DeleteNetworkInterface.",
        ),
        "EniLimitExceeded" => (
            "the account has no network interface left",
            "Raise the quota of network interfaces in Service Quotas, or delete some.",
        ),
        "SubnetOutOfIPAddresses" => (
            "a subnet has no address left",
            "Use larger subnets, or more of them.",
        ),
        "InvalidSubnet" => (
            "a subnet does not exist",
            "Check the environment's subnets.",
        ),
        "InvalidSecurityGroup" => (
            "a security group does not exist",
            "Check the environment's security groups.",
        ),
        "DisabledKMSKey" | "InvalidStateKMSKey" | "KMSKeyAccessDenied" | "KMSKeyNotFound" => (
            "the KMS key of its environment variables can't be used",
            "Enable the key, and let the function's role use it.",
        ),
        _ => return (None, None),
    };
    (Some(why), Some(hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_lambda::types::{LastUpdateStatusReasonCode, StateReasonCode};

    type Answer = GetFunctionConfigurationOutput;

    #[test]
    fn it_is_ready_when_active_and_updated() {
        let ready = Answer::builder()
            .state(State::Active)
            .last_update_status(LastUpdateStatus::Successful)
            .build();
        assert!(judge(&ready).unwrap() == Readiness::ready());
        let pending = Answer::builder().state(State::Pending).build();
        assert!(judge(&pending).unwrap() == Readiness::not_yet());
        let updating = Answer::builder()
            .state(State::Active)
            .last_update_status(LastUpdateStatus::InProgress)
            .build();
        assert!(judge(&updating).unwrap() == Readiness::not_yet());
    }

    #[test]
    fn a_stage_is_ready_when_its_last_deployment_did_not_fail() {
        assert!(has_deployed(None));
        assert!(has_deployed(Some(
            "Successfully deployed stage with deployment ID 'ab12'"
        )));
        assert!(!has_deployed(Some(
            "Deployment attempt failed: Unable to deploy API because no routes exist in this API"
        )));
    }

    #[test]
    fn a_failure_is_said_in_words() {
        let failed = Answer::builder()
            .state(State::Failed)
            .state_reason_code(StateReasonCode::FunctionErrorInvalidEntryPoint)
            .build();
        let error = judge(&failed).unwrap_err();
        assert_eq!(error.kind, CloudErrorKind::Failed);
        assert!(error.message.contains("entry point"), "{error}");
        assert!(error.hint.unwrap().contains("ENTRYPOINT"));

        let failed = Answer::builder()
            .state(State::Active)
            .last_update_status(LastUpdateStatus::Failed)
            .last_update_status_reason_code(LastUpdateStatusReasonCode::ImageDeleted)
            .build();
        assert!(judge(&failed).unwrap_err().message.contains("no longer"));

        let unknown = Answer::builder()
            .state(State::Failed)
            .state_reason("The moon.")
            .build();
        assert!(judge(&unknown).unwrap_err().message.contains("The moon."));
    }

    /// The codes are matched by their text on the wire: each must be one that the SDK knows.
    #[test]
    fn every_explained_code_is_one_of_lambda() {
        for code in StateReasonCode::values() {
            let known = StateReasonCode::from(*code);
            assert_eq!(known.as_str(), *code);
        }
        let explained = [
            "ImageAccessDenied",
            "ImageDeleted",
            "InvalidImage",
            "FunctionError.InvalidEntryPoint",
            "FunctionError.InvalidWorkingDirectory",
            "FunctionError.PermissionDenied",
            "FunctionError.InitTimeout",
            "FunctionError.RuntimeInitError",
            "FunctionError",
            "FunctionError.ExtensionInitError",
            "FunctionError.TooManyExtensions",
            "FunctionError.InitResourceExhausted",
            "InsufficientRolePermissions",
            "EniLimitExceeded",
            "SubnetOutOfIPAddresses",
            "InvalidSubnet",
            "InvalidSecurityGroup",
            "DisabledKMSKey",
            "InvalidStateKMSKey",
            "KMSKeyAccessDenied",
            "KMSKeyNotFound",
        ];
        for code in explained {
            assert!(StateReasonCode::values().contains(&code), "{code}");
            assert!(reason(code).0.is_some(), "{code}");
        }
    }
}
