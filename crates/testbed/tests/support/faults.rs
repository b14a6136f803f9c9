//! Each fault once, requests that AWS would refuse, and the control endpoint.

use serde_json::{Value, json};
use slipway_testbed::{Bed, Fault, FaultEffect, FaultLimit};

use crate::client::{Client, REGION, http, port};
use crate::deployment::{Deployed, image_folder};

pub(crate) fn faults_act(bed: &Bed, client: &mut Client, deployed: &Deployed) {
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

pub(crate) fn mistakes_are_seen(bed: &Bed, client: &mut Client) {
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

pub(crate) fn control_works(bed: &Bed, client: &mut Client) {
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
