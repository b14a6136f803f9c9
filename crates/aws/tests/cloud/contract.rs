//! The suite that every cloud passes, on two emulators that have nothing in common.
//!
//! Where they differ from each other and from AWS's documents stands in `docs/emulators.md`.

use crate::push::push;
use crate::shop::shop;
use crate::world::World;
use slipway_aws::{AwsCloud, Emulator, SessionOptions};
use slipway_engine::port::{Cloud as _, SystemClock};
use slipway_plan::{Operation as Op, ResourceKind, ResourceSpec as Spec, Scope};
use slipway_testbed::{Bed, BedOptions};
use slipway_testkit::contract::{self, CloudSubject, Gaps};
use std::sync::Arc;

async fn cloud_at(endpoint: &str) -> AwsCloud {
    AwsCloud::open(SessionOptions {
        region: "eu-west-1".into(),
        profile: None,
        emulator: Some(Emulator {
            endpoint: endpoint.to_owned(),
        }),
    })
    .await
    .unwrap()
}

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
    contract::cloud(&CloudSubject {
        cloud: Arc::new(cloud_at(&world.bed.endpoints().endpoint).await),
        clock: Arc::new(SystemClock::new()),
        scope: Scope {
            project: "contract".into(),
            environment: "dev".into(),
            ..world.scope.clone()
        },
        image: format!("{}/shop/orders@{digest}", world.scope.registry),
        gaps: Gaps::default(),
    })
    .await;
    world.bed.assert_valid();
    world.bed.stop().await.unwrap();
}

#[tokio::test]
async fn it_keeps_the_contract_of_services() {
    let world = World::new().await;
    contract::services(&CloudSubject {
        cloud: Arc::new(cloud_at(&world.bed.endpoints().endpoint).await),
        clock: Arc::new(SystemClock::new()),
        scope: world.scope.clone(),
        image: String::new(),
        gaps: Gaps::default(),
    })
    .await;
    world.bed.assert_valid();
    world.bed.stop().await.unwrap();
}

/// What moto 5.2 does not know of repositories, stages and deployments, the keys that it takes twice, and what it drops of services.
const MOTO: Gaps = Gaps {
    operations: &[
        Op::PutImageScanningConfiguration,
        Op::CreateDeployment,
        Op::PutImageScanningConfiguration,
        Op::UpdateStage,
        Op::DeleteRouteSettings,
        Op::DeleteAccessLogSettings,
        Op::TagStage,
        Op::UntagStage,
    ],
    seconds: &[
        ResourceKind::Route,
        ResourceKind::Stage,
        ResourceKind::Permission,
    ],
    forgets: &[
        (ResourceKind::Service, "min_healthy"),
        (ResourceKind::Service, "max_healthy"),
        (ResourceKind::Service, "rollback"),
        (ResourceKind::Service, "exec"),
        (ResourceKind::Service, "spot"),
        (ResourceKind::Service, "registry"),
    ],
    silent: &[ResourceKind::Service],
};

/// The other emulator. The requests are the same as on the first, where each is held against AWS's models.
async fn on_moto() -> (Bed, CloudSubject) {
    let bed = Bed::start(BedOptions {
        moto: true,
        ..BedOptions::default()
    })
    .await
    .unwrap();
    let endpoint = bed.endpoints().moto.clone().expect("moto was asked for");
    let cloud = cloud_at(&endpoint).await;
    let identity = cloud.identity().await.unwrap();
    let registry = format!("{}.dkr.ecr.eu-west-1.amazonaws.com", identity.account);
    let subject = CloudSubject {
        cloud: Arc::new(cloud),
        clock: Arc::new(SystemClock::new()),
        scope: Scope {
            project: "contract".into(),
            environment: "dev".into(),
            account: identity.account,
            region: "eu-west-1".into(),
            partition: "aws".into(),
            registry: registry.clone(),
            emulator: true,
        },
        image: format!("{registry}/shop/orders@sha256:{}", "a".repeat(64)),
        gaps: MOTO,
    };
    (bed, subject)
}

#[tokio::test]
async fn it_keeps_the_contract_on_moto() {
    let (bed, subject) = on_moto().await;
    contract::cloud(&subject).await;
    bed.stop().await.unwrap();
}

#[tokio::test]
async fn it_keeps_the_contract_of_services_on_moto() {
    let (bed, subject) = on_moto().await;
    contract::services(&subject).await;
    bed.stop().await.unwrap();
}
