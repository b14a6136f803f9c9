//! The state of an open design and the only ways to change it.

use crate::change::{self, Change};
use crate::history::{History, Moved, Patch, TextChange};
use crate::places::{Place, Places};
use crate::{Camera, Command, ElementId, ElementKind, Rect, Refusal, Scene, Selection, Size};
use slipway_design::{Design, Document, TextEdits};
use std::sync::Arc;

/// What is seen without a window: room for a first card.
const UNSEEN: Size = Size {
    width: 960.0,
    height: 600.0,
};

/// An open design: its text, where things stand, what is selected, and how it came to be so.
#[derive(Debug, Clone)]
pub struct Editor {
    document: Arc<Document>,
    /// What can be read of the document; empty while it is not TOML.
    design: Arc<Design>,
    places: Places,
    environment: Option<String>,
    scene: Arc<Scene>,
    selection: Selection,
    history: History,
    camera: Camera,
    view: Size,
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
        self.environment = environment;
        self.draw();
    }

    pub fn set_camera(&mut self, camera: Camera) {
        self.camera = camera;
    }

    pub fn set_view(&mut self, view: Size) {
        self.view = view;
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
        let change = change::change(self, command)?;
        self.make(change)
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
        let patch = self.history.step_back()?;
        let mut text = self.document.text().to_owned();
        for change in patch.text.iter().rev() {
            text = change.back.apply(&text);
        }
        patch.unplace(&mut self.places);
        self.selection = patch.before.clone();
        let (title, changed) = (patch.title.clone(), !patch.text.is_empty());
        self.settle(changed.then_some(text));
        Some(title)
    }

    /// Makes the step again that was taken back last.
    pub fn redo(&mut self) -> Option<String> {
        let patch = self.history.step_forth()?;
        let mut text = self.document.text().to_owned();
        for change in &patch.text {
            text = change.forth.apply(&text);
        }
        patch.place(&mut self.places);
        self.selection = patch.after.clone();
        let (title, changed) = (patch.title.clone(), !patch.text.is_empty());
        self.settle(changed.then_some(text));
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
            None => Some(self.document.edited(&change.edits).map_err(|error| {
                Refusal::new(format!("{} was not done: {error}", change.title))
            })?),
        };
        let mut text = Vec::new();
        // A value set to what it is changes nothing.
        if let Some((next, forth)) = next.filter(|(next, _)| next.text() != self.text()) {
            let back = forth.inverse(self.text());
            text.push(TextChange { forth, back });
            self.design = Arc::new(next.design().cloned().unwrap_or_default());
            self.document = Arc::new(next);
        }
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
            self.draw();
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
                let to = Some(Place::near(crate::Point::new(card.rect.x, card.rect.y)));
                self.places.set(&card.id, to);
                moved.push(Moved {
                    id: card.id.clone(),
                    from: None,
                    to,
                });
            }
        }
    }

    fn settle(&mut self, text: Option<String>) {
        if let Some(text) = text {
            self.document = Arc::new(Document::parse(&text));
            self.design = Arc::new(self.document.design().cloned().unwrap_or_default());
        }
        self.draw();
    }

    fn draw(&mut self) {
        self.scene = Arc::new(Scene::of(
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
mod tests;
