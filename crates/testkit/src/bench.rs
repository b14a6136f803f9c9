//! A project, an empty account and everything between, in memory.

use crate::{FakeBuilder, FakeClock, FakeCloud, FakeRegistry, MemoryJournal, MemoryState};
use slipway_design::Document;
use slipway_engine::port::{Clock as _, ImageBuilder as _, Journal as _, Refresh, StateStore as _};
use slipway_engine::{
    Cancel, NumberedEvent, Ports, RunOptions, RunReport, RunRequest, RunStatus, look, run,
};
use slipway_plan::{
    Desired, DestroyOptions, Plan, PlanInputs, ResourceAddr, ResourceKind, Scope, build_sources,
    fingerprint, lower, plan,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::unbounded_channel;

/// Fakes of all ports around one design. Use it inside [`FakeClock::block_on`].
pub struct Bench {
    pub clock: FakeClock,
    pub cloud: Arc<FakeCloud>,
    pub builder: Arc<FakeBuilder>,
    pub registry: Arc<FakeRegistry>,
    pub state: Arc<MemoryState>,
    pub journal: Arc<MemoryJournal>,
    pub scope: Scope,
    pub options: RunOptions,
    design: Mutex<String>,
    runs: AtomicU32,
}

/// A run and everything that it told.
#[derive(Debug)]
pub struct Outcome {
    pub plan: Plan,
    pub report: RunReport,
    pub events: Vec<NumberedEvent>,
}

impl Bench {
    /// An empty account for a design with an environment `dev`.
    ///
    /// # Panics
    /// When the design has errors.
    pub fn new(design: &str) -> Self {
        let clock = FakeClock::new();
        let shared: Arc<dyn slipway_engine::port::Clock> = Arc::new(clock.clone());
        let cloud = Arc::new(FakeCloud::new(Arc::clone(&shared)));
        let builder = Arc::new(FakeBuilder::new(shared));
        let registry = Arc::new(FakeRegistry::new(Arc::clone(&builder), Arc::clone(&cloud)));
        let document = Document::parse(design);
        let parsed = document
            .design()
            .unwrap_or_else(|| panic!("{:?}", document.diagnostics()));
        let environment = &parsed.environments[crate::designs::ENVIRONMENT];
        let scope = Scope {
            project: parsed.name.clone(),
            environment: crate::designs::ENVIRONMENT.to_owned(),
            account: environment.account.clone(),
            region: environment.region.clone(),
            partition: "aws".to_owned(),
            registry: format!(
                "{}.dkr.ecr.{}.amazonaws.com",
                environment.account, environment.region
            ),
            emulator: false,
        };
        Self {
            clock,
            cloud,
            builder,
            registry,
            state: Arc::new(MemoryState::new()),
            journal: Arc::new(MemoryJournal::new()),
            scope,
            options: RunOptions::default(),
            design: Mutex::new(design.to_owned()),
            runs: AtomicU32::new(0),
        }
    }

    /// Another text of the same project.
    pub fn edit(&self, design: &str) {
        design.clone_into(&mut self.design.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub fn ports(&self) -> Ports {
        Ports {
            cloud: Arc::clone(&self.cloud) as _,
            builder: Arc::clone(&self.builder) as _,
            registry: Arc::clone(&self.registry) as _,
            state: Arc::clone(&self.state) as _,
            journal: Arc::clone(&self.journal) as _,
            clock: Arc::new(self.clock.clone()),
        }
    }

    /// What the design implies now.
    ///
    /// # Panics
    /// When the design can't be lowered.
    pub async fn desired(&self) -> Vec<Desired> {
        let text = self
            .design
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let document = Document::parse(&text);
        assert!(!document.has_errors(), "{:?}", document.diagnostics());
        let resolved = document
            .design()
            .expect("a document without errors has a design")
            .resolve(crate::designs::ENVIRONMENT)
            .expect("designs of tests have the environment");
        let mut fingerprints: BTreeMap<ResourceAddr, String> = BTreeMap::new();
        for (addr, source) in build_sources(&resolved) {
            let fingerprint = self
                .builder
                .fingerprint(Path::new("/project"), &source)
                .await
                .expect("every context exists in the fake");
            fingerprints.insert(addr, fingerprint);
        }
        let network = crate::designs::network(resolved.environment.network.as_ref());
        lower(&resolved, &self.scope, &fingerprints, Some(&network))
            .expect("designs of tests can be lowered")
    }

    /// Looks and plans.
    ///
    /// # Panics
    /// When looking or planning fails.
    pub async fn plan(&self, destroy: Option<DestroyOptions>) -> Plan {
        let desired = self.desired().await;
        let state = self
            .state
            .load()
            .await
            .expect("the state in memory is read");
        let wanted: Vec<_> = desired
            .iter()
            .map(|one| (one.addr.clone(), one.spec.clone()))
            .collect();
        let remembered: Vec<_> = state
            .iter()
            .flat_map(|state| &state.resources)
            .filter(|(addr, _)| desired.iter().all(|one| one.addr != **addr))
            .map(|(addr, entry)| (addr.clone(), entry.spec.clone()))
            .collect();
        let last_run = self
            .journal
            .last_run()
            .await
            .expect("the journal in memory is read");
        let refresh = Refresh {
            scope: &self.scope,
            desired: &wanted,
            remembered: &remembered,
        };
        let observed = look(self.cloud.as_ref(), &self.clock, &last_run, refresh)
            .await
            .expect("looking works");
        plan(PlanInputs {
            scope: &self.scope,
            desired: &desired,
            observed: &observed,
            state: state.as_ref(),
            destroy,
            shared_with: &[],
        })
        .expect("the plan can be made")
    }

    /// Runs an approved plan.
    pub async fn apply(&self, plan: Plan, cancel: Cancel) -> Outcome {
        let number = self.runs.fetch_add(1, Ordering::Relaxed) + 1;
        let desired = self.desired().await;
        let destroy = plan.destroy.then(|| self.destroy_options(&plan));
        let request = RunRequest {
            run: format!("run-{number:04}"),
            fingerprint: fingerprint(&self.scope, &desired, destroy.flatten()),
            plan: plan.clone(),
            root: PathBuf::from("/project"),
            options: self.options.clone(),
        };
        let (sender, mut receiver) = unbounded_channel();
        let report = run(request, self.ports(), sender, cancel).await;
        let mut events = Vec::new();
        while let Ok(event) = receiver.try_recv() {
            events.push(event);
        }
        Outcome {
            plan,
            report,
            events,
        }
    }

    /// The options under which the plan's fingerprint was made.
    fn destroy_options(&self, plan: &Plan) -> Option<DestroyOptions> {
        [(false, false), (false, true), (true, false), (true, true)]
            .into_iter()
            .map(|(images, logs)| DestroyOptions { images, logs })
            .find(|options| fingerprint(&self.scope, &[], Some(*options)) == plan.fingerprint)
    }

    /// Plans and runs.
    pub async fn deploy(&self) -> Outcome {
        let plan = self.plan(None).await;
        self.apply(plan, Cancel::new()).await
    }

    /// Plans and runs a destroy of everything, images and logs too.
    pub async fn destroy(&self) -> Outcome {
        let everything = DestroyOptions {
            images: true,
            logs: true,
        };
        let plan = self.plan(Some(everything)).await;
        self.apply(plan, Cancel::new()).await
    }

    /// Asserts that the account holds what the design wants, once each, and nothing else of
    /// ours but logs and images, which stay when what wrote and ran them is gone, and that a plan
    /// has nothing to do.
    ///
    /// # Panics
    /// With what is too much or missing.
    pub async fn assert_converged(&self) {
        let wanted: Vec<_> = self
            .desired()
            .await
            .into_iter()
            .map(|one| one.addr)
            .filter(|addr| addr.kind != ResourceKind::Image)
            .collect();
        let mut ours = self.cloud.ours();
        let may_stay = [ResourceKind::LogGroup, ResourceKind::Repository];
        ours.retain(|addr| !may_stay.contains(&addr.kind) || wanted.contains(addr));
        assert_eq!(ours, wanted, "no duplicates and no orphans");
        let plan = self.plan(None).await;
        assert!(
            plan.summary.is_empty() && plan.graph.nodes.is_empty(),
            "{}",
            slipway_plan::render(&plan, slipway_plan::Detail::Full)
        );
    }
}

impl Outcome {
    /// # Panics
    /// When the run did not succeed.
    pub fn expect_success(self) -> Self {
        assert_eq!(
            self.report.status,
            RunStatus::Succeeded,
            "{:?}",
            self.report.error
        );
        self
    }
}

impl Bench {
    /// Virtual seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.clock.now().as_secs_f64()
    }
}
