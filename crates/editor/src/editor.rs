//! The state of an open design and the only ways to change it.

use crate::change::{self, Change};
use crate::history::{History, Moved, Patch, TextChange};
use crate::places::{Place, Places};
use crate::{
    Camera, Changes, Command, ElementId, ElementKind, Point, Rect, Refusal, Scene, Selection, Size,
    Tool,
};
use slipway_design::{Design, Document, TextEdits};
use std::sync::Arc;

/// Height of what floats over the upper and the lower border of the viewport, in pixels.
const FLOATING: f64 = 44.0;
/// Free room around all that is shown, in pixels.
const FIT_MARGIN: f64 = 32.0;

/// What is seen without a window: room for a first card.
const UNSEEN: Size = Size {
    width: 960.0,
    height: 600.0,
};

/// What the camera keeps in view when the viewport or the file changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// Somebody moved the camera: it stays.
    Free,
    /// As much of the design as can be read.
    Readable,
    /// All of the design, however small, because somebody asked for it.
    Whole,
}

/// An open design: its text, where things stand, what is selected, and how it came to be so.
#[derive(Debug, Clone)]
pub struct Editor {
    document: Arc<Document>,
    /// What can be read of the document; empty while it is not TOML.
    design: Arc<Design>,
    places: Places,
    environment: Option<String>,
    pub(crate) scene: Arc<Scene>,
    pub(crate) selection: Selection,
    history: History,
    pub(crate) camera: Camera,
    pub(crate) view: Size,
    framing: Framing,
    pub(crate) tool: Tool,
    /// Space is held.
    pub(crate) space: bool,
    /// The last place of the pointer, in viewport pixels.
    pub(crate) pointer: Point,
    pub(crate) changes: Changes,
}

impl Editor {
    /// Opens a text. `places` without entries means the automatic layout.
    pub fn open(text: &str, places: Places, environment: Option<String>) -> Self {
        let document = Arc::new(Document::parse(text));
        let design = Arc::new(document.design().cloned().unwrap_or_default());
        let scene = Arc::new(Scene::of(&design, environment.as_deref(), &places));
        Self {
            document,
            design,
            places,
            environment,
            scene,
            selection: Selection::default(),
            history: History::default(),
            camera: Camera::default(),
            view: Size::default(),
            framing: Framing::Readable,
            tool: Tool::Idle,
            space: false,
            pointer: Point::default(),
            changes: Changes::default(),
        }
    }

    pub fn document(&self) -> &Arc<Document> {
        &self.document
    }

    /// The design; empty while the text is not TOML.
    pub fn design(&self) -> &Arc<Design> {
        &self.design
    }

    pub fn text(&self) -> &str {
        self.document.text()
    }

    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Where all cards stand now, those that are laid out too.
    pub fn shown_places(&self) -> Places {
        let cards = self.scene.cards.iter();
        let place = |rect: Rect| Place::near(Point::new(rect.x, rect.y));
        cards
            .map(|card| (card.id.clone(), place(card.rect)))
            .collect()
    }

    /// Takes over places that somebody else wrote, unless a tool is at work; no step of the history.
    pub fn take_places(&mut self, places: &Places) {
        if self.tool == Tool::Idle && self.places != *places {
            self.places = places.clone();
            self.draw();
        }
    }

    pub fn scene(&self) -> &Arc<Scene> {
        &self.scene
    }

    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    pub fn camera(&self) -> Camera {
        self.camera
    }

    pub fn view(&self) -> Size {
        self.view
    }

    /// The part of the world that is seen.
    pub fn seen(&self) -> Rect {
        let view = if self.view.width > 0.0 {
            self.view
        } else {
            UNSEEN
        };
        self.camera.visible(view)
    }

    pub fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    /// Shows the design as another environment sees it.
    pub fn set_environment(&mut self, environment: Option<String>) {
        self.cancel();
        self.environment = environment;
        self.draw();
    }

    /// Shows another part of the world because somebody asked for it.
    pub fn move_camera(&mut self, camera: Camera) {
        self.camera = camera;
        self.framing = Framing::Free;
    }

    /// The viewport has another size; the design is shown in it until somebody moves the camera.
    pub fn set_view(&mut self, view: Size) {
        self.view = view;
        self.frame_again();
    }

    /// Shows all of the design, however small it gets, and keeps showing it while the viewport changes.
    pub fn fit(&mut self) {
        self.framing = Framing::Whole;
        self.frame_again();
    }

    /// Shows the design as far as its text can be read, and keeps showing it while the viewport
    /// changes. Of a larger one its upper left is seen, or what is selected.
    pub fn frame(&mut self) {
        self.framing = Framing::Readable;
        self.frame_again();
    }

    fn frame_again(&mut self) {
        let bounds = self.scene.bounds;
        let is_shown = self.view.width > 0.0 && bounds.width > 0.0;
        if self.framing == Framing::Free || !is_shown {
            return;
        }
        let free = Size::new(self.view.width, self.view.height - 2.0 * FLOATING);
        let camera = if self.framing == Framing::Whole {
            Camera::fit(bounds, free, FIT_MARGIN)
        } else {
            let camera = Camera::framing(bounds, free, FIT_MARGIN);
            match self.first_seen() {
                Some(rect) => camera.revealing(rect, free, FIT_MARGIN),
                None => camera,
            }
        };
        self.camera = camera.panned(0.0, FLOATING);
    }

    /// What is to be seen whatever else is: what is selected, else the card nearest to the upper left.
    fn first_seen(&self) -> Option<Rect> {
        let bounds = self.scene.bounds;
        let far = |rect: &Rect| (rect.x - bounds.x).hypot(rect.y - bounds.y);
        let selected = self.selection.last().and_then(|id| self.scene.rect(id));
        let rects = self.scene.cards.iter().map(|card| card.rect);
        selected.or_else(|| rects.min_by(|a, b| far(a).total_cmp(&far(b))))
    }

    /// Moves the camera as little as it takes to show an element.
    pub fn reveal(&mut self, id: &ElementId) {
        if let (Some(rect), true) = (self.scene.rect(id), self.view.width > 0.0) {
            let camera = self.camera.revealing(rect, self.view, FIT_MARGIN);
            if camera != self.camera {
                self.move_camera(camera);
            }
        }
    }

    /// What looks different since this was asked last, while a tool is at work. A step of the
    /// history gives a new [`Editor::scene`] instead.
    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// Selects; what does not exist is left out. No step of the history.
    pub fn select(&mut self, selection: Selection) {
        self.selection = selection;
        let design = &self.design;
        self.selection.retain(|id| id.exists_in(design));
        self.history.part();
    }

    /// Does a command as one step.
    ///
    /// # Errors
    /// [`Refusal`]; nothing has changed then.
    pub fn apply(&mut self, command: &Command) -> Result<(), Refusal> {
        self.cancel();
        let change = change::change(self, command)?;
        self.make(change)
    }

    /// Does a command as part of a series, such as what is typed into one field: steps in a row of one series are
    /// one step of the history, until [`Editor::part`] or another step comes between.
    ///
    /// # Errors
    /// [`Refusal`]; nothing has changed then.
    pub fn apply_in(&mut self, series: &str, command: &Command) -> Result<(), Refusal> {
        let mut change = change::change(self, command)?;
        change.squash = Some(format!("series {series}"));
        self.make(change)
    }

    /// Ends a series: what comes next is a step of its own.
    pub fn part(&mut self) {
        self.history.part();
    }

    /// Why the text cannot be changed by commands; `None` when it can. Somebody has to mend it, or
    /// to use another version of the program.
    pub fn closed(&self) -> Option<Refusal> {
        let name = slipway_design::FILE_NAME;
        if self.document.is_read_only() {
            Some(
                Refusal::new(format!(
                    "Nothing can be changed here: {name} is of a newer format than this version of Slipway writes"
                ))
                .hint("Update Slipway"),
            )
        } else if self.document.tree().is_none() {
            Some(
                Refusal::new(format!(
                    "Nothing can be changed here: {name} is not TOML at the moment"
                ))
                .hint("Correct the place that the problems name, or take an earlier version"),
            )
        } else {
            None
        }
    }

    /// What would be said against wiring a route to a target; `Ok` when nothing.
    ///
    /// # Errors
    /// [`Refusal`] with the reason.
    pub fn may_connect(&self, route: &ElementId, target: &ElementId) -> Result<(), Refusal> {
        change::allows(self, route, target)
    }

    /// Every card a route could be wired to, in the order of the scene, with what is said against it.
    pub fn targets_for(&self, route: &ElementId) -> Vec<(ElementId, Result<(), Refusal>)> {
        let targets = self.scene.cards.iter().map(|card| &card.id);
        targets
            .filter(|id| id.kind() != ElementKind::Api)
            .map(|id| (id.clone(), self.may_connect(route, id)))
            .collect()
    }

    /// The route that a text stands for on an API, as it would be written; `but` is the key that it
    /// takes the place of.
    ///
    /// # Errors
    /// [`Refusal`] when it is no route, or another one gets the same requests.
    pub fn check_route(&self, api: &str, text: &str, but: Option<&str>) -> Result<String, Refusal> {
        let value = self.design.apis.get(api);
        let value = value.ok_or_else(|| change::gone(&ElementId::Api(api.to_owned())))?;
        change::checked_key(value, text, but)
    }

    /// Whether an element may have a name.
    ///
    /// # Errors
    /// [`Refusal`] when it is no name, or taken.
    pub fn check_name(&self, id: &ElementId, name: &str) -> Result<(), Refusal> {
        crate::rename::checked_name(self, id, name)
    }

    /// The name of the step that undo takes back.
    pub fn undo_title(&self) -> Option<&str> {
        self.history.next_undo().map(Patch::title)
    }

    /// The name of the step that redo makes again.
    pub fn redo_title(&self) -> Option<&str> {
        self.history.next_redo().map(Patch::title)
    }

    /// Takes the last step back; its title, or `None` when there is none.
    pub fn undo(&mut self) -> Option<String> {
        self.cancel();
        let patch = self.history.step_back()?;
        let mut text = self.document.text().to_owned();
        for change in patch.text.iter().rev() {
            text = change.back.apply(&text);
        }
        patch.unplace(&mut self.places);
        self.selection = patch.before.clone();
        let (title, changed) = (patch.title.clone(), !patch.text.is_empty());
        let moved = patch.moved.clone();
        self.settle(changed.then_some(text), &moved);
        Some(title)
    }

    /// Makes the step again that was taken back last.
    pub fn redo(&mut self) -> Option<String> {
        self.cancel();
        let patch = self.history.step_forth()?;
        let mut text = self.document.text().to_owned();
        for change in &patch.text {
            text = change.forth.apply(&text);
        }
        patch.place(&mut self.places);
        self.selection = patch.after.clone();
        let (title, changed) = (patch.title.clone(), !patch.text.is_empty());
        let moved = patch.moved.clone();
        self.settle(changed.then_some(text), &moved);
        Some(title)
    }

    /// Takes over a text that somebody else wrote into the file; history goes on as one step.
    ///
    /// # Errors
    /// [`Refusal`] when the text is of a newer format.
    pub fn replace(&mut self, title: &str, text: &str) -> Result<(), Refusal> {
        let (title, text) = (title.to_owned(), text.to_owned());
        self.apply(&Command::Replace { title, text })
    }

    fn make(&mut self, change: Change) -> Result<(), Refusal> {
        let next = match &change.text {
            Some(text) => Some((Document::parse(text), TextEdits::between(self.text(), text))),
            None if change.edits.is_empty() => None,
            None => {
                if let Some(refusal) = self.closed() {
                    return Err(refusal);
                }
                let edited = self.document.edited(&change.edits);
                Some(edited.map_err(|error| {
                    Refusal::new(format!("{} was not done: {error}", change.title))
                })?)
            }
        };
        let mut text = Vec::new();
        // A value set to what it is changes nothing.
        if let Some((next, forth)) = next.filter(|(next, _)| next.text() != self.text()) {
            let back = forth.inverse(self.text());
            text.push(TextChange { forth, back });
            self.design = Arc::new(next.design().cloned().unwrap_or_default());
            self.document = Arc::new(next);
        }
        // A text from outside is shown whole like one that was opened.
        let is_replaced = change.text.is_some();
        let mut moved = Vec::new();
        if !change.places.is_empty() {
            self.freeze(&change, &mut moved);
        }
        for (id, to) in change.places {
            let from = self.places.get(&id);
            if from != to {
                self.places.set(&id, to);
                moved.push(Moved { id, from, to });
            }
        }
        let selected = self.selection.clone();
        if let Some(select) = change.select {
            self.selection = select;
        }
        let mut patch = Patch {
            title: change.title,
            text,
            moved,
            before: selected,
            after: Selection::default(),
            squash: change.squash,
        };
        if !patch.changes_nothing() {
            self.redraw(patch.text.is_empty(), &patch.moved);
            if is_replaced {
                self.frame_again();
            } else {
                self.framing = Framing::Free;
            }
        }
        patch.after = self.selection.clone();
        if !patch.changes_nothing() {
            self.history.note(patch);
        }
        Ok(())
    }

    /// Keeps what is shown where it is, before something moves or is added.
    fn freeze(&mut self, change: &Change, moved: &mut Vec<Moved>) {
        let tidies = change.places.iter().all(|(_, place)| place.is_none());
        if tidies {
            return;
        }
        let scene = Arc::clone(&self.scene);
        for card in &scene.cards {
            if self.places.get(&card.id).is_none() {
                let to = Some(Place::near(Point::new(card.rect.x, card.rect.y)));
                self.places.set(&card.id, to);
                moved.push(Moved {
                    id: card.id.clone(),
                    from: None,
                    to,
                });
            }
        }
    }

    fn settle(&mut self, text: Option<String>, moved: &[Moved]) {
        let only_places = text.is_none();
        if let Some(text) = text {
            self.document = Arc::new(Document::parse(&text));
            self.design = Arc::new(self.document.design().cloned().unwrap_or_default());
        }
        self.redraw(only_places, moved);
    }

    /// Draws what changed: only the cards that moved when nothing else did.
    fn redraw(&mut self, only_places: bool, moved: &[Moved]) {
        let placed = moved
            .iter()
            .map(|moved| Some((moved.id.clone(), self.places.get(&moved.id)?.point())));
        match placed.collect::<Option<Vec<_>>>() {
            Some(placed) if only_places => self.shift(&placed),
            _ => self.draw(),
        }
        let design = &self.design;
        self.selection.retain(|id| id.exists_in(design));
    }

    /// Brings cards to places for good.
    pub(crate) fn shift(&mut self, to: &[(ElementId, Point)]) {
        let changes = Arc::make_mut(&mut self.scene).moved(to);
        self.changes.add(changes);
    }

    fn draw(&mut self) {
        self.scene = Arc::new(self.scene.again(
            &self.design,
            self.environment.as_deref(),
            &self.places,
        ));
        let design = &self.design;
        self.selection.retain(|id| id.exists_in(design));
    }
}

#[cfg(test)]
#[path = "editor_tests.rs"]
pub(crate) mod tests;
