//! AWS through its SDK: sessions, one module per resource kind, and the mapping
//! of what the SDK answers to what a run understands.
//!
//! **It must not know** how a plan is made or executed, Docker, the disk beside
//! what the SDK's credential chain reads, the terminal or the window. No type of
//! the SDK leaves this crate.

mod alias;
mod answer;
mod api;
mod api_gateway;
mod authorizer;
mod call;
mod cloud;
mod cluster;
mod cors;
mod deployment;
mod discovery;
mod ec2;
mod ec2_xml;
mod failure;
mod function;
mod identity;
mod image;
mod integration;
mod lifecycle_policy;
mod log_group;
mod namespace;
mod network;
mod pace;
mod permission;
mod policy;
mod policy_attachment;
mod ready;
mod refresh;
mod refresh_roles;
mod refresh_services;
mod registry;
mod repository;
mod role;
mod role_policy;
mod route;
mod route_response;
mod scaling;
mod security_group;
mod service;
mod service_ready;
mod session;
mod stage;
mod tags;
mod task_definition;
mod throttle;
mod transport;
mod vpc_link;
mod whole_answer;
mod words;

pub use cloud::AwsCloud;
pub use session::{Emulator, SessionOptions};
