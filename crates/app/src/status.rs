//! What is deployed, and what the last run left open.

use crate::environment::destination;
use crate::planning::{known_state, refuse_other_account};
use crate::project::{self, Opened};
use crate::{App, elsewhere, error};
use slipway_engine::Interrupted;
use slipway_engine::port::{Journal as _, RecordEntry, Refresh};
use slipway_plan::{Ownership, ResourceKind};
use slipway_protocol::{ApiError, ApiOutput, Status, StatusView};
use std::path::Path;

impl App {
    /// Looks at AWS; the state only helps to look.
    pub async fn status(&self, request: Status) -> Result<StatusView, ApiError> {
        let opened = project::open(Path::new(&request.path)).await?;
        let design = opened.design()?;
        let destination = destination(design, Some(&request.environment), &self.options.overrides)?;
        self.refuse_without_consent(&destination)?;
        let cloud = self
            .adapters
            .cloud(&destination.target)
            .await
            .map_err(error::cloud)?;
        refuse_other_account(&destination, &cloud.identity().await.map_err(error::cloud)?)?;
        let scope = destination.scope(&design.name);
        let state = known_state(&opened, &scope).await?;
        let remembered: Vec<_> = state
            .iter()
            .flat_map(|state| &state.resources)
            .map(|(addr, entry)| (addr.clone(), entry.spec.clone()))
            .collect();
        let observed = cloud
            .refresh(Refresh {
                scope: &scope,
                desired: &[],
                remembered: &remembered,
            })
            .await
            .map_err(error::cloud)?;
        let ours: Vec<_> = observed
            .into_iter()
            .filter(|found| found.ownership == Ownership::Ours)
            .collect();
        // Repositories belong to all environments: where there is nothing else, nothing is deployed.
        let only_shared = ours
            .iter()
            .all(|found| found.addr.kind == ResourceKind::Repository);
        let resources = if only_shared { 0 } else { ours.len() };
        let apis = ours
            .iter()
            .filter(|found| found.addr.kind == ResourceKind::Stage)
            .filter_map(|stage| {
                Some((
                    stage.addr.owner_key().to_owned(),
                    ApiOutput {
                        url: stage.outputs.get("url")?.clone(),
                    },
                ))
            })
            .collect();
        Ok(StatusView {
            apis,
            resources: u32::try_from(resources).unwrap_or(u32::MAX),
            interrupted: last_run(&opened, &destination.name)
                .await?
                .left_open
                .map(|left| left.sentence()),
        })
    }
}

/// A run whose journal has no end.
pub(crate) enum LeftOpen {
    /// It goes on, and this says where.
    AtWork(String),
    Interrupted(Interrupted),
}

impl LeftOpen {
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::AtWork(holder) => format!("A run is at work here: {holder}."),
            Self::Interrupted(interrupted) => interrupted.sentence(),
        }
    }
}

/// What the journal knows of the newest run.
pub(crate) struct LastRun {
    pub(crate) left_open: Option<LeftOpen>,
    /// Oldest first; none while it is at work: then what it makes is not waited for.
    pub(crate) entries: Vec<RecordEntry>,
}

pub(crate) async fn last_run(opened: &Opened, environment: &str) -> Result<LastRun, ApiError> {
    let entries = opened
        .journal(environment)
        .last_run()
        .await
        .map_err(error::journal)?;
    let Some(interrupted) = slipway_engine::fold(&entries) else {
        return Ok(LastRun {
            left_open: None,
            entries,
        });
    };
    Ok(match elsewhere::holder(opened, environment).await {
        Ok(Some(holder)) => LastRun {
            left_open: Some(LeftOpen::AtWork(holder)),
            entries: Vec::new(),
        },
        Ok(None) => LastRun {
            left_open: Some(LeftOpen::Interrupted(interrupted)),
            entries,
        },
        Err(error) => {
            // Where nothing can be written, nothing is at work.
            tracing::debug!("whether a run is at work is not known: {error}");
            LastRun {
                left_open: Some(LeftOpen::Interrupted(interrupted)),
                entries,
            }
        }
    })
}
