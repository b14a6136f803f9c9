//! The settings of one element as an inspector lists them.

use crate::card::{arch_name, short_digest, vcpu};
use crate::effective::View;
use crate::{Effective, ElementId, Origin};
use slipway_design::{
    Api, ApiKind, Authorizer, Build, Count, Design, Health, Image, Ingress, Payload, SecretRef,
    Statement, Target, TextMap, Throttle,
};

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub label: String,
    pub value: String,
    pub unit: Option<&'static str>,
    /// Who set it; `None` for what is not a setting.
    pub origin: Option<Origin>,
    /// Set in monospace.
    pub code: bool,
    /// Selecting the field leads there.
    pub leads_to: Option<ElementId>,
}

/// Settings that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Empty for the first one, which needs none.
    pub title: &'static str,
    pub fields: Vec<Field>,
}

/// All that is known about an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub title: String,
    /// `Lambda function`, `Route of public` …
    pub kind: String,
    /// The dotted path of the element in the file, as diagnostics name it.
    pub subject: String,
    pub sections: Vec<Section>,
}

impl Field {
    fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
            unit: None,
            origin: None,
            code: false,
            leads_to: None,
        }
    }

    fn of<T: ToString>(label: &str, effective: &Effective<T>) -> Self {
        Self {
            origin: Some(effective.origin),
            ..Self::new(label, effective.value.to_string())
        }
    }

    fn unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(unit);
        self
    }

    fn code(mut self) -> Self {
        self.code = true;
        self
    }

    fn own(mut self) -> Self {
        self.origin = Some(Origin::Own);
        self
    }

    fn implied(mut self) -> Self {
        self.origin = Some(Origin::Implied);
        self
    }

    fn leads(mut self, to: Option<ElementId>) -> Self {
        self.leads_to = to;
        self
    }
}

/// The sheet of an element; `None` when the design does not have it.
pub fn inspect(design: &Design, environment: Option<&str>, id: &ElementId) -> Option<Sheet> {
    let view = View {
        design,
        environment,
    };
    let mut sheet = match id {
        ElementId::Function(key) => function(view, key)?,
        ElementId::Service(key) => service(view, key)?,
        ElementId::Api(key) => api(design, key, design.apis.get(key)?),
        ElementId::Route { api, key } => route(design, api, key)?,
    };
    sheet.sections.retain(|section| !section.fields.is_empty());
    Some(sheet)
}

fn function(view: View<'_>, key: &str) -> Option<Sheet> {
    let function = view.function(key)?;
    let own = function.own;
    let mut limits = vec![
        Field::of("Memory", &function.memory()).unit("MiB"),
        Field::of("Timeout", &function.timeout()).unit("s"),
        Field {
            origin: Some(function.arch().origin),
            ..Field::new("Architecture", arch_name(function.arch().value))
        },
        Field::of("Temporary disk", &function.ephemeral_storage()).unit("MiB"),
    ];
    limits.push(match function.given(|function| function.concurrency) {
        Some(set) => Field::of("Reserved concurrency", &set),
        None => Field::new("Reserved concurrency", "not reserved").implied(),
    });
    limits.push(match function.log_retention() {
        Some(days) => Field::of("Log retention", &days).unit("days"),
        None => Field::new("Log retention", "forever").implied(),
    });
    limits.push(match function.given(|function| function.network) {
        Some(Effective {
            value: true,
            origin,
        }) => Field {
            origin: Some(origin),
            ..Field::new("Network", "the environment's subnets")
        },
        _ => Field::new("Network", "AWS's own, no VPC").implied(),
    });
    Some(Sheet {
        title: own.title.clone().unwrap_or_else(|| key.to_owned()),
        kind: "Lambda function".to_owned(),
        subject: format!("functions.{key}"),
        sections: vec![
            section("Image", image(function.image())),
            section("Limits", limits),
            section("Environment", env(function.env())),
            section("Secrets", secrets(&own.secrets, true)),
            section("Role", role(own.role.as_deref(), &own.allow, &own.policies)),
            section("Used by", used_by(view.design, key)),
            section("Tags", env(function.tags())),
            section("Identity", identity(key, own.was.as_deref())),
        ],
    })
}

fn service(view: View<'_>, key: &str) -> Option<Sheet> {
    let service = view.service(key)?;
    let own = service.own;
    let (count, ingress) = (service.count(), service.ingress());
    let mut task = vec![match service.port() {
        Some(port) => Field::of("Port", &port),
        None => Field::new("Port", "none").implied(),
    }];
    task.push(Field {
        origin: Some(service.cpu().origin),
        ..Field::new("CPU", vcpu(service.cpu().value))
    });
    task.push(Field::of("Memory", &service.memory()).unit("MiB"));
    task.push(Field {
        origin: Some(count.origin),
        ..Field::new("Tasks", tasks(&count.value))
    });
    task.push(Field {
        origin: Some(service.arch().origin),
        ..Field::new("Architecture", arch_name(service.arch().value))
    });
    task.push(Field {
        origin: Some(ingress.origin),
        ..Field::new(
            "Ingress",
            match ingress.value {
                Ingress::CloudMap => "Cloud Map",
                Ingress::Alb => "load balancer",
                Ingress::None => "none, a worker",
            },
        )
    });
    task.push(match service.given(|service| service.ephemeral_storage) {
        Some(disk) => Field::of("Temporary disk", &disk).unit("GiB"),
        None => Field::new("Temporary disk", "20").unit("GiB").implied(),
    });
    task.push(match service.log_retention() {
        Some(days) => Field::of("Log retention", &days).unit("days"),
        None => Field::new("Log retention", "forever").implied(),
    });
    task.push(flag("Fargate Spot", own.spot));
    task.push(flag("ecs execute-command", own.exec));
    let mut joins = Vec::new();
    joins.extend(
        own.cluster
            .as_ref()
            .map(|name| Field::new("Cluster", name).code().own()),
    );
    joins.extend(
        own.vpc_link
            .as_ref()
            .map(|id| Field::new("VPC link", id).code().own()),
    );
    joins.extend(words("Command", &own.command));
    joins.extend(words("Entry point", &own.entrypoint));
    let containers = own
        .containers
        .iter()
        .map(|(name, container)| {
            Field::new(
                name,
                container
                    .image
                    .as_ref()
                    .map(image_words)
                    .unwrap_or_default(),
            )
            .code()
        })
        .collect();
    Some(Sheet {
        title: own.title.clone().unwrap_or_else(|| key.to_owned()),
        kind: "Fargate service".to_owned(),
        subject: format!("services.{key}"),
        sections: vec![
            section("Image", image(service.image())),
            section("Task", task),
            section("Runs", joins),
            section(
                "Health",
                own.health.as_ref().map(health).unwrap_or_default(),
            ),
            section("Environment", env(service.env())),
            section("Secrets", secrets(&own.secrets, false)),
            section("Containers", containers),
            section("Role", role(own.role.as_deref(), &own.allow, &own.policies)),
            section("Used by", used_by(view.design, key)),
            section("Tags", env(service.tags())),
            section("Identity", identity(key, own.was.as_deref())),
        ],
    })
}

fn api(design: &Design, key: &str, api: &Api) -> Sheet {
    let http = api.kind == ApiKind::Http;
    let mut settings = vec![match &api.stage {
        Some(stage) => Field::new("Stage", stage).code().own(),
        None => Field::new("Stage", if http { "$default" } else { "live" })
            .code()
            .implied(),
    }];
    if let Some(select) = &api.select {
        settings.push(Field::new("Route selection", select).code().own());
    }
    settings.extend(throttle(api.throttle));
    settings.push(match api.access_log {
        Some(on) => Field::new("Access log", on_off(on)).own(),
        None => Field::new("Access log", on_off(true)).implied(),
    });
    let cors = api.cors.as_ref().map(|cors| {
        let mut fields = vec![
            Field::new("Origins", cors.origins.join(", ")).code().own(),
            Field::new("Methods", cors.methods.join(", ")).code().own(),
        ];
        if !cors.headers.is_empty() {
            fields.push(Field::new("Headers", cors.headers.join(", ")).code().own());
        }
        if !cors.expose.is_empty() {
            fields.push(Field::new("Exposed", cors.expose.join(", ")).code().own());
        }
        if let Some(age) = cors.max_age {
            fields.push(Field::new("Max age", age.to_string()).unit("s").own());
        }
        if let Some(credentials) = cors.credentials {
            fields.push(Field::new("Credentials", on_off(credentials)).own());
        }
        fields
    });
    let authorizers = api
        .authorizers
        .iter()
        .map(|(name, authorizer)| match authorizer {
            Authorizer::Jwt { issuer, .. } => Field::new(name, format!("JWT of {issuer}")),
            Authorizer::Lambda { to, .. } => Field::new(name, format!("λ {to}"))
                .leads(ElementId::of_target(design, &Target::Node(to.clone()))),
            Authorizer::Iam => Field::new(name, "IAM signature"),
        })
        .collect();
    let routes = api
        .routes
        .iter()
        .map(|(route, value)| {
            Field::new(route, target_words(&value.target))
                .code()
                .leads(Some(ElementId::Route {
                    api: key.to_owned(),
                    key: route.clone(),
                }))
        })
        .collect();
    Sheet {
        title: api.title.clone().unwrap_or_else(|| key.to_owned()),
        kind: if http { "HTTP API" } else { "WebSocket API" }.to_owned(),
        subject: format!("apis.{key}"),
        sections: vec![
            section("", settings),
            section("CORS", cors.unwrap_or_default()),
            section("Authorizers", authorizers),
            section("Stage variables", table(&api.variables)),
            section("Routes", routes),
            section("Tags", table(&api.tags)),
            section("Identity", identity(key, api.was.as_deref())),
        ],
    }
}

fn route(design: &Design, api_key: &str, key: &str) -> Option<Sheet> {
    let api = design.apis.get(api_key)?;
    let route = api.routes.get(key)?;
    let http = api.kind == ApiKind::Http;
    let mut fields = vec![
        Field::new("API", api.title.as_deref().unwrap_or(api_key))
            .leads(Some(ElementId::Api(api_key.to_owned()))),
        Field::new("Leads to", target_words(&route.target))
            .code()
            .own()
            .leads(ElementId::of_target(design, &route.target)),
        match &route.authorizer {
            Some(name) => Field::new("Authorizer", name).own(),
            None => Field::new("Authorizer", "none, open to all").implied(),
        },
    ];
    if !route.scopes.is_empty() {
        fields.push(Field::new("Scopes", route.scopes.join(", ")).code().own());
    }
    fields.extend(throttle(route.throttle));
    if ElementId::of_target(design, &route.target)
        .is_some_and(|target| matches!(target, ElementId::Function(_)))
        && http
    {
        let (version, set) = match route.payload {
            Some(Payload::V1) => ("1.0", true),
            Some(Payload::V2) => ("2.0", true),
            None => ("2.0", false),
        };
        let field = Field::new("Event format", version);
        fields.push(if set { field.own() } else { field.implied() });
    }
    fields.push(match route.timeout_ms {
        Some(millis) => Field::new("Timeout", (f64::from(millis) / 1000.0).to_string())
            .unit("s")
            .own(),
        None => Field::new("Timeout", if http { "30" } else { "29" })
            .unit("s")
            .implied(),
    });
    if !http {
        let reply = route.reply.unwrap_or(false);
        let field = Field::new("Two-way", on_off(reply));
        fields.push(if route.reply.is_some() {
            field.own()
        } else {
            field.implied()
        });
    }
    Some(Sheet {
        title: key.to_owned(),
        kind: "Route".to_owned(),
        subject: format!("apis.{api_key}.routes.\"{key}\""),
        sections: vec![section("", fields)],
    })
}

fn section(title: &'static str, fields: Vec<Field>) -> Section {
    Section { title, fields }
}

fn image(image: Option<Effective<&Image>>) -> Vec<Field> {
    let Some(Effective { value, origin }) = image else {
        return vec![Field::new("Source", "none yet")];
    };
    let origin = Some(origin);
    match value {
        Image::Build(build) => build_fields(build, origin),
        Image::Ecr {
            repository,
            digest,
            tag,
        } => {
            let mut fields = vec![Field {
                origin,
                ..Field::new("ECR repository", repository).code()
            }];
            fields.extend(digest.as_ref().map(|digest| Field {
                origin,
                ..Field::new("Digest", short_digest(digest)).code()
            }));
            fields.extend(tag.as_ref().map(|tag| Field {
                origin,
                ..Field::new("Tag", tag).code()
            }));
            fields
        }
        Image::Registry { reference } => vec![Field {
            origin,
            ..Field::new("Image", reference).code()
        }],
    }
}

fn build_fields(build: &Build, origin: Option<Origin>) -> Vec<Field> {
    let mut fields = vec![Field {
        origin,
        ..Field::new("Folder", &build.context).code()
    }];
    fields.push(match &build.dockerfile {
        Some(path) => Field {
            origin,
            ..Field::new("Dockerfile", path).code()
        },
        None => Field::new("Dockerfile", "Dockerfile").code().implied(),
    });
    fields.extend(build.target.as_ref().map(|stage| Field {
        origin,
        ..Field::new("Stage", stage).code()
    }));
    fields.extend(build.args.iter().map(|(name, value)| Field {
        origin,
        ..Field::new(format!("Argument {name}"), value).code()
    }));
    fields
}

fn image_words(image: &Image) -> String {
    match image {
        Image::Build(build) => build.context.clone(),
        Image::Ecr { repository, .. } => repository.clone(),
        Image::Registry { reference } => reference.clone(),
    }
}

fn tasks(count: &Count) -> String {
    match count {
        Count::Fixed(number) => number.to_string(),
        Count::Range {
            min,
            max,
            cpu,
            memory,
        } => {
            let mut text = format!("{min} to {max}");
            if let Some(percent) = cpu {
                text.push_str(&format!(", at {percent} % CPU"));
            }
            if let Some(percent) = memory {
                text.push_str(&format!(", at {percent} % memory"));
            }
            text
        }
    }
}

fn health(health: &Health) -> Vec<Field> {
    let mut fields: Vec<Field> = words("Command", &health.command).into_iter().collect();
    fields.extend(
        health
            .path
            .as_ref()
            .map(|path| Field::new("Path", path).code().own()),
    );
    let seconds = |label, value: Option<u32>| {
        value.map(|value| Field::new(label, value.to_string()).unit("s").own())
    };
    fields.extend(seconds("Interval", health.interval));
    fields.extend(seconds("Timeout", health.timeout));
    fields.extend(seconds("Start period", health.start_period));
    fields.extend(
        health
            .retries
            .map(|retries| Field::new("Retries", retries.to_string()).own()),
    );
    fields
}

fn env(variables: Vec<(&str, Effective<&str>)>) -> Vec<Field> {
    variables
        .into_iter()
        .map(|(name, value)| Field::of(name, &value).code())
        .collect()
}

fn table(table: &TextMap) -> Vec<Field> {
    table
        .iter()
        .map(|(name, value)| Field::new(name, value).code().own())
        .collect()
}

/// A Lambda variable holds the ARN; a Fargate variable holds the value.
fn secrets<'a>(
    secrets: impl IntoIterator<Item = (&'a String, &'a SecretRef)>,
    lambda: bool,
) -> Vec<Field> {
    secrets
        .into_iter()
        .map(|(name, secret)| {
            let place = match secret {
                SecretRef::SecretsManager(id) => format!("Secrets Manager {id}"),
                SecretRef::Ssm(path) => format!("SSM {path}"),
                SecretRef::Keychain(id) => format!("keychain {id}"),
            };
            Field::new(name, place)
                .code()
                .own()
                .unit(if lambda { "ARN" } else { "value" })
        })
        .collect()
}

fn role(role: Option<&str>, allow: &[Statement], policies: &[String]) -> Vec<Field> {
    if let Some(arn) = role {
        return vec![Field::new("Yours", arn).code().own()];
    }
    let mut fields: Vec<Field> = allow
        .iter()
        .map(|statement| {
            Field::new(statement.actions.join(", "), statement.resources.join(", "))
                .code()
                .own()
        })
        .collect();
    fields.extend(
        policies
            .iter()
            .map(|arn| Field::new("Policy", arn).code().own()),
    );
    if fields.is_empty() {
        fields.push(Field::new("May", "write its own log").implied());
    }
    fields
}

fn used_by(design: &Design, key: &str) -> Vec<Field> {
    let mut fields = Vec::new();
    for (api_key, api) in &design.apis {
        for (route, value) in &api.routes {
            if matches!(&value.target, Target::Node(to) if to == key) {
                fields.push(
                    Field::new(api.title.as_deref().unwrap_or(api_key), route)
                        .code()
                        .leads(Some(ElementId::Route {
                            api: api_key.clone(),
                            key: route.clone(),
                        })),
                );
            }
        }
        for (name, authorizer) in &api.authorizers {
            if matches!(authorizer, Authorizer::Lambda { to, .. } if to == key) {
                fields.push(
                    Field::new(
                        api.title.as_deref().unwrap_or(api_key),
                        format!("authorizer {name}"),
                    )
                    .leads(Some(ElementId::Api(api_key.clone()))),
                );
            }
        }
    }
    if fields.is_empty() {
        fields.push(Field::new("Routes", "none leads here"));
    }
    fields
}

fn throttle(throttle: Option<Throttle>) -> Vec<Field> {
    let Some(throttle) = throttle else {
        return vec![Field::new("Throttle", "the account's").implied()];
    };
    let mut fields = Vec::new();
    if let Some(rate) = throttle.rate {
        fields.push(Field::new("Rate", rate.to_string()).unit("/s").own());
    }
    if let Some(burst) = throttle.burst {
        fields.push(Field::new("Burst", burst.to_string()).own());
    }
    fields
}

fn identity(key: &str, was: Option<&str>) -> Vec<Field> {
    let mut fields = vec![Field::new("Key", key).code()];
    fields.extend(was.map(|was| Field::new("Formerly", was).code()));
    fields
}

fn target_words(target: &Target) -> String {
    match target {
        Target::Node(key) => key.clone(),
        Target::Url(url) => url.clone(),
    }
}

fn words(label: &'static str, words: &[String]) -> Option<Field> {
    (!words.is_empty()).then(|| Field::new(label, words.join(" ")).code().own())
}

fn flag(label: &'static str, value: Option<bool>) -> Field {
    let field = Field::new(label, on_off(value.unwrap_or(false)));
    if value.is_some() {
        field.own()
    } else {
        field.implied()
    }
}

fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_design::{Environment, Function, Route};

    fn design() -> Design {
        let mut design = Design::default();
        let orders = Function {
            image: Some(Image::Build(Build {
                context: "services/orders".into(),
                ..Build::default()
            })),
            memory: Some(256),
            ..Function::default()
        };
        design.functions.insert("orders".into(), orders);
        let mut api = Api::default();
        api.routes.insert(
            "GET /orders".into(),
            Route {
                target: Target::Node("orders".into()),
                ..Route::default()
            },
        );
        design.apis.insert("public".into(), api);
        let mut dev = Environment::default();
        dev.functions.insert(
            "orders".into(),
            Function {
                memory: Some(512),
                ..Function::default()
            },
        );
        design.environments.insert("dev".into(), dev);
        design
    }

    fn field<'a>(sheet: &'a Sheet, title: &str, label: &str) -> &'a Field {
        let section = sheet
            .sections
            .iter()
            .find(|section| section.title == title)
            .unwrap();
        section
            .fields
            .iter()
            .find(|field| field.label == label)
            .unwrap()
    }

    #[test]
    fn a_function_shows_what_holds_and_who_says_so() {
        let design = design();
        let sheet = inspect(&design, Some("dev"), &ElementId::Function("orders".into())).unwrap();
        let memory = field(&sheet, "Limits", "Memory");
        assert_eq!(
            (memory.value.as_str(), memory.unit, memory.origin),
            ("512", Some("MiB"), Some(Origin::Environment))
        );
        let timeout = field(&sheet, "Limits", "Timeout");
        assert_eq!(
            (timeout.value.as_str(), timeout.origin),
            ("3", Some(Origin::Implied))
        );
        assert_eq!(field(&sheet, "Image", "Folder").value, "services/orders");
        let used = field(&sheet, "Used by", "public");
        assert_eq!(
            used.leads_to.as_ref().unwrap().to_string(),
            "route:public/GET /orders"
        );
        assert!(
            sheet
                .sections
                .iter()
                .all(|section| section.title != "Secrets")
        );
    }

    #[test]
    fn a_route_leads_to_its_target_and_back() {
        let design = design();
        let id = ElementId::Route {
            api: "public".into(),
            key: "GET /orders".into(),
        };
        let sheet = inspect(&design, None, &id).unwrap();
        assert_eq!(
            field(&sheet, "", "Leads to").leads_to,
            Some(ElementId::Function("orders".into()))
        );
        assert_eq!(
            field(&sheet, "", "API").leads_to,
            Some(ElementId::Api("public".into()))
        );
        assert_eq!(field(&sheet, "", "Event format").value, "2.0");
        assert!(inspect(&design, None, &ElementId::Api("gone".into())).is_none());
    }
}
