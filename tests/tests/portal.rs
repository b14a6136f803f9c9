//! An HTTP API with every setting it can have, and a WebSocket API that asks who connects: deployed,
//! called, changed, changed outside, and taken away.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use slipway_tests::backend::Backend;
use slipway_tests::http::{self, Request, Response};
use slipway_tests::inventory;
use slipway_tests::project::TestProject;
use slipway_tests::scene::{REGION, Scene, changed, pairs, reasons};
use slipway_tests::socket::{Opened, Socket};

fn design(backend: &Backend) -> String {
    let arch = if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "x86_64"
    };
    format!(
        r#"schema = 1
name = "portal"

[defaults]
arch = "{arch}"
log_retention = 14

[functions.orders]
image = {{ build = "orders" }}
timeout = 5
ephemeral_storage = 1024
concurrency = 3
secrets = {{ TOKEN = "ssm:/portal/token", KEY = "secretsmanager:portal/key" }}
policies = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]

[functions.gate]
image = {{ build = "gate" }}
timeout = 5

[apis.public]
kind = "http"
stage = "v1"
variables = {{ channel = "web", backend = "{backend}" }}
cors = {{ origins = ["https://shop.example"], methods = ["GET"], headers = ["x-token"], max_age = 600, credentials = true }}
throttle = {{ rate = 100, burst = 50 }}

[apis.public.authorizers]
gate = {{ kind = "lambda", to = "gate", identity = ["$request.header.X-Token"] }}
users = {{ kind = "jwt", issuer = "https://login.shop.example", audience = ["shop"] }}

[apis.public.routes]
"GET /open" = "orders"
"GET /orders/{{id}}" = {{ to = "orders", authorizer = "gate" }}
"GET /mine" = {{ to = "orders", authorizer = "users", scopes = ["orders:read"] }}
"GET /signed" = {{ to = "orders", authorizer = "iam" }}
"GET /old/{{proxy+}}" = {{ url = "http://${{stageVariables.backend}}/legacy/{{proxy}}" }}
"POST /events" = {{ to = "orders", payload = "1.0", timeout = 6, throttle = {{ rate = 0.5, burst = 1 }} }}

[apis.live]
kind = "websocket"
select = "$request.body.action"
throttle = {{ rate = 20 }}

[apis.live.authorizers]
gate = {{ kind = "lambda", to = "gate", identity = ["route.request.querystring.token"] }}

[apis.live.routes]
"$connect" = {{ to = "orders", authorizer = "gate" }}
"say" = {{ to = "orders", reply = true }}

[environments.emulator]
account = "000000000000"
region = "us-east-1"
endpoint = "http://localhost:4566"
registry = "localhost:4566"
permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
"#,
        backend = backend.authority()
    )
}

/// An API below its stage.
struct Api {
    base: String,
    stage: String,
}

impl Api {
    fn of(finished: &Value, key: &str) -> Result<Self> {
        let url = finished["outputs"]["apis"][key]["url"]
            .as_str()
            .with_context(|| format!("no URL for {key} in {finished}"))?;
        let (base, stage) = url.rsplit_once('/').context("it ends in the stage")?;
        Ok(Self {
            base: base.to_owned(),
            stage: stage.to_owned(),
        })
    }

    /// The first label of the host.
    fn id(&self) -> &str {
        let host = self.base.split_once("//").map_or("", |(_, host)| host);
        host.split('.').next().unwrap_or_default()
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Result<Response> {
        http::send(
            &self.base,
            &Request {
                method,
                path: &format!("/{}{path}", self.stage),
                headers,
                body: "",
            },
        )
    }

    fn status(&self, path: &str, headers: &[(&str, &str)]) -> Result<u16> {
        Ok(self.ask("GET", path, headers)?.status)
    }

    fn event(&self, path: &str, headers: &[(&str, &str)]) -> Result<Value> {
        let response = self.ask("GET", path, headers)?;
        assert_eq!(response.status, 200, "{response:?}");
        Ok(response.json()?["event"].clone())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_setting_of_an_api_is_deployed_and_every_change_of_it_is_planned() -> Result<()> {
    let backend = Backend::start()?;
    let mut scene = Scene::new(TestProject::echoing(&design(&backend))?).await?;
    let before = scene.inventory()?;
    let (_, finished) = scene.deploy()?;
    let public = Api::of(&finished, "public")?;

    check_answers(&public, &backend)?;
    check_stage(&scene, &public)?;
    check_functions(&scene)?;
    check_connections(&finished)?;

    for forget in [false, true] {
        if forget {
            scene.project.forget()?;
        }
        let (plan, _) = scene.deploy()?;
        assert_eq!(changed(&plan), pairs(&[]), "forgotten: {forget}");
    }

    check_changes(&mut scene, &public)?;
    check_drift(&mut scene, &public)?;

    scene.destroy()?;
    assert_eq!(scene.inventory()?, before);
    scene.bed.assert_valid();
    scene.bed.stop().await?;
    Ok(())
}

fn check_answers(api: &Api, backend: &Backend) -> Result<()> {
    let event = api.event("/open", &[])?;
    assert_eq!(
        event["stageVariables"],
        json!({ "channel": "web", "backend": backend.authority() })
    );
    assert_eq!(event["requestContext"]["stage"], "v1");

    // A function decides, and tells the other who it is.
    assert_eq!(api.status("/orders/7", &[])?, 401);
    assert_eq!(api.status("/orders/7", &[("x-token", "open")])?, 403);
    let event = api.event("/orders/7", &[("x-token", "sesame")])?;
    assert_eq!(
        event["requestContext"]["authorizer"]["lambda"]["who"],
        "ali"
    );
    assert_eq!(event["pathParameters"]["id"], "7");

    // Neither without a token nor with one that nobody signed; not without a signature.
    assert_eq!(api.status("/mine", &[])?, 401);
    let unsigned = [("authorization", "Bearer e30.e30.e30")];
    assert_eq!(api.status("/mine", &unsigned)?, 401);
    assert_eq!(api.status("/signed", &[])?, 403);

    // Another server answers, at the address that path and stage variable make.
    let answer = api.ask("GET", "/old/a/b?x=1", &[])?;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body, "GET /legacy/a/b?x=1 HTTP/1.1");

    assert_eq!(api.ask("POST", "/events", &[])?.status, 200);

    // The gateway answers a preflight by itself, and only to the origin that may ask.
    let asked = ("access-control-request-method", "GET");
    let ours = api.ask(
        "OPTIONS",
        "/open",
        &[("origin", "https://shop.example"), asked],
    )?;
    assert_eq!(ours.status, 204, "{ours:?}");
    for (name, value) in [
        ("access-control-allow-origin", "https://shop.example"),
        ("access-control-allow-methods", "GET"),
        ("access-control-allow-headers", "x-token"),
        ("access-control-allow-credentials", "true"),
        ("access-control-max-age", "600"),
    ] {
        assert_eq!(ours.header(name), Some(value), "{ours:?}");
    }
    let theirs = api.ask(
        "OPTIONS",
        "/open",
        &[("origin", "https://evil.example"), asked],
    )?;
    assert_eq!(
        theirs.header("access-control-allow-origin"),
        None,
        "{theirs:?}"
    );
    Ok(())
}

/// What the stage limits and writes down: no emulator does either, so only what is set is seen.
fn check_stage(scene: &Scene, api: &Api) -> Result<()> {
    let stage = stage(scene, api)?;
    let all = &stage["defaultRouteSettings"];
    assert_eq!(all["throttlingRateLimit"], 100.0, "{stage}");
    assert_eq!(all["throttlingBurstLimit"], 50, "{stage}");
    let one = &stage["routeSettings"]["POST /events"];
    assert_eq!(one["throttlingRateLimit"], 0.5, "{stage}");
    assert_eq!(one["throttlingBurstLimit"], 1, "{stage}");
    let log = &stage["accessLogSettings"];
    assert_eq!(
        log["destinationArn"],
        "arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/apigateway/portal-emulator-public"
    );
    let format = log["format"].as_str().context("there is a format")?;
    let line: Value = serde_json::from_str(format).context("a line is JSON")?;
    assert_eq!(
        line["integrationErrorMessage"],
        "$context.integrationErrorMessage"
    );
    Ok(())
}

fn stage(scene: &Scene, api: &Api) -> Result<Value> {
    scene.by_hand(
        "GET",
        &format!("/v2/apis/{}/stages/{}", api.id(), api.stage),
        &Value::Null,
    )
}

/// A secret is told by its ARN: no value of one is anywhere.
fn check_functions(scene: &Scene) -> Result<()> {
    let endpoints = scene.bed.endpoints();
    let orders = inventory::function(endpoints, REGION, "portal-emulator-orders")?;
    assert_eq!(orders["EphemeralStorage"]["Size"], 1024, "{orders}");
    let variables = &orders["Environment"]["Variables"];
    assert_eq!(
        variables["TOKEN"],
        "arn:aws:ssm:us-east-1:000000000000:parameter/portal/token"
    );
    assert_eq!(
        variables["KEY"],
        "arn:aws:secretsmanager:us-east-1:000000000000:secret:portal/key"
    );
    Ok(())
}

fn check_connections(finished: &Value) -> Result<()> {
    let url = finished["outputs"]["apis"]["live"]["url"]
        .as_str()
        .context("the WebSocket API has a URL")?;
    assert!(matches!(Socket::open(url)?, Opened::Refused(401)));
    assert!(matches!(
        Socket::open(&format!("{url}?token=open"))?,
        Opened::Refused(403)
    ));
    let mut socket = Socket::connect(&format!("{url}?token=sesame"))?;
    let answer = socket.ask(&json!({ "action": "say" }))?;
    assert_eq!(answer["function"], "orders", "{answer}");
    Ok(())
}

fn check_changes(scene: &mut Scene, api: &Api) -> Result<()> {
    let edit = |scene: &Scene, from: &str, to: &str| scene.project.edit(from, to);
    // A route that is open to all now, a limit that is gone, a variable that is another.
    edit(
        scene,
        "\"GET /orders/{id}\" = { to = \"orders\", authorizer = \"gate\" }",
        "\"GET /orders/{id}\" = \"orders\"",
    )?;
    edit(scene, ", throttle = { rate = 0.5, burst = 1 }", "")?;
    edit(scene, "channel = \"web\"", "channel = \"app\"")?;
    edit(scene, "concurrency = 3\n", "")?;
    let (plan, _) = scene.deploy()?;
    assert_eq!(
        changed(&plan),
        pairs(&[
            ("function:orders", "update"),
            ("route:public/GET /orders/{id}", "update"),
            ("stage:public/v1", "update"),
        ])
    );
    let event = api.event("/orders/8", &[])?;
    assert_eq!(event["stageVariables"]["channel"], "app");
    assert_eq!(stage(scene, api)?["routeSettings"], json!({}));

    // Authorizer, CORS and log are taken out.
    edit(
        scene,
        "gate = { kind = \"lambda\", to = \"gate\", identity = [\"$request.header.X-Token\"] }\n",
        "",
    )?;
    edit(
        scene,
        "cors = { origins = [\"https://shop.example\"], methods = [\"GET\"], headers = [\"x-token\"], max_age = 600, credentials = true }\n",
        "access_log = false\n",
    )?;
    let (plan, _) = scene.deploy()?;
    assert_eq!(
        changed(&plan),
        pairs(&[
            ("api:public", "update"),
            ("authorizer:public/gate", "delete"),
            ("log_group:public/access", "forget"),
            ("permission:public/gate", "delete"),
            ("stage:public/v1", "update"),
        ])
    );
    let preflight = api.ask("OPTIONS", "/open", &[("origin", "https://shop.example")])?;
    assert_eq!(preflight.status, 404, "{preflight:?}");
    let (plan, _) = scene.deploy()?;
    assert_eq!(
        plan["summary"],
        json!({ "create": 0, "update": 0, "replace": 0, "delete": 0 })
    );
    Ok(())
}

/// What somebody changes outside shows as such, and is put right.
fn check_drift(scene: &mut Scene, api: &Api) -> Result<()> {
    let path = format!("/v2/apis/{}/stages/{}", api.id(), api.stage);
    scene.by_hand(
        "PATCH",
        &path,
        &json!({ "defaultRouteSettings": { "throttlingRateLimit": 1, "throttlingBurstLimit": 1 } }),
    )?;
    let (plan, _) = scene.deploy()?;
    assert!(
        changed(&plan).contains(&("stage:public/v1".to_owned(), "update".to_owned())),
        "{:?}",
        changed(&plan)
    );
    assert_eq!(reasons(&plan), ["throttle was changed outside Slipway"]);
    let settings = &stage(scene, api)?["defaultRouteSettings"];
    assert_eq!(settings["throttlingRateLimit"], 100.0);
    Ok(())
}
