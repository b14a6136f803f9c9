//! The transport without a backend: a built-in sample, in memory.
//!
//! It answers from the pure crates only: the sample opens, is checked, drawn and inspected. What
//! needs Docker or AWS says so. For looking at the window's states, the page's address can name a
//! scripted one: `?demo=deploy`, `?demo=run-failed` and so on, listed in [`scenario::Scenario`];
//! these are plays, and the identity they show says so. `?theme=dark` and `?theme=light` choose the theme.
//! `?nodes=1000&edges=2000&seed=7` opens a generated design of that size.

mod disk;
mod import;
mod play;
mod sample;
mod scenario;
mod script;

use super::{Answer, Subscription, Transport, from_js, to_js};
use crate::platform;
use scenario::Scenario;
use slipway_protocol::*;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};

/// Where the sample says it is.
const SAMPLE_PATH: &str = "/home/you/shop";

pub(super) struct Demo {
    state: Rc<State>,
}

struct State {
    scenario: Scenario,
    theme: Theme,
    recent: RefCell<Vec<RecentProject>>,
    disk: RefCell<disk::Disk>,
    plan: RefCell<Option<PlanView>>,
    play: RefCell<Option<play::Play>>,
}

impl Demo {
    /// Reads scenario and theme from the page's address.
    pub(super) fn from_address() -> Self {
        let search = platform::window().location().search().unwrap_or_default();
        let parameters = web_sys::UrlSearchParams::new_with_str(&search).ok();
        let get = |name: &str| {
            parameters
                .as_ref()
                .and_then(|parameters| parameters.get(name))
        };
        let number = |name: &str| get(name).and_then(|text| text.parse::<u32>().ok());
        let drawing = number("nodes").map(|nodes| sample::Drawing {
            nodes,
            edges: number("edges").unwrap_or(nodes.saturating_mul(2)),
            seed: number("seed").unwrap_or(1),
        });
        let scenario = match drawing {
            Some(drawing) => Scenario::Drawing(drawing),
            None => get("demo")
                .and_then(|name| Scenario::named(&name))
                .unwrap_or_default(),
        };
        let theme = match get("theme").as_deref() {
            Some("dark") => Theme::Dark,
            Some("light") => Theme::Light,
            _ => Theme::System,
        };
        Self {
            state: Rc::new(State {
                scenario,
                theme,
                recent: RefCell::new(sample::recent(scenario)),
                disk: RefCell::default(),
                plan: RefCell::new(None),
                play: RefCell::new(None),
            }),
        }
    }
}

impl Transport for Demo {
    fn call(&self, name: &'static str, request: JsValue) -> Answer {
        let state = Rc::clone(&self.state);
        Box::pin(async move {
            let answer = state.answer(name, request).await;
            answer.map_err(|error| {
                to_js(&error).unwrap_or_else(|error| JsValue::from_str(&error.message))
            })
        })
    }

    fn tell(&self, name: &'static str, _: JsValue) {
        leptos::logging::log!("the demo has no log for `{name}`");
    }

    fn follow(
        &self,
        name: &'static str,
        request: JsValue,
        mut on_event: Box<dyn FnMut(JsValue)>,
    ) -> (Answer, Subscription) {
        let state = Rc::clone(&self.state);
        let answer = self.call(name, request);
        if name != FollowRun::NAME {
            return (answer, Subscription::holding(()));
        }
        leptos::task::spawn_local(async move {
            // What was seen already is in the snapshot, which is taken in the same turn.
            pause(0).await;
            while let Some(event) = play::next(&state.play).await {
                match to_js(&event) {
                    Ok(event) => on_event(event),
                    Err(error) => leptos::logging::error!("{error}"),
                }
            }
        });
        (answer, Subscription::holding(()))
    }
}

impl State {
    async fn answer(&self, name: &'static str, request: JsValue) -> Result<JsValue, ApiError> {
        match name {
            Start::NAME => to_js(&self.start()),
            Painted::NAME
            | SaveSettings::NAME
            | ResizePage::NAME
            | ChooseEnvironment::NAME
            | ConsentToEndpoint::NAME
            | FollowDrops::NAME => Ok(JsValue::NULL),
            PickFolder::NAME => to_js(&Some("/home/you")),
            OpenProject::NAME if self.scenario == Scenario::Fault => {
                panic!("this is the fault that `?demo=fault` asks for")
            }
            OpenProject::NAME => {
                pause(120).await;
                let request: OpenProject = from_js(request)?;
                to_js(&self.open(&request.path)?)
            }
            NewProject::NAME => {
                let request: NewProject = from_js(request)?;
                let view =
                    sample::project(Scenario::Design, &request.path, request.template.is_some());
                self.note_recent(&view);
                to_js(&self.disk.borrow_mut().make(view))
            }
            BeginProject::NAME => {
                let request: BeginProject = from_js(request)?;
                let text = request.text;
                let view = ProjectView {
                    text,
                    ..sample::project(Scenario::Design, &request.path, false)
                };
                self.note_recent(&view);
                to_js(&self.disk.borrow_mut().make(view))
            }
            RunNow::NAME => to_js(&None::<RunRef>),
            ProjectRevision::NAME => {
                let request: ProjectRevision = from_js(request)?;
                to_js(&self.disk.borrow().revision(&request.path)?)
            }
            SaveProject::NAME => {
                let request: SaveProject = from_js(request)?;
                pause(60).await;
                to_js(&self.disk.borrow_mut().save(self.scenario, request)?)
            }
            ScanImport::NAME => {
                let request: ScanImport = from_js(request)?;
                pause(300).await;
                to_js(&import::scan(&self.disk.borrow(), &request)?)
            }
            Versions::NAME => {
                let request: Versions = from_js(request)?;
                to_js(&self.disk.borrow().versions(&request.path)?)
            }
            ReadVersion::NAME => {
                let request: ReadVersion = from_js(request)?;
                to_js(&self.disk.borrow().version(&request.path, &request.id)?)
            }
            SavePicture::NAME => {
                let request: SavePicture = from_js(request)?;
                for recent in self.recent.borrow_mut().iter_mut() {
                    if recent.path == request.path {
                        recent.picture = Some(request.picture.clone());
                    }
                }
                Ok(JsValue::NULL)
            }
            ForgetRecent::NAME => {
                let request: ForgetRecent = from_js(request)?;
                self.recent
                    .borrow_mut()
                    .retain(|recent| recent.path != request.path);
                to_js(&*self.recent.borrow())
            }
            Doctor::NAME => {
                let request: Doctor = from_js(request)?;
                pause(400).await;
                if self.scenario == Scenario::DoctorLoading {
                    pause(3_600_000).await;
                }
                to_js(&sample::doctor(
                    self.scenario,
                    request.environment.as_deref(),
                ))
            }
            MakePlan::NAME => {
                let request: MakePlan = from_js(request)?;
                pause(700).await;
                let text = self.disk.borrow().text(&request.path).map(str::to_owned);
                let plan = script::plan(self.scenario, &request, text).await?;
                *self.plan.borrow_mut() = Some(plan.clone());
                to_js(&plan)
            }
            StartRun::NAME => to_js(&self.start_run()?),
            FollowRun::NAME => to_js(&self.snapshot()?),
            CancelRun::NAME => {
                if let Some(play) = self.play.borrow_mut().as_mut() {
                    play.cancel();
                }
                Ok(JsValue::NULL)
            }
            Status::NAME => to_js(&sample::status(self.scenario)),
            OpenExternal::NAME => {
                let request: OpenExternal = from_js(request)?;
                Err(needs_desktop(&format!(
                    "`{}` is not opened from here",
                    request.target
                )))
            }
            other => Err(ApiError::new(
                ErrorCode::Internal,
                format!("The demo does not know `{other}`"),
            )),
        }
    }

    fn start(&self) -> StartView {
        StartView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            recent: self.recent.borrow().clone(),
            templates: sample::templates(),
            open: self
                .scenario
                .opens_project()
                .then(|| SAMPLE_PATH.to_owned()),
            environment: self.scenario.environment().map(str::to_owned),
            settings: Settings {
                theme: self.theme,
                page_size: PageSize::default(),
            },
            settings_fault: None,
        }
    }

    fn open(&self, path: &str) -> Result<ProjectView, ApiError> {
        if path.ends_with("shop")
            || self
                .recent
                .borrow()
                .iter()
                .any(|recent| recent.path == path && recent.exists)
        {
            let view = sample::project(self.scenario, path, true);
            let mut view = self.disk.borrow_mut().open(view);
            if let Some(environment) = self.scenario.run_in() {
                let play = play::Play::of_past(self.scenario, path, environment);
                *self.play.borrow_mut() = Some(play);
                view.run = Some(RunRef {
                    run: play::RUN.to_owned(),
                    environment: environment.to_owned(),
                    active: true,
                });
            }
            return Ok(view);
        }
        let error = ApiError::new(
            ErrorCode::ProjectNotFound,
            format!("The project could not be opened: `{path}` is not part of the demo"),
        );
        Err(error.with_hint("Open the recent project `shop`, or install the desktop app to open folders of this computer"))
    }

    /// A project that was made here can be opened again as long as the page is.
    fn note_recent(&self, view: &ProjectView) {
        let name = view.path.rsplit('/').next().unwrap_or(&view.path);
        let mut recent = self.recent.borrow_mut();
        recent.retain(|recent| recent.path != view.path);
        recent.insert(
            0,
            RecentProject {
                path: view.path.clone(),
                name: name.to_owned(),
                opened: format!("{:.0}", js_sys::Date::now() / 1000.0),
                exists: true,
                picture: None,
            },
        );
    }

    fn start_run(&self) -> Result<RunRef, ApiError> {
        let plan = self.plan.borrow();
        let Some(plan) = plan.as_ref().filter(|_| self.scenario.plays_runs()) else {
            return Err(needs_desktop(
                "The deploy was not started: this is a demo without Docker and AWS",
            ));
        };
        *self.play.borrow_mut() = Some(play::Play::live(self.scenario, plan));
        Ok(RunRef {
            run: play::RUN.to_owned(),
            environment: plan.scope.environment.clone(),
            active: true,
        })
    }

    fn snapshot(&self) -> Result<RunSnapshot, ApiError> {
        let mut play = self.play.borrow_mut();
        let play = play
            .as_mut()
            .ok_or_else(|| ApiError::new(ErrorCode::Argument, "There is no such run"))?;
        Ok(play.snapshot(SAMPLE_PATH))
    }
}

fn needs_desktop(message: &str) -> ApiError {
    ApiError::new(ErrorCode::Argument, message).with_hint(
        "Install the desktop app: it builds with the Docker of this computer and deploys to AWS",
    )
}

/// Waits by the page's clock.
async fn pause(millis: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let timer = platform::window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(resolve.unchecked_ref(), millis);
        if let Err(error) = timer {
            leptos::logging::error!("the page has no timers: {error:?}");
        }
    });
    // The promise is never rejected.
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
