//! The WebSocket example on real parts: deployed, talked to, changed, and taken away.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use slipway_tests::http::{self, Request};
use slipway_tests::inventory;
use slipway_tests::project::TestProject;
use slipway_tests::scene::{REGION, Scene, changed, pairs, reasons};
use slipway_tests::socket::{Opened, Socket};

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_answers_and_every_change_of_it_is_planned() -> Result<()> {
    let mut scene = Scene::new(TestProject::example("websocket-chat")?).await?;
    let before = scene.inventory()?;
    let (_, finished) = scene.deploy()?;
    let url = finished["outputs"]["apis"]["live"]["url"]
        .as_str()
        .with_context(|| format!("no URL in {finished}"))?
        .to_owned();
    assert!(url.starts_with("ws://") && url.ends_with("/live"), "{url}");

    // Two-way routes answer from the container, on the connection that asked.
    let mut one = Socket::connect(&url)?;
    let mut other = Socket::connect(&url)?;
    let said = one.ask(&json!({ "action": "say", "text": "hi" }))?;
    assert_eq!(said["text"], "hi", "{said}");
    let elsewhere = other.ask(&json!({ "action": "say", "text": "hello" }))?;
    assert_eq!(elsewhere["text"], "hello");
    assert_ne!(said["from"], elsewhere["from"]);
    let unknown = one.ask(&json!({ "action": "sing" }))?;
    assert_eq!(unknown["error"], "this is not understood");

    // The function was told where it reaches connections, and that address does.
    let configuration = inventory::function(scene.bed.endpoints(), REGION, "chat-emulator-chat")?;
    let callback = configuration["Environment"]["Variables"]["SLIPWAY_CALLBACK_LIVE"]
        .as_str()
        .with_context(|| format!("no callback in {configuration}"))?
        .to_owned();
    let (base, stage) = callback
        .rsplit_once('/')
        .context("a callback ends in the stage")?;
    let connection = elsewhere["from"]
        .as_str()
        .context("a connection has an id")?;
    let posted = http::send(
        base,
        &Request {
            method: "POST",
            path: &format!("/{stage}/@connections/{connection}"),
            body: "from the server",
            ..Request::default()
        },
    )?;
    assert_eq!(posted.status, 200, "{posted:?}");
    assert_eq!(other.receive()?, "from the server");

    // Nothing changed, with and without what is remembered: nothing is written.
    for forget in [false, true] {
        if forget {
            scene.project.forget()?;
        }
        let (plan, again) = scene.deploy()?;
        assert_eq!(changed(&plan), pairs(&[]));
        assert_eq!(again["outputs"]["apis"]["live"]["url"], url.as_str());
    }

    // A route that no longer answers is a new deployment, and open connections get it.
    scene.project.edit(
        "\"say\" = { to = \"chat\", reply = true }",
        "\"say\" = { to = \"chat\" }",
    )?;
    let (plan, _) = scene.deploy()?;
    assert_eq!(
        changed(&plan),
        pairs(&[
            ("deployment:live", "create"),
            ("deployment:live", "delete"),
            ("route:live/say", "update"),
            ("route_response:live/say", "delete"),
            ("stage:live/live", "update"),
        ])
    );
    one.send(&json!({ "action": "say", "text": "into the void" }).to_string())?;
    let next = one.ask(&json!({ "action": "sing" }))?;
    assert_eq!(next["error"], "this is not understood");

    drift(&mut scene, &url)?;

    scene.destroy()?;
    assert_eq!(scene.inventory()?, before);
    assert!(matches!(Socket::open(&url)?, Opened::Refused(_)));
    scene.bed.assert_valid();
    scene.bed.stop().await?;
    Ok(())
}

/// What somebody changes outside shows as such, and is put right without a new deployment.
fn drift(scene: &mut Scene, url: &str) -> Result<()> {
    let api = url
        .strip_prefix("ws://")
        .and_then(|rest| rest.split('.').next())
        .context("the URL begins with the id of the API")?
        .to_owned();
    let routes = scene.by_hand("GET", &format!("/v2/apis/{api}/routes"), &Value::Null)?;
    let default = routes["items"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|route| route["routeKey"] == "$default")
        .and_then(|route| route["routeId"].as_str())
        .context("there is a route $default")?;
    scene.by_hand(
        "PATCH",
        &format!("/v2/apis/{api}/routes/{default}"),
        &json!({ "routeResponseSelectionExpression": "" }),
    )?;
    let theirs = scene.by_hand(
        "POST",
        &format!("/v2/apis/{api}/deployments"),
        &json!({ "description": "by hand" }),
    )?;
    scene.by_hand(
        "PATCH",
        &format!("/v2/apis/{api}/stages/live"),
        &json!({ "deploymentId": theirs["deploymentId"] }),
    )?;
    let (plan, _) = scene.deploy()?;
    assert_eq!(
        changed(&plan),
        pairs(&[
            ("route:live/$default", "update"),
            ("stage:live/live", "update"),
        ])
    );
    assert_eq!(
        reasons(&plan),
        [
            "reply was changed outside Slipway",
            "deployment was changed outside Slipway"
        ]
    );
    let mut socket = Socket::connect(url)?;
    let answer = socket.ask(&json!({ "action": "sing" }))?;
    assert_eq!(answer["error"], "this is not understood");
    Ok(())
}
