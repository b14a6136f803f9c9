//! Which part of a Fargate service a recorded call is about, as [`crate::addresses`] does it for
//! the rest: by the design's names, and by ids from earlier answers.

use crate::addresses::text;
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use slipway_design::{Design, names};
use slipway_testbed::Call;
use std::collections::BTreeMap;

const SHARED: &str = "shared";

pub(crate) struct ServiceAddresses {
    /// Name of the ECS service and of the task definition's family, to the key in the design.
    services: BTreeMap<String, String>,
    /// Name of a security group to its path.
    groups: BTreeMap<String, String>,
    /// Name in Cloud Map to the key in the design.
    discoveries: BTreeMap<String, String>,
    /// Name of the cluster that all share.
    cluster: String,
    /// Ids and ARNs of Cloud Map services and of security groups to their addresses.
    ids: BTreeMap<String, String>,
}

impl ServiceAddresses {
    pub(crate) fn of(design: &Design, environment: &str) -> Self {
        let cluster = names::shared_name(&design.name, environment);
        let services: BTreeMap<String, String> = design
            .services
            .keys()
            .map(|key| {
                let name = names::service_name(&design.name, environment, key);
                (name, key.clone())
            })
            .collect();
        let mut groups: BTreeMap<String, String> = services
            .iter()
            .map(|(name, key)| (names::security_group_name(name), key.clone()))
            .collect();
        groups.insert(
            names::security_group_name(&format!("{cluster}-vpc-link")),
            format!("{SHARED}/vpc-link"),
        );
        let discoveries = design
            .services
            .keys()
            .map(|key| (names::discovery_name(key), key.clone()))
            .collect();
        Self {
            services,
            groups,
            discoveries,
            cluster,
            ids: BTreeMap::new(),
        }
    }

    /// The key of the service behind the address of an integration.
    pub(crate) fn behind(&self, uri: &str) -> Option<&str> {
        self.ids.get(uri)?.strip_prefix("discovery:")
    }

    pub(crate) fn address(&mut self, call: &Call) -> Result<String> {
        match call.service.as_str() {
            "ecs" => self.ecs(call),
            "ec2" => self.group(call),
            "servicediscovery" => self.cloud_map(call),
            "application-autoscaling" => self.scaling(call),
            other => bail!("{other} is no service of this product"),
        }
    }

    /// Of the calls about VPC links, `None` for others of API Gateway.
    pub(crate) fn vpc_link(call: &Call) -> Option<String> {
        let of_link = call.operation.ends_with("VpcLink")
            || call.parameters["ResourceArn"]
                .as_str()
                .is_some_and(|arn| arn.contains("/vpclinks/"));
        of_link.then(|| format!("vpc_link:{SHARED}"))
    }

    fn ecs(&self, call: &Call) -> Result<String> {
        let named = |parameter| -> Result<String> {
            let name = last_part(text(call, parameter)?);
            let family = name.split_once(':').map_or(name, |(family, _)| family);
            self.service(family)
        };
        Ok(match call.operation.as_str() {
            "CreateCluster" => self.shared_cluster(text(call, "clusterName")?)?,
            "DeleteCluster" | "PutClusterCapacityProviders" => {
                self.shared_cluster(text(call, "cluster")?)?
            }
            "RegisterTaskDefinition" => format!("task_definition:{}", named("family")?),
            "DeregisterTaskDefinition" => format!("task_definition:{}", named("taskDefinition")?),
            "CreateService" => format!("service:{}", named("serviceName")?),
            "UpdateService" | "DeleteService" => format!("service:{}", named("service")?),
            "TagResource" | "UntagResource" => {
                let arn = text(call, "resourceArn")?;
                if arn.contains(":cluster/") {
                    self.shared_cluster(last_part(arn))?
                } else {
                    format!("service:{}", named("resourceArn")?)
                }
            }
            other => bail!("{other} has no address"),
        })
    }

    fn group(&mut self, call: &Call) -> Result<String> {
        if call.operation == "CreateSecurityGroup" {
            let name = text(call, "GroupName")?;
            let path = self
                .groups
                .get(name)
                .with_context(|| format!("{name} is not a group of this project"))?;
            let address = format!("security_group:{path}");
            let id = call
                .answer
                .split_once("<groupId>")
                .and_then(|(_, rest)| rest.split_once("</groupId>"))
                .map(|(id, _)| id.to_owned())
                .with_context(|| format!("no group in {}", call.answer))?;
            self.ids.insert(id, address.clone());
            return Ok(address);
        }
        let id = call.parameters["GroupId"]
            .as_str()
            .or_else(|| call.parameters["Resources"][0].as_str())
            .context("no group is given")?;
        self.known(id)
    }

    fn cloud_map(&mut self, call: &Call) -> Result<String> {
        Ok(match call.operation.as_str() {
            "CreatePrivateDnsNamespace" | "DeleteNamespace" => format!("namespace:{SHARED}"),
            "CreateService" => {
                let name = text(call, "Name")?;
                let key = self
                    .discoveries
                    .get(name)
                    .with_context(|| format!("{name} is not a name of this project"))?;
                let address = format!("discovery:{key}");
                let answer: Value = serde_json::from_str(&call.answer)
                    .with_context(|| format!("the answer is not JSON: {}", call.answer))?;
                for name in ["Id", "Arn"] {
                    let id = answer["Service"][name]
                        .as_str()
                        .with_context(|| format!("no {name} in {answer}"))?;
                    self.ids.insert(id.to_owned(), address.clone());
                }
                address
            }
            "UpdateService" | "DeleteService" => self.known(text(call, "Id")?)?,
            "TagResource" | "UntagResource" => {
                let arn = text(call, "ResourceARN")?;
                if arn.contains(":namespace/") {
                    format!("namespace:{SHARED}")
                } else {
                    self.known(arn)?
                }
            }
            other => bail!("{other} has no address"),
        })
    }

    fn scaling(&self, call: &Call) -> Result<String> {
        let service = self.service(last_part(text(call, "ResourceId")?))?;
        Ok(match call.operation.as_str() {
            "PutScalingPolicy" | "DeleteScalingPolicy" => {
                format!("scaling_policy:{service}/{}", text(call, "PolicyName")?)
            }
            _ => format!("scalable_target:{service}"),
        })
    }

    fn shared_cluster(&self, name: &str) -> Result<String> {
        anyhow::ensure!(
            name == self.cluster,
            "{name} is not the cluster of this project"
        );
        Ok(format!("cluster:{SHARED}"))
    }

    fn service(&self, name: &str) -> Result<String> {
        self.services
            .get(name)
            .cloned()
            .with_context(|| format!("{name} is not a service of this project"))
    }

    fn known(&self, id: &str) -> Result<String> {
        self.ids
            .get(id)
            .cloned()
            .with_context(|| format!("nobody made {id}"))
    }
}

/// What stands after the last slash of an ARN or id.
fn last_part(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or(text)
}

/// AWS's name of an operation of the plan whose word is another one.
pub(crate) fn aws_name(word: &str) -> Option<&'static str> {
    Some(match word {
        "create_discovery" => "CreateService",
        "update_discovery" => "UpdateService",
        "delete_discovery" => "DeleteService",
        "tag_security_group" => "CreateTags",
        "untag_security_group" => "DeleteTags",
        "tag_cluster" | "tag_namespace" | "tag_discovery" | "tag_vpc_link" | "tag_service" => {
            "TagResource"
        }
        "untag_cluster" | "untag_namespace" | "untag_discovery" | "untag_vpc_link"
        | "untag_service" => "UntagResource",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_and_a_service_are_the_last_part_of_their_arn() {
        assert_eq!(
            last_part("arn:aws:ecs:r:1:task-definition/a-b-web:3"),
            "a-b-web:3"
        );
        assert_eq!(last_part("service/cluster/name"), "name");
        assert_eq!(last_part("name"), "name");
    }
}
