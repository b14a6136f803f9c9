//! The response of a two-way route. It can't be tagged; a route has at most one.

use crate::answer::{Answered, found, gone, known, lacking, mismatch, outputs, resolved};
use crate::failure::{ApiCall, failed};
use crate::route::ANY;
use crate::session::Session;
use slipway_engine::port::Call;
use slipway_plan::{
    Observed, Operation, Outputs, Ownership, ResourceAddr, ResourceKind, ResourceSpec,
    RouteResponseSpec, Text,
};

const GET_ROUTE_RESPONSES: ApiCall = ApiCall::read("apigateway", "GetRouteResponses");

/// The response of the route `route` of our API `api`; `path` is the path of the route's address.
pub(crate) async fn observe(
    session: &Session,
    api: &str,
    route: &str,
    path: &str,
) -> Answered<Option<Observed>> {
    session.gateway_reads.admit().await;
    let answer = session
        .read
        .gateway
        .get_route_responses()
        .api_id(api)
        .route_id(route)
        .send()
        .await
        .map_err(failed(GET_ROUTE_RESPONSES));
    let mut ids: Vec<String> = found(answer)?
        .and_then(|answer| answer.items)
        .unwrap_or_default()
        .into_iter()
        .filter(|response| response.route_response_key.as_deref() == Some(ANY))
        .filter_map(|response| response.route_response_id)
        .collect();
    ids.sort();
    if ids.is_empty() {
        return Ok(None);
    }
    let id = ids.remove(0);
    Ok(Some(Observed {
        addr: ResourceAddr::new(ResourceKind::RouteResponse, path),
        spec: ResourceSpec::RouteResponse(RouteResponseSpec {
            api: Text::from(api),
            route: Text::from(route),
        }),
        outputs: outputs([("id", Some(&id))]),
        ownership: Ownership::Ours,
        surplus: ids,
    }))
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &RouteResponseSpec,
) -> Answered<Outputs> {
    let gateway = &session.write.gateway;
    let api_id = resolved(call, &spec.api)?;
    let route = resolved(call, &spec.route)?;
    match call.operation {
        Operation::CreateRouteResponse => {
            let answer = gateway
                .create_route_response()
                .api_id(api_id)
                .route_id(route)
                .route_response_key(ANY)
                .send()
                .await
                .map_err(failed(api))?;
            let id = answer
                .route_response_id()
                .ok_or_else(|| lacking(&api.title(), "id"))?;
            Ok(outputs([("id", Some(id))]))
        }
        Operation::DeleteRouteResponse => gone(
            gateway
                .delete_route_response()
                .api_id(api_id)
                .route_id(route)
                .route_response_id(known(call, "id")?)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
