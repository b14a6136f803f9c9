//! The suite that every cloud passes.

use crate::push::push;
use crate::shop::shop;
use crate::world::World;
use slipway_aws::{AwsCloud, Emulator, SessionOptions};
use slipway_engine::port::{Cloud as _, SystemClock};
use slipway_plan::{Operation as Op, ResourceSpec as Spec, Scope};
use slipway_testkit::contract::{self, CloudSubject};
use std::sync::Arc;

#[tokio::test]
async fn it_keeps_the_contract_of_a_cloud() {
    let mut world = World::new().await;
    // An image of another project, which the functions of the suite run.
    let spec = Spec::Repository(shop(&world.scope).repository);
    world
        .act(Op::CreateRepository, "repository:orders", &spec)
        .await;
    let login = world.cloud.registry_login(&world.scope).await.unwrap();
    let digest = push(&login, "shop/orders", "one", "one").await;
    let cloud = AwsCloud::open(SessionOptions {
        region: world.scope.region.clone(),
        profile: None,
        emulator: Some(Emulator {
            endpoint: world.bed.endpoints().endpoint.clone(),
        }),
    })
    .await
    .unwrap();
    contract::cloud(&CloudSubject {
        cloud: Arc::new(cloud),
        clock: Arc::new(SystemClock::new()),
        scope: Scope {
            project: "contract".into(),
            environment: "dev".into(),
            ..world.scope.clone()
        },
        image: format!("{}/shop/orders@{digest}", world.scope.registry),
    })
    .await;
    world.bed.assert_valid();
    world.bed.stop().await.unwrap();
}
