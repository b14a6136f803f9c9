//! Requests, good and bad, against small excerpts in the form of botocore's models.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Checked, Model, Protocol, RequestParts};

const FUNCTIONS: &str = r#"{
  "metadata": {"apiVersion": "2015-03-31", "protocol": "rest-json"},
  "operations": {
    "CreateFunction": {"http": {"method": "POST", "requestUri": "/2015-03-31/functions"}, "input": {"shape": "CreateFunction"}},
    "GetFunction": {"http": {"method": "GET", "requestUri": "/2015-03-31/functions/{FunctionName}"}, "input": {"shape": "GetFunction"}},
    "Invoke": {"http": {"method": "POST", "requestUri": "/2015-03-31/functions/{FunctionName}/invocations"}, "input": {"shape": "Invoke"}},
    "ListTags": {"http": {"method": "GET", "requestUri": "/2017-03-31/tags/{ARN}"}, "input": {"shape": "ListTags"}},
    "PutThing": {"http": {"method": "PUT", "requestUri": "/things?mode=put"}, "input": {"shape": "PutThing"}}
  },
  "shapes": {
    "CreateFunction": {"type": "structure", "required": ["FunctionName", "Code"], "members": {
      "FunctionName": {"shape": "Name"}, "Code": {"shape": "Code"}, "MemorySize": {"shape": "Memory"},
      "PackageType": {"shape": "Package"}, "Environment": {"shape": "Variables"}, "Layers": {"shape": "Layers"},
      "Publish": {"shape": "Yes"}, "Since": {"shape": "Time"}, "Share": {"shape": "Share"}}},
    "GetFunction": {"type": "structure", "required": ["FunctionName"], "members": {
      "FunctionName": {"shape": "Name", "location": "uri", "locationName": "FunctionName"},
      "Qualifier": {"shape": "Name", "location": "querystring", "locationName": "Qualifier"},
      "MaxItems": {"shape": "Memory", "location": "querystring", "locationName": "maxItems"}}},
    "Invoke": {"type": "structure", "required": ["FunctionName"], "payload": "Payload", "members": {
      "FunctionName": {"shape": "Name", "location": "uri", "locationName": "FunctionName"},
      "LogType": {"shape": "Log", "location": "header", "locationName": "X-Amz-Log-Type"},
      "Payload": {"shape": "Bytes"}}},
    "ListTags": {"type": "structure", "members": {"Arn": {"shape": "Arn", "location": "uri", "locationName": "ARN"}}},
    "PutThing": {"type": "structure", "members": {"Choice": {"shape": "Choice"}}},
    "Choice": {"type": "structure", "union": true, "members": {"A": {"shape": "Name"}, "B": {"shape": "Name"}}},
    "Code": {"type": "structure", "members": {"ImageUri": {"shape": "Uri", "locationName": "imageUri"}, "ZipFile": {"shape": "Bytes"}}},
    "Variables": {"type": "map", "key": {"shape": "Variable"}, "value": {"shape": "Uri"}, "max": 2},
    "Layers": {"type": "list", "member": {"shape": "Name"}, "max": 1},
    "Name": {"type": "string", "min": 1, "max": 8, "pattern": "[a-z-]+|\\$LATEST"},
    "Variable": {"type": "string", "pattern": "[a-zA-Z]([a-zA-Z0-9_])+"},
    "Uri": {"type": "string"}, "Arn": {"type": "string", "pattern": "arn:.*"},
    "Memory": {"type": "integer", "min": 128, "max": 10240}, "Share": {"type": "double", "max": 1.0},
    "Package": {"type": "string", "enum": ["Zip", "Image"]}, "Log": {"type": "string", "enum": ["None", "Tail"]},
    "Yes": {"type": "boolean"}, "Time": {"type": "timestamp"}, "Bytes": {"type": "blob", "max": 4}
  }
}"#;

const REPOSITORIES: &str = r#"{
  "metadata": {"apiVersion": "2015-09-21", "protocol": "json", "jsonVersion": "1.1", "targetPrefix": "Registry_V1"},
  "operations": {
    "CreateRepository": {"http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "Create"}},
    "DescribeRepositories": {"http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "Describe"}}
  },
  "shapes": {
    "Create": {"type": "structure", "required": ["repositoryName"], "members": {
      "repositoryName": {"shape": "Name"}, "tags": {"shape": "Tags"}}},
    "Describe": {"type": "structure", "members": {}},
    "Tags": {"type": "list", "member": {"shape": "Tag"}},
    "Tag": {"type": "structure", "required": ["Key", "Value"], "members": {"Key": {"shape": "Name"}, "Value": {"shape": "Name"}}},
    "Name": {"type": "string", "min": 2}
  }
}"#;

const ROLES: &str = r#"{
  "metadata": {"apiVersion": "2010-05-08", "protocol": "query"},
  "operations": {
    "CreateRole": {"http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "CreateRole"}},
    "GetRole": {"http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "CreateRole"}}
  },
  "shapes": {
    "CreateRole": {"type": "structure", "required": ["RoleName"], "members": {
      "RoleName": {"shape": "Name"}, "Tags": {"shape": "Tags"}, "Session": {"shape": "Session"},
      "Flat": {"shape": "Flat"}, "Limits": {"shape": "Limits"}}},
    "Tags": {"type": "list", "member": {"shape": "Tag"}},
    "Flat": {"type": "list", "member": {"shape": "Name"}, "flattened": true},
    "Tag": {"type": "structure", "required": ["Key", "Value"], "members": {"Key": {"shape": "Name"}, "Value": {"shape": "Name"}}},
    "Limits": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Session"}},
    "Name": {"type": "string", "min": 1, "max": 64},
    "Session": {"type": "integer", "min": 3600, "max": 43200}
  }
}"#;

struct Sent<'a> {
    method: &'a str,
    target: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &'a str,
}

fn check(model: &str, sent: &Sent<'_>) -> (String, Checked, bool) {
    let model = Model::parse("test", model.as_bytes()).unwrap();
    let headers: BTreeMap<String, String> = sent
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let (path, query) = sent.target.split_once('?').unwrap_or((sent.target, ""));
    let parts = RequestParts {
        method: sent.method,
        path,
        query,
        headers: &headers,
        body: sent.body.as_bytes(),
    };
    let operation = model.identify(&parts).unwrap();
    (
        operation.name.clone(),
        model.check(operation, &parts),
        operation.mutating,
    )
}

fn objections(model: &str, sent: &Sent<'_>) -> Vec<String> {
    check(model, sent)
        .1
        .problems
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn create(body: &str) -> Vec<String> {
    let headers = [("content-type", "application/json")];
    objections(
        FUNCTIONS,
        &Sent {
            method: "POST",
            target: "/2015-03-31/functions",
            headers: &headers,
            body,
        },
    )
}

fn get(target: &str) -> Vec<String> {
    objections(
        FUNCTIONS,
        &Sent {
            method: "GET",
            target,
            headers: &[],
            body: "",
        },
    )
}

#[test]
fn a_correct_rest_request_is_named_decoded_and_passes() {
    let body = r#"{"FunctionName":"orders","Code":{"imageUri":"u","ZipFile":"AQID"},"MemorySize":512,
        "PackageType":"Image","Environment":{"AB":"1"},"Layers":["l"],"Publish":true,"Since":1.5,"Share":0.5}"#;
    let sent = Sent {
        method: "POST",
        target: "/2015-03-31/functions/",
        headers: &[("content-type", "application/json")],
        body,
    };
    let (name, checked, mutating) = check(FUNCTIONS, &sent);
    assert_eq!((name.as_str(), mutating), ("CreateFunction", true));
    assert_eq!(checked.problems, []);
    assert_eq!(
        checked.parameters["Code"],
        json!({"imageUri": "u", "ZipFile": "AQID"})
    );
}

#[test]
fn each_kind_of_mistake_in_a_body_is_named_with_its_place() {
    for (body, expected) in [
        (r#"{"FunctionName":"a"}"#, "Code: is required and missing"),
        (
            r#"{"FunctionName":"a","Code":null}"#,
            "Code: is required and missing",
        ),
        (
            r#"{"FunctionName":"a","Code":{},"Memory":1}"#,
            "Memory: AWS knows no such member",
        ),
        (
            r#"{"FunctionName":"a","Code":{"ImageUri":"u"}}"#,
            "Code.ImageUri: AWS knows no such member",
        ),
        (
            r#"{"FunctionName":1,"Code":{}}"#,
            "FunctionName: is a number, expected a string",
        ),
        (
            r#"{"FunctionName":"a","Code":[]}"#,
            "Code: is a list, expected an object",
        ),
        (
            r#"{"FunctionName":"abcdefghi","Code":{}}"#,
            "FunctionName: 9 characters is above the most of 8",
        ),
        (
            r#"{"FunctionName":"a","Code":{},"MemorySize":64}"#,
            "MemorySize: 64 is below the least of 128",
        ),
        (
            r#"{"FunctionName":"a","Code":{},"MemorySize":128.5}"#,
            "MemorySize: is a number, expected a whole number",
        ),
        (
            r#"{"FunctionName":"a","Code":{},"PackageType":"Tar"}"#,
            r#"PackageType: "Tar" is none of Zip, Image"#,
        ),
        (
            r#"{"FunctionName":"a","Code":{},"Layers":["a","b"]}"#,
            "Layers: 2 items is above the most of 1",
        ),
        (
            r#"{"FunctionName":"a","Code":{},"Layers":[true]}"#,
            "Layers[0]: is a boolean, expected a string",
        ),
        (
            r#"{"FunctionName":"a","Code":{"ZipFile":"AQIDBAU="}}"#,
            "Code.ZipFile: 5 bytes is above the most of 4",
        ),
        (
            r#"{"FunctionName":"a","Code":{},"Share":1.5}"#,
            "Share: 1.5 is above the most of 1",
        ),
        (
            r#"{"FunctionName":"a","Code":{},"Publish":"true"}"#,
            "Publish: is a string, expected a boolean",
        ),
    ] {
        assert_eq!(create(body), [expected], "{body}");
    }
}

#[test]
fn patterns_hold_for_the_whole_of_a_value_also_with_alternatives() {
    assert_eq!(
        create(r#"{"FunctionName":"$LATEST","Code":{}}"#),
        Vec::<String>::new()
    );
    let objected = create(r#"{"FunctionName":"a B","Code":{},"Environment":{"A":"1"}}"#);
    assert_eq!(objected.len(), 2, "{objected:?}");
    assert!(
        objected
            .iter()
            .any(|text| text.starts_with("FunctionName: \"a B\" does not match")),
        "{objected:?}"
    );
    assert!(
        objected
            .iter()
            .any(|text| text.starts_with("Environment{A}: \"A\" does not match")),
        "{objected:?}"
    );
}

#[test]
fn all_mistakes_of_a_request_are_collected() {
    assert_eq!(create(r#"{"MemorySize":1,"Extra":1}"#).len(), 4);
    assert_eq!(
        create("not json").len(),
        3,
        "the body, and both required members"
    );
}

#[test]
fn labels_query_and_headers_are_members_too() {
    assert_eq!(
        get("/2015-03-31/functions/orders?Qualifier=live&maxItems=200"),
        Vec::<String>::new()
    );
    assert_eq!(
        get("/2015-03-31/functions/orders?qualifier=live"),
        ["qualifier: AWS knows no such query parameter"]
    );
    assert_eq!(
        get("/2015-03-31/functions/orders?maxItems=1"),
        ["MaxItems: 1 is below the least of 128"]
    );
    assert_eq!(
        get("/2015-03-31/functions/orders?maxItems=x"),
        ["MaxItems: is a string, expected a whole number"]
    );
    assert_eq!(
        get("/2017-03-31/tags/arn%3Aaws%3Ax%2Fy"),
        Vec::<String>::new()
    );
    let invoke = |headers: &[(&str, &str)], body| {
        let target = "/2015-03-31/functions/orders/invocations";
        objections(
            FUNCTIONS,
            &Sent {
                method: "POST",
                target,
                headers,
                body,
            },
        )
    };
    assert_eq!(
        invoke(&[("x-amz-log-type", "Tail")], "{}"),
        Vec::<String>::new()
    );
    assert_eq!(
        invoke(&[("x-amz-log-type", "All")], ""),
        [r#"LogType: "All" is none of None, Tail"#]
    );
    assert_eq!(
        invoke(&[], "12345"),
        ["Payload: 5 bytes is above the most of 4"]
    );
}

#[test]
fn a_union_has_exactly_one_member() {
    let put = |body| {
        let headers = [("content-type", "application/json")];
        objections(
            FUNCTIONS,
            &Sent {
                method: "PUT",
                target: "/things?mode=put",
                headers: &headers,
                body,
            },
        )
    };
    assert_eq!(put(r#"{"Choice":{"A":"a"}}"#), Vec::<String>::new());
    assert_eq!(
        put(r#"{"Choice":{"A":"a","B":"b"}}"#),
        ["Choice: has 2 members of a union, expected one"]
    );
}

#[test]
fn a_request_that_no_template_fits_is_no_operation() {
    let model = Model::parse("test", FUNCTIONS.as_bytes()).unwrap();
    let headers = BTreeMap::new();
    for (method, path, query) in [
        ("DELETE", "/2015-03-31/functions/a", ""),
        ("GET", "/2015-03-31/functions/a/b", ""),
        ("PUT", "/things", ""),
    ] {
        let parts = RequestParts {
            method,
            path,
            query,
            headers: &headers,
            body: b"",
        };
        assert!(model.identify(&parts).is_none(), "{method} {path}");
    }
}

#[test]
fn json_requests_are_named_by_their_target() {
    let sent = |target, content_type, body| {
        let headers = [("x-amz-target", target), ("content-type", content_type)];
        check(
            REPOSITORIES,
            &Sent {
                method: "POST",
                target: "/",
                headers: &headers,
                body,
            },
        )
    };
    let (name, checked, mutating) = sent(
        "Registry_V1.CreateRepository",
        "application/x-amz-json-1.1",
        r#"{"repositoryName":"shop"}"#,
    );
    assert_eq!(
        (name.as_str(), mutating, checked.problems.len()),
        ("CreateRepository", true, 0)
    );
    let (_, checked, mutating) = sent(
        "Registry_V1.DescribeRepositories",
        "application/x-amz-json-1.0",
        "{}",
    );
    assert!(!mutating);
    assert_eq!(
        checked.problems[0].to_string(),
        r#"content-type is "application/x-amz-json-1.0", expected application/x-amz-json-1.1"#
    );
    let body = r#"{"repositoryName":"shop","tags":[{"key":"a","Value":"bb"}]}"#;
    let (_, checked, _) = sent(
        "Registry_V1.CreateRepository",
        "application/x-amz-json-1.1",
        body,
    );
    let texts: Vec<String> = checked.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "tags[0].key: AWS knows no such member",
            "tags[0].Key: is required and missing"
        ]
    );
}

#[test]
fn forms_are_read_by_the_shapes_they_fill() {
    let sent = |body| {
        check(
            ROLES,
            &Sent {
                method: "POST",
                target: "/",
                headers: &[],
                body,
            },
        )
    };
    let (name, checked, mutating) = sent(
        "Action=CreateRole&Version=2010-05-08&RoleName=a+b%2Fc&Tags.member.1.Key=k&Tags.member.1.Value=v\
         &Session=3600&Flat.1=x&Flat.2=y&Limits.entry.1.key=q&Limits.entry.1.value=4000",
    );
    assert_eq!((name.as_str(), mutating), ("CreateRole", true));
    assert_eq!(checked.problems, []);
    assert_eq!(
        checked.parameters,
        json!({"RoleName": "a b/c", "Tags": [{"Key": "k", "Value": "v"}], "Session": 3600, "Flat": ["x", "y"],
            "Limits": {"q": 4000}})
    );
    let texts = |body| {
        sent(body)
            .1
            .problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        texts("Action=GetRole&Version=2010-05-08&RoleName=r&Extra=1"),
        ["Extra: AWS knows no such member"]
    );
    assert_eq!(
        texts("Action=GetRole&Version=2009-01-01&RoleName=r"),
        [r#"Version: is "2009-01-01", expected "2010-05-08""#]
    );
    assert_eq!(
        texts(
            "Action=GetRole&Version=2010-05-08&RoleName=r&Tags.member.1.Key=k&Tags.member.3.Key=z"
        ),
        [
            "Tags.member.3.Key: AWS knows no such member",
            "Tags[0].Value: is required and missing"
        ]
    );
    assert!(!sent("Action=GetRole&Version=2010-05-08&RoleName=r").2);
}

const GROUPS: &str = r#"{
    "metadata": {"protocol": "ec2", "apiVersion": "2016-11-15"},
    "operations": {"CreateGroup": {"name": "CreateGroup", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"}}},
    "shapes": {
        "In": {"type": "structure", "required": ["Description"], "members": {
            "Description": {"shape": "Text", "locationName": "GroupDescription"},
            "Filters": {"shape": "Filters", "locationName": "filter"},
            "Other": {"shape": "Text", "locationName": "x", "queryName": "Own"}
        }},
        "Filters": {"type": "list", "member": {"shape": "Filter", "locationName": "item"}},
        "Filter": {"type": "structure", "members": {"Name": {"shape": "Text", "locationName": "name"}}},
        "Text": {"type": "string"}
    }
}"#;

#[test]
fn ec2_has_names_of_its_own_and_flat_lists() {
    let model = Model::parse("ec2", GROUPS.as_bytes()).unwrap();
    let check = |body: &str| {
        let headers = std::collections::BTreeMap::new();
        let request = RequestParts {
            method: "POST",
            path: "/",
            query: "",
            headers: &headers,
            body: body.as_bytes(),
        };
        let operation = model.identify(&request).unwrap();
        let checked = model.check(operation, &request);
        let problems: Vec<String> = checked
            .problems
            .iter()
            .map(|one| format!("{}: {}", one.path, one.text))
            .collect();
        (checked.parameters, problems)
    };
    let (parameters, problems) = check(
        "Action=CreateGroup&Version=2016-11-15&GroupDescription=d&Filter.1.Name=a&Filter.2.Name=b&Own=o",
    );
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(
        parameters,
        serde_json::json!({ "Description": "d", "Filters": [{ "Name": "a" }, { "Name": "b" }], "Other": "o" })
    );
    let (_, problems) = check("Action=CreateGroup&Version=2016-11-15&Description=d");
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn what_is_no_model_is_refused() {
    assert!(Model::parse("test", b"{}").is_err());
    let other = FUNCTIONS.replace("rest-json", "smithy-rpc-v2-cbor");
    assert!(
        Model::parse("test", other.as_bytes())
            .unwrap_err()
            .to_string()
            .contains("smithy-rpc-v2-cbor")
    );
    assert_eq!(
        Model::parse("test", ROLES.as_bytes()).unwrap().protocol(),
        Protocol::Query
    );
}
