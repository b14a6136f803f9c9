//! The rules for authorizers, and for the routes that name them.

use indexmap::IndexMap;

use crate::findings::Findings;
use crate::grammar::http_url;
use crate::model::{Api, Authorizer, Design, Payload, Route};
use crate::route::RouteKey;
use crate::validate_api::{QUOTAS, only};
use crate::{Diagnostic, Path, toml_string};

/// The authorizers that the routes of an API can name: its own, and those that an environment adds or replaces.
#[derive(Clone, Copy)]
pub(crate) struct Authorizers<'a> {
    own: &'a IndexMap<String, Authorizer>,
    base: Option<&'a IndexMap<String, Authorizer>>,
}

impl<'a> Authorizers<'a> {
    pub(crate) fn new(it: &'a Api, base: Option<&'a Api>) -> Self {
        Self {
            own: &it.authorizers,
            base: base.map(|base| &base.authorizers),
        }
    }

    fn get(self, name: &str) -> Option<&'a Authorizer> {
        self.own.get(name).or_else(|| self.base?.get(name))
    }

    pub(crate) fn len(self) -> usize {
        let new = |base: &IndexMap<String, Authorizer>| {
            self.own
                .keys()
                .filter(|key| !base.contains_key(*key))
                .count()
        };
        self.base
            .map_or(self.own.len(), |base| base.len() + new(base))
    }

    fn names(self) -> impl Iterator<Item = &'a str> + Clone {
        self.base
            .into_iter()
            .chain([self.own])
            .flat_map(|some| some.keys().map(String::as_str))
            .chain(["iam", "none"])
    }
}

/// Whether an authorizer can have this name ("CreateAuthorizer"); two words are taken on routes.
pub(crate) fn is_authorizer_name(key: &str) -> bool {
    (1..=128).contains(&key.len())
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        && key != "iam"
        && key != "none"
}

/// One authorizer.
pub(crate) fn authorizer(
    out: &mut Findings,
    design: &Design,
    at: &Path,
    key: &str,
    it: &Authorizer,
    websocket: bool,
) {
    if !is_authorizer_name(key) {
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
            if audience.is_empty() {
                out.push(
                    Diagnostic::error("authorizer-incomplete", &at.key("audience"), "The authorizer accepts no audience")
                        .detail("\"CreateAuthorizer\", JWTConfiguration: a token must name one of the audiences.")
                        .fix("Write audience = [\"shop\"], what the issuer puts into `aud` or `client_id`"),
                );
            }
            out.quota(&at.key("audience"), audience.len(), 50, "audiences", QUOTAS);
            identities(out, &at.key("identity"), identity, websocket, true);
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
                || at.key("ttl"),
                *ttl,
                0..=3600,
                "s",
                "\"CreateAuthorizer\", AuthorizerResultTtlInSeconds.",
            );
            identities(out, &at.key("identity"), identity, websocket, false);
            if websocket && ttl.is_some() {
                out.push(only(&at.key("ttl"), "`ttl`", "HTTP"));
            } else if ttl.is_some_and(|ttl| ttl > 0) && identity.is_empty() {
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

/// Where an authorizer finds who asks; the two kinds of API write it differently.
fn identities(out: &mut Findings, at: &Path, sources: &[String], websocket: bool, jwt: bool) {
    let places: &[&str] = match (websocket, jwt) {
        (true, _) => &[
            "route.request.header.",
            "route.request.querystring.",
            "context.",
            "stageVariables.",
        ],
        (false, true) => &["$request.header.", "$request.querystring."],
        (false, false) => &[
            "$request.header.",
            "$request.querystring.",
            "$context.",
            "$stageVariables.",
        ],
    };
    for (place, source) in sources.iter().enumerate() {
        let good = places.iter().any(|start| {
            source
                .strip_prefix(start)
                .is_some_and(|name| !name.is_empty())
        });
        if good {
            continue;
        }
        let plain = source.trim_start_matches('$').trim_start_matches("route.");
        let converted = match websocket {
            true if plain.starts_with("request.") => format!("route.{plain}"),
            true => plain.to_owned(),
            false => format!("${plain}"),
        };
        let known = places.iter().any(|start| {
            converted
                .strip_prefix(start)
                .is_some_and(|name| !name.is_empty())
        });
        out.push(
            Diagnostic::error(
                "identity-invalid",
                &at.index(place),
                format!("`{source}` is not a place that the authorizer can read"),
            )
            .detail(format!(
                "It starts with one of {} (\"CreateAuthorizer\", IdentitySource).",
                places.join(", ")
            ))
            .fix(if known {
                format!("Write \"{converted}\"")
            } else {
                format!("Write it like \"{}Authorization\"", places[0])
            })
            .perhaps(known.then(|| toml_string(&converted))),
        );
    }
}

/// Who may call a route.
pub(crate) fn authorization(
    out: &mut Findings,
    at: &Path,
    it: &Route,
    key: Option<&RouteKey>,
    websocket: bool,
    authorizers: Authorizers<'_>,
) {
    let named = it.authorizer.as_deref();
    let mut jwt = false;
    match named {
        None | Some("none") | Some("iam") => {}
        Some(name) => match authorizers.get(name) {
            Some(Authorizer::Jwt { .. }) => jwt = true,
            Some(_) => {}
            None => {
                out.dangling(
                    "authorizer-unknown",
                    &at.key("authorizer"),
                    "authorizer",
                    name,
                    authorizers.names(),
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
