//! What a deploy needs: what is there, what is missing, and the fix.

use crate::environment::{Destination, destination};
use crate::planning::count;
use crate::project::{self, Opened};
use crate::{App, error};
use slipway_design::Severity;
use slipway_engine::port::Refresh;
use slipway_protocol::{ApiError, CheckStatus, Doctor, DoctorCheck, DoctorReport};
use std::path::{Path, PathBuf};

/// Below this a build is likely to fill the disk, in bytes.
const LITTLE_SPACE: u64 = 2 << 30;

impl App {
    pub async fn doctor(&self, request: Doctor) -> Result<DoctorReport, ApiError> {
        let mut checks = Vec::new();
        let opened = match &request.path {
            None => None,
            Some(path) => match project::open(Path::new(path)).await {
                Ok(opened) => {
                    checks.push(design(&opened));
                    Some(opened)
                }
                Err(error) => {
                    checks.push(failed("design", "Design", &error));
                    None
                }
            },
        };
        let (engine, disk) = tokio::join!(
            self.engine_check(),
            disk_check(
                opened
                    .as_ref()
                    .map_or_else(std::env::temp_dir, |opened| opened.folder.clone())
            )
        );
        checks.extend([engine, disk]);
        if request.path.is_some() {
            checks.extend(
                self.account_checks(opened.as_ref(), request.environment.as_deref())
                    .await,
            );
        }
        Ok(DoctorReport { checks })
    }

    async fn engine_check(&self) -> DoctorCheck {
        let found = match self.adapters.builder().await {
            Ok(builder) => builder.engine().await,
            Err(error) => Err(error),
        };
        match found {
            Ok(engine) => ok(
                "engine",
                "Container engine",
                format!(
                    "{} {} ({}), found by {}",
                    engine.product, engine.version, engine.platform, engine.found_by
                ),
            ),
            Err(error) => failed("engine", "Container engine", &error::image(error)),
        }
    }

    /// Credentials, account and permissions; each is skipped when the one before it fails.
    async fn account_checks(
        &self,
        opened: Option<&Opened>,
        environment: Option<&str>,
    ) -> Vec<DoctorCheck> {
        let titles = [
            ("credentials", "Credentials"),
            ("account", "Account"),
            ("permissions", "Permissions"),
        ];
        let skipped = |from: usize, why: &str| {
            titles[from..]
                .iter()
                .map(|(id, title)| check(id, title, CheckStatus::Skipped, why.to_owned()))
                .collect::<Vec<_>>()
        };
        let Some(opened) = opened else {
            return skipped(0, "there is no design to look at");
        };
        let destination = match opened
            .design()
            .and_then(|design| destination(design, environment, &self.options.overrides))
        {
            Ok(destination) => destination,
            // Whoever named no environment asked about the computer, and is told how to ask more.
            Err(error) if environment.is_none() => {
                let mut checks = skipped(0, &error.message);
                checks[0].fix = error.hint;
                return checks;
            }
            Err(error) => {
                let mut checks = vec![failed("credentials", "Credentials", &error)];
                checks.extend(skipped(1, "there is no such environment"));
                return checks;
            }
        };
        if let Err(error) = self.refuse_without_consent(&destination) {
            let mut checks = vec![failed("credentials", "Credentials", &error)];
            checks.extend(skipped(1, "not looked at, because nothing was sent"));
            return checks;
        }
        let session = match self.adapters.cloud(&destination.target).await {
            Ok(cloud) => cloud.identity().await.map(|identity| (cloud, identity)),
            Err(error) => Err(error),
        };
        let (cloud, identity) = match session {
            Ok(found) => found,
            Err(error) => {
                let mut checks = vec![failed("credentials", "Credentials", &error::cloud(error))];
                checks.extend(skipped(1, "not looked at, because the check above failed"));
                return checks;
            }
        };
        let mut checks = vec![ok(
            "credentials",
            "Credentials",
            format!("{}, as {}", identity.source, identity.arn),
        )];
        if identity.account != destination.environment.account {
            let error = crate::planning::refuse_other_account(&destination, &identity);
            checks.extend(
                error
                    .err()
                    .map(|error| failed("account", "Account", &error)),
            );
            checks.extend(skipped(2, "not looked at, because it is another account"));
            return checks;
        }
        let place = if destination.environment.is_emulator() {
            "an emulator, not AWS"
        } else {
            "as the environment says"
        };
        checks.push(ok(
            "account",
            "Account",
            format!(
                "{} in {}, {place}",
                identity.account, destination.environment.region
            ),
        ));
        checks.push(
            self.permission_check(&destination, opened, cloud.as_ref())
                .await,
        );
        checks
    }

    /// Reads what a plan reads. What a deploy writes can't be tried without writing.
    async fn permission_check(
        &self,
        destination: &Destination,
        opened: &Opened,
        cloud: &dyn slipway_engine::port::Cloud,
    ) -> DoctorCheck {
        let project = opened
            .document
            .design()
            .map(|design| design.name.clone())
            .unwrap_or_default();
        let scope = destination.scope(&project);
        let seen = cloud
            .refresh(Refresh {
                scope: &scope,
                desired: &[],
                remembered: &[],
            })
            .await;
        let login = match &seen {
            Ok(_) => cloud.registry_login(&scope).await.map(|_| ()),
            Err(_) => Ok(()),
        };
        match seen.map(|_| ()).and(login) {
            Ok(()) => ok("permissions", "Permissions", "everything that a plan reads can be read, and ECR gives a login; writing was not tried".to_owned()),
            Err(error) => failed("permissions", "Permissions", &error::cloud(error)),
        }
    }
}

fn design(opened: &Opened) -> DoctorCheck {
    let findings = opened.findings();
    let errors = findings
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .count();
    let warnings = findings
        .iter()
        .filter(|found| found.severity == Severity::Warning)
        .count();
    let detail = format!("{}, {}", count(errors, "error"), count(warnings, "warning"));
    match errors {
        0 => ok("design", "Design", detail),
        _ => DoctorCheck {
            fix: Some(
                "Each has its place and its fix among the problems of the design.".to_owned(),
            ),
            ..check("design", "Design", CheckStatus::Failed, detail)
        },
    }
}

async fn disk_check(folder: PathBuf) -> DoctorCheck {
    let shown = folder.clone();
    let free = project::blocking(move || {
        slipway_store::free_space(&folder)
            .map_err(|error| error::storage("The free space is not known", &folder, &error))
    })
    .await;
    match free {
        Ok(free) if free < LITTLE_SPACE => DoctorCheck {
            fix: Some(
                "Free some space; `docker system prune` takes away what Docker no longer uses."
                    .to_owned(),
            ),
            ..check(
                "disk",
                "Disk",
                CheckStatus::Warning,
                format!("only {} MB free at {}", free / 1_000_000, shown.display()),
            )
        },
        Ok(free) => ok("disk", "Disk", format!("{} GB free", free / 1_000_000_000)),
        Err(error) => failed("disk", "Disk", &error),
    }
}

fn check(id: &str, title: &str, status: CheckStatus, detail: String) -> DoctorCheck {
    DoctorCheck {
        id: id.to_owned(),
        title: title.to_owned(),
        status,
        detail,
        fix: None,
    }
}

fn ok(id: &str, title: &str, detail: String) -> DoctorCheck {
    check(id, title, CheckStatus::Ok, detail)
}

fn failed(id: &str, title: &str, error: &ApiError) -> DoctorCheck {
    DoctorCheck {
        fix: error.hint.clone(),
        ..check(id, title, CheckStatus::Failed, error.message.clone())
    }
}
