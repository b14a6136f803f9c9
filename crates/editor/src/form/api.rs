//! The forms of APIs, with their authorizers, and of routes.

use super::control::{Choice, Control};
use super::draft::{Draft, section};
use super::node::{identity, tags, variables, was, without_override};
use super::{Act, Connection, Form, Section, kind_name};
use crate::naming::free;
use crate::{Command, ElementId, ElementKind};
use slipway_design::{ApiKind, Authorizer, Edit, Keyed, Literal, Target};

const METHODS: &[&str] = &[
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "*",
];
const HEADERS: &[&str] = &["Authorization", "Content-Type", "X-Requested-With", "*"];

fn text_choice(value: &str, label: impl Into<String>) -> Choice {
    Choice {
        label: label.into(),
        value: value.into(),
    }
}

fn throttle(draft: &Draft<'_>) -> Section {
    section(
        "Throttling",
        vec![
            draft
                .field(
                    "throttle.rate",
                    "Rate",
                    Control::Number {
                        min: 0.0,
                        max: f64::INFINITY,
                        step: 0.1,
                    },
                )
                .unit("/s")
                .else_words("the account's")
                .note("Requests a second"),
            draft
                .field("throttle.burst", "Burst", Control::number(0, u32::MAX))
                .else_words("the account's")
                .note("Requests at once"),
        ],
    )
}

fn cors(draft: &Draft<'_>) -> Section {
    section(
        "CORS",
        vec![
            draft
                .field(
                    "cors.origins",
                    "Origins",
                    Control::list("origin", &["*", "https://*", "http://localhost:3000"]),
                )
                .code()
                .else_words("CORS is off")
                .note("Like https://shop.example, or *; no path"),
            draft
                .field("cors.methods", "Methods", Control::list("method", METHODS))
                .code()
                .note("In capitals, or *"),
            draft
                .field("cors.headers", "Request headers", Control::list("header", HEADERS))
                .code()
                .note("Headers that are allowed, or *"),
            draft
                .field("cors.expose", "Exposed headers", Control::list("header", &[]))
                .code()
                .note("Answer headers that scripts may read"),
            draft
                .field(
                    "cors.max_age",
                    "Max age",
                    Control::Number {
                        min: -1.0,
                        max: 86_400.0,
                        step: 1.0,
                    },
                )
                .unit("s")
                .else_words("of the browser")
                .note("How long a browser keeps the answer to a preflight request; -1 for not at all"),
            draft
                .field("cors.credentials", "Credentials", Control::Toggle)
                .implied(false)
                .note("Cookies and the like are sent; browsers refuse it together with *"),
        ],
    )
    .note("API Gateway answers preflight requests itself and ignores what the function says about CORS.")
}

pub(super) fn api(draft: &Draft<'_>, key: &str) -> Option<Form> {
    let own = draft.design.apis.get(key)?;
    let http = own.kind == ApiKind::Http;
    let mut settings = vec![without_override(
        draft
            .field("kind", "Kind", Control::Fact)
            .note("Cannot be changed: an API of another kind is another API"),
    )];
    if !http {
        settings.push(
            draft
                .field(
                    "select",
                    "Route selection",
                    Control::Text {
                        suggestions: vec![
                            "$request.body.action".to_owned(),
                            "$request.body.type".to_owned(),
                        ],
                        example: "$request.body.action",
                    },
                )
                .code()
                .required()
                .note("What of a message chooses the route; ${request.body.a}/${request.body.b} joins two"),
        );
    }
    settings.extend([
        draft
            .field(
                "stage",
                "Stage",
                Control::text(if http { "$default" } else { "live" }),
            )
            .code()
            .implied(if http { "$default" } else { "live" })
            .note("1 to 128 letters, digits, - and _"),
        draft
            .field("access_log", "Access log", Control::Toggle)
            .implied(true),
    ]);
    let mut sections = vec![
        identity(draft, Keyed::Api(key.to_owned()), key),
        section("Stage", settings).opened(),
    ];
    if http {
        sections.push(cors(draft));
    }
    sections.push(throttle(draft));
    for (name, authorizer) in &own.authorizers {
        sections.push(authorizer_section(draft, key, name, authorizer, http));
    }
    sections.push(add_authorizer(draft, http, |name| {
        own.authorizers.contains_key(name)
    }));
    let stage_variables = draft
        .field("variables", "Stage variables", variables())
        .note("Name at most 64 letters, digits and _; value at most 512; not for secrets");
    sections.push(section(
        "Stage variables",
        vec![draft.merged(stage_variables, &[])],
    ));
    sections.extend([tags(draft), was(draft)]);
    let connections = own
        .routes
        .iter()
        .map(|(route, value)| Connection {
            label: route.clone(),
            value: match &value.target {
                Target::Node(node) => node.clone(),
                Target::Url(url) => url.clone(),
                Target::Open => "nothing yet".to_owned(),
            },
            leads_to: Some(ElementId::Route {
                api: key.to_owned(),
                key: route.clone(),
            }),
        })
        .collect();
    Some(Form {
        title: own.title.clone().unwrap_or_else(|| key.to_owned()),
        kind: kind_name(ElementKind::Api, !http).to_owned(),
        path: draft.base.clone(),
        sections,
        connections,
        environment: draft.environment.map(str::to_owned),
        honoured: Vec::new(),
    })
}

fn functions(draft: &Draft<'_>) -> Vec<Choice> {
    draft
        .design
        .functions
        .iter()
        .map(|(key, function)| text_choice(key, function.title.as_deref().unwrap_or(key)))
        .collect()
}

fn authorizer_section(
    draft: &Draft<'_>,
    api: &str,
    name: &str,
    authorizer: &Authorizer,
    http: bool,
) -> Section {
    let inner = draft.inside("authorizers", name);
    let keyed = Keyed::Authorizer {
        api: api.to_owned(),
        key: name.to_owned(),
    };
    let mut key = inner.field("", "Name", Control::Key { keyed }).code();
    key.own = Some(name.into());
    key.here = None;
    let kind = without_override(inner.field("kind", "Kind", Control::Fact));
    let identity = |default: &'static str| {
        inner
            .field(
                "identity",
                "Identity",
                Control::list(
                    "source",
                    if http {
                        &[
                            "$request.header.Authorization",
                            "$request.querystring.token",
                        ]
                    } else {
                        &[
                            "route.request.header.Authorization",
                            "route.request.querystring.token",
                        ]
                    },
                ),
            )
            .code()
            .else_words(default)
            .note("Where the request says who asks")
    };
    let fields = match authorizer {
        Authorizer::Jwt { .. } => vec![
            key,
            kind,
            inner
                .field(
                    "issuer",
                    "Issuer",
                    Control::text("https://login.shop.example"),
                )
                .code()
                .required()
                .note("An https address; API Gateway reads the keys there"),
            inner
                .field("audience", "Audience", Control::list("audience", &[]))
                .code()
                .required()
                .note("1 to 50"),
            identity("the Authorization header").note("One"),
        ],
        Authorizer::Lambda { .. } => {
            let mut fields = vec![
                key,
                kind,
                inner
                    .field(
                        "to",
                        "Function",
                        Control::Choice {
                            options: functions(draft),
                        },
                    )
                    .required()
                    .note("API Gateway waits 10 s for it"),
                identity("none"),
            ];
            if http {
                fields.push(
                    inner
                        .field("ttl", "Cached for", Control::number(0, 3600))
                        .unit("s")
                        .else_words("AWS's own")
                        .note("More than 0 needs an identity"),
                );
                fields.push(
                    inner
                        .field(
                            "payload",
                            "Event format",
                            Control::words([("1.0", "1.0"), ("2.0", "2.0")]),
                        )
                        .else_words("of API Gateway"),
                );
            }
            fields
        }
        Authorizer::Iam => vec![key, kind],
    };
    let remove = draft.removal(
        "Remove authorizer",
        format!("Remove authorizer {name}"),
        &inner.base,
    );
    section(format!("Authorizer {name}"), fields).act(remove)
}

fn add_authorizer(draft: &Draft<'_>, http: bool, is_taken: impl Fn(&str) -> bool) -> Section {
    let add = |label: &str, name: &str, rows: Vec<(String, Literal)>| {
        let name = free(name, &is_taken);
        Act {
            label: label.to_owned(),
            command: Command::Edit {
                title: format!("Add authorizer {name}"),
                edits: vec![Edit::Insert {
                    path: draft.base.key("authorizers").key(&name),
                    value: Literal::Table(rows),
                }],
                select: Vec::new(),
            },
            removes: false,
        }
    };
    let text = |key: &str, value: &str| (key.to_owned(), Literal::String(value.to_owned()));
    let mut section = section("Authorizers", Vec::new())
        .note("Who may call a route. Routes choose one of them; iam and none need no entry here.");
    if http {
        let rows = vec![
            text("kind", "jwt"),
            text("issuer", ""),
            ("audience".to_owned(), Literal::Array(Vec::new())),
        ];
        section = section.act(add("Add JWT", "users", rows));
    }
    if let Some((function, _)) = draft.design.functions.first() {
        let rows = vec![text("kind", "lambda"), text("to", function)];
        section = section.act(add("Add Lambda", "guard", rows));
    }
    section.act(add("Add IAM", "signed", vec![text("kind", "iam")]))
}

pub(super) fn route(draft: &Draft<'_>, api_key: &str, key: &str) -> Option<Form> {
    let api = draft.design.apis.get(api_key)?;
    let route = api.routes.get(key)?;
    let http = api.kind == ApiKind::Http;
    let mut nodes = functions(draft);
    if http {
        nodes.extend(
            draft
                .design
                .services
                .iter()
                .map(|(key, service)| text_choice(key, service.title.as_deref().unwrap_or(key))),
        );
    }
    let keyed = Keyed::Route {
        api: api_key.to_owned(),
        key: key.to_owned(),
    };
    let mut name = draft.field("", "Route", Control::Key { keyed }).code();
    name.own = Some(key.into());
    name.here = None;
    name.is_replaced = false;
    let mut target = draft
        .field("", "Leads to", Control::Target { nodes })
        .required()
        .else_words("nothing yet");
    target.own = target.own.take().map(only_target);
    target.here = target.here.take().map(only_target);
    let mut authorizers = vec![
        text_choice("none", "None, open to all"),
        text_choice("iam", "IAM signature"),
    ];
    authorizers.extend(
        api.authorizers
            .keys()
            .map(|name| text_choice(name, name.clone())),
    );
    let mut access = vec![
        draft
            .field(
                "authorizer",
                "Authorizer",
                Control::Choice {
                    options: authorizers,
                },
            )
            .implied("none")
            .note(if http {
                "Who may call it"
            } else {
                "Who may connect: on $connect only, and for the whole connection"
            }),
    ];
    if http {
        access.push(
            draft
                .field("scopes", "Scopes", Control::list("scope", &[]))
                .code()
                .else_words("any")
                .note("At most 10, one of which the token needs; a JWT authorizer is needed"),
        );
    }
    let most = if http { 30.0 } else { 29.0 };
    let mut answer = vec![
        draft
            .field(
                "timeout",
                "Timeout",
                Control::Number {
                    min: 0.05,
                    max: most,
                    step: 0.05,
                },
            )
            .unit("s")
            .implied(Literal::Integer(most as i64))
            .note("Should be no less than the function's"),
        draft
            .field(
                "payload",
                "Event format",
                Control::words([("1.0", "1.0"), ("2.0", "2.0")]),
            )
            .implied(if http { "2.0" } else { "1.0" })
            .note("Of the event that a function gets"),
    ];
    if !http {
        answer.push(
            draft
                .field("reply", "Two-way", Control::Toggle)
                .implied(false)
                .note("The answer is sent back"),
        );
    }
    let mut connections = vec![Connection {
        label: "API".to_owned(),
        value: api.title.as_deref().unwrap_or(api_key).to_owned(),
        leads_to: Some(ElementId::Api(api_key.to_owned())),
    }];
    if let Some(id) = ElementId::of_target(draft.design, &route.target) {
        connections.push(Connection {
            label: "Leads to".to_owned(),
            value: id.node_key().to_owned(),
            leads_to: Some(id),
        });
    }
    Some(Form {
        title: key.to_owned(),
        kind: kind_name(ElementKind::Route, false).to_owned(),
        path: draft.base.clone(),
        sections: vec![
            section("", vec![name, target]).opened(),
            section("Access", access).opened(),
            section("Answer", answer).opened(),
            throttle(draft),
        ],
        connections,
        environment: draft.environment.map(str::to_owned),
        honoured: Vec::new(),
    })
}

/// What of a route says where it leads.
fn only_target(route: Literal) -> Literal {
    match route {
        Literal::Table(rows) => Literal::Table(
            rows.into_iter()
                .filter(|(key, _)| key == "to" || key == "url")
                .collect(),
        ),
        other => other,
    }
}
