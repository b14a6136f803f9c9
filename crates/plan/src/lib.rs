//! From a design to what must happen: desired resources, diff against what was
//! observed, the plan and its execution graph.
//!
//! Everything here is a pure function over data. **It must not know** the disk,
//! the clock, Docker, the AWS SDK or who runs the plan.

mod address;
mod attributes;
mod change;
mod frozen;
mod graph;
mod observed;
mod operation;
mod ownership;
mod spec;
mod state;
mod text;

pub use address::{AddressError, ResourceAddr, ResourceKind};
pub use attributes::{After, AttributeChange};
pub use change::{Action, Change, Plan, Scope, Summary};
pub use graph::{ExecGraph, Node, NodeId, Step};
pub use observed::{Observed, Outputs, Ownership};
pub use operation::Operation;
pub use ownership::{TAG_ADDRESS, TAG_ENVIRONMENT, TAG_PROJECT, TAG_RUN};
pub use spec::*;
pub use state::{STATE_VERSION, State, StateEntry};
pub use text::{Part, Text, Unresolved};
