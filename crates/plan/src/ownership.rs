//! The tags by which a resource is known to be ours.

/// Project that a resource belongs to.
pub const TAG_PROJECT: &str = "slipway:project";
/// Environment that a resource belongs to; not on repositories, which all environments share.
pub const TAG_ENVIRONMENT: &str = "slipway:environment";
/// [`crate::ResourceAddr`] of the resource, as text.
pub const TAG_ADDRESS: &str = "slipway:address";
/// The run that created the resource; never compared.
pub const TAG_RUN: &str = "slipway:run";
