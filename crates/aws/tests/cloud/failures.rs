//! What a run is told when a call goes wrong on the way.

use crate::shop::shop;
use crate::world::{World, addr};
use slipway_engine::port::{Cloud as _, CloudErrorKind, Refresh};
use slipway_plan::{Operation as Op, ResourceSpec as Spec};
use slipway_testbed::{Fault, FaultEffect, FaultLimit};
use std::collections::BTreeSet;

#[tokio::test]
async fn each_failure_on_the_way_is_told_apart() {
    let mut world = World::new().await;
    let shop = shop(&world.scope);
    let api = Spec::Api(shop.api.clone());
    let cases = [
        (FaultEffect::Throttle, CloudErrorKind::Throttled, false),
        (
            FaultEffect::ServerError { status: 503 },
            CloudErrorKind::OutcomeUnknown,
            false,
        ),
        (FaultEffect::DropReply, CloudErrorKind::OutcomeUnknown, true),
        (
            FaultEffect::TruncateReply,
            CloudErrorKind::OutcomeUnknown,
            true,
        ),
        (
            FaultEffect::EmptyReply,
            CloudErrorKind::OutcomeUnknown,
            true,
        ),
        (
            FaultEffect::ForeignPage,
            CloudErrorKind::OutcomeUnknown,
            false,
        ),
        (FaultEffect::Reset, CloudErrorKind::OutcomeUnknown, false),
        (
            FaultEffect::Refuse {
                status: 403,
                code: "AccessDeniedException".into(),
                message: "User: arn:aws:iam::0:user/dev is not authorized to perform: \
                          apigateway:POST on resource: arn:aws:apigateway:eu-west-1::/apis"
                    .into(),
            },
            CloudErrorKind::AccessDenied,
            false,
        ),
        (
            FaultEffect::Refuse {
                status: 403,
                code: "ExpiredTokenException".into(),
                message: "The security token included in the request is expired".into(),
            },
            CloudErrorKind::Credentials,
            false,
        ),
    ];
    for (effect, kind, applied) in cases {
        let proxy = world.bed.proxy();
        proxy.clear();
        proxy.inject(Fault::once("apigatewayv2", "CreateApi", effect.clone()));
        let error = world
            .try_do(Op::CreateApi, "api:public", &api, None)
            .await
            .expect_err("the fault must show");
        assert_eq!(error.kind, kind, "{effect:?}: {error:?}");
        assert!(!error.message.is_empty() && error.operation == "apigateway:CreateApi");
        // Sent once, whatever came back.
        let sent = world.bed.proxy().mutating_calls();
        assert_eq!(sent.len(), 1, "{effect:?}: {sent:?}");
        let found = world.find("api:public", &api).await;
        assert_eq!(found.is_some(), applied, "{effect:?}");
        if let Some(found) = found {
            world.outputs.insert(addr("api:public"), found.outputs);
            world.act(Op::DeleteApi, "api:public", &api).await;
        }
    }
    world.bed.assert_valid();
    world.bed.stop().await.unwrap();
}

#[tokio::test]
async fn a_read_is_repeated_and_a_denial_says_what_is_needed() {
    let world = World::new().await;
    let proxy = world.bed.proxy();
    proxy.inject(Fault::once(
        "sts",
        "GetCallerIdentity",
        FaultEffect::DropReply,
    ));
    proxy.inject(Fault::once(
        "sts",
        "GetCallerIdentity",
        FaultEffect::ServerError { status: 500 },
    ));
    let identity = world.cloud.identity().await.unwrap();
    assert_eq!(identity.account, world.scope.account);
    assert_eq!(proxy.reading_calls().len(), 3);

    proxy.inject(Fault::once(
        "sts",
        "GetCallerIdentity",
        FaultEffect::Refuse {
            status: 403,
            code: "InvalidClientTokenId".into(),
            message: "The security token included in the request is invalid.".into(),
        },
    ));
    let error = world.cloud.identity().await.unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Credentials);
    assert!(error.hint.is_some(), "{error:?}");
    world.bed.stop().await.unwrap();
}

/// Whatever stands between may answer in AWS's place. That nothing was said is never taken for there
/// being nothing: a plan would make everything a second time.
#[tokio::test]
async fn no_question_takes_an_answer_that_says_nothing() {
    let mut world = World::new().await;
    let shop = shop(&world.scope);
    for (operation, address) in [
        (Op::CreateRepository, "repository:orders"),
        (Op::CreateLogGroup, "log_group:orders"),
        (Op::CreateRole, "role:orders"),
        (Op::CreateApi, "api:public"),
    ] {
        let specs = shop.all();
        let (_, spec) = specs.iter().find(|(of, _)| *of == addr(address)).unwrap();
        world.act(operation, address, spec).await;
    }
    let specs = shop.all();
    let there = world.refresh(&specs).await;
    assert_eq!(there.len(), 4);
    let asked: BTreeSet<(String, String)> = (world.bed.proxy().reading_calls().into_iter())
        .map(|call| (call.service, call.operation))
        .collect();
    assert!(asked.len() >= 12, "{asked:?}");
    for (service, operation) in asked {
        for effect in [
            FaultEffect::EmptyReply,
            FaultEffect::ForeignPage,
            FaultEffect::TruncateReply,
        ] {
            let proxy = world.bed.proxy();
            proxy.clear();
            proxy.inject(Fault {
                limit: FaultLimit::Always,
                ..Fault::once(&service, &operation, effect.clone())
            });
            let refreshed = world
                .cloud
                .refresh(Refresh {
                    scope: &world.scope,
                    desired: &specs,
                    remembered: &[],
                })
                .await;
            let proxy = world.bed.proxy();
            proxy.clear_faults();
            let met = proxy.calls().iter().any(|call| {
                // What is refused by another status is no success with nothing in it.
                call.fault.is_some() && call.status == Some(200)
            });
            match refreshed {
                Err(error) => assert!(!error.message.is_empty(), "{operation}: {error:?}"),
                Ok(found) => assert!(
                    !met,
                    "{operation}, {effect:?}: {} of 4 are there",
                    found.len()
                ),
            }
        }
    }
    world.bed.assert_valid();
    world.bed.stop().await.unwrap();
}

#[tokio::test]
async fn nobody_at_the_endpoint_is_said_before_anything_was_sent() {
    use slipway_aws::{AwsCloud, Emulator, SessionOptions};
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = unused.local_addr().unwrap().port();
    drop(unused);
    let cloud = AwsCloud::open(SessionOptions {
        region: "eu-west-1".into(),
        profile: None,
        emulator: Some(Emulator {
            endpoint: format!("http://127.0.0.1:{port}"),
        }),
    })
    .await
    .unwrap();
    let scope = slipway_plan::Scope {
        project: "shop".into(),
        environment: "dev".into(),
        account: "000000000000".into(),
        region: "eu-west-1".into(),
        partition: "aws".into(),
        registry: format!("localhost:{port}"),
        emulator: true,
    };
    let shop = shop(&scope);
    let error = cloud
        .call(slipway_engine::port::Call {
            scope: &scope,
            operation: Op::CreateApi,
            addr: &addr("api:public"),
            spec: &Spec::Api(shop.api),
            observed: None,
            outputs: &slipway_plan::Outputs::new(),
            run: crate::world::RUN,
        })
        .await
        .unwrap_err();
    // Not `OutcomeUnknown`: it is known that nothing happened.
    assert_eq!(error.kind, CloudErrorKind::Transient, "{error:?}");
    assert!(error.message.contains("refused"), "{error:?}");
}
