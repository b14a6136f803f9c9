//! Whether a service runs what it was told to, and if not, why: rollout, events, stopped tasks.

use crate::answer::Answered;
use crate::failure::{ApiCall, failed};
use crate::service;
use crate::session::Session;
use aws_sdk_ecs::types::{Deployment, DeploymentRolloutState, DesiredStatus, Service, Task};
use slipway_engine::port::{CloudError, CloudErrorKind, Readiness};
use slipway_plan::ServiceSpec;

const DESCRIBE: ApiCall = ApiCall::read("ecs", "DescribeServices");
const LIST_TASKS: ApiCall = ApiCall::read("ecs", "ListTasks");
const DESCRIBE_TASKS: ApiCall = ApiCall::read("ecs", "DescribeTasks");
/// How many stopped tasks are looked at for a reason.
const STOPPED: usize = 10;

pub(crate) async fn ready(session: &Session, spec: &ServiceSpec) -> Answered<Readiness> {
    let Some(service) = service::describe(session, &spec.cluster, &spec.name).await? else {
        return Ok(Readiness::not_yet());
    };
    let wanted = spec.task_definition.known().unwrap_or_default();
    match progress(&service, wanted) {
        Progress::Done => Ok(Readiness::ready()),
        Progress::Under(mut words) => {
            if has_failures(&service)
                && let Some(cause) = cause(session, spec, &service).await?
            {
                words = format!("{words}; the last task stopped: {}", cause.what);
            }
            Ok(Readiness::NotYet(words))
        }
        Progress::Failed(why) => {
            let cause = cause(session, spec, &service).await?;
            Err(broken(&why, cause, last_event(&service)))
        }
    }
}

/// How far a deployment is.
#[derive(Debug, PartialEq, Eq)]
enum Progress {
    Done,
    Under(String),
    /// ECS has given it up, in its words.
    Failed(String),
}

fn progress(service: &Service, wanted: &str) -> Progress {
    let deployments = service.deployments();
    let Some(primary) = deployments
        .iter()
        .find(|deployment| deployment.status() == Some("PRIMARY"))
    else {
        return Progress::Under("ECS has not begun the deployment".to_owned());
    };
    if !wanted.is_empty() && primary.task_definition() != Some(wanted) {
        // The circuit breaker went back to the revision before. What it says of ours may be gone.
        let said = deployments
            .iter()
            .filter(|deployment| deployment.task_definition() == Some(wanted))
            .max_by_key(|deployment| deployment.created_at().map(|at| at.secs()))
            .and_then(Deployment::rollout_state_reason);
        let why = "ECS went back to the revision before";
        return Progress::Failed(match said {
            Some(said) => format!("{why}: {}", crate::words::short(said)),
            None => why.to_owned(),
        });
    }
    if primary.rollout_state() == Some(&DeploymentRolloutState::Failed) {
        let said = primary.rollout_state_reason().unwrap_or_default();
        return Progress::Failed(if said.is_empty() {
            "ECS gave the deployment up".to_owned()
        } else {
            crate::words::short(said)
        });
    }
    let (running, desired) = (primary.running_count(), primary.desired_count());
    // Services without rolling deployments (an old emulator) tell no state.
    let completed = primary
        .rollout_state()
        .is_none_or(|state| *state == DeploymentRolloutState::Completed);
    // One that failed earlier may stay in the list; it runs nothing.
    let (old, still): (i32, i32) = deployments
        .iter()
        .filter(|deployment| deployment.status() != Some("PRIMARY"))
        .fold((0, 0), |(running, pending), other| {
            (
                running + other.running_count(),
                pending + other.pending_count(),
            )
        });
    if completed && running >= desired && old + still == 0 {
        return Progress::Done;
    }
    let mut words = format!("{running} of {desired} tasks run");
    if primary.pending_count() > 0 {
        words.push_str(&format!(", {} start", primary.pending_count()));
    }
    if primary.failed_tasks() > 0 {
        words.push_str(&format!(", {} failed", primary.failed_tasks()));
    }
    if old > 0 {
        words.push_str(&format!(", {old} of the revision before still run"));
    } else if running >= desired {
        words.push_str("; ECS waits until they count as healthy");
    }
    Progress::Under(words)
}

fn has_failures(service: &Service) -> bool {
    service
        .deployments()
        .iter()
        .any(|deployment| deployment.failed_tasks() > 0)
}

fn last_event(service: &Service) -> Option<String> {
    service
        .events()
        .first()
        .and_then(|event| event.message())
        .map(crate::words::short)
}

/// Why a task stopped, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
struct Cause {
    what: String,
    hint: &'static str,
}

async fn cause(
    session: &Session,
    spec: &ServiceSpec,
    service: &Service,
) -> Answered<Option<Cause>> {
    let listed = session
        .read
        .ecs
        .list_tasks()
        .cluster(&spec.cluster)
        .service_name(service.service_name().unwrap_or(&spec.name))
        .desired_status(DesiredStatus::Stopped)
        .send()
        .await
        .map_err(failed(LIST_TASKS))?;
    let arns: Vec<String> = listed.task_arns().iter().take(STOPPED).cloned().collect();
    if arns.is_empty() {
        return Ok(None);
    }
    let tasks = session
        .read
        .ecs
        .describe_tasks()
        .cluster(&spec.cluster)
        .set_tasks(Some(arns))
        .send()
        .await
        .map_err(failed(DESCRIBE_TASKS))?;
    let newest = tasks
        .tasks()
        .iter()
        .max_by_key(|task| task.stopped_at().map(|at| at.secs()));
    Ok(newest.map(cause_of))
}

fn cause_of(task: &Task) -> Cause {
    let reason = task.stopped_reason().unwrap_or_default();
    let containers = task.containers();
    let said = containers
        .iter()
        .find_map(|container| container.reason())
        .unwrap_or(reason);
    let exit = containers
        .iter()
        .find_map(|container| container.exit_code().filter(|code| *code != 0));
    let text = format!("{reason} {said}").to_lowercase();
    let told = |what: String, hint| Cause { what, hint };
    if text.contains("cannotpullcontainererror") || text.contains("cannotpullimage") {
        let hint = if text.contains("timeout") || text.contains("request canceled") {
            "The task can't reach the registry: a public subnet needs a public address, a private one a NAT gateway or VPC endpoints for ECR and S3."
        } else if text.contains("not found") || text.contains("manifest unknown") {
            "The image is not in the repository: deploy again to build and push it, and look for a lifecycle rule that removes images."
        } else if text.contains("platform") || text.contains("does not match") {
            "The image is for another architecture than the task: set `arch` of the service to the one that it is built for."
        } else {
            "The execution role must be allowed to pull, and the subnets must reach ECR."
        };
        return told(
            format!(
                "the image could not be pulled: {}",
                crate::words::short(said)
            ),
            hint,
        );
    }
    if text.contains("exec format error") {
        return told(
            "the program is for another processor than the task's".to_owned(),
            "Set `arch` of the service to the architecture that the image is built for.",
        );
    }
    if text.contains("resourceinitializationerror") {
        return told(
            format!(
                "the task could not be set up: {}",
                crate::words::short(said)
            ),
            "A secret that does not exist, a log group that is gone, or subnets that do not reach AWS's endpoints.",
        );
    }
    if text.contains("outofmemory") || exit == Some(137) {
        return told(
            "it was killed: it used more memory than it has (exit code 137)".to_owned(),
            "Give the service more `memory`.",
        );
    }
    if text.contains("health check") {
        return told(
            format!("its health check failed: {}", crate::words::short(said)),
            "Run the health command in the container by hand; a slow start needs `start_period`.",
        );
    }
    if let Some(code) = exit {
        return told(
            format!("its program ended with exit code {code}"),
            "Its log group says what it wrote before it ended.",
        );
    }
    let said = if said.is_empty() {
        "AWS gave no reason"
    } else {
        said
    };
    told(
        crate::words::short(said),
        "The events of the service in the ECS console say more.",
    )
}

fn broken(why: &str, cause: Option<Cause>, event: Option<String>) -> CloudError {
    let (message, hint) = match (cause, event) {
        (Some(cause), _) => (
            format!("the service did not start: {} ({why})", cause.what),
            cause.hint.to_owned(),
        ),
        (None, event) => (
            format!(
                "the service did not start: {why}{}",
                event.map(|event| format!(" ({event})")).unwrap_or_default()
            ),
            "The events of the service in the ECS console say more; the revision before goes on serving, if there was one."
                .to_owned(),
        ),
    };
    CloudError {
        kind: CloudErrorKind::Failed,
        operation: DESCRIBE.title(),
        code: None,
        message,
        hint: Some(hint),
        request_id: None,
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ecs::types::Container;

    fn deployment(status: &str, definition: &str, running: i32, desired: i32) -> Deployment {
        Deployment::builder()
            .status(status)
            .task_definition(definition)
            .running_count(running)
            .desired_count(desired)
            .rollout_state(DeploymentRolloutState::InProgress)
            .build()
    }

    fn service(deployments: Vec<Deployment>) -> Service {
        Service::builder()
            .set_deployments(Some(deployments))
            .build()
    }

    #[test]
    fn a_rollout_is_told_by_its_counts() {
        let under = progress(
            &service(vec![
                deployment("PRIMARY", "f:2", 1, 2),
                deployment("ACTIVE", "f:1", 2, 2),
            ]),
            "f:2",
        );
        assert_eq!(
            under,
            Progress::Under("1 of 2 tasks run, 2 of the revision before still run".into())
        );
        let waits = progress(&service(vec![deployment("PRIMARY", "f:2", 2, 2)]), "f:2");
        assert_eq!(
            waits,
            Progress::Under("2 of 2 tasks run; ECS waits until they count as healthy".into())
        );
        let done = Deployment::builder()
            .status("PRIMARY")
            .task_definition("f:2")
            .running_count(2)
            .desired_count(2)
            .rollout_state(DeploymentRolloutState::Completed)
            .build();
        assert_eq!(progress(&service(vec![done]), "f:2"), Progress::Done);
    }

    #[test]
    fn a_deployment_that_was_given_up_has_failed() {
        let back = progress(&service(vec![deployment("PRIMARY", "f:1", 2, 2)]), "f:2");
        assert_eq!(
            back,
            Progress::Failed("ECS went back to the revision before".into())
        );
        let failed = |status: &str| {
            Deployment::builder()
                .status(status)
                .task_definition("f:2")
                .rollout_state(DeploymentRolloutState::Failed)
                .rollout_state_reason("tasks failed to start")
                .build()
        };
        let told = progress(
            &service(vec![deployment("PRIMARY", "f:1", 2, 2), failed("ACTIVE")]),
            "f:2",
        );
        assert_eq!(
            told,
            Progress::Failed("ECS went back to the revision before: tasks failed to start".into())
        );
        // A first deployment has nothing to go back to.
        let first = progress(&service(vec![failed("PRIMARY")]), "f:2");
        assert_eq!(first, Progress::Failed("tasks failed to start".into()));
        // One of the same revision that failed earlier says nothing of the next try.
        let again = progress(
            &service(vec![failed("ACTIVE"), deployment("PRIMARY", "f:2", 1, 2)]),
            "f:2",
        );
        assert_eq!(again, Progress::Under("1 of 2 tasks run".into()));
    }

    #[test]
    fn a_stopped_task_says_why_in_words() {
        let task = |reason: &str, code: Option<i32>, said: Option<&str>| {
            Task::builder()
                .stopped_reason(reason)
                .containers(
                    Container::builder()
                        .set_exit_code(code)
                        .set_reason(said.map(str::to_owned))
                        .build(),
                )
                .build()
        };
        for (task, what, hint) in [
            (
                task("Essential container in task exited", Some(2), None),
                "exit code 2",
                "log group",
            ),
            (
                task(
                    "Task failed to start",
                    None,
                    Some("CannotPullContainerError: ref r@sha256:aa: not found"),
                ),
                "could not be pulled",
                "not in the repository",
            ),
            (
                task(
                    "CannotPullContainerError: pull image manifest has been retried 5 time(s): dial tcp: i/o timeout",
                    None,
                    None,
                ),
                "could not be pulled",
                "NAT gateway",
            ),
            (
                task(
                    "Essential container in task exited",
                    Some(137),
                    Some("OutOfMemoryError: killed"),
                ),
                "memory",
                "`memory`",
            ),
            (
                task("Task failed container health checks", None, None),
                "health check",
                "start_period",
            ),
            (
                task(
                    "ResourceInitializationError: unable to pull secrets",
                    None,
                    None,
                ),
                "set up",
                "secret",
            ),
        ] {
            let cause = cause_of(&task);
            assert!(cause.what.contains(what), "{cause:?}");
            assert!(cause.hint.contains(hint), "{cause:?}");
        }
    }
}
