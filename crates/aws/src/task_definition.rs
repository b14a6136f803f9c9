//! Task definitions of ECS. A revision never changes; the newest of a family counts.

use crate::answer::{Answered, gone, known, mismatch, outputs, resolved, unbuildable};
use crate::cluster::{compared, sdk_tags};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use crate::tags;
use aws_sdk_ecs::types::{
    Compatibility, ContainerDefinition, CpuArchitecture, EphemeralStorage, HealthCheck,
    KeyValuePair, LogConfiguration, LogDriver, NetworkMode, OsFamily, PortMapping, RuntimePlatform,
    Secret, SortOrder, TaskDefinition, TaskDefinitionField, TaskDefinitionStatus,
    TransportProtocol,
};
use slipway_design::Arch;
use slipway_engine::port::Call;
use slipway_plan::{
    HealthCheckSpec, Observed, Operation, Outputs, ResourceAddr, ResourceKind, ResourceSpec, Scope,
    TaskDefinitionSpec, Text,
};

const LIST: ApiCall = ApiCall::read("ecs", "ListTaskDefinitions");
const DESCRIBE: ApiCall = ApiCall::read("ecs", "DescribeTaskDefinition");
/// GiB that a task has without asking: "Fargate task ephemeral storage for Amazon ECS".
const STORAGE: u32 = 20;
const GROUP: &str = "awslogs-group";

/// The newest active revision of the family; those before it are surplus, if they are ours.
pub(crate) async fn observe(
    session: &Session,
    scope: &Scope,
    addr: Option<&ResourceAddr>,
    family: &str,
) -> Answered<Option<Observed>> {
    let mut pages = session
        .read
        .ecs
        .list_task_definitions()
        .family_prefix(family)
        .status(TaskDefinitionStatus::Active)
        .sort(SortOrder::Desc)
        .into_paginator()
        .items()
        .send();
    let mut arns = Vec::new();
    while let Some(arn) = pages.next().await {
        arns.push(arn.map_err(failed(LIST))?);
    }
    // The filter is of whole families on AWS, of prefixes on an emulator.
    arns.retain(|arn| family_of(arn) == Some(family));
    arns.sort_by_key(|arn| std::cmp::Reverse(revision_of(arn)));
    let mut newest: Option<Observed> = None;
    for arn in arns {
        let Some(observed) = look(session, scope, addr, &arn).await? else {
            continue;
        };
        match &mut newest {
            Some(newest) if newest.ownership == observed.ownership => newest.surplus.push(arn),
            Some(_) => {}
            None => newest = Some(observed),
        }
    }
    Ok(newest.map(|mut newest| {
        if newest.ownership != slipway_plan::Ownership::Ours {
            newest.surplus.clear();
        }
        newest
    }))
}

/// `arn:…:task-definition/FAMILY:REVISION`
fn family_of(arn: &str) -> Option<&str> {
    Some(arn.rsplit_once('/')?.1.rsplit_once(':')?.0)
}

fn revision_of(arn: &str) -> u64 {
    arn.rsplit_once(':')
        .and_then(|(_, revision)| revision.parse().ok())
        .unwrap_or_default()
}

async fn look(
    session: &Session,
    scope: &Scope,
    addr: Option<&ResourceAddr>,
    arn: &str,
) -> Answered<Option<Observed>> {
    let answer = session
        .read
        .ecs
        .describe_task_definition()
        .task_definition(arn)
        .include(TaskDefinitionField::Tags)
        .send()
        .await
        .map_err(failed(DESCRIBE))?;
    let tags = compared(answer.tags());
    let by_tag = tags::address(scope, ResourceKind::TaskDefinition, &tags);
    let (Some(addr), Some(definition)) = (addr.cloned().or(by_tag), answer.task_definition())
    else {
        return Ok(None);
    };
    let mut spec = spec_of(definition);
    let ownership = tags::ownership(scope, &addr, &tags);
    spec.tags = tags;
    Ok(Some(Observed {
        outputs: outputs([("arn", Some(arn))]),
        ownership,
        spec: ResourceSpec::TaskDefinition(spec),
        addr,
        surplus: Vec::new(),
    }))
}

fn spec_of(has: &TaskDefinition) -> TaskDefinitionSpec {
    let empty = ContainerDefinition::builder().build();
    let main = has.container_definitions().first().unwrap_or(&empty);
    let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).unwrap_or_default();
    let arm = has
        .runtime_platform()
        .and_then(RuntimePlatform::cpu_architecture)
        .is_some_and(|arch| *arch == CpuArchitecture::Arm64);
    TaskDefinitionSpec {
        family: has.family().unwrap_or_default().to_owned(),
        cpu: number(has.cpu()),
        memory: number(has.memory()),
        arch: if arm { Arch::Arm64 } else { Arch::X86_64 },
        ephemeral_storage: has
            .ephemeral_storage()
            .and_then(|it| u32::try_from(it.size_in_gib()).ok())
            .unwrap_or(STORAGE),
        execution_role: Text::from(has.execution_role_arn().unwrap_or_default()),
        task_role: Text::from(has.task_role_arn().unwrap_or_default()),
        container: main.name().unwrap_or_default().to_owned(),
        image: Text::from(main.image().unwrap_or_default()),
        port: main
            .port_mappings()
            .first()
            .and_then(PortMapping::container_port)
            .and_then(|port| u16::try_from(port).ok()),
        command: main.command().to_vec(),
        entrypoint: main.entry_point().to_vec(),
        environment: main
            .environment()
            .iter()
            .filter_map(|pair| {
                Some((
                    pair.name()?.to_owned(),
                    pair.value().unwrap_or_default().to_owned(),
                ))
            })
            .collect(),
        secrets: main
            .secrets()
            .iter()
            .map(|secret| (secret.name().to_owned(), secret.value_from().to_owned()))
            .collect(),
        health: main.health_check().map(health_of),
        log_group: main
            .log_configuration()
            .and_then(LogConfiguration::options)
            .and_then(|options| options.get(GROUP))
            .cloned()
            .unwrap_or_default(),
        tags: slipway_plan::Tags::new(),
    }
}

/// What AWS leaves out has its documented default ("HealthCheck" in the ECS API reference).
fn health_of(has: &HealthCheck) -> HealthCheckSpec {
    let seconds = |value: Option<i32>, default| {
        value
            .and_then(|it| u32::try_from(it).ok())
            .unwrap_or(default)
    };
    HealthCheckSpec {
        command: has.command().to_vec(),
        interval: seconds(has.interval(), 30),
        timeout: seconds(has.timeout(), 5),
        retries: seconds(has.retries(), 3),
        start_period: seconds(has.start_period(), 0),
    }
}

fn container(
    session: &Session,
    call: &Call<'_>,
    spec: &TaskDefinitionSpec,
) -> Answered<ContainerDefinition> {
    const OPERATION: &str = "ecs:RegisterTaskDefinition";
    let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    let some = |list: &Vec<String>| Some(list.clone()).filter(|list| !list.is_empty());
    let logs = LogConfiguration::builder()
        .log_driver(LogDriver::Awslogs)
        .options(GROUP, &spec.log_group)
        .options("awslogs-region", &session.options.region)
        .options("awslogs-stream-prefix", "task")
        .build()
        .map_err(unbuildable(OPERATION))?;
    let mut container = ContainerDefinition::builder()
        .name(&spec.container)
        .image(resolved(call, &spec.image)?)
        .essential(true)
        .set_command(some(&spec.command))
        .set_entry_point(some(&spec.entrypoint))
        .log_configuration(logs);
    if let Some(port) = spec.port {
        container = container.port_mappings(
            PortMapping::builder()
                .container_port(i32::from(port))
                .protocol(TransportProtocol::Tcp)
                .build(),
        );
    }
    for (name, value) in &spec.environment {
        container = container.environment(KeyValuePair::builder().name(name).value(value).build());
    }
    for (name, arn) in &spec.secrets {
        container = container.secrets(
            Secret::builder()
                .name(name)
                .value_from(arn)
                .build()
                .map_err(unbuildable(OPERATION))?,
        );
    }
    if let Some(health) = &spec.health {
        container = container.health_check(
            HealthCheck::builder()
                .set_command(Some(health.command.clone()))
                .interval(number(health.interval))
                .timeout(number(health.timeout))
                .retries(number(health.retries))
                .start_period(number(health.start_period))
                .build()
                .map_err(unbuildable(OPERATION))?,
        );
    }
    Ok(container.build())
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &TaskDefinitionSpec,
) -> Answered<Outputs> {
    let ecs = &session.write.ecs;
    match call.operation {
        Operation::RegisterTaskDefinition => {
            // Twenty is what a task has, and below what may be asked for.
            let storage = (spec.ephemeral_storage > STORAGE).then(|| {
                EphemeralStorage::builder()
                    .size_in_gib(i32::try_from(spec.ephemeral_storage).unwrap_or(i32::MAX))
                    .build()
            });
            let platform = RuntimePlatform::builder()
                .cpu_architecture(match spec.arch {
                    Arch::Arm64 => CpuArchitecture::Arm64,
                    Arch::X86_64 => CpuArchitecture::X8664,
                })
                .operating_system_family(OsFamily::Linux)
                .build();
            let answer = ecs
                .register_task_definition()
                .family(&spec.family)
                .requires_compatibilities(Compatibility::Fargate)
                .network_mode(NetworkMode::Awsvpc)
                .cpu(spec.cpu.to_string())
                .memory(spec.memory.to_string())
                .runtime_platform(platform)
                .set_ephemeral_storage(storage)
                .execution_role_arn(resolved(call, &spec.execution_role)?)
                .task_role_arn(resolved(call, &spec.task_role)?)
                .container_definitions(container(session, call, spec)?)
                .set_tags(Some(sdk_tags(tags::created(&spec.tags, call))))
                .send()
                .await
                .map_err(failed(api))?;
            let arn = answer
                .task_definition()
                .and_then(TaskDefinition::task_definition_arn);
            Ok(outputs([("arn", arn)]))
        }
        Operation::DeregisterTaskDefinition => {
            // A copy is named by its `id`, which is the ARN of its revision.
            let arn = match call.outputs.get("id") {
                Some(copy) => copy.as_str(),
                None => known(call, "arn")?,
            };
            gone(
                ecs.deregister_task_definition()
                    .task_definition(arn)
                    .send()
                    .await
                    .map_err(failed(api)),
            )
        }
        _ => Err(mismatch(call)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_told_apart() {
        let arn = "arn:aws:ecs:eu-west-1:1:task-definition/shop-dev-web:12";
        assert_eq!(family_of(arn), Some("shop-dev-web"));
        assert_eq!(revision_of(arn), 12);
    }

    #[test]
    fn what_aws_leaves_out_has_its_default() {
        let health = HealthCheck::builder()
            .command("CMD")
            .command("/health")
            .build()
            .unwrap();
        let definition = TaskDefinition::builder()
            .family("f")
            .cpu("256")
            .memory("512")
            .container_definitions(
                ContainerDefinition::builder()
                    .name("main")
                    .health_check(health)
                    .build(),
            )
            .build();
        let spec = spec_of(&definition);
        assert_eq!(
            (spec.cpu, spec.memory, spec.ephemeral_storage),
            (256, 512, 20)
        );
        assert_eq!(spec.arch, Arch::X86_64);
        let health = spec.health.unwrap();
        assert_eq!(
            (
                health.interval,
                health.timeout,
                health.retries,
                health.start_period
            ),
            (30, 5, 3, 0)
        );
    }
}
