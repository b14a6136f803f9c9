//! Designs to deploy in tests.

/// Environment that the designs here have.
pub const ENVIRONMENT: &str = "dev";

const HEAD: &str = r#"schema = 1
name = "shop"

[environments.dev]
account = "123456789012"
region = "eu-west-1"
"#;

/// One function behind one route.
pub fn small() -> String {
    format!(
        r#"{HEAD}
[functions.orders]
image = {{ build = "services/orders" }}
log_retention = 14

[apis.public]
kind = "http"

[apis.public.routes]
"GET /orders/{{id}}" = "orders"
"#
    )
}

/// Three functions, two APIs, routes that share integrations: about thirty resources.
pub fn shop() -> String {
    format!(
        r#"{HEAD}
[defaults]
log_retention = 14
tags = {{ team = "web" }}

[functions.orders]
image = {{ build = "services/orders" }}
memory = 512
timeout = 10
env = {{ TABLE = "orders" }}
allow = [{{ actions = ["dynamodb:GetItem"], resources = ["arn:aws:dynamodb:*:*:table/orders"] }}]

[functions.catalog]
image = {{ build = "services/catalog" }}

[functions.faults]
image = {{ build = "services/faults" }}

[apis.public]
kind = "http"

[apis.public.routes]
"GET /orders/{{id}}" = "orders"
"POST /orders" = "orders"
"GET /catalog" = "catalog"
"$default" = "faults"

[apis.admin]
kind = "http"

[apis.admin.routes]
"GET /orders" = "orders"
"DELETE /catalog/{{id}}" = "catalog"
"#
    )
}
