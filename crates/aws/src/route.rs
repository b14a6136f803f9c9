//! Routes of an API, found by their key.

use crate::answer::{Answered, gone, known, lacking, mismatch, outputs, resolved};
use crate::api_gateway::{self, PAGE};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use aws_sdk_apigatewayv2::types::{AuthorizationType, Route};
use slipway_engine::port::Call;
use slipway_plan::{
    Authorization, Observed, Operation, Outputs, Ownership, ResourceAddr, ResourceKind,
    ResourceSpec, RouteSpec, Text,
};

/// The only response that a route can have: "Setting up route responses for a WebSocket API".
pub(crate) const ANY: &str = "$default";

const GET_ROUTES: ApiCall = ApiCall::read("apigateway", "GetRoutes");

/// The routes of our API `api` (table key `key`).
pub(crate) async fn list(session: &Session, api: &str, key: &str) -> Answered<Vec<Observed>> {
    let routes = api_gateway::parts(session, |token| async move {
        let page = session
            .read
            .gateway
            .get_routes()
            .api_id(api)
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(failed(GET_ROUTES))?;
        Ok((page.items, page.next_token))
    })
    .await?;
    Ok(routes
        .into_iter()
        .filter_map(|route| observed(api, key, route))
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

fn observed(api: &str, key: &str, route: Route) -> Option<Observed> {
    let route_key = route.route_key?;
    let authorization = match route.authorization_type {
        Some(AuthorizationType::AwsIam) => Authorization::AwsIam,
        Some(AuthorizationType::Jwt) => Authorization::Jwt,
        Some(AuthorizationType::Custom) => Authorization::Lambda,
        _ => Authorization::None,
    };
    let asks = matches!(authorization, Authorization::Jwt | Authorization::Lambda);
    Some(Observed {
        addr: ResourceAddr::new(ResourceKind::Route, format!("{key}/{route_key}")),
        spec: ResourceSpec::Route(RouteSpec {
            api: Text::from(api),
            route_key,
            target: Text::Known(route.target.unwrap_or_default()),
            reply: route
                .route_response_selection_expression
                .is_some_and(|expression| !expression.is_empty()),
            authorization,
            // What an earlier authorization left behind has no effect.
            authorizer: route.authorizer_id.filter(|_| asks).map(Text::Known),
            scopes: route
                .authorization_scopes
                .filter(|_| authorization == Authorization::Jwt)
                .unwrap_or_default()
                .into_iter()
                .collect(),
        }),
        outputs: outputs([("id", route.route_id.as_deref())]),
        ownership: Ownership::Ours,
        surplus: Vec::new(),
    })
}

fn authorization(spec: &RouteSpec) -> AuthorizationType {
    match spec.authorization {
        Authorization::None => AuthorizationType::None,
        Authorization::AwsIam => AuthorizationType::AwsIam,
        Authorization::Jwt => AuthorizationType::Jwt,
        Authorization::Lambda => AuthorizationType::Custom,
    }
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &RouteSpec,
) -> Answered<Outputs> {
    let gateway = &session.write.gateway;
    let authorizer = match &spec.authorizer {
        Some(id) => Some(resolved(call, id)?.to_owned()),
        None => None,
    };
    let scopes: Vec<String> = spec.scopes.iter().cloned().collect();
    match call.operation {
        Operation::CreateRoute => {
            let answer = gateway
                .create_route()
                .api_id(resolved(call, &spec.api)?)
                .route_key(&spec.route_key)
                .target(resolved(call, &spec.target)?)
                .set_route_response_selection_expression(spec.reply.then(|| ANY.to_owned()))
                .authorization_type(authorization(spec))
                .set_authorizer_id(authorizer)
                .set_authorization_scopes(Some(scopes).filter(|scopes| !scopes.is_empty()))
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
                .authorization_type(authorization(spec))
                .set_authorizer_id(authorizer)
                // An empty list takes earlier scopes away.
                .set_authorization_scopes(Some(scopes))
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
