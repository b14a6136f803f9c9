//! One resource that the design implies.

use crate::{ResourceAddr, ResourceSpec};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Desired {
    pub addr: ResourceAddr,
    pub spec: ResourceSpec,
    /// Name or natural key in AWS.
    pub name: String,
    /// Which element of the design implies it, as a sentence: "`GET /orders/{id}` of `public` goes to `orders`".
    pub because: String,
}

impl Desired {
    pub fn new(addr: ResourceAddr, spec: ResourceSpec, because: impl Into<String>) -> Self {
        Self {
            name: spec.name(),
            addr,
            spec,
            because: because.into(),
        }
    }
}
