//! The rules for routes: their keys, where they lead, and how many there are.

use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::findings::Findings;
use crate::grammar::http_url;
use crate::model::{Api, ApiKind, Design, Payload, Route, Target, TextMap};
use crate::route::{RouteKey, RouteMethod, RouteSegment};
use crate::validate_api::{QUOTAS, only, throttle};
use crate::validate_authorizer::{Authorizers, authorization};
use crate::{Diagnostic, Ingress, Path};

/// What the rules need of an API's own part, gathered once: what an environment overrides is then judged by
/// what it says alone, however big the API is.
pub(crate) struct Base<'a> {
    pub(crate) api: &'a Api,
    /// Shape of a route to its key.
    shapes: HashMap<String, &'a str>,
    integrations: HashMap<Integration<'a>, usize>,
    /// Whether a route answers preflight requests that `$default` would refuse.
    preflight: bool,
}

/// Routes that agree in all of this share an integration.
type Integration<'a> = (&'a Target, Payload, u32);

/// The integration of a route; `None` while it leads nowhere.
fn integration<'a>(design: &Design, it: &'a Route, kind: ApiKind) -> Option<Integration<'a>> {
    if it.target == Target::Open {
        return None;
    }
    let (payload, timeout_ms) = match kind {
        ApiKind::Http => (Payload::V2, 30_000),
        ApiKind::Websocket => (Payload::V1, 29_000),
    };
    let event = matches!(&it.target, Target::Node(node) if design.functions.contains_key(node));
    Some((
        &it.target,
        it.payload.filter(|_| event).unwrap_or(payload),
        it.timeout_ms.unwrap_or(timeout_ms),
    ))
}

/// The routes of an API, or what an environment overrides of them.
pub(crate) fn routes<'a>(
    out: &mut Findings,
    design: &Design,
    at: &Path,
    it: &'a Api,
    base: Option<&Base<'a>>,
) -> Base<'a> {
    let kind = base.map_or(it.kind, |base| base.api.kind);
    let scope = Scope {
        design,
        kind,
        authorizers: Authorizers::new(it, base.map(|base| base.api)),
        variables: [Some(&it.variables), base.map(|base| &base.api.variables)],
    };
    let at = at.key("routes");
    counts(out, design, &at, it, base);
    let mut own = Base {
        api: it,
        shapes: HashMap::with_capacity(it.routes.len()),
        integrations: HashMap::new(),
        preflight: false,
    };
    for (key, route) in &it.routes {
        let at = at.key(key);
        if let Some(integration) = integration(design, route, kind) {
            *own.integrations.entry(integration).or_default() += 1;
        }
        let parsed = match RouteKey::parse(kind, key) {
            Ok(parsed) => parsed,
            Err(error) => {
                out.push(
                    Diagnostic::error("route-key-invalid", &at, format!("`{key}` is not a route key: {error}"))
                        .detail("\"Working with routes\" for HTTP and for WebSocket APIs, API Gateway guide.")
                        .fix(error.fix()),
                );
                scope.route(out, &at, route, None);
                continue;
            }
        };
        own.preflight |= answers_preflight(&parsed, route);
        literal(out, &at, &parsed);
        let shape = parsed.shape();
        let other = base.and_then(|base| base.shapes.get(&shape)).copied();
        let other = own.shapes.insert(shape, key).or(other);
        if let Some(other) = other.filter(|other| other != key) {
            out.push(
                Diagnostic::error("route-duplicate", &at, format!("`{key}` matches the same requests as `{other}`"))
                    .detail("Parameters match whatever they are called, so API Gateway takes only one of the two.")
                    .fix("Remove one of them"),
            );
        }
        scope.route(out, &at, route, Some(&parsed));
    }
    own
}

/// How many routes and integrations the API has, as far as this part of it adds to them.
fn counts(out: &mut Findings, design: &Design, at: &Path, it: &Api, base: Option<&Base<'_>>) {
    let kind = base.map_or(it.kind, |base| base.api.kind);
    let old = |key: &str| base.and_then(|base| base.api.routes.get(key));
    let added = it.routes.keys().filter(|key| old(key).is_none()).count();
    if added > 0 {
        let total = added + base.map_or(0, |base| base.api.routes.len());
        out.quota_that_grows(at, total, 300, "routes", QUOTAS);
    }
    // How many routes more, or fewer, each integration has here.
    let mut change: HashMap<Integration<'_>, i64> = HashMap::new();
    for (key, route) in &it.routes {
        if let Some(new) = integration(design, route, kind) {
            *change.entry(new).or_default() += 1;
        }
        if let Some(old) = old(key).and_then(|old| integration(design, old, kind)) {
            *change.entry(old).or_default() -= 1;
        }
    }
    let before = base.map_or(0, |base| base.integrations.len());
    let mut total = before;
    for (integration, change) in change {
        let had = base
            .and_then(|base| base.integrations.get(&integration))
            .map_or(0, |routes| i64::try_from(*routes).unwrap_or(i64::MAX));
        match (had > 0, had + change > 0) {
            (false, true) => total += 1,
            (true, false) => total -= 1,
            _ => {}
        }
    }
    if total > before {
        const WHAT: &str =
            "integrations (routes share one when target, payload and timeout are the same)";
        match kind {
            ApiKind::Http => out.quota(at, total, 300, WHAT, QUOTAS),
            ApiKind::Websocket => out.quota_that_grows(at, total, 300, WHAT, QUOTAS),
        }
    }
}

/// Warns of what means something in other tools and stands for itself here.
fn literal(out: &mut Findings, at: &Path, key: &RouteKey) {
    const CODE: &str = "route-key-literal";
    match key {
        RouteKey::Http { path, .. } => {
            for (place, segment) in path.segments.iter().enumerate() {
                let RouteSegment::Literal(text) = segment else {
                    continue;
                };
                let last = place + 1 == path.segments.len();
                let fix = match text.strip_prefix(':') {
                    Some(name) if !name.is_empty() => format!("Write {{{name}}} for a parameter"),
                    _ if text == "*" && last => "Write {proxy+} for all that follows".to_owned(),
                    _ if text == "*" => "Write {name} for any one segment".to_owned(),
                    _ => continue,
                };
                out.push(
                    Diagnostic::warning(CODE, at, format!("`{text}` matches only `{text}` itself"))
                        .detail(
                            "Parameters stand in braces (\"Working with routes for HTTP APIs\").",
                        )
                        .fix(fix),
                );
            }
        }
        RouteKey::Message(text) => {
            let method = text
                .split_once(' ')
                .filter(|(_, path)| path.starts_with('/'));
            let (summary, fix) = if ["connect", "disconnect", "default"].contains(&text.as_str()) {
                (
                    format!("`{text}` is a message of that name"),
                    format!("Write \"${text}\" for the route that API Gateway chooses itself"),
                )
            } else if method.is_some_and(|(word, _)| RouteMethod::parse(word).is_some()) {
                (
                    format!("`{text}` is the text of a message here, not a method and a path"),
                    "Write what the messages hold, or make this an HTTP API".to_owned(),
                )
            } else {
                return;
            };
            out.push(
                Diagnostic::warning(CODE, at, summary)
                    .detail("A WebSocket API compares the key with what `select` finds in the message (\"Working with routes for WebSocket APIs\").")
                    .fix(fix),
            );
        }
        _ => {}
    }
}

/// Whether OPTIONS requests for any path come to this route, and it lets them in.
fn answers_preflight(key: &RouteKey, route: &Route) -> bool {
    let any = matches!(key, RouteKey::Http { method: RouteMethod::Options | RouteMethod::Any, path }
        if path.segments.len() == 1 && path.is_greedy());
    any && !is_guarded(route)
}

fn is_guarded(route: &Route) -> bool {
    route
        .authorizer
        .as_deref()
        .is_some_and(|name| name != "none")
}

/// Whether preflight requests reach a route that refuses them.
pub(crate) fn preflight(out: &mut Findings, at: &Path, own: &Base<'_>, base: Option<&Base<'_>>) {
    let older = base.map(|base| base.api);
    let cors = own.api.cors.is_some() || older.is_some_and(|api| api.cors.is_some());
    let route = own.api.routes.get("$default");
    let inherited = older.and_then(|api| api.routes.get("$default"));
    let said_here = own.api.cors.is_some() || route.is_some();
    let open = own.preflight || base.is_some_and(|base| base.preflight);
    if said_here && cors && !open && route.or(inherited).is_some_and(is_guarded) {
        out.push(
            Diagnostic::warning("cors-swallowed", &at.key("routes").key("$default"), "The authorizer of `$default` refuses preflight requests")
                .detail("A browser sends OPTIONS without credentials, and `$default` takes it (\"Configuring CORS for an HTTP API\").")
                .fix("Add \"OPTIONS /{proxy+}\" with authorizer = \"none\""),
        );
    }
}

/// What the rules of a route ask about besides the route.
struct Scope<'a> {
    design: &'a Design,
    kind: ApiKind,
    authorizers: Authorizers<'a>,
    /// Stage variables, the nearest first.
    variables: [Option<&'a TextMap>; 2],
}

impl Scope<'_> {
    fn route(&self, out: &mut Findings, at: &Path, it: &Route, key: Option<&RouteKey>) {
        let websocket = self.kind == ApiKind::Websocket;
        self.target(out, at, &it.target, key);
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
                .fix(format!("Write timeout = {}", most / 1000))
                .instead((most / 1000).to_string()),
            );
        }
        if it.reply.is_some() && !websocket {
            out.push(only(&at.key("reply"), "`reply`", "WebSocket"));
        }
        if websocket && it.payload == Some(Payload::V2) {
            out.push(only(&at.key("payload"), "Payload 2.0", "HTTP"));
        }
        if it.reply == Some(true) && key == Some(&RouteKey::Disconnect) {
            out.push(
            Diagnostic::warning("reply-to-nobody", &at.key("reply"), "Nobody is there to get the reply")
                .detail("`$disconnect` runs after the connection is closed (\"Working with routes for WebSocket APIs\").")
                .fix("Remove `reply`"),
        );
        }
        let function = match &it.target {
            Target::Node(node) => !self.design.services.contains_key(node),
            Target::Url(_) => false,
            // It may become one.
            Target::Open => true,
        };
        if it.payload.is_some() && !function {
            out.push(
                Diagnostic::warning(
                    "payload-without-function",
                    &at.key("payload"),
                    "Only functions get an event with a format",
                )
                .fix("Remove `payload`"),
            );
        }
        authorization(out, at, it, key, websocket, self.authorizers);
    }

    fn target(&self, out: &mut Findings, at: &Path, target: &Target, key: Option<&RouteKey>) {
        let design = self.design;
        match target {
        // The reader has said already that the target is missing.
        Target::Open => {}
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
            Some(_) if self.kind == ApiKind::Websocket => out.push(
                Diagnostic::warning("websocket-to-service", at, format!("A WebSocket API does not reach `{node}` through its `ingress`"))
                    .detail("VPC links of the kind that reaches Cloud Map and load balancers are for HTTP APIs (\"CreateIntegration\", ConnectionId).")
                    .fix("Lead the route to a function that calls the service, or to a public address with `url`"),
            ),
            Some(_) => {}
        },
        Target::Url(url) => self.address(out, &at.key("url"), url, key),
    }
    }

    /// The address that requests are passed to. Stage variables may stand anywhere in it: `https://${stageVariables.host}/`.
    fn address(&self, out: &mut Findings, at: &Path, url: &str, key: Option<&RouteKey>) {
        let filled = self.fill(out, at, url);
        let Some((_, authority, rest)) = http_url(&filled) else {
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
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => host,
            _ => authority,
        };
        if is_private(host) {
            out.push(
            Diagnostic::warning("url-private", at, format!("`{host}` is an address of a private network"))
                .detail("API Gateway calls it from outside, where it does not exist or is another computer.")
                .fix("Use a public name; a service of yours is reached with `to`"),
        );
        }
        let known: Vec<&str> = match key {
            Some(RouteKey::Http { path, .. }) => path.parameters().collect(),
            Some(_) => Vec::new(),
            None => return,
        };
        let mut open = rest;
        while let Some((_, after)) = open.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            if name.starts_with("stageVariables.") {
                out.push(
                Diagnostic::error("url-parameter", at, format!("`{{{name}}}` is not a path parameter"))
                    .detail("A stage variable is written with a dollar sign (\"Using stage variables for HTTP APIs\").")
                    .fix(format!("Write ${{{name}}}")),
            );
            } else if !known.contains(&name) {
                out.dangling(
                    "url-parameter",
                    at,
                    "path parameter",
                    name,
                    known.iter().copied(),
                );
            }
            open = after;
        }
    }

    /// The address with the values of its stage variables.
    fn fill(&self, out: &mut Findings, at: &Path, url: &str) -> String {
        const START: &str = "${stageVariables.";
        let mut filled = String::new();
        let mut open = url;
        while let Some((before, after)) = open.split_once(START) {
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            filled.push_str(before);
            let value = self
                .variables
                .iter()
                .flatten()
                .find_map(|some| some.get(name));
            match value {
                // A longer one has a finding of its own.
                Some(value) if value.len() <= 512 => filled.push_str(value),
                Some(_) => filled.push('x'),
                None => {
                    let names = self.variables.iter().flatten().flat_map(|some| some.keys());
                    out.dangling(
                        "stage-variable-unknown",
                        at,
                        "stage variable",
                        name,
                        names.map(String::as_str),
                    );
                    filled.push('x');
                }
            }
            open = after;
        }
        filled.push_str(open);
        filled
    }
}

/// Addresses that only a computer itself or its own network knows.
fn is_private(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host == "localhost" || host.ends_with(".localhost") || host.ends_with(".internal") {
        return true;
    }
    let v4 = |it: Ipv4Addr| {
        let [first, second, ..] = it.octets();
        it.is_loopback()
            || it.is_private()
            || it.is_link_local()
            || it.is_unspecified()
            || (first == 100 && (64..128).contains(&second))
    };
    if let Ok(it) = host.parse::<Ipv4Addr>() {
        return v4(it);
    }
    let inner = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    inner
        .and_then(|inner| inner.parse::<Ipv6Addr>().ok())
        .is_some_and(|it| {
            it.is_loopback()
                || it.is_unspecified()
                || it.is_unique_local()
                || it.is_unicast_link_local()
                || it.to_ipv4_mapped().is_some_and(v4)
        })
}
