//! What goes wrong on the way: kills, lost replies, throttling, failures, a refused push. Each time
//! the next deploy goes on from what exists, and nothing is there twice.

use anyhow::{Context as _, Result, ensure};
use slipway_design::ApiKind;
use slipway_design::sample::{self, Size};
use slipway_testbed::{Bed, BedOptions, Fault, FaultEffect, FaultLimit};
use slipway_tests::inventory::{self, Inventory};
use slipway_tests::program::Program;
use slipway_tests::project::TestProject;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::time::{Duration, Instant};

const ENVIRONMENT: &str = sample::ENVIRONMENT;

/// Small enough to be deployed many times, and with every kind of resource.
const SMALL: Size = Size {
    functions: 2,
    routes: 4,
    apis: 1,
    services: 0,
    sockets: 0,
};

/// For what happens soon, unless it never does.
const PATIENCE: Duration = Duration::from_secs(60);

struct Scene {
    bed: Bed,
    program: Program,
    project: TestProject,
    region: String,
    before: Inventory,
}

impl Scene {
    async fn set(seed: u64) -> Result<Self> {
        let bed = Bed::start(BedOptions::default())
            .await
            .map_err(|error| anyhow::anyhow!("the test bed did not start: {error}"))?;
        let program = Program::on(bed.endpoints())?;
        let project = TestProject::generated(seed, SMALL)?;
        let region = project.design.environments[ENVIRONMENT].region.clone();
        let before = inventory::take(bed.endpoints(), &region)?;
        Ok(Self {
            bed,
            program,
            project,
            region,
            before,
        })
    }

    fn made(&self) -> Result<Inventory> {
        Ok(inventory::since(
            &self.before,
            &inventory::take(self.bed.endpoints(), &self.region)?,
        ))
    }

    /// Deploys to the end and finds one of everything, and nothing left to do.
    fn converges(&self) -> Result<()> {
        self.program.deploy(self.project.folder(), ENVIRONMENT)?;
        let functions = self.project.design.functions.len();
        let made = self.made()?;
        let count = |kind: &str| made.iter().filter(|one| one.starts_with(kind)).count();
        assert_eq!(count("api "), self.project.design.apis.len(), "{made:?}");
        for kind in ["function ", "role ", "repository "] {
            assert_eq!(count(kind), functions, "{made:?}");
        }
        let logged = self
            .project
            .design
            .apis
            .values()
            .filter(|api| api.access_log != Some(false) && api.kind == ApiKind::Http)
            .count();
        assert_eq!(count("log_group "), functions + logged, "{made:?}");
        let plan = self.program.plan(self.project.folder(), ENVIRONMENT)?;
        assert_eq!(
            plan["summary"],
            serde_json::json!({ "create": 0, "update": 0, "replace": 0, "delete": 0 }),
            "{plan:#}"
        );
        Ok(())
    }

    async fn strike(self) -> Result<()> {
        self.bed.proxy().clear_faults();
        self.program
            .apply(
                "destroy",
                self.project.folder(),
                ENVIRONMENT,
                &["--images", "--logs"],
            )?
            .succeeded()?;
        assert_eq!(
            inventory::take(self.bed.endpoints(), &self.region)?,
            self.before
        );
        self.bed.assert_valid();
        self.bed
            .stop()
            .await
            .map_err(|error| anyhow::anyhow!("{error}"))
    }
}

/// Deploys or destroys, and kills the program when it has told of `steps` finished steps that last. `true`
/// if it was killed, `false` if it ended first.
fn kill_within(program: &Program, verb: &[&str], project: &Path, steps: usize) -> Result<bool> {
    let project = project.display().to_string();
    let common = [
        "--json",
        "--yes",
        "--env",
        ENVIRONMENT,
        "--project",
        &project,
    ];
    let mut child = program.spawn([verb, &common].concat())?;
    let out = child.stdout.take().context("it has an output")?;
    let mut finished = 0;
    for line in BufReader::new(out).lines() {
        let event: serde_json::Value = serde_json::from_str(&line?)?;
        // A build alone leaves nothing behind that the next deploy could go on from.
        let lasts = event["id"]
            .as_str()
            .is_some_and(|id| !id.starts_with("build_image") && !id.starts_with("wait"));
        let done = event["type"] == "node_finished" && event["unchanged"] == false;
        finished += usize::from(done && lasts);
        if event["type"] == "run_finished" {
            let status = child.wait()?;
            let mut words = String::new();
            child
                .stderr
                .take()
                .context("it has words")?
                .read_to_string(&mut words)?;
            ensure!(
                status.success(),
                "a run that was not killed failed: {event} {words}"
            );
            return Ok(false);
        }
        if finished >= steps {
            child.kill()?;
            child.wait()?;
            return Ok(true);
        }
    }
    anyhow::bail!("it ended without a last event")
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_it_converges_without_duplicates() -> Result<()> {
    let scene = Scene::set(11).await?;
    let mut kills = 0;
    while kill_within(&scene.program, &["deploy"], scene.project.folder(), 2)? {
        kills += 1;
        ensure!(kills < 60, "it makes no headway");
        // Sometimes all that was remembered is lost as well.
        if kills % 3 == 0 {
            scene.project.forget()?;
        }
    }
    assert!(kills >= 5, "killed {kills} times only");
    scene.converges()?;
    scene.strike().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_is_settled_by_looking() -> Result<()> {
    let scene = Scene::set(12).await?;
    for (service, operation) in [
        ("ecr", "CreateRepository"),
        ("logs", "CreateLogGroup"),
        ("iam", "CreateRole"),
        ("iam", "PutRolePolicy"),
        ("lambda", "CreateFunction"),
        ("lambda", "PublishVersion"),
        ("lambda", "CreateAlias"),
        ("lambda", "AddPermission"),
        ("apigatewayv2", "CreateApi"),
        ("apigatewayv2", "CreateIntegration"),
        ("apigatewayv2", "CreateRoute"),
        ("apigatewayv2", "CreateStage"),
    ] {
        scene
            .bed
            .proxy()
            .inject(Fault::once(service, operation, FaultEffect::DropReply));
    }
    scene.converges()?;
    let met = scene
        .bed
        .proxy()
        .calls()
        .iter()
        .filter(|call| call.fault.as_deref() == Some("drop_reply"))
        .count();
    assert_eq!(met, 12);
    scene.strike().await
}

#[tokio::test(flavor = "multi_thread")]
async fn throttled_calls_are_tried_again_and_a_failing_one_is_said() -> Result<()> {
    let scene = Scene::set(13).await?;
    let proxy = scene.bed.proxy();
    let fault = |operation: &str, service: &str, effect, limit| Fault {
        service: Some(service.to_owned()),
        operation: Some(operation.to_owned()),
        skip: 0,
        effect,
        limit,
    };
    proxy.inject(fault(
        "CreateFunction",
        "lambda",
        FaultEffect::Throttle,
        FaultLimit::Times(3),
    ));
    proxy.inject(fault(
        "CreateRoute",
        "apigatewayv2",
        FaultEffect::Throttle,
        FaultLimit::Times(3),
    ));
    proxy.inject(fault(
        "CreateRole",
        "iam",
        FaultEffect::ServerError { status: 503 },
        FaultLimit::Times(1),
    ));
    let refuse = FaultEffect::Refuse {
        status: 403,
        code: "AccessDeniedException".to_owned(),
        message: "User: x is not authorized to perform: apigateway:POST".to_owned(),
    };
    proxy.inject(fault(
        "CreateStage",
        "apigatewayv2",
        refuse,
        FaultLimit::Always,
    ));
    let ended = scene
        .program
        .apply("deploy", scene.project.folder(), ENVIRONMENT, &[])?;
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let finish = ended.finish()?;
    assert_eq!(finish["status"], "failed");
    assert_eq!(finish["error"]["code"], "access_denied", "{finish}");
    let message = finish["error"]["message"].as_str().unwrap_or_default();
    assert!(
        !message.is_empty()
            && !finish["error"]["hint"]
                .as_str()
                .unwrap_or_default()
                .is_empty(),
        "{finish}"
    );
    proxy.clear_faults();
    scene.converges()?;
    scene.strike().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_push_is_said_and_the_next_deploy_goes_on() -> Result<()> {
    let scene = Scene::set(14).await?;
    let refuse = FaultEffect::Refuse {
        status: 403,
        code: "DENIED".to_owned(),
        message: "not authorized to perform: ecr:InitiateLayerUpload".to_owned(),
    };
    scene.bed.proxy().inject(Fault {
        service: Some("registry".to_owned()),
        operation: None,
        skip: 0,
        effect: refuse,
        limit: FaultLimit::Always,
    });
    let ended = scene
        .program
        .apply("deploy", scene.project.folder(), ENVIRONMENT, &[])?;
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let finish = ended.finish()?;
    assert_eq!(finish["error"]["code"], "push", "{finish}");
    scene.bed.proxy().clear_faults();
    scene.converges()?;
    scene.strike().await
}

/// The registry has the image and its tag, which can't be pushed a second time: looking finds it.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_of_a_push_is_settled_by_looking() -> Result<()> {
    let scene = Scene::set(16).await?;
    let proxy = scene.bed.proxy();
    proxy.inject(Fault::once(
        "registry",
        "PutManifest",
        FaultEffect::DropReply,
    ));
    scene.converges()?;
    let puts: Vec<_> = proxy
        .calls()
        .into_iter()
        .filter(|call| call.operation == "PutManifest")
        .collect();
    let of = |status: Option<u16>| puts.iter().filter(|call| call.status == status).count();
    ensure!(
        puts.iter()
            .any(|call| call.fault.as_deref() == Some("drop_reply"))
            && of(Some(400)) == 1,
        "the image was not pushed a second time: {puts:#?}"
    );
    scene.strike().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_or_taken_away_outside_is_seen_and_mended() -> Result<()> {
    let scene = Scene::set(15).await?;
    scene.program.deploy(scene.project.folder(), ENVIRONMENT)?;
    let api = scene
        .made()?
        .into_iter()
        .find_map(|one| one.strip_prefix("api ").map(str::to_owned))
        .context("there is an API")?;
    inventory::delete_api(scene.bed.endpoints(), &scene.region, &api)?;
    let plan = scene.program.plan(scene.project.folder(), ENVIRONMENT)?;
    assert!(
        plan["summary"]["create"]
            .as_u64()
            .is_some_and(|count| count >= 3),
        "{plan:#}"
    );
    scene.converges()?;
    scene.strike().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destroy_that_is_killed_again_and_again_leaves_nothing() -> Result<()> {
    let scene = Scene::set(16).await?;
    scene.program.deploy(scene.project.folder(), ENVIRONMENT)?;
    let destroy = ["destroy", "--images", "--logs"];
    let mut kills = 0;
    while kill_within(&scene.program, &destroy, scene.project.folder(), 2)? {
        kills += 1;
        ensure!(kills < 60, "it makes no headway");
        if kills == 2 {
            scene.project.forget()?;
        }
    }
    assert!(kills >= 3, "killed {kills} times only");
    assert_eq!(scene.made()?, Inventory::new());
    scene.strike().await
}

/// What AWS says of a role that is seconds old, and what stands between says in its place.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_too_new_and_answers_of_nobody_cost_only_time() -> Result<()> {
    let scene = Scene::set(17).await?;
    let proxy = scene.bed.proxy();
    let too_new = FaultEffect::Refuse {
        status: 400,
        code: "InvalidParameterValueException".to_owned(),
        message: "The role defined for the function cannot be assumed by Lambda.".to_owned(),
    };
    proxy.inject(Fault {
        limit: FaultLimit::Times(4),
        ..Fault::once("lambda", "CreateFunction", too_new)
    });
    for (service, operation, effect) in [
        ("ecr", "CreateRepository", FaultEffect::EmptyReply),
        ("iam", "CreateRole", FaultEffect::TruncateReply),
        ("logs", "CreateLogGroup", FaultEffect::ForeignPage),
        ("lambda", "PublishVersion", FaultEffect::EmptyReply),
        ("lambda", "CreateAlias", FaultEffect::ForeignPage),
        ("apigatewayv2", "CreateApi", FaultEffect::EmptyReply),
        (
            "apigatewayv2",
            "CreateIntegration",
            FaultEffect::ForeignPage,
        ),
        ("apigatewayv2", "CreateRoute", FaultEffect::TruncateReply),
        ("apigatewayv2", "GetApis", FaultEffect::EmptyReply),
    ] {
        proxy.inject(Fault::once(service, operation, effect));
    }
    // A question that is answered with nothing ends the plan in words, and is no empty account.
    let refused = scene
        .program
        .apply("deploy", scene.project.folder(), ENVIRONMENT, &[])?;
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(
        refused.stdout.contains("could not be read"),
        "{}",
        refused.stdout
    );
    assert_eq!(proxy.mutating_calls(), []);
    scene.converges()?;
    let met = (proxy.calls().iter())
        .filter(|call| call.fault.is_some())
        .count();
    assert_eq!(met, 4 + 9);
    scene.strike().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_throttles_for_long_holds_up_no_other_and_gets_no_call_too_many()
-> Result<()> {
    let scene = Scene::set(18).await?;
    let proxy = scene.bed.proxy();
    let throttled = Duration::from_secs(20);
    let begun = Instant::now();
    proxy.inject(Fault {
        limit: FaultLimit::Milliseconds(20_000),
        ..Fault::once("iam", "CreateRole", FaultEffect::Throttle)
    });
    let functions = scene.project.design.functions.len();
    scene.program.deploy(scene.project.folder(), ENVIRONMENT)?;
    assert!(begun.elapsed() > throttled, "it was not throttled");
    let calls = proxy.calls();
    let last_refused = (calls.iter())
        .rposition(|call| call.fault.is_some())
        .context("something was throttled")?;
    assert!(calls.iter().filter(|call| call.fault.is_some()).count() >= 4);
    // What needs no role was made meanwhile.
    for operation in ["CreateLogGroup", "CreateApi", "PutManifest"] {
        let at = calls.iter().position(|call| call.operation == operation);
        assert!(at.is_some_and(|at| at < last_refused), "{operation}");
    }
    let roles = calls[last_refused..]
        .iter()
        .filter(|call| call.operation == "CreateRole")
        .filter(|call| call.fault.is_none())
        .count();
    assert_eq!(roles, functions);
    scene.converges()?;
    scene.strike().await
}

/// Ctrl-C stops within seconds and says so; what was done stays. A second one leaves a call behind whose
/// effect comes when nobody waits for it any more; the next run looks until it shows.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_stops_soon_and_a_second_one_waits_for_nothing() -> Result<()> {
    let scene = Scene::set(19).await?;
    let folder = scene.project.folder().display().to_string();
    for (times, service, operation, step) in [
        (2, "apigatewayv2", "CreateApi", "create_api"),
        (1, "lambda", "GetFunctionConfiguration", "wait"),
    ] {
        let late = FaultEffect::Delay { ms: 8_000 };
        scene
            .bed
            .proxy()
            .inject(Fault::once(service, operation, late));
        let mut child = scene.program.spawn([
            "deploy",
            "--json",
            "--yes",
            "--env",
            ENVIRONMENT,
            "--project",
            &folder,
        ])?;
        let out = child.stdout.take().context("it has an output")?;
        let mut words = BufReader::new(child.stderr.take().context("it has words")?).lines();
        let mut asked = None;
        let mut last = serde_json::Value::Null;
        for line in BufReader::new(out).lines() {
            last = serde_json::from_str(&line?)?;
            let begins = last["type"] == "node_started"
                && last["id"].as_str().is_some_and(|id| id.starts_with(step));
            if begins && asked.is_none() {
                // The call is on its way, and not answered.
                let begun = Instant::now();
                while !scene.bed.proxy().faults_are_met() {
                    ensure!(begun.elapsed() < PATIENCE, "{operation} was never called");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                asked = Some(Instant::now());
                interrupt(child.id())?;
                if times == 2 {
                    // Two signals at once may be one.
                    let heard = words.find(|line| {
                        !line
                            .as_ref()
                            .is_ok_and(|line| !line.contains("Ctrl-C again"))
                    });
                    heard.context("it did not say that it heard")??;
                    interrupt(child.id())?;
                }
            }
        }
        let asked = asked.with_context(|| format!("{step} never began: {last}"))?;
        assert_eq!(child.wait()?.code(), Some(3));
        let took = asked.elapsed();
        assert!(
            took < Duration::from_secs(5),
            "{operation}: {took:?} {last}"
        );
        assert_eq!(last["type"], "run_finished");
        assert_eq!(last["status"], "cancelled", "{last}");
    }
    scene.converges()?;
    scene.strike().await
}

#[cfg(unix)]
fn interrupt(process: u32) -> Result<()> {
    let status = std::process::Command::new("kill")
        .args(["-INT", &process.to_string()])
        .status()?;
    ensure!(status.success(), "{process} takes no signal: {status}");
    Ok(())
}
