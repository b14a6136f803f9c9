//! The fakes keep the contracts that the real adapters keep.

use slipway_design::Arch;
use slipway_plan::BuildSource;
use slipway_testkit::{
    Bench, FakeBuilder, FakeClock, MemoryJournal, MemoryState, contract, designs,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

#[test]
fn the_cloud_in_memory() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        contract::cloud(&contract::CloudSubject {
            cloud: Arc::clone(&bench.cloud) as _,
            clock: Arc::new(bench.clock.clone()),
            scope: bench.scope.clone(),
            image: bench.cloud.add_image("elsewhere/base", "base"),
            gaps: contract::Gaps::default(),
        })
        .await;
    });
}

#[test]
fn the_services_of_the_cloud_in_memory() {
    let bench = Bench::new(&designs::small());
    bench.clock.block_on(async {
        contract::services(&contract::CloudSubject {
            cloud: Arc::clone(&bench.cloud) as _,
            clock: Arc::new(bench.clock.clone()),
            scope: bench.scope.clone(),
            image: String::new(),
            gaps: contract::Gaps::default(),
        })
        .await;
    });
}

#[test]
fn the_builder_in_memory() {
    let clock = FakeClock::new();
    let builder = FakeBuilder::new(Arc::new(clock.clone()));
    builder.remove_context("missing");
    let source = |context: &str| BuildSource {
        context: context.to_owned(),
        dockerfile: "Dockerfile".to_owned(),
        target: None,
        args: BTreeMap::new(),
        arch: Arch::X86_64,
    };
    clock.block_on(contract::image_builder(
        &builder,
        Path::new("/project"),
        &source("services/orders"),
        &source("missing"),
        "slipway/contract:1",
    ));
}

#[test]
fn the_journal_and_the_state_in_memory() {
    FakeClock::new().block_on(async {
        contract::journal(&MemoryJournal::new()).await;
        contract::state_store(&MemoryState::new()).await;
    });
}
