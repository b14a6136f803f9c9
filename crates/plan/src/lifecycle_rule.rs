//! When ECR throws an image away by itself.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One rule of a repository's lifecycle policy, without what does not change its effect: its
/// description, and its number where it is the only one.
///
/// Slipway writes [`LifecycleRule::Untagged`] only. What a function or a service runs always
/// carries the tag of its content, which can't move to another image
/// ([`RepositorySpec::immutable_tags`](crate::RepositorySpec::immutable_tags)), so that no rule of
/// Slipway ever takes an image in service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LifecycleRule {
    Untagged {
        /// Days after the push at which an image goes that has no tag any more.
        untagged_days: u32,
    },
    /// A rule that somebody else wrote, whole, with its keys sorted.
    Other(Value),
}
