//! ECS clusters.

use crate::answer::{Answered, gone, known, mismatch, outputs};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use crate::tags;
use aws_sdk_ecs::types::{ClusterField, Tag};
use slipway_engine::port::Call;
use slipway_plan::{
    ClusterSpec, Observed, Operation, Outputs, ResourceAddr, ResourceKind, ResourceSpec, Scope,
    Tags,
};

const DESCRIBE: ApiCall = ApiCall::read("ecs", "DescribeClusters");

/// Looks a cluster up by name; without an address it counts only when its tags give one.
pub(crate) async fn observe(
    session: &Session,
    scope: &Scope,
    addr: Option<&ResourceAddr>,
    name: &str,
) -> Answered<Option<Observed>> {
    let answer = session
        .read
        .ecs
        .describe_clusters()
        .clusters(name)
        .include(ClusterField::Tags)
        .send()
        .await
        .map_err(failed(DESCRIBE))?;
    // One that was deleted is shown for a while, as inactive.
    let Some(cluster) = answer
        .clusters()
        .iter()
        .find(|cluster| cluster.status() == Some("ACTIVE"))
    else {
        return Ok(None);
    };
    let tags = compared(cluster.tags());
    let by_tag = tags::address(scope, ResourceKind::Cluster, &tags);
    let Some(addr) = addr.cloned().or(by_tag) else {
        return Ok(None);
    };
    let mut capacity_providers = cluster.capacity_providers().to_vec();
    capacity_providers.sort();
    Ok(Some(Observed {
        outputs: outputs([("arn", cluster.cluster_arn())]),
        ownership: tags::ownership(scope, &addr, &tags),
        spec: ResourceSpec::Cluster(ClusterSpec {
            name: name.to_owned(),
            capacity_providers,
            tags,
        }),
        addr,
        surplus: Vec::new(),
    }))
}

/// Tags of ECS, as specs hold them.
pub(crate) fn compared(tags: &[Tag]) -> Tags {
    tags::compared(tags.iter().filter_map(|tag| {
        Some((
            tag.key()?.to_owned(),
            tag.value().unwrap_or_default().to_owned(),
        ))
    }))
}

/// Tags as ECS takes them, by key.
pub(crate) fn sdk_tags(
    tags: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
) -> Vec<Tag> {
    let mut tags: Vec<(String, String)> = tags
        .into_iter()
        .map(|(key, value)| (key.into(), value.into()))
        .collect();
    tags.sort();
    tags.into_iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// Sets all tags of a resource of ECS.
pub(crate) async fn tag(
    session: &Session,
    api: ApiCall,
    arn: &str,
    tags: &Tags,
) -> Answered<Outputs> {
    session
        .write
        .ecs
        .tag_resource()
        .resource_arn(arn)
        .set_tags(Some(sdk_tags(tags)))
        .send()
        .await
        .map_err(failed(api))?;
    Ok(Outputs::new())
}

/// Takes these keys away.
pub(crate) async fn untag(
    session: &Session,
    api: ApiCall,
    arn: &str,
    keys: Vec<String>,
) -> Answered<Outputs> {
    session
        .write
        .ecs
        .untag_resource()
        .resource_arn(arn)
        .set_tag_keys(Some(keys))
        .send()
        .await
        .map_err(failed(api))?;
    Ok(Outputs::new())
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &ClusterSpec,
) -> Answered<Outputs> {
    let ecs = &session.write.ecs;
    match call.operation {
        Operation::CreateCluster => {
            let answer = ecs
                .create_cluster()
                .cluster_name(&spec.name)
                .set_capacity_providers(Some(spec.capacity_providers.clone()))
                .set_tags(Some(sdk_tags(tags::created(&spec.tags, call))))
                .send()
                .await
                .map_err(failed(api))?;
            let arn = answer.cluster().and_then(|cluster| cluster.cluster_arn());
            Ok(outputs([("arn", arn)]))
        }
        Operation::PutClusterCapacityProviders => {
            ecs.put_cluster_capacity_providers()
                .cluster(&spec.name)
                .set_capacity_providers(Some(spec.capacity_providers.clone()))
                .set_default_capacity_provider_strategy(Some(Vec::new()))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::TagCluster => tag(session, api, known(call, "arn")?, &spec.tags).await,
        Operation::UntagCluster => {
            let keys = tags::stale(call, &spec.tags);
            untag(session, api, known(call, "arn")?, keys).await
        }
        Operation::DeleteCluster => gone(
            ecs.delete_cluster()
                .cluster(&spec.name)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
