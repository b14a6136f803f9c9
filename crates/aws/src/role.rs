//! IAM roles.

use crate::answer::{Answered, found, gone, mismatch, outputs, unbuildable};
use crate::failure::{ApiCall, failed};
use crate::policy;
use crate::session::Session;
use crate::tags;
use aws_sdk_iam::types::Tag;
use slipway_engine::port::Call;
use slipway_plan::{
    Observed, Operation, Outputs, ResourceAddr, ResourceKind, ResourceSpec, RoleSpec, Scope,
};

const GET: ApiCall = ApiCall::read("iam", "GetRole");

/// The name in a role's ARN, without its path.
pub(crate) fn name_in(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// Looks a role up by name; without an address it counts only when its tags give one.
pub(crate) async fn observe(
    session: &Session,
    scope: &Scope,
    addr: Option<&ResourceAddr>,
    name: &str,
) -> Answered<Option<Observed>> {
    let answer = session
        .read
        .iam
        .get_role()
        .role_name(name)
        .send()
        .await
        .map_err(failed(GET));
    let Some(role) = found(answer)?.and_then(|answer| answer.role) else {
        return Ok(None);
    };
    let tags = tags::compared(
        role.tags
            .unwrap_or_default()
            .into_iter()
            .map(|tag| (tag.key, tag.value)),
    );
    let by_tag = tags::address(scope, ResourceKind::Role, &tags);
    let Some(addr) = addr.cloned().or(by_tag) else {
        return Ok(None);
    };
    Ok(Some(Observed {
        outputs: outputs([("arn", Some(&role.arn))]),
        ownership: tags::ownership(scope, &addr, &tags),
        spec: ResourceSpec::Role(RoleSpec {
            name: name.to_owned(),
            principal: role
                .assume_role_policy_document
                .as_deref()
                .map(policy::trusted)
                .unwrap_or_default(),
            permissions_boundary: role
                .permissions_boundary
                .and_then(|boundary| boundary.permissions_boundary_arn),
            tags,
        }),
        addr,
        surplus: Vec::new(),
    }))
}

fn sdk_tags<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> Answered<Vec<Tag>> {
    tags.into_iter()
        .map(|(key, value)| {
            Tag::builder()
                .key(key)
                .value(value)
                .build()
                .map_err(unbuildable("iam:TagRole"))
        })
        .collect()
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &RoleSpec,
) -> Answered<Outputs> {
    let iam = &session.write.iam;
    match call.operation {
        Operation::CreateRole => {
            let answer = iam
                .create_role()
                .role_name(&spec.name)
                .assume_role_policy_document(policy::trust(&spec.principal))
                .set_permissions_boundary(spec.permissions_boundary.clone())
                .set_tags(Some(sdk_tags(&tags::created(&spec.tags, call))?))
                .send()
                .await
                .map_err(failed(api))?;
            let arn = answer.role().map(|role| role.arn());
            Ok(outputs([("arn", arn)]))
        }
        Operation::UpdateAssumeRolePolicy => {
            iam.update_assume_role_policy()
                .role_name(&spec.name)
                .policy_document(policy::trust(&spec.principal))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::PutRolePermissionsBoundary => {
            iam.put_role_permissions_boundary()
                .role_name(&spec.name)
                .set_permissions_boundary(spec.permissions_boundary.clone())
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::DeleteRolePermissionsBoundary => gone(
            iam.delete_role_permissions_boundary()
                .role_name(&spec.name)
                .send()
                .await
                .map_err(failed(api)),
        ),
        Operation::TagRole => {
            iam.tag_role()
                .role_name(&spec.name)
                .set_tags(Some(sdk_tags(&spec.tags)?))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::UntagRole => {
            iam.untag_role()
                .role_name(&spec.name)
                .set_tag_keys(Some(tags::stale(call, &spec.tags)))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::DeleteRole => gone(
            iam.delete_role()
                .role_name(&spec.name)
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

    #[test]
    fn a_role_is_named_without_its_path() {
        assert_eq!(
            name_in("arn:aws:iam::1:role/shop-dev-orders"),
            "shop-dev-orders"
        );
        assert_eq!(name_in("arn:aws:iam::1:role/team/x/mine"), "mine");
    }
}
