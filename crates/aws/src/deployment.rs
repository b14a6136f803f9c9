//! Deployments of a WebSocket API. They can't be tagged: the description holds the address.

use crate::answer::{Answered, gone, known, lacking, mismatch, outputs, resolved};
use crate::api_gateway::{self, PAGE};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use aws_sdk_apigatewayv2::types::{Deployment, DeploymentStatus};
use slipway_engine::port::{Call, CloudError, CloudErrorKind, Readiness};
use slipway_plan::{
    DeploymentSpec, Observed, Operation, Outputs, Ownership, ResourceAddr, ResourceKind,
    ResourceSpec, Text,
};
use std::collections::BTreeMap;

const GET_DEPLOYMENTS: ApiCall = ApiCall::read("apigateway", "GetDeployments");

/// The deployments of our API `api` (table key `key`), by address. One that somebody else made
/// has a description of its own and is not among them.
pub(crate) async fn list(
    session: &Session,
    api: &str,
    key: &str,
) -> Answered<BTreeMap<ResourceAddr, Observed>> {
    Ok(by_address(api, key, all(session, api).await?))
}

async fn all(session: &Session, api: &str) -> Answered<Vec<Deployment>> {
    let mut deployments = api_gateway::parts(session, |token| async move {
        let page = session
            .read
            .gateway
            .get_deployments()
            .api_id(api)
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(failed(GET_DEPLOYMENTS))?;
        Ok((page.items, page.next_token))
    })
    .await?;
    sort(&mut deployments);
    Ok(deployments)
}

/// The oldest first; of one second, by id: every look says the same.
fn sort(deployments: &mut [Deployment]) {
    deployments.sort_by_key(|deployment| {
        let made = deployment
            .created_date
            .map(|date| (date.secs(), date.subsec_nanos()));
        (made, deployment.deployment_id.clone())
    });
}

fn by_address(
    api: &str,
    key: &str,
    deployments: Vec<Deployment>,
) -> BTreeMap<ResourceAddr, Observed> {
    let mut by_addr: BTreeMap<ResourceAddr, Observed> = BTreeMap::new();
    for deployment in deployments {
        let Some(id) = deployment.deployment_id else {
            continue;
        };
        let description = deployment.description.unwrap_or_default();
        let Ok(addr) = description.parse::<ResourceAddr>() else {
            continue;
        };
        if addr.kind != ResourceKind::Deployment || addr.owner_key() != key {
            continue;
        }
        if let Some(first) = by_addr.get_mut(&addr) {
            first.surplus.push(id);
            continue;
        }
        let observed = Observed {
            addr: addr.clone(),
            spec: ResourceSpec::Deployment(DeploymentSpec {
                api: Text::from(api),
                description,
            }),
            outputs: outputs([("id", Some(&id))]),
            ownership: Ownership::Ours,
            surplus: Vec::new(),
        };
        by_addr.insert(addr, observed);
    }
    by_addr
}

/// Whether a stage can serve it.
pub(crate) async fn ready(session: &Session, spec: &DeploymentSpec) -> Answered<Readiness> {
    let api = spec.api.expect_known().map_err(|unresolved| {
        crate::failure::invalid(
            &GET_DEPLOYMENTS.title(),
            unresolved.to_string(),
            "Make a new plan: it looks at what is there.",
        )
    })?;
    let deployments = all(session, api).await?;
    let this = deployments
        .iter()
        .find(|deployment| deployment.description() == Some(spec.description.as_str()));
    this.map_or_else(|| Ok(Readiness::not_yet()), judge)
}

fn judge(deployment: &Deployment) -> Answered<Readiness> {
    match deployment.deployment_status() {
        Some(DeploymentStatus::Failed) => Err(CloudError {
            kind: CloudErrorKind::Failed,
            operation: GET_DEPLOYMENTS.title(),
            code: None,
            message: format!(
                "the API could not be deployed: {}",
                match deployment.deployment_status_message() {
                    Some(said) if !said.trim().is_empty() => crate::words::short(said),
                    _ => "AWS gave no reason".to_owned(),
                }
            ),
            hint: None,
            request_id: None,
            retry_after: None,
        }),
        Some(DeploymentStatus::Pending) => Ok(Readiness::not_yet()),
        _ => Ok(Readiness::ready()),
    }
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &DeploymentSpec,
) -> Answered<Outputs> {
    let gateway = &session.write.gateway;
    let api_id = resolved(call, &spec.api)?;
    match call.operation {
        Operation::CreateDeployment => {
            let answer = gateway
                .create_deployment()
                .api_id(api_id)
                .description(&spec.description)
                .send()
                .await
                .map_err(failed(api))?;
            let id = answer
                .deployment_id()
                .ok_or_else(|| lacking(&api.title(), "id"))?;
            Ok(outputs([("id", Some(id))]))
        }
        Operation::DeleteDeployment => gone(
            gateway
                .delete_deployment()
                .api_id(api_id)
                .deployment_id(known(call, "id")?)
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
    use aws_smithy_types::DateTime;

    fn deployment(id: &str, second: i64, description: &str) -> Deployment {
        Deployment::builder()
            .deployment_id(id)
            .description(description)
            .created_date(DateTime::from_secs(second))
            .build()
    }

    #[test]
    fn the_oldest_of_a_content_counts_and_a_stranger_is_left_alone() {
        let mut deployments = vec![
            deployment("d9", 2, "deployment:live/aa"),
            deployment("d1", 3, "deployment:live/aa"),
            deployment("d2", 1, "deployment:live/bb"),
            deployment("d3", 1, "deployment:other/aa"),
            deployment("d4", 1, "made by hand"),
        ];
        sort(&mut deployments);
        let found = by_address("a1", "live", deployments);
        assert_eq!(found.len(), 2);
        let aa = &found[&"deployment:live/aa".parse().unwrap()];
        assert_eq!(aa.outputs["id"], "d9");
        assert_eq!(aa.surplus, ["d1"]);
    }

    #[test]
    fn a_deployment_that_failed_says_why() {
        let with = |status| {
            Deployment::builder()
                .deployment_status(status)
                .deployment_status_message("no routes\n exist")
                .build()
        };
        let judged = |status| judge(&with(status)).unwrap();
        assert_eq!(judged(DeploymentStatus::Deployed), Readiness::ready());
        assert_eq!(judged(DeploymentStatus::Pending), Readiness::not_yet());
        let failed = judge(&with(DeploymentStatus::Failed)).unwrap_err();
        assert_eq!(failed.kind, CloudErrorKind::Failed);
        assert!(failed.message.ends_with("no routes exist"), "{failed}");
    }
}
