//! The forms of functions, services and the further containers of a service.

use super::control::{CLOUD_SECRETS, Choice, Control};
use super::draft::{Draft, section};
use super::field::{FargateMemory, Field};
use super::{Act, Connection, Form, Section, kind_name};
use crate::naming::free;
use crate::{Command, ElementId, ElementKind, Origin};
use slipway_design::{
    Edit, FUNCTION_EPHEMERAL_STORAGE, FUNCTION_MEMORY, FUNCTION_TIMEOUT, Keyed, LOG_RETENTION_DAYS,
    Literal, Path, SERVICE_CPU, SERVICE_MEMORY, Target, fargate,
};

/// The title and the key, which a rename changes.
pub(super) fn identity(draft: &Draft<'_>, keyed: Keyed, key: &str) -> Section {
    let mut name = draft.field("", "Key", Control::Key { keyed }).code();
    name.own = Some(key.into());
    name.here = None;
    name.is_replaced = false;
    section(
        "",
        vec![
            draft
                .field("title", "Title", Control::text("Orders"))
                .implied(key)
                .note("Shown on the canvas, free to change; at most 256 characters"),
            name.note("The identity: names in AWS are made of it"),
        ],
    )
    .opened()
}

/// The former key; shown where there is one.
pub(super) fn was(draft: &Draft<'_>) -> Section {
    let was = draft
        .field("was", "Former key", Control::text("old-key"))
        .code()
        .else_words("none")
        .note("What is deployed under this key is moved, not made anew");
    section("After a rename", vec![without_override(was)])
}

/// What an environment cannot change.
pub(super) fn without_override(mut field: Field) -> Field {
    field.spot.over = None;
    field.here = None;
    field.is_replaced = false;
    field
}

pub(super) fn arch(draft: &Draft<'_>, inherited: bool) -> Field {
    let field = draft
        .field(
            "arch",
            "Architecture",
            Control::words([("arm64", "arm64"), ("x86_64", "x86_64")]),
        )
        .implied("x86_64")
        .note("Instruction set of the image");
    if inherited {
        field.inherits(draft.default_of("arch"))
    } else {
        field
    }
}

pub(super) fn log_retention(draft: &Draft<'_>, inherited: bool) -> Field {
    let options = LOG_RETENTION_DAYS
        .into_iter()
        .map(|days| Choice {
            label: match days {
                1 => "1 day".to_owned(),
                365 | 731 | 1096 | 1827 | 2192 | 2557 | 2922 | 3288 | 3653 => {
                    let years = (f64::from(days) / 365.25).round();
                    let s = if years > 1.0 { "s" } else { "" };
                    format!("{days} days ({years} year{s})")
                }
                _ => format!("{days} days"),
            },
            value: Literal::Integer(i64::from(days)),
        })
        .collect();
    let field = draft
        .field(
            "log_retention",
            "Log retention",
            Control::Choice { options },
        )
        .else_words("for ever")
        .note("How long CloudWatch Logs keeps the log");
    if inherited {
        field.inherits(draft.default_of("log_retention"))
    } else {
        field
    }
}

fn whole(number: u32) -> Literal {
    Literal::Integer(i64::from(number))
}

/// Variables, and where they come from: the defaults, the element, the environment.
fn environment(draft: &Draft<'_>) -> Section {
    let env = draft.field("env", "Variables", variables());
    let env = draft.merged(env, &[(Path::of(["defaults", "env"]), Origin::Defaults)]);
    let secrets = draft
        .field(
            "secrets",
            "Secrets",
            Control::Secrets {
                kinds: CLOUD_SECRETS,
            },
        )
        .code()
        .note("References only; a secret itself never stands in the file");
    section("Environment", vec![env, secrets]).opened()
}

pub(super) fn variables() -> Control {
    Control::KeyValues {
        key: "Name",
        value: "Value",
        names: Vec::new(),
    }
}

pub(super) fn tags(draft: &Draft<'_>) -> Section {
    let field = draft
        .field("tags", "Tags", variables())
        .note("Key at most 128, value at most 256 characters; aws: and slipway: are reserved");
    let mut others = vec![(Path::of(["defaults", "tags"]), Origin::Defaults)];
    if let Some(name) = draft.environment {
        // Set for everything in this environment, below what the element itself says.
        others.push((Path::environment(name).key("tags"), Origin::Defaults));
    }
    section("Tags", vec![draft.merged(field, &others)])
}

fn role(draft: &Draft<'_>) -> Section {
    section(
        "Permissions",
        vec![
            draft
                .field("allow", "May", Control::Statements)
                .code()
                .else_words("its own log only")
                .note("What its role may do; at most 10,240 characters in all"),
            draft
                .field(
                    "policies",
                    "Managed policies",
                    Control::list(
                        "ARN",
                        &[
                            "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess",
                            "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
                            "arn:aws:iam::aws:policy/AmazonSQSFullAccess",
                        ],
                    ),
                )
                .code()
                .note("At most 20 ARNs"),
            draft
                .field(
                    "role",
                    "Role of yours",
                    Control::text("arn:aws:iam::123456789012:role/orders"),
                )
                .code()
                .else_words("Slipway makes one")
                .note("Used as it is, in place of what it may do and of managed policies"),
        ],
    )
}

fn image(draft: &Draft<'_>, any_registry: bool, required: bool) -> Field {
    let field = draft
        .field("image", "Image", Control::Image { any_registry })
        .code();
    if required { field.required() } else { field }
}

/// What leads to a function or service.
fn used_by(draft: &Draft<'_>, key: &str) -> Vec<Connection> {
    let mut all = Vec::new();
    for (api_key, api) in &draft.design.apis {
        let label = api.title.as_deref().unwrap_or(api_key);
        for (route, value) in &api.routes {
            if matches!(&value.target, Target::Node(to) if to == key) {
                all.push(Connection {
                    label: label.to_owned(),
                    value: route.clone(),
                    leads_to: Some(ElementId::Route {
                        api: api_key.clone(),
                        key: route.clone(),
                    }),
                });
            }
        }
        for (name, authorizer) in &api.authorizers {
            if matches!(authorizer, slipway_design::Authorizer::Lambda { to, .. } if to == key) {
                all.push(Connection {
                    label: label.to_owned(),
                    value: format!("authorizer {name}"),
                    leads_to: Some(ElementId::Api(api_key.clone())),
                });
            }
        }
    }
    all
}

pub(super) fn function(draft: &Draft<'_>, key: &str) -> Option<Form> {
    let own = draft.design.functions.get(key)?;
    let limits = vec![
        draft
            .field("memory", "Memory", Control::number(128, 10_240))
            .unit("MiB")
            .implied(whole(FUNCTION_MEMORY))
            .inherits(draft.default_of("memory")),
        draft
            .field("timeout", "Timeout", Control::number(1, 900))
            .unit("s")
            .implied(whole(FUNCTION_TIMEOUT))
            .inherits(draft.default_of("timeout")),
        arch(draft, true),
        draft
            .field(
                "ephemeral_storage",
                "Temporary disk",
                Control::number(512, 10_240),
            )
            .unit("MiB")
            .implied(whole(FUNCTION_EPHEMERAL_STORAGE))
            .note("Size of /tmp"),
        draft
            .field("concurrency", "Concurrency", Control::number(0, u32::MAX))
            .else_words("not reserved")
            .note("Executions set aside for this function; 0 stops it"),
        log_retention(draft, true),
        draft
            .field("network", "Network", Control::Toggle)
            .implied(false)
            .note("Joins the subnets of the environment"),
    ];
    Some(Form {
        title: own.title.clone().unwrap_or_else(|| key.to_owned()),
        kind: kind_name(ElementKind::Function, false).to_owned(),
        path: draft.base.clone(),
        sections: vec![
            identity(draft, Keyed::Function(key.to_owned()), key),
            section("Image", vec![image(draft, false, true)]).opened(),
            section("Limits", limits).opened(),
            environment(draft),
            role(draft),
            tags(draft),
            was(draft),
        ],
        connections: used_by(draft, key),
        environment: draft.environment.map(str::to_owned),
        honoured: Vec::new(),
    })
}

fn cpu_choices() -> Control {
    let mut units: Vec<u32> = fargate::pairs().map(|(cpu, _)| cpu).collect();
    units.dedup();
    Control::Choice {
        options: units
            .into_iter()
            .map(|cpu| Choice {
                label: crate::card::vcpu(cpu),
                value: whole(cpu),
            })
            .collect(),
    }
}

fn memory_choices(cpu: u32) -> Control {
    Control::Choice {
        options: fargate::pairs()
            .filter(|(units, _)| *units == cpu)
            .map(|(_, mib)| Choice {
                label: if mib.is_multiple_of(1024) {
                    format!("{} GiB", mib / 1024)
                } else {
                    format!("{mib} MiB")
                },
                value: whole(mib),
            })
            .collect(),
    }
}

fn number_of(field: &Field, without: u32) -> u32 {
    match field.effective().0 {
        Some(Literal::Integer(number)) => u32::try_from(*number).unwrap_or(without),
        _ => without,
    }
}

fn health(draft: &Draft<'_>, by_path: bool) -> Section {
    let mut fields = vec![
        draft
            .field("health.command", "Command", Control::list("word", &[]))
            .code()
            .note("Run inside the container; it is well when the command ends with 0"),
    ];
    fields.push(if by_path {
        draft
            .field("health.path", "Path", Control::text("/healthz"))
            .code()
            .note("Asked by the load balancer in place of a command: needs ingress by a load balancer")
    } else {
        return seconds(draft, fields);
    });
    seconds(draft, fields)
}

fn seconds(draft: &Draft<'_>, mut fields: Vec<Field>) -> Section {
    fields.extend([
        draft
            .field("health.interval", "Interval", Control::number(5, 300))
            .unit("s")
            .implied(30),
        draft
            .field("health.timeout", "Timeout", Control::number(2, 60))
            .unit("s")
            .implied(5),
        draft
            .field("health.retries", "Retries", Control::number(1, 10))
            .implied(3)
            .note("Failures in a row"),
        draft
            .field(
                "health.start_period",
                "Start period",
                Control::number(0, 300),
            )
            .unit("s")
            .else_words("none"),
    ]);
    section("Health check", fields)
}

fn words(draft: &Draft<'_>) -> [Field; 2] {
    [
        draft
            .field("command", "Command", Control::list("word", &[]))
            .code()
            .else_words("of the image"),
        draft
            .field("entrypoint", "Entry point", Control::list("word", &[]))
            .code()
            .else_words("of the image"),
    ]
}

pub(super) fn service(draft: &Draft<'_>, key: &str) -> Option<Form> {
    let own = draft.design.services.get(key)?;
    let mut cpu = draft
        .field("cpu", "CPU", cpu_choices())
        .implied(whole(SERVICE_CPU));
    let units = number_of(&cpu, SERVICE_CPU);
    let memory = draft
        .field("memory", "Memory", memory_choices(units))
        .implied(whole(SERVICE_MEMORY))
        .inherits(draft.default_of("memory"))
        .note("What Fargate has for this CPU");
    cpu.memory = Some(FargateMemory {
        spot: memory.spot.clone(),
        now: number_of(&memory, SERVICE_MEMORY),
    });
    let [command, entrypoint] = words(draft);
    let task = vec![
        draft
            .field("port", "Port", Control::number(1, 65_535))
            .else_words("none")
            .note("TCP port the container listens on; needed when a route leads here"),
        cpu.note("Another CPU moves the memory to the nearest that goes with it"),
        memory,
        draft
            .field("count", "Tasks", Control::Count)
            .implied(1)
            .note("0 to 5,000, or a range that follows CPU or memory use"),
        arch(draft, true),
        draft
            .field(
                "ingress",
                "Ingress",
                Control::words([
                    ("cloud-map", "Cloud Map"),
                    ("alb", "Load balancer"),
                    ("none", "None, a worker"),
                ]),
            )
            .implied("cloud-map")
            .note("How an API reaches it"),
        draft
            .field(
                "ephemeral_storage",
                "Temporary disk",
                Control::number(21, 200),
            )
            .unit("GiB")
            .else_words("20"),
        log_retention(draft, true),
        draft
            .field("spot", "Fargate Spot", Control::Toggle)
            .implied(false)
            .note("Cheaper; AWS may stop a task two minutes after a warning"),
        draft
            .field("exec", "ECS Exec", Control::Toggle)
            .implied(false)
            .note("Lets people run commands inside"),
    ];
    let joins = vec![
        command,
        entrypoint,
        draft
            .field("cluster", "Cluster", Control::text("shared"))
            .code()
            .else_words("Slipway's own")
            .note("A cluster of yours, which is never changed"),
        draft
            .field("vpc_link", "VPC link", Control::text("a1b2c3"))
            .code()
            .else_words("Slipway's own")
            .note("A VPC link of yours, which is never changed"),
    ];
    let mut sections = vec![
        identity(draft, Keyed::Service(key.to_owned()), key),
        section("Image", vec![image(draft, true, true)]).opened(),
        section("Task", task).opened(),
        environment(draft),
        health(draft, true),
        section("Runs", joins),
    ];
    for name in own.containers.keys() {
        sections.push(container(draft, key, name));
    }
    sections.push(add_container(draft, own.containers.len(), |name| {
        name == key || own.containers.contains_key(name)
    }));
    sections.extend([role(draft), tags(draft), was(draft)]);
    Some(Form {
        title: own.title.clone().unwrap_or_else(|| key.to_owned()),
        kind: kind_name(ElementKind::Service, false).to_owned(),
        path: draft.base.clone(),
        sections,
        connections: used_by(draft, key),
        environment: draft.environment.map(str::to_owned),
        honoured: Vec::new(),
    })
}

fn container(draft: &Draft<'_>, service: &str, name: &str) -> Section {
    let inner = draft.inside("containers", name);
    let keyed = Keyed::Container {
        service: service.to_owned(),
        key: name.to_owned(),
    };
    let mut key = inner.field("", "Name", Control::Key { keyed }).code();
    key.own = Some(name.into());
    key.here = None;
    let [command, entrypoint] = words(&inner);
    let mut fields = vec![
        key,
        image(&inner, true, true),
        inner
            .field("essential", "Essential", Control::Toggle)
            .implied(true)
            .note("The task stops when this container stops"),
        inner
            .field("port", "Port", Control::number(1, 65_535))
            .else_words("none")
            .note("No other container of the task may have it"),
        command,
        entrypoint,
        inner.field("env", "Variables", variables()).code(),
        inner
            .field(
                "secrets",
                "Secrets",
                Control::Secrets {
                    kinds: CLOUD_SECRETS,
                },
            )
            .code(),
    ];
    let mut check = health(&inner, false).fields;
    for field in &mut check {
        field.label = format!("Health {}", field.label.to_lowercase());
    }
    fields.append(&mut check);
    let remove = draft.removal(
        "Remove container",
        format!("Remove container {name}"),
        &inner.base,
    );
    section(format!("Container {name}"), fields).act(remove)
}

fn add_container(draft: &Draft<'_>, number: usize, is_taken: impl Fn(&str) -> bool) -> Section {
    let name = free("sidecar", is_taken);
    let path = draft.base.key("containers").key(&name);
    let image = Literal::Table(vec![(
        "build".to_owned(),
        Literal::String(format!("services/{name}")),
    )]);
    let mut section =
        section("Containers", Vec::new()).note("Further containers of the same task, at most 9");
    if number < 9 {
        section = section.act(Act {
            label: "Add container".to_owned(),
            command: Command::Edit {
                title: format!("Add container {name}"),
                edits: vec![Edit::Insert {
                    path: path.key("image"),
                    value: image,
                }],
                select: Vec::new(),
            },
            removes: false,
        });
    }
    section
}
