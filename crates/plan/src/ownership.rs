//! The tags by which a resource is known to be ours: project, environment (not on repositories,
//! which all environments share), address, and the run that made it (never compared).

pub use slipway_design::names::{TAG_ADDRESS, TAG_ENVIRONMENT, TAG_PROJECT, TAG_RUN};
