//! One project on disk, one account in memory, and the apps that work on them.

use async_trait::async_trait;
use slipway_app::{Adapters, App, AppOptions, CloudTarget, Overrides};
use slipway_design::{Document, Image};
use slipway_engine::port::{
    BuildRequest, BuiltImage, Call, Clock, Cloud, CloudError, CloudErrorKind, Engine, Identity,
    ImageBuilder, ImageError, ImageErrorKind, ImageRegistry, ProgressSink, Readiness, Refresh,
    RegistryLogin,
};
use slipway_plan::{BuildSource, Observed, Outputs, ResourceAddr, ResourceSpec, Scope};
use slipway_protocol::{
    ApiError, DeployEvent, DestroyChoice, Doctor, DoctorReport, MakePlan, PlanView, RunEventView,
    RunOutputs, RunRef, RunSnapshot, RunStatus, StartRun, Status, StatusView,
};
use slipway_store::{ProjectArchive, SettingsStore};
use slipway_testkit::{CANARY, FakeBuilder, FakeClock, FakeCloud, FakeRegistry};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

/// What is wrong with the world around the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    Engine,
    Credentials,
    /// Whoever signs in may not look.
    Rights,
}

/// A project, an account and a clock.
pub(crate) struct Stage {
    pub(crate) clock: FakeClock,
    pub(crate) cloud: Arc<FakeCloud>,
    pub(crate) builder: Arc<FakeBuilder>,
    pub(crate) registry: Arc<FakeRegistry>,
    /// Every session that was opened with the cloud.
    pub(crate) sessions: Arc<Mutex<Vec<CloudTarget>>>,
    lack: Option<Lack>,
    /// Panics at this look at the clock, counted from 1.
    clock_breaks_at: Option<usize>,
    home: tempfile::TempDir,
}

impl Stage {
    /// The design of [`slipway_testkit::designs::small`]: one function behind one route.
    pub(crate) fn new() -> Self {
        Self::with(&slipway_testkit::designs::small())
    }

    pub(crate) fn with(design: &str) -> Self {
        let clock = FakeClock::new();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let cloud = Arc::new(FakeCloud::new(shared.clone()));
        let builder = Arc::new(FakeBuilder::new(shared));
        let registry = Arc::new(FakeRegistry::new(builder.clone(), cloud.clone()));
        let stage = Self {
            clock,
            cloud,
            builder,
            registry,
            sessions: Arc::default(),
            lack: None,
            clock_breaks_at: None,
            home: tempfile::tempdir().unwrap(),
        };
        stage.write(design);
        let document = Document::parse(design);
        for function in document.design().unwrap().functions.values() {
            if let Some(Image::Build(build)) = &function.image {
                let context = stage.project().join(&build.context);
                fs::create_dir_all(&context).unwrap();
                fs::write(context.join("Dockerfile"), "FROM scratch\n").unwrap();
            }
        }
        stage
    }

    #[must_use]
    pub(crate) fn lacking(mut self, lack: Lack) -> Self {
        self.lack = Some(lack);
        self
    }

    #[must_use]
    pub(crate) fn with_clock_that_breaks_at(mut self, look: usize) -> Self {
        self.clock_breaks_at = Some(look);
        self
    }

    pub(crate) fn project(&self) -> std::path::PathBuf {
        self.home.path().join("project")
    }

    pub(crate) fn path(&self) -> String {
        self.project().display().to_string()
    }

    /// Where this user's settings are kept.
    pub(crate) fn settings_file(&self) -> std::path::PathBuf {
        self.home.path().join("settings/settings.toml")
    }

    /// Another text of the design.
    pub(crate) fn write(&self, design: &str) {
        fs::create_dir_all(self.project()).unwrap();
        fs::write(self.project().join("slipway.toml"), design).unwrap();
    }

    /// A process of its own on this project, with this user's settings.
    pub(crate) fn app(&self) -> Arc<App> {
        self.app_with(Overrides::default())
    }

    pub(crate) fn app_with(&self, overrides: Overrides) -> Arc<App> {
        App::with(
            AppOptions {
                overrides,
                ..AppOptions::default()
            },
            Arc::new(StageAdapters {
                cloud: self.cloud.clone(),
                builder: self.builder.clone(),
                registry: self.registry.clone(),
                clock: self.clock.clone(),
                sessions: self.sessions.clone(),
                lack: self.lack,
                clock_breaks_at: self.clock_breaks_at,
            }),
            SettingsStore::in_folder(&self.home.path().join("settings")),
            ProjectArchive::in_folder(&self.home.path().join("kept")),
        )
    }

    /// Runs in virtual time. What was spawned and has not ended ends with it, as with a process.
    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.clock.block_on(work)
    }

    pub(crate) async fn plan(&self, app: &App) -> Result<PlanView, ApiError> {
        self.plan_for(app, None).await
    }

    pub(crate) async fn plan_for(
        &self,
        app: &App,
        destroy: Option<DestroyChoice>,
    ) -> Result<PlanView, ApiError> {
        app.make_plan(MakePlan {
            path: self.path(),
            environment: "dev".to_owned(),
            destroy,
        })
        .await
    }

    pub(crate) async fn status(&self, app: &App) -> Result<StatusView, ApiError> {
        app.status(Status {
            path: self.path(),
            environment: "dev".to_owned(),
        })
        .await
    }

    pub(crate) async fn doctor(&self, app: &App) -> DoctorReport {
        app.doctor(Doctor {
            path: Some(self.path()),
            environment: Some("dev".to_owned()),
        })
        .await
        .unwrap()
    }

    /// Plans, starts and waits for the end.
    pub(crate) async fn deploy(&self, app: &App) -> Ran {
        let plan = self.plan(app).await.unwrap();
        finish(app, plan).await
    }

    pub(crate) async fn destroy(&self, app: &App, choice: DestroyChoice) -> Ran {
        let plan = self.plan_for(app, Some(choice)).await.unwrap();
        finish(app, plan).await
    }

    /// Every text below the project that Slipway wrote.
    pub(crate) fn written(&self) -> String {
        fn collect(folder: &Path, into: &mut String) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    collect(&path, into);
                } else {
                    into.push_str(&String::from_utf8_lossy(&fs::read(&path).unwrap()));
                }
            }
        }
        let mut text = String::new();
        collect(&self.project().join(".slipway"), &mut text);
        text
    }

    /// Nothing was asked of the cloud, nothing built, nothing pushed.
    pub(crate) fn assert_untouched(&self) {
        assert_eq!(self.cloud.calls(), []);
        assert_eq!(self.builder.builds(), Vec::<String>::new());
        assert_eq!(self.registry.pushes(), 0);
    }
}

/// Starts a plan, as it is approved.
pub(crate) async fn start(app: &App, plan: &PlanView) -> Result<RunRef, ApiError> {
    app.start_run(StartRun {
        plan_id: plan.plan_id.clone(),
        confirm: None,
    })
    .await
}

/// Starts a plan and waits for the end of its run.
pub(crate) async fn finish(app: &App, plan: PlanView) -> Ran {
    let run = start(app, &plan).await.unwrap();
    app.settled().await;
    let snapshot = app.run_log(&run.run).unwrap().snapshot();
    Ran { plan, snapshot }
}

/// A run that has ended.
pub(crate) struct Ran {
    pub(crate) plan: PlanView,
    pub(crate) snapshot: RunSnapshot,
}

impl Ran {
    pub(crate) fn end(&self) -> (RunStatus, Option<ApiError>, RunOutputs) {
        end_of(&self.snapshot.events)
    }

    /// Its outputs.
    ///
    /// # Panics
    /// When it did not succeed.
    pub(crate) fn succeeded(&self) -> RunOutputs {
        let (status, error, outputs) = self.end();
        assert_eq!((status, error), (RunStatus::Succeeded, None));
        outputs
    }

    /// Its error.
    ///
    /// # Panics
    /// When it has none, or no hint.
    pub(crate) fn error(&self, status: RunStatus) -> ApiError {
        let (found, error, _) = self.end();
        let error = error.unwrap();
        assert_eq!(found, status, "{error:?}");
        assert!(error.hint.is_some(), "{error:?}");
        error
    }
}

/// The one terminal event, which ends a stream that counts from 1 without a gap.
pub(crate) fn end_of(events: &[DeployEvent]) -> (RunStatus, Option<ApiError>, RunOutputs) {
    let numbers: Vec<u32> = events.iter().map(|event| event.seq).collect();
    let expected: Vec<u32> = (1..).take(events.len()).collect();
    assert_eq!(numbers, expected);
    let ends = events
        .iter()
        .filter(|event| matches!(event.event, RunEventView::RunFinished { .. }))
        .count();
    assert_eq!(ends, 1, "exactly one terminal event");
    match &events.last().unwrap().event {
        RunEventView::RunFinished {
            status,
            error,
            outputs,
        } => (*status, error.clone(), outputs.clone()),
        other => panic!("the last event is {other:?}"),
    }
}

/// The registry's password stands in none of these texts.
pub(crate) fn assert_no_secret(texts: &[String]) {
    for text in texts {
        assert!(!text.contains(CANARY), "{text}");
    }
}

struct StageAdapters {
    cloud: Arc<FakeCloud>,
    builder: Arc<FakeBuilder>,
    registry: Arc<FakeRegistry>,
    clock: FakeClock,
    sessions: Arc<Mutex<Vec<CloudTarget>>>,
    lack: Option<Lack>,
    clock_breaks_at: Option<usize>,
}

#[async_trait]
impl Adapters for StageAdapters {
    async fn cloud(&self, target: &CloudTarget) -> Result<Arc<dyn Cloud>, CloudError> {
        self.sessions.lock().unwrap().push(target.clone());
        match self.lack {
            Some(Lack::Credentials) => Err(refusal(
                CloudErrorKind::Credentials,
                "no credentials were found",
            )),
            Some(Lack::Rights) => Ok(Arc::new(Blind(self.cloud.clone()))),
            Some(Lack::Engine) | None => Ok(self.cloud.clone()),
        }
    }

    async fn builder(&self) -> Result<Arc<dyn ImageBuilder>, ImageError> {
        Ok(match self.lack {
            Some(Lack::Engine) => Arc::new(NoEngine(self.builder.clone())),
            _ => self.builder.clone(),
        })
    }

    async fn registry(&self) -> Result<Arc<dyn ImageRegistry>, ImageError> {
        Ok(self.registry.clone())
    }

    fn clock(&self) -> Arc<dyn Clock> {
        match self.clock_breaks_at {
            Some(at) => Arc::new(BreakingClock {
                clock: self.clock.clone(),
                left: Mutex::new(at),
            }),
            None => Arc::new(self.clock.clone()),
        }
    }
}

fn refusal(kind: CloudErrorKind, message: &str) -> CloudError {
    CloudError {
        kind,
        operation: "the look at AWS".to_owned(),
        code: None,
        message: message.to_owned(),
        hint: Some("Ask whoever runs the account.".to_owned()),
        request_id: Some("request-1".to_owned()),
        retry_after: None,
    }
}

/// A cloud that knows who asks and shows nothing.
struct Blind(Arc<FakeCloud>);

#[async_trait]
impl Cloud for Blind {
    async fn identity(&self) -> Result<Identity, CloudError> {
        self.0.identity().await
    }

    async fn registry_login(&self, scope: &Scope) -> Result<RegistryLogin, CloudError> {
        self.0.registry_login(scope).await
    }

    async fn refresh(&self, _: Refresh<'_>) -> Result<Vec<Observed>, CloudError> {
        Err(refusal(
            CloudErrorKind::AccessDenied,
            "lambda:GetFunction is not allowed",
        ))
    }

    async fn find(
        &self,
        scope: &Scope,
        addr: &ResourceAddr,
        spec: &ResourceSpec,
    ) -> Result<Option<Observed>, CloudError> {
        self.0.find(scope, addr, spec).await
    }

    async fn call(&self, call: Call<'_>) -> Result<Outputs, CloudError> {
        self.0.call(call).await
    }

    async fn network(
        &self,
        wanted: Option<&slipway_design::Network>,
    ) -> Result<slipway_plan::Network, CloudError> {
        self.0.network(wanted).await
    }

    async fn ready(
        &self,
        scope: &Scope,
        addr: &ResourceAddr,
        spec: &ResourceSpec,
    ) -> Result<Readiness, CloudError> {
        self.0.ready(scope, addr, spec).await
    }
}

/// Fingerprints work without an engine, builds do not.
struct NoEngine(Arc<FakeBuilder>);

fn no_engine() -> ImageError {
    ImageError {
        kind: ImageErrorKind::Engine,
        message: "No container engine answers: there is no socket".to_owned(),
        hint: Some("Start Docker.".to_owned()),
        log_tail: Vec::new(),
    }
}

#[async_trait]
impl ImageBuilder for NoEngine {
    async fn engine(&self) -> Result<Engine, ImageError> {
        Err(no_engine())
    }

    async fn fingerprint(&self, root: &Path, source: &BuildSource) -> Result<String, ImageError> {
        self.0.fingerprint(root, source).await
    }

    async fn build(
        &self,
        _: BuildRequest<'_>,
        _: &dyn ProgressSink,
        _: &CancellationToken,
    ) -> Result<BuiltImage, ImageError> {
        Err(no_engine())
    }
}

/// A fault of our own in the middle of a run.
struct BreakingClock {
    clock: FakeClock,
    left: Mutex<usize>,
}

#[async_trait]
impl Clock for BreakingClock {
    fn now(&self) -> std::time::Duration {
        let mut left = self.left.lock().unwrap();
        *left = left.checked_sub(1).unwrap();
        assert_ne!(*left, 0, "the clock breaks here");
        drop(left);
        self.clock.now()
    }

    fn unix_millis(&self) -> u64 {
        self.clock.unix_millis()
    }

    async fn sleep(&self, duration: std::time::Duration) {
        self.clock.sleep(duration).await;
    }
}
