//! Private DNS namespaces of Cloud Map. Making one is an operation that goes on after the call.

use crate::answer::{Answered, found, gone, known, lacking, mismatch, outputs, token, unbuildable};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use crate::tags;
use aws_sdk_servicediscovery::types::{
    FilterCondition, NamespaceFilter, NamespaceFilterName, NamespaceSummary, Tag,
};
use slipway_engine::port::{Call, Readiness};
use slipway_plan::{
    NamespaceSpec, Observed, Operation, Outputs, Ownership, ResourceAddr, ResourceKind,
    ResourceSpec, Scope, Tags,
};
use std::collections::HashMap;

const LIST: ApiCall = ApiCall::read("servicediscovery", "ListNamespaces");
const LIST_TAGS: ApiCall = ApiCall::read("servicediscovery", "ListTagsForResource");
/// How the description begins that names the VPC, which AWS does not tell otherwise.
const VPC: &str = "Services in ";

/// Namespaces of this name, or all private ones.
async fn list(session: &Session, name: Option<&str>) -> Answered<Vec<NamespaceSummary>> {
    let filter = |filter: NamespaceFilterName, value: &str| {
        NamespaceFilter::builder()
            .name(filter)
            .values(value)
            .condition(FilterCondition::Eq)
            .build()
            .map_err(unbuildable("servicediscovery:ListNamespaces"))
    };
    let mut request = session
        .read
        .cloud_map
        .list_namespaces()
        .filters(filter(NamespaceFilterName::Type, "DNS_PRIVATE")?);
    if let Some(name) = name {
        request = request.filters(filter(NamespaceFilterName::Name, name)?);
    }
    let mut pages = request.into_paginator().send();
    let mut namespaces = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(failed(LIST))?;
        namespaces.extend(page.namespaces.unwrap_or_default());
    }
    Ok(namespaces)
}

pub(crate) async fn observe(
    session: &Session,
    scope: &Scope,
    addr: &ResourceAddr,
    name: &str,
) -> Answered<Option<Observed>> {
    for namespace in list(session, Some(name)).await? {
        // An emulator may not filter.
        if namespace.name() != Some(name) {
            continue;
        }
        let arn = namespace
            .arn()
            .ok_or_else(|| lacking(&LIST.title(), "arn"))?;
        let Some(tags) = tags_of(session, arn).await? else {
            continue;
        };
        // Another VPC may have a namespace of the same name; it stands in nobody's way.
        if tags::ownership(scope, addr, &tags) != Ownership::Ours {
            continue;
        }
        let description = namespace.description().unwrap_or_default();
        return Ok(Some(Observed {
            addr: addr.clone(),
            outputs: outputs([("id", namespace.id()), ("arn", Some(arn))]),
            spec: ResourceSpec::Namespace(NamespaceSpec {
                name: name.to_owned(),
                vpc: description.strip_prefix(VPC).unwrap_or_default().to_owned(),
                tags,
            }),
            ownership: Ownership::Ours,
            surplus: Vec::new(),
        }));
    }
    Ok(None)
}

pub(crate) async fn tags_of(session: &Session, arn: &str) -> Answered<Option<Tags>> {
    let answer = session
        .read
        .cloud_map
        .list_tags_for_resource()
        .resource_arn(arn)
        .send()
        .await
        .map_err(failed(LIST_TAGS));
    Ok(found(answer)?.map(|answer| {
        tags::compared(
            answer
                .tags
                .unwrap_or_default()
                .into_iter()
                .map(|tag| (tag.key, tag.value)),
        )
    }))
}

/// It shows in lists when the operation has ended.
pub(crate) async fn ready(
    session: &Session,
    scope: &Scope,
    addr: &ResourceAddr,
    spec: &NamespaceSpec,
) -> Answered<Readiness> {
    Ok(match observe(session, scope, addr, &spec.name).await? {
        Some(observed) => Readiness::Ready(observed.outputs),
        None => Readiness::NotYet("the DNS namespace is being made (up to a minute)".to_owned()),
    })
}

pub(crate) fn sdk_tags(
    tags: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
) -> Answered<Vec<Tag>> {
    let mut tags: Vec<(String, String)> = tags
        .into_iter()
        .map(|(key, value)| (key.into(), value.into()))
        .collect();
    tags.sort();
    tags.into_iter()
        .map(|(key, value)| {
            Tag::builder()
                .key(key)
                .value(value)
                .build()
                .map_err(unbuildable("servicediscovery:TagResource"))
        })
        .collect()
}

pub(crate) async fn tag(
    session: &Session,
    api: ApiCall,
    arn: &str,
    tags: &Tags,
) -> Answered<Outputs> {
    session
        .write
        .cloud_map
        .tag_resource()
        .resource_arn(arn)
        .set_tags(Some(sdk_tags(tags)?))
        .send()
        .await
        .map_err(failed(api))?;
    Ok(Outputs::new())
}

pub(crate) async fn untag(
    session: &Session,
    api: ApiCall,
    arn: &str,
    keys: Vec<String>,
) -> Answered<Outputs> {
    session
        .write
        .cloud_map
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
    spec: &NamespaceSpec,
) -> Answered<Outputs> {
    let cloud_map = &session.write.cloud_map;
    match call.operation {
        Operation::CreatePrivateDnsNamespace => {
            let created: HashMap<String, String> = tags::created(&spec.tags, call);
            cloud_map
                .create_private_dns_namespace()
                .name(&spec.name)
                .creator_request_id(token(call))
                .description(format!("{VPC}{}", spec.vpc))
                .vpc(&spec.vpc)
                .set_tags(Some(sdk_tags(created)?))
                .send()
                .await
                .map_err(failed(api))?;
            // Its id is known when it is ready.
            Ok(Outputs::new())
        }
        Operation::TagNamespace => tag(session, api, known(call, "arn")?, &spec.tags).await,
        Operation::UntagNamespace => {
            let keys = tags::stale(call, &spec.tags);
            untag(session, api, known(call, "arn")?, keys).await
        }
        Operation::DeleteNamespace => gone(
            cloud_map
                .delete_namespace()
                .id(known(call, "id")?)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}

/// The namespace of ours that an earlier run made, whatever its name.
pub(crate) async fn ours(session: &Session, scope: &Scope) -> Answered<Vec<Observed>> {
    let mut ours = Vec::new();
    for namespace in list(session, None).await? {
        let (Some(arn), Some(name)) = (namespace.arn(), namespace.name()) else {
            continue;
        };
        // Names of ours end so; another's tags are not asked for.
        if !name.ends_with(&format!(".{}.internal", scope.project)) {
            continue;
        }
        let Some(tags) = tags_of(session, arn).await? else {
            continue;
        };
        if let Some(addr) = tags::address(scope, ResourceKind::Namespace, &tags) {
            ours.extend(observe(session, scope, &addr, name).await?);
        }
    }
    Ok(ours)
}
