//! The AWS that answers: the test bed of the workspace's tests and of `cargo xtask start`.
//!
//! A [`Bed`] brings up what a deployment needs on one computer: a Docker engine if none runs, an emulated AWS
//! with a registry, on request a second opinion (moto) and a plain registry, and in front of them a
//! [`Proxy`] that records every call, validates it against botocore's service model and injects [`Fault`]s.
//! Everything is started, health-checked and stopped by its process id or container id; nothing that the bed
//! did not start is touched.
//!
//! What answers how, and what is corrected, stands in the crate's README.
//!
//! **Must not know**: any other crate of the workspace. It sees the product from outside, as AWS does:
//! signed requests on a port.

mod assets;
mod bed;
mod bring_up;
mod endpoints;
mod engine;
mod error;
mod health;
mod model;
mod options;
mod port;
mod proxy;
mod python;
mod service;

pub use bed::Bed;
pub use endpoints::{BedRecord, Endpoints};
pub use engine::EngineOrigin;
pub use error::BedError;
pub use model::{Model, ModelError, Models, Operation, Problem, Protocol, RequestParts};
pub use options::{BedOptions, Progress};
pub use proxy::{Call, Fault, FaultEffect, FaultLimit, Proxy, ProxyOptions, Upstream, Violation};
