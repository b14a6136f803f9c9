//! The inline policy of a role.

use crate::answer::{Answered, found, gone, mismatch, resolved};
use crate::failure::{ApiCall, failed};
use crate::policy;
use crate::session::Session;
use slipway_engine::port::Call;
use slipway_plan::{
    Observed, Operation, Outputs, Ownership, ResourceAddr, ResourceSpec, RolePolicySpec, Text,
};

const GET: ApiCall = ApiCall::read("iam", "GetRolePolicy");
const LIST: ApiCall = ApiCall::read("iam", "ListRolePolicies");

pub(crate) async fn observe(
    session: &Session,
    addr: &ResourceAddr,
    role: &str,
    name: &str,
) -> Answered<Option<Observed>> {
    let answer = session
        .read
        .iam
        .get_role_policy()
        .role_name(role)
        .policy_name(name)
        .send()
        .await
        .map_err(failed(GET));
    Ok(found(answer)?.map(|answer| Observed {
        addr: addr.clone(),
        spec: {
            let (statements, connections) = policy::allowed(&answer.policy_document);
            ResourceSpec::RolePolicy(RolePolicySpec {
                role: role.to_owned(),
                name: name.to_owned(),
                statements,
                connections: connections.into_iter().map(Text::Known).collect(),
            })
        },
        outputs: Outputs::new(),
        ownership: Ownership::Ours,
        surplus: Vec::new(),
    }))
}

/// Names of the inline policies of a role.
pub(crate) async fn list(session: &Session, role: &str) -> Answered<Vec<String>> {
    let mut pages = session
        .read
        .iam
        .list_role_policies()
        .role_name(role)
        .into_paginator()
        .items()
        .send();
    let mut names = Vec::new();
    while let Some(name) = pages.next().await {
        match found(name.map_err(failed(LIST)))? {
            Some(name) => names.push(name),
            None => break,
        }
    }
    Ok(names)
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &RolePolicySpec,
) -> Answered<Outputs> {
    let iam = &session.write.iam;
    match call.operation {
        Operation::PutRolePolicy => {
            let connections = spec
                .connections
                .iter()
                .map(|arn| resolved(call, arn))
                .collect::<Answered<Vec<_>>>()?;
            iam.put_role_policy()
                .role_name(&spec.role)
                .policy_name(&spec.name)
                .policy_document(policy::allow(&spec.statements, &connections))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::DeleteRolePolicy => gone(
            iam.delete_role_policy()
                .role_name(&spec.role)
                .policy_name(&spec.name)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
