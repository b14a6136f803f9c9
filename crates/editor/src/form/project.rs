//! The form of the project: its name, the defaults, this computer, the environments.

use super::control::{Control, LOCAL_SECRETS};
use super::draft::{Draft, section};
use super::node::{arch, log_retention, variables};
use super::{Act, Form, Section};
use crate::Command;
use crate::naming::free;
use slipway_design::{Document, Edit, Keyed, Literal, Path};

/// Regions that people deploy to; any other one can be typed.
const REGIONS: &[&str] = &[
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "sa-east-1",
    "af-south-1",
    "me-south-1",
];

pub(super) fn project(document: &Document) -> Option<Form> {
    let design = document.design()?;
    let draft = Draft::of_project(document, design);
    let mut sections = vec![
        section(
            "",
            vec![
                draft
                    .field("name", "Name", Control::text("shop"))
                    .code()
                    .required()
                    .note("Prefix of every name in AWS, 1 to 40 lower-case letters, digits and hyphens: another name means other resources"),
            ],
        )
        .opened(),
        defaults(&draft),
    ];
    for name in design.environments.keys() {
        sections.push(environment(&draft, name));
    }
    let name = free(
        if design.environments.contains_key("dev") {
            "prod"
        } else {
            "dev"
        },
        |name| design.environments.contains_key(name),
    );
    sections.push(
        section("Environments", Vec::new())
            .note("Where the design is deployed. An account number guards each: a deploy to any other is refused.")
            .act(Act {
                label: "Add environment".to_owned(),
                command: Command::Edit {
                    title: format!("Add environment {name}"),
                    edits: vec![Edit::Insert {
                        path: Path::environment(&name),
                        value: Literal::Table(vec![
                            ("account".to_owned(), "".into()),
                            ("region".to_owned(), region_of_others(design).into()),
                        ]),
                    }],
                    select: Vec::new(),
                },
                removes: false,
            }),
    );
    sections.push(local(&draft));
    Some(Form {
        title: design.name.clone(),
        kind: "Project".to_owned(),
        path: Path::root(),
        sections,
        connections: Vec::new(),
        environment: None,
        honoured: Vec::new(),
    })
}

fn region_of_others(design: &slipway_design::Design) -> &str {
    design
        .environments
        .values()
        .map(|environment| environment.region.as_str())
        .find(|region| !region.is_empty())
        .unwrap_or_default()
}

fn defaults(draft: &Draft<'_>) -> Section {
    let draft = draft.part(Path::of(["defaults"]));
    let tags = draft
        .field("tags", "Tags", variables())
        .note("Of everything that is made; at most 46");
    // What a function takes from here has to be what Lambda has.
    let functions = draft
        .design
        .functions
        .values()
        .any(|function| function.memory.is_none());
    let most = if functions { 10_240 } else { 122_880 };
    section(
        "Defaults",
        vec![
            arch(&draft, false),
            draft
                .field("memory", "Memory", Control::number(128, most))
                .unit("MiB")
                .else_words("128 or 512")
                .note("Without it functions get 128 MiB and services 512"),
            draft
                .field("timeout", "Timeout", Control::number(1, 900))
                .unit("s")
                .implied(3)
                .note("Functions only"),
            log_retention(&draft, false),
            draft.merged(draft.field("env", "Variables", variables()), &[]),
            draft.merged(tags, &[]),
        ],
    )
    .note("For every function and service that does not say otherwise.")
    .opened()
}

fn local(draft: &Draft<'_>) -> Section {
    let draft = draft.part(Path::of(["local"]));
    let env = draft.field("env", "Variables", variables());
    section(
        "This computer",
        vec![
            draft.merged(env, &[]),
            draft
                .field(
                    "secrets",
                    "Secrets",
                    Control::Secrets {
                        kinds: LOCAL_SECRETS,
                    },
                )
                .code()
                .note("What this computer uses instead of a secret of AWS"),
        ],
    )
}

fn environment(draft: &Draft<'_>, name: &str) -> Section {
    let apis: Vec<String> = draft.design.apis.keys().cloned().collect();
    let draft = draft.part(Path::environment(name));
    let keyed = Keyed::Environment(name.to_owned());
    let mut key = draft.field("", "Name", Control::Key { keyed }).code();
    key.own = Some(name.into());
    let texts = |items: &[&str]| items.iter().map(|&it| it.to_owned()).collect();
    let fields = vec![
        key,
        draft
            .field("account", "Account", Control::text("123456789012"))
            .code()
            .required()
            .note("Twelve digits; a deploy to any other account is refused"),
        draft
            .field(
                "region",
                "Region",
                Control::Text {
                    suggestions: texts(REGIONS),
                    example: "eu-west-1",
                },
            )
            .code()
            .required(),
        draft
            .field("protected", "Protected", Control::Toggle)
            .implied(false)
            .note("Asks for the environment's name before a deploy"),
        draft
            .field(
                "color",
                "Colour",
                Control::Text {
                    suggestions: texts(&["#1f883d", "#0969da", "#bf8700", "#cf222e", "#8250df"]),
                    example: "#0969da",
                },
            )
            .code()
            .else_words("by the name")
            .note("In the window, as CSS writes it"),
        draft
            .field(
                "endpoint",
                "Endpoint",
                Control::text("http://localhost:4566"),
            )
            .code()
            .else_words("AWS")
            .note("Address of an emulator"),
        draft
            .field("registry", "Registry", Control::text("localhost:4566"))
            .code()
            .else_words("ECR")
            .note("Registry of an emulator, host:port"),
        draft
            .field("network.vpc", "VPC", Control::text("vpc-0abc"))
            .code()
            .else_words("none"),
        draft
            .field("network.subnets", "Subnets", Control::list("subnet", &[]))
            .code()
            .note("1 to 16, like subnet-0a"),
        draft
            .field(
                "network.security_groups",
                "Security groups",
                Control::list("security group", &[]),
            )
            .code()
            .note("At most 5, like sg-0a"),
        draft
            .field(
                "domains",
                "Custom domains",
                Control::KeyValues {
                    key: "API",
                    value: "Domain",
                    names: apis,
                },
            )
            .code(),
        draft
            .field(
                "permissions_boundary",
                "Permissions boundary",
                Control::text("arn:aws:iam::123456789012:policy/boundary"),
            )
            .code()
            .else_words("none")
            .note("ARN of a policy of this account that bounds every role"),
        draft.merged(
            draft
                .field("tags", "Tags", variables())
                .note("Of everything in this environment"),
            &[],
        ),
    ];
    let remove = draft.removal(
        "Remove environment",
        format!("Remove environment {name}"),
        &draft.base,
    );
    section(format!("Environment {name}"), fields).act(remove)
}
