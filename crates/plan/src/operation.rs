//! The closed list of things a run does. One graph node does one of them.

use serde::{Deserialize, Serialize};

/// A step with an effect. AWS operations carry AWS's own names.
///
/// A `Tag*` operation sets all tags of the desired spec. An `Untag*` operation removes the keys
/// that the observed spec has and the desired one has not: the observed spec in a change holds no
/// tag that somebody else put there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    BuildImage,
    PushImage,
    CreateRepository,
    PutImageScanningConfiguration,
    PutImageTagMutability,
    PutLifecyclePolicy,
    TagRepository,
    UntagRepository,
    /// With the images in it (`force`).
    DeleteRepository,
    CreateLogGroup,
    PutRetentionPolicy,
    DeleteRetentionPolicy,
    TagLogGroup,
    UntagLogGroup,
    DeleteLogGroup,
    CreateRole,
    UpdateAssumeRolePolicy,
    TagRole,
    UntagRole,
    DeleteRole,
    PutRolePermissionsBoundary,
    DeleteRolePermissionsBoundary,
    PutRolePolicy,
    DeleteRolePolicy,
    AttachRolePolicy,
    DetachRolePolicy,
    CreateFunction,
    UpdateFunctionCode,
    UpdateFunctionConfiguration,
    PutFunctionConcurrency,
    DeleteFunctionConcurrency,
    TagFunction,
    UntagFunction,
    DeleteFunction,
    PublishVersion,
    CreateAlias,
    UpdateAlias,
    DeleteAlias,
    CreateCluster,
    PutClusterCapacityProviders,
    TagCluster,
    UntagCluster,
    DeleteCluster,
    CreateSecurityGroup,
    AuthorizeSecurityGroupIngress,
    RevokeSecurityGroupIngress,
    TagSecurityGroup,
    UntagSecurityGroup,
    DeleteSecurityGroup,
    CreatePrivateDnsNamespace,
    TagNamespace,
    UntagNamespace,
    DeleteNamespace,
    CreateDiscovery,
    UpdateDiscovery,
    TagDiscovery,
    UntagDiscovery,
    DeleteDiscovery,
    CreateVpcLink,
    UpdateVpcLink,
    TagVpcLink,
    UntagVpcLink,
    DeleteVpcLink,
    /// A new revision; revisions are never changed.
    RegisterTaskDefinition,
    /// One revision; AWS keeps what was, and a running service is not touched.
    DeregisterTaskDefinition,
    CreateService,
    UpdateService,
    TagService,
    UntagService,
    /// Scales to nothing, drains, deletes (`force`).
    DeleteService,
    /// Makes it or changes it.
    RegisterScalableTarget,
    DeregisterScalableTarget,
    /// Makes it or changes it.
    PutScalingPolicy,
    DeleteScalingPolicy,
    CreateApi,
    UpdateApi,
    DeleteCorsConfiguration,
    TagApi,
    UntagApi,
    DeleteApi,
    CreateIntegration,
    UpdateIntegration,
    DeleteIntegration,
    CreateAuthorizer,
    UpdateAuthorizer,
    DeleteAuthorizer,
    CreateRoute,
    UpdateRoute,
    DeleteRoute,
    CreateRouteResponse,
    DeleteRouteResponse,
    CreateDeployment,
    DeleteDeployment,
    CreateStage,
    UpdateStage,
    /// One call for each route whose limit goes.
    DeleteRouteSettings,
    DeleteAccessLogSettings,
    TagStage,
    UntagStage,
    DeleteStage,
    AddPermission,
    RemovePermission,
}

impl Operation {
    /// As it stands in a node's id and on the wire: `create_function`.
    pub fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            _ => unreachable!("an operation is written as its name"),
        }
    }

    /// As people read it: `Create function`.
    pub fn title(self) -> String {
        let words = self.name().replace('_', " ");
        let words = words.replace(" api", " API").replace(" cors", " CORS");
        let words = words.replace(" vpc", " VPC").replace(" dns", " DNS");
        let (first, rest) = words.split_at(1);
        first.to_uppercase() + rest
    }

    /// `(service signing name, operation)` of the AWS call it makes; `None` for what Docker does.
    pub fn aws_call(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::BuildImage | Self::PushImage => return None,
            Self::CreateRepository => ("ecr", "CreateRepository"),
            Self::PutImageScanningConfiguration => ("ecr", "PutImageScanningConfiguration"),
            Self::PutImageTagMutability => ("ecr", "PutImageTagMutability"),
            Self::PutLifecyclePolicy => ("ecr", "PutLifecyclePolicy"),
            Self::TagRepository => ("ecr", "TagResource"),
            Self::UntagRepository => ("ecr", "UntagResource"),
            Self::DeleteRepository => ("ecr", "DeleteRepository"),
            Self::CreateLogGroup => ("logs", "CreateLogGroup"),
            Self::PutRetentionPolicy => ("logs", "PutRetentionPolicy"),
            Self::DeleteRetentionPolicy => ("logs", "DeleteRetentionPolicy"),
            Self::TagLogGroup => ("logs", "TagResource"),
            Self::UntagLogGroup => ("logs", "UntagResource"),
            Self::DeleteLogGroup => ("logs", "DeleteLogGroup"),
            Self::CreateRole => ("iam", "CreateRole"),
            Self::UpdateAssumeRolePolicy => ("iam", "UpdateAssumeRolePolicy"),
            Self::TagRole => ("iam", "TagRole"),
            Self::UntagRole => ("iam", "UntagRole"),
            Self::DeleteRole => ("iam", "DeleteRole"),
            Self::PutRolePermissionsBoundary => ("iam", "PutRolePermissionsBoundary"),
            Self::DeleteRolePermissionsBoundary => ("iam", "DeleteRolePermissionsBoundary"),
            Self::PutRolePolicy => ("iam", "PutRolePolicy"),
            Self::DeleteRolePolicy => ("iam", "DeleteRolePolicy"),
            Self::AttachRolePolicy => ("iam", "AttachRolePolicy"),
            Self::DetachRolePolicy => ("iam", "DetachRolePolicy"),
            Self::CreateFunction => ("lambda", "CreateFunction"),
            Self::UpdateFunctionCode => ("lambda", "UpdateFunctionCode"),
            Self::UpdateFunctionConfiguration => ("lambda", "UpdateFunctionConfiguration"),
            Self::PutFunctionConcurrency => ("lambda", "PutFunctionConcurrency"),
            Self::DeleteFunctionConcurrency => ("lambda", "DeleteFunctionConcurrency"),
            Self::TagFunction => ("lambda", "TagResource"),
            Self::UntagFunction => ("lambda", "UntagResource"),
            Self::DeleteFunction => ("lambda", "DeleteFunction"),
            Self::PublishVersion => ("lambda", "PublishVersion"),
            Self::CreateAlias => ("lambda", "CreateAlias"),
            Self::UpdateAlias => ("lambda", "UpdateAlias"),
            Self::DeleteAlias => ("lambda", "DeleteAlias"),
            Self::CreateCluster => ("ecs", "CreateCluster"),
            Self::PutClusterCapacityProviders => ("ecs", "PutClusterCapacityProviders"),
            Self::TagCluster => ("ecs", "TagResource"),
            Self::UntagCluster => ("ecs", "UntagResource"),
            Self::DeleteCluster => ("ecs", "DeleteCluster"),
            Self::CreateSecurityGroup => ("ec2", "CreateSecurityGroup"),
            Self::AuthorizeSecurityGroupIngress => ("ec2", "AuthorizeSecurityGroupIngress"),
            Self::RevokeSecurityGroupIngress => ("ec2", "RevokeSecurityGroupIngress"),
            Self::TagSecurityGroup => ("ec2", "CreateTags"),
            Self::UntagSecurityGroup => ("ec2", "DeleteTags"),
            Self::DeleteSecurityGroup => ("ec2", "DeleteSecurityGroup"),
            Self::CreatePrivateDnsNamespace => ("servicediscovery", "CreatePrivateDnsNamespace"),
            Self::TagNamespace => ("servicediscovery", "TagResource"),
            Self::UntagNamespace => ("servicediscovery", "UntagResource"),
            Self::DeleteNamespace => ("servicediscovery", "DeleteNamespace"),
            Self::CreateDiscovery => ("servicediscovery", "CreateService"),
            Self::UpdateDiscovery => ("servicediscovery", "UpdateService"),
            Self::TagDiscovery => ("servicediscovery", "TagResource"),
            Self::UntagDiscovery => ("servicediscovery", "UntagResource"),
            Self::DeleteDiscovery => ("servicediscovery", "DeleteService"),
            Self::CreateVpcLink => ("apigateway", "CreateVpcLink"),
            Self::UpdateVpcLink => ("apigateway", "UpdateVpcLink"),
            Self::TagVpcLink => ("apigateway", "TagResource"),
            Self::UntagVpcLink => ("apigateway", "UntagResource"),
            Self::DeleteVpcLink => ("apigateway", "DeleteVpcLink"),
            Self::RegisterTaskDefinition => ("ecs", "RegisterTaskDefinition"),
            Self::DeregisterTaskDefinition => ("ecs", "DeregisterTaskDefinition"),
            Self::CreateService => ("ecs", "CreateService"),
            Self::UpdateService => ("ecs", "UpdateService"),
            Self::TagService => ("ecs", "TagResource"),
            Self::UntagService => ("ecs", "UntagResource"),
            Self::DeleteService => ("ecs", "DeleteService"),
            Self::RegisterScalableTarget => ("application-autoscaling", "RegisterScalableTarget"),
            Self::DeregisterScalableTarget => {
                ("application-autoscaling", "DeregisterScalableTarget")
            }
            Self::PutScalingPolicy => ("application-autoscaling", "PutScalingPolicy"),
            Self::DeleteScalingPolicy => ("application-autoscaling", "DeleteScalingPolicy"),
            Self::CreateApi => ("apigateway", "CreateApi"),
            Self::UpdateApi => ("apigateway", "UpdateApi"),
            Self::DeleteCorsConfiguration => ("apigateway", "DeleteCorsConfiguration"),
            Self::TagApi | Self::TagStage => ("apigateway", "TagResource"),
            Self::UntagApi | Self::UntagStage => ("apigateway", "UntagResource"),
            Self::DeleteApi => ("apigateway", "DeleteApi"),
            Self::CreateIntegration => ("apigateway", "CreateIntegration"),
            Self::UpdateIntegration => ("apigateway", "UpdateIntegration"),
            Self::DeleteIntegration => ("apigateway", "DeleteIntegration"),
            Self::CreateAuthorizer => ("apigateway", "CreateAuthorizer"),
            Self::UpdateAuthorizer => ("apigateway", "UpdateAuthorizer"),
            Self::DeleteAuthorizer => ("apigateway", "DeleteAuthorizer"),
            Self::CreateRoute => ("apigateway", "CreateRoute"),
            Self::UpdateRoute => ("apigateway", "UpdateRoute"),
            Self::DeleteRoute => ("apigateway", "DeleteRoute"),
            Self::CreateRouteResponse => ("apigateway", "CreateRouteResponse"),
            Self::DeleteRouteResponse => ("apigateway", "DeleteRouteResponse"),
            Self::CreateDeployment => ("apigateway", "CreateDeployment"),
            Self::DeleteDeployment => ("apigateway", "DeleteDeployment"),
            Self::CreateStage => ("apigateway", "CreateStage"),
            Self::UpdateStage => ("apigateway", "UpdateStage"),
            Self::DeleteRouteSettings => ("apigateway", "DeleteRouteSettings"),
            Self::DeleteAccessLogSettings => ("apigateway", "DeleteAccessLogSettings"),
            Self::DeleteStage => ("apigateway", "DeleteStage"),
            Self::AddPermission => ("lambda", "AddPermission"),
            Self::RemovePermission => ("lambda", "RemovePermission"),
        })
    }

    /// Whether a repeated call makes a second thing (no token, no natural key): a lost reply is
    /// settled by looking before it is sent again.
    pub fn is_blind(self) -> bool {
        matches!(
            self,
            Self::CreateApi
                | Self::CreateIntegration
                | Self::CreateAuthorizer
                | Self::CreateRouteResponse
                | Self::CreateDeployment
                | Self::PublishVersion
                | Self::CreateVpcLink
                | Self::RegisterTaskDefinition
        )
    }
}
