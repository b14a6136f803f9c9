//! What an operation does to the existence of its resource.

use slipway_plan::Operation;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lifecycle {
    /// Afterwards the resource exists.
    Creates,
    /// The resource existed before and exists after.
    Changes,
    /// Afterwards the resource is gone.
    Removes,
}

/// Total over the closed list of operations.
pub fn lifecycle(operation: Operation) -> Lifecycle {
    match operation {
        Operation::PushImage
        | Operation::CreateRepository
        | Operation::CreateLogGroup
        | Operation::CreateRole
        | Operation::CreateFunction
        | Operation::CreateAlias
        | Operation::CreateApi
        | Operation::AttachRolePolicy
        | Operation::CreateCluster
        | Operation::CreateSecurityGroup
        | Operation::CreatePrivateDnsNamespace
        | Operation::CreateDiscovery
        | Operation::CreateVpcLink
        | Operation::RegisterTaskDefinition
        | Operation::CreateService
        | Operation::CreateIntegration
        | Operation::CreateAuthorizer
        | Operation::CreateRoute
        | Operation::CreateRouteResponse
        | Operation::CreateDeployment
        | Operation::CreateStage
        | Operation::AddPermission => Lifecycle::Creates,
        Operation::BuildImage
        | Operation::PutImageScanningConfiguration
        | Operation::PutImageTagMutability
        | Operation::PutLifecyclePolicy
        | Operation::TagRepository
        | Operation::UntagRepository
        | Operation::PutRetentionPolicy
        | Operation::DeleteRetentionPolicy
        | Operation::TagLogGroup
        | Operation::UntagLogGroup
        | Operation::UpdateAssumeRolePolicy
        | Operation::TagRole
        | Operation::UntagRole
        | Operation::PutRolePermissionsBoundary
        | Operation::DeleteRolePermissionsBoundary
        | Operation::PutRolePolicy
        | Operation::UpdateFunctionCode
        | Operation::UpdateFunctionConfiguration
        | Operation::PutFunctionConcurrency
        | Operation::DeleteFunctionConcurrency
        | Operation::TagFunction
        | Operation::UntagFunction
        | Operation::PublishVersion
        | Operation::UpdateAlias
        | Operation::UpdateApi
        | Operation::DeleteCorsConfiguration
        | Operation::UpdateAuthorizer
        | Operation::DeleteRouteSettings
        | Operation::DeleteAccessLogSettings
        | Operation::PutClusterCapacityProviders
        | Operation::TagCluster
        | Operation::UntagCluster
        | Operation::AuthorizeSecurityGroupIngress
        | Operation::RevokeSecurityGroupIngress
        | Operation::TagSecurityGroup
        | Operation::UntagSecurityGroup
        | Operation::TagNamespace
        | Operation::UntagNamespace
        | Operation::UpdateDiscovery
        | Operation::TagDiscovery
        | Operation::UntagDiscovery
        | Operation::UpdateVpcLink
        | Operation::TagVpcLink
        | Operation::UntagVpcLink
        | Operation::UpdateService
        | Operation::TagService
        | Operation::UntagService
        | Operation::PutScalingPolicy
        | Operation::RegisterScalableTarget
        | Operation::TagApi
        | Operation::UntagApi
        | Operation::UpdateIntegration
        | Operation::UpdateRoute
        | Operation::UpdateStage
        | Operation::TagStage
        | Operation::UntagStage => Lifecycle::Changes,
        Operation::DeleteRepository
        | Operation::DeleteLogGroup
        | Operation::DeleteRole
        | Operation::DeleteRolePolicy
        | Operation::DetachRolePolicy
        | Operation::DeleteAuthorizer
        | Operation::DeleteFunction
        | Operation::DeleteAlias
        | Operation::DeleteApi
        | Operation::DeleteCluster
        | Operation::DeleteSecurityGroup
        | Operation::DeleteNamespace
        | Operation::DeleteDiscovery
        | Operation::DeleteVpcLink
        | Operation::DeregisterTaskDefinition
        | Operation::DeleteService
        | Operation::DeregisterScalableTarget
        | Operation::DeleteScalingPolicy
        | Operation::DeleteIntegration
        | Operation::DeleteRoute
        | Operation::DeleteRouteResponse
        | Operation::DeleteDeployment
        | Operation::DeleteStage
        | Operation::RemovePermission => Lifecycle::Removes,
    }
}
