//! Makes fields: reads what each layer of the file says about a setting.

use super::control::Control;
use super::field::{Field, Spot};
use super::specimen::Specimen;
use super::write::{remove, spread};
use super::{Act, Scope, Section, findings_in};
use crate::honour::Honour;
use crate::{Command, ElementId, Origin};
use slipway_design::{Design, Document, Literal, Path, Severity, support};
use std::rc::Rc;
use std::sync::Arc;

/// An element whose form is being made.
#[derive(Debug, Clone)]
pub(super) struct Draft<'a> {
    pub(super) document: &'a Document,
    pub(super) design: &'a Design,
    pub(super) environment: Option<&'a str>,
    pub(super) base: Path,
    over: Option<Path>,
    /// How many steps below the base an override replaces as a whole.
    whole: usize,
    specimen: Arc<Specimen>,
    findings: Rc<Vec<(Path, Severity, String)>>,
    dropped: Vec<String>,
}

impl<'a> Draft<'a> {
    pub(super) fn of(
        document: &'a Document,
        design: &'a Design,
        environment: Option<&'a str>,
        id: &ElementId,
    ) -> Self {
        let (base, whole) = match id {
            ElementId::Function(key) => (Path::function(key), 1),
            ElementId::Service(key) => (Path::service(key), 1),
            ElementId::Api(key) => (Path::api(key), 1),
            ElementId::Route { api, key } => (Path::route(api, key), 0),
        };
        let over = environment.map(|name| Path::environment(name).join(&base));
        let mut bases = vec![&base];
        bases.extend(&over);
        let findings = Rc::new(findings_in(document, &bases));
        Self {
            specimen: Arc::new(Specimen::of(document, design, environment, id)),
            dropped: dropped(design, &base, id),
            document,
            design,
            environment,
            base,
            over,
            whole,
            findings,
        }
    }

    /// The project itself: no environment overrides what is set here.
    pub(super) fn of_project(document: &'a Document, design: &'a Design) -> Self {
        Self {
            specimen: Arc::new(Specimen::of_project(document, design)),
            document,
            design,
            environment: None,
            base: Path::root(),
            over: None,
            whole: 1,
            findings: Rc::new(findings_in(document, &[&Path::root()])),
            dropped: Vec::new(),
        }
    }

    /// Something inside that has a key and that an override replaces as a whole: an authorizer, a container.
    pub(super) fn inside(&self, table: &str, key: &str) -> Self {
        let deeper = |path: &Path| path.key(table).key(key);
        let base = deeper(&self.base);
        let whole = honours(&base, "").into_iter().flat_map(|it| it.reasons);
        Self {
            dropped: self.dropped.iter().cloned().chain(whole).collect(),
            base,
            over: self.over.as_ref().map(deeper),
            whole: 0,
            ..self.clone()
        }
    }

    /// A part of the project: the defaults, an environment.
    pub(super) fn part(&self, base: Path) -> Self {
        Self {
            base,
            ..self.clone()
        }
    }

    /// A setting; `rel` is dotted: `cors.max_age`. Empty for what the element itself is.
    pub(super) fn field(&self, rel: &str, label: impl Into<String>, control: Control) -> Field {
        let rel = if rel.is_empty() {
            Path::root()
        } else {
            Path::of(rel.split('.'))
        };
        let spot = Spot {
            base: self.base.clone(),
            over: self.over.clone(),
            whole: self.whole.min(rel.segments().len()),
            rel,
            merges: false,
        };
        let read = |scope| {
            let (block, rest) = spot.block(scope)?;
            let block = self.document.literal(&block)?;
            let block = if spot.whole == 0 {
                spread(block)
            } else {
                block
            };
            Some(inside(&block, rest.keys().unwrap_or_default().as_slice()))
        };
        let own = read(Scope::Everywhere).flatten();
        let over = read(Scope::Here);
        let path = self.base.join(&spot.rel);
        let mut field = Field {
            label: label.into(),
            limit: control.limit(""),
            control,
            unit: "",
            code: false,
            required: false,
            own,
            is_replaced: over.is_some() && spot.whole < spot.rel.segments().len(),
            here: over.flatten(),
            inherited: None,
            implied: None,
            implied_words: "",
            layers: Vec::new(),
            wrongs: Vec::new(),
            caution: None,
            honoured: Vec::new(),
            dropped: Vec::new(),
            spot,
            specimen: Arc::clone(&self.specimen),
            memory: None,
            path,
        };
        let case = match field.effective().0 {
            Some(Literal::Boolean(true)) => "true",
            Some(Literal::Boolean(false)) => "false",
            Some(Literal::String(text)) if text == "none" => "none",
            _ => "",
        };
        field.honoured = honours(&field.path, case);
        field.dropped = self.dropped.clone();
        for (place, severity, text) in self.findings.iter() {
            field.tell(place, *severity, text);
        }
        field
    }

    /// The same setting in `[defaults]`.
    pub(super) fn default_of(&self, key: &str) -> Option<Literal> {
        self.document.literal(&Path::of(["defaults", key]))
    }

    /// A table of texts that is merged key by key; `others` are the layers below the element's own.
    pub(super) fn merged(&self, mut field: Field, others: &[(Path, Origin)]) -> Field {
        field.spot.merges = true;
        field.is_replaced = false;
        field.code = true;
        let mut layers: Vec<(Literal, Origin)> = others
            .iter()
            .filter_map(|(path, origin)| Some((self.document.literal(path)?, *origin)))
            .collect();
        layers.extend(field.own.clone().map(|own| (own, Origin::Own)));
        layers.extend(field.here.clone().map(|here| (here, Origin::Environment)));
        field.layers = layers;
        field
    }

    /// A button that removes what stands at a path of the file.
    pub(super) fn removal(&self, label: impl Into<String>, title: String, path: &Path) -> Act {
        let mut edits = Vec::new();
        remove(self.document, path, path.segments().len() - 1, &mut edits);
        Act {
            label: label.into(),
            command: Command::Edit {
                title,
                edits,
                select: Vec::new(),
            },
            removes: true,
        }
    }
}

fn inside(block: &Literal, rest: &[&str]) -> Option<Literal> {
    let Some((key, deeper)) = rest.split_first() else {
        return Some(block.clone());
    };
    let Literal::Table(rows) = block else {
        return None;
    };
    let (_, value) = rows.iter().find(|(known, _)| known == key)?;
    inside(value, deeper)
}

/// What each target makes of a setting; `case` as the table of what is supported knows it.
fn honours(path: &Path, case: &str) -> Vec<Honour> {
    support::Target::ALL
        .into_iter()
        .map(|target| Honour {
            target: target.name(),
            reasons: match support::support(path, case, target) {
                support::Support::Honoured => Vec::new(),
                support::Support::NotYet(why) | support::Support::Impossible(why) => {
                    vec![why.to_owned()]
                }
            },
        })
        .collect()
}

/// What no target honours of an element, whatever is set: a service, a WebSocket API.
fn dropped(design: &Design, base: &Path, id: &ElementId) -> Vec<String> {
    let websocket = match id {
        ElementId::Api(key) | ElementId::Route { api: key, .. } => design
            .apis
            .get(key)
            .is_some_and(|api| api.kind == slipway_design::ApiKind::Websocket),
        _ => false,
    };
    let mut all = honours(base, "");
    if websocket {
        all.extend(honours(&base.first(2).key("kind"), "websocket"));
    }
    all.into_iter().flat_map(|honour| honour.reasons).collect()
}

impl Field {
    pub(super) fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self.limit = self.control.limit(unit);
        self
    }

    /// Adds to the limit what the setting means.
    pub(super) fn note(mut self, note: &str) -> Self {
        if !self.limit.is_empty() {
            self.limit.push_str(". ");
        }
        self.limit.push_str(note);
        self
    }

    pub(super) fn code(mut self) -> Self {
        self.code = true;
        self
    }

    pub(super) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(super) fn implied(mut self, value: impl Into<Literal>) -> Self {
        self.implied = Some(value.into());
        self
    }

    /// What holds without it, where that is no value.
    pub(super) fn else_words(mut self, words: &'static str) -> Self {
        self.implied_words = words;
        self
    }

    pub(super) fn inherits(mut self, value: Option<Literal>) -> Self {
        self.inherited = value;
        self
    }
}

/// A section; closed when nothing in it is set.
pub(super) fn section(title: impl Into<String>, fields: Vec<Field>) -> Section {
    let open = fields.iter().any(|field| {
        field.own.is_some() || field.here.is_some() || field.is_wrong() || !field.layers.is_empty()
    });
    Section {
        title: title.into(),
        note: None,
        fields,
        acts: Vec::new(),
        open,
    }
}

impl Section {
    pub(super) fn opened(mut self) -> Self {
        self.open = true;
        self
    }

    pub(super) fn note(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }

    pub(super) fn act(mut self, act: Act) -> Self {
        self.acts.push(act);
        self
    }
}
