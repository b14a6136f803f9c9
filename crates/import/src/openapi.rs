//! OpenAPI documents: paths become routes of one HTTP API.
//!
//! Only what a design can express is read, straight from the tree: a document with mistakes elsewhere gives its routes
//! all the same, and everything has its line.

use crate::draft::{Draft, FILE, Look};
use crate::gateway::{RouteKeys, cors};
use crate::naming::key_of;
use crate::openapi_security::Security;
use crate::proposal::{Place, Proposal, Source};
use crate::sources::is_openapi;
use crate::tree::Node;
use crate::write::{ApiSettings, Lead, RouteSettings};
use slipway_design::Payload;

const INTEGRATION: &str = "x-amazon-apigateway-integration";
const CORS: &str = "x-amazon-apigateway-cors";
/// Keys of a path that are no methods.
const NO_METHODS: [&str; 5] = ["summary", "description", "servers", "parameters", "$ref"];

pub(crate) fn propose(look: &mut Look<'_>) -> Vec<Proposal> {
    let sources = look.sources;
    let mut proposals = Vec::new();
    for file in sources.of_kind(is_openapi) {
        let mut draft = Draft::new(look, Source::OpenApi, file);
        if let Some(tree) = draft.tree(file) {
            let root = tree.root();
            if !is_openapi_document(root) {
                // A file of some tool about OpenAPI.
                if sources.only.is_none() {
                    continue;
                }
                draft.leave_out(
                    file,
                    None,
                    FILE,
                    "it says nowhere that it is an OpenAPI document",
                );
            } else {
                Document {
                    draft: &mut draft,
                    file,
                    root,
                }
                .read();
            }
        }
        proposals.push(draft.finish());
    }
    proposals
}

/// Whether it says that it is an OpenAPI document, of any version.
pub(crate) fn is_openapi_document(root: Node<'_>) -> bool {
    root.get("openapi").is_some() || root.get("swagger").is_some()
}

struct Document<'d, 'a, 'l, 't> {
    draft: &'d mut Draft<'a, 'l>,
    file: &'t str,
    root: Node<'t>,
}

impl<'t> Document<'_, '_, '_, 't> {
    fn leave_out(&mut self, line: u32, what: &str, why: &str) {
        self.draft.leave_out(self.file, Some(line), what, why);
    }

    fn read(mut self) {
        if let Some(version) = self.root.get("swagger") {
            let why = "OpenAPI 2.0 is not read; convert the document to 3.0 first, as every OpenAPI editor can";
            return self.leave_out(version.line(), "swagger", why);
        }
        let version = self
            .root
            .get("openapi")
            .and_then(Node::text)
            .unwrap_or_default();
        if !version.starts_with("3.") {
            let line = self.root.get("openapi").map_or(1, Node::line);
            return self.leave_out(line, "openapi", "only OpenAPI 3 is read");
        }
        if !version.starts_with("3.0") {
            self.draft.note(format!(
                "It is OpenAPI {}: it is read as far as it is the same as 3.0.",
                crate::shown(version)
            ));
        }
        let Some(paths) = self.root.get("paths").filter(|it| it.is_map()) else {
            let why = "it has no paths, so there are no routes to take from it";
            return self.leave_out(self.root.line(), "paths", why);
        };
        self.rest();
        let info = self.root.get("info");
        let title = info
            .and_then(|info| info.get("title"))
            .and_then(Node::text)
            .unwrap_or("api");
        let named = self.draft.look.names.api(title);
        let api = named.key.clone();
        let mut settings = ApiSettings::default();
        if let Some(node) = self.root.get(CORS) {
            let (cors, unknown) = cors(node, |node| node.text().map(str::to_owned));
            settings.cors = Some(cors);
            for (key, line) in unknown {
                self.leave_out(line, &format!("{CORS}.{key}"), "CORS has no such setting");
            }
        }
        let from = self.place(info.map_or(1, Node::line));
        self.draft.api(
            named,
            settings,
            &format!("HTTP API `{}`", crate::shown(title)),
            from,
        );
        let mut security = Security::new(self.draft, self.file, self.root, &api);
        let mut keys = RouteKeys::default();
        let mut open = 0_usize;
        for (path, _, node) in paths.entries() {
            if path.starts_with("x-") {
                continue;
            }
            let Some(node) = self.follow(node, &format!("paths.{path}")) else {
                continue;
            };
            for (method, line, operation) in node.entries() {
                let any = method == "x-amazon-apigateway-any-method";
                if NO_METHODS.contains(&method) || (method.starts_with("x-") && !any) {
                    continue;
                }
                let what = format!("{method} {path}");
                let key = match keys.key(method, path) {
                    Ok(key) => key,
                    Err(why) => {
                        self.leave_out(
                            line,
                            &what,
                            &format!("API Gateway has no such route: {why}"),
                        );
                        continue;
                    }
                };
                let mut route = self.integration(operation, &what);
                if route.lead == Lead::Open {
                    open += 1;
                }
                let guard = security.of(self.draft, operation);
                route.authorizer = guard.authorizer;
                route.scopes = guard.scopes;
                if operation.get("callbacks").is_some() {
                    let why = "callbacks are requests that the program itself makes";
                    self.leave_out(line, &format!("{what}: callbacks"), why);
                }
                let about = operation
                    .get("summary")
                    .or_else(|| operation.get("operationId"))
                    .and_then(Node::text);
                let from = self.place(line);
                self.draft
                    .route(&api, &key, &route, about, guard.needs, from);
            }
        }
        security.unguarded(self.draft);
        if open > 0 {
            self.draft.note(match open {
                1 => "1 route leads nowhere yet: draw where it leads.".to_owned(),
                open => format!("{open} routes lead nowhere yet: draw where they lead."),
            });
        }
    }

    /// What stands beside the paths and has no place in a design.
    fn rest(&mut self) {
        for (key, line, node) in self.root.entries() {
            match key {
                "webhooks" => {
                    let why = "webhooks are requests that the program itself makes";
                    self.leave_out(line, key, why);
                }
                "x-amazon-apigateway-request-validators"
                | "x-amazon-apigateway-request-validator"
                | "x-amazon-apigateway-gateway-responses"
                | "x-amazon-apigateway-policy"
                | "x-amazon-apigateway-binary-media-types"
                | "x-amazon-apigateway-api-key-source" => {
                    self.leave_out(
                        line,
                        key,
                        "only REST APIs have it, and a design has HTTP APIs",
                    );
                }
                "servers" => {
                    let base = node
                        .items()
                        .first()
                        .and_then(|it| it.get("url"))
                        .and_then(Node::text)
                        .and_then(|url| {
                            url.split_once("://")
                                .map_or(Some(url), |(_, rest)| rest.find('/').map(|at| &rest[at..]))
                        })
                        .map(|path| path.trim_end_matches('/'))
                        .filter(|path| !path.is_empty() && path.starts_with('/'));
                    if let Some(base) = base {
                        let why = format!(
                            "routes do not get {} before their paths, as API Gateway serves them where the API is",
                            crate::shown(base)
                        );
                        self.leave_out(line, "servers", &why);
                    }
                }
                "components" if node.get("schemas").is_some() => {
                    self.draft.note(
                        "HTTP APIs do not check requests: schemas and parameters are not part of a design.",
                    );
                }
                _ => {}
            }
        }
    }

    fn place(&self, line: u32) -> Place {
        Place {
            file: self.file.to_owned(),
            line: Some(line),
        }
    }

    /// The node itself, or what its `$ref` names inside of the document.
    fn follow(&mut self, node: Node<'t>, what: &str) -> Option<Node<'t>> {
        let mut node = node;
        for _ in 0..8 {
            let Some(reference) = node.get("$ref").and_then(Node::text) else {
                return Some(node);
            };
            let Some(found) = pointer(self.root, reference) else {
                let why = "it stands in another file or in a place that is not there";
                self.leave_out(node.line(), what, why);
                return None;
            };
            node = found;
        }
        self.leave_out(node.line(), what, "its references lead in a circle");
        None
    }

    fn integration(&mut self, operation: Node<'t>, what: &str) -> RouteSettings {
        let mut route = RouteSettings::default();
        let Some(node) = operation.get(INTEGRATION) else {
            return route;
        };
        let Some(node) = self.follow(node, what) else {
            return route;
        };
        let text = |key: &str| node.get(key).and_then(Node::text);
        let kind = text("type").unwrap_or_default().to_ascii_lowercase();
        let uri = node.get("uri").and_then(address);
        let private = text("connectionType").is_some_and(|it| it.eq_ignore_ascii_case("vpc_link"));
        match (kind.as_str(), uri) {
            ("http_proxy", Some(uri)) if !private && uri.starts_with("http") => {
                route.lead = Lead::Url(uri.to_owned());
            }
            ("aws_proxy", Some(uri)) if uri.contains(":function:") => {
                let name = uri
                    .split(":function:")
                    .nth(1)
                    .and_then(|rest| rest.split(['/', ':']).next())
                    .unwrap_or_default();
                let key = key_of(name, "");
                let design = self.draft.look.document.design();
                if design.is_some_and(|design| design.functions.contains_key(&key)) {
                    route.lead = Lead::Node(key);
                    route.payload = match text("payloadFormatVersion") {
                        Some("1.0") => Some(Payload::V1),
                        _ => None,
                    };
                } else {
                    let name = crate::shown(name);
                    let why = format!(
                        "it leads to the function {name}, which the design does not have; the route is left open"
                    );
                    self.leave_out(node.line(), what, &why);
                }
            }
            _ => {
                let why =
                    "a route leads to a function, a service or a public address; it is left open";
                self.leave_out(node.line(), what, why);
            }
        }
        let timeout = text("timeoutInMillis").and_then(|it| it.parse::<u32>().ok());
        if route.lead != Lead::Open {
            route.timeout = timeout.filter(|ms| (50..=30_000).contains(ms) && *ms != 30_000);
        }
        route
    }
}

/// An address as text, or what `Fn::Sub` makes it of.
fn address(node: Node<'_>) -> Option<&str> {
    node.text().or_else(|| {
        let sub = node.get("Fn::Sub")?;
        sub.text().or_else(|| sub.items().first().copied()?.text())
    })
}

/// What a JSON pointer such as `#/components/pathItems/a~1b` names.
pub(crate) fn pointer<'t>(root: Node<'t>, reference: &str) -> Option<Node<'t>> {
    let mut node = root;
    for step in reference.strip_prefix("#/")?.split('/') {
        node = node.get(&step.replace("~1", "/").replace("~0", "~"))?;
    }
    Some(node)
}
