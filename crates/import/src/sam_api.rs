//! The APIs of a SAM template: those it names, and the one that it implies.

use crate::draft::Draft;
use crate::gateway::{RouteKeys, authorizer_name, cors};
use crate::intrinsic::{Resolver, resource};
use crate::naming::Named;
use crate::proposal::Place;
use crate::sam_function::Event;
use crate::tree::Node;
use crate::write::{ApiSettings, Lead, RouteSettings};
use slipway_design::{Authorizer, Cors, Payload, Throttle};
use std::collections::HashMap;

/// What the template implies when an event names no API.
const IMPLIED: [&str; 2] = ["ServerlessHttpApi", "ServerlessRestApi"];

/// Logical id, line, whether it is a REST API, properties.
pub(crate) type Found<'t> = (&'t str, u32, bool, Option<Node<'t>>);

struct SamApi {
    key: String,
    keys: RouteKeys,
    /// Authorizers of the template to their names and ids here.
    authorizers: HashMap<String, (String, String)>,
    /// What guards routes that say nothing.
    default: Option<String>,
}

struct Reader<'d, 'a, 'l, 't> {
    draft: &'d mut Draft<'a, 'l>,
    file: &'t str,
    resolver: &'d Resolver<'t>,
    globals: Option<Node<'t>>,
    apis: HashMap<String, SamApi>,
}

pub(crate) fn read<'t>(
    draft: &mut Draft<'_, '_>,
    file: &'t str,
    resolver: &Resolver<'t>,
    globals: Option<Node<'t>>,
    found: &[Found<'t>],
    events: &[Event<'t>],
) {
    let mut reader = Reader {
        draft,
        file,
        resolver,
        globals,
        apis: HashMap::new(),
    };
    for (id, line, rest, properties) in found {
        reader.api(id, *line, *rest, *properties);
    }
    for event in events {
        reader.route(event);
    }
}

impl<'t> Reader<'_, '_, '_, 't> {
    fn leave_out(&mut self, line: u32, what: &str, why: &str) {
        self.draft.leave_out(self.file, Some(line), what, why);
    }

    fn place(&self, line: u32) -> Place {
        Place {
            file: self.file.to_owned(),
            line: Some(line),
        }
    }

    fn api(&mut self, id: &str, line: u32, rest: bool, own: Option<Node<'t>>) {
        let globals = self
            .globals
            .and_then(|it| it.get(if rest { "Api" } else { "HttpApi" }));
        let property = |key: &str| own.and_then(|it| it.get(key)).or_else(|| globals?.get(key));
        if own.is_some_and(|it| {
            it.get("DefinitionUri")
                .or_else(|| it.get("DefinitionBody"))
                .is_some()
        }) {
            let why = "its OpenAPI document is not read with the template; import it by itself";
            self.leave_out(line, &format!("{id}.Definition"), why);
        }
        let named: Named = self.draft.look.names.api(id);
        let key = named.key.clone();
        let mut settings = ApiSettings {
            cors: property(if rest { "Cors" } else { "CorsConfiguration" })
                .and_then(|node| self.cors(id, node)),
            ..ApiSettings::default()
        };
        for (name, line, node) in property(if rest { "Variables" } else { "StageVariables" })
            .iter()
            .flat_map(|it| it.entries())
        {
            match self.resolver.text(node) {
                Ok(value) if crate::secret::is_secret(name, &value.text) || value.secret => {
                    let why = "it looks like a secret, and stage variables are not for secrets";
                    self.leave_out(line, &format!("{id}.variables.{name}"), why);
                }
                Ok(value) => {
                    settings.variables.insert(name.to_owned(), value.text);
                }
                Err(why) => self.leave_out(line, &format!("{id}.variables.{name}"), &why),
            }
        }
        if let Some(node) = property("DefaultRouteSettings") {
            settings.throttle = throttle(node);
        }
        let summary = if rest {
            format!("HTTP API instead of the REST API `{id}`")
        } else {
            format!("HTTP API `{id}`")
        };
        if rest {
            self.draft.note(format!(
                "{id} is a REST API and becomes an HTTP API: its routes keep payload format 1.0, so that functions see the same events."
            ));
        }
        let from = self.place(line);
        self.draft.api(named, settings, &summary, from);
        let mut api = SamApi {
            key,
            keys: RouteKeys::default(),
            authorizers: HashMap::new(),
            default: None,
        };
        if let Some(auth) = property("Auth") {
            self.auth(&mut api, id, auth);
        }
        for (key, line, _) in own.iter().flat_map(|it| it.entries()) {
            let known = [
                "CorsConfiguration",
                "Cors",
                "StageVariables",
                "Variables",
                "DefaultRouteSettings",
                "Auth",
                "DefinitionUri",
                "DefinitionBody",
                "Name",
                "Description",
            ];
            if !known.contains(&key) {
                let why = match key {
                    "StageName" => {
                        "Slipway serves an HTTP API at its root, without a stage in the path"
                    }
                    "Domain" => "a domain stands in domains of each environment",
                    "AccessLogSettings" => "Slipway makes the access log itself",
                    _ => "it has no counterpart in a design",
                };
                self.leave_out(line, &format!("{id}.{key}"), why);
            }
        }
        self.apis.insert(id.to_owned(), api);
    }

    fn cors(&mut self, id: &str, node: Node<'t>) -> Option<Cors> {
        if node.flag() == Some(false) {
            return None;
        }
        if !node.is_map() {
            // One origin, or "true" for all.
            let origin = match node.flag() {
                Some(_) => "*".to_owned(),
                None => self
                    .resolver
                    .plain(node)
                    .ok()?
                    .trim_matches('\'')
                    .to_owned(),
            };
            return Some(Cors {
                origins: vec![origin],
                ..Cors::default()
            });
        }
        let mut unread = Vec::new();
        let (cors, unknown) = cors(node, |node| match self.resolver.plain(node) {
            Ok(text) => Some(text),
            Err(why) => {
                unread.push((node.line(), why));
                None
            }
        });
        for (line, why) in unread {
            self.leave_out(line, &format!("{id}: CORS"), &why);
        }
        for (key, line) in unknown {
            self.leave_out(
                line,
                &format!("{id}: CORS, {key}"),
                "CORS has no such setting",
            );
        }
        Some(cors)
    }

    fn auth(&mut self, api: &mut SamApi, id: &str, auth: Node<'t>) {
        for (name, line, node) in auth.get("Authorizers").iter().flat_map(|it| it.entries()) {
            let what = format!("{id}.Auth.Authorizers.{name}");
            let Some(jwt) = node.get("JwtConfiguration") else {
                let why = "only authorizers of JSON web tokens are taken; routes that it guards are left out";
                self.leave_out(line, &what, why);
                continue;
            };
            let issuer = jwt.get("issuer").map(|it| self.resolver.plain(it));
            let issuer = match issuer {
                Some(Ok(issuer)) => issuer,
                Some(Err(why)) => {
                    let why = format!("its issuer is not known: {why}");
                    self.leave_out(line, &what, &why);
                    continue;
                }
                None => {
                    self.leave_out(line, &what, "it names no issuer");
                    continue;
                }
            };
            let mut audience = Vec::new();
            for item in jwt.get("audience").map(Node::items).unwrap_or_default() {
                match self.resolver.plain(item) {
                    Ok(text) => audience.push(text),
                    Err(why) => self.leave_out(item.line(), &format!("{what}.audience"), &why),
                }
            }
            let identity = node
                .get("IdentitySource")
                .and_then(Node::text)
                .filter(|it| *it != "$request.header.Authorization")
                .map(str::to_owned);
            let own = authorizer_name(name);
            let from = self.place(line);
            let summary = format!("accepts tokens of {issuer}");
            let authorizer = Authorizer::Jwt {
                issuer,
                audience,
                identity: identity.into_iter().collect(),
            };
            let addition = self
                .draft
                .authorizer(&api.key, &own, &authorizer, &summary, from);
            api.authorizers.insert(name.to_owned(), (own, addition));
        }
        api.default = auth
            .get("DefaultAuthorizer")
            .and_then(Node::text)
            .map(str::to_owned);
        for (key, line, _) in auth.entries() {
            if !matches!(key, "Authorizers" | "DefaultAuthorizer") {
                let why = "HTTP APIs of a design have JWT authorizers, IAM, or none";
                self.leave_out(line, &format!("{id}.Auth.{key}"), why);
            }
        }
    }

    fn route(&mut self, event: &Event<'t>) {
        let what = event.what.as_str();
        let own = event
            .properties
            .get(if event.rest { "RestApiId" } else { "ApiId" });
        let id = match own {
            None => IMPLIED[usize::from(event.rest)],
            Some(node) => match resource(node) {
                Some(id) => id,
                None => {
                    let why = "its API is not one of this template";
                    return self.leave_out(event.line, what, why);
                }
            },
        };
        if !self.apis.contains_key(id) {
            if !IMPLIED.contains(&id) {
                let why = "its API is not one of this template";
                return self.leave_out(event.line, what, why);
            }
            self.api(id, event.line, event.rest, None);
        }
        let text = |key: &str| event.properties.get(key).map(|it| self.resolver.plain(it));
        let path = match text("Path").transpose() {
            Ok(path) => path,
            Err(why) => return self.leave_out(event.line, what, &why),
        };
        let method = match text("Method").transpose() {
            Ok(method) => method.unwrap_or_else(|| "ANY".to_owned()),
            Err(why) => return self.leave_out(event.line, what, &why),
        };
        let guard = self.guard(id, event);
        let (authorizer, scopes, mut needs) = match guard {
            Ok(guard) => guard,
            Err(why) => return self.leave_out(event.line, what, &why),
        };
        let from = self.place(event.line);
        let Some(api) = self.apis.get_mut(id) else {
            return;
        };
        let path = path.as_deref().unwrap_or("$default");
        let key = match api.keys.key(&method, path) {
            Ok(key) => key,
            Err(why) => {
                let why = format!("API Gateway has no such route: {why}");
                return self.leave_out(event.line, what, &why);
            }
        };
        let api = api.key.clone();
        let payload = match text("PayloadFormatVersion") {
            Some(Ok(version)) if version == "1.0" => Some(Payload::V1),
            _ if event.rest => Some(Payload::V1),
            _ => None,
        };
        let timeout = text("TimeoutInMillis")
            .and_then(Result::ok)
            .and_then(|it| it.parse::<u32>().ok())
            .map(|ms| ms.clamp(50, 30_000))
            .filter(|ms| *ms != 30_000);
        let route = RouteSettings {
            lead: Lead::Node(event.function.clone()),
            authorizer,
            scopes,
            throttle: event.properties.get("RouteSettings").and_then(throttle),
            payload,
            timeout,
        };
        needs.push(event.needs.clone());
        self.draft.route(&api, &key, &route, None, needs, from);
    }

    /// Authorizer, scopes and needs of a route. A route whose guard cannot be expressed is not taken: it would be open.
    #[expect(clippy::type_complexity, reason = "three things that are used at once")]
    fn guard(
        &self,
        id: &str,
        event: &Event<'t>,
    ) -> Result<(Option<String>, Vec<String>, Vec<String>), String> {
        let auth = event.properties.get("Auth");
        let Some(api) = self.apis.get(id) else {
            return Ok(Default::default());
        };
        let name = auth
            .and_then(|it| it.get("Authorizer"))
            .and_then(Node::text)
            .or(api.default.as_deref());
        let scopes = auth
            .and_then(|it| it.get("AuthorizationScopes"))
            .map(Node::items)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|it| it.text().map(str::to_owned))
            .collect();
        match name {
            None | Some("NONE") => Ok(Default::default()),
            Some("AWS_IAM") => Ok((Some("iam".to_owned()), Vec::new(), Vec::new())),
            Some(name) => match api.authorizers.get(name) {
                Some((own, needs)) => Ok((Some(own.clone()), scopes, vec![needs.clone()])),
                None => Err(format!(
                    "its authorizer {} has no counterpart here, and without it the route would be open to everyone",
                    crate::shown(name)
                )),
            },
        }
    }
}

fn throttle(node: Node<'_>) -> Option<Throttle> {
    let number = |key: &str| node.get(key).and_then(Node::text);
    let throttle = Throttle {
        rate: number("ThrottlingRateLimit")
            .and_then(|it| it.parse().ok())
            .filter(|rate: &f64| rate.is_finite() && *rate >= 0.0),
        burst: number("ThrottlingBurstLimit").and_then(|it| it.parse().ok()),
    };
    (throttle != Throttle::default()).then_some(throttle)
}
