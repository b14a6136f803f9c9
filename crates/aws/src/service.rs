//! Services of ECS on Fargate.

use crate::answer::{
    Answered, found, gone, known, mismatch, outputs, resolved, token, unbuildable,
};
use crate::cluster::{compared, sdk_tags, tag, untag};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use crate::tags;
use aws_sdk_ecs::types::{
    AssignPublicIp, AwsVpcConfiguration, CapacityProviderStrategyItem, DeploymentCircuitBreaker,
    DeploymentConfiguration, LaunchType, NetworkConfiguration, PropagateTags, Service,
    ServiceField, ServiceRegistry,
};
use slipway_engine::port::Call;
use slipway_plan::{
    Observed, Operation, Outputs, ResourceAddr, ResourceKind, ResourceSpec, Scope, ServiceSpec,
    Text,
};

const DESCRIBE: ApiCall = ApiCall::read("ecs", "DescribeServices");
const LIST: ApiCall = ApiCall::read("ecs", "ListServices");
const SPOT: &str = "FARGATE_SPOT";
/// What does not run any more and is shown for a while.
const INACTIVE: &str = "INACTIVE";
/// AWS's defaults of a rolling deployment, percent.
const MIN_HEALTHY: i32 = 100;
const MAX_HEALTHY: i32 = 200;

/// The service as it is described; one that is gone counts as not there, one that drains is there.
pub(crate) async fn describe(
    session: &Session,
    cluster: &str,
    name: &str,
) -> Answered<Option<Service>> {
    let answer = session
        .read
        .ecs
        .describe_services()
        .cluster(cluster)
        .services(name)
        .include(ServiceField::Tags)
        .send()
        .await
        .map_err(failed(DESCRIBE));
    Ok(found(answer)?
        .and_then(|answer| answer.services.unwrap_or_default().into_iter().next())
        .filter(|service| service.status() != Some(INACTIVE)))
}

/// Names of the services of a cluster.
pub(crate) async fn list(session: &Session, cluster: &str) -> Answered<Vec<String>> {
    let mut pages = session
        .read
        .ecs
        .list_services()
        .cluster(cluster)
        .into_paginator()
        .items()
        .send();
    let mut names = Vec::new();
    while let Some(arn) = pages.next().await {
        let Some(arn) = found(arn.map_err(failed(LIST)))? else {
            break;
        };
        names.extend(arn.rsplit_once('/').map(|(_, name)| name.to_owned()));
    }
    Ok(names)
}

/// Looks a service up by name; without an address it counts only when its tags give one.
pub(crate) async fn observe(
    session: &Session,
    scope: &Scope,
    addr: Option<&ResourceAddr>,
    cluster: &str,
    name: &str,
) -> Answered<Option<Observed>> {
    let Some(service) = describe(session, cluster, name).await? else {
        return Ok(None);
    };
    let tags = compared(service.tags());
    let by_tag = tags::address(scope, ResourceKind::Service, &tags);
    let Some(addr) = addr.cloned().or(by_tag) else {
        return Ok(None);
    };
    let mut spec = spec_of(cluster, &service);
    let ownership = tags::ownership(scope, &addr, &tags);
    spec.tags = tags;
    Ok(Some(Observed {
        outputs: outputs([("arn", service.service_arn())]),
        ownership,
        spec: ResourceSpec::Service(spec),
        addr,
        surplus: Vec::new(),
    }))
}

fn spec_of(cluster: &str, has: &Service) -> ServiceSpec {
    let count = u32::try_from(has.desired_count()).unwrap_or_default();
    let rollout = has.deployment_configuration();
    let percent = |value: Option<i32>, default: i32| {
        u32::try_from(value.unwrap_or(default)).unwrap_or_default()
    };
    let vpc = has
        .network_configuration()
        .and_then(NetworkConfiguration::awsvpc_configuration);
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort();
        list
    };
    ServiceSpec {
        name: has.service_name().unwrap_or_default().to_owned(),
        cluster: cluster.to_owned(),
        task_definition: Text::from(has.task_definition().unwrap_or_default()),
        count: Some(count),
        start: count,
        min_healthy: percent(
            rollout.and_then(DeploymentConfiguration::minimum_healthy_percent),
            MIN_HEALTHY,
        ),
        max_healthy: percent(
            rollout.and_then(DeploymentConfiguration::maximum_percent),
            MAX_HEALTHY,
        ),
        rollback: rollout
            .and_then(DeploymentConfiguration::deployment_circuit_breaker)
            .is_some_and(|breaker| breaker.enable() && breaker.rollback()),
        spot: has
            .capacity_provider_strategy()
            .iter()
            .any(|item| item.capacity_provider() == SPOT),
        exec: has.enable_execute_command(),
        subnets: sorted(vpc.map(AwsVpcConfiguration::subnets).unwrap_or_default()),
        security_groups: Text::from(
            vpc.map(AwsVpcConfiguration::security_groups)
                .unwrap_or_default()
                .join(", "),
        ),
        public_ip: vpc.and_then(AwsVpcConfiguration::assign_public_ip)
            == Some(&AssignPublicIp::Enabled),
        registry: Text::from(
            has.service_registries()
                .first()
                .map(registry_text)
                .unwrap_or_default(),
        ),
        tags: slipway_plan::Tags::new(),
    }
}

fn registry_text(registry: &ServiceRegistry) -> String {
    let arn = registry.registry_arn().unwrap_or_default();
    match registry.container_port().or(registry.port()) {
        Some(port) => format!("{arn}:{port}"),
        None => arn.to_owned(),
    }
}

fn network(call: &Call<'_>, spec: &ServiceSpec) -> Answered<NetworkConfiguration> {
    let groups = resolved(call, &spec.security_groups)?
        .split(", ")
        .map(str::to_owned)
        .collect();
    let vpc = AwsVpcConfiguration::builder()
        .set_subnets(Some(spec.subnets.clone()))
        .set_security_groups(Some(groups))
        .assign_public_ip(if spec.public_ip {
            AssignPublicIp::Enabled
        } else {
            AssignPublicIp::Disabled
        })
        .build()
        .map_err(unbuildable("ecs:CreateService"))?;
    Ok(NetworkConfiguration::builder()
        .awsvpc_configuration(vpc)
        .build())
}

fn rollout(spec: &ServiceSpec) -> DeploymentConfiguration {
    let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    DeploymentConfiguration::builder()
        .minimum_healthy_percent(number(spec.min_healthy))
        .maximum_percent(number(spec.max_healthy))
        .deployment_circuit_breaker(
            DeploymentCircuitBreaker::builder()
                .enable(spec.rollback)
                .rollback(spec.rollback)
                .build(),
        )
        .build()
}

/// With the name of the container that listens, as SRV records need it.
fn registry(call: &Call<'_>, spec: &ServiceSpec) -> Answered<Option<ServiceRegistry>> {
    const CONTAINER: &str = "main";
    let text = resolved(call, &spec.registry)?;
    let Some((arn, port)) = text.rsplit_once(':') else {
        return Ok(None);
    };
    let port: i32 = port.parse().map_err(|_| mismatch(call))?;
    Ok(Some(
        ServiceRegistry::builder()
            .registry_arn(arn)
            .container_name(CONTAINER)
            .container_port(port)
            .build(),
    ))
}

/// Spot is a capacity provider, which excludes a launch type.
fn spot() -> Answered<Vec<CapacityProviderStrategyItem>> {
    let item = CapacityProviderStrategyItem::builder()
        .capacity_provider(SPOT)
        .weight(1)
        .build()
        .map_err(unbuildable("ecs:CreateService"))?;
    Ok(vec![item])
}

/// On demand, said as a strategy: what `UpdateService` needs to leave Spot again.
fn on_demand() -> Answered<Vec<CapacityProviderStrategyItem>> {
    let item = CapacityProviderStrategyItem::builder()
        .capacity_provider("FARGATE")
        .weight(1)
        .build()
        .map_err(unbuildable("ecs:UpdateService"))?;
    Ok(vec![item])
}

/// Whether the plan saw another kind of capacity than the one that is wanted.
fn moves_capacity(call: &Call<'_>, spec: &ServiceSpec) -> bool {
    matches!(
        call.observed.map(|observed| &observed.spec),
        Some(ResourceSpec::Service(was)) if was.spot != spec.spot
    )
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &ServiceSpec,
) -> Answered<Outputs> {
    let ecs = &session.write.ecs;
    match call.operation {
        Operation::CreateService => {
            let mut request = ecs
                .create_service()
                .cluster(&spec.cluster)
                .service_name(&spec.name)
                .task_definition(resolved(call, &spec.task_definition)?)
                .desired_count(i32::try_from(spec.start).unwrap_or(i32::MAX))
                .network_configuration(network(call, spec)?)
                .deployment_configuration(rollout(spec))
                .enable_execute_command(spec.exec)
                .enable_ecs_managed_tags(true)
                .propagate_tags(PropagateTags::Service)
                .client_token(token(call))
                .set_tags(Some(sdk_tags(tags::created(&spec.tags, call))));
            if let Some(registry) = registry(call, spec)? {
                request = request.service_registries(registry);
            }
            request = if spec.spot {
                request.set_capacity_provider_strategy(Some(spot()?))
            } else {
                request.launch_type(LaunchType::Fargate)
            };
            let answer = request.send().await.map_err(failed(api))?;
            let arn = answer.service().and_then(Service::service_arn);
            Ok(outputs([("arn", arn)]))
        }
        Operation::UpdateService => {
            let registries = registry(call, spec)?.into_iter().collect();
            let mut request = ecs
                .update_service()
                .cluster(&spec.cluster)
                .service(&spec.name)
                .task_definition(resolved(call, &spec.task_definition)?)
                .set_desired_count(
                    spec.count
                        .map(|count| i32::try_from(count).unwrap_or(i32::MAX)),
                )
                .network_configuration(network(call, spec)?)
                .deployment_configuration(rollout(spec))
                .enable_execute_command(spec.exec)
                .set_service_registries(Some(registries));
            if moves_capacity(call, spec) {
                let strategy = if spec.spot { spot()? } else { on_demand()? };
                // AWS asks for a new deployment with a new strategy.
                request = request
                    .set_capacity_provider_strategy(Some(strategy))
                    .force_new_deployment(true);
            }
            request.send().await.map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::TagService => tag(session, api, known(call, "arn")?, &spec.tags).await,
        Operation::UntagService => {
            let keys = tags::stale(call, &spec.tags);
            untag(session, api, known(call, "arn")?, keys).await
        }
        // `force` scales to nothing first; what runs is drained.
        Operation::DeleteService => gone(
            ecs.delete_service()
                .cluster(&spec.cluster)
                .service(&spec.name)
                .force(true)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
