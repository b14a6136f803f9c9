//! One environment's view of a design: defaults and overrides merged, every
//! setting that has a default filled in. This is what is planned and what is served.
//!
//! Defaults are AWS's own: 128 MiB, 3 s and 512 MiB of `/tmp` for a function (Lambda's CreateFunction), `x86_64`, logs kept
//! for ever (CloudWatch Logs), 30 s for an HTTP integration and 29 s for a WebSocket one.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::model::{
    Api, ApiKind, Arch, Authorizer, Container, Cors, Count, Design, Environment, Function, Health,
    Image, Ingress, Network, Payload, Route, SecretRef, Service, Statement, Target, TextMap,
    Throttle,
};
use crate::names;

/// Memory of a function without one of its own, MiB.
pub const FUNCTION_MEMORY: u32 = 128;
/// Time limit of a function without one of its own, seconds.
pub const FUNCTION_TIMEOUT: u32 = 3;
/// Size of a function's `/tmp` without one of its own, MiB.
pub const FUNCTION_EPHEMERAL_STORAGE: u32 = 512;
/// CPU units of a service without its own.
pub const SERVICE_CPU: u32 = 256;
/// Memory of a service without its own, MiB.
pub const SERVICE_MEMORY: u32 = 512;
/// Ephemeral storage of a service without its own, GiB.
pub const SERVICE_EPHEMERAL_STORAGE: u32 = 20;

/// A design as one environment means it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resolved {
    /// Project name.
    pub project: String,
    pub environment: ResolvedEnvironment,
    pub functions: IndexMap<String, ResolvedFunction>,
    pub services: IndexMap<String, ResolvedService>,
    pub apis: IndexMap<String, ResolvedApi>,
}

/// The environment itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolvedEnvironment {
    pub name: String,
    pub account: String,
    pub region: String,
    pub protected: bool,
    pub endpoint: Option<String>,
    pub registry: Option<String>,
    pub network: Option<Network>,
    pub domains: TextMap,
    pub permissions_boundary: Option<String>,
    /// Tags of everything in this environment: the defaults' and its own.
    pub tags: TextMap,
    pub color: Option<String>,
}

impl ResolvedEnvironment {
    /// Whether this is an emulator: it then always uses dummy keys.
    pub fn is_emulator(&self) -> bool {
        self.endpoint.is_some()
    }
}

/// A Lambda function, every default filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolvedFunction {
    pub key: String,
    /// The key when the design gives no title.
    pub title: String,
    pub was: Option<String>,
    /// `None` only in a design that has errors.
    pub image: Option<Image>,
    pub arch: Arch,
    /// MiB.
    pub memory: u32,
    /// Seconds.
    pub timeout: u32,
    /// MiB.
    pub ephemeral_storage: u32,
    pub concurrency: Option<u32>,
    pub network: bool,
    pub env: TextMap,
    pub secrets: IndexMap<String, SecretRef>,
    /// The user's tags, without Slipway's own.
    pub tags: TextMap,
    pub allow: Vec<Statement>,
    pub role: Option<String>,
    pub policies: Vec<String>,
    /// Days; `None`: for ever.
    pub log_retention: Option<u32>,
    /// Name of the function in AWS.
    pub function_name: String,
    /// Name of the role in AWS, when it is ours.
    pub role_name: String,
    /// Name of the repository that a built image is pushed to.
    pub repository_name: String,
    /// Name of the log group.
    pub log_group_name: String,
}

/// A Fargate service, every default filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolvedService {
    pub key: String,
    pub title: String,
    pub was: Option<String>,
    pub image: Option<Image>,
    pub arch: Arch,
    pub port: Option<u16>,
    /// CPU units.
    pub cpu: u32,
    /// MiB.
    pub memory: u32,
    pub count: Count,
    pub ingress: Ingress,
    pub health: Option<Health>,
    pub command: Vec<String>,
    pub entrypoint: Vec<String>,
    pub env: TextMap,
    pub secrets: IndexMap<String, SecretRef>,
    pub tags: TextMap,
    pub allow: Vec<Statement>,
    pub role: Option<String>,
    pub policies: Vec<String>,
    pub log_retention: Option<u32>,
    /// GiB.
    pub ephemeral_storage: u32,
    pub spot: bool,
    pub exec: bool,
    pub cluster: Option<String>,
    pub vpc_link: Option<String>,
    pub containers: IndexMap<String, Container>,
    pub role_name: String,
    pub repository_name: String,
}

/// An API, every default filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolvedApi {
    pub key: String,
    pub title: String,
    pub was: Option<String>,
    pub kind: ApiKind,
    pub cors: Option<Cors>,
    pub variables: TextMap,
    /// `$default` for HTTP, `live` for WebSocket when the design gives none.
    pub stage: String,
    pub select: Option<String>,
    pub throttle: Option<Throttle>,
    pub authorizers: IndexMap<String, Authorizer>,
    /// Route key to route, in the order of the file.
    pub routes: IndexMap<String, ResolvedRoute>,
    pub tags: TextMap,
    pub access_log: bool,
    /// Days that the access log is kept; `None`: for ever.
    pub log_retention: Option<u32>,
    /// Name of the log group of its requests.
    pub access_log_name: String,
    /// Name of the API in AWS.
    pub api_name: String,
}

/// A route, every default filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolvedRoute {
    pub target: Target,
    pub authorizer: Option<String>,
    pub scopes: Vec<String>,
    pub throttle: Option<Throttle>,
    pub reply: bool,
    /// 2.0 on HTTP APIs, 1.0 on WebSocket APIs (which know no other) when the design gives none.
    pub payload: Payload,
    /// Milliseconds.
    pub timeout_ms: u32,
}

/// Why a design cannot be resolved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    #[error("there is no environment `{name}`: the design has {}", list(known))]
    UnknownEnvironment { name: String, known: Vec<String> },
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

impl Design {
    /// The design as this environment means it.
    ///
    /// `env`, `tags` and stage variables merge key by key (defaults, then the thing itself, then the environment's override);
    /// routes merge by route key; every other setting of an override replaces the one it overrides. An override that gives a `role`
    /// drops `allow` and `policies`, and one that gives `allow` drops `role`, since they exclude each other. A list or table of
    /// secrets that an override writes as empty clears the one it overrides.
    ///
    /// # Errors
    /// [`ResolveError::UnknownEnvironment`] when the design has no such environment.
    pub fn resolve(&self, environment: &str) -> Result<Resolved, ResolveError> {
        let Some(env) = self.environments.get(environment) else {
            return Err(ResolveError::UnknownEnvironment {
                name: environment.to_owned(),
                known: self.environments.keys().cloned().collect(),
            });
        };
        let scope = Scope {
            design: self,
            name: environment,
            env,
        };
        Ok(Resolved {
            project: self.name.clone(),
            environment: ResolvedEnvironment {
                name: environment.to_owned(),
                account: env.account.clone(),
                region: env.region.clone(),
                protected: env.protected,
                endpoint: env.endpoint.clone(),
                registry: env.registry.clone(),
                network: env.network.clone(),
                domains: env.domains.clone(),
                permissions_boundary: env.permissions_boundary.clone(),
                tags: merged([&self.defaults.tags, &env.tags]),
                color: env.color.clone(),
            },
            functions: self
                .functions
                .iter()
                .map(|(key, it)| (key.clone(), scope.function(key, it)))
                .collect(),
            services: self
                .services
                .iter()
                .map(|(key, it)| (key.clone(), scope.service(key, it)))
                .collect(),
            apis: self
                .apis
                .iter()
                .map(|(key, it)| (key.clone(), scope.api(key, it)))
                .collect(),
        })
    }
}

struct Scope<'a> {
    design: &'a Design,
    name: &'a str,
    env: &'a Environment,
}

impl Scope<'_> {
    fn function(&self, key: &str, base: &Function) -> ResolvedFunction {
        let defaults = &self.design.defaults;
        let none = Function::default();
        let over = self.env.functions.get(key).unwrap_or(&none);
        let function_name = names::function_name(&self.design.name, self.name, key);
        let cleared = over.cleared.contains("allow");
        let (allow, role) = permissions(
            (&base.allow, &base.role),
            (&over.allow, &over.role),
            cleared,
        );
        ResolvedFunction {
            key: key.to_owned(),
            title: pick(&over.title, &base.title).unwrap_or_else(|| key.to_owned()),
            was: pick(&over.was, &base.was),
            image: pick(&over.image, &base.image),
            arch: over
                .arch
                .or(base.arch)
                .or(defaults.arch)
                .unwrap_or(Arch::X86_64),
            memory: over
                .memory
                .or(base.memory)
                .or(defaults.memory)
                .unwrap_or(FUNCTION_MEMORY),
            timeout: over
                .timeout
                .or(base.timeout)
                .or(defaults.timeout)
                .unwrap_or(FUNCTION_TIMEOUT),
            ephemeral_storage: over
                .ephemeral_storage
                .or(base.ephemeral_storage)
                .unwrap_or(FUNCTION_EPHEMERAL_STORAGE),
            concurrency: over.concurrency.or(base.concurrency),
            network: over.network.or(base.network).unwrap_or(false),
            env: merged([&defaults.env, &base.env, &over.env]),
            secrets: replaced_map(
                &over.secrets,
                &base.secrets,
                over.cleared.contains("secrets"),
            ),
            tags: merged([&defaults.tags, &self.env.tags, &base.tags, &over.tags]),
            allow,
            role,
            policies: replaced(
                &over.policies,
                &base.policies,
                over.cleared.contains("policies") || over.role.is_some(),
            ),
            log_retention: over
                .log_retention
                .or(base.log_retention)
                .or(defaults.log_retention),
            role_name: names::role_name(&self.design.name, self.name, key),
            repository_name: names::repository_name(&self.design.name, key),
            log_group_name: names::log_group_name(&function_name),
            function_name,
        }
    }

    fn service(&self, key: &str, base: &Service) -> ResolvedService {
        let defaults = &self.design.defaults;
        let none = Service::default();
        let over = self.env.services.get(key).unwrap_or(&none);
        let cleared = over.cleared.contains("allow");
        let (allow, role) = permissions(
            (&base.allow, &base.role),
            (&over.allow, &over.role),
            cleared,
        );
        let mut containers = base.containers.clone();
        containers.extend(over.containers.clone());
        ResolvedService {
            key: key.to_owned(),
            title: pick(&over.title, &base.title).unwrap_or_else(|| key.to_owned()),
            was: pick(&over.was, &base.was),
            image: pick(&over.image, &base.image),
            arch: over
                .arch
                .or(base.arch)
                .or(defaults.arch)
                .unwrap_or(Arch::X86_64),
            port: over.port.or(base.port),
            cpu: over.cpu.or(base.cpu).unwrap_or(SERVICE_CPU),
            memory: over
                .memory
                .or(base.memory)
                .or(defaults.memory)
                .unwrap_or(SERVICE_MEMORY),
            count: pick(&over.count, &base.count).unwrap_or(Count::Fixed(1)),
            ingress: over.ingress.or(base.ingress).unwrap_or(Ingress::CloudMap),
            health: pick(&over.health, &base.health),
            command: replaced(
                &over.command,
                &base.command,
                over.cleared.contains("command"),
            ),
            entrypoint: replaced(
                &over.entrypoint,
                &base.entrypoint,
                over.cleared.contains("entrypoint"),
            ),
            env: merged([&defaults.env, &base.env, &over.env]),
            secrets: replaced_map(
                &over.secrets,
                &base.secrets,
                over.cleared.contains("secrets"),
            ),
            tags: merged([&defaults.tags, &self.env.tags, &base.tags, &over.tags]),
            allow,
            role,
            policies: replaced(
                &over.policies,
                &base.policies,
                over.cleared.contains("policies") || over.role.is_some(),
            ),
            log_retention: over
                .log_retention
                .or(base.log_retention)
                .or(defaults.log_retention),
            ephemeral_storage: over
                .ephemeral_storage
                .or(base.ephemeral_storage)
                .unwrap_or(SERVICE_EPHEMERAL_STORAGE),
            spot: over.spot.or(base.spot).unwrap_or(false),
            exec: over.exec.or(base.exec).unwrap_or(false),
            cluster: pick(&over.cluster, &base.cluster),
            vpc_link: pick(&over.vpc_link, &base.vpc_link),
            containers,
            role_name: names::role_name(&self.design.name, self.name, key),
            repository_name: names::repository_name(&self.design.name, key),
        }
    }

    fn api(&self, key: &str, base: &Api) -> ResolvedApi {
        let none = Api::default();
        let over = self.env.apis.get(key).unwrap_or(&none);
        let mut routes = base.routes.clone();
        routes.extend(over.routes.clone());
        let mut authorizers = base.authorizers.clone();
        authorizers.extend(over.authorizers.clone());
        let api_name = names::api_name(&self.design.name, self.name, key);
        ResolvedApi {
            key: key.to_owned(),
            title: pick(&over.title, &base.title).unwrap_or_else(|| key.to_owned()),
            was: pick(&over.was, &base.was),
            kind: base.kind,
            cors: pick(&over.cors, &base.cors),
            variables: merged([&base.variables, &over.variables]),
            stage: pick(&over.stage, &base.stage)
                .unwrap_or_else(|| default_stage(base.kind).to_owned()),
            select: pick(&over.select, &base.select),
            throttle: over.throttle.or(base.throttle),
            authorizers,
            routes: routes
                .into_iter()
                .map(|(route_key, it)| (route_key, route(it, base.kind)))
                .collect(),
            tags: merged([
                &self.design.defaults.tags,
                &self.env.tags,
                &base.tags,
                &over.tags,
            ]),
            access_log: over.access_log.or(base.access_log).unwrap_or(true),
            log_retention: self.design.defaults.log_retention,
            access_log_name: names::access_log_name(&api_name),
            api_name,
        }
    }
}

/// The stage of an API that names none.
pub fn default_stage(kind: ApiKind) -> &'static str {
    match kind {
        ApiKind::Http => "$default",
        ApiKind::Websocket => "live",
    }
}

fn route(route: Route, kind: ApiKind) -> ResolvedRoute {
    let (payload, timeout_ms) = match kind {
        ApiKind::Http => (Payload::V2, 30_000),
        ApiKind::Websocket => (Payload::V1, 29_000),
    };
    ResolvedRoute {
        target: route.target,
        authorizer: route.authorizer,
        scopes: route.scopes,
        throttle: route.throttle,
        reply: route.reply.unwrap_or(false),
        payload: route.payload.unwrap_or(payload),
        timeout_ms: route.timeout_ms.unwrap_or(timeout_ms),
    }
}

fn pick<T: Clone>(over: &Option<T>, base: &Option<T>) -> Option<T> {
    over.as_ref().or(base.as_ref()).cloned()
}

fn merged<const N: usize>(maps: [&TextMap; N]) -> TextMap {
    let mut out = TextMap::new();
    for map in maps {
        out.extend(map.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    out
}

/// `cleared`: nothing of the base stays, even when the override has nothing.
fn replaced<T: Clone>(over: &[T], base: &[T], cleared: bool) -> Vec<T> {
    if over.is_empty() && !cleared {
        base.to_vec()
    } else {
        over.to_vec()
    }
}

fn replaced_map<T: Clone>(
    over: &IndexMap<String, T>,
    base: &IndexMap<String, T>,
    cleared: bool,
) -> IndexMap<String, T> {
    if over.is_empty() && !cleared {
        base.clone()
    } else {
        over.clone()
    }
}

type Permissions<'a> = (&'a Vec<Statement>, &'a Option<String>);

fn permissions(
    base: Permissions<'_>,
    over: Permissions<'_>,
    cleared: bool,
) -> (Vec<Statement>, Option<String>) {
    if over.1.is_some() {
        (over.0.clone(), over.1.clone())
    } else if over.0.is_empty() && !cleared {
        (base.0.clone(), base.1.clone())
    } else {
        (over.0.clone(), None)
    }
}
