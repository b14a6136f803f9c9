//! From a design to what must happen: desired resources, diff against what was
//! observed, the plan and its execution graph.
//!
//! Everything here is a pure function over data. **It must not know** the disk,
//! the clock, Docker, the AWS SDK or who runs the plan.

mod address;
mod arn;
mod attributes;
mod build_graph;
mod change;
mod compare;
mod desired;
mod diff;
mod fields;
mod frozen;
mod graph;
mod graph_rules;
mod ingress;
mod lifecycle_rule;
mod lower;
mod make_plan;
mod network;
mod observed;
mod operation;
mod operations;
mod ownership;
mod parent;
mod render;
mod spec;
mod spec_gateway;
mod spec_service;
mod spec_texts;
mod state;
mod text;

pub use address::{AddressError, ResourceAddr, ResourceKind};
pub use attributes::{After, AttributeChange, MASK};
pub use build_graph::{CycleError, build_graph};
pub use change::{Action, Change, DestroyOptions, Plan, Scope, Summary};
pub use desired::Desired;
pub use diff::{Diff, DiffInputs, ForeignResource, NEW as NOT_THERE_YET, diff};
pub use fields::is_sensitive;
pub use graph::{ExecGraph, Node, NodeId, Step};
pub use ingress::{IngressError, IngressRule};
pub use lifecycle_rule::LifecycleRule;
pub use lower::{LIVE, LowerError, SHARED, build_sources, lower, needs_network, shared_with};
pub use make_plan::{PlanError, PlanInputs, Stale, can_apply, fingerprint, plan};
pub use network::{Network, Subnet};
pub use observed::{Observed, Outputs, Ownership};
pub use operation::Operation;
pub use operations::{operations, still_needed};
pub use ownership::{TAG_ADDRESS, TAG_ENVIRONMENT, TAG_PROJECT, TAG_RUN};
pub use parent::goes_with;
pub use render::{AttributeText, Detail, attribute_text, render, symbol};
pub use spec::*;
pub use spec_gateway::*;
pub use state::{STATE_VERSION, State, StateEntry};
pub use text::{Part, Text, Unresolved};
