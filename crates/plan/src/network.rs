//! The network that services and functions join, as AWS has it: it is read and never changed.

use serde::{Deserialize, Serialize};

/// A VPC and those of its subnets that are used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Network {
    /// `vpc-…`.
    pub vpc: String,
    /// By id.
    pub subnets: Vec<Subnet>,
    /// Groups of the user that everything in the network joins beside its own; sorted.
    pub security_groups: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// `subnet-…`.
    pub id: String,
    /// `eu-west-1a`.
    pub zone: String,
    /// Whether its route table leads to an internet gateway: a task there needs a public address
    /// to pull its image, one elsewhere needs a NAT gateway or endpoints.
    pub public: bool,
}

impl Network {
    pub fn subnet_ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self
            .subnets
            .iter()
            .map(|subnet| subnet.id.clone())
            .collect();
        ids.sort();
        ids
    }

    /// Whether a task needs a public address to reach the internet.
    pub fn is_public(&self) -> bool {
        self.subnets.iter().any(|subnet| subnet.public)
    }
}
