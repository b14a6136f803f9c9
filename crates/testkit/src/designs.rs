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
/// routes don't; `functions` is from 1 to 4.
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
    for key in ["public", "live"] {
        if dice.one_in(5) {
            continue;
        }
        // Now and then an API becomes one of the other kind.
        if (key == "live") != dice.one_in(6) {
            socket(key, keys, dice, &mut text);
        } else {
            http(key, keys, dice, &mut text);
        }
    }
    text
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
