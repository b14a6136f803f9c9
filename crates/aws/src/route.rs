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

/// The only response that a route can have: "Setting up route responses for a WebSocket API".
pub(crate) const ANY: &str = "$default";

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
                    reply: route
                        .route_response_selection_expression
                        .is_some_and(|expression| !expression.is_empty()),
                }),
                outputs: outputs([("id", route.route_id.as_deref())]),
                ownership: Ownership::Ours,
                surplus: Vec::new(),
            })
        })
        .collect())
}

/// Only a change of it is said: HTTP APIs know no such member.
fn expression(call: &Call<'_>, spec: &RouteSpec) -> Option<String> {
    let was = match call.observed.map(|observed| &observed.spec) {
        Some(ResourceSpec::Route(was)) => was.reply,
        _ => false,
    };
    match (was, spec.reply) {
        (false, false) => None,
        (true, false) => Some(String::new()),
        (_, true) => Some(ANY.to_owned()),
    }
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
                .set_route_response_selection_expression(spec.reply.then(|| ANY.to_owned()))
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
                .set_route_response_selection_expression(expression(call, spec))
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
