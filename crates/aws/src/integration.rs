//! Integrations of an API. They can't be tagged: the description holds the address.

use crate::answer::{Answered, gone, known, lacking, mismatch, outputs, resolved};
use crate::api_gateway::{self, PAGE};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use aws_sdk_apigatewayv2::types::{ConnectionType, Integration, IntegrationType as Type};
use slipway_engine::port::Call;
use slipway_plan::{
    IntegrationSpec, IntegrationType, Observed, Operation, Outputs, Ownership, ResourceAddr,
    ResourceKind, ResourceSpec, Text,
};
use std::collections::{BTreeMap, HashMap};

const GET_INTEGRATIONS: ApiCall = ApiCall::read("apigateway", "GetIntegrations");
/// API Gateway's default for HTTP APIs, in milliseconds.
const TIMEOUT: i32 = 30_000;

/// The integrations of our API `api` (table key `key`), by address. One that somebody else made
/// has a description of its own and is not among them.
pub(crate) async fn list(
    session: &Session,
    api: &str,
    key: &str,
) -> Answered<BTreeMap<ResourceAddr, Observed>> {
    let integrations = api_gateway::parts(session, |token| async move {
        let page = session
            .read
            .gateway
            .get_integrations()
            .api_id(api)
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(failed(GET_INTEGRATIONS))?;
        Ok((page.items, page.next_token))
    })
    .await?;
    Ok(by_address(api, key, integrations))
}

/// Of several with one address, the first id in order counts, so that every look says the same.
fn by_address(
    api: &str,
    key: &str,
    mut integrations: Vec<Integration>,
) -> BTreeMap<ResourceAddr, Observed> {
    integrations.sort_by(|one, other| one.integration_id.cmp(&other.integration_id));
    let mut by_addr: BTreeMap<ResourceAddr, Observed> = BTreeMap::new();
    for integration in integrations {
        let Some(id) = integration.integration_id else {
            continue;
        };
        let description = integration.description.unwrap_or_default();
        let Ok(addr) = description.parse::<ResourceAddr>() else {
            continue;
        };
        if addr.kind != ResourceKind::Integration || addr.owner_key() != key {
            continue;
        }
        if let Some(first) = by_addr.get_mut(&addr) {
            first.surplus.push(id);
            continue;
        }
        let observed = Observed {
            addr: addr.clone(),
            spec: ResourceSpec::Integration(IntegrationSpec {
                api: Text::from(api),
                integration_type: match integration.integration_type {
                    Some(Type::HttpProxy) => IntegrationType::HttpProxy,
                    _ => IntegrationType::AwsProxy,
                },
                connection: Text::from(match integration.connection_type {
                    Some(ConnectionType::VpcLink) => integration.connection_id.unwrap_or_default(),
                    _ => String::new(),
                }),
                parameters: integration
                    .request_parameters
                    .unwrap_or_default()
                    .into_iter()
                    .filter(|(_, value)| !value.is_empty())
                    .collect(),
                uri: Text::Known(integration.integration_uri.unwrap_or_default()),
                // A WebSocket API knows this one only, and need not say so.
                payload_version: integration
                    .payload_format_version
                    .unwrap_or_else(|| "1.0".to_owned()),
                timeout_ms: u32::try_from(integration.timeout_in_millis.unwrap_or(TIMEOUT))
                    .unwrap_or_default(),
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

/// What API Gateway does to a request on its way; an empty text takes a parameter away that is there.
fn parameters(call: &Call<'_>, spec: &IntegrationSpec) -> Option<HashMap<String, String>> {
    let was = match call.observed.map(|observed| &observed.spec) {
        Some(ResourceSpec::Integration(was)) => was.parameters.keys(),
        _ => Default::default(),
    };
    let parameters: HashMap<String, String> = was
        .map(|name| (name.clone(), String::new()))
        .chain(spec.parameters.clone())
        .collect();
    Some(parameters).filter(|parameters| !parameters.is_empty())
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &IntegrationSpec,
) -> Answered<Outputs> {
    let gateway = &session.write.gateway;
    let connection = Some(resolved(call, &spec.connection)?).filter(|id| !id.is_empty());
    let timeout = i32::try_from(spec.timeout_ms).unwrap_or(i32::MAX);
    let (kind, method) = match spec.integration_type {
        // How Lambda is called, whatever the request's own method.
        IntegrationType::AwsProxy => (Type::AwsProxy, "POST"),
        IntegrationType::HttpProxy => (Type::HttpProxy, "ANY"),
    };
    match call.operation {
        Operation::CreateIntegration => {
            let answer = gateway
                .create_integration()
                .api_id(resolved(call, &spec.api)?)
                .integration_type(kind)
                .integration_method(method)
                .set_connection_type(connection.map(|_| ConnectionType::VpcLink))
                .set_connection_id(connection.map(str::to_owned))
                .set_request_parameters(parameters(call, spec))
                .integration_uri(resolved(call, &spec.uri)?)
                .payload_format_version(&spec.payload_version)
                .timeout_in_millis(timeout)
                .description(&spec.description)
                .send()
                .await
                .map_err(failed(api))?;
            let id = answer
                .integration_id()
                .ok_or_else(|| lacking(&api.title(), "id"))?;
            Ok(outputs([("id", Some(id))]))
        }
        Operation::UpdateIntegration => {
            gateway
                .update_integration()
                .api_id(resolved(call, &spec.api)?)
                .integration_id(known(call, "id")?)
                .integration_type(kind)
                .integration_method(method)
                // What is left out would stay as it is.
                .connection_type(match connection {
                    Some(_) => ConnectionType::VpcLink,
                    None => ConnectionType::Internet,
                })
                .set_connection_id(connection.map(str::to_owned))
                .set_request_parameters(parameters(call, spec))
                .integration_uri(resolved(call, &spec.uri)?)
                .payload_format_version(&spec.payload_version)
                .timeout_in_millis(timeout)
                .description(&spec.description)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::DeleteIntegration => gone(
            gateway
                .delete_integration()
                .api_id(resolved(call, &spec.api)?)
                .integration_id(known(call, "id")?)
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

    fn integration(id: &str, description: &str) -> Integration {
        Integration::builder()
            .integration_id(id)
            .description(description)
            .integration_uri("arn:f:live")
            .payload_format_version("2.0")
            .build()
    }

    #[test]
    fn a_second_one_is_surplus_and_a_stranger_is_left_alone() {
        let found = by_address(
            "a1",
            "public",
            vec![
                integration("i3", "integration:public/orders"),
                integration("i1", "integration:public/orders"),
                integration("i2", "integration:public/users"),
                integration("i4", "made by hand"),
                integration("i5", "integration:other/orders"),
                integration("i6", "route:public/GET /"),
            ],
        );
        let orders = &found[&"integration:public/orders".parse().unwrap()];
        assert_eq!(orders.outputs["id"], "i1");
        assert_eq!(orders.surplus, ["i3"]);
        let ResourceSpec::Integration(spec) = &orders.spec else {
            panic!("an integration")
        };
        assert_eq!(spec.timeout_ms, 30_000);
        assert_eq!(found.len(), 2);
    }
}
