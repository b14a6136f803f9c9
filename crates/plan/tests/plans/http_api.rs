//! What the settings of an HTTP API imply, and how they change.

use crate::setup::Project;
use crate::world::World;
use slipway_plan::*;

const PORTAL: &str = r#"
schema = 1
name = "p"
[defaults]
log_retention = 30
[functions.orders]
image = { build = "orders" }
policies = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
[functions.auth]
image = { build = "auth" }
[apis.public]
kind = "http"
stage = "v1"
cors = { origins = ["https://Shop.example"], methods = ["GET"], headers = ["X-Token"], max_age = 600 }
throttle = { rate = 100, burst = 50 }
[apis.public.authorizers]
users = { kind = "jwt", issuer = "https://login.example", audience = ["shop"] }
token = { kind = "lambda", to = "auth", identity = ["$request.header.X-Token"], ttl = 60 }
old = { kind = "lambda", to = "auth", payload = "1.0" }
[apis.public.routes]
"GET /orders" = { to = "orders", authorizer = "token" }
"POST /orders" = { to = "orders", authorizer = "users", scopes = ["write", "admin"], throttle = { rate = 0.5 } }
"DELETE /orders" = { to = "orders", authorizer = "iam" }
"GET /old/{proxy+}" = { url = "https://old.example/{proxy}" }
"GET /slow/{proxy+}" = { url = "https://old.example/{proxy}", timeout = 5 }
"$default" = "orders"
[environments.dev]
account = "123456789012"
region = "eu-west-1"
permissions_boundary = "arn:aws:iam::123456789012:policy/bound"
"#;

fn portal(edits: &[(&str, &str)]) -> Project {
    let mut text = PORTAL.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    Project::new(&text, "dev")
}

#[test]
fn every_setting_has_its_place() {
    let plan = portal(&[]).plan(&World::default(), None);
    insta::assert_snapshot!("portal", render(&plan, Detail::Full));
}

/// Deploys the portal, plans the edited one, carries it out and plans again: nothing is left to do.
fn change(edits: &[(&str, &str)]) -> String {
    let mut world = portal(&[]).deployed();
    let edited = portal(edits);
    let plan = edited.plan(&world, Some(&world.state(1)));
    world.apply(&plan);
    let again = edited.plan(&world, None);
    assert!(again.summary.is_empty(), "{}", render(&again, Detail::Full));
    render(&plan, Detail::Concise)
}

#[test]
fn settings_change_in_place() {
    let text = change(&[
        ("max_age = 600", "max_age = 60"),
        ("rate = 100, burst = 50", "rate = 10"),
        ("throttle = { rate = 0.5 }", "throttle = { burst = 3 }"),
        ("audience = [\"shop\"]", "audience = [\"shop\", \"admin\"]"),
        ("ttl = 60", "ttl = 0"),
        ("\"write\", \"admin\"", "\"write\""),
        ("policy/bound", "policy/tighter"),
    ]);
    insta::assert_snapshot!(text);
}

#[test]
fn settings_go() {
    let text = change(&[
        ("cors = { origins", "access_log = false # { origins"),
        ("throttle = { rate = 100, burst = 50 }\n", ""),
        (", throttle = { rate = 0.5 }", ""),
        (
            ", authorizer = \"users\", scopes = [\"write\", \"admin\"]",
            "",
        ),
        ("users = { kind", "# { kind"),
        ("policies =", "# "),
        ("permissions_boundary =", "# "),
    ]);
    insta::assert_snapshot!(text);
}

#[test]
fn a_stage_of_another_name_takes_over_before_the_old_one_goes() {
    let world = portal(&[]).deployed();
    let plan = portal(&[("stage = \"v1\"", "stage = \"v2\"")]).plan(&world, None);
    let order: Vec<&str> = plan
        .graph
        .nodes
        .iter()
        .map(|node| node.id.0.as_str())
        .collect();
    let at = |id: &str| order.iter().position(|one| *one == id).unwrap();
    assert!(
        at("create_stage stage:public/v2") < at("delete_stage stage:public/v1"),
        "{order:?}"
    );
}

#[test]
fn a_limited_route_goes_after_its_limit_and_the_authorizer_after_its_routes() {
    let text = change(&[
        ("\"POST /orders\" = { to", "# { to"),
        ("\"GET /orders\" = { to", "# { to"),
        ("token = { kind", "# { kind"),
        ("old = { kind", "# { kind"),
        ("[functions.auth]\nimage = { build = \"auth\" }", ""),
    ]);
    // The world of this test refuses every other order.
    insta::assert_snapshot!(text);
}

#[test]
fn a_destroy_takes_all_of_it_away() {
    let mut world = portal(&[]).deployed();
    let options = DestroyOptions {
        images: true,
        logs: true,
    };
    let plan = portal(&[]).make(&world, None, Some(options)).unwrap();
    world.apply(&plan);
    assert!(world.resources.is_empty(), "{:?}", world.resources.keys());
}
