//! Designs to deploy in tests.

use crate::Dice;

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

/// A service behind an API and a worker beside it.
pub fn services() -> String {
    format!(
        r#"{HEAD}
[services.web]
image = {{ build = "services/web" }}
port = 8080
count = {{ min = 1, max = 4, cpu = 60, memory = 70 }}
health = {{ command = ["/web", "health"] }}
env = {{ GREETING = "Hello" }}

[services.worker]
image = {{ registry = "public.example/worker:1" }}
ingress = "none"
count = 2

[apis.public]
kind = "http"

[apis.public.routes]
"$default" = "web"
"#
    )
}

/// Three functions, three APIs, routes that share integrations: about fifty resources.
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

[apis.live]
kind = "websocket"
select = "$request.body.action"

[apis.live.routes]
"$connect" = "orders"
"watch" = {{ to = "orders", reply = true }}
"#
    )
}

/// A moment in the life of a project whose functions stay the same, and whose settings, APIs and
/// routes don't; `functions` is from 1 to 4, and from 3 on there is a service beside them.
pub fn moment(functions: u32, dice: &mut Dice) -> String {
    let keys = ["orders", "catalog", "faults", "auth"];
    let keys = &keys[..(functions as usize).clamp(1, keys.len())];
    let mut text = HEAD.to_owned();
    for key in keys {
        let memory = dice.pick(&[128, 256, 512]);
        text.push_str(&format!(
            "\n[functions.{key}]\nimage = {{ build = \"services/{key}\" }}\nmemory = {memory}\n"
        ));
        if dice.one_in(2) {
            text.push_str("log_retention = 14\n");
        }
        if dice.one_in(2) {
            text.push_str("tags = { team = \"web\" }\n");
        }
    }
    // HTTP APIs reach services too. One that went would leave its log and its images behind.
    let mut reached = keys.to_vec();
    if functions > 2 {
        service("web", dice, &mut text);
        reached.push("web");
    }
    for key in ["public", "live"] {
        if dice.one_in(5) {
            continue;
        }
        // Now and then an API becomes one of the other kind.
        if (key == "live") != dice.one_in(6) {
            socket(key, keys, dice, &mut text);
        } else {
            http(key, &reached, dice, &mut text);
        }
    }
    text
}

fn service(key: &str, dice: &mut Dice, text: &mut String) {
    let port = dice.pick(&[80, 8080]);
    let count = dice.pick(&[
        "1",
        "2",
        "{ min = 1, max = 3, cpu = 50 }",
        "{ min = 1, max = 4, memory = 70 }",
    ]);
    text.push_str(&format!(
        "\n[services.{key}]\nimage = {{ build = \"services/{key}\" }}\nport = {port}\ncount = {count}\n"
    ));
    for setting in ["spot = true", "exec = true", "env = { A = \"1\" }"] {
        if dice.one_in(3) {
            text.push_str(setting);
            text.push('\n');
        }
    }
}

fn http(api: &str, functions: &[&str], dice: &mut Dice, text: &mut String) {
    text.push_str(&format!("\n[apis.{api}]\nkind = \"http\"\n"));
    if dice.one_in(3) {
        text.push_str("variables = { channel = \"web\" }\n");
    }
    text.push_str(&format!("\n[apis.{api}.routes]\n"));
    for route in [
        "GET /orders/{id}",
        "POST /orders",
        "GET /catalog",
        "$default",
    ] {
        if !dice.one_in(3) {
            text.push_str(&format!("\"{route}\" = \"{}\"\n", dice.pick(functions)));
        }
    }
}

fn socket(api: &str, functions: &[&str], dice: &mut Dice, text: &mut String) {
    let select = dice.pick(&["$request.body.action", "$request.body.kind"]);
    text.push_str(&format!(
        "\n[apis.{api}]\nkind = \"websocket\"\nselect = \"{select}\"\n\n[apis.{api}.routes]\n\"$connect\" = \"{}\"\n",
        functions[0]
    ));
    for route in ["say", "sing", "$default"] {
        if !dice.one_in(3) {
            text.push_str(&format!(
                "\"{route}\" = {{ to = \"{}\", reply = {} }}\n",
                dice.pick(functions),
                dice.one_in(2)
            ));
        }
    }
}

/// A network of two public subnets, or of those that are wanted.
pub fn network(wanted: Option<&slipway_design::Network>) -> slipway_plan::Network {
    let chosen = wanted
        .map(|wanted| wanted.subnets.clone())
        .unwrap_or_default();
    let ids = if chosen.is_empty() {
        vec!["subnet-0a".to_owned(), "subnet-0b".to_owned()]
    } else {
        chosen
    };
    slipway_plan::Network {
        vpc: wanted
            .and_then(|wanted| wanted.vpc.clone())
            .unwrap_or_else(|| "vpc-0default".to_owned()),
        subnets: ids
            .into_iter()
            .map(|id| slipway_plan::Subnet {
                id,
                zone: "eu-west-1a".to_owned(),
                public: true,
            })
            .collect(),
        security_groups: wanted
            .map(|wanted| wanted.security_groups.clone())
            .unwrap_or_default(),
    }
}
