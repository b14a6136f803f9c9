//! APIs, routes and authorizers.

use crate::*;

#[test]
fn route_keys() {
    let routes =
        |routes: &str, expect: &[&str]| http(&format!("[apis.p.routes]\n{routes}"), expect);
    routes("\"GET /orders/{id}\" = \"f\"\n\"$default\" = \"s\"", &[]);
    routes(
        "\"get /orders\" = \"f\"",
        &["error route-key-invalid apis.p.routes.\"get /orders\""],
    );
    routes(
        "\"GET /a/{p+}/b\" = \"f\"",
        &["error route-key-invalid apis.p.routes.\"GET /a/{p+}/b\""],
    );
    routes(
        "\"$connect\" = \"f\"",
        &["error route-key-invalid apis.p.routes.\"$connect\""],
    );
    routes(
        "\"GET /a/{x}\" = \"f\"\n\"GET /a/{y}\" = \"f\"",
        &["error route-duplicate apis.p.routes.\"GET /a/{y}\""],
    );
    routes("\"GET /a/{x+}\" = \"f\"\n\"GET /a/{y}\" = \"f\"", &[]);
    fix(
        &format!("{NODES}[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"get /x\" = \"f\"\n"),
        "route-key-invalid",
        "Write GET",
    );
    let many = |count: usize| {
        (0..count)
            .map(|n| format!("\"GET /r{n}\" = \"f\"\n"))
            .collect::<String>()
    };
    routes(&many(300), &[]);
    routes(&many(301), &["warning quota-exceeded apis.p.routes"]);
}

#[test]
fn route_targets() {
    let route = |route: &str, expect: &[&str]| {
        http(
            &format!("[apis.p.routes]\n\"GET /{{x}}\" = {route}"),
            expect,
        )
    };
    const AT: &str = "apis.p.routes.\"GET /{x}\"";
    route("\"g\"", &[&format!("error target-unknown {AT}")]);
    route(
        "{ to = \"f\", url = \"https://a.example\" }",
        &[&format!("error route-target-ambiguous {AT}")],
    );
    route("{ url = \"https://a.example/{x}\" }", &[]);
    route(
        "{ url = \"https://a.example/{y}\" }",
        &[&format!("error url-parameter {AT}.url")],
    );
    route(
        "{ url = \"a.example\" }",
        &[&format!("error url-invalid {AT}.url")],
    );
    for host in [
        "localhost",
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
    ] {
        route(
            &format!("{{ url = \"http://{host}/\" }}"),
            &[&format!("warning url-private {AT}.url")],
        );
    }
    route("{ url = \"http://172.32.0.1/\" }", &[]);
    route(
        "{ to = \"f\", timeout = 0.05 }",
        &[&format!("warning timeout-shorter {AT}.timeout")],
    );
    route("{ to = \"s\", timeout = 0.05 }", &[]);
    route("{ to = \"f\", timeout = 30 }", &[]);
    route(
        "{ to = \"f\", timeout = 30.1 }",
        &[&format!("error out-of-range {AT}.timeout")],
    );
    route(
        "{ to = \"f\", timeout = 0.04 }",
        &[
            &format!("error out-of-range {AT}.timeout"),
            &format!("warning timeout-shorter {AT}.timeout"),
        ],
    );
    route(
        "{ to = \"f\", reply = true }",
        &[&format!("error wrong-api-kind {AT}.reply")],
    );
    route(
        "{ to = \"f\", throttle = {} }",
        &[&format!("error throttle-incomplete {AT}.throttle")],
    );
    route(
        "{ to = \"f\", payload = \"3.0\" }",
        &[&format!("error unknown-word {AT}.payload")],
    );
    fix(
        "[functions.orders]\nimage = { build = \"f\" }\n[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"GET /\" = \"oders\"\n",
        "target-unknown",
        "Did you mean `orders`?",
    );
    check(
        "[services.w]\nimage = { build = \"w\" }\ningress = \"none\"\n[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"GET /\" = \"w\"\n",
        &["error target-without-ingress apis.p.routes.\"GET /\""],
    );
    check(
        "[services.w]\nimage = { build = \"w\" }\n[apis.p]\nkind = \"http\"\n[apis.p.routes]\n\"GET /\" = \"w\"\n",
        &["error target-without-port apis.p.routes.\"GET /\""],
    );
}

#[test]
fn api_settings() {
    http("variables = { channel = \"web\" }", &[]);
    http(
        "variables = { \"a-b\" = \"web\" }",
        &["error stage-variable apis.p.variables.a-b"],
    );
    http(
        "variables = { ab = \"a b\" }",
        &["error stage-variable apis.p.variables.ab"],
    );
    let many: Vec<String> = (0..101).map(|n| format!("v{n} = \"x\"")).collect();
    http(
        &format!("variables = {{ {} }}", many.join(", ")),
        &["error quota-exceeded apis.p.variables"],
    );
    http("stage = \"v1\"", &[]);
    http("stage = \"$default\"", &[]);
    http("stage = \"v.1\"", &["error stage-name apis.p.stage"]);
    http(
        "select = \"$request.body.action\"",
        &["error wrong-api-kind apis.p.select"],
    );
    check(
        "[apis.p]\nkind = \"rest\"",
        &["error unknown-word apis.p.kind"],
    );
}

#[test]
fn cors() {
    let cors = |lines: &str, expect: &[&str]| {
        let origins = if lines.contains("origins") {
            ""
        } else {
            "origins = [\"https://shop.example\"], "
        };
        http(&format!("cors = {{ {origins}{lines} }}"), expect);
    };
    http(
        "cors = { methods = [\"GET\"] }",
        &["warning cors-without-origins apis.p.cors"],
    );
    for origin in [
        "*",
        "https://*",
        "http://*",
        "https://shop.example",
        "http://localhost:3000",
        "chrome-extension://abc",
    ] {
        cors(&format!("origins = [\"{origin}\"]"), &[]);
    }
    for origin in [
        "shop.example",
        "https://shop.example/",
        "https://*.shop.example",
        "https://a.example/x",
        "",
    ] {
        cors(
            &format!("origins = [\"{origin}\"]"),
            &["error cors-origin apis.p.cors.origins[0]"],
        );
    }
    cors("methods = [\"GET\", \"*\"]", &[]);
    cors(
        "methods = [\"get\"]",
        &["error cors-method apis.p.cors.methods[0]"],
    );
    cors(
        "methods = [\"ANY\"]",
        &["error cors-method apis.p.cors.methods[0]"],
    );
    cors(
        "headers = [\"x y\"]",
        &["error cors-header apis.p.cors.headers[0]"],
    );
    cors("max_age = -1", &[]);
    cors("max_age = 86400", &[]);
    cors(
        "max_age = 86401",
        &["error out-of-range apis.p.cors.max_age"],
    );
    cors("max_age = -2", &["error out-of-range apis.p.cors.max_age"]);
    cors(
        "origins = [\"*\"], credentials = true",
        &["warning cors-credentials apis.p.cors.credentials"],
    );
    http(
        "cors = { origins = [\"*\"] }\n[apis.p.routes]\n\"$default\" = { to = \"f\", authorizer = \"iam\" }",
        &["warning cors-swallowed apis.p.routes.$default"
            .replace("$default", "\"$default\"")
            .as_str()],
    );
    http(
        "cors = { origins = [\"*\"] }\n[apis.p.routes]\n\"$default\" = { to = \"f\", authorizer = \"iam\" }\n\"OPTIONS /{proxy+}\" = \"f\"",
        &[],
    );
}

#[test]
fn authorizers() {
    const JWT: &str = "[apis.p.authorizers]\nj = { kind = \"jwt\", issuer = \"https://l.example\", audience = [\"a\"] }\nl = { kind = \"lambda\", to = \"f\" }\n[apis.p.routes]\n";
    let route = |route: &str, expect: &[&str]| http(&format!("{JWT}\"GET /\" = {route}"), expect);
    const AT: &str = "apis.p.routes.\"GET /\"";
    for name in ["j", "l", "iam", "none"] {
        route(&format!("{{ to = \"f\", authorizer = \"{name}\" }}"), &[]);
    }
    route(
        "{ to = \"f\", authorizer = \"k\" }",
        &[&format!("error authorizer-unknown {AT}.authorizer")],
    );
    route("{ to = \"f\", authorizer = \"j\", scopes = [\"a\"] }", &[]);
    route(
        "{ to = \"f\", authorizer = \"l\", scopes = [\"a\"] }",
        &[&format!("error scopes-without-jwt {AT}.scopes")],
    );
    route(
        "{ to = \"f\", scopes = [\"a\"] }",
        &[&format!("error scopes-without-jwt {AT}.scopes")],
    );
    route(
        "{ to = \"f\", authorizer = \"j\", scopes = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"] }",
        &[&format!("error quota-exceeded {AT}.scopes")],
    );
    let authorizer =
        |it: &str, expect: &[&str]| http(&format!("[apis.p.authorizers]\nx = {it}"), expect);
    authorizer(
        "{ kind = \"jwt\", issuer = \"http://l.example\", audience = [\"a\"] }",
        &["error issuer-invalid apis.p.authorizers.x.issuer"],
    );
    authorizer(
        "{ kind = \"lambda\", to = \"s\" }",
        &["error authorizer-not-a-function apis.p.authorizers.x.to"],
    );
    authorizer(
        "{ kind = \"lambda\", to = \"g\" }",
        &["error target-unknown apis.p.authorizers.x.to"],
    );
    authorizer(
        "{ kind = \"lambda\", to = \"f\", ttl = 300 }",
        &["error authorizer-ttl apis.p.authorizers.x.ttl"],
    );
    authorizer(
        "{ kind = \"lambda\", to = \"f\", ttl = 3601, identity = [\"$request.header.A\"] }",
        &["error out-of-range apis.p.authorizers.x.ttl"],
    );
    http(
        "[apis.p.authorizers]\niam = { kind = \"iam\" }",
        &["error name-invalid apis.p.authorizers.iam"],
    );
    let many: String = (0..11)
        .map(|n| format!("a{n} = {{ kind = \"lambda\", to = \"f\" }}\n"))
        .collect();
    http(
        &format!("[apis.p.authorizers]\n{many}"),
        &["warning quota-exceeded apis.p.authorizers"],
    );
}

#[test]
fn websocket_apis() {
    const SELECT: &str = "select = \"$request.body.action\"\n";
    websocket(
        &format!(
            "{SELECT}[apis.w.routes]\n\"$connect\" = \"f\"\n\"$disconnect\" = \"f\"\n\"send\" = {{ to = \"f\", reply = true }}"
        ),
        &[],
    );
    websocket("", &["error select-missing apis.w"]);
    websocket(
        "select = \"action\"",
        &["error select-invalid apis.w.select"],
    );
    websocket(
        &format!("{SELECT}cors = {{ origins = [\"*\"] }}"),
        &["error wrong-api-kind apis.w.cors"],
    );
    websocket(
        &format!("{SELECT}stage = \"$default\""),
        &["error stage-name apis.w.stage"],
    );
    websocket(
        &format!("{SELECT}[apis.w.routes]\n\"$x\" = \"f\""),
        &["error route-key-invalid apis.w.routes.\"$x\""],
    );
    websocket(
        &format!("{SELECT}[apis.w.routes]\n\"a\" = {{ to = \"f\", payload = \"2.0\" }}"),
        &["error wrong-api-kind apis.w.routes.a.payload"],
    );
    websocket(
        &format!("{SELECT}[apis.w.routes]\n\"a\" = {{ to = \"f\", timeout = 29.5 }}"),
        &["error out-of-range apis.w.routes.a.timeout"],
    );
    websocket(
        &format!(
            "{SELECT}[apis.w.authorizers]\nj = {{ kind = \"jwt\", issuer = \"https://l.example\", audience = [\"a\"] }}"
        ),
        &["error wrong-api-kind apis.w.authorizers.j"],
    );
    websocket(
        &format!(
            "{SELECT}[apis.w.authorizers]\nl = {{ kind = \"lambda\", to = \"f\" }}\n[apis.w.routes]\n\"$connect\" = {{ to = \"f\", authorizer = \"l\" }}\n\"a\" = {{ to = \"f\", authorizer = \"l\" }}"
        ),
        &["error authorizer-not-connect apis.w.routes.a.authorizer"],
    );
}
