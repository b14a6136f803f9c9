//! One service of Copilot's.

use crate::draft::{Draft, Runner, Variables};
use crate::measure::{seconds, size, within};
use crate::proposal::Place;
use crate::secret;
use crate::sources::{folder_of, normal};
use crate::tree::Node;
use slipway_design::{Arch, Build, Count, Health, Image, Ingress, SecretRef, Service};

/// A service that requests come to.
pub(crate) struct Front {
    pub(crate) service: String,
    /// Id of its addition.
    pub(crate) needs: String,
    pub(crate) path: String,
    /// It had an address of its own, not one behind the load balancer.
    pub(crate) own_address: bool,
    pub(crate) file: String,
    pub(crate) line: u32,
}

pub(crate) struct CopilotService<'s, 'a, 'l, 't> {
    draft: &'s mut Draft<'a, 'l>,
    file: &'t str,
    root: Node<'t>,
    kind: &'t str,
    /// The key that it will have.
    key: String,
}

impl<'s, 'a, 'l, 't> CopilotService<'s, 'a, 'l, 't> {
    pub(crate) fn new(
        draft: &'s mut Draft<'a, 'l>,
        file: &'t str,
        root: Node<'t>,
        kind: &'t str,
    ) -> Self {
        Self {
            draft,
            file,
            root,
            kind,
            key: String::new(),
        }
    }

    fn leave_out(&mut self, line: u32, what: &str, why: &str) {
        self.draft.leave_out(self.file, Some(line), what, why);
    }

    /// Adds the service; gives where requests come in.
    pub(crate) fn read(mut self) -> Option<Front> {
        let name = self
            .root
            .get("name")
            .and_then(Node::text)
            .unwrap_or_else(|| folder_of(self.file).rsplit('/').next().unwrap_or("service"));
        let image = self.image()?;
        if self.draft.is_there(self.file, 1, name, &image) {
            return None;
        }
        let named = self.draft.look.names.node(name, "service");
        self.key.clone_from(&named.key);
        let mut service = self.settings(self.root, None);
        service.image = Some(image);
        service.port = self
            .root
            .get("image")
            .and_then(|it| it.get("port"))
            .or_else(|| self.root.get("http").and_then(|it| it.get("target_port")))
            .and_then(Node::text)
            .and_then(crate::dockerfile::tcp_port);
        self.platform(&mut service);
        let balanced = self.kind == "Load Balanced Web Service";
        let front = balanced || self.kind == "Request-Driven Web Service";
        service.ingress = match (balanced, service.port) {
            (true, Some(_)) => Some(Ingress::Alb),
            (_, None) => Some(Ingress::None),
            (false, Some(_)) => None,
        };
        self.health(&mut service);
        for (key, line, value) in self.root.entries() {
            self.rest(key, line, value);
        }
        let reach = service
            .port
            .map_or_else(|| "no port".to_owned(), |port| format!("port {port}"));
        let summary = format!("{} `{name}`: {reach}", self.kind);
        let key = named.key.clone();
        let has_port = service.port.is_some();
        let base = (service.cpu, service.memory);
        let from = Place {
            file: self.file.to_owned(),
            line: Some(1),
        };
        let id = self.draft.service(named, service, &summary, from);
        self.environments(&key, base);
        let http = self.root.get("http");
        let off = http.and_then(Node::flag) == Some(false);
        let path = http
            .and_then(|it| it.get("path"))
            .and_then(Node::text)
            .unwrap_or("/");
        (front && has_port && !off).then(|| Front {
            service: key,
            needs: id,
            path: path.to_owned(),
            own_address: !balanced,
            file: self.file.to_owned(),
            line: http.map_or(1, Node::line),
        })
    }

    /// Where the image comes from; without one there is no service.
    fn image(&mut self) -> Option<Image> {
        let Some(image) = self.root.get("image") else {
            self.leave_out(1, "image", "it does not say where its image comes from");
            return None;
        };
        if let Some(location) = image.get("location").and_then(Node::text) {
            return Some(Image::Registry {
                reference: location.to_owned(),
            });
        }
        let Some(node) = image.get("build") else {
            let why = "it has neither `build` nor `location`";
            self.leave_out(image.line(), "image", why);
            return None;
        };
        let text = |key: &str| node.get(key).and_then(Node::text);
        let dockerfile = node
            .text()
            .or_else(|| text("dockerfile"))
            .unwrap_or("Dockerfile");
        let context = text("context").unwrap_or_else(|| folder_of(dockerfile));
        let sources = self.draft.look.sources;
        let inside = sources
            .in_project(context)
            .and_then(|inside| sources.in_project(dockerfile).map(|file| (inside, file)));
        let (inside, file) = match inside {
            Ok(paths) => paths,
            Err(why) => {
                self.leave_out(node.line(), "image.build", why);
                return None;
            }
        };
        let relative = from_folder(&inside, &file);
        let mut build = Build {
            context: inside,
            dockerfile: (relative != "Dockerfile").then_some(relative),
            target: text("target").map(str::to_owned),
            ..Build::default()
        };
        for (name, line, value) in node.get("args").iter().flat_map(|it| it.entries()) {
            let at = (self.file, line, "image.build.args");
            let value = value.text().unwrap_or_default();
            self.draft
                .build_argument(&mut build.args, at, name, value, false);
        }
        Some(Image::Build(build))
    }

    /// The settings that may differ between environments.
    fn settings(&mut self, node: Node<'t>, base: Option<(Option<u32>, Option<u32>)>) -> Service {
        let mut service = Service::default();
        let number = |key: &str| {
            node.get(key)
                .and_then(Node::text)
                .and_then(|it| it.parse::<u32>().ok())
        };
        let (cpu, memory) = (number("cpu"), number("memory"));
        if cpu.is_some() || memory.is_some() {
            let (base_cpu, base_memory) = base.unwrap_or_default();
            if let Some((cpu, memory, words)) = size(cpu.or(base_cpu), memory.or(base_memory)) {
                service.cpu = Some(cpu);
                service.memory = Some(memory);
                if let Some(words) = words {
                    self.draft.note(format!("{}: {words}.", self.key));
                }
            }
        }
        if let Some(count) = node.get("count") {
            self.count(&mut service, count);
        }
        let mut variables = Variables::default();
        for (name, line, value) in node.get("variables").iter().flat_map(|it| it.entries()) {
            match value.text() {
                Some(text) if !text.contains("${COPILOT_") => {
                    let key = self.key.clone();
                    let at = (self.file, line, "variables");
                    self.draft.variable(
                        &mut variables,
                        Runner::Fargate,
                        &key,
                        at,
                        name,
                        text,
                        false,
                    );
                }
                _ => {
                    let why = "its value is known only once Copilot has run";
                    self.leave_out(line, &format!("variables.{name}"), why);
                }
            }
        }
        for (name, line, value) in node.get("secrets").iter().flat_map(|it| it.entries()) {
            let manager = value.get("secretsmanager").and_then(Node::text);
            let secret = match (value.text(), manager) {
                (_, Some(name)) => Some((name, SecretRef::SecretsManager(name.to_owned()))),
                (Some(name), None) if name.starts_with("arn:aws:secretsmanager") => {
                    Some((name, SecretRef::SecretsManager(name.to_owned())))
                }
                (Some(name), None) => Some((name, SecretRef::Ssm(name.to_owned()))),
                (None, None) => None,
            };
            match secret {
                Some((text, secret)) if !text.contains("${") => {
                    variables.env.shift_remove(name);
                    variables.secrets.insert(name.to_owned(), secret);
                }
                Some(_) => {
                    let why = "its name has the name of an environment in it: write the secret under each environment";
                    self.leave_out(line, &format!("secrets.{name}"), why);
                }
                None => {
                    let why = "where it is is known only once CloudFormation has run";
                    self.leave_out(line, &format!("secrets.{name}"), why);
                }
            }
        }
        service.env = variables.env;
        service.secrets = variables.secrets;
        service.exec = node.get("exec").and_then(Node::flag);
        service.command = self.words(node, "command");
        service.entrypoint = self.words(node, "entrypoint");
        service
    }

    fn words(&mut self, node: Node<'t>, key: &str) -> Vec<String> {
        let Some(value) = node.get(key) else {
            return Vec::new();
        };
        let words = match value.text() {
            Some(line) => shlex::split(line),
            None => value
                .items()
                .into_iter()
                .map(|item| item.text().map(str::to_owned))
                .collect(),
        };
        match words {
            Some(words) if !secret::in_words(&words) => words,
            Some(_) => {
                let why =
                    "it looks as if it held a secret; let the program read it from a variable";
                self.leave_out(value.line(), key, why);
                Vec::new()
            }
            None => {
                self.leave_out(value.line(), key, "it is not a command line");
                Vec::new()
            }
        }
    }

    fn count(&mut self, service: &mut Service, node: Node<'t>) {
        let number = |node: Option<Node<'t>>| -> Option<u32> {
            let node = node?;
            node.text()
                .or_else(|| node.get("value").and_then(Node::text))
                .and_then(|it| it.trim_end_matches('%').parse().ok())
        };
        if let Some(tasks) = number(Some(node)) {
            service.count = (tasks != 1).then_some(Count::Fixed(tasks.min(5000)));
            return;
        }
        let range = node.get("range");
        let (min, max) = match range.and_then(Node::text).and_then(|it| it.split_once('-')) {
            Some((min, max)) => (min.trim().parse().ok(), max.trim().parse().ok()),
            None => (
                number(range.and_then(|it| it.get("min"))),
                number(range.and_then(|it| it.get("max"))),
            ),
        };
        let cpu = number(node.get("cpu_percentage"));
        let memory = number(node.get("memory_percentage"));
        match (min, max) {
            (Some(min), Some(max)) if cpu.is_some() || memory.is_some() || min == max => {
                service.count = Some(Count::Range {
                    min,
                    max,
                    cpu,
                    memory,
                });
            }
            (Some(_), Some(_)) => {
                let why = "a design adds tasks by their use of CPU or memory";
                self.leave_out(node.line(), "count", why);
            }
            _ if node.get("spot").is_some() => {
                let tasks = number(node.get("spot")).unwrap_or(1);
                service.spot = Some(true);
                service.count = (tasks != 1).then_some(Count::Fixed(tasks.min(5000)));
            }
            _ => self.leave_out(node.line(), "count", "it is not a number or a range"),
        }
        for (key, line, _) in node.entries() {
            if !matches!(
                key,
                "range" | "cpu_percentage" | "memory_percentage" | "spot"
            ) {
                let why = "a design adds tasks by their use of CPU or memory";
                self.leave_out(line, &format!("count.{key}"), why);
            }
        }
    }

    fn platform(&mut self, service: &mut Service) {
        let Some(node) = self.root.get("platform") else {
            return;
        };
        let text = node
            .text()
            .or_else(|| node.get("architecture").and_then(Node::text))
            .unwrap_or_default();
        match text.rsplit('/').next() {
            Some("arm64") if !text.starts_with("windows") => service.arch = Some(Arch::Arm64),
            Some("x86_64" | "amd64") if !text.starts_with("windows") => {
                service.arch = Some(Arch::X86_64);
            }
            _ => self.leave_out(
                node.line(),
                "platform",
                "Slipway runs linux/amd64 and linux/arm64",
            ),
        }
    }

    /// The load balancer's check, else the container's own.
    fn health(&mut self, service: &mut Service) {
        let time = |node: Option<Node<'t>>, range: (u32, u32)| {
            node.and_then(Node::text)
                .and_then(seconds)
                .map(|it| within(it, range.0, range.1).0)
        };
        let balanced = service.ingress == Some(Ingress::Alb);
        let http = self.root.get("http").and_then(|it| it.get("healthcheck"));
        if let Some(node) = http.filter(|_| balanced) {
            let path = node
                .text()
                .or_else(|| node.get("path").and_then(Node::text))
                .unwrap_or("/");
            service.health = Some(Health {
                path: Some(path.to_owned()),
                interval: time(node.get("interval"), (5, 300)),
                timeout: time(node.get("timeout"), (2, 60)),
                retries: node
                    .get("unhealthy_threshold")
                    .and_then(Node::text)
                    .and_then(|it| it.parse().ok())
                    .map(|it| within(it, 1, 10).0),
                ..Health::default()
            });
        }
        let Some(node) = self.root.get("image").and_then(|it| it.get("healthcheck")) else {
            return;
        };
        if service.health.is_some() {
            let why = "a service has one check, and that of the load balancer was taken";
            return self.leave_out(node.line(), "image.healthcheck", why);
        }
        let mut words = self.words(node, "command");
        match words.first().map(String::as_str) {
            Some("CMD") => {
                words.remove(0);
            }
            Some("CMD-SHELL") => {
                words = vec!["/bin/sh".to_owned(), "-c".to_owned(), words[1..].join(" ")];
            }
            Some(_) => {}
            None => return,
        }
        service.health = Some(Health {
            command: words,
            interval: time(node.get("interval"), (5, 300)),
            timeout: time(node.get("timeout"), (2, 60)),
            retries: node
                .get("retries")
                .and_then(Node::text)
                .and_then(|it| it.parse().ok())
                .map(|it| within(it, 1, 10).0),
            start_period: time(node.get("start_period"), (0, 300)),
            ..Health::default()
        });
    }

    /// What is not read elsewhere.
    fn rest(&mut self, key: &str, line: u32, node: Node<'t>) {
        let why = match key {
            "name" | "type" | "cpu" | "memory" | "count" | "exec" | "variables" | "secrets"
            | "platform" | "environments" | "command" | "entrypoint" => return,
            "image" => {
                for (key, line, _) in node.entries() {
                    if !matches!(key, "build" | "location" | "port" | "healthcheck") {
                        let why = "it has no counterpart in a design";
                        self.leave_out(line, &format!("image.{key}"), why);
                    }
                }
                return;
            }
            "http" => {
                for (key, line, _) in node.entries() {
                    if !matches!(key, "path" | "healthcheck" | "target_port") {
                        let why = match key {
                            "alias" => "a domain stands in domains of each environment",
                            _ => {
                                "API Gateway and the load balancer have no such setting in a design"
                            }
                        };
                        self.leave_out(line, &format!("http.{key}"), why);
                    }
                }
                return;
            }
            "sidecars" => "write each under containers of the service",
            "env_file" => {
                "it is not read, as it may hold secrets; write its settings into env and its secrets into secrets"
            }
            "network" => "Slipway makes the network; the subnets stand under each environment",
            "storage" => "a task on Fargate has no disk that lasts",
            "publish" | "subscribe" => "a design has no topics and queues",
            "taskdef_overrides" | "logging" | "observability" | "deployment" | "alarms" => {
                "Slipway decides this itself"
            }
            _ => "it has no counterpart in a design",
        };
        self.leave_out(line, key, why);
    }

    /// What differs in the environments that the design has.
    fn environments(&mut self, key: &str, base: (Option<u32>, Option<u32>)) {
        let design = self.draft.look.document.design();
        for (name, line, node) in self
            .root
            .get("environments")
            .iter()
            .flat_map(|it| it.entries())
        {
            let what = format!("environments.{name}");
            if !design.is_some_and(|design| design.environments.contains_key(name)) {
                let why = "the design has no environment of this name; make it, and import again or write there what differs";
                self.leave_out(line, &what, why);
                continue;
            }
            let settings = self.settings(node, Some(base));
            for (other, line, _) in node.entries() {
                if !matches!(
                    other,
                    "cpu"
                        | "memory"
                        | "count"
                        | "variables"
                        | "secrets"
                        | "exec"
                        | "command"
                        | "entrypoint"
                ) {
                    let why = "it is the same in every environment of a design";
                    self.leave_out(line, &format!("{what}.{other}"), why);
                }
            }
            if settings != Service::default() {
                let from = Place {
                    file: self.file.to_owned(),
                    line: Some(line),
                };
                self.draft.environment(name, key, &settings, from);
            }
        }
    }
}

/// A file of the project as seen from a folder of it.
fn from_folder(folder: &str, file: &str) -> String {
    let folder = normal(folder).unwrap_or_default();
    let mut from: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    let mut to: Vec<&str> = file.split('/').collect();
    while to.len() > 1 && from.first().is_some_and(|it| *it == to[0]) {
        from.remove(0);
        to.remove(0);
    }
    let up = "../".repeat(from.len());
    format!("{up}{}", to.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dockerfiles_are_relative_to_their_context() {
        let check = |folder: &str, file: &str, expect: &str| {
            assert_eq!(from_folder(folder, file), expect, "{folder} {file}");
        };
        check("api", "api/Dockerfile", "Dockerfile");
        check(".", "api/Dockerfile", "api/Dockerfile");
        check("api", "docker/api.Dockerfile", "../docker/api.Dockerfile");
        check("a/b", "a/Dockerfile", "../Dockerfile");
        check(".", "Dockerfile", "Dockerfile");
    }
}
