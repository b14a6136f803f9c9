//! Stages of an API.

use crate::answer::{Answered, gone, mismatch, outputs, resolved};
use crate::api;
use crate::api_gateway::{self, PAGE};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use crate::{tags, throttle};
use aws_sdk_apigatewayv2::types::{AccessLogSettings, RouteSettings};
use slipway_engine::port::Call;
use slipway_plan::{
    AccessLogSpec, ApiProtocol, Observed, Operation, Outputs, Ownership, ResourceAddr,
    ResourceKind, ResourceSpec, Scope, StageSpec, Text,
};
use std::collections::{BTreeMap, HashMap};

const GET_STAGES: ApiCall = ApiCall::read("apigateway", "GetStages");

/// The stages of our API `api` (table key `key`). They hang from it, whatever their tags say.
pub(crate) async fn list(
    session: &Session,
    scope: &Scope,
    api: &str,
    protocol: ApiProtocol,
    key: &str,
) -> Answered<Vec<Observed>> {
    let stages = api_gateway::parts(session, |token| async move {
        let page = session
            .read
            .gateway
            .get_stages()
            .api_id(api)
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(failed(GET_STAGES))?;
        Ok((page.items, page.next_token))
    })
    .await?;
    Ok(stages
        .into_iter()
        .filter_map(|stage| {
            let name = stage.stage_name?;
            Some(Observed {
                addr: ResourceAddr::new(ResourceKind::Stage, format!("{key}/{name}")),
                outputs: made(session, scope, api, protocol, &name),
                spec: ResourceSpec::Stage(StageSpec {
                    api: Text::from(api),
                    auto_deploy: stage.auto_deploy.unwrap_or_default(),
                    // One that deploys by itself changes it whenever something changes.
                    deployment: stage
                        .deployment_id
                        .filter(|id| !id.is_empty() && stage.auto_deploy != Some(true))
                        .map(Text::Known),
                    variables: stage
                        .stage_variables
                        .unwrap_or_default()
                        .into_iter()
                        .filter(|(_, value)| !value.is_empty())
                        .collect(),
                    throttle: stage
                        .default_route_settings
                        .as_ref()
                        .and_then(throttle::observed),
                    route_throttle: stage
                        .route_settings
                        .unwrap_or_default()
                        .into_iter()
                        .filter_map(|(key, has)| Some((key, throttle::observed(&has)?)))
                        .collect(),
                    access_log: stage.access_log_settings.and_then(access_log),
                    tags: tags::compared(stage.tags.unwrap_or_default()),
                    name,
                }),
                ownership: Ownership::Ours,
                surplus: Vec::new(),
            })
        })
        .collect())
}

/// The ARN of a log group is written with and without `:*`.
fn access_log(has: AccessLogSettings) -> Option<AccessLogSpec> {
    let group = has.destination_arn?;
    Some(AccessLogSpec {
        group: group.trim_end_matches(":*").to_owned(),
        format: has.format.unwrap_or_default(),
    })
}

fn log_settings(spec: &StageSpec) -> Option<AccessLogSettings> {
    let log = spec.access_log.as_ref()?;
    let settings = AccessLogSettings::builder()
        .destination_arn(&log.group)
        .format(&log.format);
    Some(settings.build())
}

/// An update merges them by route: what is not named stays.
fn route_settings(spec: &StageSpec) -> Option<HashMap<String, RouteSettings>> {
    let settings: HashMap<String, RouteSettings> = spec
        .route_throttle
        .iter()
        .map(|(key, limit)| (key.clone(), throttle::wanted(Some(limit))))
        .collect();
    (!settings.is_empty()).then_some(settings)
}

/// The routes that had a limit and are to have none.
fn without_limit<'a>(call: &Call<'a>, spec: &StageSpec) -> Vec<&'a str> {
    match call.observed.map(|observed| &observed.spec) {
        Some(ResourceSpec::Stage(was)) => was
            .route_throttle
            .keys()
            .filter(|key| !spec.route_throttle.contains_key(*key))
            .map(String::as_str)
            .collect(),
        _ => Vec::new(),
    }
}

/// The stage `$default` is served at the root of the API.
fn made(
    session: &Session,
    scope: &Scope,
    api: &str,
    protocol: ApiProtocol,
    stage: &str,
) -> Outputs {
    let endpoint = api::endpoint(session, scope, protocol, api);
    let url = match stage {
        "$default" => endpoint,
        named => format!("{endpoint}/{named}"),
    };
    outputs([("url", Some(&url))])
}

/// The stages of WebSocket APIs, and only they, name the deployment that they serve.
pub(crate) fn protocol_of(spec: &StageSpec) -> ApiProtocol {
    match spec.deployment {
        None => ApiProtocol::Http,
        Some(_) => ApiProtocol::Websocket,
    }
}

fn deployment<'a>(call: &Call<'_>, spec: &'a StageSpec) -> Answered<Option<&'a str>> {
    spec.deployment
        .as_ref()
        .map(|text| resolved(call, text))
        .transpose()
}

fn arn_of(scope: &Scope, api: &str, stage: &str) -> String {
    format!("{}/stages/{stage}", api::arn_of(scope, api))
}

/// An update merges variables: one that is to go is set to nothing, which no variable can
/// otherwise be.
fn changed_variables(call: &Call<'_>, spec: &StageSpec) -> HashMap<String, String> {
    let was = match call.observed.map(|observed| &observed.spec) {
        Some(ResourceSpec::Stage(was)) => was.variables.clone(),
        _ => BTreeMap::new(),
    };
    was.into_keys()
        .map(|name| (name, String::new()))
        .chain(spec.variables.clone())
        .collect()
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &StageSpec,
) -> Answered<Outputs> {
    let gateway = &session.write.gateway;
    let api_id = resolved(call, &spec.api)?;
    match call.operation {
        Operation::CreateStage => {
            gateway
                .create_stage()
                .api_id(api_id)
                .stage_name(&spec.name)
                .auto_deploy(spec.auto_deploy)
                .set_deployment_id(deployment(call, spec)?.map(str::to_owned))
                .set_stage_variables(Some(spec.variables.clone().into_iter().collect()))
                .set_default_route_settings(
                    spec.throttle
                        .as_ref()
                        .map(|limit| throttle::wanted(Some(limit))),
                )
                .set_route_settings(route_settings(spec))
                .set_access_log_settings(log_settings(spec))
                .set_tags(Some(tags::created(&spec.tags, call)))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(made(
                session,
                call.scope,
                api_id,
                protocol_of(spec),
                &spec.name,
            ))
        }
        Operation::UpdateStage => {
            gateway
                .update_stage()
                .api_id(api_id)
                .stage_name(&spec.name)
                .auto_deploy(spec.auto_deploy)
                .set_deployment_id(deployment(call, spec)?.map(str::to_owned))
                .set_stage_variables(Some(changed_variables(call, spec)))
                .default_route_settings(throttle::wanted(spec.throttle.as_ref()))
                .set_route_settings(route_settings(spec))
                .set_access_log_settings(log_settings(spec))
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::DeleteRouteSettings => {
            for route_key in without_limit(call, spec) {
                gone(
                    gateway
                        .delete_route_settings()
                        .api_id(api_id)
                        .stage_name(&spec.name)
                        .route_key(route_key)
                        .send()
                        .await
                        .map_err(failed(api)),
                )?;
            }
            Ok(Outputs::new())
        }
        Operation::DeleteAccessLogSettings => gone(
            gateway
                .delete_access_log_settings()
                .api_id(api_id)
                .stage_name(&spec.name)
                .send()
                .await
                .map_err(failed(api)),
        ),
        Operation::TagStage => {
            api_gateway::tag(
                session,
                api,
                arn_of(call.scope, api_id, &spec.name),
                &spec.tags,
            )
            .await
        }
        Operation::UntagStage => {
            api_gateway::untag(
                session,
                api,
                arn_of(call.scope, api_id, &spec.name),
                call,
                &spec.tags,
            )
            .await
        }
        Operation::DeleteStage => gone(
            gateway
                .delete_stage()
                .api_id(api_id)
                .stage_name(&spec.name)
                .send()
                .await
                .map_err(failed(api)),
        ),
        _ => Err(mismatch(call)),
    }
}
