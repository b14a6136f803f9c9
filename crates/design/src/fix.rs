//! Quick fixes: edits that take a finding away, where what is right can be told.

use toml_edit::{Item, TableLike, Value};

use crate::change::{item_at, remove, rename};
use crate::edit::{Edit, Literal};
use crate::fix_parts as parts;
use crate::keyed::Keyed;
use crate::merge_tree::literal_of;
use crate::model::{ApiKind, Design};
use crate::{Diagnostic, Document, Path, Segment};

/// A change that takes a finding away.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// What it does, as a button says it: `Change to "arm64"`.
    pub title: String,
    /// To be made together, with [`Document::edit_all`].
    pub edits: Vec<Edit>,
}

impl Fix {
    pub(crate) fn new(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self {
            title: title.into(),
            edits,
        }
    }
}

/// The fixes of a finding of this document, the likeliest first; empty when only a person can tell what is right.
///
/// After any one of them the finding is gone. No other comes, unless what it touches was wrong in more than one way.
pub fn fixes(document: &Document, diagnostic: &Diagnostic) -> Vec<Fix> {
    let (Some(tree), Some(design), false) =
        (document.tree(), document.design(), document.is_read_only())
    else {
        return Vec::new();
    };
    let Ok(at) = Path::parse(&diagnostic.subject) else {
        return Vec::new();
    };
    let scene = Scene {
        document,
        tree,
        design,
        at,
        instead: diagnostic.instead.as_deref(),
    };
    scene.fixes(&diagnostic.code)
}

/// A finding and what is around it.
pub(crate) struct Scene<'a> {
    pub(crate) document: &'a Document,
    pub(crate) tree: &'a toml_edit::Table,
    pub(crate) design: &'a Design,
    /// What the finding is about.
    pub(crate) at: Path,
    pub(crate) instead: Option<&'a str>,
}

impl<'a> Scene<'a> {
    fn fixes(&self, code: &str) -> Vec<Fix> {
        match code {
            // A value that has a right one.
            "unknown-word" | "wrong-type" | "out-of-range" | "log-retention"
            | "account-invalid" | "region-invalid" | "identity-invalid" | "health-path"
            | "cors-origin" | "cors-method" | "timeout-shorter" => {
                self.value().into_iter().collect()
            }
            "fargate-size" => self.values("").into_iter().collect(),
            "build-is-a-file" => self.values("build").into_iter().collect(),
            // A key or name that has a right one.
            "unknown-key" | "override-unknown" => {
                let other = self.other_key();
                other.into_iter().chain([self.removal()]).collect()
            }
            "authorizer-unknown" => self.text(self.at.clone()).into_iter().collect(),
            "target-unknown" => parts::target(self).into_iter().collect(),
            "name-invalid" => parts::name(self).into_iter().collect(),
            "route-key-invalid" | "route-key-literal" => {
                parts::route_key(self, code).into_iter().collect()
            }
            // What should not be there.
            "was-exists"
            | "override-not-allowed"
            | "image-key-misplaced"
            | "concurrency-zero"
            | "payload-without-function"
            | "reply-to-nobody"
            | "scopes-without-jwt"
            | "throttle-incomplete"
            | "variable-reserved"
            | "tag-reserved"
            | "registry-without-endpoint"
            | "cors-credentials"
            | "route-duplicate" => vec![self.removal()],
            "wrong-api-kind" => parts::other_kind(self).into_iter().collect(),
            "authorizer-not-connect" => parts::not_connect(self).into_iter().collect(),
            "variable-twice" => parts::variable_twice(self),
            "role-and-allow" => {
                let owner = self.at.parent().unwrap_or_default();
                vec![self.removal(), self.remove_key(owner.key("role"))]
            }
            "route-target-ambiguous" => vec![
                self.remove_key(self.at.key("url")),
                self.remove_key(self.at.key("to")),
            ],
            "health-ambiguous" => vec![
                self.remove_key(self.at.key("path")),
                self.remove_key(self.at.key("command")),
            ],
            "image-ambiguous" => parts::one_source(self),
            "unused" => parts::unused(self),
            // What is missing.
            "schema-missing" | "schema-unknown" => vec![Fix::new(
                format!("Write schema = {}", crate::SCHEMA),
                vec![set(
                    Path::of(["schema"]),
                    Literal::Integer(i64::from(crate::SCHEMA)),
                )],
            )],
            "api-kind-missing" => parts::api_kind(self),
            "select-missing" => vec![parts::select(self.at.key("select"))],
            "select-invalid" => vec![parts::select(self.at.clone())],
            "authorizer-ttl" => parts::authorizer_ttl(self),
            "issuer-invalid" => parts::issuer(self).into_iter().collect(),
            "count-order" => parts::count_order(self).into_iter().collect(),
            "count-incomplete" => parts::count_incomplete(self).into_iter().collect(),
            "health-order" => parts::health_order(self).into_iter().collect(),
            "health-path-needs-alb" => parts::needs_alb(self).into_iter().collect(),
            "target-without-ingress" => parts::ingress(self).into_iter().collect(),
            "cors-swallowed" => parts::preflight(self).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn item(&self, path: &Path) -> Option<&'a Item> {
        item_at(self.tree, path)
    }

    /// A number that stands at a path.
    pub(crate) fn number(&self, path: &Path) -> Option<i64> {
        self.item(path)?.as_integer()
    }

    /// The key of the API that the finding lies in, and its kind.
    pub(crate) fn api(&self) -> Option<(&'a str, ApiKind)> {
        let mut steps = self.at.segments();
        if matches!(steps.first(), Some(Segment::Key(key)) if key == "environments") {
            steps = steps.get(2..)?;
        }
        match steps {
            [Segment::Key(apis), Segment::Key(key), ..] if apis == "apis" => {
                let (key, api) = self.design.apis.get_key_value(key)?;
                Some((key, api.kind))
            }
            _ => None,
        }
    }

    /// Sets what is right instead of the value that the finding is about.
    fn value(&self) -> Option<Fix> {
        let instead = self.instead?;
        let value: Value = instead.parse().ok()?;
        let key = self.at.last_key();
        Some(Fix::new(
            match key {
                Some(key) => format!("Write {key} = {instead}"),
                None => format!("Write {instead}"),
            },
            vec![set(self.at.clone(), literal_of(&value))],
        ))
    }

    /// Sets all that is right instead: a table of values at the finding's place; at its parent, when the last step is
    /// `below`.
    fn values(&self, below: &str) -> Option<Fix> {
        let value: Value = self.instead?.parse().ok()?;
        let table = value.as_inline_table()?;
        let at = match self.at.parent() {
            Some(parent) if self.at.last_key() == Some(below) => parent,
            _ => self.at.clone(),
        };
        let mut words = Vec::new();
        let mut edits = Vec::new();
        for (key, value) in table.iter() {
            let value = literal_of(value);
            words.push(format!("{key} = {}", value.to_toml()));
            edits.push(set(at.key(key), value));
        }
        Some(Fix::new(format!("Write {}", words.join(" and ")), edits))
    }

    /// Sets the name that was meant as the value at a path.
    pub(crate) fn text(&self, path: Path) -> Option<Fix> {
        let name = self.instead?;
        Some(Fix::new(
            format!("Change to `{name}`"),
            vec![set(path, name.into())],
        ))
    }

    /// Gives the key the name that was meant, when that is free.
    fn other_key(&self) -> Option<Fix> {
        let name = self.instead?;
        let edit = self.free_key(name)?;
        Some(Fix::new(format!("Change to `{name}`"), vec![edit]))
    }

    /// Takes away what the finding is about.
    pub(crate) fn removal(&self) -> Fix {
        let keyed = Keyed::at(&self.at).and_then(|it| remove(self.document, &it).ok());
        match (keyed, self.at.last_key()) {
            (Some(edits), Some(key)) => Fix::new(format!("Remove `{key}`"), edits),
            _ => self.remove_key(self.at.clone()),
        }
    }

    pub(crate) fn remove_key(&self, path: Path) -> Fix {
        let title = format!("Remove `{}`", path.last_key().unwrap_or_default());
        Fix::new(title, vec![Edit::Remove { path }])
    }

    /// Renames a thing with a key, in the design or in an environment's overrides alone.
    pub(crate) fn renamed(&self, to: &str) -> Option<Fix> {
        let title = format!("Rename to `{to}`");
        if let Some(it) = Keyed::at(&self.at) {
            // What has a wrong name was never deployed under it.
            let edits = rename(self.document, &it, to, false).ok()?;
            return Some(Fix::new(title, edits));
        }
        self.free_key(to).map(|edit| Fix::new(title, vec![edit]))
    }

    fn free_key(&self, to: &str) -> Option<Edit> {
        let free = self.item(&self.at.parent()?.key(to)).is_none();
        free.then(|| Edit::RenameKey {
            path: self.at.clone(),
            key: to.to_owned(),
        })
    }

    /// The table that the finding is about.
    pub(crate) fn table(&self) -> Option<&'a dyn TableLike> {
        self.item(&self.at)?.as_table_like()
    }
}

pub(crate) fn set(path: Path, value: Literal) -> Edit {
    Edit::Set { path, value }
}
