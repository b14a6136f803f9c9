//! The demo's disk: texts in memory, kept as long as the page is open.

use super::sample;
use super::scenario::Scenario;
use slipway_design::Document;
use slipway_protocol::{
    ApiError, DesignSize, ErrorCode, ProjectView, SaveProject, SaveReply, VersionView,
};
use std::collections::BTreeMap;

/// As many earlier texts as the desktop app keeps.
const KEPT: usize = 10;

/// A project's files.
#[derive(Debug, Clone)]
struct Files {
    text: String,
    layout: Option<String>,
    /// Grows with each text.
    number: u32,
    /// Earlier texts, newest first.
    earlier: Vec<(VersionView, String)>,
    /// Somebody else has written already.
    meddled: bool,
}

/// Every project that was opened or made, by its path.
#[derive(Debug, Default)]
pub(super) struct Disk {
    projects: BTreeMap<String, Files>,
}

impl Disk {
    /// Puts a project there unless it is there already, and says what it holds.
    pub(super) fn open(&mut self, mut view: ProjectView) -> ProjectView {
        let files = self
            .projects
            .entry(view.path.clone())
            .or_insert_with(|| Files {
                text: view.text.clone(),
                layout: view.layout.clone(),
                number: 0,
                earlier: Vec::new(),
                meddled: false,
            });
        view.text.clone_from(&files.text);
        view.layout.clone_from(&files.layout);
        view.revision = revision(files.number);
        view
    }

    /// Makes a project anew.
    pub(super) fn make(&mut self, view: ProjectView) -> ProjectView {
        self.projects.remove(&view.path);
        self.open(view)
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.projects.get(path).map(|files| files.text.as_str())
    }

    pub(super) fn revision(&self, path: &str) -> Result<String, ApiError> {
        Ok(revision(self.files(path)?.number))
    }

    pub(super) fn save(
        &mut self,
        scenario: Scenario,
        request: SaveProject,
    ) -> Result<SaveReply, ApiError> {
        if scenario == Scenario::SaveFails {
            let error = ApiError::new(
                ErrorCode::Storage,
                "slipway.toml was not saved: no space is left on the disk",
            );
            return Err(error.with_hint("Make room on the disk, then save again"));
        }
        let files = self
            .projects
            .get_mut(&request.path)
            .ok_or_else(|| not_there(&request.path))?;
        if scenario == Scenario::SaveConflict && !files.meddled {
            files.meddled = true;
            let text = sample::changed_outside(&files.text);
            files.put(text);
        }
        if request.base != revision(files.number) {
            return Ok(SaveReply::Conflict {
                text: files.text.clone(),
                revision: revision(files.number),
            });
        }
        files.put(request.text);
        if let Some(change) = request.layout {
            files.layout = Some(change.applied(files.layout.as_deref()));
        }
        Ok(SaveReply::Saved {
            revision: revision(files.number),
        })
    }

    pub(super) fn versions(&self, path: &str) -> Result<Vec<VersionView>, ApiError> {
        let earlier = &self.files(path)?.earlier;
        Ok(earlier.iter().map(|(view, _)| view.clone()).collect())
    }

    pub(super) fn version(&self, path: &str, id: &str) -> Result<String, ApiError> {
        let mut earlier = self.files(path)?.earlier.iter();
        earlier
            .find(|(view, _)| view.id == id)
            .map(|(_, text)| text.clone())
            .ok_or_else(|| {
                ApiError::new(
                    ErrorCode::Argument,
                    "The text was not read: it is not kept any more",
                )
            })
    }

    fn files(&self, path: &str) -> Result<&Files, ApiError> {
        self.projects.get(path).ok_or_else(|| not_there(path))
    }
}

impl Files {
    fn put(&mut self, text: String) {
        if text == self.text {
            return;
        }
        let before = std::mem::replace(&mut self.text, text);
        let view = VersionView {
            id: self.number.to_string(),
            saved: format!("{:.0}", js_sys::Date::now() / 1000.0),
            size: u32::try_from(before.len()).unwrap_or(u32::MAX),
            holds: size(&before),
        };
        self.earlier.insert(0, (view, before));
        self.earlier.truncate(KEPT);
        self.number += 1;
    }
}

fn revision(number: u32) -> String {
    format!("demo-{number}")
}

fn not_there(path: &str) -> ApiError {
    ApiError::new(
        ErrorCode::ProjectNotFound,
        format!("`{path}` is not open in this page"),
    )
}

fn size(text: &str) -> Option<DesignSize> {
    let document = Document::parse(text);
    let design = document.design()?;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Some(DesignSize {
        apis: count(design.apis.len()),
        routes: count(design.apis.values().map(|api| api.routes.len()).sum()),
        functions: count(design.functions.len()),
        services: count(design.services.len()),
    })
}
