//! Who is signed in, and where the credentials came from.

use crate::answer::{Answered, lacking};
use crate::failure::{
    ApiCall, CREDENTIALS_NOT_FOUND, LOGIN_SESSION_ENDED, SSO_SESSION_ENDED, failed,
};
use crate::session::Session;
use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature as Feature;
use aws_credential_types::provider::ProvideCredentials as _;
use slipway_engine::port::{CloudError, CloudErrorKind, Identity};
use std::time::UNIX_EPOCH;

const GET_CALLER_IDENTITY: ApiCall = ApiCall::read("sts", "GetCallerIdentity");

pub(crate) async fn identity(session: &Session) -> Answered<Identity> {
    let caller = session
        .read
        .sts
        .get_caller_identity()
        .send()
        .await
        .map_err(failed(GET_CALLER_IDENTITY))?;
    let need = |value: Option<String>, field| {
        value.ok_or_else(|| lacking(&GET_CALLER_IDENTITY.title(), field))
    };
    let credentials = match &session.credentials {
        Some(provider) => provider.provide_credentials().await.ok(),
        None => None,
    };
    Ok(Identity {
        account: need(caller.account, "account")?,
        arn: need(caller.arn, "ARN")?,
        source: source(session, credentials.as_ref()),
        expires: credentials
            .as_ref()
            .and_then(Credentials::expiry)
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
            .map(|since| since.as_secs()),
    })
}

fn source(session: &Session, credentials: Option<&Credentials>) -> String {
    if session.options.emulator.is_some() {
        return "dummy keys of an emulator".to_owned();
    }
    let features = credentials
        .and_then(|credentials| credentials.get_property::<Vec<Feature>>())
        .map_or(&[][..], Vec::as_slice);
    in_words(features, &session.profile())
}

/// The SDK marks credentials with every provider that had a part in them.
fn in_words(features: &[Feature], profile: &str) -> String {
    let has = |feature| features.contains(&feature);
    if has(Feature::CredentialsEnvVars) {
        return "environment variables".to_owned();
    }
    if has(Feature::CredentialsHttp) {
        return "the container's credentials endpoint".to_owned();
    }
    if has(Feature::CredentialsImds) {
        return "the EC2 instance's role".to_owned();
    }
    if has(Feature::CredentialsEnvVarsStsWebIdToken) {
        return "a web identity token".to_owned();
    }
    let way = if has(Feature::CredentialsStsAssumeRole) {
        "assumed role"
    } else if has(Feature::CredentialsProfileStsWebIdToken) {
        "web identity"
    } else if has(Feature::CredentialsSso) || has(Feature::CredentialsProfileSso) {
        "SSO"
    } else if has(Feature::CredentialsProcess) || has(Feature::CredentialsProfileProcess) {
        "process"
    } else if has(Feature::CredentialsProfileLogin) || has(Feature::CredentialsLogin) {
        "aws login"
    } else if has(Feature::CredentialsProfile) {
        "keys"
    } else {
        return "the standard credential chain".to_owned();
    };
    format!("profile {profile} ({way})")
}

/// Adds to a failure for want of credentials what was looked at and how to sign in.
pub(crate) fn with_way_to_sign_in(session: &Session, mut error: CloudError) -> CloudError {
    if error.kind != CloudErrorKind::Credentials || error.hint.is_some() {
        return error;
    }
    let profile = session.profile();
    error.hint = Some(match error.code.as_deref() {
        Some(SSO_SESSION_ENDED) => {
            error.message = "the SSO session has ended, or was never begun".to_owned();
            format!("Run `aws sso login --profile {profile}`, then try again.")
        }
        Some(LOGIN_SESSION_ENDED) => {
            error.message = "the login session has ended, or was never begun".to_owned();
            format!("Run `aws login --profile {profile}`, then try again.")
        }
        Some(CREDENTIALS_NOT_FOUND) => {
            error.message = "no AWS credentials were found".to_owned();
            let looked = match &session.options.profile {
                Some(chosen) => {
                    format!(
                        "Looked at profile {chosen} in ~/.aws/config and ~/.aws/credentials: it is not there, or gives none."
                    )
                }
                None => format!(
                    "Looked at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, profile {profile} in \
                     ~/.aws/config and ~/.aws/credentials, a web identity token, and the container's \
                     and the instance's credentials."
                ),
            };
            format!(
                "{looked} Run `aws configure`, `aws login` or `aws sso login`, or choose another profile."
            )
        }
        Some("ExpiredToken" | "ExpiredTokenException") => format!(
            "Sign in again: `aws sso login --profile {profile}`, `aws login`, or fresh keys."
        ),
        _ => format!("Check profile {profile} in ~/.aws/config and sign in again."),
    });
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_said_in_words() {
        let words = |features: &[Feature]| in_words(features, "dev");
        assert_eq!(
            words(&[Feature::CredentialsSso, Feature::CredentialsProfile]),
            "profile dev (SSO)"
        );
        assert_eq!(
            words(&[
                Feature::CredentialsProfile,
                Feature::CredentialsStsAssumeRole
            ]),
            "profile dev (assumed role)"
        );
        assert_eq!(words(&[Feature::CredentialsProfile]), "profile dev (keys)");
        assert_eq!(
            words(&[Feature::CredentialsEnvVars]),
            "environment variables"
        );
        assert_eq!(words(&[]), "the standard credential chain");
    }
}
