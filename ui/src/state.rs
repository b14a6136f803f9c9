//! What the window knows, as signals.

use crate::drawn::Drawn;
use crate::editing;
use crate::outside::Clash;
use crate::run::{CardState, RunRecord};
use crate::saving::Saving;
use indexmap::IndexMap;
use leptos::prelude::*;
use slipway_design::{Design, Document, Environment, Severity};
use slipway_editor::{Camera, Editor, ElementId, Refusal, Scene, Selection, Size, Stop, Tool};
use slipway_plan::Action;
use slipway_protocol::{
    ApiError, DestroyChoice, DiagnosticView, DoctorReport, PlanView, ProjectView, Settings,
    StartView,
};
use std::collections::HashMap;
use std::sync::Arc;

/// Which screen is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    /// Nothing was heard from the backend yet.
    Starting,
    Start,
    Design,
}

impl Screen {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Start => "start",
            Self::Design => "design",
        }
    }
}

/// A project that is open.
#[derive(Debug)]
pub(crate) struct OpenProject {
    pub(crate) view: ProjectView,
    pub(crate) document: Arc<Document>,
    /// The design, or an empty one while the text is not TOML.
    pub(crate) design: Arc<Design>,
}

impl OpenProject {
    /// What an editor has open, and what the backend says about it.
    pub(crate) fn new(view: ProjectView, editor: &Editor) -> Self {
        Self {
            view,
            document: Arc::clone(editor.document()),
            design: Arc::clone(editor.design()),
        }
    }

    /// What people call it.
    pub(crate) fn name(&self) -> String {
        if self.design.name.is_empty() {
            crate::format::file_name(&self.view.path).to_owned()
        } else {
            self.design.name.clone()
        }
    }

    /// Where an emulator environment really goes.
    pub(crate) fn endpoint(&self, environment: &Environment) -> Option<String> {
        let own = environment.endpoint.clone()?;
        let told = self
            .view
            .emulator
            .as_ref()
            .and_then(|emulator| emulator.endpoint.clone());
        Some(told.unwrap_or(own))
    }
}

/// Something that is wrong, with the element it is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    pub(crate) view: DiagnosticView,
    pub(crate) element: Option<ElementId>,
}

/// The weightiest problem of each element, and how many it has.
pub(crate) fn worst(problems: &[Problem]) -> HashMap<ElementId, (Severity, usize)> {
    let mut found: HashMap<ElementId, (Severity, usize)> = HashMap::new();
    for problem in problems {
        if let Some(id) = &problem.element {
            let severity = problem.view.severity;
            let known = found.entry(id.clone()).or_insert((severity, 0));
            *known = (known.0.min(severity), known.1 + 1);
        }
    }
    found
}

/// Something that is asked for and may fail.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Load<T> {
    #[default]
    Idle,
    Loading,
    Ready(T),
    Failed(ApiError),
}

/// The dialogs, of which at most one is open.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Dialog {
    #[default]
    None,
    /// A new project, from this template when one was chosen already.
    NewProject(Option<String>),
    Commands,
    Settings,
    /// Two texts that exclude each other: [`App::clash`].
    Clash,
    /// Leaving a project that could not be saved.
    Unsaved(Leaving),
    /// Earlier texts of the project.
    Versions,
    /// What a route leads to.
    Connect(ElementId),
    /// The name of an API, a function or a service; a fresh one was made just now.
    Rename {
        id: ElementId,
        fresh: bool,
    },
    /// The key of a route, or of one that is added.
    RouteKey {
        api: String,
        key: Option<String>,
    },
    /// Other tools' files as additions, from this place when one was chosen already.
    Import(Option<String>),
    /// All keys at a glance.
    Keys,
    /// The plan of a deploy, or of a destroy with its choices.
    Plan(Option<DestroyChoice>),
}

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaving {
    Project,
    /// The window was asked to close.
    Window,
}

/// A name that is edited where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Naming {
    pub(crate) id: ElementId,
    /// It was made just now: nothing is deployed under its name.
    pub(crate) fresh: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PanelTab {
    Problems,
    Routes,
    Plan,
    Activity,
}

/// A menu that is open: what it is about, and where, in pixels of the page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Menu {
    pub(crate) ids: Vec<ElementId>,
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// It was opened in the tree, not on the canvas.
    pub(crate) in_tree: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Toast {
    pub(crate) id: u32,
    pub(crate) severity: Severity,
    pub(crate) text: String,
    pub(crate) hint: Option<String>,
}

/// All signals; copied freely, found by [`App::get`].
#[derive(Clone, Copy)]
pub(crate) struct App {
    pub(crate) screen: RwSignal<Screen>,
    pub(crate) start: RwSignal<Load<StartView>>,
    pub(crate) doctor: RwSignal<Load<DoctorReport>>,
    pub(crate) settings: RwSignal<Settings>,
    /// What is being opened, in words.
    pub(crate) opening: RwSignal<Option<String>>,
    pub(crate) project: RwSignal<Option<Arc<OpenProject>>>,
    pub(crate) environment: RwSignal<Option<String>>,
    /// The open design; [`crate::editing`] keeps the signals below in step with it.
    pub(crate) editor: StoredValue<Option<Editor>>,
    pub(crate) saving: RwSignal<Saving>,
    /// What is asked about in [`Dialog::Clash`].
    pub(crate) clash: RwSignal<Option<Arc<Clash>>>,
    pub(crate) selection: RwSignal<Selection>,
    /// The one that was selected last.
    pub(crate) selected: Memo<Option<ElementId>>,
    /// A place of the file whose field is to be focused once its form is shown.
    pub(crate) looked_for: RwSignal<Option<String>>,
    /// Why the design cannot be changed here: the file is not TOML, or of a newer format.
    pub(crate) closed: RwSignal<Option<Refusal>>,
    /// What undo takes back and redo makes again, by name.
    pub(crate) undo_title: RwSignal<Option<String>>,
    pub(crate) redo_title: RwSignal<Option<String>>,
    pub(crate) hovered: RwSignal<Option<ElementId>>,
    /// What of the canvas had the focus last, or was selected since: Tab leads back there.
    pub(crate) stop: RwSignal<Option<Stop>>,
    pub(crate) scene: RwSignal<Arc<Scene>>,
    /// Counts how often what is dragged was moved: meanwhile the scene is the editor's alone.
    pub(crate) shifts: RwSignal<u32>,
    pub(crate) problems: Memo<Arc<Vec<Problem>>>,
    pub(crate) camera: RwSignal<Camera>,
    /// What the pointer is about on the canvas.
    pub(crate) tool: RwSignal<Tool>,
    /// A press would pan: Space is held.
    pub(crate) grabbing: RwSignal<bool>,
    /// What is mounted of the scene, and the input that waits for the next frame.
    pub(crate) drawn: StoredValue<Drawn>,
    /// The name that is edited in place.
    pub(crate) naming: RwSignal<Option<Naming>>,
    /// The API that a route is being added to in place.
    pub(crate) adding_route: RwSignal<Option<String>>,
    pub(crate) viewport: RwSignal<Size>,
    pub(crate) plan: RwSignal<Load<Arc<PlanView>>>,
    /// What the plan does to each card, for its ring.
    pub(crate) rings: Memo<HashMap<String, Action>>,
    pub(crate) run: RwSignal<Option<RunRecord>>,
    /// The run could not be started or followed.
    pub(crate) run_error: RwSignal<Option<ApiError>>,
    pub(crate) cards: Memo<HashMap<String, CardState>>,
    pub(crate) urls: RwSignal<IndexMap<String, String>>,
    pub(crate) panel: RwSignal<PanelTab>,
    pub(crate) panel_open: RwSignal<bool>,
    /// Sizes of the panes in pixels, where somebody moved their borders.
    pub(crate) side_width: RwSignal<Option<f64>>,
    pub(crate) inspector_width: RwSignal<Option<f64>>,
    pub(crate) panel_height: RwSignal<Option<f64>>,
    pub(crate) dialog: RwSignal<Dialog>,
    pub(crate) menu: RwSignal<Option<Menu>>,
    pub(crate) toasts: RwSignal<Vec<Toast>>,
    /// What a screen reader is told.
    pub(crate) said: RwSignal<String>,
}

impl App {
    pub(crate) fn new() -> Self {
        let project: RwSignal<Option<Arc<OpenProject>>> = RwSignal::new(None);
        let environment = RwSignal::new(None::<String>);
        let selection = RwSignal::new(Selection::default());
        let run = RwSignal::new(None::<RunRecord>);
        let plan = RwSignal::new(Load::<Arc<PlanView>>::Idle);
        Self {
            screen: RwSignal::new(Screen::Starting),
            start: RwSignal::new(Load::Idle),
            doctor: RwSignal::new(Load::Idle),
            settings: RwSignal::new(Settings::default()),
            opening: RwSignal::new(None),
            project,
            environment,
            editor: StoredValue::new(None),
            saving: RwSignal::new(Saving::Saved),
            clash: RwSignal::new(None),
            selection,
            selected: Memo::new(move |_| selection.with(|selection| selection.last().cloned())),
            looked_for: RwSignal::new(None),
            closed: RwSignal::new(None),
            undo_title: RwSignal::new(None),
            redo_title: RwSignal::new(None),
            hovered: RwSignal::new(None),
            stop: RwSignal::new(None),
            scene: RwSignal::new(Arc::default()),
            shifts: RwSignal::new(0),
            problems: Memo::new(move |_| {
                project
                    .with(|project| Arc::new(project.as_deref().map(problems).unwrap_or_default()))
            }),
            camera: RwSignal::new(Camera::default()),
            tool: RwSignal::new(Tool::Idle),
            grabbing: RwSignal::new(false),
            drawn: StoredValue::new(Drawn::default()),
            naming: RwSignal::new(None),
            adding_route: RwSignal::new(None),
            viewport: RwSignal::new(Size::default()),
            plan,
            rings: Memo::new(move |_| {
                plan.with(|plan| match plan {
                    Load::Ready(plan) => rings(plan),
                    _ => HashMap::new(),
                })
            }),
            run,
            run_error: RwSignal::new(None),
            cards: Memo::new(move |_| {
                run.with(|run| run.as_ref().map(card_states).unwrap_or_default())
            }),
            urls: RwSignal::new(IndexMap::new()),
            panel: RwSignal::new(PanelTab::Problems),
            panel_open: RwSignal::new(true),
            side_width: RwSignal::new(None),
            inspector_width: RwSignal::new(None),
            panel_height: RwSignal::new(None),
            dialog: RwSignal::new(Dialog::None),
            menu: RwSignal::new(None),
            toasts: RwSignal::new(Vec::new()),
            said: RwSignal::new(String::new()),
        }
    }

    pub(crate) fn get() -> Self {
        expect_context()
    }

    /// The chosen environment as the design has it.
    pub(crate) fn chosen(self) -> Option<(String, Environment)> {
        let name = self.environment.get()?;
        self.project.with(|project| {
            let environment = project.as_ref()?.design.environments.get(&name)?.clone();
            Some((name, environment))
        })
    }

    pub(crate) fn path(self) -> Option<String> {
        self.project
            .with_untracked(|project| project.as_ref().map(|project| project.view.path.clone()))
    }

    /// Whether a run is at work.
    pub(crate) fn is_running(self) -> bool {
        self.run
            .with(|run| run.as_ref().is_some_and(|run| !run.is_finished()))
    }

    pub(crate) fn errors(self) -> usize {
        self.problems.with(|problems| {
            problems
                .iter()
                .filter(|problem| problem.view.severity == Severity::Error)
                .count()
        })
    }

    pub(crate) fn say(self, text: impl Into<String>) {
        self.said.set(text.into());
    }

    pub(crate) fn toast(self, severity: Severity, text: impl Into<String>, hint: Option<String>) {
        let toast = |id| Toast {
            id,
            severity,
            text: text.into(),
            hint,
        };
        self.toasts.update(|toasts| {
            let id = toasts.last().map_or(0, |last| last.id + 1);
            toasts.push(toast(id));
            let surplus = toasts.len().saturating_sub(4);
            toasts.drain(..surplus);
        });
    }

    pub(crate) fn toast_error(self, error: &ApiError) {
        self.toast(Severity::Error, error.message.clone(), error.hint.clone());
    }

    /// What went wrong without stopping anything.
    pub(crate) fn toast_warning(self, fault: &ApiError) {
        self.toast(Severity::Warning, fault.message.clone(), fault.hint.clone());
    }

    /// Moves the camera because somebody asked for it.
    pub(crate) fn move_camera(self, to: impl FnOnce(Camera) -> Camera) {
        editing::with(self, |editor| editor.move_camera(to(editor.camera())));
    }

    /// Selects an element and brings it into view.
    pub(crate) fn select(self, id: ElementId) {
        editing::with(self, |editor| {
            editor.select(Selection::one(id.clone()));
            editor.reveal(&id);
        });
    }

    /// Selects nothing.
    pub(crate) fn deselect(self) {
        editing::with(self, |editor| editor.select(Selection::default()));
    }
}

fn problems(project: &OpenProject) -> Vec<Problem> {
    let own = project
        .document
        .diagnostics()
        .iter()
        .cloned()
        .map(DiagnosticView::from);
    let disk = project.view.disk_problems.iter().cloned();
    let mut all: Vec<Problem> = own
        .chain(disk)
        .map(|view| Problem {
            element: ElementId::of_subject(&project.design, &view.subject),
            view,
        })
        .collect();
    all.sort_by_key(|problem| {
        (
            problem.view.severity,
            problem.view.line,
            problem.view.column,
        )
    });
    all
}

/// The weightiest of the changes of each node.
fn rings(plan: &PlanView) -> HashMap<String, Action> {
    let weight = |action: Action| match action {
        Action::NoOp => 0,
        Action::Forget => 1,
        Action::Update => 2,
        Action::Create => 3,
        Action::Delete => 4,
        Action::Replace => 5,
    };
    let mut actions: HashMap<&str, Vec<Action>> = HashMap::new();
    for change in &plan.changes {
        actions.entry(&change.node).or_default().push(change.action);
    }
    let ring = |actions: Vec<Action>| {
        // New small things around a function that exists change it; they do not make it.
        let updates = actions
            .iter()
            .any(|action| matches!(action, Action::NoOp | Action::Update));
        match actions.into_iter().max_by_key(|action| weight(*action))? {
            Action::NoOp | Action::Forget => None,
            Action::Create | Action::Delete if updates => Some(Action::Update),
            action => Some(action),
        }
    };
    actions
        .into_iter()
        .filter_map(|(node, actions)| Some((node.to_owned(), ring(actions)?)))
        .collect()
}

fn card_states(run: &RunRecord) -> HashMap<String, CardState> {
    run.groups()
        .into_iter()
        .filter_map(|(node, _)| {
            let state = run.card_state(&node)?;
            Some((node, state))
        })
        .collect()
}
