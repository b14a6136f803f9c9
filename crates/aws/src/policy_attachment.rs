//! Managed policies of a role.

use crate::answer::{Answered, found, gone, mismatch};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use slipway_engine::port::Call;
use slipway_plan::{
    Observed, Operation, Outputs, Ownership, PolicyAttachmentSpec, ResourceAddr, ResourceKind,
    ResourceSpec,
};

const LIST: ApiCall = ApiCall::read("iam", "ListAttachedRolePolicies");

/// The managed policies of our role `role`, which belongs to the function `key`.
pub(crate) async fn list(session: &Session, role: &str, key: &str) -> Answered<Vec<Observed>> {
    let mut pages = session
        .read
        .iam
        .list_attached_role_policies()
        .role_name(role)
        .into_paginator()
        .items()
        .send();
    let mut attached = Vec::new();
    while let Some(policy) = pages.next().await {
        let Some(policy) = found(policy.map_err(failed(LIST)))? else {
            break;
        };
        let Some(arn) = policy.policy_arn else {
            continue;
        };
        attached.push(Observed {
            addr: ResourceAddr::new(ResourceKind::PolicyAttachment, format!("{key}/{arn}")),
            spec: ResourceSpec::PolicyAttachment(PolicyAttachmentSpec {
                role: role.to_owned(),
                policy: arn,
            }),
            outputs: Outputs::new(),
            ownership: Ownership::Ours,
            surplus: Vec::new(),
        });
    }
    Ok(attached)
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &PolicyAttachmentSpec,
) -> Answered<Outputs> {
    let iam = &session.write.iam;
    match call.operation {
        Operation::AttachRolePolicy => {
            iam.attach_role_policy()
                .role_name(&spec.role)
                .policy_arn(&spec.policy)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::DetachRolePolicy => gone(
            iam.detach_role_policy()
                .role_name(&spec.role)
                .policy_arn(&spec.policy)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
