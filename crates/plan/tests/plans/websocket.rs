//! WebSocket APIs: what they imply, and how a change of one is carried out.

use crate::setup::Project;
use crate::world::World;
use slipway_plan::*;

const CHAT: &str = r#"schema = 1
name = "p"
[environments.dev]
account = "123456789012"
region = "eu-west-1"
[functions.chat]
image = { build = "chat" }
[apis.live]
kind = "websocket"
select = "$request.body.action"
[apis.live.routes]
"$connect" = "chat"
"say" = { to = "chat", reply = true }
"#;

fn addr(text: &str) -> ResourceAddr {
    text.parse().unwrap()
}

fn chat(change: impl FnOnce(&str) -> String) -> Project {
    Project::new(&change(CHAT), "dev")
}

fn as_is() -> Project {
    chat(str::to_owned)
}

fn of_api(project: &Project) -> Vec<String> {
    project
        .desired
        .iter()
        .filter(|one| one.addr.owner_key() == "live")
        .map(|one| one.addr.to_string())
        .collect()
}

fn deployment(project: &Project) -> ResourceAddr {
    let mut found = project
        .desired
        .iter()
        .filter(|one| one.addr.kind == ResourceKind::Deployment);
    let only = found.next().unwrap().addr.clone();
    assert_eq!(found.next(), None);
    only
}

/// Operations with an effect on the API, in order.
fn done(world: &World) -> Vec<String> {
    world
        .log
        .iter()
        .filter(|(_, addr)| addr.owner_key() == "live")
        .map(|(operation, addr)| match addr.kind {
            ResourceKind::Deployment => operation.name(),
            _ => format!("{} {}", operation.name(), addr.path),
        })
        .collect()
}

#[test]
fn a_websocket_api_implies_its_responses_a_deployment_and_a_stage() {
    let project = as_is();
    let deployment = deployment(&project);
    assert_eq!(deployment.member_key().len(), 12);
    assert_eq!(
        of_api(&project),
        [
            "api:live",
            "integration:live/chat",
            "route:live/$connect",
            "route:live/say",
            "route_response:live/say",
            deployment.to_string().as_str(),
            "stage:live/live",
            "permission:live/chat",
        ]
    );
    let spec = |wanted: &str| {
        let wanted = addr(wanted);
        let found = project.desired.iter().find(|one| one.addr == wanted);
        found.unwrap().spec.clone()
    };
    let ResourceSpec::Api(api) = spec("api:live") else {
        panic!("an API")
    };
    assert_eq!(api.protocol, ApiProtocol::Websocket);
    assert_eq!(api.select.as_deref(), Some("$request.body.action"));
    let ResourceSpec::Integration(integration) = spec("integration:live/chat") else {
        panic!("an integration")
    };
    assert_eq!(
        integration.uri.known(),
        Some(
            "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/\
             arn:aws:lambda:eu-west-1:123456789012:function:p-dev-chat:live/invocations"
        )
    );
    let ResourceSpec::Stage(stage) = spec("stage:live/live") else {
        panic!("a stage")
    };
    assert!(!stage.auto_deploy);
    assert_eq!(stage.deployment, Some(Text::output(deployment, "id")));
}

#[test]
fn a_second_plan_has_nothing_to_do() {
    let project = as_is();
    let world = project.deployed();
    assert!(project.plan(&world, None).graph.nodes.is_empty());
    assert!(
        project
            .plan(&world, Some(&world.state(1)))
            .graph
            .nodes
            .is_empty()
    );
}

#[test]
fn the_order_of_the_file_is_no_change() {
    let turned = chat(|text| {
        let connect = "\"$connect\" = \"chat\"\n";
        text.replace(connect, "") + connect
    });
    assert_eq!(deployment(&as_is()), deployment(&turned));
}

#[test]
fn a_change_of_a_route_is_a_new_deployment_that_the_stage_moves_to() {
    let mut world = as_is().deployed();
    let changed = chat(|text| text.replace("reply = true", "reply = false"));
    let plan = changed.plan(&world, Some(&world.state(1)));
    let old = deployment(&as_is());
    let gone = plan.changes.iter().find(|change| change.addr == old);
    assert_eq!(gone.unwrap().reason, "no stage serves it any more");
    world.apply(&plan);
    let done = done(&world);
    let at = |what: &str| done.iter().position(|one| one == what).expect(what);
    assert!(at("update_route live/say") < at("create_deployment"));
    assert!(at("delete_route_response live/say") < at("create_deployment"));
    assert!(at("create_deployment") < at("update_stage live/live"));
    assert!(at("update_stage live/live") < at("delete_deployment"));
    assert_eq!(done.len(), 5, "{done:?}");
    assert!(changed.plan(&world, None).graph.nodes.is_empty());
}

#[test]
fn a_route_that_goes_is_gone_before_the_deployment_and_its_response_with_it() {
    let mut world = as_is().deployed();
    let changed = chat(|text| text.replace("\"say\" = { to = \"chat\", reply = true }\n", ""));
    world.apply(&changed.plan(&world, Some(&world.state(1))));
    assert_eq!(
        done(&world),
        [
            "delete_route live/say",
            "create_deployment",
            "update_stage live/live",
            "delete_deployment",
        ]
    );
}

#[test]
fn a_stage_that_somebody_pointed_elsewhere_is_pointed_back() {
    let project = as_is();
    let mut world = project.deployed();
    let stage = addr("stage:live/live");
    let state = world.state(1);
    let Some((ResourceSpec::Stage(spec), _)) = world.resources.get_mut(&stage) else {
        panic!("a stage")
    };
    spec.deployment = Some(Text::from("by-hand"));
    let plan = project.plan(&world, Some(&state));
    let change = plan.changes.iter().find(|change| change.addr == stage);
    let change = change.unwrap();
    assert_eq!(change.reason, "deployment was changed outside Slipway");
    assert_eq!(change.operations, [Operation::UpdateStage]);
    world.apply(&plan);
    assert!(project.plan(&world, Some(&state)).graph.nodes.is_empty());
}

#[test]
fn an_api_that_becomes_another_kind_is_made_anew() {
    let http = Project::new(
        &CHAT
            .replace(
                "kind = \"websocket\"\nselect = \"$request.body.action\"",
                "kind = \"http\"",
            )
            .replace("\"$connect\" = \"chat\"\n", "")
            .replace(
                "\"say\" = { to = \"chat\", reply = true }",
                "\"$default\" = \"chat\"",
            ),
        "dev",
    );
    let socket = as_is();
    for (before, after) in [(&http, &socket), (&socket, &http)] {
        let mut world = before.deployed();
        let plan = after.plan(&world, Some(&world.state(1)));
        let api = plan.changes.iter().find(|one| one.addr == addr("api:live"));
        let api = api.unwrap();
        assert_eq!(api.action, Action::Replace);
        assert_eq!(
            api.reason,
            "protocol changes: an API can't change between HTTP and WebSocket"
        );
        world.apply(&plan);
        assert!(after.plan(&world, None).graph.nodes.is_empty());
    }
}

#[test]
fn a_service_is_refused_with_the_way_out() {
    let text = CHAT.replace(
        "\"$connect\" = \"chat\"",
        "\"$connect\" = \"web\"\n[services.web]\nimage = { build = \"web\" }\nport = 80",
    );
    // The services stand last in the file.
    let resolved = crate::setup::resolve(
        &text.replace("\"say\" = { to = \"chat\", reply = true }\n", ""),
        "dev",
    );
    let fingerprints = crate::setup::fingerprints(&resolved, "r1");
    let errors = lower(
        &resolved,
        &crate::setup::scope(&resolved),
        &fingerprints,
        None,
    )
    .unwrap_err();
    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(
        texts.iter().any(|text| text.starts_with("apis.live.routes.\"$connect\" can't be planned: a WebSocket API does not reach a Fargate service")),
        "{texts:?}"
    );
}

#[test]
fn a_function_behind_it_may_answer_on_connections_and_knows_where() {
    let project = as_is();
    let world = project.deployed();
    let find = |wanted: &str| world.resources[&addr(wanted)].clone();
    let (_, api) = find("api:live");
    let expected = Text::from(format!("{}/live", api["callback"]));
    let (ResourceSpec::Function(function), _) = find("function:chat") else {
        panic!("a function")
    };
    assert_eq!(function.callbacks["SLIPWAY_CALLBACK_LIVE"], expected);
    let (ResourceSpec::Alias(alias), _) = find("alias:chat") else {
        panic!("an alias")
    };
    assert_eq!(alias.callbacks, function.callbacks);
    let (ResourceSpec::RolePolicy(policy), _) = find("role_policy:chat") else {
        panic!("a policy")
    };
    assert_eq!(
        policy.connections,
        [Text::from(format!(
            "arn:aws:execute-api:eu-west-1:123456789012:{}/live/*/@connections/*",
            api["id"]
        ))]
    );

    // Without a WebSocket API it has neither.
    let http = Project::new(
        &CHAT
            .replace(
                "kind = \"websocket\"\nselect = \"$request.body.action\"",
                "kind = \"http\"",
            )
            .replace("\"$connect\" = \"chat\"\n", "")
            .replace(
                "\"say\" = { to = \"chat\", reply = true }",
                "\"$default\" = \"chat\"",
            ),
        "dev",
    );
    let (ResourceSpec::Function(function), _) =
        http.deployed().resources[&addr("function:chat")].clone()
    else {
        panic!("a function")
    };
    assert_eq!(function.callbacks.len(), 0);
}

#[test]
fn what_is_not_known_yet_is_said_so() {
    let project = as_is();
    let plan = project.plan(&World::default(), None);
    let text = render(&plan, Detail::Full);
    for line in [
        "connections: arn:aws:execute-api:eu-west-1:123456789012:(known after apply)/live/*/@connections/*",
        "callbacks.SLIPWAY_CALLBACK_LIVE: (known after apply)/live",
        "deployment: (known after apply)",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}
