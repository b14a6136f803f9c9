//! HTTP and WebSocket APIs of API Gateway.

use crate::answer::{Answered, gone, known, lacking, mismatch, outputs};
use crate::api_gateway::{self, PAGE};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use crate::{cors, tags};
use aws_sdk_apigatewayv2::types::{Api, ProtocolType};
use slipway_engine::port::Call;
use slipway_plan::{
    ApiProtocol, ApiSpec, Observed, Operation, Outputs, Ownership, ResourceAddr, ResourceKind,
    ResourceSpec, Scope,
};
use std::collections::BTreeMap;

const GET_APIS: ApiCall = ApiCall::read("apigateway", "GetApis");

/// Every API of this project and environment, by address. Names are not unique, so only tags
/// tell whose an API is; of several with the same address the oldest counts and the others are
/// surplus.
pub(crate) async fn list(
    session: &Session,
    scope: &Scope,
) -> Answered<BTreeMap<ResourceAddr, Observed>> {
    let apis = api_gateway::pages(session, |token| async move {
        let page = session
            .read
            .gateway
            .get_apis()
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(failed(GET_APIS))?;
        Ok((page.items, page.next_token))
    })
    .await?;
    Ok(ours(session, scope, apis))
}

fn ours(session: &Session, scope: &Scope, mut apis: Vec<Api>) -> BTreeMap<ResourceAddr, Observed> {
    apis.sort_by_key(|api| {
        let made = api
            .created_date
            .map(|date| (date.secs(), date.subsec_nanos()));
        (made, api.api_id.clone())
    });
    let mut by_addr: BTreeMap<ResourceAddr, Observed> = BTreeMap::new();
    for api in apis {
        let Some(id) = api.api_id else { continue };
        let tags = tags::compared(api.tags.unwrap_or_default());
        let Some(addr) = tags::address(scope, ResourceKind::Api, &tags) else {
            continue;
        };
        let protocol = protocol_of(api.protocol_type.as_ref());
        if let Some(first) = by_addr.get_mut(&addr) {
            first.surplus.push(id);
            continue;
        }
        let observed = Observed {
            outputs: made(session, scope, protocol, &id),
            ownership: Ownership::Ours,
            spec: ResourceSpec::Api(ApiSpec {
                name: api.name.unwrap_or_default(),
                description: api.description.unwrap_or_default(),
                protocol,
                // An HTTP API has one too, always the same, which nobody can set.
                select: api
                    .route_selection_expression
                    .filter(|_| protocol == ApiProtocol::Websocket),
                cors: api.cors_configuration.and_then(cors::observed),
                tags,
            }),
            surplus: Vec::new(),
            addr: addr.clone(),
        };
        by_addr.insert(addr, observed);
    }
    by_addr
}

fn protocol_of(protocol: Option<&ProtocolType>) -> ApiProtocol {
    match protocol {
        Some(ProtocolType::Websocket) => ApiProtocol::Websocket,
        _ => ApiProtocol::Http,
    }
}

fn made(session: &Session, scope: &Scope, protocol: ApiProtocol, id: &str) -> Outputs {
    let served = endpoint(session, scope, protocol, id);
    match protocol {
        ApiProtocol::Http => outputs([("id", Some(id)), ("endpoint", Some(&served))]),
        ApiProtocol::Websocket => outputs([
            ("id", Some(id)),
            ("endpoint", Some(&served)),
            ("callback", Some(&host(session, scope, id))),
        ]),
    }
}

/// Where stages of the API are served. The service's own answer is not asked: an emulator names
/// AWS's domain in it, which leads to AWS and not to the emulator.
pub(crate) fn endpoint(
    session: &Session,
    scope: &Scope,
    protocol: ApiProtocol,
    id: &str,
) -> String {
    let host = host(session, scope, id);
    match protocol {
        ApiProtocol::Http => host,
        // `https` becomes `wss`, and an emulator's `http` becomes `ws`.
        ApiProtocol::Websocket => host.replacen("http", "ws", 1),
    }
}

fn host(session: &Session, scope: &Scope, id: &str) -> String {
    let suffix = match scope.partition.as_str() {
        "aws-cn" => "amazonaws.com.cn",
        _ => "amazonaws.com",
    };
    session
        .options
        .emulator
        .as_ref()
        .and_then(|emulator| emulator.api_endpoint(id))
        .unwrap_or_else(|| format!("https://{id}.execute-api.{}.{suffix}", scope.region))
}

/// `arn:aws:apigateway:eu-west-1::/apis/ID`: these ARNs hold no account.
pub(crate) fn arn_of(scope: &Scope, id: &str) -> String {
    format!(
        "arn:{}:apigateway:{}::/apis/{id}",
        scope.partition, scope.region
    )
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &ApiSpec,
) -> Answered<Outputs> {
    let gateway = &session.write.gateway;
    match call.operation {
        Operation::CreateApi => {
            let answer = gateway
                .create_api()
                .name(&spec.name)
                .protocol_type(match spec.protocol {
                    ApiProtocol::Http => ProtocolType::Http,
                    ApiProtocol::Websocket => ProtocolType::Websocket,
                })
                .set_route_selection_expression(spec.select.clone())
                .set_cors_configuration(spec.cors.as_ref().map(cors::wanted))
                .set_description(Some(spec.description.clone()).filter(|text| !text.is_empty()))
                .set_tags(Some(tags::created(&spec.tags, call)))
                .send()
                .await
                .map_err(failed(api))?;
            let id = answer.api_id().ok_or_else(|| lacking(&api.title(), "id"))?;
            Ok(made(session, call.scope, spec.protocol, id))
        }
        Operation::UpdateApi => {
            gateway
                .update_api()
                .api_id(known(call, "id")?)
                .name(&spec.name)
                .description(&spec.description)
                .set_route_selection_expression(spec.select.clone())
                .set_cors_configuration(spec.cors.as_ref().map(cors::wanted))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        // An update can change them and not take them away.
        Operation::DeleteCorsConfiguration => gone(
            gateway
                .delete_cors_configuration()
                .api_id(known(call, "id")?)
                .send()
                .await
                .map_err(failed(api)),
        ),
        Operation::TagApi => {
            api_gateway::tag(
                session,
                api,
                arn_of(call.scope, known(call, "id")?),
                &spec.tags,
            )
            .await
        }
        Operation::UntagApi => {
            api_gateway::untag(
                session,
                api,
                arn_of(call.scope, known(call, "id")?),
                call,
                &spec.tags,
            )
            .await
        }
        // With its stages, routes and integrations.
        Operation::DeleteApi => gone(
            gateway
                .delete_api()
                .api_id(known(call, "id")?)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
