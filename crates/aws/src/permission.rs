//! Statements of an alias's resource policy.

use crate::answer::{Answered, found, gone, mismatch, resolved};
use crate::failure::{ApiCall, failed};
use crate::policy::{self, Grant};
use crate::session::Session;
use slipway_engine::port::Call;
use slipway_plan::{
    Observed, Operation, Outputs, Ownership, PermissionSpec, ResourceAddr, ResourceSpec, Text,
};

const GET: ApiCall = ApiCall::read("lambda", "GetPolicy");

/// All statements of an alias, in one call.
pub(crate) async fn list(
    session: &Session,
    function: &str,
    qualifier: &str,
) -> Answered<Vec<Grant>> {
    let answer = session
        .read
        .lambda
        .get_policy()
        .function_name(function)
        .qualifier(qualifier)
        .send()
        .await
        .map_err(failed(GET));
    Ok(found(answer)?
        .and_then(|answer| answer.policy)
        .map(|policy| policy::grants(&policy))
        .unwrap_or_default())
}

pub(crate) async fn observe(
    session: &Session,
    addr: &ResourceAddr,
    spec: &PermissionSpec,
) -> Answered<Option<Observed>> {
    let grants = list(session, &spec.function, &spec.qualifier).await?;
    Ok(grants
        .into_iter()
        .find(|grant| grant.id == spec.statement_id)
        .map(|grant| observed(addr, &spec.function, &spec.qualifier, grant)))
}

pub(crate) fn observed(
    addr: &ResourceAddr,
    function: &str,
    qualifier: &str,
    grant: Grant,
) -> Observed {
    Observed {
        addr: addr.clone(),
        spec: ResourceSpec::Permission(PermissionSpec {
            function: function.to_owned(),
            qualifier: qualifier.to_owned(),
            statement_id: grant.id,
            principal: grant.principal,
            source_arn: Text::Known(grant.source_arn),
        }),
        outputs: Outputs::new(),
        ownership: Ownership::Ours,
        surplus: Vec::new(),
    }
}

/// Id of the API in a source ARN, `arn:aws:execute-api:REGION:ACCOUNT:ID/STAGE/METHOD/PATH`.
pub(crate) fn api_in(source_arn: &str) -> Option<&str> {
    let mut parts = source_arn.splitn(6, ':');
    (parts.nth(2)? == "execute-api")
        .then(|| parts.nth(2)?.split('/').next())
        .flatten()
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &PermissionSpec,
) -> Answered<Outputs> {
    let lambda = &session.write.lambda;
    match call.operation {
        Operation::AddPermission => {
            lambda
                .add_permission()
                .function_name(&spec.function)
                .qualifier(&spec.qualifier)
                .statement_id(&spec.statement_id)
                .action("lambda:InvokeFunction")
                .principal(&spec.principal)
                .source_arn(resolved(call, &spec.source_arn)?)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::RemovePermission => gone(
            lambda
                .remove_permission()
                .function_name(&spec.function)
                .qualifier(&spec.qualifier)
                .statement_id(&spec.statement_id)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_read_from_the_source() {
        assert_eq!(
            api_in("arn:aws:execute-api:eu-west-1:123456789012:ab12/*/GET/orders"),
            Some("ab12")
        );
        assert_eq!(api_in("arn:aws:s3:::bucket"), None);
        assert_eq!(api_in(""), None);
    }
}
