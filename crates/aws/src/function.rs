//! Lambda functions from container images.

use crate::answer::{Answered, found, gone, known, mismatch, outputs, resolved, unbuildable};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use crate::tags;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types::{
    Architecture, Environment, EphemeralStorage, FunctionCode, FunctionCodeLocation,
    FunctionConfiguration, LoggingConfig, PackageType, VpcConfig, VpcConfigResponse,
};
use slipway_design::{Arch, names::CALLBACK};
use slipway_engine::port::Call;
use slipway_plan::{
    FunctionSpec, Observed, Operation, Outputs, ResourceAddr, ResourceKind, ResourceSpec, Scope,
    Text,
};
use std::collections::HashMap;

const GET: ApiCall = ApiCall::read("lambda", "GetFunction");
const LIST: ApiCall = ApiCall::read("lambda", "ListFunctions");
/// Lambda's default in MiB.
const STORAGE: i32 = 512;

/// Names of all functions that begin so. Lambda has no filter: every page is read.
pub(crate) async fn list(session: &Session, prefix: &str) -> Answered<Vec<String>> {
    let mut pages = session
        .read
        .lambda
        .list_functions()
        .into_paginator()
        .items()
        .send();
    let mut names = Vec::new();
    while let Some(function) = pages.next().await {
        let function = function.map_err(failed(LIST))?;
        names.extend(
            function
                .function_name
                .filter(|name| name.starts_with(prefix)),
        );
    }
    Ok(names)
}

/// The function, or with a qualifier the version behind an alias.
pub(crate) async fn get(
    session: &Session,
    name: &str,
    qualifier: Option<&str>,
) -> Answered<Option<GetFunctionOutput>> {
    found(
        session
            .read
            .lambda
            .get_function()
            .function_name(name)
            .set_qualifier(qualifier.map(str::to_owned))
            .send()
            .await
            .map_err(failed(GET)),
    )
}

/// Looks a function up by name; without an address it counts only when its tags give one.
pub(crate) async fn observe(
    session: &Session,
    scope: &Scope,
    addr: Option<&ResourceAddr>,
    name: &str,
) -> Answered<Option<Observed>> {
    let Some(answer) = get(session, name, None).await? else {
        return Ok(None);
    };
    let tags = tags::compared(answer.tags.clone().unwrap_or_default());
    let by_tag = tags::address(scope, ResourceKind::Function, &tags);
    let Some(addr) = addr.cloned().or(by_tag) else {
        return Ok(None);
    };
    let mut spec = spec_of(name, &answer);
    let arn = answer
        .configuration()
        .and_then(FunctionConfiguration::function_arn);
    let outputs = outputs([("arn", arn)]);
    let ownership = tags::ownership(scope, &addr, &tags);
    spec.tags = tags;
    Ok(Some(Observed {
        addr,
        spec: ResourceSpec::Function(spec),
        outputs,
        ownership,
        surplus: Vec::new(),
    }))
}

/// What a function, or one version of it, runs; without tags. What AWS leaves out has its
/// documented default.
pub(crate) fn spec_of(name: &str, answer: &GetFunctionOutput) -> FunctionSpec {
    let empty = FunctionConfiguration::builder().build();
    let has = answer.configuration().unwrap_or(&empty);
    FunctionSpec {
        name: name.to_owned(),
        description: has.description().unwrap_or_default().to_owned(),
        role: Text::from(has.role().unwrap_or_default()),
        image: Text::from(image(answer.code())),
        arch: if has.architectures().contains(&Architecture::Arm64) {
            Arch::Arm64
        } else {
            Arch::X86_64
        },
        memory: positive(has.memory_size().unwrap_or(128)),
        timeout: positive(has.timeout().unwrap_or(3)),
        ephemeral_storage: positive(
            has.ephemeral_storage()
                .map_or(STORAGE, EphemeralStorage::size),
        ),
        environment: variables(has)
            .filter(|(key, _)| !key.starts_with(CALLBACK))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        subnets: has
            .vpc_config()
            .map(VpcConfigResponse::subnet_ids)
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        security_groups: has
            .vpc_config()
            .map(VpcConfigResponse::security_group_ids)
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        concurrency: answer
            .concurrency()
            .and_then(|has| has.reserved_concurrent_executions())
            .and_then(|executions| u32::try_from(executions).ok()),
        callbacks: variables(has)
            .filter(|(key, _)| key.starts_with(CALLBACK))
            .map(|(key, value)| (key.clone(), Text::from(value.as_str())))
            .collect(),
        log_group: has
            .logging_config()
            .and_then(LoggingConfig::log_group)
            .map_or_else(|| format!("/aws/lambda/{name}"), str::to_owned),
        tags: slipway_plan::Tags::new(),
    }
}

/// The image as it was given: by digest, or by the tag that the design names.
fn image(code: Option<&FunctionCodeLocation>) -> &str {
    code.and_then(|code| code.image_uri().or_else(|| code.resolved_image_uri()))
        .unwrap_or_default()
}

fn positive(value: i32) -> u32 {
    u32::try_from(value).unwrap_or_default()
}

fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

fn architecture(arch: Arch) -> Architecture {
    match arch {
        Arch::Arm64 => Architecture::Arm64,
        Arch::X86_64 => Architecture::X8664,
    }
}

fn variables(has: &FunctionConfiguration) -> impl Iterator<Item = (&String, &String)> {
    has.environment()
        .and_then(|environment| environment.variables())
        .into_iter()
        .flatten()
}

fn environment(call: &Call<'_>, spec: &FunctionSpec) -> Answered<Environment> {
    let mut variables: HashMap<String, String> = spec.environment.clone().into_iter().collect();
    for (name, callback) in &spec.callbacks {
        variables.insert(name.clone(), resolved(call, callback)?.to_owned());
    }
    Ok(Environment::builder()
        .set_variables(Some(variables))
        .build())
}

fn logging(spec: &FunctionSpec) -> LoggingConfig {
    LoggingConfig::builder().log_group(&spec.log_group).build()
}

fn storage(spec: &FunctionSpec) -> Answered<EphemeralStorage> {
    EphemeralStorage::builder()
        .size(number(spec.ephemeral_storage))
        .build()
        .map_err(unbuildable("lambda:CreateFunction"))
}

/// The network to join. A function that leaves one is told so by empty lists; one that was in
/// none is told nothing, which needs no right to touch networks.
fn network(call: &Call<'_>, spec: &FunctionSpec) -> Option<VpcConfig> {
    let was_in_one = matches!(
        call.observed.map(|observed| &observed.spec),
        Some(ResourceSpec::Function(was)) if !was.subnets.is_empty()
    );
    if spec.subnets.is_empty() && !was_in_one {
        return None;
    }
    let config = VpcConfig::builder()
        .set_subnet_ids(Some(spec.subnets.iter().cloned().collect()))
        .set_security_group_ids(Some(spec.security_groups.iter().cloned().collect()));
    Some(config.build())
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &FunctionSpec,
) -> Answered<Outputs> {
    let lambda = &session.write.lambda;
    match call.operation {
        Operation::CreateFunction => {
            let code = FunctionCode::builder()
                .image_uri(resolved(call, &spec.image)?)
                .build();
            let answer = lambda
                .create_function()
                .function_name(&spec.name)
                .set_description(Some(spec.description.clone()).filter(|text| !text.is_empty()))
                .package_type(PackageType::Image)
                .code(code)
                .role(resolved(call, &spec.role)?)
                .architectures(architecture(spec.arch))
                .memory_size(number(spec.memory))
                .timeout(number(spec.timeout))
                .ephemeral_storage(storage(spec)?)
                .environment(environment(call, spec)?)
                .logging_config(logging(spec))
                .set_vpc_config(network(call, spec))
                .set_tags(Some(tags::created(&spec.tags, call)))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(outputs([("arn", answer.function_arn())]))
        }
        Operation::UpdateFunctionCode => {
            let answer = lambda
                .update_function_code()
                .function_name(&spec.name)
                .image_uri(resolved(call, &spec.image)?)
                .architectures(architecture(spec.arch))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(outputs([("arn", answer.function_arn())]))
        }
        Operation::UpdateFunctionConfiguration => {
            let answer = lambda
                .update_function_configuration()
                .function_name(&spec.name)
                .description(&spec.description)
                .role(resolved(call, &spec.role)?)
                .memory_size(number(spec.memory))
                .timeout(number(spec.timeout))
                .ephemeral_storage(storage(spec)?)
                .environment(environment(call, spec)?)
                .logging_config(logging(spec))
                .set_vpc_config(network(call, spec))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(outputs([("arn", answer.function_arn())]))
        }
        Operation::PutFunctionConcurrency => {
            lambda
                .put_function_concurrency()
                .function_name(&spec.name)
                .set_reserved_concurrent_executions(spec.concurrency.map(number))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::DeleteFunctionConcurrency => gone(
            lambda
                .delete_function_concurrency()
                .function_name(&spec.name)
                .send()
                .await
                .map_err(failed(api)),
        ),
        Operation::TagFunction => {
            lambda
                .tag_resource()
                .resource(known(call, "arn")?)
                .set_tags(Some(spec.tags.clone().into_iter().collect()))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::UntagFunction => {
            lambda
                .untag_resource()
                .resource(known(call, "arn")?)
                .set_tag_keys(Some(tags::stale(call, &spec.tags)))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        // With its versions, aliases and their policies.
        Operation::DeleteFunction => gone(
            lambda
                .delete_function()
                .function_name(&spec.name)
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

    fn answer(code: FunctionCodeLocation, has: FunctionConfiguration) -> GetFunctionOutput {
        GetFunctionOutput::builder()
            .code(code)
            .configuration(has)
            .build()
    }

    #[test]
    fn what_aws_leaves_out_has_its_default() {
        let code = FunctionCodeLocation::builder()
            .resolved_image_uri("r/shop/orders@sha256:aa")
            .build();
        let spec = spec_of(
            "shop-dev-orders",
            &answer(code, FunctionConfiguration::builder().build()),
        );
        assert_eq!(spec.image, Text::from("r/shop/orders@sha256:aa"));
        assert_eq!(
            (spec.memory, spec.timeout, spec.ephemeral_storage),
            (128, 3, 512)
        );
        assert_eq!(spec.arch, Arch::X86_64);
        assert_eq!(spec.log_group, "/aws/lambda/shop-dev-orders");
        assert!(spec.environment.is_empty());
    }

    #[test]
    fn what_aws_says_is_taken_as_it_is() {
        let code = FunctionCodeLocation::builder()
            .image_uri("host:5000/shop/orders@sha256:aa")
            .resolved_image_uri("elsewhere@sha256:aa")
            .build();
        let has = FunctionConfiguration::builder()
            .role("arn:aws:iam::1:role/r")
            .architectures(Architecture::Arm64)
            .memory_size(512)
            .timeout(10)
            .ephemeral_storage(EphemeralStorage::builder().size(1024).build().unwrap())
            .logging_config(LoggingConfig::builder().log_group("/g").build())
            .build();
        let spec = spec_of("f", &answer(code, has));
        assert_eq!(spec.image, Text::from("host:5000/shop/orders@sha256:aa"));
        assert_eq!(
            (spec.memory, spec.timeout, spec.ephemeral_storage),
            (512, 10, 1024)
        );
        assert_eq!(spec.arch, Arch::Arm64);
        assert_eq!(spec.log_group, "/g");
    }
}
