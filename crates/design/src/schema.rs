//! The JSON schema of `slipway.toml`, for editors that complete and check while one types.
//!
//! It is looser than [`crate::validate`]: it knows shapes, words and ranges, and not what refers to what.

use serde_json::{Value, json};

use crate::names::{ENVIRONMENT_LIMIT, KEY_LIMIT, PROJECT_LIMIT};
use crate::{LOG_RETENTION_DAYS, SCHEMA};

/// The schema as it is published in `docs/slipway.schema.json`.
pub fn json_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Slipway project",
        "description": "A Slipway project: functions, services, APIs and the environments they are deployed to.",
        "type": "object",
        "required": ["schema", "name"],
        "additionalProperties": false,
        "properties": {
            "schema": { "const": SCHEMA, "description": "Version of the file format." },
            "name": name("Prefix of every name in AWS.", PROJECT_LIMIT),
            "defaults": object("Settings of every function and service; env and tags merge key by key.", json!({
                "arch": reference("arch"),
                "log_retention": reference("log_retention"),
                "memory": whole("MiB.", 128, 122_880),
                "timeout": whole("Seconds.", 1, 900),
                "env": reference("texts"),
                "tags": reference("texts"),
            })),
            "functions": map("Lambda functions from container images, by key.", KEY_LIMIT, "function"),
            "services": map("Fargate services, by key; they share one name space with the functions.", KEY_LIMIT, "service"),
            "apis": map("APIs of API Gateway, by key.", KEY_LIMIT, "api"),
            "local": object("Settings of this computer: never AWS.", json!({
                "secrets": { "type": "object", "additionalProperties": { "type": "string", "pattern": "^keychain:." } },
                "env": reference("texts"),
            })),
            "environments": map("Places the design is deployed to, by name.", ENVIRONMENT_LIMIT, "environment"),
        },
        "$defs": definitions(),
    })
}

fn definitions() -> Value {
    json!({
        "arch": { "enum": ["arm64", "x86_64"], "description": "Instruction set of the images." },
        "log_retention": { "enum": LOG_RETENTION_DAYS, "description": "Days that logs are kept; for ever without it." },
        "texts": { "type": "object", "additionalProperties": { "type": "string" } },
        "strings": { "type": "array", "items": { "type": "string" } },
        "secrets": {
            "type": "object",
            "description": "Variable to reference; a secret itself never stands in the file.",
            "additionalProperties": { "type": "string", "pattern": "^(secretsmanager|ssm):." },
        },
        "image": image(),
        "statement": {
            "type": "object",
            "required": ["actions", "resources"],
            "additionalProperties": false,
            "properties": { "actions": reference("strings"), "resources": reference("strings") },
        },
        "health": object("Health check of a container.", json!({
            "command": reference("strings"),
            "path": { "type": "string", "pattern": "^/", "description": "Asked by the load balancer: needs ingress = \"alb\"." },
            "interval": whole("Seconds.", 5, 300),
            "timeout": whole("Seconds.", 2, 60),
            "retries": whole("Failures in a row.", 1, 10),
            "start_period": whole("Seconds.", 0, 300),
        })),
        "throttle": object("Limit of requests.", json!({
            "rate": { "type": "number", "minimum": 0, "description": "Requests a second." },
            "burst": whole("Requests at once.", 0, u32::MAX),
        })),
        "payload": { "enum": ["1.0", "2.0"], "description": "Format of the event that a function gets." },
        "function": object("A Lambda function from a container image.", function()),
        "service": object("A Fargate service.", service()),
        "container": object("A further container of the same task.", json!({
            "image": reference("image"),
            "essential": flag("The task stops when an essential container stops; true without it."),
            "port": whole("TCP port.", 1, 65_535),
            "command": reference("strings"),
            "entrypoint": reference("strings"),
            "env": reference("texts"),
            "secrets": reference("secrets"),
            "health": reference("health"),
        })),
        "api": object("An API of API Gateway.", api()),
        "authorizer": authorizer(),
        "route": route(),
        "environment": environment(),
    })
}

fn image() -> Value {
    json!({
        "type": "object",
        "description": "Where an image comes from: exactly one of build, ecr and registry.",
        "additionalProperties": false,
        "oneOf": [{ "required": ["build"] }, { "required": ["ecr"] }, { "required": ["registry"] }],
        "properties": {
            "build": text("Context folder, relative to this file."),
            "dockerfile": text("Relative to the context; Dockerfile without it."),
            "target": text("Stage of a multi-stage Dockerfile."),
            "args": reference("texts"),
            "ecr": text("Name of a private ECR repository."),
            "digest": { "type": "string", "pattern": "^sha256:[0-9a-f]{64}$" },
            "tag": { "type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$" },
            "registry": text("An image of any other registry; services only."),
        },
    })
}

fn function() -> Value {
    json!({
        "title": text("Shown on the canvas; free to change."),
        "was": text("Former key, after a rename."),
        "image": reference("image"),
        "arch": reference("arch"),
        "memory": whole("MiB; 128 without it.", 128, 10_240),
        "timeout": whole("Seconds; 3 without it.", 1, 900),
        "ephemeral_storage": whole("Size of /tmp in MiB; 512 without it.", 512, 10_240),
        "concurrency": whole("Executions at once that are set aside.", 0, u32::MAX),
        "network": flag("Joins the environment's subnets."),
        "env": reference("texts"),
        "secrets": reference("secrets"),
        "tags": reference("texts"),
        "allow": { "type": "array", "items": reference("statement"), "description": "What its role may do." },
        "role": text("ARN of a role of yours; excludes allow and policies."),
        "policies": reference("strings"),
        "log_retention": reference("log_retention"),
    })
}

fn service() -> Value {
    json!({
        "title": text("Shown on the canvas; free to change."),
        "was": text("Former key, after a rename."),
        "image": reference("image"),
        "arch": reference("arch"),
        "port": whole("TCP port the container listens on.", 1, 65_535),
        "cpu": { "enum": [256, 512, 1024, 2048, 4096, 8192, 16384], "description": "CPU units, 1024 = 1 vCPU; 256 without it." },
        "memory": whole("MiB; 512 without it.", 512, 122_880),
        "count": {
            "description": "Tasks that run; 1 without it.",
            "oneOf": [
                { "type": "integer", "minimum": 0, "maximum": 5000 },
                {
                    "type": "object",
                    "required": ["min", "max"],
                    "additionalProperties": false,
                    "properties": {
                        "min": whole("Least tasks.", 0, 5000),
                        "max": whole("Most tasks.", 1, 5000),
                        "cpu": whole("Average use to aim at, percent.", 1, 100),
                        "memory": whole("Average use to aim at, percent.", 1, 100),
                    },
                },
            ],
        },
        "ingress": { "enum": ["cloud-map", "alb", "none"], "description": "How an API reaches it; cloud-map without it." },
        "health": reference("health"),
        "command": reference("strings"),
        "entrypoint": reference("strings"),
        "env": reference("texts"),
        "secrets": reference("secrets"),
        "tags": reference("texts"),
        "allow": { "type": "array", "items": reference("statement"), "description": "What its role may do." },
        "role": text("ARN of a role of yours; excludes allow and policies."),
        "policies": reference("strings"),
        "log_retention": reference("log_retention"),
        "ephemeral_storage": whole("GiB; 20 without it.", 21, 200),
        "spot": flag("Runs on Fargate Spot."),
        "exec": flag("Allows ECS Exec."),
        "cluster": text("Joins a cluster of yours."),
        "vpc_link": text("Joins a VPC link of yours."),
        "containers": map("Further containers of the same task, by name.", KEY_LIMIT, "container"),
    })
}

fn api() -> Value {
    json!({
        "kind": { "enum": ["http", "websocket"] },
        "title": text("Shown on the canvas; free to change."),
        "was": text("Former key, after a rename."),
        "cors": object("Cross-origin requests; HTTP APIs only.", json!({
            "origins": reference("strings"),
            "methods": reference("strings"),
            "headers": reference("strings"),
            "expose": reference("strings"),
            "max_age": { "type": "integer", "minimum": -1, "maximum": 86_400, "description": "Seconds." },
            "credentials": flag("Cookies and the like are sent."),
        })),
        "variables": {
            "type": "object",
            "description": "Stage variables; not for secrets.",
            "maxProperties": 100,
            "propertyNames": { "pattern": "^[A-Za-z0-9_]{1,64}$" },
            "additionalProperties": { "type": "string", "pattern": "^[A-Za-z0-9._~:/?#&=,-]{1,512}$" },
        },
        "stage": text("Name of the stage; $default for HTTP, live for WebSocket without it."),
        "select": text("Route selection expression; WebSocket APIs only."),
        "throttle": reference("throttle"),
        "authorizers": { "type": "object", "additionalProperties": reference("authorizer") },
        "routes": {
            "type": "object",
            "description": "Route key (GET /orders/{id}, $default, a WebSocket key) to what it leads to.",
            "additionalProperties": reference("route"),
        },
        "tags": reference("texts"),
        "access_log": flag("Access logs; on without it."),
    })
}

fn authorizer() -> Value {
    let kind = |kind: &str, required: &[&str], mut properties: Value| {
        properties["kind"] = json!({ "const": kind });
        let required: Vec<&str> = ["kind"].iter().chain(required).copied().collect();
        json!({ "type": "object", "required": required, "additionalProperties": false, "properties": properties })
    };
    json!({ "oneOf": [
        kind("jwt", &["issuer", "audience"], json!({
            "issuer": { "type": "string", "pattern": "^https://" },
            "audience": reference("strings"),
            "identity": reference("strings"),
        })),
        kind("lambda", &["to"], json!({
            "to": text("Key of the function that decides."),
            "identity": reference("strings"),
            "ttl": whole("Seconds an answer is cached.", 0, 3600),
            "payload": reference("payload"),
        })),
        kind("iam", &[], json!({})),
    ] })
}

fn route() -> Value {
    json!({ "oneOf": [
        text("Key of a function or service."),
        {
            "type": "object",
            "additionalProperties": false,
            "oneOf": [{ "required": ["to"] }, { "required": ["url"] }],
            "properties": {
                "to": text("Key of a function or service."),
                "url": { "type": "string", "pattern": "^https?://", "description": "Public address that requests are passed to." },
                "authorizer": text("An authorizer of this API, iam, or none."),
                "scopes": { "type": "array", "items": { "type": "string" }, "maxItems": 10 },
                "throttle": reference("throttle"),
                "reply": flag("Two-way; WebSocket APIs only."),
                "payload": reference("payload"),
                "timeout": { "type": "number", "minimum": 0.05, "maximum": 30, "description": "Seconds." },
            },
        },
    ] })
}

fn environment() -> Value {
    let over = |of: &str| json!({ "type": "object", "additionalProperties": reference(of) });
    json!({
        "type": "object",
        "description": "A place the design is deployed to, and what is different there.",
        "required": ["account", "region"],
        "additionalProperties": false,
        "properties": {
            "account": { "type": "string", "pattern": "^[0-9]{12}$", "description": "A deploy to another account is refused." },
            "region": { "type": "string", "pattern": "^[a-z]{2,}(-[a-z0-9]+)+-[0-9]{1,2}$" },
            "protected": flag("Asks for the environment's name before a deploy."),
            "endpoint": { "type": "string", "pattern": "^https?://", "description": "Address of an emulator." },
            "registry": text("Registry of an emulator, host:port."),
            "network": object("Where functions and services get their addresses.", json!({
                "vpc": { "type": "string", "pattern": "^vpc-[0-9a-f]+$" },
                "subnets": { "type": "array", "items": { "type": "string", "pattern": "^subnet-[0-9a-f]+$" } },
                "security_groups": { "type": "array", "items": { "type": "string", "pattern": "^sg-[0-9a-f]+$" } },
            })),
            "domains": reference("texts"),
            "permissions_boundary": text("ARN of a policy that bounds every role."),
            "tags": reference("texts"),
            "color": text("Colour of the environment in the window."),
            "functions": over("function"),
            "services": over("service"),
            "apis": over("api"),
        },
    })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn flag(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

fn whole(description: &str, least: u32, most: u32) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most, "description": description })
}

fn object(description: &str, properties: Value) -> Value {
    json!({ "type": "object", "description": description, "additionalProperties": false, "properties": properties })
}

fn name(description: &str, limit: usize) -> Value {
    json!({ "type": "string", "pattern": name_pattern(limit), "description": description })
}

fn map(description: &str, limit: usize, of: &str) -> Value {
    json!({
        "type": "object",
        "description": description,
        "propertyNames": { "pattern": name_pattern(limit) },
        "additionalProperties": reference(of),
    })
}

fn name_pattern(limit: usize) -> String {
    format!("^[a-z]([a-z0-9-]{{0,{}}}[a-z0-9])?$", limit - 2)
}
