//! Authorizers of an API. They can't be tagged: the name finds them again.

use crate::answer::{Answered, gone, known, lacking, mismatch, outputs, resolved};
use crate::api_gateway::{self, PAGE};
use crate::failure::{ApiCall, failed};
use crate::session::Session;
use aws_sdk_apigatewayv2::types::{Authorizer, AuthorizerType as Type, JwtConfiguration};
use slipway_engine::port::Call;
use slipway_plan::{
    AuthorizerSpec, AuthorizerType, Observed, Operation, Outputs, Ownership, ResourceAddr,
    ResourceKind, ResourceSpec, Text,
};
use std::collections::BTreeMap;

const GET_AUTHORIZERS: ApiCall = ApiCall::read("apigateway", "GetAuthorizers");

/// The authorizers of our API `api` (table key `key`), by address.
pub(crate) async fn list(
    session: &Session,
    api: &str,
    key: &str,
) -> Answered<BTreeMap<ResourceAddr, Observed>> {
    let authorizers = api_gateway::parts(session, |token| async move {
        let page = session
            .read
            .gateway
            .get_authorizers()
            .api_id(api)
            .max_results(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(failed(GET_AUTHORIZERS))?;
        Ok((page.items, page.next_token))
    })
    .await?;
    Ok(by_address(api, key, authorizers))
}

/// API Gateway allows several of one name: the first id in order counts, so that every look says
/// the same.
fn by_address(
    api: &str,
    key: &str,
    mut authorizers: Vec<Authorizer>,
) -> BTreeMap<ResourceAddr, Observed> {
    authorizers.sort_by(|one, other| one.authorizer_id.cmp(&other.authorizer_id));
    let mut by_addr: BTreeMap<ResourceAddr, Observed> = BTreeMap::new();
    for authorizer in authorizers {
        let Some(id) = authorizer.authorizer_id.clone() else {
            continue;
        };
        let spec = spec_of(api, authorizer);
        let addr = ResourceAddr::new(ResourceKind::Authorizer, format!("{key}/{}", spec.name));
        if let Some(first) = by_addr.get_mut(&addr) {
            first.surplus.push(id);
            continue;
        }
        let observed = Observed {
            addr: addr.clone(),
            spec: ResourceSpec::Authorizer(spec),
            outputs: outputs([("id", Some(&id))]),
            ownership: Ownership::Ours,
            surplus: Vec::new(),
        };
        by_addr.insert(addr, observed);
    }
    by_addr
}

/// Without what belongs to the other type, which answers may hold with a default.
fn spec_of(api: &str, has: Authorizer) -> AuthorizerSpec {
    let jwt = has.authorizer_type == Some(Type::Jwt);
    let configuration = has.jwt_configuration.filter(|_| jwt);
    AuthorizerSpec {
        api: Text::from(api),
        name: has.name.unwrap_or_default(),
        authorizer_type: if jwt {
            AuthorizerType::Jwt
        } else {
            AuthorizerType::Lambda
        },
        identity: has
            .identity_source
            .unwrap_or_default()
            .into_iter()
            .collect(),
        issuer: configuration
            .as_ref()
            .and_then(|configuration| configuration.issuer().map(str::to_owned)),
        audience: configuration
            .and_then(|configuration| configuration.audience)
            .unwrap_or_default()
            .into_iter()
            .collect(),
        uri: has.authorizer_uri.filter(|uri| !jwt && !uri.is_empty()),
        payload_version: has
            .authorizer_payload_format_version
            .filter(|version| !jwt && !version.is_empty()),
        simple_responses: !jwt && has.enable_simple_responses.unwrap_or_default(),
        ttl: has
            .authorizer_result_ttl_in_seconds
            .filter(|_| !jwt)
            .and_then(|seconds| u32::try_from(seconds).ok()),
    }
}

fn type_of(spec: &AuthorizerSpec) -> Type {
    match spec.authorizer_type {
        AuthorizerType::Jwt => Type::Jwt,
        AuthorizerType::Lambda => Type::Request,
    }
}

fn jwt(spec: &AuthorizerSpec) -> Option<JwtConfiguration> {
    let issuer = spec.issuer.as_ref()?;
    let configuration = JwtConfiguration::builder()
        .issuer(issuer)
        .set_audience(Some(spec.audience.iter().cloned().collect()));
    Some(configuration.build())
}

pub(crate) async fn call(
    session: &Session,
    api: ApiCall,
    call: &Call<'_>,
    spec: &AuthorizerSpec,
) -> Answered<Outputs> {
    let gateway = &session.write.gateway;
    let identity = Some(spec.identity.iter().cloned().collect::<Vec<_>>());
    let ttl = spec.ttl.and_then(|seconds| i32::try_from(seconds).ok());
    // Only Lambda authorizers of HTTP APIs have a format and simple answers.
    let simple = spec
        .payload_version
        .is_some()
        .then_some(spec.simple_responses);
    match call.operation {
        Operation::CreateAuthorizer => {
            let answer = gateway
                .create_authorizer()
                .api_id(resolved(call, &spec.api)?)
                .name(&spec.name)
                .authorizer_type(type_of(spec))
                .set_identity_source(identity)
                .set_jwt_configuration(jwt(spec))
                .set_authorizer_uri(spec.uri.clone())
                .set_authorizer_payload_format_version(spec.payload_version.clone())
                .set_enable_simple_responses(simple)
                .set_authorizer_result_ttl_in_seconds(ttl)
                .send()
                .await
                .map_err(failed(api))?;
            let id = answer
                .authorizer_id()
                .ok_or_else(|| lacking(&api.title(), "id"))?;
            Ok(outputs([("id", Some(id))]))
        }
        Operation::UpdateAuthorizer => {
            gateway
                .update_authorizer()
                .api_id(resolved(call, &spec.api)?)
                .authorizer_id(known(call, "id")?)
                .name(&spec.name)
                .authorizer_type(type_of(spec))
                .set_identity_source(identity)
                .set_jwt_configuration(jwt(spec))
                .set_authorizer_uri(spec.uri.clone())
                .set_authorizer_payload_format_version(spec.payload_version.clone())
                .set_enable_simple_responses(simple)
                .set_authorizer_result_ttl_in_seconds(ttl)
                .send()
                .await
                .map_err(failed(api))?;
            Ok(Outputs::new())
        }
        Operation::DeleteAuthorizer => gone(
            gateway
                .delete_authorizer()
                .api_id(resolved(call, &spec.api)?)
                .authorizer_id(known(call, "id")?)
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

    #[test]
    fn a_type_has_nothing_of_the_other_and_a_second_one_is_surplus() {
        let jwt = Authorizer::builder()
            .authorizer_id("a1")
            .name("users")
            .authorizer_type(Type::Jwt)
            .identity_source("$request.header.Authorization")
            .jwt_configuration(
                JwtConfiguration::builder()
                    .issuer("https://login.example")
                    .audience("shop")
                    .build(),
            )
            .authorizer_uri("")
            .authorizer_result_ttl_in_seconds(300)
            .authorizer_payload_format_version("2.0")
            .build();
        let copy = Authorizer::builder()
            .authorizer_id("a2")
            .name("users")
            .authorizer_type(Type::Jwt)
            .build();
        let found = by_address("x1", "public", vec![copy, jwt]);
        let users = &found[&"authorizer:public/users".parse().unwrap()];
        assert_eq!(users.outputs["id"], "a1");
        assert_eq!(users.surplus, ["a2"]);
        let ResourceSpec::Authorizer(spec) = &users.spec else {
            panic!("an authorizer")
        };
        assert_eq!(spec.issuer.as_deref(), Some("https://login.example"));
        assert_eq!(
            (&spec.uri, &spec.payload_version, spec.ttl),
            (&None, &None, None)
        );
    }
}
