//! The whole file: the top level, APIs, environments.

use toml_edit::{Item, Table};

use crate::model::{
    Api, ApiKind, Authorizer, Cors, Defaults, Design, Environment, Local, Network, Payload, Route,
    Target, Throttle,
};
use crate::read::{Reader, TableReader};
use crate::read_nodes::{ARCHES, function, secret, service};
use crate::{Diagnostic, Path, SCHEMA};

const PAYLOADS: &[(&str, Payload)] = &[("1.0", Payload::V1), ("2.0", Payload::V2)];

/// Reads what can be read. The second value says whether the file is of a newer format.
pub(crate) fn design(reader: &Reader, root: &Table) -> (Design, bool) {
    let mut t = reader.root(root);
    let schema = t
        .item("schema")
        .and_then(|(item, path)| reader.u32(item, &path));
    let newer = schema.is_some_and(|number| number > SCHEMA);
    check_schema(reader, &t, schema);
    let name = t.string("name");
    if name.is_none() && !t.has("name") {
        reader.report(
            Diagnostic::error("name-missing", &Path::root(), "The project has no name")
                .detail("The name is the prefix of every name in AWS.")
                .fix("Write name = \"my-project\" at the top of the file"),
        );
    }
    let mut design = Design {
        schema: schema.unwrap_or(SCHEMA),
        name: name.unwrap_or_default(),
        defaults: t.child("defaults").map(defaults).unwrap_or_default(),
        functions: t.each("functions", function),
        services: t.each("services", service),
        apis: t.each("apis", |reader, item, path| api(reader, item, path, false)),
        local: t.child("local").map(local).unwrap_or_default(),
        environments: t.each("environments", environment),
    };
    t.finish();
    for environment in design.environments.values_mut() {
        for (key, over) in &mut environment.apis {
            // An override has no kind of its own.
            over.kind = design.apis.get(key).map(|api| api.kind).unwrap_or_default();
        }
    }
    (design, newer)
}

fn check_schema(reader: &Reader, t: &TableReader<'_>, schema: Option<u32>) {
    let path = Path::of(["schema"]);
    match schema {
        None if !t.has("schema") => reader.report(
            Diagnostic::error("schema-missing", &Path::root(), "The file does not say which format it has")
                .detail("The number lets a later version of Slipway know how to read it.")
                .fix(format!("Write schema = {SCHEMA} as the first line")),
        ),
        Some(number) if number > SCHEMA => reader.report(
            Diagnostic::error(
                "schema-newer",
                &path,
                format!("The file has format {number}, and this Slipway knows up to {SCHEMA}"),
            )
            .detail("It is opened for reading only, as far as it is understood, so that nothing in it is damaged.")
            .fix("Install a newer Slipway"),
        ),
        Some(0) => reader.report(
            Diagnostic::error("schema-unknown", &path, "There is no format 0").fix(format!("Write schema = {SCHEMA}")),
        ),
        _ => {}
    }
}

fn defaults(mut t: TableReader<'_>) -> Defaults {
    let defaults = Defaults {
        arch: t.word("arch", ARCHES),
        log_retention: t.u32("log_retention"),
        memory: t.u32("memory"),
        timeout: t.u32("timeout"),
        env: t.texts("env"),
        tags: t.texts("tags"),
    };
    t.finish();
    defaults
}

fn local(mut t: TableReader<'_>) -> Local {
    let local = Local {
        secrets: t.each("secrets", secret),
        env: t.texts("env"),
    };
    t.finish();
    local
}

/// Reads an API, or what an environment overrides of one (`over`).
fn api(reader: &Reader, item: &Item, path: Path, over: bool) -> Option<Api> {
    let mut t = reader.table(item, path)?;
    let written = t.word(
        "kind",
        &[("http", ApiKind::Http), ("websocket", ApiKind::Websocket)],
    );
    if !over && !t.has("kind") {
        reader.report(
            Diagnostic::error(
                "api-kind-missing",
                t.path(),
                "The API does not say its kind",
            )
            .fix("Write kind = \"http\" or kind = \"websocket\""),
        );
    }
    if over && t.has("kind") {
        reader.report(
            Diagnostic::error(
                "override-not-allowed",
                &t.path().key("kind"),
                "An environment cannot change an API's kind",
            )
            .detail("API Gateway cannot change the protocol of an API that exists.")
            .fix("Remove `kind` here"),
        );
    }
    let api = Api {
        title: t.string("title"),
        was: t.string("was"),
        kind: written.unwrap_or_default(),
        cors: t.child("cors").map(cors),
        variables: t.texts("variables"),
        stage: t.string("stage"),
        select: t.string("select"),
        throttle: t.child("throttle").map(throttle),
        authorizers: t.each("authorizers", authorizer),
        routes: t.each("routes", route),
        tags: t.texts("tags"),
        access_log: t.bool("access_log"),
    };
    t.finish();
    Some(api)
}

fn cors(mut t: TableReader<'_>) -> Cors {
    let cors = Cors {
        origins: t.strings("origins"),
        methods: t.strings("methods"),
        headers: t.strings("headers"),
        expose: t.strings("expose"),
        max_age: t.i32("max_age"),
        credentials: t.bool("credentials"),
    };
    t.finish();
    cors
}

fn throttle(mut t: TableReader<'_>) -> Throttle {
    let throttle = Throttle {
        rate: t.number("rate"),
        burst: t.u32("burst"),
    };
    t.finish();
    throttle
}

fn authorizer(reader: &Reader, item: &Item, path: Path) -> Option<Authorizer> {
    #[derive(Clone, Copy)]
    enum Kind {
        Jwt,
        Lambda,
        Iam,
    }
    let mut t = reader.table(item, path)?;
    let kind = t.word(
        "kind",
        &[
            ("jwt", Kind::Jwt),
            ("lambda", Kind::Lambda),
            ("iam", Kind::Iam),
        ],
    );
    let needs = |t: &TableReader<'_>, key: &'static str| {
        if !t.has(key) {
            reader.report(
                Diagnostic::error(
                    "authorizer-incomplete",
                    t.path(),
                    format!("The authorizer has no `{key}`"),
                )
                .fix(format!("Add `{key}`")),
            );
        }
    };
    let authorizer = match kind {
        Some(Kind::Jwt) => {
            needs(&t, "issuer");
            needs(&t, "audience");
            Some(Authorizer::Jwt {
                issuer: t.string("issuer").unwrap_or_default(),
                audience: t.strings("audience"),
                identity: t.strings("identity"),
            })
        }
        Some(Kind::Lambda) => {
            needs(&t, "to");
            Some(Authorizer::Lambda {
                to: t.string("to").unwrap_or_default(),
                identity: t.strings("identity"),
                ttl: t.u32("ttl"),
                payload: t.word("payload", PAYLOADS),
            })
        }
        Some(Kind::Iam) => Some(Authorizer::Iam),
        None => {
            if !t.has("kind") {
                reader.report(
                    Diagnostic::error(
                        "authorizer-incomplete",
                        t.path(),
                        "The authorizer does not say its kind",
                    )
                    .fix("Write kind = \"jwt\", \"lambda\" or \"iam\""),
                );
            }
            return None;
        }
    };
    t.finish();
    authorizer
}

fn route(reader: &Reader, item: &Item, path: Path) -> Option<Route> {
    let missing = || {
        reader.report(
            Diagnostic::error("route-target-missing", &path, "The route leads nowhere")
                .fix("Add `to` with a function or service, or `url` with an address"),
        );
    };
    if let Some(node) = item.as_str() {
        if node.is_empty() {
            missing();
        }
        return Some(Route {
            target: node_target(node.to_owned()),
            ..Route::default()
        });
    }
    if !item.is_table_like() {
        reader.wrong_type(
            &path,
            "the name of a function or service, or a table with `to` or `url`",
            item.type_name(),
        );
        return None;
    }
    let mut t = reader.table(item, path.clone())?;
    let to = t.string("to");
    let url = t.string("url");
    match (t.has("to"), t.has("url")) {
        (false, false) => missing(),
        (true, false) if to.as_deref() == Some("") => missing(),
        (true, true) => reader.report(
            Diagnostic::error(
                "route-target-ambiguous",
                &path,
                "The route has both `to` and `url`",
            )
            .fix("Keep one of them"),
        ),
        _ => {}
    }
    let target = match (to, url) {
        (Some(to), _) => node_target(to),
        (None, Some(url)) => Target::Url(url),
        (None, None) => Target::Open,
    };
    let route = Route {
        target,
        authorizer: t.string("authorizer"),
        scopes: t.strings("scopes"),
        throttle: t.child("throttle").map(throttle),
        reply: t.bool("reply"),
        payload: t.word("payload", PAYLOADS),
        timeout_ms: timeout_ms(&mut t),
    };
    t.finish();
    Some(route)
}

/// An empty name is the same as none.
fn node_target(key: String) -> Target {
    if key.is_empty() {
        Target::Open
    } else {
        Target::Node(key)
    }
}

/// Seconds in the file, with fractions; milliseconds in the model.
fn timeout_ms(t: &mut TableReader<'_>) -> Option<u32> {
    let path = t.path().key("timeout");
    let seconds = t.number("timeout")?;
    let millis = (seconds * 1000.0).round();
    if !(0.0..=f64::from(u32::MAX)).contains(&millis) {
        t.reader().report(
            Diagnostic::error(
                "out-of-range",
                &path,
                format!("`timeout` must be a number of seconds, not {seconds}"),
            )
            .fix("Write seconds, from 0.05 to 30"),
        );
        return None;
    }
    // In range, checked above.
    Some(millis as u32)
}

fn environment(reader: &Reader, item: &Item, path: Path) -> Option<Environment> {
    let mut t = reader.table(item, path)?;
    for key in ["account", "region"] {
        if !t.has(key) {
            reader.report(
                Diagnostic::error(
                    "environment-incomplete",
                    t.path(),
                    format!("The environment has no `{key}`"),
                )
                .fix(if key == "account" {
                    "Write account = \"123456789012\", the account that may be deployed to"
                } else {
                    "Write region = \"eu-west-1\""
                }),
            );
        }
    }
    let environment = Environment {
        account: t.string("account").unwrap_or_default(),
        region: t.string("region").unwrap_or_default(),
        protected: t.bool("protected").unwrap_or_default(),
        endpoint: t.string("endpoint"),
        registry: t.string("registry"),
        network: t.child("network").map(network),
        domains: t.texts("domains"),
        permissions_boundary: t.string("permissions_boundary"),
        tags: t.texts("tags"),
        color: t.string("color"),
        functions: t.each("functions", function),
        services: t.each("services", service),
        apis: t.each("apis", |reader, item, path| api(reader, item, path, true)),
    };
    t.finish();
    Some(environment)
}

fn network(mut t: TableReader<'_>) -> Network {
    let network = Network {
        vpc: t.string("vpc"),
        subnets: t.strings("subnets"),
        security_groups: t.strings("security_groups"),
    };
    t.finish();
    network
}
