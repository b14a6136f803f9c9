//! One function behind one API, deployed call by call as the product would.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use slipway_testbed::{Bed, BedOptions, Progress};

use crate::client::{Client, REGION, http, port};

pub(crate) const ACCOUNT: &str = "000000000000";

/// A bed that tells its steps to whoever watches the test.
pub(crate) fn options() -> BedOptions {
    BedOptions {
        progress: Progress::new(|line| eprintln!("bed: {line}")),
        ..BedOptions::default()
    }
}

/// A folder with a Dockerfile made `FROM scratch` around the echo function.
pub(crate) fn image_folder() -> tempfile::TempDir {
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
pub(crate) struct Deployed {
    pub(crate) api: String,
    host: String,
    pub(crate) port: u16,
    pub(crate) function: String,
}

impl Deployed {
    pub(crate) fn request(&self, line: &str, more: &str, body: &str) -> (u16, String) {
        http(
            self.port,
            &format!("{line} HTTP/1.1\r\nHost: {}{more}", self.host),
            body,
        )
    }
}

pub(crate) fn deploy(bed: &Bed, client: &mut Client, name: &str) -> Deployed {
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

pub(crate) fn permit(client: &mut Client, deployed: &Deployed) {
    let source = format!(
        "arn:aws:execute-api:{REGION}:{ACCOUNT}:{}/*/*",
        deployed.api
    );
    client.done("lambda.add_permission", json!({"FunctionName": deployed.function, "Qualifier": "live",
        "StatementId": "api", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com",
        "SourceArn": source}));
}

pub(crate) fn event_of(answer: (u16, String)) -> Value {
    assert_eq!(answer.0, 200, "{}", answer.1);
    serde_json::from_str(&answer.1).unwrap()
}

pub(crate) fn routes_answer(deployed: &Deployed) {
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
