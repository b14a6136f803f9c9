//! A real bed, used by a client that is independent of the product: the whole path once, each fault once, and
//! nothing left behind.

#[cfg(test)]
#[path = "support/client.rs"]
mod client;
#[cfg(test)]
#[path = "support/deployment.rs"]
mod deployment;
#[cfg(test)]
#[path = "support/faults.rs"]
mod faults;

use std::net::TcpStream;
use std::path::Path;

use client::{Client, port};
use deployment::{ACCOUNT, deploy, options, permit, routes_answer};
use faults::{control_works, faults_act, mistakes_are_seen};
use serde_json::json;
use slipway_testbed::{Bed, BedOptions};

#[tokio::test(flavor = "multi_thread")]
async fn a_bed_serves_records_fails_on_demand_and_leaves_nothing() {
    let bed = Bed::start(BedOptions {
        registry: true,
        ..options()
    })
    .await
    .unwrap();
    let mut client = Client::of(&bed);
    assert_eq!(
        client.done("sts.get_caller_identity", json!({}))["Account"],
        ACCOUNT
    );

    let deployed = deploy(&bed, &mut client, "bed-test");
    assert_eq!(
        deployed.request("GET /items/1", "", "").0,
        500,
        "there is no permission yet"
    );
    permit(&mut client, &deployed);
    routes_answer(&deployed);
    bed.assert_valid();
    let made = bed.proxy().mutating_calls();
    assert!(
        made.iter()
            .all(|call| !call.operation.starts_with("Get")
                && !call.operation.starts_with("Describe"))
    );
    let manifests = made
        .iter()
        .filter(|call| call.service == "registry" && call.operation == "PutManifest");
    assert_eq!(manifests.count(), 1);
    let created = made
        .iter()
        .find(|call| call.operation == "CreateAlias")
        .unwrap();
    assert_eq!(
        (created.parameters["Name"].as_str(), created.status),
        (Some("live"), Some(201))
    );

    bed.proxy().clear();
    faults_act(&bed, &mut client, &deployed);
    bed.assert_valid();
    mistakes_are_seen(&bed, &mut client);
    control_works(&bed, &mut client);

    let label = format!(
        "ministack.instance=slipway-testbed-{}:{}",
        std::process::id(),
        deployed.port
    );
    let running = client.ask(&json!({ "containers": label }));
    assert!(
        !running["ok"].as_array().unwrap().is_empty(),
        "the function's container runs"
    );
    let record = bed.record();
    assert_eq!(
        record
            .services
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>(),
        ["ministack", "registry"]
    );
    bed.stop().await.unwrap();

    assert_eq!(
        client.ask(&json!({ "containers": label })),
        json!({"ok": []})
    );
    for (name, pid) in &record.services {
        assert!(
            !Path::new(&format!("/proc/{pid}")).exists(),
            "{name} (process {pid}) still runs"
        );
    }
    let endpoints = &record.endpoints;
    let plain = endpoints.plain_registry.as_ref().unwrap();
    for address in [
        &endpoints.endpoint,
        &endpoints.ministack,
        &endpoints.control,
        plain,
    ] {
        assert!(
            TcpStream::connect(("127.0.0.1", port(address))).is_err(),
            "{address} still listens"
        );
    }
    assert!(!record.folder.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_beds_run_side_by_side_and_one_is_dropped() {
    let (first, second) = tokio::join!(Bed::start(options()), Bed::start(options()));
    let (first, second) = (first.unwrap(), second.unwrap());
    let (mut one, mut two) = (Client::of(&first), Client::of(&second));
    one.done(
        "ecr.create_repository",
        json!({"repositoryName": "only-here"}),
    );
    assert_eq!(
        two.refused(
            "ecr.describe_repositories",
            json!({"repositoryNames": ["only-here"]})
        ),
        "RepositoryNotFoundException"
    );
    let record = first.record();
    tokio::task::spawn_blocking(move || drop(first))
        .await
        .unwrap();
    for (name, pid) in &record.services {
        assert!(
            !Path::new(&format!("/proc/{pid}")).exists(),
            "{name} (process {pid}) still runs"
        );
    }
    two.done("sts.get_caller_identity", json!({}));
    second.assert_valid();
    second.stop().await.unwrap();
}
