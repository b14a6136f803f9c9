//! The whole path on real parts: a project, Docker, a registry, an AWS that answers, `curl`.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use slipway_design::sample::Size;
use slipway_design::{Api, ApiKind, RouteKey, RouteMethod, RouteSegment, Target};
use slipway_gateway::RouteTable;
use slipway_tests::http::{self, Request};
use slipway_tests::inventory;
use slipway_tests::project::TestProject;
use slipway_tests::scene::{ENVIRONMENT, Scene, changed, pairs};
use slipway_tests::socket::Socket;
use std::collections::{BTreeMap, BTreeSet};

fn url(finished: &Value, api: &str) -> Result<String> {
    finished["outputs"]["apis"][api]["url"]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("no URL for {api} in {finished}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_goes_all_the_way_and_back() -> Result<()> {
    let mut scene = Scene::new(TestProject::shop()?).await?;
    let before = scene.inventory()?;
    let (plan, finished) = scene.deploy()?;
    assert_eq!(
        plan["summary"]["create"].as_u64(),
        Some(plan["changes"].as_array().map_or(0, Vec::len) as u64)
    );
    let base = url(&finished, "public")?;

    let order = http::get(&base, "/orders/1002?echo=1&x=a%20b&x=c")?;
    assert_eq!(order.status, 200, "{order:?}");
    let event = &order.json()?["event"];
    assert_eq!(event["pathParameters"]["id"], "1002", "{event}");
    let posted = http::send(
        &base,
        &Request {
            method: "POST",
            path: "/orders?echo=1",
            headers: &[("content-type", "application/json"), ("cookie", "a=1; b=2")],
            body: r#"{"item":"mug","quantity":2}"#,
        },
    )?;
    assert!(posted.status == 200 || posted.status == 201, "{posted:?}");
    assert_eq!(http::get(&base, "/catalog/kitchen/mug")?.status, 200);
    assert_eq!(http::get(&base, "/faults/throw")?.status, 500);
    assert_eq!(http::get(&base, "/nothing/here")?.status, 404);
    let folder = scene.project.folder().display().to_string();
    let status = [
        "status",
        "--json",
        "--env",
        ENVIRONMENT,
        "--project",
        &folder,
    ];
    assert_eq!(
        scene.program.run(status)?.succeeded()?.json()?["apis"]["public"]["url"],
        base
    );
    scene.bed.proxy().clear();

    // Nothing changed: nothing is built, nothing is written, with and without what is remembered.
    for forget in [false, true] {
        if forget {
            scene.project.forget()?;
        }
        let (plan, again) = scene.deploy()?;
        assert_eq!(changed(&plan), pairs(&[]), "forgotten: {forget}");
        assert_eq!(url(&again, "public")?, base);
    }

    // Changed code updates that function and nothing else.
    scene.project.touch_code("orders")?;
    assert_eq!(
        changed(&scene.deploy()?.0),
        pairs(&[
            ("alias:orders", "update"),
            ("function:orders", "update"),
            ("image:orders", "update"),
        ])
    );
    assert_eq!(http::get(&base, "/orders/1002")?.status, 200);

    // A changed setting.
    scene.project.edit("timeout = 5", "timeout = 7")?;
    assert_eq!(
        changed(&scene.deploy()?.0),
        pairs(&[("alias:faults", "update"), ("function:faults", "update")])
    );

    // A route taken out.
    scene.project.edit("\"GET /catalog\" = \"catalog\"\n", "")?;
    assert_eq!(
        changed(&scene.deploy()?.0),
        pairs(&[("route:public/GET /catalog", "delete")])
    );
    assert_eq!(http::get(&base, "/catalog")?.status, 404);

    // Away again: repositories and logs stay, until they are asked for.
    scene
        .program
        .apply("destroy", scene.project.folder(), ENVIRONMENT, &[])?
        .succeeded()?;
    let left = inventory::since(&before, &scene.inventory()?);
    assert!(
        left.iter()
            .all(|one| one.starts_with("repository ") || one.starts_with("log_group ")),
        "{left:?}"
    );
    assert_eq!(left.len(), 7, "{left:?}");
    scene.destroy()?;
    assert_eq!(scene.inventory()?, before);
    scene.bed.assert_valid();
    scene.bed.stop().await?;
    Ok(())
}

/// What the generated project of the test has of everything.
const SIZE: Size = Size {
    functions: 12,
    routes: 50,
    apis: 2,
    services: 4,
    sockets: 2,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_project_answers_on_every_route() -> Result<()> {
    // Another project: SLIPWAY_SEED=NUMBER.
    let seed = match std::env::var("SLIPWAY_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => 2026,
    };
    println!("seed {seed}");
    let mut scene = Scene::new(TestProject::generated(seed, SIZE)?).await?;
    let before = scene.inventory()?;
    let (_, finished) = scene.deploy()?;
    let design = scene.project.design.clone();
    let mut answered = 0;
    for (key, api) in &design.apis {
        let base = url(&finished, key)?;
        let routes = api.routes.keys().map(String::as_str).collect();
        for (route, to) in &api.routes {
            let Target::Node(node) = &to.target else {
                continue;
            };
            let place = || format!("seed {seed}, {key}, {route}");
            if api.kind == ApiKind::Websocket {
                check_message(&base, api, route).with_context(place)?;
            } else if design.functions.contains_key(node) {
                answered +=
                    usize::from(check_route(&base, route, node, &routes).with_context(place)?);
            }
        }
    }
    assert!(
        answered * 10 >= SIZE.routes * 7,
        "{answered} routes were reached"
    );
    for service in design.services.keys() {
        let answer = scene
            .ask_task(service, "/who/are?you=1")
            .with_context(|| format!("seed {seed}, {service}"))?;
        assert_eq!(
            answer.json()?,
            json!({ "service": service, "target": "/who/are?you=1" })
        );
    }
    for forget in [false, true] {
        if forget {
            scene.project.forget()?;
        }
        let (plan, _) = scene.deploy()?;
        assert_eq!(
            changed(&plan),
            pairs(&[]),
            "seed {seed}, forgotten: {forget}"
        );
    }
    scene.destroy()?;
    assert_eq!(scene.inventory()?, before);
    scene.bed.assert_valid();
    scene.bed.stop().await?;
    Ok(())
}

/// Sends a message that a route of a WebSocket API takes; where it answers, looks at what the
/// function saw.
fn check_message(url: &str, api: &Api, route: &str) -> Result<()> {
    if ["$connect", "$disconnect"].contains(&route) {
        return Ok(());
    }
    let select = api.select.as_deref().context("the API selects")?;
    let member = select
        .rsplit_once('.')
        .context("it selects by a member of the message")?
        .1;
    let mut socket = Socket::connect(url)?;
    let message = json!({ member: route, "n": 1 });
    if api.routes[route].reply != Some(true) {
        return socket.send(&message.to_string());
    }
    let answer = socket.ask(&message)?;
    assert_eq!(answer["event"]["requestContext"]["routeKey"], route);
    assert_eq!(answer["event"]["body"], message.to_string());
    Ok(())
}

/// Calls one route with values of our own, and looks at the event that the function saw. `false`
/// when a route of higher rank takes the request.
fn check_route(base: &str, route: &str, function: &str, routes: &BTreeSet<&str>) -> Result<bool> {
    let key = RouteKey::parse(ApiKind::Http, route)?;
    let (method, path, parameters) = match key {
        RouteKey::Connect | RouteKey::Disconnect | RouteKey::Message(_) => {
            anyhow::bail!("it is a route of a WebSocket API")
        }
        RouteKey::Default => (
            "PATCH".to_owned(),
            "/nobody/asked/for-this".to_owned(),
            BTreeMap::new(),
        ),
        RouteKey::Http { method, path } => {
            let mut text = String::new();
            let mut parameters = BTreeMap::new();
            for (at, segment) in path.segments.into_iter().enumerate() {
                text.push('/');
                match segment {
                    RouteSegment::Literal(literal) => text.push_str(&literal),
                    RouteSegment::Parameter(name) => {
                        let value = format!("v{at}");
                        text.push_str(&value);
                        parameters.insert(name, value);
                    }
                    RouteSegment::Greedy(name) => {
                        let value = format!("deep/{at}/er");
                        text.push_str(&value);
                        parameters.insert(name, value);
                    }
                }
            }
            if text.is_empty() || path.trailing_slash {
                text.push('/');
            }
            let method = match method {
                RouteMethod::Any => free_method(routes, route)?,
                named => named.to_string(),
            };
            (method, text, parameters)
        }
    };
    let with_body = !matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS" | "DELETE");
    let body = if with_body {
        "{\"from\":\"the test\"}"
    } else {
        ""
    };
    // Another route may rank higher for the request that was made up; AWS's rules decide.
    let table = RouteTable::new(routes.iter().copied())
        .map_err(|(key, error)| anyhow::anyhow!("{key}: {error}"))?;
    let Ok(selected) = table.select(&method, &path) else {
        anyhow::bail!("no route takes {method} {path}");
    };
    if selected.route != route {
        return Ok(false);
    }
    let response = http::send(
        base,
        &Request {
            method: &method,
            path: &format!("{path}?q=1&q=2&r=x%20y"),
            headers: &[
                ("cookie", "one=1; two=2"),
                ("content-type", "application/json"),
            ],
            body,
        },
    )?;
    assert_eq!(response.status, 200, "{response:?}");
    if method == "HEAD" {
        return Ok(true);
    }
    let answer = response.json()?;
    let event = &answer["event"];
    assert_eq!(event["routeKey"], route);
    assert_eq!(answer["function"], function);
    assert_eq!(event["rawPath"], path);
    assert_eq!(
        event["queryStringParameters"],
        json!({ "q": "1,2", "r": "x y" })
    );
    assert_eq!(event["cookies"], json!(["one=1", "two=2"]));
    assert_eq!(event["requestContext"]["http"]["method"], method);
    if parameters.is_empty() {
        assert!(
            event
                .get("pathParameters")
                .is_none_or(|given| given.as_object().is_some_and(serde_json::Map::is_empty)),
            "{event}"
        );
    } else {
        assert_eq!(event["pathParameters"], json!(parameters));
    }
    if with_body {
        assert_eq!(event["body"], body);
    }
    Ok(true)
}

/// A method for which the path of an `ANY` route has no route of its own.
fn free_method(routes: &BTreeSet<&str>, route: &str) -> Result<String> {
    let path = route.trim_start_matches("ANY ");
    RouteMethod::ALL
        .into_iter()
        .filter(|method| {
            !matches!(
                method,
                RouteMethod::Any | RouteMethod::Head | RouteMethod::Options
            )
        })
        .map(|method| method.to_string())
        .find(|method| !routes.contains(format!("{method} {path}").as_str()))
        .context("every method has a route of its own")
}
