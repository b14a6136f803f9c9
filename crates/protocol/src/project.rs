//! Projects, environments and settings.

use serde::{Deserialize, Serialize};

/// An open project. The webview parses `text` itself: the design's rules are the same code there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectView {
    /// Project folder, absolute.
    pub path: String,
    /// The exact text of `slipway.toml`.
    pub text: String,
    /// The exact text of `.slipway/layout.json`; `None` when it is not there or can't be read.
    /// Why it can't stands among `disk_problems`.
    pub layout: Option<String>,
    /// Changes whenever the text on disk does.
    pub revision: String,
    /// Problems that only the disk knows: a missing Dockerfile, a context outside the project.
    pub disk_problems: Vec<crate::DiagnosticView>,
    /// The environment chosen last for this project, if it still exists.
    pub environment: Option<String>,
    /// Where an emulator environment really goes, when the process was told so.
    pub emulator: Option<EmulatorView>,
    /// A run that is at work or was interrupted.
    pub run: Option<RunRef>,
    /// Why the settings do not remember that this project was opened; it is open all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_remembered: Option<crate::ApiError>,
}

/// Overrides of the endpoint and registry of emulator environments (`SLIPWAY_ENDPOINT`,
/// `SLIPWAY_REGISTRY`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmulatorView {
    pub endpoint: Option<String>,
    pub registry: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRef {
    pub run: String,
    pub environment: String,
    /// At work in this process; else it was interrupted, or runs elsewhere.
    pub active: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentProject {
    pub path: String,
    pub name: String,
    /// Seconds since 1970, as text.
    pub opened: String,
    /// The folder still holds a project.
    pub exists: bool,
    /// Its canvas in small, as it was seen last.
    pub picture: Option<PictureView>,
}

/// Most shapes that a picture is kept with; those after them are dropped.
pub const PICTURE_SHAPES: usize = 64;
/// Width and height of the box that a picture is drawn in.
pub const PICTURE_SIZE: i16 = 1000;

/// A canvas in small: cards and wires in a box of [`PICTURE_SIZE`] by [`PICTURE_SIZE`], the first
/// behind the others.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PictureView {
    pub shapes: Vec<ShapeView>,
}

/// A rectangle, or a line from (`x`, `y`) to (`x + w`, `y + h`). Only a line's `w` and `h` may be
/// negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapeView {
    pub kind: ShapeKind,
    pub x: i16,
    pub y: i16,
    pub w: i16,
    pub h: i16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShapeKind {
    Api,
    Function,
    Service,
    /// A card of any other kind.
    Other,
    /// A line.
    Wire,
}

/// How a save ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SaveReply {
    /// What was sent is on stable storage; `revision` is the base of the next save.
    Saved { revision: String },
    /// Somebody else changed the file: nothing was written. This is what it holds now.
    Conflict { text: String, revision: String },
}

/// An earlier text of a project, kept outside its folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionView {
    pub id: String,
    /// When it was the project's text, seconds since 1970, as text.
    pub saved: String,
    /// Bytes.
    pub size: u32,
    /// What it holds; `None` when it is not TOML.
    pub holds: Option<DesignSize>,
}

/// How much a design holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesignSize {
    pub apis: u32,
    pub routes: u32,
    pub functions: u32,
    pub services: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateView {
    pub name: String,
    pub title: String,
    pub summary: String,
    /// Why a deploy to AWS refuses it in this release, a sentence each; it can be drawn all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_yet: Vec<String>,
}

/// What the start screen shows at once, without asking Docker or AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartView {
    pub version: String,
    pub recent: Vec<RecentProject>,
    pub templates: Vec<TemplateView>,
    /// The project named on the command line.
    pub open: Option<String>,
    /// The environment named on the command line.
    pub environment: Option<String>,
    pub settings: Settings,
    /// Why the stored settings could not be read; defaults stand in for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings_fault: Option<crate::ApiError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// How large everything in the window is, in percent of how it is drawn: 50 to 300.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "u16")]
pub struct PageSize(u16);

impl PageSize {
    /// What people step through.
    const STEPS: [u16; 13] = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300];

    pub fn percent(self) -> u16 {
        self.0
    }

    /// One step more; the largest stays.
    #[must_use]
    pub fn larger(self) -> Self {
        let next = Self::STEPS.into_iter().find(|step| *step > self.0);
        next.map_or(self, Self)
    }

    /// One step less; the smallest stays.
    #[must_use]
    pub fn smaller(self) -> Self {
        let next = Self::STEPS.into_iter().rfind(|step| *step < self.0);
        next.map_or(self, Self)
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(100)
    }
}

/// What is out of range becomes the nearest that is not.
impl From<u16> for PageSize {
    fn from(percent: u16) -> Self {
        let [first, .., last] = Self::STEPS;
        Self(percent.clamp(first, last))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings {
    pub theme: Theme,
    pub page_size: PageSize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_stepped_from_any_size_to_the_next_and_stays_in_range() {
        let size = PageSize::from;
        assert_eq!(size(100).larger(), size(110));
        assert_eq!(size(103).larger(), size(110));
        assert_eq!(size(103).smaller(), size(100));
        assert_eq!(size(300).larger(), size(300));
        assert_eq!(size(50).smaller(), size(50));
        assert_eq!((size(0), size(9_999)), (size(50), size(300)));
        assert_eq!(serde_json::from_str::<PageSize>("20").unwrap(), size(50));
    }
}
