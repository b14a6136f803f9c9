//! Security schemes of OpenAPI as authorizers, and who must pass which.

use crate::draft::Draft;
use crate::gateway::authorizer_name;
use crate::openapi::pointer;
use crate::proposal::Place;
use crate::tree::Node;
use indexmap::IndexMap;
use slipway_design::Authorizer;

/// The part of an OpenID configuration's address that is not the issuer.
const WELL_KNOWN: &str = "/.well-known/openid-configuration";

enum Scheme {
    /// Name and id of the authorizer that was made of it.
    Jwt { name: String, id: String },
    /// Requests are signed with AWS credentials.
    Iam,
    /// Why there is no authorizer, and how many routes ask for it.
    None {
        why: &'static str,
        line: u32,
        routes: usize,
    },
}

/// The schemes of a document.
pub(crate) struct Security<'t> {
    file: &'t str,
    schemes: IndexMap<String, Scheme>,
    /// What holds for operations that say nothing.
    default: Option<Node<'t>>,
}

/// What an operation asks for.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    pub(crate) authorizer: Option<String>,
    pub(crate) scopes: Vec<String>,
    /// Ids of the additions that this needs.
    pub(crate) needs: Vec<String>,
}

impl<'t> Security<'t> {
    /// Reads the schemes, and adds an authorizer for each that becomes one.
    pub(crate) fn new(draft: &mut Draft<'_, '_>, file: &'t str, root: Node<'t>, api: &str) -> Self {
        let mut schemes = IndexMap::new();
        let found = root
            .get("components")
            .and_then(|it| it.get("securitySchemes"));
        for (name, line, node) in found.iter().flat_map(|it| it.entries()) {
            let node = node
                .get("$ref")
                .and_then(Node::text)
                .and_then(|reference| pointer(root, reference))
                .unwrap_or(node);
            let scheme = match scheme(node) {
                Ok(Authorizer::Iam) => Scheme::Iam,
                Ok(authorizer) => {
                    let own = authorizer_name(name);
                    let place = Place {
                        file: file.to_owned(),
                        line: Some(line),
                    };
                    let summary = match &authorizer {
                        Authorizer::Jwt { issuer, .. } => format!("accepts tokens of {issuer}"),
                        _ => "authorizer".to_owned(),
                    };
                    let id = draft.authorizer(api, &own, &authorizer, &summary, place);
                    Scheme::Jwt { name: own, id }
                }
                Err(why) => Scheme::None {
                    why,
                    line,
                    routes: 0,
                },
            };
            schemes.insert(name.to_owned(), scheme);
        }
        Self {
            file,
            schemes,
            default: root.get("security"),
        }
    }

    /// The authorizer of an operation. Of several ways in, the first that can be expressed counts.
    pub(crate) fn of(&mut self, draft: &mut Draft<'_, '_>, operation: Node<'_>) -> Guard {
        let own = operation.get("security");
        let Some(list) = own.or(self.default).filter(|it| it.is_list()) else {
            return Guard::default();
        };
        let ways = list.items();
        // An empty way in is one without any token.
        if ways
            .iter()
            .any(|way| way.is_map() && way.entries().next().is_none())
        {
            return Guard::default();
        }
        let mut guard = Guard::default();
        let mut unknown = Vec::new();
        for way in &ways {
            let together = way.entries().count();
            for (name, line, scopes) in way.entries() {
                match self.schemes.get(name) {
                    Some(Scheme::Jwt { name, id }) if guard.authorizer.is_none() => {
                        guard.authorizer = Some(name.clone());
                        guard.needs = vec![id.clone()];
                        guard.scopes = scopes
                            .items()
                            .into_iter()
                            .filter_map(|scope| scope.text().map(str::to_owned))
                            .collect();
                    }
                    Some(Scheme::Iam) if guard.authorizer.is_none() => {
                        guard.authorizer = Some("iam".to_owned());
                    }
                    Some(Scheme::Jwt { .. } | Scheme::Iam) => {
                        let why = "a route has one authorizer; the first one was taken";
                        draft.leave_out(self.file, Some(line), &format!("security: {name}"), why);
                    }
                    Some(Scheme::None { .. }) | None => {
                        unknown.push((name.to_owned(), line));
                        if together > 1 && guard.authorizer.is_some() {
                            let why = "the route asks for it together with another one, and has one authorizer";
                            draft.leave_out(
                                self.file,
                                Some(line),
                                &format!("security: {name}"),
                                why,
                            );
                        }
                    }
                }
            }
        }
        if guard.authorizer.is_none() {
            for (name, line) in unknown {
                let scheme = self.schemes.entry(name).or_insert(Scheme::None {
                    why: "the document does not say what it is",
                    line,
                    routes: 0,
                });
                if let Scheme::None { routes, .. } = scheme {
                    *routes += 1;
                }
            }
        }
        guard
    }

    /// Says which schemes have no authorizer, and how many routes are open to everyone therefore.
    pub(crate) fn unguarded(self, draft: &mut Draft<'_, '_>) {
        for (name, scheme) in self.schemes {
            let Scheme::None { why, line, routes } = scheme else {
                continue;
            };
            let open = match routes {
                0 => String::new(),
                1 => "; 1 route that asks for it is open to everyone".to_owned(),
                routes => format!("; {routes} routes that ask for it are open to everyone"),
            };
            let what = format!("securitySchemes.{name}");
            draft.leave_out(self.file, Some(line), &what, &format!("{why}{open}"));
            if routes > 0 {
                let count = if routes == 1 {
                    "1 route has".to_owned()
                } else {
                    format!("{routes} routes have")
                };
                draft.note(format!(
                    "{count} no guard here: the document asks for `{}`, which cannot be an authorizer. Give the API one before it is deployed.",
                    crate::shown(&name)
                ));
            }
        }
    }
}

/// The authorizer that a scheme is, or why there is none.
fn scheme(node: Node<'_>) -> Result<Authorizer, &'static str> {
    let text = |key: &str| node.get(key).and_then(Node::text);
    if text("x-amazon-apigateway-authtype").is_some_and(|it| it.eq_ignore_ascii_case("awssigv4")) {
        return Ok(Authorizer::Iam);
    }
    let own = node.get("x-amazon-apigateway-authorizer");
    if let Some(own) = own {
        let kind = own.get("type").and_then(Node::text).unwrap_or_default();
        if kind.eq_ignore_ascii_case("jwt") {
            let configuration = own.get("jwtConfiguration");
            let issuer = configuration
                .and_then(|it| it.get("issuer"))
                .and_then(Node::text)
                .ok_or("its token issuer is not in the document")?;
            let list = |node: Option<Node<'_>>| -> Vec<String> {
                node.map(Node::items)
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|it| it.text().map(str::to_owned))
                    .collect()
            };
            return Ok(Authorizer::Jwt {
                issuer: issuer.to_owned(),
                audience: list(configuration.and_then(|it| it.get("audience"))),
                identity: list(own.get("identitySource"))
                    .into_iter()
                    .filter(|it| it != "$request.header.Authorization")
                    .collect(),
            });
        }
        return Err("it is an authorizer whose function is not in the document");
    }
    match text("type") {
        Some("openIdConnect") => {
            let address = text("openIdConnectUrl").ok_or("it does not say where its issuer is")?;
            let issuer = address.strip_suffix(WELL_KNOWN).unwrap_or(address);
            if !issuer.starts_with("https://") {
                return Err("its issuer is not an https address");
            }
            Ok(Authorizer::Jwt {
                issuer: issuer.trim_end_matches('/').to_owned(),
                audience: Vec::new(),
                identity: Vec::new(),
            })
        }
        Some("oauth2") => Err("OpenAPI does not say who issues the tokens of an OAuth 2.0 scheme"),
        Some("http") => Err("OpenAPI does not say who issues its tokens"),
        Some("apiKey") => Err("HTTP APIs know no API keys"),
        _ => Err("API Gateway knows no authorizer of this kind"),
    }
}
