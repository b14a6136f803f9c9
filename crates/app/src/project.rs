//! Opening, making and watching over projects.

use crate::environment::Destination;
use crate::{App, error, template};
use slipway_design::{Design, Diagnostic, Document, Image, Path as DesignPath};
use slipway_protocol as wire;
use slipway_protocol::{
    ApiError, CheckReport, DiagnosticView, ErrorCode, ProjectView, RecentProject, RunRef, Settings,
    StartView,
};
use slipway_store::{FileJournal, FileState, Project, ThemeChoice, UserSettings};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A project as it is on disk at this moment.
pub(crate) struct Opened {
    /// Absolute.
    pub folder: PathBuf,
    pub document: Document,
    pub revision: String,
    /// The text of `.slipway/layout.json`.
    pub layout: Option<String>,
    /// What only the disk knows.
    pub disk_problems: Vec<Diagnostic>,
}

impl Opened {
    pub(crate) fn design(&self) -> Result<&Design, ApiError> {
        self.document.design().ok_or_else(|| {
            let mut error = ApiError::new(
                ErrorCode::DesignInvalid,
                "The design can't be read: slipway.toml is not TOML",
            );
            error.details = self
                .document
                .diagnostics()
                .iter()
                .map(|found| found.summary.clone())
                .collect();
            error.with_hint(
                "Correct the file in a text editor; the problems of the design say where.",
            )
        })
    }

    /// Every finding, sorted by place.
    pub(crate) fn findings(&self) -> Vec<DiagnosticView> {
        let mut all: Vec<Diagnostic> = self
            .document
            .diagnostics()
            .iter()
            .chain(&self.disk_problems)
            .cloned()
            .collect();
        all.sort_by_key(|found| (found.position, found.severity));
        all.into_iter().map(DiagnosticView::from).collect()
    }

    /// The findings with their places in the file.
    pub(crate) fn placed(&self, mut findings: Vec<Diagnostic>) -> Vec<DiagnosticView> {
        self.document.locate(&mut findings);
        findings.into_iter().map(DiagnosticView::from).collect()
    }

    pub(crate) fn state(&self, environment: &str) -> FileState {
        FileState::new(&self.folder, environment)
    }

    pub(crate) fn journal(&self, environment: &str) -> FileJournal {
        FileJournal::new(&self.folder, environment)
    }
}

/// Reads the project at `path`: its folder, a folder below it, or its file.
pub(crate) async fn open(path: &Path) -> Result<Opened, ApiError> {
    let path = path.to_owned();
    blocking(move || {
        let project = Project::find(&path).map_err(error::project)?;
        let file = project.read().map_err(error::project)?;
        let document = Document::parse(&file.text);
        let mut disk_problems = document
            .design()
            .map(|design| disk_problems(project.folder(), design))
            .unwrap_or_default();
        let layout = project.read_layout().unwrap_or_else(|error| {
            disk_problems.push(layout_problem(&error));
            None
        });
        document.locate(&mut disk_problems);
        Ok(Opened {
            folder: project.folder().to_owned(),
            document,
            revision: file.revision,
            layout,
            disk_problems,
        })
    })
    .await
}

fn layout_problem(error: &slipway_store::LayoutError) -> Diagnostic {
    Diagnostic::warning(
        "layout-unreadable",
        &DesignPath::root(),
        format!("The places of the cards were not read: .slipway/layout.json: {error}"),
    )
    .detail("The design is complete without them; the cards are laid out automatically.")
    .fix("Put the file back from git, or move a card: the file is then made anew")
}

/// Runs what waits for the disk on a thread that may wait.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        ApiError::new(
            ErrorCode::Internal,
            format!("Work on the disk broke off: {error}"),
        )
    })?
}

/// Contexts and Dockerfiles that are missing or lie outside the project once links are resolved.
fn disk_problems(folder: &Path, design: &Design) -> Vec<Diagnostic> {
    let functions = design
        .functions
        .iter()
        .map(|(key, function)| (DesignPath::function(key), &function.image));
    let services = design
        .services
        .iter()
        .map(|(key, service)| (DesignPath::service(key), &service.image));
    let mut problems = Vec::new();
    for (path, image) in functions.chain(services) {
        let Some(Image::Build(build)) = image else {
            continue;
        };
        let subject = path.key("image");
        let context = folder.join(&build.context);
        let dockerfile_name = build.dockerfile.as_deref().unwrap_or("Dockerfile");
        let dockerfile = context.join(dockerfile_name);
        if !context.is_dir() {
            problems.push(
                Diagnostic::error(
                    "context-missing",
                    &subject.key("build"),
                    format!("There is no folder `{}` to build from", build.context),
                )
                .fix("Make the folder, or correct the path; it is relative to slipway.toml"),
            );
        } else if !dockerfile.is_file() {
            problems.push(
                Diagnostic::error(
                    "dockerfile-missing",
                    &subject.key(if build.dockerfile.is_some() {
                        "dockerfile"
                    } else {
                        "build"
                    }),
                    format!("There is no `{dockerfile_name}` in `{}`", build.context),
                )
                .fix(
                    "Put a Dockerfile there, or name it with `dockerfile`, relative to the folder",
                ),
            );
        } else {
            for (what, path) in [("folder", &context), ("Dockerfile", &dockerfile)] {
                if leaves(folder, path) {
                    problems.push(
                        Diagnostic::error("outside-project", &subject.key("build"), format!("The {what} of `{}` lies outside the project once links are followed", build.context))
                            .fix("Build from a folder inside the project"),
                    );
                }
            }
        }
    }
    problems
}

fn leaves(folder: &Path, path: &Path) -> bool {
    match (folder.canonicalize(), path.canonicalize()) {
        (Ok(folder), Ok(path)) => !path.starts_with(folder),
        // It was there a moment ago; the build says what it finds.
        _ => false,
    }
}

impl App {
    pub async fn start(&self, _: wire::Start) -> Result<StartView, ApiError> {
        let (settings, archive) = (self.settings.clone(), self.archive.clone());
        let (stored, settings_fault, recent) = blocking(move || {
            // Preferences that can't be read keep nobody from working.
            let (stored, fault) = match settings.load() {
                Ok(stored) => (stored, None),
                Err(fault) => (UserSettings::default(), Some(error::settings(fault))),
            };
            let recent = recent(&stored, &archive);
            Ok((stored, fault, recent))
        })
        .await?;
        Ok(StartView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            recent,
            templates: template::templates(),
            open: self
                .options
                .open
                .as_ref()
                .map(|path| path.display().to_string()),
            environment: self.options.environment.clone(),
            settings: settings_view(&stored),
            settings_fault,
        })
    }

    pub async fn open_project(&self, request: wire::OpenProject) -> Result<ProjectView, ApiError> {
        let opened = Arc::new(open(Path::new(&request.path)).await?);
        let path = opened.folder.display().to_string();
        let name = opened
            .document
            .design()
            .map(|design| design.name.clone())
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| path.clone());
        let settings = self.settings.clone();
        let folder = opened.folder.clone();
        let (stored, not_remembered) = blocking(move || {
            // A project opens without being remembered.
            let remembered = settings.remember_project(&folder, &name);
            Ok(match remembered.and_then(|()| settings.load()) {
                Ok(stored) => (stored, None),
                Err(fault) => (
                    settings.load().unwrap_or_default(),
                    Some(error::settings(fault)),
                ),
            })
        })
        .await?;
        let known = |name: &String| {
            opened
                .document
                .design()
                .is_some_and(|design| design.environments.contains_key(name))
        };
        let environment = self.options.environment.clone().filter(known).or_else(|| {
            stored
                .environment_of(&opened.folder)
                .map(str::to_owned)
                .filter(known)
        });
        let run = match self.run_elsewhere(&opened).await? {
            Some(log) => Some(log),
            None => self.runs.newest_of(&path),
        };
        let overrides = &self.options.overrides;
        Ok(ProjectView {
            text: opened.document.text().to_owned(),
            layout: opened.layout.clone(),
            revision: opened.revision.clone(),
            disk_problems: opened
                .disk_problems
                .iter()
                .cloned()
                .map(DiagnosticView::from)
                .collect(),
            environment,
            emulator: (overrides.endpoint.is_some() || overrides.registry.is_some()).then(|| {
                wire::EmulatorView {
                    endpoint: overrides.endpoint.clone(),
                    registry: overrides.registry.clone(),
                }
            }),
            run: run.as_deref().map(run_ref),
            not_remembered,
            path,
        })
    }

    pub async fn project_revision(
        &self,
        request: wire::ProjectRevision,
    ) -> Result<String, ApiError> {
        Ok(open(Path::new(&request.path)).await?.revision)
    }

    pub async fn new_project(&self, request: wire::NewProject) -> Result<ProjectView, ApiError> {
        let folder = PathBuf::from(&request.path);
        let created =
            blocking(move || template::create(&folder, request.template.as_deref())).await?;
        self.open_project(wire::OpenProject {
            path: created.folder.display().to_string(),
        })
        .await
    }

    pub async fn forget_recent(
        &self,
        request: wire::ForgetRecent,
    ) -> Result<Vec<RecentProject>, ApiError> {
        let (settings, archive) = (self.settings.clone(), self.archive.clone());
        blocking(move || {
            let folder = Path::new(&request.path);
            settings.forget_project(folder).map_err(error::settings)?;
            archive.forget_picture(folder).map_err(error::archive)?;
            let stored = settings.load().map_err(error::settings)?;
            Ok(recent(&stored, &archive))
        })
        .await
    }

    pub async fn choose_environment(
        &self,
        request: wire::ChooseEnvironment,
    ) -> Result<(), ApiError> {
        let opened = open(Path::new(&request.path)).await?;
        let Destination { name, .. } = crate::environment::destination(
            opened.design()?,
            Some(&request.environment),
            &self.options.overrides,
        )?;
        let settings = self.settings.clone();
        blocking(move || {
            settings
                .choose_environment(&opened.folder, &name)
                .map_err(error::settings)
        })
        .await
    }

    pub async fn save_settings(&self, request: wire::SaveSettings) -> Result<(), ApiError> {
        let settings = self.settings.clone();
        blocking(move || {
            let wire::Settings { theme, page_size } = request.settings;
            let own_size = Some(page_size).filter(|size| *size != wire::PageSize::default());
            settings
                .choose_look(theme_choice(theme), own_size.map(wire::PageSize::percent))
                .map_err(error::settings)
        })
        .await
    }

    /// A fault of the webview; it is written to the log and nothing else.
    pub async fn report_fault(&self, request: wire::ReportFault) -> Result<(), ApiError> {
        tracing::error!("the window reports: {}", request.message);
        Ok(())
    }

    /// Every finding of a design, the disk's included.
    pub async fn check(&self, path: &str) -> Result<CheckReport, ApiError> {
        Ok(CheckReport {
            diagnostics: open(Path::new(path)).await?.findings(),
        })
    }

    /// The environment that is meant: the named one, or the only one.
    pub async fn environment_name(
        &self,
        path: &str,
        name: Option<&str>,
    ) -> Result<String, ApiError> {
        let opened = open(Path::new(path)).await?;
        Ok(crate::environment::destination(opened.design()?, name, &self.options.overrides)?.name)
    }

    /// What may be handed to the system: an address of the web, or the folder of a known project.
    pub fn external_target(&self, request: wire::OpenExternal) -> Result<ExternalTarget, ApiError> {
        let target = request.target;
        if target.starts_with("https://") || target.starts_with("http://") {
            return Ok(ExternalTarget::Url(target));
        }
        let path = PathBuf::from(&target);
        let known = self
            .settings
            .load()
            .map_err(error::settings)?
            .recent
            .iter()
            .any(|recent| Path::new(&recent.path) == path);
        if known && path.is_dir() {
            return Ok(ExternalTarget::Folder(path));
        }
        Err(ApiError::new(
            ErrorCode::Argument,
            format!(
                "`{target}` was not opened: it is neither a web address nor the folder of a project"
            ),
        ))
    }
}

/// What the system is asked to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExternalTarget {
    Url(String),
    Folder(PathBuf),
}

pub(crate) fn run_ref(log: &crate::RunLog) -> RunRef {
    RunRef {
        run: log.run.clone(),
        environment: log.environment.clone(),
        active: !log.is_finished(),
    }
}

fn recent(
    stored: &slipway_store::UserSettings,
    archive: &slipway_store::ProjectArchive,
) -> Vec<RecentProject> {
    stored
        .recent
        .iter()
        .map(|recent| RecentProject {
            path: recent.path.display().to_string(),
            name: recent.name.clone(),
            opened: recent.opened.to_string(),
            exists: recent.path.join(slipway_design::FILE_NAME).is_file(),
            picture: crate::saving::picture(archive, &recent.path),
        })
        .collect()
}

fn settings_view(stored: &slipway_store::UserSettings) -> Settings {
    Settings {
        theme: match stored.theme {
            ThemeChoice::System => wire::Theme::System,
            ThemeChoice::Light => wire::Theme::Light,
            ThemeChoice::Dark => wire::Theme::Dark,
        },
        page_size: stored
            .page_size
            .map(wire::PageSize::from)
            .unwrap_or_default(),
    }
}

fn theme_choice(theme: wire::Theme) -> ThemeChoice {
    match theme {
        wire::Theme::System => ThemeChoice::System,
        wire::Theme::Light => ThemeChoice::Light,
        wire::Theme::Dark => ThemeChoice::Dark,
    }
}
