//! Every setting that a design sets, as paths: what the support table is asked about.

use indexmap::IndexMap;

use crate::model::{
    Api, ApiKind, Container, Count, Defaults, Design, Environment, Function, Health, Image, Route,
    SecretRef, Service, Statement, Target, TextMap,
};
use crate::{Ingress, Path};

/// A setting that is set, and the case it falls into when support depends on its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) path: Path,
    /// `websocket` for `kind = "websocket"`; empty when any value is as good as another.
    pub(crate) case: &'static str,
}

/// The settings that one environment sees: the design's own and this environment's.
pub(crate) fn settings(design: &Design, environment: &str) -> Vec<Setting> {
    let network = design
        .environments
        .get(environment)
        .and_then(|environment| environment.network.as_ref());
    let mut walk = Walk {
        design,
        names_a_network: network.is_some_and(|network| {
            !network.subnets.is_empty() && !network.security_groups.is_empty()
        }),
        out: Vec::new(),
    };
    walk.defaults(&Path::of(["defaults"]), &design.defaults);
    walk.nodes(
        &Path::root(),
        &design.functions,
        &design.services,
        &design.apis,
    );
    walk.secrets(&Path::of(["local", "secrets"]), &design.local.secrets);
    walk.texts(&Path::of(["local", "env"]), &design.local.env);
    if let Some(env) = design.environments.get(environment) {
        walk.environment(&Path::environment(environment), env);
    }
    walk.out
}

struct Walk<'a> {
    design: &'a Design,
    /// The environment names subnets and security groups.
    names_a_network: bool,
    out: Vec<Setting>,
}

impl Walk<'_> {
    fn set(&mut self, at: &Path, key: &str, is_set: bool) {
        self.case(at, key, is_set.then_some(""));
    }

    fn case(&mut self, at: &Path, key: &str, case: Option<&'static str>) {
        if let Some(case) = case {
            self.out.push(Setting {
                path: at.key(key),
                case,
            });
        }
    }

    fn texts(&mut self, at: &Path, texts: &TextMap) {
        for key in texts.keys() {
            self.set(at, key, true);
        }
    }

    fn secrets(&mut self, at: &Path, secrets: &IndexMap<String, SecretRef>) {
        for (key, secret) in secrets {
            self.case(
                at,
                key,
                Some(if matches!(secret, SecretRef::Keychain(_)) {
                    "keychain"
                } else {
                    ""
                }),
            );
        }
    }

    fn defaults(&mut self, at: &Path, it: &Defaults) {
        self.set(at, "arch", it.arch.is_some());
        self.set(at, "log_retention", it.log_retention.is_some());
        self.set(at, "memory", it.memory.is_some());
        self.set(at, "timeout", it.timeout.is_some());
        self.texts(&at.key("env"), &it.env);
        self.texts(&at.key("tags"), &it.tags);
    }

    fn nodes(
        &mut self,
        at: &Path,
        functions: &IndexMap<String, Function>,
        services: &IndexMap<String, Service>,
        apis: &IndexMap<String, Api>,
    ) {
        for (key, it) in functions {
            self.function(&at.key("functions").key(key), it);
        }
        for (key, it) in services {
            self.service(&at.key("services").key(key), it);
        }
        for (key, it) in apis {
            // An override does not say the kind.
            let kind = self.design.apis.get(key).map_or(it.kind, |api| api.kind);
            self.api(&at.key("apis").key(key), it, kind);
        }
    }

    fn function(&mut self, at: &Path, it: &Function) {
        self.set(at, "title", it.title.is_some());
        self.set(at, "was", it.was.is_some());
        self.image(at, it.image.as_ref());
        self.set(at, "arch", it.arch.is_some());
        self.set(at, "memory", it.memory.is_some());
        self.set(at, "timeout", it.timeout.is_some());
        self.set(at, "ephemeral_storage", it.ephemeral_storage.is_some());
        self.set(at, "concurrency", it.concurrency.is_some());
        self.case(
            at,
            "network",
            it.network.map(|on| match (on, self.names_a_network) {
                (false, _) => "false",
                (true, true) => "true",
                (true, false) => "default",
            }),
        );
        self.texts(&at.key("env"), &it.env);
        self.secrets(&at.key("secrets"), &it.secrets);
        self.texts(&at.key("tags"), &it.tags);
        self.permissions(at, &it.allow, it.role.as_ref(), &it.policies);
        self.set(at, "log_retention", it.log_retention.is_some());
    }

    fn service(&mut self, at: &Path, it: &Service) {
        // The service itself, even one with no setting at all.
        self.out.push(Setting {
            path: at.clone(),
            case: "",
        });
        self.set(at, "title", it.title.is_some());
        self.set(at, "was", it.was.is_some());
        self.image(at, it.image.as_ref());
        self.set(at, "arch", it.arch.is_some());
        self.set(at, "port", it.port.is_some());
        self.set(at, "cpu", it.cpu.is_some());
        self.set(at, "memory", it.memory.is_some());
        self.case(
            at,
            "count",
            it.count.as_ref().map(|count| {
                if matches!(count, Count::Fixed(_)) {
                    "fixed"
                } else {
                    "range"
                }
            }),
        );
        self.case(
            at,
            "ingress",
            it.ingress.map(|ingress| match ingress {
                Ingress::CloudMap => "cloud-map",
                Ingress::Alb => "alb",
                Ingress::None => "none",
            }),
        );
        self.health(at, it.health.as_ref());
        self.set(at, "command", !it.command.is_empty());
        self.set(at, "entrypoint", !it.entrypoint.is_empty());
        self.texts(&at.key("env"), &it.env);
        self.secrets(&at.key("secrets"), &it.secrets);
        self.texts(&at.key("tags"), &it.tags);
        self.permissions(at, &it.allow, it.role.as_ref(), &it.policies);
        self.set(at, "log_retention", it.log_retention.is_some());
        self.set(at, "ephemeral_storage", it.ephemeral_storage.is_some());
        self.set(at, "spot", it.spot.is_some());
        self.set(at, "exec", it.exec.is_some());
        self.set(at, "cluster", it.cluster.is_some());
        self.set(at, "vpc_link", it.vpc_link.is_some());
        for (key, container) in &it.containers {
            self.container(&at.key("containers").key(key), container);
        }
    }

    fn container(&mut self, at: &Path, it: &Container) {
        self.image(at, it.image.as_ref());
        self.set(at, "essential", it.essential.is_some());
        self.set(at, "port", it.port.is_some());
        self.set(at, "command", !it.command.is_empty());
        self.set(at, "entrypoint", !it.entrypoint.is_empty());
        self.texts(&at.key("env"), &it.env);
        self.secrets(&at.key("secrets"), &it.secrets);
        self.health(at, it.health.as_ref());
    }

    fn image(&mut self, at: &Path, image: Option<&Image>) {
        let at = at.key("image");
        match image {
            None => {}
            Some(Image::Build(build)) => {
                self.set(&at, "build", true);
                self.set(&at, "dockerfile", build.dockerfile.is_some());
                self.set(&at, "target", build.target.is_some());
                self.texts(&at.key("args"), &build.args);
            }
            Some(Image::Ecr { digest, tag, .. }) => {
                self.case(
                    &at,
                    "ecr",
                    Some(if digest.is_some() { "digest" } else { "tag" }),
                );
                self.set(&at, "digest", digest.is_some());
                self.set(&at, "tag", tag.is_some());
            }
            Some(Image::Registry { .. }) => self.set(&at, "registry", true),
        }
    }

    fn health(&mut self, at: &Path, health: Option<&Health>) {
        self.case(
            at,
            "health",
            health.map(|it| if it.path.is_some() { "path" } else { "command" }),
        );
    }

    fn permissions(
        &mut self,
        at: &Path,
        allow: &[Statement],
        role: Option<&String>,
        policies: &[String],
    ) {
        self.set(at, "allow", !allow.is_empty());
        self.set(at, "role", role.is_some());
        self.set(at, "policies", !policies.is_empty());
    }

    /// An API of the kind `kind`, or what an environment overrides of one.
    fn api(&mut self, at: &Path, it: &Api, kind: ApiKind) {
        let kind = match kind {
            ApiKind::Http => "http",
            ApiKind::Websocket => "websocket",
        };
        self.case(at, "kind", Some(kind));
        self.set(at, "title", it.title.is_some());
        self.set(at, "was", it.was.is_some());
        self.set(at, "cors", it.cors.is_some());
        self.texts(&at.key("variables"), &it.variables);
        self.case(at, "stage", it.stage.is_some().then_some(kind));
        self.set(at, "select", it.select.is_some());
        self.set(at, "throttle", it.throttle.is_some());
        for key in it.authorizers.keys() {
            self.set(&at.key("authorizers"), key, true);
        }
        for (key, route) in &it.routes {
            self.route(&at.key("routes").key(key), route, kind);
        }
        self.texts(&at.key("tags"), &it.tags);
        self.case(
            at,
            "access_log",
            it.access_log.map(|on| match (on, kind) {
                (false, _) => "false",
                (true, "websocket") => "websocket",
                (true, _) => "true",
            }),
        );
    }

    fn route(&mut self, at: &Path, it: &Route, kind: &'static str) {
        match &it.target {
            Target::Node(node) => {
                let service = self.design.services.contains_key(node);
                let case = match (service, kind) {
                    (false, _) => "function",
                    (true, "websocket") => "websocket-service",
                    (true, _) => "service",
                };
                self.case(at, "to", Some(case));
            }
            Target::Url(_) => self.case(at, "url", Some(kind)),
            Target::Open => {}
        }
        let authorizer = it.authorizer.as_deref();
        self.case(
            at,
            "authorizer",
            authorizer.map(|name| if name == "none" { "none" } else { "" }),
        );
        self.set(at, "scopes", !it.scopes.is_empty());
        self.set(at, "throttle", it.throttle.is_some());
        self.set(at, "reply", it.reply.is_some());
        self.set(at, "payload", it.payload.is_some());
        self.set(at, "timeout", it.timeout_ms.is_some());
    }

    fn environment(&mut self, at: &Path, it: &Environment) {
        self.set(at, "account", !it.account.is_empty());
        self.set(at, "region", !it.region.is_empty());
        self.set(at, "protected", it.protected);
        self.set(at, "endpoint", it.endpoint.is_some());
        self.set(at, "registry", it.registry.is_some());
        self.set(at, "network", it.network.is_some());
        self.texts(&at.key("domains"), &it.domains);
        self.set(
            at,
            "permissions_boundary",
            it.permissions_boundary.is_some(),
        );
        self.texts(&at.key("tags"), &it.tags);
        self.set(at, "color", it.color.is_some());
        self.nodes(at, &it.functions, &it.services, &it.apis);
    }
}
