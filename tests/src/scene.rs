//! A bed, the program and a project, and what every scenario does with them.

use crate::addresses::{Addresses, announced};
use crate::http::{self, Request};
use crate::inventory::{self, Inventory};
use crate::program::Program;
use crate::project::TestProject;
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use slipway_design::names;
use slipway_testbed::{Bed, BedOptions};
use std::collections::{BTreeMap, BTreeSet};

/// The environment that the projects of scenarios deploy to, and its region.
pub const ENVIRONMENT: &str = "emulator";
pub const REGION: &str = "us-east-1";

pub struct Scene {
    pub bed: Bed,
    pub program: Program,
    pub project: TestProject,
    addresses: Addresses,
}

impl Scene {
    pub async fn new(project: TestProject) -> Result<Self> {
        let bed = Bed::start(BedOptions::default())
            .await
            .map_err(|error| anyhow::anyhow!("the test bed did not start: {error}"))?;
        Ok(Self {
            program: Program::on(bed.endpoints())?,
            addresses: Addresses::of(&project.design, ENVIRONMENT),
            project,
            bed,
        })
    }

    /// Plans and deploys; what left the program is what the plan said, address by address.
    pub fn deploy(&mut self) -> Result<(Value, Value)> {
        let plan = self.program.plan(self.project.folder(), ENVIRONMENT)?;
        let before = self.addresses.tally(&self.bed.proxy().calls())?;
        ensure!(before.is_empty(), "a plan changed something: {before:?}");
        self.bed.proxy().clear();
        let finished = self.program.deploy(self.project.folder(), ENVIRONMENT)?;
        let made = self.addresses.tally(&self.bed.proxy().calls())?;
        self.bed.proxy().clear();
        let announced = announced(&plan)?;
        // Only what differs is shown: (made, announced) by address and operation.
        let differing: BTreeMap<_, _> = made
            .keys()
            .chain(announced.keys())
            .map(|one| (one, (made.get(one), announced.get(one))))
            .filter(|(_, (made, announced))| made != announced)
            .collect();
        assert!(
            differing.is_empty(),
            "calls against the plan: {differing:#?}"
        );
        Ok((plan, finished))
    }

    /// Takes all of it away, images and logs too.
    pub fn destroy(&self) -> Result<()> {
        let more = ["--images", "--logs"];
        self.program
            .apply("destroy", self.project.folder(), ENVIRONMENT, &more)?
            .succeeded()?;
        self.bed.proxy().clear();
        Ok(())
    }

    pub fn inventory(&self) -> Result<Inventory> {
        inventory::take(self.bed.endpoints(), REGION)
    }

    /// Somebody looks or changes something past the program, in ECS.
    pub fn ecs(&self, operation: &str, parameters: &Value) -> Result<Value> {
        inventory::call_ecs(self.bed.endpoints(), REGION, operation, parameters)
    }

    /// What the one task of a service answers, at the address of its network interface; `service` is
    /// its key. Nothing passes a VPC link on an emulator.
    pub fn ask_task(&self, service: &str, path: &str) -> Result<http::Response> {
        let design = &self.project.design;
        let port = design.services[service].port;
        let port = port.context("a service of a test listens")?;
        let cluster = names::shared_name(&design.name, ENVIRONMENT);
        let name = names::service_name(&design.name, ENVIRONMENT, service);
        let listed = self.ecs(
            "ListTasks",
            &json!({ "cluster": cluster, "serviceName": name, "desiredStatus": "RUNNING" }),
        )?;
        let described = self.ecs(
            "DescribeTasks",
            &json!({ "cluster": cluster, "tasks": listed["taskArns"] }),
        )?;
        let tasks = described["tasks"].as_array().map_or(&[][..], Vec::as_slice);
        let [task] = tasks else {
            bail!("not one task: {tasks:?}");
        };
        let address = task["attachments"][0]["details"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|detail| detail["name"] == "privateIPv4Address")
            .and_then(|detail| detail["value"].as_str())
            .with_context(|| format!("the task has no address: {task}"))?;
        http::get(&format!("http://{address}:{port}"), path)
    }

    /// Somebody looks or changes something past the program, in API Gateway.
    pub fn by_hand(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let response = http::send(
            &self.bed.endpoints().ministack,
            &Request {
                method,
                path,
                headers: &[(
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=0",
                )],
                body: &body.to_string(),
            },
        )?;
        ensure!(response.status < 300, "{response:?}");
        if response.body.is_empty() {
            return Ok(Value::Null);
        }
        response.json()
    }
}

/// Addresses of what a plan changes, with the action.
pub fn changed(plan: &Value) -> BTreeSet<(String, String)> {
    plan["changes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|change| change["action"] != "no_op")
        .map(|change| {
            let text = |name: &str| change[name].as_str().unwrap_or_default().to_owned();
            let address = text("address");
            // The digest of a deployment is no part of what is said here.
            let address = match address.split_once('/') {
                Some((api, _)) if api.starts_with("deployment:") => api.to_owned(),
                _ => address,
            };
            (address, text("action"))
        })
        .collect()
}

/// What [`changed`] is expected to give.
pub fn pairs(expected: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    expected
        .iter()
        .map(|(address, action)| ((*address).to_owned(), (*action).to_owned()))
        .collect()
}

/// The reasons of what a plan updates, in order.
pub fn reasons(plan: &Value) -> Vec<&str> {
    plan["changes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|change| change["action"] == "update")
        .filter_map(|change| change["reason"].as_str())
        .collect()
}
