//! VPC links of API Gateway (v2). Names are not unique: ours are known by their tags.

use crate::answer::{Answered, gone, known, lacking, mismatch, outputs, resolved};
use crate::api_gateway::{self, PAGE};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use crate::tags;
use aws_sdk_apigatewayv2::types::{VpcLink, VpcLinkStatus};
use slipway_engine::port::{Call, CloudError, CloudErrorKind, Readiness};
use slipway_plan::{
    Observed, Operation, Outputs, Ownership, ResourceAddr, ResourceKind, ResourceSpec, Scope, Text,
    VpcLinkSpec,
};
use std::collections::BTreeMap;

const LIST: ApiCall = ApiCall::read("apigateway", "GetVpcLinks");

async fn all(session: &Session) -> Answered<Vec<VpcLink>> {
    api_gateway::pages(session, |token| async move {
        let page = session
            .read
            .gateway
            .get_vpc_links()
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(failed(LIST))?;
        Ok((page.items, page.next_token))
    })
    .await
}

/// Our VPC links, by address; also one that is on its way out.
pub(crate) async fn list(
    session: &Session,
    scope: &Scope,
) -> Answered<BTreeMap<ResourceAddr, Observed>> {
    Ok(by_address(scope, all(session).await?))
}

fn by_address(scope: &Scope, mut links: Vec<VpcLink>) -> BTreeMap<ResourceAddr, Observed> {
    // One that is going comes after one that stays; of equals the first id, so that every look
    // says the same.
    links.sort_by_key(|link| {
        let going = link.vpc_link_status == Some(VpcLinkStatus::Deleting);
        (going, link.vpc_link_id.clone())
    });
    let mut by_addr: BTreeMap<ResourceAddr, Observed> = BTreeMap::new();
    for link in links {
        let going = link.vpc_link_status == Some(VpcLinkStatus::Deleting);
        let tags = tags::compared(link.tags.unwrap_or_default());
        let (Some(id), Some(addr)) = (
            link.vpc_link_id,
            tags::address(scope, ResourceKind::VpcLink, &tags),
        ) else {
            continue;
        };
        if let Some(first) = by_addr.get_mut(&addr) {
            if !going {
                first.surplus.push(id);
            }
            continue;
        }
        let sorted = |ids: Option<Vec<String>>| {
            let mut ids = ids.unwrap_or_default();
            ids.sort();
            ids
        };
        let observed = Observed {
            addr: addr.clone(),
            outputs: outputs([("id", Some(&id))]),
            ownership: Ownership::Ours,
            spec: ResourceSpec::VpcLink(VpcLinkSpec {
                name: link.name.unwrap_or_default(),
                subnets: sorted(link.subnet_ids),
                security_groups: Text::from(sorted(link.security_group_ids).join(", ")),
                tags,
            }),
            surplus: Vec::new(),
        };
        by_addr.insert(addr, observed);
    }
    by_addr
}

/// AWS says in a state and a sentence how far it is.
pub(crate) async fn ready(
    session: &Session,
    scope: &Scope,
    addr: &ResourceAddr,
) -> Answered<Readiness> {
    let links = all(session).await?;
    let link = links.into_iter().find(|link| {
        let tags = tags::compared(link.tags.clone().unwrap_or_default());
        link.vpc_link_status != Some(VpcLinkStatus::Deleting)
            && tags::address(scope, ResourceKind::VpcLink, &tags).as_ref() == Some(addr)
    });
    link.map_or_else(|| Ok(Readiness::not_yet()), |link| judge(&link))
}

fn judge(link: &VpcLink) -> Answered<Readiness> {
    let said = link.vpc_link_status_message().unwrap_or_default().trim();
    match link.vpc_link_status() {
        Some(VpcLinkStatus::Available) => Ok(Readiness::ready()),
        Some(status @ (VpcLinkStatus::Failed | VpcLinkStatus::Inactive)) => Err(CloudError {
            kind: CloudErrorKind::Failed,
            operation: LIST.title(),
            code: Some(status.as_str().to_owned()),
            message: format!(
                "the VPC link is {}: {}",
                status.as_str(),
                if said.is_empty() { "AWS gave no reason" } else { said }
            ),
            hint: Some(
                "Not every Availability Zone takes VPC links: name other subnets in `network` of the environment, or look whether they have free addresses."
                    .to_owned(),
            ),
            request_id: None,
            retry_after: None,
        }),
        status => Ok(Readiness::NotYet(format!(
            "{}: a VPC link takes AWS 2 to 4 minutes",
            status.map_or("PENDING", VpcLinkStatus::as_str)
        ))),
    }
}

fn arn(scope: &Scope, id: &str) -> String {
    format!(
        "arn:{}:apigateway:{}::/vpclinks/{id}",
        scope.partition, scope.region
    )
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &VpcLinkSpec,
) -> Answered<Outputs> {
    let gateway = &session.write.gateway;
    match call.operation {
        Operation::CreateVpcLink => {
            let groups = resolved(call, &spec.security_groups)?
                .split(", ")
                .filter(|id| !id.is_empty())
                .map(str::to_owned)
                .collect();
            let answer = gateway
                .create_vpc_link()
                .name(&spec.name)
                .set_subnet_ids(Some(spec.subnets.clone()))
                .set_security_group_ids(Some(groups))
                .set_tags(Some(tags::created(&spec.tags, call)))
                .send()
                .await
                .map_err(failed(api))?;
            let id = answer
                .vpc_link_id()
                .ok_or_else(|| lacking(&api.title(), "id"))?;
            Ok(outputs([("id", Some(id))]))
        }
        Operation::UpdateVpcLink => {
            gateway
                .update_vpc_link()
                .vpc_link_id(known(call, "id")?)
                .name(&spec.name)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::TagVpcLink => {
            api_gateway::tag(
                session,
                api,
                arn(call.scope, known(call, "id")?),
                &spec.tags,
            )
            .await
        }
        Operation::UntagVpcLink => {
            api_gateway::untag(
                session,
                api,
                arn(call.scope, known(call, "id")?),
                call,
                &spec.tags,
            )
            .await
        }
        Operation::DeleteVpcLink => gone(
            gateway
                .delete_vpc_link()
                .vpc_link_id(known(call, "id")?)
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
    use crate::tags::tests::{scope, tags};

    fn link(id: &str, status: VpcLinkStatus) -> VpcLink {
        VpcLink::builder()
            .vpc_link_id(id)
            .name("shop-dev")
            .set_subnet_ids(Some(vec!["subnet-b".into(), "subnet-a".into()]))
            .security_group_ids("sg-1")
            .set_tags(Some(tags("vpc_link:shared").into_iter().collect()))
            .vpc_link_status(status)
            .build()
    }

    #[test]
    fn one_that_goes_stands_in_for_none_that_stays() {
        let addr: ResourceAddr = "vpc_link:shared".parse().unwrap();
        let found = by_address(
            &scope(),
            vec![
                link("a", VpcLinkStatus::Deleting),
                link("c", VpcLinkStatus::Available),
                link("b", VpcLinkStatus::Pending),
            ],
        );
        assert_eq!(found[&addr].outputs["id"], "b");
        assert_eq!(found[&addr].surplus, ["c"]);
        let ResourceSpec::VpcLink(spec) = &found[&addr].spec else {
            panic!("a VPC link")
        };
        assert_eq!(spec.subnets, ["subnet-a", "subnet-b"]);
    }

    #[test]
    fn its_state_is_told_in_words() {
        let words = judge(&link("a", VpcLinkStatus::Pending)).unwrap();
        assert_eq!(
            words,
            Readiness::NotYet("PENDING: a VPC link takes AWS 2 to 4 minutes".into())
        );
        assert_eq!(
            judge(&link("a", VpcLinkStatus::Available)).unwrap(),
            Readiness::ready()
        );
        let failed = judge(&link("a", VpcLinkStatus::Failed)).unwrap_err();
        assert_eq!(failed.kind, CloudErrorKind::Failed);
        assert!(failed.hint.unwrap().contains("Availability Zone"));
    }
}
