//! The whole path on real parts: a project, Docker, a registry, an AWS that answers, `curl`.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use slipway_design::sample::{self, Size};
use slipway_design::{ApiKind, RouteKey, RouteMethod, RouteSegment, Target};
use slipway_gateway::RouteTable;
use slipway_testbed::{Bed, BedOptions};
use slipway_tests::addresses::{Addresses, Tally, announced};
use slipway_tests::http::{self, Request};
use slipway_tests::inventory;
use slipway_tests::program::Program;
use slipway_tests::project::TestProject;
use std::collections::{BTreeMap, BTreeSet};

async fn bed() -> Result<Bed> {
    Bed::start(BedOptions::default())
        .await
        .map_err(|error| anyhow::anyhow!("the test bed did not start: {error}"))
}

/// Takes what the proxy recorded since the last time.
fn taken(bed: &Bed, addresses: &mut Addresses) -> Result<Tally> {
    let tally = addresses.tally(&bed.proxy().calls());
    bed.proxy().clear();
    tally
}

/// Plans, deploys, and holds the calls that left the program against the plan, by address.
fn deploy_as_planned(
    program: &Program,
    project: &TestProject,
    environment: &str,
    bed: &Bed,
    addresses: &mut Addresses,
) -> Result<(Value, Value)> {
    let plan = program.plan(project.folder(), environment)?;
    ensure!(
        taken(bed, addresses)?.is_empty(),
        "a plan changed something"
    );
    let finished = program.deploy(project.folder(), environment)?;
    let (made, announced) = (taken(bed, addresses)?, announced(&plan)?);
    // Only what differs is shown: (made, announced) by address and operation.
    let differing: BTreeMap<_, _> = made
        .keys()
        .chain(announced.keys())
        .map(|one| (one, (made.get(one), announced.get(one))))
        .filter(|(_, (made, announced))| made != announced)
        .collect();
    assert!(
        differing.is_empty(),
        "calls against the plan: {differing:#?}"
    );
    Ok((plan, finished))
}

fn url(finished: &Value, api: &str) -> Result<String> {
    finished["outputs"]["apis"][api]["url"]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("no URL for {api} in {finished}"))
}

fn assert_nothing_to_do(plan: &Value) {
    assert_eq!(
        plan["summary"],
        serde_json::json!({ "create": 0, "update": 0, "replace": 0, "delete": 0 }),
        "{:#}",
        not_no_op(plan)
    );
}

fn not_no_op(plan: &Value) -> Value {
    plan["changes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|change| change["action"] != "no_op")
        .cloned()
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_goes_all_the_way_and_back() -> Result<()> {
    let bed = bed().await?;
    let project = TestProject::shop()?;
    let program = Program::on(bed.endpoints())?;
    let mut addresses = Addresses::of(&project.design, "emulator");
    let region = "us-east-1";
    let before = inventory::take(bed.endpoints(), region)?;

    let (plan, finished) = deploy_as_planned(&program, &project, "emulator", &bed, &mut addresses)?;
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
    assert_eq!(
        program
            .run([
                "status",
                "--json",
                "--env",
                "emulator",
                "--project",
                &project.folder().display().to_string()
            ])?
            .succeeded()?
            .json()?["apis"]["public"]["url"],
        base
    );

    // Nothing changed: nothing is built, nothing is written, with and without what is remembered.
    for forget in [false, true] {
        if forget {
            project.forget()?;
        }
        let (plan, again) =
            deploy_as_planned(&program, &project, "emulator", &bed, &mut addresses)?;
        assert_nothing_to_do(&plan);
        assert_eq!(url(&again, "public")?, base, "forgotten: {forget}");
    }

    // Changed code updates that function and nothing else.
    project.touch_code("orders")?;
    let (plan, _) = deploy_as_planned(&program, &project, "emulator", &bed, &mut addresses)?;
    let changed = not_no_op(&plan);
    let touched: BTreeSet<&str> = changed
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|change| change["address"].as_str())
        .collect();
    assert_eq!(
        touched,
        BTreeSet::from(["alias:orders", "function:orders", "image:orders"])
    );
    assert_eq!(http::get(&base, "/orders/1002")?.status, 200);

    // A changed setting.
    project.edit("timeout = 5", "timeout = 7")?;
    let (plan, _) = deploy_as_planned(&program, &project, "emulator", &bed, &mut addresses)?;
    let update = not_no_op(&plan);
    assert!(
        update
            .as_array()
            .into_iter()
            .flatten()
            .any(|change| change["address"] == "function:faults" && change["action"] == "update"),
        "{update:#}"
    );

    // A route taken out, and put back.
    project.edit("\"GET /catalog\" = \"catalog\"\n", "")?;
    let (plan, _) = deploy_as_planned(&program, &project, "emulator", &bed, &mut addresses)?;
    assert_eq!(plan["summary"]["delete"], 1, "{:#}", not_no_op(&plan));
    assert_eq!(http::get(&base, "/catalog")?.status, 404);

    // Away again: repositories and logs stay, until they are asked for.
    program
        .apply("destroy", project.folder(), "emulator", &[])?
        .succeeded()?;
    let left = inventory::since(&before, &inventory::take(bed.endpoints(), region)?);
    assert!(
        left.iter()
            .all(|one| one.starts_with("repository ") || one.starts_with("log_group ")),
        "{left:?}"
    );
    assert_eq!(left.len(), 7, "{left:?}");
    program
        .apply(
            "destroy",
            project.folder(),
            "emulator",
            &["--images", "--logs"],
        )?
        .succeeded()?;
    assert_eq!(inventory::take(bed.endpoints(), region)?, before);
    bed.assert_valid();
    bed.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_project_answers_on_every_route() -> Result<()> {
    let bed = bed().await?;
    let program = Program::on(bed.endpoints())?;
    // Another project: SLIPWAY_SEED=NUMBER.
    let seed = match std::env::var("SLIPWAY_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => 2026,
    };
    println!("seed {seed}");
    let project = TestProject::generated(seed, Size::default())?;
    let environment = sample::ENVIRONMENT;
    let mut addresses = Addresses::of(&project.design, environment);
    let region = project.design.environments[environment].region.clone();
    let before = inventory::take(bed.endpoints(), &region)?;
    let (_, finished) = deploy_as_planned(&program, &project, environment, &bed, &mut addresses)?;
    for (key, api) in &project.design.apis {
        let base = url(&finished, key)?;
        assert!(
            api.routes.len() >= 20,
            "a generated project has many routes"
        );
        let mut answered = 0;
        for (route, to) in &api.routes {
            let Target::Node(function) = &to.target else {
                continue;
            };
            let routes = api.routes.keys().map(String::as_str).collect();
            answered += usize::from(
                check_route(&base, route, function, &routes)
                    .with_context(|| format!("seed {seed}, {route}"))?,
            );
        }
        assert!(
            answered * 10 >= api.routes.len() * 8,
            "{answered} of {} routes were reached",
            api.routes.len()
        );
    }
    let (plan, _) = deploy_as_planned(&program, &project, environment, &bed, &mut addresses)?;
    assert_nothing_to_do(&plan);
    program
        .apply(
            "destroy",
            project.folder(),
            environment,
            &["--images", "--logs"],
        )?
        .succeeded()?;
    assert_eq!(inventory::take(bed.endpoints(), &region)?, before);
    bed.assert_valid();
    bed.stop().await?;
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
        serde_json::json!({ "q": "1,2", "r": "x y" })
    );
    assert_eq!(event["cookies"], serde_json::json!(["one=1", "two=2"]));
    assert_eq!(event["requestContext"]["http"]["method"], method);
    if parameters.is_empty() {
        assert!(
            event
                .get("pathParameters")
                .is_none_or(|given| given.as_object().is_some_and(serde_json::Map::is_empty)),
            "{event}"
        );
    } else {
        assert_eq!(event["pathParameters"], serde_json::json!(parameters));
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
