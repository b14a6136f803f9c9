//! The rules for APIs, their routes, authorizers and CORS.

use std::collections::{HashMap, HashSet};

use crate::findings::Findings;
use crate::grammar::{http_url, is_host};
use crate::model::{Api, ApiKind, Authorizer, Cors, Design, Payload, Route, Target, Throttle};
use crate::route::{RouteKey, RouteMethod};
use crate::validate_node::{secret_looking, tags};
use crate::{Diagnostic, Ingress, Path};

const QUOTAS: &str = "\"Quotas for configuring and running an HTTP API\" and \"... a WebSocket API\", API Gateway guide.";

/// An API as one environment sees it; `base` is the design's own part of it when this is an override.
pub(crate) fn api(out: &mut Findings, design: &Design, at: &Path, it: &Api, base: Option<&Api>) {
    let kind = base.map_or(it.kind, |base| base.kind);
    let websocket = kind == ApiKind::Websocket;
    let mut authorizers: HashMap<&str, &Authorizer> = HashMap::new();
    for (key, authorizer) in base
        .map(|base| &base.authorizers)
        .into_iter()
        .chain([&it.authorizers])
        .flatten()
    {
        authorizers.insert(key, authorizer);
    }
    stage(out, at, it, websocket);
    variables(out, &at.key("variables"), it);
    tags(out, &at.key("tags"), &it.tags);
    throttle(out, &at.key("throttle"), it.throttle);
    out.quota(
        &at.key("authorizers"),
        authorizers.len(),
        10,
        "authorizers",
        QUOTAS,
    );
    for (key, authorizer) in &it.authorizers {
        authorizer_rules(
            out,
            design,
            &at.key("authorizers").key(key),
            key,
            authorizer,
            websocket,
        );
    }
    if websocket {
        websocket_rules(out, at, it, base.is_some());
    } else if it.select.is_some() {
        out.push(only(&at.key("select"), "`select`", "WebSocket"));
    }
    if let Some(rules) = &it.cors {
        if websocket {
            out.push(only(&at.key("cors"), "`cors`", "HTTP"));
        } else {
            cors(out, &at.key("cors"), rules);
        }
    }
    routes(out, design, at, it, base, &authorizers);
}

fn only(at: &Path, what: &str, kind: &str) -> Diagnostic {
    Diagnostic::error("wrong-api-kind", at, format!("{what} belongs to {kind} APIs only"))
        .detail("\"Choosing between REST APIs and HTTP APIs\" and \"WebSocket APIs\" in the API Gateway guide.")
        .fix("Remove it here")
}

fn websocket_rules(out: &mut Findings, at: &Path, it: &Api, is_override: bool) {
    match it.select.as_deref() {
        None if !is_override => out.push(
            Diagnostic::error("select-missing", at, "The WebSocket API does not say how a route is chosen")
                .detail("API Gateway requires a route selection expression (\"Working with routes for WebSocket APIs\").")
                .fix("Write select = \"$request.body.action\""),
        ),
        Some(select) if !select.contains("$request.") => out.push(
            Diagnostic::error("select-invalid", &at.key("select"), "The expression chooses nothing from the request")
                .detail("\"Route selection expressions\" in the API Gateway guide.")
                .fix("Write select = \"$request.body.action\""),
        ),
        _ => {}
    }
}

fn stage(out: &mut Findings, at: &Path, it: &Api, websocket: bool) {
    let Some(stage) = it.stage.as_deref() else {
        return;
    };
    let plain = (1..=128).contains(&stage.len())
        && stage
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    if !plain && (stage != "$default" || websocket) {
        out.push(
            Diagnostic::error("stage-name", &at.key("stage"), format!("`{stage}` cannot be the name of a stage"))
                .detail("1 to 128 letters, digits, `-` and `_`; `$default` on HTTP APIs only (\"CreateStage\").")
                .fix("Write stage = \"v1\""),
        );
    }
}

fn variables(out: &mut Findings, at: &Path, it: &Api) {
    out.quota(at, it.variables.len(), 100, "stage variables", QUOTAS);
    for (key, value) in &it.variables {
        let at = at.key(key);
        secret_looking(out, &at, value);
        let good_key = (1..=64).contains(&key.len())
            && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let good_value = (1..=512).contains(&value.len())
            && value
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#&=,".contains(&b));
        if !good_key || !good_value {
            let what = if good_key { "value" } else { "name" };
            out.push(
                Diagnostic::error("stage-variable", &at, format!("The {what} of the stage variable `{key}` is not allowed"))
                    .detail("Names: 1 to 64 letters, digits and `_`. Values: 1 to 512 letters, digits and -._~:/?#&=, (\"CreateStage\", StageVariables).")
                    .fix(format!("Correct the {what}")),
            );
        }
    }
}

fn throttle(out: &mut Findings, at: &Path, it: Option<Throttle>) {
    let Some(it) = it else { return };
    if it.rate.is_some_and(|rate| rate < 0.0) {
        out.push(
            Diagnostic::error(
                "out-of-range",
                &at.key("rate"),
                "`rate` must not be negative",
            )
            .fix("Write requests a second"),
        );
    }
    if it.rate.is_none() && it.burst.is_none() {
        out.push(
            Diagnostic::error("throttle-incomplete", at, "The throttle limits nothing")
                .fix("Write throttle = { rate = 50, burst = 100 }"),
        );
    }
}

fn authorizer_rules(
    out: &mut Findings,
    design: &Design,
    at: &Path,
    key: &str,
    it: &Authorizer,
    websocket: bool,
) {
    let good = (1..=128).contains(&key.len())
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if !good || key == "iam" || key == "none" {
        out.push(
            Diagnostic::error("name-invalid", at, format!("`{key}` cannot be the name of an authorizer"))
                .detail("1 to 128 letters, digits, `.`, `_` and `-`; `iam` and `none` are words of their own on a route.")
                .fix("Use another name"),
        );
    }
    match it {
        Authorizer::Jwt {
            issuer,
            audience,
            identity,
        } => {
            if websocket {
                out.push(only(at, "A JWT authorizer", "HTTP"));
            }
            if !issuer.is_empty() && http_url(issuer).is_none_or(|(scheme, ..)| scheme != "https") {
                out.push(
                    Diagnostic::error("issuer-invalid", &at.key("issuer"), "The issuer must be an https address")
                        .detail("API Gateway reads the keys from it (\"Controlling access to HTTP APIs with JWT authorizers\").")
                        .fix("Write issuer = \"https://login.example\""),
                );
            }
            out.quota(&at.key("audience"), audience.len(), 50, "audiences", QUOTAS);
            if identity.len() > 1 {
                out.push(
                    Diagnostic::error(
                        "identity-invalid",
                        &at.key("identity"),
                        "A JWT authorizer reads one place",
                    )
                    .fix("Keep one, such as \"$request.header.Authorization\""),
                );
            }
        }
        Authorizer::Lambda {
            to,
            identity,
            ttl,
            payload,
        } => {
            if !to.is_empty() && !design.functions.contains_key(to) {
                if design.services.contains_key(to) {
                    out.push(
                        Diagnostic::error(
                            "authorizer-not-a-function",
                            &at.key("to"),
                            format!("`{to}` is a service, and an authorizer must be a function"),
                        )
                        .fix("Name a function"),
                    );
                } else {
                    out.dangling(
                        "target-unknown",
                        &at.key("to"),
                        "function",
                        to,
                        design.functions.keys().map(String::as_str),
                    );
                }
            }
            out.range(
                &at.key("ttl"),
                *ttl,
                0..=3600,
                "s",
                "\"CreateAuthorizer\", AuthorizerResultTtlInSeconds.",
            );
            if ttl.is_some_and(|ttl| ttl > 0) && identity.is_empty() {
                out.push(
                    Diagnostic::error(
                        "authorizer-ttl",
                        &at.key("ttl"),
                        "An answer can be cached only by an identity",
                    )
                    .detail("\"CreateAuthorizer\": a TTL needs an identity source.")
                    .fix("Add identity = [\"$request.header.Authorization\"], or ttl = 0"),
                );
            }
            if websocket && *payload == Some(Payload::V2) {
                out.push(only(&at.key("payload"), "Payload 2.0", "HTTP"));
            }
        }
        Authorizer::Iam => {}
    }
}

fn cors(out: &mut Findings, at: &Path, it: &Cors) {
    const RULE: &str = "\"Configuring CORS for an HTTP API\" in the API Gateway guide.";
    for (place, origin) in it.origins.iter().enumerate() {
        let exact = || {
            origin.split_once("://").is_some_and(|(scheme, rest)| {
                !scheme.is_empty()
                    && scheme.bytes().all(|b| {
                        b.is_ascii_lowercase() || b.is_ascii_digit() || b"+.-".contains(&b)
                    })
                    && crate::grammar::is_authority(rest)
            })
        };
        if !(["*", "http://*", "https://*"].contains(&origin.as_str()) || exact()) {
            let trimmed = origin.trim_end_matches('/');
            out.push(
                Diagnostic::error("cors-origin", &at.key("origins").index(place), format!("`{origin}` is not an origin"))
                    .detail(format!("An origin is `*`, `https://*`, `http://*`, or scheme, host and port without a path. {RULE}"))
                    .fix(if trimmed != origin { format!("Write \"{trimmed}\"") } else { "Write it like \"https://shop.example\"".to_owned() }),
            );
        }
    }
    for (place, method) in it.methods.iter().enumerate() {
        if method != "*"
            && RouteMethod::parse(method).is_none_or(|method| method == RouteMethod::Any)
        {
            let fix = if method == "ANY" {
                "Write \"*\"".to_owned()
            } else {
                "Write GET, POST or the like in capitals, or \"*\"".to_owned()
            };
            out.push(
                Diagnostic::error(
                    "cors-method",
                    &at.key("methods").index(place),
                    format!("`{method}` is not a method"),
                )
                .detail(RULE)
                .fix(fix),
            );
        }
    }
    for (key, list) in [("headers", &it.headers), ("expose", &it.expose)] {
        for (place, header) in list.iter().enumerate() {
            let token = !header.is_empty()
                && header
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
            if !token {
                out.push(
                    Diagnostic::error(
                        "cors-header",
                        &at.key(key).index(place),
                        format!("`{header}` is not the name of a header"),
                    )
                    .fix("Correct it"),
                );
            }
        }
    }
    if it.max_age.is_some_and(|age| !(-1..=86_400).contains(&age)) {
        out.push(
            Diagnostic::error(
                "out-of-range",
                &at.key("max_age"),
                "`max_age` must be from -1 to 86400 s",
            )
            .detail(RULE)
            .fix("Write max_age = 86400"),
        );
    }
    if it.credentials == Some(true)
        && it
            .origins
            .iter()
            .chain(&it.methods)
            .chain(&it.headers)
            .any(|it| it == "*")
    {
        out.push(
            Diagnostic::warning(
                "cors-credentials",
                &at.key("credentials"),
                "Browsers refuse credentials together with `*`",
            )
            .detail("The Fetch standard takes `*` literally when credentials are sent.")
            .fix("Name the origins, methods and headers"),
        );
    }
}

fn routes(
    out: &mut Findings,
    design: &Design,
    at: &Path,
    it: &Api,
    base: Option<&Api>,
    authorizers: &HashMap<&str, &Authorizer>,
) {
    let kind = base.map_or(it.kind, |base| base.kind);
    let own = base.map(|base| &base.routes);
    let total = it.routes.len()
        + own.map_or(0, |own| {
            own.keys()
                .filter(|key| !it.routes.contains_key(*key))
                .count()
        });
    out.quota(&at.key("routes"), total, 300, "routes", QUOTAS);
    let mut shapes: HashMap<String, &str> = HashMap::new();
    for key in own.into_iter().flat_map(|own| own.keys()) {
        if let Ok(parsed) = RouteKey::parse(kind, key) {
            shapes.insert(parsed.shape(), key);
        }
    }
    let mut options = false;
    for (key, route) in &it.routes {
        let at = at.key("routes").key(key);
        let parsed = match RouteKey::parse(kind, key) {
            Ok(parsed) => parsed,
            Err(error) => {
                out.push(
                    Diagnostic::error("route-key-invalid", &at, format!("`{key}` is not a route key: {error}"))
                        .detail("\"Working with routes\" for HTTP and for WebSocket APIs, API Gateway guide.")
                        .fix(error.fix()),
                );
                route_rules(out, design, &at, route, None, kind, authorizers);
                continue;
            }
        };
        options |= matches!(
            &parsed,
            RouteKey::Http {
                method: RouteMethod::Options | RouteMethod::Any,
                ..
            }
        );
        if let Some(other) = shapes.insert(parsed.shape(), key)
            && other != key
        {
            out.push(
                Diagnostic::error("route-duplicate", &at, format!("`{key}` matches the same requests as `{other}`"))
                    .detail("Parameters match whatever they are called, so API Gateway takes only one of the two.")
                    .fix("Remove one of them"),
            );
        }
        route_rules(out, design, &at, route, Some(&parsed), kind, authorizers);
    }
    let guarded = it
        .routes
        .get("$default")
        .and_then(|route| route.authorizer.as_deref())
        .is_some_and(|name| name != "none");
    if it.cors.is_some() && guarded && !options {
        out.push(
            Diagnostic::warning("cors-swallowed", &at.key("routes").key("$default"), "The authorizer of `$default` refuses preflight requests")
                .detail("A browser sends OPTIONS without credentials, and `$default` takes it (\"Configuring CORS for an HTTP API\").")
                .fix("Add \"OPTIONS /{proxy+}\" with authorizer = \"none\""),
        );
    }
}

fn route_rules(
    out: &mut Findings,
    design: &Design,
    at: &Path,
    it: &Route,
    key: Option<&RouteKey>,
    kind: ApiKind,
    authorizers: &HashMap<&str, &Authorizer>,
) {
    let websocket = kind == ApiKind::Websocket;
    target(out, design, at, &it.target, key);
    throttle(out, &at.key("throttle"), it.throttle);
    let (most, rule) = if websocket {
        (29_000, "WebSocket")
    } else {
        (30_000, "HTTP")
    };
    if it.timeout_ms.is_some_and(|ms| !(50..=most).contains(&ms)) {
        out.push(
            Diagnostic::error(
                "out-of-range",
                &at.key("timeout"),
                format!("`timeout` must be from 0.05 to {} s", most / 1000),
            )
            .detail(format!("Integration timeout of {rule} APIs. {QUOTAS}"))
            .fix(format!("Write timeout = {}", most / 1000)),
        );
    }
    if it.reply.is_some() && !websocket {
        out.push(only(&at.key("reply"), "`reply`", "WebSocket"));
    }
    if websocket && it.payload == Some(Payload::V2) {
        out.push(only(&at.key("payload"), "Payload 2.0", "HTTP"));
    }
    if it.payload.is_some() && matches!(it.target, Target::Url(_)) {
        out.push(
            Diagnostic::warning(
                "payload-without-function",
                &at.key("payload"),
                "Only functions get an event with a format",
            )
            .fix("Remove `payload`"),
        );
    }
    authorization(out, at, it, key, websocket, authorizers);
}

fn authorization(
    out: &mut Findings,
    at: &Path,
    it: &Route,
    key: Option<&RouteKey>,
    websocket: bool,
    authorizers: &HashMap<&str, &Authorizer>,
) {
    let named = it.authorizer.as_deref();
    let mut jwt = false;
    match named {
        None | Some("none") | Some("iam") => {}
        Some(name) => match authorizers.get(name) {
            Some(Authorizer::Jwt { .. }) => jwt = true,
            Some(_) => {}
            None => {
                let mut known: Vec<&str> =
                    authorizers.keys().copied().chain(["iam", "none"]).collect();
                known.sort_unstable();
                out.dangling(
                    "authorizer-unknown",
                    &at.key("authorizer"),
                    "authorizer",
                    name,
                    known,
                );
                // Whether the scopes fit cannot be said.
                jwt = true;
            }
        },
    }
    if !it.scopes.is_empty() && !jwt {
        out.push(
            Diagnostic::error("scopes-without-jwt", &at.key("scopes"), "Scopes need a JWT authorizer")
                .detail("API Gateway compares them with the token's scopes (\"Controlling access to HTTP APIs with JWT authorizers\").")
                .fix("Name a JWT authorizer, or remove `scopes`"),
        );
    }
    out.quota(&at.key("scopes"), it.scopes.len(), 10, "scopes", QUOTAS);
    if websocket
        && named.is_some_and(|name| name != "none")
        && key.is_some_and(|key| *key != RouteKey::Connect)
    {
        out.push(
            Diagnostic::error("authorizer-not-connect", &at.key("authorizer"), "A WebSocket API authorizes `$connect` only")
                .detail("What was allowed to connect may send; \"Controlling and managing access to a WebSocket API\".")
                .fix("Move `authorizer` to the route `$connect`"),
        );
    }
}

fn target(out: &mut Findings, design: &Design, at: &Path, target: &Target, key: Option<&RouteKey>) {
    match target {
        // The reader has said already that the target is missing.
        Target::Node(node) if node.is_empty() => {}
        Target::Node(node) if design.functions.contains_key(node) => {}
        Target::Node(node) => match design.services.get(node) {
            None => {
                let known = design
                    .functions
                    .keys()
                    .chain(design.services.keys())
                    .map(String::as_str);
                out.dangling("target-unknown", at, "function or service", node, known);
            }
            Some(service) if service.ingress == Some(Ingress::None) => out.push(
                Diagnostic::error(
                    "target-without-ingress",
                    at,
                    format!("`{node}` has ingress = \"none\", so no route reaches it"),
                )
                .fix("Give the service ingress = \"cloud-map\" or \"alb\", or remove the route"),
            ),
            Some(service) if service.port.is_none() => out.push(
                Diagnostic::error(
                    "target-without-port",
                    at,
                    format!("`{node}` does not say which port it listens on"),
                )
                .fix(format!("Add `port` to [services.{node}]")),
            ),
            Some(_) => {}
        },
        Target::Url(url) => address(out, &at.key("url"), url, key),
    }
}

fn address(out: &mut Findings, at: &Path, url: &str, key: Option<&RouteKey>) {
    let Some((_, authority, rest)) = http_url(url) else {
        out.push(
            Diagnostic::error(
                "url-invalid",
                at,
                format!("`{url}` is not an http or https address"),
            )
            .fix("Write it like \"https://old.shop.example/{proxy}\""),
        );
        return;
    };
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    if !is_host(host) || is_private(host) {
        out.push(
            Diagnostic::warning("url-private", at, format!("`{host}` is an address of a private network"))
                .detail("API Gateway calls it from outside, where it does not exist or is another computer.")
                .fix("Use a public name; a service of yours is reached with `to`"),
        );
    }
    let Some(RouteKey::Http { path, .. }) = key else {
        return;
    };
    let known: HashSet<&str> = path.parameters().collect();
    let mut open = rest;
    while let Some((_, after)) = open.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        if !known.contains(name) && !name.starts_with("stageVariables.") {
            out.dangling(
                "url-parameter",
                at,
                "path parameter",
                name,
                known.iter().copied().collect::<Vec<_>>(),
            );
        }
        open = after;
    }
}

/// Loopback, link-local and the private ranges of IPv4, by their text.
fn is_private(host: &str) -> bool {
    if host == "localhost" || host.ends_with(".localhost") || host.starts_with('[') {
        return true;
    }
    let numbers: Option<Vec<u8>> = host.split('.').map(|part| part.parse().ok()).collect();
    match numbers.as_deref() {
        Some([10 | 127, _, _, _] | [192, 168, _, _] | [169, 254, _, _]) => true,
        Some([172, second, _, _]) => (16..=31).contains(second),
        _ => false,
    }
}
