//! What a Fargate service comes to on ECS, and how an API reaches it.

use super::{Imaged, LowerError, Lowering, sorted};
use crate::graph_rules::execution;
use crate::{
    ClusterSpec, DiscoverySpec, HealthCheckSpec, IngressRule, LogGroupSpec, NamespaceSpec, Network,
    Part, ResourceAddr, ResourceKind, ResourceSpec, ScalableTargetSpec, ScalingPolicySpec,
    SecurityGroupSpec, ServiceSpec, TaskDefinitionSpec, Text, VpcLinkSpec,
};
use slipway_design::{Count, Image, Ingress, ResolvedService, SecretRef, Statement, Target, names};
use std::collections::BTreeMap;

/// The path of what all services of an environment share.
pub const SHARED: &str = "shared";
const LINK_GROUP: &str = "shared/vpc-link";
/// The name of the container in its task.
const CONTAINER: &str = "main";
/// Seconds for which a record of a task may be kept: a task that stopped is asked no longer.
const TTL: u32 = 10;
/// AWS's defaults of a rolling deployment: "Service definition parameters", deployment configuration.
const MIN_HEALTHY: u32 = 100;
const MAX_HEALTHY: u32 = 200;
/// AWS's defaults of a health check: "HealthCheck" in the ECS API reference.
const INTERVAL: u32 = 30;
const TIMEOUT: u32 = 5;
const RETRIES: u32 = 3;
/// CPU use that a range without a target keeps, percent.
const CPU_TARGET: u32 = 60;

impl<'a> Lowering<'a> {
    /// All services, and what they share.
    pub(super) fn services(&mut self) {
        let resolved = self.resolved;
        let reached: Vec<&'a ResolvedService> = resolved
            .services
            .values()
            .filter(|service| self.reached_by(&service.key).is_some())
            .collect();
        for service in resolved.services.values() {
            self.refuse_service_settings(service);
        }
        let Some(first) = resolved.services.values().next() else {
            return;
        };
        let Some(network) = self.network else {
            self.errors.push(LowerError::NoNetwork {
                subject: format!("services.{}", first.key),
            });
            return;
        };
        self.cluster();
        if !reached.is_empty() {
            self.link(network, &reached);
        }
        for service in resolved.services.values() {
            self.service(service, network);
        }
    }

    fn refuse_service_settings(&mut self, service: &ResolvedService) {
        let later = [
            (service.was.is_some(), "was", "a renamed service"),
            (
                service.ingress == Ingress::Alb,
                "ingress",
                "a load balancer",
            ),
            (
                service.health.as_ref().is_some_and(|it| it.path.is_some()),
                "health",
                "a health path",
            ),
            (
                !service.containers.is_empty(),
                "containers",
                "a further container",
            ),
            (
                service.vpc_link.is_some(),
                "vpc_link",
                "a VPC link that is not ours",
            ),
        ];
        for (set, setting, what) in later {
            if set {
                self.not_yet(format!("services.{}.{setting}", service.key), what);
            }
        }
    }

    /// The first route that leads to it, as people read it.
    fn reached_by(&self, service: &str) -> Option<String> {
        self.resolved.apis.values().find_map(|api| {
            let (route, _) = api
                .routes
                .iter()
                .find(|(_, route)| matches!(&route.target, Target::Node(key) if key == service))?;
            Some(format!("`{route}` of `{}` goes to `{service}`", api.key))
        })
    }

    fn cluster(&mut self) {
        let resolved = self.resolved;
        let Some(first) = resolved.services.values().find(|it| it.cluster.is_none()) else {
            return;
        };
        let spec = ClusterSpec {
            name: self.shared_name(),
            capacity_providers: vec!["FARGATE".to_owned(), "FARGATE_SPOT".to_owned()],
            tags: self.shared_tags(ResourceKind::Cluster, SHARED),
        };
        let because = format!("`{}` runs on ECS, and a service needs a cluster", first.key);
        self.add(
            ResourceKind::Cluster,
            SHARED,
            ResourceSpec::Cluster(spec),
            because,
        );
    }

    fn shared_name(&self) -> String {
        names::shared_name(&self.scope.project, &self.scope.environment)
    }

    fn shared_tags(&self, kind: ResourceKind, path: &str) -> crate::Tags {
        let tags = &self.resolved.environment.tags;
        self.tags(kind, path, tags)
    }

    /// The namespace, and the VPC link with its group, if a service is reached through Cloud Map.
    fn link(&mut self, network: &Network, reached: &[&'a ResolvedService]) {
        let Some(because) = reached
            .iter()
            .find(|service| service.ingress == Ingress::CloudMap)
            .and_then(|service| self.reached_by(&service.key))
        else {
            return;
        };
        let name = self.shared_name();
        let namespace = NamespaceSpec {
            name: names::namespace_name(&self.scope.project, &self.scope.environment),
            vpc: network.vpc.clone(),
            tags: self.shared_tags(ResourceKind::Namespace, SHARED),
        };
        self.add(
            ResourceKind::Namespace,
            SHARED,
            ResourceSpec::Namespace(namespace),
            format!("{because}, which registers there"),
        );
        let group = SecurityGroupSpec {
            name: names::security_group_name(&format!("{name}-vpc-link")),
            description: "The VPC link of API Gateway; made by Slipway".to_owned(),
            vpc: network.vpc.clone(),
            ingress: Text::from(""),
            tags: self.shared_tags(ResourceKind::SecurityGroup, LINK_GROUP),
        };
        self.add(
            ResourceKind::SecurityGroup,
            LINK_GROUP,
            ResourceSpec::SecurityGroup(group),
            format!("{because}, and the VPC link to it needs a group"),
        );
        let link = VpcLinkSpec {
            name,
            subnets: network.subnet_ids(),
            security_groups: group_id(LINK_GROUP),
            tags: self.shared_tags(ResourceKind::VpcLink, SHARED),
        };
        self.add(
            ResourceKind::VpcLink,
            SHARED,
            ResourceSpec::VpcLink(link),
            because,
        );
    }

    fn service(&mut self, service: &'a ResolvedService, network: &Network) {
        let key = service.key.as_str();
        let subject = format!("services.{key}");
        let Some(image) = self.image(&subject, Imaged::service(service)) else {
            return;
        };
        let log_group =
            names::service_log_group_name(&self.scope.project, &self.scope.environment, key);
        let group = LogGroupSpec {
            name: log_group.clone(),
            retention_days: service.log_retention,
            tags: self.tags(ResourceKind::LogGroup, key, &service.tags),
        };
        self.add(
            ResourceKind::LogGroup,
            key,
            ResourceSpec::LogGroup(group),
            format!("`{key}` writes its log there"),
        );
        let secrets = self.service_secrets(service);
        let execution_role = self.execution_role(service, &log_group);
        let task_role = self.task_role(service);
        let definition = TaskDefinitionSpec {
            family: names::service_name(&self.scope.project, &self.scope.environment, key),
            cpu: service.cpu,
            memory: service.memory,
            arch: service.arch,
            ephemeral_storage: service.ephemeral_storage,
            execution_role: Text::from(execution_role),
            task_role: Text::from(task_role),
            container: CONTAINER.to_owned(),
            image,
            port: service.port,
            command: service.command.clone(),
            entrypoint: service.entrypoint.clone(),
            environment: sorted(&service.env),
            secrets,
            health: health(service),
            log_group,
            tags: self.tags(ResourceKind::TaskDefinition, key, &service.tags),
        };
        self.add(
            ResourceKind::TaskDefinition,
            key,
            ResourceSpec::TaskDefinition(definition),
            format!("says what a task of `{key}` runs"),
        );
        let reached = self
            .reached_by(key)
            .filter(|_| service.ingress == Ingress::CloudMap);
        self.task_group(service, network, reached.as_deref());
        if let Some(because) = &reached {
            self.discovery(service, because);
        }
        self.ecs_service(service, network, reached.is_some());
    }

    /// ARNs by variable.
    fn service_secrets(&mut self, service: &ResolvedService) -> BTreeMap<String, String> {
        let mut secrets = BTreeMap::new();
        for (variable, secret) in &service.secrets {
            match self.secret(secret) {
                Some((_, arn)) => {
                    secrets.insert(variable.clone(), arn);
                }
                None => self.errors.push(LowerError::Wrong {
                    subject: format!("services.{}.secrets.{variable}", service.key),
                    why: "this computer's keychain can't be read in AWS".to_owned(),
                }),
            }
        }
        secrets
    }

    /// The role with which ECS starts tasks: it pulls the image, writes the log, reads secrets, and
    /// nothing else. Gives its ARN.
    fn execution_role(&mut self, service: &ResolvedService, log_group: &str) -> String {
        let key = service.key.as_str();
        let name = names::execution_role_name(&self.scope.project, &self.scope.environment, key);
        let repository = match &service.image {
            Some(Image::Build(_)) => Some(service.repository_name.as_str()),
            Some(Image::Ecr { repository, .. }) => Some(repository.as_str()),
            Some(Image::Registry { .. }) | None => None,
        };
        let mut statements = vec![Statement {
            actions: texts(&["logs:CreateLogStream", "logs:PutLogEvents"]),
            resources: vec![format!("{}:*", self.scope.log_group_arn(log_group))],
        }];
        if let Some(repository) = repository {
            statements.push(Statement {
                actions: texts(&["ecr:GetAuthorizationToken"]),
                resources: texts(&["*"]),
            });
            statements.push(Statement {
                actions: texts(&[
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:GetDownloadUrlForLayer",
                ]),
                resources: vec![
                    self.scope
                        .regional("ecr", &format!("repository/{repository}")),
                ],
            });
        }
        for secret in service.secrets.values() {
            if let Some((action, resource)) = self.secret(secret) {
                // ECS reads parameters by a call of its own: "Pass Systems Manager parameters
                // through Amazon ECS environment variables".
                let (action, resource) = match secret {
                    SecretRef::Ssm(_) => ("ssm:GetParameters", resource),
                    _ => (action, format!("{resource}-??????")),
                };
                statements.push(Statement {
                    actions: texts(&[action]),
                    resources: vec![resource],
                });
            }
        }
        self.role_with(
            &execution(key),
            &name,
            statements,
            &service.tags,
            &format!("ECS starts the tasks of `{key}` with it"),
            &format!("ECS pulls the image of `{key}`, writes its log and reads its secrets"),
        )
    }

    /// The ARN of the role that the program has; ours unless the design names one.
    fn task_role(&mut self, service: &ResolvedService) -> String {
        if let Some(arn) = &service.role {
            return arn.clone();
        }
        let key = service.key.as_str();
        let mut statements = service.allow.clone();
        if service.exec {
            // "Using Amazon ECS Exec", permissions.
            statements.push(Statement {
                actions: texts(&[
                    "ssmmessages:CreateControlChannel",
                    "ssmmessages:CreateDataChannel",
                    "ssmmessages:OpenControlChannel",
                    "ssmmessages:OpenDataChannel",
                ]),
                resources: texts(&["*"]),
            });
        }
        let because = format!("`{key}` may do what `allow` says");
        self.attachments(key, &service.role_name, &service.policies);
        self.role_with(
            key,
            &service.role_name,
            statements,
            &service.tags,
            &format!("`{key}` runs with a role of its own"),
            &because,
        )
    }

    /// Nothing may come in but what the API sends.
    fn task_group(&mut self, service: &ResolvedService, network: &Network, reached: Option<&str>) {
        let key = service.key.as_str();
        let link = ResourceAddr::new(ResourceKind::SecurityGroup, LINK_GROUP);
        let ingress = match (reached, service.port) {
            (Some(_), Some(port)) => IngressRule::tcp_from(port, link),
            _ => Text::from(""),
        };
        let spec = SecurityGroupSpec {
            name: names::security_group_name(&names::service_name(
                &self.scope.project,
                &self.scope.environment,
                key,
            )),
            description: format!("The tasks of {key}; made by Slipway"),
            vpc: network.vpc.clone(),
            ingress,
            tags: self.tags(ResourceKind::SecurityGroup, key, &service.tags),
        };
        let because = match reached {
            Some(reached) => format!("{reached}, and nothing else may reach it"),
            None => format!("nothing reaches the tasks of `{key}`"),
        };
        self.add(
            ResourceKind::SecurityGroup,
            key,
            ResourceSpec::SecurityGroup(spec),
            because,
        );
    }

    fn discovery(&mut self, service: &ResolvedService, because: &str) {
        let key = service.key.as_str();
        let spec = DiscoverySpec {
            name: names::discovery_name(key),
            namespace: Text::output(ResourceAddr::new(ResourceKind::Namespace, SHARED), "id"),
            ttl: TTL,
            tags: self.tags(ResourceKind::Discovery, key, &service.tags),
        };
        self.add(
            ResourceKind::Discovery,
            key,
            ResourceSpec::Discovery(spec),
            format!("{because}, which is found there"),
        );
    }

    fn ecs_service(&mut self, service: &ResolvedService, network: &Network, registers: bool) {
        let key = service.key.as_str();
        let name = names::service_name(&self.scope.project, &self.scope.environment, key);
        let cluster = service
            .cluster
            .clone()
            .unwrap_or_else(|| self.shared_name());
        let (count, start) = match service.count {
            Count::Fixed(count) => (Some(count), count),
            Count::Range { min, .. } => (None, min),
        };
        let mut groups = vec![Part::Output {
            addr: ResourceAddr::new(ResourceKind::SecurityGroup, key),
            name: "id".to_owned(),
        }];
        for group in &network.security_groups {
            groups.push(Part::Literal(format!(", {group}")));
        }
        let registry = match (registers, service.port) {
            (true, Some(port)) => Text::concat(vec![
                Part::Output {
                    addr: ResourceAddr::new(ResourceKind::Discovery, key),
                    name: "arn".to_owned(),
                },
                Part::Literal(format!(":{port}")),
            ]),
            _ => Text::from(""),
        };
        let spec = ServiceSpec {
            name: name.clone(),
            cluster: cluster.clone(),
            task_definition: Text::output(
                ResourceAddr::new(ResourceKind::TaskDefinition, key),
                "arn",
            ),
            count,
            start,
            min_healthy: MIN_HEALTHY,
            max_healthy: MAX_HEALTHY,
            rollback: true,
            spot: service.spot,
            exec: service.exec,
            subnets: network.subnet_ids(),
            security_groups: Text::concat(groups),
            public_ip: network.is_public(),
            registry,
            tags: self.tags(ResourceKind::Service, key, &service.tags),
        };
        self.add(
            ResourceKind::Service,
            key,
            ResourceSpec::Service(spec),
            format!("`{key}` is a service of the design"),
        );
        self.scaling(service, &format!("service/{cluster}/{name}"));
    }

    fn scaling(&mut self, service: &ResolvedService, resource: &str) {
        let Count::Range {
            min,
            max,
            cpu,
            memory,
        } = service.count
        else {
            return;
        };
        let key = service.key.as_str();
        let target = ScalableTargetSpec {
            resource: resource.to_owned(),
            min,
            max,
        };
        self.add(
            ResourceKind::ScalableTarget,
            key,
            ResourceSpec::ScalableTarget(target),
            format!("`{key}` has {min} to {max} tasks"),
        );
        let cpu = cpu.or(memory.is_none().then_some(CPU_TARGET));
        let targets = [
            ("cpu", "ECSServiceAverageCPUUtilization", "CPU", cpu),
            (
                "memory",
                "ECSServiceAverageMemoryUtilization",
                "memory",
                memory,
            ),
        ];
        for (name, metric, word, target) in targets {
            let Some(target) = target else { continue };
            let policy = ScalingPolicySpec {
                resource: resource.to_owned(),
                name: name.to_owned(),
                metric: metric.to_owned(),
                target,
            };
            self.add(
                ResourceKind::ScalingPolicy,
                &format!("{key}/{name}"),
                ResourceSpec::ScalingPolicy(policy),
                format!("`{key}` has as many tasks as keep their {word} use at {target} %"),
            );
        }
    }
}

fn group_id(path: &str) -> Text {
    Text::output(ResourceAddr::new(ResourceKind::SecurityGroup, path), "id")
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn health(service: &ResolvedService) -> Option<HealthCheckSpec> {
    let health = service.health.as_ref()?;
    if health.command.is_empty() {
        return None;
    }
    let mut command = texts(&["CMD"]);
    command.extend(health.command.iter().cloned());
    Some(HealthCheckSpec {
        command,
        interval: health.interval.unwrap_or(INTERVAL),
        timeout: health.timeout.unwrap_or(TIMEOUT),
        retries: health.retries.unwrap_or(RETRIES),
        start_period: health.start_period.unwrap_or(0),
    })
}

/// Whether anything of the design runs in a network.
pub fn needs_network(resolved: &slipway_design::Resolved) -> bool {
    !resolved.services.is_empty()
}
