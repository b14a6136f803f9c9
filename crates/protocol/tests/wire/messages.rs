//! One of every message, with every field in use.

use crate::rules::{Broken, check};
use crate::words::words;
use indexmap::IndexMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use slipway_design::Severity;
use slipway_plan::{Action, Operation, Scope, Summary};
use slipway_protocol::*;

/// A message as it crosses.
pub(crate) struct Message {
    pub(crate) name: String,
    pub(crate) json: String,
    pub(crate) comes_back: bool,
    pub(crate) rules: Result<(), Broken>,
}

pub(crate) fn message<T>(name: &str, value: &T) -> Message
where
    T: Serialize + DeserializeOwned + PartialEq,
{
    let json = serde_json::to_string_pretty(value).unwrap();
    let comes_back = serde_json::from_str::<T>(&json).is_ok_and(|back| back == *value);
    Message {
        name: name.to_owned(),
        json,
        comes_back,
        rules: check(value),
    }
}

fn call<R>(all: &mut Vec<Message>, request: &R, reply: &R::Reply)
where
    R: Request + PartialEq,
    R::Reply: PartialEq,
{
    all.push(message(&format!("request {}", R::NAME), request));
    all.push(message(&format!("reply {}", R::NAME), reply));
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn diagnostic() -> DiagnosticView {
    DiagnosticView {
        severity: Severity::Warning,
        code: text("image-large"),
        subject: text("functions.orders.image"),
        summary: text("The image is large"),
        detail: Some(text("It has 2 GB")),
        fix: Some(text("Leave files out with .dockerignore")),
        line: Some(7),
        column: Some(u32::MAX),
    }
}

fn error() -> ApiError {
    let mut error = ApiError::new(ErrorCode::Build, "The image was not built: it failed")
        .with_hint("Read the last lines.");
    error.details = vec![text("cc: error")];
    error
}

fn scope() -> Scope {
    Scope {
        project: text("shop"),
        environment: text("dev"),
        account: text("123456789012"),
        region: text("eu-west-1"),
        partition: text("aws"),
        registry: text("123456789012.dkr.ecr.eu-west-1.amazonaws.com"),
        emulator: false,
    }
}

fn outputs() -> RunOutputs {
    RunOutputs {
        apis: IndexMap::from([(
            text("public"),
            ApiOutput {
                url: text("https://a1b2.execute-api.eu-west-1.amazonaws.com"),
            },
        )]),
    }
}

fn run() -> RunRef {
    RunRef {
        run: text("0198"),
        environment: text("dev"),
        active: true,
    }
}

fn recent() -> RecentProject {
    RecentProject {
        path: text("/home/a/shop"),
        name: text("shop"),
        opened: text("1767225600"),
        exists: true,
        picture: Some(picture()),
    }
}

fn imported() -> ImportView {
    let kinds = [
        AdditionKind::Function,
        AdditionKind::Service,
        AdditionKind::Api,
        AdditionKind::Authorizer,
        AdditionKind::Route,
        AdditionKind::Environment,
    ];
    let sources = [
        ImportSource::Copilot,
        ImportSource::Sam,
        ImportSource::Compose,
        ImportSource::OpenApi,
        ImportSource::Dockerfiles,
    ];
    ImportView {
        project: text("/home/a/shop"),
        is_new: false,
        text: text("schema = 1\n"),
        revision: text("ab12"),
        from: text("/home/a/shop/compose.yaml"),
        proposals: sources
            .map(|source| ProposalView {
                source,
                title: text("compose.yaml: 1 route"),
                additions: kinds
                    .into_iter()
                    .filter(|_| source == ImportSource::Compose)
                    .map(|kind| AdditionView {
                        id: text("route:public/GET /x"),
                        kind,
                        name: text("GET /x"),
                        summary: text("leads nowhere yet"),
                        place: text("compose.yaml:7"),
                        needs: vec![text("api:public")],
                        todo: Some(text("The route leads nowhere")),
                        edits: text("[]"),
                    })
                    .collect(),
                left_out: vec![LeftOutView {
                    place: text("compose.yaml:9"),
                    what: text("services.web.volumes"),
                    why: text("a task on Fargate has no disk that lasts"),
                }],
                in_design: source == ImportSource::Compose,
                notes: vec![text("1 route leads nowhere yet.")],
            })
            .into(),
        notes: vec![text("node_modules was not looked into.")],
    }
}

fn picture() -> PictureView {
    let shape = |kind| ShapeView {
        kind,
        x: 0,
        y: PICTURE_SIZE,
        w: -PICTURE_SIZE,
        h: i16::MAX,
    };
    PictureView {
        shapes: [
            ShapeKind::Wire,
            ShapeKind::Api,
            ShapeKind::Function,
            ShapeKind::Service,
            ShapeKind::Other,
        ]
        .map(shape)
        .to_vec(),
    }
}

fn project() -> ProjectView {
    ProjectView {
        path: text("/home/a/shop"),
        text: text("schema = 1\n"),
        layout: Some(text("{\"schema\":1}")),
        revision: text("ab12"),
        disk_problems: vec![diagnostic()],
        environment: Some(text("dev")),
        emulator: Some(EmulatorView {
            endpoint: Some(text("http://localhost:4566")),
            registry: None,
        }),
        run: Some(run()),
        not_remembered: Some(error()),
    }
}

fn plan() -> PlanView {
    PlanView {
        plan_id: text("0197"),
        scope: scope(),
        destroy: false,
        changes: vec![ChangeView {
            address: text("function:orders"),
            action: Action::Update,
            kind: text("Lambda function"),
            name: text("shop-dev-orders"),
            reason: text("memory changes"),
            because: text("the design says so"),
            node: text("orders"),
            attributes: vec![AttributeView {
                name: text("memory"),
                before: Some(text("256")),
                after: None,
                unknown: false,
                needs_replace: false,
            }],
            operations: vec![Operation::UpdateFunctionConfiguration],
        }],
        summary: Summary {
            create: 0,
            update: 1,
            replace: 0,
            delete: u32::MAX,
        },
        warnings: vec![diagnostic()],
        protected: true,
        identity: text("profile dev"),
        interrupted: Some(text("The last run was interrupted.")),
    }
}

fn events() -> Vec<RunEventView> {
    vec![
        RunEventView::RunStarted {
            run: text("0198"),
            environment: text("dev"),
            nodes: vec![RunNode {
                id: text("push_image image:orders"),
                address: text("image:orders"),
                node: text("orders"),
                title: text("Push image orders"),
                after: vec![text("build_image image:orders")],
            }],
        },
        RunEventView::NodeStarted {
            id: text("push_image image:orders"),
        },
        RunEventView::NodeMessage {
            id: text("push_image image:orders"),
            message: text("Waiting for the registry"),
        },
        RunEventView::NodePart {
            id: text("push_image image:orders"),
            part: text("sha256:ab"),
            view: PartView {
                title: text("layer 1"),
                // The greatest count that a double holds exactly.
                done: 9_007_199_254_740_992.0,
                total: Some(1.5e6),
                finished: false,
                cached: false,
            },
        },
        RunEventView::NodeLog {
            id: text("push_image image:orders"),
            lines: vec![text("ab: Pushed")],
        },
        RunEventView::NodeFinished {
            id: text("push_image image:orders"),
            status: NodeStatus::Failed,
            millis: u32::MAX,
            unchanged: false,
            error: Some(error()),
        },
        RunEventView::RunFinished {
            status: RunStatus::Failed,
            error: Some(error()),
            outputs: outputs(),
        },
    ]
}

/// Both ends of every call, every event, and every word of the closed lists.
pub(crate) fn messages() -> Vec<Message> {
    let path = || text("/home/a/shop");
    let environment = || text("dev");
    let mut all = Vec::new();
    call(
        &mut all,
        &Start {},
        &StartView {
            version: text("0.1.0"),
            recent: vec![recent()],
            templates: vec![TemplateView {
                name: text("shop"),
                title: text("Shop"),
                summary: text("Three functions."),
                not_yet: vec![text("Services on Fargate are not deployed yet")],
            }],
            open: Some(path()),
            environment: Some(environment()),
            settings: Settings {
                theme: Theme::Dark,
                page_size: PageSize::from(125),
            },
            settings_fault: Some(error()),
        },
    );
    call(
        &mut all,
        &Painted {
            screen: text("start"),
        },
        &(),
    );
    call(
        &mut all,
        &ReportFault {
            message: text("it broke"),
        },
        &(),
    );
    call(
        &mut all,
        &PickFolder {
            title: text("Open"),
        },
        &Some(path()),
    );
    call(&mut all, &OpenProject { path: path() }, &project());
    call(&mut all, &ProjectRevision { path: path() }, &text("ab12"));
    call(
        &mut all,
        &SaveProject {
            path: path(),
            base: text("ab12"),
            text: text("schema = 1 # new\n"),
            layout: Some(LayoutChange {
                put: [(text("api:public"), PlaceView { x: 40, y: -80 })].into(),
                keep: [(text("function:orders"), PlaceView { x: 0, y: 0 })].into(),
                free: vec![text("service:web")],
            }),
        },
        &SaveReply::Saved {
            revision: text("cd34"),
        },
    );
    all.push(message(
        "conflict of save_project",
        &SaveReply::Conflict {
            text: text("schema = 1 # theirs\n"),
            revision: text("ef56"),
        },
    ));
    call(
        &mut all,
        &Versions { path: path() },
        &vec![VersionView {
            id: text("1767225600000-ab12"),
            saved: text("1767225600"),
            size: u32::MAX,
            holds: Some(DesignSize {
                apis: 1,
                routes: 5,
                functions: 2,
                services: u32::MAX,
            }),
        }],
    );
    call(
        &mut all,
        &ReadVersion {
            path: path(),
            id: text("1767225600000-ab12"),
        },
        &text("schema = 1\n"),
    );
    call(
        &mut all,
        &SavePicture {
            path: path(),
            picture: picture(),
        },
        &(),
    );
    call(&mut all, &RunNow { path: path() }, &Some(run()));
    call(
        &mut all,
        &NewProject {
            path: path(),
            template: Some(text("shop")),
        },
        &project(),
    );
    call(
        &mut all,
        &ScanImport {
            path: path(),
            from: Some(text("/home/a/shop/compose.yaml")),
            only: Some(ImportSource::Compose),
            into: Some(text("public")),
        },
        &imported(),
    );
    call(
        &mut all,
        &BeginProject {
            path: path(),
            text: text("schema = 1\n"),
        },
        &project(),
    );
    call(&mut all, &ForgetRecent { path: path() }, &vec![recent()]);
    call(
        &mut all,
        &ChooseEnvironment {
            path: path(),
            environment: environment(),
        },
        &(),
    );
    call(
        &mut all,
        &SaveSettings {
            settings: Settings {
                theme: Theme::System,
                page_size: PageSize::default(),
            },
        },
        &(),
    );
    call(
        &mut all,
        &ResizePage {
            size: PageSize::from(200),
        },
        &(),
    );
    call(
        &mut all,
        &Doctor {
            path: Some(path()),
            environment: None,
        },
        &DoctorReport {
            checks: vec![DoctorCheck {
                id: text("engine"),
                title: text("Container engine"),
                status: CheckStatus::Failed,
                detail: text("none answers"),
                fix: Some(text("Start Docker.")),
            }],
        },
    );
    call(
        &mut all,
        &ConsentToEndpoint {
            path: path(),
            environment: environment(),
        },
        &(),
    );
    call(
        &mut all,
        &MakePlan {
            path: path(),
            environment: environment(),
            destroy: Some(DestroyChoice {
                images: true,
                logs: false,
            }),
        },
        &plan(),
    );
    call(
        &mut all,
        &StartRun {
            plan_id: text("0197"),
            confirm: Some(environment()),
        },
        &run(),
    );
    call(
        &mut all,
        &FollowRun { run: text("0198") },
        &RunSnapshot {
            run: text("0198"),
            environment: environment(),
            path: path(),
            events: Vec::new(),
            finished: false,
        },
    );
    call(&mut all, &CancelRun { run: text("0198") }, &());
    call(
        &mut all,
        &Status {
            path: path(),
            environment: environment(),
        },
        &StatusView {
            apis: outputs().apis,
            resources: u32::MAX,
            interrupted: Some(text("The last run was interrupted.")),
        },
    );
    call(&mut all, &FollowWindow {}, &());
    all.push(message("event follow_window", &WindowEvent::CloseAsked));
    let open_asked = WindowEvent::OpenAsked {
        path: path(),
        environment: Some(environment()),
    };
    all.push(message("event follow_window, to open", &open_asked));
    call(&mut all, &AnswerClose { close: true }, &());
    call(
        &mut all,
        &OpenExternal {
            target: text("https://shop.example"),
        },
        &(),
    );
    call(&mut all, &FollowDrops {}, &());
    all.push(message("event follow_drops", &Dropped { path: path() }));
    for (seq, event) in (1..).zip(events()) {
        all.push(message("event follow_run", &DeployEvent { seq, event }));
    }
    all.push(message("error", &error()));
    all.push(message(
        "check --json",
        &CheckReport {
            diagnostics: vec![diagnostic()],
        },
    ));
    all.extend(words());
    all
}
