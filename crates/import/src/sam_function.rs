//! One function of a SAM template.

use crate::draft::{Draft, Runner, Variables};
use crate::intrinsic::{Resolver, intrinsic};
use crate::measure::within;
use crate::proposal::Place;
use crate::sources::folder_of;
use crate::tree::Node;
use slipway_design::{Arch, Build, Function, Image, Statement, TextMap};

/// A request that leads to a function.
pub(crate) struct Event<'t> {
    /// Key of the function in the design, and the id of its addition.
    pub(crate) function: String,
    pub(crate) needs: String,
    /// `OrdersFunction.Events.Get`
    pub(crate) what: String,
    pub(crate) line: u32,
    /// Of a REST API.
    pub(crate) rest: bool,
    pub(crate) properties: Node<'t>,
}

pub(crate) struct SamFunction<'d, 'a, 'l, 't> {
    pub(crate) draft: &'d mut Draft<'a, 'l>,
    pub(crate) file: &'t str,
    pub(crate) resolver: &'d Resolver<'t>,
    pub(crate) id: &'t str,
    pub(crate) line: u32,
    pub(crate) properties: Option<Node<'t>>,
    pub(crate) metadata: Option<Node<'t>>,
    pub(crate) globals: Option<Node<'t>>,
}

impl<'t> SamFunction<'_, '_, '_, 't> {
    fn leave_out(&mut self, line: u32, key: &str, why: &str) {
        let what = if key.is_empty() {
            self.id.to_owned()
        } else {
            format!("{}.{key}", self.id)
        };
        self.draft.leave_out(self.file, Some(line), &what, why);
    }

    /// A property of the function's own, else the one that all functions have.
    fn property(&self, key: &str) -> Option<Node<'t>> {
        self.properties
            .and_then(|it| it.get(key))
            .or_else(|| self.globals?.get(key))
    }

    fn text(&mut self, key: &str, node: Node<'t>) -> Option<String> {
        match self.resolver.plain(node) {
            Ok(text) => Some(text),
            Err(why) => {
                self.leave_out(node.line(), key, &why);
                None
            }
        }
    }

    fn number(&mut self, key: &str, range: (u32, u32)) -> Option<u32> {
        let node = self.property(key)?;
        let text = self.text(key, node)?;
        let Ok(number) = text.parse::<u32>() else {
            self.leave_out(node.line(), key, "it is not a number");
            return None;
        };
        let (moved, other) = within(number, range.0, range.1);
        if other {
            let why = format!("Lambda takes {} to {}; {moved} was taken", range.0, range.1);
            self.leave_out(node.line(), key, &why);
        }
        Some(moved)
    }

    pub(crate) fn read(mut self, events: &mut Vec<Event<'t>>) {
        let Some(image) = self.image() else { return };
        if self.draft.is_there(self.file, self.line, self.id, &image) {
            return;
        }
        let named = self.draft.look.names.node(self.id, "function");
        let key = named.key.clone();
        let mut function = Function {
            memory: self.number("MemorySize", (128, 10_240)),
            timeout: self.number("Timeout", (1, 900)),
            concurrency: self.number("ReservedConcurrentExecutions", (0, 100_000)),
            image: Some(image),
            ..Function::default()
        };
        self.arch(&mut function);
        self.storage(&mut function);
        let mut variables = Variables::default();
        for source in [self.globals, self.properties].into_iter().flatten() {
            let Some(environment) = source.get("Environment").and_then(|it| it.get("Variables"))
            else {
                continue;
            };
            self.variables(&mut variables, &key, environment);
        }
        function.env = variables.env;
        function.secrets = variables.secrets;
        if !function.secrets.is_empty() {
            self.draft.note(format!(
                "Lambda gives {key} the ARNs of its secrets, not their values: its code asks Secrets Manager."
            ));
        }
        self.rights(&mut function);
        self.tags(&mut function.tags);
        self.rest();
        let what = match &function.image {
            Some(Image::Build(build)) => format!("builds {}", build.context),
            _ => "runs an image of ECR".to_owned(),
        };
        let summary = format!("function `{}`: {what}", self.id);
        let from = Place {
            file: self.file.to_owned(),
            line: Some(self.line),
        };
        let id = self.draft.function(named, function, &summary, from);
        self.events(&key, &id, events);
    }

    /// Where the image comes from; without one there is no function.
    fn image(&mut self) -> Option<Image> {
        let kind = self.property("PackageType").and_then(Node::text);
        if kind != Some("Image") {
            let runtime = self.property("Runtime").and_then(Node::text);
            let why = format!(
                "it is made of a zip archive{}, and Slipway makes functions of container images: write a Dockerfile on a base of public.ecr.aws/lambda",
                runtime.map_or_else(String::new, |it| format!(" for {}", crate::shown(it)))
            );
            self.leave_out(self.line, "", &why);
            return None;
        }
        let metadata = self.metadata.filter(|it| {
            ["DockerContext", "Dockerfile", "DockerTag"]
                .iter()
                .any(|key| it.get(key).is_some())
        });
        let Some(metadata) = metadata else {
            return self.pushed();
        };
        let mut build = Build::default();
        let mut context = ".".to_owned();
        for (key, line, node) in metadata.entries() {
            if node.is_null() {
                continue;
            }
            let path = format!("Metadata.{key}");
            match key {
                "DockerContext" => context = self.text(&path, node)?,
                "Dockerfile" => {
                    build.dockerfile = self
                        .text(&path, node)
                        .map(|file| file.trim_start_matches("./").to_owned())
                        .filter(|file| file != "Dockerfile");
                }
                "DockerBuildTarget" => build.target = self.text(&path, node),
                "DockerBuildArgs" => {
                    for (name, line, value) in node.entries() {
                        match self.resolver.text(value) {
                            Ok(value) => {
                                let path = format!("{}.{path}", self.id);
                                let at = (self.file, line, path.as_str());
                                self.draft.build_argument(
                                    &mut build.args,
                                    at,
                                    name,
                                    &value.text,
                                    value.secret,
                                );
                            }
                            Err(why) => self.leave_out(line, &format!("{path}.{name}"), &why),
                        }
                    }
                }
                "DockerTag" => {}
                _ => self.leave_out(line, &path, "it has no counterpart in a design"),
            }
        }
        let folder = folder_of(self.file);
        match self
            .draft
            .look
            .sources
            .in_project(&format!("{}{context}", prefix(folder, &context)))
        {
            Ok(inside) => build.context = inside,
            Err(why) => {
                self.leave_out(self.line, "Metadata.DockerContext", why);
                return None;
            }
        }
        Some(Image::Build(build))
    }

    /// An image that is in ECR already.
    fn pushed(&mut self) -> Option<Image> {
        let Some(node) = self.property("ImageUri") else {
            let why =
                "it says neither in Metadata how its image is built nor in ImageUri where it is";
            self.leave_out(self.line, "", why);
            return None;
        };
        let uri = self.text("ImageUri", node)?;
        let Some((_, name)) = uri
            .split_once(".amazonaws.com/")
            .filter(|(registry, _)| registry.contains(".dkr.ecr"))
        else {
            self.leave_out(
                node.line(),
                "ImageUri",
                "Lambda takes images of a private registry of ECR only",
            );
            return None;
        };
        let (name, digest) = match name.split_once('@') {
            Some((name, digest)) => (name, Some(digest.to_owned())),
            None => (name, None),
        };
        let (repository, tag) = match name.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag.to_owned())),
            None => (name, None),
        };
        Some(Image::Ecr {
            repository: repository.to_owned(),
            tag: tag
                .filter(|_| digest.is_none())
                .or_else(|| digest.is_none().then(|| "latest".to_owned())),
            digest,
        })
    }

    fn arch(&mut self, function: &mut Function) {
        let Some(node) = self.property("Architectures") else {
            return;
        };
        match node.items().first().and_then(|it| it.text()) {
            Some("arm64") => function.arch = Some(Arch::Arm64),
            Some("x86_64") => function.arch = Some(Arch::X86_64),
            _ => self.leave_out(node.line(), "Architectures", "Lambda runs arm64 and x86_64"),
        }
    }

    fn storage(&mut self, function: &mut Function) {
        let size = self
            .property("EphemeralStorage")
            .and_then(|it| it.get("Size"))
            .and_then(|node| self.text("EphemeralStorage.Size", node))
            .and_then(|text| text.parse::<u32>().ok());
        function.ephemeral_storage = size.map(|size| within(size, 512, 10_240).0);
    }

    fn variables(&mut self, into: &mut Variables, key: &str, environment: Node<'t>) {
        for (name, line, node) in environment.entries() {
            if node.is_null() {
                continue;
            }
            match self.resolver.text(node) {
                Ok(value) => {
                    let path = format!("{}.Environment.Variables", self.id);
                    let at = (self.file, line, path.as_str());
                    self.draft.variable(
                        into,
                        Runner::Lambda,
                        key,
                        at,
                        name,
                        &value.text,
                        value.secret,
                    );
                }
                Err(why) => {
                    self.leave_out(line, &format!("Environment.Variables.{name}"), &why);
                }
            }
        }
    }

    /// What the function may do: managed policies and plain statements are kept.
    fn rights(&mut self, function: &mut Function) {
        if let Some(node) = self.property("Role") {
            match self.resolver.plain(node) {
                Ok(role) if role.starts_with("arn:") => {
                    function.role = Some(role);
                    return;
                }
                Ok(_) => self.leave_out(node.line(), "Role", "it is not the ARN of a role"),
                Err(why) => self.leave_out(node.line(), "Role", &why),
            }
        }
        for node in self
            .property("Policies")
            .map(Node::items)
            .unwrap_or_default()
        {
            if let Some(statements) = node.get("Statement") {
                for statement in statements.items() {
                    match self.statement(statement) {
                        Some(statement) => function.allow.push(statement),
                        None => self.leave_out(
                            statement.line(),
                            "Policies",
                            "a statement of a design allows actions on resources that are known by name: write it into allow",
                        ),
                    }
                }
            } else if let Some(arn) = node.text().filter(|it| it.starts_with("arn:")) {
                function.policies.push(arn.to_owned());
            } else {
                let name = node
                    .text()
                    .or_else(|| node.entries().next().map(|(key, ..)| key))
                    .unwrap_or_default();
                let why = "policies that SAM makes are not known here: write what the function may do into allow";
                self.leave_out(node.line(), &format!("Policies: {name}"), why);
            }
        }
    }

    fn statement(&self, node: Node<'t>) -> Option<Statement> {
        if node.get("Effect").and_then(Node::text) != Some("Allow")
            || node
                .entries()
                .any(|(key, ..)| !matches!(key, "Effect" | "Action" | "Resource" | "Sid"))
        {
            return None;
        }
        let list = |key: &str| -> Option<Vec<String>> {
            node.get(key)?
                .items()
                .into_iter()
                .map(|item| self.resolver.plain(item).ok())
                .collect()
        };
        Some(Statement {
            actions: list("Action")?,
            resources: list("Resource")?,
        })
    }

    fn tags(&mut self, into: &mut TextMap) {
        for (name, line, node) in self.property("Tags").iter().flat_map(|it| it.entries()) {
            match self.resolver.plain(node) {
                Ok(value) => {
                    into.insert(name.to_owned(), value);
                }
                Err(why) => self.leave_out(line, &format!("Tags.{name}"), &why),
            }
        }
    }

    /// Properties that are not read.
    fn rest(&mut self) {
        let properties = self.properties;
        for (key, line, _) in properties.iter().flat_map(|it| it.entries()) {
            if let Some(why) = unread(key) {
                self.leave_out(line, key, why);
            }
        }
    }

    fn events(&mut self, key: &str, id: &str, events: &mut Vec<Event<'t>>) {
        let found = self.properties.and_then(|it| it.get("Events"));
        for (name, line, node) in found.iter().flat_map(|it| it.entries()) {
            let kind = node.get("Type").and_then(Node::text).unwrap_or_default();
            let what = format!("{}.Events.{name}", self.id);
            match (kind, node.get("Properties")) {
                ("HttpApi" | "Api", Some(properties)) => events.push(Event {
                    function: key.to_owned(),
                    needs: id.to_owned(),
                    what,
                    line,
                    rest: kind == "Api",
                    properties,
                }),
                // An event without a path takes all requests of the API.
                ("HttpApi", None) => events.push(Event {
                    function: key.to_owned(),
                    needs: id.to_owned(),
                    what,
                    line,
                    rest: false,
                    properties: node,
                }),
                _ => {
                    let why = "a design leads requests to functions; queues, schedules and other events stay outside";
                    self.leave_out(line, &format!("Events.{name} ({kind})"), why);
                }
            }
        }
        if self
            .property("ImageConfig")
            .is_some_and(|it| intrinsic(it).is_none() && it.get("Command").is_some())
        {
            self.draft.note(format!(
                "{key} gets its command from the template (ImageConfig): a design takes that of the image."
            ));
        }
    }
}

/// Why a property of a function is not read; `None` for those that are.
pub(crate) fn unread(key: &str) -> Option<&'static str> {
    match key {
        "PackageType"
        | "MemorySize"
        | "Timeout"
        | "ReservedConcurrentExecutions"
        | "Architectures"
        | "EphemeralStorage"
        | "Environment"
        | "Role"
        | "Policies"
        | "Tags"
        | "ImageUri"
        | "Events"
        | "FunctionName"
        | "Description"
        | "Runtime"
        | "Handler"
        | "CodeUri"
        | "AutoPublishAlias" => None,
        "VpcConfig" => Some("write network = true, and the subnets under each environment"),
        "FunctionUrlConfig" => Some("requests reach a function through an API"),
        "ImageConfig" => Some("set the command in the Dockerfile"),
        "Layers" => Some("functions of container images have no layers"),
        "DeploymentPreference" => Some("Slipway moves the alias at once"),
        "LoggingConfig" | "Tracing" => Some("a design has log_retention, and no tracing"),
        _ => Some("it has no counterpart in a design"),
    }
}

/// What stands before a path that is relative to a folder.
fn prefix(folder: &str, path: &str) -> String {
    // An absolute path or an address is refused as it is.
    if folder.is_empty() || path.starts_with(['/', '~']) || path.contains("://") {
        String::new()
    } else {
        format!("{folder}/")
    }
}
