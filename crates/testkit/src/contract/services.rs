//! What a cloud does with Fargate services: planned from a design, made, seen as made without any
//! memory, changed in place, and taken away. Tasks are not run: they are for tests of the whole program.

use super::cloud::CloudSubject;
use slipway_design::Document;
use slipway_engine::port::{Call, CloudErrorKind, Readiness, Refresh};
use slipway_engine::{Lifecycle, lifecycle};
use slipway_plan::{
    Action, Desired, DestroyOptions, Network, Node, Observed, Operation, Outputs, Plan, PlanInputs,
    ResourceAddr, ResourceSpec, Step, lower, plan,
};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const RUN: &str = "contract-run";
/// Everything that a service can say, with no task, so that no image is pulled.
const DESIGN: &str = r#"
[services.web]
image = { registry = "public.example/web:1" }
port = 8080
cpu = 512
memory = 1024
arch = "arm64"
count = { min = 0, max = 4, cpu = 60, memory = 70 }
health = { command = ["/web", "health"], interval = 10, start_period = 5 }
command = ["serve"]
env = { GREETING = "Hello" }
secrets = { TOKEN = "ssm:/contract/token" }
tags = { team = "web" }
allow = [{ actions = ["s3:GetObject"], resources = ["*"] }]
policies = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
log_retention = 14
ephemeral_storage = 30
exec = true

[services.worker]
image = { registry = "public.example/worker:1" }
ingress = "none"
count = { min = 0, max = 2, cpu = 60 }
spot = true

[apis.public]
kind = "http"
access_log = false

[apis.public.routes]
"$default" = "web"
"#;

/// What of it is changed in place: text, what it becomes.
const CHANGES: [(&str, &str); 6] = [
    ("max = 4, cpu = 60", "max = 6, cpu = 50"),
    ("port = 8080", "port = 8081"),
    ("GREETING = \"Hello\"", "GREETING = \"Ahoy\""),
    ("team = \"web\"", "crew = \"web\""),
    ("exec = true", "exec = false"),
    ("spot = true", "spot = false"),
];

struct Scene<'a> {
    subject: &'a CloudSubject,
    network: Network,
}

/// Leaves nothing behind when it passes.
///
/// # Panics
/// With what does not hold.
pub async fn services(subject: &CloudSubject) {
    let network = subject
        .cloud
        .network(None)
        .await
        .expect("there is a default network");
    assert!(!network.subnets.is_empty(), "it has subnets: {network:?}");
    let scene = Scene { subject, network };
    assert_eq!(scene.seen(&[]).await, [], "nothing of ours is there");

    let first = scene.desired(DESIGN);
    let made = scene.apply(&first, None).await;
    assert!(
        made.changes.iter().all(|it| it.action == Action::Create),
        "everything is new"
    );
    scene.assert_as(&first).await;
    scene.assert_found_by_tags(&first).await;

    let mut text = DESIGN.to_owned();
    for (old, new) in CHANGES {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    let second = scene.desired(&text);
    let changed = scene.apply(&second, None).await;
    for change in &changed.changes {
        assert!(
            matches!(change.action, Action::NoOp | Action::Update),
            "{} is changed in place: {:?}",
            change.addr,
            change.action
        );
    }
    scene.assert_as(&second).await;

    let all = DestroyOptions {
        images: true,
        logs: true,
    };
    scene.apply(&second, Some(all)).await;
    assert_eq!(scene.seen(&second).await, [], "nothing of ours is left");
    assert_eq!(scene.seen(&[]).await, [], "nothing of ours is left");
}

impl Scene<'_> {
    fn desired(&self, services: &str) -> Vec<Desired> {
        let scope = &self.subject.scope;
        let text = format!(
            "schema = 1\nname = \"{}\"\n{services}\n[environments.{}]\naccount = \"{}\"\nregion = \"{}\"\n",
            scope.project, scope.environment, scope.account, scope.region
        );
        let document = Document::parse(&text);
        assert!(!document.has_errors(), "{:?}", document.diagnostics());
        let design = document.design().expect("it is TOML");
        let resolved = design
            .resolve(&scope.environment)
            .expect("the environment is there");
        lower(&resolved, scope, &BTreeMap::new(), Some(&self.network))
            .expect("all of it can be planned")
    }

    async fn seen(&self, desired: &[Desired]) -> Vec<Observed> {
        let desired: Vec<(ResourceAddr, ResourceSpec)> = desired
            .iter()
            .map(|one| (one.addr.clone(), one.spec.clone()))
            .collect();
        self.subject
            .cloud
            .refresh(Refresh {
                scope: &self.subject.scope,
                desired: &desired,
                remembered: &[],
            })
            .await
            .expect("looking works")
    }

    fn plan(
        &self,
        desired: &[Desired],
        observed: &[Observed],
        destroy: Option<DestroyOptions>,
    ) -> Plan {
        plan(PlanInputs {
            scope: &self.subject.scope,
            desired,
            observed,
            state: None,
            destroy,
            shared_with: &[],
        })
        .expect("it can be planned")
    }

    /// A second look finds everything as designed, tag for tag.
    async fn assert_as(&self, desired: &[Desired]) {
        let observed = self.seen(desired).await;
        for mut change in self.plan(desired, &observed, None).changes {
            let kind = change.addr.kind;
            let forgets = self.subject.gaps.forgets;
            change
                .attributes
                .retain(|one| !forgets.contains(&(kind, one.name.as_str())));
            assert!(
                change.action == Action::NoOp
                    || change.action == Action::Update && change.attributes.is_empty(),
                "{}: {} {:?}",
                change.addr,
                change.reason,
                change.attributes
            );
        }
    }

    /// What nobody names any more is found all the same.
    async fn assert_found_by_tags(&self, desired: &[Desired]) {
        let found: BTreeSet<ResourceAddr> = self
            .seen(&[])
            .await
            .into_iter()
            .map(|observed| observed.addr)
            .collect();
        let all: BTreeSet<ResourceAddr> = desired.iter().map(|one| one.addr.clone()).collect();
        assert_eq!(found, all);
    }

    /// Plans from what is there and carries it out, step by step in order.
    async fn apply(&self, desired: &[Desired], destroy: Option<DestroyOptions>) -> Plan {
        let observed = self.seen(desired).await;
        let plan = self.plan(desired, &observed, destroy);
        let mut outputs: BTreeMap<ResourceAddr, Outputs> = BTreeMap::new();
        for one in &observed {
            outputs.insert(one.addr.clone(), one.outputs.clone());
        }
        for node in &plan.graph.nodes {
            let made = self.step(&plan, node, &outputs).await;
            outputs.entry(node.addr.clone()).or_default().extend(made);
        }
        plan
    }

    async fn step(
        &self,
        plan: &Plan,
        node: &Node,
        outputs: &BTreeMap<ResourceAddr, Outputs>,
    ) -> Outputs {
        let change = plan
            .changes
            .iter()
            .find(|change| change.addr == node.addr)
            .expect("a step is of a change");
        let was = change.observed.as_ref().map(|observed| &observed.spec);
        let removes = match node.step {
            Step::Do(operation) => lifecycle(operation) == Lifecycle::Removes,
            Step::WaitGone => true,
            Step::Wait => false,
        };
        let spec = if removes {
            was.or(change.desired.as_ref())
        } else {
            change.desired.as_ref().or(was)
        };
        let spec = spec.expect("a change is of something").fill(outputs);
        spec.check_known()
            .unwrap_or_else(|error| panic!("{}: {error}", node.title));
        let mut known = outputs.get(&node.addr).cloned().unwrap_or_default();
        if let Some(copy) = &node.surplus {
            known.insert("id".to_owned(), copy.clone());
        }
        match node.step {
            Step::Do(operation) => {
                self.call(operation, node, &spec, change.observed.as_ref(), &known)
                    .await
            }
            Step::Wait if self.subject.gaps.silent.contains(&node.addr.kind) => Outputs::new(),
            Step::Wait => self.until_ready(node, &spec).await,
            Step::WaitGone => {
                self.until_gone(node, &spec).await;
                Outputs::new()
            }
        }
    }

    async fn call(
        &self,
        operation: Operation,
        node: &Node,
        spec: &ResourceSpec,
        observed: Option<&Observed>,
        outputs: &Outputs,
    ) -> Outputs {
        for _ in 0..60 {
            let answer = self
                .subject
                .cloud
                .call(Call {
                    scope: &self.subject.scope,
                    operation,
                    addr: &node.addr,
                    spec,
                    observed,
                    outputs,
                    run: RUN,
                })
                .await;
            match answer {
                Ok(outputs) => return outputs,
                Err(error)
                    if matches!(
                        error.kind,
                        CloudErrorKind::Throttled
                            | CloudErrorKind::Transient
                            | CloudErrorKind::Conflict
                            | CloudErrorKind::RoleNotReady
                    ) =>
                {
                    self.subject.clock.sleep(Duration::from_secs(1)).await;
                }
                Err(error) => panic!("{}: {error} ({:?})", node.title, error.kind),
            }
        }
        panic!("{} did not succeed in 60 tries", node.title);
    }

    async fn until_ready(&self, node: &Node, spec: &ResourceSpec) -> Outputs {
        let mut said = String::new();
        for _ in 0..300 {
            let answer = self
                .subject
                .cloud
                .ready(&self.subject.scope, &node.addr, spec)
                .await;
            match answer {
                Ok(Readiness::Ready(outputs)) => return outputs,
                Ok(Readiness::NotYet(words)) => said = words,
                Err(error) => panic!("{}: {error}", node.title),
            }
            self.subject.clock.sleep(Duration::from_millis(200)).await;
        }
        panic!("{} did not end: {said}", node.title);
    }

    async fn until_gone(&self, node: &Node, spec: &ResourceSpec) {
        for _ in 0..300 {
            let found = self
                .subject
                .cloud
                .find(&self.subject.scope, &node.addr, spec)
                .await
                .unwrap_or_else(|error| panic!("{}: {error}", node.title));
            if found.is_none() {
                return;
            }
            self.subject.clock.sleep(Duration::from_millis(200)).await;
        }
        panic!("{} did not end", node.title);
    }
}
