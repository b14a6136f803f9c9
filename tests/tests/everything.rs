//! All kinds of a design in one press: functions behind an HTTP and a WebSocket API, and a service.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use slipway_design::names;
use slipway_tests::http;
use slipway_tests::project::TestProject;
use slipway_tests::scene::{ENVIRONMENT, Scene, changed, pairs, reasons};
use slipway_tests::socket::{Opened, Socket};
use std::collections::BTreeSet;

fn url(finished: &Value, api: &str) -> Result<String> {
    finished["outputs"]["apis"][api]["url"]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("no URL of {api} in {finished}"))
}

/// Everything answers: functions by HTTP, the chat on its connection, the task of the service.
fn answers(scene: &Scene, shop: &str, live: &str) -> Result<()> {
    assert_eq!(http::get(shop, "/orders/1002")?.status, 200);
    assert_eq!(http::get(shop, "/catalog/kitchen/mug")?.status, 200);
    assert_eq!(http::get(shop, "/nothing/here")?.status, 404);
    let mut socket = Socket::connect(live)?;
    let said = socket.ask(&json!({ "action": "say", "text": "hi" }))?;
    assert_eq!(said["text"], "hi", "{said}");
    let page = scene.ask_task("web", "/")?;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains("Hello from Fargate"), "{page:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_a_service_and_a_chat_go_together() -> Result<()> {
    let mut scene = Scene::new(TestProject::everything()?).await?;
    let before = scene.inventory()?;
    let (plan, finished) = scene.deploy()?;
    let kinds: BTreeSet<&str> = plan["changes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|change| change["address"].as_str()?.split(':').next())
        .collect();
    for kind in ["deployment", "function", "route", "service", "vpc_link"] {
        assert!(kinds.contains(kind), "no {kind} in {kinds:?}");
    }
    let (shop, live) = (url(&finished, "public")?, url(&finished, "live")?);
    answers(&scene, &shop, &live)?;

    // Nothing changed, with and without what is remembered: nothing is written.
    for forget in [false, true] {
        if forget {
            scene.project.forget()?;
        }
        let (plan, again) = scene.deploy()?;
        assert_eq!(changed(&plan), pairs(&[]), "forgotten: {forget}");
        assert_eq!(url(&again, "public")?, shop);
    }

    // Somebody takes a route away and changes the service; what is remembered is lost, too.
    let api = shop
        .split_once("//")
        .and_then(|(_, rest)| rest.split('.').next())
        .context("the URL begins with the id of the API")?
        .to_owned();
    let routes = scene.by_hand("GET", &format!("/v2/apis/{api}/routes"), &Value::Null)?;
    let route = routes["items"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|route| route["routeKey"] == "GET /orders/{id}")
        .and_then(|route| route["routeId"].as_str())
        .context("there is a route for orders")?;
    scene.by_hand(
        "DELETE",
        &format!("/v2/apis/{api}/routes/{route}"),
        &Value::Null,
    )?;
    let name = &scene.project.design.name;
    let shared = json!({
        "cluster": names::shared_name(name, ENVIRONMENT),
        "service": names::service_name(name, ENVIRONMENT, "web"),
        "enableExecuteCommand": true,
    });
    scene.ecs("UpdateService", &shared)?;
    scene.project.forget()?;
    let (plan, _) = scene.deploy()?;
    assert_eq!(
        changed(&plan),
        pairs(&[
            ("route:public/GET /orders/{id}", "create"),
            ("service:web", "update"),
        ])
    );
    assert_eq!(reasons(&plan).len(), 1, "{:?}", reasons(&plan));
    answers(&scene, &shop, &live)?;

    scene.destroy()?;
    assert_eq!(scene.inventory()?, before);
    assert!(matches!(Socket::open(&live)?, Opened::Refused(_)));
    scene.bed.assert_valid();
    scene.bed.stop().await?;
    Ok(())
}
