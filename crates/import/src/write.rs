//! Things of a design as edits that add them.

use slipway_design::{
    Arch, Authorizer, Build, Cors, Count, Edit, Function, Health, Image, Ingress, Literal, Path,
    Payload, SecretRef, Service, Statement, TextMap, Throttle,
};

/// Columns after which a table gets a header of its own.
const WIDTH: usize = 100;

/// The entries of a table, in order.
#[derive(Debug, Default)]
pub(crate) struct Entries(Vec<(String, Literal)>);

impl Entries {
    fn put(&mut self, key: &str, value: Option<Literal>) {
        if let Some(value) = value {
            self.0.push((key.to_owned(), value));
        }
    }

    fn text(&mut self, key: &str, value: Option<&str>) {
        self.put(key, value.map(Literal::from));
    }

    fn number(&mut self, key: &str, value: Option<u32>) {
        self.put(key, value.map(|number| Literal::Integer(number.into())));
    }

    fn list(&mut self, key: &str, value: &[String]) {
        self.put(key, (!value.is_empty()).then(|| list(value)));
    }

    fn texts(&mut self, key: &str, value: &TextMap) {
        self.put(
            key,
            (!value.is_empty()).then(|| {
                Literal::Table(
                    value
                        .iter()
                        .map(|(key, value)| (key.clone(), Literal::from(value.as_str())))
                        .collect(),
                )
            }),
        );
    }

    fn secrets<'s>(&mut self, secrets: impl IntoIterator<Item = (&'s String, &'s SecretRef)>) {
        let entries: Vec<(String, Literal)> = secrets
            .into_iter()
            .map(|(key, secret)| (key.clone(), Literal::String(secret_text(secret))))
            .collect();
        self.put(
            "secrets",
            (!entries.is_empty()).then_some(Literal::Table(entries)),
        );
    }

    fn table(self) -> Literal {
        Literal::Table(self.0)
    }
}

fn list(items: &[String]) -> Literal {
    Literal::Array(
        items
            .iter()
            .map(|item| Literal::from(item.as_str()))
            .collect(),
    )
}

/// The edits that add a table: long tables in it come after it, with headers of their own.
pub(crate) fn insert(path: &Path, entries: Entries) -> Vec<Edit> {
    let (long, short): (Vec<_>, Vec<_>) = entries.0.into_iter().partition(|(key, value)| {
        matches!(value, Literal::Table(_))
            && key.len() + 3 + value.to_toml().chars().count() > WIDTH
    });
    let mut edits = vec![Edit::Insert {
        path: path.clone(),
        value: Literal::Table(short),
    }];
    edits.extend(long.into_iter().map(|(key, value)| Edit::Insert {
        path: path.key(key),
        value,
    }));
    edits
}

/// The edit that adds one value.
pub(crate) fn insert_value(path: Path, value: Literal) -> Vec<Edit> {
    vec![Edit::Insert { path, value }]
}

/// `secretsmanager:shop/api-key`
pub(crate) fn secret_text(secret: &SecretRef) -> String {
    match secret {
        SecretRef::SecretsManager(name) => format!("secretsmanager:{name}"),
        SecretRef::Ssm(name) => format!("ssm:{name}"),
        SecretRef::Keychain(name) => format!("keychain:{name}"),
    }
}

pub(crate) fn function(it: &Function) -> Entries {
    let mut entries = Entries::default();
    entries.text("title", it.title.as_deref());
    entries.put("image", it.image.as_ref().map(image));
    entries.text("arch", it.arch.map(arch));
    entries.number("memory", it.memory);
    entries.number("timeout", it.timeout);
    entries.number("ephemeral_storage", it.ephemeral_storage);
    entries.number("concurrency", it.concurrency);
    entries.texts("env", &it.env);
    entries.secrets(&it.secrets);
    entries.put("allow", statements(&it.allow));
    entries.text("role", it.role.as_deref());
    entries.list("policies", &it.policies);
    entries.texts("tags", &it.tags);
    entries
}

pub(crate) fn service(it: &Service) -> Entries {
    let mut entries = Entries::default();
    entries.text("title", it.title.as_deref());
    entries.put("image", it.image.as_ref().map(image));
    entries.text("arch", it.arch.map(arch));
    entries.number("port", it.port.map(u32::from));
    entries.number("cpu", it.cpu);
    entries.number("memory", it.memory);
    entries.put("count", it.count.as_ref().map(count));
    entries.text("ingress", it.ingress.map(ingress));
    entries.put("health", it.health.as_ref().map(health));
    entries.list("entrypoint", &it.entrypoint);
    entries.list("command", &it.command);
    entries.texts("env", &it.env);
    entries.secrets(&it.secrets);
    entries.number("ephemeral_storage", it.ephemeral_storage);
    entries.put("spot", it.spot.map(Literal::Boolean));
    entries.put("exec", it.exec.map(Literal::Boolean));
    entries.texts("tags", &it.tags);
    entries
}

/// The settings of an API beside its routes and authorizers.
#[derive(Debug, Default)]
pub(crate) struct ApiSettings {
    pub(crate) title: Option<String>,
    pub(crate) cors: Option<Cors>,
    pub(crate) variables: TextMap,
    pub(crate) throttle: Option<Throttle>,
}

pub(crate) fn api(it: &ApiSettings) -> Entries {
    let mut entries = Entries::default();
    entries.text("title", it.title.as_deref());
    entries.text("kind", Some("http"));
    entries.put("cors", it.cors.as_ref().map(cors));
    entries.texts("variables", &it.variables);
    entries.put("throttle", it.throttle.as_ref().and_then(throttle));
    entries
}

/// A JWT authorizer; other kinds are not made by any importer.
pub(crate) fn authorizer(it: &Authorizer) -> Literal {
    let mut entries = Entries::default();
    match it {
        Authorizer::Jwt {
            issuer,
            audience,
            identity,
        } => {
            entries.text("kind", Some("jwt"));
            entries.text("issuer", Some(issuer));
            entries.put("audience", Some(list(audience)));
            entries.list("identity", identity);
        }
        Authorizer::Lambda {
            to,
            identity,
            ttl,
            payload,
        } => {
            entries.text("kind", Some("lambda"));
            entries.text("to", Some(to));
            entries.list("identity", identity);
            entries.number("ttl", *ttl);
            entries.text("payload", payload.map(self::payload));
        }
        Authorizer::Iam => entries.text("kind", Some("iam")),
    }
    entries.table()
}

/// What a route leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Lead {
    /// Nowhere yet.
    #[default]
    Open,
    /// Key of a function or service.
    Node(String),
    /// Public address.
    Url(String),
}

/// A route and its settings.
#[derive(Debug, Clone, Default)]
pub(crate) struct RouteSettings {
    pub(crate) lead: Lead,
    pub(crate) authorizer: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) throttle: Option<Throttle>,
    pub(crate) payload: Option<Payload>,
    /// Milliseconds.
    pub(crate) timeout: Option<u32>,
}

pub(crate) fn route(it: &RouteSettings) -> Literal {
    let mut entries = Entries::default();
    match &it.lead {
        Lead::Open => {}
        Lead::Node(node) => entries.text("to", Some(node)),
        Lead::Url(url) => entries.text("url", Some(url)),
    }
    entries.text("authorizer", it.authorizer.as_deref());
    entries.list("scopes", &it.scopes);
    entries.put("throttle", it.throttle.as_ref().and_then(throttle));
    entries.text("payload", it.payload.map(payload));
    entries.put("timeout", it.timeout.map(seconds));
    match (&it.lead, entries.0.len()) {
        (Lead::Node(node), 1) => Literal::from(node.as_str()),
        _ => entries.table(),
    }
}

/// Milliseconds as seconds, whole where they are.
fn seconds(milliseconds: u32) -> Literal {
    if milliseconds.is_multiple_of(1000) {
        Literal::Integer((milliseconds / 1000).into())
    } else {
        Literal::Float(f64::from(milliseconds) / 1000.0)
    }
}

fn image(it: &Image) -> Literal {
    let mut entries = Entries::default();
    match it {
        Image::Build(Build {
            context,
            dockerfile,
            target,
            args,
        }) => {
            entries.text("build", Some(context));
            entries.text("dockerfile", dockerfile.as_deref());
            entries.text("target", target.as_deref());
            entries.texts("args", args);
        }
        Image::Ecr {
            repository,
            digest,
            tag,
        } => {
            entries.text("ecr", Some(repository));
            entries.text("digest", digest.as_deref());
            entries.text("tag", tag.as_deref());
        }
        Image::Registry { reference } => entries.text("registry", Some(reference)),
    }
    entries.table()
}

fn arch(arch: Arch) -> &'static str {
    match arch {
        Arch::Arm64 => "arm64",
        Arch::X86_64 => "x86_64",
    }
}

fn ingress(ingress: Ingress) -> &'static str {
    match ingress {
        Ingress::CloudMap => "cloud-map",
        Ingress::Alb => "alb",
        Ingress::None => "none",
    }
}

fn payload(payload: Payload) -> &'static str {
    match payload {
        Payload::V1 => "1.0",
        Payload::V2 => "2.0",
    }
}

pub(crate) fn count(it: &Count) -> Literal {
    match it {
        Count::Fixed(tasks) => Literal::Integer((*tasks).into()),
        Count::Range {
            min,
            max,
            cpu,
            memory,
        } => {
            let mut entries = Entries::default();
            entries.number("min", Some(*min));
            entries.number("max", Some(*max));
            entries.number("cpu", *cpu);
            entries.number("memory", *memory);
            entries.table()
        }
    }
}

fn health(it: &Health) -> Literal {
    let mut entries = Entries::default();
    entries.list("command", &it.command);
    entries.text("path", it.path.as_deref());
    entries.number("interval", it.interval);
    entries.number("timeout", it.timeout);
    entries.number("retries", it.retries);
    entries.number("start_period", it.start_period);
    entries.table()
}

fn statements(statements: &[Statement]) -> Option<Literal> {
    let items: Vec<Literal> = statements
        .iter()
        .map(|it| {
            let mut entries = Entries::default();
            entries.list("actions", &it.actions);
            entries.list("resources", &it.resources);
            entries.table()
        })
        .collect();
    (!items.is_empty()).then_some(Literal::Array(items))
}

fn cors(it: &Cors) -> Literal {
    let mut entries = Entries::default();
    entries.list("origins", &it.origins);
    entries.list("methods", &it.methods);
    entries.list("headers", &it.headers);
    entries.list("expose", &it.expose);
    entries.put(
        "max_age",
        it.max_age.map(|age| Literal::Integer(age.into())),
    );
    entries.put("credentials", it.credentials.map(Literal::Boolean));
    entries.table()
}

fn throttle(it: &Throttle) -> Option<Literal> {
    let mut entries = Entries::default();
    entries.put(
        "rate",
        it.rate.map(|rate| {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a whole number of requests below 2^53"
            )]
            if rate.fract() == 0.0 && rate.abs() < 9e15 {
                Literal::Integer(rate as i64)
            } else {
                Literal::Float(rate)
            }
        }),
    );
    entries.number("burst", it.burst);
    (!entries.0.is_empty()).then(|| entries.table())
}
