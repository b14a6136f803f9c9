//! What cards, rows and edges look at together.

use crate::components::canvas::mounted;
use crate::each::Each;
use crate::run::CardState;
use crate::state::{App, worst};
use leptos::prelude::*;
use slipway_design::Severity;
use slipway_editor::{DETAIL_ZOOM, ElementId, Rect, SHAPE_ZOOM, Stop, Tool};
use slipway_plan::Action;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Signals of the whole canvas, and what they mean for each element on it.
#[derive(Clone, Copy)]
pub(crate) struct Shared {
    /// What stays lit while something is hovered, and whether each element does.
    pub(crate) lit_now: Memo<Option<Arc<HashSet<ElementId>>>>,
    pub(crate) lit: Each<ElementId, Option<bool>>,
    pub(crate) selected: Each<ElementId, bool>,
    /// Whether one of several is: an edge is shown so with its route and with each of its ends.
    pub(crate) any_selected: Each<[ElementId; 3], bool>,
    /// Whether a wire is drawn, and whether it may end at each card; `None` for where it comes from.
    pub(crate) is_wiring: Memo<bool>,
    pub(crate) verdict: Each<ElementId, Option<bool>>,
    /// Whether a wire is drawn from a route, and whether the end of its edge is in somebody's hand.
    pub(crate) wired: Each<ElementId, bool>,
    pub(crate) rewired: Each<ElementId, bool>,
    /// The cards that are dragged, first the one that was taken. A tool says more in each frame; what looks at this is
    /// asked only when other cards are taken.
    pub(crate) carried: Memo<Arc<[ElementId]>>,
    pub(crate) dragged: Each<ElementId, bool>,
    /// The weightiest problem, and how many there are.
    pub(crate) problem: Each<ElementId, Option<(Severity, usize)>>,
    /// What is edited in place: whether a name is a fresh one, and whether a card gets a route.
    pub(crate) naming: Each<ElementId, Option<bool>>,
    pub(crate) adding: Each<ElementId, bool>,
    /// What the plan does to the cards, how the run goes with them, and where they are served.
    pub(crate) ring: Each<ElementId, Option<Action>>,
    pub(crate) state: Each<ElementId, Option<CardState>>,
    pub(crate) url: Each<ElementId, Option<String>>,
    /// Too far out for details.
    pub(crate) is_far: Memo<bool>,
    pub(crate) far: Each<ElementId, bool>,
    /// So far out that cards are only shapes.
    pub(crate) is_tiny: Memo<bool>,
    /// What is mounted: all that may be seen.
    pub(crate) area: Memo<Rect>,
    /// The one thing on the canvas that Tab reaches; from there the arrow keys walk.
    pub(crate) stop: Memo<Option<Stop>>,
    pub(crate) is_stop: Each<Stop, bool>,
    /// Whether that is a card or one of its rows, so that Tab goes on to its controls.
    pub(crate) is_within: Each<ElementId, bool>,
}

/// Whether a wire from a route may end at each card.
#[derive(Debug, PartialEq)]
struct Verdicts {
    route: ElementId,
    allowed: HashMap<ElementId, bool>,
}

impl Shared {
    pub(crate) fn new(app: App) -> Self {
        let verdicts = verdicts(app);
        let carried = carried(app);
        let is_far = Memo::new(move |_| app.camera.with(|camera| camera.zoom < DETAIL_ZOOM));
        let stop = stop(app);
        let lit_now = lit(app);
        Self {
            lit_now,
            lit: Each::new(move || {
                let lit = lit_now.get();
                move |id: &ElementId| lit.as_ref().map(|lit| lit.contains(id))
            }),
            selected: Each::new(move || {
                let selection = app.selection.get();
                move |id: &ElementId| selection.contains(id)
            }),
            any_selected: Each::new(move || {
                let selection = app.selection.get();
                move |ids: &[ElementId; 3]| ids.iter().any(|id| selection.contains(id))
            }),
            is_wiring: Memo::new(move |_| verdicts.with(Option::is_some)),
            verdict: Each::new(move || {
                let verdicts = verdicts.get();
                move |id: &ElementId| {
                    let verdicts = verdicts.as_ref()?;
                    let own = verdicts.route.card() == *id;
                    (!own).then(|| verdicts.allowed.get(id).copied().unwrap_or(false))
                }
            }),
            wired: wired(app, false),
            rewired: wired(app, true),
            carried,
            dragged: Each::new(move || {
                let carried: HashSet<ElementId> = carried.get().iter().cloned().collect();
                move |id: &ElementId| carried.contains(id)
            }),
            problem: Each::new(move || {
                let problems = app.problems.with(|problems| worst(problems));
                move |id: &ElementId| problems.get(id).copied()
            }),
            naming: Each::new(move || {
                let naming = app.naming.get();
                move |id: &ElementId| {
                    let naming = naming.as_ref().filter(|naming| naming.id == *id)?;
                    Some(naming.fresh)
                }
            }),
            adding: Each::new(move || {
                let adding = app.adding_route.get();
                move |id: &ElementId| adding.as_deref() == Some(id.node_key())
            }),
            ring: Each::new(move || {
                let rings = app.rings.get();
                move |id: &ElementId| rings.get(id.node_key()).copied()
            }),
            state: Each::new(move || {
                let states = app.cards.get();
                move |id: &ElementId| states.get(id.node_key()).cloned()
            }),
            url: Each::new(move || {
                let urls = app.urls.get();
                move |id: &ElementId| urls.get(id.node_key()).cloned()
            }),
            is_far,
            far: Each::new(move || {
                let is_far = is_far.get();
                move |_: &ElementId| is_far
            }),
            is_tiny: Memo::new(move |_| app.camera.with(|camera| camera.zoom < SHAPE_ZOOM)),
            area: Memo::new(move |before: Option<&Rect>| {
                let camera = app.camera.get();
                mounted(camera.visible(app.viewport.get()), camera.zoom, before)
            }),
            stop,
            is_stop: Each::new(move || {
                let stop = stop.get();
                move |one: &Stop| stop.as_ref() == Some(one)
            }),
            is_within: Each::new(move || {
                let card = stop.with(|stop| stop.as_ref().map(Stop::card));
                move |id: &ElementId| card.as_ref() == Some(id)
            }),
        }
    }
}

fn lit(app: App) -> Memo<Option<Arc<HashSet<ElementId>>>> {
    Memo::new(move |_| {
        let hovered = app.hovered.get()?;
        let lit = app.scene.with(|scene| scene.lit_with(&hovered));
        Some(Arc::new(lit.into_iter().collect()))
    })
}

fn verdicts(app: App) -> Memo<Option<Arc<Verdicts>>> {
    let connected = Memo::new(move |_| {
        app.tool.with(|tool| match tool {
            Tool::Connecting(wire) => Some(wire.route.clone()),
            _ => None,
        })
    });
    Memo::new(move |_| {
        let route = connected.get()?;
        app.tool.with_untracked(|tool| {
            let targets = tool.wire()?.targets.iter();
            let allowed = targets.map(|(id, verdict)| (id.clone(), verdict.is_ok()));
            Some(Arc::new(Verdicts {
                route,
                allowed: allowed.collect(),
            }))
        })
    })
}

/// Of each route, whether a wire is drawn from it; or only one that is drawn anew.
fn wired(app: App, anew: bool) -> Each<ElementId, bool> {
    let wired = Memo::new(move |_| {
        app.tool.with(|tool| {
            let wire = tool.wire().filter(|wire| wire.rewires || !anew);
            wire.map(|wire| wire.route.clone())
        })
    });
    Each::new(move || {
        let wired = wired.get();
        move |id: &ElementId| wired.as_ref() == Some(id)
    })
}

fn carried(app: App) -> Memo<Arc<[ElementId]>> {
    Memo::new(move |_| {
        app.tool.with(|tool| match tool {
            Tool::DraggingNodes(drag) => drag.ids().cloned().collect(),
            _ => Arc::default(),
        })
    })
}

fn stop(app: App) -> Memo<Option<Stop>> {
    Memo::new(move |_| {
        let stop = app.stop.get();
        app.scene.with(|scene| {
            stop.filter(|stop| stop.is_in(scene))
                .or_else(|| Some(Stop::Element(scene.cards.first()?.id.clone())))
        })
    })
}
