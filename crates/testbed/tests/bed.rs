//! A real bed, used by a client that is independent of the product: the whole path once, each fault once, and
//! nothing left behind.

#[path = "support/client.rs"]
mod client;

use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use client::{Client, REGION, http, port};
use serde_json::{Value, json};
use slipway_testbed::{Bed, BedOptions, Fault, FaultEffect, FaultLimit, Progress};

const ACCOUNT: &str = "000000000000";

fn options() -> BedOptions {
    BedOptions {
        progress: Progress::new(|line| eprintln!("bed: {line}")),
        ..BedOptions::default()
    }
}

/// A folder with a Dockerfile made `FROM scratch` around the echo function.
fn image_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/echo.rs");
    let status = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args([
            "--edition",
            "2024",
            "-O",
            "-Ctarget-feature=+crt-static",
            "-Cstrip=symbols",
            "-o",
        ])
        .arg(folder.path().join("echo"))
        .arg(source)
        .status()
        .unwrap();
    assert!(status.success());
    std::fs::write(
        folder.path().join("Dockerfile"),
        "FROM scratch\nCOPY echo /echo\nENTRYPOINT [\"/echo\"]\n",
    )
    .unwrap();
    folder
}

/// What a deployment of one function behind one API makes.
struct Deployed {
    api: String,
    host: String,
    port: u16,
    function: String,
}

impl Deployed {
    fn request(&self, line: &str, more: &str, body: &str) -> (u16, String) {
        http(
            self.port,
            &format!("{line} HTTP/1.1\r\nHost: {}{more}", self.host),
            body,
        )
    }
}

fn deploy(bed: &Bed, client: &mut Client, name: &str) -> Deployed {
    let folder = image_folder();
    client.done(
        "ecr.create_repository",
        json!({"repositoryName": name, "tags": [{"Key": "owner", "Value": "test"}]}),
    );
    let tagged = format!("{}/{name}:one", bed.endpoints().registry);
    let pushed = client.ask(&json!({"image": folder.path(), "name": tagged}));
    assert!(pushed.get("ok").is_some(), "{pushed}");
    let image = json!({"repositoryName": name, "imageIds": [{"imageTag": "one"}]});
    let detail = client.done("ecr.describe_images", image)["imageDetails"][0].clone();
    assert!(
        detail["imageSizeInBytes"].as_u64().unwrap() > 10_000,
        "the size of the layers, not of the manifest"
    );
    let uri = format!(
        "{}/{name}@{}",
        bed.endpoints().registry,
        detail["imageDigest"].as_str().unwrap()
    );

    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"}}]});
    let role = client.done(
        "iam.create_role",
        json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string(),
        "Tags": [{"Key": "owner", "Value": "test"}]}),
    );
    client.done(
        "logs.create_log_group",
        json!({"logGroupName": format!("/{name}"), "tags": {"owner": "test"}}),
    );
    let function = json!({"FunctionName": name, "PackageType": "Image", "Code": {"ImageUri": uri},
        "Role": role["Role"]["Arn"], "Timeout": 2, "MemorySize": 256, "Tags": {"owner": "test"},
        "Environment": {"Variables": {"MODE": "echo"}}, "LoggingConfig": {"LogGroup": format!("/{name}")}});
    let unknown = json!({"ImageUri": format!("{}/{name}:two", bed.endpoints().registry)});
    let mut wrong = function.clone();
    wrong["Code"] = unknown;
    assert_eq!(
        client.refused("lambda.create_function", wrong),
        "InvalidParameterValueException"
    );
    let made = client.done("lambda.create_function", function);
    assert_eq!(
        client.refused("lambda.publish_version", json!({"FunctionName": name})),
        "ResourceConflictException"
    );
    client.until("lambda.get_function", &json!({"FunctionName": name}), |f| {
        f["Configuration"]["State"] == "Active"
    });
    let version = client.done("lambda.publish_version", json!({"FunctionName": name}));
    client.done(
        "lambda.create_alias",
        json!({"FunctionName": name, "Name": "live", "FunctionVersion": version["Version"]}),
    );

    let api = client.done(
        "apigatewayv2.create_api",
        json!({"Name": name, "ProtocolType": "HTTP", "Tags": {"owner": "test"}}),
    );
    let api_id = api["ApiId"].as_str().unwrap().to_owned();
    let alias = format!("{}:live", made["FunctionArn"].as_str().unwrap());
    let integration = client.done(
        "apigatewayv2.create_integration",
        json!({"ApiId": api_id,
        "IntegrationType": "AWS_PROXY", "IntegrationUri": alias, "PayloadFormatVersion": "2.0"}),
    );
    let target = format!(
        "integrations/{}",
        integration["IntegrationId"].as_str().unwrap()
    );
    for key in ["GET /items/{id}", "POST /files/{rest+}", "$default"] {
        client.done(
            "apigatewayv2.create_route",
            json!({"ApiId": api_id, "RouteKey": key, "Target": target}),
        );
    }
    client.done(
        "apigatewayv2.create_stage",
        json!({"ApiId": api_id, "StageName": "$default", "AutoDeploy": true}),
    );
    let endpoint = api["ApiEndpoint"]
        .as_str()
        .unwrap()
        .strip_prefix("http://")
        .unwrap();
    Deployed {
        host: endpoint.to_owned(),
        port: port(endpoint),
        api: api_id,
        function: name.to_owned(),
    }
}

fn permit(client: &mut Client, deployed: &Deployed) {
    let source = format!(
        "arn:aws:execute-api:{REGION}:{ACCOUNT}:{}/*/*",
        deployed.api
    );
    client.done("lambda.add_permission", json!({"FunctionName": deployed.function, "Qualifier": "live",
        "StatementId": "api", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com",
        "SourceArn": source}));
}

fn event_of(answer: (u16, String)) -> Value {
    assert_eq!(answer.0, 200, "{}", answer.1);
    serde_json::from_str(&answer.1).unwrap()
}

fn routes_answer(deployed: &Deployed) {
    let event = event_of(deployed.request("GET /items/a%20b?x=1&x=2", "\r\nCookie: s=1; t=2", ""));
    assert_eq!(event["routeKey"], "GET /items/{id}");
    assert_eq!(event["pathParameters"], json!({"id": "a b"}));
    assert_eq!(event["queryStringParameters"], json!({"x": "1,2"}));
    assert_eq!(event["rawQueryString"], "x=1&x=2");
    assert_eq!(event["cookies"], json!(["s=1", "t=2"]));
    assert_eq!(event["headers"].get("cookie"), None);
    assert_eq!(
        event["requestContext"]["domainPrefix"],
        deployed.api.as_str()
    );

    let event = event_of(deployed.request(
        "POST /files/a/b",
        "\r\nContent-Type: application/json",
        r#"{"n":1}"#,
    ));
    assert_eq!(event["pathParameters"], json!({"rest": "a/b"}));
    assert_eq!(
        (event["body"].as_str(), event["isBase64Encoded"].as_bool()),
        (Some(r#"{"n":1}"#), Some(false))
    );
    assert_eq!(
        event_of(deployed.request("GET /else", "", ""))["routeKey"],
        "$default"
    );

    let failed = (500, r#"{"message":"Internal Server Error"}"#.to_owned());
    for how in ["crash-now", "fail-now", "sleep-now"] {
        assert_eq!(
            deployed.request(&format!("GET /items/{how}"), "", ""),
            failed,
            "{how}"
        );
    }
    assert_eq!(
        event_of(deployed.request("GET /items/after", "", ""))["rawPath"],
        "/items/after"
    );
}

fn faults_act(bed: &Bed, client: &mut Client, deployed: &Deployed) {
    let proxy = bed.proxy();
    let once = |service: &str, operation: &str, effect| {
        proxy.inject(Fault::once(service, operation, effect))
    };
    let role = json!({"RoleName": deployed.function});
    let function = json!({"FunctionName": deployed.function});
    let apis_called = |client: &mut Client, name: &str| {
        let answer = client.done("apigatewayv2.get_apis", json!({"MaxResults": "500"}));
        answer["Items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|api| api["Name"] == name)
            .count()
    };

    once("ecr", "DescribeRepositories", FaultEffect::Throttle);
    assert_eq!(
        client.refused("ecr.describe_repositories", json!({})),
        "ThrottlingException"
    );
    once("lambda", "GetFunction", FaultEffect::Throttle);
    assert_eq!(
        client.call("lambda.get_function", function.clone()),
        json!({"error": "TooManyRequestsException", "status": 429})
    );
    once("iam", "GetRole", FaultEffect::Throttle);
    assert_eq!(client.refused("iam.get_role", role.clone()), "Throttling");
    once("iam", "GetRole", FaultEffect::ServerError { status: 503 });
    assert_eq!(
        client.call("iam.get_role", role.clone()),
        json!({"error": "ServiceUnavailable", "status": 503})
    );
    let denied = FaultEffect::Refuse {
        status: 403,
        code: "AccessDeniedException".into(),
        message: "no".into(),
    };
    once("logs", "DescribeLogGroups", denied);
    assert_eq!(
        client.refused("logs.describe_log_groups", json!({})),
        "AccessDeniedException"
    );

    let new_api = |name: &str| json!({"Name": name, "ProtocolType": "HTTP"});
    once("apigatewayv2", "CreateApi", FaultEffect::DropReply);
    assert_eq!(
        client.refused("apigatewayv2.create_api", new_api("reply-lost")),
        "ConnectionClosedError"
    );
    assert_eq!(apis_called(client, "reply-lost"), 1, "it was applied");
    once("apigatewayv2", "CreateApi", FaultEffect::DropRequest);
    assert_eq!(
        client.refused("apigatewayv2.create_api", new_api("request-lost")),
        "ConnectionClosedError"
    );
    once("apigatewayv2", "CreateApi", FaultEffect::Reset);
    assert_eq!(
        client.refused("apigatewayv2.create_api", new_api("request-lost")),
        "ConnectionClosedError"
    );
    assert_eq!(apis_called(client, "request-lost"), 0, "it was not applied");
    let lost: Vec<_> = proxy
        .mutating_calls()
        .into_iter()
        .filter(|call| call.fault.is_some())
        .collect();
    assert_eq!(
        lost.iter()
            .map(|call| (call.fault.as_deref().unwrap(), call.forwarded, call.status))
            .collect::<Vec<_>>(),
        [
            ("drop_reply", true, None),
            ("drop_request", false, None),
            ("reset", false, None)
        ]
    );

    once("lambda", "GetFunction", FaultEffect::TruncateReply);
    // This client reads a broken document as an empty one; a stricter client fails.
    assert_eq!(
        client.done("lambda.get_function", function.clone()),
        json!({})
    );
    let cut = proxy.calls().pop().unwrap();
    assert_eq!(
        (cut.status, cut.fault.as_deref()),
        (Some(200), Some("truncate_reply"))
    );
    assert!(
        serde_json::from_str::<Value>(&cut.answer).is_ok(),
        "the proxy saw the whole answer: {}",
        cut.answer
    );
    assert_eq!(
        client.done("lambda.get_function", function.clone())["Configuration"]["State"],
        "Active"
    );

    once("sts", "GetCallerIdentity", FaultEffect::Delay { ms: 300 });
    client.done("sts.get_caller_identity", json!({}));
    let delayed = proxy
        .calls()
        .into_iter()
        .rfind(|call| call.service == "sts")
        .unwrap();
    assert!(
        delayed.took_ms >= 300 && delayed.fault.as_deref() == Some("delay"),
        "{delayed:?}"
    );

    proxy.inject(Fault {
        service: Some("iam".into()),
        operation: None,
        skip: 1,
        effect: FaultEffect::Throttle,
        limit: FaultLimit::Times(1),
    });
    client.done("iam.get_role", role.clone());
    assert_eq!(client.refused("iam.get_role", role.clone()), "Throttling");
    client.done("iam.get_role", role);

    let folder = image_folder();
    let wish = json!({"image": folder.path(), "name": format!("{}/{}:three", bed.endpoints().registry, deployed.function)});
    once(
        "registry",
        "PutManifest",
        FaultEffect::Refuse {
            status: 403,
            code: "DENIED".into(),
            message: "not today".into(),
        },
    );
    let refused = client.ask(&wish);
    assert!(
        refused["error"]
            .as_str()
            .is_some_and(|text| text.contains("not today")),
        "{refused}"
    );
    assert!(
        client.ask(&wish).get("ok").is_some(),
        "the next push goes through"
    );
}

fn mistakes_are_seen(bed: &Bed, client: &mut Client) {
    let proxy = bed.proxy();
    assert_eq!(proxy.violations(), []);
    client.call(
        "logs.put_retention_policy",
        json!({"logGroupName": "/none", "retentionInDays": "14"}),
    );
    client.call("iam.get_role", json!({"RoleName": "a b"}));
    client.call(
        "lambda.get_function",
        json!({"FunctionName": "f", "Qualifier": "no spaces"}),
    );
    let seen: Vec<(String, String)> = proxy
        .violations()
        .into_iter()
        .map(|violation| (violation.operation, violation.path))
        .collect();
    let expected = [
        ("PutRetentionPolicy", "retentionInDays"),
        ("GetRole", "RoleName"),
        ("GetFunction", "Qualifier"),
    ];
    assert_eq!(
        seen,
        expected.map(|(operation, path)| (operation.to_owned(), path.to_owned()))
    );
    proxy.clear_violations();

    let unsigned = format!("GET /v2/apis HTTP/1.1\r\nHost: localhost:{}", proxy.port());
    http(proxy.port(), &unsigned, "");
    assert!(
        proxy.violations()[0].text.contains("is not signed"),
        "{:?}",
        proxy.violations()
    );
    proxy.clear_violations();
    proxy.expect_region("eu-west-1");
    client.done("sts.get_caller_identity", json!({}));
    assert!(
        proxy.violations()[0].text.contains("eu-west-1"),
        "{:?}",
        proxy.violations()
    );
    proxy.clear_violations();
    proxy.expect_region(REGION);
}

fn control_works(bed: &Bed, client: &mut Client) {
    let control = port(&bed.endpoints().control);
    let ask = |line: &str, more: &str, body: &str| {
        http(
            control,
            &format!("{line} HTTP/1.1\r\nHost: localhost{more}"),
            body,
        )
    };
    assert_eq!(ask("DELETE /calls", "", "").0, 204);
    let fault = json!({"service": "sts", "effect": {"kind": "server_error", "status": 500}, "limit": {"times": 1}});
    assert_eq!(ask("POST /faults", "", &fault.to_string()).0, 415);
    assert_eq!(
        ask("POST /faults", "\r\nContent-Type: application/json", "{}").0,
        400
    );
    assert_eq!(
        ask(
            "POST /faults",
            "\r\nContent-Type: application/json",
            &fault.to_string()
        )
        .0,
        204
    );
    assert_eq!(
        client.refused("sts.get_caller_identity", json!({})),
        "InternalFailure"
    );
    let calls: Value = serde_json::from_str(&ask("GET /calls", "", "").1).unwrap();
    assert_eq!(
        (calls.as_array().unwrap().len(), &calls[0]["status"]),
        (1, &json!(500))
    );
    assert_eq!(ask("GET /violations", "", "").1, "[]");
}

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
