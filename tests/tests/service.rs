//! A service on Fargate on real parts: its tasks run as containers, and what AWS would do with them
//! is asked of the emulator. Nothing passes a VPC link here: the container is asked at its own address.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use slipway_design::names;
use slipway_testbed::{Fault, FaultEffect};
use slipway_tests::inventory;
use slipway_tests::project::TestProject;
use slipway_tests::scene::{ENVIRONMENT, REGION, Scene, changed, pairs, reasons};
use std::collections::BTreeSet;

const CLUSTER: &str = "web-emulator";
const SERVICE: &str = "web-emulator-web";

fn service(scene: &Scene) -> Result<Value> {
    let described = scene.ecs(
        "DescribeServices",
        &json!({ "cluster": CLUSTER, "services": [SERVICE] }),
    )?;
    Ok(described["services"][0].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_runs_changes_and_goes() -> Result<()> {
    let mut scene = Scene::new(TestProject::example("web-service")?).await?;
    let before = scene.inventory()?;
    let (plan, _) = scene.deploy()?;
    let made: BTreeSet<String> = changed(&plan)
        .into_iter()
        .map(|(address, _)| address)
        .collect();
    for address in [
        "cluster:shared",
        "discovery:web",
        "integration:public/web",
        "namespace:shared",
        "scalable_target:web",
        "scaling_policy:web/cpu",
        "security_group:shared/vpc-link",
        "security_group:web",
        "service:web",
        "task_definition:web",
        "vpc_link:shared",
    ] {
        assert!(made.contains(address), "{address} is not among {made:?}");
    }
    let page = scene.ask_task("web", "/")?;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains("Hello from Fargate"), "{page:?}");

    // Nothing changed, with and without what is remembered: nothing is written.
    for forget in [false, true] {
        if forget {
            scene.project.forget()?;
        }
        assert_eq!(
            changed(&scene.deploy()?.0),
            pairs(&[]),
            "forgotten: {forget}"
        );
    }

    // New code: a new revision, on which the service runs, and the one before goes.
    let first = service(&scene)?["taskDefinition"].clone();
    scene.project.touch_code("web")?;
    assert_eq!(
        changed(&scene.deploy()?.0),
        pairs(&[
            ("image:web", "update"),
            ("service:web", "update"),
            ("task_definition:web", "update"),
        ])
    );
    assert_ne!(service(&scene)?["taskDefinition"], first);
    assert_eq!(scene.ask_task("web", "/healthz")?.status, 200);

    // A setting of the service, and one of how it is scaled.
    scene
        .project
        .edit("GREETING = \"Hello\"", "GREETING = \"Ahoy\"")?;
    scene.project.edit("max = 4", "max = 6")?;
    assert_eq!(
        changed(&scene.deploy()?.0),
        pairs(&[
            ("scalable_target:web", "update"),
            ("service:web", "update"),
            ("task_definition:web", "update"),
        ])
    );
    assert!(
        scene
            .ask_task("web", "/")?
            .body
            .contains("Ahoy from Fargate")
    );

    drift(&mut scene)?;

    scene.destroy()?;
    assert_eq!(scene.inventory()?, before);
    scene.bed.assert_valid();
    scene.bed.stop().await?;
    Ok(())
}

/// What somebody changes outside shows as such, and is put right.
fn drift(scene: &mut Scene) -> Result<()> {
    scene.ecs(
        "UpdateService",
        &json!({ "cluster": CLUSTER, "service": SERVICE, "enableExecuteCommand": true }),
    )?;
    let groups = inventory::call_ec2(
        scene.bed.endpoints(),
        REGION,
        &format!(
            "Action=DescribeSecurityGroups&Filter.1.Name=group-name&Filter.1.Value.1={SERVICE}"
        ),
    )?;
    let group = inventory::elements(&groups, "groupId")
        .first()
        .cloned()
        .context("the service has a group")?;
    inventory::call_ec2(
        scene.bed.endpoints(),
        REGION,
        &format!(
            "Action=AuthorizeSecurityGroupIngress&GroupId={group}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=22&IpPermissions.1.ToPort=22&IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0/0"
        ),
    )?;
    let (plan, _) = scene.deploy()?;
    assert_eq!(
        changed(&plan),
        pairs(&[("security_group:web", "update"), ("service:web", "update")])
    );
    assert_eq!(
        reasons(&plan),
        [
            "ingress was changed outside Slipway",
            "exec was changed outside Slipway"
        ]
    );
    assert_eq!(service(scene)?["enableExecuteCommand"], false);
    assert_eq!(changed(&scene.deploy()?.0), pairs(&[]));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_does_not_start_says_why_and_the_one_before_stays() -> Result<()> {
    let mut scene = Scene::new(TestProject::example("web-service")?).await?;
    let before = scene.inventory()?;
    scene.deploy()?;
    let works = service(&scene)?["taskDefinition"].clone();

    // The program asks itself whether it is well, is not there yet, and ends.
    let (right, wrong) = ("port = 8080", "port = 8080\ncommand = [\"health\"]");
    scene.project.edit(right, wrong)?;
    let ended = scene
        .program
        .apply("deploy", scene.project.folder(), ENVIRONMENT, &[])?;
    assert_eq!(ended.code, 1, "{ended:?}");
    let told = format!("{}{}", ended.stdout, ended.stderr);
    assert!(
        told.contains("its program ended with exit code 1"),
        "{told}"
    );
    scene.bed.proxy().clear();
    assert_eq!(service(&scene)?["taskDefinition"], works, "ECS went back");
    assert_eq!(
        scene.ask_task("web", "/")?.status,
        200,
        "the one before serves"
    );

    // Mended, it is deployed, and nothing of the attempt is left.
    scene.project.edit(wrong, right)?;
    scene.program.deploy(scene.project.folder(), ENVIRONMENT)?;
    scene.bed.proxy().clear();
    assert_eq!(changed(&scene.deploy()?.0), pairs(&[]));
    assert_eq!(scene.ask_task("web", "/")?.status, 200);
    scene.destroy()?;
    assert_eq!(scene.inventory()?, before);
    scene.bed.assert_valid();
    scene.bed.stop().await?;
    Ok(())
}

/// A registration that never arrives is made again: the revision of before is not taken for it.
#[tokio::test(flavor = "multi_thread")]
async fn new_code_whose_registration_is_lost_is_deployed_all_the_same() -> Result<()> {
    let mut scene = Scene::new(TestProject::example("web-service")?).await?;
    let before = scene.inventory()?;
    scene.deploy()?;
    for (effect, greeting) in [
        (FaultEffect::DropRequest, "Ahoy"),
        (FaultEffect::DropReply, "Ciao"),
    ] {
        let first = service(&scene)?["taskDefinition"].clone();
        let was = if greeting == "Ahoy" { "Hello" } else { "Ahoy" };
        scene.project.edit(
            &format!("GREETING = \"{was}\""),
            &format!("GREETING = \"{greeting}\""),
        )?;
        (scene.bed.proxy()).inject(Fault::once("ecs", "RegisterTaskDefinition", effect));
        scene.program.deploy(scene.project.folder(), ENVIRONMENT)?;
        scene.bed.proxy().clear();
        assert_ne!(service(&scene)?["taskDefinition"], first);
        assert!(scene.ask_task("web", "/")?.body.contains(greeting));
        assert_eq!(changed(&scene.deploy()?.0), pairs(&[]));
    }
    scene.destroy()?;
    assert_eq!(scene.inventory()?, before);
    scene.bed.assert_valid();
    scene.bed.stop().await?;
    Ok(())
}

/// Two services with names as long as they may be, of which the first stops being reached: what is
/// shared for the sake of the API goes, and the cluster stays for both.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_stays_for_as_long_as_it_is_used() -> Result<()> {
    let longest = |letter: &str, limit: usize| letter.repeat(limit);
    let project = longest("p", names::PROJECT_LIMIT);
    let (web, worker) = (
        longest("w", names::KEY_LIMIT),
        longest("x", names::KEY_LIMIT),
    );
    let beside = format!(
        "[services.{worker}]\nimage = {{ build = \"services/web\" }}\ningress = \"none\"\ncount = 2\nspot = true\n\n[apis.public]"
    );
    let to_web = format!("\"$default\" = \"{web}\"");
    let project = TestProject::example_with(
        "web-service",
        &[
            ("name = \"web\"", &format!("name = \"{project}\"")),
            ("[services.web]", &format!("[services.{web}]")),
            ("[apis.public]", &beside),
            ("\"$default\" = \"web\"", &to_web),
        ],
    )?;
    let mut scene = Scene::new(project).await?;
    let before = scene.inventory()?;
    let (plan, _) = scene.deploy()?;
    assert_eq!(plan["summary"]["delete"], 0);
    assert_eq!(changed(&scene.deploy()?.0), pairs(&[]));

    scene
        .project
        .edit("ingress = \"cloud-map\"", "ingress = \"none\"")?;
    scene.project.edit(
        &to_web,
        "\"$default\" = { url = \"https://elsewhere.example\" }",
    )?;
    let (plan, _) = scene.deploy()?;
    let deleted: BTreeSet<String> = changed(&plan)
        .into_iter()
        .filter(|(_, action)| action == "delete")
        .map(|(address, _)| address)
        .collect();
    assert_eq!(
        deleted,
        BTreeSet::from([
            format!("discovery:{web}"),
            format!("integration:public/{web}"),
            "namespace:shared".to_owned(),
            "security_group:shared/vpc-link".to_owned(),
            "vpc_link:shared".to_owned(),
        ])
    );
    assert_eq!(changed(&scene.deploy()?.0), pairs(&[]));
    scene.destroy()?;
    assert_eq!(scene.inventory()?, before);
    scene.bed.assert_valid();
    scene.bed.stop().await?;
    Ok(())
}
