//! Runs a plan: the ports it needs, the executor, the journal, resume and cancel.
//!
//! **It must not know** any SDK, Docker's API, the terminal or the window. Whatever
//! has an effect goes through a port of [`port`], named for the need.

mod admission;
mod announcer;
mod backoff;
mod cancel;
mod cloud_step;
mod event;
mod executor;
mod failure;
mod image_step;
mod ledger;
mod lifecycle;
mod limiter;
mod looking;
mod node_status;
pub mod port;
mod redaction;
mod request;
mod resume;
mod schedule;
mod worker;

pub use cancel::Cancel;
pub use event::{ApiOutput, NodeEnd, NumberedEvent, PlannedNode, RunEvent, RunOutputs, RunStatus};
pub use executor::run;
pub use failure::{FailureCode, RunError};
pub use lifecycle::{Lifecycle, lifecycle};
pub use limiter::{Limits, Rate, Service};
pub use looking::look;
pub use node_status::{NodeStatus, Turn, next_status};
pub use request::{Ports, RunOptions, RunReport, RunRequest};
pub use resume::{Interrupted, UnknownCall, fold, unfinished};
