//! Starting, following and cancelling runs.

use crate::planning::Prepared;
use crate::{App, RunLog, error, events};
use slipway_engine::{Ports, RunOptions, RunRequest};
use slipway_protocol::{
    ApiError, CancelRun, DeployEvent, ErrorCode, FollowRun, RunRef, RunSnapshot, StartRun,
};
use std::sync::Arc;
use tokio::sync::mpsc;

impl App {
    /// Starts the plan that was shown; what is approved is what runs.
    pub async fn start_run(&self, request: StartRun) -> Result<RunRef, ApiError> {
        let prepared = self.plans.get(&request.plan_id).ok_or_else(|| {
            ApiError::new(
                ErrorCode::PlanStale,
                "Nothing was started: that plan is not known any more",
            )
            .with_hint("Plan again and approve the new plan.")
        })?;
        let environment = &prepared.destination.name;
        if prepared.destination.environment.protected
            && request.confirm.as_deref() != Some(environment.as_str())
        {
            return Err(ApiError::new(
                ErrorCode::ConfirmationNeeded,
                format!("Nothing was started: `{environment}` is protected"),
            )
            .with_hint(format!("Type `{environment}` to say that you mean it.")));
        }
        let path = prepared.opened.folder.display().to_string();
        let fingerprint = self.fingerprint_now(&prepared).await?;
        let ports = Ports {
            cloud: prepared.cloud.clone(),
            builder: self.adapters.builder().await.map_err(error::image)?,
            registry: self.adapters.registry().await.map_err(error::image)?,
            state: Arc::new(prepared.opened.state(environment)),
            journal: Arc::new(prepared.opened.journal(environment)),
            clock: self.adapters.clock(),
        };
        let run = uuid::Uuid::now_v7().to_string();
        let log = RunLog::new(run.clone(), environment.clone(), path);
        self.runs
            .admit(log.clone())
            .map_err(|busy| refuse_busy(&busy))?;
        let request = RunRequest {
            run: run.clone(),
            plan: prepared.plan.clone(),
            root: prepared.opened.folder.clone(),
            fingerprint,
            options: RunOptions::default(),
        };
        let (sender, receiver) = mpsc::unbounded_channel();
        let cancel = log.canceller();
        tokio::spawn(async move {
            let forwarding = tokio::spawn(events::forward(receiver, log.clone()));
            let run = tokio::spawn(slipway_engine::run(request, ports, sender, cancel));
            if let Err(panic) = run.await {
                tracing::error!("a run broke off: {panic}");
            }
            if forwarding.await.is_err() || !log.is_finished() {
                log.tell(events::broken_off());
            }
        });
        Ok(RunRef {
            run,
            environment: environment.clone(),
            active: true,
        })
    }

    /// The fingerprint of the design as it is on disk at this moment.
    async fn fingerprint_now(&self, prepared: &Prepared) -> Result<String, ApiError> {
        let opened = crate::project::open(&prepared.opened.folder).await?;
        let destination = crate::environment::destination(
            opened.design()?,
            Some(&prepared.destination.name),
            &self.options.overrides,
        )?;
        let wanted = self
            .wanted(&opened, &destination, prepared.destroy.is_some())
            .await?;
        let scope = destination.scope(&wanted.resolved.project);
        Ok(slipway_plan::fingerprint(
            &scope,
            &wanted.desired,
            prepared.destroy.map(crate::planning::destroy_options),
        ))
    }

    /// What happened so far; what happens from there on goes to `tell`, until it answers `false`.
    pub fn follow_run(
        &self,
        request: FollowRun,
        mut tell: impl FnMut(DeployEvent) -> bool + Send + 'static,
    ) -> Result<RunSnapshot, ApiError> {
        let log = self.run(&request.run)?;
        let snapshot = log.snapshot();
        let mut seq = snapshot.events.last().map_or(0, |event| event.seq);
        if !snapshot.finished {
            tokio::spawn(async move {
                while let Some(events) = log.after(seq).await {
                    for event in events {
                        seq = event.seq;
                        if !tell(event) {
                            return;
                        }
                    }
                }
            });
        }
        Ok(snapshot)
    }

    pub async fn cancel_run(&self, request: CancelRun) -> Result<(), ApiError> {
        if self.run(&request.run)?.cancel() {
            return Ok(());
        }
        Err(ApiError::new(
            ErrorCode::Busy,
            "The run goes on: it was started by another process",
        )
        .with_hint("Cancel it where it was started."))
    }

    fn run(&self, run: &str) -> Result<Arc<RunLog>, ApiError> {
        self.runs.get(run).ok_or_else(|| {
            ApiError::new(ErrorCode::Argument, "That run is not known to this window")
                .with_hint("It was started elsewhere, or before the last start of Slipway.")
        })
    }
}

fn refuse_busy(busy: &RunLog) -> ApiError {
    ApiError::new(
        ErrorCode::Busy,
        format!(
            "Nothing was started: a run on `{}` is at work",
            busy.environment
        ),
    )
    .with_hint("Wait until it ends, or cancel it.")
}
