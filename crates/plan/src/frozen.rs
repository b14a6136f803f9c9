//! What a version of a function freezes, as a digest that the planner and the
//! adapter make alike.

use crate::FunctionSpec;
use serde_json::json;
use sha2::{Digest, Sha256};
use slipway_design::Arch;
use std::fmt::Write as _;

impl FunctionSpec {
    /// [`crate::AliasSpec::configuration`] of a version made from this function: SHA-256 in hex over
    /// everything that a version freezes and that changes how it runs, beside the image. The
    /// description and the tags are not among it, nor the callbacks, which may not be known yet when
    /// a plan is made.
    ///
    /// `role_name` is the role's name without path or account (the ARN's last part), because
    /// the ARN may not be known yet when a plan is made.
    pub fn version_configuration(&self, role_name: &str) -> String {
        let arch = match self.arch {
            Arch::Arm64 => "arm64",
            Arch::X86_64 => "x86_64",
        };
        let mut frozen = vec![json!([
            role_name,
            arch,
            self.memory,
            self.timeout,
            self.ephemeral_storage,
            self.environment,
            self.log_group,
        ])];
        // Versions of before there were networks keep their digest.
        if !self.subnets.is_empty() || !self.security_groups.is_empty() {
            frozen.push(json!([self.subnets, self.security_groups]));
        }
        let frozen: String = frozen.iter().map(ToString::to_string).collect();
        let mut text = String::with_capacity(64);
        for byte in Sha256::digest(frozen) {
            write!(text, "{byte:02x}").expect("writing to a string does not fail");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tags;
    use std::collections::{BTreeMap, BTreeSet};

    fn function() -> FunctionSpec {
        FunctionSpec {
            name: "shop-dev-orders".into(),
            description: "Orders".into(),
            role: "arn:aws:iam::123456789012:role/shop-dev-orders".into(),
            image: "r/shop/orders@sha256:aa".into(),
            arch: Arch::Arm64,
            memory: 128,
            timeout: 3,
            ephemeral_storage: 512,
            callbacks: BTreeMap::new(),
            environment: BTreeMap::from([("A".into(), "1".into()), ("B".into(), "2".into())]),
            subnets: BTreeSet::new(),
            security_groups: BTreeSet::new(),
            concurrency: None,
            log_group: "/aws/lambda/shop-dev-orders".into(),
            tags: Tags::new(),
        }
    }

    #[test]
    fn a_version_is_told_apart_by_what_it_freezes() {
        let one = function();
        let digest = one.version_configuration("shop-dev-orders");
        assert_eq!(digest.len(), 64);
        let same = FunctionSpec {
            description: "other".into(),
            image: "r/shop/orders@sha256:bb".into(),
            concurrency: Some(3),
            tags: Tags::from([("team".into(), "web".into())]),
            ..one.clone()
        };
        assert_eq!(digest, same.version_configuration("shop-dev-orders"));
        let other = FunctionSpec {
            memory: 129,
            ..one.clone()
        };
        assert_ne!(digest, other.version_configuration("shop-dev-orders"));
        assert_ne!(digest, one.version_configuration("mine"));
        let joined = FunctionSpec {
            subnets: BTreeSet::from(["subnet-0a".into()]),
            ..one.clone()
        };
        assert_ne!(digest, joined.version_configuration("shop-dev-orders"));
    }
}
