//! One service of a compose file.

use crate::compose_words::{container_port, names_host, shell, why};
use crate::draft::{Draft, Runner, Variables};
use crate::interpolate::{Filled, fill};
use crate::measure::{cpu_units, mebibytes, seconds, size, within};
use crate::naming::Named;
use crate::proposal::Place;
use crate::secret;
use crate::tree::Node;
use slipway_design::{Arch, Build, Count, Health, Image, Ingress, Service, TextMap};
use std::collections::HashMap;

/// Images that keep what they are there for on a disk.
const KEEPERS: [&str; 12] = [
    "postgres",
    "mysql",
    "mariadb",
    "mongo",
    "redis",
    "valkey",
    "rabbitmq",
    "elasticsearch",
    "opensearch",
    "minio",
    "cassandra",
    "kafka",
];

pub(crate) struct ComposeService<'s, 'a, 'l> {
    draft: &'s mut Draft<'a, 'l>,
    file: &'s str,
    values: &'s HashMap<String, String>,
    /// Names of all services: host names inside compose.
    hosts: &'s [&'s str],
    name: &'s str,
    line: u32,
    cpu: Option<u32>,
    memory: Option<u32>,
    service: Service,
    variables: Variables,
    /// The key that it will have.
    key: String,
}

impl<'s, 'a, 'l> ComposeService<'s, 'a, 'l> {
    pub(crate) fn new(
        draft: &'s mut Draft<'a, 'l>,
        file: &'s str,
        values: &'s HashMap<String, String>,
        hosts: &'s [&'s str],
        name: &'s str,
        line: u32,
    ) -> Self {
        Self {
            draft,
            file,
            values,
            hosts,
            name,
            line,
            cpu: None,
            memory: None,
            service: Service::default(),
            variables: Variables::default(),
            key: String::new(),
        }
    }

    pub(crate) fn read(mut self, node: Node<'_>) {
        let Some(image) = self.image(node) else {
            return;
        };
        if self.draft.is_there(self.file, self.line, self.name, &image) {
            return;
        }
        let named = self.draft.look.names.node(self.name, "service");
        self.key.clone_from(&named.key);
        self.service.image = Some(image);
        for (key, line, value) in node.entries() {
            if !value.is_null() {
                self.setting(key, line, value);
            }
        }
        if self.service.port.is_none() {
            self.exposed(node);
        }
        self.finish(named);
    }

    fn path(&self, key: &str) -> String {
        format!("services.{}.{key}", self.name)
    }

    fn leave_out(&mut self, line: u32, key: &str, why: &str) {
        let what = self.path(key);
        self.draft.leave_out(self.file, Some(line), &what, why);
    }

    /// A text with its variables, or words that it could not be read.
    fn text(&mut self, key: &str, node: Node<'_>) -> Option<Filled> {
        let Some(text) = node.text() else {
            self.leave_out(node.line(), key, "it is not a text");
            return None;
        };
        match fill(text, self.values) {
            Ok(filled) => Some(filled),
            Err(error) => {
                self.leave_out(node.line(), key, &error.to_string());
                None
            }
        }
    }

    fn plain(&mut self, key: &str, node: Node<'_>) -> Option<String> {
        self.text(key, node).map(|filled| filled.text)
    }

    /// Where the image comes from; without one there is no service.
    fn image(&mut self, node: Node<'_>) -> Option<Image> {
        if let Some(build) = node.get("build") {
            return self.build(build);
        }
        let Some(image) = node.get("image") else {
            let extends = node.get("extends").is_some();
            let why = if extends {
                "its image is in the service that it extends, and `extends` is not followed"
            } else {
                "it has neither `build` nor `image`"
            };
            let what = format!("services.{}", self.name);
            self.draft.leave_out(self.file, Some(self.line), &what, why);
            return None;
        };
        let reference = self.plain("image", image)?;
        if reference.is_empty()
            || reference
                .chars()
                .any(|c| c.is_whitespace() || c.is_control())
        {
            self.leave_out(image.line(), "image", "it is not the name of an image");
            return None;
        }
        let repository = reference.split(['@', ':']).next().unwrap_or_default();
        let last = repository.rsplit('/').next().unwrap_or_default();
        if KEEPERS.contains(&last) {
            self.draft.note(format!(
                "{} runs {last}: on Fargate it loses its data with every task. A managed database or cache of AWS's is the better place.",
                self.name
            ));
        }
        Some(Image::Registry { reference })
    }

    fn build(&mut self, node: Node<'_>) -> Option<Image> {
        let mut build = Build::default();
        let mut context = ".".to_owned();
        if node.is_map() {
            if let Some(inline) = node.get("dockerfile_inline") {
                let why = "its Dockerfile stands in the compose file; save it as a file of its own";
                self.leave_out(inline.line(), "build.dockerfile_inline", why);
                return None;
            }
            for (key, line, value) in node.entries() {
                if value.is_null() {
                    continue;
                }
                let path = format!("build.{key}");
                match key {
                    "context" => context = self.plain(&path, value)?,
                    "dockerfile" => build.dockerfile = self.plain(&path, value),
                    "target" => build.target = self.plain(&path, value),
                    "args" => self.build_arguments(&mut build.args, value),
                    "secrets" | "ssh" => {
                        self.leave_out(line, &path, "builds get no secrets from a design");
                    }
                    _ => self.leave_out(line, &path, "Slipway decides how it builds"),
                }
            }
        } else {
            context = self.plain("build", node)?;
        }
        match self.draft.look.sources.in_project(&context) {
            Ok(inside) => build.context = inside,
            Err(why) => {
                self.leave_out(node.line(), "build", why);
                return None;
            }
        }
        build.dockerfile = build
            .dockerfile
            .map(|file| file.trim_start_matches("./").to_owned())
            .filter(|file| file != "Dockerfile");
        if let Some(dockerfile) = &build.dockerfile
            && (dockerfile.starts_with('/')
                || self
                    .draft
                    .look
                    .sources
                    .in_project(&format!("{context}/{dockerfile}"))
                    .is_err())
        {
            let why = "it is outside of the project's folder, and only what is inside is built";
            self.leave_out(node.line(), "build.dockerfile", why);
            return None;
        }
        Some(Image::Build(build))
    }

    fn build_arguments(&mut self, into: &mut TextMap, node: Node<'_>) {
        for (name, line, value) in self.pairs("build.args", node) {
            let Some(value) = value else {
                let why = "it takes its value from the shell";
                self.leave_out(line, &format!("build.args.{name}"), why);
                continue;
            };
            let path = self.path("build.args");
            let at = (self.file, line, path.as_str());
            self.draft
                .build_argument(into, at, &name, &value.text, value.secret);
        }
    }

    /// `NAME: value` and `- NAME=value` alike; no value when there is only a name.
    fn pairs(&mut self, key: &str, node: Node<'_>) -> Vec<(String, u32, Option<Filled>)> {
        let mut pairs = Vec::new();
        if node.is_map() {
            for (name, line, value) in node.entries() {
                if value.is_null() {
                    pairs.push((name.to_owned(), line, None));
                } else if let Some(value) = self.text(&format!("{key}.{name}"), value) {
                    pairs.push((name.to_owned(), line, Some(value)));
                }
            }
            return pairs;
        }
        for item in node.items() {
            let Some(text) = item.text() else {
                self.leave_out(item.line(), key, "one of its items is not a text");
                continue;
            };
            match text.split_once('=') {
                None => pairs.push((text.to_owned(), item.line(), None)),
                Some((name, value)) => match fill(value, self.values) {
                    Ok(value) => pairs.push((name.to_owned(), item.line(), Some(value))),
                    Err(error) => {
                        self.leave_out(item.line(), &format!("{key}.{name}"), &error.to_string());
                    }
                },
            }
        }
        pairs
    }

    fn setting(&mut self, key: &str, line: u32, node: Node<'_>) {
        match key {
            "build" => {}
            "image" => {
                if matches!(self.service.image, Some(Image::Build(_))) {
                    self.leave_out(line, key, "Slipway names the images that it builds itself");
                }
            }
            "ports" => self.ports(node),
            "expose" => {}
            "environment" => self.environment(node),
            "command" | "entrypoint" => {
                if let Some(words) = self.words(key, node) {
                    if key == "command" {
                        self.service.command = words;
                    } else {
                        self.service.entrypoint = words;
                    }
                }
            }
            "healthcheck" => self.health(node),
            "deploy" => self.deploy(node),
            "cpus" => self.cpu = self.measured(key, node, cpu_units),
            "mem_limit" => self.memory = self.measured(key, node, mebibytes),
            "scale" => self.replicas(key, node),
            "platform" => match self.plain(key, node).as_deref() {
                Some("linux/amd64" | "linux/x86_64") => self.service.arch = Some(Arch::X86_64),
                Some("linux/arm64" | "linux/arm64/v8") => self.service.arch = Some(Arch::Arm64),
                Some(_) => self.leave_out(line, key, "Fargate runs linux/amd64 and linux/arm64"),
                None => {}
            },
            "profiles" => {
                let name = self.name;
                self.draft.note(format!(
                    "{name} has profiles, so compose starts it only when asked: a design has all of its services everywhere."
                ));
            }
            _ if key.starts_with("x-") => {}
            _ => self.leave_out(line, key, why(key)),
        }
    }

    fn measured(
        &mut self,
        key: &str,
        node: Node<'_>,
        measure: fn(&str) -> Option<u32>,
    ) -> Option<u32> {
        let text = self.plain(key, node)?;
        let number = measure(&text);
        if number.is_none() {
            self.leave_out(node.line(), key, "its value cannot be understood");
        }
        number
    }

    /// The first port that the container listens on.
    fn ports(&mut self, node: Node<'_>) {
        for item in node.items() {
            let line = item.line();
            let port = if item.is_map() {
                let protocol = item.get("protocol").and_then(Node::text);
                let target = item.get("target").and_then(|it| self.plain("ports", it));
                match protocol {
                    Some(other) if !other.eq_ignore_ascii_case("tcp") => None,
                    _ => target.and_then(|target| crate::dockerfile::tcp_port(&target)),
                }
            } else {
                let Some(text) = self.plain("ports", item) else {
                    continue;
                };
                container_port(&text)
            };
            match port {
                None => self.leave_out(
                    line,
                    "ports",
                    "a service has one TCP port: ranges and UDP are not taken",
                ),
                Some(port) if self.service.port.is_none() => self.service.port = Some(port),
                Some(port) if self.service.port == Some(port) => {}
                Some(_) => self.leave_out(
                    line,
                    "ports",
                    "a service has one port; the first one was taken",
                ),
            }
        }
    }

    /// A port that only other services see.
    fn exposed(&mut self, node: Node<'_>) {
        for item in node.get("expose").map(Node::items).unwrap_or_default() {
            let port = self
                .plain("expose", item)
                .and_then(|text| crate::dockerfile::tcp_port(&text));
            if self.service.port.is_none() {
                self.service.port = port;
            }
        }
    }

    fn environment(&mut self, node: Node<'_>) {
        let mut named_hosts = Vec::new();
        for (name, line, value) in self.pairs("environment", node) {
            let Some(value) = value else {
                let why = "it takes its value from the shell";
                self.leave_out(line, &format!("environment.{name}"), why);
                continue;
            };
            if let Some(host) = self
                .hosts
                .iter()
                .find(|host| **host != self.name && names_host(&value.text, host))
            {
                named_hosts.push(format!("{name} ({host})"));
            }
            let path = self.path("environment");
            let at = (self.file, line, path.as_str());
            self.draft.variable(
                &mut self.variables,
                Runner::Fargate,
                &self.key,
                at,
                &name,
                &value.text,
                value.secret,
            );
        }
        if !named_hosts.is_empty() {
            let which = named_hosts.join(", ");
            let name = self.name;
            self.draft.note(format!(
                "{name}: variables name other services as compose calls them, which is no host name in AWS: {which}."
            ));
        }
    }

    /// A command line as its words.
    fn words(&mut self, key: &str, node: Node<'_>) -> Option<Vec<String>> {
        let mut secret = false;
        let words = if node.is_list() {
            let mut words = Vec::new();
            for item in node.items() {
                let filled = self.text(key, item)?;
                secret |= filled.secret;
                words.push(filled.text);
            }
            words
        } else {
            let filled = self.text(key, node)?;
            secret = filled.secret;
            let Some(words) = shlex::split(&filled.text) else {
                self.leave_out(node.line(), key, "its quotation marks do not match");
                return None;
            };
            words
        };
        if secret || secret::in_words(&words) {
            let why = "it looks as if it held a secret; let the program read it from a variable";
            self.leave_out(node.line(), key, why);
            return None;
        }
        Some(words)
    }

    fn health(&mut self, node: Node<'_>) {
        if node.get("disable").and_then(Node::flag) == Some(true) {
            return;
        }
        let mut health = Health::default();
        let Some(test) = node.get("test") else {
            let why =
                "it changes the image's own check, which ECS does not know; write its command";
            return self.leave_out(node.line(), "healthcheck", why);
        };
        let Some(mut words) = self.words("healthcheck.test", test) else {
            return;
        };
        if test.is_list() {
            match words.first().map(String::as_str) {
                Some("NONE") | None => return,
                Some("CMD") => {
                    words.remove(0);
                }
                Some("CMD-SHELL") => {
                    words = shell(words[1..].join(" "));
                }
                Some(_) => {
                    let why = "its test begins with neither CMD nor CMD-SHELL";
                    return self.leave_out(test.line(), "healthcheck.test", why);
                }
            }
        } else if let Some(line) = self.plain("healthcheck.test", test) {
            words = shell(line);
        }
        health.command = words;
        for (key, line, value) in node.entries() {
            let path = format!("healthcheck.{key}");
            match key {
                "test" | "disable" => {}
                "interval" => health.interval = self.time(&path, value, (5, 300)),
                "timeout" => health.timeout = self.time(&path, value, (2, 60)),
                "start_period" => health.start_period = self.time(&path, value, (0, 300)),
                "retries" => {
                    let number = self.plain(&path, value).and_then(|it| it.parse().ok());
                    health.retries =
                        number.map(|number: u32| self.moved(&path, line, number, (1, 10)));
                }
                _ => self.leave_out(line, &path, "ECS has no such setting"),
            }
        }
        self.service.health = Some(health);
    }

    fn time(&mut self, key: &str, node: Node<'_>, range: (u32, u32)) -> Option<u32> {
        let number = self.measured(key, node, seconds)?;
        Some(self.moved(key, node.line(), number, range))
    }

    fn moved(&mut self, key: &str, line: u32, number: u32, (least, most): (u32, u32)) -> u32 {
        let (moved, other) = within(number, least, most);
        if other {
            let why = format!("ECS takes {least} to {most}; {moved} was taken");
            self.leave_out(line, key, &why);
        }
        moved
    }

    fn deploy(&mut self, node: Node<'_>) {
        for (key, line, value) in node.entries() {
            let path = format!("deploy.{key}");
            match key {
                "replicas" => self.replicas(&path, value),
                "resources" => {
                    let limits = value.get("limits");
                    let asked = limits.or_else(|| value.get("reservations"));
                    for (name, line, amount) in asked.iter().flat_map(|it| it.entries()) {
                        let path = format!("{path}.limits.{name}");
                        match name {
                            "cpus" => self.cpu = self.measured(&path, amount, cpu_units),
                            "memory" => self.memory = self.measured(&path, amount, mebibytes),
                            _ => self.leave_out(line, &path, "Fargate has no such limit"),
                        }
                    }
                }
                "mode" | "restart_policy" | "update_config" | "rollback_config"
                | "endpoint_mode" => self.leave_out(
                    line,
                    &path,
                    "ECS keeps the tasks running and replaces them itself",
                ),
                _ => self.leave_out(line, &path, why(key)),
            }
        }
    }

    fn replicas(&mut self, key: &str, node: Node<'_>) {
        let Some(text) = self.plain(key, node) else {
            return;
        };
        match text.parse::<u32>() {
            Ok(tasks) if tasks <= 5000 => {
                self.service.count = Some(Count::Fixed(tasks)).filter(|_| tasks != 1);
            }
            _ => self.leave_out(node.line(), key, "it is not a number from 0 to 5000"),
        }
    }

    fn finish(mut self, named: Named) {
        if let Some((cpu, memory, words)) = size(self.cpu, self.memory) {
            self.service.cpu = Some(cpu);
            self.service.memory = Some(memory);
            if let Some(words) = words {
                let name = self.name;
                self.draft.note(format!("{name}: {words}."));
            }
        }
        self.service.env = self.variables.env;
        self.service.secrets = self.variables.secrets;
        let what = match &self.service.image {
            Some(Image::Build(build)) => format!("builds {}", build.context),
            Some(Image::Registry { reference }) => format!("runs {reference}"),
            _ => "runs an image".to_owned(),
        };
        let reach = match self.service.port {
            Some(port) => format!("port {port}"),
            None => {
                self.service.ingress = Some(Ingress::None);
                "no port".to_owned()
            }
        };
        let summary = format!("service `{}`: {what}, {reach}", self.name);
        let from = Place {
            file: self.file.to_owned(),
            line: Some(self.line),
        };
        self.draft.service(named, self.service, &summary, from);
    }
}
