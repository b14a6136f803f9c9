//! Making a plan: from the text on disk to what would change in AWS.

use crate::environment::{Destination, destination};
use crate::project::{self, Opened};
use crate::status::last_run;
use crate::{App, error, views};
use slipway_design::support::{Target, unsupported};
use slipway_design::{Resolved, Severity};
use slipway_engine::port::{Cloud, Identity, Refresh, StateStore};
use slipway_plan::{
    Desired, DestroyOptions, Network, Plan, PlanInputs, ResourceAddr, ResourceSpec, State,
};
use slipway_protocol::{
    ApiError, ConsentToEndpoint, DestroyChoice, DiagnosticView, ErrorCode, MakePlan, PlanView,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Plans that were shown and may still be approved.
const KEPT: usize = 16;

/// A plan that was shown, with what is needed to run it.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub id: String,
    pub plan: Plan,
    pub opened: Arc<Opened>,
    pub destination: Destination,
    pub destroy: Option<DestroyChoice>,
    pub cloud: Arc<dyn Cloud>,
}

/// The plans of this process, newest last.
#[derive(Default)]
pub(crate) struct Plans(Mutex<Vec<Arc<Prepared>>>);

impl Plans {
    fn keep(&self, prepared: Arc<Prepared>) {
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        plans.push(prepared);
        let surplus = plans.len().saturating_sub(KEPT);
        plans.drain(..surplus);
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Prepared>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .find(|plan| plan.id == id)
            .cloned()
    }
}

/// What a design comes to in one environment, without having asked any cloud.
pub(crate) struct Wanted {
    pub resolved: Resolved,
    pub desired: Vec<Desired>,
    pub warnings: Vec<DiagnosticView>,
}

impl App {
    pub async fn make_plan(&self, request: MakePlan) -> Result<PlanView, ApiError> {
        let opened = Arc::new(project::open(Path::new(&request.path)).await?);
        let destination = destination(
            opened.design()?,
            Some(&request.environment),
            &self.options.overrides,
        )?;
        self.refuse_without_consent(&destination)?;
        let destroy = request.destroy;
        let wanted = self
            .wanted(&opened, &destination, destroy.is_some())
            .await?;
        let cloud = self
            .adapters
            .cloud(&destination.target)
            .await
            .map_err(error::cloud)?;
        let identity = cloud.identity().await.map_err(error::cloud)?;
        refuse_other_account(&destination, &identity)?;

        let last_run = last_run(&opened, &destination.name).await?;
        let scope = destination.scope(&wanted.resolved.project);
        let known = known_state(&opened, &scope).await?;
        let desired: Vec<(ResourceAddr, ResourceSpec)> = wanted
            .desired
            .iter()
            .map(|one| (one.addr.clone(), one.spec.clone()))
            .collect();
        let remembered = remembered(known.as_ref(), &desired);
        let refresh = Refresh {
            scope: &scope,
            desired: &desired,
            remembered: &remembered,
        };
        let clock = self.adapters.clock();
        let observed = slipway_engine::look(&*cloud, &*clock, &last_run.entries, refresh)
            .await
            .map_err(error::cloud)?;
        let plan = slipway_plan::plan(PlanInputs {
            scope: &scope,
            desired: &wanted.desired,
            observed: &observed,
            state: known.as_ref(),
            destroy: destroy.map(destroy_options),
            shared_with: &slipway_plan::shared_with(opened.design()?, &destination.name),
        })
        .map_err(error::plan)?;

        let id = uuid::Uuid::now_v7().to_string();
        let view = PlanView {
            plan_id: id.clone(),
            scope: plan.scope.clone(),
            destroy: plan.destroy,
            changes: views::changes(&plan),
            summary: plan.summary,
            warnings: wanted.warnings,
            protected: destination.environment.protected,
            identity: identity.source,
            interrupted: last_run.left_open.map(|left| left.sentence()),
        };
        self.plans.keep(Arc::new(Prepared {
            id,
            plan,
            opened,
            destination,
            destroy,
            cloud,
        }));
        Ok(view)
    }

    pub async fn consent_to_endpoint(&self, request: ConsentToEndpoint) -> Result<(), ApiError> {
        let opened = project::open(Path::new(&request.path)).await?;
        let destination = destination(
            opened.design()?,
            Some(&request.environment),
            &self.options.overrides,
        )?;
        let settings = self.settings.clone();
        project::blocking(move || {
            destination
                .foreign_hosts()
                .iter()
                .try_for_each(|host| settings.allow_host(host).map_err(error::settings))
        })
        .await
    }

    pub(crate) fn refuse_without_consent(&self, destination: &Destination) -> Result<(), ApiError> {
        let foreign = destination.foreign_hosts();
        if foreign.is_empty() {
            return Ok(());
        }
        let allowed = self.settings.load().map_err(error::settings)?.allowed_hosts;
        for host in foreign {
            if !allowed.contains(&host) {
                return Err(ApiError::new(
                    ErrorCode::ConsentNeeded,
                    format!("Nothing was sent: `{}` goes to {host}, which is not this computer", destination.name),
                )
                .with_hint("Allow it once if you know that host, in the window or with --allow-endpoint: images and the design would be sent there, with dummy keys."));
            }
        }
        Ok(())
    }

    /// The design as this environment means it, checked, with the fingerprints of what it builds.
    pub(crate) async fn wanted(
        &self,
        opened: &Opened,
        destination: &Destination,
        destroy: bool,
    ) -> Result<Wanted, ApiError> {
        let design = opened.design()?;
        let resolved = design
            .resolve(&destination.name)
            .map_err(|error| ApiError::new(ErrorCode::Argument, error.to_string()))?;
        if destroy {
            return Ok(Wanted {
                desired: names_to_look_for(&resolved, &destination.scope(&resolved.project)),
                resolved,
                warnings: Vec::new(),
            });
        }
        let findings = opened.findings();
        refuse_errors(&findings)?;
        let dropped = unsupported(design, &destination.name, Target::Aws);
        if !dropped.is_empty() {
            let mut error = ApiError::new(
                ErrorCode::NotSupported,
                format!(
                    "No plan was made: {} of this design would be dropped by a deploy to AWS",
                    count(dropped.len(), "setting")
                ),
            )
            .with_hint("Take them out, or keep them for a version of Slipway that honours them.");
            error.details = opened.placed(dropped).iter().map(line).collect();
            return Err(error);
        }
        let builder = self.adapters.builder().await.map_err(error::image)?;
        let mut fingerprints = BTreeMap::new();
        for (addr, source) in slipway_plan::build_sources(&resolved) {
            let fingerprint = builder
                .fingerprint(&opened.folder, &source)
                .await
                .map_err(error::image)?;
            fingerprints.insert(addr, fingerprint);
        }
        let scope = destination.scope(&resolved.project);
        let network = self.network(&resolved, destination).await?;
        let desired = slipway_plan::lower(&resolved, &scope, &fingerprints, network.as_ref())
            .map_err(error::lower)?;
        let warnings = findings
            .into_iter()
            .filter(|found| found.severity == Severity::Warning)
            .collect();
        Ok(Wanted {
            resolved,
            desired,
            warnings,
        })
    }

    /// The network that the design joins, if it joins one, as AWS has it.
    async fn network(
        &self,
        resolved: &Resolved,
        destination: &Destination,
    ) -> Result<Option<Network>, ApiError> {
        if !slipway_plan::needs_network(resolved) {
            return Ok(None);
        }
        let cloud = self
            .adapters
            .cloud(&destination.target)
            .await
            .map_err(error::cloud)?;
        // In another account the network would be another one, or not be there.
        let identity = cloud.identity().await.map_err(error::cloud)?;
        refuse_other_account(destination, &identity)?;
        let network = cloud
            .network(resolved.environment.network.as_ref())
            .await
            .map_err(error::cloud)?;
        Ok(Some(network))
    }
}

/// What a destroy looks for by name, beside what carries our tags. Its sources may be gone and its
/// settings wrong, so nothing is built or refused: whatever can't be named is found by its tags.
fn names_to_look_for(resolved: &Resolved, scope: &slipway_plan::Scope) -> Vec<Desired> {
    let fingerprints = slipway_plan::build_sources(resolved)
        .into_iter()
        .map(|(addr, _)| (addr, String::new()))
        .collect();
    // Names do not depend on the network.
    let network = Network::default();
    slipway_plan::lower(resolved, scope, &fingerprints, Some(&network)).unwrap_or_default()
}

pub(crate) fn destroy_options(choice: DestroyChoice) -> DestroyOptions {
    DestroyOptions {
        images: choice.images,
        logs: choice.logs,
    }
}

fn refuse_errors(findings: &[DiagnosticView]) -> Result<(), ApiError> {
    let errors: Vec<String> = findings
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .map(line)
        .collect();
    if errors.is_empty() {
        return Ok(());
    }
    let mut error = ApiError::new(
        ErrorCode::DesignInvalid,
        format!(
            "No plan was made: the design has {}",
            count(errors.len(), "error")
        ),
    )
    .with_hint("Each has its place and its fix among the problems of the design.");
    error.details = errors;
    Err(error)
}

/// A finding on one line, as compilers write it.
fn line(found: &DiagnosticView) -> String {
    let place = match (found.line, found.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", slipway_design::FILE_NAME),
        _ => slipway_design::FILE_NAME.to_owned(),
    };
    let fix = found
        .fix
        .as_ref()
        .map(|fix| format!(" ({fix})"))
        .unwrap_or_default();
    format!("{place}: {}{fix}", found.summary)
}

/// A number with its noun.
pub(crate) fn count(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

pub(crate) fn refuse_other_account(
    destination: &Destination,
    identity: &Identity,
) -> Result<(), ApiError> {
    let wanted = &destination.environment.account;
    if identity.account == *wanted {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::WrongAccount,
        format!("Nothing was changed: these credentials ({}) belong to account {}, and `{}` is account {wanted}", identity.source, identity.account, destination.name),
    )
    .with_hint(format!("Use credentials of account {wanted}: AWS_PROFILE chooses them before Slipway starts. Or correct `account` of `{}` in slipway.toml.", destination.name)))
}

/// The state of this project and environment, if there is one. That of another project would make
/// everything look as if it had been deleted.
pub(crate) async fn known_state(
    opened: &Opened,
    scope: &slipway_plan::Scope,
) -> Result<Option<State>, ApiError> {
    let state = opened
        .state(&scope.environment)
        .load()
        .await
        .map_err(error::state)?;
    match state {
        Some(other) if other.project != scope.project => Err(ApiError::new(
            ErrorCode::State,
            format!(
                "Nothing was looked at: .slipway/state remembers the project `{}`, and the design is named `{}`",
                other.project, scope.project
            ),
        )
        .with_hint(format!(
            "After a rename: put the old name back and destroy that project first. In a copied folder: delete .slipway/state and .slipway/journal. What `{}` has in AWS is found by its tags.",
            scope.project
        ))),
        known => Ok(known),
    }
}

/// What the state knows and the design does not name any more.
fn remembered(
    state: Option<&State>,
    desired: &[(ResourceAddr, ResourceSpec)],
) -> Vec<(ResourceAddr, ResourceSpec)> {
    state
        .into_iter()
        .flat_map(|state| &state.resources)
        .filter(|(addr, _)| !desired.iter().any(|(wanted, _)| wanted == *addr))
        .map(|(addr, entry)| (addr.clone(), entry.spec.clone()))
        .collect()
}
