//! The alias of a function and the version behind it.

use crate::answer::{Answered, gone, known, mismatch, outputs};
use crate::failure::{ApiCall, failed};
use crate::function;
use crate::role;
use crate::session::Session;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use slipway_engine::port::Call;
use slipway_plan::{
    AliasSpec, Observed, Operation, Outputs, Ownership, ResourceAddr, ResourceSpec, Scope,
};

/// One call tells the version behind the alias, its image and what it froze.
pub(crate) async fn observe(
    session: &Session,
    scope: &Scope,
    addr: &ResourceAddr,
    function: &str,
    alias: &str,
) -> Answered<Option<Observed>> {
    let answer = function::get(session, function, Some(alias)).await?;
    Ok(answer.map(|answer| observed(scope, addr, function, alias, &answer)))
}

fn observed(
    scope: &Scope,
    addr: &ResourceAddr,
    function: &str,
    alias: &str,
    answer: &GetFunctionOutput,
) -> Observed {
    let frozen = function::spec_of(function, answer);
    let role = role::name_in(frozen.role.known().unwrap_or_default()).to_owned();
    let version = answer
        .configuration()
        .and_then(|configuration| configuration.version());
    let arn = arn_of(scope, function, alias);
    Observed {
        addr: addr.clone(),
        spec: ResourceSpec::Alias(AliasSpec {
            function: function.to_owned(),
            name: alias.to_owned(),
            configuration: frozen.version_configuration(&role),
            callbacks: frozen.callbacks,
            image: frozen.image,
        }),
        outputs: outputs([("arn", Some(&arn)), ("version", version)]),
        ownership: Ownership::Ours,
        surplus: Vec::new(),
    }
}

/// An answer with a qualifier names the version in its ARN, not the alias.
fn arn_of(scope: &Scope, function: &str, alias: &str) -> String {
    format!(
        "arn:{}:lambda:{}:{}:function:{function}:{alias}",
        scope.partition, scope.region, scope.account
    )
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &AliasSpec,
) -> Answered<Outputs> {
    let lambda = &session.write.lambda;
    match call.operation {
        Operation::PublishVersion => {
            let answer = lambda
                .publish_version()
                .function_name(&spec.function)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(outputs([("version", answer.version())]))
        }
        Operation::CreateAlias => {
            let answer = lambda
                .create_alias()
                .function_name(&spec.function)
                .name(&spec.name)
                .function_version(known(call, "version")?)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(outputs([
                ("arn", answer.alias_arn()),
                ("version", answer.function_version()),
            ]))
        }
        Operation::UpdateAlias => {
            let answer = lambda
                .update_alias()
                .function_name(&spec.function)
                .name(&spec.name)
                .function_version(known(call, "version")?)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(outputs([
                ("arn", answer.alias_arn()),
                ("version", answer.function_version()),
            ]))
        }
        Operation::DeleteAlias => gone(
            lambda
                .delete_alias()
                .function_name(&spec.function)
                .name(&spec.name)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
