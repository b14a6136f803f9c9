//! Services of Cloud Map, in which ECS registers tasks.

use crate::answer::{
    Answered, gone, known, lacking, mismatch, outputs, resolved, token, unbuildable,
};
use crate::failure::{ApiCall, failed};
use crate::namespace::{sdk_tags, tag, tags_of, untag};
use crate::session::Session;
use crate::tags;
use aws_sdk_servicediscovery::types::{
    DnsConfig, DnsConfigChange, DnsRecord, FilterCondition, HealthCheckCustomConfig, RecordType,
    RoutingPolicy, ServiceChange, ServiceFilter, ServiceFilterName, ServiceSummary,
};
use slipway_engine::port::Call;
use slipway_plan::{
    DiscoverySpec, Observed, Operation, Outputs, ResourceAddr, ResourceKind, ResourceSpec, Scope,
    Text,
};

const LIST: ApiCall = ApiCall::read("servicediscovery", "ListServices");

/// The services of our namespace (by its id); one without our tags is not among them, unless
/// its name is one of these.
pub(crate) async fn list(
    session: &Session,
    scope: &Scope,
    namespace: &str,
    named: &[(&ResourceAddr, &DiscoverySpec)],
) -> Answered<Vec<Observed>> {
    let filter = ServiceFilter::builder()
        .name(ServiceFilterName::NamespaceId)
        .values(namespace)
        .condition(FilterCondition::Eq)
        .build()
        .map_err(unbuildable("servicediscovery:ListServices"))?;
    let mut pages = session
        .read
        .cloud_map
        .list_services()
        .filters(filter)
        .into_paginator()
        .send();
    let mut services = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(failed(LIST))?;
        services.extend(page.services.unwrap_or_default());
    }
    let mut found = Vec::new();
    for service in services {
        let addr = named
            .iter()
            .find(|(_, spec)| Some(spec.name.as_str()) == service.name())
            .map(|(addr, _)| *addr);
        found.extend(look(session, scope, namespace, addr, &service).await?);
    }
    Ok(found)
}

async fn look(
    session: &Session,
    scope: &Scope,
    namespace: &str,
    addr: Option<&ResourceAddr>,
    service: &ServiceSummary,
) -> Answered<Option<Observed>> {
    let arn = service.arn().ok_or_else(|| lacking(&LIST.title(), "arn"))?;
    let Some(tags) = tags_of(session, arn).await? else {
        return Ok(None);
    };
    let by_tag = tags::address(scope, ResourceKind::Discovery, &tags);
    let Some(addr) = addr.cloned().or(by_tag) else {
        return Ok(None);
    };
    let ttl = service
        .dns_config()
        .and_then(|dns| {
            dns.dns_records()
                .iter()
                .find(|record| *record.r#type() == RecordType::Srv)
        })
        .and_then(|record| u32::try_from(record.ttl()).ok())
        .unwrap_or_default();
    Ok(Some(Observed {
        outputs: outputs([("id", service.id()), ("arn", Some(arn))]),
        ownership: tags::ownership(scope, &addr, &tags),
        spec: ResourceSpec::Discovery(DiscoverySpec {
            name: service.name().unwrap_or_default().to_owned(),
            namespace: Text::from(namespace),
            ttl,
            tags,
        }),
        addr,
        surplus: Vec::new(),
    }))
}

fn record(spec: &DiscoverySpec, operation: &'static str) -> Answered<DnsRecord> {
    DnsRecord::builder()
        .r#type(RecordType::Srv)
        .ttl(i64::from(spec.ttl))
        .build()
        .map_err(unbuildable(operation))
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &DiscoverySpec,
) -> Answered<Outputs> {
    let cloud_map = &session.write.cloud_map;
    match call.operation {
        // API Gateway asks for SRV records: "Create a private integration using AWS Cloud Map
        // service discovery". ECS itself says which tasks are well.
        Operation::CreateDiscovery => {
            let dns = DnsConfig::builder()
                .routing_policy(RoutingPolicy::Multivalue)
                .dns_records(record(spec, "servicediscovery:CreateService")?)
                .build()
                .map_err(unbuildable("servicediscovery:CreateService"))?;
            let answer = cloud_map
                .create_service()
                .name(&spec.name)
                .namespace_id(resolved(call, &spec.namespace)?)
                .creator_request_id(token(call))
                .dns_config(dns)
                .health_check_custom_config(HealthCheckCustomConfig::builder().build())
                .set_tags(Some(sdk_tags(tags::created(&spec.tags, call))?))
                .send()
                .await
                .map_err(failed(api))?;
            let service = answer
                .service()
                .ok_or_else(|| lacking(&api.title(), "service"))?;
            Ok(outputs([("id", service.id()), ("arn", service.arn())]))
        }
        Operation::UpdateDiscovery => {
            let change = ServiceChange::builder()
                .dns_config(
                    DnsConfigChange::builder()
                        .dns_records(record(spec, "servicediscovery:UpdateService")?)
                        .build()
                        .map_err(unbuildable("servicediscovery:UpdateService"))?,
                )
                .build();
            cloud_map
                .update_service()
                .id(known(call, "id")?)
                .service(change)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::TagDiscovery => tag(session, api, known(call, "arn")?, &spec.tags).await,
        Operation::UntagDiscovery => {
            let keys = tags::stale(call, &spec.tags);
            untag(session, api, known(call, "arn")?, keys).await
        }
        Operation::DeleteDiscovery => gone(
            cloud_map
                .delete_service()
                .id(known(call, "id")?)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
