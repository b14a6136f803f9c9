//! The settings of one element as an inspector lists them.

mod fields;

use crate::card::{arch_name, vcpu};
use crate::effective::View;
use crate::{Effective, ElementId, Origin};
use fields::{
    env, flag, health, identity, image, image_words, on_off, role, secrets, section, table,
    target_words, tasks, throttle, used_by, words,
};
use slipway_design::{Api, ApiKind, Authorizer, Design, Ingress, Payload, Target, support};

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
    /// For each target whether it does what is set here; empty without an environment.
    pub honoured: Vec<Honour>,
}

/// What a target makes of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Honour {
    /// `AWS`, `This computer`.
    pub target: &'static str,
    /// Why not, each reason once; empty when everything is honoured.
    pub reasons: Vec<String>,
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
    if let Some(environment) = environment {
        sheet.honoured = honoured(design, environment, id);
    }
    Some(sheet)
}

fn honoured(design: &Design, environment: &str, id: &ElementId) -> Vec<Honour> {
    support::Target::ALL
        .into_iter()
        .map(|target| {
            let mut reasons = Vec::new();
            for finding in support::unsupported(design, environment, target) {
                let about = ElementId::of_subject(design, &finding.subject);
                // What holds for a whole API holds for its routes too.
                if about.as_ref() != Some(id) && about != Some(id.card()) {
                    continue;
                }
                let reason = finding
                    .summary
                    .strip_prefix(&finding.subject)
                    .map_or(finding.summary.as_str(), |rest| {
                        rest.trim_start_matches(": ")
                    });
                if !reasons.iter().any(|known| known == reason) {
                    reasons.push(reason.to_owned());
                }
            }
            Honour {
                target: target.name(),
                reasons,
            }
        })
        .collect()
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
        Some(set) => Field::of("Concurrency", &set),
        None => Field::new("Concurrency", "not reserved").implied(),
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
        _ => Field::new("Network", "no VPC").implied(),
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
        honoured: Vec::new(),
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
        honoured: Vec::new(),
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
        honoured: Vec::new(),
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
        honoured: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use slipway_design::{Build, Document, Environment, Function, Image, Route};

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

    #[test]
    fn what_a_target_does_not_honour_is_said_with_its_reason() {
        let design = Document::parse(
            "schema = 1\nname = \"shop\"\n[functions.orders]\nimage = { build = \"orders\" }\n\
             [services.web]\nimage = { build = \"web\" }\nport = 80\n\
             [environments.dev]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n",
        )
        .design()
        .cloned()
        .unwrap();
        let aws = |id: ElementId| {
            let sheet = inspect(&design, Some("dev"), &id).unwrap();
            sheet
                .honoured
                .into_iter()
                .find(|honour| honour.target == "AWS")
                .unwrap()
                .reasons
        };
        assert_eq!(aws(ElementId::Function("orders".into())), [""; 0]);
        assert_eq!(aws(ElementId::Service("web".into())).len(), 1);
        assert!(
            inspect(&design, None, &ElementId::Function("orders".into()))
                .unwrap()
                .honoured
                .is_empty()
        );
    }
}
