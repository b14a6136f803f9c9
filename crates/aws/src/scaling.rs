//! How many tasks a service has: Application Auto Scaling. Its targets and policies have no tags
//! of ours; they hang from the service that they name.

use crate::answer::{Answered, gone, mismatch};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use aws_sdk_applicationautoscaling::types::{
    MetricType, PolicyType, PredefinedMetricSpecification, ScalableDimension, ServiceNamespace,
    TargetTrackingScalingPolicyConfiguration,
};
use slipway_engine::port::Call;
use slipway_plan::{
    Observed, Operation, Outputs, Ownership, ResourceAddr, ResourceKind, ResourceSpec,
    ScalableTargetSpec, ScalingPolicySpec,
};

const TARGETS: ApiCall = ApiCall::read("application-autoscaling", "DescribeScalableTargets");
const POLICIES: ApiCall = ApiCall::read("application-autoscaling", "DescribeScalingPolicies");
const DIMENSION: ScalableDimension = ScalableDimension::EcsServiceDesiredCount;

/// The range and the policies of the services at these addresses, named `service/CLUSTER/NAME`.
pub(crate) async fn list(
    session: &Session,
    services: &[(ResourceAddr, String)],
) -> Answered<Vec<Observed>> {
    if services.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = targets(session, services).await?;
    for target in found.clone() {
        found.extend(policies(session, &target).await?);
    }
    Ok(found)
}

async fn targets(
    session: &Session,
    services: &[(ResourceAddr, String)],
) -> Answered<Vec<Observed>> {
    let ids = services.iter().map(|(_, id)| id.clone()).collect();
    let mut pages = session
        .read
        .scaling
        .describe_scalable_targets()
        .service_namespace(ServiceNamespace::Ecs)
        .set_resource_ids(Some(ids))
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(target) = pages.next().await {
        let target = target.map_err(failed(TARGETS))?;
        let Some((addr, resource)) = services.iter().find(|(_, id)| id == target.resource_id())
        else {
            continue;
        };
        found.push(Observed {
            addr: ResourceAddr::new(ResourceKind::ScalableTarget, addr.path.as_str()),
            spec: ResourceSpec::ScalableTarget(ScalableTargetSpec {
                resource: resource.clone(),
                min: u32::try_from(target.min_capacity()).unwrap_or_default(),
                max: u32::try_from(target.max_capacity()).unwrap_or_default(),
            }),
            outputs: Outputs::new(),
            ownership: Ownership::Ours,
            surplus: Vec::new(),
        });
    }
    Ok(found)
}

async fn policies(session: &Session, target: &Observed) -> Answered<Vec<Observed>> {
    let ResourceSpec::ScalableTarget(spec) = &target.spec else {
        return Ok(Vec::new());
    };
    let mut pages = session
        .read
        .scaling
        .describe_scaling_policies()
        .service_namespace(ServiceNamespace::Ecs)
        .resource_id(&spec.resource)
        .scalable_dimension(DIMENSION)
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(policy) = pages.next().await {
        let policy = policy.map_err(failed(POLICIES))?;
        let tracking = policy.target_tracking_scaling_policy_configuration();
        let metric = tracking
            .and_then(|it| it.predefined_metric_specification())
            .map(|it| it.predefined_metric_type().as_str().to_owned());
        found.push(Observed {
            addr: ResourceAddr::new(
                ResourceKind::ScalingPolicy,
                format!("{}/{}", target.addr.path, policy.policy_name()),
            ),
            spec: ResourceSpec::ScalingPolicy(ScalingPolicySpec {
                resource: spec.resource.clone(),
                name: policy.policy_name().to_owned(),
                metric: metric.unwrap_or_default(),
                target: percent(tracking.map_or(0.0, |it| it.target_value())),
            }),
            outputs: Outputs::new(),
            ownership: Ownership::Ours,
            surplus: Vec::new(),
        });
    }
    Ok(found)
}

/// A whole percent; what was set to a fraction by hand differs from every whole one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value was found to be a whole number of at most a hundred"
)]
fn percent(value: f64) -> u32 {
    if value.fract() == 0.0 && (0.0..=100.0).contains(&value) {
        value as u32
    } else {
        u32::MAX
    }
}

pub(crate) async fn call(session: &Session, api: ApiCall, call: &Call<'_>) -> Answered<Outputs> {
    let scaling = &session.write.scaling;
    match (call.operation, call.spec) {
        (Operation::RegisterScalableTarget, ResourceSpec::ScalableTarget(spec)) => {
            scaling
                .register_scalable_target()
                .service_namespace(ServiceNamespace::Ecs)
                .resource_id(&spec.resource)
                .scalable_dimension(DIMENSION)
                .min_capacity(i32::try_from(spec.min).unwrap_or(i32::MAX))
                .max_capacity(i32::try_from(spec.max).unwrap_or(i32::MAX))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        (Operation::DeregisterScalableTarget, ResourceSpec::ScalableTarget(spec)) => gone(
            scaling
                .deregister_scalable_target()
                .service_namespace(ServiceNamespace::Ecs)
                .resource_id(&spec.resource)
                .scalable_dimension(DIMENSION)
                .send()
                .await
                .map_err(failed(api)),
        ),
        (Operation::PutScalingPolicy, ResourceSpec::ScalingPolicy(spec)) => {
            let metric = PredefinedMetricSpecification::builder()
                .predefined_metric_type(MetricType::from(spec.metric.as_str()))
                .build()
                .map_err(crate::answer::unbuildable(
                    "application-autoscaling:PutScalingPolicy",
                ))?;
            let tracking = TargetTrackingScalingPolicyConfiguration::builder()
                .target_value(f64::from(spec.target))
                .predefined_metric_specification(metric)
                .build()
                .map_err(crate::answer::unbuildable(
                    "application-autoscaling:PutScalingPolicy",
                ))?;
            scaling
                .put_scaling_policy()
                .policy_name(&spec.name)
                .service_namespace(ServiceNamespace::Ecs)
                .resource_id(&spec.resource)
                .scalable_dimension(DIMENSION)
                .policy_type(PolicyType::TargetTrackingScaling)
                .target_tracking_scaling_policy_configuration(tracking)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        (Operation::DeleteScalingPolicy, ResourceSpec::ScalingPolicy(spec)) => gone(
            scaling
                .delete_scaling_policy()
                .policy_name(&spec.name)
                .service_namespace(ServiceNamespace::Ecs)
                .resource_id(&spec.resource)
                .scalable_dimension(DIMENSION)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
