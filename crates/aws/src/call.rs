//! Sends an operation to the module of its resource kind.

use crate::answer::{Answered, lacking, mismatch};
use crate::failure::ApiCall;
use crate::session::Session;
use crate::{
    alias, api, authorizer, cluster, deployment, discovery, function, integration, log_group,
    namespace, permission, policy_attachment, repository, role, role_policy, route, route_response,
    scaling, security_group, service, stage, task_definition, vpc_link,
};
use slipway_engine::port::Call;
use slipway_plan::{Operation, Outputs, ResourceSpec};

/// The module of the spec's kind decides whether the operation is one of its own.
pub(crate) async fn call(session: &Session, call: &Call<'_>) -> Answered<Outputs> {
    let Some(api) = ApiCall::of(call.operation) else {
        return Err(mismatch(call));
    };
    let made = match call.spec {
        ResourceSpec::Repository(spec) => repository::call(session, api, call, spec).await,
        ResourceSpec::LogGroup(spec) => log_group::call(session, api, call, spec).await,
        ResourceSpec::Role(spec) => role::call(session, api, call, spec).await,
        ResourceSpec::RolePolicy(spec) => role_policy::call(session, api, call, spec).await,
        ResourceSpec::PolicyAttachment(spec) => {
            policy_attachment::call(session, api, call, spec).await
        }
        ResourceSpec::Function(spec) => function::call(session, api, call, spec).await,
        ResourceSpec::Alias(spec) => alias::call(session, api, call, spec).await,
        ResourceSpec::Api(spec) => api::call(session, api, call, spec).await,
        ResourceSpec::Integration(spec) => integration::call(session, api, call, spec).await,
        ResourceSpec::Authorizer(spec) => authorizer::call(session, api, call, spec).await,
        ResourceSpec::Route(spec) => route::call(session, api, call, spec).await,
        ResourceSpec::RouteResponse(spec) => route_response::call(session, api, call, spec).await,
        ResourceSpec::Deployment(spec) => deployment::call(session, api, call, spec).await,
        ResourceSpec::Stage(spec) => stage::call(session, api, call, spec).await,
        ResourceSpec::Permission(spec) => permission::call(session, api, call, spec).await,
        ResourceSpec::Cluster(spec) => cluster::call(session, api, call, spec).await,
        ResourceSpec::SecurityGroup(spec) => security_group::call(session, api, call, spec).await,
        ResourceSpec::Namespace(spec) => namespace::call(session, api, call, spec).await,
        ResourceSpec::Discovery(spec) => discovery::call(session, api, call, spec).await,
        ResourceSpec::VpcLink(spec) => vpc_link::call(session, api, call, spec).await,
        ResourceSpec::TaskDefinition(spec) => task_definition::call(session, api, call, spec).await,
        ResourceSpec::Service(spec) => service::call(session, api, call, spec).await,
        ResourceSpec::ScalableTarget(_) | ResourceSpec::ScalingPolicy(_) => {
            scaling::call(session, api, call).await
        }
        // Images are pushed by Docker and go with their repository.
        ResourceSpec::Image(_) => Err(mismatch(call)),
    }?;
    match told(call.operation).filter(|name| !made.contains_key(*name)) {
        // An answer without a body reads as one in which nothing is said.
        Some(name) => Err(lacking(&api.title(), name)),
        None => Ok(made),
    }
}

/// The output that the answer to a call must tell, where later calls need it. It may have been
/// carried out all the same.
fn told(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::CreateRepository => Some("uri"),
        Operation::CreateRole
        | Operation::CreateFunction
        | Operation::CreateAlias
        | Operation::CreateCluster
        | Operation::RegisterTaskDefinition
        | Operation::CreateService => Some("arn"),
        Operation::PublishVersion => Some("version"),
        _ => None,
    }
}
