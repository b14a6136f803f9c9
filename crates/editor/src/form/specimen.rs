//! A small design with one element in it, to ask the design's rules about a value before it is written.

use super::field::{Field, Wrong};
use super::{Scope, told, write};
use crate::ElementId;
use slipway_design::{Design, Document, Edit, Literal, Path};

/// What every specimen starts from.
const BASE: &str = "schema = 1\nname = \"specimen\"\n";

/// Services that are asked whether a default fits them.
const HEIRS: usize = 8;

/// The element as the file has it, alone with what its rules look at.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Specimen {
    edits: Vec<Edit>,
}

impl Specimen {
    /// The element with the defaults and its overrides in the chosen environment.
    pub(crate) fn of(
        document: &Document,
        design: &Design,
        environment: Option<&str>,
        id: &ElementId,
    ) -> Self {
        let mut specimen = Self::default();
        specimen.copy(document, Path::of(["defaults"]), &[]);
        let (table, key) = match id {
            ElementId::Function(key) => ("functions", key),
            ElementId::Service(key) => ("services", key),
            ElementId::Api(key) | ElementId::Route { api: key, .. } => ("apis", key),
        };
        let card = Path::of([table, key.as_str()]);
        specimen.copy(document, card.clone(), &["routes"]);
        if let ElementId::Route { api, key } = id {
            specimen.copy(document, Path::route(api, key), &[]);
        }
        if let Some((name, value)) =
            environment.and_then(|name| Some((name, design.environments.get(name)?)))
        {
            let at = Path::environment(name);
            specimen.set(at.key("account"), value.account.as_str().into());
            specimen.set(at.key("region"), value.region.as_str().into());
            specimen.copy(document, at.key("network"), &[]);
            specimen.copy(document, at.join(&card), &["routes"]);
            if let ElementId::Route { api, key } = id {
                specimen.copy(document, at.join(&Path::route(api, key)), &[]);
            }
        }
        specimen
    }

    /// The project without its functions, services and APIs; the APIs' names stay.
    pub(crate) fn of_project(document: &Document, design: &Design) -> Self {
        let mut specimen = Self::default();
        for table in ["name", "defaults", "local"] {
            specimen.copy(document, Path::of([table]), &[]);
        }
        for (key, api) in &design.apis {
            let kind = match api.kind {
                slipway_design::ApiKind::Http => "http",
                slipway_design::ApiKind::Websocket => "websocket",
            };
            specimen.set(Path::api(key).key("kind"), kind.into());
        }
        // Those who take their memory from the defaults say what it may be; one function speaks for all.
        let image = || Literal::Table(vec![("build".to_owned(), "x".into())]);
        if let Some((key, _)) = design.functions.iter().find(|(_, it)| it.memory.is_none()) {
            specimen.set(Path::function(key).key("image"), image());
        }
        let heirs = design.services.iter().filter(|(_, it)| it.memory.is_none());
        for (key, service) in heirs.take(HEIRS) {
            specimen.set(Path::service(key).key("image"), image());
            if let Some(cpu) = service.cpu {
                specimen.set(
                    Path::service(key).key("cpu"),
                    Literal::Integer(i64::from(cpu)),
                );
            }
        }
        for name in design.environments.keys() {
            specimen.copy(
                document,
                Path::environment(name),
                &["functions", "services", "apis"],
            );
        }
        specimen
    }

    fn set(&mut self, path: Path, value: Literal) {
        self.edits.push(Edit::Set { path, value });
    }

    fn copy(&mut self, document: &Document, path: Path, without: &[&str]) {
        match document.literal(&path) {
            Some(Literal::Table(mut entries)) => {
                entries.retain(|(key, _)| !without.contains(&key.as_str()));
                self.set(path, Literal::Table(entries));
            }
            Some(value) => self.set(path, value),
            None => {}
        }
    }

    /// Asks the design's rules about a value of a field.
    pub(crate) fn judge(&self, field: &Field, scope: Scope, value: &Literal) -> Result<(), Wrong> {
        let broken =
            |error: slipway_design::EditError| Wrong::new(format!("It cannot be written: {error}"));
        let (before, _) = Document::parse(BASE).edited(&self.edits).map_err(broken)?;
        let mut edits = Vec::new();
        write::write(
            &before,
            &field.spot,
            scope,
            Some(value),
            &field.control,
            &mut edits,
        );
        let (after, _) = before.edited(&edits).map_err(broken)?;
        let place = field
            .place(scope)
            .ok_or_else(|| Wrong::new("An environment cannot change this"))?;
        // That what is referred to is not in the specimen says nothing: references are chosen, not typed.
        let refers = |code: &str| code.ends_with("-unknown") || code.ends_with("-missing");
        for found in after.diagnostics().iter().filter(|it| it.is_error()) {
            let Ok(path) = Path::parse(&found.subject) else {
                continue;
            };
            let inside = field.covers(&path);
            // What is missing beside the field is a problem, and not this field's: parts are entered one by one.
            if refers(&found.code) || !inside {
                continue;
            }
            let mut wrong = Wrong::new(told(found));
            if let Some(first) = path.segments().get(place.segments().len()) {
                wrong = match first {
                    slipway_design::Segment::Index(at) => wrong.row(*at),
                    slipway_design::Segment::Key(key) => match value {
                        Literal::Table(rows) => {
                            let at = rows.iter().position(|(known, _)| known == key);
                            let wrong = wrong.part(key);
                            match at {
                                Some(at) => wrong.row(at),
                                None => wrong,
                            }
                        }
                        _ => wrong.part(key),
                    },
                };
            }
            return Err(wrong);
        }
        Ok(())
    }
}
