//! The settings of one element as a form: what each says, who said so, and what may be written instead.
//!
//! The limits are those of the design's own rules: [`Field::check`] asks them about a small specimen of the element.

mod api;
mod control;
mod draft;
mod field;
mod node;
mod project;
mod rename;
mod specimen;
mod write;

pub use control::{Choice, Control, SecretKind};
pub use field::{Entry, Field, Within, Wrong};
pub use rename::{check_key, renaming};
pub use write::set_all;

use crate::honour::{Honour, honoured};
use crate::{Command, ElementId, ElementKind};
use draft::Draft;
use slipway_design::{Diagnostic, Document, Path, Severity};

/// Whom a change is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scope {
    /// All environments, unless one of them says otherwise.
    #[default]
    Everywhere,
    /// Only the environment that is chosen.
    Here,
}

/// Settings that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Empty for the first one, which needs none.
    pub title: String,
    /// What the section is about, where its title does not say it.
    pub note: Option<&'static str>,
    pub fields: Vec<Field>,
    /// What can be done with the section as a whole: remove an authorizer, add another.
    pub acts: Vec<Act>,
    /// Whether it is shown opened: something in it is set, or nearly everybody sets it.
    pub open: bool,
}

/// A button of a section.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    pub label: String,
    pub command: Command,
    pub removes: bool,
}

/// A place that an element is connected with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    pub label: String,
    pub value: String,
    pub leads_to: Option<ElementId>,
}

/// All that can be set of an element, or of the project as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    pub title: String,
    /// `Lambda function`, `Route` …
    pub kind: String,
    /// The place of the element in the file; the root for the project.
    pub path: Path,
    pub sections: Vec<Section>,
    /// What leads here, and where it leads.
    pub connections: Vec<Connection>,
    /// The environment that can say something else about this element, when there is one.
    pub environment: Option<String>,
    /// For each target whether it does what is set here; empty without an environment.
    pub honoured: Vec<Honour>,
}

impl Form {
    /// All fields, in the order in which they are shown.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    /// The field that a place of the file is about: the one at it, around it, or the first inside it.
    pub fn field_at(&self, place: &Path) -> Option<&Field> {
        let around = |field: &&Field| field.covers(place);
        self.fields()
            .filter(around)
            .max_by_key(|field| field.path.segments().len())
            .or_else(|| self.fields().find(|field| place.contains(&field.path)))
    }

    /// Takes down what somebody else than the file's own check says about a place of the file: what
    /// is on the disk, for example. The section of the field is shown opened.
    pub fn tell(&mut self, place: &Path, severity: Severity, text: &str) {
        for section in &mut self.sections {
            for field in &mut section.fields {
                section.open |= field.tell(place, severity, text);
            }
        }
    }

    /// How many settings the chosen environment has of its own.
    pub fn overridden(&self) -> usize {
        self.fields().filter(|field| field.is_overridden()).count()
    }
}

/// The form of an element; `None` when the design does not have it.
pub fn form(document: &Document, environment: Option<&str>, id: &ElementId) -> Option<Form> {
    let design = document.design()?;
    if !id.exists_in(design) {
        return None;
    }
    let environment = environment.filter(|name| design.environments.contains_key(*name));
    let draft = Draft::of(document, design, environment, id);
    let mut form = match id {
        ElementId::Function(key) => node::function(&draft, key),
        ElementId::Service(key) => node::service(&draft, key),
        ElementId::Api(key) => api::api(&draft, key),
        ElementId::Route { api, key } => api::route(&draft, api, key),
    }?;
    form.sections
        .retain(|section| !section.fields.is_empty() || !section.acts.is_empty());
    if let Some(environment) = environment {
        form.honoured = honoured(design, environment, id);
    }
    Some(form)
}

/// The form of the project: its name, defaults, this computer and the environments.
/// `None` while the file is not TOML.
pub fn project_form(document: &Document) -> Option<Form> {
    project::project(document)
}

/// The fields that all of these elements have, each as the first one shows it; empty unless they are of one kind.
pub fn common_fields(forms: &[Form]) -> Vec<Vec<&Field>> {
    let Some((first, rest)) = forms.split_first() else {
        return Vec::new();
    };
    if rest.iter().any(|form| form.kind != first.kind) {
        return Vec::new();
    }
    first
        .fields()
        .filter(|field| field.control.is_common())
        .filter_map(|field| {
            let mut same = vec![field];
            for form in rest {
                same.push(
                    form.fields().find(|other| {
                        other.rel() == field.rel() && other.control == field.control
                    })?,
                );
            }
            Some(same)
        })
        .collect()
}

/// What a diagnostic says in one sentence, with its fix.
pub(crate) fn told(diagnostic: &Diagnostic) -> String {
    match &diagnostic.fix {
        Some(fix) => format!("{}. {fix}", diagnostic.summary),
        None => diagnostic.summary.clone(),
    }
}

/// The errors and warnings of a document that are about places inside one of these.
pub(crate) fn findings_in(document: &Document, bases: &[&Path]) -> Vec<(Path, Severity, String)> {
    let starts: Vec<String> = bases.iter().map(|base| base.to_string()).collect();
    document
        .diagnostics()
        .iter()
        .filter(|it| starts.iter().any(|start| it.subject.starts_with(start)))
        .filter_map(|it| {
            let path = Path::parse(&it.subject).ok()?;
            Some((path, it.severity, told(it)))
        })
        .collect()
}

/// What people call the kinds of elements.
pub(crate) fn kind_name(kind: ElementKind, websocket: bool) -> &'static str {
    match kind {
        ElementKind::Api if websocket => "WebSocket API",
        ElementKind::Api => "HTTP API",
        ElementKind::Route => "Route",
        ElementKind::Function => "Lambda function",
        ElementKind::Service => "Fargate service",
    }
}

#[cfg(test)]
#[path = "form/told_tests.rs"]
mod told_tests;

#[cfg(test)]
#[path = "form/tests.rs"]
mod tests;
