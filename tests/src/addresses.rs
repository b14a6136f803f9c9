//! Which resource of the design a recorded call is about, worked out from the call alone: names
//! from the design's rules, ids from earlier answers. The program's own plan has no part in it.

use crate::service_addresses::{self, ServiceAddresses};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use slipway_design::{Design, names};
use slipway_testbed::Call;
use std::collections::{BTreeMap, BTreeSet};

/// How often each operation was called for each address: `("function:orders", "CreateFunction")`.
pub type Tally = BTreeMap<(String, String), u32>;

/// Learns ids from the calls it is shown, in order, over several runs.
pub struct Addresses {
    /// `service/physical name` to the key in the design.
    keys: BTreeMap<String, String>,
    /// API id to API key.
    apis: BTreeMap<String, String>,
    /// `api id/id` to address, for what hangs from an API and has an id.
    children: BTreeMap<String, String>,
    /// Ids of WebSocket APIs.
    sockets: BTreeSet<String>,
    /// Statement id to API key.
    statements: BTreeMap<String, String>,
    services: ServiceAddresses,
}

impl Addresses {
    pub fn of(design: &Design, environment: &str) -> Self {
        let mut keys = BTreeMap::new();
        for key in design.functions.keys() {
            let function = names::function_name(&design.name, environment, key);
            keys.insert(
                format!("ecr/{}", names::repository_name(&design.name, key)),
                key.clone(),
            );
            keys.insert(
                format!("logs/{}", names::log_group_name(&function)),
                key.clone(),
            );
            keys.insert(
                format!("iam/{}", names::role_name(&design.name, environment, key)),
                key.clone(),
            );
            keys.insert(format!("lambda/{function}"), key.clone());
        }
        for key in design.services.keys() {
            let (project, role) = (
                &design.name,
                names::role_name(&design.name, environment, key),
            );
            let execution = names::execution_role_name(project, environment, key);
            let group = names::service_log_group_name(project, environment, key);
            keys.extend([
                (
                    format!("ecr/{}", names::repository_name(project, key)),
                    key.clone(),
                ),
                (format!("logs/{group}"), key.clone()),
                (format!("iam/{role}"), key.clone()),
                (format!("iam/{execution}"), format!("{key}/execution")),
            ]);
        }
        let mut statements = BTreeMap::new();
        for key in design.apis.keys() {
            let name = names::api_name(&design.name, environment, key);
            keys.insert(
                format!("logs/{}", names::access_log_name(&name)),
                format!("{key}/access"),
            );
            keys.insert(format!("apigatewayv2/{name}"), key.clone());
            statements.insert(names::statement_id(key), key.clone());
        }
        Self {
            keys,
            apis: BTreeMap::new(),
            sockets: BTreeSet::new(),
            children: BTreeMap::new(),
            statements,
            services: ServiceAddresses::of(design, environment),
        }
    }

    /// The mutating calls that had their effect, by address and operation.
    pub fn tally(&mut self, calls: &[Call]) -> Result<Tally> {
        let mut tally = Tally::new();
        for call in calls.iter().filter(|call| {
            call.mutating
                && !matches!(call.service.as_str(), "registry" | "execute-api")
                && call.status.is_some_and(|status| status < 300)
        }) {
            let address = self.address(call).with_context(|| {
                format!("{}:{} {}", call.service, call.operation, call.parameters)
            })?;
            *tally.entry((address, call.operation.clone())).or_default() += 1;
        }
        Ok(tally)
    }

    fn address(&mut self, call: &Call) -> Result<String> {
        let operation = call.operation.as_str();
        match call.service.as_str() {
            "ecr" => Ok(format!(
                "repository:{}",
                self.named(call, &["repositoryName", "resourceArn"])?
            )),
            "logs" => Ok(format!(
                "log_group:{}",
                self.named(call, &["logGroupName", "resourceArn"])?
            )),
            "iam" => {
                let key = self.named(call, &["RoleName"])?;
                Ok(match operation {
                    "PutRolePolicy" | "DeleteRolePolicy" => format!("role_policy:{key}"),
                    "AttachRolePolicy" | "DetachRolePolicy" => {
                        format!("policy_attachment:{key}/{}", text(call, "PolicyArn")?)
                    }
                    _ => format!("role:{key}"),
                })
            }
            "lambda" => {
                let function = self.named(call, &["FunctionName", "Resource"])?;
                Ok(match operation {
                    "PublishVersion" | "CreateAlias" | "UpdateAlias" | "DeleteAlias" => {
                        format!("alias:{function}")
                    }
                    "AddPermission" | "RemovePermission" => {
                        let statement = text(call, "StatementId")?;
                        let api = self
                            .statements
                            .get(statement)
                            .with_context(|| format!("no API makes the statement {statement}"))?;
                        format!("permission:{api}/{function}")
                    }
                    _ => format!("function:{function}"),
                })
            }
            "apigatewayv2" => self.gateway_address(call),
            _ => self.services.address(call),
        }
    }

    fn gateway_address(&mut self, call: &Call) -> Result<String> {
        let operation = call.operation.as_str();
        if let Some(link) = ServiceAddresses::vpc_link(call) {
            return Ok(link);
        }
        if operation == "CreateApi" {
            let key = self.named(call, &["Name"])?;
            let id = answered(call, "apiId")?;
            if text(call, "ProtocolType")? == "WEBSOCKET" {
                self.sockets.insert(id.clone());
            }
            self.apis.insert(id, key.clone());
            return Ok(format!("api:{key}"));
        }
        if operation == "TagResource" || operation == "UntagResource" {
            // arn:aws:apigateway:REGION::/apis/ID or …/apis/ID/stages/NAME
            let arn = text(call, "ResourceArn")?;
            let mut path = arn.split('/').skip_while(|part| *part != "apis").skip(1);
            let api = self.api(path.next().unwrap_or_default())?;
            return Ok(match path.nth(1) {
                Some(stage) => format!("stage:{api}/{stage}"),
                None => format!("api:{api}"),
            });
        }
        let id = text(call, "ApiId")?.to_owned();
        let api = self.api(&id)?;
        let child = |name: &str| -> Result<String> {
            let key = format!("{id}/{}", text(call, name)?);
            self.children
                .get(&key)
                .cloned()
                .with_context(|| format!("nobody made {key}"))
        };
        match operation {
            "UpdateApi" | "DeleteApi" | "DeleteCorsConfiguration" => Ok(format!("api:{api}")),
            "CreateStage"
            | "UpdateStage"
            | "DeleteStage"
            | "DeleteRouteSettings"
            | "DeleteAccessLogSettings" => Ok(format!("stage:{api}/{}", text(call, "StageName")?)),
            "CreateAuthorizer" => {
                let address = format!("authorizer:{api}/{}", text(call, "Name")?);
                self.children.insert(
                    format!("{id}/{}", answered(call, "authorizerId")?),
                    address.clone(),
                );
                Ok(address)
            }
            "UpdateAuthorizer" | "DeleteAuthorizer" => child("AuthorizerId"),
            "CreateIntegration" => {
                let uri = text(call, "IntegrationUri")?;
                // Routes of one target share an integration unless they ask for another event or
                // time limit. An address outside and a service get no event.
                let service = self.services.behind(uri);
                let proxy = text(call, "IntegrationType")? == "HTTP_PROXY";
                let target = match service {
                    Some(service) => service.to_owned(),
                    None if proxy => uri.to_owned(),
                    None => self.key("lambda", function_of(uri))?,
                };
                let mut address = format!("integration:{api}/{target}");
                let (payload, most) = if self.sockets.contains(&id) {
                    ("1.0", 29_000)
                } else {
                    ("2.0", 30_000)
                };
                let version = text(call, "PayloadFormatVersion")?;
                if version != payload && !proxy {
                    address.push_str(&format!("@{version}"));
                }
                let limit = call.parameters["TimeoutInMillis"].as_u64();
                if let Some(limit) = limit.filter(|limit| *limit != most) {
                    address.push_str(&format!("@{limit}ms"));
                }
                self.children.insert(
                    format!("{id}/{}", answered(call, "integrationId")?),
                    address.clone(),
                );
                Ok(address)
            }
            "UpdateIntegration" | "DeleteIntegration" => child("IntegrationId"),
            "CreateRoute" => {
                let address = format!("route:{api}/{}", text(call, "RouteKey")?);
                self.children.insert(
                    format!("{id}/{}", answered(call, "routeId")?),
                    address.clone(),
                );
                Ok(address)
            }
            "UpdateRoute" | "DeleteRoute" => child("RouteId"),
            "CreateRouteResponse" => {
                let address = child("RouteId")?.replacen("route:", "route_response:", 1);
                self.children.insert(
                    format!("{id}/{}", answered(call, "routeResponseId")?),
                    address.clone(),
                );
                Ok(address)
            }
            "DeleteRouteResponse" => child("RouteResponseId"),
            "CreateDeployment" => {
                // It has no name: what it is for stands in its description.
                let address = text(call, "Description")?.to_owned();
                ensure!(
                    address.starts_with(&format!("deployment:{api}/")),
                    "{address} is not of {api}"
                );
                self.children.insert(
                    format!("{id}/{}", answered(call, "deploymentId")?),
                    address.clone(),
                );
                Ok(address)
            }
            "DeleteDeployment" => child("DeploymentId"),
            other => anyhow::bail!("{other} has no address"),
        }
    }

    fn api(&self, id: &str) -> Result<String> {
        self.apis
            .get(id)
            .cloned()
            .with_context(|| format!("nobody made the API {id}"))
    }

    /// The key of the thing whose name or ARN stands in the first of these parameters that is there.
    fn named(&self, call: &Call, parameters: &[&str]) -> Result<String> {
        let given = parameters
            .iter()
            .find_map(|name| call.parameters.get(name)?.as_str())
            .with_context(|| format!("none of {parameters:?} is given"))?;
        let name = match call.service.as_str() {
            "lambda" => function_of(given),
            "ecr" => given
                .split_once(":repository/")
                .map_or(given, |(_, name)| name),
            "logs" => given
                .split_once(":log-group:")
                .map_or(given, |(_, name)| name.trim_end_matches(":*")),
            _ => given,
        };
        self.key(&call.service, name)
    }

    fn key(&self, service: &str, name: &str) -> Result<String> {
        self.keys
            .get(&format!("{service}/{name}"))
            .cloned()
            .with_context(|| format!("{name} is not a name of this project"))
    }
}

/// The function's name in its name, its ARN, or an ARN with a qualifier.
fn function_of(given: &str) -> &str {
    let name = given
        .split_once(":function:")
        .map_or(given, |(_, name)| name);
    // An invocation ARN of API Gateway goes on after a slash.
    name.split(['/', ':']).next().unwrap_or(name)
}

pub(crate) fn text<'a>(call: &'a Call, name: &str) -> Result<&'a str> {
    call.parameters
        .get(name)
        .and_then(Value::as_str)
        .with_context(|| format!("{name} is not given"))
}

fn answered(call: &Call, name: &str) -> Result<String> {
    let answer: Value = serde_json::from_str(&call.answer)
        .with_context(|| format!("the answer is not JSON: {}", call.answer))?;
    answer
        .get(name)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .with_context(|| format!("no {name} in the answer"))
}

/// What a plan announces, in the same form: `plan --json`'s operations by address.
pub fn announced(plan: &Value) -> Result<Tally> {
    let mut tally = Tally::new();
    for change in plan["changes"].as_array().context("a plan has changes")? {
        let address = change["address"]
            .as_str()
            .context("a change has an address")?;
        for operation in change["operations"]
            .as_array()
            .context("a change has operations")?
        {
            if let Some(name) = aws_name(operation.as_str().context("an operation is a word")?)? {
                *tally.entry((address.to_owned(), name)).or_default() += 1;
            }
        }
    }
    Ok(tally)
}

/// AWS's name of an operation of the plan; `None` for what Docker does.
fn aws_name(word: &str) -> Result<Option<String>> {
    if let Some(name) = service_addresses::aws_name(word) {
        return Ok(Some(name.to_owned()));
    }
    let name = match word {
        "build_image" | "push_image" => return Ok(None),
        "delete_images" => "BatchDeleteImage".to_owned(),
        "tag_repository" | "tag_log_group" | "tag_function" | "tag_api" | "tag_stage" => {
            "TagResource".to_owned()
        }
        "untag_repository" | "untag_log_group" | "untag_function" | "untag_api" | "untag_stage" => {
            "UntagResource".to_owned()
        }
        other => other
            .split('_')
            .map(capitalised)
            .collect::<Result<String>>()?,
    };
    Ok(Some(name))
}

fn capitalised(word: &str) -> Result<String> {
    let mut letters = word.chars();
    let first = letters.next();
    ensure!(first.is_some(), "an operation with an empty word");
    Ok(first
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect())
}
