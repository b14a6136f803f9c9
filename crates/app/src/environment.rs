//! Where an environment really goes: account, region, endpoint and registry.

use async_trait::async_trait;
use slipway_aws::{AwsCloud, Emulator, SessionOptions};
use slipway_design::{Design, Environment};
use slipway_docker::DockerEngine;
use slipway_engine::port::{
    Clock, Cloud, CloudError, ImageBuilder, ImageError, ImageRegistry, SystemClock,
};
use slipway_plan::Scope;
use slipway_protocol::{ApiError, ErrorCode};
use std::sync::Arc;

/// What the process was told from outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `SLIPWAY_ENDPOINT`: replaces the endpoint of emulator environments.
    pub endpoint: Option<String>,
    /// `SLIPWAY_REGISTRY`: replaces the registry of emulator environments.
    pub registry: Option<String>,
    /// Profile of the AWS CLI's files; the standard chain decides without it.
    pub profile: Option<String>,
}

impl Overrides {
    /// Reads the two variables; empty ones count as not set.
    pub fn from_env(profile: Option<String>) -> Self {
        let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            endpoint: read("SLIPWAY_ENDPOINT"),
            registry: read("SLIPWAY_REGISTRY"),
            profile,
        }
    }
}

/// What a session with a cloud needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudTarget {
    pub region: String,
    /// Endpoint of an emulator: dummy keys, never the user's.
    pub endpoint: Option<String>,
    /// Registry of an emulator, `host:port`.
    pub registry: Option<String>,
    pub profile: Option<String>,
}

/// Makes the adapters; the one seam at which tests put fakes.
#[async_trait]
pub trait Adapters: Send + Sync {
    async fn cloud(&self, target: &CloudTarget) -> Result<Arc<dyn Cloud>, CloudError>;
    /// Finding no engine is not an error here: fingerprints need none.
    async fn builder(&self) -> Result<Arc<dyn ImageBuilder>, ImageError>;
    async fn registry(&self) -> Result<Arc<dyn ImageRegistry>, ImageError>;
    fn clock(&self) -> Arc<dyn Clock>;
}

/// An environment of a design, with overrides applied.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    pub name: String,
    pub environment: Environment,
    pub target: CloudTarget,
}

/// The environment `name` of `design`, or the only one, and where it goes.
pub(crate) fn destination(
    design: &Design,
    name: Option<&str>,
    overrides: &Overrides,
) -> Result<Destination, ApiError> {
    let known = || {
        let names: Vec<&str> = design.environments.keys().map(String::as_str).collect();
        names.join(", ")
    };
    let (name, environment) = match name {
        _ if design.environments.is_empty() => {
            return Err(ApiError::new(
                ErrorCode::Argument,
                "This design has no environment to go to",
            )
            .with_hint(
                "Add a table [environments.dev] with `account` and `region` to slipway.toml.",
            ));
        }
        Some(name) => design.environments.get_key_value(name).ok_or_else(|| {
            ApiError::new(
                ErrorCode::Argument,
                format!("There is no environment `{name}` in this design"),
            )
            .with_hint(format!("Environments: {}.", known()))
        })?,
        None => match design.environments.first() {
            Some(only) if design.environments.len() == 1 => only,
            _ => {
                return Err(ApiError::new(
                    ErrorCode::Argument,
                    "This design has several environments",
                )
                .with_hint(format!("Say which with --env NAME: {}.", known())));
            }
        },
    };
    let emulator = environment.is_emulator();
    let either = |over: &Option<String>, own: &Option<String>| over.clone().or_else(|| own.clone());
    Ok(Destination {
        name: name.clone(),
        environment: environment.clone(),
        target: CloudTarget {
            region: environment.region.clone(),
            endpoint: if emulator {
                either(&overrides.endpoint, &environment.endpoint)
            } else {
                None
            },
            registry: if emulator {
                either(&overrides.registry, &environment.registry)
            } else {
                None
            },
            profile: if emulator {
                None
            } else {
                overrides.profile.clone()
            },
        },
    })
}

impl Destination {
    /// Addresses that are not on this computer and were not in an AWS environment anyway.
    pub(crate) fn foreign_hosts(&self) -> Vec<String> {
        self.target
            .endpoint
            .iter()
            .chain(self.target.registry.iter())
            .map(|address| host_of(address))
            .filter(|host| !is_loopback(host))
            .collect()
    }

    pub(crate) fn scope(&self, project: &str) -> Scope {
        let Environment {
            account, region, ..
        } = &self.environment;
        let partition = partition(region);
        let suffix = if partition == "aws-cn" {
            "amazonaws.com.cn"
        } else {
            "amazonaws.com"
        };
        Scope {
            project: project.to_owned(),
            environment: self.name.clone(),
            account: account.clone(),
            region: region.clone(),
            partition: partition.to_owned(),
            registry: self
                .target
                .registry
                .clone()
                .unwrap_or_else(|| format!("{account}.dkr.ecr.{region}.{suffix}")),
            emulator: self.environment.is_emulator(),
        }
    }
}

/// The partition of a region, by its prefix.
fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// The host of `scheme://host:port/…` or `host:port`, without brackets.
fn host_of(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // What stands before an `@` is a user name, not the host.
    let authority = authority.rsplit('@').next().unwrap_or_default();
    if let Some(inner) = authority.strip_prefix('[') {
        return inner.split(']').next().unwrap_or_default().to_owned();
    }
    authority.split(':').next().unwrap_or_default().to_owned()
}

/// Names and addresses that can only mean this computer.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.to_ascii_lowercase().ends_with(".localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Docker and AWS themselves.
#[derive(Debug, Default)]
pub struct RealAdapters {
    docker: Arc<DockerEngine>,
}

#[async_trait]
impl Adapters for RealAdapters {
    async fn cloud(&self, target: &CloudTarget) -> Result<Arc<dyn Cloud>, CloudError> {
        let options = SessionOptions {
            region: target.region.clone(),
            profile: target.profile.clone(),
            emulator: target
                .endpoint
                .clone()
                .map(|endpoint| Emulator { endpoint }),
        };
        Ok(Arc::new(AwsCloud::open(options).await?))
    }

    async fn builder(&self) -> Result<Arc<dyn ImageBuilder>, ImageError> {
        Ok(self.docker.clone())
    }

    async fn registry(&self) -> Result<Arc<dyn ImageRegistry>, ImageError> {
        Ok(self.docker.clone())
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SystemClock::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_and_only_loopback_is_this_computer() {
        for (address, host, here) in [
            ("http://localhost:4566", "localhost", true),
            ("localhost:4566", "localhost", true),
            ("http://127.0.0.1:1/x", "127.0.0.1", true),
            ("http://[::1]:80/", "::1", true),
            ("http://abc.localhost", "abc.localhost", true),
            (
                "https://localhost.example.com",
                "localhost.example.com",
                false,
            ),
            ("http://localhost@evil.example/", "evil.example", false),
            (
                "http://127.0.0.1.nip.example",
                "127.0.0.1.nip.example",
                false,
            ),
            ("http://10.0.0.1:5000", "10.0.0.1", false),
        ] {
            assert_eq!(host_of(address), host, "{address}");
            assert_eq!(is_loopback(&host_of(address)), here, "{address}");
        }
    }

    #[test]
    fn overrides_reach_emulators_only() {
        let text = "schema = 1\nname = \"p\"\n[environments.emulator]\naccount = \"000000000000\"\nregion = \"us-east-1\"\nendpoint = \"http://localhost:4566\"\nregistry = \"localhost:4566\"\n[environments.dev]\naccount = \"123456789012\"\nregion = \"cn-north-1\"\n";
        let document = slipway_design::Document::parse(text);
        let design = document.design().unwrap();
        let overrides = Overrides {
            endpoint: Some("http://localhost:1".into()),
            registry: Some("localhost:2".into()),
            profile: Some("me".into()),
        };
        let emulator = destination(design, Some("emulator"), &overrides).unwrap();
        assert_eq!(
            emulator.target,
            CloudTarget {
                region: "us-east-1".into(),
                endpoint: Some("http://localhost:1".into()),
                registry: Some("localhost:2".into()),
                profile: None
            }
        );
        assert_eq!(emulator.scope("p").registry, "localhost:2");
        let dev = destination(design, Some("dev"), &overrides).unwrap();
        assert_eq!(
            dev.target,
            CloudTarget {
                region: "cn-north-1".into(),
                endpoint: None,
                registry: None,
                profile: Some("me".into())
            }
        );
        assert_eq!(
            dev.scope("p").registry,
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"
        );
        assert_eq!(
            destination(design, None, &overrides).unwrap_err().code,
            ErrorCode::Argument
        );
        assert_eq!(
            destination(design, Some("prod"), &overrides)
                .unwrap_err()
                .code,
            ErrorCode::Argument
        );
    }
}
