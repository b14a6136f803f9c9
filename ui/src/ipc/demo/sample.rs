//! The built-in sample and what the scripted checks of this computer find.

use super::SAMPLE_PATH;
use super::scenario::Scenario;
use indexmap::IndexMap;
use slipway_design::sample::drawing;
use slipway_design::{Arch, Diagnostic, Document, support};
use slipway_protocol::{
    ApiOutput, CheckStatus, DiagnosticView, DoctorCheck, DoctorReport, ProjectView, RecentProject,
    StatusView, TemplateView,
};
use std::fmt::Write;

const EMPTY: &str = "schema = 1\nname = \"empty\"\n\n[environments.dev]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n";

/// The address that the sample's API has once it is served.
pub(super) const URL: &str = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com";
pub(super) const EMULATOR_URL: &str = "http://a1b2c3d4e5.execute-api.localhost:4566";

/// A design of this size is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Drawing {
    /// Cards, at most [`Drawing::MOST`].
    pub(super) nodes: u32,
    /// Routes.
    pub(super) edges: u32,
    pub(super) seed: u32,
}

impl Drawing {
    /// More than any design, few enough for a page.
    const MOST: u32 = 20_000;

    fn text(self) -> String {
        let size = |number: u32| usize::try_from(number.min(Self::MOST)).unwrap_or_default();
        drawing(
            u64::from(self.seed),
            size(self.nodes),
            size(self.edges),
            Arch::X86_64,
        )
    }
}

pub(super) fn recent(scenario: Scenario) -> Vec<RecentProject> {
    if scenario == Scenario::StartEmpty {
        return Vec::new();
    }
    let project = |path: &str, name: &str, exists| RecentProject {
        path: path.to_owned(),
        name: name.to_owned(),
        opened: "1763900000".to_owned(),
        exists,
        picture: None,
    };
    vec![
        project(SAMPLE_PATH, "shop", true),
        project("/home/you/projects/billing", "billing", false),
    ]
}

pub(super) fn templates() -> Vec<TemplateView> {
    [
        (
            "http-lambda",
            "HTTP API + Lambda",
            "One HTTP API with one Lambda function from a container image: the smallest thing to deploy.",
            include_str!("../../../../examples/http-lambda/slipway.toml"),
        ),
        (
            "shop",
            "Shop",
            "Three Lambda functions behind one HTTP API, each built from a real Dockerfile that needs no internet.",
            include_str!("../../../../examples/shop/slipway.toml"),
        ),
        (
            "web-service",
            "Web service",
            "A web server that always runs, as a container on Fargate behind an HTTP API.",
            include_str!("../../../../examples/web-service/slipway.toml"),
        ),
        (
            "websocket-chat",
            "WebSocket chat",
            "A WebSocket API with one Lambda function that answers each message on the connection it came from.",
            include_str!("../../../../examples/websocket-chat/slipway.toml"),
        ),
    ]
    .map(|(name, title, summary, text)| TemplateView {
        name: name.to_owned(),
        title: title.to_owned(),
        summary: summary.to_owned(),
        not_yet: Document::parse(text)
            .design()
            .map(|design| support::reasons(design, support::Target::Aws))
            .unwrap_or_default(),
    })
    .into()
}

pub(super) fn project(scenario: Scenario, path: &str, filled: bool) -> ProjectView {
    let text = match scenario {
        _ if !filled => EMPTY.to_owned(),
        Scenario::Full => include_str!("full.toml").to_owned(),
        Scenario::Problems => include_str!("problems.toml").to_owned(),
        Scenario::Empty => EMPTY.to_owned(),
        Scenario::Unreadable => {
            include_str!("sample.toml").replace("memory = 256", "memory = = 256")
        }
        Scenario::Large => large(),
        Scenario::Drawing(drawing) => drawing.text(),
        _ => include_str!("sample.toml").to_owned(),
    };
    ProjectView {
        path: path.to_owned(),
        text,
        layout: None,
        revision: String::new(),
        disk_problems: if scenario == Scenario::Problems {
            vec![no_folder()]
        } else {
            Vec::new()
        },
        environment: scenario.environment().map(str::to_owned),
        emulator: None,
        run: None,
        not_remembered: None,
    }
}

/// What only the disk can say: the folder that `idle` is built from is not there.
fn no_folder() -> DiagnosticView {
    let subject = slipway_design::Path::function("idle")
        .key("image")
        .key("build");
    let problem = Diagnostic::error(
        "context-missing",
        &subject,
        "There is no folder `services/idle` to build from",
    );
    problem
        .fix("Make the folder, or correct the path; it is relative to slipway.toml")
        .into()
}

/// What somebody else makes of the sample in the meantime.
pub(super) fn changed_outside(text: &str) -> String {
    text.replace("memory = 256", "memory = 1024")
        .replace("name = \"shop\"", "name = \"shop-eu\"")
}

/// Enough to see whether the canvas keeps up.
fn large() -> String {
    let mut text = String::from(
        "schema = 1\nname = \"large\"\n\n[environments.dev]\naccount = \"123456789012\"\nregion = \"eu-west-1\"\n",
    );
    let mut write =
        |line: String| writeln!(text, "{line}").expect("writing to a string does not fail");
    for function in 0..160 {
        write(format!(
            "\n[functions.f{function:03}]\nimage = {{ build = \"services/f{function:03}\" }}"
        ));
    }
    for api in 0..24 {
        write(format!(
            "\n[apis.a{api:02}]\nkind = \"http\"\n\n[apis.a{api:02}.routes]"
        ));
        for route in 0..17 {
            let to = (api * 7 + route * 3) % 160;
            write(format!("\"GET /items/{route}/{{id}}\" = \"f{to:03}\""));
        }
    }
    text
}

pub(super) fn doctor(scenario: Scenario, environment: Option<&str>) -> DoctorReport {
    let check = |id: &str, title: &str, status, detail: &str, fix: Option<&str>| DoctorCheck {
        id: id.to_owned(),
        title: title.to_owned(),
        status,
        detail: detail.to_owned(),
        fix: fix.map(str::to_owned),
    };
    let checks = match scenario {
        Scenario::DoctorFailed | Scenario::PlanNoEngine => vec![
            check(
                "engine",
                "Container engine",
                CheckStatus::Failed,
                "No engine answers at /var/run/docker.sock",
                Some("Start Docker, or install it: https://docs.docker.com/engine/install"),
            ),
            check("disk", "Disk", CheckStatus::Ok, "42 GB free", None),
            check(
                "credentials",
                "AWS credentials",
                CheckStatus::Warning,
                "The session `team-dev` ended 2 hours ago",
                Some("Run `aws sso login --profile team-dev`"),
            ),
            check(
                "account",
                "Account",
                CheckStatus::Skipped,
                "Not looked at without credentials",
                None,
            ),
        ],
        scenario if scenario.plays_runs() || scenario == Scenario::Deployed => {
            let (credentials, account) = match environment {
                Some("emulator") => (
                    "dummy keys, as always for an emulator",
                    "emulator at localhost:4566",
                ),
                _ => (
                    "a scripted demo, not a session",
                    "123456789012, as the environment says",
                ),
            };
            vec![
                check(
                    "engine",
                    "Container engine",
                    CheckStatus::Ok,
                    "Docker Engine 28.2 (scripted)",
                    None,
                ),
                check("disk", "Disk", CheckStatus::Ok, "42 GB free", None),
                check(
                    "credentials",
                    "AWS credentials",
                    CheckStatus::Ok,
                    credentials,
                    None,
                ),
                check("account", "Account", CheckStatus::Ok, account, None),
            ]
        }
        _ => vec![
            check(
                "engine",
                "Container engine",
                CheckStatus::Skipped,
                "A page in a browser cannot reach Docker",
                Some("The desktop app looks for Docker, Podman and Colima"),
            ),
            check(
                "credentials",
                "AWS credentials",
                CheckStatus::Skipped,
                "A page in a browser has none",
                Some("The desktop app uses your profiles and sessions"),
            ),
        ],
    };
    DoctorReport { checks }
}

pub(super) fn status(scenario: Scenario) -> StatusView {
    let mut apis = IndexMap::new();
    if matches!(
        scenario,
        Scenario::Deployed | Scenario::PlanNothing | Scenario::PlanChanges
    ) {
        apis.insert(
            "public".to_owned(),
            ApiOutput {
                url: URL.to_owned(),
            },
        );
    }
    StatusView {
        resources: if apis.is_empty() { 0 } else { 31 },
        apis,
        interrupted: None,
    }
}
