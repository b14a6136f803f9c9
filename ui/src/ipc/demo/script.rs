//! Plans of the demo: made by the planner from nothing, or played.

use super::scenario::Scenario;
use super::{pause, sample};
use slipway_design::Document;
use slipway_plan::{
    Action, Network, Plan, PlanInputs, ResourceAddr, Scope, Subnet, Summary, attribute_text,
    build_sources, lower, plan as make_plan,
};
use slipway_protocol::{
    ApiError, AttributeView, ChangeView, DestroyChoice, DiagnosticView, ErrorCode, MakePlan,
    PlanView,
};
use std::collections::BTreeMap;

/// The plan that the scenario shows.
/// `text` is the design; the scenario's own when there is none.
pub(super) async fn plan(
    scenario: Scenario,
    request: &MakePlan,
    text: Option<String>,
) -> Result<PlanView, ApiError> {
    if let Some(error) = refusal(scenario) {
        return Err(error);
    }
    if scenario == Scenario::PlanLoading {
        pause(3_600_000).await;
    }
    let text = text.unwrap_or_else(|| sample::project(scenario, &request.path, true).text);
    let plan = from_nothing(&text, &request.environment)?;
    let mut view = view(&plan, scenario);
    match scenario {
        Scenario::PlanNothing => {
            for change in &mut view.changes {
                change.action = Action::NoOp;
            }
        }
        Scenario::PlanChanges => mix(&mut view),
        _ => {}
    }
    if let Some(choice) = request.destroy {
        take_away(&mut view, choice);
    }
    view.changes
        .sort_by_key(|change| change.action == Action::NoOp);
    view.summary = summary(&view.changes);
    Ok(view)
}

/// What the planner makes of a design when nothing exists.
pub(super) fn from_nothing(text: &str, environment: &str) -> Result<Plan, ApiError> {
    let document = Document::parse(text);
    if document.has_errors() {
        let errors: Vec<_> = document
            .diagnostics()
            .iter()
            .filter(|one| one.is_error())
            .collect();
        let mut error = ApiError::new(
            ErrorCode::DesignInvalid,
            "The plan was not made: the design has errors",
        )
        .with_hint("Correct what the problems list names");
        error.details = errors.iter().map(|one| one.summary.clone()).collect();
        return Err(error);
    }
    let design = document.design().cloned().unwrap_or_default();
    let resolved = design
        .resolve(environment)
        .map_err(|error| ApiError::new(ErrorCode::Argument, error.to_string()))?;
    let of = &resolved.environment;
    let scope = Scope {
        project: resolved.project.clone(),
        environment: environment.to_owned(),
        account: of.account.clone(),
        region: of.region.clone(),
        partition: "aws".to_owned(),
        registry: of
            .registry
            .clone()
            .unwrap_or_else(|| format!("{}.dkr.ecr.{}.amazonaws.com", of.account, of.region)),
        emulator: of.is_emulator(),
    };
    // The demo has no folders to read: the names stand for the sources.
    let fingerprints: BTreeMap<ResourceAddr, String> = build_sources(&resolved)
        .into_iter()
        .map(|(addr, _)| (addr.clone(), fingerprint(&addr)))
        .collect();
    let network = network(&resolved.environment.region);
    let desired = lower(&resolved, &scope, &fingerprints, Some(&network)).map_err(|errors| {
        let mut error = ApiError::new(
            ErrorCode::NotSupported,
            "The plan was not made: it would silently drop what can't be deployed yet",
        )
        .with_hint("Take these out of the design, or deploy the rest from a design without them");
        error.details = errors.iter().map(ToString::to_string).collect();
        error
    })?;
    let inputs = PlanInputs {
        scope: &scope,
        desired: &desired,
        observed: &[],
        state: None,
        destroy: None,
        shared_with: &[],
    };
    make_plan(inputs).map_err(|error| {
        ApiError::new(ErrorCode::Foreign, error.to_string()).with_hint(error.hint())
    })
}

/// Looks like the default network of a region.
fn network(region: &str) -> Network {
    let subnet = |zone: char| Subnet {
        id: format!("subnet-0{zone}1b2c3d4e5f60718"),
        zone: format!("{region}{zone}"),
        public: true,
    };
    Network {
        vpc: "vpc-0a1b2c3d4e5f60718".to_owned(),
        subnets: ['a', 'b', 'c'].map(subnet).into(),
        security_groups: Vec::new(),
    }
}

/// Looks like a fingerprint, and is the same for the same name.
fn fingerprint(addr: &ResourceAddr) -> String {
    let sum = addr
        .path
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{sum:016x}").repeat(4)
}

fn view(plan: &Plan, scenario: Scenario) -> PlanView {
    let changes: Vec<ChangeView> = plan
        .changes
        .iter()
        .map(|change| ChangeView {
            address: change.addr.to_string(),
            action: change.action,
            kind: change.addr.kind.title().to_owned(),
            name: change.name.clone(),
            reason: change.reason.clone(),
            because: change.because.clone(),
            node: change.addr.owner_key().to_owned(),
            attributes: change
                .attributes
                .iter()
                .map(|attribute| {
                    let text = attribute_text(attribute);
                    AttributeView {
                        name: text.name,
                        before: text.before,
                        after: text.after,
                        unknown: text.unknown,
                        needs_replace: text.needs_replace,
                    }
                })
                .collect(),
            operations: change.operations.clone(),
        })
        .collect();
    PlanView {
        plan_id: "demo".to_owned(),
        scope: plan.scope.clone(),
        destroy: plan.destroy,
        summary: plan.summary,
        changes,
        warnings: Vec::new(),
        protected: plan.scope.environment == "prod",
        identity: if scenario.plays_runs() {
            "a scripted demo".to_owned()
        } else {
            "nobody: planned from nothing, in a demo".to_owned()
        },
        interrupted: None,
    }
}

fn summary(changes: &[ChangeView]) -> Summary {
    let count = |action| {
        u32::try_from(
            changes
                .iter()
                .filter(|change| change.action == action)
                .count(),
        )
        .unwrap_or(u32::MAX)
    };
    Summary {
        create: count(Action::Create),
        update: count(Action::Update),
        replace: count(Action::Replace),
        delete: count(Action::Delete),
    }
}

/// A plan with all four actions.
fn mix(view: &mut PlanView) {
    for change in &mut view.changes {
        let attribute = |name: &str, before: &str, after: &str, needs_replace| AttributeView {
            name: name.to_owned(),
            before: Some(before.to_owned()),
            after: Some(after.to_owned()),
            unknown: false,
            needs_replace,
        };
        match (change.node.as_str(), change.address.split(':').next()) {
            ("orders", Some("function")) => {
                change.action = Action::Update;
                change.reason = "memory and environment change".to_owned();
                change.attributes = vec![
                    attribute("memory", "256", "512", false),
                    attribute("timeout", "3", "10", false),
                ];
            }
            ("orders", Some("image")) => {
                change.action = Action::Update;
                change.reason = "the sources changed".to_owned();
            }
            ("faults", Some("function")) => {
                change.action = Action::Replace;
                change.reason = "architecture can't be changed in place".to_owned();
                change.attributes = vec![attribute("architecture", "arm64", "x86_64", true)];
            }
            ("catalog", _) => {}
            ("public", Some("route")) if change.address.ends_with("$default") => {
                change.action = Action::Delete;
                change.reason = "the design has no such route any more".to_owned();
            }
            _ => change.action = Action::NoOp,
        }
    }
    view.warnings = vec![DiagnosticView {
        severity: slipway_design::Severity::Warning,
        code: "demo".to_owned(),
        subject: "functions.faults".to_owned(),
        summary: "Faults is not there for some seconds while it is replaced.".to_owned(),
        detail: None,
        fix: None,
        line: None,
        column: None,
    }];
}

fn take_away(view: &mut PlanView, choice: DestroyChoice) {
    view.destroy = true;
    view.changes
        .retain(|change| match change.address.split(':').next() {
            Some("repository" | "image") => choice.images,
            Some("log_group") => choice.logs,
            _ => true,
        });
    for change in &mut view.changes {
        change.action = Action::Delete;
        change.reason = "everything is taken away".to_owned();
        for attribute in &mut change.attributes {
            attribute.before = attribute.after.take();
            attribute.unknown = false;
        }
    }
}

fn refusal(scenario: Scenario) -> Option<ApiError> {
    let error =
        |code, message: &str, hint: &str| Some(ApiError::new(code, message).with_hint(hint));
    match scenario {
        Scenario::PlanWrongAccount => error(
            ErrorCode::WrongAccount,
            "The plan was not made: these credentials belong to account 9999 8888 7777, and `dev` is account 1234 5678 9012",
            "Choose a profile of account 1234 5678 9012 (AWS_PROFILE), or correct environments.dev.account",
        ),
        Scenario::PlanNoEngine => error(
            ErrorCode::Engine,
            "The plan was not made: no container engine answers at /var/run/docker.sock",
            "Start Docker, then try again; DOCKER_HOST names an engine elsewhere",
        ),
        Scenario::PlanNoCredentials => error(
            ErrorCode::Credentials,
            "The plan was not made: the session `team-dev` has ended",
            "Run `aws sso login --profile team-dev`, then try again",
        ),
        Scenario::PlanConsent => error(
            ErrorCode::ConsentNeeded,
            "The plan was not made: `dev` goes to http://build-box.lan:4566, which is not this computer",
            "Allow it if you know that address; a project file from elsewhere could name any",
        ),
        _ => None,
    }
}
