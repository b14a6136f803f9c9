//! A proposal while it is made.

use crate::naming::{Named, Names};
use crate::proposal::{Addition, AdditionKind, LeftOut, Place, Proposal, Source};
use crate::secret::{self, CREDENTIALS};
use crate::shown;
use crate::sources::{Sources, normal};
use crate::tree::{Tree, TreeError};
use crate::write::{self, ApiSettings, Lead, RouteSettings};
use indexmap::IndexMap;
use slipway_design::{
    Authorizer, Build, Document, Function, Image, Path, SecretRef, Service, TextMap,
};
use std::collections::{BTreeSet, HashMap};
use std::fmt;

/// Most additions of one proposal.
const ADDITIONS: usize = 2000;
/// Most things that are listed as left out.
const LEFT_OUT: usize = 500;

/// What is left out when it is all of a file.
pub(crate) const FILE: &str = "the file";

/// Who builds a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Builder {
    /// Of a function or service.
    key: String,
    /// The file that proposes it; `None` for what the design has.
    file: Option<String>,
}

impl Builder {
    pub(crate) fn is_in_design(&self) -> bool {
        self.file.is_none()
    }
}

impl fmt::Display for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_deref().unwrap_or("the design");
        write!(f, "`{}` of {file}", self.key)
    }
}

/// What all proposals of one look share.
pub(crate) struct Look<'a> {
    pub(crate) document: &'a Document,
    pub(crate) sources: &'a Sources,
    pub(crate) names: Names,
    /// Name of the project, for the names of secrets.
    pub(crate) project: String,
    /// Dockerfiles, relative to the project, that the design or a proposal builds: each with who does.
    pub(crate) built: HashMap<String, Builder>,
}

impl<'a> Look<'a> {
    pub(crate) fn new(document: &'a Document, sources: &'a Sources) -> Self {
        let mut built = HashMap::new();
        let mut project = String::new();
        if let Some(design) = document.design() {
            project.clone_from(&design.name);
            let images = design
                .functions
                .iter()
                .map(|(key, it)| (key, &it.image))
                .chain(design.services.iter().map(|(key, it)| (key, &it.image)));
            for (key, image) in images {
                if let Some(Image::Build(build)) = image
                    && let Some(dockerfile) = dockerfile_of(build)
                {
                    let (key, file) = (key.clone(), None);
                    built.insert(dockerfile, Builder { key, file });
                }
            }
        }
        if project.is_empty() {
            project = slipway_design::template::project_name(&sources.name);
        }
        Self {
            document,
            sources,
            names: Names::of(document),
            project,
            built,
        }
    }
}

/// The Dockerfile of a build, relative to the project.
pub(crate) fn dockerfile_of(build: &Build) -> Option<String> {
    let name = build.dockerfile.as_deref().unwrap_or("Dockerfile");
    normal(&format!("{}/{name}", build.context))
}

/// One proposal, and what it is made with.
pub(crate) struct Draft<'a, 'l> {
    pub(crate) look: &'l mut Look<'a>,
    pub(crate) proposal: Proposal,
    more_left_out: usize,
    more_additions: usize,
}

/// Variables of a function, service or container, secrets apart.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    pub(crate) env: TextMap,
    pub(crate) secrets: IndexMap<String, SecretRef>,
}

/// Whose rules a variable's name must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    Lambda,
    Fargate,
}

impl<'a, 'l> Draft<'a, 'l> {
    pub(crate) fn new(look: &'l mut Look<'a>, source: Source, file: &str) -> Self {
        Self {
            look,
            proposal: Proposal {
                source,
                file: file.to_owned(),
                title: String::new(),
                additions: Vec::new(),
                left_out: Vec::new(),
                in_design: false,
                notes: Vec::new(),
            },
            more_left_out: 0,
            more_additions: 0,
        }
    }

    /// The file as a tree; what is wrong with it is left out with words.
    pub(crate) fn tree(&mut self, file: &str) -> Option<Tree> {
        let Some(text) = self.look.sources.text(file) else {
            let why = self.look.sources.unread.get(file).cloned();
            self.leave_out(
                file,
                None,
                FILE,
                why.as_deref().unwrap_or("it was not read"),
            );
            return None;
        };
        match Tree::parse(text) {
            Ok(tree) => {
                for (line, words) in &tree.oddities {
                    self.leave_out(file, Some(*line), FILE, words);
                }
                Some(tree)
            }
            Err(TreeError::Empty) => {
                self.leave_out(file, None, FILE, "there is nothing in it");
                None
            }
            Err(error) => {
                self.leave_out(file, error.line(), FILE, &error.to_string());
                None
            }
        }
    }

    pub(crate) fn leave_out(&mut self, file: &str, line: Option<u32>, what: &str, why: &str) {
        if self.proposal.left_out.len() >= LEFT_OUT {
            self.more_left_out += 1;
            return;
        }
        self.proposal.left_out.push(LeftOut {
            place: Place {
                file: file.to_owned(),
                line,
            },
            what: shown(what),
            why: shown(why),
        });
    }

    pub(crate) fn note(&mut self, words: impl Into<String>) {
        let words = shown(&words.into());
        if !self.proposal.notes.contains(&words) && self.proposal.notes.len() < 50 {
            self.proposal.notes.push(words);
        }
    }

    fn add(&mut self, addition: Addition) {
        if self.proposal.additions.len() >= ADDITIONS {
            self.more_additions += 1;
        } else {
            self.proposal.additions.push(addition);
        }
    }

    /// Whether the design has this very thing already: then it is not added again.
    pub(crate) fn is_there(
        &mut self,
        file: &str,
        line: u32,
        original: &str,
        image: &Image,
    ) -> bool {
        let Image::Build(build) = image else {
            return false;
        };
        let Some(by) = dockerfile_of(build).and_then(|path| self.look.built.get(&path)) else {
            return false;
        };
        if !by.is_in_design() || by.key != crate::naming::key_of(original, "service") {
            return false;
        }
        let why = format!("{by} is built from the same Dockerfile already");
        self.leave_out(file, Some(line), original, &why);
        self.proposal.in_design = true;
        true
    }

    fn builds(&mut self, key: &str, image: Option<&Image>) {
        if let Some(Image::Build(build)) = image
            && let Some(dockerfile) = dockerfile_of(build)
        {
            let by = Builder {
                key: key.to_owned(),
                file: Some(self.proposal.file.clone()),
            };
            self.look.built.entry(dockerfile).or_insert(by);
        }
    }

    /// Adds a service; gives its id.
    pub(crate) fn service(
        &mut self,
        named: Named,
        mut service: Service,
        summary: &str,
        from: Place,
    ) -> String {
        service.title = named.title;
        let key = named.key;
        self.builds(&key, service.image.as_ref());
        let id = format!("service:{key}");
        self.add(Addition {
            id: id.clone(),
            kind: AdditionKind::Service,
            summary: shown(summary),
            from,
            needs: Vec::new(),
            todo: None,
            edits: write::insert(&Path::service(&key), write::service(&service)),
            name: key,
        });
        id
    }

    /// Adds a function; gives its id.
    pub(crate) fn function(
        &mut self,
        named: Named,
        mut function: Function,
        summary: &str,
        from: Place,
    ) -> String {
        function.title = named.title;
        let key = named.key;
        self.builds(&key, function.image.as_ref());
        let id = format!("function:{key}");
        self.add(Addition {
            id: id.clone(),
            kind: AdditionKind::Function,
            summary: shown(summary),
            from,
            needs: Vec::new(),
            todo: None,
            edits: write::insert(&Path::function(&key), write::function(&function)),
            name: key,
        });
        id
    }

    /// Adds an HTTP API; gives its id.
    pub(crate) fn api(
        &mut self,
        named: Named,
        mut api: ApiSettings,
        summary: &str,
        from: Place,
    ) -> String {
        api.title = named.title;
        let id = format!("api:{}", named.key);
        self.add(Addition {
            id: id.clone(),
            kind: AdditionKind::Api,
            summary: shown(summary),
            from,
            needs: Vec::new(),
            todo: None,
            edits: write::insert(&Path::api(&named.key), write::api(&api)),
            name: named.key,
        });
        id
    }

    /// Adds an authorizer to an API of this proposal; gives its id.
    pub(crate) fn authorizer(
        &mut self,
        api: &str,
        name: &str,
        authorizer: &Authorizer,
        summary: &str,
        from: Place,
    ) -> String {
        let id = format!("authorizer:{api}/{name}");
        let path = Path::api(api).key("authorizers").key(name);
        self.add(Addition {
            id: id.clone(),
            kind: AdditionKind::Authorizer,
            name: name.to_owned(),
            summary: shown(summary),
            from,
            needs: vec![format!("api:{api}")],
            todo: None,
            edits: write::insert_value(path, write::authorizer(authorizer)),
        });
        id
    }

    /// Adds a route to an API of this proposal. `about` says in words what it is for, where the file does;
    /// `needs` is what it cannot be without beside its API.
    pub(crate) fn route(
        &mut self,
        api: &str,
        key: &str,
        route: &RouteSettings,
        about: Option<&str>,
        needs: Vec<String>,
        from: Place,
    ) {
        let mut summary = match &route.lead {
            Lead::Open => "leads nowhere yet".to_owned(),
            Lead::Node(node) => format!("leads to {node}"),
            Lead::Url(url) => format!("leads to {url}"),
        };
        if let Some(about) = about {
            summary = format!("{}: {summary}", about.trim().trim_end_matches('.'));
        }
        if let Some(authorizer) = &route.authorizer {
            summary.push_str(&format!(", guarded by {authorizer}"));
        }
        let all = std::iter::once(format!("api:{api}")).chain(needs).collect();
        self.add(Addition {
            id: format!("route:{api}/{key}"),
            kind: AdditionKind::Route,
            name: key.to_owned(),
            summary: shown(&summary),
            from,
            needs: all,
            todo: None,
            edits: write::insert_value(Path::route(api, key), write::route(route)),
        });
    }

    /// Adds what is different in one environment that the design has.
    pub(crate) fn environment(
        &mut self,
        environment: &str,
        service: &str,
        settings: &Service,
        from: Place,
    ) {
        let path = Path::environment(environment).key("services").key(service);
        self.add(Addition {
            id: format!("environment:{environment}/{service}"),
            kind: AdditionKind::Environment,
            name: environment.to_owned(),
            summary: format!("what is different for {service} in {environment}"),
            from,
            needs: vec![format!("service:{service}")],
            todo: None,
            edits: write::insert(&path, write::service(settings)),
        });
    }

    /// Sorts a variable: a setting is kept, a secret becomes a reference, what the platform sets itself is left out.
    /// `at` is where it stands, as `services.db.environment`; `secret` says that its value came out of a secret.
    #[expect(
        clippy::too_many_arguments,
        reason = "a variable, its place, and whose it is"
    )]
    pub(crate) fn variable(
        &mut self,
        into: &mut Variables,
        runner: Runner,
        node: &str,
        at: (&str, u32, &str),
        name: &str,
        value: &str,
        secret: bool,
    ) {
        let (file, line, path) = at;
        let what = format!("{path}.{name}");
        if CREDENTIALS.contains(&name) {
            let why = "a role gives the container its rights in AWS, so it needs no keys";
            return self.leave_out(file, Some(line), &what, why);
        }
        let good = match runner {
            Runner::Lambda => {
                name.len() >= 2
                    && name.as_bytes()[0].is_ascii_alphabetic()
                    && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            }
            Runner::Fargate => !name.is_empty() && !name.contains(['=', '\0']),
        };
        if !good || value.contains('\0') {
            let why = "no variable of a container can be called this or hold this";
            return self.leave_out(file, Some(line), &what, why);
        }
        if runner == Runner::Lambda && (name.starts_with("AWS_") || name.starts_with("LAMBDA_")) {
            let why = "Lambda sets variables of this kind itself";
            return self.leave_out(file, Some(line), &what, why);
        }
        if secret || secret::is_secret(name, value) {
            let reference = secret::reference(&self.look.project, node, name);
            let text = write::secret_text(&reference);
            into.env.shift_remove(name);
            into.secrets.insert(name.to_owned(), reference);
            self.note(format!(
                "{name} of {node} looks like a secret: its value is not copied. Put it into Secrets Manager; the design refers to {text}."
            ));
            return;
        }
        into.env.insert(name.to_owned(), value.to_owned());
    }

    /// Build arguments without those that look like secrets.
    pub(crate) fn build_argument(
        &mut self,
        into: &mut TextMap,
        at: (&str, u32, &str),
        name: &str,
        value: &str,
        secret: bool,
    ) {
        let (file, line, path) = at;
        if secret || secret::is_secret(name, value) {
            let why = "it looks like a secret, and build arguments stay readable in the image";
            self.leave_out(file, Some(line), &format!("{path}.{name}"), why);
        } else {
            into.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The proposal, with its title and with what was cut off.
    pub(crate) fn finish(mut self) -> Proposal {
        if self.more_additions > 0 {
            let more = self.more_additions;
            self.proposal.notes.push(format!(
                "{more} more things were found; at most {ADDITIONS} are added at once."
            ));
        }
        if self.more_left_out > 0 {
            let more = self.more_left_out;
            self.proposal
                .notes
                .push(format!("{more} more things are left out and not listed."));
        }
        let ids: BTreeSet<String> = self
            .proposal
            .additions
            .iter()
            .map(|addition| addition.id.clone())
            .collect();
        // What needs something that was cut off goes with it.
        self.proposal
            .additions
            .retain(|addition| addition.needs.iter().all(|id| ids.contains(id)));
        self.proposal.entitle();
        self.proposal
    }
}
