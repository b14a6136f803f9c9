//! Routes with what they lead to, and what guards them.

use crate::*;

#[test]
fn routes_that_give_up_before_the_function_does() {
    let route = |function: &str, route: &str, expect: &[&str]| {
        check(
            &format!("{F}{function}\n{P}routes = {{ \"GET /\" = {route} }}\n"),
            expect,
        );
    };
    route("timeout = 30", "\"f\"", &[]);
    route(
        "timeout = 31",
        "\"f\"",
        &["warning timeout-shorter functions.f.timeout"],
    );
    route("timeout = 5", "{ to = \"f\", timeout = 5 }", &[]);
    let explicit = "warning timeout-shorter apis.p.routes.\"GET /\".timeout";
    route("timeout = 5", "{ to = \"f\", timeout = 4.9 }", &[explicit]);
    route("timeout = 60", "{ to = \"f\", timeout = 30 }", &[explicit]);
    // Its own time is 3 s when nothing says so.
    route("", "{ to = \"f\", timeout = 2 }", &[explicit]);
    route("", "{ to = \"f\", timeout = 3 }", &[]);
    check(
        &format!("[defaults]\ntimeout = 60\n{F}{P}routes = {{ \"GET /\" = \"f\" }}\n"),
        &["warning timeout-shorter functions.f.timeout"],
    );
    // A WebSocket API waits a second less.
    check(
        &format!(
            "{F}timeout = 30\n[apis.w]\nkind = \"websocket\"\nselect = \"$request.body.a\"\nroutes = {{ a = \"f\" }}\n"
        ),
        &["warning timeout-shorter functions.f.timeout"],
    );
    // Once where the function says it, and once more where an environment makes it longer.
    let here = |function: &str, over: &str, expect: &[&str]| {
        let dev = environment("dev", A, &format!("functions.f = {{ {over} }}"));
        check(
            &format!("{F}{function}\n{P}routes = {{ \"GET /\" = \"f\" }}\n{dev}"),
            expect,
        );
    };
    here(
        "timeout = 10",
        "timeout = 40",
        &["warning timeout-shorter environments.dev.functions.f.timeout"],
    );
    here(
        "timeout = 40",
        "timeout = 40",
        &["warning timeout-shorter functions.f.timeout"],
    );
    here(
        "timeout = 40",
        "memory = 128",
        &["warning timeout-shorter functions.f.timeout"],
    );
    // A route of the environment, against the function as it is there.
    let dev = environment(
        "dev",
        A,
        "functions.f = { timeout = 9 }\napis.p.routes = { \"GET /\" = { to = \"f\", timeout = 8 } }",
    );
    check(
        &format!("{F}{P}routes = {{ \"GET /\" = \"f\" }}\n{dev}"),
        &["warning timeout-shorter environments.dev.apis.p.routes.\"GET /\".timeout"],
    );
    // An authorizer has ten seconds.
    let authorizer = |seconds: u32, expect: &[&str]| {
        check(
            &format!(
                "{F}timeout = {seconds}\n{P}authorizers = {{ x = {{ kind = \"lambda\", to = \"f\" }} }}\n"
            ),
            expect,
        );
    };
    authorizer(10, &[]);
    authorizer(11, &["warning timeout-shorter functions.f.timeout"]);
}

#[test]
fn integrations_are_counted_as_they_are_shared() {
    let api = |kind: &str, routes: &str| {
        format!("{F}timeout = 1\n[apis.p]\n{kind}\n[apis.p.routes]\n{routes}")
    };
    let http = "kind = \"http\"";
    let distinct = |count: usize| {
        (0..count)
            .map(|n| {
                format!(
                    "\"GET /r{n}\" = {{ to = \"f\", timeout = {} }}\n",
                    2.0 + n as f64 / 1000.0
                )
            })
            .collect::<String>()
    };
    check(&api(http, &distinct(300)), &[]);
    let routes = "warning quota-exceeded apis.p.routes";
    let integrations = "error quota-exceeded apis.p.routes";
    check(&api(http, &distinct(301)), &[integrations, routes]);
    // The same target, event and time share one, however they are written.
    let shared =
        "\"GET /a\" = \"f\"\n\"GET /b\" = { to = \"f\", timeout = 30, payload = \"2.0\" }\n";
    check(&api(http, &format!("{}{shared}", distinct(298))), &[]);
    let shared = format!("{}{shared}", distinct(300));
    check(&api(http, &shared), &[integrations, routes]);
    // A WebSocket API may have more when AWS is asked.
    let websocket = "kind = \"websocket\"\nselect = \"$request.body.a\"";
    check(
        &api(websocket, &distinct(301).replace("GET /", "")),
        &[
            "warning quota-exceeded apis.p.routes",
            "warning quota-exceeded apis.p.routes",
        ],
    );
    // An environment that replaces a route adds nothing, one that changes its time does.
    let over = |route: &str| {
        let dev = environment("dev", A, &format!("apis.p.routes = {{ {route} }}"));
        format!(
            "{}{dev}",
            api(
                http,
                &distinct(300).replacen("timeout = 2 }", "timeout = 2.001 }", 1)
            )
        )
    };
    check(&over("\"GET /r5\" = { to = \"f\", timeout = 5 }"), &[]);
    check(&over("\"GET /r0\" = { to = \"f\", timeout = 5 }"), &[]);
    // Both of those that shared one are replaced, so nothing needs it any more.
    let two =
        "\"GET /r0\" = { to = \"f\", timeout = 5 }, \"GET /r1\" = { to = \"f\", timeout = 6 }";
    check(&over(two), &[]);
    check(
        &over(&format!(
            "{two}, \"GET /new\" = {{ to = \"f\", timeout = 7 }}"
        )),
        &[
            "error quota-exceeded environments.dev.apis.p.routes",
            "warning quota-exceeded environments.dev.apis.p.routes",
        ],
    );
}

#[test]
fn addresses_with_stage_variables() {
    let url = |url: &str, expect: &[&str]| {
        check(
            &format!(
                "{P}variables = {{ host = \"a.example\", home = \"127.0.0.1\" }}\nroutes = {{ \"GET /{{x}}\" = {{ url = \"{url}\" }} }}\n"
            ),
            expect,
        );
    };
    const AT: &str = "apis.p.routes.\"GET /{x}\".url";
    url("https://${stageVariables.host}/{x}", &[]);
    url("https://a.example/${stageVariables.host}", &[]);
    url(
        "https://${stageVariables.home}/",
        &[&format!("warning url-private {AT}")],
    );
    url(
        "https://${stageVariables.hots}/",
        &[&format!("error stage-variable-unknown {AT}")],
    );
    url(
        "https://a.example/{stageVariables.host}",
        &[&format!("error url-parameter {AT}")],
    );
    for private in [
        "[::1]:80",
        "[fd00::1]",
        "100.64.0.1",
        "0.0.0.0",
        "ip-10-0-0-1.ec2.internal",
        "[::ffff:10.0.0.1]",
    ] {
        url(
            &format!("http://{private}/"),
            &[&format!("warning url-private {AT}")],
        );
    }
    for public in ["[2600::1]:80", "100.128.0.1", "8.8.8.8:8080"] {
        url(&format!("http://{public}/"), &[]);
    }
}

#[test]
fn authorizers_read_what_their_kind_of_api_has() {
    let http =
        |it: &str, expect: &[&str]| check(&format!("{F}{P}authorizers = {{ x = {it} }}\n"), expect);
    let websocket = |it: &str, expect: &[&str]| {
        check(
            &format!(
                "{F}[apis.p]\nkind = \"websocket\"\nselect = \"$request.body.a\"\nauthorizers = {{ x = {it} }}\n"
            ),
            expect,
        );
    };
    let lambda = |identity: &str| {
        format!("{{ kind = \"lambda\", to = \"f\", identity = [\"{identity}\"] }}")
    };
    let wrong = "error identity-invalid apis.p.authorizers.x.identity[0]";
    http(&lambda("$request.header.Authorization"), &[]);
    http(&lambda("$context.identity.sourceIp"), &[]);
    http(&lambda("route.request.header.Authorization"), &[wrong]);
    http(&lambda("Authorization"), &[wrong]);
    http(&lambda("$request.header."), &[wrong]);
    websocket(&lambda("route.request.querystring.token"), &[]);
    websocket(&lambda("$request.querystring.token"), &[wrong]);
    websocket(
        "{ kind = \"lambda\", to = \"f\", ttl = 5 }",
        &["error wrong-api-kind apis.p.authorizers.x.ttl"],
    );
    http(
        "{ kind = \"jwt\", issuer = \"https://a.example\", audience = [] }",
        &["error authorizer-incomplete apis.p.authorizers.x.audience"],
    );
    let document = Document::parse(&format!(
        "{HEAD}{F}{P}authorizers = {{ x = {} }}\n",
        lambda("route.request.header.A")
    ));
    let found = document
        .diagnostics()
        .iter()
        .find(|it| it.code == "identity-invalid")
        .unwrap();
    assert_eq!(found.fix.as_deref(), Some("Write \"$request.header.A\""));
}

#[test]
fn what_a_websocket_api_cannot_do() {
    let api = |lines: &str, expect: &[&str]| {
        check(
            &format!(
                "{F}[services.s]\nimage = {{ build = \"s\" }}\nport = 80\n[apis.w]\nkind = \"websocket\"\n{lines}\n"
            ),
            expect,
        );
    };
    let routes = |routes: &str| format!("select = \"$request.body.a\"\nroutes = {{ {routes} }}");
    api(
        &routes("a = \"s\""),
        &["warning websocket-to-service apis.w.routes.a"],
    );
    api(
        &routes("\"$disconnect\" = { to = \"f\", reply = true }"),
        &["warning reply-to-nobody apis.w.routes.\"$disconnect\".reply"],
    );
    api("select = \"${request.body.a}/${request.body.b}\"", &[]);
    api(
        "select = \"$request.header.a\"",
        &["error select-invalid apis.w.select"],
    );
}

#[test]
fn preflight_requests_behind_an_authorizer() {
    let api = |routes: &str, lines: &str| {
        format!(
            "{F}{P}{lines}routes = {{ \"$default\" = {{ to = \"f\", authorizer = \"iam\" }}{routes} }}\n"
        )
    };
    let cors = "cors = { origins = [\"*\"] }\n";
    let swallowed = "warning cors-swallowed apis.p.routes.\"$default\"";
    check(&api("", cors), &[swallowed]);
    check(&api(", \"OPTIONS /{proxy+}\" = \"f\"", cors), &[]);
    check(&api(", \"ANY /{proxy+}\" = \"f\"", cors), &[]);
    // Those that do not help: of one path, or guarded themselves.
    check(&api(", \"OPTIONS /a\" = \"f\"", cors), &[swallowed]);
    check(
        &api(
            ", \"OPTIONS /{proxy+}\" = { to = \"f\", authorizer = \"iam\" }",
            cors,
        ),
        &[swallowed],
    );
    // CORS of one environment only.
    let dev = environment("dev", A, &format!("apis.p.{cors}"));
    check(
        &format!("{}{dev}", api("", "")),
        &["warning cors-swallowed environments.dev.apis.p.routes.\"$default\""],
    );
}
