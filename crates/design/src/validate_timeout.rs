//! The rules for time limits that stand one inside the other: the caller's must not be the shorter.

use std::collections::HashMap;

use crate::findings::Findings;
use crate::model::{Api, ApiKind, Authorizer, Design, Target};
use crate::{Diagnostic, FUNCTION_TIMEOUT, Path};

/// Seconds that an HTTP API waits for a Lambda authorizer ("Quotas for configuring and running an HTTP API").
const AUTHORIZER: u32 = 10;

/// What the callers of a function wait for it, as far as no route says so itself.
#[derive(Default)]
struct Callers {
    /// Milliseconds that a route without a time of its own waits, the shortest.
    route: Option<u32>,
    /// Whether an authorizer is among them.
    authorizer: bool,
}

/// Warns of functions that may run longer than what calls them waits.
pub(crate) fn timeouts(out: &mut Findings, design: &Design) {
    let own = |key: &str| {
        let function = design.functions.get(key)?;
        let seconds = function.timeout.or(design.defaults.timeout);
        Some(seconds.unwrap_or(FUNCTION_TIMEOUT))
    };
    let mut callers: HashMap<&str, Callers> = HashMap::new();
    for (key, api) in &design.apis {
        explicit(out, &Path::api(key), api, api.kind, own);
        gather(&mut callers, api, api.kind);
    }
    for (name, environment) in &design.environments {
        let here = |key: &str| {
            let over = environment.functions.get(key).and_then(|it| it.timeout);
            own(key).map(|own| over.unwrap_or(own))
        };
        for (key, over) in &environment.apis {
            if let Some(api) = design.apis.get(key) {
                let at = Path::environment(name).key("apis").key(key);
                explicit(out, &at, over, api.kind, here);
                gather(&mut callers, over, api.kind);
            }
        }
    }
    for key in design.functions.keys() {
        if let (Some(callers), Some(seconds)) = (callers.get(key.as_str()), own(key)) {
            outrun(out, &Path::function(key), key, callers, seconds);
        }
    }
    for (name, environment) in &design.environments {
        for (key, over) in &environment.functions {
            let (Some(callers), Some(seconds), Some(own)) =
                (callers.get(key.as_str()), over.timeout, own(key))
            else {
                continue;
            };
            if seconds > own {
                outrun(
                    out,
                    &Path::environment(name).key("functions").key(key),
                    key,
                    callers,
                    seconds,
                );
            }
        }
    }
}

/// Milliseconds that a route of this kind of API waits when nothing is said.
fn usual(kind: ApiKind) -> u32 {
    match kind {
        ApiKind::Http => 30_000,
        ApiKind::Websocket => 29_000,
    }
}

fn gather<'a>(callers: &mut HashMap<&'a str, Callers>, api: &'a Api, kind: ApiKind) {
    for route in api.routes.values().filter(|it| it.timeout_ms.is_none()) {
        if let Target::Node(node) = &route.target {
            let callers = callers.entry(node).or_default();
            callers.route = Some(callers.route.map_or(usual(kind), |it| it.min(usual(kind))));
        }
    }
    for authorizer in api.authorizers.values() {
        if let (Authorizer::Lambda { to, .. }, ApiKind::Http) = (authorizer, kind) {
            callers.entry(to).or_default().authorizer = true;
        }
    }
}

/// Routes that say themselves how long they wait.
fn explicit(
    out: &mut Findings,
    at: &Path,
    api: &Api,
    kind: ApiKind,
    timeout: impl Fn(&str) -> Option<u32>,
) {
    for (key, route) in &api.routes {
        let (Target::Node(node), Some(waits)) = (&route.target, route.timeout_ms) else {
            continue;
        };
        let Some(runs) = timeout(node).filter(|runs| waits < runs.saturating_mul(1000)) else {
            continue;
        };
        // A longer wait than this is an error of its own.
        if waits <= usual(kind) {
            let waits = f64::from(waits) / 1000.0;
            out.push(
                Diagnostic::warning(
                    "timeout-shorter",
                    &at.key("routes").key(key).key("timeout"),
                    format!("The route waits {waits} s, and `{node}` may run for {runs} s"),
                )
                .detail(RULE)
                .fix(format!(
                    "Give `{node}` at most the route's time, or the route more"
                )),
            );
        }
    }
}

const RULE: &str = "API Gateway answers with an error as soon as the integration's timeout is over, while the function goes on and is paid for \
     (\"Quotas for configuring and running an HTTP API\" and \"... a WebSocket API\": 30 and 29 s at most).";

fn outrun(out: &mut Findings, at: &Path, key: &str, callers: &Callers, seconds: u32) {
    let at = at.key("timeout");
    if let Some(waits) = callers
        .route
        .map(|ms| ms / 1000)
        .filter(|waits| *waits < seconds)
    {
        out.push(
            Diagnostic::warning(
                "timeout-shorter",
                &at,
                format!("`{key}` may run for {seconds} s, and routes wait {waits} s for it"),
            )
            .detail(RULE)
            .fix(format!(
                "Write timeout = {waits}, or let the function answer at once and work on elsewhere"
            ))
            .instead(waits.to_string()),
        );
    }
    if callers.authorizer && seconds > AUTHORIZER {
        out.push(
            Diagnostic::warning("timeout-shorter", &at, format!("`{key}` may run for {seconds} s, and API Gateway waits {AUTHORIZER} s for an authorizer"))
                .detail("\"Quotas for configuring and running an HTTP API\": an authorizer that takes longer counts as failed.")
                .fix(format!("Write timeout = {AUTHORIZER}"))
                .instead(AUTHORIZER.to_string()),
        );
    }
}
