//! From a design, as one environment means it, to the resources that it implies.

use crate::diff::and;
use crate::{
    AliasSpec, BuildSource, Desired, FunctionSpec, ImageSpec, LifecycleRule, LogGroupSpec, Network,
    Part, PolicyAttachmentSpec, RepositorySpec, ResourceAddr, ResourceKind, ResourceSpec,
    RolePolicySpec, RoleSpec, Scope, TAG_ADDRESS, TAG_ENVIRONMENT, TAG_PROJECT, Tags, Text,
};
use imaged::Imaged;
use slipway_design::{Build, Image, Resolved, ResolvedFunction, SecretRef, Statement, TextMap};
use std::collections::{BTreeMap, BTreeSet};

mod api;
mod authorizers;
mod imaged;
mod routes;
mod service;
mod stage;
mod websocket;

pub use service::{SHARED, needs_network};

/// The alias that routes and permissions point at.
pub const LIVE: &str = "live";

/// How long an image without a tag stays. Slipway leaves none behind: a tag must have been taken away
/// by hand, so there is time to notice.
const UNTAGGED_DAYS: u32 = 30;

/// The name of the inline policy of a role.
const POLICY_NAME: &str = "slipway";

/// What Lambda does in the function's name to put it into a network, as AWS's own
/// `AWSLambdaVPCAccessExecutionRole` allows it; interfaces can't be named beforehand.
const NETWORK_ACTIONS: [&str; 6] = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
];

/// Why a design can't be lowered. The checks of the design refuse all of it before, with a place in
/// the file; this is the last guard against dropping something silently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LowerError {
    #[error("{addr} can't be planned: its sources were not read")]
    NoFingerprint { addr: ResourceAddr },
    #[error("{subject} can't be planned: the network that it joins was not read")]
    NoNetwork { subject: String },
    /// `subject` is a dotted path of the design.
    #[error("{subject} can't be planned: {what} can't be deployed yet")]
    NotYet { subject: String, what: &'static str },
    #[error("{subject} can't be planned: {why}")]
    Wrong { subject: String, why: String },
}

/// The images that must be built, with what they are built from, by address.
pub fn build_sources(resolved: &Resolved) -> Vec<(ResourceAddr, BuildSource)> {
    let mut sources: Vec<_> = resolved
        .functions
        .values()
        .map(Imaged::function)
        .chain(resolved.services.values().map(Imaged::service))
        .filter_map(|of| match of.image {
            Some(Image::Build(build)) => Some((
                ResourceAddr::new(ResourceKind::Image, of.key),
                build_source(build, of),
            )),
            _ => None,
        })
        .collect();
    sources.sort_by(|(a, _), (b, _)| a.cmp(b));
    sources
}

fn build_source(build: &Build, of: Imaged<'_>) -> BuildSource {
    BuildSource {
        context: build.context.clone(),
        dockerfile: build
            .dockerfile
            .clone()
            .unwrap_or_else(|| "Dockerfile".to_owned()),
        target: build.target.clone(),
        args: sorted(&build.args),
        arch: of.arch,
    }
}

/// Everything the design implies in this environment, by address. `fingerprints` holds one for
/// each address of [`build_sources`], `network` what was read of the network, if [`needs_network`]
/// says that there must be one.
///
/// # Errors
/// All that stands in the way.
pub fn lower(
    resolved: &Resolved,
    scope: &Scope,
    fingerprints: &BTreeMap<ResourceAddr, String>,
    network: Option<&Network>,
) -> Result<Vec<Desired>, Vec<LowerError>> {
    let mut lowering = Lowering {
        resolved,
        scope,
        fingerprints,
        network,
        desired: Vec::new(),
        errors: Vec::new(),
    };
    for function in resolved.functions.values() {
        lowering.function(function);
    }
    lowering.services();
    for api in resolved.apis.values() {
        lowering.api(api);
    }
    if !lowering.errors.is_empty() {
        return Err(lowering.errors);
    }
    let mut desired = lowering.desired;
    desired.sort_by(|a, b| a.addr.cmp(&b.addr));
    Ok(desired)
}

/// The design's other environments in the account and region of this one.
pub fn shared_with(design: &slipway_design::Design, environment: &str) -> Vec<String> {
    let Some(this) = design.environments.get(environment) else {
        return Vec::new();
    };
    design
        .environments
        .iter()
        .filter(|(name, other)| {
            name.as_str() != environment
                && (&other.account, &other.region, &other.endpoint)
                    == (&this.account, &this.region, &this.endpoint)
        })
        .map(|(name, _)| name.clone())
        .collect()
}

struct Lowering<'a> {
    resolved: &'a Resolved,
    scope: &'a Scope,
    fingerprints: &'a BTreeMap<ResourceAddr, String>,
    network: Option<&'a Network>,
    desired: Vec<Desired>,
    errors: Vec<LowerError>,
}

impl<'a> Lowering<'a> {
    fn add(&mut self, kind: ResourceKind, path: &str, spec: ResourceSpec, because: String) {
        self.desired
            .push(Desired::new(ResourceAddr::new(kind, path), spec, because));
    }

    fn not_yet(&mut self, subject: String, what: &'static str) {
        self.errors.push(LowerError::NotYet { subject, what });
    }

    /// Ownership tags and those of the user; Slipway's win.
    fn tags(&self, kind: ResourceKind, path: &str, of_user: &TextMap) -> Tags {
        let mut tags = sorted(of_user);
        tags.insert(TAG_PROJECT.to_owned(), self.scope.project.clone());
        tags.insert(TAG_ENVIRONMENT.to_owned(), self.scope.environment.clone());
        tags.insert(
            TAG_ADDRESS.to_owned(),
            ResourceAddr::new(kind, path).to_string(),
        );
        tags
    }

    fn function(&mut self, function: &ResolvedFunction) {
        let subject = format!("functions.{}", function.key);
        if function.was.is_some() {
            self.not_yet(format!("{subject}.was"), "a renamed function");
        }
        let Some(image) = self.image(&subject, Imaged::function(function)) else {
            return;
        };
        let key = function.key.as_str();
        self.log_group(function);
        let role = self.role(function);
        let (subnets, security_groups) = self.network(&subject, function);
        let role_name = role
            .rsplit_once('/')
            .map_or(role.as_str(), |(_, name)| name);
        let spec = FunctionSpec {
            name: function.function_name.clone(),
            description: function.title.clone(),
            role: Text::from(role.as_str()),
            image: image.clone(),
            arch: function.arch,
            memory: function.memory,
            timeout: function.timeout,
            ephemeral_storage: function.ephemeral_storage,
            environment: self.environment(function),
            subnets,
            security_groups,
            concurrency: function.concurrency,
            callbacks: self.callbacks(function),
            log_group: function.log_group_name.clone(),
            tags: self.tags(ResourceKind::Function, key, &function.tags),
        };
        let alias = AliasSpec {
            function: spec.name.clone(),
            name: LIVE.to_owned(),
            configuration: spec.version_configuration(role_name),
            callbacks: spec.callbacks.clone(),
            image,
        };
        self.add(
            ResourceKind::Function,
            key,
            ResourceSpec::Function(spec),
            format!("`{key}` is a function of the design"),
        );
        self.add(
            ResourceKind::Alias,
            key,
            ResourceSpec::Alias(alias),
            format!("routes reach the version of `{key}` that is live"),
        );
    }

    /// The subnets and security groups that the function joins.
    fn network(
        &mut self,
        subject: &str,
        function: &ResolvedFunction,
    ) -> (BTreeSet<String>, BTreeSet<String>) {
        if !function.network {
            return Default::default();
        }
        match &self.resolved.environment.network {
            Some(network) if !network.subnets.is_empty() && !network.security_groups.is_empty() => {
                (
                    network.subnets.iter().cloned().collect(),
                    network.security_groups.iter().cloned().collect(),
                )
            }
            _ => {
                self.not_yet(
                    format!("{subject}.network"),
                    "a network that names no subnets or no security groups",
                );
                Default::default()
            }
        }
    }

    /// What `image` is: known for one that exists, unknown until pushed for one
    /// that is built.
    fn image(&mut self, subject: &str, of: Imaged<'_>) -> Option<Text> {
        match of.image {
            Some(Image::Build(build)) => self.built_image(build, of),
            Some(Image::Ecr {
                repository,
                digest,
                tag,
            }) => {
                let uri = self.scope.repository_uri(repository);
                Some(Text::Known(match (digest, tag) {
                    (Some(digest), _) => format!("{uri}@{digest}"),
                    (None, Some(tag)) => format!("{uri}:{tag}"),
                    (None, None) => format!("{uri}:latest"),
                }))
            }
            Some(Image::Registry { reference }) if of.any_registry => {
                Some(Text::from(reference.as_str()))
            }
            Some(Image::Registry { .. }) => {
                self.errors.push(LowerError::Wrong {
                    subject: format!("{subject}.image"),
                    why: "Lambda runs images of a private ECR repository only".to_owned(),
                });
                None
            }
            None => {
                self.errors.push(LowerError::Wrong {
                    subject: subject.to_owned(),
                    why: "it has no image".to_owned(),
                });
                None
            }
        }
    }

    fn built_image(&mut self, build: &Build, of: Imaged<'_>) -> Option<Text> {
        let key = of.key;
        let addr = ResourceAddr::new(ResourceKind::Image, key);
        let Some(fingerprint) = self.fingerprints.get(&addr).cloned() else {
            self.errors.push(LowerError::NoFingerprint { addr });
            return None;
        };
        let name = of.repository_name;
        let uri = self.scope.repository_uri(name);
        // All environments of one account and region share the repository, so it carries neither
        // the environment's tag nor tags of the user, which may differ from one to the other.
        let mut tags = self.tags(ResourceKind::Repository, key, &TextMap::new());
        tags.remove(TAG_ENVIRONMENT);
        let repository = RepositorySpec {
            name: name.to_owned(),
            scan_on_push: true,
            immutable_tags: true,
            lifecycle: vec![LifecycleRule::Untagged {
                untagged_days: UNTAGGED_DAYS,
            }],
            tags,
        };
        self.add(
            ResourceKind::Repository,
            key,
            ResourceSpec::Repository(repository),
            format!("the image of `{key}` is built here and kept in ECR"),
        );
        let image = ImageSpec {
            repository: name.to_owned(),
            repository_uri: Text::from(uri.as_str()),
            fingerprint,
            source: build_source(build, of),
        };
        self.add(
            ResourceKind::Image,
            key,
            ResourceSpec::Image(image),
            format!("`{key}` runs the image built from `{}`", build.context),
        );
        Some(Text::concat(vec![
            Part::Literal(format!("{uri}@")),
            Part::Output {
                addr,
                name: "digest".to_owned(),
            },
        ]))
    }

    fn log_group(&mut self, function: &ResolvedFunction) {
        let key = function.key.as_str();
        let spec = LogGroupSpec {
            name: function.log_group_name.clone(),
            retention_days: function.log_retention,
            tags: self.tags(ResourceKind::LogGroup, key, &function.tags),
        };
        self.add(
            ResourceKind::LogGroup,
            key,
            ResourceSpec::LogGroup(spec),
            format!("`{key}` writes its log there"),
        );
    }

    /// The ARN of the function's role; ours unless the design names one.
    fn role(&mut self, function: &ResolvedFunction) -> String {
        if let Some(arn) = &function.role {
            return arn.clone();
        }
        let key = function.key.as_str();
        let role = RoleSpec {
            name: function.role_name.clone(),
            principal: "lambda.amazonaws.com".to_owned(),
            permissions_boundary: self.resolved.environment.permissions_boundary.clone(),
            tags: self.tags(ResourceKind::Role, key, &function.tags),
        };
        self.add(
            ResourceKind::Role,
            key,
            ResourceSpec::Role(role),
            format!("`{key}` runs with a role of its own"),
        );
        let policy = RolePolicySpec {
            role: function.role_name.clone(),
            name: POLICY_NAME.to_owned(),
            statements: self.statements(function),
            connections: self.connections(function),
        };
        let because = may(function, !policy.connections.is_empty());
        self.add(
            ResourceKind::RolePolicy,
            key,
            ResourceSpec::RolePolicy(policy),
            because,
        );
        self.attachments(key, &function.role_name, &function.policies);
        self.scope.role_arn(&function.role_name)
    }

    fn attachments(&mut self, key: &str, role: &str, policies: &[String]) {
        for policy in policies.iter().collect::<BTreeSet<_>>() {
            let spec = PolicyAttachmentSpec {
                role: role.to_owned(),
                policy: policy.clone(),
            };
            self.add(
                ResourceKind::PolicyAttachment,
                &format!("{key}/{policy}"),
                ResourceSpec::PolicyAttachment(spec),
                format!("`policies` of `{key}` names it"),
            );
        }
    }

    /// A role for tasks of ECS with one inline policy, if there is something to allow; gives its ARN.
    fn role_with(
        &mut self,
        path: &str,
        name: &str,
        statements: Vec<Statement>,
        tags: &TextMap,
        because: &str,
        policy_because: &str,
    ) -> String {
        let role = RoleSpec {
            name: name.to_owned(),
            principal: "ecs-tasks.amazonaws.com".to_owned(),
            permissions_boundary: self.resolved.environment.permissions_boundary.clone(),
            tags: self.tags(ResourceKind::Role, path, tags),
        };
        self.add(
            ResourceKind::Role,
            path,
            ResourceSpec::Role(role),
            because.to_owned(),
        );
        if !statements.is_empty() {
            let policy = RolePolicySpec {
                role: name.to_owned(),
                name: POLICY_NAME.to_owned(),
                statements,
                connections: Vec::new(),
            };
            self.add(
                ResourceKind::RolePolicy,
                path,
                ResourceSpec::RolePolicy(policy),
                policy_because.to_owned(),
            );
        }
        self.scope.role_arn(name)
    }

    /// The group exists before the function does, so `logs:CreateLogGroup` is not among them.
    fn statements(&self, function: &ResolvedFunction) -> Vec<Statement> {
        let group = self.scope.log_group_arn(&function.log_group_name);
        let mut statements = vec![Statement {
            actions: vec![
                "logs:CreateLogStream".to_owned(),
                "logs:PutLogEvents".to_owned(),
            ],
            resources: vec![format!("{group}:*")],
        }];
        if function.network {
            statements.push(Statement {
                actions: NETWORK_ACTIONS.map(str::to_owned).to_vec(),
                resources: vec!["*".to_owned()],
            });
        }
        for secret in function.secrets.values() {
            if let Some((action, resource)) = self.secret(secret) {
                statements.push(Statement {
                    actions: vec![action.to_owned()],
                    // Secrets Manager ends the ARN of a secret in six random characters.
                    resources: vec![match secret {
                        SecretRef::SecretsManager(_) => format!("{resource}-??????"),
                        SecretRef::Ssm(_) | SecretRef::Keychain(_) => resource,
                    }],
                });
            }
        }
        statements.extend(function.allow.iter().cloned());
        statements
    }

    /// A Lambda variable holds where the secret is, never what it is.
    fn environment(&mut self, function: &ResolvedFunction) -> BTreeMap<String, String> {
        let mut environment = sorted(&function.env);
        for (variable, secret) in &function.secrets {
            match self.secret(secret) {
                Some((_, arn)) => {
                    environment.insert(variable.clone(), arn);
                }
                None => self.errors.push(LowerError::Wrong {
                    subject: format!("functions.{}.secrets.{variable}", function.key),
                    why: "this computer's keychain can't be read in AWS".to_owned(),
                }),
            }
        }
        environment
    }

    /// The action that reads a secret, and its ARN.
    fn secret(&self, secret: &SecretRef) -> Option<(&'static str, String)> {
        match secret {
            SecretRef::SecretsManager(name) => Some((
                "secretsmanager:GetSecretValue",
                self.scope
                    .regional("secretsmanager", &format!("secret:{name}")),
            )),
            SecretRef::Ssm(path) => Some((
                "ssm:GetParameter",
                self.scope.regional(
                    "ssm",
                    &format!("parameter/{}", path.strip_prefix('/').unwrap_or(path)),
                ),
            )),
            SecretRef::Keychain(_) => None,
        }
    }
}

/// What the inline policy of the function allows, as a sentence.
fn may(function: &ResolvedFunction, answers: bool) -> String {
    let more: Vec<&str> = [
        (function.network, "join its network"),
        (!function.secrets.is_empty(), "read its secrets"),
        (
            answers,
            "send to the connections of WebSocket APIs that lead to it",
        ),
        (!function.allow.is_empty(), "do what `allow` says"),
    ]
    .into_iter()
    .filter_map(|(is_so, what)| is_so.then_some(what))
    .collect();
    let key = &function.key;
    if more.is_empty() {
        return format!("`{key}` may write to its log group and nothing else");
    }
    let all: Vec<&str> = std::iter::once("write to its log group")
        .chain(more)
        .collect();
    format!("`{key}` may {}", and(&all))
}

fn sorted(map: &TextMap) -> BTreeMap<String, String> {
    map.iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
