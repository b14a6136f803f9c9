//! What is there, asked from the emulator itself, past the program and the proxy.

use crate::http::{self, Request};
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use slipway_testbed::Endpoints;
use std::collections::BTreeSet;

/// `kind name`, for everything of the kinds that Slipway makes.
pub type Inventory = BTreeSet<String>;

/// Everything there is in `region`.
pub fn take(endpoints: &Endpoints, region: &str) -> Result<Inventory> {
    let ask = Asking {
        base: &endpoints.ministack,
        region,
    };
    let mut found = Inventory::new();
    let mut add = |kind: &str, names: Vec<String>| {
        found.extend(names.into_iter().map(|name| format!("{kind} {name}")))
    };
    let ecr = ask.json(
        "ecr",
        "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories",
    )?;
    add("repository", texts(&ecr["repositories"], "repositoryName"));
    let logs = ask.json("logs", "Logs_20140328.DescribeLogGroups")?;
    add("log_group", texts(&logs["logGroups"], "logGroupName"));
    let functions = ask
        .get("lambda", "/2015-03-31/functions?MaxItems=10000")?
        .json()?;
    add("function", texts(&functions["Functions"], "FunctionName"));
    let apis = ask.get("apigateway", "/v2/apis?maxResults=1000")?.json()?;
    add("api", texts(&apis["items"], "apiId"));
    add(
        "role",
        elements(
            &ask.query("iam", "Action=ListRoles&Version=2010-05-08&MaxItems=1000")?,
            "RoleName",
        ),
    );
    let links = ask
        .get("apigateway", "/v2/vpclinks?maxResults=1000")?
        .json()?;
    add("vpc_link", texts(&links["items"], "vpcLinkId"));
    add(
        "security_group",
        elements(
            &ask.query("ec2", "Action=DescribeSecurityGroups&Version=2016-11-15")?,
            "groupName",
        ),
    );
    let clusters = strings(&ask.json("ecs", &ecs("ListClusters"))?["clusterArns"]);
    for cluster in &clusters {
        let listed = ask.call("ecs", &ecs("ListServices"), &json!({ "cluster": cluster }))?;
        add("service", strings(&listed["serviceArns"]));
    }
    add("cluster", clusters);
    let listed = ask.call(
        "ecs",
        &ecs("ListTaskDefinitions"),
        &json!({ "status": "ACTIVE" }),
    )?;
    add("task_definition", strings(&listed["taskDefinitionArns"]));
    let namespaces = ask.json(
        "servicediscovery",
        "Route53AutoNaming_v20170314.ListNamespaces",
    )?;
    add("namespace", texts(&namespaces["Namespaces"], "Name"));
    let services = ask.json(
        "servicediscovery",
        "Route53AutoNaming_v20170314.ListServices",
    )?;
    add("discovery", texts(&services["Services"], "Name"));
    let targets = ask.call(
        "application-autoscaling",
        "AnyScaleFrontendService.DescribeScalableTargets",
        &json!({ "ServiceNamespace": "ecs" }),
    )?;
    add(
        "scalable_target",
        texts(&targets["ScalableTargets"], "ResourceId"),
    );
    Ok(found)
}

fn ecs(operation: &str) -> String {
    format!("AmazonEC2ContainerServiceV20141113.{operation}")
}

/// A call of ECS that somebody else makes, past the program and the proxy.
pub fn call_ecs(
    endpoints: &Endpoints,
    region: &str,
    operation: &str,
    parameters: &Value,
) -> Result<Value> {
    let ask = Asking {
        base: &endpoints.ministack,
        region,
    };
    ask.call("ecs", &ecs(operation), parameters)
}

/// A call of EC2 that somebody else makes: `form` begins with the action.
pub fn call_ec2(endpoints: &Endpoints, region: &str, form: &str) -> Result<String> {
    let ask = Asking {
        base: &endpoints.ministack,
        region,
    };
    ask.query("ec2", &format!("{form}&Version=2016-11-15"))
}

/// A function's configuration as it is stored.
pub fn function(endpoints: &Endpoints, region: &str, name: &str) -> Result<Value> {
    let ask = Asking {
        base: &endpoints.ministack,
        region,
    };
    ask.get(
        "lambda",
        &format!("/2015-03-31/functions/{name}/configuration"),
    )?
    .json()
}

/// What came since `before`.
pub fn since(before: &Inventory, now: &Inventory) -> Inventory {
    now.difference(before).cloned().collect()
}

struct Asking<'a> {
    base: &'a str,
    region: &'a str,
}

impl Asking<'_> {
    /// What makes the emulator pick the service; it checks no signature.
    fn scope(&self, service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=test/20260101/{}/{service}/aws4_request, SignedHeaders=host, Signature=0",
            self.region
        )
    }

    fn send(
        &self,
        service: &str,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: &str,
    ) -> Result<http::Response> {
        let scope = self.scope(service);
        let headers: Vec<(&str, &str)> = [("authorization", scope.as_str())]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        let response = http::send(
            self.base,
            &Request {
                method,
                path,
                headers: &headers,
                body,
            },
        )?;
        ensure!(
            response.status == 200,
            "{service} answered {}: {}",
            response.status,
            response.body
        );
        Ok(response)
    }

    fn get(&self, service: &str, path: &str) -> Result<http::Response> {
        self.send(service, "GET", path, &[], "")
    }

    fn json(&self, service: &str, target: &str) -> Result<Value> {
        self.call(service, target, &json!({}))
    }

    fn call(&self, service: &str, target: &str, parameters: &Value) -> Result<Value> {
        self.send(
            service,
            "POST",
            "/",
            &[
                ("x-amz-target", target),
                ("content-type", "application/x-amz-json-1.1"),
            ],
            &parameters.to_string(),
        )?
        .json()
    }

    fn query(&self, service: &str, form: &str) -> Result<String> {
        Ok(self
            .send(
                service,
                "POST",
                "/",
                &[("content-type", "application/x-www-form-urlencoded")],
                form,
            )?
            .body)
    }
}

fn texts(list: &Value, name: &str) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item[name].as_str().map(str::to_owned))
        .collect()
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// The texts of all XML elements of this name.
pub fn elements(xml: &str, name: &str) -> Vec<String> {
    let open = format!("<{name}>");
    xml.split(&open)
        .skip(1)
        .filter_map(|rest| rest.split_once("</").map(|(text, _)| text.to_owned()))
        .collect()
}

/// Takes an API away, as somebody else would.
pub fn delete_api(endpoints: &Endpoints, region: &str, id: &str) -> Result<()> {
    let ask = Asking {
        base: &endpoints.ministack,
        region,
    };
    let scope = ask.scope("apigateway");
    let response = http::send(
        ask.base,
        &Request {
            method: "DELETE",
            path: &format!("/v2/apis/{id}"),
            headers: &[("authorization", &scope)],
            body: "",
        },
    )?;
    ensure!(
        response.status == 204,
        "the API was not deleted: {}",
        response.status
    );
    Ok(())
}
