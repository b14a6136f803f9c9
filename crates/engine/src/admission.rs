//! What must hold before a run begins.

use crate::backoff::TRANSIENT;
use crate::failure::{FailureCode, RunError};
use crate::port::{CloudErrorKind, StateLock};
use crate::request::{Ports, RunRequest};
use crate::schedule::Schedule;
use slipway_plan::{Plan, STATE_VERSION, State};
use std::collections::BTreeMap;

/// A run that may begin.
pub(crate) struct Admitted {
    pub(crate) schedule: Schedule,
    pub(crate) state: State,
    pub(crate) lock: Box<dyn StateLock>,
}

/// Everything that must hold before the first step.
pub(crate) async fn admit(request: &RunRequest, ports: &Ports) -> Result<Admitted, RunError> {
    let plan = &request.plan;
    let schedule = Schedule::new(&plan.graph).map_err(|why| {
        RunError::new(
            FailureCode::Internal,
            format!("The plan can't run: {why}"),
            "Make a new plan; when it stays so, report it with the plan.",
        )
    })?;
    let lock = ports
        .state
        .lock(&request.run)
        .await
        .map_err(|error| RunError::of_state(&error))?;
    let state = ports
        .state
        .load()
        .await
        .map_err(|error| RunError::of_state(&error))?
        .unwrap_or_else(|| State {
            version: STATE_VERSION,
            project: plan.scope.project.clone(),
            environment: plan.scope.environment.clone(),
            serial: 0,
            resources: BTreeMap::new(),
        });
    slipway_plan::can_apply(plan, &request.fingerprint, state.serial).map_err(|stale| {
        RunError::new(
            FailureCode::PlanStale,
            format!("The plan no longer holds: {stale}"),
            "Make a new plan and look at it again.",
        )
    })?;
    if state.project != plan.scope.project || state.environment != plan.scope.environment {
        return Err(RunError::new(
            FailureCode::State,
            format!(
                "The state belongs to {}/{} and the plan to {}/{}",
                state.project, state.environment, plan.scope.project, plan.scope.environment
            ),
            "Put the right state file back, or move it away: the state is rebuilt from the tags \
             in AWS.",
        ));
    }
    if !plan.graph.nodes.is_empty() {
        check_account(plan, ports).await?;
    }
    Ok(Admitted {
        schedule,
        state,
        lock,
    })
}

/// The guard against deploying to somebody else's account.
async fn check_account(plan: &Plan, ports: &Ports) -> Result<(), RunError> {
    let mut failures = 0;
    let identity = loop {
        let error = match ports.cloud.identity().await {
            Ok(identity) => break identity,
            Err(error) => error,
        };
        failures += 1;
        let delay = match error.kind {
            CloudErrorKind::Throttled
            | CloudErrorKind::Transient
            | CloudErrorKind::OutcomeUnknown => TRANSIENT.delay(failures),
            _ => None,
        };
        let Some(delay) = delay else {
            return Err(RunError::of_cloud(
                "Asking whose credentials these are",
                &error,
                failures,
            ));
        };
        ports.clock.sleep(delay).await;
    };
    if identity.account == plan.scope.account {
        return Ok(());
    }
    Err(RunError::new(
        FailureCode::WrongAccount,
        format!(
            "Nothing was begun: the credentials ({}) belong to account {} and the environment {} \
             to account {}",
            identity.source, identity.account, plan.scope.environment, plan.scope.account
        ),
        format!(
            "Sign in to account {}, or correct `account` of the environment.",
            plan.scope.account
        ),
    ))
}
