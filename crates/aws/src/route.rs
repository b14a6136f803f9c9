//! Routes of an API, found by their key.

use crate::answer::{Answered, found, gone, known, lacking, mismatch, outputs, resolved};
use crate::api::PAGE;
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use slipway_engine::port::Call;
use slipway_plan::{
    Observed, Operation, Outputs, Ownership, ResourceAddr, ResourceKind, ResourceSpec, RouteSpec,
    Text,
};

const GET_ROUTES: ApiCall = ApiCall::read("apigateway", "GetRoutes");

/// The routes of our API `api` (table key `key`).
pub(crate) async fn list(session: &Session, api: &str, key: &str) -> Answered<Vec<Observed>> {
    let mut routes = Vec::new();
    let mut token = None;
    loop {
        session.gateway_reads.admit().await;
        let page = session
            .read
            .gateway
            .get_routes()
            .api_id(api)
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(failed(GET_ROUTES));
        let Some(page) = found(page)? else { break };
        routes.extend(page.items.unwrap_or_default());
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    Ok(routes
        .into_iter()
        .filter_map(|route| {
            let route_key = route.route_key?;
            Some(Observed {
                addr: ResourceAddr::new(ResourceKind::Route, format!("{key}/{route_key}")),
                spec: ResourceSpec::Route(RouteSpec {
                    api: Text::from(api),
                    route_key,
                    target: Text::Known(route.target.unwrap_or_default()),
                }),
                outputs: outputs([("id", route.route_id.as_deref())]),
                ownership: Ownership::Ours,
                surplus: Vec::new(),
            })
        })
        .collect())
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &RouteSpec,
) -> Answered<Outputs> {
    let gateway = &session.write.gateway;
    match call.operation {
        Operation::CreateRoute => {
            let answer = gateway
                .create_route()
                .api_id(resolved(call, &spec.api)?)
                .route_key(&spec.route_key)
                .target(resolved(call, &spec.target)?)
                .send()
                .await
                .map_err(failed(api))?;
            let id = answer
                .route_id()
                .ok_or_else(|| lacking(&api.title(), "id"))?;
            Ok(outputs([("id", Some(id))]))
        }
        Operation::UpdateRoute => {
            gateway
                .update_route()
                .api_id(resolved(call, &spec.api)?)
                .route_id(known(call, "id")?)
                .target(resolved(call, &spec.target)?)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::DeleteRoute => gone(
            gateway
                .delete_route()
                .api_id(resolved(call, &spec.api)?)
                .route_id(known(call, "id")?)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
