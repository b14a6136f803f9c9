//! The rules for APIs: stage, variables, throttle, and what the kind of API decides.

use crate::findings::Findings;
use crate::model::{Api, ApiKind, Design, Throttle};
use crate::validate_authorizer::{Authorizers, authorizer};
use crate::validate_cors::cors;
use crate::validate_node::tags;
use crate::validate_route::{Base, preflight, routes};
use crate::validate_variable::secret_looking;
use crate::{Diagnostic, Path};

pub(crate) const QUOTAS: &str = "\"Quotas for configuring and running an HTTP API\" and \"... a WebSocket API\", API Gateway guide.";

/// An API, or what an environment overrides of one; `base` is then the API itself.
pub(crate) fn api<'a>(
    out: &mut Findings,
    design: &Design,
    at: &Path,
    it: &'a Api,
    base: Option<&Base<'a>>,
) -> Base<'a> {
    let kind = base.map_or(it.kind, |base| base.api.kind);
    let websocket = kind == ApiKind::Websocket;
    stage(out, at, it, websocket);
    variables(out, &at.key("variables"), it);
    tags(out, &at.key("tags"), &it.tags);
    throttle(out, &at.key("throttle"), it.throttle);
    if !it.authorizers.is_empty() {
        let all = Authorizers::new(it, base.map(|base| base.api)).len();
        out.quota_that_grows(&at.key("authorizers"), all, 10, "authorizers", QUOTAS);
    }
    for (key, found) in &it.authorizers {
        let at = at.key("authorizers").key(key);
        authorizer(out, design, &at, key, found, websocket);
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
    let own = routes(out, design, at, it, base);
    preflight(out, at, &own, base);
    own
}

pub(crate) fn only(at: &Path, what: &str, kind: &str) -> Diagnostic {
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
        Some(select) if !["$request.body", "${request.body"].iter().any(|start| select.contains(start)) => out.push(
            Diagnostic::error("select-invalid", &at.key("select"), "The expression takes nothing from the message")
                .detail("It reads the message as JSON: `$request.body.action`, or `${request.body.a}/${request.body.b}` (\"Route selection expressions\" in the API Gateway guide).")
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

pub(crate) fn throttle(out: &mut Findings, at: &Path, it: Option<Throttle>) {
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
